"""Customers with the days on which they were lost: what churn by quarter is made of."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Case, Customer, CustomerStat
from db.queries.scope import Visible, visible_customers
from db.vocabulary import CustomerClass, Outcome


@dataclass(frozen=True, slots=True)
class LifeRow:
    """A customer who is known by name; days are None if not known."""

    klass: CustomerClass
    since: dt.date | None
    lost: tuple[dt.date, ...]
    bought: dt.date | None


def lives(session: Session, visible: Visible) -> list[LifeRow]:
    """The customers that are seen and known by name."""
    lost = _lost(session)
    statement = (
        select(
            Customer.id,
            CustomerStat.klass,
            Customer.joined_on,
            CustomerStat.first_day,
            CustomerStat.last_day,
        )
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(Customer.is_identified)
    )
    seen = visible_customers(visible)
    if seen is not None:
        statement = statement.where(seen)
    return [
        LifeRow(
            CustomerClass(klass or CustomerClass.C),
            _earliest(joined_on, first_day),
            lost.get(key, ()),
            None if last_day is None else dt.date.fromordinal(last_day),
        )
        for key, klass, joined_on, first_day, last_day in session.execute(statement)
    ]


def _earliest(joined_on: dt.date | None, first_day: int | None) -> dt.date | None:
    days = [joined_on, None if first_day is None else dt.date.fromordinal(first_day)]
    return min((day for day in days if day is not None), default=None)


def _lost(session: Session) -> dict[uuid.UUID, tuple[dt.date, ...]]:
    """The days of the departures that were lost; the day the case was opened if no other is."""
    statement = select(
        Case.customer_id, func.coalesce(Case.left_on, Case.opened_on).label("day")
    ).where(Case.outcome == Outcome.LOST)
    found: dict[uuid.UUID, list[dt.date]] = defaultdict(list)
    for customer_id, day in session.execute(statement):
        found[customer_id].append(day)
    return {key: tuple(sorted(days)) for key, days in found.items()}
