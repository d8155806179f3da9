"""Questionnaires: the list, their versions, and what a form is made of."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from db.models import Interview, Questionnaire, QuestionnaireVersion, Reason, ReasonVersion, User
from db.queries import versioned
from db.queries.versioned import Listed
from db.versioned import QUESTIONNAIRES
from db.vocabulary import QuestionnairePurpose, ReasonOrigin, VersionState


@dataclass(frozen=True, slots=True)
class QuestionnaireRow(Listed):
    """A line of the list; `questions` are those of the version in use, else of the draft."""

    purpose: QuestionnairePurpose
    questions: int
    interviews: int


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version of a questionnaire, without its questions."""

    id: uuid.UUID
    questionnaire_id: uuid.UUID
    number: int
    state: VersionState
    questions: int
    interviews: int
    note: str
    published_at: dt.datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class VersionSource:
    """What the form of a version is made of; `revision` rises when a draft is saved."""

    id: uuid.UUID
    questionnaire_id: uuid.UUID
    number: int
    state: VersionState
    content: Mapping[str, Any]
    xml: str
    itemsets: str
    files: Mapping[str, str]
    overruled: Mapping[str, str]
    note: str
    revision: int


def list_questionnaires(
    session: Session,
    purpose: QuestionnairePurpose | None = None,
    *,
    with_retired: bool = False,
) -> list[QuestionnaireRow]:
    """The questionnaires, shipped ones first, then by code."""
    current, draft = versioned.in_use_and_draft(QUESTIONNAIRES, QuestionnaireVersion.questions)
    interviews = (
        select(func.count())
        .select_from(Interview)
        .join(QuestionnaireVersion, QuestionnaireVersion.id == Interview.questionnaire_version_id)
        .where(
            QuestionnaireVersion.questionnaire_id == Questionnaire.id,
            Interview.verifies_id.is_(None),
        )
        .scalar_subquery()
    )
    statement = select(
        Questionnaire,
        current.c.id.label("current_id"),
        draft.c.id.label("draft_id"),
        func.coalesce(current.c.questions, draft.c.questions, 0).label("questions"),
        interviews.label("interviews"),
    )
    if purpose is not None:
        statement = statement.where(Questionnaire.purpose == purpose)
    rows = session.execute(
        versioned.listed(QUESTIONNAIRES, statement, current, draft, with_retired=with_retired)
    )
    return [
        QuestionnaireRow(
            id=found.id,
            code=found.code,
            zh=found.zh,
            en=found.en,
            purpose=QuestionnairePurpose(found.purpose),
            origin=ReasonOrigin(found.origin),
            current_version=found.current_version,
            current_id=current_id,
            draft_id=draft_id,
            questions=questions,
            interviews=count,
            retired_on=found.retired_on,
        )
        for found, current_id, draft_id, questions, count in rows
    ]


def versions_of(session: Session, questionnaire_id: uuid.UUID) -> list[VersionRow]:
    """The versions of a questionnaire, the newest first."""
    interviews = (
        select(func.count())
        .select_from(Interview)
        .where(
            Interview.questionnaire_version_id == QuestionnaireVersion.id,
            Interview.verifies_id.is_(None),
        )
        .scalar_subquery()
    )
    statement = select(
        QuestionnaireVersion.id,
        QuestionnaireVersion.questionnaire_id,
        QuestionnaireVersion.number,
        QuestionnaireVersion.state,
        QuestionnaireVersion.questions,
        interviews.label("interviews"),
        QuestionnaireVersion.note,
        QuestionnaireVersion.published_at,
        func.coalesce(User.name, "").label("by"),
    )
    rows = session.execute(versioned.newest_first(QUESTIONNAIRES, statement, questionnaire_id))
    return [VersionRow(**{**row, "state": VersionState(row["state"])}) for row in rows.mappings()]


def last_held(session: Session, user_id: uuid.UUID | None) -> uuid.UUID | None:
    """The questionnaire of the interview that somebody began last."""
    return session.scalars(
        select(QuestionnaireVersion.questionnaire_id)
        .join(Interview, Interview.questionnaire_version_id == QuestionnaireVersion.id)
        .where(Interview.by_id == user_id, Interview.verifies_id.is_(None))
        .order_by(Interview.started_at.desc(), Interview.id.desc())
        .limit(1)
    ).first()


def exit_versions() -> Select[uuid.UUID]:
    """Keys of the versions of exit questionnaires: surveys say nothing of exits."""
    return (
        select(QuestionnaireVersion.id)
        .join(Questionnaire, Questionnaire.id == QuestionnaireVersion.questionnaire_id)
        .where(Questionnaire.purpose == QuestionnairePurpose.EXIT)
    )


def version_source(session: Session, version_id: uuid.UUID) -> VersionSource | None:
    """What the form of a version is made of."""
    found = session.get(QuestionnaireVersion, version_id)
    if found is None:
        return None
    return VersionSource(
        id=found.id,
        questionnaire_id=found.questionnaire_id,
        number=found.number,
        state=VersionState(found.state),
        content=found.content,
        xml=found.xml,
        itemsets=found.itemsets,
        files=found.files,
        overruled=found.overruled,
        note=found.note,
        revision=found.version,
    )


def reasons_stamp(session: Session) -> tuple[Any, ...]:
    """Changes whenever the list of reasons does, and is another in another workspace or copy."""
    return tuple(session.execute(_stamp()).one())


@cache
def _stamp() -> Select[*tuple[Any, ...]]:
    """Made once: it is asked at every answer."""
    return select(
        func.count(Reason.id),
        func.sum(Reason.version * Reason.number),  # a number is never given twice
        select(func.count(ReasonVersion.id)).scalar_subquery(),
        select(func.max(ReasonVersion.id)).scalar_subquery(),  # keys are never made twice
    )
