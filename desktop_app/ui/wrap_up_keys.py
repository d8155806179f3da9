"""The keys of the wrap-up strip: digits, Enter, Escape and what goes with Ctrl."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget
from typing_extensions import override

from db.vocabulary import AttemptResult
from desktop_app.ui.composing import Composing

if TYPE_CHECKING:  # the strip is made of this
    from desktop_app.ui.wrap_up import WrapUp

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


class StripKeys(QObject):
    """Takes keys from the fields of a strip, unless an input method is composing."""

    def __init__(self, strip: "WrapUp") -> None:
        super().__init__(strip)
        self._strip, self._composing = strip, Composing(strip)

    def watch(self, widget: QWidget) -> None:
        """Take the keys of a field."""
        widget.installEventFilter(self)
        self._composing.watch(widget)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or self._composing.is_active:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride:
            if self._is_ours(watched, event) or _is_calendar(
                event, watched is self._strip.due.line
            ):
                event.accept()
                return True
        elif event.type() == QEvent.Type.KeyPress and self._is_ours(watched, event):
            self._press(watched, event)
            return True
        return super().eventFilter(watched, event)

    def _is_ours(self, watched: QObject, event: QKeyEvent) -> bool:
        modifiers = event.modifiers()
        if event.key() == Qt.Key.Key_Escape:
            return True
        if event.key() == Qt.Key.Key_O:
            return modifiers == Qt.KeyboardModifier.ControlModifier
        if event.key() in _ENTER:
            is_plain = not modifiers & ~Qt.KeyboardModifier.KeypadModifier
            goes_on = (self._strip.note.line, self._strip.due.line, self._strip.callback.time.line)
            return not is_plain or isinstance(watched, QPushButton) or watched in goes_on
        if _digit(event) is None:
            return False
        has_alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        return has_alt or (isinstance(watched, QPushButton) and not modifiers & _COMMANDS)

    def _press(self, watched: QObject, event: QKeyEvent) -> None:
        number = _digit(event)
        if event.key() == Qt.Key.Key_Escape:
            self._strip.close_strip()
        elif event.key() == Qt.Key.Key_O:
            self._strip.ask_recording()
        elif number is not None:
            self._strip.choose(list(AttemptResult)[number - 1])
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._strip.submit(and_next=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif isinstance(watched, QPushButton):
            watched.click()
        else:
            self._go_on(watched)

    def _go_on(self, line: QObject) -> None:
        """Enter in a line goes to the next one."""
        is_callback = self._strip.callback.isVisible()
        if line is self._strip.note.line:
            self._strip.go_to(self._strip.step.box)
        elif line is self._strip.due.line and is_callback:
            self._strip.go_to(self._strip.callback.time.line)
        else:
            self._strip.go_to(
                self._strip.note.line if is_callback else self._strip.entry.save_button
            )


def _is_calendar(event: QKeyEvent, is_date: bool) -> bool:  # noqa: FBT001  (both of one key)
    """F4 in a date opens its calendar, whatever else it does on the page."""
    return is_date and event.key() == Qt.Key.Key_F4 and not event.modifiers()


def _digit(event: QKeyEvent) -> int | None:
    number = event.key() - Qt.Key.Key_0
    return number if 1 <= number <= len(AttemptResult) else None
