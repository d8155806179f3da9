"""Customers as lists and the search box show them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from sqlalchemy import Column, ColumnElement, Select, Table, bindparam, func, select
from sqlalchemy.orm import Session

from db import search as keys
from db.derived import as_date, currency
from db.models import Case, Customer, CustomerStat, Store, User
from db.queries.paging import Sort
from db.queries.scope import (
    EVERYTHING,
    Visible,
    asked,
    count_seen,
    gathered,
    visible_customers,
)
from db.vocabulary import CaseStage, CustomerClass, CustomerKind

_FOUND: Final = 2_000  # so many customers at most are matched by a text filter
_FOUND_IN_SCOPE: Final = 20_000  # and so many before those are taken that one sees
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class CustomerFilter:
    """Which customers; the defaults mean all."""

    text: str = ""
    klass: CustomerClass | None = None
    store_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    unidentified: bool = False
    visible: Visible = EVERYTHING  # services.access.limited fills it in


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """One customer of a list, the phone whole. Money in minor units, as of the reference day."""

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
    is_deceased: bool
    is_identified: bool
    currency: str


@dataclass(frozen=True, slots=True)
class CustomerHit:
    """One customer found by the search box."""

    id: uuid.UUID
    number: str
    name: str
    phone: str
    klass: CustomerClass
    spend_window: int


_CUSTOMERS, _STATS, _CASES, _STORES, _USERS = (
    cast("Table", model.__table__) for model in (Customer, CustomerStat, Case, Store, User)
)
_SORTS: Final[dict[str, Column[Any]]] = {
    "number": _STATS.c.number,
    "name": _STATS.c.name,
    "klass": _STATS.c.klass,
    "orders": _STATS.c.orders,
    "first_on": _STATS.c.first_day,
    "last_on": _STATS.c.last_day,
    "spend_total": _STATS.c.spend_total,
    "spend_window": _STATS.c.spend_window,
}


def count_customers(session: Session, criteria: CustomerFilter) -> int:
    """How many customers fit."""
    if criteria == CustomerFilter(visible=criteria.visible):
        return count_seen(session, criteria.visible)
    statement = _counted(of_customer=_needs_customer(criteria))
    return session.scalar(_narrow(session, statement, criteria)) or 0


def list_customers(
    session: Session, criteria: CustomerFilter, sort: Sort | None, offset: int, limit: int
) -> list[CustomerRow]:
    """A window of the customers that fit; by default the highest spend first."""
    order = sort or Sort("spend_window", descending=True)
    statement = _ordered(order, of_customer=_needs_customer(criteria))
    statement = _narrow(session, statement, criteria, offset + limit)
    found = session.scalars(statement, {"first": offset, "most": limit})
    return rows_of(session, list(found))


# Statements are made once: that takes longer than running them.


@cache
def _counted(*, of_customer: bool) -> Select[Any]:
    return _joined(select(func.count()).select_from(_STATS), of_customer=of_customer)


@cache
def _ordered(order: Sort, *, of_customer: bool) -> Select[Any]:
    column = _SORTS[order.column_id]
    statement = select(_STATS.c.no).order_by(
        column.desc() if order.descending else column.asc(), _tie(order)
    )
    window = statement.offset(bindparam("first")).limit(bindparam("most"))
    return _joined(window, of_customer=of_customer)


def _joined(statement: Select[Any], *, of_customer: bool) -> Select[Any]:
    on = _CUSTOMERS.c.id == _STATS.c.customer_id
    return statement.join(_CUSTOMERS, on) if of_customer else statement


def _needs_customer(criteria: CustomerFilter) -> bool:
    return bool(criteria.store_id or criteria.owner_id or criteria.unidentified)


def _tie(order: Sort) -> Any:
    """What the index of the sort column ends in, so that no sorting is needed."""
    if order.column_id in ("spend_window", "klass"):
        return _STATS.c.number.asc() if order.descending else _STATS.c.number.desc()
    return _STATS.c.no.desc() if order.descending else _STATS.c.no.asc()


def rows_of(session: Session, numbers: Sequence[int]) -> list[CustomerRow]:
    """Rows by `CustomerStat.no`, in the given order."""
    found: dict[int, CustomerRow] = {}
    money = currency(session)
    for start in range(0, len(numbers), 500):
        rows = session.execute(_ROWS, {"numbers": numbers[start : start + 500]})
        for number, *values in rows:
            found[number] = _customer([*values, money])
    return [found[number] for number in numbers if number in found]


def _rows() -> Select[Any]:
    customer, stat, store, user = _CUSTOMERS.c, _STATS.c, _STORES.c, _USERS.c
    cases = (
        select(func.count())
        .where(_CASES.c.customer_id == customer.id, _CASES.c.stage != CaseStage.CLOSED)
        .scalar_subquery()
    )
    return (
        select(
            stat.no,
            customer.id,
            customer.number,
            customer.name,
            customer.kind,
            customer.phone,
            stat.klass,
            func.coalesce(store.name, ""),
            func.coalesce(user.name, ""),
            stat.orders,
            stat.first_day,
            stat.last_day,
            stat.spend_total,
            stat.spend_window,
            cases,
            customer.do_not_contact,
            customer.is_deceased,
            customer.is_identified,
        )
        .join(_CUSTOMERS, customer.id == stat.customer_id)
        .outerjoin(_STORES, store.id == customer.store_id)
        .outerjoin(_USERS, user.id == customer.owner_id)
        .where(stat.no.in_(bindparam("numbers", expanding=True)))
    )


_ROWS: Final = _rows()


def _customer(values: list[Any]) -> CustomerRow:
    for position, made in ((3, CustomerKind), (5, CustomerClass), (9, as_date), (10, as_date)):
        values[position] = made(values[position])
    return CustomerRow(*values)


def search(
    session: Session, text: str, limit: int = 20, visible: Visible = EVERYTHING
) -> list[CustomerHit]:
    """Customers by name, pinyin, initials, number, phone tail or card tail, best first."""
    numbers = numbers_found(session, text, visible, limit)
    found = {
        no: CustomerHit(key, number, name, phone, CustomerClass(klass), spend)
        for no, key, number, name, phone, klass, spend in session.execute(
            _HITS, {"numbers": numbers}
        )
    }
    return [found[number] for number in numbers if number in found]


_HITS: Final = (
    select(
        _STATS.c.no,
        _CUSTOMERS.c.id,
        _CUSTOMERS.c.number,
        _CUSTOMERS.c.name,
        _CUSTOMERS.c.phone,
        _STATS.c.klass,
        _STATS.c.spend_window,
    )
    .join(_CUSTOMERS, _CUSTOMERS.c.id == _STATS.c.customer_id)
    .where(_STATS.c.no.in_(bindparam("numbers", expanding=True)))
)


def numbers_found(
    session: Session, text: str, visible: Visible = EVERYTHING, limit: int = _FOUND
) -> list[int]:
    """`CustomerStat.no` of the best hits of a typed text among the customers that are seen."""
    seen = visible_customers(visible)
    if seen is None:
        return keys.find(session.connection(), text, limit)
    hits = keys.find(session.connection(), text, _FOUND_IN_SCOPE)
    if count_seen(session, visible) <= len(hits):
        mine = set(session.scalars(select(_STATS.c.no).where(gathered(_STATS.c.customer_id, seen))))
        return [number for number in hits if number in mine][:limit]
    found: list[int] = []
    for start in range(0, len(hits), _CHUNK):
        chunk = hits[start : start + _CHUNK]
        asked_for = _STATS.c.no.in_(chunk), asked(_STATS.c.customer_id, seen)
        shown = set(session.scalars(select(_STATS.c.no).where(*asked_for)))
        found += [number for number in chunk if number in shown]
        if len(found) >= limit:
            break
    return found[:limit]


def id_of_number(session: Session, number: str) -> uuid.UUID | None:
    """Key of the customer with a number, None when there is none."""
    return session.scalar(select(Customer.id).where(Customer.number == number))


def class_sizes(session: Session) -> dict[CustomerClass, int]:
    """Number of customers in each class."""
    rows = session.execute(select(CustomerStat.klass, func.count()).group_by(CustomerStat.klass))
    sizes = dict.fromkeys(CustomerClass, 0)
    return sizes | {CustomerClass(klass): count for klass, count in rows}


def _narrow(
    session: Session, statement: Any, criteria: CustomerFilter, window: int | None = None
) -> Any:
    """The statement with its conditions; `window` is how far down a list is read."""
    if criteria.store_id:
        statement = statement.where(_CUSTOMERS.c.store_id == criteria.store_id)
    if criteria.owner_id:
        statement = statement.where(_CUSTOMERS.c.owner_id == criteria.owner_id)
    if criteria.unidentified:
        statement = statement.where(~_CUSTOMERS.c.is_identified)
    is_text = bool(criteria.text.strip())
    if is_text:
        found = numbers_found(session, criteria.text, criteria.visible)
        statement = statement.where(_STATS.c.no.in_(found))
    seen = None if is_text else visible_customers(criteria.visible)
    klass: ColumnElement[str] = _STATS.c.klass
    if seen is not None and _needs_customer(criteria):
        statement = statement.where(seen)
    elif seen is not None and _is_walked(session, criteria.visible, window):
        statement = statement.where(asked(_STATS.c.customer_id, seen))
    elif seen is not None:
        statement = statement.where(gathered(_STATS.c.customer_id, seen))
        klass = klass.concat("")  # its index would lead away from the few that were gathered
    return statement.where(klass == criteria.klass) if criteria.klass else statement


def _is_walked(session: Session, visible: Visible, window: int | None) -> bool:
    """Whether a list is walked in its order until so many are met that are seen.

    Else those that are seen are gathered and sorted, whichever looks at fewer lines: a store has
    few customers of a chain, a workspace without stores has them all.
    """
    if window is None:
        return False
    few, everybody = count_seen(session, visible), count_seen(session, EVERYTHING)
    return window * everybody < few * few
