"""Plays random writes, keeps what the tables held around each, and undoes them.

The machine knows nothing of what an operation does: give it functions of a session and a random
source, those of the data layer or whole services. It is the oracle of undo: what a change set
changed is told from the tables before and after it, not from the journal.
"""

import random
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from sqlalchemy import Index, Table, UniqueConstraint, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import derived, journal, search
from db import undo as undo_engine
from db.base import BOOKKEEPING
from db.models import ENTITIES, CustomerStat
from db.session import Actor, Database

Operation = Callable[[Session, random.Random], object]
Row = dict[str, Any]
Tables = dict[str, dict[Any, Row]]  # table, key, columns

APART = {"change_set", "change", "typed_draft", "customer_stat", "workspace_figures"}
"""Tables that no undo brings back: the journal itself, drafts, and what is derived."""


class Refused(Exception):  # noqa: N818  (not an error: the operation does not fit the state)
    """Raised by an operation that finds nothing to do."""


class Given(Exception):  # noqa: N818
    """Ends a transaction without keeping it."""


def tables_of(database: Database) -> Tables:
    """Every row that people or imports made, without the bookkeeping columns."""
    with database.read() as session:
        return {
            name: {
                row.id: {
                    key: value for key, value in row._mapping.items() if key not in BOOKKEEPING
                }
                for row in session.execute(select(model.__table__))
            }
            for name, model in ENTITIES.items()
            if name not in APART
        }


def derived_of(session: Session) -> dict[uuid.UUID, tuple[Row, frozenset[str]]]:
    """Figures and search tokens by customer."""
    connection = session.connection()
    connection.execute(
        text("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, customer_fts, instance)")
    )
    found: dict[int, set[str]] = {}
    for term, number in connection.execute(text("SELECT term, doc FROM temp.terms")):
        found.setdefault(number, set()).add(term)
    connection.execute(text("DROP TABLE temp.terms"))
    return {
        row.customer_id: (
            {key: value for key, value in row._mapping.items() if key != "no"},
            frozenset(found.pop(row.no, set())),
        )
        for row in connection.execute(select(CustomerStat.__table__))
    } | {uuid.UUID(int=number): ({}, frozenset(terms)) for number, terms in found.items()}


def check_derived(database: Database, actor: Actor) -> None:
    """What was maintained bit by bit is what a rebuild makes; changes nothing."""
    try:
        with database.write(actor) as session:
            maintained = derived_of(session)
            current = derived.is_current(session)
            for row, terms in maintained.values():
                assert terms == frozenset(search.tokens(row["name"]).split())
            derived.rebuild(session)
            rebuilt = derived_of(session)
            raise Given  # noqa: TRY301  (the only way to leave without a commit)
    except Given:
        pass
    assert maintained == rebuilt
    assert current or not maintained


def check_chain(database: Database) -> None:
    """Nobody tampered with the journal, and no reference dangles."""
    with database.read() as session:
        assert journal.verify_chain(session) is None
        assert session.execute(text("PRAGMA foreign_key_check")).all() == []


@dataclass(frozen=True)
class Done:
    """One change set with the tables around it."""

    name: str
    change_set_id: uuid.UUID
    before: Tables
    after: Tables


