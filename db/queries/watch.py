"""Saves that are watched: their customers' orders, and the cases that followed them."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from db.models import Case, Customer, Order
from db.vocabulary import CaseStage, Outcome, SaveState

_CHUNK: Final = 500
SAVED: Final = (Outcome.SAVED, Outcome.WON_BACK)


@dataclass(frozen=True, slots=True)
class WatchedCase:
    """A save that is not decided yet; `may_contact`: alive, and has not refused."""

    id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    store_id: uuid.UUID | None
    kind: str
    saved_on: dt.date
    until: dt.date
    value_at_stake: int | None
    currency: str
    may_contact: bool


@dataclass(frozen=True, slots=True)
class EarlierSave:
    """The newest case of a customer that ended with a save."""

    id: uuid.UUID
    number: str
    closed_on: dt.date
    outcome: Outcome
    save_state: SaveState | None


def watched(session: Session) -> list[WatchedCase]:
    """Every save that is being watched, in the order of the case numbers."""
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
        ~or_(Customer.do_not_contact, Customer.is_deceased),
    )
    rows = session.execute(
        select(*columns)
        .join(Customer, Customer.id == Case.customer_id)
        .where(
            Case.save_state == SaveState.WATCHING,
            Case.stage == CaseStage.CLOSED,
            Case.closed_on.is_not(None),
            Case.watch_until.is_not(None),
        )
        .order_by(Case.number)
    )
    return [WatchedCase(*row) for row in rows]


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
