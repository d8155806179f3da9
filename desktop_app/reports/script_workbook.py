"""A script as a workbook that people edit, as TOML, and as JSON; all three are read back."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from desktop_app.domain import script_sheets, scripts
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Script
from desktop_app.reports.answer_files import write_file
from desktop_app.reports.output import new_file, save_workbook
from desktop_app.reports.xlsform import text_cell, text_width

_NARROWEST: Final = 14
"""Of a column; longer headings take two lines."""
_WIDEST: Final = 44
_LINE: Final = 15.0
"""Height of a line of text, in points."""
_A3: Final = 8
_HEAD_FILL: Final = "FFE8EEF4"


def write_workbook(
    head: ScriptDraft, script: Script, path: Path, *, overwrite: bool = False
) -> Path:
    """Write a script with a sheet each for itself, its steps, choices and branches.

    Args:
        head: Code, occasion and titles.
        script: The steps.
        path: The file to make.
        overwrite: Whether an existing file may be replaced.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    from openpyxl import Workbook  # noqa: PLC0415  (slow to import)

    with new_file(path, overwrite=overwrite) as temporary:
        workbook = Workbook(write_only=True)
        for name, rows in script_sheets.to_cells(_head(head), script).items():
            _fill(workbook.create_sheet(name), rows)
        save_workbook(workbook, temporary)
    return path


def write_json(head: ScriptDraft, script: Script, path: Path, *, overwrite: bool = False) -> Path:
    """Write a script as JSON. Takes and raises as `write_workbook`."""
    text = json.dumps(_document(head, script), ensure_ascii=False, indent=2)
    return write_file(path, f"{text}\n".encode(), overwrite=overwrite)


def write_toml(head: ScriptDraft, script: Script, path: Path, *, overwrite: bool = False) -> Path:
    """Write a script as TOML. Takes and raises as `write_workbook`."""
    document = _document(head, script)
    steps = document.pop("steps", [])
    lines = [f"{name} = {_toml(value)}" for name, value in document.items()]
    for step in steps:
        lines += ["", "[[steps]]", *(f"{name} = {_toml(value)}" for name, value in step.items())]
    return write_file(path, ("\n".join(lines) + "\n").encode(), overwrite=overwrite)


def _head(head: ScriptDraft) -> dict[str, str]:
    return head.model_dump(mode="json")


def _document(head: ScriptDraft, script: Script) -> dict[str, Any]:
    return {**_head(head), **scripts.write(script)}


def _toml(value: object) -> str:
    """A value as TOML on one line; a list of tables has a line for each."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case Mapping():
            return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + " }"
        case Sequence() if any(isinstance(each, Mapping) for each in value):
            return "[\n" + "".join(f"  {_toml(each)},\n" for each in value) + "]"
        case Sequence():
            return "[" + ", ".join(map(_toml, value)) + "]"
        case _:
            return repr(value)


def _fill(target: Any, rows: Sequence[Sequence[str]]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    widths = [
        min(max(max(map(text_width, column), default=0) + 2, _NARROWEST), _WIDEST)
        for column in ([row[at] for row in rows[1:]] for at in range(len(rows[0])))
    ]
    for at, width in enumerate(widths, start=1):
        target.column_dimensions[get_column_letter(at)].width = width
    target.freeze_panes = "B2"
    target.page_setup.orientation = "landscape"
    target.page_setup.paperSize = _A3
    target.page_setup.fitToHeight = 0
    target.sheet_properties.pageSetUpPr.fitToPage = True
    target.print_title_rows = "1:1"
    target.oddFooter.center.text = "&P / &N"
    for number, row in enumerate(rows):
        most = max(_lines(text, width) for text, width in zip(row, widths, strict=True))
        target.row_dimensions[number + 1].height = _LINE * most
        cells = [text_cell(target, text) for text in row]
        for cell in filter(None, cells):
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if number == 0:
                cell.font = Font(bold=True)
                cell.fill = PatternFill("solid", fgColor=_HEAD_FILL)
        target.append(cells)


def _lines(text: str, width: int) -> int:
    """How many lines a text takes in a column."""
    return sum(max(-(-text_width(line) // width), 1) for line in text.splitlines() or [""])
