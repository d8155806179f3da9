"""The forms around scripts: new, title, publish; and the words of a snippet."""

from typing import Annotated

from pydantic import Field

from db.vocabulary import Occasion
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _
from desktop_app.ui.completion import complete_placeholders
from desktop_app.ui.editors import EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.forms.version_forms import title_form
from desktop_app.ui.script_work import code_of


class TitleDraft(Draft):
    """Titles of a script, and what it is for."""

    zh: Annotated[Text, Field(max_length=200)] = ""
    en: Annotated[Text, Field(max_length=200)] = ""
    occasion: Occasion


def script_form(*, with_code: bool = True) -> Form:
    """Titles, occasion and code of a script."""
    form = title_form()
    form.add(
        "occasion", _("&Occasion"), EnumEditor(Occasion), required=True,
        help=_("For a case of this kind it is offered; one of your own before a shipped one."),
    )  # fmt: skip
    if with_code:
        form.add(
            "code", _("Co&de"), TextEditor(max_length=64), required=True,
            help=_("Names the script in files and figures, e.g. price_2026. It is never changed."),
        )  # fmt: skip
        _suggest_code(form)
    return form


def _suggest_code(form: Form) -> None:
    """Propose the code along with the English title, until somebody writes another one."""
    title, code = form.editors["en"], form.editors["code"]
    proposed = ""

    def propose() -> None:
        nonlocal proposed
        if (code.value() or "") == proposed:
            words = str(title.value() or "").strip()
            proposed = code_of(words).lower() if words else ""
            code.set_value(proposed)

    title.changed.connect(propose)


def snippet_form() -> Form:
    """Trigger and words of a snippet."""
    form = Form(labels_above=True)
    form.add(
        "trigger", _("&Trigger"), TextEditor(max_length=40), required=True,
        help=_("What is typed after ::, without blanks, e.g. price."),
    )  # fmt: skip
    for name, title in (("zh", _("Words in &Chinese")), ("en", _("Words in &English"))):
        editor = form.add(name, title, TextEditor(5))
        if editor.area is not None:
            complete_placeholders(editor.area)
    return form
