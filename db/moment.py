"""A moment other than the present one, for work that is played back (the demo, tests).

`db.base.utcnow` and `desktop_app.clock` ask here first. It holds for the calling thread only.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_travelled: ContextVar[dt.datetime | None] = ContextVar("moment", default=None)


def travelled() -> dt.datetime | None:
    """The moment this thread has travelled to, None in the present."""
    return _travelled.get()


@contextmanager
def travelling(moment: dt.datetime) -> Iterator[None]:
    """Let it be another moment inside the block, in this thread; the clock stands still there.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        msg = "a moment needs a time zone"
        raise ValueError(msg)
    token = _travelled.set(moment.astimezone(dt.UTC))
    try:
        yield
    finally:
        _travelled.reset(token)
