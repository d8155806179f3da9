"""Run the reading child: start it, listen, stop it when it must be stopped.

Each file from outside is read in a process of its own with little memory, limited time, no
database and no network. Whatever happens to it, the program gets rows or one clear sentence.
"""

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any, Self

from desktop_app.importing import CHILD_FLAG
from desktop_app.importing.wire import read_frame, unpack_cell, write_frame
from desktop_app.progress import Progress

BASE_SECONDS = 60.0
SECONDS_PER_100K_ROWS = 30.0

_POLL_SECONDS = 0.1
_QUEUE_FRAMES = 8
_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0
_logger = logging.getLogger(__name__)


class ChildFailedError(Exception):
    """The child ended without an answer; ``code`` is ``memory``, ``time`` or ``broken``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def child_command() -> list[str]:
    """Command that starts the child from source or out of the frozen program."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_FLAG]
    return [sys.executable, "-P", "-m", "desktop_app.importing.child"]


def _environment() -> dict[str, str]:
    """Only what a Python process needs; passwords in the environment stay here."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "SYSTEMROOT", "TEMP", "TMP", "LD_LIBRARY_PATH", "LANG", "LC_ALL")
        if name in os.environ
    }
    kept["PYTHONPATH"] = str(Path(__file__).resolve().parents[2])
    kept["PYTHONUTF8"] = "1"
    return kept


class ReadingChild:
    """One running child; a context manager that leaves no process behind.

    Args:
        request: What to read; see :mod:`desktop_app.importing.child`.
        progress: Asked at least ten times a second whether to stop.
        base_seconds: Time before the first 100,000 rows.
    """

    def __init__(
        self, request: dict[str, Any], progress: Progress, *, base_seconds: float = BASE_SECONDS
    ) -> None:
        self._progress = progress
        self._base_seconds = base_seconds
        self._waited = 0.0
        self._frames: Queue[dict[str, Any] | None] = Queue(maxsize=_QUEUE_FRAMES)
        self._stopped = threading.Event()
        self._process = subprocess.Popen(  # noqa: S603  (our own interpreter, fixed arguments)
            child_command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            creationflags=_NO_WINDOW,
        )
        self._listener = threading.Thread(target=self._listen, name="reading-child", daemon=True)
        self._listener.start()
        self._ask(request)

    def _ask(self, request: dict[str, Any]) -> None:
        question = self._process.stdin
        if question is None:
            raise ChildFailedError("broken")
        try:
            with question:
                write_frame(question, request)
        except OSError as error:  # it died at once; what it says comes by the listener
            _logger.warning("reading child took no request: %s", type(error).__name__)

    def _listen(self) -> None:
        answers = self._process.stdout
        frame: dict[str, Any] | None = None
        while answers is not None and not self._stopped.is_set():
            try:
                frame = read_frame(answers)
            except (ValueError, TypeError, OSError) as error:
                _logger.warning("reading child sent no frame: %s", type(error).__name__)
                frame = None
            self._put(frame)
            if frame is None:
                return

    def _put(self, frame: dict[str, Any] | None) -> None:
        while not self._stopped.is_set():
            try:
                self._frames.put(frame, timeout=_POLL_SECONDS)
            except Full:
                continue
            return

    def frames(self) -> Iterator[dict[str, Any]]:
        """Messages until the ``end`` or ``problem`` one, cells unpacked.

        Raises:
            ChildFailedError: it died or took too long.
            CancelledError: the person asked to stop; the child is gone then.
        """
        rows, total = 0, None
        while True:
            frame = self._next(rows, total)
            if "rows" in frame:
                for row in frame["rows"]:
                    cells = row[1]
                    for index, cell in enumerate(cells):
                        if isinstance(cell, dict):
                            cells[index] = unpack_cell(cell)
                rows += len(frame["rows"])
                total = frame["total"]
            yield frame
            if "end" in frame or "problem" in frame:
                return
            self._progress.step(rows, total)

    def _next(self, rows: int, total: int | None) -> dict[str, Any]:
        limit = self._base_seconds + SECONDS_PER_100K_ROWS * rows / 100_000
        while True:
            began = time.monotonic()
            try:
                frame = self._frames.get(timeout=_POLL_SECONDS)
            except Empty:
                self._waited += time.monotonic() - began
                self._progress.step(rows, total)
                if self._waited > limit:
                    raise ChildFailedError("time") from None
                continue
            self._waited += time.monotonic() - began
            if frame is None:
                raise ChildFailedError(self._why())
            return frame

    def _why(self) -> str:
        """Why the child ended without a word: killed and aborted mean too much memory."""
        try:
            status = self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            return "broken"
        _logger.warning("reading child ended with status %s", status)
        aborted_on_windows = 0xC0000409
        return "memory" if status < 0 or status == aborted_on_windows else "broken"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._stopped.set()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        self._listener.join(timeout=5)
        if self._process.stdout is not None:
            self._process.stdout.close()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid
