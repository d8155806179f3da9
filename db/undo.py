"""Undo of any change set, also days later.

A preview lists what stands in the way; a new change set applies the old values where nothing newer
does. Undoing an insert removes the row (the journal keeps it whole), undoing a delete brings it
back, undoing an update sets the old values. Facts of an import are removed by their import id; an
undone import is repeated by importing the file again.
"""

import dataclasses
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from db import dialect, journal
from db.base import BOOKKEEPING, utcnow
from db.culprits import Cause, find_culprits, sum_up
from db.models import ENTITIES, ChangeSet, Order, OrderLine
from db.obstacles import Facts, Obstacle, Step, find_facts, find_steps, key_of
from db.recording import RECORDED
from db.uniques import uniques
from db.vocabulary import ChangeKind, Op

UNDO_TITLE: Final = "Undo: {title}"  # shown through the catalogue like every other title
_CHUNK: Final = 500
_LISTED: Final = 200  # so many blockers are listed one by one, all are counted


@dataclass(frozen=True, slots=True)
class Blocker:
    """A row that cannot be put back, and the later change set that stands in the way.

    Kinds: `changed`, `deleted` or `exists` (the row itself), `needed` (a newer row that hangs on
    it), `missing` (a row it would point at), `taken` (a row that has its unique value by now).
    """

    entity: str
    row_id: str
    field: str  # empty: the whole row
    kind: str
    by_title: str = ""
    by_args: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    by_name: str = ""
    by_set: uuid.UUID | None = None


@dataclass(slots=True)
class UndoPlan:
    """What undoing would do: steps that are free, and what is blocked."""

    change_set_id: uuid.UUID
    title: str
    args: Mapping[str, Any]
    import_id: uuid.UUID | None
    steps: list[journal.Recorded] = dataclasses.field(default_factory=list)  # inverse changes
    facts: int = 0
    blockers: list[Blocker] = dataclasses.field(default_factory=list)
    blocked: int = 0
    causes: list[Cause] = dataclasses.field(default_factory=list)  # all that blocks, counted
    impossible: str = ""  # "undone", "facts", "event": why nothing can be undone at all
    kept: Facts = dataclasses.field(default_factory=Facts)  # facts that stay

    @property
    def is_free(self) -> bool:
        """Whether everything can be undone."""
        return not self.blocked and not self.impossible


class UndoBlockedError(Exception):
    """Undo was refused; the plan says by what."""

    def __init__(self, plan: UndoPlan) -> None:
        super().__init__(f"{plan.blocked} blocked {plan.impossible}".strip())
        self.plan = plan


def plan_undo(session: Session, change_set_id: uuid.UUID) -> UndoPlan:
    """Look what undoing a change set would do, without doing it.

    Raises LookupError when there is no such change set.
    """
    change_set = session.get(ChangeSet, change_set_id)
    if change_set is None:
        raise LookupError(str(change_set_id))
    plan = UndoPlan(change_set.id, change_set.title, change_set.args, change_set.import_id)
    plan.impossible = _why_impossible(session, change_set)
    if plan.impossible:
        return plan
    plan.kept = find_facts(session, change_set)
    if plan.kept.import_id:
        plan.facts = _count_facts(session, plan.kept)
    steps = find_steps(session, change_set, plan.kept)
    plan.steps = [_inverse(step) for step in steps if step.free]
    obstacles = [*plan.kept.obstacles, *(one for step in steps for one in step.obstacles)]
    plan.blocked = len(obstacles)
    culprits = find_culprits(session, change_set, obstacles)
    plan.causes = sum_up(obstacles, culprits)
    plan.blockers = [
        _blocker(one, by) for one, by in zip(obstacles[:_LISTED], culprits, strict=False)
    ]
    return plan


