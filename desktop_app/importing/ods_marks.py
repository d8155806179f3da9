"""Error cells, hidden rows and columns of an ODS sheet, which the quick reader does not tell.

The document is scanned first; only one that has such cells at all is walked element by element.
"""

import re
import zipfile
from pathlib import Path
from typing import Any
from xml.parsers import expat

from desktop_app.importing.sheet_marks import NOT_CALCULATED, SheetMarks

_CHUNK, _OVERLAP = 1 << 20, 1 << 14
_MOST_REPEATED = 10_000
_INTERESTING = re.compile(rb'value-type="error"|visibility="(?:collapse|filter)"|:formula="')
_SHOWN = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d{3}")
_HIDDEN = frozenset({"collapse", "filter"})


def ods_marks(path: Path, sheet: str) -> SheetMarks:
    """Marks of one sheet of an ODS file, by its name."""
    walker = _Walker(sheet)
    try:
        with zipfile.ZipFile(path) as package:
            part = next(name for name in package.namelist() if name.lower() == "content.xml")
            if _is_interesting(package, part):
                walker.walk(package, part)
    except (zipfile.BadZipFile, OSError, EOFError, StopIteration, expat.ExpatError, ValueError):
        walker.marks.is_complete = False
    return walker.marks


def _is_interesting(package: zipfile.ZipFile, part: str) -> bool:
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if _INTERESTING.search(rest + chunk):
                return True
            rest = chunk[-_OVERLAP:]
    return False


class _Walker:
    """Follows the elements of one sheet, counting repeated rows and cells."""

    def __init__(self, sheet: str) -> None:
        self.marks = SheetMarks()
        self._sheet = sheet
        self._depth = 0  # of tables inside each other, 1 in the sheet that is looked for
        self._row = self._rows = self._column = self._columns = 0
        self._cell: dict[str, str] | None = None
        self._text = ""
        self._aside = 0  # inside an annotation

    def walk(self, package: zipfile.ZipFile, part: str) -> None:
        """Read the document; stops being interested after the sheet."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse
        parser.buffer_text = True
        with package.open(part) as stream:
            while chunk := stream.read(_CHUNK):
                parser.Parse(chunk, False)  # noqa: FBT003  (expat's signature)
            parser.Parse(b"", True)  # noqa: FBT003

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        if name == "table":
            if self._depth or _value(attributes, "name") == self._sheet:
                self._depth += 1
        elif self._depth != 1:
            return
        elif name == "annotation":
            self._aside += 1
        elif name == "table-column":
            count = _count(attributes, "number-columns-repeated")
            if _value(attributes, "visibility") in _HIDDEN:
                last = self._columns + count - 1
                self.marks.hidden_columns.append((self._columns, last))
            self._columns += count
        elif name == "table-row":
            self._column = 0
            self._rows = _count(attributes, "number-rows-repeated")
            if _value(attributes, "visibility") in _HIDDEN:
                self.marks.hide_rows(self._row, self._row + self._rows - 1)
        elif name in {"table-cell", "covered-table-cell"}:
            self._cell, self._text = attributes, ""

    def _end(self, tag: str) -> None:
        name = _local(tag)
        if name == "table":
            self._depth -= self._depth > 0
        elif self._depth != 1:
            return
        elif name == "annotation":
            self._aside -= 1
        elif name == "table-row":
            self._row += self._rows
        elif name in {"table-cell", "covered-table-cell"} and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None

    def _end_cell(self, attributes: dict[str, str]) -> None:
        count = _count(attributes, "number-columns-repeated")
        code = _error_of(attributes, self._text)
        if code:
            for row in range(self._row, self._row + min(self._rows, _MOST_REPEATED)):
                for column in range(self._column, self._column + min(count, _MOST_REPEATED)):
                    self.marks.add_error(row, column, code)
        self._column += count

    def _characters(self, text: str) -> None:
        if self._cell is not None and not self._aside and len(self._text) < _OVERLAP:
            self._text += text


def _error_of(attributes: dict[str, str], text: str) -> str:
    """What an error cell shows; empty for any other cell."""
    shown = text.strip()
    types = {key: value for key, value in attributes.items() if _local(key) == "value-type"}
    if "error" in types.values():
        return shown or "#ERROR"
    if _value(attributes, "formula") is None:
        return ""
    if not types and not shown:
        return NOT_CALCULATED
    return shown if _SHOWN.fullmatch(shown) else ""


def _refuse(*_declaration: Any) -> None:
    raise ValueError("a document with entities is not followed")


def _local(name: str) -> str:
    return name.rsplit(" ", 1)[-1]


def _value(attributes: dict[str, str], name: str) -> str | None:
    return next((value for key, value in attributes.items() if _local(key) == name), None)


def _count(attributes: dict[str, str], name: str) -> int:
    found = _value(attributes, name)
    return max(int(found), 1) if found else 1
