"""Codings of answers in words, counted for the reports; a case counts in the period of opening."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from db.models import (
    Answer,
    AnswerTheme,
    Case,
    CaseReason,
    Customer,
    Interview,
    Reason,
    ReasonVersion,
    Theme,
    User,
)
from db.queries.questionnaires import exit_versions
from db.queries.reasons import ReasonFilter, case_conditions, reason_words
from db.vocabulary import InterviewState, ReasonLayer


@dataclass(frozen=True, slots=True)
class CodingRow:
    """One theme that one coder gave one answer."""

    interview_id: uuid.UUID
    address: str
    coder_id: uuid.UUID | None
    coder: str
    theme: str


@dataclass(frozen=True, slots=True)
class ThemeCount:
    """Cases in which a theme was said."""

    code: str
    zh: str
    en: str
    cases: int


@dataclass(frozen=True, slots=True)
class ThemeReason:
    """Cases in which a theme was said and that have this root reason."""

    theme: str
    reason: str
    zh: str
    en: str
    cases: int


@dataclass(frozen=True, slots=True)
class ThemeQuote:
    """An answer that has a theme."""

    theme: str
    text: str
    case_id: uuid.UUID
    case_number: str
    customer: str
    finished_at: dt.datetime


def codings(session: Session, criteria: ReasonFilter) -> list[CodingRow]:
    """Every coding, in order."""
    statement = _coded(
        AnswerTheme.interview_id,
        AnswerTheme.address,
        AnswerTheme.by_id.label("coder_id"),
        func.coalesce(User.name, "").label("coder"),
        Theme.code.label("theme"),
    ).outerjoin(User, User.id == AnswerTheme.by_id)
    rows = session.execute(
        statement.where(*_conditions(criteria)).order_by(
            AnswerTheme.interview_id, AnswerTheme.address, AnswerTheme.by_id, Theme.code
        )
    )
    return [CodingRow(**row) for row in rows.mappings()]


def theme_words(session: Session) -> dict[str, tuple[str, str]]:
    """Words of every theme by code, Chinese and English, also of those retired."""
    return {
        code: (zh, en) for code, zh, en in session.execute(select(Theme.code, Theme.zh, Theme.en))
    }


def coded_cases(session: Session, criteria: ReasonFilter) -> int:
    """How many cases have a coded answer."""
    statement = _coded(func.count(func.distinct(Case.id))).where(*_conditions(criteria))
    return int(session.execute(statement).scalar_one())


def theme_counts(session: Session, criteria: ReasonFilter) -> list[ThemeCount]:
    """Cases by theme, the most frequent first."""
    cases = func.count(func.distinct(Case.id))
    statement = (
        _coded(Theme.code, Theme.zh, Theme.en, cases.label("cases"))
        .where(*_conditions(criteria))
        .group_by(Theme.code, Theme.zh, Theme.en)
        .order_by(cases.desc(), Theme.code)
    )
    return [ThemeCount(**row) for row in session.execute(statement).mappings()]


def theme_reasons(session: Session, criteria: ReasonFilter) -> list[ThemeReason]:
    """Cases by theme and root reason, the most frequent first.

    A reason is titled with the newest words that one of these cases has.
    """
    cases = func.count(func.distinct(Case.id))
    statement = (
        _coded(Theme.code, Reason.code, func.max(ReasonVersion.reason_version), cases)
        .join(CaseReason, and_(CaseReason.case_id == Case.id, CaseReason.layer == ReasonLayer.ROOT))
        .join(ReasonVersion, ReasonVersion.id == CaseReason.reason_version_id)
        .join(Reason, Reason.id == ReasonVersion.reason_id)
        .where(*_conditions(criteria))
        .group_by(Theme.code, Reason.code)
        .order_by(cases.desc(), Theme.code, Reason.code)
    )
    words = reason_words(session)
    return [
        ThemeReason(theme, reason, *words[reason, version][1:], count)
        for theme, reason, version, count in session.execute(statement)
    ]


def theme_quotes(
    session: Session, criteria: ReasonFilter, themes: Sequence[str], each: int
) -> list[ThemeQuote]:
    """So many answers of each theme, the newest first; an answer once a theme."""
    said = (
        _coded(Theme.code.label("theme"), AnswerTheme.interview_id, AnswerTheme.address)
        .where(*_conditions(criteria), Theme.code.in_(themes))
        .distinct()
        .subquery()
    )
    place = func.row_number().over(
        partition_by=said.c.theme,
        order_by=(Interview.finished_at.desc(), Interview.id, said.c.address),
    )
    ranked = (
        select(
            said.c.theme,
            Answer.value.label("text"),
            Case.id.label("case_id"),
            Case.number.label("case_number"),
            Customer.name.label("customer"),
            Interview.finished_at,
            place.label("place"),
        )
        .select_from(said)
        .join(Interview, Interview.id == said.c.interview_id)
        .join(Case, Case.id == Interview.case_id)
        .join(Customer, Customer.id == Case.customer_id)
        .join(
            Answer,
            and_(Answer.interview_id == said.c.interview_id, Answer.address == said.c.address),
        )
        .subquery()
    )
    columns = [column for column in ranked.c if column.name != "place"]
    rows = session.execute(
        select(*columns).where(ranked.c.place <= each).order_by(ranked.c.theme, ranked.c.place)
    )
    return [ThemeQuote(**row) for row in rows.mappings()]


def _coded(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(AnswerTheme)
        .join(Theme, Theme.id == AnswerTheme.theme_id)
        .join(Interview, Interview.id == AnswerTheme.interview_id)
        .join(Case, Case.id == Interview.case_id)
    )


def _conditions(criteria: ReasonFilter) -> list[ColumnElement[bool]]:
    return [
        Interview.state == InterviewState.FINISHED,
        Interview.verifies_id.is_(None),
        Interview.questionnaire_version_id.in_(exit_versions()),
        *case_conditions(criteria),
    ]
