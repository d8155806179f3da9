"""What is due beside the next steps of cases: planned visits and calls, interviews with issues.

Nothing due is ever left out: visits of somebody who has left count as nobody's. Customers who have
died or want no contact are never there.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import Session

from db.models import Case, Customer, CustomerStat, Interview, InterviewReview, Store, User, Visit
from db.queries.scope import EVERYTHING, Visible, contactable, unowned, visible_cases
from db.queries.visits import nobodys_visit, visible_visits
from db.vocabulary import (
    CaseStage,
    Channel,
    CustomerClass,
    InterviewState,
    ReviewState,
    RuleKind,
    VisitState,
)


@dataclass(frozen=True, slots=True)
class ErrandFilter:
    """Whose errands of which day; without a user everybody's."""

    day: dt.date
    user_id: uuid.UUID | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class Errand:
    """A planned visit, or an interview that its interviewer is to correct.

    Attributes:
        id: Key of the visit or the interview.
        is_visit: Which of both.
        channel: Whether it is a visit, or a call of the cadence.
        is_step: Whether the visit is the next step of its case, of the same day.
        due: The day planned; of an interview the day asked for.
        words: What the visit is for, or what the reviewer said last.
        owner_id: Who is to do it; None if nobody is there to do it.
    """

    id: uuid.UUID
    is_visit: bool
    channel: Channel
    is_step: bool
    case_id: uuid.UUID | None
    customer_id: uuid.UUID
    number: str
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    kind: RuleKind | None
    stage: CaseStage | None
    value_at_stake: int | None
    due: dt.date
    words: str
    owner_id: uuid.UUID | None
    owner: str
    store: str


def errands(session: Session, criteria: ErrandFilter) -> list[Errand]:
    """All that is due by the end of a day, in no order."""
    session.flush()
    visits = session.execute(_visits().where(*_visit_conditions(criteria)))
    sent_back = session.execute(_interviews(criteria.day).where(*_interview_conditions(criteria)))
    return [_read(row) for row in chain(visits, sent_back)]


def _columns(*own: Any) -> Select[*tuple[Any, ...]]:
    """Columns of both kinds; `own` are those that differ."""
    return select(
        Case.id.label("case_id"),
        Customer.id.label("customer_id"),
        func.coalesce(Case.number, "").label("number"),
        Customer.number.label("customer_number"),
        Customer.name.label("customer"),
        Customer.phone,
        func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
        Case.kind,
        Case.stage,
        Case.value_at_stake,
        case((User.is_active, User.id)).label("owner_id"),
        func.coalesce(User.name, "").label("owner"),
        func.coalesce(Store.name, "").label("store"),
        *own,
    )


def _visits() -> Select[*tuple[Any, ...]]:
    is_step = and_(Case.next_step == Visit.channel, Case.next_due == Visit.planned_on)
    own = (
        Visit.id,
        literal(value=True).label("is_visit"),
        Visit.channel,
        case((is_step, 1), else_=0).label("is_step"),
        Visit.planned_on.label("due"),
        Visit.purpose.label("words"),
    )
    return (
        _columns(*own)
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(Store, Store.id == func.coalesce(Case.store_id, Customer.store_id))
        .outerjoin(User, User.id == Visit.by_id)
    )


def _interviews(day: dt.date) -> Select[*tuple[Any, ...]]:
    said = (
        select(InterviewReview.comment)
        .where(
            InterviewReview.interview_id == Interview.id,
            InterviewReview.state == ReviewState.HAS_ISSUES,
        )
        .order_by(InterviewReview.at.desc(), InterviewReview.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    own = (
        Interview.id,
        literal(value=False).label("is_visit"),
        literal(Channel.VISIT.value).label("channel"),
        literal(0).label("is_step"),
        literal(day).label("due"),
        func.coalesce(said, "").label("words"),
    )
    return (
        _columns(*own)
        .select_from(Interview)
        .join(Case, Case.id == Interview.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(Store, Store.id == Case.store_id)
        .outerjoin(User, User.id == Interview.by_id)
    )


def _read(row: Row[*tuple[Any, ...]]) -> Errand:
    words = {
        "klass": CustomerClass(row.klass),
        "kind": RuleKind(row.kind) if row.kind else None,
        "stage": CaseStage(row.stage) if row.stage else None,
        "is_visit": bool(row.is_visit),
        "channel": Channel(row.channel),
        "is_step": bool(row.is_step),
    }
    return Errand(**dict(row._mapping) | words)  # noqa: SLF001  (public by documentation)


def _visit_conditions(criteria: ErrandFilter) -> list[ColumnElement[bool]]:
    found = [
        Visit.state == VisitState.PLANNED,
        Visit.planned_on <= criteria.day,
        contactable(Visit.customer_id),
        visible_visits(criteria.visible),
    ]
    if criteria.user_id is not None:
        of_case = and_(
            Visit.case_id.is_not(None), or_(Case.owner_id == criteria.user_id, unowned())
        )
        found.append(or_(Visit.by_id == criteria.user_id, of_case, nobodys_visit()))
    return found


def _interview_conditions(criteria: ErrandFilter) -> list[ColumnElement[bool]]:
    is_own = true() if criteria.user_id is None else Interview.by_id == criteria.user_id
    return [
        Interview.state == InterviewState.FINISHED,
        Interview.review == ReviewState.HAS_ISSUES,
        Interview.verifies_id.is_(None),
        contactable(Case.customer_id),
        visible_cases(criteria.visible),
        is_own,
    ]
