"""In the reading child: an XLSForm becomes an XForm, by pyxform, or a list of what is wrong.

The child also sends the cells of the sheets a form is made of, so that the program can say in
which cell a mistake is.
"""

import contextlib
import csv
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from desktop_app.importing import xlsform_faults
from desktop_app.importing.wire import ParseProblem, write_frame
from desktop_app.questionnaire.outline import CHOICE

SHEETS = ("survey", "choices", "settings", "external_choices", "entities", "osm")
MOST_CELLS = 2_000_000
_BOOKS = {"xlsx", "xlsm", "xls"}
_KINDS = {*_BOOKS, "csv", "md"}
_OWN_PREFIX = "winback"
_BIND = re.compile(r"<bind [^>]*\bwinback:id=\"[^\"]*" + re.escape(CHOICE) + r"[^>]*>")
_NODESET = re.compile(r'\bnodeset="([^"]*)"')
_OWN_SPACE = 'xmlns:winback="urn:winback:xforms"'


def convert(request: dict[str, Any], answers: IO[bytes], kind: str) -> None:
    """Convert the file that is asked for and send what became of it.

    Args:
        request: With ``path``.
        answers: Where frames go.
        kind: What the file is by its content: xlsx, xls, or a text.

    Raises:
        ParseProblem: it cannot be read at all.
    """
    path = Path(request["path"])
    ending = path.suffix.lower().removeprefix(".")
    if kind == "text":
        kind = ending if ending in {"csv", "md"} else "csv"
    elif ending in _BOOKS and ending != "xls":
        kind = ending
    if kind not in _KINDS:
        raise ParseProblem("not_a_form")
    raw = path.read_bytes()
    books: list[Any] = []
    found = _converted(lambda: _source(raw, kind), path.stem, kind, books)
    cells = _cells(path, kind)
    for book in books if kind in _BOOKS else ():
        _as_read(cells, book)
    _send(answers, found, cells, path.stem)


def convert_cells(request: dict[str, Any], answers: IO[bytes]) -> None:
    """Convert a form that is being edited and send what became of it.

    Args:
        request: With ``cells``, the rows of each sheet, the headings first, and ``name``, the id of
            a form that gives itself none.
        answers: Where frames go.
    """
    cells: dict[str, list[list[str]]] = request["cells"]
    found = _from_cells(cells, request["name"])
    is_known = xlsform_faults.from_headings(cells) == cells
    _send(answers, found, cells, request["name"], found if is_known else None)


def _from_cells(cells: dict[str, list[list[str]]], name: str) -> dict[str, Any]:
    return _converted(lambda: _book_of(cells), name, "", [])


def _send(
    answers: IO[bytes],
    found: dict[str, Any],
    cells: dict[str, list[list[str]]],
    name: str,
    first: dict[str, Any] | None = None,
) -> None:
    """Send the form with its cells; one with a mistake also with all others that it has."""
    if "error" in found and cells:
        copied = xlsform_faults.from_headings(cells)
        found["faults"] = xlsform_faults.faults(copied, lambda now: _from_cells(now, name), first)
    write_frame(answers, {"form": found | {"cells": cells}})
    write_frame(answers, {"end": {}})


def _source(raw: bytes, kind: str) -> bytes | str:
    return raw if kind in _BOOKS else raw.decode("utf-8-sig")


def _book_of(cells: dict[str, list[list[str]]]) -> dict[str, Any]:
    """The sheets as pyxform makes them of a workbook."""
    book: dict[str, Any] = {"sheet_names": list(cells)}
    for name, rows in cells.items():
        headings = rows[0] if rows else []
        doubled = next((text for text in headings if text and headings.count(text) > 1), None)
        if doubled is not None:
            from pyxform.errors import PyXFormError  # noqa: PLC0415

            raise PyXFormError(f"Duplicate column header: {doubled}")
        book[name] = [
            {head: cell for head, cell in zip(headings, row, strict=False) if head and cell}
            for row in rows[1:]
        ]
        book[f"{name}_header"] = [{head: None for head in headings if head}]
    return book


def _converted(
    source: Callable[[], bytes | str | dict[str, Any]], name: str, kind: str, books: list[Any]
) -> dict[str, Any]:
    """The XForm, or pyxform's error. Its own `convert` is not called: it writes a file.

    What pyxform has read of the sheets is added to ``books``.
    """
    with contextlib.redirect_stdout(sys.stderr):  # what a library prints is no frame
        return _by_pyxform(source, name, kind, books)


