"""Who is in charge of which customer, and which customers nobody looks after."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.base import utcnow
from db.models import (
    ContactAttempt,
    Customer,
    CustomerStat,
    Holding,
    StaffProfile,
    Store,
    User,
    Visit,
)
from db.queries.cases import customers_found
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Visible, visible_customers
from db.vocabulary import AttemptResult, CustomerClass, Seat, VisitState

_CHUNK: Final = 500
_SPOKEN: Final = (AttemptResult.REACHED, AttemptResult.CALLBACK)


# ---------------------------------------------------------------- charges


class HoldingFact(NamedTuple):
    """One charge of a customer."""

    id: uuid.UUID
    customer_id: uuid.UUID
    user_id: uuid.UUID
    seat: Seat
    first_on: dt.date
    last_on: dt.date | None


@dataclass(frozen=True, slots=True)
class HoldingFilter:
    """Which charges; by default those that go on, or will, and those until another one begins."""

    text: str = ""
    user_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    seat: Seat | None = None
    open_only: bool = True
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class HoldingRow:
    """A line of the list of charges."""

    id: uuid.UUID
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    klass: CustomerClass
    seat: Seat
    user_id: uuid.UUID
    user: str
    first_on: dt.date
    last_on: dt.date | None


def facts(session: Session, *conditions: ColumnElement[bool]) -> list[HoldingFact]:
    """Charges, the oldest first; of those that began on one day the open one last."""
    statement = (
        select(
            Holding.id,
            Holding.customer_id,
            Holding.user_id,
            Holding.seat,
            Holding.first_on,
            Holding.last_on,
        )
        .where(*conditions)
        .order_by(Holding.first_on, Holding.last_on.is_(None), Holding.id)
    )
    return [
        HoldingFact(key, customer, user, Seat(seat), first, last)
        for key, customer, user, seat, first, last in session.execute(statement)
    ]


def all_facts(
    session: Session, visible: Visible, *conditions: ColumnElement[bool]
) -> list[HoldingFact]:
    """Charges of the customers that are seen; the conditions may be on `Customer` too."""
    return facts(session, Holding.customer_id == Customer.id, *seen(visible), *conditions)


def facts_of(
    session: Session, customer_ids: Collection[uuid.UUID], *conditions: ColumnElement[bool]
) -> list[HoldingFact]:
    """Charges of some customers."""
    return [
        fact
        for chunk in chunks(list(customer_ids))
        for fact in facts(session, Holding.customer_id.in_(chunk), *conditions)
    ]


def in_force(day: dt.date) -> ColumnElement[bool]:
    """Condition on `Holding`: a lasting charge on a day, or one until something else begins.

    That is somebody else in the seat, or the same person in charge. Who stands in for some time
    beside the lasting backup has none.
    """
    following = aliased(Holding)
    ends_later = select(following.id).where(
        following.customer_id == Holding.customer_id,
        or_(following.seat == Holding.seat, following.user_id == Holding.user_id),
        following.last_on.is_(None),
        following.first_on > day,
    )
    until_then = and_(Holding.last_on >= day, ends_later.correlate(Holding).exists())
    return and_(Holding.first_on <= day, or_(Holding.last_on.is_(None), until_then))


def owner_on(charges: Sequence[HoldingFact], day: dt.date) -> uuid.UUID | None:
    """Who owns a customer on a day by its charges in charge, the oldest first.

    Who has ended stays the owner until the next one begins, if one does.
    """
    begun = [fact for fact in charges if fact.first_on <= day]
    if not begun:
        return None
    last = begun[-1].last_on
    goes_on = last is None or last >= day or len(begun) < len(charges)
    return begun[-1].user_id if goes_on else None


class Owned(NamedTuple):
    """A customer with its owner, and who should be that."""

    customer_id: uuid.UUID
    owner_id: uuid.UUID | None
    should: uuid.UUID | None


def misplaced(session: Session, day: dt.date, visible: Visible = EVERYTHING) -> list[Owned]:
    """Customers that are seen whose owner is not who is in charge of them on a day."""
    charge = and_(
        Holding.customer_id == Customer.id, Holding.seat == Seat.PRIMARY, Holding.last_on.is_(None)
    )
    statement = (
        select(Customer.id, Customer.owner_id)
        .outerjoin(Holding, charge)
        .where(Customer.owner_id.is_distinct_from(Holding.user_id), *seen(visible))
    )
    owners = {row.id: row.owner_id for row in session.execute(statement)}
    by_customer: dict[uuid.UUID, list[HoldingFact]] = defaultdict(list)
    for fact in facts_of(session, list(owners), Holding.seat == Seat.PRIMARY):
        by_customer[fact.customer_id].append(fact)
    found = (Owned(key, owner, owner_on(by_customer[key], day)) for key, owner in owners.items())
    return [one for one in found if one.owner_id != one.should]


def loads(session: Session, day: dt.date) -> dict[uuid.UUID, int]:
    """How many customers everybody holds in either seat for longer than a day."""
    still = or_(Holding.last_on.is_(None), Holding.last_on > day)
    statement = select(Holding.user_id, func.count()).where(still).group_by(Holding.user_id)
    return {row[0]: row[1] for row in session.execute(statement)}


def count_holdings(session: Session, criteria: HoldingFilter) -> int:
    """How many charges fit."""
    counted_rows: Select[*tuple[Any, ...]] = select(func.count())
    statement = _joined(counted_rows).where(*_conditions(session, criteria))
    return session.scalar(statement) or 0


def list_holdings(
    session: Session,
    criteria: HoldingFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[HoldingRow]:
    """One page of charges; by the number of the customer without a sort."""
    columns: Select[*tuple[Any, ...]] = select(
        Holding.id,
        Holding.customer_id,
        Customer.number,
        Customer.name,
        func.coalesce(CustomerStat.klass, CustomerClass.C.value),
        Holding.seat,
        Holding.user_id,
        User.name,
        Holding.first_on,
        Holding.last_on,
    )
    statement = _joined(columns).where(*_conditions(session, criteria))
    sort = sort or Sort("customer_number")
    column = _SORTS[sort.column_id]
    order = column.desc() if sort.descending else column.asc()
    statement = statement.order_by(order.nulls_last(), Holding.seat.desc(), Holding.id)
    return [
        HoldingRow(key, customer, number, name, CustomerClass(klass), Seat(seat), *rest)
        for key, customer, number, name, klass, seat, *rest in session.execute(
            statement.offset(offset).limit(limit)
        )
    ]


_SORTS: Final[dict[str, Any]] = {
    "customer_number": Customer.number,
    "customer": Customer.name,
    "klass": CustomerStat.klass,
    "seat": Holding.seat,
    "user": User.name,
    "first_on": Holding.first_on,
    "last_on": Holding.last_on,
}


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Holding)
        .join(Customer, Customer.id == Holding.customer_id)
        .join(User, User.id == Holding.user_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Holding.customer_id)
    )


def _conditions(session: Session, criteria: HoldingFilter) -> list[ColumnElement[bool]]:
    found = seen(criteria.visible)
    if criteria.open_only:
        today = utcnow().astimezone().date()
        found.append(or_(Holding.last_on.is_(None), in_force(today)))
    if criteria.text.strip():
        typed = criteria.text.strip()
        named = User.name.contains(typed, autoescape=True)
        found.append(or_(named, Holding.customer_id.in_(customers_found(session, typed))))
    equal = (
        (Holding.user_id, criteria.user_id),
        (Holding.customer_id, criteria.customer_id),
        (Holding.seat, criteria.seat),
    )
    return [*found, *(column == value for column, value in equal if value is not None)]


def seen(visible: Visible) -> list[ColumnElement[bool]]:
    """Condition on `Customer` as a list: none where all are seen."""
    condition = visible_customers(visible)
    return [] if condition is None else [condition]


def chunks(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    """The keys, so many at a time as a statement takes."""
    for start in range(0, len(keys), _CHUNK):
        yield keys[start : start + _CHUNK]


class Head(NamedTuple):
    """What a customer is called, and its class."""

    number: str
    name: str
    klass: CustomerClass


def heads(session: Session, customer_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Head]:
    """What customers are called, by key."""
    found: dict[uuid.UUID, Head] = {}
    for chunk in chunks(customer_ids):
        statement = (
            select(Customer.id, Customer.number, Customer.name, CustomerStat.klass)
            .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
            .where(Customer.id.in_(chunk))
        )
        for key, number, name, klass in session.execute(statement):
            found[key] = Head(number, name, CustomerClass(klass or CustomerClass.C))
    return found


def classes(session: Session, visible: Visible) -> dict[uuid.UUID, CustomerClass]:
    """The class of every customer that is seen and counts."""
    statement = (
        select(Customer.id, CustomerStat.klass)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(counted(), *seen(visible))
    )
    return {
        key: CustomerClass(klass or CustomerClass.C) for key, klass in session.execute(statement)
    }


def values(session: Session, visible: Visible) -> dict[uuid.UUID, int]:
    """The spend of the last year of every customer that is seen and counts."""
    statement = (
        select(Customer.id, CustomerStat.spend_window)
        .join(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(counted(), *seen(visible))
    )
    return {row[0]: row[1] for row in session.execute(statement)}


# ---------------------------------------------------------------- orphans


@dataclass(frozen=True, slots=True)
class Alone:
    """A customer nobody is in charge of."""

    id: uuid.UUID
    number: str
    name: str
    klass: CustomerClass
    since: dt.date | None
    store: str
    district: str
    value: int


def without_primary(day: dt.date) -> ColumnElement[bool]:
    """Condition on `Customer`: nobody who still works here is in charge on a day."""
    profile = aliased(StaffProfile)
    gone = (
        select(User.id)
        .outerjoin(profile, profile.user_id == User.id)
        .where(or_(User.is_active.is_(False), profile.left_on < day))
    )
    held = select(Holding.id).where(
        Holding.customer_id == Customer.id,
        Holding.seat == Seat.PRIMARY,
        Holding.first_on <= day,
        or_(Holding.last_on.is_(None), Holding.last_on >= day),
        Holding.user_id.not_in(gone),
    )
    return ~held.correlate(Customer).exists()


def counted() -> ColumnElement[bool]:
    """Condition on `Customer`: known by name, alive, and not one who refused."""
    stopped = or_(Customer.is_deceased, Customer.do_not_contact)
    return and_(Customer.is_identified, ~stopped)


def count_alone(session: Session, day: dt.date, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many customers fit that nobody is in charge of."""
    statement = (
        select(func.count())
        .select_from(Customer)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(without_primary(day), counted(), *conditions)
    )
    return session.execute(statement).scalar_one()


