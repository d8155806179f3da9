"""Lets many in together, or one alone."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager


class Gate:
    """Threads come in as often as they like; `alone` waits until they are out and keeps them out.

    A thread that is in already comes in again without waiting: what it does can always be ended.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside: Counter[int] = Counter()  # thread to how often it is in
        self._alone: int | None = None  # the thread that is alone, or waits for it

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be in, together with others."""
        me = threading.get_ident()
        with self._changed:
            self._changed.wait_for(lambda: self._alone in (None, me) or me in self._inside)
            self._inside[me] += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside[me] -= 1
                self._inside += Counter()  # drops who is out
                self._changed.notify_all()

    @contextmanager
    def alone(self, patience: float) -> Iterator[None]:
        """Be in alone.

        Args:
            patience: Seconds to wait for the others to come out.

        Raises:
            TimeoutError: somebody is in still.
            RuntimeError: this thread is in already and would wait for itself.
        """
        me = threading.get_ident()
        with self._changed:
            if me in self._inside:
                msg = "this thread reads or writes: it cannot be alone"
                raise RuntimeError(msg)
            if not self._changed.wait_for(lambda: self._alone is None, patience):
                raise TimeoutError
            self._alone = me
            if not self._changed.wait_for(lambda: not self._inside, patience):
                self._alone = None
                self._changed.notify_all()
                raise TimeoutError
        try:
            yield
        finally:
            with self._changed:
                self._alone = None
                self._changed.notify_all()