def _by_pyxform(
    source: Callable[[], bytes | str | dict[str, Any]], name: str, kind: str, books: list[Any]
) -> dict[str, Any]:
    from pyxform.builder import create_survey_element_from_dict  # noqa: PLC0415  (only here)
    from pyxform.errors import PyXFormError  # noqa: PLC0415
    from pyxform.utils import external_choices_to_csv, has_external_choices  # noqa: PLC0415
    from pyxform.xls2json import workbook_to_json  # noqa: PLC0415
    from pyxform.xls2json_backends import get_xlsform  # noqa: PLC0415

    warnings: list[str] = []
    try:
        book = get_xlsform(xlsform=source(), file_type=f".{kind}" if kind else None)
        books.append(book)
        described = workbook_to_json(workbook_dict=book, fallback_form_name=name, warnings=warnings)
        itemsets = external_choices_to_csv(book) if has_external_choices(described) else ""
        xml = create_survey_element_from_dict(described).xml().toxml()
    except PyXFormError as error:
        code = error.code.name if error.code is not None else ""
        context = {name: str(value) for name, value in error.context.items()}
        return {"error": str(error), "code": code, "context": context}
    except UnicodeDecodeError as error:
        raise ParseProblem("wrong_encoding", encoding="UTF-8") from error
    except (MemoryError, PermissionError):
        raise
    except Exception as error:  # noqa: BLE001  (a library reads what anyone may have written)
        return {"error": type(error).__name__, "code": "INTERNAL", "context": {}}
    xml = _with_choices(_with_own_space(xml), described)
    return {"xml": xml, "warnings": warnings, "itemsets": itemsets or ""}


def _with_own_space(xml: str) -> str:
    """Declare our own prefix when the form uses it without declaring it."""
    if f" {_OWN_PREFIX}:" not in xml or f"xmlns:{_OWN_PREFIX}=" in xml:
        return xml
    return xml.replace("<h:html ", f"<h:html {_OWN_SPACE} ", 1)


def _with_choices(xml: str, described: dict[str, Any]) -> str:
    """Put the choice into the ids of questions in loops: pyxform writes a group for each choice."""
    loops: set[tuple[str, ...]] = set()

    def walk(children: list[dict[str, Any]], above: tuple[str, ...]) -> None:
        for child in children:
            own = (*above, str(child.get("name", "")))
            inside = own
            if child.get("type") == "loop":
                loops.add(own)
                inside = (*own, CHOICE)
            walk(child.get("children") or [], inside)

    walk(described.get("children") or [], ())

    def filled(bind: re.Match[str]) -> str:
        path = _NODESET.search(bind[0])
        above: tuple[str, ...] = ()
        choices = []
        for name in path[1].split("/")[2:] if path is not None else ():
            if above in loops:
                choices.append(name)
            above = (*above, CHOICE if above in loops else name)
        text = bind[0]
        for choice in choices:
            text = text.replace(CHOICE, choice, 1)
        return text

    return _BIND.sub(filled, xml) if loops else xml


# Cells -------------------------------------------------------------------------------------------


def _cells(path: Path, kind: str) -> dict[str, list[list[str]]]:
    """Texts of the sheets, row by row from the first, without cells that end a row blank."""
    if kind == "csv":
        return _csv_cells(path.read_text(encoding="utf-8-sig"))
    if kind == "md":
        return _md_cells(path.read_text(encoding="utf-8-sig"))
    from python_calamine import CalamineWorkbook  # noqa: PLC0415

    found: dict[str, list[list[str]]] = {}
    with path.open("rb") as raw:
        book = CalamineWorkbook.from_filelike(raw)
        for name in book.sheet_names:
            if name.strip().lower() not in SHEETS and len(book.sheet_names) > 1:
                continue
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > MOST_CELLS:
                continue
            rows = sheet.to_python(skip_empty_area=False)
            found[name] = [_trimmed([_text(cell) for cell in row]) for row in rows]
    return found


def _as_read(cells: dict[str, list[list[str]]], book: Any) -> None:
    """Put in what pyxform has read, where it reads a cell in another way: dates, rich text."""
    places = {name.strip().lower(): name for name in cells}
    for name in SHEETS:
        lines = getattr(book, name) or ()
        headings = list((getattr(book, f"{name}_header") or [{}])[0])
        own = places.get(name)
        if own is None and name == "survey" and len(cells) == 1:
            own = next(iter(cells))
        if own is None:  # a sheet too large to be looked at cell by cell
            if headings:
                cells[name] = [
                    headings,
                    *([line.get(key, "") for key in headings] for line in lines),
                ]
            continue
        rows = cells[own] or [[]]
        columns = {" ".join(text.split()): at for at, text in reversed([*enumerate(rows[0])])}
        for row, line in zip(rows[1:], lines, strict=False):
            for heading, text in line.items():
                at = columns.get(" ".join(heading.split()), len(row))
                if at < len(row):
                    row[at] = text


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell == int(cell):
        return str(int(cell))
    return str(cell).replace("\N{NO-BREAK SPACE}", " ").strip()


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _csv_cells(text: str) -> dict[str, list[list[str]]]:
    """A sheet begins with a row that has its name in the first cell only."""
    return _sheets(list(csv.reader(io.StringIO(text, newline=""))))


def _md_cells(text: str) -> dict[str, list[list[str]]]:
    rows = []
    for line in text.splitlines():
        inner = line.strip().strip("|") if "|" in line else ""
        is_rule = not inner.strip("|-: ")
        rows.append([] if is_rule else [cell.strip() for cell in inner.split("|")])
    return _sheets(rows)


def _sheets(rows: list[list[str]]) -> dict[str, list[list[str]]]:
    """Rows by sheet; each keeps the number it has in the file, so rows before it are blank."""
    found: dict[str, list[list[str]]] = {}
    name = ""
    for number, row in enumerate(rows):
        cells = [cell.strip() for cell in row]
        if cells and cells[0]:
            name = cells[0]
            found[name] = [[] for _before in range(number + 1)]
        elif name:
            found[name].append(_trimmed(cells))
    return found
