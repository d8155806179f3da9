"""Which closed cases a number of the rates counts: the same conditions count and list them."""

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from db.models import (
    Case,
    CaseReason,
    ContactAttempt,
    Interview,
    Questionnaire,
    QuestionnaireVersion,
    Reason,
    ReasonVersion,
)
from db.queries.reasons import UNKNOWN_GROUP
from db.vocabulary import (
    AttemptResult,
    InterviewState,
    Outcome,
    QuestionnairePurpose,
    ReasonLayer,
)


class ClosedGroup(StrEnum):
    """Closed cases that are counted together; duplicates are in none of them."""

    CLOSED = "closed"
    LOST = "lost"
    ASKED = "asked"
    TRIED = "tried"
    KNOWN = "known"
    CONTACTED = "contacted"
    SAVED = "saved"
    UNREACHABLE = "unreachable"


def is_closed() -> ColumnElement[bool]:
    """Closed, and not as a duplicate."""
    return and_(Case.closed_on.is_not(None), Case.outcome != Outcome.DUPLICATE)


def in_group(group: ClosedGroup) -> ColumnElement[bool]:
    """What a closed case has to be for a group; `is_closed` comes on top of it."""
    lost = Case.outcome == Outcome.LOST
    saved = Case.outcome.in_((Outcome.SAVED, Outcome.WON_BACK))
    conditions: dict[ClosedGroup, ColumnElement[bool]] = {
        ClosedGroup.CLOSED: Case.closed_on.is_not(None),
        ClosedGroup.LOST: lost,
        ClosedGroup.ASKED: and_(lost, Case.id.in_(_interviewed(finished=True))),
        ClosedGroup.TRIED: and_(lost, Case.id.in_(_interviewed())),
        ClosedGroup.KNOWN: Case.id.in_(_known()),
        ClosedGroup.CONTACTED: or_(saved, Case.id.in_(_reached())),
        ClosedGroup.SAVED: saved,
        ClosedGroup.UNREACHABLE: Case.outcome == Outcome.UNREACHABLE,
    }
    return conditions[group]


def _interviewed(*, finished: bool = False) -> Any:
    """Cases with an exit interview, begun or finished."""
    statement = (
        select(Interview.case_id)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Interview.questionnaire_version_id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(Questionnaire.purpose == QuestionnairePurpose.EXIT, Interview.verifies_id.is_(None))
    )
    if finished:
        statement = statement.where(Interview.state == InterviewState.FINISHED)
    return statement


def _known() -> Any:
    return (
        select(CaseReason.case_id)
        .join(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .join(Reason, Reason.id == ReasonVersion.reason_id)
        .where(CaseReason.layer == ReasonLayer.ROOT, Reason.group_code != UNKNOWN_GROUP)
    )


def _reached() -> Any:
    return select(ContactAttempt.case_id).where(ContactAttempt.result == AttemptResult.REACHED)
