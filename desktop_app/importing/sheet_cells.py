"""In the reading child: the texts of certain sheets of a workbook, cell by cell."""

from pathlib import Path
from typing import IO, Any, Final

from desktop_app.importing.wire import ParseProblem, write_frame
from desktop_app.importing.workbooks import OLE_MAGIC, preflight

MOST_CELLS: Final = 200_000
"""Of one sheet; what is read like this is written by hand."""
_START: Final = 8


def send(request: dict[str, Any], answers: IO[bytes]) -> None:
    """Send the texts of the sheets that are asked for, row by row from the first.

    Args:
        request: With ``path`` and the names of the sheets, ``sheets``; the first one must be there.
        answers: Where frames go.

    Raises:
        ParseProblem: it is no workbook, or a sheet is missing or far too large.
    """
    from python_calamine import CalamineError, CalamineWorkbook  # noqa: PLC0415  (only here)

    path = Path(request["path"])
    wanted: list[str] = request["sheets"]
    with path.open("rb") as raw:
        if not raw.read(_START).startswith(OLE_MAGIC):
            preflight(path)
        raw.seek(0)
        try:
            book = CalamineWorkbook.from_filelike(raw)
            found = {name: _rows(book, name) for name in book.sheet_names if _key(name) in wanted}
        except CalamineError as error:
            raise ParseProblem("damaged") from error
        names = list(book.sheet_names)
    if wanted[0] not in map(_key, found):
        raise ParseProblem("no_sheet", sheet=wanted[0], sheets=", ".join(names))
    write_frame(answers, {"cells": {_key(name): rows for name, rows in found.items()}})
    write_frame(answers, {"end": {}})


def _key(name: str) -> str:
    return name.strip().lower()


def _rows(book: Any, name: str) -> list[list[str]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_height * sheet.total_width > MOST_CELLS:
        raise ParseProblem("too_large")
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