def undo(session: Session, change_set_id: uuid.UUID, *, skip_blocked: bool = False) -> UndoPlan:
    """Undo a change set in this transaction, as a change set of its own.

    Args:
        session: the writing session.
        change_set_id: what to undo.
        skip_blocked: undo the rest where something newer stands in the way; otherwise refuse.

    Raises:
        UndoBlockedError: something stands in the way; nothing was changed.
        LookupError: there is no such change set.
    """
    session.flush()
    plan = plan_undo(session, change_set_id)
    if plan.impossible or (plan.blocked and not skip_blocked):
        raise UndoBlockedError(plan)
    buffer = journal.buffer_of(session)
    dialect.defer_foreign_keys(session)
    try:
        with session.begin_nested():
            _remove_facts(session, buffer, plan.kept)
            _take_back(session, plan.steps)
            for step in plan.steps:
                journal.record(buffer, step)
    except IntegrityError as error:  # a rule of the tables that the plan does not know
        plan.blocked += 1
        raise UndoBlockedError(plan) from error
    buffer.title, buffer.kind, buffer.undoes = UNDO_TITLE, ChangeKind.UNDO, change_set_id
    buffer.args = {"title": plan.title, "args": dict(plan.args)}
    _mark_undone(session, session.get_one(ChangeSet, change_set_id), buffer.id)
    session.flush()
    session.expire_all()
    return plan


def _mark_undone(session: Session, change_set: ChangeSet, by: uuid.UUID) -> None:
    """Note it, also back along the chain: what an undone undo had undone holds again."""
    change_set.undone_by = by
    while change_set.undoes:
        session.flush()
        before = session.get(ChangeSet, change_set.undoes)
        if before is None:
            return
        before.undone_by = journal.newest_undo(session, before.id)
        change_set = before


# ---------------------------------------------------------------- planning


def _why_impossible(session: Session, change_set: ChangeSet) -> str:
    if change_set.undone_by:
        return "undone"
    if change_set.kind in (ChangeKind.EVENT, ChangeKind.SYSTEM):
        return "event"
    original: ChangeSet | None = change_set
    while original is not None and original.undoes:
        original = session.get(ChangeSet, original.undoes)
        if original is not None and original.import_id:
            return "facts"
    return ""


def _count_facts(session: Session, facts: Facts) -> int:
    count = 0
    for model in (Order, OrderLine):
        statement = select(func.count()).where(model.import_id == facts.import_id)
        count += session.scalar(statement) or 0
    return count - len(facts.orders) - len(facts.lines)


def _inverse(step: Step) -> journal.Recorded:
    match step.op:
        case Op.INSERT:
            op, fields = Op.DELETE, step.fields
        case Op.DELETE:
            op, fields = Op.INSERT, step.fields
        case _:
            op, now = Op.UPDATE, step.row or {}
            fields = {name: [now[name], old] for name, old in step.free.items()}
    return journal.Recorded(step.entity, step.row_id, op, fields)


def _blocker(one: Obstacle, by: ChangeSet | None) -> Blocker:
    if by is None:
        return Blocker(one.entity, one.row_id, one.field, one.kind)
    return Blocker(
        one.entity, one.row_id, one.field, one.kind, by.title, by.args, by.actor_name, by.id
    )


# ---------------------------------------------------------------- applying

_ORDER: Final = (Op.DELETE, Op.UPDATE, Op.INSERT)  # frees unique values before they are taken

Group = tuple[str, Op, tuple[str, ...]]


def _take_back(session: Session, steps: Sequence[journal.Recorded]) -> None:
    swaps = _swaps(steps)
    done = {(step.entity, step.row_id) for group in swaps.values() for step in group}
    rest = _groups([step for step in steps if (step.entity, step.row_id) not in done])
    gone = [each for each in rest if each[0][1] is Op.DELETE]
    for (entity, op, _names), group in gone:  # frees unique values that a swap takes back
        _apply(session, cast("Table", ENTITIES[entity].__table__), op, group)
    for entity, group in swaps.items():
        _replace(session, cast("Table", ENTITIES[entity].__table__), group)
    for (entity, op, _names), group in rest[len(gone) :]:
        _apply(session, cast("Table", ENTITIES[entity].__table__), op, group)


