"""Answers in words that wait to be coded into themes, how far the coding is, and the themes."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import Session

from db.models import (
    Answer,
    AnswerTheme,
    Case,
    Customer,
    Interview,
    Theme,
)
from db.queries.scope import EVERYTHING, Visible, visible_cases
from db.vocabulary import InterviewState


class CodingRound(StrEnum):
    """Which answers wait: nobody coded them yet, only others did, or all one coded oneself."""

    FIRST = "first"
    SECOND = "second"
    MINE = "mine"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where answers in words stand in some versions of questionnaires.

    Attributes:
        version_ids: The versions.
        exact: Addresses of questions outside repeats.
        patterns: Addresses of questions inside repeats, the number of each instance as ``[%]``.
    """

    version_ids: tuple[uuid.UUID, ...]
    exact: tuple[str, ...]
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodingFilter:
    """Which answers, for whom; without addresses none."""

    addresses: tuple[Addresses, ...]
    coder_id: uuid.UUID | None
    round: CodingRound = CodingRound.FIRST
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class WordsAnswer:
    """An answer in words with where it comes from."""

    interview_id: uuid.UUID
    address: str
    text: str
    version_id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    customer: str
    finished_at: dt.datetime


@dataclass(frozen=True, slots=True)
class CodingProgress:
    """How many answers there are, were coded by anybody, by oneself, and by two at least."""

    answers: int
    coded: int
    mine: int
    twice: int


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """A theme with the number of answers that have it and the one coded last."""

    id: uuid.UUID
    code: str
    zh: str
    en: str
    retired_on: dt.date | None
    answers: int
    example: str

    def title(self, language: str) -> str:
        """The words in a language of the program."""
        return (self.zh if language.startswith("zh") else self.en) or self.zh or self.en


# ---------------------------------------------------------------- what waits


def queue(session: Session, criteria: CodingFilter, limit: int) -> list[WordsAnswer]:
    """The answers that wait, the oldest interview first; one's own, the newest coding first."""
    statement = _answers(
        Answer.interview_id,
        Answer.address,
        Answer.value.label("text"),
        Interview.questionnaire_version_id.label("version_id"),
        Case.id.label("case_id"),
        Case.number.label("case_number"),
        Customer.name.label("customer"),
        Interview.finished_at,
    ).join(Customer, Customer.id == Case.customer_id)
    anybody, mine = _codings(), _codings(criteria.coder_id)
    order: tuple[Any, ...] = (Interview.finished_at, Interview.id, Answer.address)
    match criteria.round:
        case CodingRound.FIRST:
            statement = statement.where(~anybody.exists())
        case CodingRound.SECOND:
            statement = statement.where(anybody.exists(), ~mine.exists())
        case CodingRound.MINE:
            statement = statement.where(mine.exists())
            order = (Interview.finished_at.desc(), Interview.id, Answer.address)
    rows = session.execute(statement.where(*_wanted(criteria)).order_by(*order).limit(limit))
    return [WordsAnswer(**row) for row in rows.mappings()]


def progress(session: Session, criteria: CodingFilter) -> CodingProgress:
    """How far the coding of all these answers is, whatever the round."""
    coders = (
        select(
            AnswerTheme.interview_id,
            AnswerTheme.address,
            func.count(func.distinct(AnswerTheme.by_id)).label("coders"),
            func.max(case((AnswerTheme.by_id == criteria.coder_id, 1), else_=0)).label("mine"),
        )
        .group_by(AnswerTheme.interview_id, AnswerTheme.address)
        .subquery()
    )
    statement = (
        _answers(
            func.count(),
            func.count(coders.c.coders),
            func.coalesce(func.sum(coders.c.mine), 0),
            func.coalesce(func.sum(case((coders.c.coders > 1, 1), else_=0)), 0),
        )
        .outerjoin(
            coders,
            and_(coders.c.interview_id == Answer.interview_id, coders.c.address == Answer.address),
        )
        .where(*_wanted(criteria))
    )
    return CodingProgress(*session.execute(statement).one())


def themes_of(
    session: Session, interview_ids: Collection[uuid.UUID], coder_id: uuid.UUID | None
) -> dict[tuple[uuid.UUID, str], tuple[uuid.UUID, ...]]:
    """The themes that a coder gave the answers of some interviews, by interview and address."""
    statement = select(AnswerTheme.interview_id, AnswerTheme.address, AnswerTheme.theme_id).where(
        AnswerTheme.interview_id.in_(interview_ids), AnswerTheme.by_id == coder_id
    )
    found: dict[tuple[uuid.UUID, str], tuple[uuid.UUID, ...]] = {}
    for interview_id, address, theme_id in session.execute(statement.order_by(AnswerTheme.id)):
        place = (interview_id, address)
        found[place] = (*found.get(place, ()), theme_id)
    return found


