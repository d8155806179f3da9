"""Whether an input method is composing: then letters, digits, Space and Enter belong to it."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override


class Composing(QObject):
    """Follows the input methods of some widgets; ask ``is_active`` before using a key."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._composing: QObject | None = None

    def watch(self, widget: QWidget) -> None:
        """Follow what is composed in a widget."""
        widget.installEventFilter(self)

    @property
    def is_active(self) -> bool:
        """Whether something is half composed now."""
        return self._composing is not None

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QInputMethodEvent):
            self._composing = watched if event.preeditString() else None
        elif event.type() == QEvent.Type.FocusOut and watched is self._composing:
            self._composing = None
        return super().eventFilter(watched, event)
