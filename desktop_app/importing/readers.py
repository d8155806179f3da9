"""Foreign files as rows: the only place outside the child that knows file formats exist.

``preview`` shows how a file will be read, ``open_table`` gives its rows as a stream. The reading
itself happens in a child process (:mod:`desktop_app.importing.sandbox`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict

from desktop_app.errors import FileProblemError
from desktop_app.i18n import N_, _
from desktop_app.importing.remarks import remarks
from desktop_app.importing.sandbox import BASE_SECONDS, ChildFailedError, ReadingChild
from desktop_app.importing.second_table import SecondTable
from desktop_app.importing.wire import Cell
from desktop_app.progress import Progress, Silent

PREVIEW_ROWS = 50
ENCODINGS = ("utf-8", "gb18030", "big5", "utf-16", "windows-1252", "shift_jis", "euc-kr")
"""Encodings offered for choice; any other name Python knows may be typed."""

_FILE_PROBLEMS = {
    "empty": N_("{file} is empty."),
    "not_a_table": N_(
        "{file} is not a table ({kind}). Save the data as CSV or XLSX and import that file."
    ),
    "not_a_form": N_(
        "{file} is not a questionnaire. Choose an XLSForm: XLSX, XLS, CSV or Markdown with a sheet "
        "“survey”."
    ),
    "web_page": N_(
        "{file} is a web page with the name of a table. Open it in a spreadsheet program, save it "
        "as XLSX and import that file."
    ),
    "old_excel": N_(
        "{file} was written by an Excel older than 1997. Open it in a spreadsheet program, save it "
        "as XLSX and import that file."
    ),
    "encrypted": N_(
        "{file} is protected with a password. Open it, remove the password, save it and import it "
        "again."
    ),
    "macros": N_(
        "{file} contains macros, which are never opened. Save it as XLSX without macros and import "
        "that file."
    ),
    "unsafe_names": N_(
        "{file} contains parts with unsafe names and was not opened. Save it anew in a spreadsheet "
        "program."
    ),
    "too_large": N_(
        "{file} unpacks to more than may be read. Split it into smaller files or save it as CSV."
    ),
    "too_wide": N_("{file} has {columns} columns; at most {most} can be read."),
    "damaged": N_(
        "{file} is damaged or cut off. Open it in a spreadsheet program, save it anew and import "
        "that file."
    ),
    "no_sheet": N_('{file} has no sheet "{sheet}". It has: {sheets}.'),
    "no_sheets": N_('{file} is a text file and has no sheet "{sheet}". Name no sheet.'),
    "no_worksheet": N_("{file} has no sheet with cells."),
    "no_header_row": N_("{file} has no row {row} to take headings from."),
    "undecodable": N_(
        "{file} is not in the encoding {encoding}: row {row} cannot be read. Choose another "
        "encoding."
    ),
    "wrong_encoding": N_("{file} is not in the encoding {encoding}. Choose another encoding."),
    "unknown_encoding": N_("There is no encoding {encoding}. Try gb18030, utf-8 or big5."),
    "long_line": N_("{file} is not a table: it has a line of more than {most} characters."),
    "ask_encoding": N_(
        "{file} is neither UTF-8 nor GB18030. Choose its encoding, for example big5 or "
        "windows-1252."
    ),
    "unreadable": N_("{file} cannot be read: {reason}. Check that it exists and is not locked."),
    "memory": N_(
        "{file} needs more than 1 GB of memory to read. Split it into smaller files or save it as "
        "CSV."
    ),
    "time": N_(
        "Reading {file} took too long and was stopped. Save it as CSV and import that file."
    ),
    "broken": N_(
        "{file} could not be read; it may be damaged. Open it in a spreadsheet program, save it "
        "anew and import that file."
    ),
}
_ROW_PROBLEMS = {
    "too_many_cells": N_(
        "The row has more cells than there are headings; a delimiter may be stray."
    ),
    "unclosed": N_("A quotation mark that opens here is never closed."),
    "cell_too_long": N_(
        "A cell is longer than 32,767 characters; a quotation mark may be missing."
    ),
}


class ReadOptions(BaseModel):
    """How a file is to be read; ``None`` is guessed and shown in the preview.

    Attributes:
        sheet: Sheet of a workbook.
        encoding: Encoding of a text.
        delimiter: Delimiter of a text.
        header_row: Row with the headings, from 1; 0 for none.
        fill_merged: Give every cell of a merged block the value of the block.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    sheet: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    fill_merged: bool = False


