"""The process that reads one foreign file: ``python -m desktop_app.importing.child``.

It gets one request (a frame) on standard input and answers on standard output with a ``head``
frame, ``rows`` frames and an ``end`` frame, or with a ``problem`` frame. It has no database, no
network, no translation and little memory; when it dies, the program goes on.
"""

import sys
from collections.abc import Iterable
from itertools import chain, islice
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from desktop_app.importing import layout
from desktop_app.importing.limits import apply_limits, peak_memory
from desktop_app.importing.text_files import Record, TextSource, open_text
from desktop_app.importing.wire import ParseProblem, read_frame, write_frame
from desktop_app.importing.workbooks import OLE_MAGIC, WorkbookSource, open_workbook, preflight

BATCH_ROWS = 1000
CHEAP_BYTES = 5_000_000
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_BIFF_STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")


def main() -> int:
    """Answer one request.

    Returns:
        Exit status, always 0 when an answer was given.
    """
    apply_limits()
    answers = sys.stdout.buffer
    sys.excepthook = _last_words
    request = read_frame(sys.stdin.buffer)
    if request is None:
        return 2
    try:
        if request.get("job") == "xlsform":
            convert_form(request, answers)
        elif request.get("job") == "sheets":
            send_sheets(request, answers)
        else:
            answer(request, answers)
    except ParseProblem as problem:
        write_frame(answers, {"problem": problem.code, "details": problem.details})
    except MemoryError:
        write_frame(answers, {"problem": "memory", "details": {}})
    except OSError as error:
        write_frame(answers, {"problem": "unreadable", "details": {"reason": error.strerror or ""}})
    return 0


