"""The forms of promises, complaints, service recoveries and of what is learnt after a case."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, model_validator

from db.vocabulary import ComplaintChannel, RecoveryStepKind, ReplyKind
from desktop_app import clock, labels
from desktop_app.domain.contacts import next_working_day
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.promises import ComplaintDraft, PromiseDraft
from desktop_app.i18n import _
from desktop_app.services import staff
from desktop_app.ui.case_look import list_text
from desktop_app.ui.editors import ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.case_forms import find_customers
from desktop_app.ui.parsed_editors import DateEditor, MoneyEditor
from desktop_app.ui.pickers import RecordEditor
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.case_reviews import CaseReviewRow
    from db.queries.promises import ComplaintRow, PromiseRow
    from db.session import Session

Named = Sequence[tuple[uuid.UUID, str]]
Cause = tuple[str, uuid.UUID]
"""What a recovery is about: ``complaint`` or ``promise``, and its key."""


Words = Annotated[str, Field(min_length=1, max_length=4000)]


class NewPromise(PromiseDraft):
    """A promise made today."""

    made_on: dt.date = Field(default_factory=clock.today)


class CustomerPromise(NewPromise):
    """A promise with the customer it is made to."""

    customer: uuid.UUID


class NewComplaint(ComplaintDraft):
    """A complaint as it is taken down in the window: never without words."""

    words: Words


class CustomerComplaint(NewComplaint):
    """A complaint with the customer who makes it."""

    customer: uuid.UUID


class AnswerDraft(Draft):
    """How a promise or complaint is answered."""

    reply: ReplyKind
    note: Text = ""


class OwnerDraft(Draft):
    """Who deals with it; None is who began it."""

    owner: uuid.UUID | None = None


class VerifyDraft(Draft):
    """Whether a complaint is true."""

    is_true: bool


class BeginDraft(Draft):
    """What a recovery is about: a complaint, a promise, or in words."""

    cause: Cause | None = None
    words: Text = ""
    owner_id: uuid.UUID | None = None
    loss: Annotated[int | None, Field(ge=0)] = None

    @model_validator(mode="after")
    def _is_about_something(self) -> Self:
        if self.cause is None and not self.words.strip():
            raise ValueError(_("Choose what went wrong, or say it in words."))
        return self


class StepDraft(Draft):
    """What was done in a step of a recovery; the amounts belong to the last one."""

    note: Words
    loss: Annotated[int | None, Field(ge=0)] = None
    compensation: Annotated[int, Field(ge=0)] = 0


class DecisionDraft(Draft):
    """What changes after a case."""

    improvement: Annotated[str, Field(min_length=1, max_length=4000)]


def colleagues(session: "Session") -> Named:
    """Everybody who may be asked to keep a promise."""
    return [
        (user.id, list_text((user.name, labels.label(user.role))))
        for user in staff.list_users(session, active_only=True)
    ]


def owner_editor(users: Named, empty: str) -> ChoiceEditor:
    """Who deals with it."""
    return ChoiceEditor(users, optional=True, empty=empty)


def promise_form(users: Named, tasks: Tasks | None = None) -> Form:
    """What was promised, by when, and who keeps it; with ``tasks`` also to whom."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("words", _("&Promised"), TextEditor(lines=3), required=True)
    form.add("due_on", _("&Due on"), DateEditor(), required=True)
    form.add("owner_id", _("&Back office"), owner_editor(users, _("I keep it myself")))
    form.fill({"due_on": next_working_day(clock.today())})
    return form


