"""What a plan of visits and its compliance are made of: customers, contacts made, contacts planned.

Many thousand lines are read for one plan, so they come as plain tuples, without objects.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    CadenceLine,
    CadenceOverride,
    ContactAttempt,
    Customer,
    CustomerStat,
    Holding,
    User,
    Visit,
)
from db.queries.charges import in_force
from db.queries.scope import Visible, asked, visible_customers
from db.vocabulary import AttemptResult, Channel, CustomerClass, Seat, VisitPurpose, VisitState

_SPOKEN: Final = (Channel.VISIT.value, Channel.CALL.value)
_CHANNELS: Final = {channel.value: channel for channel in Channel}
_CLASSES: Final = {klass.value: klass for klass in CustomerClass}
_PURPOSES: Final = {purpose.value: purpose for purpose in VisitPurpose}


class ClientRow(NamedTuple):
    """A customer as the cadence needs it; `since` is the first day as one, as far as known."""

    id: uuid.UUID
    number: str
    name: str
    klass: CustomerClass
    district: str
    store_id: uuid.UUID | None
    owner_id: uuid.UUID | None
    since: dt.date | None
    upgrade_since: dt.date | None
    is_stopped: bool  # has died, or asked not to be contacted
    is_identified: bool


class MadeRow(NamedTuple):
    """A contact in which somebody was spoken to, with its moment or, where unknown, its day."""

    customer_id: uuid.UUID
    channel: Channel
    at: dt.datetime | dt.date
    by_id: uuid.UUID | None
    rule: str | None
    is_informal: bool  # or the customer came by themselves: no pressure


class OpenRow(NamedTuple):
    """A planned contact that is still to be made."""

    id: uuid.UUID
    customer_id: uuid.UUID
    by_id: uuid.UUID | None
    day: dt.date
    channel: Channel
    rule: str | None
    purpose: VisitPurpose | None
    is_provisional: bool
    is_fixed: bool
    has_case: bool


@dataclass(frozen=True, slots=True)
class OverrideRow:
    """For one customer a rule asks for less; `rule` is its code."""

    id: uuid.UUID
    customer_id: uuid.UUID
    number: str
    customer: str
    klass: CustomerClass
    rule: str
    minimum: int
    reason: str
    first: dt.date
    last: dt.date | None
    by: str


def lines(session: Session) -> Sequence[CadenceLine]:
    """The lines of the cadence in their order."""
    return session.scalars(select(CadenceLine).order_by(CadenceLine.position, CadenceLine.id)).all()


def clients(
    session: Session, visible: Visible, customer_id: uuid.UUID | None = None
) -> list[ClientRow]:
    """Customers that are seen, by number; also those nobody may contact, marked."""
    statement = select(
        Customer.id,
        Customer.number,
        Customer.name,
        CustomerStat.klass,
        Customer.district,
        Customer.store_id,
        Customer.owner_id,
        Customer.joined_on,
        CustomerStat.first_day,
        Customer.upgrade_since,
        or_(Customer.is_deceased, Customer.do_not_contact),
        Customer.is_identified,
    ).outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
    seen = visible_customers(visible)
    if seen is not None:
        statement = statement.where(seen)
    if customer_id is not None:
        statement = statement.where(Customer.id == customer_id)
    return [
        ClientRow(
            key, number, name, _CLASSES.get(klass, CustomerClass.C), district, store, owner,
            _since(joined, first), upgrade, bool(stopped), bool(known),
        )
        for key, number, name, klass, district, store, owner, joined, first, upgrade, stopped, known
        in session.execute(statement.order_by(Customer.number))
    ]  # fmt: skip


def _since(joined: dt.date | None, first: int | None) -> dt.date | None:
    return joined if joined is not None or first is None else dt.date.fromordinal(first)


class Following(NamedTuple):
    """Somebody who gets a seat of a customer, from a day on."""

    first: dt.date
    user_id: uuid.UUID


def followers(session: Session, seat: Seat, day: dt.date) -> dict[uuid.UUID, Following]:
    """Who comes in charge, or stands in, after a day, by customer.

    In charge also who has come already while the customer has another owner yet.
    """
    statement = select(Holding.customer_id, Holding.first_on, Holding.user_id).where(
        Holding.seat == seat, Holding.last_on.is_(None)
    )
    if seat is Seat.PRIMARY:
        joined = statement.join(Customer, Customer.id == Holding.customer_id)
        statement = joined.where(Customer.owner_id.is_distinct_from(Holding.user_id))
    else:
        statement = statement.where(Holding.first_on > day)
    return {key: Following(first, user) for key, first, user in session.execute(statement)}


def backups(session: Session, day: dt.date) -> dict[uuid.UUID, uuid.UUID]:
    """Who stands in on a day for good, or until another one does, by customer."""
    statement = select(Holding.customer_id, Holding.user_id).where(
        Holding.seat == Seat.BACKUP, in_force(day)
    )
    return {row.customer_id: row.user_id for row in session.execute(statement)}


def overrides(session: Session, visible: Visible, *conditions: Any) -> tuple[OverrideRow, ...]:
    """What was agreed otherwise with customers that are seen, in the order of its beginning."""
    statement = (
        select(
            CadenceOverride.id,
            CadenceOverride.customer_id,
            Customer.number,
            Customer.name,
            CustomerStat.klass,
            CadenceOverride.rule,
            CadenceOverride.minimum,
            CadenceOverride.reason,
            CadenceOverride.first_on,
            CadenceOverride.last_on,
            func.coalesce(User.name, ""),
        )
        .join(Customer, Customer.id == CadenceOverride.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, User.id == CadenceOverride.by_id)
        .order_by(CadenceOverride.first_on, CadenceOverride.id)
        .where(*conditions)
    )
    seen = visible_customers(visible)
    if seen is not None:
        statement = statement.where(seen)
    return tuple(
        OverrideRow(key, customer, number, name, _CLASSES.get(klass, CustomerClass.C), *rest)
        for key, customer, number, name, klass, *rest in session.execute(statement)
    )


# ---------------------------------------------------------------- contacts


def contacts_made(
    session: Session,
    visible: Visible,
    first: dt.date,
    last: dt.date,
    *,
    recent: dt.date | None = None,
    long_rules: Collection[str] = (),
    customer_id: uuid.UUID | None = None,
) -> list[MadeRow]:
    """Contacts with customers that are seen in which somebody was spoken to, in some days.

    Args:
        session: the session.
        visible: whose customers.
        first: first day.
        last: last day.
        recent: visits under other rules than the long ones count only from this day on, so that
            the bulk of a year need not be read.
        long_rules: codes of rules whose contacts lie far apart.
        customer_id: only of this customer.
    """
    visits: Select[*tuple[Any, ...]] = select(
        Visit.customer_id,
        Visit.channel,
        Visit.done_on,
        Visit.by_id,
        Visit.rule,
        Visit.is_informal,
    ).where(Visit.state == VisitState.DONE, Visit.done_on.between(first, last))
    if recent is not None:
        is_long = or_(Visit.rule.is_(None), Visit.rule.in_(sorted(long_rules)))
        visits = visits.where(or_(Visit.done_on >= recent, is_long))
    begin = dt.datetime.combine(first, dt.time(), dt.UTC) - dt.timedelta(days=1)
    end = dt.datetime.combine(last, dt.time(), dt.UTC) + dt.timedelta(days=2)
    attempts: Select[*tuple[Any, ...]] = select(
        ContactAttempt.customer_id,
        ContactAttempt.channel,
        ContactAttempt.at,
        ContactAttempt.by_id,
        or_(ContactAttempt.is_informal, ContactAttempt.by_customer),
    ).where(
        ContactAttempt.result == AttemptResult.REACHED,
        ContactAttempt.channel.in_(_SPOKEN),
        ContactAttempt.at.between(begin, end),
    )
    seen = visible_customers(visible)
    if seen is not None:
        visits = visits.where(asked(Visit.customer_id, seen))
        attempts = attempts.where(asked(ContactAttempt.customer_id, seen))
    if customer_id is not None:
        visits = visits.where(Visit.customer_id == customer_id)
        attempts = attempts.where(ContactAttempt.customer_id == customer_id)
    found = [
        MadeRow(customer, _CHANNELS[channel], day, by, rule, bool(informal))
        for customer, channel, day, by, rule, informal in session.execute(visits)
    ]
    found += [
        MadeRow(customer, _CHANNELS[channel], at, by, None, bool(informal))
        for customer, channel, at, by, informal in session.execute(attempts)
    ]
    return found


def open_contacts(
    session: Session, last: dt.date, later: dt.date, long_rules: Collection[str]
) -> list[OpenRow]:
    """Everybody's planned contacts until a day, and those under long rules until a later one.

    In the order of their days, so that of two that are alike always the same one is taken first.
    """
    until: ColumnElement[bool] = Visit.planned_on <= last
    far = and_(Visit.planned_on <= later, Visit.rule.in_(sorted(long_rules)))
    statement = (
        select(
            Visit.id,
            Visit.customer_id,
            Visit.by_id,
            Visit.planned_on,
            Visit.channel,
            Visit.rule,
            Visit.rule_purpose,
            Visit.is_provisional,
            Visit.is_fixed,
            Visit.case_id,
        )
        .where(Visit.state == VisitState.PLANNED, or_(until, far))
        .order_by(Visit.planned_on, Visit.id)
    )
    return [
        OpenRow(
            key, customer, by, day, _CHANNELS[channel], rule,
            _PURPOSES.get(purpose) if purpose else None, provisional, fixed, case is not None,
        )
        for key, customer, by, day, channel, rule, purpose, provisional, fixed, case
        in session.execute(statement)
    ]  # fmt: skip


def provisional_days(session: Session, first: dt.date) -> dict[dt.date, int]:
    """How many planned contacts of each day from a first one on are provisional."""
    statement = (
        select(Visit.planned_on, func.count())
        .where(
            Visit.state == VisitState.PLANNED,
            Visit.is_provisional,
            Visit.planned_on >= first,
        )
        .group_by(Visit.planned_on)
    )
    return {row[0]: row[1] for row in session.execute(statement)}
