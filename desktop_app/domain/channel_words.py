"""The words by which files name a visit and a call, in Chinese and English."""

import unicodedata
from typing import Final

from db.vocabulary import Channel

AGAIN: Final = "回访"
"""As the way of a contact that was made it is a visit; as what comes next, any contact."""
_VISIT: Final = frozenset(
    {
        "走访",
        "拜访",
        "上门",
        "上门拜访",
        "见面",
        "见面拜访",
        "面访",
        "实地",
        AGAIN,
        "visit",
        "in person",
    }
)
_CALL: Final = frozenset(
    {"电话", "致电", "通话", "去电", "电话回访", "电话联系", "call", "phone", "phone call"}
)


def channel_of(words: str) -> Channel | None:
    """The way that words name; None when they name neither a visit nor a call."""
    folded = unicodedata.normalize("NFKC", words).strip().casefold()
    if folded in _VISIT:
        return Channel.VISIT
    return Channel.CALL if folded in _CALL else None
