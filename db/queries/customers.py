"""Customers as lists and the search box show them."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db import search as keys
from db.derived import as_date
from db.models import Case, Customer, CustomerStat, Store, User
from db.queries.paging import Sort
from db.vocabulary import CaseStage, CustomerClass, CustomerKind

_FOUND: Final = 2_000  # so many customers at most are matched by a text filter


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers; the defaults mean all."""

    text: str = ""
    klass: CustomerClass | None = None
    store_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    unidentified: bool = False


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer of a list. Money in minor units; figures as of the reference day."""

    id: uuid.UUID
    number: str
    name: str
    kind: CustomerKind
    phone: str
    klass: CustomerClass
    store: str
    owner: str
    orders: int
    first_on: dt.date | None
    last_on: dt.date | None
    spend_total: int
    spend_window: int
    open_cases: int
    do_not_contact: bool
    is_identified: bool


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """One customer found by the search box."""

    id: uuid.UUID
    number: str
    name: str
    phone: str
    klass: CustomerClass
    spend_window: int


_SORTS: Final[dict[str, InstrumentedAttribute[Any]]] = {
    "number": CustomerStat.number,
    "name": CustomerStat.name,
    "klass": CustomerStat.klass,
    "orders": CustomerStat.orders,
    "first_on": CustomerStat.first_day,
    "last_on": CustomerStat.last_day,
    "spend_total": CustomerStat.spend_total,
    "spend_window": CustomerStat.spend_window,
}


def count_customers(session: Session, criteria: CustomerFilter) -> int:
    """How many customers fit."""
    statement = select(func.count()).select_from(CustomerStat)
    if criteria.store_id or criteria.owner_id or criteria.unidentified:
        statement = statement.join(Customer, Customer.id == CustomerStat.customer_id)
    return session.scalar(_narrow(session, statement, criteria)) or 0


def list_customers(
    session: Session, criteria: CustomerFilter, sort: Sort | None, offset: int, limit: int
) -> list[CustomerRow]:
    """A window of the customers that fit; by default the highest spend first."""
    order = sort or Sort("spend_window", descending=True)
    column = _SORTS[order.column_id]
    inner = select(CustomerStat.no).order_by(
        column.desc() if order.descending else column.asc(), _tie(order)
    )
    if criteria.store_id or criteria.owner_id or criteria.unidentified:
        inner = inner.join(Customer, Customer.id == CustomerStat.customer_id)
    numbers = list(session.scalars(_narrow(session, inner, criteria).offset(offset).limit(limit)))
    return rows_of(session, numbers)


def _tie(order: Sort) -> Any:
    """What the index of the sort column ends in, so that no sorting is needed."""
    if order.column_id in ("spend_window", "klass"):
        return CustomerStat.number.asc() if order.descending else CustomerStat.number.desc()
    return CustomerStat.no.desc() if order.descending else CustomerStat.no.asc()


def rows_of(session: Session, numbers: Sequence[int]) -> list[CustomerRow]:
    """Rows by `CustomerStat.no`, in the given order."""
    cases = (
        select(func.count())
        .where(Case.customer_id == Customer.id, Case.stage != CaseStage.CLOSED)
        .scalar_subquery()
    )
    found: dict[int, CustomerRow] = {}
    for start in range(0, len(numbers), 500):
        rows: Iterable[Any] = session.execute(
            select(
                CustomerStat.no,
                Customer.id,
                Customer.number,
                Customer.name,
                Customer.kind,
                Customer.phone,
                CustomerStat.klass,
                func.coalesce(Store.name, ""),
                func.coalesce(User.name, ""),
                CustomerStat.orders,
                CustomerStat.first_day,
                CustomerStat.last_day,
                CustomerStat.spend_total,
                CustomerStat.spend_window,
                cases,
                Customer.do_not_contact,
                Customer.is_identified,
            )
            .join(Customer, Customer.id == CustomerStat.customer_id)
            .outerjoin(Store, Store.id == Customer.store_id)
            .outerjoin(User, User.id == Customer.owner_id)
            .where(CustomerStat.no.in_(numbers[start : start + 500]))
        )
        for number, *values in rows:
            found[number] = _customer(values)
    return [found[number] for number in numbers if number in found]


def _customer(values: list[Any]) -> CustomerRow:
    for position, made in ((3, CustomerKind), (5, CustomerClass), (9, as_date), (10, as_date)):
        values[position] = made(values[position])
    return CustomerRow(*values)


def search(session: Session, text: str, limit: int = 20) -> list[CustomerHit]:
    """Customers by name, pinyin, initials, number, phone tail or card tail, best first."""
    return [
        CustomerHit(row.id, row.number, row.name, row.phone, row.klass, row.spend_window)
        for row in rows_of(session, keys.find(session.connection(), text, limit))
    ]


def id_of_number(session: Session, number: str) -> uuid.UUID | None:
    """Key of the customer with a number, None when there is none."""
    return session.scalar(select(Customer.id).where(Customer.number == number))


def class_sizes(session: Session) -> dict[CustomerClass, int]:
    """Number of customers in each class."""
    rows = session.execute(select(CustomerStat.klass, func.count()).group_by(CustomerStat.klass))
    sizes = dict.fromkeys(CustomerClass, 0)
    return sizes | {CustomerClass(klass): count for klass, count in rows}


def _narrow(session: Session, statement: Any, criteria: CustomerFilter) -> Any:
    if criteria.klass:
        statement = statement.where(CustomerStat.klass == criteria.klass)
    if criteria.store_id:
        statement = statement.where(Customer.store_id == criteria.store_id)
    if criteria.owner_id:
        statement = statement.where(Customer.owner_id == criteria.owner_id)
    if criteria.unidentified:
        statement = statement.where(~Customer.is_identified)
    if criteria.text.strip():
        found = keys.find(session.connection(), criteria.text, _FOUND)
        statement = statement.where(CustomerStat.no.in_(found))
    return statement
