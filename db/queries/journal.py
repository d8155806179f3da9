"""The journal as lists show it."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Change, ChangeSet
from db.queries.paging import Sort
from db.vocabulary import ChangeKind, Op

_NAMING = ("number", "name", "login", "code", "file_name")


@dataclass(frozen=True, slots=True)
class ChangeSetFilter:
    """Which change sets; the defaults mean all."""

    kind: ChangeKind | None = None
    actor_id: uuid.UUID | None = None
    since: dt.datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSetRow:
    """One change set; `title` is an English text with placeholders for `args`."""

    id: uuid.UUID
    seq: int
    at: dt.datetime
    kind: ChangeKind
    title: str
    args: Mapping[str, Any]
    actor_id: uuid.UUID | None
    actor: str
    changes: int
    undone_by: uuid.UUID | None
    undoes: uuid.UUID | None
    import_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one record, changed once."""

    at: dt.datetime
    actor: str
    title: str
    args: Mapping[str, Any]
    op: Op
    field: str
    old: Any
    new: Any
    change_set_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class RowChange:
    """What a change set did to one row: field to (old, new)."""

    entity: str
    row_id: str
    name: str  # what the row says about itself: number or name, if it was written down
    op: Op
    fields: Mapping[str, tuple[Any, Any]]


def count_change_sets(session: Session, criteria: ChangeSetFilter) -> int:
    """How many change sets fit."""
    return session.scalar(_narrow(select(func.count()).select_from(ChangeSet), criteria)) or 0


def list_change_sets(
    session: Session, criteria: ChangeSetFilter, sort: Sort | None, offset: int, limit: int
) -> list[ChangeSetRow]:
    """A window of the change sets that fit, newest first unless sorted otherwise.

    The newest has the highest number: clocks go back, and a time may be set.
    """
    order = sort or Sort("seq", descending=True)
    column = {
        "seq": ChangeSet.seq,
        "at": ChangeSet.at,
        "kind": ChangeSet.kind,
        "actor": ChangeSet.actor_name,
        "changes": ChangeSet.changes,
    }[order.column_id]
    tie = ChangeSet.seq.desc() if order.descending else ChangeSet.seq.asc()
    rows: Iterable[Any] = session.execute(
        _narrow(
            select(
                ChangeSet.id,
                ChangeSet.seq,
                ChangeSet.at,
                ChangeSet.kind,
                ChangeSet.title,
                ChangeSet.args,
                ChangeSet.actor_id,
                ChangeSet.actor_name,
                ChangeSet.changes,
                ChangeSet.undone_by,
                ChangeSet.undoes,
                ChangeSet.import_id,
            ),
            criteria,
        )
        .order_by(column.desc() if order.descending else column.asc(), tie)
        .offset(offset)
        .limit(limit)
    )
    return [_change_set(list(row)) for row in rows]


def _change_set(values: list[Any]) -> ChangeSetRow:
    values[3] = ChangeKind(values[3])
    return ChangeSetRow(*values)


def change_set_key(session: Session, key: uuid.UUID | None, number: str = "") -> uuid.UUID | None:
    """Key of a change set that is there: by key, or by its number among the newest device's."""
    if key is not None:
        return session.scalar(select(ChangeSet.id).where(ChangeSet.id == key))
    if not number.isdecimal():
        return None
    newest_first = select(ChangeSet.id).where(ChangeSet.seq == int(number))
    return session.scalars(newest_first.order_by(ChangeSet.at.desc())).first()


def record_history(session: Session, entity: str, row_id: uuid.UUID) -> list[FieldChange]:
    """Who changed which field of a record from what to what, newest first."""
    found = []
    for change_set, change in journal.history(session, entity, row_id):
        for name, value in change.fields.items():
            old, new = _pair(Op(change.op), value)
            if old == new or name in ("id", "created_at"):
                continue
            found.append(
                FieldChange(
                    change_set.at,
                    change_set.actor_name,
                    change_set.title,
                    change_set.args,
                    Op(change.op),
                    name,
                    old,
                    new,
                    change_set.id,
                )
            )
    return found


def changes_of(session: Session, change_set_id: uuid.UUID, limit: int = 200) -> list[RowChange]:
    """The first rows of a change set in the order they were changed."""
    rows = session.scalars(
        select(Change)
        .where(Change.change_set_id == change_set_id)
        .order_by(Change.position)
        .limit(limit)
    )
    return [_row_change(row) for row in rows]


def _row_change(row: Change) -> RowChange:
    op = Op(row.op)
    fields = {
        name: _pair(op, value)
        for name, value in row.fields.items()
        if name not in ("id", "created_at", "updated_at", "version")
    }
    said = (pair[0] if op is Op.DELETE else pair[1] for pair in map(fields.get, _NAMING) if pair)
    name = next((str(one) for one in said if one), "")
    return RowChange(row.entity, row.row_id, name, op, fields)


def _pair(op: Op, value: Any) -> tuple[Any, Any]:
    match op:
        case Op.INSERT:
            return None, value
        case Op.DELETE:
            return value, None
        case Op.UPDATE:
            return value[0], value[1]


def _narrow(statement: Any, criteria: ChangeSetFilter) -> Any:
    if criteria.kind:
        statement = statement.where(ChangeSet.kind == criteria.kind)
    if criteria.actor_id:
        statement = statement.where(ChangeSet.actor_id == criteria.actor_id)
    if criteria.since:
        statement = statement.where(ChangeSet.at >= criteria.since)
    if criteria.text:
        statement = statement.where(
            ChangeSet.title.icontains(criteria.text, autoescape=True)
            | ChangeSet.actor_name.icontains(criteria.text, autoescape=True)
        )
    return statement
