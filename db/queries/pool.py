"""Who holds which cases, how long nobody has touched them, and what the pool 公海 needs to know."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

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
from db.queries.scope import Visible, unowned, visible_cases
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    CaseStage,
    CustomerClass,
    SkillKind,
    VisitState,
)

_CHUNK: Final = 500
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
    session: Session,
    day: dt.date,
    effective: Collection[AttemptResult],
    visible: Visible,
    *,
    owner_id: uuid.UUID | None = None,
    only: Collection[uuid.UUID] | None = None,
) -> list[HeldCase]:
    """The cases that are held on a day, by number; without customers nobody may contact.

    Args:
        session: the session.
        day: this day.
        effective: results in which the customer was spoken to.
        visible: whose cases are seen.
        owner_id: only what this one holds.
        only: none but these cases.
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
    if owner_id is not None:
        statement = statement.where(Case.owner_id == owner_id)
    if only is not None:
        statement = statement.where(Case.id.in_(only))
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


@dataclass(frozen=True, slots=True)
class FreeCase:
    """Why nobody works on a case.

    Attributes:
        since: When it went into the pool, or when it was opened.
        note: What was said when it was given back; empty if nobody ever held it.
        gone: Name of the owner, if it is one who has left.
        previous: Name of the owner before.
        kept_until: Last day on which the previous owner may not claim it.
    """

    since: dt.datetime
    note: str
    gone: str
    previous: str
    kept_until: dt.date | None


def free_cases(session: Session, case_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, FreeCase]:
    """Why nobody works on cases, by key; those that somebody works on are left out."""
    before, keys = aliased(User), list(case_ids)
    note = (
        select(CaseEvent.note)
        .where(
            CaseEvent.case_id == Case.id,
            CaseEvent.kind == CaseEventKind.MOVED,
            CaseEvent.new_value == CaseStage.SCREENED,
            Case.previous_owner_id.is_not(None),
        )
        .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found: dict[uuid.UUID, FreeCase] = {}
    for start in range(0, len(keys), _CHUNK):
        statement = (
            select(
                Case.id,
                func.coalesce(Case.pool_since, Case.owner_since, Case.stage_since),
                func.coalesce(note, ""),
                func.coalesce(User.name, ""),
                func.coalesce(before.name, ""),
                Case.kept_from_previous_until,
            )
            .outerjoin(User, User.id == Case.owner_id)
            .outerjoin(before, before.id == Case.previous_owner_id)
            .where(Case.id.in_(keys[start : start + _CHUNK]), unowned())
        )
        found |= {row[0]: FreeCase(*row[1:]) for row in session.execute(statement)}
    return found


@dataclass(frozen=True, slots=True)
class OfferedCase:
    """An open case that is to be given to somebody, and whom it is kept from until when."""

    id: uuid.UUID
    number: str
    klass: CustomerClass
    store_id: uuid.UUID | None
    owner_id: uuid.UUID | None
    previous_owner_id: uuid.UUID | None
    kept_until: dt.date | None


def offered_cases(
    session: Session, case_ids: Collection[uuid.UUID], visible: Visible
) -> list[OfferedCase]:
    """The open cases of these that are seen, the highest value first."""
    session.flush()
    keys = list(dict.fromkeys(case_ids))
    found: list[Row[*tuple[Any, ...]]] = []
    for start in range(0, len(keys), _CHUNK):
        statement = (
            select(
                Case.id,
                Case.number,
                func.coalesce(CustomerStat.klass, CustomerClass.C.value),
                Case.store_id,
                Case.owner_id,
                Case.previous_owner_id,
                Case.kept_from_previous_until,
                func.coalesce(Case.value_at_stake, 0),
            )
            .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
            .where(Case.id.in_(keys[start : start + _CHUNK]), _OPEN, visible_cases(visible))
        )
        found += session.execute(statement).all()
    found.sort(key=lambda row: (-row[7], row[1]))
    return [OfferedCase(row[0], row[1], CustomerClass(row[2]), *row[3:7]) for row in found]


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
