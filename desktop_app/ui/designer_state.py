"""A questionnaire while it is edited: its cells, what is chosen, and every step back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from desktop_app.errors import UserError
from desktop_app.questionnaire.sheets import Sheets
from desktop_app.ui.edit_steps import EditSteps
from desktop_app.ui.editors import Editor


@dataclass(frozen=True, slots=True)
class Edited:
    """What is edited.

    Attributes:
        sheets: The form.
        overruled: Reasons why remarks on the wording do not hold, by their key.
        row: The chosen row of the survey, None for none.
    """

    sheets: Sheets = field(default_factory=Sheets)
    overruled: Mapping[str, str] = field(default_factory=dict)
    row: int | None = None

    def says_the_same(self, other: "Edited") -> bool:
        """Whether nothing but the choice of a row differs."""
        return self.sheets == other.sheets and self.overruled == other.overruled


class DesignerState(QObject):
    """Takes every change of a form; tells about it, and takes it back."""

    changed = Signal()
    """The form or an overruling is another one."""
    chosen = Signal()
    """Another question is chosen."""
    refused = Signal(str)
    """A sentence why a change was not made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now = Edited()
        self.published: Sheets | None = None
        self._steps = EditSteps[Edited]()

    @property
    def sheets(self) -> Sheets:
        """The form."""
        return self.now.sheets

    @property
    def row(self) -> int | None:
        """The chosen row of the survey."""
        return self.now.row

    def load(self, edited: Edited, published: Sheets | None) -> None:
        """Show another form; nothing can be taken back yet.

        Args:
            edited: The form.
            published: The version in use: the codes of its choices stay.
        """
        self.now, self.published = edited, published
        self._steps.forget()
        self.changed.emit()
        self.chosen.emit()

    def select(self, row: int | None) -> None:
        """Choose a question."""
        if row != self.now.row:
            self.now = replace(self.now, row=row)
            self._steps.part()
            self.chosen.emit()

    def apply(self, sheets: Sheets, row: int | None = None, *, step: str = "") -> None:
        """Take a change.

        Args:
            sheets: The form as it is then.
            row: The question that is chosen then; None: the same.
            step: Typing in one place is one step back; its name.
        """
        self.take(replace(self.now, sheets=sheets, row=self.now.row if row is None else row), step)

    def edit(self, change: Callable[[Sheets], Sheets], *, step: str = "") -> bool:
        """Take a change that may be refused; whether it was made."""
        try:
            made = change(self.sheets)
        except UserError as error:
            self.refused.emit(error.message)
            return False
        self.apply(made, step=step)
        return True

    def edit_row(self, change: Callable[[Sheets], tuple[Sheets, int]]) -> bool:
        """Take a change that chooses another row, or may be refused; whether it was made."""
        try:
            sheets, row = change(self.sheets)
        except UserError as error:
            self.refused.emit(error.message)
            return False
        self.apply(sheets, row)
        return True

    def overrule(self, key: str, reason: str) -> None:
        """Say why a remark on the wording does not hold; an empty reason lets it hold again."""
        rest = {name: text for name, text in self.now.overruled.items() if name != key}
        self.take(replace(self.now, overruled=rest | ({key: reason} if reason else {})))

    def take(self, edited: Edited, step: str = "") -> None:
        """Take what was changed as a step that can be taken back."""
        is_other = edited.row != self.now.row
        if edited.says_the_same(self.now):
            self.select(edited.row)
            return
        self._steps.note(self.now, step)
        self.now = edited
        self.changed.emit()
        if is_other:
            self.chosen.emit()

    # ------------------------------------------------------------------ back and forth

    def undo(self) -> None:
        """Take the last step back."""
        self._show(self._steps.undo(self.now))

    def redo(self) -> None:
        """Make the last step that was taken back again."""
        self._show(self._steps.redo(self.now))

    def _show(self, found: Edited | None) -> None:
        if found is not None:
            self.now = found
            self.changed.emit()
            self.chosen.emit()


class StateEditor(Editor):
    """The whole form as the one field of a `Form`, so that its typing is kept like any other."""

    def __init__(self, state: DesignerState) -> None:
        super().__init__(QWidget())
        self._state = state
        state.changed.connect(self.changed)
        self.hide()

    @override
    def value(self) -> dict[str, Any]:
        now = self._state.now
        return {"sheets": now.sheets.to_json(), "overruled": dict(now.overruled)}

    @override
    def set_value(self, value: Any) -> None:
        if value:
            sheets = Sheets.from_json(value["sheets"])
            self._state.take(Edited(sheets, dict(value["overruled"]), self._state.row))
