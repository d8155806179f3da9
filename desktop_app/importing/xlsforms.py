"""XLSForms from outside: converted in the reading child, read by the questionnaire engine."""

from collections.abc import Callable
from dataclasses import dataclass
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
    """

    xml: str
    itemsets: str
    form: Form
    warnings: tuple[SheetProblem, ...]


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
    try:
        with ReadingChild(request, progress or Silent()) as child:
            frame = next(child.frames())
    except ChildFailedError as error:
        raise file_problem(path, error.code) from error
    if "problem" in frame:
        raise file_problem(path, frame["problem"], **frame["details"])
    return loaded(path, frame["form"])


def loaded(path: Path, made: dict[str, Any]) -> Converted:
    """The form out of what the child made of the file."""
    workbook = Workbook(made.get("cells", {}))
    if "error" in made:
        raise FormFileError(explain(made["error"], workbook, made["code"], made["context"]))
    try:
        form = xform.load(made["xml"], beside(path), made.get("itemsets", ""))
    except FormProblemsError as error:
        raise FormFileError(located(error.problems, workbook)) from error
    warnings = located(form.warnings, workbook)
    for text in made["warnings"]:
        warnings += explain(text, workbook, is_remark=True)
    return Converted(made["xml"], made.get("itemsets", ""), form, tuple(dict.fromkeys(warnings)))


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
