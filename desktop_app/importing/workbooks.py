"""Workbooks in the child: XLSX, XLSB, XLS and ODS by calamine, XLSX also as a stream.

Calamine is quick but holds a whole sheet, gives nothing for an error cell and does not tell what is
hidden; both are found in the file itself (:mod:`desktop_app.importing.sheet_marks`). The slow
reader streams and survives a cell at the far end of the sheet; the program asks for it when the
quick one needs more memory than it may have.
"""

import re
import zipfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from desktop_app.importing.layout import trimmed
from desktop_app.importing.ods_marks import ods_marks
from desktop_app.importing.sheet_errors import xlsx_marks
from desktop_app.importing.sheet_marks import SheetMarks
from desktop_app.importing.text_files import Record
from desktop_app.importing.wire import Cell, CellError, ParseProblem
from desktop_app.importing.xls_marks import xls_marks
from desktop_app.importing.xlsb_marks import xlsb_marks

MAX_ENTRIES = 2000
MAX_TOTAL_BYTES = 1_500_000_000
MAX_RATIO = 200
RATIO_FROM_BYTES = 10_000_000
MAX_ROW = 1 << 40
EXACT_BELOW = 10**15
"""Spreadsheets keep fifteen digits; a longer number stays inexact and is so reported."""
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column, from 0."""


@dataclass(slots=True)
class WorkbookSource:
    """An opened sheet; ``records`` may be walked once."""

    kind: str
    sheets: list[tuple[str, bool]]
    sheet: str
    height: int | None
    rows: Iterator[Sequence[Any]]
    marks: SheetMarks = field(default_factory=SheetMarks)
    merges: list[Merge] = field(default_factory=list)
    fill_merged: bool = False

    def is_hidden(self, number: int) -> bool:
        """Whether a row, by its number, is hidden."""
        spans = self.marks.hidden_rows
        place = bisect_right(spans, (number - 1, MAX_ROW)) - 1
        return place >= 0 and spans[place][0] <= number - 1 <= spans[place][1]

    def records(self) -> Iterator[Record]:
        """Every record of the sheet with its row number, blank ones as an empty list."""
        open_merges: list[tuple[Merge, Cell]] = []
        waiting = sorted(self.merges, reverse=True) if self.fill_merged else []
        for index, raw in enumerate(self.rows):
            cells = [clean(value) for value in raw]
            for column, code in self.marks.errors.get(index, {}).items():
                cells.extend([None] * (column + 1 - len(cells)))
                cells[column] = CellError(code)
            while waiting and waiting[-1][0] <= index:
                merge = waiting.pop()
                if merge[0] == index and merge[1] < len(cells):
                    open_merges.append((merge, cells[merge[1]]))
            if open_merges:
                open_merges = [item for item in open_merges if item[0][2] >= index]
                for (_, left, _, right), value in open_merges:
                    for column in range(left, min(right + 1, len(cells))):
                        cells[column] = value
            yield index + 1, trimmed(cells), ""


def clean(value: Any) -> Cell:
    """A cell as the rest of the program sees it: whole numbers exact, blank is ``None``."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT_BELOW:
        return int(value)
    if isinstance(value, int) and abs(value) >= EXACT_BELOW:
        return float(value)
    return value  # type: ignore[no-any-return]  # dates, times, inexact numbers


def preflight(path: Path, *, allow_macros: bool = False) -> str:
    """Look at the directory of a zip before anything is unpacked.

    Args:
        path: The file.
        allow_macros: Accept a workbook that carries macros; they are not run either way.

    Returns:
        ``xlsx``, ``xlsb`` or ``ods``.

    Raises:
        ParseProblem: too many or too large parts, macros, unsafe names, encrypted, no workbook.
    """
    try:
        with zipfile.ZipFile(path) as package:
            entries = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ParseProblem("damaged") from error
    if len(entries) > MAX_ENTRIES or sum(entry.file_size for entry in entries) > MAX_TOTAL_BYTES:
        raise ParseProblem("too_large")
    names = set()
    for entry in entries:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
            raise ParseProblem("unsafe_names")
        if entry.flag_bits & 1:
            raise ParseProblem("encrypted")
        packed = max(entry.compress_size, 1)
        if entry.file_size > RATIO_FROM_BYTES and entry.file_size / packed > MAX_RATIO:
            raise ParseProblem("too_large")
        names.add(name.lower().rsplit("/", 1)[-1])
    if "vbaproject.bin" in names and not allow_macros:
        raise ParseProblem("macros")
    for part, kind in (("workbook.bin", "xlsb"), ("workbook.xml", "xlsx"), ("content.xml", "ods")):
        if part in names:
            return kind
    if any(name.lower().endswith((".rels", ".xml")) for name in names):
        return "xlsx"  # other names for the parts; the reader follows the relations
    raise ParseProblem("not_a_table", kind="zip")


