"""Cases to be learnt from: lost ones, and those of class A customers; and what was learnt."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from db.models import Case, CaseReview, Customer, CustomerStat, User
from db.queries.closed import is_closed
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import CaseStage, CustomerClass, Outcome, SaveState


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """Which closed cases; days are included at both ends. `done`: those looked back on.

    Of these, `is_decided` says whether somebody has decided what is to change.
    """

    closed_from: dt.date | None = None
    closed_until: dt.date | None = None
    store_id: uuid.UUID | None = None
    done: bool = False
    is_decided: bool | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class CaseReviewRow:
    """A closed case, and what was learnt from it once somebody has looked back."""

    id: uuid.UUID
    number: str
    customer_id: uuid.UUID
    customer: str
    klass: CustomerClass
    outcome: Outcome
    save_state: SaveState | None
    closed_on: dt.date
    owner: str
    value_at_stake: int | None
    currency: str
    was_avoidable: bool | None
    lesson: str
    improvement: str
    at: dt.datetime | None
    by: str

    @property
    def is_wanted(self) -> bool:
        """Whether it is one to look back on: lost, a save that did not hold, or of class A."""
        return self.outcome is not Outcome.DUPLICATE and (
            self.outcome is Outcome.LOST
            or self.save_state is SaveState.LOST_DEFLECT
            or self.klass is CustomerClass.A
        )


def list_reviews(session: Session, criteria: ReviewFilter, limit: int) -> list[CaseReviewRow]:
    """Cases to look back on, the dearest first; or those that were, the newest first."""
    order = (
        (CaseReview.at.desc(), Case.number)
        if criteria.done
        else (func.coalesce(Case.value_at_stake, 0).desc(), Case.closed_on, Case.number)
    )
    statement = _rows().where(*_conditions(criteria)).order_by(*order).limit(limit)
    return [_read(row) for row in session.execute(statement)]


def count_reviews(session: Session, criteria: ReviewFilter) -> int:
    """How many cases there are to look back on, or that were."""
    statement = (
        select(func.count())
        .select_from(Case)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(CaseReview, CaseReview.case_id == Case.id)
        .where(*_conditions(criteria))
    )
    return session.scalar(statement) or 0


def review_of(session: Session, case_id: uuid.UUID) -> CaseReviewRow | None:
    """One closed case with what was learnt from it; None when it is not closed."""
    row = session.execute(_rows().where(Case.id == case_id, Case.stage == CaseStage.CLOSED)).first()
    return None if row is None else _read(row)


def _rows() -> Select[*tuple[Any, ...]]:
    owner, by = User.__table__.alias("owner"), User.__table__.alias("reviewer")
    return (
        select(
            Case.id,
            Case.number,
            Case.customer_id,
            Customer.name.label("customer"),
            func.coalesce(CustomerStat.klass, CustomerClass.C.value).label("klass"),
            Case.outcome,
            Case.save_state,
            Case.closed_on,
            func.coalesce(owner.c.name, "").label("owner"),
            Case.value_at_stake,
            Case.currency,
            CaseReview.was_avoidable,
            func.coalesce(CaseReview.lesson, "").label("lesson"),
            func.coalesce(CaseReview.improvement, "").label("improvement"),
            CaseReview.at,
            func.coalesce(by.c.name, "").label("by"),
        )
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Case.customer_id)
        .outerjoin(CaseReview, CaseReview.case_id == Case.id)
        .outerjoin(owner, owner.c.id == Case.owner_id)
        .outerjoin(by, by.c.id == CaseReview.by_id)
    )


def _read(row: Any) -> CaseReviewRow:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    words = {
        "klass": CustomerClass(row.klass),
        "outcome": Outcome(row.outcome),
        "save_state": SaveState(row.save_state) if row.save_state else None,
    }
    return CaseReviewRow(**values | words)


def _conditions(criteria: ReviewFilter) -> list[Any]:
    """Lost, a save that did not hold, or any case of class A that was no duplicate."""
    worth = or_(
        Case.outcome == Outcome.LOST,
        Case.save_state == SaveState.LOST_DEFLECT,
        CustomerStat.klass == CustomerClass.A,
    )
    reviewed = CaseReview.id.is_not(None) if criteria.done else CaseReview.id.is_(None)
    found = [and_(is_closed(), worth), reviewed, visible_cases(criteria.visible)]
    if criteria.is_decided is not None:
        decided = CaseReview.improvement != ""
        found.append(decided if criteria.is_decided else ~decided)
    if criteria.closed_from is not None:
        found.append(Case.closed_on >= criteria.closed_from)
    if criteria.closed_until is not None:
        found.append(Case.closed_on <= criteria.closed_until)
    if criteria.store_id is not None:
        found.append(Case.store_id == criteria.store_id)
    return found
