"""What stands in the way of taking a change set back, row by row.

A step takes one change of the set back. Own obstacles are newer values of the same row; then the
steps are looked at together until nothing more is found: a row that others still need cannot be
removed, a row cannot point at one that is gone, a unique value may be taken by now.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Table, literal, select
from sqlalchemy.orm import Session

from db.journal import from_plain, plain_row, rows_by_id
from db.models import ENTITIES, Change, ChangeSet, Order, OrderLine
from db.recording import FACTS
from db.uniques import Unique, uniques
from db.vocabulary import Op

_CHUNK: Final = 500
_T = TypeVar("_T")

Key = tuple[str, str]  # entity and row id


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing that stands in the way; `entity` and `row_id` say of which row."""

    kind: str  # "changed", "deleted", "exists", "needed", "missing", "taken"
    entity: str
    row_id: str
    field: str = ""  # empty: the whole row
    watched: str = ""  # the field whose later change is to be named
    import_id: uuid.UUID | None = None  # of a fact
    cause: "Obstacle | None" = None  # why a row of the same change set stays itself


@dataclass(slots=True)
class Step:
    """Taking one change back: `fields` as in the journal, `row` is what stands there now."""

    entity: str
    row_id: str
    op: Op  # of the change that is taken back
    fields: dict[str, Any]
    table: Table
    row: dict[str, Any] | None = None
    obstacles: list[Obstacle] = field(default_factory=list)

    @property
    def key(self) -> Key:
        """Entity and row id."""
        return (self.entity, self.row_id)

    @property
    def is_whole(self) -> bool:
        """Whether the change inserted or deleted the row."""
        return self.op is not Op.UPDATE

    @property
    def free(self) -> dict[str, Any]:
        """The fields that can be taken back: values before the change; empty if none."""
        if self.is_whole:
            return {} if self.obstacles else self.fields
        blocked = {one.field for one in self.obstacles}
        if "" in blocked:
            return {}
        return {name: pair[0] for name, pair in self.fields.items() if name not in blocked}

    @property
    def after(self) -> dict[str, Any]:
        """The row as it will be."""
        return {**(self.row or {}), **self.free}


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of an import that cannot be removed with it: later work changed or needs them."""

    import_id: uuid.UUID | None = None
    orders: frozenset[int] = frozenset()
    lines: frozenset[int] = frozenset()
    obstacles: tuple[Obstacle, ...] = ()

    def kept(self, table_name: str) -> frozenset[int]:
        """Keys of a facts table that stay."""
        return self.orders if table_name == Order.__tablename__ else self.lines


def key_of(table: Table, row_id: str) -> Any:
    """The key as the column's Python value."""
    is_number = table.c.id.type.python_type is int
    return int(row_id) if is_number else from_plain(table.c.id, row_id)


def find_steps(session: Session, change_set: ChangeSet, facts: Facts) -> list[Step]:
    """The steps that take a change set back, the last change first, with their obstacles."""
    steps = [
        _step(change)
        for change in session.scalars(
            select(Change)
            .where(Change.change_set_id == change_set.id)
            .order_by(Change.position.desc())
        )
    ]
    _look_at_rows(session, steps)
    _Together(session, steps, facts).settle()
    return steps


def find_facts(session: Session, change_set: ChangeSet) -> Facts:
    """Facts of this import that newer work changed, or that newer facts hang on."""
    import_id = change_set.import_id
    if import_id is None or change_set.undoes:
        return Facts()
    orders, lines, obstacles = set[int](), set[int](), list[Obstacle]()
    for model, kept in ((Order, orders), (OrderLine, lines)):
        for one in _changed_facts(session, change_set, model):
            obstacles.append(one)
            if one.kind == "changed":
                kept.add(int(one.row_id))
    hanging = session.execute(
        select(OrderLine.id, OrderLine.order_id, OrderLine.import_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.import_id == import_id, OrderLine.import_id.is_distinct_from(import_id))
    )
    for row in hanging:
        entity = OrderLine.__tablename__
        obstacles.append(Obstacle("needed", entity, str(row.id), import_id=row.import_id))
        orders.add(row.order_id)
    _keep_whole(session, import_id, orders, lines)
    return Facts(import_id, frozenset(orders), frozenset(lines), tuple(obstacles))


