"""Everything the page of an interview shows, read at once."""

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from desktop_app.services import cases, drafts, interviews, staff
from desktop_app.services.drafts import SavedDraft
from desktop_app.services.interviews import InterviewRun
from desktop_app.ui import case_view
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.question_editors import Offers
from desktop_app.ui.reason_box import reason_choices

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_PRODUCTS = 12


@dataclass(frozen=True, slots=True)
class InterviewSheet:
    """Everything the page shows, read at once."""

    run: InterviewRun
    view: CaseView
    offers: Offers
    typed: tuple[SavedDraft, ...]
    note: str
    """What was typed into the line for a note and not stored."""


def note_key(interview_id: uuid.UUID) -> str:
    """Where a note that is being typed in an interview is kept."""
    return f"interview-note:{interview_id}"


def store_note(session: "Session", case_id: uuid.UUID, interview_id: uuid.UUID, text: str) -> None:
    """Put a note into the timeline of the case; its draft is not needed any more."""
    cases.add_note(session, case_id, text)
    drafts.discard_draft(session, note_key(interview_id))


def read_sheet(session: "Session", interview_id: uuid.UUID, language_code: str) -> InterviewSheet:
    """Read an interview with its case, what the inputs offer, and what was typed before a crash."""
    run = interviews.load(session, interview_id)
    view = case_view.read_case(session, run.file.row.case_id)
    offers = Offers(
        reasons=tuple(reason_choices(session, language_code)),
        products=_products(view),
        staff=tuple(user.name for user in staff.list_users(session)),
        currency=view.file.row.currency,
    )
    prefix = interviews.draft_key(interview_id, "")
    typed = drafts.open_drafts(session, prefix)
    known = run.file.answers
    fresh = tuple(
        each
        for each in typed
        if each.content and each.content != known.get(each.key.removeprefix(prefix))
    )
    note = drafts.load_draft(session, note_key(interview_id))
    words = "" if note is None else str(note.content.get("text", ""))
    return InterviewSheet(run, view, offers, fresh, words)


def _products(view: CaseView) -> tuple[str, ...]:
    """What the customer bought most often lately, most often first."""
    counts: dict[str, int] = {}
    for order in view.orders:
        for name in order.products:
            counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:_PRODUCTS])