def _groups(steps: Sequence[journal.Recorded]) -> list[tuple[Group, list[journal.Recorded]]]:
    """Steps that one statement does: same table, kind and columns."""
    groups: dict[Group, list[journal.Recorded]] = defaultdict(list)
    for step in steps:
        names = tuple(step.fields) if step.op is Op.UPDATE else ()
        groups[step.entity, step.op, names].append(step)
    return sorted(groups.items(), key=lambda item: _ORDER.index(item[0][1]))


def _swaps(steps: Sequence[journal.Recorded]) -> dict[str, list[journal.Recorded]]:
    """By table, two and more rows whose unique values change: they may pass them on in a ring."""
    found: dict[str, list[journal.Recorded]] = defaultdict(list)
    for step in steps:
        if step.op is Op.UPDATE:
            table = cast("Table", ENTITIES[step.entity].__table__)
            if any(unique.names & step.fields.keys() for unique in uniques(table)):
                found[step.entity].append(step)
    return {entity: group for entity, group in found.items() if len(group) > 1}


def _replace(session: Session, table: Table, steps: Sequence[journal.Recorded]) -> None:
    """Change rows by taking all away and then putting all back."""
    connection = session.connection()
    keys = [key_of(table, step.row_id) for step in steps]
    before = journal.rows_by_id(session, table, keys)
    rows = []
    for key, step in zip(keys, steps, strict=True):
        after = {name: pair[1] for name, pair in step.fields.items()}
        times = {"version": before[key]["version"] + 1, "updated_at": utcnow()}
        rows.append({**before[key], **_values(table, after), **times})
    for start in range(0, len(keys), _CHUNK):
        chunk = keys[start : start + _CHUNK]
        connection.execute(delete(table).where(table.c.id.in_(chunk)), execution_options=RECORDED)
    connection.execute(insert(table), rows, execution_options=RECORDED)


def _apply(session: Session, table: Table, op: Op, steps: Sequence[journal.Recorded]) -> None:
    connection = session.connection()
    keys = [key_of(table, step.row_id) for step in steps]
    if table.name == Order.__tablename__ and op is Op.UPDATE:
        touched = journal.buffer_of(session).touched
        rows = journal.rows_by_id(session, table, keys).values()
        touched.orders.update(row["customer_id"] for row in rows)
    match op:
        case Op.DELETE:
            for start in range(0, len(keys), _CHUNK):
                connection.execute(
                    delete(table).where(table.c.id.in_(keys[start : start + _CHUNK])),
                    execution_options=RECORDED,
                )
        case Op.INSERT:
            whole = [journal.with_defaults(table, _values(table, step.fields)) for step in steps]
            if "version" in table.c:
                whole = [{**row, "version": 1, "updated_at": utcnow()} for row in whole]
            connection.execute(insert(table), whole, execution_options=RECORDED)
        case _:
            rows_after = [
                _values(table, {name: pair[1] for name, pair in step.fields.items()})
                | {"row_key": key}
                for step, key in zip(steps, keys, strict=True)
            ]
            journal.update_rows(session, table, steps[0].fields, rows_after)


def _remove_facts(session: Session, buffer: journal.Buffer, facts: Facts) -> None:
    if facts.import_id is None:
        return
    connection = session.connection()
    owners = select(Order.customer_id).where(Order.import_id == facts.import_id).distinct()
    buffer.touched.orders.update(connection.scalars(owners))
    for model in (OrderLine, Order):
        table = cast("Table", model.__table__)
        going = table.c.import_id == facts.import_id
        kept = facts.kept(table.name)
        if kept:
            going &= table.c.id.not_in(kept)
        statement = delete(table).where(going)
        gone = connection.execute(statement, execution_options=RECORDED).rowcount
        buffer.facts += gone
        if gone:
            buffer.tables.add(table.name)


def _values(table: Table, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: journal.from_plain(table.c[name], value)
        for name, value in fields.items()
        if name not in BOOKKEEPING
    }
