"""Work in threads with results on the GUI thread; needs no database (sign-in uses it, too).

Every unit of work belongs to an owner (a page, a dialog). When the owner is gone the work is asked
to stop and its result is dropped. Workers touch no Qt object; they only emit one queued signal.
"""

import itertools
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Concatenate, Generic, ParamSpec, TypeVar

from PySide6.QtCore import QCoreApplication, QMetaMethod, QObject, Qt, QTimer, Signal, Slot
from shiboken6 import isValid

from desktop_app.errors import CancelledError, UserError, from_database

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes
    from desktop_app.progress import Progress

P = ParamSpec("P")
T = TypeVar("T")

_STEP_SECONDS = 0.05
"""Progress is reported at most this often."""
_PAINT_MS = 40
"""Time in which what the first task gave is painted, before others take the interpreter."""


def user_error(error: BaseException) -> UserError | None:
    """The sentence for a person, if this is something a person can do something about."""
    if isinstance(error, UserError):
        return error
    from db.errors import DatabaseError  # noqa: PLC0415  (SQLAlchemy: loaded by now, or never)

    return from_database(error) if isinstance(error, DatabaseError) else None


class Task(QObject, Generic[T]):
    """One unit of background work; lives on the GUI thread and deletes itself afterwards."""

    succeeded = Signal(object)
    failed = Signal(object)
    progressed = Signal(int, int, str)
    """Portions done, all portions (-1: not known), what is being done."""
    finished = Signal()
    """Always last: after success, failure, stop and drop."""

    def __init__(self, parent: QObject, owner: QObject) -> None:
        super().__init__(parent)
        self._owner = weakref.ref(owner)  # held, it could be destroyed by the task's own end
        owner.destroyed.connect(self.stop)
        self.is_quiet = False
        self.is_finished = False
        self._stop = threading.Event()

    def then(self, callback: Callable[[T], object]) -> "Task[T]":
        """Call with the result, on the GUI thread, unless the owner is gone."""
        self.succeeded.connect(callback)
        return self

    def or_else(self, callback: Callable[[UserError], object]) -> "Task[T]":
        """Call with the sentence for the person instead of showing it in the message bar."""
        self.failed.connect(callback)
        return self

    def quiet(self) -> "Task[T]":
        """Do not announce this write with an *Undo* bar (drafts saved while typing)."""
        self.is_quiet = True
        return self

    @Slot()
    def stop(self) -> None:
        """Ask the work to stop; what it still gives is dropped, a long write is rolled back."""
        self._stop.set()

    @property
    def is_stopped(self) -> bool:
        """Whether stop was asked for."""
        return self._stop.is_set()

    def has_owner(self) -> bool:
        """Whether who asked is still there."""
        owner = self._owner()
        return owner is not None and isValid(owner)

    def let_go(self) -> None:
        """Listen to the owner no more."""
        owner = self._owner()
        if owner is not None and isValid(owner):
            owner.destroyed.disconnect(self.stop)

    def handles_failure(self) -> bool:
        """Whether somebody listens to ``failed``."""
        return self.isSignalConnected(QMetaMethod.fromSignal(self.failed))


class Latest:
    """Keeps only the newest of several requests: typing in a filter asks again and again."""

    def __init__(self) -> None:
        self._task: Task[object] | None = None

    def take(self, task: Task[T]) -> Task[T]:
        """Drop the answer of the request before and return this one."""
        if self._task is not None and isValid(self._task):
            self._task.stop()
        self._task = task  # type: ignore[assignment]  # only stopped, never read
        return task

    @property
    def is_busy(self) -> bool:
        """Whether an answer is still to come."""
        task = self._task
        return task is not None and isValid(task) and not task.is_finished


class _Reporter:
    """Progress of one task, called in the worker: plain Python, no Qt object of the GUI."""

    def __init__(self, stop: threading.Event, emit: Callable[[int, int, str], None]) -> None:
        self._stop, self._emit = stop, emit
        self._last = 0.0
        self._text = ""

    def step(self, done: int, total: int | None, text: str = "") -> None:
        if self._stop.is_set():
            raise CancelledError
        self._text = text or self._text
        moment = time.monotonic()
        if moment - self._last >= _STEP_SECONDS or done == total:
            self._last = moment
            self._emit(done, -1 if total is None else total, self._text)


