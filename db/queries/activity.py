"""What customers bought, as the rules and the customer card read it.

Days are ordinals, money is minor units. Everything is as of a day: later orders are left out.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from db.models import Customer, Order, OrderLine


@dataclass(frozen=True, slots=True)
class Bought:
    """Orders `(day, amount)` and lines `(product line, day, amount)` of one customer."""

    customer_id: uuid.UUID
    orders: tuple[tuple[int, int], ...]
    lines: tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True)
class Spend:
    """Net amount of one customer in two windows; the number breaks ties of the classes."""

    customer_id: uuid.UUID
    number: str
    now: int
    before: int


def newest_order_day(session: Session, until: int) -> int | None:
    """Ordinal of the newest order up to a day, None without orders."""
    return session.scalar(select(func.max(Order.day)).where(Order.day <= until))


def all_bought(session: Session, as_of: int) -> Iterator[Bought]:
    """Every customer with orders up to a day, in the order of their keys, a few at a time."""
    # Keys are compared as text: making a UUID of every row would be the dearest part.
    # The connection is asked: the session would look at each row for what it maps to.
    connection = session.connection()
    orders = connection.execute(
        select(cast(Order.customer_id, String), Order.day, Order.amount)
        .where(Order.day <= as_of)
        .order_by(Order.customer_id, Order.day)
        .execution_options(yield_per=20_000)
    )
    lines = connection.execute(
        select(
            cast(OrderLine.customer_id, String),
            OrderLine.product_line,
            OrderLine.day,
            OrderLine.amount,
        )
        .where(OrderLine.day <= as_of, OrderLine.product_line != "")
        .order_by(OrderLine.customer_id)
        .execution_options(yield_per=20_000)
    )
    by_customer = groupby(lines, key=itemgetter(0))
    waiting = next(by_customer, None)
    for key, rows in groupby(orders, key=itemgetter(0)):
        mine: tuple[tuple[str, int, int], ...] = ()
        while waiting is not None and waiting[0] < key:
            waiting = next(by_customer, None)
        if waiting is not None and waiting[0] == key:
            mine = tuple((name, day, amount) for _key, name, day, amount in waiting[1])
            waiting = next(by_customer, None)
        yield Bought(uuid.UUID(key), tuple((day, amount) for _key, day, amount in rows), mine)


def bought_by(session: Session, customer_id: uuid.UUID, as_of: int) -> Bought:
    """The orders and lines of one customer up to a day."""
    orders = session.execute(
        select(Order.day, Order.amount)
        .where(Order.customer_id == customer_id, Order.day <= as_of)
        .order_by(Order.day)
    )
    lines = session.execute(
        select(OrderLine.product_line, OrderLine.day, OrderLine.amount).where(
            OrderLine.customer_id == customer_id, OrderLine.day <= as_of
        )
    )
    return Bought(
        customer_id,
        tuple((row[0], row[1]) for row in orders),
        tuple((row[0], row[1], row[2]) for row in lines),
    )


def spends(session: Session, as_of: int, window_days: int) -> list[Spend]:
    """Spend of every customer in the window that ends on a day, and in the one before it."""
    middle = as_of - window_days
    inside = (
        select(
            Order.customer_id,
            func.sum(Order.amount).filter(Order.day > middle).label("now"),
            func.sum(Order.amount).filter(Order.day <= middle).label("before"),
        )
        .where(Order.day > middle - window_days, Order.day <= as_of)
        .group_by(Order.customer_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Customer.id,
            Customer.number,
            func.coalesce(inside.c.now, 0),
            func.coalesce(inside.c.before, 0),
        ).outerjoin(inside, inside.c.customer_id == Customer.id)
    )
    return [Spend(*row) for row in rows]
