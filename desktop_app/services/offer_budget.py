"""What a store may spend on offers in a month, and how much of it is used.

Used is the cost of the offers that were agreed to in the month and are accepted or can still be.
Services that agree to an offer ask in the transaction in which they write.
"""

import datetime as dt
import re
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.derived import currency
from db.models import OfferBudget, Store
from db.queries import offer_money
from db.queries import offers as offer_queries
from db.queries.scope import Reach
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, staff

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_DECEMBER: Final = 12


@dataclass(frozen=True, slots=True)
class Budget:
    """A budget and how much of it is used; without an amount nothing is limited."""

    store_id: uuid.UUID | None
    store: str
    month: str
    amount: int | None
    used: int
    currency: str

    @property
    def left(self) -> int | None:
        """What may still be spent, below zero when head office agreed to more."""
        return None if self.amount is None else self.amount - self.used


def budgets(session: Session, month: str) -> tuple[Budget, ...]:
    """The budgets of a month (``2026-08``), of the own store for those who see only that.

    Raises:
        InvalidInputError: not a month.
    """
    access.require(session, Action.VIEW)
    _check(month)
    seen = access.visible(session)
    own = None if seen.reach is Reach.ALL else seen.store_id
    money = currency(session)
    return tuple(
        Budget(
            row.store_id, row.store, month, row.amount, used(session, row.store_id, month), money
        )
        for row in offer_money.budgets(session, month, own)
    )


def of_store(session: Session, store_id: uuid.UUID | None, month: str) -> Budget:
    """The budget of one store; also without an amount."""
    access.require(session, Action.VIEW)
    _check(month)
    row = _row(session, store_id, month)
    store = session.get(Store, store_id) if store_id is not None else None
    return Budget(
        store_id,
        store.name if store is not None else "",
        month,
        row.amount if row is not None else None,
        used(session, store_id, month),
        currency(session),
    )


def overview(session: Session, month: str) -> tuple[Budget, ...]:
    """Every store the actor sees with its budget of a month, also those without an amount.

    Cases without a store come last.

    Raises:
        InvalidInputError: not a month.
    """
    access.require(session, Action.VIEW)
    _check(month)
    seen = access.visible(session)
    stores = [store.id for store in staff.list_stores(session)]
    if seen.reach is not Reach.ALL:
        stores = [key for key in stores if key == seen.store_id]
    return tuple(of_store(session, key, month) for key in (*stores, None))


def set_budget(
    session: Session, store_id: uuid.UUID | None, month: str, amount: int | None
) -> None:
    """Set the budget of a store, or of cases without one, for a month; None lifts the limit.

    Raises:
        InvalidInputError: not a month, no such store, or a negative amount.
    """
    access.require(session, Action.EDIT_OFFERS)
    _check(month)
    store = session.get(Store, store_id) if store_id is not None else None
    if store_id is not None and store is None:
        raise InvalidInputError([Problem("store_id", _("There is no such store."))])
    if amount is not None and amount < 0:
        raise InvalidInputError([Problem("amount", _("A budget is not negative."))])
    name = store.name if store is not None else "-"
    journal.name_change(
        session, N_("Set the budget of {store} for {month}"), store=name, month=month
    )
    row = _row(session, store_id, month)
    if amount is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(OfferBudget(store_id=store_id, month=month, amount=amount))
    elif row.amount != amount:
        row.amount = amount
    session.flush()


def used(session: Session, store_id: uuid.UUID | None, month: str) -> int:
    """What the offers of a store cost that were agreed to in a month."""
    access.require(session, Action.VIEW)
    start, end = bounds(month)
    session.flush()
    return offer_queries.committed(session, store_id, start, end, clock.today())


def is_exceeded(session: Session, store_id: uuid.UUID | None, cost: int) -> bool:
    """Whether one more offer would cost more than is left this month; free ones never do."""
    access.require(session, Action.VIEW)
    left = of_store(session, store_id, month_of(clock.today())).left
    return left is not None and cost > 0 and cost > left


def month_of(day: dt.date) -> str:
    """The month of a day, as budgets name it."""
    return f"{day:%Y-%m}"


def bounds(month: str) -> tuple[dt.datetime, dt.datetime]:
    """First moment of a month and of the next one, where the person sits."""
    year, number = int(month[:4]), int(month[5:])
    after = (year + 1, 1) if number == _DECEMBER else (year, number + 1)
    return dt.datetime(year, number, 1).astimezone(), dt.datetime(*after, 1).astimezone()


def _check(month: str) -> None:
    if not _MONTH.fullmatch(month):
        raise InvalidInputError([Problem("month", _("Write the month as 2026-08."))])


def _row(session: Session, store_id: uuid.UUID | None, month: str) -> OfferBudget | None:
    session.flush()
    store = OfferBudget.store_id
    own = store.is_(None) if store_id is None else store == store_id
    return session.scalar(select(OfferBudget).where(own, OfferBudget.month == month))
