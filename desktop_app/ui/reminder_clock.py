"""When reminders come in the window: reads them in the background, wakes by the clock on the wall.

The timer sleeps until the next reminder, but never for long: after sleep of the machine or a change
of its clock the moment is found again, and what is due is read anew.
"""

import datetime as dt
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_app import clock
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes
    from desktop_app.domain.reminders import ReminderId
    from desktop_app.services.reminders import Board, ReminderLine

LONGEST: Final = dt.timedelta(seconds=30)
SHORTEST: Final = dt.timedelta(seconds=1)
_READ_AGAIN: Final = dt.timedelta(minutes=10)
"""Another program may have written meanwhile, and a new day brings new reminders into sight."""
_TABLES: Final = frozenset(
    {
        "renewal", "promise", "visit", "departure_case", "task", "customer", "setting",
        "staff_profile", "app_user", "calendar_day",
    }
)  # fmt: skip


class ReminderClock(QObject):
    """Knows what is due now. `board` is None until it was read."""

    due_changed = Signal()
    """What is due, or was, is another."""
    came = Signal(object)
    """These lines are due and were not shown yet."""

    def __init__(self, tasks: Tasks, in_call: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._tasks, self._in_call = tasks, in_call
        self.board: Board | None = None
        self.due: tuple[ReminderLine, ...] = ()
        self.inbox: tuple[ReminderLine, ...] = ()
        self._shown: set[tuple[ReminderId, dt.datetime]] = set()
        self._latest = Latest()
        self._read_at = self._ticked_at = clock.now()
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.tick)
        tasks.changed.connect(self._on_changed)

    def read(self) -> None:
        """Read all reminders again."""
        from desktop_app.services import reminders  # noqa: PLC0415  (slow to import)

        self._read_at = clock.now()
        self._latest.take(self._tasks.read(self, reminders.board)).then(self.show_board)

    def _on_changed(self, changes: "Changes") -> None:
        if changes.tables & _TABLES:
            self.read()

    def show_board(self, board: "Board") -> None:
        """Take what was read."""
        self.board = board
        self.tick()

    def tick(self) -> None:
        """See what is due by the clock on the wall, and sleep until the next moment."""
        now = clock.now()
        slept = now - self._ticked_at
        self._ticked_at = now
        is_late = not dt.timedelta() <= slept <= 2 * LONGEST
        if self.board is None or is_late or now - self._read_at >= _READ_AGAIN:
            self.read()  # its answer comes here again
        if self.board is not None:
            self._look(self.board, now)
        self._timer.start(int(self.pause(now).total_seconds() * 1000))

    def pause(self, now: dt.datetime) -> dt.timedelta:
        """How long the timer may sleep."""
        if self._in_call():
            return SHORTEST  # until the call is over
        ahead = None if self.board is None else self.board.next_moment(now)
        return LONGEST if ahead is None else min(max(ahead - now, SHORTEST), LONGEST)

    def _look(self, board: "Board", now: dt.datetime) -> None:
        due, inbox = board.due(now), board.inbox(now)
        if (due, inbox) != (self.due, self.inbox):
            self.due, self.inbox = due, inbox
            self.due_changed.emit()
        if self._in_call():
            return
        new = [line for line in due if (line.id, line.at) not in self._shown]
        if new:
            self._shown.update((line.id, line.at) for line in new)
            self.came.emit(new)

    # ------------------------------------------------------------------ what the person does

    def mark_seen(self, ids: "Collection[ReminderId]") -> None:
        """Put reminders away."""
        from desktop_app.services import reminders  # noqa: PLC0415  (slow to import)

        if self.board is not None and ids:
            self.board = self.board.without(ids)
            self._tasks.write(self, reminders.mark_seen, tuple(ids)).quiet()
            self.tick()

    def snooze(self, ids: "Collection[ReminderId]", minutes: int) -> None:
        """Put reminders off; they come again after so many minutes."""
        from desktop_app.services import reminders  # noqa: PLC0415  (slow to import)

        if self.board is not None and ids:
            until = clock.now() + dt.timedelta(minutes=minutes)
            self.board = self.board.later(ids, until)
            self._shown = {each for each in self._shown if each[0] not in set(ids)}
            self._tasks.write(self, reminders.snooze, tuple(ids), minutes).quiet()
            self.tick()
