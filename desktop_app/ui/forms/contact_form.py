"""The form of a person to talk to."""

from desktop_app.i18n import _
from desktop_app.ui.editors import CheckEditor, TextEditor
from desktop_app.ui.form import Form


def build() -> Form:
    """Make the form."""
    form = Form()
    form.add("name", _("&Name"), TextEditor(max_length=120), required=True)
    form.add("duty", _("&Duty"), TextEditor(max_length=120, placeholder=_("buyer, boss, wife …")))
    form.add("phone", _("&Phone"), TextEditor(max_length=40))
    form.add("email", _("&Email"), TextEditor(max_length=200))
    form.add("is_primary", "", CheckEditor(_("&First to call")))
    return form
