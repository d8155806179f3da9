"""Coding answers in words into themes: what waits, the themes, suggestions, a blind second coding.

Every coder has codings of their own: two who code the same answer do not overwrite each other, and
their agreement can be measured. In the second round an answer is shown without what others made of
it, and suggestions are learned from one's own codings only.
"""

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import Answer, AnswerTheme, Case, Interview, Theme
from db.queries import coding as queries
from db.queries import quality as quality_queries
from db.queries.coding import (
    Addresses,
    CodingFilter,
    CodingProgress,
    CodingRound,
    ThemeRow,
    WordsAnswer,
)
from db.queries.quality import QualityFilter
from db.vocabulary import InterviewState
from desktop_app import clock
from desktop_app.domain import themes as learning
from desktop_app.domain.drafts import Draft
from desktop_app.domain.permissions import Action
from desktop_app.domain.themes import Themes
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.answer_places import (
    in_repeat,
    label_of,
    pattern_of,
    places_of,
)
from desktop_app.questionnaire.versions import definition_of
from desktop_app.services import access, case_life, questionnaires

__all__ = [
    "CodingProgress",
    "CodingRound",
    "OpenAnswer",
    "Question",
    "ThemeDraft",
    "ThemeRow",
    "Wanted",
    "add_theme",
    "code_answer",
    "learned",
    "list_themes",
    "merge_themes",
    "progress",
    "questions",
    "queue",
    "rename_theme",
    "restore_theme",
    "retire_theme",
]

SEED_TITLE = N_("Add the themes of the program")
"""Name of the change set of `db.themes.seed`; stands here to be translated."""

LEARNED: Final = 5_000
"""So many codings, the newest, suggest themes for a new text."""
_MOST_WORDS: Final = 120
_CODE_LENGTH: Final = 60
Words = Annotated[str, Field(max_length=_MOST_WORDS)]


class ThemeDraft(Draft):
    """The words of a theme; one language is enough."""

    zh: Words = ""
    en: Words = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question answered in words, of all versions of its questionnaire."""

    questionnaire_id: uuid.UUID
    path: str
    label: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers to code: of a questionnaire or all, of one question or all."""

    round: CodingRound = CodingRound.FIRST
    questionnaire_id: uuid.UUID | None = None
    path: str = ""


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """An answer in words to be coded, with the themes one gave it oneself."""

    answer: WordsAnswer
    question: str
    theme_ids: tuple[uuid.UUID, ...]


# ---------------------------------------------------------------- what waits


def questions(session: Session, language: str) -> list[Question]:
    """The questions answered in words that finished interviews have, in the newest words."""
    access.require(session, Action.REVIEW_INTERVIEW)
    found: dict[tuple[uuid.UUID, str], Question] = {}
    for questionnaire_id, version_id in _versions(session):
        form = questionnaires.form_of(session, version_id)
        for path in places_of(form).worded:
            made = Question(questionnaire_id, path, label_of(form, path, language))
            found[questionnaire_id, path] = made
    return list(found.values())


def queue(session: Session, wanted: Wanted, language: str, limit: int = 200) -> list[OpenAnswer]:
    """The first answers that wait to be coded, the oldest interview first."""
    access.require(session, Action.REVIEW_INTERVIEW)
    criteria = _criteria(session, wanted)
    found = queries.queue(session, criteria, limit)
    forms = {
        version_id: questionnaires.form_of(session, version_id)
        for version_id in {answer.version_id for answer in found}
    }
    own = queries.themes_of(session, {answer.interview_id for answer in found}, criteria.coder_id)
    return [
        OpenAnswer(
            answer,
            label_of(forms[answer.version_id], definition_of(answer.address), language),
            own.get((answer.interview_id, answer.address), ()),
        )
        for answer in found
    ]


def progress(session: Session, wanted: Wanted) -> CodingProgress:
    """How far the coding of these answers is."""
    access.require(session, Action.REVIEW_INTERVIEW)
    return queries.progress(session, _criteria(session, wanted))


