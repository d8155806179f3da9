"""XLSForms from outside: converted in the reading child, read by the questionnaire engine."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from desktop_app.errors import FileProblemError
from desktop_app.importing import form_files, xlsform_faults
from desktop_app.importing.readers import file_problem
from desktop_app.importing.sandbox import ChildFailedError, ReadingChild
from desktop_app.progress import Progress, Silent
from desktop_app.questionnaire import xform
from desktop_app.questionnaire.form import Form, FormProblemsError
from desktop_app.questionnaire.places import Place, Workbook
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
        files: What it takes from files beside it, as it is stored (`questionnaire.media`).
        lost: Those of the warnings that tell of a file that could not be taken.
    """

    xml: str
    itemsets: str
    form: Form
    warnings: tuple[SheetProblem, ...]
    cells: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    lost: tuple[SheetProblem, ...] = ()


class FormFileError(FileProblemError):
    """A form cannot be used; every reason with its cell."""

    def __init__(self, problems: tuple[SheetProblem, ...]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


def convert(path: Path, progress: Progress | None = None) -> Converted:
    """Read a form from an XLSForm (xlsx, xls, csv, md) or an XForm (xml).

    Pictures, recordings and lists that the form names are looked for beside it.

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
    files: Mapping[str, bytes],
    progress: Progress | None = None,
    *,
    name: str = "form",
) -> Converted:
    """Convert a form that is being edited.

    Args:
        sheets: Its cells; a place of a problem is a cell of these, the headings in row 1.
        files: The pictures, recordings and lists it has, by their names.
        progress: Asked whether to stop.
        name: Its id and title, when its settings give none.

    Raises:
        FormFileError: something in it is wrong.
        CancelledError: the person asked to stop.
    """
    request = {"job": "xlsform", "cells": sheets.to_json(), "name": name}
    made = _asked(request, Path(name), progress)
    converted = _loaded(made, files.get)
    lost = form_files.not_there(converted.form, Workbook(converted.cells), files)
    return replace(converted, warnings=(*converted.warnings, *lost))


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
    """The form out of what the child made of the file; its files are looked for beside it."""
    converted = _loaded(made, partial(form_files.read_beside, path))
    files, problems = form_files.gather(path, converted.form, Workbook(converted.cells))
    warnings = (*converted.warnings, *problems)
    return replace(converted, files=files, warnings=warnings, lost=tuple(problems))


def _loaded(made: dict[str, Any], files: Callable[[str], bytes | None]) -> Converted:
    workbook = Workbook(made.get("cells", {}))
    deep = workbook.deeper_than(xform.MOST_DEPTH)
    if deep is not None:
        raise FormFileError((SheetProblem(deep, xform.too_deep()),))
    if "error" in made:
        raise FormFileError(_mistakes(made, workbook))
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


def _mistakes(made: dict[str, Any], workbook: Workbook) -> tuple[SheetProblem, ...]:
    """Every mistake: the one that ended the conversion, then those found without it."""
    found = explain(made["error"], workbook, made["code"], made["context"])
    plain = Workbook(xlsform_faults.from_headings(made.get("cells", {})))
    for each in made.get("faults", ()):
        for problem in explain(each["error"], plain, each["code"], each["context"]):
            found += (replace(problem, place=workbook.from_headings(problem.place)),)
    return tuple(sorted(dict.fromkeys(found), key=lambda each: _order(each.place, workbook)))


def _order(place: Place, workbook: Workbook) -> tuple[int, int, str]:
    sheets = [sheet.name for sheet in workbook.sheets.values()]
    at = sheets.index(place.sheet) if place.sheet in sheets else len(sheets)
    return at, place.row or 0, place.column


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
