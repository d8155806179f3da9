"""Open cases as the queue 今日 needs them: what decides about their place, then what is shown.

Cases of customers who have died or want no contact are never among them.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from db.models import Case, ContactAttempt, Customer, CustomerStat, Store, User, Visit
from db.queries.contact_facts import often_contacted
from db.queries.scope import EVERYTHING, Visible, unowned, visible_cases
from db.vocabulary import (
    CallbackFor,
    CaseStage,
    CustomerClass,
    NextStep,
    RuleKind,
    VisitState,
)

_CHUNK: Final = 500
_DAY: Final = dt.timedelta(days=1)
NO_CUSTOMER: Final = uuid.UUID(int=0)
"""Stands in a group of cases for their customers, about whom nothing need be known."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Whose queue at which moment; without an agent everybody's.

    Attributes:
        now: The moment.
        agent: Whose queue.
        shares: Also due callbacks of others.
        near: Of these only those of this store or of none.
        only: None but these cases.
        of: Only cases of these people.
        not_of: Only cases of none of these people, and due callbacks.
        floors: Only cases that have one of these (`Floors`).
        is_planned: Only cases with something planned for later.
        often: Only cases of customers who were contacted so many times or more.
        visible: Whose cases the actor sees.
    """

    now: dt.datetime
    agent: uuid.UUID | None = None
    shares: bool = False
    near: uuid.UUID | None = None
    only: Collection[uuid.UUID] | None = None
    of: Collection[uuid.UUID] | None = None
    not_of: Collection[uuid.UUID] | None = None
    floors: Collection[int] | None = None
    is_planned: bool = False
    often: int | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides about the place of a case. `in_sight`: not only as a callback of others.

    `floor`: no better place than this (`Floors`).
    """

    id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    kind: RuleKind
    stage: CaseStage
    value: int | None
    step: NextStep | None
    due: dt.date | None
    owner_id: uuid.UUID | None
    store_id: uuid.UUID | None
    callback_at: dt.datetime | None
    callback_for: CallbackFor | None
    opened_on: dt.date
    screening_note: str
    klass: CustomerClass
    was_contacted: bool
    in_sight: bool
    floor: int


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that stand in the same part of the same queue: one for all, their number and worth.

    The one says nothing about value, number or exact days of the others.
    """

    like: Candidate
    count: int
    worth: int


@dataclass(frozen=True, slots=True)
class Floors:
    """The best coarse place that a case can have, as far as its row alone says; ascending.

    `quiet_steps`: steps that are contacts, while nobody may be contacted at this hour; such cases
    wait. `first_stages`: in which a case without a step is to be contacted.
    """

    first: int
    callback: int
    due: int
    waiting: int
    later: int
    held_back: int
    first_kind: RuleKind
    quiet_steps: Collection[NextStep] = ()
    first_stages: Collection[CaseStage] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """What makes no difference for the part of the day a case stands in.

    `overdue`, `due`: by class the last day on which a case was opened whose first contact was due
    before today, and is by the end of today. `often`: from how many contacts on the contacts of a
    customer must be looked at.
    """

    overdue: Mapping[CustomerClass, dt.date]
    due: Mapping[CustomerClass, dt.date]
    often: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of a case beside its place. `visit_id`: the visit that is its next step."""

    customer_number: str
    customer: str
    phone: str
    owner: str
    store: str
    visit_id: uuid.UUID | None


def pages(
    session: Session, criteria: QueueFilter, floors: Floors, size: int
) -> Iterator[list[Candidate]]:
    """The open cases that may stand in the queue, by floor and then by value; `size` at a time."""
    session.flush()
    statement = _statement(criteria, floors)
    value = func.coalesce(Case.value_at_stake, 0)
    statement = statement.order_by(_floor(criteria, floors), value.desc(), Case.id)
    with session.execute(statement, execution_options={"yield_per": size}) as found:
        for page in found.partitions():
            yield [_read(row) for row in page]


def groups(
    session: Session, criteria: QueueFilter, floors: Floors, alike: Alike
) -> Iterator[Group]:
    """The same cases, those that do not differ in what decides taken together."""
    session.flush()
    each = _statement(criteria, floors).subquery()
    today, col = criteria.now.date(), each.c
    due = case((col.due < today, today - _DAY), (col.due > today, today + _DAY), else_=col.due)
    opened = case(
        (col.was_contacted == 1, literal(0)),
        (_until(col, alike.overdue), literal(1)),
        (_until(col, alike.due), literal(2)),
        else_=literal(3),
    )
    is_often = col.customer_id.in_(often_contacted(alike.often))
    kind = case((col.kind == floors.first_kind, col.kind), else_=RuleKind.LAPSING.value)
    same = {
        "customer_id": case((is_often, col.customer_id), else_=null()),
        "kind": kind,
        "stage": case((col.step.is_(None), col.stage), else_=CaseStage.ASSIGNED.value),
        "step": col.step,
        "due": due,
        "owner_id": col.owner_id,
        "store_id": col.store_id,
        "callback_at": col.callback_at,
        "callback_for": col.callback_for,
        "klass": col.klass,
        "was_contacted": col.was_contacted,
        "in_sight": col.in_sight,
        "floor": col.floor,
    }
    keys = [column.label(name) for name, column in (same | {"opened": opened}).items()]
    cases = select(*keys, col.opened_on, func.coalesce(col.value, 0).label("value")).subquery()
    by = [column for column in cases.c if column.key not in {"opened_on", "value"}]
    statement = select(
        *(column for column in by if column.key != "opened"),
        func.min(cases.c.opened_on).label("opened_on"),
        func.count().label("count"),
        func.sum(cases.c.value).label("worth"),
    ).group_by(*by)
    for row in session.execute(statement):
        values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
        count, worth = values.pop("count"), int(values.pop("worth"))
        values |= {"id": NO_CUSTOMER, "number": "", "value": None, "screening_note": ""}
        values["customer_id"] = row.customer_id or NO_CUSTOMER
        yield Group(_candidate(values), count, worth)