class Background(QObject):
    """Runs work in two threads for reading and one for writing."""

    changed = Signal(object)
    """``db.session.Changes`` after each commit that changed something."""
    announced = Signal(object)
    """The same, unless the task was quiet: for the message bar with *Undo*."""
    problem = Signal(object)
    """A ``UserError`` that nobody else takes: for the message bar."""
    crashed = Signal(object)
    """Any other exception: for the crash dialog."""
    running = Signal(int)
    """Number of long jobs under way: for the status bar."""

    _ended = Signal(int, str, object, object)
    _stepped = Signal(int, int, int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._readers = ThreadPoolExecutor(2, thread_name_prefix="read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="write")
        self._tasks: dict[int, Task[object]] = {}
        self._long: set[int] = set()
        self._numbers = itertools.count(1)
        self._is_closed = self._is_held = False
        self._waiting: deque[tuple[int, Callable[[], object]]] = deque()
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._stepped.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def compute(
        self, owner: QObject, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Task[T]:
        """Run something slow that needs no database."""
        return self._start(self._readers, owner, lambda _progress: (fn(*args, **kwargs), None))

    def compute_long(
        self,
        owner: QObject,
        fn: Callable[Concatenate["Progress", P], T],
        /,
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Task[T]:
        """Run ``fn(progress, …)`` that needs no database and takes long."""
        return self._start(
            self._readers,
            owner,
            lambda progress: (fn(progress, *args, **kwargs), None),
            is_long=True,
        )

    def _start(
        self,
        pool: ThreadPoolExecutor,
        owner: QObject,
        work: "Callable[[Progress], tuple[T, Changes | None]]",
        *,
        is_long: bool = False,
    ) -> Task[T]:
        task: Task[T] = Task(self, owner)
        number = next(self._numbers)
        self._tasks[number] = task  # type: ignore[assignment]  # the border to untyped signals
        if is_long:
            self._long.add(number)
            self.running.emit(len(self._long))
        reporter = _Reporter(
            task._stop,  # noqa: SLF001  (one module)
            lambda done, total, text: self._stepped.emit(number, done, total, text),
        )
        if self._is_closed:
            self._ended.emit(number, "stopped", None, None)
            return task
        stop = task._stop  # noqa: SLF001  (one module)
        if pool is self._writer and not is_long:  # what somebody typed: stored also at the end
            stop = threading.Event()
        self._waiting.append(
            (number, partial(pool.submit, self._run, number, stop, work, reporter))
        )
        if not self._is_held:
            self._begin()
        return task

    # ------------------------------------------------------------------ waiting

    def hold(self) -> None:
        """Let everything that is asked for from now on wait for `release`.

        What runs in the threads takes the time in which a window would be painted.
        """
        self._is_held = True

    @property
    def is_held(self) -> bool:
        """Whether what is asked for waits."""
        return self._is_held

    def release(self) -> None:
        """Begin what waits: what was asked for first by itself, all others when it has ended."""
        if not self._is_held:
            return
        self._is_held = False
        if self._waiting:
            number, begin = self._waiting.popleft()
            self._tasks[number].finished.connect(self._begin_soon)
            begin()

    def _begin_soon(self) -> None:
        QTimer.singleShot(_PAINT_MS, self, self._begin)  # what the first one gave is painted before

    def _begin(self) -> None:
        while self._waiting:
            _number, begin = self._waiting.popleft()
            begin()

    # ------------------------------------------------------------------ in the worker

    def _run(
        self,
        number: int,
        stop: threading.Event,
        work: "Callable[[Progress], tuple[T, Changes | None]]",
        progress: "Progress",
    ) -> None:
        if stop.is_set():
            self._ended.emit(number, "stopped", None, None)
            return
        try:
            result, changes = work(progress)
        except CancelledError:
            self._ended.emit(number, "stopped", None, None)
        except Exception as error:  # noqa: BLE001  (the end of a thread of control)
            sorted_error = user_error(error)
            if sorted_error is not None:
                self._ended.emit(number, "failed", sorted_error, None)
            else:
                self._ended.emit(number, "crashed", error, None)
        else:
            self._ended.emit(number, "succeeded", result, changes)

    # ------------------------------------------------------------------ on the GUI thread

    @Slot(int, int, int, str)
    def _report(self, number: int, done: int, total: int, text: str) -> None:
        task = self._tasks.get(number)
        if task is not None and not task.is_stopped:
            task.progressed.emit(done, total, text)

    @Slot(int, str, object, object)
    def _deliver(self, number: int, how: str, value: object, changes: "Changes | None") -> None:
        task = self._tasks.pop(number)
        task.is_finished = True
        if number in self._long:
            self._long.discard(number)
            self.running.emit(len(self._long))
        is_wanted = task.has_owner() and not task.is_stopped
        match how:
            case "succeeded" if is_wanted:
                task.succeeded.emit(value)
            case "failed" if is_wanted and task.handles_failure():
                task.failed.emit(value)
            case "failed" if is_wanted or changes is not None:
                self.problem.emit(value)
            case "crashed":
                self.crashed.emit(value)
            case _:
                pass
        if changes is not None:
            self.changed.emit(changes)
            if not task.is_quiet:
                self.announced.emit(changes)
        task.finished.emit()
        task.let_go()
        task.deleteLater()

    def is_busy(self) -> bool:
        """Whether anything is under way or waiting for delivery."""
        return bool(self._tasks)

    def shutdown(self) -> None:
        """Stop everything and wait for the threads; nothing is delivered afterwards.

        Short writes that still wait are done first: nobody loses what was typed last.
        """
        self._is_closed, self._is_held = True, False
        self._begin()
        for task in self._tasks.values():
            task.stop()
        self._readers.shutdown(wait=True, cancel_futures=True)
        self._writer.shutdown(wait=True)
        QCoreApplication.removePostedEvents(self)
        self._tasks.clear()
