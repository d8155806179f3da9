"""Saves that are watched: their customers' orders, and the cases that followed them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Integer, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import Case, Customer, Order
from db.vocabulary import CaseStage, Outcome, SaveState

_CHUNK: Final = 500
_DAY_BEFORE_THE_FIRST: Final = 1_721_424.5
"""Julian day of the day before 0001-01-01: days are counted from there (`date.toordinal`)."""
SAVED: Final = (Outcome.SAVED, Outcome.WON_BACK)


@dataclass(frozen=True, slots=True)
class WatchedCase:
    """A save and what was decided about it; `may_contact`: alive, and has not refused."""

    id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    store_id: uuid.UUID | None
    kind: str
    saved_on: dt.date
    until: dt.date
    value_at_stake: int | None
    currency: str
    save_state: SaveState
    confirmed_on: dt.date | None
    may_contact: bool


@dataclass(frozen=True, slots=True)
class EarlierSave:
    """The newest case of a customer that ended with a save."""

    id: uuid.UUID
    number: str
    closed_on: dt.date
    outcome: Outcome
    save_state: SaveState | None


@dataclass(frozen=True, slots=True)
class LinkedCase:
    """A case before or after another one of the same customer."""

    id: uuid.UUID
    number: str
    opened_on: dt.date
    closed_on: dt.date | None


@dataclass(frozen=True, slots=True)
class ProvingOrder:
    """An order made while a save is watched."""

    on: dt.date
    number: str
    amount: int
    currency: str


def proving_orders(
    session: Session, customer_id: uuid.UUID, first: dt.date, last: dt.date
) -> tuple[ProvingOrder, ...]:
    """Orders of a customer between two days, the earliest first; returns are left out."""
    rows = session.execute(
        select(Order.day, Order.number, Order.amount, Order.currency)
        .where(
            Order.customer_id == customer_id,
            Order.day >= first.toordinal(),
            Order.day <= last.toordinal(),
            Order.amount > 0,
        )
        .order_by(Order.day, Order.number)
    )
    return tuple(
        ProvingOrder(dt.date.fromordinal(day), number or "", amount, currency)
        for day, number, amount, currency in rows
    )


def case_before(session: Session, case_id: uuid.UUID) -> LinkedCase | None:
    """The case that a case follows."""
    before = select(Case.follows_id).where(Case.id == case_id).scalar_subquery()
    return next(iter(_linked(session, Case.id == before)), None)


def cases_after(session: Session, case_id: uuid.UUID) -> tuple[LinkedCase, ...]:
    """The cases that follow a case, in the order they were opened."""
    return _linked(session, Case.follows_id == case_id)


def _linked(session: Session, which: ColumnElement[bool]) -> tuple[LinkedCase, ...]:
    columns: tuple[Any, ...] = (Case.id, Case.number, Case.opened_on, Case.closed_on)
    rows = session.execute(select(*columns).where(which).order_by(Case.opened_on, Case.number))
    return tuple(LinkedCase(*row) for row in rows)


def is_watched() -> ColumnElement[bool]:
    """A save that is not decided yet."""
    return Case.save_state == SaveState.WATCHING


def is_in_doubt(known: dt.date) -> ColumnElement[bool]:
    """A decided save that orders or cases known up to a day may say something else about.

    It was confirmed, but the customer left again within the window, or the first order in it is
    another one or gone; or it did not hold, but there is an order, or the window is not over.
    """
    later = aliased(Case)
    left = exists().where(
        later.follows_id == Case.id,
        or_(later.outcome.is_(None), later.outcome != Outcome.DUPLICATE),
        later.opened_on.between(Case.closed_on, Case.watch_until),
        later.opened_on <= known,
    )
    bought = (
        select(func.min(Order.day))
        .where(
            Order.customer_id == Case.customer_id,
            Order.amount > 0,
            Order.day.between(_ordinal(Case.closed_on), _ordinal(Case.watch_until)),
            Order.day <= known.toordinal(),
        )
        .correlate(Case)
        .scalar_subquery()
    )
    return or_(
        and_(
            Case.save_state == SaveState.CONFIRMED,
            or_(left, bought.is_distinct_from(_ordinal(Case.confirmed_on))),
        ),
        and_(
            Case.save_state == SaveState.LOST_DEFLECT,
            ~left,
            or_(bought.is_not(None), Case.watch_until >= known),
        ),
    )


def _ordinal(day: Any) -> ColumnElement[int]:
    """A day as orders keep it; null of none."""
    return cast(func.julianday(day) - _DAY_BEFORE_THE_FIRST, Integer)


def watched(session: Session, which: ColumnElement[bool]) -> list[WatchedCase]:
    """Saves that fit, in the order of the case numbers."""
    columns: tuple[Any, ...] = (
        Case.id,
        Case.number,
        Case.customer_id,
        Case.store_id,
        Case.kind,
        Case.closed_on,
        Case.watch_until,
        Case.value_at_stake,
        Case.currency,
        Case.save_state,
        Case.confirmed_on,
        ~or_(Customer.do_not_contact, Customer.is_deceased),
    )
    rows = session.execute(
        select(*columns)
        .join(Customer, Customer.id == Case.customer_id)
        .where(
            which,
            Case.stage == CaseStage.CLOSED,
            Case.closed_on.is_not(None),
            Case.watch_until.is_not(None),
        )
        .order_by(Case.number)
    )
    return [_watched(row) for row in rows]


def _watched(row: Any) -> WatchedCase:
    *facts, state, confirmed_on, may_contact = row
    values: list[Any] = [*facts, SaveState(state), confirmed_on, may_contact]
    return WatchedCase(*values)


def orders_since(
    session: Session, which: ColumnElement[bool], first: dt.date, last: dt.date
) -> dict[uuid.UUID, list[tuple[dt.date, int]]]:
    """Orders `(day, amount)` of the customers of some cases between two days, by case."""
    rows = session.execute(
        select(Case.id, Order.day, Order.amount)
        .join(Order, Order.customer_id == Case.customer_id)
        .where(which, Order.day >= first.toordinal(), Order.day <= last.toordinal())
    )
    found: dict[uuid.UUID, list[tuple[dt.date, int]]] = defaultdict(list)
    for case_id, day, amount in rows:
        found[case_id].append((dt.date.fromordinal(day), amount))
    return found


def left_again(session: Session, which: ColumnElement[bool]) -> dict[uuid.UUID, dt.date]:
    """The day on which the first case was opened that follows each of some cases."""
    later = aliased(Case)
    rows = session.execute(
        select(Case.id, func.min(later.opened_on))
        .join(later, later.follows_id == Case.id)
        .where(which, or_(later.outcome.is_(None), later.outcome != Outcome.DUPLICATE))
        .group_by(Case.id)
    )
    return {row[0]: row[1] for row in rows}


def earlier_saves(
    session: Session, customer_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, EarlierSave]:
    """The newest case of each customer that ended with a save, where there is one."""
    found: dict[uuid.UUID, EarlierSave] = {}
    for chunk in _chunks(list(customer_ids)):
        columns: tuple[Any, ...] = (
            Case.id,
            Case.customer_id,
            Case.number,
            Case.closed_on,
            Case.outcome,
            Case.save_state,
        )
        rows = session.execute(
            select(*columns)
            .where(
                Case.customer_id.in_(chunk),
                Case.stage == CaseStage.CLOSED,
                Case.outcome.in_(SAVED),
                Case.closed_on.is_not(None),
            )
            .order_by(Case.closed_on, Case.number)
        )
        for key, customer_id, number, closed_on, outcome, state in rows:
            save_state = SaveState(state) if state else None
            found[customer_id] = EarlierSave(key, number, closed_on, Outcome(outcome), save_state)
    return found


def _chunks(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))
