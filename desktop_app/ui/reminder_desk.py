"""Reminders reach the person: tray, notification, sound, list, number in the status bar.

Made after the window has painted; everything it needs is loaded then.
"""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from desktop_app.domain.reminders import SNOOZE_MINUTES
from desktop_app.i18n import _, ngettext
from desktop_app.services.reminders import Notice
from desktop_app.session_bus import NotificationBus, open_bus
from desktop_app.settings import Settings
from desktop_app.ui.call_timer import CallTimer
from desktop_app.ui.notifier import BusNotifier, Notifier, TrayNotifier
from desktop_app.ui.reminder_clock import ReminderClock
from desktop_app.ui.reminder_sound import ReminderSound
from desktop_app.ui.reminder_window import ReminderWindow
from desktop_app.ui.tray import Tray
from desktop_app.ui.window_place import come_forward

if TYPE_CHECKING:  # the window is made of this, not the other way round
    from collections.abc import Callable, Mapping

    from desktop_app.domain.reminders import ReminderId
    from desktop_app.services.reminders import ReminderLine
    from desktop_app.ui.main_window import MainWindow

_ALL: Final = "all"


class ReminderDesk(QObject):
    """All that a signed-in person sees and hears of reminders."""

    def __init__(self, window: "MainWindow", settings: Settings, since: dt.datetime | None) -> None:
        """Begin.

        Args:
            window: Whose reminders; it is told of them in its status bar.
            settings: What may be shown and heard on this machine.
            since: When the program was started; None if what was missed has been told.
        """
        super().__init__(window)
        self._window, self._settings = window, settings
        self._context = window.context
        self._started = since
        self._held: list[list[ReminderLine]] = []  # came before the notifier was there
        self._noted: dict[str, list[ReminderLine]] = {}
        self._has_told_stay = False
        self._offered = ""
        self.sound = ReminderSound(self)
        self.tray = Tray(self) if QSystemTrayIcon.isSystemTrayAvailable() else None
        self.notifier: Notifier | None = None
        self.list: ReminderWindow | None = None
        self.clock = ReminderClock(self._context.tasks, self.in_call, self)
        self.clock.due_changed.connect(self._on_due)
        self.clock.came.connect(self._on_came)
        window.status.reminders.clicked.connect(self.show_list)
        window.stack.currentChanged.connect(lambda _place: self._take_offer_away())
        if self.tray is not None:
            self.tray.window_wanted.connect(self._show_window)
            self.tray.list_wanted.connect(self.show_list)
            self.tray.quit_wanted.connect(window.close)
        window.closed.connect(self.close)
        self.clock.read()
        self._context.tasks.compute(self, open_bus).then(self._take_bus)

    # ------------------------------------------------------------------ what is asked of it

    def slots(self) -> "Mapping[str, Callable[[], object]]":
        """What the window can do: action id to slot."""
        return {"reminder.list": self.show_list, "reminder.try": self.try_out}

    def stay(self) -> bool:
        """The window is closed by its frame: whether the program stays in the tray without it."""
        if self.tray is None or self._settings.stay_in_tray is False:
            return False
        if cast("QApplication", QApplication.instance()).isSavingSession():
            return False  # the person leaves the desktop
        self._window.hide()
        if not self._has_told_stay:
            self._has_told_stay = True
            text = _("The program stays here and reminds you. Quit ends it; so does Ctrl+Q.")
            self.tray.icon.showMessage(_("Winback Desk"), text, self.tray.icon.icon())
        return True

    def in_call(self) -> bool:
        """Whether a call is being timed: nothing disturbs it."""
        return any(timer.is_running for timer in self._window.findChildren(CallTimer))

    def show_list(self) -> None:
        """Open the list of reminders."""
        if self.list is None:
            made = self.list = ReminderWindow(self._window, self._context)
            made.opened.connect(self.open_line)
            made.snoozed.connect(self._snooze)
            made.seen.connect(self._put_away)
        self.list.show_lines(self.clock.due, self.clock.inbox)
        self.list.come()
        self._take_offer_away()

    def open_line(self, line: "ReminderLine") -> None:
        """Go to what a reminder is about; it counts as seen."""
        self._put_away([line.id])
        self._show_window()
        self._window.navigate(*line.place)

    def try_out(self) -> None:
        """Show and sound a note as it would be, for the settings."""
        self._ring()
        if self.notifier is not None:
            self.notifier.show_note(_ALL, _("Winback Desk"), _("Reminders look like this."))

    def close(self) -> None:
        """Nothing more is shown."""
        if self.notifier is not None:
            self.notifier.close()
        if self.tray is not None:
            self.tray.close()

    # ------------------------------------------------------------------ what comes

    def _on_due(self) -> None:
        count = len(self.clock.due)
        self._window.status.show_reminders(count)
        if not count:
            self._take_offer_away()
        if self.tray is not None:
            self.tray.show_count(count)
        if self.list is not None and self.list.isVisible():
            self.list.show_lines(self.clock.due, self.clock.inbox)
        if self.notifier is not None:
            waiting = {line.id for line in self.clock.due}
            for key, lines in list(self._noted.items()):
                if not waiting.intersection(line.id for line in lines):
                    del self._noted[key]
                    self.notifier.withdraw(key)

    def _on_came(self, lines: "list[ReminderLine]") -> None:
        self._tell_missed()
        if self.notifier is None:
            self._held.append(lines)
        else:
            self._note(lines)

    def _tell_missed(self) -> None:
        """Once, at the start: what came while the program did not run."""
        board, since = self.clock.board, self._started
        if since is None or board is None:
            return
        self._started = None
        missed = board.missed(since)
        if missed:
            text = ngettext(
                "{n} reminder came while the program was closed.",
                "{n} reminders came while the program was closed.",
                len(missed),
            ).format(n=len(missed))
            self._context.messages.offer(text, _("Show"), self.show_list)
            self._offered = text

    def _take_offer_away(self) -> None:
        """What was missed need not be offered any more: the status bar counts it."""
        if self._offered and self._context.messages.text == self._offered:
            self._context.messages.dismiss()
        self._offered = ""

    def _take_bus(self, bus: NotificationBus | None) -> None:
        if bus is not None:
            self._take(BusNotifier(bus, SNOOZE_MINUTES, self))
        else:
            self._take_tray()

    def _take_tray(self) -> None:
        found = None if self.tray is None else TrayNotifier(self.tray.icon, self)
        self._take(found or Notifier(self))

    def _take(self, notifier: Notifier) -> None:
        self.notifier = notifier
        notifier.opened.connect(self._on_note_opened)
        notifier.snoozed.connect(self._on_note_snoozed)
        notifier.failed.connect(self._take_tray)
        held, self._held = self._held, []
        for lines in held:
            self._note(lines)

    def _note(self, lines: "Sequence[ReminderLine]") -> None:
        self._ring()
        if self.notifier is None or not self._settings.show_notes:
            return
        for note in Notice.of(lines):
            key = _ALL if len(note.lines) > 1 else str(note.lines[0].id)
            self._noted[key] = list(note.lines)
            self.notifier.show_note(key, note.title, note.text)

    def _ring(self) -> None:
        if self._settings.reminder_sound:
            self.sound.play()

    # ------------------------------------------------------------------ what the person does

    def _on_note_opened(self, key: str) -> None:
        lines = self._noted.get(key, [])
        if len(lines) == 1:
            self.open_line(lines[0])
        else:
            self._show_window()
            self.show_list()

    def _on_note_snoozed(self, key: str, minutes: int) -> None:
        self._snooze([line.id for line in self._noted.get(key, [])], minutes)

    def _snooze(self, ids: "Sequence[ReminderId]", minutes: int) -> None:
        self.clock.snooze(ids, minutes)

    def _put_away(self, ids: "Sequence[ReminderId]") -> None:
        self.clock.mark_seen(ids)

    def _show_window(self) -> None:
        come_forward(self._window)
