"""Numbers as people type them: one rule for every field, for paper codes, and for options.

A comma is never guessed at: ``12,50`` may be twelve and a half or a slip, so it is no number.
"""

import re
from decimal import Decimal
from typing import Final

FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．，－＋％：／\u3000", "0123456789.,-+%:/ ")
_BLANKS: Final = re.compile(r"[\u00a0\u2007\u2009\u200a\u202f]")
_PLAIN: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)", re.ASCII)
_GROUPED: Final = re.compile(
    r"[+-]?[1-9]\d{0,2}(?P<mark>[, ])\d{3}(?:(?P=mark)\d{3})*(?:\.\d*)?", re.ASCII
)
_MOST_DIGITS: Final = 18
_TOO_LARGE: Final = Decimal(10) ** 13


def plain_number(text: str) -> str | None:
    """A typed number without its marks between groups; None for what is no number.

    Commas and blanks stand only between groups of three digits: ``1,234,567.89``, ``1 234``.
    """
    words = _BLANKS.sub(" ", text.translate(FULL_WIDTH)).replace("\u2212", "-").strip()
    if _PLAIN.fullmatch(words):
        return words
    return re.sub(r"[, ]", "", words) if _GROUPED.fullmatch(words) else None


def read_decimal(text: str) -> Decimal | None:
    """A typed number with or without decimals; None for what is none, or is 10^13 or more."""
    words = plain_number(text)
    number = None if words is None else Decimal(words)
    return number if number is not None and abs(number) < _TOO_LARGE else None


def read_integer(text: str) -> int | None:
    """A typed whole number of at most 18 digits; None for what is none."""
    words = plain_number(text)
    is_whole = words is not None and "." not in words and len(words.lstrip("+-")) <= _MOST_DIGITS
    return int(words) if words is not None and is_whole else None
