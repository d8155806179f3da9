"""Everything the page of an interview shows, read at once."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from db.vocabulary import InterviewMode, ReasonLayer
from desktop_app.i18n import _, language
from desktop_app.questionnaire.answer_places import label_of
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import SELECTS
from desktop_app.questionnaire.versions import definition_of
from desktop_app.services import (
    cases,
    double_entry,
    drafts,
    interviews,
    questionnaires,
    repeats,
    reviews,
    staff,
)
from desktop_app.services.double_entry import DoubleEntry
from desktop_app.services.interviews import InterviewRun
from desktop_app.ui import case_view
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.reason_box import grouped_choices
from desktop_app.ui.review_comments import by_address

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.ui.call_timer import TimerState

_PRODUCTS = 12


@dataclass(frozen=True, slots=True)
class InterviewTarget:
    """An interview to open.

    Attributes:
        is_paper: Whether it is keyed in from paper.
        is_asked: Whether an interview was to be held: of a finished one it is asked what is meant.
        address: The question to go on with; empty: the first one without an answer.
        timer: The timer of the call goes on like this.
    """

    interview_id: uuid.UUID
    is_paper: bool = False
    is_asked: bool = False
    address: str = ""
    timer: "TimerState | None" = None


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed for a question and not saved, and when.

    Attributes:
        place: Where it is kept, behind the key of the interview.
        address: The question it was typed for.
        question: What was asked.
        words: What was typed, as a person reads it.
        is_moved: Whether the question may be another one by now.
        is_aside: Whether it stays when something else is typed there.
    """

    place: str
    address: str
    question: str
    text: str
    words: str
    saved_at: datetime
    is_moved: bool
    is_aside: bool


@dataclass(frozen=True, slots=True)
class InterviewSheet:
    """Everything the page shows.

    Attributes:
        typed: What was typed before a crash and is not saved.
        note: What was typed into the line for a note and not stored.
        double: How far a second keying of the paper is, if there is one.
    """

    run: InterviewRun
    filling: Filling
    view: CaseView
    offers: Offers
    typed: tuple[Typed, ...]
    note: str
    double: DoubleEntry | None = None

    @property
    def has_belief(self) -> bool:
        """Whether it is noted what staff believed before."""
        return ReasonLayer.BELIEF in self.view.file.reasons


def note_key(interview_id: uuid.UUID) -> str:
    """Where a note that is being typed in an interview is kept."""
    return f"interview-note:{interview_id}"


def store_note(session: "Session", case_id: uuid.UUID, interview_id: uuid.UUID, text: str) -> None:
    """Put a note into the timeline of the case; its draft is not needed any more."""
    cases.add_note(session, case_id, text)
    drafts.discard_draft(session, note_key(interview_id))


def read_sheet(session: "Session", interview_id: uuid.UUID, language_code: str) -> InterviewSheet:
    """Read an interview with its case, what the inputs offer, and what was typed before a crash.

    Args:
        session: the reading session.
        interview_id: the interview.
        language_code: of the reasons.
    """
    run = interviews.load(session, interview_id)
    view = case_view.read_case(session, run.file.row.case_id)
    choices, groups = grouped_choices(session, language_code)
    offers = Offers(
        reasons=tuple(choices),
        groups=groups,
        products=_products(view),
        staff=tuple(user.name for user in staff.list_users(session)),
        currency=view.file.row.currency,
        files=questionnaires.used_files(session, run.file.row.version_id),
        follows=interviews.often_next(session),
        said=by_address(reviews.history(session, interview_id)),
    )
    note = drafts.load_draft(session, note_key(interview_id))
    words = "" if note is None else str(note.content.get("text", ""))
    is_paper = run.file.row.mode is InterviewMode.PAPER
    double = double_entry.overview(session, interview_id) if is_paper else None
    filling = run.filling()
    typed = _typed(session, run, filling)
    return InterviewSheet(run, filling, view, offers, typed, words, double)


def _typed(session: "Session", run: InterviewRun, filling: Filling) -> tuple[Typed, ...]:
    prefix = interviews.draft_prefix(run.file.row.id)
    known = run.file.values
    found = []
    for each in drafts.open_drafts(session, prefix):
        place = each.key.removeprefix(prefix)
        at = repeats.typed_at(place, run.file.structure)
        text = each.content.get("value")
        if isinstance(text, str) and (at.is_moved or text != known.get(at.address, "")):
            path = definition_of(at.address)
            is_known = path in run.form.questions
            question = label_of(run.form, path, language()) if is_known else path.split("/")[-1]
            words = _in_words(filling, path, text) if is_known else text
            found.append(
                Typed(
                    place,
                    at.address,
                    question,
                    text,
                    words,
                    each.saved_at,
                    at.is_moved,
                    at.is_aside,
                )
            )
    return tuple(found)


def _in_words(filling: Filling, path: str, text: str) -> str:
    if filling.form.questions[path].kind not in SELECTS:
        return text
    return _(", ").join(filling.choice_label(path, each) or each for each in text.split())


def _products(view: CaseView) -> tuple[str, ...]:
    """What the customer bought most often lately, most often first."""
    counts: dict[str, int] = {}
    for order in view.orders:
        for name in order.products:
            counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name))[:_PRODUCTS])
