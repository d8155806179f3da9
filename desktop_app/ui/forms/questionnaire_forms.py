"""The forms around questionnaires: new, title, publish, overrule, keep in the library."""

from typing import Annotated

from pydantic import Field

from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import _
from desktop_app.ui.editors import EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.version_forms import title_form


class ReasonDraft(Draft):
    """Why a remark on the wording does not hold."""

    reason: Annotated[str, Field(min_length=3, max_length=500)]


def questionnaire_form(*, with_purpose: bool = True) -> Form:
    """Titles, code and purpose of a new questionnaire."""
    form = title_form()
    form.add(
        "code", _("C&ode"), TextEditor(max_length=64), required=True,
        help=_("Names the form in files and exports, e.g. exit_2026. It is never changed."),
    )  # fmt: skip
    if with_purpose:
        form.add(
            "purpose", _("&Purpose"), EnumEditor(QuestionnairePurpose), required=True,
            help=_("The wording of exit interviews is checked; scales are for satisfaction."),
        )  # fmt: skip
    return form


def reason_form() -> Form:
    """Why a remark does not hold."""
    form = Form()
    form.add("reason", _("&Reason"), TextEditor(3), required=True)
    return form


def library_form() -> Form:
    """How a question is found in the library."""
    form = title_form()
    form.add(
        "code", _("C&ode"), TextEditor(max_length=64), required=True,
        help=_("The same code replaces what is kept under it."),
    )  # fmt: skip
    return form