def learned(session: Session, *, blind: bool = False) -> Themes:
    """What earlier codings teach; give it to `desktop_app.domain.themes.suggest`.

    The words that a theme of the program was shipped with count as one text of it, so that there
    are suggestions from the first answer on.

    Args:
        session: the session.
        blind: learn from one's own codings only.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    coder = access.actor(session).user_id if blind else None
    codings = queries.coded_texts(session, access.visible(session), LEARNED, coder)
    offered = {row.code for row in queries.list_themes(session, access.visible(session))}
    shipped = [
        (f"{entry.zh} {entry.words_zh} {entry.en} {entry.words_en}", entry.code)
        for entry in reference.themes()
        if entry.code in offered
    ]
    return learning.learn(codings, shipped)


def _versions(session: Session) -> list[tuple[uuid.UUID, uuid.UUID]]:
    criteria = QualityFilter(visible=access.visible(session))
    return quality_queries.versions_used(session, criteria)


def _criteria(session: Session, wanted: Wanted) -> CodingFilter:
    """The filter with the addresses of the questions; versions that agree on them go together."""
    versions: dict[tuple[tuple[str, ...], tuple[str, ...]], list[uuid.UUID]] = defaultdict(list)
    for questionnaire_id, version_id in _versions(session):
        if wanted.questionnaire_id not in (None, questionnaire_id):
            continue
        form = questionnaires.form_of(session, version_id)
        paths = [path for path in places_of(form).worded if wanted.path in ("", path)]
        exact = tuple(path for path in paths if not in_repeat(form, path))
        patterns = tuple(pattern_of(form, path) for path in paths if in_repeat(form, path))
        if paths:
            versions[exact, patterns].append(version_id)
    return CodingFilter(
        addresses=tuple(
            Addresses(tuple(keys), exact, patterns) for (exact, patterns), keys in versions.items()
        ),
        coder_id=access.actor(session).user_id,
        round=wanted.round,
        visible=access.visible(session),
    )


# ---------------------------------------------------------------- coding


def code_answer(
    session: Session,
    interview_id: uuid.UUID,
    address: str,
    theme_ids: Collection[uuid.UUID],
) -> None:
    """Give an answer one's own themes, in place of those one gave it before; none takes them away.

    Raises:
        NotFoundError: the interview, the answer or a theme is gone.
        NotAllowedError: the case is out of reach.
        ConflictError: the interview is not finished, or a theme is retired.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    case: Case = case_life.load(session, interview.case_id)
    if interview.state != InterviewState.FINISHED:
        raise ConflictError(_("This interview is not finished. It is coded afterwards."))
    answer = select(Answer.id).where(Answer.interview_id == interview_id, Answer.address == address)
    if session.scalar(answer) is None:
        raise NotFoundError(_("This answer is gone."))
    me = access.actor(session).user_id
    present = {
        row.theme_id: row
        for row in session.scalars(
            select(AnswerTheme).where(
                AnswerTheme.interview_id == interview_id,
                AnswerTheme.address == address,
                AnswerTheme.by_id == me,
            )
        )
    }
    wanted = dict.fromkeys(theme_ids)
    for theme_id in wanted.keys() - present.keys():
        _offered(session, theme_id)
    journal.name_change(
        session, N_("Code an answer in the interview of case {number}"), number=case.number
    )
    for theme_id in present.keys() - wanted.keys():
        session.delete(present[theme_id])
    for theme_id in wanted:
        if theme_id not in present:
            session.add(
                AnswerTheme(interview_id=interview_id, address=address, theme_id=theme_id, by_id=me)
            )
    session.flush()


# ---------------------------------------------------------------- themes


def list_themes(session: Session, *, with_retired: bool = False) -> list[ThemeRow]:
    """The themes with the number of answers and an example, the most frequent first."""
    access.require(session, Action.REVIEW_INTERVIEW)
    seen = access.visible(session)
    return queries.list_themes(session, seen, with_retired=with_retired)


