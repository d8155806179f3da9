"""What the lists inside a step of a script have in common: a hint, the parts, one more."""

from collections.abc import Callable

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui import theme
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.script_edit_state import ScriptState


class PartsPanel(QWidget):
    """The parts of the chosen step, one below the other.

    Args:
        state: The script and the chosen step.
        hint: What the parts are for.
        more: The words of the button that adds one.
    """

    def __init__(self, state: ScriptState, hint: str, more: str) -> None:
        super().__init__()
        self._state = state
        self.hint = text_label(hint, "hint")
        self.add_button = button(more, self.add, "add")
        self._list = QVBoxLayout()
        self._list.setSpacing(theme.GAP_S)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.hint)
        column.addLayout(self._list)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addStretch(1)
        column.addLayout(row)

    def add(self) -> None:
        """Add a part at the end and go to it."""
        raise NotImplementedError

    def forget(self) -> None:
        """Another step is chosen: its parts get widgets of their own."""
        clear_layout(self._list)


def small_button(words: str, slot: Callable[[], object], icon: str) -> QPushButton:
    """A button that shows its icon only."""
    made = button("", slot, icon, "quiet")
    made.setToolTip(words)
    made.setAccessibleName(words)
    return made
