"""What is offered to somebody who writes a script: codes to ask for, questions, cases to try."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db import reference
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.questionnaire.answer_places import label_of
from desktop_app.services import access, case_life, questionnaires, reasons, script_facts
from desktop_app.services.script_facts import CaseWords

Words = tuple[tuple[str, str], ...]
"""Codes with what they are called."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What the fields of a step offer.

    Attributes:
        reasons: The reasons of the workspace.
        reason_groups: Their groups.
        churn_types: Kinds of churn.
        questions: Of the exit interview in use, by name; empty while there is none.
    """

    reasons: Words = ()
    reason_groups: Words = ()
    churn_types: Words = ()
    questions: Words = ()


def offered(session: Session, language: str) -> Offered:
    """What the fields of a step offer, in a language."""
    access.require(session, Action.VIEW)
    listed = reasons.list_reasons(session, language)
    return Offered(
        reasons=tuple((row.code, row.text) for group in listed for row in group.reasons),
        reason_groups=tuple((group.code, group.text) for group in listed),
        churn_types=tuple(
            (each.code, reference.text(each, language)) for each in reference.churn_types()
        ),
        questions=tuple(_questions(session, language).items()),
    )


def _questions(session: Session, language: str) -> Mapping[str, str]:
    try:
        form = questionnaires.form_of(session, questionnaires.in_use(session))
    except (ConflictError, NotFoundError):
        return {}
    return {path.rpartition("/")[2]: label_of(form, path, language) for path in form.questions}


def example_of(session: Session, case_id: uuid.UUID) -> CaseWords:
    """A case as a script would see it, to try one out; nothing is written.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    return script_facts.case_words(session, case_id)
