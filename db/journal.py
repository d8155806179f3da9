"""The journal: every change is one named, dated, attributed change set.

Changes of mapped rows are captured in the session's flush, in the same transaction; bulk writers
(`bulk_insert`, `bulk_update`, `bulk_delete`) record what they do themselves; facts (orders) are
inserted with `insert_facts` and carry their import's id instead of a change each. At the end of
the transaction `close` writes the change set. History is read here, undo in `db.undo`.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from sqlalchemy import Column, Table, bindparam, event, func, insert, inspect, select, update
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session, UOWTransaction

from db.base import BOOKKEEPING, Base, new_id, utcnow
from db.derived import CLASS_WINDOW_KEY, Touched
from db.models import Change, ChangeSet, Customer, Order, OrderLine, Setting
from db.vocabulary import ChangeKind, Op

_CHUNK: Final = 500
_MARK: Final = "db.journal"


@dataclass(slots=True)
class Recorded:
    """What happened to one row so far: fields are `{name: [old, new]}` or the whole row."""

    entity: str
    row_id: str
    op: Op
    fields: dict[str, Any]


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


class UnnamedChangeError(AssertionError):
    """A service changed rows without naming the change set: a bug."""


# ---------------------------------------------------------------- naming and reading


def name_change(
    session: Session, title: str, *, kind: ChangeKind = ChangeKind.EDIT, **args: object
) -> None:
    """Name the change set of this transaction; the first (outermost) name wins.

    Args:
        session: the writing session.
        title: English text marked with `N_`, with `{placeholders}`.
        kind: what sort of change it is.
        args: values for the placeholders, JSON-able.
    """
    buffer = buffer_of(session)
    if not buffer.title:
        buffer.title, buffer.kind = title, kind
        buffer.args = {name: _plain(value) for name, value in args.items()}


def retitle_args(session: Session, **args: object) -> None:
    """Complete the placeholders of the title once their values are known (counts)."""
    buffer_of(session).args |= {name: _plain(value) for name, value in args.items()}


def record_event(session: Session, title: str, **args: object) -> None:
    """Write an audit event (sign-in, reveal, export, print): a change set without changes."""
    name_change(session, title, kind=ChangeKind.EVENT, **args)


def mark_import(session: Session, import_id: uuid.UUID) -> None:
    """Say which import this change set is; its facts carry the same id."""
    buffer_of(session).import_id = import_id


def buffer_of(session: Session) -> Buffer:
    """The change set being made. Raises RuntimeError in a reading session."""
    buffer = session.info.get(_MARK)
    if not isinstance(buffer, Buffer):
        msg = "this session only reads"
        raise RuntimeError(msg)  # noqa: TRY004
    return buffer


def history(session: Session, entity: str, row_id: uuid.UUID) -> list[tuple[ChangeSet, Change]]:
    """All changes of one row, newest first."""
    rows = session.execute(
        select(ChangeSet, Change)
        .join(Change, Change.change_set_id == ChangeSet.id)
        .where(Change.entity == entity, Change.row_id == str(row_id))
        .order_by(ChangeSet.seq.desc(), Change.position.desc())
    )
    return [(row[0], row[1]) for row in rows]


# ---------------------------------------------------------------- values


def _plain(value: object) -> Any:
    """A column value as JSON."""
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    return value


def plain_row(values: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """The journalled columns of a row as JSON."""
    return {
        column.key: _plain(values.get(column.key))
        for column in table.columns
        if column.key not in BOOKKEEPING
    }


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
    return value


# ---------------------------------------------------------------- capture


def attach(session: Session, buffer: Buffer) -> None:
    """Begin recording what this session changes."""
    session.info[_MARK] = buffer
    event.listen(session, "after_flush", _after_flush)
    event.listen(session, "do_orm_execute", _refuse_unrecorded)


def _after_flush(session: Session, _context: UOWTransaction) -> None:
    buffer = buffer_of(session)
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
    if not entity.__journalled__:
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
    record(buffer, Recorded(entity.__tablename__, row_id, op, fields))


def _differences(state: InstanceState[Any]) -> Iterator[tuple[str, list[Any]]]:
    for attr in state.mapper.column_attrs:
        if attr.key in BOOKKEEPING:
            continue
        changed = state.attrs[attr.key].history
        if not changed.added:
            continue
        if not changed.deleted:
            msg = f"{state.class_.__name__}.{attr.key} was set before it was loaded"
            raise RuntimeError(msg)
        old, new = _plain(changed.deleted[0]), _plain(changed.added[0])
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
        if CLASS_WINDOW_KEY in (change.fields.get("key"), None) or "value" in change.fields:
            touched.window = True


def _refuse_unrecorded(state: ORMExecuteState) -> None:
    if state.is_select or not (state.is_insert or state.is_update or state.is_delete):
        return
    mapper = state.bind_mapper
    if mapper is not None and mapper.class_.__journalled__:
        msg = f"{mapper.class_.__name__}: change it by the unit of work or by db.journal.bulk_*"
        raise RuntimeError(msg)


# ---------------------------------------------------------------- bulk


def bulk_insert(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> list[uuid.UUID]:
    """Insert many rows of a journalled table, each recorded; returns their keys in order."""
    if not rows:
        return []
    session.flush()
    table = cast("Table", model.__table__)
    whole = [_with_defaults(table, row) for row in rows]
    session.connection().execute(insert(table), whole)
    buffer = buffer_of(session)
    for row in whole:
        record(buffer, Recorded(table.name, str(row["id"]), Op.INSERT, plain_row(row, table)))
    return [row["id"] for row in whole]


def bulk_update(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Set the given columns of many rows (each with its `id`), recorded; returns how many differ.

    Rows that already have the values are left alone. Objects of these rows loaded in the session
    before are expired.
    """
    session.flush()
    table = cast("Table", model.__table__)
    buffer, differing = buffer_of(session), 0
    for start in range(0, len(rows), _CHUNK):
        wanted = {row["id"]: row for row in rows[start : start + _CHUNK]}
        current = rows_by_id(session, table, list(wanted))
        changes: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row_id, row in wanted.items():
            old = current[row_id]
            names = tuple(name for name in row if name != "id" and old[name] != row[name])
            if not names:
                continue
            changes.setdefault(names, []).append(
                {name: row[name] for name in names} | {"b": row_id}
            )
            fields = {name: [_plain(old[name]), _plain(row[name])] for name in names}
            if table.name == Order.__tablename__:
                buffer.touched.orders.add(old["customer_id"])
            record(buffer, Recorded(table.name, str(row_id), Op.UPDATE, fields))
        for group in changes.values():
            _update_group(session, table, group)
            differing += len(group)
    session.expire_all()
    return differing


