"""A moment other than the present one, for work that is played back (the demo, tests).

`db.base.utcnow` and `desktop_app.clock` ask here first, `db.base.new_id` for keys that are the
same each time. Both hold for the calling thread only.
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the clock asks here before the first paint, which needs neither
    import random
    import uuid

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


_keys: "ContextVar[Iterator[uuid.UUID] | None]" = ContextVar("keys", default=None)


def repeated_key() -> "uuid.UUID | None":
    """The next of the keys this thread repeats, None where fresh ones are made."""
    keys = _keys.get()
    return None if keys is None else next(keys)


@contextmanager
def repeating_keys(seed: object) -> Iterator[None]:
    """Let new rows get the same keys for the same seed inside the block, ascending as always.

    Only for a database that holds nothing else: two seeds may give the same key.
    """
    import random  # noqa: PLC0415  (see above)

    token = _keys.set(_made(random.Random(f"keys:{seed}")))  # noqa: S311  (no secret)
    try:
        yield
    finally:
        _keys.reset(token)


def _made(rng: "random.Random") -> "Iterator[uuid.UUID]":
    """Keys in the form of version 7, with a count where the time stands."""
    import uuid  # noqa: PLC0415  (see above)

    for number in count(1):
        low = rng.getrandbits(74)
        yield uuid.UUID(int=number << 80 | 7 << 76 | (low >> 62) << 64 | 2 << 62 | low % 2**62)