def complaint_form(users: Named, me: uuid.UUID | None, tasks: Tasks | None = None) -> Form:
    """How a complaint came in, what was said, who deals with it; with ``tasks`` also whose."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("channel", _("&Came in by"), EnumEditor(ComplaintChannel), required=True)
    form.add(
        "words",
        _("What is &said"),
        TextEditor(lines=4),
        help=_("Listen first. What is demanded is written down in the next step."),
        required=True,
    )
    form.add("owner_id", _("&Back office"), owner_editor(users, _("nobody yet")))
    form.fill({"channel": ComplaintChannel.CALL, "owner_id": me})
    return form


def answer_form(reply: ReplyKind | None, label: str) -> Form:
    """Kept or not, and what the customer was told; nothing is chosen without ``reply``."""
    form = Form()
    form.add("reply", _("&Answer"), EnumEditor(ReplyKind, optional=True, empty="—"), required=True)
    form.add(
        "note",
        label,
        TextEditor(lines=4),
        help=_("“Cannot be met”, said in time, counts as dealt with; silence does not."),
    )
    form.fill({"reply": reply})
    return form


def hand_over_form(users: Named, current: uuid.UUID | None, empty: str) -> Form:
    """Who is to deal with it."""
    form = Form(labels_above=True)
    form.add("owner", _("&Who deals with it"), owner_editor(users, empty))
    form.fill({"owner": current})
    return form


def verify_form() -> Form:
    """Whether it is true what the customer says."""
    form = Form(labels_above=True)
    choices = [(True, _("Yes, it is true")), (False, _("No, it is not as the customer says"))]
    form.add("is_true", _("&Is it true?"), ChoiceEditor(choices, optional=True), required=True)
    return form


def begin_form(
    currency: str,
    users: Named,
    promises: "Sequence[PromiseRow]",
    complaints: "Sequence[ComplaintRow]",
    cause: Cause | None,
) -> Form:
    """What went wrong, what the customer lost, who makes it good."""
    causes: list[tuple[Cause, str]] = [
        *((("complaint", row.id), _("Complaint: {words}").format(words=_short(row.words)))
          for row in complaints),
        *((("promise", row.id), _("Promise: {words}").format(words=_short(row.words)))
          for row in promises),
    ]  # fmt: skip
    form = Form()
    form.add(
        "cause",
        _("&What went wrong"),
        ChoiceEditor(causes, optional=True, empty=_("something else")),
    )
    form.add("words", _("&In words"), TextEditor(lines=2))
    form.add("loss", _("Customer's &loss"), MoneyEditor(currency), help=_("Empty: not known yet."))
    form.add("owner_id", _("&Back office"), owner_editor(users, _("who works on the case")))
    form.fill({"cause": cause})
    return form


def step_form(step: RecoveryStepKind, loss: int | None, compensation: int, currency: str) -> Form:
    """What was done; in the last step also what the customer lost and got back."""
    form = Form(labels_above=True)
    form.add("note", _("What was &done"), TextEditor(lines=4), required=True)
    if step is RecoveryStepKind.COMPENSATE:
        form.add("loss", _("Customer's &loss"), MoneyEditor(currency))
        form.add("compensation", _("&Compensated"), MoneyEditor(currency))
        form.fill({"loss": loss, "compensation": compensation})
    return form


def review_form(row: "CaseReviewRow", *, decides: bool) -> Form:
    """Avoidable or not, the lesson; who decides also says what changes."""
    form = Form()
    choices = [(True, _("Yes")), (False, _("No"))]
    form.add(
        "was_avoidable",
        _("Could we have &avoided it?"),
        ChoiceEditor(choices, optional=True, empty=_("cannot be said")),
    )
    form.add("lesson", _("&Lesson"), TextEditor(lines=4), required=True)
    if decides:
        form.add("improvement", _("What &changes"), TextEditor(lines=3), help=decision_help())
    form.fill(row)
    return form


def decision_form(row: "CaseReviewRow") -> Form:
    """What changes after a case."""
    form = Form(labels_above=True)
    form.add(
        "improvement", _("What &changes"), TextEditor(lines=4), help=decision_help(), required=True
    )
    form.fill(row)
    return form


def decision_help() -> str:
    """How a decision is worded."""
    return _("What we do so that it does not happen again; or that nothing was wrong with us.")


def _short(words: str, most: int = 40) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
