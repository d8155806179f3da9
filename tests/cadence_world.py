"""A firm with customers of all classes and people of all functions, as rows of a workspace."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from db import journal
from db.models import Customer, CustomerStat, Holding, StaffProfile, User, Visit
from db.session import Session
from db.vocabulary import Channel, CustomerClass, Role, Seat, StaffFunction, VisitState
from tests import factories


@dataclass(frozen=True)
class Firm:
    """Keys of what is in it."""

    sales: list[uuid.UUID]
    managers: list[uuid.UUID]
    customers: list[uuid.UUID]


def employee(
    session: Session,
    functions: Sequence[StaffFunction] = (StaffFunction.SALES,),
    store_id: uuid.UUID | None = None,
    role: Role = Role.FIELD_STAFF,
    **profile: Any,
) -> uuid.UUID:
    """Somebody with a profile."""
    who = factories.add_user(session, role, store_id)
    session.add(StaffProfile(user_id=who.user_id, functions=list(functions), **profile))
    session.flush()
    assert who.user_id is not None
    return who.user_id


def add_firm(session: Session, size: int, *, visits_a_day: int = 16) -> Firm:
    """Six employees for each thousand customers, 5 % A and 15 % B by what they spend."""
    factories.name(session)
    sales, leaders = size // 200, max(1, size // 1666)
    users = journal.bulk_insert(
        session,
        User,
        [
            {"login": f"w{n}", "name": f"员工{n:02}", "role": Role.FIELD_STAFF.value}
            for n in range(sales + leaders + 4)
        ],
    )
    sellers, managers = users[:sales], users[sales : sales + leaders]
    director, gm = StaffFunction.MARKETING_DIRECTOR.value, StaffFunction.GM.value
    functions = [[StaffFunction.SALES.value]] * sales
    functions += [[StaffFunction.DEPT_MANAGER.value]] * leaders + [[director]] * 3 + [[gm]]
    journal.bulk_insert(
        session,
        StaffProfile,
        [
            {
                "user_id": user,
                "functions": does,
                "visits_a_day": visits_a_day if number < sales else 10,
                "manager_id": managers[number % leaders] if number < sales else None,
            }
            for number, (user, does) in enumerate(zip(users, functions, strict=True))
        ],
    )
    customers = journal.bulk_insert(
        session,
        Customer,
        [
            {
                "number": f"P{n:05}",
                "name": f"客户{n}",
                "owner_id": sellers[n % sales],
                "district": f"d{n % sales}-{n // sales % 6}",
            }
            for n in range(size)
        ],
    )
    journal.bulk_insert(
        session,
        Holding,
        [
            {
                "customer_id": key,
                "user_id": sellers[(n + 1) % sales],
                "seat": Seat.BACKUP.value,
                "first_on": dt.date(2025, 1, 1),
            }
            for n, key in enumerate(customers)
            if n % 10 == 0
        ],
    )
    return Firm(sellers, managers, customers)


def classify(session: Session, classes: Mapping[uuid.UUID, CustomerClass]) -> None:
    """Put customers into classes; the next change of one of them puts it where it belongs."""
    for klass in CustomerClass:
        keys = [key for key, wanted in classes.items() if wanted is klass]
        for start in range(0, len(keys), 500):
            chunk = CustomerStat.customer_id.in_(keys[start : start + 500])
            session.execute(update(CustomerStat).where(chunk).values(klass=klass))


def by_rank(customers: Sequence[uuid.UUID]) -> dict[uuid.UUID, CustomerClass]:
    """The first twentieth A, the next 15 % B, the others C."""
    size = len(customers)
    return {
        key: CustomerClass.A
        if n * 20 < size
        else CustomerClass.B
        if n * 5 < size
        else CustomerClass.C
        for n, key in enumerate(customers)
    }


def made(
    session: Session,
    customer: uuid.UUID,
    by: uuid.UUID | None,
    day: dt.date,
    channel: Channel = Channel.VISIT,
    **columns: Any,
) -> None:
    """A contact that took place."""
    factories.name(session)
    session.add(
        Visit(
            customer_id=customer,
            by_id=by,
            channel=channel,
            planned_on=day,
            done_on=day,
            state=VisitState.DONE,
            **columns,
        )
    )
    session.flush()


def planned(session: Session) -> list[Visit]:
    """The contacts that are still to be made, by day."""
    found = session.scalars(
        select(Visit)
        .where(Visit.state == VisitState.PLANNED)
        .order_by(Visit.planned_on, Visit.channel, Visit.id)
    ).all()
    session.expunge_all()
    return list(found)
