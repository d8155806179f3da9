"""Notifications outside the window: by the desktop's service, else by the tray icon, else none."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSocketNotifier, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from desktop_app import paths

if TYPE_CHECKING:  # loaded after the first paint
    from desktop_app.session_bus import NotificationBus


class Notifier(QObject):
    """Shows notes, each under a key, and says what the person did with them."""

    opened = Signal(str)
    """The person wants to see it."""
    snoozed = Signal(str, int)
    """The person wants to be told again after so many minutes."""
    failed = Signal()
    """The desktop has gone away; another notifier may take over."""

    def show_note(self, key: str, title: str, text: str) -> None:
        """Show a note; one with the same key is replaced."""

    def withdraw(self, key: str) -> None:
        """Take a note away."""

    def close(self) -> None:
        """Show nothing more."""


class BusNotifier(Notifier):
    """Notes with buttons, by the desktop's own service."""

    def __init__(self, bus: "NotificationBus", minutes: tuple[int, ...], parent: QObject) -> None:
        super().__init__(parent)
        self._bus = bus
        self._minutes = minutes
        self._notes: dict[int, str] = {}
        self._waiting = QSocketNotifier(bus.handle, QSocketNotifier.Type.Read, self)
        self._waiting.activated.connect(self._pump)

    def show_note(self, key: str, title: str, text: str) -> None:
        """Show a note with *Open* and *Again in …*."""
        from desktop_app.domain.reminder_words import note_choices  # noqa: PLC0415  (slow)
        from desktop_app.session_bus import Note  # noqa: PLC0415

        self.withdraw(key)
        choices = note_choices(self._minutes)
        icon = paths.resource("icons", "app.svg")
        try:
            number = self._bus.show(Note(title, text, choices, str(icon)))
        except OSError:
            self._fail()
        else:
            self._notes[number] = key

    def withdraw(self, key: str) -> None:
        """Take a note away."""
        for number in [one for one, own in self._notes.items() if own == key]:
            del self._notes[number]
            try:
                self._bus.withdraw(number)
            except OSError:
                self._fail()

    def _pump(self) -> None:
        try:
            answers = list(self._bus.pump())
        except OSError:
            self._fail()
            return
        from desktop_app.domain.reminder_words import read_choice  # noqa: PLC0415  (slow)

        for answer in answers:
            key = self._notes.get(answer.note)
            if key is None:
                continue
            if not answer.action:
                del self._notes[answer.note]
                continue
            minutes = read_choice(answer.action)
            if minutes is None:
                self.opened.emit(key)
            else:
                self.snoozed.emit(key, minutes)

    def _fail(self) -> None:
        self._waiting.setEnabled(False)
        self._notes.clear()
        self.failed.emit()

    def close(self) -> None:
        """Leave the bus."""
        self._waiting.setEnabled(False)
        self._bus.close()


class TrayNotifier(Notifier):
    """Messages of the tray icon; a click on one opens it, the newest is meant."""

    def __init__(self, icon: QSystemTrayIcon, parent: QObject) -> None:
        super().__init__(parent)
        self._icon = icon
        self._key = ""
        icon.messageClicked.connect(self._on_clicked)

    def show_note(self, key: str, title: str, text: str) -> None:
        """Show a message at the icon."""
        self._key = key
        self._icon.showMessage(title, text, self._icon.icon())

    def withdraw(self, key: str) -> None:
        """A message cannot be taken back; a click on it leads nowhere then."""
        if self._key == key:
            self._key = ""

    def _on_clicked(self) -> None:
        if self._key:
            self.opened.emit(self._key)