def _changed_facts(
    session: Session, change_set: ChangeSet, model: type[Order] | type[OrderLine]
) -> Iterator[Obstacle]:
    """Facts of an import that are no longer as it left them, told from the changes since."""
    table = cast("Table", model.__table__)
    import_id = str(change_set.import_id)
    first: dict[str, dict[str, Any]] = defaultdict(dict)  # the values that the import left
    later = session.execute(
        select(Change.row_id, Change.op, Change.fields)
        .join(ChangeSet, ChangeSet.id == Change.change_set_id)
        .where(Change.entity == table.name, ChangeSet.seq > change_set.seq)
        .order_by(ChangeSet.seq)
    )
    for row_id, op, fields in later:
        if op != Op.INSERT:
            old = {name: pair[0] for name, pair in fields.items()} if op == Op.UPDATE else fields
            first[row_id] = {**old, **first[row_id]}
    current = rows_by_id(session, table, [int(row_id) for row_id in first])
    for row_id, left in first.items():
        row = current.get(int(row_id))
        now = None if row is None else plain_row(row, table)
        if (now or left).get("import_id") != import_id:
            continue
        if now is None:
            yield Obstacle("deleted", table.name, row_id)
        elif any(now[name] != value for name, value in left.items() if name in now):
            yield Obstacle("changed", table.name, row_id)


def _keep_whole(session: Session, import_id: uuid.UUID, orders: set[int], lines: set[int]) -> None:
    """An order that stays keeps its lines, a line that stays its order."""
    for chunk in _chunks(sorted(lines)):
        orders.update(session.scalars(select(OrderLine.order_id).where(OrderLine.id.in_(chunk))))
    for chunk in _chunks(sorted(orders)):
        lines.update(
            session.scalars(
                select(OrderLine.id).where(
                    OrderLine.order_id.in_(chunk), OrderLine.import_id == import_id
                )
            )
        )


def _step(change: Change) -> Step:
    table = cast("Table", ENTITIES[change.entity].__table__)
    fields = {name: value for name, value in change.fields.items() if name in table.c}
    return Step(change.entity, change.row_id, Op(change.op), fields, table)


def _look_at_rows(session: Session, steps: Iterable[Step]) -> None:
    """Load what stands there now, and note what differs from what the change left behind."""
    by_table: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        by_table[step.entity].append(step)
    for group in by_table.values():
        table = group[0].table
        for chunk in _chunks(group):
            keys = [key_of(table, step.row_id) for step in chunk]
            current = rows_by_id(session, table, keys)
            for step, key in zip(chunk, keys, strict=True):
                row = current.get(key)
                step.row = None if row is None else plain_row(row, table)
                step.obstacles += _own_obstacles(step)


def _own_obstacles(step: Step) -> Iterator[Obstacle]:
    if step.op is Op.DELETE:
        if step.row is not None:
            yield Obstacle("exists", step.entity, step.row_id)
        return
    if step.row is None:
        yield Obstacle("deleted", step.entity, step.row_id)
        return
    for name, value in step.fields.items():
        left = value if step.op is Op.INSERT else value[1]
        if step.row[name] != left:
            whole = step.op is Op.INSERT
            yield Obstacle("changed", step.entity, step.row_id, "" if whole else name, watched=name)