def alone(
    session: Session, day: dt.date, conditions: Sequence[ColumnElement[bool]] = ()
) -> list[Alone]:
    """Customers that fit and nobody is in charge of, by number."""
    statement: Select[*tuple[Any, ...]] = (
        select(
            Customer.id,
            Customer.number,
            Customer.name,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value),
            Customer.joined_on,
            CustomerStat.first_day,
            func.coalesce(Store.name, ""),
            Customer.district,
            func.coalesce(CustomerStat.spend_window, 0),
        )
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(Store, Store.id == Customer.store_id)
        .where(without_primary(day), counted(), *conditions)
        .order_by(Customer.number)
    )
    return [
        Alone(key, number, name, CustomerClass(klass), since_of(joined, first), *rest)
        for key, number, name, klass, joined, first, *rest in session.execute(statement)
    ]


def charges_of_alone(
    session: Session, day: dt.date, conditions: Sequence[ColumnElement[bool]]
) -> list[HoldingFact]:
    """Charges, past ones too, of those in charge of customers that nobody is in charge of now."""
    customers = (
        select(Customer.id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(without_primary(day), counted(), *conditions)
    )
    return facts(session, Holding.seat == Seat.PRIMARY, Holding.customer_id.in_(customers))


def since_of(joined: dt.date | None, first: int | None) -> dt.date | None:
    """Since when somebody is a customer: as on record, else the first order."""
    return joined if joined is not None or first is None else dt.date.fromordinal(first)


def last_contacts(session: Session, customer_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, dt.date]:
    """The last day on which customers were spoken to or visited."""
    found: dict[uuid.UUID, dt.date] = {}
    for chunk in chunks(customer_ids):
        calls = (
            select(ContactAttempt.customer_id, func.max(ContactAttempt.at))
            .where(ContactAttempt.customer_id.in_(chunk), ContactAttempt.result.in_(_SPOKEN))
            .group_by(ContactAttempt.customer_id)
        )
        visits = (
            select(Visit.customer_id, func.max(Visit.done_on))
            .where(Visit.customer_id.in_(chunk), Visit.state == VisitState.DONE)
            .group_by(Visit.customer_id)
        )
        for key, moment in session.execute(calls):
            found[key] = moment.astimezone().date()
        for key, day in session.execute(visits):
            if day is not None:
                found[key] = max(day, found.get(key, day))
    return found
