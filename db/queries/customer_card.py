"""Everything about one customer on one card, and the customer's timeline."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.derived import reference_day
from db.models import (
    Attachment,
    Case,
    CaseEvent,
    Contact,
    ContactAttempt,
    Customer,
    CustomerStat,
    DefectionSignal,
    Interview,
    Order,
    OrderLine,
    User,
    Visit,
)
from db.queries.activity import Bought, bought_by
from db.queries.customers import CustomerRow, rows_of
from db.queries.exit_registrations import exits
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import CaseStage, Outcome, RuleKind, SignalState

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A person to talk to."""

    id: uuid.UUID
    version: int
    name: str
    duty: str
    phone: str
    email: str
    is_primary: bool


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order with the number of its lines and the products' names. Money in minor units."""

    id: int
    number: str
    on: dt.date
    amount: int
    currency: str
    lines: int
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CaseBrief:
    """One case of the customer."""

    id: uuid.UUID
    number: str
    kind: RuleKind
    stage: CaseStage
    outcome: Outcome | None
    opened_on: dt.date


@dataclass(frozen=True, slots=True)
class SignalBrief:
    """One signal of the customer."""

    id: uuid.UUID
    kind: RuleKind
    as_of: dt.date
    sentence_zh: str
    sentence_en: str
    state: SignalState


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """One customer: the row of the list, the record, the people, what was bought, the cases."""

    row: CustomerRow
    version: int
    values: Mapping[str, Any]  # the columns of the record by name, for the form
    contacts: tuple[ContactRow, ...]
    cases: tuple[CaseBrief, ...]
    signals: tuple[SignalBrief, ...]
    as_of: dt.date
    bought: Bought


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Orders of one customer."""

    customer_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """Something that happened; `desktop_app.columns.timeline` puts it into words."""

    day: dt.date
    at: dt.datetime | None
    kind: str  # order, signal, case, event, attempt, visit, interview, exit, file
    values: Mapping[str, Any] = field(default_factory=dict)
    ref: uuid.UUID | None = None


def customer_card(
    session: Session, customer_id: uuid.UUID, visible: Visible = EVERYTHING
) -> CustomerCard | None:
    """The card of a customer with the cases that are seen, None when there is no customer."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        return None
    number = session.scalar(select(CustomerStat.no).where(CustomerStat.customer_id == customer_id))
    as_of = reference_day(session)
    values = {column.key: getattr(customer, column.key) for column in Customer.__table__.columns}
    return CustomerCard(
        rows_of(session, [number or 0])[0],
        customer.version,
        values,
        _contacts(session, customer_id),
        _cases(session, customer_id, visible),
        _signals(session, customer_id),
        dt.date.fromordinal(as_of),
        bought_by(session, customer_id, as_of),
    )


def _contacts(session: Session, customer_id: uuid.UUID) -> tuple[ContactRow, ...]:
    rows = session.execute(
        select(
            Contact.id,
            Contact.version,
            Contact.name,
            Contact.duty,
            Contact.phone,
            Contact.email,
            Contact.is_primary,
        )
        .where(Contact.customer_id == customer_id)
        .order_by(Contact.is_primary.desc(), Contact.name)
    )
    return tuple(ContactRow(*row) for row in rows)


def _cases(session: Session, customer_id: uuid.UUID, visible: Visible) -> tuple[CaseBrief, ...]:
    rows = session.execute(
        select(Case.id, Case.number, Case.kind, Case.stage, Case.outcome, Case.opened_on)
        .where(Case.customer_id == customer_id, visible_cases(visible))
        .order_by(Case.opened_on.desc(), Case.number.desc())
    )
    return tuple(
        CaseBrief(
            row[0],
            row[1],
            RuleKind(row[2]),
            CaseStage(row[3]),
            Outcome(row[4]) if row[4] else None,
            row[5],
        )
        for row in rows
    )


