"""The forms that questionnaires and scripts share: their titles, and what a version changes."""

from typing import Annotated

from pydantic import Field

from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.form import Form


class NoteDraft(Draft):
    """What a version changes."""

    note: Annotated[Text, Field(max_length=1000)] = ""


def note_form() -> Form:
    """What a new version changes."""
    form = Form()
    form.add(
        "note", _("&Note"), TextEditor(3),
        help=_("What is different and why; shown in the list of versions."),
    )  # fmt: skip
    return form


def title_form() -> Form:
    """The titles in both languages."""
    form = Form()
    form.add("zh", _("Title in &Chinese"), TextEditor(max_length=200))
    form.add("en", _("Title in &English"), TextEditor(max_length=200))
    return form
