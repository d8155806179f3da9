"""The line for a note during an interview: kept while it is typed, stored with Enter."""

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui.composing import Composing
from desktop_app.ui.editors import TextEditor

_TYPING_MS = 500
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class NoteBar(QFrame):
    """One line; *Enter* hands the note over, *Esc* hides the line, and what is typed stays."""

    typed = Signal(str)
    """What stands in the line, half a second after the first key."""
    entered = Signal(str)
    """The note, to be stored; it stays in the line until `take_stored`."""
    left = Signal()

    def __init__(self, name: str = "", placeholder: str = "") -> None:
        super().__init__()
        hint = placeholder or _("Note for the timeline of the case; Enter keeps it")
        self.editor = TextEditor(placeholder=hint)
        self.editor.set_name(name or _("Note"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.editor)
        self._is_filling = False
        self._composing = Composing(self)
        self._composing.watch(self.editor.line)
        self.editor.line.installEventFilter(self)
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._say_typed)
        self.editor.changed.connect(self._on_changed)
        self.hide()

    def text(self) -> str:
        """The note as it would be stored; empty for none."""
        return self.editor.value() or ""

    def show_text(self, text: str) -> None:
        """Show what was typed before; nothing hides the line."""
        self._typing.stop()
        self._is_filling = True
        self.editor.set_value(text)
        self._is_filling = False
        self.setVisible(bool(text))

    def open(self) -> None:
        """Show the line and put the keyboard behind what stands there."""
        self.show()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)  # selects nothing
        self.editor.line.end(False)

    def flush(self) -> None:
        """Say what was typed last without waiting."""
        if self._typing.isActive():
            self._typing.stop()
            self._say_typed()

    def take_stored(self, text: str) -> None:
        """A note was stored: empty the line, unless something else stands there by now."""
        if self.text() == text:
            self.show_text("")

    def _on_changed(self) -> None:
        if not self._is_filling and not self._typing.isActive():
            self._typing.start()

    def _say_typed(self) -> None:
        self.typed.emit(self.editor.text())

    def _enter(self) -> None:
        text = self.text()
        if text:
            self._typing.stop()
            self.entered.emit(text)
        self._leave()

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
        ):
            if event.key() in _ENTER:
                self._enter()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        return super().eventFilter(watched, event)
