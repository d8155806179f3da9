"""A sheet to write on in a workbook: lines, room, lists to choose from, a page for each block."""

from collections.abc import Callable
from typing import Any, Final

from desktop_app.i18n import _
from desktop_app.reports.figures import SOFT, TINT
from desktop_app.reports.fill_in import Answer, FillInRows, RowLook, is_short
from desktop_app.reports.textflow import display_width, wrap
from desktop_app.reports.workbook import Sheet, Value

_FONT, _LETTERS, _LEADING = "Calibri", 12, 16.0  # readable where a sheet is made smaller, too
_SPACE: Final = 5.0
_PART: Final = 0.9  # of the width of a column that letters of this size may fill
_HIGHEST: Final = 409.0  # of a row (Excel)
_MARGIN, _FOOT = 0.4, 0.6  # inches
_RULE: Final = "999999"


def heights(sheet: Sheet, rows: FillInRows) -> list[float]:
    """Points of each row: its text in lines, at least the room it shall have."""
    found = []
    for values, look in zip(sheet.rows, rows.looks, strict=True):
        lines = [
            len(wrap(value, width * _PART - 1, display_width))
            for value, width in zip(values, rows.page.widths, strict=True)
            if isinstance(value, str)
        ]
        found.append(min(max([look.room, *lines]) * _LEADING + _SPACE, _HIGHEST))
    return found


def breaks(rows: FillInRows) -> list[int]:
    """Indexes of the rows that begin a new page: of each block but the first."""
    return [index for index, look in enumerate(rows.looks) if look.is_head and index]


def fill(target: Any, sheet: Sheet, rows: FillInRows, cell: Callable[..., Any]) -> None:
    """Write a sheet; `cell` makes a safe one of sheet, value, format and alignment."""
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side  # noqa: PLC0415  (slow)
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for index, width in enumerate(rows.page.widths, start=1):
        target.column_dimensions[get_column_letter(index)].width = width
    points = heights(sheet, rows)
    _set_page(target, sheet, rows)
    _offer(target, rows)
    side = Side("thin", color=_RULE)
    box, left = Border(side, side, side, side), Alignment(vertical="top", wrap_text=True)
    right = Alignment(vertical="top", horizontal="right", indent=1, wrap_text=True)
    looks = [right if index in sheet.right else left for index in range(len(sheet.headings))]
    plain, bold = Font(_FONT, _LETTERS), Font(_FONT, _LETTERS, bold=True)
    grey, tint = (
        Font(_FONT, _LETTERS, color=SOFT.lstrip("#")),
        PatternFill("solid", TINT.lstrip("#")),
    )
    head = RowLook(is_head=True)
    every: list[list[Value]] = [list(sheet.headings), *sheet.rows]
    for number, (values, row_look) in enumerate(
        zip(every, [head, *rows.looks], strict=True), start=1
    ):
        made = [
            cell(target, value, form, look)
            for value, form, look in zip(values, sheet.formats, looks, strict=True)
        ]
        for index, one in enumerate(made):
            one.border = box
            one.font = bold if row_look.is_head else grey if index in rows.page.faint else plain
            if row_look.is_head:
                one.fill = tint
        answer = made[rows.page.answer]
        if row_look.answer is Answer.DAY:
            answer.number_format = "yyyy-mm-dd"
        elif row_look.answer is Answer.NUMBER:
            answer.number_format = "General"
        if number > 1:
            target.row_dimensions[number].height = points[number - 2]
        target.append(made)


def _set_page(target: Any, sheet: Sheet, rows: FillInRows) -> None:
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  (slow to import)
    from openpyxl.worksheet.pagebreak import Break  # noqa: PLC0415  (slow to import)

    target.freeze_panes = "A2"
    target.print_title_rows = "1:1"
    if not any(look.is_head for look in rows.looks):
        last = get_column_letter(len(sheet.headings))
        target.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    target.page_setup.orientation = "landscape" if rows.page.is_wide else "portrait"
    target.page_setup.paperSize = 9
    target.page_setup.fitToHeight = 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    margins = target.page_margins
    margins.left = margins.right = margins.top = margins.header = _MARGIN
    margins.bottom, margins.footer = _FOOT, _MARGIN / 2
    target.oddFooter.left.text = sheet.name.replace("&", "&&")
    target.oddFooter.right.text = "&P / &N"
    for index in breaks(rows):
        target.row_breaks.append(Break(id=index + 1))  # below the row before, under the headings


def _offer(target: Any, rows: FillInRows) -> None:
    """Lists to choose from, days and numbers; other words may be written all the same."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415  (slow to import)
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    letter = get_column_letter(rows.page.answer + 1)
    made: dict[object, Any] = {}
    for number, look in enumerate(rows.looks, start=2):
        kind: object = look.choices if is_short(look.choices) else look.answer
        if kind is Answer.TEXT:
            continue
        if kind not in made:
            made[kind] = rule = DataValidation(allow_blank=True, errorStyle="warning")
            rule.showErrorMessage = True
            if kind is Answer.DAY:
                rule.type, rule.operator, rule.formula1 = "date", "greaterThan", "36526"
                rule.error = _("Write a day, for example 2026-08-31.")
            elif kind is Answer.NUMBER:
                rule.type, rule.operator, rule.formula1 = "decimal", "greaterThanOrEqual", "0"
                rule.error = _("Write a number.")
            else:
                rule.type, rule.formula1 = "list", f'"{",".join(look.choices)}"'
                rule.error = _("Choose one of the answers of the list.")
            target.data_validations.append(rule)
        made[kind].add(f"{letter}{number}")
