"""The one way to use the database in the window: reads in two threads, writes in one, in order.

``tasks.write(self, cases.assign, ids, employee)`` runs the service in a writing session for the
signed-in user and commits; see ``background.py`` for how results come back.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QObject

from desktop_app.ui.background import Background, Latest, Task, user_error

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Actor, Changes, Database, Session
    from desktop_app.progress import Progress

__all__ = ["Latest", "Task", "Tasks", "user_error"]

P = ParamSpec("P")
T = TypeVar("T")


class Tasks(Background):
    """Runs reads (two threads) and writes (one thread, in order) against a database."""

    def __init__(self, database: "Database", actor: "Actor", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._database, self._actor = database, actor

    # ------------------------------------------------------------------ starting

    def read(
        self,
        owner: QObject,
        fn: Callable[Concatenate["Session", P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Task[T]:
        """Run ``fn(session, …)`` in a reading session."""
        return self._start(
            self._readers, owner, lambda _progress: (self._read(fn, *args, **kwargs), None)
        )

    def write(
        self,
        owner: QObject,
        fn: Callable[Concatenate["Session", P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Task[T]:
        """Run ``fn(session, …)`` in a writing session and commit; writes keep their order."""
        return self._start(self._writer, owner, lambda _progress: self._write(fn, *args, **kwargs))

    def settle(
        self,
        owner: QObject,
        fn: "Callable[P, Changes | None]",
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Task[None]:
        """Run something that writes by itself, files too, in the order of the writes.

        Like a write it is done although the window is closed meanwhile.
        """
        return self._start(self._writer, owner, lambda _progress: (None, fn(*args, **kwargs)))

    def read_long(
        self,
        owner: QObject,
        fn: Callable[Concatenate["Session", "Progress", P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Task[T]:
        """Run ``fn(session, progress, …)`` in a reading session: reports, exports."""
        return self._start(
            self._readers,
            owner,
            lambda progress: (self._read(fn, progress, *args, **kwargs), None),
            is_long=True,
        )

    def write_long(
        self,
        owner: QObject,
        fn: Callable[Concatenate["Session", "Progress", P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Task[T]:
        """Run ``fn(session, progress, …)`` and commit; stopped, it leaves nothing behind."""
        return self._start(
            self._writer,
            owner,
            lambda progress: self._write(fn, progress, *args, **kwargs),
            is_long=True,
        )

    def _read(
        self, fn: Callable[Concatenate["Session", P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        with self._database.read(self._actor) as session:
            return fn(session, *args, **kwargs)

    def _write(
        self, fn: Callable[Concatenate["Session", P], T], *args: P.args, **kwargs: P.kwargs
    ) -> "tuple[T, Changes | None]":
        with self._database.write(self._actor) as session:
            result = fn(session, *args, **kwargs)
        changes: Changes = session.info["changes"]
        return result, changes if changes.tables else None