@dataclass
class Machine:
    """A database on which operations are played."""

    database: Database
    actor: Actor
    operations: Mapping[str, Operation]
    refused: tuple[type[Exception], ...] = (Refused, IntegrityError)
    done: list[Done] = field(default_factory=list)

    def play(self, plays: Sequence[tuple[str, int]]) -> None:
        """Do operations by name, each with the seed of its random source."""
        for name, seed in plays:
            self.do(name, seed)

    def do(self, name: str, seed: int) -> bool:
        """Do one operation; whether it was accepted. A refused one must change nothing."""
        before = self.tables
        try:
            with self.database.write(self.actor) as session:
                self.operations[name](session, random.Random(seed))
        except self.refused:
            assert tables_of(self.database) == before, f"{name} was refused half done"
            return False
        change_set_id = session.info["changes"].change_set_id
        after = tables_of(self.database)
        if change_set_id is None:
            assert after == before, f"{name} changed rows without a change set"
        else:
            self.done.append(Done(name, change_set_id, before, after))
        return True

    @property
    def tables(self) -> Tables:
        """The tables as they are after the last operation."""
        return self.done[-1].after if self.done else tables_of(self.database)

    def undo(self, change_set_id: uuid.UUID, *, skip_blocked: bool = False) -> undo_engine.UndoPlan:
        """Undo as one more operation; raises UndoBlockedError and then changed nothing."""
        plans: list[undo_engine.UndoPlan] = []

        def take_back(session: Session, _random: random.Random) -> None:
            plans.append(undo_engine.undo(session, change_set_id, skip_blocked=skip_blocked))

        self.operations = {**self.operations, "undo": take_back}
        self.do("undo", 0)
        return plans[0]

    def check_undo_of_all(self) -> None:
        """Undo everything, the newest first: each time the tables are as before it."""
        for step in reversed(list(self.done)):
            if undoable(self.database, step.change_set_id):
                self.undo(step.change_set_id)
                assert difference(self.tables, step.before) == [], step.name
        check_derived(self.database, self.actor)
        check_chain(self.database)

    def check_undo(self, step: Done) -> bool:
        """Undo one change set; it is blocked exactly when the tables say so. Whether it was."""
        present = self.tables
        wanted = taken_back(step, present)
        try:
            self.undo(step.change_set_id)
        except undo_engine.UndoBlockedError as error:
            plan: undo_engine.UndoPlan | None = error.plan
        else:
            plan = None
        if plan is None:
            assert wanted is not None, f"{step.name} should be blocked"
            assert difference(self.tables, wanted) == [], step.name
            return True
        assert wanted is None, f"{step.name} could be undone: {plan.blockers}"
        assert tables_of(self.database) == present
        self._check_culprits(step, plan)
        return False

    def _check_culprits(self, step: Done, plan: undo_engine.UndoPlan) -> None:
        later = self.done[self.done.index(step) + 1 :]
        for blocker in plan.blockers:
            key = (blocker.entity, blocker.row_id)
            kept_itself = blocker.kind in {"needed", "missing"} and key in changed_rows(step)
            culprits = {
                one.change_set_id for one in later if kept_itself or key in changed_rows(one)
            }
            assert blocker.by_set in culprits, blocker
            assert blocker.by_name == self.actor.name


def undoable(database: Database, change_set_id: uuid.UUID) -> bool:
    """Whether a change set may be undone at all: not an event, not undone yet."""
    with database.read() as session:
        return not undo_engine.plan_undo(session, change_set_id).impossible


def difference(left: Tables, right: Tables) -> list[str]:
    """Where two states differ, readable."""
    return [
        f"{name} {key}: {left[name].get(key)} is not {right[name].get(key)}"
        for name in left
        for key in left[name].keys() | right[name].keys()
        if left[name].get(key) != right[name].get(key)
    ]


def changed_rows(step: Done) -> set[tuple[str, str]]:
    """Entity and row id of every row that a change set changed."""
    return {
        (name, str(key))
        for name in step.before
        for key in step.before[name].keys() | step.after[name].keys()
        if step.before[name].get(key) != step.after[name].get(key)
    }


def taken_back(step: Done, present: Tables) -> Tables | None:
    """The present tables without a change set, or None when something stands in the way."""
    wanted = {name: dict(rows) for name, rows in present.items()}
    for name, rows in wanted.items():
        before, after = step.before[name], step.after[name]
        for key in before.keys() | after.keys():
            old, new, now = before.get(key), after.get(key), rows.get(key)
            if old == new:
                continue
            if old is None and new is not None:
                if now != new:
                    return None
                del rows[key]
            elif new is None and old is not None:
                if now is not None:
                    return None
                rows[key] = old
            elif old is not None and new is not None:
                fields = [one for one in old if old[one] != new[one]]
                if now is None or any(now[one] != new[one] for one in fields):
                    return None
                rows[key] = {**now, **{one: old[one] for one in fields}}
    return wanted if not list(violations(wanted)) else None


def violations(tables: Tables) -> Iterator[str]:
    """Dangling references and doubled unique values."""
    for name, rows in tables.items():
        table = cast("Table", ENTITIES[name].__table__)
        for column in table.columns:
            for key in column.foreign_keys:
                present = tables[key.column.table.name]
                for row in rows.values():
                    if row[column.key] is not None and row[column.key] not in present:
                        yield f"{name}.{column.key} {row[column.key]}"
        for unique in [*table.constraints, *table.indexes]:
            if isinstance(unique, UniqueConstraint) or (
                isinstance(unique, Index) and unique.unique
            ):
                only_open = unique.name == "uq_departure_case_open"
                seen: set[tuple[Any, ...]] = set()
                for row in rows.values():
                    values = tuple(row[column.key] for column in unique.columns)
                    if None in values or (only_open and row["stage"] == "closed"):
                        continue
                    if values in seen:
                        yield f"{name} {values}"
                    seen.add(values)
