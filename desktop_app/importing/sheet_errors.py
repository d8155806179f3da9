"""Error cells, uncalculated formulas, hidden rows and columns of an XLSX sheet.

The quick reader gives nothing for all of them, and a missing value must not pass for an empty one.
The sheet's XML is scanned as a stream; nothing is expanded.
"""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from desktop_app.importing.sheet_marks import NOT_CALCULATED, SheetMarks

_CHUNK = 1 << 20
_OVERLAP = 1 << 16
_CELL = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*"
    rb"(<(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>))?\s*"
    rb"(?:<(?:\w+:)?v\b(?:[^>]*/>|[^>]*>([^<]*)</(?:\w+:)?v>))?\s*</(?:\w+:)?c>"
)
_END = re.compile(rb"</(?:\w+:)?c>")
_REFERENCE = re.compile(rb"\br=\"([A-Z]{1,3})(\d{1,7})\"")
_ERROR = re.compile(rb"\bt=\"e\"")
_SHEET = re.compile(rb"<(?:\w+:)?sheet\b[^>]*>")
_RELATION = re.compile(rb"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(rb"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_COLUMN = re.compile(rb"<(?:\w+:)?col\b[^>]*>")
_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*>")
_HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^>]*\bhidden\s*=\s*[\"'](?:1|true)[\"']")
_TRUE = frozenset({"1", "true"})


def xlsx_marks(path: Path, sheet: str) -> SheetMarks:
    """Marks of one sheet of an XLSX file, by its name."""
    marks = SheetMarks()
    try:
        with zipfile.ZipFile(path) as package:
            part = _part_of(package, sheet)
            if part is None:
                marks.is_complete = False
            else:
                _scan(package, part, marks)
    except (zipfile.BadZipFile, OSError, KeyError, EOFError, NotImplementedError, ValueError):
        marks.is_complete = False
    return marks


def parts_of(package: zipfile.ZipFile) -> dict[str, str]:
    """Names of the parts as they are stored, by their names with slashes."""
    return {name.replace("\\", "/"): name for name in package.namelist()}


def relations_of(package: zipfile.ZipFile, part: str) -> dict[str, str]:
    """Targets of a part, with their folders, by the id of the relation; empty when it has none."""
    folder = PurePosixPath(part).parent
    name = str(folder / "_rels" / f"{PurePosixPath(part).name}.rels")
    relations = parts_of(package).get(name)
    if relations is None:
        return {}
    found = map(_attributes, _RELATION.findall(package.read(relations)))
    targets = {each.get("Id", ""): each.get("Target", "") for each in found}
    return {
        key: target.lstrip("/") if target.startswith("/") else str(folder / target)
        for key, target in targets.items()
        if target
    }


def _attributes(tag: bytes) -> dict[str, str]:
    return {
        key.decode().rsplit(":", 1)[-1]: _text(double or single)
        for key, double, single in _ATTRIBUTE.findall(tag)
    }


def _text(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, character)
    text = re.sub(r"&#x([0-9a-fA-F]{1,6});", lambda found: chr(int(found[1], 16)), text)
    text = re.sub(r"&#(\d{1,7});", lambda found: chr(int(found[1])), text)
    return text.replace("&amp;", "&")


def _part_of(package: zipfile.ZipFile, sheet: str) -> str | None:
    parts = parts_of(package)
    book = next((name for name in parts if name.lower().endswith("workbook.xml")), None)
    if book is None:
        return None
    targets = relations_of(package, book)
    for tag in _SHEET.findall(package.read(parts[book])):
        found = _attributes(tag)
        if found.get("name") == sheet and found.get("id") in targets:
            return parts.get(targets[found["id"]])
    return None


def _scan(package: zipfile.ZipFile, part: str, marks: SheetMarks) -> None:
    rest = b""
    has_hidden_rows = False
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            if b"hidden" in block:
                has_hidden_rows = has_hidden_rows or _HIDDEN_ROW.search(block) is not None
                _collect_columns(block, marks)
            if b"<f" not in block and b":f" not in block and b't="e"' not in block:
                rest = block[-_OVERLAP:]
                continue
            ends = [match.end() for match in _END.finditer(block, max(0, len(block) - _OVERLAP))]
            cut = ends[-1] if ends else max(0, len(block) - _OVERLAP)
            _collect(block[:cut], marks)
            rest = block[cut:]
    _collect(rest, marks)
    if has_hidden_rows:
        _collect_rows(package, part, marks)


def _collect(block: bytes, marks: SheetMarks) -> None:
    for match in _CELL.finditer(block):
        attributes, formula, shown = match.groups()
        is_error = _ERROR.search(attributes) is not None
        is_uncalculated = formula and not shown and b't="str"' not in attributes
        if not is_error and not is_uncalculated:
            continue
        reference = _REFERENCE.search(attributes)
        if reference is None:
            continue
        column = 0
        for letter in reference.group(1):
            column = column * 26 + letter - 64
        code = _text(shown or b"#ERROR") if is_error else NOT_CALCULATED
        marks.add_error(int(reference.group(2)) - 1, column - 1, code)


def _collect_columns(block: bytes, marks: SheetMarks) -> None:
    for tag in _COLUMN.findall(block):
        found = _attributes(tag)
        if found.get("hidden") in _TRUE and found.get("min", "").isdecimal():
            span = int(found["min"]) - 1, int(found.get("max", found["min"])) - 1
            if span not in marks.hidden_columns:
                marks.hidden_columns.append(span)


def _collect_rows(package: zipfile.ZipFile, part: str, marks: SheetMarks) -> None:
    """Count all rows, because a row need not say its number."""
    row = -1
    for tag in _row_tags(package, part):
        found = _attributes(tag)
        row = int(found["r"]) - 1 if found.get("r", "").isdecimal() else row + 1
        if found.get("hidden") in _TRUE:
            marks.hide_rows(row, row)


def _row_tags(package: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            cut = block.rfind(b">") + 1
            yield from _ROW.findall(block[:cut])
            rest = block[cut:]
