"""Who left, and what became of the customers they had."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import case, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    Customer,
    EmployeeExit,
    Handover,
    HandoverLine,
    Holding,
    StaffProfile,
    User,
)
from db.queries.charges import seen
from db.queries.scope import Visible
from db.vocabulary import (
    ExitDestination,
    ExitReason,
    Fate,
    HandoverCause,
    Outcome,
    Seat,
)


@dataclass(frozen=True, slots=True)
class ExitFact:
    """Somebody who left; `hired_on` is None where it is not known."""

    user_id: uuid.UUID
    name: str
    store_id: uuid.UUID | None
    hired_on: dt.date | None
    left_on: dt.date
    reason: ExitReason
    destination: ExitDestination
    destination_name: str
    note: str


def of_user(session: Session, user_id: uuid.UUID) -> EmployeeExit | None:
    """The exit of somebody, None if it is not on record."""
    return session.scalar(select(EmployeeExit).where(EmployeeExit.user_id == user_id))


def exits(session: Session) -> list[ExitFact]:
    """Everybody whose exit is on record, the last one first."""
    statement = (
        select(EmployeeExit, User.name, User.store_id, StaffProfile.hired_on)
        .join(User, User.id == EmployeeExit.user_id)
        .outerjoin(StaffProfile, StaffProfile.user_id == User.id)
        .order_by(EmployeeExit.left_on.desc(), User.name)
    )
    return [
        ExitFact(
            row.user_id,
            name,
            store_id,
            hired,
            row.left_on,
            ExitReason(row.reason),
            ExitDestination(row.destination),
            row.destination_name,
            row.note,
        )
        for row, name, store_id, hired in session.execute(statement)
    ]


def fates(session: Session, visible: Visible) -> dict[tuple[uuid.UUID, uuid.UUID], Fate]:
    """What became of the customers whom leavers were in charge of, by leaver and customer.

    As the newest handover from the leaver says; whoever was still in charge on the last day
    without one left the customer unattended.
    """
    left = select(EmployeeExit.user_id, EmployeeExit.left_on).subquery()
    charges = (
        select(Holding.user_id, Holding.customer_id)
        .join(left, left.c.user_id == Holding.user_id)
        .join(Customer, Customer.id == Holding.customer_id)
        .where(
            Holding.seat == Seat.PRIMARY,
            Holding.first_on <= left.c.left_on,
            or_(Holding.last_on.is_(None), Holding.last_on >= left.c.left_on),
            *seen(visible),
        )
    )
    lines = (
        select(
            Handover.from_id,
            HandoverLine.customer_id,
            case((HandoverLine.to_id.is_not(None), Fate.TRANSFERRED), else_=HandoverLine.fate),
        )
        .join(Handover, Handover.id == HandoverLine.handover_id)
        .join(left, left.c.user_id == Handover.from_id)
        .join(Customer, Customer.id == HandoverLine.customer_id)
        .where(
            HandoverLine.seat == Seat.PRIMARY,
            Handover.cause == HandoverCause.LEFT,
            *seen(visible),
        )
        .order_by(Handover.at)
    )
    found: dict[tuple[uuid.UUID, uuid.UUID], Fate] = dict.fromkeys(
        session.execute(charges), Fate.LEFT_UNATTENDED
    )
    for user_id, customer, fate in session.execute(lines):
        if user_id is not None:
            found[user_id, customer] = Fate(fate)
    return found


def lost_cases(session: Session, as_of: dt.date) -> dict[uuid.UUID, list[dt.date]]:
    """The days on which cases were opened that ended as lost by a day, by customer."""
    statement = select(Case.customer_id, Case.opened_on).where(
        Case.outcome == Outcome.LOST, Case.closed_on <= as_of
    )
    found: dict[uuid.UUID, list[dt.date]] = {}
    for customer, day in session.execute(statement):
        found.setdefault(customer, []).append(day)
    return found
