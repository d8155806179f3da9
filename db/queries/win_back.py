"""The six steps of winning a customer back, and what proves that one has come back."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from db.models import ContactAttempt, Order, Renewal, User, Visit, WinBackStep
from db.queries.charges import chunks
from db.vocabulary import AttemptResult, Channel, RenewalState, VisitState, WinBackStepKind


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step that was begun: what was saved of it and by whom, newly and first without a gap."""

    id: uuid.UUID
    step: WinBackStepKind
    facts: Mapping[str, Any]
    saved_at: dt.datetime
    done_at: dt.datetime | None
    by: str
    visit_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class FirstContact:
    """When somebody spoke to the customer of a case first; of a visit only the day is known."""

    at: dt.datetime | None
    day: dt.date | None
    channel: Channel


def steps(session: Session, case_id: uuid.UUID) -> dict[WinBackStepKind, StepRow]:
    """The steps of a case that were begun."""
    rows = session.execute(
        select(
            WinBackStep.id,
            WinBackStep.step,
            WinBackStep.facts,
            WinBackStep.updated_at,
            WinBackStep.done_at,
            func.coalesce(User.name, ""),
            WinBackStep.visit_id,
        )
        .outerjoin(User, User.id == WinBackStep.by_id)
        .where(WinBackStep.case_id == case_id)
    )
    return {
        WinBackStepKind(row[1]): StepRow(row[0], WinBackStepKind(row[1]), *row[2:]) for row in rows
    }


def begun(session: Session, case_ids: Collection[uuid.UUID]) -> list[uuid.UUID]:
    """Which of some cases have any of the steps."""
    statement = select(WinBackStep.case_id).where(WinBackStep.case_id.in_(sorted(case_ids)))
    return list(session.scalars(statement.distinct()))


def first_contacts(
    session: Session, case_id: uuid.UUID, spoken: frozenset[AttemptResult]
) -> list[FirstContact]:
    """The first attempt that reached the customer and the first visit that was made, unordered."""
    attempt = session.execute(
        select(ContactAttempt.at, ContactAttempt.channel)
        .where(
            ContactAttempt.case_id == case_id,
            ContactAttempt.result.in_(sorted(spoken)),
            ContactAttempt.is_informal.is_(False),
        )
        .order_by(ContactAttempt.at, ContactAttempt.id)
        .limit(1)
    ).first()
    visit = session.execute(
        select(Visit.done_on, Visit.channel)
        .where(
            Visit.case_id == case_id,
            Visit.state == VisitState.DONE,
            Visit.is_informal.is_(False),
        )
        .order_by(Visit.done_on, Visit.id)
        .limit(1)
    ).first()
    found = []
    if attempt is not None:
        found.append(FirstContact(attempt.at, None, Channel(attempt.channel)))
    if visit is not None:
        found.append(FirstContact(None, visit.done_on, Channel(visit.channel)))
    return found


def gift_of(session: Session, case_id: uuid.UUID) -> str:
    """What was given at the newest visit of a case at which something was; else empty."""
    statement = (
        select(Visit.gift)
        .where(Visit.case_id == case_id, Visit.state == VisitState.DONE, Visit.gift != "")
        .order_by(Visit.done_on.desc(), Visit.id.desc())
        .limit(1)
    )
    return session.scalar(statement) or ""


def has_bought(session: Session, customer_id: uuid.UUID, after: dt.date) -> bool:
    """Whether a customer has bought something, or renewed, after a day."""
    bought = select(Order.customer_id).where(
        Order.customer_id == customer_id, Order.day > after.toordinal(), Order.amount > 0
    )
    renewed = select(Renewal.customer_id).where(
        Renewal.customer_id == customer_id,
        Renewal.state == RenewalState.RENEWED,
        Renewal.answered_on > after,
    )
    return session.execute(union_all(bought, renewed).limit(1)).first() is not None


def bought_since(session: Session, days: Mapping[uuid.UUID, dt.date]) -> set[uuid.UUID]:
    """Which customers have bought something, or renewed, each after a day of its own."""
    found: set[uuid.UUID] = set()
    for chunk in chunks(sorted(days)):
        orders = (
            select(Order.customer_id, func.max(Order.day))
            .where(Order.customer_id.in_(chunk), Order.amount > 0)
            .group_by(Order.customer_id)
        )
        found |= {key for key, day in session.execute(orders) if day > days[key].toordinal()}
        renewals = (
            select(Renewal.customer_id, func.max(Renewal.answered_on))
            .where(
                Renewal.customer_id.in_(chunk),
                Renewal.state == RenewalState.RENEWED,
                Renewal.answered_on.is_not(None),
            )
            .group_by(Renewal.customer_id)
        )
        found |= {key for key, day in session.execute(renewals) if day and day > days[key]}
    return found


def is_win_back(session: Session, visit_id: uuid.UUID) -> bool:
    """Whether a visit is one of the six steps."""
    statement = select(WinBackStep.id).where(WinBackStep.visit_id == visit_id).limit(1)
    return session.scalar(statement) is not None
