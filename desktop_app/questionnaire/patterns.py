"""Regular expressions of forms: anybody may have written them, so each has little time.

A pattern that takes longer is not asked again and accepts everything: nobody is kept waiting at a
question during a call.
"""

import re
from functools import lru_cache
from typing import Any, Final

import regex

MOST_SECONDS: Final = 0.1
_hopeless: set[str] = set()


@lru_cache(maxsize=512)
def pattern(text: str) -> re.Pattern[str] | None:
    r"""A regular expression, None when it is none; ``[\w-.]`` is read as it is meant."""
    for attempt in (text, re.sub(r"(\\[wds])-(?=[^\]])", r"\1\\-", text)):
        try:
            return re.compile(attempt)
        except (re.error, OverflowError, RecursionError):
            continue
    return None


@lru_cache(maxsize=512)
def _guarded(text: str) -> Any | None:
    known = pattern(text)
    if known is None:
        return None
    try:
        return regex.compile(known.pattern)
    except (regex.error, OverflowError, RecursionError):
        return None


def fits(text: str, expression: str) -> bool:
    """Whether the whole text has a form; what is not understood or takes long accepts it."""
    found = None if expression in _hopeless else _guarded(expression)
    if found is None:
        return True
    try:
        return found.fullmatch(text, timeout=MOST_SECONDS) is not None
    except TimeoutError:
        _hopeless.add(expression)
        return True
