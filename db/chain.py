"""The chain of digests over the journal, and how tampering is found in it."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, cast

from sqlalchemy import RowMapping, String, Table, func, select, tuple_, type_coerce
from sqlalchemy.orm import Session

from db.models import Change, ChangeSet

_PAGE: Final = 200  # change sets
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
_UNREADABLE: Final = (ValueError, TypeError, LookupError, AttributeError)


def digest(
    previous: str, change_set: ChangeSet, rows: Iterable[Mapping[str, Any] | RowMapping]
) -> str:
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
        change_set.actor_name,
        str(change_set.undoes),
        str(change_set.import_id),
        change_set.changes,
    ]
    summed = hashlib.sha256(_canonical(head))
    for row in rows:
        summed.update(
            _canonical([row["position"], row["entity"], row["row_id"], row["op"], row["fields"]])
        )
    return summed.hexdigest()


def verify_chain(session: Session) -> int | None:
    """Sequence number of the first change set that was tampered with, or None.

    Found is every edit of a change set or of its changes and every removal, except of the newest
    change sets: nothing stands after them that would hold their digest.
    """
    before: dict[str, tuple[int, str]] = {}
    undone = _undone(session)
    keys = session.execute(
        select(ChangeSet.device, ChangeSet.seq).order_by(ChangeSet.device, ChangeSet.seq)
    ).all()
    found = 0
    for change_set, rows in _in_order(session, [(key.device, key.seq) for key in keys]):
        if isinstance(change_set, tuple):
            return _whole(change_set[1])  # what stands there is no value of its column
        link = before.get(change_set.device, (0, ""))
        if not _holds(link, change_set, rows, undone):
            return _whole(change_set.seq)
        found += len(rows)
        before[change_set.device] = (change_set.seq, change_set.digest)
    total = session.scalar(select(func.count()).select_from(Change))
    return None if found == total else 0


def _holds(
    before: tuple[int, str],
    change_set: ChangeSet,
    rows: Sequence[RowMapping],
    undone: Mapping[str, str],
) -> bool:
    seq, previous = before
    by = change_set.undone_by.hex if change_set.undone_by else None
    try:
        return (
            change_set.seq == seq + 1
            and by == undone.get(change_set.id.hex)
            and digest(previous, change_set, rows) == change_set.digest
        )
    except _UNREADABLE:
        return False


def _undone(session: Session) -> dict[str, str]:
    """By which change set each is undone now, both as hex: the newest undo that still holds."""
    undos = session.execute(
        select(
            type_coerce(ChangeSet.id, String),
            type_coerce(ChangeSet.undoes, String),
            type_coerce(ChangeSet.undone_by, String),
        )
        .where(ChangeSet.undoes.is_not(None))
        .order_by(ChangeSet.seq)
    )
    return {target: key for key, target, by in undos if by is None}


Link = tuple[ChangeSet, list[RowMapping]]  # a row of change_set, and its changes


def _in_order(
    session: Session, keys: Sequence[tuple[str, int]]
) -> Iterator[Link | tuple[tuple[str, int], list[RowMapping]]]:
    """Change sets with their changes; the bare key of one that cannot be read."""
    for start in range(0, len(keys), _PAGE):
        page = keys[start : start + _PAGE]
        try:
            links: list[Any] = _load(session, page)
        except _UNREADABLE:
            links = [_load_alone(session, key) for key in page]
        yield from links


def _load_alone(session: Session, key: tuple[str, int]) -> Any:
    try:
        return _load(session, [key])[0]
    except _UNREADABLE:
        return key, []


def _load(session: Session, page: Sequence[tuple[str, int]]) -> list[Any]:
    connection = session.connection()
    sets, changes = cast("Table", ChangeSet.__table__), cast("Table", Change.__table__)
    wanted = tuple_(sets.c.device, sets.c.seq).in_(page)
    heads = connection.execute(select(sets).where(wanted).order_by(sets.c.device, sets.c.seq)).all()
    of_set: dict[uuid.UUID, list[RowMapping]] = {head.id: [] for head in heads}
    rows = connection.execute(
        select(changes)
        .where(changes.c.change_set_id.in_(list(of_set)))
        .order_by(changes.c.change_set_id, changes.c.position)
    )
    for row in rows.mappings():
        of_set[row["change_set_id"]].append(row)
    if len(heads) != len(page):
        raise LookupError(page)
    return [(head, of_set[head.id]) for head in heads]


def _whole(seq: object) -> int:
    return seq if isinstance(seq, int) else 0


def _canonical(value: object) -> bytes:
    return _ENCODER.encode(value).encode()