def _until(col: Any, days: Mapping[CustomerClass, dt.date]) -> ColumnElement[bool]:
    """Whether a case was opened by the day of its class."""
    return or_(
        *(and_(col.klass == klass, col.opened_on <= day) for klass, day in days.items()), false()
    )


def _statement(criteria: QueueFilter, floors: Floors) -> Select[*tuple[Any, ...]]:
    sight = visible_cases(criteria.visible)
    contacted = exists().where(ContactAttempt.case_id == Case.id)
    floor = _floor(criteria, floors)
    return (
        select(
            Case.id,
            Case.number,
            Case.customer_id,
            Case.kind,
            Case.stage,
            Case.value_at_stake.label("value"),
            Case.next_step.label("step"),
            Case.next_due.label("due"),
            Case.owner_id,
            Case.store_id,
            Case.callback_at,
            Case.callback_for,
            Case.opened_on,
            Case.screening_note,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            case((contacted, 1), else_=0).label("was_contacted"),
            case((sight, 1), else_=0).label("in_sight"),
            floor.label("floor"),
        )
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .where(
            Case.stage != CaseStage.CLOSED,
            Customer.is_deceased.is_(False),
            Customer.do_not_contact.is_(False),
            _whose(criteria),
            or_(sight, _shared(criteria)),
            *_wanted(criteria, floor),
        )
    )


def _wanted(criteria: QueueFilter, floor: ColumnElement[int]) -> Iterator[ColumnElement[bool]]:
    """The conditions that only leave out what is not asked for."""
    if criteria.only is not None:
        yield Case.id.in_(criteria.only)
    if criteria.of is not None:
        yield Case.owner_id.in_(criteria.of)
    if criteria.not_of is not None:
        free = or_(Case.owner_id.is_(None), Case.owner_id.not_in(criteria.not_of))
        yield or_(free, Case.callback_at <= criteria.now)
    if criteria.floors is not None:
        yield floor.in_(sorted(criteria.floors))
    if criteria.is_planned:
        yield or_(Case.next_due > criteria.now.date(), Case.callback_at > criteria.now)
    if criteria.often is not None:
        yield Case.customer_id.in_(often_contacted(criteria.often))


def _floor(criteria: QueueFilter, floors: Floors) -> ColumnElement[int]:
    contacted = exists().where(ContactAttempt.case_id == Case.id)
    held_back = and_(
        Case.stage == CaseStage.IDENTIFIED, Case.owner_id.is_(None), Case.screening_note != ""
    )
    planned = and_(Case.next_due > criteria.now.date(), Case.callback_at.is_(None))
    is_first = and_(Case.next_step.is_(None), Case.stage.in_(sorted(floors.first_stages)))
    quiet = and_(
        Case.callback_at.is_(None),
        or_(Case.next_step.in_(sorted(floors.quiet_steps)), is_first),
    )
    return case(
        (held_back, floors.held_back),
        (Case.callback_at > criteria.now, floors.later),
        (and_(planned, contacted), floors.later),
        (quiet if floors.quiet_steps else false(), floors.waiting),
        (Case.kind == floors.first_kind, floors.first),
        (Case.callback_at.is_not(None), floors.callback),
        else_=floors.due,
    )


def shown(session: Session, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Shown]:
    """What is shown of cases, by key."""
    owner, store = aliased(User), aliased(Store)
    visit = (
        select(func.min(Visit.id))
        .where(
            Visit.case_id == Case.id,
            Visit.state == VisitState.PLANNED,
            Visit.planned_on == Case.next_due,
            Case.next_step == Visit.channel,
        )
        .scalar_subquery()
    )
    found: dict[uuid.UUID, Shown] = {}
    for start in range(0, len(case_ids), _CHUNK):
        statement = (
            select(
                Case.id,
                Customer.number,
                Customer.name,
                Customer.phone,
                func.coalesce(owner.name, ""),
                func.coalesce(store.name, ""),
                visit,
            )
            .join(Customer, Customer.id == Case.customer_id)
            .outerjoin(owner, owner.id == Case.owner_id)
            .outerjoin(store, store.id == Case.store_id)
            .where(Case.id.in_(case_ids[start : start + _CHUNK]))
        )
        found |= {row[0]: Shown(*row[1:]) for row in session.execute(statement)}
    return found


def _whose(criteria: QueueFilter) -> ColumnElement[bool]:
    if criteria.agent is None:
        return true()
    return or_(Case.owner_id == criteria.agent, unowned(), Case.callback_at <= criteria.now)


def _shared(criteria: QueueFilter) -> ColumnElement[bool]:
    if not criteria.shares:
        return false()
    is_near: ColumnElement[bool] = true()
    if criteria.near is not None:
        is_near = or_(Case.store_id == criteria.near, Case.store_id.is_(None))
    return and_(Case.callback_at <= criteria.now, is_near)


def _read(row: Row[*tuple[Any, ...]]) -> Candidate:
    return _candidate(dict(row._mapping))  # noqa: SLF001  (public by documentation)


def _candidate(values: dict[str, Any]) -> Candidate:
    words = {
        "kind": RuleKind(values["kind"]),
        "stage": CaseStage(values["stage"]),
        "step": NextStep(values["step"]) if values["step"] else None,
        "callback_for": CallbackFor(values["callback_for"]) if values["callback_for"] else None,
        "klass": CustomerClass(values["klass"]),
        "was_contacted": bool(values["was_contacted"]),
        "in_sight": bool(values["in_sight"]),
    }
    return Candidate(**values | words)