def coded_texts(
    session: Session, visible: Visible, limit: int, coder_id: uuid.UUID | None = None
) -> list[tuple[str, str]]:
    """Texts with the code of a theme they were given, the newest codings; of one coder if given."""
    statement = (
        select(Answer.value, Theme.code)
        .select_from(AnswerTheme)
        .join(
            Answer,
            and_(
                Answer.interview_id == AnswerTheme.interview_id,
                Answer.address == AnswerTheme.address,
            ),
        )
        .join(Theme, Theme.id == AnswerTheme.theme_id)
        .join(Interview, Interview.id == AnswerTheme.interview_id)
        .join(Case, Case.id == Interview.case_id)
        .where(visible_cases(visible), Theme.retired_on.is_(None))
        .order_by(AnswerTheme.id.desc())
        .limit(limit)
    )
    if coder_id is not None:
        statement = statement.where(AnswerTheme.by_id == coder_id)
    return [(text, code) for text, code in session.execute(statement)]


def list_themes(
    session: Session, visible: Visible, *, with_retired: bool = False
) -> list[ThemeRow]:
    """The themes, those with the most answers that are seen first, then by code."""
    seen = (
        select(Interview.id).join(Case, Case.id == Interview.case_id).where(visible_cases(visible))
    )
    places = (
        select(AnswerTheme.theme_id, AnswerTheme.interview_id, AnswerTheme.address)
        .where(AnswerTheme.interview_id.in_(seen))
        .distinct()
        .subquery()
    )
    counts = (
        select(places.c.theme_id, func.count().label("answers"))
        .group_by(places.c.theme_id)
        .subquery()
    )
    place = func.row_number().over(
        partition_by=AnswerTheme.theme_id, order_by=AnswerTheme.id.desc()
    )
    last = (
        select(
            AnswerTheme.theme_id,
            AnswerTheme.interview_id,
            AnswerTheme.address,
            place.label("place"),
        )
        .where(AnswerTheme.interview_id.in_(seen))
        .subquery()
    )
    statement = (
        select(
            Theme.id,
            Theme.code,
            Theme.zh,
            Theme.en,
            Theme.retired_on,
            func.coalesce(counts.c.answers, 0).label("answers"),
            func.coalesce(Answer.value, "").label("example"),
        )
        .outerjoin(counts, counts.c.theme_id == Theme.id)
        .outerjoin(last, and_(last.c.theme_id == Theme.id, last.c.place == 1))
        .outerjoin(
            Answer,
            and_(Answer.interview_id == last.c.interview_id, Answer.address == last.c.address),
        )
        .order_by(func.coalesce(counts.c.answers, 0).desc(), Theme.code)
    )
    if not with_retired:
        statement = statement.where(Theme.retired_on.is_(None))
    return [ThemeRow(**row) for row in session.execute(statement).mappings()]


def _answers(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .select_from(Answer)
        .join(Interview, Interview.id == Answer.interview_id)
        .join(Case, Case.id == Interview.case_id)
    )


def _codings(coder_id: uuid.UUID | None = None) -> Select[uuid.UUID]:
    statement = select(AnswerTheme.id).where(
        AnswerTheme.interview_id == Answer.interview_id, AnswerTheme.address == Answer.address
    )
    return statement if coder_id is None else statement.where(AnswerTheme.by_id == coder_id)


def _wanted(criteria: CodingFilter) -> list[ColumnElement[bool]]:
    places: list[ColumnElement[bool]] = [false()]
    for each in criteria.addresses:
        here: list[ColumnElement[bool]] = [Answer.address.in_(each.exact)]
        depth = func.length(Answer.address) - func.length(func.replace(Answer.address, "/", ""))
        here += [
            and_(Answer.address.like(pattern, escape="\\"), depth == pattern.count("/"))
            for pattern in each.patterns
        ]
        places.append(and_(Interview.questionnaire_version_id.in_(each.version_ids), or_(*here)))
    return [
        Interview.state == InterviewState.FINISHED,
        Interview.verifies_id.is_(None),
        func.trim(Answer.value) != "",
        or_(*places),
        visible_cases(criteria.visible),
    ]
