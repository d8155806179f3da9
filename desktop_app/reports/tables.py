"""The texts of a table and the widths of its columns on paper."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from desktop_app.columns import Align, shown_value
from desktop_app.reports import fonts
from desktop_app.reports.base import Table
from desktop_app.reports.textflow import longest_unit, wrap

SIZE = 8.0
PADDING = 7.0
SAMPLE = 400
WIDEST = 240.0
HEADING = 72.0
STRETCH = 1.6
LEAST = 0.55
LONGEST_WORD = 96.0  # points; only a longer one is broken

Clean = Callable[[str, str], str]


@dataclass(slots=True)
class Grid:
    """All texts of a table as they are drawn, each made once.

    Attributes:
        headings: Titles of the columns.
        rows: One list of texts a row.
        total: The last row in bold, or empty.
        right: Whether a column stands right.
        natural: Width each column would like, in points.
        least: Width each column needs so that no word is broken.
    """

    headings: list[str]
    rows: list[list[str]]
    total: list[str]
    right: list[bool]
    natural: list[float]
    least: list[float]
    _cache: dict[tuple[str, float, bool], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, table: Table, clean: Clean, currency: str = "") -> "Grid":
        """Read a table; ``clean`` makes a text drawable and notes what it loses.

        The totals are in the currency of the document.
        """
        headings = [clean(column.heading(), table.title) for column in table.columns]
        places = [f"{table.title} / {heading}".strip(" /") for heading in headings]
        readers = list(zip((column.shown for column in table.columns), places, strict=True))
        rows = [[clean(shown(row), place) for shown, place in readers] for row in table.rows]
        total = []
        if table.total is not None:
            values = [(table.total.get(column.id), column.kind) for column in table.columns]
            total = [
                clean(shown_value(value, kind, currency), place)
                for (value, kind), place in zip(values, places, strict=True)
            ]
        right = [column.align is Align.RIGHT for column in table.columns]
        natural, least = _natural(headings, rows, total), _least(headings, rows, total)
        return cls(headings, rows, total, right, natural, least)

    def natural_width(self) -> float:
        """Width the whole table would like."""
        return sum(self.natural)

    def wrapped(
        self, texts: Sequence[str], widths: Sequence[float], *, bold: bool = False
    ) -> list[list[str]]:
        """The lines of each cell of a row."""
        return [
            self._lines(text, width - PADDING, bold=bold)
            for text, width in zip(texts, widths, strict=True)
        ]

    def _lines(self, text: str, width: float, *, bold: bool) -> list[str]:
        key = (text, width, bold)
        lines = self._cache.get(key)
        if lines is None:
            face = fonts.face(fonts.BOLD if bold else fonts.REGULAR)
            lines = wrap(text, width, lambda piece: face.width(piece, SIZE))
            self._cache[key] = lines
        return lines


def _natural(
    headings: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str]
) -> list[float]:
    """Widest text of each column, measured on rows spread over the whole table."""
    regular, bold = fonts.face(fonts.REGULAR), fonts.face(fonts.BOLD)
    step = max(1, len(rows) // SAMPLE)
    natural = []
    for index, heading in enumerate(headings):
        widest = min(bold.width(_one_line(heading), SIZE), HEADING)  # a heading may wrap
        if total:
            widest = max(widest, bold.width(_one_line(total[index]), SIZE))
        for row in rows[::step]:
            widest = max(widest, regular.width(_one_line(row[index]), SIZE))
        natural.append(min(widest, WIDEST) + PADDING + 1)
    return natural


def _least(
    headings: Sequence[str], rows: Sequence[Sequence[str]], total: Sequence[str]
) -> list[float]:
    """Widest word of each column, measured on the same rows; a column of numbers is one word."""
    step = max(1, len(rows) // SAMPLE)
    bold, regular = fonts.face(fonts.BOLD), fonts.face(fonts.REGULAR)
    least = []
    for index, heading in enumerate(headings):
        texts = {_one_line(row[index]) for row in rows[::step]}
        strong = {_one_line(heading), _one_line(total[index]) if total else ""}
        widest = max(
            0.0,
            *(longest_unit(text, lambda piece: bold.width(piece, SIZE)) for text in strong),
            *(longest_unit(text, lambda piece: regular.width(piece, SIZE)) for text in texts),
        )
        least.append(min(widest, LONGEST_WORD) + PADDING + 1)
    return least


def _one_line(text: str) -> str:
    """The beginning that decides about the width: nothing beyond it makes a column wider."""
    return text.partition("\n")[0][:80].replace("\t", " ").translate(_NO_BREAKS)


_NO_BREAKS = dict.fromkeys(map(ord, "\n\r\v\f\x85\u2028\u2029"))


def fit(grid: Grid, room: float) -> list[float]:
    """Widths of the columns: short ones keep what they need, long ones share the rest.

    A small table stays narrow, so that the eye finds the number that belongs to a name.
    """
    natural = grid.natural
    total = sum(natural)
    if total <= room:
        room = min(room, max(total * STRETCH, room * LEAST))
        spare = room - total
        texts = [0.0 if right else width for width, right in zip(natural, grid.right, strict=True)]
        weight = sum(texts)
        if not weight:
            return [width * room / total for width in natural]
        return [width + spare * text / weight for width, text in zip(natural, texts, strict=True)]
    narrow = sum(grid.least) > room  # then words must be broken
    floors = [0.0] * len(natural) if narrow else list(map(min, grid.least, natural))
    low, high = 0.0, max(natural)

    def capped(width: float, floor: float) -> float:
        return max(min(width, cap), floor)

    for _step in range(40):  # find the cap under which everything fits
        cap = (low + high) / 2
        if sum(map(capped, natural, floors)) > room:
            high = cap
        else:
            low = cap
    cap = low
    widths = list(map(capped, natural, floors))
    return [width * room / sum(widths) for width in widths]
