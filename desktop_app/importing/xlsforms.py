"""XLSForms from outside: converted in the reading child, read by the questionnaire engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from desktop_app.errors import FileProblemError
from desktop_app.importing.readers import file_problem
from desktop_app.importing.sandbox import ChildFailedError, ReadingChild
from desktop_app.progress import Progress, Silent
from desktop_app.questionnaire import xform
from desktop_app.questionnaire.external import MAX_FILE_BYTES
from desktop_app.questionnaire.form import Form, FormProblemsError
from desktop_app.questionnaire.places import Workbook
from desktop_app.questionnaire.sheets import Sheets
from desktop_app.questionnaire.xlsform import SheetProblem, explain, located

_XML_STARTS = (b"<?xml", b"<h:html", b"<html", b"\xef\xbb\xbf<")
_HEAD_BYTES = 16


@dataclass(frozen=True, slots=True)
class Converted:
    """An XLSForm as an XForm.

    Attributes:
        xml: The XForm.
        itemsets: External choices as CSV, empty when there are none.
        form: The form itself.
        warnings: What is odd, with its cell.
        cells: Texts of its sheets row by row, as they stand in the file; none of an XForm.
    """

    xml: str
    itemsets: str
    form: Form
    warnings: tuple[SheetProblem, ...]
    cells: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)


class FormFileError(FileProblemError):
    """A form cannot be used; every reason with its cell."""

    def __init__(self, problems: tuple[SheetProblem, ...]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def convert(path: Path, progress: Progress | None = None) -> Converted:
    """Read a form from an XLSForm (xlsx, xls, csv, md) or an XForm (xml).

    Lists that the form takes from files are looked for beside it.

    Raises:
        FormFileError: it is no form, or something in it is wrong.
        FileProblemError: the file cannot be read at all.
        CancelledError: the person asked to stop.
    """
    if _is_xml(path):
        return loaded(path, {"xml": _read(path).decode(errors="replace"), "warnings": []})
    request = {"job": "xlsform", "path": str(path)}
    return loaded(path, _asked(request, path, progress))


def convert_sheets(
    sheets: Sheets,
    files: Mapping[str, str],
    progress: Progress | None = None,
    *,
    name: str = "form",
) -> Converted:
    """Convert a form that is being edited.

    Args:
        sheets: Its cells; a place of a problem is a cell of these, the headings in row 1.
        files: The lists it takes from files, by their names.
        progress: Asked whether to stop.
        name: Its id and title, when its settings give none.

    Raises:
        FormFileError: something in it is wrong.
        CancelledError: the person asked to stop.
    """
    request = {"job": "xlsform", "cells": sheets.to_json(), "name": name}
    made = _asked(request, Path(name), progress)

    def found(wanted: str) -> bytes | None:
        return files[wanted].encode() if wanted in files else None

    return _loaded(made, found)


def _asked(request: dict[str, Any], path: Path, progress: Progress | None) -> dict[str, Any]:
    """What the child makes of a form."""
    try:
        with ReadingChild(request, progress or Silent()) as child:
            frame = next(child.frames())
    except ChildFailedError as error:
        raise file_problem(path, error.code) from error
    if "problem" in frame:
        raise file_problem(path, frame["problem"], **frame["details"])
    made: dict[str, Any] = frame["form"]
    return made


def loaded(path: Path, made: dict[str, Any]) -> Converted:
    """The form out of what the child made of the file; lists are looked for beside it."""
    return _loaded(made, beside(path))


def _loaded(made: dict[str, Any], files: Callable[[str], bytes | None]) -> Converted:
    workbook = Workbook(made.get("cells", {}))
    if "error" in made:
        raise FormFileError(explain(made["error"], workbook, made["code"], made["context"]))
    try:
        form = xform.load(made["xml"], files, made.get("itemsets", ""))
    except FormProblemsError as error:
        raise FormFileError(located(error.problems, workbook)) from error
    warnings = located((*form.broken, *form.warnings), workbook)
    for text in made["warnings"]:
        warnings += explain(text, workbook, is_remark=True)
    return Converted(
        xml=made["xml"],
        itemsets=made.get("itemsets", ""),
        form=form,
        warnings=tuple(dict.fromkeys(warnings)),
        cells=made.get("cells", {}),
    )


def beside(path: Path) -> Callable[[str], bytes | None]:
    """Files in the folder of a form, or in its folder ``…-media``."""
    folders = (path.parent, path.parent / f"{path.stem}-media")

    def found(name: str) -> bytes | None:
        if Path(name).name != name:
            return None
        for folder in folders:
            file = folder / name
            if file.is_file() and file.stat().st_size <= MAX_FILE_BYTES:
                return file.read_bytes()
        return None

    return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise file_problem(path, "unreadable", reason=error.strerror or "") from error


def _is_xml(path: Path) -> bool:
    try:
        with path.open("rb") as raw:
            return raw.read(_HEAD_BYTES).lstrip().startswith(_XML_STARTS)
    except OSError as error:
        raise file_problem(path, "unreadable", reason=error.strerror or "") from error
