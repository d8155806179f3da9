"""Any document as an Excel workbook: real numbers and dates, text that stays text, native charts.

Documents with charts and short lists are written by openpyxl, long plain lists by rustpy-xlsxwriter
(ten times faster). Both libraries are loaded by the call, not with this module.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from desktop_app.reports import fill_in_xlsx
from desktop_app.reports.base import Document, Loss, Written
from desktop_app.reports.figures import SOFT, TINT
from desktop_app.reports.output import new_file, save_workbook
from desktop_app.reports.workbook import (
    SHEET_ROWS,
    TEXT,
    Book,
    Sheet,
    Value,
    clean_title,
    make_book,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

FAST_FROM: Final = 1_000
"""Rows from which a workbook without charts is written by the fast library."""
CHART_ROWS: Final = 28
FONT: Final = "Calibri"  # Excel's own; it brings the machine's Chinese font with it

_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def check_xlsx(document: Document) -> tuple[Loss, ...]:
    """What a workbook cannot hold of a document as it is; nothing is written."""
    return make_book(document).losses


def write_xlsx(
    document: Document, path: Path, *, overwrite: bool = False, sheet_rows: int = SHEET_ROWS
) -> Written:
    """Write a document as workbook.

    Args:
        document: What it says.
        path: The file to make.
        overwrite: Whether an existing file may be replaced.
        sheet_rows: Most rows of a sheet before the next one begins.

    Returns:
        The path, and what had to be changed; the workbook lists it too.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    book = make_book(document, sheet_rows=sheet_rows)
    long = sum(len(sheet.rows) for sheet in book.sheets) > FAST_FROM
    plain = not document.figures() and all(sheet.fill_in is None for sheet in book.sheets)
    with new_file(path, overwrite=overwrite) as temporary:
        if plain and long:
            _write_fast(book, temporary)
        else:
            _write_styled(book, document, temporary)
    return Written(path, book.losses)


def _write_fast(book: Book, path: Path) -> None:
    from rustpy_xlsxwriter import Format, write_worksheets  # noqa: PLC0415  (only for long lists)

    formats: dict[str, Format] = {}

    def look(form: str, *, wrapped: bool, right: bool) -> Format:
        key = f"{form}{wrapped}{right}"
        if key not in formats:
            made = Format().set_num_format(form).set_align("top")
            made = made.set_align("right") if right else made
            formats[key] = made.set_text_wrap() if wrapped else made
        return formats[key]

    heading = Format().set_bold().set_background_color(TINT).set_align("top").set_num_format(TEXT)
    grey = Format().set_font_color(SOFT)
    bold = Format().set_bold()
    sheets = book.sheets
    write_worksheets(
        [(sheet.name, _records(sheet)) for sheet in sheets],
        str(path),
        header_format={sheet.name: heading for sheet in sheets},
        column_formats={
            sheet.name: [
                look(form, wrapped=sheet.wrapped and form == TEXT, right=index in sheet.right)
                for index, form in enumerate(sheet.formats)
            ]
            for sheet in sheets
        },
        column_widths={sheet.name: sheet.widths for sheet in sheets},
        freeze_panes={sheet.name: {"row": 1, "col": 0} for sheet in sheets},
        autofilter={sheet.name: sheet.filtered for sheet in sheets},
        row_formats={
            sheet.name: {
                **{index + 1: grey for index in sheet.faint},
                **({len(sheet.rows): bold} if sheet.total else {}),
            }
            for sheet in sheets
        },
        page_setup={
            sheet.name: {
                "landscape": True,
                "paper_size": 9,
                "repeat_rows": 0,
                "fit_to_pages": (1, 0),
            }
            for sheet in sheets
        },
        ignore_errors={sheet.name: _unique(sheet.headings) for sheet in sheets},
    )


def _unique(headings: list[str]) -> list[str]:
    """The headings as keys: the fast library takes one dictionary a row."""
    seen: dict[str, int] = {}
    keys = []
    for heading in headings:
        seen[heading] = seen.get(heading, 0) + 1
        keys.append(heading if seen[heading] == 1 else f"{heading} ({seen[heading]})")
    return keys