def _last_words(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Tell what kind of surprise ended the process; never a value out of the file."""
    line = 0
    while traceback is not None:
        line, traceback = traceback.tb_lineno, traceback.tb_next
    del error
    details = {"reason": f"{kind.__name__}:{line}"}
    write_frame(sys.stdout.buffer, {"problem": "broken", "details": details})


def convert_form(request: dict[str, Any], answers: IO[bytes]) -> None:
    """A form instead of rows; see `xlsform_child`."""
    from desktop_app.importing import xlsform_child  # noqa: PLC0415  (tables do not need it)

    if "cells" in request:
        xlsform_child.convert_cells(request, answers)
        return
    path = Path(request["path"])
    if path.stat().st_size == 0:
        raise ParseProblem("empty")
    with path.open("rb") as raw:
        start = raw.read(512)
    kind = "text"
    if start.startswith(b"PK\x03\x04"):
        kind = preflight(path, allow_macros=True)
    elif start.startswith(OLE_MAGIC):
        kind = "xls"
    xlsform_child.convert(request, answers, kind)


def send_sheets(request: dict[str, Any], answers: IO[bytes]) -> None:
    """Texts of whole sheets instead of the rows of a table; see `sheet_cells`."""
    from desktop_app.importing import sheet_cells  # noqa: PLC0415  (tables do not need it)

    sheet_cells.send(request, answers)


def open_source(request: dict[str, Any]) -> TextSource | WorkbookSource:
    """Open the file by what it is, whatever its name says.

    Raises:
        ParseProblem: it cannot be read.
    """
    path = Path(request["path"])
    with path.open("rb") as raw:
        start = raw.read(512)
    sheet, fill = request.get("sheet"), bool(request.get("fill_merged"))
    if start.startswith(b"PK\x03\x04"):
        kind = preflight(path)
        streamed = bool(request.get("streamed")) and kind == "xlsx"
        return open_workbook(path, kind, sheet, fill_merged=fill, streamed=streamed)
    if start.startswith(OLE_MAGIC):
        with path.open("rb") as raw:
            if any(_ENCRYPTED_PACKAGE in block for block in iter(lambda: raw.read(1 << 20), b"")):
                raise ParseProblem("encrypted")
        return open_workbook(path, "xls", sheet, fill_merged=fill, streamed=False)
    if start.startswith(_BIFF_STARTS):
        raise ParseProblem("old_excel")
    if sheet:
        raise ParseProblem("no_sheets", sheet=sheet)
    return open_text(path, request.get("encoding"), request.get("delimiter"))


def answer(request: dict[str, Any], answers: IO[bytes]) -> None:
    """Read the file that is asked for and send what is in it.

    Raises:
        ParseProblem: it cannot be read, found before or between rows.
    """
    source = open_source(request)
    records = iter(source.records())
    sample = list(islice(records, layout.SAMPLE_RECORDS))
    wanted: int | None = request.get("header_row")
    skipped = 0
    while wanted is None and sample and not any(layout.trimmed(cells) for _, cells, _ in sample):
        skipped += len(sample)
        sample = list(islice(records, layout.SAMPLE_RECORDS))
    header_row = wanted if wanted is not None else _guess_header(sample)
    while sample and header_row and sample[-1][0] < header_row:
        more = list(islice(records, layout.SAMPLE_RECORDS))
        if not more:
            raise ParseProblem("no_header_row", row=header_row)
        sample = [*sample, *more]
    header = next((cells for number, cells, _ in sample if number == header_row), [])
    body = [cells for number, cells, problem in sample if number > header_row and not problem]
    width = _width(layout.trimmed(header), body, is_text=isinstance(source, TextSource))
    if width > layout.MAX_COLUMNS:
        raise ParseProblem("too_wide", columns=width, most=layout.MAX_COLUMNS)
    write_frame(answers, {"head": _head(source, header, header_row, width)})
    counts = {
        "rows": 0, "blank": skipped, "preamble": 0, "short": 0, "hidden": 0, "first_hidden": 0,
    }  # fmt: skip
    everything = chain(sample, records)
    _send_rows(request, source, everything, answers, counts, header_row=header_row, width=width)


def _guess_header(sample: list[Record]) -> int:
    if not sample:
        return 0
    return sample[layout.find_header([cells for _, cells, _ in sample])][0]


def _width(header: list[Any], body: list[list[Any]], *, is_text: bool) -> int:
    """Columns of the table: the headings, and unnamed ones that the rows really use."""
    widths = sorted(len(layout.trimmed(cells)) for cells in body if layout.trimmed(cells))
    if not widths:
        return len(header)
    used = widths[(len(widths) - 1) // 2] if is_text else widths[-1]
    return max(len(header), used)


def _head(
    source: TextSource | WorkbookSource, header: list[Any], header_row: int, width: int
) -> dict[str, Any]:
    head: dict[str, Any] = {
        "headings": layout.headings(layout.trimmed(header), width),
        "header_row": header_row,
        "kind": "text",
        "sheets": [],
        "sheet": "",
        "encoding": "",
        "encoding_sure": True,
        "delimiter": "",
        "merged": 0,
        "hidden_columns": [],
        "is_followed": True,
    }
    if isinstance(source, TextSource):
        head |= {
            "encoding": source.encoding,
            "encoding_sure": source.encoding_sure,
            "delimiter": source.delimiter,
        }
    else:
        merged = sum(1 for merge in source.merges if merge[2] >= header_row)
        head |= {
            "kind": source.kind,
            "sheets": source.sheets,
            "sheet": source.sheet,
            "merged": merged,
            "hidden_columns": _hidden(source, head["headings"]),
            "is_followed": source.marks.is_complete,
        }
    return head


def _hidden(source: WorkbookSource, headings: list[str]) -> list[str]:
    spans = source.marks.hidden_columns
    return [
        heading
        for column, heading in enumerate(headings)
        if any(first <= column <= last for first, last in spans)
    ]


def _send_rows(
    request: dict[str, Any],
    source: TextSource | WorkbookSource,
    records: Iterable[Record],
    answers: IO[bytes],
    counts: dict[str, int],
    *,
    header_row: int,
    width: int,
) -> None:
    limit: int | None = request.get("limit")
    is_text = isinstance(source, TextSource)
    size = Path(request["path"]).stat().st_size
    cheap = not is_text or size <= CHEAP_BYTES
    batch: list[list[Any]] = []
    complete = True
    for number, raw, found in records:
        cells, problem = layout.trimmed(raw), found
        if not cells and not problem:
            counts["blank"] += 1
            continue
        if number <= header_row:
            counts["preamble"] += number < header_row
            continue
        counts["rows"] += 1
        if isinstance(source, WorkbookSource) and source.is_hidden(number):
            counts["hidden"] += 1
            counts["first_hidden"] = counts["first_hidden"] or number
        if limit is not None and counts["rows"] > limit:
            if cheap:  # count on, but send nothing more
                continue
            counts["rows"] -= 1
            complete = False
            break
        if is_text:
            counts["short"] += len(raw) < width
            if len(cells) > width:
                problem = problem or "too_many_cells"
        batch.append([number, cells, problem])
        if len(batch) >= BATCH_ROWS:
            write_frame(answers, {"rows": batch, "total": _estimate(source, size, counts["rows"])})
            batch = []
    write_frame(answers, {"rows": batch, "total": counts["rows"]})
    write_frame(answers, {"end": counts | {"complete": complete, "peak": peak_memory()}})


def _estimate(source: TextSource | WorkbookSource, size: int, rows: int) -> int | None:
    if isinstance(source, WorkbookSource):
        return source.height
    return max(rows, rows * size // source.done_bytes) if source.done_bytes else None


if __name__ == "__main__":
    sys.exit(main())
