"""The form that opens a case by hand, and the one for a customer who asks to cancel."""

import datetime as dt

from db.vocabulary import RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.ui.editors import DateEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form


class CancelRequestDraft(Draft):
    """What is known when a customer asks to cancel."""

    left_on: dt.date | None = None
    what_happened: Text = ""

    def as_case(self) -> OpenDraft:
        """The case to open."""
        return OpenDraft(
            kind=RuleKind.CANCEL_REQUEST, left_on=self.left_on, what_happened=self.what_happened
        )


def build(*, with_kind: bool) -> Form:
    """Make the form.

    Args:
        with_kind: Whether the kind of departure is asked for; else it is a request to cancel.
    """
    form = Form()
    if with_kind:
        form.add("kind", _("&Departure"), EnumEditor(RuleKind), required=True)
    form.add(
        "left_on",
        _("&Leaves on"),
        DateEditor(),
        help=_("Empty when the customer is still here or the day is not known."),
    )
    form.add(
        "what_happened",
        _("&What happened"),
        TextEditor(lines=4, placeholder=_("In the customer's own words, if you have them")),
    )
    return form
