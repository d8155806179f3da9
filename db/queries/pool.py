"""Who holds which cases, how long nobody has touched them, and what the pool 公海 needs to know."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Case,
    CaseEvent,
    ContactAttempt,
    Customer,
    CustomerStat,
    Promise,
    Skill,
    User,
    Visit,
)
from db.queries.scope import Visible, visible_cases
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    CaseStage,
    CustomerClass,
    SkillKind,
    VisitState,
)

_OPEN: Final = Case.stage != CaseStage.CLOSED


@dataclass(frozen=True, slots=True)
class HeldCase:
    """A case that somebody who still works here holds.

    `touched`: last moment the customer was spoken to; `visited`: last day of a visit; `is_locked`:
    a promise is open, a callback or visit is planned, or a remedy has begun.
    """

    id: uuid.UUID
    number: str
    customer: str
    owner_id: uuid.UUID
    owner: str
    klass: CustomerClass
    held_since: dt.datetime
    touched: dt.datetime | None
    visited: dt.date | None
    is_locked: bool


def held_cases(
    session: Session, day: dt.date, effective: Collection[AttemptResult], visible: Visible
) -> list[HeldCase]:
    """The cases that are held on a day, by number; without customers nobody may contact.

    Args:
        session: the session.
        day: this day.
        effective: results in which the customer was spoken to.
        visible: whose cases.
    """
    touched = (
        select(func.max(ContactAttempt.at))
        .where(ContactAttempt.case_id == Case.id, ContactAttempt.result.in_(sorted(effective)))
        .scalar_subquery()
    )
    visited = (
        select(func.max(Visit.done_on))
        .where(Visit.case_id == Case.id, Visit.state == VisitState.DONE)
        .scalar_subquery()
    )
    statement = (
        select(
            Case.id,
            Case.number,
            Customer.name.label("customer"),
            User.id.label("owner_id"),
            User.name.label("owner"),
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            func.coalesce(Case.owner_since, Case.stage_since).label("held_since"),
            touched.label("touched"),
            visited.label("visited"),
            case((_locked(day), 1), else_=0).label("is_locked"),
        )
        .join(Customer, Customer.id == Case.customer_id)
        .join(User, User.id == Case.owner_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .where(
            _OPEN,
            User.is_active,
            Customer.is_deceased.is_(False),
            Customer.do_not_contact.is_(False),
            visible_cases(visible),
        )
        .order_by(Case.number)
    )
    return [_read(row) for row in session.execute(statement)]


def _read(row: Row[*tuple[Any, ...]]) -> HeldCase:
    words = {"klass": CustomerClass(row.klass), "is_locked": bool(row.is_locked)}
    return HeldCase(**dict(row._mapping) | words)  # noqa: SLF001  (public by documentation)


def _locked(day: dt.date) -> ColumnElement[bool]:
    promised = select(Promise.id).where(Promise.case_id == Case.id, Promise.answered_on.is_(None))
    planned = select(Visit.id).where(
        Visit.case_id == Case.id, Visit.state == VisitState.PLANNED, Visit.planned_on >= day
    )
    return or_(
        Case.stage == CaseStage.REMEDY_IN_PROGRESS,
        Case.callback_at.is_not(None),
        promised.exists(),
        planned.exists(),
    )


def loads(session: Session) -> dict[uuid.UUID, int]:
    """How many open cases everybody holds; who holds none is left out."""
    statement = select(Case.owner_id, func.count()).where(_OPEN, Case.owner_id.is_not(None))
    rows = session.execute(statement.group_by(Case.owner_id))
    return {owner_id: count for owner_id, count in rows if owner_id is not None}


def count_claims(session: Session, user_id: uuid.UUID, since: dt.datetime) -> int:
    """How many cases somebody has taken since a moment, also those given back meanwhile."""
    statement = select(func.count()).where(
        and_(
            CaseEvent.at >= since,
            CaseEvent.kind == CaseEventKind.ASSIGNED,
            CaseEvent.by_id == user_id,
        )
    )
    return session.execute(statement).scalar_one()


def skills(session: Session) -> dict[uuid.UUID, Mapping[SkillKind, int]]:
    """Levels by user, as far as they are known."""
    found: dict[uuid.UUID, dict[SkillKind, int]] = {}
    for row in session.scalars(select(Skill)):
        found.setdefault(row.user_id, {})[SkillKind(row.kind)] = row.level
    return dict(found)


def klass_of(session: Session, customer_id: uuid.UUID) -> CustomerClass | None:
    """The class of a customer."""
    statement = select(CustomerStat.klass).where(CustomerStat.customer_id == customer_id)
    found = session.scalar(statement)
    return CustomerClass(found) if found is not None else None
