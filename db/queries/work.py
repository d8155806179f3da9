"""What is to be done on a day: next steps of cases, planned visits, interviews with issues.

The order of work is a rule (`desktop_app.domain.cases.priority`); its weights come from there and
the database sorts by them, so that only the lines that are shown are read. Nothing due is ever
left out: cases and visits of somebody who has left count as nobody's. Customers who have died or
want no contact are never there.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from db.models import Case, Customer, CustomerStat, Interview, InterviewReview, User, Visit
from db.queries.scope import EVERYTHING, Visible, contactable, unowned, visible_cases
from db.queries.visits import nobodys_visit, visible_visits
from db.vocabulary import (
    CaseStage,
    CustomerClass,
    InterviewState,
    NextStep,
    ReviewState,
    RuleKind,
    VisitState,
)

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Whose work of which day; without a user everybody's."""

    day: dt.date
    user_id: uuid.UUID | None = None
    unassigned: bool = True  # also what nobody works on
    visible: Visible = EVERYTHING


class Section(StrEnum):
    """Parts of the day; each line belongs to one. Pool is what nobody works on."""

    OVERDUE = "overdue"
    TODAY = "today"
    UNPLANNED = "unplanned"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class Weights:
    """How lines are ranked: value at stake times one of these, and one kind before all others."""

    overdue: int
    today: int
    unplanned: int
    first: RuleKind


