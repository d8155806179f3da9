"""The forms of a handover: how it begins, who takes a customer over, why it is declined."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field, ValidationInfo, field_validator

from db.vocabulary import ExitDestination, ExitReason, HandoverCause
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.ui.editors import ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.pickers import Choice, PickerEditor

Named = Sequence[tuple[uuid.UUID, str]]
OF_EXIT: Final = ("left_on", "reason", "destination", "destination_name", "exit_note")
"""Fields of the record of who leaves."""


class StartDraft(Draft):
    """Who hands over, why and from when on; for a leaver also where to."""

    cause: HandoverCause
    from_id: uuid.UUID | None = None
    is_chosen: bool = False
    on: dt.date
    overlap_until: dt.date | None = None
    note: Text = ""
    left_on: dt.date | None = None
    reason: ExitReason | None = None
    destination: ExitDestination | None = None
    destination_name: Annotated[Text, Field(max_length=120)] = ""
    exit_note: Text = ""

    @field_validator("from_id")
    @classmethod
    def _somebody(cls, value: uuid.UUID | None, info: ValidationInfo) -> uuid.UUID | None:
        if value is None and info.data.get("cause") is not HandoverCause.ORPHANS:
            raise ValueError(_("Choose who hands over."))
        return value

    @field_validator("overlap_until")
    @classmethod
    def _later(cls, value: dt.date | None, info: ValidationInfo) -> dt.date | None:
        begin = info.data.get("on")
        if value is not None and begin is not None and value < begin:
            raise ValueError(_("Both look after the customers from the day of the handover on."))
        return value

    @field_validator("left_on", "reason", "destination")
    @classmethod
    def _said(cls, value: object, info: ValidationInfo) -> object:
        if value is None and info.data.get("cause") is HandoverCause.LEFT:
            raise ValueError(_("Say it for who leaves."))
        return value


class ReceiverDraft(Draft):
    """Who takes the chosen customers over."""

    receiver: uuid.UUID


class HolderDraft(Draft):
    """Who is in charge or stands in from now on; nobody: the seat is empty."""

    holder: uuid.UUID | None = None


class DeclineDraft(Draft):
    """Why a handover is declined."""

    note: Annotated[str, Field(min_length=1, max_length=2000)]


class PassOnDraft(Draft):
    """Which manager is asked to find somebody, until when."""

    owner: uuid.UUID
    due_on: dt.date
    words: Annotated[str, Field(min_length=1, max_length=2000)]


class StartForm(Form):
    """The form of the first step; `giver` and `which` get their choices later."""

    def __init__(self) -> None:
        super().__init__()
        self.add("cause", _("&Cause"), EnumEditor(HandoverCause), required=True)
        giver = ChoiceEditor((), optional=True, empty="—")
        self.giver = self.add("from_id", _("&From whom"), giver, required=True)
        self.which = self.add("is_chosen", _("Cust&omers"), ChoiceEditor([(False, _("all"))]))
        self.add("on", _("From &day"), DateEditor(), required=True)
        self.add(
            "overlap_until",
            _("&Both until"),
            DateEditor(),
            help=_("So long both look after the customers, so that they get to know each other."),
        )
        self.add("note", _("&Note"), TextEditor(lines=2))
        self.add(
            "left_on",
            _("&Last day of work"),
            DateEditor(),
            required=True,
            help=_("The record of who leaves: turnover of staff and of their customers use it."),
        )
        reasons = EnumEditor(ExitReason, optional=True, empty="—")
        self.add("reason", _("&Reason for leaving"), reasons, required=True)
        destinations = EnumEditor(ExitDestination, optional=True, empty="—")
        self.add("destination", _("&Where to"), destinations, required=True)
        self.add("destination_name", _("Name of the fir&m"), TextEditor(max_length=120))
        self.add("exit_note", _("What &else is known"), TextEditor(lines=2))


def receiver_form(choices: Sequence[Choice]) -> Form:
    """Make the form that asks who takes customers over; the choices say how much they hold."""
    form = Form(labels_above=True)
    form.add("receiver", _("&Who takes over"), PickerEditor(choices), required=True)
    return form


def holder_form(choices: Sequence[Choice], current: uuid.UUID | None) -> Form:
    """Make the form that asks who holds a seat."""
    form = Form(labels_above=True)
    form.add("holder", _("&Who takes over"), PickerEditor([Choice(None, _("nobody")), *choices]))
    form.fill({"holder": current})
    return form


def decline_form() -> Form:
    """Make the form of a refusal."""
    form = Form()
    form.add("note", _("&Why not"), TextEditor(lines=3), required=True)
    return form


def pass_on_form(managers: Named, words: str, due_on: dt.date) -> Form:
    """Make the form of the task of a manager."""
    form = Form()
    form.add("owner", _("&Manager"), ChoiceEditor(managers), required=True)
    form.add("due_on", _("&Done until"), DateEditor(), required=True)
    form.add("words", _("&What is to be done"), TextEditor(lines=3), required=True)
    form.fill({"words": words, "due_on": due_on})
    return form
