"""What somebody has to do on one day: contacts that are planned, calls that were promised."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session, aliased

from db.models import Case, Customer, CustomerStat, Holding, User, Visit
from db.queries.scope import Visible, contactable, visible_cases
from db.queries.visits import visible_visits
from db.vocabulary import (
    CaseStage,
    Channel,
    CustomerClass,
    CustomerKind,
    Seat,
    VisitPurpose,
    VisitState,
)

_Backup: Final = aliased(User)


@dataclass(frozen=True, slots=True)
class DayContact:
    """A visit or call planned for a day, with its customer. Money in minor units.

    A call promised to the customer that is not planned has the key of its case (`is_callback`).
    """

    id: uuid.UUID
    customer_id: uuid.UUID
    number: str
    name: str
    kind: CustomerKind
    klass: CustomerClass
    phone: str
    address: str
    district: str
    joined_on: dt.date | None
    owner: str
    backup: str
    orders: int
    last_day: int | None
    spend_window: int
    spend_total: int
    case_id: uuid.UUID | None
    channel: Channel
    starts_at: dt.time | None
    minutes: int | None
    purpose: str
    rule_purpose: VisitPurpose | None
    is_provisional: bool
    is_callback: bool = False


def contacts(
    session: Session, user_id: uuid.UUID, day: dt.date, visible: Visible
) -> list[DayContact]:
    """What somebody has planned for a day with customers who may be contacted.

    Only what is within sight; those with a time come first, then by customer.
    """
    own = (
        Visit.id,
        Visit.channel,
        Visit.starts_at,
        Visit.minutes,
        Visit.purpose,
        Visit.rule_purpose,
        Visit.is_provisional,
    )
    statement = _with_customer(Visit, Visit.case_id, *own)
    statement = statement.outerjoin(Case, Case.id == Visit.case_id).where(
        Visit.by_id == user_id,
        Visit.planned_on == day,
        Visit.state == VisitState.PLANNED,
        contactable(Visit.customer_id),
        visible_visits(visible),
    )
    ordered = statement.order_by(Visit.starts_at.is_(None), Visit.starts_at, Customer.number)
    return [_read(row) for row in session.execute(ordered)]


def callbacks(
    session: Session,
    user_id: uuid.UUID,
    midnights: tuple[dt.datetime, dt.datetime],
    visible: Visible,
) -> list[DayContact]:
    """Calls promised to customers for a moment of a day, in open cases of somebody.

    Only what is within sight, and with customers who may be contacted; the earliest first.
    """
    begins, ends = midnights
    statement = (
        _with_customer(Case, Case.id, Case.id, Case.callback_at)
        .where(
            Case.owner_id == user_id,
            Case.callback_at >= begins,
            Case.callback_at < ends,
            Case.stage != CaseStage.CLOSED,
            contactable(Case.customer_id),
            visible_cases(visible),
        )
        .order_by(Case.callback_at, Customer.number)
    )
    return [_read_callback(row) for row in session.execute(statement)]


def _with_customer(
    model: type[Visit] | type[Case], case_id: Any, *own: Any
) -> Select[*tuple[Any, ...]]:
    is_backup = and_(
        Holding.customer_id == Customer.id, Holding.seat == Seat.BACKUP, Holding.last_on.is_(None)
    )
    return (
        select(
            *own,
            case_id.label("case_id"),
            model.customer_id,
            Customer.number,
            Customer.name,
            Customer.kind,
            CustomerStat.klass,
            Customer.phone,
            Customer.address,
            Customer.district,
            Customer.joined_on,
            User.name.label("owner"),
            _Backup.name.label("backup"),
            CustomerStat.orders,
            CustomerStat.last_day,
            CustomerStat.spend_window,
            CustomerStat.spend_total,
        )
        .select_from(model)
        .join(Customer, Customer.id == model.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, User.id == Customer.owner_id)
        .outerjoin(Holding, is_backup)
        .outerjoin(_Backup, _Backup.id == Holding.user_id)
    )


def _read(row: Row[*tuple[Any, ...]]) -> DayContact:
    purpose = VisitPurpose(row.rule_purpose) if row.rule_purpose else None
    return DayContact(
        **_read_customer(row) | {"channel": Channel(row.channel), "rule_purpose": purpose}
    )


def _read_callback(row: Row[*tuple[Any, ...]]) -> DayContact:
    values = _read_customer(row)
    moment = values.pop("callback_at").astimezone()
    return DayContact(
        **values,
        channel=Channel.CALL,
        starts_at=moment.time().replace(second=0, microsecond=0),
        minutes=None,
        purpose="",
        rule_purpose=None,
        is_provisional=False,
        is_callback=True,
    )


def _read_customer(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    return values | {
        "kind": CustomerKind(row.kind),
        "klass": CustomerClass(row.klass or CustomerClass.C),
        "owner": row.owner or "",
        "backup": row.backup or "",
        "orders": row.orders or 0,
        "spend_window": row.spend_window or 0,
        "spend_total": row.spend_total or 0,
    }
