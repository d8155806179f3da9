"""The keys of the line of a script, unless an input method is composing."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from desktop_app.ui.composing import Composing

if TYPE_CHECKING:  # the pane is made of this
    from desktop_app.ui.script_pane import ScriptPane

CALL: Final = "::"
"""Begins the search for a snippet."""
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_PAGES = {Qt.Key.Key_PageDown: 1, Qt.Key.Key_PageUp: -1}
_DIGITS = 9
_FREE = ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)


class ScriptKeys(QObject):
    """Takes the keys from the line of a pane: digits choose, *Page Up* and *Down* move the words.

    *Alt* with a digit belongs to the result of the contact, wherever the keyboard is.
    """

    def __init__(self, pane: "ScriptPane") -> None:
        super().__init__(pane)
        self._pane, self._composing = pane, Composing(pane)
        pane.line.installEventFilter(self)
        self._composing.watch(pane.line)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and not self._composing.is_active:
            if event.type() == QEvent.Type.ShortcutOverride and (
                _is_back(event) or _result_number(event) is not None
            ):
                event.accept()  # or the page before is shown
                return True
            if event.type() == QEvent.Type.KeyPress and self._press(event):
                return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        """Whether a key was ours."""
        pane, key, text = self._pane, Qt.Key(event.key()), self._pane.line.text()
        shown = pane.found if not pane.found.isHidden() else pane.choices
        if (number := _result_number(event)) is not None:
            pane.numbered.emit(number)
        elif key in _ENTER:
            item = pane.found.currentItem() if not pane.found.isHidden() else None
            if item is not None:
                pane.take_snippet(item)
            else:
                pane.go_on()
        elif key in _MOVES and shown.count():
            shown.setCurrentRow((shown.currentRow() + _MOVES[key]) % shown.count())
        elif key in _PAGES:
            bar = pane.area.verticalScrollBar()
            bar.setValue(bar.value() + _PAGES[key] * bar.pageStep())
        elif _is_back(event) or (key == Qt.Key.Key_Backspace and not text):
            if not event.isAutoRepeat():  # a held key takes words away, never steps
                pane.back()
        elif key == Qt.Key.Key_Escape:
            self._escape()
        elif self._is_choice(event) and not text:
            pane.choose(key - Qt.Key.Key_1)
        else:
            return False
        return True

    def _is_choice(self, event: QKeyEvent) -> bool:
        place = event.key() - Qt.Key.Key_1
        is_plain = not event.modifiers() & _FREE
        return is_plain and 0 <= place < min(self._pane.choices.count(), _DIGITS)

    def _escape(self) -> None:
        """First the search goes, then the keyboard."""
        pane = self._pane
        before, call, _wanted = pane.line.text().partition(CALL)
        if call:
            pane.line.setText(before)
        elif not pane.spoken.isHidden():
            pane.spoken.hide()
        else:
            pane.left.emit()


def _held(event: QKeyEvent) -> Qt.KeyboardModifier:
    return event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier


def _is_back(event: QKeyEvent) -> bool:
    return _held(event) == Qt.KeyboardModifier.AltModifier and event.key() == Qt.Key.Key_Left


def _result_number(event: QKeyEvent) -> int | None:
    """The digit of *Alt* with a digit: a result of the contact, not an answer."""
    is_digit = Qt.Key.Key_0 <= event.key() <= Qt.Key.Key_9
    is_alt = _held(event) == Qt.KeyboardModifier.AltModifier
    return event.key() - Qt.Key.Key_0 if is_alt and is_digit else None