def _signals(session: Session, customer_id: uuid.UUID) -> tuple[SignalBrief, ...]:
    rows = session.execute(
        select(
            DefectionSignal.id,
            DefectionSignal.kind,
            DefectionSignal.as_of,
            DefectionSignal.sentence_zh,
            DefectionSignal.sentence_en,
            DefectionSignal.state,
        )
        .where(DefectionSignal.customer_id == customer_id)
        .order_by(DefectionSignal.as_of.desc())
    )
    return tuple(
        SignalBrief(row[0], RuleKind(row[1]), row[2], row[3], row[4], SignalState(row[5]))
        for row in rows
    )


def count_orders(session: Session, criteria: OrderFilter) -> int:
    """How many orders and returns the customer has."""
    return (
        session.scalar(
            select(func.count()).select_from(Order).where(Order.customer_id == criteria.customer_id)
        )
        or 0
    )


def list_orders(
    session: Session, criteria: OrderFilter, sort: Sort | None, offset: int, limit: int
) -> list[OrderRow]:
    """A window of the customer's orders, newest first unless sorted otherwise."""
    order = sort or Sort("on", descending=True)
    column = {"on": Order.day, "amount": Order.amount, "number": Order.number}[order.column_id]
    rows = session.execute(
        select(Order.id, Order.number, Order.day, Order.amount, Order.currency)
        .where(Order.customer_id == criteria.customer_id)
        .order_by(column.desc() if order.descending else column.asc(), Order.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    names = _product_names(session, criteria.customer_id, [row.id for row in rows])
    return [
        OrderRow(
            *row[:2],
            dt.date.fromordinal(row.day),
            *row[3:],
            lines=len(names.get(row.id, ())),
            products=tuple(dict.fromkeys(filter(None, names.get(row.id, ())))),
        )
        for row in rows
    ]


def _product_names(
    session: Session, customer_id: uuid.UUID, order_ids: Sequence[int]
) -> dict[int, list[str]]:
    """Name of the product of every line of some orders, empty where it is not known."""
    names: dict[int, list[str]] = {}
    for start in range(0, len(order_ids), _CHUNK):
        statement = select(OrderLine.order_id, OrderLine.product_name).where(
            OrderLine.customer_id == customer_id,
            OrderLine.order_id.in_(order_ids[start : start + _CHUNK]),
        )
        for order_id, name in session.execute(statement.order_by(OrderLine.id)):
            names.setdefault(order_id, []).append(name)
    return names


def timeline(
    session: Session, customer_id: uuid.UUID, visible: Visible = EVERYTHING
) -> list[TimelineEntry]:
    """What happened with a customer, newest first: orders, signals, cases and all work on them."""
    entries = [
        TimelineEntry(
            dt.date.fromordinal(row.day),
            None,
            "order",
            {"number": row.number, "amount": row.amount, "currency": row.currency},
        )
        for row in session.execute(
            select(Order.day, Order.number, Order.amount, Order.currency)
            .where(Order.customer_id == customer_id)
            .order_by(Order.day.desc())
            .limit(200)
        )
    ]
    entries += [
        TimelineEntry(
            signal.as_of,
            None,
            "signal",
            {"kind": signal.kind, "zh": signal.sentence_zh, "en": signal.sentence_en},
            signal.id,
        )
        for signal in _signals(session, customer_id)
    ]
    case_ids = [case.id for case in _cases(session, customer_id, visible)]
    for case_id in case_ids:
        entries += case_timeline(session, case_id)
    entries += _visits(session, Visit.customer_id == customer_id, Visit.case_id.is_(None))
    entries += _files(session, Attachment.customer_id == customer_id)
    return _newest_first(entries)


def case_timeline(session: Session, case_id: uuid.UUID) -> list[TimelineEntry]:
    """What happened in a case, newest first: events, attempts, visits, interviews, exits, files.

    The second keying of an interview is a check of the first one and happened to nobody.
    """
    entries = [*_events(session, case_id), *_attempts(session, case_id)]
    entries += [*_exits(session, case_id), *_files(session, Attachment.case_id == case_id)]
    entries += _visits(session, Visit.case_id == case_id)
    entries += [
        TimelineEntry(
            _local_day(interview.finished_at or interview.started_at),
            interview.finished_at or interview.started_at,
            "interview",
            {"state": interview.state, "by": name or ""},
            interview.id,
        )
        for interview, name in session.execute(
            select(Interview, User.name)
            .outerjoin(User, User.id == Interview.by_id)
            .where(Interview.case_id == case_id, Interview.verifies_id.is_(None))
        )
    ]
    return _newest_first(entries)


def _events(session: Session, case_id: uuid.UUID) -> list[TimelineEntry]:
    rows = session.execute(
        select(CaseEvent, User.name, Case.number)
        .join(Case, Case.id == CaseEvent.case_id)
        .outerjoin(User, User.id == CaseEvent.by_id)
        .where(CaseEvent.case_id == case_id)
        .order_by(CaseEvent.at, CaseEvent.id)
    )
    return [
        TimelineEntry(
            _local_day(event.at),
            event.at,
            "event",
            {
                "kind": event.kind,
                "old": event.old_value,
                "new": event.new_value,
                "note": event.note,
                "case": number,
                "by": name or "",
            },
            case_id,
        )
        for event, name, number in rows
    ]


def _attempts(session: Session, case_id: uuid.UUID) -> list[TimelineEntry]:
    rows = session.execute(
        select(ContactAttempt, User.name)
        .outerjoin(User, User.id == ContactAttempt.by_id)
        .where(ContactAttempt.case_id == case_id)
    )
    return [
        TimelineEntry(
            _local_day(attempt.at),
            attempt.at,
            "attempt",
            {
                "channel": attempt.channel,
                "result": attempt.result,
                "seconds": attempt.duration_seconds,
                "note": attempt.note,
                "by": name or "",
            },
            attempt.id,
        )
        for attempt, name in rows
    ]


def _exits(session: Session, case_id: uuid.UUID) -> list[TimelineEntry]:
    return [
        TimelineEntry(
            _local_day(found.at),
            found.at,
            "exit",
            {
                "zh": found.reason.zh if found.reason else "",
                "en": found.reason.en if found.reason else "",
                "words": found.words,
                "arrears": found.arrears,
                "currency": found.currency,
                "gift": found.gift,
                "by": found.by,
            },
            found.id,
        )
        for found in exits(session, case_id=case_id)
    ]


def _visits(session: Session, *conditions: ColumnElement[bool]) -> list[TimelineEntry]:
    rows = session.execute(
        select(Visit, User.name).outerjoin(User, User.id == Visit.by_id).where(*conditions)
    )
    return [
        TimelineEntry(
            visit.done_on or visit.planned_on,
            None,
            "visit",
            {
                "state": visit.state,
                "channel": visit.channel,
                "purpose": visit.purpose,
                "note": visit.note,
                "met": visit.met,
                "gift": visit.gift,
                "next_step": visit.next_step,
                "satisfaction": visit.satisfaction,
                "is_informal": visit.is_informal,
                "by": name or "",
            },
            visit.id,
        )
        for visit, name in rows
    ]


def _files(session: Session, condition: ColumnElement[bool]) -> list[TimelineEntry]:
    rows = session.execute(
        select(Attachment, User.name).outerjoin(User, User.id == Attachment.by_id).where(condition)
    )
    return [
        TimelineEntry(
            _local_day(file.at),
            file.at,
            "file",
            {"name": file.name, "media_type": file.media_type, "size": file.size, "by": name or ""},
            file.id,
        )
        for file, name in rows
    ]


def _local_day(moment: dt.datetime) -> dt.date:
    """The day of a stored moment where the person sits, as business dates are."""
    return moment.astimezone().date()


def _newest_first(entries: list[TimelineEntry]) -> list[TimelineEntry]:
    """What was made later stands above also where both have the same moment."""

    def moment(entry: TimelineEntry) -> tuple[dt.date, float]:
        return entry.day, entry.at.timestamp() if entry.at else 0.0

    return sorted(entries, key=moment)[::-1]
