"""The form that opens a case by hand."""

from db.vocabulary import RuleKind
from desktop_app.i18n import _
from desktop_app.ui.editors import EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor


def build() -> Form:
    """Make the form."""
    form = Form()
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
