"""Tasks of one person each, as rows."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from db.models import Case, Customer, Task, User
from db.queries.cases import customers_found, in_order
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Reach, Visible, contactable, customer_in_sight
from db.vocabulary import TaskKind, TaskState

TO_THE_CUSTOMER: Final = frozenset(
    {TaskKind.UPGRADE_TALK, TaskKind.UPGRADE, TaskKind.TELL_CUSTOMER, TaskKind.OLD_ISSUE}
)
"""Tasks that turn to the customer: none for one who refused or has died."""


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks; the defaults are all that are open. Without states: in whatever state.

    `due_until` is included.
    """

    owner_id: uuid.UUID | None = None
    states: frozenset[TaskState] = frozenset({TaskState.OPEN})
    kinds: frozenset[TaskKind] = frozenset()
    due_until: dt.date | None = None
    customer_id: uuid.UUID | None = None
    case_id: uuid.UUID | None = None
    task_id: uuid.UUID | None = None
    text: str = ""
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A line of the list of tasks; without a customer or a case their fields are empty."""

    id: uuid.UUID
    kind: TaskKind
    words: str
    customer_id: uuid.UUID | None
    customer_number: str
    customer: str
    case_id: uuid.UUID | None
    case_number: str
    owner_id: uuid.UUID
    owner: str
    due_on: dt.date
    state: TaskState
    answer: str
    done_on: dt.date | None
    follows_id: uuid.UUID | None
    version: int


def count_tasks(session: Session, criteria: TaskFilter) -> int:
    """How many tasks fit."""
    statement = _joined(select(func.count())).where(*_conditions(session, criteria))
    return int(session.execute(statement).scalar_one())


def list_tasks(
    session: Session,
    criteria: TaskFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[TaskRow]:
    """One page of tasks; the earliest due first without a sort."""
    statement = _rows().where(*_conditions(session, criteria)).order_by(*_order(sort))
    return [_read(row) for row in session.execute(statement.offset(offset).limit(limit))]


def is_seen(session: Session, task_id: uuid.UUID, visible: Visible) -> bool:
    """Whether a user sees a task, in whatever state."""
    statement = _joined(select(Task.id)).where(Task.id == task_id, _visible(visible))
    return session.execute(statement).first() is not None


def still_wanted() -> ColumnElement[bool]:
    """Condition on `Task`: not one that would turn to a customer who refused or has died."""
    return or_(
        Task.state != TaskState.OPEN,
        Task.kind.not_in(sorted(TO_THE_CUSTOMER)),
        contactable(Task.customer_id),
    )


def _visible(visible: Visible) -> ColumnElement[bool]:
    """Condition on the joined rows: whose customer is seen, one's own, and the store's."""
    mine = Task.owner_id == visible.user_id
    seen = customer_in_sight(visible)
    of_customer: ColumnElement[bool] = Task.customer_id.is_not(None)
    if seen is not None:
        of_customer = and_(of_customer, seen)
    without: ColumnElement[bool] = Task.customer_id.is_(None)
    match visible.reach:
        case Reach.ALL:
            return true()
        case Reach.STORE if visible.store_id is not None:
            without = and_(without, User.store_id == visible.store_id)
        case Reach.STORE:
            pass
        case _:
            return or_(mine, of_customer)
    return or_(mine, of_customer, without)


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Task)
        .join(User, User.id == Task.owner_id)
        .outerjoin(Customer, Customer.id == Task.customer_id)
        .outerjoin(Case, Case.id == Task.case_id)
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return _joined(
        select(
            Task.id,
            Task.kind,
            Task.words,
            Task.customer_id,
            func.coalesce(Customer.number, "").label("customer_number"),
            func.coalesce(Customer.name, "").label("customer"),
            Task.case_id,
            func.coalesce(Case.number, "").label("case_number"),
            Task.owner_id,
            User.name.label("owner"),
            Task.due_on,
            Task.state,
            Task.answer,
            Task.done_on,
            Task.follows_id,
            Task.version,
        )
    )


def _read(row: Row[*tuple[Any, ...]]) -> TaskRow:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    values |= {"kind": TaskKind(row.kind), "state": TaskState(row.state)}
    return TaskRow(**values)


_SORTED_BY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "kind": in_order(Task.kind, TaskKind),
        "words": Task.words,
        "customer_number": Customer.number,
        "customer": Customer.name,
        "case_number": Case.number,
        "owner": User.name,
        "due_on": Task.due_on,
        "state": in_order(Task.state, TaskState),
        "done_on": Task.done_on,
    }
)


def _order(sort: Sort | None) -> tuple[Any, ...]:
    sort = sort or Sort("due_on")
    key = _SORTED_BY[sort.column_id]
    if sort.descending:
        return key.desc().nulls_last(), Task.id.desc()
    return key.asc().nulls_last(), Task.id.asc()


def _conditions(session: Session, criteria: TaskFilter) -> list[ColumnElement[bool]]:
    found = [_visible(criteria.visible), still_wanted()]
    if criteria.text.strip():
        typed = criteria.text.strip()
        found.append(
            or_(
                Task.words.contains(typed, autoescape=True),
                Case.number.contains(typed, autoescape=True),
                Task.customer_id.in_(customers_found(session, typed)),
            )
        )
    if criteria.states:
        found.append(Task.state.in_(sorted(criteria.states)))
    if criteria.kinds:
        found.append(Task.kind.in_(sorted(criteria.kinds)))
    equal = (
        (Task.owner_id, criteria.owner_id),
        (Task.customer_id, criteria.customer_id),
        (Task.case_id, criteria.case_id),
        (Task.id, criteria.task_id),
    )
    found += [column == value for column, value in equal if value is not None]
    if criteria.due_until is not None:
        found.append(Task.due_on <= criteria.due_until)
    return found
