"""The calendar file that is written anew after changes, so that other programs can subscribe to it.

It holds the signed-in user's own contacts. Its place is kept for the user, workspace and machine.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer

from desktop_app import clock
from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.tasks import Latest, Tasks
from desktop_app.ui.window_state import WindowState

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Actor, Changes, Session
    from desktop_app.services.agenda_board import AgendaItem

TABLES: Final = frozenset({"visit", "departure_case", "customer"})
BEFORE, AFTER = dt.timedelta(days=31), dt.timedelta(days=366)
_WAIT_MS = 1500


class CalendarFeed(QObject):
    """Writes the file shortly after each change, in the background."""

    def __init__(
        self,
        tasks: Tasks,
        actor: "Actor",
        state: WindowState,
        messages: MessageBar,
        workspace: Path,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._actor, self._state, self._messages = tasks, actor, state, messages
        self._key = f"calendar.file:{workspace}"
        self._reading = Latest()
        self._is_noted = self._is_told = False
        self._timer = QTimer(self, singleShot=True, interval=_WAIT_MS)
        self._timer.timeout.connect(self.write)
        tasks.changed.connect(self._on_changed)
        if self.path() is not None:
            self._timer.start()

    def path(self) -> Path | None:
        """Where the file is; None: none is wanted."""
        stored = self._state.get(self._key)
        return Path(stored) if isinstance(stored, str) and stored else None

    def keep(self, path: Path | None) -> None:
        """Write the file there from now on; None: no more."""
        self._state.put(self._key, "" if path is None else str(path))
        self._is_noted = self._is_told = False
        self._timer.stop()
        if path is not None:
            self.write()

    def write(self) -> None:
        """Read what is planned and write the file."""
        if self.path() is not None:
            task = self._tasks.read(self, read_own)
            self._reading.take(task).then(self._note).or_else(self._tell)

    def _on_changed(self, changes: "Changes") -> None:
        if changes.tables & TABLES and self.path() is not None:
            self._timer.start()

    def _note(self, found: "Sequence[AgendaItem]") -> None:
        """The journal knows it before the first file of a session is written."""
        if self._is_noted:
            self._store(found)
            return
        task = self._tasks.write(self, note, len(found)).quiet()
        task.then(lambda _done: self._on_noted(found)).or_else(self._tell)

    def _on_noted(self, found: "Sequence[AgendaItem]") -> None:
        self._is_noted = True
        self._store(found)

    def _store(self, found: "Sequence[AgendaItem]") -> None:
        path = self.path()
        if path is not None:
            name = self._actor.name
            title = _("Visits and calls of {name}").format(name=name)
            self._tasks.compute(self, store, found, path, title).or_else(self._tell)

    def _tell(self, error: UserError) -> None:
        """Say once what is wrong; the next change tries again."""
        if not self._is_told:
            self._is_told = True
            text = _("The calendar file is not up to date: {problem}")
            self._messages.warn(text.format(problem=error.message))


def read_own(session: "Session") -> "Sequence[AgendaItem]":
    """The actor's own contacts from a month ago to a year ahead."""
    from desktop_app.services import access, agenda  # noqa: PLC0415
    from desktop_app.services.agenda_board import AgendaFilter  # noqa: PLC0415

    user_id = access.actor(session).user_id
    if user_id is None:
        return ()
    today = clock.today()
    days = (today - BEFORE, today + AFTER)
    return agenda.for_file(session, AgendaFilter(*days, frozenset({user_id})))


def note(session: "Session", count: int) -> None:
    """Write down that the file is kept."""
    from desktop_app.services import exports  # noqa: PLC0415

    exports.note_calendar(session, count, is_kept=True)


def store(found: "Sequence[AgendaItem]", path: Path, title: str) -> None:
    """Write the file in the place of the one before."""
    from desktop_app.reports import ics  # noqa: PLC0415

    ics.write_ics(found, path, title, overwrite=True)
