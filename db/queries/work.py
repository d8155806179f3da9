"""What is to be done on a day: cases whose next step is due or missing, and planned visits.

Unsorted; the order of work is a rule (`desktop_app.domain.cases.priority`). Nothing due is ever
left out: cases and visits of somebody who has left count as nobody's.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from db.models import Case, Customer, CustomerStat, User, Visit
from db.queries.scope import EVERYTHING, Visible, unowned, visible_cases
from db.queries.visits import nobodys_visit, visible_visits
from db.vocabulary import CaseStage, CustomerClass, NextStep, RuleKind, VisitState


@dataclass(frozen=True, slots=True)
class WorkFilter:
    """Whose work of which day; without a user everybody's."""

    day: dt.date
    user_id: uuid.UUID | None = None
    unassigned: bool = True  # also what nobody works on
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One thing to do: the next step of a case, or a planned visit (`is_visit`).

    A visit without a case has no case fields; `screening_note` says why a case is held back.
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

    @property
    def id(self) -> uuid.UUID:
        """Key of the line: the visit, or else the case."""
        return self.visit_id or self.case_id or self.customer_id


def work_items(session: Session, criteria: WorkFilter) -> list[WorkItem]:
    """Everything that is to be done by the end of a day, unsorted."""
    cases = session.execute(_case_lines().where(*_case_conditions(criteria)))
    visits = session.execute(_visit_lines().where(*_visit_conditions(criteria)))
    return [_read(row) for row in chain(cases, visits)]


def count_later(session: Session, criteria: WorkFilter) -> int:
    """How many open cases have their next step after the day."""
    statement = (
        select(func.count())
        .select_from(Case)
        .where(
            Case.stage != CaseStage.CLOSED,
            Case.next_due > criteria.day,
            _of_user(criteria),
            visible_cases(criteria.visible),
        )
    )
    return session.execute(statement).scalar_one()


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
        func.coalesce(Case.currency, "CNY").label("currency"),
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
        _of_user(criteria),
        visible_cases(criteria.visible),
        or_(Case.next_step.is_(None), ~shown_as_visit),
    ]


def _visit_conditions(criteria: WorkFilter) -> list[ColumnElement[bool]]:
    found = [
        Visit.state == VisitState.PLANNED,
        Visit.planned_on <= criteria.day,
        visible_visits(criteria.visible),
    ]
    of_case = and_(Visit.case_id.is_not(None), _of_user(criteria))
    if criteria.user_id is not None:
        mine = or_(Visit.by_id == criteria.user_id, of_case)
        found.append(or_(mine, nobodys_visit()) if criteria.unassigned else mine)
    elif not criteria.unassigned:
        found.append(or_(~nobodys_visit(), of_case))
    return found
