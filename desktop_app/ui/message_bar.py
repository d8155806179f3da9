"""Short notices above the status bar; they go away by themselves, problems stay until closed."""

from collections.abc import Callable
from uuid import UUID

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QEnterEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.theme import Tone

SHOWN_MS = 8000
"""How long a notice stays; the mouse or the focus on it holds it."""

_ICONS = {
    Tone.GOOD: "check-circle",
    Tone.INFO: "info",
    Tone.WARN: "warning",
    Tone.BAD: "error",
}


class MessageBar(QFrame):
    """One notice at a time: icon, sentence, perhaps a button, close."""

    undo_wanted = Signal(object)
    """The id of the change set to undo."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message-bar")
        self.setAccessibleName(_("Message"))
        self._icon = QLabel()
        self._text = QLabel(wordWrap=True)
        self._text.setObjectName("message-text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._button = QPushButton()
        self._close = QToolButton(autoRaise=True)
        self._close.setIcon(theme.icon("close"))
        self._on_button: Callable[[], object] | None = None
        self._stays = False
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        row.addWidget(self._close)
        self._button.clicked.connect(self._press)
        self._close.clicked.connect(self.dismiss)
        self._timer.timeout.connect(self.dismiss)
        self.hide()

    def info(self, text: str) -> None:
        """Say something worth knowing."""
        self._show(text, Tone.INFO)

    def done(self, text: str, undo: UUID | None = None) -> None:
        """Say that something was done, with *Undo* for its change set."""
        if undo is None:
            self._show(text, Tone.GOOD)
            return
        self._show(
            text, Tone.GOOD, button=_("&Undo"), on_button=lambda: self.undo_wanted.emit(undo)
        )

    def warn(self, text: str) -> None:
        """Say what needs attention; stays until closed."""
        self._show(text, Tone.WARN, stays=True)

    def error(self, text: str) -> None:
        """Say what went wrong and what to do; stays until closed."""
        self._show(text, Tone.BAD, stays=True)

    def offer(self, text: str, button: str, on_button: Callable[[], object]) -> None:
        """Say something and offer one thing to do; stays until closed."""
        self._show(text, Tone.INFO, button=button, on_button=on_button, stays=True)

    @property
    def text(self) -> str:
        """The sentence shown, empty when none is."""
        return self._text.text() if not self.isHidden() else ""

    @property
    def button(self) -> QPushButton:
        """The button of the notice, for tests and keyboards."""
        return self._button

    def dismiss(self) -> None:
        """Take the notice away."""
        self._timer.stop()
        self.hide()

    def _show(
        self,
        text: str,
        tone: Tone,
        *,
        button: str = "",
        on_button: Callable[[], object] | None = None,
        stays: bool = False,
    ) -> None:
        self._text.setText(text)
        self._icon.setPixmap(theme.icon(_ICONS[tone], tone.value).pixmap(18, 18))
        theme.set_tone(self, tone)
        for child in (self._text, self._button):
            child.style().polish(child)
        self._button.setText(button)
        self._button.setVisible(bool(button))
        self._on_button = on_button
        self._stays = stays
        self._close.setToolTip(_("Close message"))
        self._close.setAccessibleName(_("Close message"))
        self.setAccessibleDescription(text)
        self.show()
        self._timer.stop() if stays else self._timer.start()
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    def _press(self) -> None:
        action, self._on_button = self._on_button, None
        self.dismiss()
        if action is not None:
            action()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        if not self._stays:
            self._timer.start()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
        else:
            super().keyPressEvent(event)
