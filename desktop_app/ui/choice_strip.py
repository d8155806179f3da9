"""A question in the page, answered by a digit; nothing else waits for it."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout
from typing_extensions import override

from desktop_app.ui import theme
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.panels import button, text_label

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_IN_A_LINE, _LONGEST = 4, 48
_MOVES = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}


class ChoiceStrip(QFrame):
    """A sentence and what can be done about it, each by its digit.

    The first choice has the keyboard. It is the safe one and *Esc* takes it, unless the question
    can be given up.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.words = text_label("", "strong")
        self.buttons: list[QPushButton] = []
        self._slots: list[Callable[[], object]] = []
        self._give_up: Callable[[], object] | None = None
        icon = QLabel()
        icon.setPixmap(theme.icon("help", "accent").pixmap(18, 18))
        self._grid = QGridLayout()
        self._grid.setSpacing(theme.GAP_S)
        self._grid.setColumnStretch(_IN_A_LINE, 1)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(icon)
        head.addWidget(self.words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        column.setSpacing(theme.GAP_S)
        column.addLayout(head)
        column.addLayout(self._grid)
        self.hide()

    def ask(
        self,
        text: str,
        choices: Sequence[tuple[str, Callable[[], object]]],
        give_up: Callable[[], object] | None = None,
    ) -> None:
        """Show a question and put the keyboard on its first choice.

        Args:
            text: The question.
            choices: What can be done: a verb and what it does; the safe one first.
            give_up: What *Esc* does when no choice is safe.
        """
        clear_layout(self._grid)
        self._give_up = give_up
        self.words.setText(text)
        self._slots = [slot for _verb, slot in choices]
        self.buttons = []
        for number, (verb, _slot) in enumerate(choices, start=1):
            words = f"{number}  {_short(verb)}"
            made = button(words, partial(self.choose, number - 1), role="choice")
            made.setToolTip(verb)
            made.setAccessibleName(verb)
            made.setAccessibleDescription(text)
            made.installEventFilter(self)
            self.buttons.append(made)
            self._grid.addWidget(made, (number - 1) // _IN_A_LINE, (number - 1) % _IN_A_LINE)
        self.show()
        self.buttons[0].setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, place: int) -> None:
        """Do what a choice says; the question is answered then."""
        slot = self._slots[place]
        self.hide()
        slot()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            at = next((n for n, each in enumerate(self.buttons) if each is watched), -1)
            if at >= 0 and self._press(Qt.Key(event.key()), at):
                return True
        return super().eventFilter(watched, event)

    def _press(self, key: Qt.Key, at: int) -> bool:
        number = key - Qt.Key.Key_1
        if 0 <= number < len(self.buttons):
            self.choose(number)
        elif key == Qt.Key.Key_Escape and self._give_up is not None:
            self.hide()
            self._give_up()
        elif key == Qt.Key.Key_Escape:
            self.choose(0)
        elif key in _ENTER:
            self.choose(at)
        elif key in _MOVES:
            self.buttons[(at + _MOVES[key]) % len(self.buttons)].setFocus()
        else:
            return False
        return True


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
