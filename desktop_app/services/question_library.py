"""The question library: questions kept to be used again, and those that come with the program.

An entry is a part of a form (`desktop_app.questionnaire.fragments`): rows, and the lists they take.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db import questionnaires as shipped_forms
from db.models import LibraryQuestion
from db.vocabulary import QuestionnairePurpose, ReasonOrigin
from desktop_app.domain.permissions import Action
from desktop_app.domain.questionnaires import LibraryDraft
from desktop_app.errors import InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.questionnaire import editing, fragments
from desktop_app.questionnaire.headings import ROLE
from desktop_app.questionnaire.outline import outline
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.questionnaire.row_types import SILENT
from desktop_app.questionnaire.sheets import CHINESE, ENGLISH, Sheets, from_cells
from desktop_app.services import access

_NEEDED: Final = {CaseRole.OWN_WORDS.value, CaseRole.STATED_REASON.value}
_EMPTY: Final = {
    "survey": [["type", "name", f"label::{CHINESE}", f"label::{ENGLISH}"]],
    "settings": [["form_title", "form_id", "default_language"], ["", "", CHINESE]],
}


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """An entry of the library.

    Attributes:
        id: Its key as text; of a built-in one the form and code it comes from.
        key: Its key; None for a built-in one, which cannot be removed.
        content: The part of a form.
        questions: How many questions it has.
    """

    id: str
    key: uuid.UUID | None
    code: str
    zh: str
    en: str
    origin: ReasonOrigin
    content: Sheets
    questions: int

    def title(self, language: str) -> str:
        """What it is called in a language of the program."""
        return (self.zh if language.startswith("zh") else self.en) or self.zh or self.en


def list_library(session: Session) -> list[LibraryRow]:
    """One's own entries by title, then those that come with the program, in their order."""
    access.require(session, Action.VIEW)
    rows = session.scalars(select(LibraryQuestion).order_by(LibraryQuestion.zh))
    own = [_row(each) for each in rows]
    return [*own, *_shipped()]


def starting_form(session: Session, purpose: QuestionnairePurpose) -> Sheets:
    """What a new questionnaire begins with: what every exit interview asks, else one question."""
    access.require(session, Action.VIEW)
    made = from_cells(_EMPTY)
    for row in _shipped() if purpose is QuestionnairePurpose.EXIT else ():
        survey = row.content.survey
        roles = {survey.cell(each, ROLE) for each in range(len(survey.rows))}
        if roles & _NEEDED:
            made, _row_of = fragments.insert(made, row.content, None)
    return made if made.survey.rows else editing.add_question(made, None)[0]


def save(session: Session, draft: LibraryDraft, content: Sheets) -> uuid.UUID:
    """Keep a part of a form; the same code is replaced. Returns its key.

    Raises:
        InvalidInputError: there is no title, or nothing is asked.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    if not (draft.zh or draft.en):
        raise InvalidInputError([Problem("zh", _("Give the question a title."))])
    if not _count(content):
        raise InvalidInputError([Problem("", _("There is no question to be kept."))])
    zh, en = draft.zh or draft.en, draft.en or draft.zh
    journal.name_change(session, N_("Keep the question {name} in the library"), name=zh)
    found = session.scalar(select(LibraryQuestion).where(LibraryQuestion.code == draft.code))
    if found is None:
        found = LibraryQuestion(code=draft.code)
        session.add(found)
    values: Mapping[str, Any] = {"zh": zh, "en": en, "content": content.to_json()}
    for name, value in values.items():
        if getattr(found, name) != value:
            setattr(found, name, value)
    session.flush()
    return found.id


def remove(session: Session, key: uuid.UUID) -> None:
    """Take an entry out of the library; forms that use it keep their questions.

    Raises:
        NotFoundError: it is gone.
    """
    access.require(session, Action.EDIT_QUESTIONNAIRE)
    found = session.get(LibraryQuestion, key)
    if found is None:
        raise NotFoundError(_("This question is not in the library any more."))
    journal.name_change(session, N_("Take the question {name} out of the library"), name=found.zh)
    session.delete(found)
    session.flush()


def _row(found: LibraryQuestion) -> LibraryRow:
    content = Sheets.from_json(found.content)
    return LibraryRow(
        id=str(found.id),
        key=found.id,
        code=found.code,
        zh=found.zh,
        en=found.en,
        origin=ReasonOrigin(found.origin),
        content=content,
        questions=_count(content),
    )


def _shipped() -> Iterator[LibraryRow]:
    """Every question and group on the first level of the forms that come with the program."""
    for form in shipped_forms.shipped():
        sheets = Sheets.from_json(form.content)
        for entry in outline(sheets):
            if entry.depth or entry.type.kind in SILENT:
                continue
            part = fragments.cut(sheets, entry.row)
            titles = fragments.title_of(part)
            yield LibraryRow(
                id=f"{form.code}/{entry.name}",
                key=None,
                code=entry.name,
                zh=titles.get("zh", entry.name),
                en=titles.get("en", entry.name),
                origin=ReasonOrigin.SHIPPED,
                content=part,
                questions=_count(part),
            )


def _count(content: Sheets) -> int:
    """Questions that a person is asked."""
    kinds = [entry.type for entry in outline(content)]
    return sum(1 for each in kinds if not each.opens and each.kind not in SILENT)
