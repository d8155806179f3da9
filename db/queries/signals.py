"""Signals as lists show them, and the newest signal of each customer and kind for the scan."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.derived import currency
from db.models import Case, Customer, CustomerStat, DefectionRule, DefectionSignal, Store
from db.queries.customers import numbers_found
from db.queries.paging import Sort
from db.queries.scope import (
    EVERYTHING,
    Visible,
    asked,
    count_seen,
    gathered,
    visible_customers,
)
from db.vocabulary import CaseStage, CustomerClass, RuleKind, SignalState

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class SignalFilter:
    """Which signals; the defaults show what waits for a decision."""

    states: frozenset[SignalState] = frozenset({SignalState.OPEN})
    kind: RuleKind | None = None
    store_id: uuid.UUID | None = None
    klass: CustomerClass | None = None
    text: str = ""
    customer_id: uuid.UUID | None = None
    visible: Visible = EVERYTHING  # services.access.limited fills it in


@dataclass(frozen=True, slots=True)
class SignalRow:
    """One signal with its customer. Money in minor units; the phone is whole."""

    id: uuid.UUID
    customer_id: uuid.UUID
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    spend_window: int
    store: str
    kind: RuleKind
    rule_version: int | None
    as_of: dt.date
    measured: float | None
    limit: float | None
    sentence_zh: str
    sentence_en: str
    state: SignalState
    state_note: str
    snoozed_until: dt.date | None
    case_id: uuid.UUID | None
    currency: str


_SORTS: Final[dict[str, InstrumentedAttribute[Any]]] = {
    "customer": CustomerStat.name,
    "customer_number": CustomerStat.number,
    "klass": CustomerStat.klass,
    "spend_window": CustomerStat.spend_window,
    "kind": DefectionSignal.kind,
    "as_of": DefectionSignal.as_of,
    "measured": DefectionSignal.measured,
    "state": DefectionSignal.state,
    "snoozed_until": DefectionSignal.snoozed_until,
}


def count_signals(session: Session, criteria: SignalFilter) -> int:
    """How many signals fit."""
    statement = select(func.count()).select_from(DefectionSignal)
    return session.scalar(_narrow(session, statement, criteria)) or 0


def list_signals(
    session: Session, criteria: SignalFilter, sort: Sort | None, offset: int, limit: int
) -> list[SignalRow]:
    """A window of the signals that fit; by default the highest spend first."""
    found = list(session.scalars(_keys(session, criteria, sort).offset(offset).limit(limit)))
    rows: dict[uuid.UUID, SignalRow] = {}
    money = currency(session)
    for start in range(0, len(found), _CHUNK):
        chunk = found[start : start + _CHUNK]
        read = session.execute(_rows().where(DefectionSignal.id.in_(chunk)))
        rows |= {row[0]: _signal([*row, money]) for row in read}
    return [rows[key] for key in found if key in rows]


def signal_ids(
    session: Session, criteria: SignalFilter, sort: Sort | None = None
) -> list[uuid.UUID]:
    """Keys of all signals that fit, in the order of the list."""
    return list(session.scalars(_keys(session, criteria, sort)))


def _keys(session: Session, criteria: SignalFilter, sort: Sort | None) -> Any:
    """Keys in the order of a list: only what the order needs is joined, rows come later."""
    order = sort or Sort("spend_window", descending=True)
    column = _SORTS[order.column_id]
    statement = _narrow(
        session,
        select(DefectionSignal.id),
        criteria,
        of_stat=column.class_ is CustomerStat,
    )
    return statement.order_by(
        column.desc() if order.descending else column.asc(), DefectionSignal.id
    )


def _rows() -> Any:
    return (
        select(
            DefectionSignal.id,
            DefectionSignal.customer_id,
            Customer.number,
            Customer.name,
            Customer.phone,
            CustomerStat.klass,
            CustomerStat.spend_window,
            func.coalesce(Store.name, ""),
            DefectionSignal.kind,
            DefectionRule.rule_version,
            DefectionSignal.as_of,
            DefectionSignal.measured,
            DefectionSignal.limit,
            DefectionSignal.sentence_zh,
            DefectionSignal.sentence_en,
            DefectionSignal.state,
            DefectionSignal.state_note,
            DefectionSignal.snoozed_until,
            DefectionSignal.case_id,
        )
        .join(Customer, Customer.id == DefectionSignal.customer_id)
        .join(CustomerStat, CustomerStat.customer_id == DefectionSignal.customer_id)
        .outerjoin(Store, Store.id == Customer.store_id)
        .outerjoin(DefectionRule, DefectionRule.id == DefectionSignal.rule_id)
    )


def _signal(values: list[Any]) -> SignalRow:
    for position, word in ((5, CustomerClass), (8, RuleKind), (15, SignalState)):
        values[position] = word(values[position])
    return SignalRow(*values)


def count_by_kind(session: Session, criteria: SignalFilter) -> dict[RuleKind, int]:
    """Number of signals that fit, by kind."""
    statement = select(DefectionSignal.kind, func.count()).select_from(DefectionSignal)
    rows: Iterable[Any] = session.execute(
        _narrow(session, statement, criteria).group_by(DefectionSignal.kind)
    )
    return {RuleKind(kind): count for kind, count in rows}


@dataclass(frozen=True, slots=True)
class LastSignal:
    """The newest signal of a customer and kind, as the scan needs it."""

    id: uuid.UUID
    state: SignalState
    as_of: dt.date
    rule_id: uuid.UUID | None
    snoozed_until: dt.date | None


def last_signals(session: Session) -> dict[tuple[uuid.UUID, RuleKind], LastSignal]:
    """The newest signal of each customer and kind."""
    rows = session.execute(
        select(
            DefectionSignal.customer_id,
            DefectionSignal.kind,
            DefectionSignal.id,
            DefectionSignal.state,
            DefectionSignal.as_of,
            DefectionSignal.rule_id,
            DefectionSignal.snoozed_until,
        ).order_by(DefectionSignal.as_of, DefectionSignal.id)
    )
    return {
        (row[0], RuleKind(row[1])): LastSignal(
            row[2],
            SignalState(row[3]),
            row[4],
            row[5],
            row[6],
        )
        for row in rows
    }


def open_cases(session: Session) -> set[tuple[uuid.UUID, RuleKind]]:
    """Customer and kind of every open case."""
    rows = session.execute(
        select(Case.customer_id, Case.kind).where(Case.stage != CaseStage.CLOSED)
    )
    return {(customer_id, RuleKind(kind)) for customer_id, kind in rows}


def _narrow(
    session: Session, statement: Any, criteria: SignalFilter, *, of_stat: bool = False
) -> Any:
    """The statement with its conditions and what they need joined; `of_stat`: figures as well."""
    if of_stat or criteria.klass or criteria.text.strip():
        statement = statement.join(
            CustomerStat, CustomerStat.customer_id == DefectionSignal.customer_id
        )
    if criteria.states:
        statement = statement.where(DefectionSignal.state.in_(criteria.states))
    if criteria.kind:
        statement = statement.where(DefectionSignal.kind == criteria.kind)
    if criteria.store_id:
        statement = statement.join(Customer, Customer.id == DefectionSignal.customer_id)
        statement = statement.where(Customer.store_id == criteria.store_id)
    if criteria.klass:
        statement = statement.where(CustomerStat.klass == criteria.klass)
    if criteria.customer_id:
        statement = statement.where(DefectionSignal.customer_id == criteria.customer_id)
    if criteria.text.strip():
        found = numbers_found(session, criteria.text, criteria.visible)
        return statement.where(CustomerStat.no.in_(found))
    seen = visible_customers(criteria.visible)
    if seen is None:
        return statement
    is_few = count_seen(session, criteria.visible) <= _count_all(session)
    narrowed = gathered if is_few else asked
    return statement.where(narrowed(DefectionSignal.customer_id, seen))


def _count_all(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(DefectionSignal)) or 0