def _records(sheet: Sheet) -> Iterator[dict[str, Value]] | list[dict[str, Value]]:
    keys = _unique(sheet.headings)
    if not sheet.rows:
        return [dict.fromkeys(keys)]
    return (dict(zip(keys, row, strict=True)) for row in sheet.rows)


def _write_styled(book: Book, document: Document, path: Path) -> None:
    from openpyxl import Workbook  # noqa: PLC0415  (slow to import)

    workbook = Workbook(write_only=True)
    workbook.properties.title = book.title
    workbook.properties.creator = "Winback Desk"
    made = [(sheet, workbook.create_sheet(sheet.name)) for sheet in book.sheets]
    for sheet, target in made:
        if sheet.fill_in is None:
            _fill(workbook, sheet, target)
        else:
            fill_in_xlsx.fill(target, sheet, sheet.fill_in, _cell)
    if document.figures():
        from desktop_app.reports.xlsx_charts import chart  # noqa: PLC0415  (loads openpyxl)

        row = len(book.sheets[0].rows) + 4
        for sheet, target in made:
            if sheet.figure is not None:
                title = clean_title(sheet.figure.title)
                made[0][1].add_chart(chart(sheet, target, title), f"A{row}")
                row += CHART_ROWS
    save_workbook(workbook, path)


def _fill(workbook: "Workbook", sheet: Sheet, target: Any) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415  (slow to import)
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    first = workbook.worksheets[0] is target
    for index, width in enumerate(sheet.widths, start=1):
        target.column_dimensions[get_column_letter(index)].width = width
    target.freeze_panes = "A2"
    if first:
        target.row_dimensions[1].height = 26
    last = get_column_letter(len(sheet.headings))
    if sheet.filtered and sheet.headings:
        end = len(sheet.rows) + (0 if sheet.total else 1)
        target.auto_filter.ref = f"A1:{last}{end}"
    target.page_setup.orientation = "landscape"
    target.page_setup.paperSize = 9
    target.page_setup.fitToHeight = 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    target.print_title_rows = "1:1"
    looks = [
        Alignment(
            vertical="top",
            wrap_text=sheet.wrapped or None,
            horizontal="right" if index in sheet.right else None,
        )
        for index in range(len(sheet.headings))
    ]
    bold, grey = Font(FONT, 11, bold=True), Font(FONT, 11, color=SOFT.lstrip("#"))
    head = Font(FONT, 16, bold=True) if first else bold
    tint = PatternFill("solid", fgColor=TINT.lstrip("#"))
    cells = [
        _cell(target, text, TEXT, look) for text, look in zip(sheet.headings, looks, strict=True)
    ]
    for cell in cells:
        cell.font = head
        if not first:
            cell.fill = tint
    target.append(cells)
    for index, row in enumerate(sheet.rows):
        cells = [
            _cell(target, value, form, look)
            for value, form, look in zip(row, sheet.formats, looks, strict=True)
        ]
        for cell in cells:
            if sheet.total and index == len(sheet.rows) - 1:
                cell.font = bold
            elif index in sheet.faint:
                cell.font = grey
        if first and row[0] is not None and row[1] is None:
            cells[0].font = bold
        target.append(cells)


def _cell(target: Any, value: Value, form: str, alignment: Any) -> Any:
    """One cell; text never becomes a formula, an error value or an escape."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  (slow to import)

    if isinstance(value, str):
        escaped = _LOOKS_ESCAPED.sub("_x005F_", value).replace("\r", "_x000D_")
        cell = WriteOnlyCell(target, escaped)
        cell.data_type = "s"
        cell.number_format = TEXT
        if value.startswith(_RISKY):
            cell.quotePrefix = True
    else:
        cell = WriteOnlyCell(target, value)  # type: ignore[arg-type]  # dates are right, the stub is not
        cell.number_format = form
    cell.alignment = alignment
    return cell