@dataclass(frozen=True, slots=True)
class Tally:
    """Lines of a section and their value at stake, minor units."""

    count: int = 0
    worth: int = 0


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do: the next step of a case, a planned visit (`is_visit`), or an interview.

    A visit without a case has no case fields; `screening_note` says why a case is held back. An
    interview is one of the owner that has issues; `purpose` is what the reviewer said last.
    """

    case_id: uuid.UUID | None
    customer_id: uuid.UUID
    number: str
    customer_number: str
    customer: str
    phone: str
    klass: CustomerClass
    kind: RuleKind | None
    stage: CaseStage | None
    step: NextStep | None
    due: dt.date | None
    value_at_stake: int | None
    currency: str
    is_visit: bool
    visit_id: uuid.UUID | None
    owner_id: uuid.UUID | None
    owner: str
    stage_since: dt.datetime | None
    screening_note: str
    purpose: str
    interview_id: uuid.UUID | None = None

    @property
    def id(self) -> uuid.UUID:
        """Key of the line: the interview or the visit, or else the case."""
        return self.interview_id or self.visit_id or self.case_id or self.customer_id


def work_items(
    session: Session,
    criteria: WorkFilter,
    weights: Weights,
    section: Section | None = None,
    limit: int | None = None,
) -> list[WorkItem]:
    """What is to be done by the end of a day, in the order of work.

    What the screening holds back comes last; then the kind that is always first, value at stake
    times weight, the earliest due, the number, the key.

    Args:
        session: the session.
        criteria: whose work of which day.
        weights: how it is ranked.
        section: only this part.
        limit: only so many, the first ones.
    """
    lines = _ranked(criteria, weights)
    statement = select(lines.c.id).limit(limit)
    statement = statement.order_by(
        lines.c.held_back,
        lines.c.first.desc(),
        lines.c.score.desc(),
        func.coalesce(lines.c.due, dt.date.min),
        lines.c.number,
        lines.c.id,
    )
    if section is not None:
        statement = statement.where(lines.c.section == section.value)
    order = list(session.scalars(statement))
    found: dict[uuid.UUID, WorkItem] = {}
    for start in range(0, len(order), _CHUNK):
        keys = order[start : start + _CHUNK]
        cases = session.execute(_case_lines().where(Case.id.in_(keys)))
        visits = session.execute(_visit_lines().where(Visit.id.in_(keys)))
        sent_back = session.execute(_interview_lines(criteria.day).where(Interview.id.in_(keys)))
        found |= {item.id: item for item in map(_read, chain(cases, visits, sent_back))}
    return [found[key] for key in order]


def tallies(session: Session, criteria: WorkFilter) -> dict[Section, Tally]:
    """How much there is in each section; those without a line are there too."""
    lines = _lines(criteria).subquery()
    statement = select(lines.c.section, func.count(), func.sum(lines.c.worth)).group_by(
        lines.c.section
    )
    found = {
        Section(word): Tally(count, int(worth or 0))
        for word, count, worth in session.execute(statement)
    }
    return {section: found.get(section, Tally()) for section in Section}


def count_later(session: Session, criteria: WorkFilter) -> int:
    """How many open cases have their next step after the day."""
    statement = (
        select(func.count())
        .select_from(Case)
        .where(
            Case.stage != CaseStage.CLOSED,
            Case.next_due > criteria.day,
            contactable(Case.customer_id),
            _of_user(criteria),
            visible_cases(criteria.visible),
        )
    )
    return session.execute(statement).scalar_one()


def _lines(criteria: WorkFilter) -> CompoundSelect[*tuple[Any, ...]]:
    """What the order and the sections need of every line, and no more."""
    cases = select(
        Case.id,
        *_marks(Case.owner_id, Case.next_due, criteria.day),
        Case.number,
    ).where(*_case_conditions(criteria))
    visits = (
        select(
            Visit.id,
            *_marks(Visit.by_id, Visit.planned_on, criteria.day),
            func.coalesce(Case.number, Customer.number),
        )
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .where(*_visit_conditions(criteria))
    )
    sent_back = (
        select(
            Interview.id,
            *_marks(Interview.by_id, literal(criteria.day), criteria.day, counts=False),
            Case.number,
        )
        .select_from(Interview)
        .join(Case, Case.id == Interview.case_id)
        .where(*_interview_conditions(criteria))
    )
    return union_all(cases, visits, sent_back)


def _marks(owner_id: Any, due: Any, day: dt.date, *, counts: bool = True) -> tuple[Any, ...]:
    """What a line is ranked and added up by; the value of its case counts once."""
    held_back = and_(
        Case.stage == CaseStage.IDENTIFIED, owner_id.is_(None), Case.screening_note != ""
    )
    section = case(
        (owner_id.is_(None), Section.POOL.value),
        (due.is_(None), Section.UNPLANNED.value),
        (due < day, Section.OVERDUE.value),
        else_=Section.TODAY.value,
    )
    return (
        case((held_back, 1), else_=0).label("held_back"),
        section.label("section"),
        func.coalesce(Case.kind, "").label("kind"),
        func.coalesce(Case.value_at_stake, 0).label("value"),
        (func.coalesce(Case.value_at_stake, 0) if counts else literal(0)).label("worth"),
        due.label("due"),
    )


def _ranked(criteria: WorkFilter, weights: Weights) -> Subquery:
    lines = _lines(criteria).subquery()
    weight = case(
        (lines.c.due.is_(None), weights.unplanned),
        (lines.c.due < criteria.day, weights.overdue),
        else_=weights.today,
    )
    first = case((lines.c.kind == weights.first, 1), else_=0)
    return select(lines, (lines.c.value * weight).label("score"), first.label("first")).subquery()


def _columns(*own: Any) -> Select[*tuple[Any, ...]]:
    """Columns of both kinds of line; `own` are those that differ."""
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
        func.coalesce(Case.currency, "").label("currency"),
        Case.stage_since,
        func.coalesce(User.name, "").label("owner"),
        func.coalesce(Case.screening_note, "").label("screening_note"),
        *own,
    )


def _case_lines() -> Select[*tuple[Any, ...]]:
    own = (
        Case.owner_id,
        Case.next_step.label("step"),
        Case.next_due.label("due"),
        literal(value=None).label("visit_id"),
        literal("").label("purpose"),
    )
    return (
        _columns(*own)
        .select_from(Case)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, User.id == Case.owner_id)
    )


def _visit_lines() -> Select[*tuple[Any, ...]]:
    own = (
        Visit.by_id.label("owner_id"),
        literal(NextStep.VISIT.value).label("step"),
        Visit.planned_on.label("due"),
        Visit.id.label("visit_id"),
        Visit.purpose,
    )
    return (
        _columns(*own)
        .select_from(Visit)
        .join(Customer, Customer.id == Visit.customer_id)
        .outerjoin(Case, Case.id == Visit.case_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, User.id == Visit.by_id)
    )


def _interview_lines(day: dt.date) -> Select[*tuple[Any, ...]]:
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
        Interview.by_id.label("owner_id"),
        literal(NextStep.INTERVIEW.value).label("step"),
        literal(day).label("due"),
        literal(value=None).label("visit_id"),
        func.coalesce(said, "").label("purpose"),
        Interview.id.label("interview_id"),
    )
    return (
        _columns(*own)
        .select_from(Interview)
        .join(Case, Case.id == Interview.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(CustomerStat, CustomerStat.customer_id == Customer.id)
        .outerjoin(User, User.id == Interview.by_id)
    )


def _read(row: Row[*tuple[Any, ...]]) -> WorkItem:
    values = dict(row._mapping)  # noqa: SLF001  (public by documentation)
    words = {
        "klass": CustomerClass(row.klass),
        "kind": RuleKind(row.kind) if row.kind else None,
        "stage": CaseStage(row.stage) if row.stage else None,
        "step": NextStep(row.step) if row.step else None,
        "is_visit": row.visit_id is not None,
    }
    return WorkItem(**values | words)


def _of_user(criteria: WorkFilter) -> ColumnElement[bool]:
    """Cases of the user, and of nobody if wanted."""
    if criteria.user_id is None:
        return true() if criteria.unassigned else ~unowned()
    own = Case.owner_id == criteria.user_id
    return or_(own, unowned()) if criteria.unassigned else own


def _case_conditions(criteria: WorkFilter) -> list[ColumnElement[bool]]:
    planned = select(Visit.id).where(
        Visit.case_id == Case.id,
        Visit.state == VisitState.PLANNED,
        Visit.planned_on == Case.next_due,
    )
    shown_as_visit = and_(Case.next_step == NextStep.VISIT, planned.exists())
    return [
        Case.stage != CaseStage.CLOSED,
        or_(Case.next_due.is_(None), Case.next_due <= criteria.day),
        contactable(Case.customer_id),
        _of_user(criteria),
        visible_cases(criteria.visible),
        or_(Case.next_step.is_(None), ~shown_as_visit),
    ]


def _visit_conditions(criteria: WorkFilter) -> list[ColumnElement[bool]]:
    found = [
        Visit.state == VisitState.PLANNED,
        Visit.planned_on <= criteria.day,
        contactable(Visit.customer_id),
        visible_visits(criteria.visible),
    ]
    of_case = and_(Visit.case_id.is_not(None), _of_user(criteria))
    if criteria.user_id is not None:
        mine = or_(Visit.by_id == criteria.user_id, of_case)
        found.append(or_(mine, nobodys_visit()) if criteria.unassigned else mine)
    elif not criteria.unassigned:
        found.append(or_(~nobodys_visit(), of_case))
    return found


def _interview_conditions(criteria: WorkFilter) -> list[ColumnElement[bool]]:
    found = [
        Interview.state == InterviewState.FINISHED,
        Interview.review == ReviewState.HAS_ISSUES,
        Interview.verifies_id.is_(None),
        contactable(Case.customer_id),
        visible_cases(criteria.visible),
    ]
    if criteria.user_id is not None:
        found.append(Interview.by_id == criteria.user_id)
    return found
