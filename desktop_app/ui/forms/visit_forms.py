"""The forms of a visit: plan it, and say that it was made."""

import datetime as dt
import uuid
from typing import Annotated, Any

from pydantic import Field
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from db import reference
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft, next_working_day
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_look import words
from desktop_app.ui.editors import ChoiceEditor, DateEditor, Editor, TextEditor
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


class PurposeEditor(Editor):
    """What a visit is for, in words; the usual steps of a visit can be added from a list."""

    def __init__(self) -> None:
        holder = QWidget()
        super().__init__(holder)
        hint = _("What for, what to bring, whom to ask for")
        self.words = TextEditor(lines=3, placeholder=hint)
        self.steps = ChoiceEditor(_purposes(), optional=True, empty=_("Add a usual step…"))
        self.steps.set_name(_("Usual steps of a visit"))
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.words)
        column.addWidget(self.steps)
        self.setFocusProxy(self.words)
        self.words.changed.connect(self.changed)
        self.steps.changed.connect(self._add_step)

    @override
    def set_name(self, name: str) -> None:
        self.words.set_name(name)

    @override
    def set_problem(self, message: str) -> None:
        self.words.set_problem(message)

    @override
    def value(self) -> str | None:
        return self.words.value()

    @override
    def set_value(self, value: Any) -> None:
        self.words.set_value(value)

    def _add_step(self) -> None:
        if self.steps.value():
            self.words.set_value("\n".join(filter(None, (self.value(), self.steps.value()))))
            self.steps.set_value(None)


def visit_form(tasks: Tasks | None = None) -> Form:
    """When and what for; with ``tasks`` also to whom."""
    form = Form()
    if tasks is not None:
        form.add("customer", _("C&ustomer"), RecordEditor(tasks, find_customers), required=True)
    form.add("planned_on", _("Planned &for"), DateEditor(), required=True)
    form.add("purpose", _("&Purpose"), PurposeEditor())
    form.fill({"planned_on": next_working_day(clock.today())})
    return form


def done_form(note: str = "") -> Form:
    """The day the visit was made, and what came of it."""
    form = Form()
    form.add("done_on", _("&Made on"), DateEditor(), required=True)
    form.add("note", _("What came of &it"), TextEditor(lines=5))
    form.fill({"done_on": clock.today(), "note": note or None})
    return form
