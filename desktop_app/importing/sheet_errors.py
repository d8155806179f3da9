"""Find the cells of an XLSX sheet that show an error, and formulas that were never calculated.

The quick reader gives nothing for both, and a missing value must not pass for an empty one.
The sheet's XML is scanned as a stream; nothing is expanded.
"""

import re
import zipfile
from pathlib import Path, PurePosixPath

NOT_CALCULATED = "=?"
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


def error_cells(path: Path, sheet: str) -> dict[int, dict[int, str]]:
    """Positions of error cells of one sheet.

    Args:
        path: The workbook.
        sheet: Name of the sheet.

    Returns:
        Row index to column index to what the cell shows; both from 0. Empty when the parts cannot
        be followed.
    """
    try:
        with zipfile.ZipFile(path) as package:
            part = _part_of(package, sheet)
            if part is None:
                return {}
            return _scan(package, part)
    except (zipfile.BadZipFile, OSError, KeyError, EOFError, NotImplementedError):
        return {}


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
    names = package.namelist()
    book = next((name for name in names if name.lower().endswith("workbook.xml")), None)
    if book is None:
        return None
    folder = PurePosixPath(book).parent
    relations = str(folder / "_rels" / (PurePosixPath(book).name + ".rels"))
    if relations not in names:
        return None
    targets = {}
    for tag in _RELATION.findall(package.read(relations)):
        relation = _attributes(tag)
        targets[relation.get("Id", "")] = relation.get("Target", "")
    for tag in _SHEET.findall(package.read(book)):
        found = _attributes(tag)
        if found.get("name") == sheet and targets.get(found.get("id", "")):
            target = targets[found["id"]]
            part = target.lstrip("/") if target.startswith("/") else str(folder / target)
            return part if part in names else None
    return None


def _scan(package: zipfile.ZipFile, part: str) -> dict[int, dict[int, str]]:
    found: dict[int, dict[int, str]] = {}
    rest = b""
    with package.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            block = rest + chunk
            if b"<f" not in block and b":f" not in block and b't="e"' not in block:
                rest = block[-_OVERLAP:]
                continue
            ends = [match.end() for match in _END.finditer(block, max(0, len(block) - _OVERLAP))]
            cut = ends[-1] if ends else max(0, len(block) - _OVERLAP)
            _collect(block[:cut], found)
            rest = block[cut:]
    _collect(rest, found)
    return found


def _collect(block: bytes, found: dict[int, dict[int, str]]) -> None:
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
        found.setdefault(int(reference.group(2)) - 1, {})[column - 1] = code
