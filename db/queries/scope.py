"""Whose records a list shows: part of the criteria of every list of people's records.

Cases and customers have an owner and a store; visits follow both, signals follow their customer.
`desktop_app.services.access.visible` makes a `Visible` for the signed-in user; the default,
`EVERYTHING`, is for the program itself (reports of head office, tests, the demo).
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.base import utcnow
from db.models import Case, CaseEvent, Customer, CustomerStat, Holding, User, Visit
from db.vocabulary import CaseEventKind


class Reach(StrEnum):
    """How far a user sees, from most to least."""

    ALL = "all"
    STORE = "store"  # every case and customer of the own store
    POOL = "pool"  # every customer of the own store, who may all call there; own cases, and those
    # of the own store (or opened by oneself) that are nobody's
    OWN = (
        "own"  # own customers; own cases, and unassigned ones of own customers or opened by oneself
    )


@dataclass(frozen=True, slots=True)
class Visible:
    """What one user sees. A user without a store is not bound to one."""

    reach: Reach = Reach.ALL
    user_id: uuid.UUID | None = None
    store_id: uuid.UUID | None = None


EVERYTHING: Final = Visible()
_Key = ColumnElement[Any] | InstrumentedAttribute[Any]


def unowned() -> ColumnElement[bool]:
    """Cases that nobody works on: without an owner, or the owner has left."""
    gone = select(User.id).where(User.is_active.is_(False))
    return or_(Case.owner_id.is_(None), Case.owner_id.in_(gone))


def contactable(key: _Key) -> ColumnElement[bool]:
    """Condition on a column with keys of customers: alive, and not one who refused."""
    stopped = or_(Customer.is_deceased, Customer.do_not_contact)
    one = select(Customer.id).where(Customer.id == key, stopped)
    return ~one.correlate_except(Customer).exists()


def visible_cases(visible: Visible) -> ColumnElement[bool]:
    """Condition on `Case`. A case without a store belongs to every store, so nobody misses it."""
    own = Case.owner_id == visible.user_id
    in_store: ColumnElement[bool] = true()
    if visible.store_id is not None:
        in_store = or_(Case.store_id == visible.store_id, Case.store_id.is_(None))
    match visible.reach:
        case Reach.ALL:
            return true()
        case Reach.STORE:
            return or_(own, in_store)
        case Reach.POOL:
            return or_(own, and_(unowned(), or_(in_store, _opened_by(visible.user_id))))
        case Reach.OWN:
            customers = select(Customer.id).where(Customer.owner_id == visible.user_id)
            mine = or_(Case.customer_id.in_(customers), _opened_by(visible.user_id))
            return or_(own, and_(Case.owner_id.is_(None), mine))


def visible_customers(visible: Visible) -> ColumnElement[bool] | None:
    """Condition on `Customer`; None where all are seen, so that a query stays as it is.

    Own are the customers one owns or stands in for, works on in a case, or visits. A customer
    without a store belongs to every store, so nobody misses them.
    """
    in_store = visible.reach is not Reach.OWN
    if visible.reach is Reach.ALL or (in_store and visible.store_id is None):
        return None
    user = visible.user_id
    found = [
        Customer.owner_id == user,
        Customer.id.in_(select(Case.customer_id).where(Case.owner_id == user)),
        Customer.id.in_(select(Visit.customer_id).where(Visit.by_id == user)),
        Customer.id.in_(select(Holding.customer_id).where(Holding.user_id == user, _goes_on())),
    ]
    if in_store:
        found += [Customer.store_id == visible.store_id, Customer.store_id.is_(None)]
    return or_(*found)


def _goes_on() -> ColumnElement[bool]:
    """Condition on `Holding`: the charge has not ended, also one that ends on a day to come."""
    return or_(Holding.last_on.is_(None), Holding.last_on >= utcnow().astimezone().date())


def count_seen(session: Session, visible: Visible) -> int:
    """How many customers are seen."""
    seen = visible_customers(visible)
    if seen is None:  # the narrower table is counted sooner
        return session.scalar(select(func.count()).select_from(CustomerStat)) or 0
    return session.scalar(select(func.count()).select_from(Customer).where(seen)) or 0


def gathered(key: _Key, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """Condition on a column with keys of customers: those that are seen are gathered first."""
    return key.in_(select(Customer.id).where(seen).correlate(None))


def asked(key: _Key, seen: ColumnElement[bool]) -> ColumnElement[bool]:
    """The same: each line is asked whether its customer is seen."""
    customer = select(Customer.id).where(Customer.id == key, seen)
    return customer.correlate_except(Customer).exists()


def customer_in_sight(visible: Visible) -> ColumnElement[bool] | None:
    """The same for one customer that is looked at: also who sees one of the cases may do that."""
    listed = visible_customers(visible)
    if listed is None:
        return None
    case = select(Case.id).where(Case.customer_id == Customer.id, visible_cases(visible))
    return or_(listed, case.correlate(Customer).exists())


def _opened_by(user_id: uuid.UUID | None) -> ColumnElement[bool]:
    opened = select(CaseEvent.case_id).where(
        CaseEvent.case_id == Case.id,
        CaseEvent.kind == CaseEventKind.OPENED,
        CaseEvent.by_id == user_id,
    )
    return opened.exists()
