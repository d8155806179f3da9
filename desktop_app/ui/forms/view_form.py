"""The form of a saved view."""

from typing import Annotated

from pydantic import Field

from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.ui.editors import CheckEditor, TextEditor
from desktop_app.ui.form import Form


class ViewDraft(Draft):
    """A view with its name, for oneself or for everybody."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    shared: bool = False


def view_form(*, may_share: bool) -> Form:
    """Name, and whether everybody sees it."""
    form = Form()
    form.add("name", _("&Name"), TextEditor(max_length=120), required=True)
    form.add("shared", _("For &whom"), CheckEditor(_("Everybody sees this view")))
    form.show_field("shared", may_share)
    return form
