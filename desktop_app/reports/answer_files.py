"""Answers as files for other programs: CSV, ODK submissions, SPSS, Stata and R."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from desktop_app import clock
from desktop_app.errors import FileProblemError
from desktop_app.i18n import _, language
from desktop_app.questionnaire import answers, statistics
from desktop_app.questionnaire.flat import Cell, FlatTable
from desktop_app.questionnaire.statistics import Files
from desktop_app.questionnaire.versions import unique
from desktop_app.reports.answers_xlsx import AnswerExport, headings
from desktop_app.reports.base import Loss, LossKind, Written
from desktop_app.reports.output import make_folder, new_file

ENCODINGS: Final = {"utf-8": "utf-8-sig", "gb18030": "gb18030"}
"""What a CSV file may be written in: UTF-8 with its mark, or the Chinese standard."""
_ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)
_NOT_IN_NAMES: Final = re.compile(r"[^\w\-]+")

_Moment = tuple[int, int, int, int, int, int]
Package = Callable[[FlatTable, str, str], Files]
PACKAGES: Final[Mapping[str, tuple[Package, str]]] = {
    "spss": (statistics.spss, ".sps"),
    "stata": (statistics.stata, ".do"),
    "r": (statistics.r, ".R"),
}
"""Statistics packages, with the ending of their syntax."""


def write_csv(
    export: AnswerExport, path: Path, *, encoding: str = "utf-8", overwrite: bool = False
) -> list[Path]:
    """Write the answers as CSV.

    A name that ends in ``.csv`` gives the interviews alone, which is enough without repeats. One
    that ends in ``.zip`` gives all tables and the codebook in one file, any other a folder.

    Args:
        export: What is exported.
        path: The file or folder to make.
        encoding: ``utf-8`` or ``gb18030``.
        overwrite: Whether existing files may be replaced.

    Returns:
        The files.

    Raises:
        FileProblemError: a file exists or cannot be written, or one file is not enough.
    """
    check_csv(export, path)
    codec = ENCODINGS[encoding]
    ending = path.suffix.lower()
    tables = {
        f"{name}.csv": _csv(headings(table, labels=export.labels), table.rows)
        for name, table in _named(export.tables)
    }
    if ending == ".csv":
        (text,) = tables.values()
        return [write_file(path, text.encode(codec, "replace"), overwrite=overwrite)]
    with export.in_its_language():
        head = [_("Column"), _("Question"), _("Kind"), _("Choices"), _("Versions"), _("Rule")]
    rows = [
        (each.column, each.question, each.kind, each.choices, each.versions, each.constraint)
        for each in export.codebook
    ]
    tables["codebook.csv"] = _csv(head, rows)
    made = {name: text.encode(codec, "replace") for name, text in tables.items()}
    if ending == ".zip":
        return [_write_zip(path, made, overwrite=overwrite)]
    return _write_folder(path, made, overwrite=overwrite)


def check_csv(export: AnswerExport, path: Path) -> None:
    """Refuse one CSV file for several tables. Raises FileProblemError."""
    if path.suffix.lower() == ".csv" and len(export.tables) > 1:
        text = _(
            "{file}: this questionnaire has repeats, which need a table each. "
            "Name a zip file or a folder."
        )
        raise FileProblemError(text.format(file=path))


def write_submissions(
    export: AnswerExport,
    path: Path,
    read: Callable[[str, str], bytes | None],
    *,
    overwrite: bool = False,
) -> Written:
    """Write each interview as the XML that ODK sends, with its files, in one zip file.

    As ODK keeps them, each interview has a folder with its XML and the files that the XML names.

    Args:
        export: What is exported.
        path: The zip file to make.
        read: Gives what a file holds, by key of the interview and its name; None when it is gone.
        overwrite: Whether an existing file may be replaced.

    Raises:
        FileProblemError: the file exists, or it cannot be written.
    """
    moment = _now()
    taken: set[str] = set()
    losses = []
    with (
        new_file(path, overwrite=overwrite) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for each in export.interviews:
            name = unique([_file_name(f"{each.case}_{each.key}")], taken)
            xml = answers.submission(each.filling(export.language or language()))
            _pack(packed, f"{name}/{name}.xml", moment, xml)
            for file in each.files:
                content = read(each.key, file)
                if content is None:
                    losses.append(Loss(LossKind.GONE, file, name, 1))
                else:
                    _pack(packed, f"{name}/{file}", moment, content)
    return Written(path, tuple(losses))


def write_statistics(
    export: AnswerExport, package: str, folder: Path, *, overwrite: bool = False
) -> list[Path]:
    """Write each table as a CSV file with codes, and the syntax that reads and labels it.

    Args:
        export: What is exported.
        package: ``spss``, ``stata`` or ``r``.
        folder: Where the files go; it is made when it is not there.
        overwrite: Whether existing files may be replaced.

    Raises:
        FileProblemError: a file exists, or cannot be written.
    """
    make, ending = PACKAGES[package]
    made = {}
    for name, table in _named(export.tables_with(labels=False)):
        files = make(table, f"{name}.csv", export.spoken)
        made[f"{name}.csv"] = files.data.encode(errors="replace")
        made[f"{name}{ending}"] = files.syntax.encode(errors="replace")
    return _write_folder(folder, made, overwrite=overwrite)


# Parts -------------------------------------------------------------------------------------------


def _named(tables: Iterable[FlatTable]) -> list[tuple[str, FlatTable]]:
    """Tables with names that any disk takes, each once."""
    taken = {"codebook"}
    return [(unique([_file_name(table.name)], taken), table) for table in tables]


def _file_name(text: str) -> str:
    return _NOT_IN_NAMES.sub("_", text).strip("_") or "table"


def _csv(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    holder = io.StringIO(newline="")
    writer = csv.writer(holder, lineterminator="\r\n")
    writer.writerow(map(_harmless, head))
    writer.writerows(map(_harmless, row) for row in rows)
    return holder.getvalue()


def _harmless(cell: Cell) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = "" if cell is None else str(cell).replace("\0", "")
    is_active = text.startswith(_ACTIVE) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_active else text


def write_file(path: Path, content: bytes, *, overwrite: bool) -> Path:
    """Write a file whole or not at all. Raises FileProblemError."""
    with new_file(path, overwrite=overwrite) as temporary:
        temporary.write_bytes(content)
    return path


def _write_zip(path: Path, files: Mapping[str, bytes], *, overwrite: bool) -> Path:
    moment = _now()
    with (
        new_file(path, overwrite=overwrite) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name, content in files.items():
            _pack(packed, name, moment, content)
    return path


def _now() -> _Moment:
    now = clock.local(clock.now())
    return now.year, now.month, now.day, now.hour, now.minute, now.second


def _pack(packed: zipfile.ZipFile, name: str, moment: _Moment, content: bytes) -> None:
    packed.writestr(zipfile.ZipInfo(name, moment), content, zipfile.ZIP_DEFLATED)


def _write_folder(folder: Path, files: Mapping[str, bytes], *, overwrite: bool) -> list[Path]:
    """All files into a folder, none when one of them may not be replaced."""
    for name in files:
        if (folder / name).exists() and not overwrite:
            text = _("{file} exists already. Choose another name or allow replacing it.")
            raise FileProblemError(text.format(file=folder / name))
    make_folder(folder)
    return [
        write_file(folder / name, content, overwrite=overwrite) for name, content in files.items()
    ]
