"""The forms of a visit: plan it, and say that it was made."""

import datetime as dt
import uuid
from typing import Annotated

from pydantic import Field

from db import reference
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft, next_working_day
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.ui.case_look import words
from desktop_app.ui.editors import ChoiceEditor, DateEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.case_forms import find_customers
from desktop_app.ui.pickers import RecordEditor
from desktop_app.ui.tasks import Tasks


class CustomerVisitDraft(VisitDraft):
    """A visit with the customer it goes to, for one without a case."""

    customer: uuid.UUID


class DoneDraft(Draft):
    """A visit that was made."""

    done_on: dt.date
    note: Annotated[Text, Field(max_length=4000)] = ""


def _purposes() -> list[tuple[str, str]]:
    return [(words(step), words(step)) for step in reference.entries("visit_steps")]


def visit_form(tasks: Tasks | None = None) -> Form:
    """When and what for; with ``tasks`` also to whom."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("planned_on", _("Planned &for"), DateEditor(), required=True)
    purpose = TextEditor(lines=3, placeholder=_("What for, what to bring, whom to ask for"))
    step = ChoiceEditor(_purposes(), optional=True, empty=_("Choose a usual step…"))
    form.add_widget(step)
    step.set_name(_("Usual steps of a visit"))
    form.add("purpose", _("&Purpose"), purpose)
    form.fill({"planned_on": next_working_day(clock.today())})

    def take_step() -> None:
        if step.value():
            purpose.set_value("\n".join(filter(None, (purpose.value(), step.value()))))
            step.set_value(None)

    step.changed.connect(take_step)
    return form


def done_form(note: str = "") -> Form:
    """The day the visit was made, and what came of it."""
    form = Form()
    form.add("done_on", _("&Made on"), DateEditor(), required=True)
    form.add("note", _("What came of &it"), TextEditor(lines=5))
    form.fill({"done_on": clock.today(), "note": note or None})
    return form
