"""Undo of any change set, also days later: a preview that lists what stands in the way, and a new
change set that applies the old values where nothing newer does.

Undoing an insert removes the row (the journal keeps it whole), undoing a delete brings it back,
undoing an update sets the old values. Facts of an import are removed by their import id; an undone
import is repeated by importing the file again.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.orm import Session

from db import journal
from db.base import BOOKKEEPING, Base, utcnow
from db.models import ENTITIES, Change, ChangeSet, Order, OrderLine
from db.vocabulary import ChangeKind, Op

UNDO_TITLE: Final = "Undo: {title}"  # shown through the catalogue like every other title
_CHUNK: Final = 500
_LISTED: Final = 200  # so many blockers are listed one by one, all are counted


@dataclass(frozen=True, slots=True)
class Blocker:
    """A row that cannot be put back, and the later change set that stands in the way."""

    entity: str
    row_id: str
    field: str  # empty: the whole row
    kind: str  # "changed", "deleted", "exists", "needed"
    by_title: str = ""
    by_args: Mapping[str, Any] = field(default_factory=dict)
    by_name: str = ""
    by_set: uuid.UUID | None = None


@dataclass(slots=True)
class UndoPlan:
    """What undoing would do: steps that are free, and what is blocked."""

    change_set_id: uuid.UUID
    title: str
    args: Mapping[str, Any]
    import_id: uuid.UUID | None
    steps: list[journal.Recorded] = field(default_factory=list)  # inverse changes, in order
    facts: int = 0
    blockers: list[Blocker] = field(default_factory=list)
    blocked: int = 0
    impossible: str = ""  # "undone", "facts", "event": why nothing can be undone at all

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
    if change_set.import_id and not change_set.undoes:
        plan.facts = _count_facts(session, change_set.import_id)
    changes: dict[str, list[Change]] = defaultdict(list)
    for change in session.scalars(
        select(Change).where(Change.change_set_id == change_set_id).order_by(Change.position.desc())
    ):
        changes[change.entity].append(change)
    removed = {
        (change.entity, change.row_id)
        for group in changes.values()
        for change in group
        if change.op == Op.INSERT
    }
    for entity, group in changes.items():
        _plan_entity(session, plan, change_set, entity, group, removed)
    order = {change.row_id: change.position for group in changes.values() for change in group}
    plan.steps.sort(key=lambda step: -order[step.row_id])
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
    plan = plan_undo(session, change_set_id)
    if plan.impossible or (plan.blocked and not skip_blocked):
        raise UndoBlockedError(plan)
    original = session.get_one(ChangeSet, change_set_id)
    buffer = journal.buffer_of(session)
    buffer.title, buffer.kind, buffer.undoes = UNDO_TITLE, ChangeKind.UNDO, change_set_id
    buffer.args = {"title": plan.title, "args": dict(plan.args)}
    session.connection().execute(text("PRAGMA defer_foreign_keys=ON"))
    if plan.import_id and not original.undoes:
        _remove_facts(session, buffer, plan.import_id)
    for step in plan.steps:
        _apply(session, buffer, step)
    original.undone_by = buffer.id
    if original.undoes:  # an undo was undone: what it had undone holds again
        session.get_one(ChangeSet, original.undoes).undone_by = None
    session.expire_all()
    return plan


# ---------------------------------------------------------------- planning


def _why_impossible(session: Session, change_set: ChangeSet) -> str:
    if change_set.undone_by:
        return "undone"
    if change_set.kind in (ChangeKind.EVENT, ChangeKind.SYSTEM):
        return "event"
    if change_set.undoes:
        original = session.get(ChangeSet, change_set.undoes)
        if original is not None and original.import_id:
            return "facts"
    return ""


def _count_facts(session: Session, import_id: uuid.UUID) -> int:
    connection = session.connection()
    return sum(
        len(connection.execute(select(model.id).where(model.import_id == import_id)).all())
        for model in (Order, OrderLine)
    )


def _plan_entity(
    session: Session,
    plan: UndoPlan,
    change_set: ChangeSet,
    entity: str,
    group: list[Change],
    removed: set[tuple[str, str]],
) -> None:
    table = cast("Table", ENTITIES[entity].__table__)
    for start in range(0, len(group), _CHUNK):
        chunk = group[start : start + _CHUNK]
        keys = {change.row_id: _key(table, change.row_id) for change in chunk}
        current = journal.rows_by_id(session, table, list(keys.values()))
        needed = _dependents(
            session, plan, table, {keys[c.row_id] for c in chunk if c.op == Op.INSERT}, removed
        )
        for change in chunk:
            row = current.get(keys[change.row_id])
            found = list(_blockers(session, change_set, change, row, table))
            found += needed.get(keys[change.row_id], [])
            step = _inverse(change, {one.field for one in found})
            if step is not None:
                plan.steps.append(step)
            plan.blocked += len(found)
            plan.blockers += found[: max(_LISTED - len(plan.blockers), 0)]


def _blockers(
    session: Session, change_set: ChangeSet, change: Change, row: Any, table: Table
) -> Iterator[Blocker]:
    match change.op:
        case Op.DELETE:
            if row is not None:
                yield Blocker(change.entity, change.row_id, "", "exists")
            return
        case Op.INSERT:
            expected = change.fields
        case _:
            expected = {name: pair[1] for name, pair in change.fields.items()}
    if row is None:
        yield _later(session, change_set, change, "", "deleted")
        return
    now = journal.plain_row(row, table)
    differing = [name for name, value in expected.items() if now.get(name) != value]
    for name in differing:
        whole = change.op == Op.INSERT
        yield _later(session, change_set, change, name, "changed", whole=whole)


def _later(
    session: Session,
    change_set: ChangeSet,
    change: Change,
    name: str,
    kind: str,
    *,
    whole: bool = False,
) -> Blocker:
    """The newest later change of the row (of the field, if one is named)."""
    rows = session.execute(
        select(ChangeSet, Change.fields, Change.op)
        .join(Change, Change.change_set_id == ChangeSet.id)
        .where(
            Change.entity == change.entity,
            Change.row_id == change.row_id,
            ChangeSet.seq > change_set.seq,
        )
        .order_by(ChangeSet.seq.desc())
    )
    for row in rows:
        if not name or name in row.fields or row.op == Op.DELETE:
            by = row[0]
            return Blocker(
                change.entity, change.row_id, "" if whole else name, kind,
                by.title, by.args, by.actor_name, by.id,
            )  # fmt: skip
    return Blocker(change.entity, change.row_id, "" if whole else name, kind)


def _dependents(
    session: Session,
    plan: UndoPlan,
    table: Table,
    ids: set[Any],
    removed: set[tuple[str, str]],
) -> dict[Any, list[Blocker]]:
    """Rows elsewhere that point at rows about to be removed and stay themselves."""
    found: dict[Any, list[Blocker]] = defaultdict(list)
    if not ids:
        return found
    for model in ENTITIES.values():
        other = cast("Table", model.__table__)
        if not model.__journalled__ and model not in (Order, OrderLine):
            continue
        for column in other.columns:
            if not any(key.column.table is table for key in column.foreign_keys):
                continue
            statement = select(column, other.c.id).where(column.in_(ids))
            if "import_id" in other.c and plan.import_id:
                statement = statement.where(other.c.import_id.is_distinct_from(plan.import_id))
            for target, row_id in session.connection().execute(statement):
                if (other.name, str(row_id)) not in removed:
                    found[target].append(Blocker(other.name, str(row_id), "", "needed"))
    return found


def _inverse(change: Change, blocked: set[str]) -> journal.Recorded | None:
    """The change that takes a change back, without the blocked fields; None when all is blocked."""
    match change.op:
        case Op.INSERT:
            op, fields = Op.DELETE, change.fields
            if blocked:
                return None
        case Op.DELETE:
            op, fields = Op.INSERT, change.fields
            if blocked:
                return None
        case _:
            op = Op.UPDATE
            fields = {
                name: [new, old]
                for name, (old, new) in change.fields.items()
                if name not in blocked and "" not in blocked
            }
            if not fields:
                return None
    return journal.Recorded(change.entity, change.row_id, op, fields)


# ---------------------------------------------------------------- applying


def _apply(session: Session, buffer: journal.Buffer, step: journal.Recorded) -> None:
    model: type[Base] = ENTITIES[step.entity]
    table = cast("Table", model.__table__)
    connection, key = session.connection(), _key(table, step.row_id)
    match step.op:
        case Op.DELETE:
            connection.execute(delete(table).where(table.c.id == key))
        case Op.INSERT:
            values = _values(table, step.fields)
            if "version" in table.c:
                values |= {"version": 1, "updated_at": utcnow()}
            connection.execute(insert(table).values(values))
        case _:
            values = _values(table, {name: pair[1] for name, pair in step.fields.items()})
            if "version" in table.c:
                values |= {"version": table.c.version + 1, "updated_at": utcnow()}
            if table.name == Order.__tablename__:
                owner = select(table.c.customer_id).where(table.c.id == key)
                buffer.touched.orders.update(connection.scalars(owner))
            connection.execute(update(table).where(table.c.id == key).values(values))
    journal.record(buffer, step)


def _remove_facts(session: Session, buffer: journal.Buffer, import_id: uuid.UUID) -> None:
    connection = session.connection()
    owners = select(Order.customer_id).where(Order.import_id == import_id).distinct()
    buffer.touched.orders.update(connection.scalars(owners))
    for model in (OrderLine, Order):
        table = cast("Table", model.__table__)
        gone = connection.execute(delete(table).where(table.c.import_id == import_id)).rowcount
        buffer.facts += gone
        if gone:
            buffer.tables.add(table.name)


def _values(table: Table, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: journal.from_plain(table.c[name], value)
        for name, value in fields.items()
        if name not in BOOKKEEPING
    }


def _key(table: Table, row_id: str) -> Any:
    return journal.from_plain(table.c.id, row_id if len(row_id) > 30 else int(row_id))  # noqa: PLR2004
