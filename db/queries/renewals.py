"""What customers have that expires, as rows. Money in minor units."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.orm import Session

from db.models import Customer, CustomerStat, Renewal, User
from db.queries.cases import customers_found, in_order
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Visible, contactable, customer_in_sight
from db.vocabulary import CustomerClass, RenewalState

UNDECIDED: Final = frozenset({RenewalState.OPEN, RenewalState.NOTIFIED})
"""States in which it is not known yet whether the customer renews."""


@dataclass(frozen=True, slots=True)
class RenewalFilter:
    """Which renewals; the defaults are all of them. Days are included at both ends.

    `owner_id`: whose business they are, their own owner or who is in charge of the customer.
    """

    text: str = ""
    states: frozenset[RenewalState] = frozenset()
    owner_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    expires_from: dt.date | None = None
    expires_until: dt.date | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class RenewalRow:
    """A line of the list of renewals. `owner`: who tells the customer."""

    id: uuid.UUID
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    product: str
    expires_on: dt.date
    fee: int | None
    currency: str
    owner_id: uuid.UUID | None
    owner: str
    state: RenewalState
    notified_on: dt.date | None
    answered_on: dt.date | None
    note: str
    version: int


def count_renewals(session: Session, criteria: RenewalFilter) -> int:
    """How many renewals fit."""
    statement = _joined(select(func.count())).where(*_conditions(session, criteria))
    return int(session.execute(statement).scalar_one())


def list_renewals(
    session: Session,
    criteria: RenewalFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[RenewalRow]:
    """One page of renewals; what expires first stands first without a sort."""
    statement = _rows().where(*_conditions(session, criteria)).order_by(*_order(sort))
    return [_read(row) for row in session.execute(statement.offset(offset).limit(limit))]


def is_seen(session: Session, renewal_id: uuid.UUID, visible: Visible) -> bool:
    """Whether a user sees a renewal, in whatever state."""
    statement = _joined(select(Renewal.id)).where(Renewal.id == renewal_id, *_visible(visible))
    return session.execute(statement).first() is not None


def keeper() -> Any:
    """Whose business a renewal joined with its customer is."""
    return func.coalesce(Renewal.owner_id, Customer.owner_id)


def still_wanted() -> ColumnElement[bool]:
    """Condition on `Renewal`: not one about which a customer would be told who refused or died."""
    return or_(Renewal.state.not_in(sorted(UNDECIDED)), contactable(Renewal.customer_id))


def _visible(visible: Visible) -> list[ColumnElement[bool]]:
    seen = customer_in_sight(visible)
    return [] if seen is None else [or_(seen, Renewal.owner_id == visible.user_id)]


def _joined(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        statement.select_from(Renewal)
        .join(Customer, Customer.id == Renewal.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Renewal.customer_id)
        .outerjoin(User, User.id == keeper())
    )


def _rows() -> Select[*tuple[Any, ...]]:
    return _joined(
        select(
            Renewal.id,
            Renewal.customer_id,
            Customer.number.label("customer_number"),
            Customer.name.label("customer"),
            Customer.phone,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            Renewal.product,
            Renewal.expires_on,
            Renewal.fee,
            Renewal.currency,
            User.id.label("owner_id"),
            func.coalesce(User.name, "").label("owner"),
            Renewal.state,
            Renewal.notified_on,
            Renewal.answered_on,
            Renewal.note,
            Renewal.version,
        )
    )


def _read(row: Row[*tuple[Any, ...]]) -> RenewalRow:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    values |= {"klass": CustomerClass(row.klass), "state": RenewalState(row.state)}
    return RenewalRow(**values)


_SORTED_BY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "customer_number": Customer.number,
        "customer": Customer.name,
        "klass": CustomerStat.klass,
        "product": Renewal.product,
        "expires_on": Renewal.expires_on,
        "fee": Renewal.fee,
        "owner": User.name,
        "state": in_order(Renewal.state, RenewalState),
        "notified_on": Renewal.notified_on,
        "answered_on": Renewal.answered_on,
    }
)


def _order(sort: Sort | None) -> tuple[Any, ...]:
    sort = sort or Sort("expires_on")
    key = _SORTED_BY[sort.column_id]
    if sort.descending:
        return key.desc().nulls_last(), Renewal.id.desc()
    return key.asc().nulls_last(), Renewal.id.asc()


def _conditions(session: Session, criteria: RenewalFilter) -> list[ColumnElement[bool]]:
    found = [*_visible(criteria.visible), still_wanted()]
    if criteria.text.strip():
        typed = criteria.text.strip()
        found.append(
            or_(
                Renewal.product.contains(typed, autoescape=True),
                Renewal.customer_id.in_(customers_found(session, typed)),
            )
        )
    if criteria.states:
        found.append(Renewal.state.in_(sorted(criteria.states)))
    if criteria.owner_id is not None:
        found.append(keeper() == criteria.owner_id)
    if criteria.customer_id is not None:
        found.append(Renewal.customer_id == criteria.customer_id)
    if criteria.expires_from is not None:
        found.append(Renewal.expires_on >= criteria.expires_from)
    if criteria.expires_until is not None:
        found.append(Renewal.expires_on <= criteria.expires_until)
    return found