def bulk_delete(session: Session, model: type[Base], ids: Sequence[Any]) -> int:
    """Delete many rows, each recorded whole; returns how many there were."""
    session.flush()
    table = cast("Table", model.__table__)
    buffer, count = buffer_of(session), 0
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row_id, row in rows_by_id(session, table, chunk).items():
            record(buffer, Recorded(table.name, str(row_id), Op.DELETE, plain_row(row, table)))
            count += 1
        session.connection().execute(table.delete().where(table.c.id.in_(chunk)))
    session.expire_all()
    return count


def insert_facts(
    session: Session, model: type[Order] | type[OrderLine], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Insert facts of this import; they are not journalled one by one, `import_id` marks them.

    The change set must have been marked with `mark_import`; `import_id` is filled in here.
    """
    if not rows:
        return
    buffer = buffer_of(session)
    if buffer.import_id is None:
        msg = "facts belong to an import: call mark_import first"
        raise RuntimeError(msg)
    session.flush()
    table = cast("Table", model.__table__)
    session.connection().execute(
        insert(table), [{**row, "import_id": buffer.import_id} for row in rows]
    )
    buffer.tables.add(table.name)
    buffer.facts += len(rows)
    if model is Order:
        buffer.touched.orders.update(row["customer_id"] for row in rows)


def rows_by_id(session: Session, table: Table, ids: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    """Whole rows by key, columns by name."""
    found: dict[Any, dict[str, Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row in session.connection().execute(select(table).where(table.c.id.in_(chunk))):
            found[row.id] = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    return found


def _update_group(session: Session, table: Table, group: Sequence[dict[str, Any]]) -> None:
    values: dict[str, Any] = {name: bindparam(name) for name in group[0] if name != "b"}
    if "version" in table.c:
        values |= {"version": table.c.version + 1, "updated_at": utcnow()}
    statement = update(table).where(table.c.id == bindparam("b")).values(values)
    session.connection().execute(statement, list(group))


def _with_defaults(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    whole = dict(row)
    for column in table.columns:
        if column.key in whole:
            continue
        default = column.default
        if default is None:
            whole[column.key] = None
        elif default.is_callable:
            whole[column.key] = cast("Any", default).arg(None)
        else:
            whole[column.key] = cast("Any", default).arg
    return whole


# ---------------------------------------------------------------- closing a transaction


def close(session: Session) -> ChangeSet | None:
    """Write the change set of this transaction; None when nothing was changed.

    Raises UnnamedChangeError when rows changed and no service named the change.
    """
    buffer = buffer_of(session)
    changed = bool(buffer.rows or buffer.facts)
    if not changed and buffer.kind not in (ChangeKind.EVENT, ChangeKind.UNDO):
        return None
    if not buffer.title:
        raise UnnamedChangeError(", ".join(sorted(buffer.tables)))
    last = session.execute(
        select(ChangeSet.seq, ChangeSet.digest)
        .where(ChangeSet.device == buffer.device)
        .order_by(ChangeSet.seq.desc())
        .limit(1)
    ).first()
    change_set = ChangeSet(
        id=buffer.id,
        device=buffer.device,
        seq=last.seq + 1 if last else 1,
        at=utcnow(),
        kind=buffer.kind,
        title=buffer.title,
        args=buffer.args,
        actor_id=buffer.actor_id,
        actor_name=buffer.actor_name,
        undoes=buffer.undoes,
        import_id=buffer.import_id,
        changes=len(buffer.rows) + buffer.facts,
    )
    rows = [
        {
            "change_set_id": buffer.id,
            "position": position,
            "entity": change.entity,
            "row_id": change.row_id,
            "op": change.op,
            "fields": change.fields,
        }
        for position, change in enumerate(buffer.rows.values())
    ]
    change_set.digest = digest(last.digest if last else "", change_set, rows)
    session.add(change_set)
    session.flush()
    if rows:
        session.connection().execute(insert(Change), rows)
    return change_set


def digest(previous: str, change_set: ChangeSet, rows: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 over the previous digest and this change set: each link holds all before it."""
    head = [
        previous,
        str(change_set.id),
        change_set.device,
        change_set.seq,
        change_set.at.astimezone(dt.UTC).isoformat(),
        change_set.kind,
        change_set.title,
        change_set.args,
        str(change_set.actor_id),
        str(change_set.undoes),
        str(change_set.import_id),
    ]
    summed = hashlib.sha256(_canonical(head))
    for row in rows:
        summed.update(
            _canonical([row["position"], row["entity"], row["row_id"], row["op"], row["fields"]])
        )
    return summed.hexdigest()


def verify_chain(session: Session) -> int | None:
    """Sequence number of the first change set that was tampered with, or None."""
    previous: dict[str, tuple[int, str]] = {}
    for change_set in session.scalars(select(ChangeSet).order_by(ChangeSet.device, ChangeSet.seq)):
        seq, before = previous.get(change_set.device, (0, ""))
        rows = session.execute(
            select(Change.position, Change.entity, Change.row_id, Change.op, Change.fields)
            .where(Change.change_set_id == change_set.id)
            .order_by(Change.position)
        ).mappings()
        if change_set.seq != seq + 1 or digest(before, change_set, rows) != change_set.digest:  # type: ignore[arg-type]
            return change_set.seq
        previous[change_set.device] = (change_set.seq, change_set.digest)
    return None


def count_changes(session: Session) -> int:
    """Number of change sets so far; tells whether anything changed since a backup."""
    return session.scalar(select(func.count()).select_from(ChangeSet)) or 0


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
