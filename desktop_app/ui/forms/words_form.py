"""The forms of one text: a note, a remark, a reason."""

from typing import Annotated

from pydantic import Field

from desktop_app.domain.drafts import Draft, Text
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.form import Form


class NoteDraft(Draft):
    """Words that are added to a record."""

    note: Annotated[str, Field(min_length=1)]


class OverruleDraft(Draft):
    """Why something is done all the same."""

    reason: Annotated[str, Field(min_length=1)]


class RemarkDraft(Draft):
    """The one remark of a record; an empty one takes it away."""

    note: Text = ""


def words_form(field: str, label: str, lines: int = 5, text: str = "") -> Form:
    """Make the form.

    Args:
        field: Name of the draft's field.
        label: What is asked for.
        lines: How many lines it shows.
        text: What stands there now.
    """
    form = Form(labels_above=True)
    form.add(field, label, TextEditor(lines=lines))
    form.fill({field: text})
    return form
