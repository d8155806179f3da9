"""The forms of themes: other words, one in place of another."""

import uuid
from collections.abc import Sequence

from db.queries.coding import ThemeRow
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.pickers import Choice, PickerEditor


class MergeThemeDraft(Draft):
    """The theme that takes the answers of another one."""

    into: uuid.UUID


def theme_form(row: ThemeRow) -> Form:
    """The words of a theme in both languages."""
    form = Form()
    form.add("zh", _("&Chinese"), TextEditor(max_length=120))
    form.add("en", _("&English"), TextEditor(max_length=120))
    form.fill({"zh": row.zh, "en": row.en})
    return form


def merge_form(others: Sequence[ThemeRow], language: str) -> Form:
    """Which theme takes the answers."""
    choices = [
        Choice(row.id, row.title(language), "", f"{row.code} {row.zh} {row.en}".casefold())
        for row in others
    ]
    form = Form(labels_above=True)
    form.add("into", _("&Into which theme"), PickerEditor(choices, rows=9), required=True)
    return form
