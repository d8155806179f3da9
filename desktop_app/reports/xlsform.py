"""A questionnaire as an XLSForm workbook, which pyxform, Kobo and ODK read."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from desktop_app.questionnaire.sheets import Sheets
from desktop_app.reports.output import make_folder, new_file, save_workbook

_NOT_IN_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LOOKS_ESCAPED: Final = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_RISKY: Final = ("=", "+", "-", "@", "\t")
_TEXT: Final = "@"
_NARROWEST: Final = 8
_WIDEST: Final = 50
_WIDE_FROM: Final = 0x2E80
"""Characters from here on take two columns: Chinese, its punctuation, full width letters."""


def write_xlsform(sheets: Sheets, path: Path, *, overwrite: bool = False) -> None:
    """Write a questionnaire; every cell is a text, nothing in it becomes a formula.

    Args:
        sheets: The form.
        path: The file to make.
        overwrite: Whether an existing file may be replaced.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (slow to import)

    workbook = Workbook(write_only=True)
    for name, sheet in sheets.sheets:
        _fill(workbook.create_sheet(name), (sheet.headings, *sheet.rows))
    with new_file(path, overwrite=overwrite) as temporary:
        save_workbook(workbook, temporary)


def media_places(files: Mapping[str, bytes], *forms: Path) -> dict[Path, bytes]:
    """Where the files of a form go: into the folder beside it in which ODK looks for them.

    Args:
        files: What they hold, by name.
        forms: The files of the form; those of one name share the folder.
    """
    folders = [path.parent / f"{path.stem}-media" for path in forms]
    return {folder / name: content for folder in folders for name, content in files.items()}


def write_media(places: Mapping[Path, bytes], *, overwrite: bool = False) -> None:
    """Write the files of a form.

    Args:
        places: What `media_places` gave.
        overwrite: Whether existing files may be replaced.

    Raises:
        FileProblemError: one exists, or it cannot be written.
    """
    for place, content in places.items():
        make_folder(place.parent)
        with new_file(place, overwrite=overwrite) as temporary:
            temporary.write_bytes(content)


def _fill(target: Any, rows: Sequence[Sequence[str]]) -> None:
    from openpyxl.styles import Font  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    for index in range(len(rows[0])):
        width = max(text_width(row[index]) for row in rows)
        column = target.column_dimensions[get_column_letter(index + 1)]
        column.width = min(max(width + 2, _NARROWEST), _WIDEST)
    target.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = [text_cell(target, text) for text in row]
        for cell in cells if number == 0 else ():
            if cell is not None:
                cell.font = Font(bold=True)
        target.append(cells)


def text_width(text: str) -> int:
    """How many columns the longest line of a text takes."""
    lines = text.splitlines() or [""]
    return max(sum(2 if ord(sign) >= _WIDE_FROM else 1 for sign in line) for line in lines)


def text_cell(target: Any, text: str) -> Any:
    """A cell that is a text whatever stands in it, nothing for an empty one."""
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

    if not text:
        return None
    plain = _NOT_IN_XML.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    cell = WriteOnlyCell(target, _LOOKS_ESCAPED.sub("_x005F_", plain))
    cell.data_type = "s"
    cell.number_format = _TEXT
    if plain.startswith(_RISKY):
        cell.quotePrefix = True
    return cell
