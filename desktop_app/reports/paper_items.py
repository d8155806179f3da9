"""What stands on a paper form, before anybody measures it: heads, questions, blanks, tables."""

from dataclasses import dataclass
from enum import StrEnum


class Blank(StrEnum):
    """What is left blank for the answer."""

    NOTHING = "nothing"
    CHOICES = "choices"
    RANK = "rank"
    CODE = "code"
    DIGITS = "digits"
    DATE = "date"
    TIME = "time"
    DATETIME = "datetime"
    LINES = "lines"
    FILE = "file"
    TICK = "tick"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class PaperChoice:
    """A choice: the number it has on paper and what it is called.

    Attributes:
        number: What is keyed in for it; empty where there is nothing to key but a cross.
        labels: One text a language, each wording once.
        marks: Letters of the conditions that hold when it is chosen.
        group: What it belongs to, where its list says so.
    """

    number: str
    labels: tuple[str, ...]
    marks: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Space:
    """Room for an answer.

    Attributes:
        blank: What it looks like.
        choices: What can be chosen.
        digits: Boxes before the point, or for the number of a choice.
        decimals: Boxes after it.
        unit: What stands behind the boxes.
        lines: Lines to write on.
        table: Letter of the table with the numbers.
        parts: Which boxes a date has: ``ymd``, ``ym`` or ``y``.
    """

    blank: Blank
    choices: tuple[PaperChoice, ...] = ()
    digits: int = 0
    decimals: int = 0
    unit: str = ""
    lines: int = 0
    table: str = ""
    parts: str = "ymd"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question on paper, or a text to read.

    Attributes:
        number: As the conditions name it; empty for a text to read.
        name: Its name in the form.
        texts: What is asked, one text a language, each wording once.
        hints: What helps to answer.
        condition: When it is asked; empty for always.
        space: Where the answer goes.
    """

    number: str
    name: str
    texts: tuple[str, ...]
    hints: tuple[str, ...]
    condition: str
    is_required: bool
    space: Space


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a group, or of one blank block of a repeat.

    Attributes:
        texts: What it is called, one text a language; empty for a condition alone.
        condition: When what follows is asked; empty for always.
        depth: How many heads stand around it.
    """

    texts: tuple[str, ...]
    condition: str
    depth: int


@dataclass(frozen=True, slots=True)
class More:
    """After the blank blocks of a repeat: what to do when they are not enough."""

    text: str


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A long list of choices.

    Attributes:
        letter: What questions call it.
        title: Its heading.
        choices: All of them.
    """

    letter: str
    title: str
    choices: tuple[PaperChoice, ...]


Entry = Asked | Head | More
