"""Rejected rows as a file: number of the row, reason, the original cells."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop_app.errors import FileProblemError
from desktop_app.i18n import N_, _
from desktop_app.importing.values import shown
from desktop_app.importing.wire import Cell

ROW_HEADING = N_("Row in the file")
REASON_HEADING = N_("Why it was rejected")
_ACTIVE = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was not taken.

    Attributes:
        row: Its number in the file.
        reason: Translated sentence.
        cells: What it holds.
    """

    row: int
    reason: str
    cells: tuple[Cell, ...]


def write_rejects(path: Path, headings: Sequence[str], rejects: Sequence[Reject]) -> None:
    """Write rejects as XLSX or, for any other ending, as CSV (UTF-8 with byte order mark).

    The columns keep their headings, so the corrected file can be imported with the same mapping.

    Raises:
        FileProblemError: the file cannot be written.
    """
    temporary = path.with_name(path.name + ".part")
    head = [_(ROW_HEADING), _(REASON_HEADING), *headings]
    rows = ([str(each.row), each.reason, *map(shown, each.cells)] for each in rejects)
    try:
        if path.suffix.lower() == ".xlsx":
            _write_workbook(temporary, [head, *rows])
        else:
            with temporary.open("w", encoding="utf-8-sig", newline="", errors="replace") as text:
                csv.writer(text).writerows(
                    [_harmless(cell) for cell in row] for row in (head, *rows)
                )
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise FileProblemError(
            _("{file} cannot be written: {reason}").format(file=path.name, reason=error.strerror)
        ) from error


def _harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula; reading undoes the quote."""
    is_number = cell[1:].replace(".", "", 1).isdigit()
    return f"'{cell}" if cell.startswith(_ACTIVE) and not is_number else cell


def _write_workbook(path: Path, rows: Sequence[Sequence[str]]) -> None:
    from openpyxl import Workbook  # noqa: PLC0415  (slow to load)
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE  # noqa: PLC0415

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        cells = []
        for words in row:
            clean = ILLEGAL_CHARACTERS_RE.sub("", words.encode("utf-8", "replace").decode())[
                :32_767
            ]
            cell = WriteOnlyCell(sheet, value=clean)
            cell.data_type = "s"
            cells.append(cell)
        sheet.append(cells)
    packed = io.BytesIO()  # on a full disk openpyxl would leave its archive open
    book.save(packed)
    path.write_bytes(packed.getbuffer())
