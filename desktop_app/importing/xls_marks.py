"""Error cells, hidden rows and columns of an XLS sheet, which the quick reader does not tell.

An XLS file is a small file system (compound file) with a stream of records (BIFF). Only the few
records that matter are looked at; every number in the file is distrusted.
"""

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

from desktop_app.importing.sheet_marks import SheetMarks, error_text

_ENTRY = 128
_IN_HEADER = 109  # numbers of sectors with the table of sectors, in the header
_LAST_SECTOR = 0xFFFFFFFA  # from here on a number means something else
_STREAM, _ROOT = 2, 5
_BOF, _EOF, _BOUNDSHEET = 0x0809, 0x000A, 0x0085
_ROW, _COLINFO, _BOOLERR, _FORMULA = 0x0208, 0x007D, 0x0205, 0x0006
_NO_NUMBER, _IS_ERROR = b"\xff\xff", b"\x02"


class _DamagedError(ValueError):
    """The file contradicts itself."""


def xls_marks(path: Path, place: int) -> SheetMarks:
    """Marks of one sheet of an XLS file.

    Args:
        path: The workbook.
        place: Of the sheet among all sheets, from 0.
    """
    marks = SheetMarks()
    try:
        stream = _workbook_stream(path.read_bytes())
        for kind, data in _records(stream, _sheet_start(stream, place)):
            _look(marks, kind, data)
    except (_DamagedError, struct.error, IndexError, OSError):
        marks.is_complete = False
    return marks


def _look(marks: SheetMarks, kind: int, data: bytes) -> None:
    if kind == _FORMULA:  # with the last result
        row, column = struct.unpack_from("<HH", data)
        if data[12:14] == _NO_NUMBER and data[6:7] == _IS_ERROR:
            marks.add_error(row, column, error_text(data[8]))
    elif kind == _ROW:
        row, flags = struct.unpack_from("<H10xH", data)
        if flags & 0x20:
            marks.hide_rows(row, row)
    elif kind == _BOOLERR:
        row, column, code, is_error = struct.unpack_from("<HH2xBB", data)
        if is_error:
            marks.add_error(row, column, error_text(code))
    elif kind == _COLINFO:
        first, last, flags = struct.unpack_from("<HH4xH", data)
        if flags & 1:
            marks.hidden_columns.append((first, last))


# Records ------------------------------------------------------------------------------------------


def _sheet_start(stream: bytes, place: int) -> int:
    """Where the records of a sheet begin."""
    sheets = [data for kind, data in _records(stream, 0) if kind == _BOUNDSHEET]
    return int.from_bytes(sheets[place][:4], "little")


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """Records of one part of the workbook, without those of charts inside."""
    depth, at = 0, start
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
        elif depth == 1:
            yield kind, stream[at : at + size]
        if depth <= 0:
            return
        at += size


# The file system around them ----------------------------------------------------------------------


def _workbook_stream(raw: bytes) -> bytes:
    """The stream with the records: the newer kind where both are there."""
    shift, small_shift = struct.unpack_from("<HH", raw, 30)
    if not 7 <= shift <= 16 or not 4 <= small_shift < shift:  # noqa: PLR2004  (sizes as powers of 2)
        raise _DamagedError
    sectors = raw[1 << shift :]  # sector 0 begins after the header
    first_entry, least, first_small = struct.unpack_from("<I4xII", raw, 48)
    table = _table(raw, sectors, shift)
    found: dict[str, tuple[int, int]] = {}
    entries = _chain(sectors, table, first_entry, shift)
    for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
        length, kind = struct.unpack_from("<HB", entries, at + 64)
        name = entries[at : at + max(length - 2, 0)].decode("utf-16-le", "replace").lower()
        if kind in (_STREAM, _ROOT):
            found["" if kind == _ROOT else name] = struct.unpack_from("<II", entries, at + 116)
    start, size = found.get("workbook") or found.get("book") or (_LAST_SECTOR, 0)
    if size >= least:
        return _chain(sectors, table, start, shift)[:size]
    small_sectors = _chain(sectors, table, found.get("", (_LAST_SECTOR, 0))[0], shift)
    small_table = _numbers(_chain(sectors, table, first_small, shift))
    return _chain(small_sectors, small_table, start, small_shift)[:size]


def _table(raw: bytes, sectors: bytes, shift: int) -> Sequence[int]:
    """Which sector follows which."""
    parts = list(struct.unpack_from(f"<{_IN_HEADER}I", raw, 76))
    following: int = struct.unpack_from("<I", raw, 68)[0]
    seen = 0
    while following < _LAST_SECTOR:
        *more, following = _numbers(_sector(sectors, following, shift))
        parts += more
        seen += 1
        if seen > len(sectors) >> shift:
            raise _DamagedError
    known = [number for number in parts if number < _LAST_SECTOR]
    return _numbers(b"".join(_sector(sectors, number, shift) for number in known))


def _chain(sectors: bytes, table: Sequence[int], start: int, shift: int) -> bytes:
    """The sectors that follow each other from a beginning."""
    found: list[bytes] = []
    number = start
    while number < _LAST_SECTOR:
        found.append(_sector(sectors, number, shift))
        number = table[number]
        if len(found) > len(table):
            raise _DamagedError
    return b"".join(found)


def _sector(sectors: bytes, number: int, shift: int) -> bytes:
    found = sectors[number << shift : (number + 1) << shift]
    if not found:
        raise _DamagedError
    return found


def _numbers(data: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])
