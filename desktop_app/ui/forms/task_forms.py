"""The forms of tasks and renewals."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from db.vocabulary import TaskKind
from desktop_app import clock
from desktop_app.domain.contacts import next_working_day
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.months import MONTHS_A_YEAR, add_months
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.i18n import _
from desktop_app.ui.editors import ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.case_forms import find_customers
from desktop_app.ui.parsed_editors import DateEditor, MoneyEditor
from desktop_app.ui.pickers import RecordEditor
from desktop_app.ui.tasks import Tasks

Named = Sequence[tuple[uuid.UUID, str]]


class CustomerRenewal(RenewalDraft):
    """What expires, with the customer who has it."""

    customer: uuid.UUID


class AnswerDraft(Draft):
    """What came of a task; may be empty."""

    answer: Text = ""


class ReasonDraft(Draft):
    """Why something is not done."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]


class GiveDraft(Draft):
    """Who does it instead."""

    owner_id: uuid.UUID


class PassOnDraft(Draft):
    """What the customer answered, who carries it out, until when."""

    answer: Annotated[str, Field(min_length=1, max_length=2000)]
    owner_id: uuid.UUID
    due_on: dt.date


class RenewedDraft(Draft):
    """Until when it was renewed, and what was agreed."""

    until: dt.date | None = None
    note: Text = ""


class NoteDraft(Draft):
    """A note that may be empty."""

    note: Text = ""


def task_form(users: Named, me: uuid.UUID | None, tasks: Tasks | None = None) -> Form:
    """What is to be done, by whom, until when; with ``tasks`` also for which customer."""
    form = Form()
    if tasks is not None:
        form.add("customer_id", _("C&ustomer"), RecordEditor(tasks, find_customers))
    form.add("kind", _("&Kind"), EnumEditor(TaskKind), required=True)
    form.add("words", _("&What is to be done"), TextEditor(lines=3), required=True)
    form.add("owner_id", _("W&ho does it"), ChoiceEditor(users), required=True)
    form.add("due_on", _("&Due on"), DateEditor(), required=True)
    form.fill({"kind": TaskKind.OTHER, "owner_id": me, "due_on": next_working_day(clock.today())})
    return form


def renewal_form(users: Named, currency: str, tasks: Tasks | None = None) -> Form:
    """What expires, when, for how much; with ``tasks`` also of whom."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("product", _("&Product"), TextEditor(), required=True)
    form.add("expires_on", _("&Expires on"), DateEditor(), required=True)
    form.add("fee", _("&Fee"), MoneyEditor(currency))
    nobody = _("whoever is in charge of the customer")
    form.add(
        "owner_id", _("Who &tells the customer"), ChoiceEditor(users, optional=True, empty=nobody)
    )
    form.add("note", _("&Note"), TextEditor(lines=3))
    return form


def answer_form(*, is_required: bool) -> Form:
    """What came of a task."""
    form = Form()
    form.add("answer", _("What came of the &task"), TextEditor(lines=4), required=is_required)
    return form


def reason_form() -> Form:
    """Why something is not done."""
    form = Form()
    form.add("note", _("W&hy"), TextEditor(lines=3), required=True)
    return form


def note_form() -> Form:
    """A note."""
    form = Form()
    form.add("note", _("&Note"), TextEditor(lines=3))
    return form


def give_form(users: Named, owner_id: uuid.UUID | None) -> Form:
    """Who does it."""
    form = Form()
    form.add("owner_id", _("W&ho does it"), ChoiceEditor(users), required=True)
    form.fill({"owner_id": owner_id})
    return form


def pass_on_form(users: Named) -> Form:
    """What the customer answered about an upgrade, and which technician carries it out."""
    form = Form()
    form.add("answer", _("What the customer &wants"), TextEditor(lines=4), required=True)
    form.add("owner_id", _("&Technician"), ChoiceEditor(users), required=True)
    form.add("due_on", _("&Due on"), DateEditor(), required=True)
    form.fill({"due_on": next_working_day(clock.today())})
    return form


def renewed_form(expires_on: dt.date) -> Form:
    """Until when it is renewed: a year more as a rule."""
    form = Form()
    form.add(
        "until",
        _("Expires &next on"),
        DateEditor(),
        help=_("Without a day nothing is reminded of next time."),
    )
    form.add("note", _("What was &agreed"), TextEditor(lines=3))
    form.fill({"until": add_months(expires_on, MONTHS_A_YEAR)})
    return form
