"""A second table below the first one of a sheet, and headings that are repeated among the rows.

Rows of another table must not be taken for rows of this one: what begins like a table, after a
blank row, is handed on as rejected, with the reason.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from desktop_app.i18n import _
from desktop_app.importing.fields import FIELDS, normalised
from desktop_app.importing.layout import is_blank, text_cells
from desktop_app.importing.wire import Cell

if TYPE_CHECKING:
    from desktop_app.importing.readers import SourceRow

_LEAST_CELLS = 2
_SAMPLE = 200  # rows that tell what is usual
_MOST_WORDY = 0.1  # share of rows without a number up to which such a row is unusual


class SecondTable:
    """Looks at the rows of a table one after the other.

    Attributes:
        row: Number of the row with the headings of a second table, 0 when there is none.
        doubtful: Number of a row that may be such headings, 0 when there is none.
    """

    def __init__(self, headings: Sequence[str], header_row: int) -> None:
        self.row = 0
        self.doubtful = 0
        self._headings = headings
        self._last = header_row
        self._is_after_gap = False
        self._rows = self._wordy = 0
        self._candidate: SourceRow | None = None

    def marked(self, rows: "Iterable[SourceRow]") -> "Iterator[SourceRow]":
        """The same rows; those that are no rows of this table have a problem."""
        titles: list[SourceRow] = []  # words of their own between a blank row and headings
        for row in rows:
            self._is_after_gap = row.number > self._last + 1 or bool(titles)
            self._last = row.number
            if not self.row and self._is_after_gap and self._is_heading(row.cells):
                self.row = row.number
            if self.row:
                yield from (self._refused(each) for each in (*titles, row))
                titles = []
            elif self._is_after_gap and _filled(row.cells) == text_cells(row.cells) == 1:
                titles.append(row)
            else:
                yield from (*titles, self._looked_at(row))
                titles = []
        yield from titles

    def _is_heading(self, cells: Sequence[Cell]) -> bool:
        """Whether a row consists of words of which most are known headings, but not these."""
        if self._is_repeated(cells) or not _is_wordy(cells) or _filled(cells) < _LEAST_CELLS:
            return False
        words = [normalised(str(cell)) for cell in cells if not is_blank(cell)]
        own = {normalised(heading) for heading in self._headings}
        known = sum(word in own or word in _known() for word in words)
        return known >= max(_LEAST_CELLS, len(words) / 2)

    def _is_repeated(self, cells: Sequence[Cell]) -> bool:
        """Whether a row says what the headings say."""
        found = 0
        for cell, heading in zip(cells, self._headings, strict=False):
            if not is_blank(cell):
                if not isinstance(cell, str) or normalised(cell) != normalised(heading):
                    return False
                found += 1
        return found >= _LEAST_CELLS

    def _looked_at(self, row: "SourceRow") -> "SourceRow":
        if self._is_repeated(row.cells):
            return row._replace(problem=row.problem or _("The row repeats the headings."))
        self._doubt(row)
        return row

    def _doubt(self, row: "SourceRow") -> None:
        """Remember words after a gap, above numbers, in a table of rows with numbers."""
        before, self._candidate = self._candidate, None
        if before is not None and row.number == before.number + 1:
            pairs = zip(before.cells, row.cells, strict=False)
            if any(not is_blank(above) and _is_value(below) for above, below in pairs):
                self.doubtful = before.number
        if not self.doubtful and self._is_after_gap and self._rows and _is_wordy(row.cells):
            is_unusual = self._wordy <= self._rows * _MOST_WORDY
            if is_unusual and _filled(row.cells) >= _LEAST_CELLS:
                self._candidate = row
        if self._rows < _SAMPLE:
            self._rows += 1
            self._wordy += _is_wordy(row.cells)

    def _refused(self, row: "SourceRow") -> "SourceRow":
        text = _("A second table begins in row {row}. Put it into a sheet or file of its own.")
        return row._replace(problem=row.problem or text.format(row=self.row))


def _filled(cells: Sequence[Cell]) -> int:
    return sum(not is_blank(cell) for cell in cells)


def _is_wordy(cells: Sequence[Cell]) -> bool:
    """Whether every cell that is not blank holds words."""
    return text_cells(cells) == _filled(cells)


def _is_value(cell: Cell) -> bool:
    """Whether a cell holds a number, a day or the like."""
    return not is_blank(cell) and not text_cells([cell])


@cache
def _known() -> frozenset[str]:
    """Every name that a column is known to go by."""
    fields = (field for known in FIELDS.values() for field in known)
    return frozenset(normalised(word) for field in fields for word in field.synonyms)
