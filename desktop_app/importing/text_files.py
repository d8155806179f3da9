"""Delimited text in the child: encoding ladder, delimiter, records. Streams; memory stays flat."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from desktop_app.importing.wire import Cell, ParseProblem

DELIMITERS = (",", "\t", ";", "|")
MAX_FIELD_CHARS = 1_000_000
MAX_CELL_CHARS = 32_767
MAX_LINE_CHARS = 1 << 25
_BLOCK = 1 << 20
_SAMPLE_CHARS = 1 << 17
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"SQLite format 3", "SQLite"),
)
Record = tuple[int, list[Cell], str]
"""Number of the record (1 is the first), its cells, what is wrong with it (a code or empty)."""


@dataclass(slots=True)
class TextSource:
    """An opened delimited text; ``records`` may be walked once."""

    path: Path
    encoding: str
    encoding_sure: bool
    delimiter: str
    skip_lines: int = 0
    done_bytes: int = field(default=0)

    def records(self) -> Iterator[Record]:
        """Every record with its number, blank ones as an empty list."""
        with self.path.open("rb") as raw:
            text = io.TextIOWrapper(raw, encoding=self.encoding, newline="", errors="strict")
            lines = _Lines(text)
            for _line in range(self.skip_lines):
                next(lines, "")
            csv.field_size_limit(MAX_FIELD_CHARS)
            reader = csv.reader(lines, delimiter=self.delimiter)
            number = self.skip_lines
            while True:
                number += 1
                lines.begin()
                try:
                    cells: list[Cell] = [*next(reader)]
                except StopIteration:
                    return
                except csv.Error:
                    yield number, [lines.kept], "cell_too_long"
                    continue
                except UnicodeDecodeError as error:
                    raise ParseProblem("undecodable", encoding=self.encoding, row=number) from error
                problem = "unclosed" if lines.ended else ""
                if any(len(str(cell)) > MAX_CELL_CHARS for cell in cells):
                    problem = problem or "cell_too_long"
                self.done_bytes = raw.tell()
                yield number, cells, problem


class _Lines:
    """Lines of a text, knowing whether it ended inside a record and how that record began."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.ended = False
        self.kept = ""

    def begin(self) -> None:
        self.kept = ""

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE_CHARS)
        if len(line) == MAX_LINE_CHARS:
            raise ParseProblem("long_line", most=f"{MAX_LINE_CHARS:,}")
        if not line:
            self.ended = True
            raise StopIteration
        if not self.kept:
            self.kept = line[:MAX_CELL_CHARS]
        return line


def open_text(path: Path, encoding: str | None, delimiter: str | None) -> TextSource:
    """Find encoding and delimiter of a text file.

    Args:
        path: The file.
        encoding: What the person chose, ``None`` to follow the ladder.
        delimiter: What the person chose, ``None`` to guess.

    Raises:
        ParseProblem: empty, not text, or not in the chosen encoding.
    """
    with path.open("rb") as raw:
        start = raw.read(1 << 16)
    if not start:
        raise ParseProblem("empty")
    for magic, kind in _FOREIGN:
        if start.startswith(magic):
            raise ParseProblem("not_a_table", kind=kind)
    if encoding is None:
        found, sure = detect_encoding(path, start)
    else:
        found, sure = _chosen(path, encoding), True
    sample = _sample(path, found)
    lowered = sample[:2000].lstrip("\ufeff \r\n\t").lower()
    if lowered.startswith(("<html", "<!doctype html", "<table", "<?xml")) or "<html" in lowered:
        raise ParseProblem("web_page")
    first, _, rest = sample.partition("\n")
    if first.lower().startswith("sep=") and len(first.strip()) == len("sep=") + 1:
        return TextSource(path, found, sure, delimiter or first.strip()[-1], skip_lines=1)
    del rest
    return TextSource(path, found, sure, delimiter or sniff_delimiter(sample))


def detect_encoding(path: Path, start: bytes) -> tuple[str, bool]:
    """Follow the ladder: byte order mark, strict UTF-8, GB18030, else ask.

    Returns:
        The encoding and whether it is sure; when it is not, ``latin-1`` shows every byte and the
        person has to choose.

    Raises:
        ParseProblem: the file holds no text.
    """
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name, True
    if b"\0" in start:
        return _utf16_without_mark(start), True
    controls = sum(start.count(bytes([code])) for code in (*range(1, 9), *range(14, 27)))
    if controls > len(start) // 50:
        raise ParseProblem("not_a_table", kind="binary")
    for name in ("utf-8", "gb18030"):
        if _decodes(path, name):
            return name, True
    return "latin-1", False


def _utf16_without_mark(start: bytes) -> str:
    even, odd = start[0::2].count(0), start[1::2].count(0)
    half = len(start) // 2 or 1
    if odd > half * 0.3 and even < half * 0.05:
        return "utf-16-le"
    if even > half * 0.3 and odd < half * 0.05:
        return "utf-16-be"
    raise ParseProblem("not_a_table", kind="binary")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as raw:
        try:
            while block := raw.read(_BLOCK):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _chosen(path: Path, encoding: str) -> str:
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # refuses base64 and others that are not for text
    except LookupError as error:
        raise ParseProblem("unknown_encoding", encoding=encoding) from error
    if name == "utf-8":
        name = "utf-8-sig"
    if name in {"gb2312", "gbk"}:
        name = "gb18030"
    if not _decodes(path, name):
        raise ParseProblem("wrong_encoding", encoding=encoding)
    return name


def _sample(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as text:
        sample = text.read(_SAMPLE_CHARS)
    if len(sample) == _SAMPLE_CHARS:
        sample = sample[: max(sample.rfind("\n"), 1)]
    return sample


def sniff_delimiter(sample: str) -> str:
    """Choose the delimiter that cuts most records of the sample into the same number of cells."""
    best, best_score = ",", 0.0
    csv.field_size_limit(MAX_FIELD_CHARS)
    for delimiter in DELIMITERS:
        try:
            rows = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
            widths = Counter(len(row) for row in rows if row)
        except csv.Error:
            continue
        if not widths:
            continue
        width, times = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]))
        if width < 2:  # noqa: PLR2004  (one column: this delimiter cuts nothing)
            continue
        score = times / widths.total() * (1 + width / 1000)
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best