def open_workbook(
    path: Path, kind: str, sheet: str | None, *, fill_merged: bool, streamed: bool
) -> WorkbookSource:
    """Open one sheet of a workbook.

    Args:
        path: The file.
        kind: What :func:`preflight` found, or ``xls``.
        sheet: Name of the sheet, ``None`` for the first visible one that is not empty.
        fill_merged: Give every cell of a merged block the block's value.
        streamed: Read row by row, slowly, with little memory (XLSX only).

    Raises:
        ParseProblem: encrypted, damaged, no such sheet.
    """
    if streamed:
        return _open_streamed(path, sheet)
    import python_calamine as calamine  # noqa: PLC0415  (only for workbooks)

    try:
        book = calamine.load_workbook(str(path))
        sheets = [
            (meta.name, meta.visible == calamine.SheetVisibleEnum.Visible)
            for meta in book.sheets_metadata
            if meta.typ == calamine.SheetTypeEnum.WorkSheet
        ]
        names = [meta.name for meta in book.sheets_metadata]
        opened, name = None, ""
        for name in _candidates(sheets, sheet):
            opened = book.get_sheet_by_name(name)
            if opened.height or sheet is not None:
                break
    except calamine.PasswordError as error:
        raise ParseProblem("encrypted") from error
    except (calamine.CalamineError, OSError, ValueError) as error:
        code = "too_large" if "limit exceeded" in str(error) else "damaged"
        raise ParseProblem(code, reason=type(error).__name__) from error
    if opened is None:
        raise ParseProblem("no_worksheet")
    merges = [(*first, *last) for first, last in opened.merged_cell_ranges or []]
    return WorkbookSource(
        kind=kind,
        sheets=sheets,
        sheet=name,
        height=opened.total_height + 1 if opened.height else 0,
        rows=opened.iter_rows(),
        marks=_marks(path, kind, name, names.index(name)),
        merges=merges,
        fill_merged=fill_merged,
    )


def _marks(path: Path, kind: str, sheet: str, place: int) -> SheetMarks:
    match kind:
        case "xlsx":
            found = xlsx_marks(path, sheet)
        case "xls":
            found = xls_marks(path, place)
        case "ods":
            found = ods_marks(path, sheet)
        case _:
            found = xlsb_marks(path, sheet)
    found.hidden_rows.sort()
    return found


def _candidates(sheets: list[tuple[str, bool]], wanted: str | None) -> list[str]:
    names = [name for name, _ in sheets]
    if not names:
        raise ParseProblem("no_worksheet")
    if wanted is not None:
        if wanted not in names:
            raise ParseProblem("no_sheet", sheet=wanted, sheets=", ".join(names))
        return [wanted]
    visible = [name for name, is_visible in sheets if is_visible]
    # the last one looked at is taken when all are empty, so the first visible one closes the list
    return [*visible, visible[0]] if visible else names[:1]


def _open_streamed(path: Path, sheet: str | None) -> WorkbookSource:
    import openpyxl  # noqa: PLC0415  (slow to load; only when the quick reader gave up)

    raw = path.open("rb")  # by ourselves: openpyxl leaves its own file open when it gives up
    try:
        book = openpyxl.load_workbook(raw, read_only=True, data_only=True, keep_links=False)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raw.close()
        raise ParseProblem("damaged", reason=type(error).__name__) from error
    sheets = [(each.title, each.sheet_state == "visible") for each in book.worksheets]
    try:
        name = _candidates(sheets, sheet)[0]
    except ParseProblem:
        book.close()
        raw.close()
        raise
    opened = book[name]
    opened.reset_dimensions()  # a wrong <dimension> would hide rows
    return WorkbookSource(
        kind="xlsx",
        sheets=sheets,
        sheet=name,
        height=None,
        rows=_streamed_rows(raw, book, opened.iter_rows()),
        marks=replace(xlsx_marks(path, name), errors={}),  # this reader sees the errors itself
    )


def _streamed_rows(raw: IO[bytes], book: Any, rows: Iterator[Any]) -> Iterator[Sequence[Any]]:
    with raw, closing(book):
        for row in rows:
            end = len(row)
            while end and row[end - 1].value is None:
                end -= 1
            yield [
                CellError(str(cell.value)) if cell.data_type == "e" else cell.value
                for cell in row[:end]
            ]
