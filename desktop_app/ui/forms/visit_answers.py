"""The questions of a visit as one editor: a small form with an input for each kind of answer."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from desktop_app.i18n import _, language
from desktop_app.ui.case_look import words
from desktop_app.ui.editors import ChoiceEditor, Editor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DecimalEditor

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.reference import VisitField


class AnswersEditor(Editor):
    """Answers by code; what is not answered is left out."""

    def __init__(self, fields: "Sequence[VisitField]") -> None:
        self.form = Form(labels_above=True)
        super().__init__(self.form)
        for field in fields:
            self.form.add(field.code, words(field), _input(field))
        self.setFocusProxy(next(iter(self.form.editors.values())))
        self.form.changed.connect(self.changed)

    @override
    def value(self) -> dict[str, Any]:
        return {
            code: _plain(one) for code, one in self.form.values().items() if one not in (None, "")
        }

    @override
    def set_value(self, value: Any) -> None:
        known: Mapping[str, Any] = value or {}
        for code, editor in self.form.editors.items():
            editor.set_value(known.get(code))

    @override
    def set_name(self, name: str) -> None:
        self.form.setAccessibleName(name)

    @override
    def set_problem(self, message: str) -> None:
        self.form.setAccessibleDescription(message)

    @override
    def unread(self) -> str:
        return next(filter(None, (one.unread() for one in self.form.editors.values())), "")


def _input(field: "VisitField") -> Editor:
    match field.kind:
        case "choice":
            return ChoiceEditor(field.words(language()), optional=True)
        case "yes_no":
            return ChoiceEditor([(True, _("Yes")), (False, _("No"))], optional=True)
        case "number":
            return DecimalEditor()
        case _:
            return TextEditor(lines=2)


def _plain(value: Any) -> Any:
    """A number as JSON knows it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value
