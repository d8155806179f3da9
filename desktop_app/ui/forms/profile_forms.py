"""The forms of what people are in the firm, and of when they are away."""

import re
import uuid
from collections.abc import Sequence
from typing import Any, Final

from typing_extensions import override

from db.vocabulary import AbsenceKind
from desktop_app.i18n import _
from desktop_app.services.staff_profiles import AbsenceDraft, ProfileDraft
from desktop_app.ui import model_form
from desktop_app.ui.editors import ChoiceEditor, EnumEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor

_BETWEEN: Final = re.compile(r"[,，、;；\n]+")


class OwnAbsence(AbsenceDraft):
    """The days on which somebody is away whom the list says already."""

    user_id: uuid.UUID = uuid.UUID(int=0)


class WordsEditor(TextEditor):
    """Several words in one line, parted by commas; gives them as a tuple."""

    @override
    def value(self) -> Any:
        return tuple(filter(None, (word.strip() for word in _BETWEEN.split(self.text()))))

    @override
    def set_value(self, value: Any) -> None:
        words = value if isinstance(value, str) else _(", ").join(value or ())
        super().set_value(words)


def profile_form(managers: Sequence[tuple[uuid.UUID, str]], *, has_left: bool) -> Form:
    """Make the form of a profile.

    Args:
        managers: Key and name of everybody else who works here.
        has_left: Whether there is a last day of work that may be corrected.
    """
    return model_form.build(
        ProfileDraft,
        skip=() if has_left else ("left_on",),
        editors={
            "districts": WordsEditor(placeholder=_("parted by commas; empty: everywhere")),
            "manager_id": ChoiceEditor(managers, optional=True, empty=_("nobody")),
        },
    )


def absence_form() -> Form:
    """Make the form of an absence."""
    form = Form()
    form.add("first_on", _("&From day"), DateEditor(), required=True)
    form.add("last_on", _("&Until day"), DateEditor(), required=True)
    form.add("kind", _("&Kind"), EnumEditor(AbsenceKind), required=True)
    form.add("note", _("&Note"), TextEditor(max_length=200))
    form.fill({"kind": AbsenceKind.LEAVE})
    return form
