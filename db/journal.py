"""The journal: every change is one named, dated, attributed change set.

Changes of mapped rows are captured in the session's flush, in the same transaction
(`db.recording`); bulk writers (`bulk_insert`, `bulk_update`, `bulk_delete`) record what they do
themselves; facts (orders) are inserted with `insert_facts` and carry their import's id instead of
a change each. At the end of the transaction `close` writes the change set. History is read here,
undo in `db.undo`.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import (
    Column,
    Connection,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Session

from db.base import Base, new_id, utcnow
from db.chain import digest, verify_chain
from db.models import Change, ChangeSet, Order, OrderLine
from db.recording import (
    FACTS,
    RECORDED,
    Buffer,
    Event,
    Recorded,
    attach,
    buffer_of,
    from_plain,
    plain,
    plain_row,
    record,
)
from db.vocabulary import ChangeKind, Op

__all__ = [
    "Buffer",
    "Recorded",
    "UnnamedChangeError",
    "attach",
    "buffer_of",
    "bulk_delete",
    "bulk_insert",
    "bulk_update",
    "close",
    "count_changes",
    "digest",
    "from_plain",
    "history",
    "insert_facts",
    "mark_import",
    "name_change",
    "newest_undo",
    "plain_row",
    "record",
    "record_event",
    "retitle_args",
    "rows_by_id",
    "update_rows",
    "verify_chain",
    "with_defaults",
]

_CHUNK: Final = 500
_CHANGE_SETS: Final = cast("Table", ChangeSet.__table__)
_LAST: Final = (  # these three run in every write: made once
    select(_CHANGE_SETS.c.seq, _CHANGE_SETS.c.digest)
    .where(_CHANGE_SETS.c.device == bindparam("of_device"))
    .order_by(_CHANGE_SETS.c.seq.desc())
    .limit(1)
)
_ADD_CHANGE_SET: Final = insert(_CHANGE_SETS)
_ADD_CHANGES: Final = insert(cast("Table", Change.__table__))


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
        buffer.args = plain(args)


def retitle_args(session: Session, **args: object) -> None:
    """Complete the placeholders of the title once their values are known (counts)."""
    buffer_of(session).args |= plain(args)


def record_event(session: Session, title: str, **args: object) -> None:
    """Write an audit event (sign-in, reveal, export, print): a change set without changes.

    An event is a change set of its own, also in a transaction that changes rows or holds others.
    """
    buffer_of(session).events.append(Event(title, plain(args)))


def mark_import(session: Session, import_id: uuid.UUID) -> None:
    """Say which import this change set is; its facts carry the same id."""
    buffer_of(session).import_id = import_id


def history(session: Session, entity: str, row_id: uuid.UUID) -> list[tuple[ChangeSet, Change]]:
    """All changes of one row, newest first."""
    rows = session.execute(
        select(ChangeSet, Change)
        .join(Change, Change.change_set_id == ChangeSet.id)
        .where(Change.entity == entity, Change.row_id == str(row_id))
        .order_by(ChangeSet.seq.desc(), Change.position.desc())
    )
    return [(row[0], row[1]) for row in rows]


# ---------------------------------------------------------------- bulk


def bulk_insert(
    session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]
) -> list[uuid.UUID]:
    """Insert many rows of a journalled table, each recorded; returns their keys in order."""
    if not model.__journalled__:
        msg = f"{model.__name__} is not journalled; facts come by insert_facts"
        raise RuntimeError(msg)
    if not rows:
        return []
    session.flush()
    table = cast("Table", model.__table__)
    whole = [with_defaults(table, row) for row in rows]
    _insert_many(session.connection(), table, whole, {})
    buffer = buffer_of(session)
    for row in whole:
        record(buffer, Recorded(table.name, str(row["id"]), Op.INSERT, plain_row(row, table)))
    return [row["id"] for row in whole]


def bulk_update(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> int:
    """Set the given columns of many rows (each with its `id`), recorded; returns how many differ.

    Rows that already have the values are left alone. Objects loaded in the session before are
    expired. Raises KeyError for a row that is not there. Facts may be updated too.
    """
    table = _recorded_table(model)
    session.flush()
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
                {name: row[name] for name in names} | {"row_key": row_id}
            )
            fields = {name: [plain(old[name]), plain(row[name])] for name in names}
            if table.name == Order.__tablename__:
                buffer.touched.orders.add(old["customer_id"])
            record(buffer, Recorded(table.name, str(row_id), Op.UPDATE, fields))
        for names, group in changes.items():
            update_rows(session, table, names, group)
            differing += len(group)
    session.expire_all()
    return differing


def bulk_delete(session: Session, model: type[Base], ids: Sequence[Any]) -> int:
    """Delete many rows, each recorded whole; returns how many there were. Facts too."""
    table = _recorded_table(model)
    session.flush()
    buffer, count = buffer_of(session), 0
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row_id, row in rows_by_id(session, table, chunk).items():
            record(buffer, Recorded(table.name, str(row_id), Op.DELETE, plain_row(row, table)))
            count += 1
        session.connection().execute(
            delete(table).where(table.c.id.in_(chunk)), execution_options=RECORDED
        )
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
    _insert_many(session.connection(), table, rows, {"import_id": buffer.import_id})
    buffer.tables.add(table.name)
    buffer.facts += len(rows)
    if model is Order:
        buffer.touched.orders.update(row["customer_id"] for row in rows)


def _insert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]
) -> None:
    """Insert rows that all name the same columns; `same` are values that every row has.

    The driver is given what it stores: to work out the parameters of a statement row by row takes
    as long as the database takes to insert them.
    """
    dialect = connection.dialect
    shared = {name: make() for name, make in _defaults(table) if name not in rows[0]} | {**same}
    columns = []
    for column in table.columns:
        name = column.key
        make = column.type.dialect_impl(dialect).bind_processor(dialect)
        found = [shared[name]] * len(rows) if name in shared else [row[name] for row in rows]
        columns.append(found if make is None else [make(value) for value in found])
    statement = str(insert(table).compile(dialect=dialect))
    connection.exec_driver_sql(statement, list(zip(*columns, strict=True)), RECORDED)


def rows_by_id(session: Session, table: Table, ids: Sequence[Any]) -> dict[Any, dict[str, Any]]:
    """Whole rows by key, columns by name."""
    found: dict[Any, dict[str, Any]] = {}
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        for row in session.connection().execute(select(table).where(table.c.id.in_(chunk))):
            found[row.id] = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    return found


def update_rows(
    session: Session, table: Table, names: Iterable[str], group: Sequence[Mapping[str, Any]]
) -> None:
    """Set the named columns of rows; each of the group has them and its id as `row_key`."""
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    if "version" in table.c:
        values |= {"version": table.c.version + 1, "updated_at": utcnow()}
    session.connection().execute(
        update(table).where(table.c.id == bindparam("row_key")).values(values),
        [
            {name if name == "row_key" else f"new_{name}": value for name, value in row.items()}
            for row in group
        ],
        execution_options=RECORDED,
    )


def with_defaults(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row with the defaults of the columns that it does not name."""
    whole = dict(row)
    for name, default in _defaults(table):
        if name not in whole:
            whole[name] = default()
    return whole


