"""What the radar of interview quality looks at: finished interviews with times and answers."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, func, select, type_coerce
from sqlalchemy.orm import Session

from db.models import Answer, Case, Customer, Interview, QuestionnaireVersion, User
from db.queries.interviews import start_of
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import InterviewState


@dataclass(frozen=True, slots=True)
class QualityFilter:
    """Which finished interviews; days are included at both ends."""

    finished_from: dt.date | None = None
    finished_until: dt.date | None = None
    store_id: uuid.UUID | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """A finished interview with the seconds and the number of its answers."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    customer: str
    by_id: uuid.UUID | None
    by: str
    finished_at: dt.datetime
    seconds: int
    answered: int


def versions_used(session: Session, criteria: QualityFilter) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """Questionnaire and version of these interviews, each version once."""
    statement = (
        select(QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.id)
        .join(Interview, Interview.questionnaire_version_id == QuestionnaireVersion.id)
        .join(Case, Case.id == Interview.case_id)
        .where(*_conditions(criteria))
        .distinct()
        .order_by(QuestionnaireVersion.questionnaire_id, QuestionnaireVersion.id)
    )
    return [(questionnaire, version) for questionnaire, version in session.execute(statement)]


def finished(
    session: Session, criteria: QualityFilter, version_id: uuid.UUID, silent: Sequence[str]
) -> list[FinishedRow]:
    """Interviews of a version; answers at silent addresses, which nobody gave, do not count."""
    given = (
        select(
            Answer.interview_id,
            func.sum(Answer.seconds).label("seconds"),
            func.count().label("answered"),
        )
        .where(Answer.value != "", Answer.address.not_in(silent))
        .group_by(Answer.interview_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Interview.id,
            Interview.case_id,
            Case.number.label("case_number"),
            Customer.name.label("customer"),
            Interview.by_id,
            func.coalesce(User.name, "").label("by"),
            Interview.finished_at,
            func.coalesce(given.c.seconds, 0).label("seconds"),
            func.coalesce(given.c.answered, 0).label("answered"),
        )
        .select_from(Interview)
        .join(Case, Case.id == Interview.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .outerjoin(User, User.id == Interview.by_id)
        .outerjoin(given, given.c.interview_id == Interview.id)
        .where(Interview.questionnaire_version_id == version_id, *_conditions(criteria))
        .order_by(Interview.finished_at, Interview.id)
    )
    return [FinishedRow(*row) for row in rows]


def answers_at(
    session: Session, criteria: QualityFilter, version_id: uuid.UUID, addresses: Sequence[str]
) -> dict[uuid.UUID, dict[str, str]]:
    """Values of the answers at some addresses, by interview and address.

    The key of an interview comes once for its many answers: read as it is stored, it is made a
    `UUID` once, which halves the time.
    """
    rows = session.execute(
        select(type_coerce(Answer.interview_id, String), Answer.address, Answer.value)
        .join(Interview, Interview.id == Answer.interview_id)
        .join(Case, Case.id == Interview.case_id)
        .where(
            Interview.questionnaire_version_id == version_id,
            Answer.address.in_(addresses),
            Answer.value != "",
            *_conditions(criteria),
        )
    )
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for interview, address, value in rows:
        found[interview][address] = value
    return {uuid.UUID(str(interview)): values for interview, values in found.items()}


def _conditions(criteria: QualityFilter) -> list[ColumnElement[bool]]:
    found = [
        Interview.state == InterviewState.FINISHED,
        Interview.verifies_id.is_(None),
        visible_cases(criteria.visible),
    ]
    if criteria.finished_from is not None:
        found.append(Interview.finished_at >= start_of(criteria.finished_from))
    if criteria.finished_until is not None:
        end = criteria.finished_until + dt.timedelta(days=1)
        found.append(Interview.finished_at < start_of(end))
    if criteria.store_id is not None:
        found.append(Case.store_id == criteria.store_id)
    return found
