"""A firm for the reports on duties: customers lost by quarter, employees who left, charges."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from db import journal
from db.base import new_id
from db.models import Case, Customer, EmployeeExit, Holding, StaffProfile, User
from db.vocabulary import CaseStage, ExitDestination, ExitReason, Outcome, Role, RuleKind, Seat
from desktop_app import clock
from tests import factories

LONG_AGO = dt.date(2020, 1, 1)


def add_customers(
    session: Session, prefix: str, count: int, amount: int = 0, **columns: object
) -> list[uuid.UUID]:
    """Customers since long ago; with an order of the last year each if an amount is given."""
    factories.name(session)
    keys = journal.bulk_insert(
        session,
        Customer,
        [
            {"number": f"{prefix}{n:03d}", "name": f"客户 {prefix}{n}", "joined_on": LONG_AGO}
            | columns
            for n in range(count)
        ],
    )
    if amount:
        for key in keys:
            factories.add_orders(session, key, [(dt.date(2026, 1, 5), amount)])
    return list(keys)


def lose(session: Session, customers: Sequence[uuid.UUID], day: dt.date) -> None:
    """Cases that ended as lost, opened and left on a day."""
    factories.name(session)
    journal.bulk_insert(
        session,
        Case,
        [
            {
                "number": f"L-{new_id().hex[-10:]}",
                "customer_id": key,
                "kind": RuleKind.CANCEL_REQUEST,
                "stage": CaseStage.CLOSED,
                "stage_since": clock.now(),
                "outcome": Outcome.LOST,
                "opened_on": day,
                "left_on": day,
                "closed_on": day + dt.timedelta(days=5),
            }
            for key in customers
        ],
    )


def add_leaver(
    session: Session,
    hired_on: dt.date | None,
    left_on: dt.date,
    customers: Sequence[uuid.UUID] = (),
) -> uuid.UUID:
    """An employee who left and, until then, was in charge of customers."""
    actor = factories.add_user(session, Role.FIELD_STAFF)
    assert actor.user_id is not None
    session.add_all(
        [
            StaffProfile(user_id=actor.user_id, hired_on=hired_on, left_on=left_on),
            EmployeeExit(
                user_id=actor.user_id,
                left_on=left_on,
                reason=ExitReason.PAY,
                destination=ExitDestination.UNKNOWN,
            ),
        ]
    )
    session.get_one(User, actor.user_id).is_active = False
    for key in customers:
        session.add(
            Holding(
                customer_id=key,
                user_id=actor.user_id,
                seat=Seat.PRIMARY,
                first_on=hired_on or LONG_AGO,
                last_on=left_on,
            )
        )
    session.flush()
    return actor.user_id


def hold(
    session: Session,
    user_id: uuid.UUID | None,
    customers: Sequence[uuid.UUID],
    seat: Seat = Seat.PRIMARY,
    first_on: dt.date = LONG_AGO,
) -> None:
    """Put somebody in charge of customers, or make them the backup."""
    factories.name(session)
    assert user_id is not None
    for key in customers:
        session.add(Holding(customer_id=key, user_id=user_id, seat=seat, first_on=first_on))
        if seat is Seat.PRIMARY:
            session.get_one(Customer, key).owner_id = user_id
    session.flush()


def lose_by_quarter(
    session: Session, customers: Sequence[uuid.UUID], counts: Mapping[dt.date, int]
) -> None:
    """So many customers lost on each day, each once, from the first on."""
    rest = list(customers)
    for day, count in counts.items():
        lose(session, rest[:count], day)
        rest = rest[count:]