@cache
def _defaults(table: Table) -> tuple[tuple[str, Callable[[], Any]], ...]:
    return tuple((column.key, _default(column)) for column in table.columns)


def _default(column: Column[Any]) -> Callable[[], Any]:
    default = cast("Any", column.default)
    if default is None:
        return lambda: None
    if default.is_callable:
        return lambda: default.arg(None)
    return lambda: default.arg


def _recorded_table(model: type[Base]) -> Table:
    if not model.__journalled__ and model not in FACTS:
        msg = f"{model.__name__} is not journalled"
        raise RuntimeError(msg)
    return cast("Table", model.__table__)


# ---------------------------------------------------------------- closing a transaction


def close(session: Session) -> ChangeSet | None:
    """Write the change set of this transaction and its events; None when there is neither.

    Returns the change set, or the last event when no row was changed. Raises UnnamedChangeError
    when rows changed and no service named the change.
    """
    buffer = buffer_of(session)
    written = _write_changes(session, buffer)
    for event in buffer.events:
        made = _begin(buffer, new_id(), ChangeKind.EVENT, event.title, event.args)
        _append(session, made, [])
        written = written or made
    buffer.is_closing = True
    return written


def _write_changes(session: Session, buffer: Buffer) -> ChangeSet | None:
    if not (buffer.rows or buffer.facts or buffer.kind in (ChangeKind.EVENT, ChangeKind.UNDO)):
        return None
    if not buffer.title:
        raise UnnamedChangeError(", ".join(sorted(buffer.tables)))
    change_set = _begin(buffer, buffer.id, buffer.kind, buffer.title, buffer.args)
    change_set.undoes, change_set.import_id = buffer.undoes, buffer.import_id
    change_set.changes = len(buffer.rows) + buffer.facts
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
    _append(session, change_set, rows)
    return change_set


def _begin(
    buffer: Buffer, key: uuid.UUID, kind: ChangeKind, title: str, args: dict[str, Any]
) -> ChangeSet:
    return ChangeSet(
        id=key,
        device=buffer.device,
        at=utcnow(),
        kind=kind,
        title=title,
        args=args,
        actor_id=buffer.actor_id,
        actor_name=buffer.actor_name,
        changes=0,
    )


def _append(session: Session, change_set: ChangeSet, rows: Sequence[dict[str, Any]]) -> None:
    connection = session.connection()
    last = connection.execute(_LAST, {"of_device": change_set.device}).first()
    change_set.seq = last.seq + 1 if last else 1
    change_set.digest = digest(last.digest if last else "", change_set, rows)
    names = _CHANGE_SETS.columns.keys()
    connection.execute(_ADD_CHANGE_SET, {name: getattr(change_set, name) for name in names})
    buffer_of(session).tables.add(_CHANGE_SETS.name)
    if rows:
        connection.execute(_ADD_CHANGES, rows)


def newest_undo(session: Session, change_set_id: uuid.UUID) -> uuid.UUID | None:
    """The change set by which a change set is undone now: the newest undo that still holds."""
    return session.scalar(
        select(ChangeSet.id)
        .where(ChangeSet.undoes == change_set_id, ChangeSet.undone_by.is_(None))
        .order_by(ChangeSet.seq.desc())
        .limit(1)
    )


def count_changes(session: Session) -> int:
    """Number of change sets so far; tells whether anything changed since a backup."""
    return session.scalar(select(func.count()).select_from(ChangeSet)) or 0
