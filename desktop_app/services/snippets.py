"""Snippets: words for an objection, called by `::` and their trigger in every field of words."""

import uuid
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Snippet
from db.queries import scripts as queries
from db.queries.scripts import SnippetRow
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.script_drafts import SnippetDraft
from desktop_app.errors import InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, script_facts


def list_snippets(session: Session, *, with_retired: bool = False) -> list[SnippetRow]:
    """The snippets by their trigger."""
    access.require(session, Action.VIEW)
    session.flush()
    return queries.list_snippets(session, with_retired=with_retired)


def spoken(session: Session, case_id: uuid.UUID) -> list[SnippetRow]:
    """The snippets with a case put into their words.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    words = script_facts.case_words(session, case_id)
    return [
        replace(row, zh=words.render(row.zh, "", "zh"), en=words.render("", row.en, "en"))
        for row in list_snippets(session)
    ]


def save_snippet(
    session: Session, draft: SnippetDraft, snippet_id: uuid.UUID | None = None
) -> uuid.UUID:
    """Add a snippet, or change one; returns its key.

    Raises:
        NotFoundError: it is gone.
        InvalidInputError: the trigger is taken, or there are no words.
    """
    access.require(session, Action.EDIT_SCRIPT)
    session.flush()
    same = select(Snippet.id).where(func.lower(Snippet.trigger) == draft.trigger.lower())
    if session.scalar(same.where(Snippet.id != snippet_id) if snippet_id else same):
        text = _("There is a snippet ::{trigger} already. Choose another trigger.")
        raise InvalidInputError([Problem("trigger", text.format(trigger=draft.trigger))])
    if not (draft.zh or draft.en):
        raise InvalidInputError([Problem("zh", _("Give the snippet its words."))])
    journal.name_change(session, N_("Save snippet {name}"), name=draft.trigger)
    if snippet_id is None:
        made = Snippet(**draft.model_dump())
        session.add(made)
    else:
        made = _snippet(session, snippet_id)
        case_life.set_values(made, draft.model_dump())
    session.flush()
    return made.id


def retire_snippet(session: Session, snippet_id: uuid.UUID) -> None:
    """Offer a snippet no more. Raises NotFoundError."""
    access.require(session, Action.EDIT_SCRIPT)
    found = _snippet(session, snippet_id)
    journal.name_change(session, N_("Retire snippet {name}"), name=found.trigger)
    case_life.set_values(found, {"retired_on": found.retired_on or clock.today()})
    session.flush()


def restore_snippet(session: Session, snippet_id: uuid.UUID) -> None:
    """Offer a retired snippet again. Raises NotFoundError."""
    access.require(session, Action.EDIT_SCRIPT)
    found = _snippet(session, snippet_id)
    journal.name_change(session, N_("Offer snippet {name} again"), name=found.trigger)
    case_life.set_values(found, {"retired_on": None})
    session.flush()


def _snippet(session: Session, snippet_id: uuid.UUID) -> Snippet:
    found = session.get(Snippet, snippet_id)
    if found is None:
        raise NotFoundError(_("This snippet is gone."))
    return found
