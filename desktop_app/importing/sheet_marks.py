"""What a sheet says that its values do not: cells that show an error, hidden rows and columns."""

from dataclasses import dataclass, field

Span = tuple[int, int]
"""First and last index, from 0, both included."""

NOT_CALCULATED = "=?"
"""What a formula shows that no program has calculated yet."""

ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
"""Errors as the binary formats write them."""


@dataclass(slots=True)
class SheetMarks:
    """Marks of one sheet, all indexes from 0.

    Attributes:
        errors: Row to column to what the cell shows.
        hidden_rows: Rows hidden by hand or by a filter.
        hidden_columns: Columns hidden by hand.
        is_complete: False when the file could not be followed to its end.
    """

    errors: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden_rows: list[Span] = field(default_factory=list)
    hidden_columns: list[Span] = field(default_factory=list)
    is_complete: bool = True

    def add_error(self, row: int, column: int, code: str) -> None:
        """Take down an error cell."""
        self.errors.setdefault(row, {})[column] = code

    def hide_rows(self, first: int, last: int) -> None:
        """Take down hidden rows, given from the top of the sheet to its end."""
        if self.hidden_rows and self.hidden_rows[-1][1] == first - 1:
            self.hidden_rows[-1] = (self.hidden_rows[-1][0], last)
        else:
            self.hidden_rows.append((first, last))


def error_text(code: int) -> str:
    """What a cell with an error of a binary format shows."""
    return ERRORS.get(code, "#ERROR")
