"""The forms of the reason list: add, rename, retire, split, merge."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.reasons import ChurnType, NewReasonDraft
from desktop_app.i18n import _
from desktop_app.ui.editors import ChoiceEditor, TextEditor
from desktop_app.ui.form import Form
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.pickers import Choice, PickerEditor

Words = Annotated[str, Field(min_length=1, max_length=200)]


class RetireDraft(Draft):
    """From when on a reason is not offered, and what takes its place."""

    on: dt.date
    replaced_by: str | None = None


class MergeDraft(Draft):
    """The reason that takes the place of others."""

    into: Annotated[str, Field(min_length=1)]


class SplitDraft(Draft):
    """The words of two or three finer reasons."""

    zh_1: Words
    en_1: Words
    zh_2: Words
    en_2: Words
    zh_3: Text = ""
    en_3: Text = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.zh_3) != bool(self.en_3):
            raise ValueError(_("The third reason needs words in both languages."))
        return self

    def parts(self, code: str, group: str, churn_type: str) -> list[NewReasonDraft]:
        """The reasons to be made; their codes follow from the old one's."""
        words = [(self.zh_1, self.en_1), (self.zh_2, self.en_2), (self.zh_3, self.en_3)]
        return [
            NewReasonDraft(
                code=f"{code}_{number}",
                group=group,
                zh=zh,
                en=en,
                churn_type=ChurnType(churn_type),
            )
            for number, (zh, en) in enumerate(words, start=1)
            if zh
        ]


def add_form(groups: Sequence[tuple[str, str]], types: Sequence[tuple[ChurnType, str]]) -> Form:
    """Make the form of a new reason.

    Args:
        groups: Code and words of every group.
        types: The churn types a case may have, with their words.
    """
    form = Form()
    form.add("group", _("&Group"), ChoiceEditor(groups), required=True)
    form.add("zh", _("&Chinese"), TextEditor(max_length=200), required=True)
    form.add("en", _("&English"), TextEditor(max_length=200), required=True)
    form.add("churn_type", _("Churn &type"), ChoiceEditor(types), required=True)
    form.add(
        "avoidable",
        _("&Avoidable"),
        ChoiceEditor([(True, _("Yes")), (False, _("No"))], optional=True),
    )
    form.add(
        "code",
        _("C&ode"),
        TextEditor(max_length=64, placeholder="price_quote_late"),
        required=True,
        help=_("Small letters, digits and underscores; never changed afterwards."),
    )
    return form


def rename_form() -> Form:
    """Make the form of other words."""
    form = Form()
    form.add("zh", _("&Chinese"), TextEditor(max_length=200), required=True)
    form.add("en", _("&English"), TextEditor(max_length=200), required=True)
    return form


def retire_form(choices: Sequence[Choice], today: dt.date) -> Form:
    """Make the form of retiring.

    Args:
        choices: Reasons that may take the place.
        today: Proposed day.
    """
    form = Form()
    form.add("on", _("&From"), DateEditor(), required=True)
    form.add(
        "replaced_by",
        _("&Replaced by"),
        PickerEditor(choices),
        help=_("Choose nothing if no other reason takes its place."),
    )
    form.fill({"on": today})
    return form


def merge_form(choices: Sequence[Choice]) -> Form:
    """Make the form of merging."""
    form = Form()
    form.add("into", _("&Into"), PickerEditor(choices), required=True)
    return form


def split_form() -> Form:
    """Make the form of splitting in two or three."""
    form = Form()
    for number in (1, 2, 3):
        title = _("Reason {n}") if number < 3 else _("Reason {n}, if needed")  # noqa: PLR2004
        form.section(title.format(n=number))
        is_needed = number < 3  # noqa: PLR2004
        form.add(f"zh_{number}", _("Chinese"), TextEditor(max_length=200), required=is_needed)
        form.add(f"en_{number}", _("English"), TextEditor(max_length=200), required=is_needed)
    return form