class _Together:
    """The steps as one: what one of them needs may be removed or brought back by another."""

    def __init__(self, session: Session, steps: list[Step], facts: Facts) -> None:
        self._session = session
        self._steps = steps
        self._facts = facts
        self._by_key = {step.key: step for step in steps}
        self._pointers = self._find_pointers()
        self._present = self._find_targets()
        self._owners: dict[tuple[object, ...], list[str]] = {}

    def settle(self) -> None:
        """Add obstacles until no step is in the way of another."""
        has_moved = True
        while has_moved:
            has_moved = False
            for step in self._steps:
                if step.free:
                    found = list(self._obstacles_of(step))
                    step.obstacles += found
                    has_moved |= bool(found)

    def _obstacles_of(self, step: Step) -> Iterator[Obstacle]:
        if step.op is Op.INSERT:
            for pointer in self._pointers[step.key]:
                if not self._lets_go(pointer):
                    yield replace(pointer, cause=self._cause_of(pointer))
            return
        for name, target in _references(step.table, step.free):
            if target not in self._present and not self._comes_back(target):
                parent = self._by_key.get(target)
                cause = parent.obstacles[0] if parent and parent.obstacles else None
                field_name = "" if step.is_whole else name
                yield Obstacle("missing", *target, field_name, cause=cause)
        for unique in uniques(step.table):
            if step.is_whole or unique.names & step.free.keys():
                for owner in self._owners_of(step, unique):
                    names = [
                        "" if step.is_whole else name for name in unique.names & step.free.keys()
                    ]
                    for name in sorted(set(names)):
                        yield Obstacle("taken", step.entity, owner, name)

    def _lets_go(self, pointer: Obstacle) -> bool:
        """Whether a row that points at a row to be removed is removed or turned away itself."""
        other = self._by_key.get((pointer.entity, pointer.row_id))
        if other is None:
            return False
        return bool(other.free) and (other.op is Op.INSERT or pointer.watched in other.free)

    def _cause_of(self, pointer: Obstacle) -> Obstacle | None:
        other = self._by_key.get((pointer.entity, pointer.row_id))
        if other is not None and other.obstacles:
            return other.obstacles[0]
        is_kept = pointer.import_id is not None and pointer.import_id == self._facts.import_id
        return self._facts.obstacles[0] if is_kept else None

    def _comes_back(self, target: Key) -> bool:
        other = self._by_key.get(target)
        return other is not None and other.op is Op.DELETE and bool(other.free)

    def _find_pointers(self) -> dict[Key, list[Obstacle]]:
        """Rows that point at rows to be removed, but for facts that go with their import."""
        pointers: dict[Key, list[Obstacle]] = defaultdict(list)
        wanted: dict[str, list[Step]] = defaultdict(list)
        for step in self._steps:
            if step.op is Op.INSERT and not step.obstacles:
                wanted[step.entity].append(step)
        for group in wanted.values():
            for other, name in _pointing_columns(group[0].table):
                for chunk in _chunks(group):
                    for target, pointer in self._pointing(other, name, chunk):
                        pointers[chunk[0].entity, target].append(pointer)
        return pointers

    def _pointing(
        self, other: Table, name: str, chunk: Sequence[Step]
    ) -> Iterator[tuple[str, Obstacle]]:
        ids = [key_of(step.table, step.row_id) for step in chunk]
        is_fact = "import_id" in other.c
        statement = select(
            other.c[name], other.c.id, other.c.import_id if is_fact else literal(None)
        ).where(other.c[name].in_(ids))
        if is_fact and self._facts.import_id:
            kept = self._facts.kept(other.name)
            if not kept:
                stays = other.c.import_id.is_distinct_from(self._facts.import_id)
                statement = statement.where(stays)
        else:
            kept = frozenset()
        for target, row_id, import_id in self._session.connection().execute(statement):
            if import_id is not None and import_id == self._facts.import_id and row_id not in kept:
                continue
            yield (
                str(target),
                Obstacle("needed", other.name, str(row_id), watched=name, import_id=import_id),
            )

    def _find_targets(self) -> set[Key]:
        """Rows that steps will point at and that are there now."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for step in self._steps:
            if step.op is not Op.INSERT:
                for _name, (entity, row_id) in _references(step.table, step.free):
                    wanted[entity].add(row_id)
        present: set[Key] = set()
        for entity, ids in wanted.items():
            table = cast("Table", ENTITIES[entity].__table__)
            for chunk in _chunks(sorted(ids)):
                keys = [key_of(table, row_id) for row_id in chunk]
                rows = self._session.connection().scalars(
                    select(table.c.id).where(table.c.id.in_(keys))
                )
                present.update((entity, str(key)) for key in rows)
        return present

    def _owners_of(self, step: Step, unique: Unique) -> Iterator[str]:
        """Rows that will have the unique values which a step brings back."""
        after = step.after
        values = {name: after.get(name) for name in unique.columns}
        if None in values.values() or not unique.holds(self._session, after):
            return
        cached = (step.entity, unique.columns, *values.values())
        if cached not in self._owners:
            self._owners[cached] = unique.owners(self._session, step.table, values)
        for owner in self._owners[cached]:
            other = self._by_key.get((step.entity, owner))
            if owner == step.row_id:
                continue
            if other is None or not other.free:
                yield owner
            elif other.op is Op.UPDATE:
                final = other.after
                same = all(final.get(name) == value for name, value in values.items())
                if same and unique.holds(self._session, final):
                    yield owner


def _references(table: Table, fields: Mapping[str, Any]) -> Iterator[tuple[str, Key]]:
    """Columns among the fields that point at a row, and at which."""
    for name, value in fields.items():
        if value is not None:
            for key in table.c[name].foreign_keys:
                yield name, (key.column.table.name, str(value))


def _pointing_columns(table: Table) -> Iterator[tuple[Table, str]]:
    for model in ENTITIES.values():
        other = cast("Table", model.__table__)
        if model.__journalled__ or model in FACTS:
            for one in other.columns:
                if any(key.column.table is table for key in one.foreign_keys):
                    yield other, one.key


def _chunks(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