class SourceRow(NamedTuple):
    """One row below the headings.

    Attributes:
        number: Row of the sheet or record of the text, from 1, as a spreadsheet shows it.
        cells: As many as there are, blank ones at the end left out.
        problem: Translated sentence why the row as a whole cannot be used, or empty.
    """

    number: int
    cells: list[Cell]
    problem: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook."""

    name: str
    is_visible: bool


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first row.

    Attributes:
        kind: ``text``, ``xlsx``, ``xlsb``, ``xls`` or ``ods``.
        sheets: Sheets of a workbook.
        sheet: The sheet that is read.
        encoding: Encoding of a text.
        encoding_sure: Whether the ladder found it; if not, a person must choose.
        delimiter: Delimiter of a text.
        headings: Unique names of the columns; one without a name is ``[C]`` by its letter.
        header_row: Row of the headings, 0 for none.
        merged: Merged blocks at or below the headings.
        hidden_columns: Headings of the columns that are hidden in the sheet.
        is_followed: Whether errors and hidden parts of the sheet could be looked for.
    """

    kind: str
    sheets: tuple[Sheet, ...]
    sheet: str
    encoding: str
    encoding_sure: bool
    delimiter: str
    headings: tuple[str, ...]
    header_row: int
    merged: int
    hidden_columns: tuple[str, ...]
    is_followed: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """What was in the file: ``preamble + (1 heading) + rows + blank`` is all of it.

    Attributes:
        rows: Rows below the headings that are not blank.
        blank: Blank rows.
        preamble: Rows above the headings that are not blank.
        short: Rows with fewer cells than headings (text only); the missing ones are not known.
        hidden: Rows below the headings that are hidden in the sheet and not blank.
        first_hidden: Number of the first of them, 0 for none.
        peak_memory: Bytes the child held at most, 0 where not known.
        is_complete: False when only the beginning was counted.
    """

    rows: int
    blank: int
    preamble: int
    short: int
    hidden: int
    first_hidden: int
    peak_memory: int
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """How a file will be read.

    Attributes:
        head: Sheets, encoding, headings.
        rows: The first rows.
        total_rows: All rows, ``None`` when counting would take long.
        remarks: Sentences about what is hidden or not read.
    """

    head: Head
    rows: tuple[SourceRow, ...]
    total_rows: int | None
    remarks: tuple[str, ...] = ()


class Table:
    """An opened file: ``head`` at once, rows by iterating once, ``counts`` after the last."""

    def __init__(self, path: Path, head: Head, frames: Iterator[dict[str, Any]]) -> None:
        self.path = path
        self.head = head
        self.counts: Counts | None = None
        self._frames = frames
        self._second = SecondTable(head.headings, head.header_row)

    def __iter__(self) -> Iterator[SourceRow]:
        rows = self._read()
        return self._second.marked(rows) if self.head.header_row else rows

    def remarks(self) -> tuple[str, ...]:
        """Sentences about what is hidden or not read, as far as it was read."""
        second = self._second
        return tuple(remarks(self.head, self.counts, second.row, second.doubtful))

    def _read(self) -> Iterator[SourceRow]:
        sentences = {code: _(text) for code, text in _ROW_PROBLEMS.items()} | {"": ""}
        try:
            for frame in self._frames:
                _raise_problem(self.path, frame)
                for number, cells, problem in frame.get("rows", ()):
                    yield SourceRow(number, cells, sentences[problem])
                if "end" in frame:
                    self.counts = _counts(frame["end"])
        except ChildFailedError as error:
            raise file_problem(self.path, error.code) from error


