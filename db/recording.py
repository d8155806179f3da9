"""What a write transaction does to rows, recorded as it happens: the journal's lower half.

Mapped rows are captured in the session's flush events; `db.journal` adds the bulk writers and
writes the change set at the end. A guard refuses every other INSERT, UPDATE or DELETE on a
recorded table, so that nothing changes unrecorded.
"""

import datetime as dt
import json
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Column, Connection, Table, event, inspect
from sqlalchemy.orm import InstanceState, Session, SessionTransaction, UOWTransaction

from db.base import BOOKKEEPING, Base, new_id
from db.derived import Touched
from db.models import ENTITIES, Customer, Order, OrderLine, Setting
from db.vocabulary import ChangeKind, Op

FACTS: Final = (Order, OrderLine)
RECORDED: Final = {"recorded": True}
"""Execution option of the statements whose changes are recorded by the one who runs them."""
_MARK: Final = "db.recording"
_DML: Final = re.compile(
    r"(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE(?:\s+OR\s+\w+)?|DELETE\s+FROM)"
    r"\s+[\"'`\[]?(\w+)",
    re.IGNORECASE,
)
_HARMLESS: Final = ("SELECT", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK")


@dataclass(slots=True)
class Recorded:
    """What happened to one row so far: fields are `{name: [old, new]}` or the whole row."""

    entity: str
    row_id: str
    op: Op
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened without changing rows: a sign-in, a reveal, an export, a print."""

    title: str
    args: dict[str, Any]


@dataclass(slots=True)
class Buffer:
    """The change set being made; lives in `session.info` for one transaction."""

    device: str
    actor_id: uuid.UUID | None
    actor_name: str
    id: uuid.UUID = field(default_factory=new_id)
    kind: ChangeKind = ChangeKind.EDIT
    title: str = ""
    args: dict[str, Any] = field(default_factory=dict)
    undoes: uuid.UUID | None = None
    import_id: uuid.UUID | None = None
    rows: dict[tuple[str, str], Recorded] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    touched: Touched = field(default_factory=Touched)
    facts: int = 0
    events: list[Event] = field(default_factory=list)
    is_flushing: bool = False
    is_closing: bool = False
    savepoints: dict[SessionTransaction, "Savepoint"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Savepoint:
    """The buffer as it was when a savepoint was set."""

    rows: dict[tuple[str, str], Recorded]
    tables: set[str]
    profiles: set[uuid.UUID]
    orders: set[uuid.UUID]
    facts: int
    events: int


def buffer_of(session: Session) -> Buffer:
    """The change set being made. Raises RuntimeError in a reading session."""
    buffer = session.info.get(_MARK)
    if not isinstance(buffer, Buffer):
        msg = "this session only reads"
        raise RuntimeError(msg)  # noqa: TRY004
    return buffer


# ---------------------------------------------------------------- values


def plain(value: object) -> Any:
    """A column value as JSON; containers are copied."""
    make = _MAKERS.get(type(value))
    if make is None:
        fitting = (made for kind, made in _MAKERS.items() if isinstance(value, kind))
        make = next(fitting, _same)
    return make(value)


def _same(value: Any) -> Any:
    return value


def _plain_list(values: Iterable[Any]) -> list[Any]:
    return [plain(one) for one in values]


def _plain_set(values: Iterable[Any]) -> list[Any]:
    return _plain_list(sorted(values))


def _plain_dict(values: Mapping[Any, Any]) -> Any:
    if all(type(name) is str for name in values):
        return {name: plain(one) for name, one in values.items()}
    return json.loads(json.dumps(values, default=plain))


_MAKERS: Final[Mapping[type, Callable[[Any], Any]]] = {
    str: str,
    int: _same,
    float: _same,
    type(None): _same,
    uuid.UUID: str,
    dt.datetime: lambda moment: moment.astimezone(dt.UTC).isoformat(),
    dt.date: dt.date.isoformat,
    dt.time: dt.time.isoformat,
    dict: _plain_dict,
    list: _plain_list,
    tuple: _plain_list,
    set: _plain_set,
    frozenset: _plain_set,
}
"""How a value of a type is made plain; a type that is not listed is taken for its first base."""


def plain_row(values: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """The journalled columns of a row as JSON."""
    return {name: plain(values.get(name)) for name in _recorded_names(table)}


@cache
def _recorded_names(table: Table) -> tuple[str, ...]:
    return tuple(column.key for column in table.columns if column.key not in BOOKKEEPING)


def from_plain(column: Column[Any], value: Any) -> Any:
    """A JSON value of the journal as the column's Python value."""
    if value is None:
        return None
    python = column.type.python_type
    if python is uuid.UUID:
        return uuid.UUID(value)
    if python is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if python is dt.date:
        return dt.date.fromisoformat(value)
    if python is dt.time:
        return dt.time.fromisoformat(value)
    return value


# ---------------------------------------------------------------- capture


class RecordedSession(Session):
    """A session that writes: what it changes is recorded."""


def attach(session: RecordedSession, buffer: Buffer) -> None:
    """Begin the transaction and record what this session changes."""
    _keep_old_values()
    session.info[_MARK] = buffer

    def guard(
        _connection: Connection,
        _cursor: object,
        statement: str,
        _parameters: object,
        context: Any,
        _executemany: bool,  # noqa: FBT001
    ) -> None:
        if not buffer.is_flushing and not context.execution_options.get("recorded"):
            _refuse_unrecorded(statement)

    event.listen(session.connection(), "before_cursor_execute", guard)


def _keep_old(_target: object, _value: object, _old: object, _initiator: object) -> None:
    """Listening makes the mapper load the old value before an unloaded attribute is set."""


@cache
def _keep_old_values() -> None:
    """Listen to every recorded attribute, once for the process: who only reads does not wait."""
    for mapper in Base.registry.mappers:
        if mapper.class_.__journalled__ or mapper.class_ in FACTS:
            for attribute in mapper.column_attrs:
                event.listen(
                    getattr(mapper.class_, attribute.key), "set", _keep_old, active_history=True
                )


@event.listens_for(RecordedSession, "before_flush")
def _before_flush(session: Session, _context: UOWTransaction, _instances: object) -> None:
    buffer_of(session).is_flushing = True
    for instance in session.deleted:  # once it is gone nobody can load it whole
        for attribute in inspect(instance).mapper.column_attrs:
            getattr(instance, attribute.key)


@event.listens_for(RecordedSession, "after_flush")
def _after_flush(session: Session, _context: UOWTransaction) -> None:
    buffer = buffer_of(session)
    buffer.is_flushing = False
    for instance in session.new:
        _record_instance(buffer, instance, Op.INSERT)
    for instance in session.dirty:
        if session.is_modified(instance, include_collections=False):
            _record_instance(buffer, instance, Op.UPDATE)
    for instance in session.deleted:
        _record_instance(buffer, instance, Op.DELETE)


def _record_instance(buffer: Buffer, instance: object, op: Op) -> None:
    entity = cast("Base", instance)
    buffer.tables.add(entity.__tablename__)
    if not entity.__journalled__ and not isinstance(instance, FACTS):
        return
    state: InstanceState[Any] = inspect(instance)
    row_id = str(state.identity[0] if state.identity else state.dict["id"])
    if op is Op.UPDATE:
        fields = dict(_differences(state))
    else:
        values = {attr.key: state.attrs[attr.key].value for attr in state.mapper.column_attrs}
        if op is Op.DELETE:
            values |= {name: pair[0] for name, pair in _differences(state)}
        fields = plain_row(values, cast("Table", entity.__table__))
    if isinstance(instance, Order):
        buffer.touched.orders.add(instance.customer_id)
    record(buffer, Recorded(entity.__tablename__, row_id, op, fields))


def _differences(state: InstanceState[Any]) -> Iterator[tuple[str, list[Any]]]:
    for attr in state.mapper.column_attrs:
        if attr.key in BOOKKEEPING:
            continue
        changed = state.attrs[attr.key].history
        if not changed.added:
            continue
        old = plain(changed.deleted[0]) if changed.deleted else None
        new = plain(changed.added[0])
        if old != new:
            yield attr.key, [old, new]


def record(buffer: Buffer, change: Recorded) -> None:
    """Add a change of one row, joined with what the transaction did to the row before."""
    buffer.tables.add(change.entity)
    _touch(buffer.touched, change)
    key = (change.entity, change.row_id)
    before = buffer.rows.get(key)
    if before is None:
        if change.op is not Op.UPDATE or change.fields:
            buffer.rows[key] = change
        return
    joined = _join(before, change)
    if joined is None:
        del buffer.rows[key]
    else:
        buffer.rows[key] = joined


def _join(before: Recorded, after: Recorded) -> Recorded | None:
    match (before.op, after.op):
        case (Op.INSERT, Op.UPDATE):
            new = {name: pair[1] for name, pair in after.fields.items()}
            return Recorded(before.entity, before.row_id, Op.INSERT, before.fields | new)
        case (Op.INSERT, Op.DELETE):
            return None
        case (Op.UPDATE, Op.UPDATE):
            merged = dict(before.fields)
            for name, (old, new) in after.fields.items():
                merged[name] = [merged[name][0] if name in merged else old, new]
            fields = {name: pair for name, pair in merged.items() if pair[0] != pair[1]}
            return Recorded(before.entity, before.row_id, Op.UPDATE, fields) if fields else None
        case (Op.UPDATE, Op.DELETE):
            old = {name: pair[0] for name, pair in before.fields.items()}
            return Recorded(before.entity, before.row_id, Op.DELETE, after.fields | old)
        case (Op.DELETE, Op.INSERT):
            pairs = {
                name: [before.fields.get(name), value]
                for name, value in after.fields.items()
                if before.fields.get(name) != value
            }
            return Recorded(before.entity, before.row_id, Op.UPDATE, pairs) if pairs else None
        case _:
            msg = f"{before.op} then {after.op} of {before.entity} {before.row_id}"
            raise RuntimeError(msg)


def _touch(touched: Touched, change: Recorded) -> None:
    """Note whose derived figures a change concerns."""
    if change.entity == Customer.__tablename__:
        touched.profiles.add(uuid.UUID(change.row_id))
    elif change.entity == Order.__tablename__:
        value = change.fields.get("customer_id")
        pair = value if isinstance(value, list) else [value]
        touched.orders.update(uuid.UUID(one) for one in pair if one)
    elif change.entity == Setting.__tablename__:
        touched.window = True


# ---------------------------------------------------------------- savepoints


@event.listens_for(RecordedSession, "after_transaction_create")
def _after_transaction_create(session: Session, transaction: SessionTransaction) -> None:
    buffer = buffer_of(session)
    if transaction.nested:
        buffer.savepoints[transaction] = Savepoint(
            dict(buffer.rows),
            set(buffer.tables),
            set(buffer.touched.profiles),
            set(buffer.touched.orders),
            buffer.facts,
            len(buffer.events),
        )


@event.listens_for(RecordedSession, "after_soft_rollback")
def _after_soft_rollback(session: Session, previous: SessionTransaction) -> None:
    """What a savepoint took back was never done."""
    buffer = buffer_of(session)
    buffer.is_flushing = False
    kept = buffer.savepoints.pop(previous, None)
    if kept is not None:
        buffer.rows, buffer.tables, buffer.facts = dict(kept.rows), set(kept.tables), kept.facts
        buffer.touched.profiles = set(kept.profiles)
        buffer.touched.orders = set(kept.orders)
        del buffer.events[kept.events :]


# ---------------------------------------------------------------- guards


def _refuse_unrecorded(statement: str) -> None:
    head = statement.lstrip().upper()
    if head.startswith(_HARMLESS):
        return
    tables = _DML.findall(statement) if head.startswith("WITH") else _DML.match(head)
    names = tables if isinstance(tables, list) else [tables.group(1)] if tables else []
    for name in names:
        model = ENTITIES.get(name.lower())
        if model is not None and (model.__journalled__ or model in FACTS):
            msg = f"{model.__name__}: change it by the unit of work or by db.journal.bulk_*"
            raise RuntimeError(msg)


@event.listens_for(RecordedSession, "before_commit")
def _refuse_commit(session: Session) -> None:
    if not session.in_nested_transaction() and not buffer_of(session).is_closing:
        msg = "only Database.write commits"
        raise RuntimeError(msg)