def add_theme(session: Session, draft: ThemeDraft) -> uuid.UUID:
    """Add a theme; one language stands for both until somebody gives the other. Returns its key.

    Raises:
        InvalidInputError: there are no words, or another theme has them.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    zh, en = _checked(session, draft)
    journal.name_change(session, N_("Add theme {name}"), name=zh)
    theme = Theme(code=_free_code(session, en), zh=zh, en=en)
    session.add(theme)
    session.flush()
    return theme.id


def rename_theme(session: Session, theme_id: uuid.UUID, draft: ThemeDraft) -> None:
    """Give a theme other words; its answers keep it.

    Raises:
        NotFoundError: it is gone.
        InvalidInputError: there are no words, or another theme has them.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    theme = _theme(session, theme_id)
    zh, en = _checked(session, draft, but=theme_id)
    journal.name_change(session, N_("Rename theme {name}"), name=theme.zh)
    case_life.set_values(theme, {"zh": zh, "en": en})
    session.flush()


def retire_theme(session: Session, theme_id: uuid.UUID) -> None:
    """Offer a theme no more; answers that have it keep it.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is retired already.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    theme = _offered(session, theme_id)
    journal.name_change(session, N_("Retire theme {name}"), name=theme.zh)
    theme.retired_on = clock.today()
    session.flush()


def restore_theme(session: Session, theme_id: uuid.UUID) -> None:
    """Offer a retired theme again. Raises NotFoundError."""
    access.require(session, Action.REVIEW_INTERVIEW)
    theme = _theme(session, theme_id)
    journal.name_change(session, N_("Offer theme {name} again"), name=theme.zh)
    case_life.set_values(theme, {"retired_on": None})
    session.flush()


def merge_themes(session: Session, theme_ids: Sequence[uuid.UUID], into_id: uuid.UUID) -> None:
    """Let one theme take over the answers of others, which are retired.

    Raises:
        NotFoundError: a theme is gone.
        ConflictError: a theme is retired.
        InvalidInputError: there is nothing to merge.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    target = _offered(session, into_id)
    merged = [_offered(session, key) for key in dict.fromkeys(theme_ids) if key != into_id]
    if not merged:
        raise InvalidInputError([Problem("theme_ids", _("Choose the themes to merge."))])
    journal.name_change(
        session,
        N_("Merge themes {names} into {target}"),
        names="、".join(theme.zh for theme in merged),
        target=target.zh,
    )
    has = {
        (row.interview_id, row.address, row.by_id)
        for row in session.scalars(select(AnswerTheme).where(AnswerTheme.theme_id == into_id))
    }
    keys = [theme.id for theme in merged]
    for row in session.scalars(select(AnswerTheme).where(AnswerTheme.theme_id.in_(keys))):
        place = (row.interview_id, row.address, row.by_id)
        if place in has:
            session.delete(row)
        else:
            has.add(place)
            row.theme_id = into_id
    for theme in merged:
        theme.retired_on = clock.today()
    session.flush()


def _theme(session: Session, theme_id: uuid.UUID) -> Theme:
    theme = session.get(Theme, theme_id)
    if theme is None:
        raise NotFoundError(_("This theme is gone."))
    return theme


def _offered(session: Session, theme_id: uuid.UUID) -> Theme:
    theme = _theme(session, theme_id)
    if theme.retired_on is not None:
        raise ConflictError(
            _("The theme {name} is retired. Choose another one.").format(name=theme.zh)
        )
    return theme


def _checked(session: Session, draft: ThemeDraft, but: uuid.UUID | None = None) -> tuple[str, str]:
    zh, en = draft.zh or draft.en, draft.en or draft.zh
    if not zh:
        raise InvalidInputError([Problem("zh", _("Give the theme a name."))])
    taken = select(Theme).where(Theme.retired_on.is_(None))
    for field, column, words in (("zh", Theme.zh, zh), ("en", Theme.en, en)):
        same = session.scalar(taken.where(func.lower(column) == words.lower()))
        if same is not None and same.id != but:
            text = _("There is a theme “{name}” already. Use it, or choose other words.")
            raise InvalidInputError([Problem(field, text.format(name=words))])
    return zh, en


def _free_code(session: Session, words: str) -> str:
    """A code nobody has, from English words if there are any."""
    base = re.sub(r"[^a-z0-9]+", "_", words.casefold()).strip("_")[:_CODE_LENGTH]
    base = base if base[:1].isalpha() else "theme"
    taken = set(session.scalars(select(Theme.code)))
    number, code = 1, base
    while code in taken:
        number += 1
        code = f"{base[: _CODE_LENGTH - 4]}_{number}"
    return code
