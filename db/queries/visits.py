"""Visits, planned and made."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from db.models import Case, Customer, CustomerStat, Store, User, Visit, WinBackStep
from db.queries.cases import customers_found, in_order
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Reach, Visible, contactable, visible_cases
from db.queries.visit_marks import marked
from db.vocabulary import Channel, CustomerClass, CustomerKind, VisitPurpose, VisitState


@dataclass(frozen=True, slots=True)
class VisitFilter:
    """Which visits; the defaults are all of them. Days are included at both ends."""

    text: str = ""
    states: frozenset[VisitState] = frozenset()
    channel: Channel | None = None
    case_id: uuid.UUID | None = None
    customer_id: uuid.UUID | None = None
    by_id: uuid.UUID | None = None
    store_id: uuid.UUID | None = None
    planned_from: dt.date | None = None
    planned_until: dt.date | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A line of the list of visits and calls; without a case the case fields are empty.

    Attributes:
        is_provisional: Whether the holidays of its year were not known when it was planned.
        is_informal: Whether it came about by the way; it counts for coverage only.
        is_win_back: Whether it is a visit of the six steps to win a customer back.
        rule_purpose: What the cadence wants of it.
        answers: Of its form, by code (`db.reference.VisitField`).
    """

    id: uuid.UUID
    case_id: uuid.UUID | None
    case_number: str
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    phone: str
    address: str
    klass: CustomerClass
    planned_on: dt.date
    purpose: str
    state: VisitState
    done_on: dt.date | None
    by_id: uuid.UUID | None
    by: str
    note: str
    store: str
    version: int
    channel: Channel = Channel.VISIT
    starts_at: dt.time | None = None
    minutes: int | None = None
    is_provisional: bool = False
    is_informal: bool = False
    is_win_back: bool = False
    rule_purpose: VisitPurpose | None = None
    customer_kind: CustomerKind = CustomerKind.PERSON
    met: str = ""
    gift: str = ""
    satisfaction: int | None = None
    next_step: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)


def count_visits(session: Session, criteria: VisitFilter) -> int:
    """How many visits fit."""
    statement = (
        select(func.count())
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
    )
    return session.execute(statement.where(*_conditions(session, criteria))).scalar_one()


def list_visits(
    session: Session,
    criteria: VisitFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[VisitRow]:
    """One page of visits; the earliest planned day first without a sort."""
    statement = _rows().where(*_conditions(session, criteria)).order_by(*_order(sort))
    return [_read(row) for row in session.execute(statement.offset(offset).limit(limit))]


def visit(session: Session, visit_id: uuid.UUID) -> VisitRow | None:
    """One visit."""
    row = session.execute(_rows().where(Visit.id == visit_id)).first()
    return None if row is None else _read(row)


def visits_of_case(session: Session, case_id: uuid.UUID) -> tuple[VisitRow, ...]:
    """All visits of a case, earliest planned day first."""
    statement = _rows().where(Visit.case_id == case_id).order_by(Visit.planned_on, Visit.id)
    return tuple(_read(row) for row in session.execute(statement))


def is_seen(session: Session, visit_id: uuid.UUID, visible: Visible) -> bool:
    """Whether a user sees a visit."""
    statement = _rows().where(Visit.id == visit_id, visible_visits(visible))
    return session.execute(statement).first() is not None


def visible_visits(visible: Visible) -> ColumnElement[bool]:
    """Condition on `Visit` joined with `Case` (outer) and `Customer`.

    A visit is seen by who makes it, by who sees its case and, without a case, by who would see a
    case of the customer that nobody works on.
    """
    mine = Visit.by_id == visible.user_id
    of_case = and_(Visit.case_id.is_not(None), visible_cases(visible))
    loose: ColumnElement[bool] = Visit.case_id.is_(None)
    in_store = or_(Customer.store_id == visible.store_id, Customer.store_id.is_(None))
    match visible.reach:
        case Reach.OWN:
            loose = and_(loose, Customer.owner_id == visible.user_id)
        case Reach.STORE if visible.store_id is not None:
            loose = and_(loose, in_store)
        case Reach.POOL if visible.store_id is not None:
            loose = and_(loose, in_store, nobodys_visit())
        case Reach.POOL:
            loose = and_(loose, nobodys_visit())
        case _:
            pass
    return or_(mine, of_case, loose)


def nobodys_visit() -> ColumnElement[bool]:
    """Visits without anybody to make them, or of somebody who has left."""
    gone = select(User.id).where(User.is_active.is_(False))
    return or_(Visit.by_id.is_(None), Visit.by_id.in_(gone))


def _rows() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Visit.id,
            Visit.case_id,
            func.coalesce(Case.number, "").label("case_number"),
            Visit.customer_id,
            Customer.number.label("customer_number"),
            Customer.name.label("customer"),
            Customer.phone,
            Customer.address,
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            Visit.planned_on,
            Visit.purpose,
            Visit.state,
            Visit.done_on,
            Visit.by_id,
            func.coalesce(User.name, "").label("by"),
            Visit.note,
            func.coalesce(Store.name, "").label("store"),
            Visit.version,
            Visit.channel,
            Visit.starts_at,
            Visit.minutes,
            Visit.is_provisional,
            Visit.is_informal,
            Visit.rule_purpose,
            _is_win_back().label("is_win_back"),
            Customer.kind.label("customer_kind"),
            Visit.met,
            Visit.gift,
            Visit.satisfaction,
            Visit.next_step,
            Visit.answers,
        )
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Visit.customer_id)
        .outerjoin(User, User.id == Visit.by_id)
        .outerjoin(Store, Store.id == Customer.store_id)
    )


