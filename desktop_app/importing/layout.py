"""Where the headings are and what the columns are called. Pure; runs in the child."""

import re
from collections.abc import Sequence
from datetime import date, time

from desktop_app.importing.wire import Cell, CellError

SAMPLE_RECORDS = 30
MAX_COLUMNS = 1000
_NOT_TEXT = re.compile(r"[\d\s.,:/\-+()%¥￥$€£eE年月日]*\Z")


def is_blank(cell: Cell) -> bool:
    """Whether a cell shows nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def trimmed(cells: Sequence[Cell]) -> list[Cell]:
    """The cells without the blank ones at the end."""
    end = len(cells)
    while end and is_blank(cells[end - 1]):
        end -= 1
    return list(cells[:end])


def text_cells(cells: Sequence[Cell]) -> int:
    """How many cells hold words rather than numbers, dates or nothing."""
    return sum(
        1 for cell in cells if isinstance(cell, str) and cell.strip() and not _NOT_TEXT.match(cell)
    )


def find_header(records: Sequence[Sequence[Cell]]) -> int:
    """Index of the heading record: the first with about the most words.

    A title above the table has one or two words, the headings a word in nearly every column.
    """
    counts = [text_cells(cells) for cells in records]
    most = max(counts, default=0)
    if most:
        return next(index for index, count in enumerate(counts) if count >= most * 0.75)
    return next((index for index, cells in enumerate(records) if trimmed(cells)), 0)


def letters(column: int) -> str:
    """Name of a column as spreadsheets give it: 0 is ``A``, 26 is ``AA``."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def headings(cells: Sequence[Cell], width: int) -> list[str]:
    """Unique headings for ``width`` columns; one without a name is called by its letter."""
    result: list[str] = []
    seen: set[str] = set()
    for column in range(max(width, len(cells))):
        cell = cells[column] if column < len(cells) else None
        name = " ".join(_shown(cell).split()) or f"[{letters(column)}]"
        unique, copy = name, 1
        while unique in seen:
            copy += 1
            unique = f"{name} ({copy})"
        seen.add(unique)
        result.append(unique)
    return result


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case date() | time():
            return cell.isoformat()
        case CellError():
            return cell.code
    return str(cell)
