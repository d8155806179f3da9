"""Tables that become sheets to write on, printed on A4 or on screen."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

PORTRAIT: Final = 98.0
"""Widths that fit a page of A4 in full size, in characters; wider sheets are made smaller."""
LANDSCAPE: Final = 145.0
"""The same of a page that lies on its side."""
LIST_UNITS: Final = 255
"""Longest list to choose from (Excel)."""


class Answer(StrEnum):
    """What is written into a cell."""

    TEXT = "text"
    DAY = "day"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class RowLook:
    """How a row looks.

    Attributes:
        room: Lines it has at least.
        is_head: Whether it begins a block; each has a page of its own.
        choices: Answers to choose from.
        answer: What is written into it.
    """

    room: float = 1
    is_head: bool = False
    choices: tuple[str, ...] = ()
    answer: Answer = Answer.TEXT


@dataclass(frozen=True, slots=True)
class FillIn:
    """How a table becomes a sheet to write on.

    Attributes:
        widths: Of the columns, in characters.
        answer: Which column is written into.
        look: Of a row.
        is_wide: Whether the page lies on its side.
        faint: Columns in grey.
    """

    widths: tuple[float, ...]
    answer: int
    look: Callable[[Any], RowLook]
    is_wide: bool = False
    faint: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FillInRows:
    """The same of the rows of one sheet."""

    page: FillIn
    looks: tuple[RowLook, ...]


def is_short(choices: tuple[str, ...]) -> bool:
    """Whether Excel can offer these answers as a list."""
    found = ",".join(choices)
    return len(found) <= LIST_UNITS and '"' not in found and found.count(",") == len(choices) - 1
