"""What goes over with a customer, and the handovers that were made."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db.models import (
    Case,
    Complaint,
    Contact,
    Customer,
    CustomerStat,
    Handover,
    HandoverLine,
    Promise,
    Recovery,
    RecoveryStep,
    Renewal,
    Task,
    User,
    Visit,
)
from db.queries.charges import chunks, seen
from db.queries.scope import EVERYTHING, Visible
from db.vocabulary import (
    CaseStage,
    CustomerClass,
    CustomerKind,
    Fate,
    HandoverCause,
    HandoverState,
    RenewalState,
    Seat,
    TaskState,
    VisitState,
)

# ---------------------------------------------------------------- customers to be handed over


@dataclass(frozen=True, slots=True)
class GivenCustomer:
    """A customer that goes over, with what the record holds; `shared`: the phone of another too."""

    id: uuid.UUID
    number: str
    name: str
    kind: CustomerKind
    klass: CustomerClass
    value: int
    store_id: uuid.UUID | None
    district: str
    phone: str
    address: str
    is_stopped: bool
    contacts: int
    shared: bool


def given(
    session: Session, customer_ids: Collection[uuid.UUID], visible: Visible
) -> dict[uuid.UUID, GivenCustomer]:
    """The customers of these that are seen, by key in the order of their numbers."""
    people = (
        select(func.count())
        .where(Contact.customer_id == Customer.id)
        .correlate(Customer)
        .scalar_subquery()
    )
    other = aliased(Customer)
    double = select(other.id).where(
        other.phone == Customer.phone, other.id != Customer.id, Customer.phone != ""
    )
    found = []
    for chunk in chunks(list(customer_ids)):
        statement = (
            select(
                Customer.id,
                Customer.number,
                Customer.name,
                Customer.kind,
                func.coalesce(CustomerStat.klass, CustomerClass.C.value),
                func.coalesce(CustomerStat.spend_window, 0),
                Customer.store_id,
                Customer.district,
                Customer.phone,
                Customer.address,
                or_(Customer.is_deceased, Customer.do_not_contact),
                people,
                double.correlate(Customer).exists(),
            )
            .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
            .where(Customer.id.in_(chunk), *seen(visible))
        )
        for row in session.execute(statement):
            values = list(row)
            values[3], values[4] = CustomerKind(values[3]), CustomerClass(values[4])
            values[10], values[12] = bool(values[10]), bool(values[12])
            found.append(GivenCustomer(*values))
    found.sort(key=lambda one: one.number)
    return {one.id: one for one in found}


# ---------------------------------------------------------------- what goes over with them


class Goes(NamedTuple):
    """A row that goes from one person to another with its customer, and who has it now."""

    id: uuid.UUID
    customer_id: uuid.UUID
    owner_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Work:
    """All that goes over with some customers.

    `stages`: of each case; `idle`: how many cases of a customer have no next step.
    """

    cases: tuple[Goes, ...] = ()
    visits: tuple[Goes, ...] = ()
    promises: tuple[Goes, ...] = ()
    complaints: tuple[Goes, ...] = ()
    recoveries: tuple[Goes, ...] = ()
    renewals: tuple[Goes, ...] = ()
    tasks: tuple[Goes, ...] = ()
    stages: Mapping[uuid.UUID, str] = field(default_factory=dict)
    idle: Mapping[uuid.UUID, int] = field(default_factory=Counter)


_OPEN_CASE: Final = Case.stage != CaseStage.CLOSED
_UNDECIDED: Final = (RenewalState.OPEN, RenewalState.NOTIFIED)
_MOVES: Final = Task.handover_id.is_(None)  # the others belong to one handover and end with it
_Column = InstrumentedAttribute[Any] | ColumnElement[Any]


def work(
    session: Session, customer_ids: Collection[uuid.UUID], on: dt.date, today: dt.date
) -> Work:
    """Open cases, planned visits, open promises, complaints, recoveries, renewals and tasks.

    Args:
        session: the session.
        customer_ids: of these customers, whoever has them.
        on: visits from today until the day before stay with whoever makes them.
        today: this day; overdue visits go over unless the day is ahead.
    """
    still_made = true() if on <= today else Visit.planned_on >= on
    unfinished = select(RecoveryStep.id).where(
        RecoveryStep.recovery_id == Recovery.id, RecoveryStep.done_at.is_(None)
    )
    keeper = func.coalesce(Promise.owner_id, Promise.made_by_id)
    cases: list[Goes] = []
    stages: dict[uuid.UUID, str] = {}
    idle: Counter[uuid.UUID] = Counter()
    keys = list(customer_ids)
    for chunk in chunks(keys):
        statement = select(
            Case.id, Case.customer_id, Case.owner_id, Case.stage, Case.next_step
        ).where(Case.customer_id.in_(chunk), _OPEN_CASE)
        for key, customer, owner, stage, step in session.execute(statement):
            cases.append(Goes(key, customer, owner))
            stages[key] = stage
            idle[customer] += step is None
    recoveries = (
        select(Recovery.id, Case.customer_id, Recovery.owner_id)
        .join(Case, Case.id == Recovery.case_id)
        .where(unfinished.exists())
    )
    return Work(
        cases=tuple(cases),
        visits=_goes(
            session, keys, Visit, Visit.by_id, Visit.state == VisitState.PLANNED, still_made
        ),
        promises=_goes(session, keys, Promise, keeper, Promise.answered_on.is_(None)),
        complaints=_goes(
            session, keys, Complaint, Complaint.owner_id, Complaint.answered_at.is_(None)
        ),
        recoveries=tuple(
            Goes(*row)
            for chunk in chunks(keys)
            for row in session.execute(recoveries.where(Case.customer_id.in_(chunk)))
        ),
        renewals=_goes(session, keys, Renewal, Renewal.owner_id, Renewal.state.in_(_UNDECIDED)),
        tasks=_goes(session, keys, Task, Task.owner_id, Task.state == TaskState.OPEN, _MOVES),
        stages=stages,
        idle=idle,
    )


def _goes(
    session: Session,
    customer_ids: Sequence[uuid.UUID],
    model: Any,
    owner: _Column,
    *conditions: ColumnElement[bool],
) -> tuple[Goes, ...]:
    statement: Select[Any] = select(model.id, model.customer_id, owner).where(*conditions)
    return tuple(
        Goes(*row)
        for chunk in chunks(customer_ids)
        for row in session.execute(statement.where(model.customer_id.in_(chunk)))
    )


# ---------------------------------------------------------------- handovers ahead


class DueLine(NamedTuple):
    """A line that has not gone over yet; `from_id` is None where nobody had the customer."""

    id: uuid.UUID
    handover_id: uuid.UUID
    customer_id: uuid.UUID
    seat: Seat
    from_id: uuid.UUID | None
    to_id: uuid.UUID
    on: dt.date


def is_ahead() -> ColumnElement[bool]:
    """Condition on `HandoverLine`: somebody gets the customer, but the work has not gone over."""
    return and_(HandoverLine.to_id.is_not(None), HandoverLine.fate != Fate.TRANSFERRED)


def due_lines(session: Session, day: dt.date, visible: Visible) -> list[DueLine]:
    """Lines made ahead that begin until a day, of customers that are seen; the earliest first."""
    statement = (
        select(
            HandoverLine.id,
            HandoverLine.handover_id,
            HandoverLine.customer_id,
            HandoverLine.seat,
            Handover.from_id,
            HandoverLine.to_id,
            Handover.on,
        )
        .join(Handover, Handover.id == HandoverLine.handover_id)
        .join(Customer, Customer.id == HandoverLine.customer_id)
        .where(is_ahead(), Handover.on <= day, *seen(visible))
        .order_by(Handover.on, Handover.at, HandoverLine.id)
    )
    return [DueLine._make(row)._replace(seat=Seat(row.seat)) for row in session.execute(statement)]


# ---------------------------------------------------------------- handovers that were made


@dataclass(frozen=True, slots=True)
class HandoverRow:
    """A handover; counts of its customers by what the receivers say, and of those nobody got."""

    id: uuid.UUID
    from_id: uuid.UUID | None
    giver: str
    cause: HandoverCause
    on: dt.date
    overlap_until: dt.date | None
    note: str
    at: dt.datetime
    by: str
    customers: int
    waiting: int
    accepted: int
    declined: int
    left: int


@dataclass(frozen=True, slots=True)
class LineRow:
    """A customer of a handover; without a receiver it waits for one."""

    id: uuid.UUID
    handover_id: uuid.UUID
    giver: str
    on: dt.date
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    klass: CustomerClass
    seat: Seat
    to_id: uuid.UUID | None
    receiver: str
    is_cross: bool
    fate: Fate
    checked: tuple[str, ...]
    state: HandoverState
    answered_at: dt.datetime | None
    note: str


def handovers(session: Session, visible: Visible = EVERYTHING) -> list[HandoverRow]:
    """Handovers with a customer that is seen or was given to the user, the newest first."""
    by, giver = aliased(User), aliased(User)
    tallies: dict[uuid.UUID, Counter[str]] = defaultdict(Counter)
    customers: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    lines = (
        select(
            HandoverLine.handover_id,
            HandoverLine.customer_id,
            HandoverLine.to_id,
            HandoverLine.state,
        )
        .join(Customer, Customer.id == HandoverLine.customer_id)
        .where(*_lines_seen(visible))
    )
    for handover_id, customer, to_id, state in session.execute(lines):
        tallies[handover_id]["left" if to_id is None else state] += 1
        customers[handover_id].add(customer)
    statement = (
        select(Handover, func.coalesce(giver.name, ""), func.coalesce(by.name, ""))
        .outerjoin(giver, giver.id == Handover.from_id)
        .outerjoin(by, by.id == Handover.by_id)
        .order_by(Handover.at.desc(), Handover.id.desc())
    )
    return [
        HandoverRow(
            id=row.id,
            from_id=row.from_id,
            giver=name,
            cause=HandoverCause(row.cause),
            on=row.on,
            overlap_until=row.overlap_until,
            note=row.note,
            at=row.at,
            by=maker,
            customers=len(customers[row.id]),
            waiting=tallies[row.id][HandoverState.WAITING],
            accepted=tallies[row.id][HandoverState.ACCEPTED],
            declined=tallies[row.id][HandoverState.DECLINED],
            left=tallies[row.id]["left"],
        )
        for row, name, maker in session.execute(statement)
        if row.id in customers
    ]


def lines(
    session: Session, *conditions: ColumnElement[bool], visible: Visible = EVERYTHING
) -> list[LineRow]:
    """Lines of handovers of customers that are seen or were given to the user, by number."""
    receiver, giver = aliased(User), aliased(User)
    statement = (
        select(
            HandoverLine,
            func.coalesce(giver.name, ""),
            Handover.on,
            Customer.number,
            Customer.name,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value),
            func.coalesce(receiver.name, ""),
        )
        .join(Handover, Handover.id == HandoverLine.handover_id)
        .join(Customer, Customer.id == HandoverLine.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(giver, giver.id == Handover.from_id)
        .outerjoin(receiver, receiver.id == HandoverLine.to_id)
        .where(*conditions, *_lines_seen(visible))
        .order_by(Handover.at.desc(), Customer.number, HandoverLine.seat.desc())
    )
    return [
        LineRow(
            id=row.id,
            handover_id=row.handover_id,
            giver=name,
            on=on,
            customer_id=row.customer_id,
            customer_number=number,
            customer=customer,
            klass=CustomerClass(klass),
            seat=Seat(row.seat),
            to_id=row.to_id,
            receiver=receiver_name,
            is_cross=row.is_cross,
            fate=Fate(row.fate),
            checked=tuple(row.checked),
            state=HandoverState(row.state),
            answered_at=row.answered_at,
            note=row.note,
        )
        for row, name, on, number, customer, klass, receiver_name in session.execute(statement)
    ]


def _lines_seen(visible: Visible) -> list[ColumnElement[bool]]:
    conditions = seen(visible)
    return [or_(*conditions, HandoverLine.to_id == visible.user_id)] if conditions else []


def is_waiting() -> ColumnElement[bool]:
    """Condition on `HandoverLine`: somebody got the customer and has not said yes or no."""
    return and_(HandoverLine.state == HandoverState.WAITING, HandoverLine.to_id.is_not(None))