@contextmanager
def open_table(
    path: Path,
    options: ReadOptions | None = None,
    progress: Progress | None = None,
    *,
    limit: int | None = None,
    base_seconds: float = BASE_SECONDS,
) -> Iterator[Table]:
    """Open a foreign file and give its rows as a stream.

    Args:
        path: The file.
        options: How to read it.
        progress: Told after each thousand rows; may cancel, which ends the child at once.
        limit: Give no more rows than this.
        base_seconds: Time before the first 100,000 rows; then 30 s for each 100,000.

    Raises:
        FileProblemError: it cannot be read, here or while iterating.
        CancelledError: the person asked to stop.
    """
    request = {"path": str(path), "limit": limit, **(options or ReadOptions()).model_dump()}
    try:
        with ReadingChild(request, progress or Silent(), base_seconds=base_seconds) as child:
            frames = child.frames()
            yield Table(path, _head(path, frames), frames)
            return
    except _NeedsStreamError:
        pass
    with ReadingChild(
        request | {"streamed": True}, progress or Silent(), base_seconds=base_seconds
    ) as child:
        frames = child.frames()
        yield Table(path, _head(path, frames, is_streamed=True), frames)


def preview(
    path: Path, options: ReadOptions | None = None, progress: Progress | None = None
) -> Preview:
    """Read the first rows of a file and say how they were understood.

    Raises:
        FileProblemError: it cannot be read at all. An encoding that is not sure is no error here:
            ``head.encoding_sure`` is false and a person has to choose.
        CancelledError: the person asked to stop.
    """
    with open_table(path, options, progress, limit=PREVIEW_ROWS) as table:
        rows = tuple(table)
    counts = table.counts
    total = counts.rows if counts is not None and counts.is_complete else None
    return Preview(table.head, rows, total, table.remarks())


def require_sure_encoding(table: Table) -> None:
    """Refuse to go on with a text nobody knows the encoding of.

    Raises:
        FileProblemError: the encoding has to be chosen.
    """
    if not table.head.encoding_sure:
        raise file_problem(table.path, "ask_encoding")


class _NeedsStreamError(Exception):
    """The quick workbook reader died of memory before the first row; the slow one may not."""


def _head(path: Path, frames: Iterator[dict[str, Any]], *, is_streamed: bool = False) -> Head:
    try:
        frame = next(frames)
    except ChildFailedError as error:
        if error.code == "memory" and not is_streamed and _is_zip(path):
            raise _NeedsStreamError from error
        raise file_problem(path, error.code) from error
    if frame.get("problem") == "memory" and not is_streamed and _is_zip(path):
        raise _NeedsStreamError
    _raise_problem(path, frame)
    head = frame["head"]
    return Head(
        kind=head["kind"],
        sheets=tuple(Sheet(name, bool(visible)) for name, visible in head["sheets"]),
        sheet=head["sheet"],
        encoding=head["encoding"],
        encoding_sure=head["encoding_sure"],
        delimiter=head["delimiter"],
        headings=tuple(head["headings"]),
        header_row=head["header_row"],
        merged=head["merged"],
        hidden_columns=tuple(head["hidden_columns"]),
        is_followed=head["is_followed"],
    )


def _is_zip(path: Path) -> bool:
    try:
        with path.open("rb") as raw:
            return raw.read(4) == b"PK\x03\x04"
    except OSError:
        return False


def _counts(end: dict[str, Any]) -> Counts:
    return Counts(
        rows=end["rows"],
        blank=end["blank"],
        preamble=end["preamble"],
        short=end["short"],
        hidden=end["hidden"],
        first_hidden=end["first_hidden"],
        peak_memory=end["peak"],
        is_complete=end["complete"],
    )


def _raise_problem(path: Path, frame: dict[str, Any]) -> None:
    if "problem" in frame:
        raise file_problem(path, frame["problem"], **frame["details"])


def file_problem(path: Path, code: str, **details: Any) -> FileProblemError:
    """The sentence for what the reading child found, to be raised."""
    text = _FILE_PROBLEMS.get(code, _FILE_PROBLEMS["broken"])
    return FileProblemError(_(text).format(file=path.name, **details))