def _is_win_back() -> ColumnElement[bool]:
    return exists().where(WinBackStep.visit_id == Visit.id)


def _read(row: Row[*tuple[Any, ...]]) -> VisitRow:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    values |= {
        "klass": CustomerClass(row.klass),
        "state": VisitState(row.state),
        "channel": Channel(row.channel),
        "rule_purpose": VisitPurpose(row.rule_purpose) if row.rule_purpose else None,
        "customer_kind": CustomerKind(row.customer_kind),
        "is_win_back": bool(row.is_win_back),
    }
    return VisitRow(**values)


_SORTED_BY: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "case_number": Case.number,
        "customer_number": Customer.number,
        "customer": Customer.name,
        "klass": CustomerStat.klass,
        "planned_on": Visit.planned_on,
        "channel": in_order(Visit.channel, Channel),
        "starts_at": Visit.starts_at,
        "purpose": Visit.purpose,
        "state": in_order(Visit.state, VisitState),
        "done_on": Visit.done_on,
        "by": User.name,
        "store": Store.name,
    }
)


def _order(sort: Sort | None) -> tuple[Any, ...]:
    if sort is None:
        return Visit.planned_on, Visit.starts_at.nulls_last(), Visit.id
    key = _SORTED_BY[sort.column_id]
    if sort.descending:
        return key.desc().nulls_last(), Visit.id.desc()
    return key.asc().nulls_last(), Visit.id.asc()


def _conditions(session: Session, criteria: VisitFilter) -> list[ColumnElement[bool]]:
    still_wanted = or_(Visit.state != VisitState.PLANNED, contactable(Visit.customer_id))
    found = [visible_visits(criteria.visible), still_wanted]
    if criteria.text.strip():
        typed = criteria.text.strip()
        mark = marked(typed)
        found.append(
            mark
            if mark is not None
            else or_(
                Case.number.contains(typed, autoescape=True),
                Visit.customer_id.in_(customers_found(session, typed)),
            )
        )
    if criteria.states:
        found.append(Visit.state.in_(sorted(criteria.states)))
    equal = (
        (Visit.channel, criteria.channel),
        (Visit.case_id, criteria.case_id),
        (Visit.customer_id, criteria.customer_id),
        (Visit.by_id, criteria.by_id),
        (Customer.store_id, criteria.store_id),
    )
    found += [column == value for column, value in equal if value is not None]
    if criteria.planned_from is not None:
        found.append(Visit.planned_on >= criteria.planned_from)
    if criteria.planned_until is not None:
        found.append(Visit.planned_on <= criteria.planned_until)
    return found
