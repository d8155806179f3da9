"""Who stands in the way of an undo: the later change set behind each obstacle."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Change, ChangeSet
from db.obstacles import Obstacle

_CHUNK: Final = 500

Row = tuple[str, str]  # entity and row id


@dataclass(frozen=True, slots=True)
class Cause:
    """Obstacles of one kind on rows of one table that one later change set put there.

    `by_set` is None where no change set is to blame: the rows are gone, or taken, without one.
    """

    kind: str
    entity: str
    count: int
    by_set: uuid.UUID | None = None
    by_title: str = ""
    by_args: Mapping[str, Any] = field(default_factory=dict)
    by_id: uuid.UUID | None = None
    by_name: str = ""
    at: dt.datetime | None = None


def find_culprits(
    session: Session, change_set: ChangeSet, obstacles: Sequence[Obstacle]
) -> list[ChangeSet | None]:
    """For each obstacle the newest later change set that put it there, if there is one."""
    roots = [_root(one) for one in obstacles]
    changes = _changes_since(session, change_set, {(one.entity, one.row_id) for one in roots})
    imports = _imports(session, {one.import_id for one in roots if one.import_id})
    found: list[ChangeSet | None] = []
    for root in roots:
        by = next(
            (
                one
                for one, names in changes.get((root.entity, root.row_id), ())
                if not root.watched or root.watched in names
            ),
            None,
        )
        found.append(by or (imports.get(root.import_id) if root.import_id else None))
    return found


def sum_up(obstacles: Sequence[Obstacle], culprits: Sequence[ChangeSet | None]) -> list[Cause]:
    """The obstacles counted by kind, table and culprit, the most frequent first."""
    known = {by.id: by for by in culprits if by is not None}
    counted = Counter(
        (one.kind, one.entity, None if by is None else by.id)
        for one, by in zip(obstacles, culprits, strict=True)
    )
    causes = []
    for (kind, entity, key), count in counted.most_common():
        if key is None:
            causes.append(Cause(kind, entity, count))
        else:
            by = known[key]
            causes.append(
                Cause(
                    kind, entity, count, key, by.title, by.args, by.actor_id, by.actor_name, by.at
                )
            )
    return causes


def _root(obstacle: Obstacle) -> Obstacle:
    while obstacle.cause is not None:
        obstacle = obstacle.cause
    return obstacle


def _changes_since(
    session: Session, change_set: ChangeSet, rows: set[Row]
) -> dict[Row, list[tuple[ChangeSet, frozenset[str]]]]:
    """Later changes of rows, the newest first, with the fields they touched."""
    by_entity: dict[str, list[str]] = defaultdict(list)
    for entity, row_id in sorted(rows):
        by_entity[entity].append(row_id)
    found: dict[Row, list[tuple[ChangeSet, frozenset[str]]]] = defaultdict(list)
    for entity, row_ids in by_entity.items():
        for chunk in _chunks(row_ids):
            later = session.execute(
                select(ChangeSet, Change.row_id, Change.fields)
                .join(Change, Change.change_set_id == ChangeSet.id)
                .where(
                    Change.entity == entity,
                    Change.row_id.in_(chunk),
                    ChangeSet.seq > change_set.seq,
                )
                .order_by(ChangeSet.seq.desc())
            )
            for by, row_id, fields in later:
                found[entity, row_id].append((by, frozenset(fields)))
    return found


def _imports(session: Session, import_ids: set[uuid.UUID]) -> dict[uuid.UUID, ChangeSet]:
    """The change sets that brought the facts of imports."""
    found: dict[uuid.UUID, ChangeSet] = {}
    for chunk in _chunks(sorted(import_ids)):
        statement = select(ChangeSet).where(
            ChangeSet.import_id.in_(chunk), ChangeSet.undoes.is_(None)
        )
        for one in session.scalars(statement.order_by(ChangeSet.seq)):
            if one.import_id is not None:
                found[one.import_id] = one
    return found


def _chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
