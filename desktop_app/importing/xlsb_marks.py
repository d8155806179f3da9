"""Error cells, hidden rows and columns of an XLSB sheet, which the quick reader does not tell.

The parts of such a workbook are records: a number, a length, the bytes.
"""

import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path

from desktop_app.importing.sheet_errors import parts_of, relations_of
from desktop_app.importing.sheet_marks import SheetMarks, error_text

_CHUNK = 1 << 20
_ROW, _CELL_ERROR, _FORMULA_ERROR, _COLUMN, _SHEET = 0, 3, 11, 60, 156


def xlsb_marks(path: Path, sheet: str) -> SheetMarks:
    """Marks of one sheet of an XLSB file, by its name."""
    marks = SheetMarks()
    try:
        with zipfile.ZipFile(path) as package:
            _follow(package, _part_of(package, sheet), marks)
    except (
        zipfile.BadZipFile,
        struct.error,
        OSError,
        EOFError,
        KeyError,
        IndexError,
        StopIteration,
        NotImplementedError,
    ):
        marks.is_complete = False
    return marks


def _part_of(package: zipfile.ZipFile, sheet: str) -> str:
    """Name of the part that holds a sheet."""
    parts = parts_of(package)
    book = next(name for name in parts if name.lower().endswith("workbook.bin"))
    targets = relations_of(package, book)
    for kind, data in _records(package, parts[book]):
        if kind == _SHEET:
            relation, end = _text(data, 8)
            name, _end = _text(data, end)
            if name == sheet:
                return parts[targets[relation]]
    raise KeyError(sheet)


def _follow(package: zipfile.ZipFile, part: str, marks: SheetMarks) -> None:
    row = 0
    for kind, data in _records(package, part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", data)
            if data[11] & 0x10:
                marks.hide_rows(row, row)
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            (column,) = struct.unpack_from("<I", data)
            marks.add_error(row, column, error_text(data[8]))
        elif kind == _COLUMN:
            first, last, flags = struct.unpack_from("<II8xH", data)
            if flags & 1:
                marks.hidden_columns.append((first, last))


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text that is preceded by its length, and where it ends."""
    (length,) = struct.unpack_from("<I", data, at)
    end = at + 4 + 2 * length
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def _records(package: zipfile.ZipFile, part: str) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every record of a part."""
    with package.open(part) as stream:
        block, at = stream.read(_CHUNK), 0
        while at < len(block):
            if len(block) - at < 8:  # noqa: PLR2004  (longest head of a record, nearly)
                block, at = block[at:] + stream.read(_CHUNK), 0
            kind, size, at = _head(block, at)
            if len(block) - at < size:
                block, at = block[at:] + stream.read(max(_CHUNK, size)), 0
            yield kind, block[at : at + size]
            at += size
            if at >= len(block):
                block, at = stream.read(_CHUNK), 0


def _head(block: bytes, at: int) -> tuple[int, int, int]:
    """Number and length of a record, seven bits a byte, and where its bytes begin."""
    kind = block[at]
    at += 1
    if kind & 0x80:
        kind = (kind & 0x7F) | (block[at] & 0x7F) << 7
        at += 1
    size = shift = 0
    while True:
        byte = block[at]
        at += 1
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80 or shift > 21:  # noqa: PLR2004  (four bytes at most)
            return kind, size, at
