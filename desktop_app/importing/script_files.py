"""Scripts 话术 in files: our TOML, JSON, or a workbook of `desktop_app.domain.script_sheets`."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from desktop_app.domain import script_checks, script_sheets, scripts
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_checks import Severity
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.script_sheets import Read
from desktop_app.domain.scripts import Script
from desktop_app.errors import FileProblemError, InvalidInputError, problems_from_validation
from desktop_app.i18n import _
from desktop_app.importing.readers import file_problem
from desktop_app.importing.sandbox import ChildFailedError, ReadingChild
from desktop_app.importing.workbooks import OLE_MAGIC
from desktop_app.progress import Progress, Silent

MOST_BYTES: Final = 5_000_000
"""A script is written by hand; what is larger is none."""
_HEAD: Final = ("code", "occasion", "zh", "en")
_IGNORED: Final = ("edition",)
_WORKBOOKS: Final = (b"PK\x03\x04", OLE_MAGIC)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a script in a file; sheet, row and column only of a workbook."""

    severity: Severity
    message: str
    step: str = ""
    sheet: str = ""
    row: int | None = None
    column: str = ""

    def line(self) -> str:
        """The fault with its place, as one line."""
        cell = f"{self.column}{self.row or ''}"
        where = "!".join(filter(None, (self.sheet, cell))) or self.step
        if not where:
            return self.message
        return _("{place}: {message}").format(place=where, message=self.message)


@dataclass(frozen=True, slots=True)
class FileScript:
    """A script as it was read; without head or script while its file has not the form of one."""

    head: ScriptDraft | None
    script: Script | None
    steps: int
    faults: tuple[Fault, ...]

    @property
    def is_ok(self) -> bool:
        """Whether it can be published."""
        return all(fault.severity is Severity.WARNING for fault in self.faults)


def read(path: Path, progress: Progress | None = None) -> FileScript:
    """Read a script and say what is wrong with it.

    Raises:
        FileProblemError: it cannot be read at all, or is none of the three.
        CancelledError: the person asked to stop.
    """
    raw = _bytes(path)
    if raw.startswith(_WORKBOOKS):
        return _from_workbook(path, progress)
    return _from_text(path, raw)


def _bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise file_problem(path, "unreadable", reason=error.strerror or "") from error
    if not raw.strip():
        raise file_problem(path, "empty")
    if len(raw) > MOST_BYTES:
        raise file_problem(path, "too_large")
    return raw


# ---------------------------------------------------------------- workbooks


def _from_workbook(path: Path, progress: Progress | None) -> FileScript:
    sheets = [script_sheets.STEPS, *(name for name in script_sheets.COLUMNS)]
    request = {"job": "sheets", "path": str(path), "sheets": list(dict.fromkeys(sheets))}
    try:
        with ReadingChild(request, progress or Silent()) as child:
            frame = next(child.frames())
    except ChildFailedError as error:
        raise file_problem(path, error.code) from error
    if "problem" in frame:
        raise file_problem(path, frame["problem"], **frame["details"])
    found = script_sheets.from_cells(frame["cells"])
    faults = [
        Fault(
            Severity.ERROR,
            each.message,
            each.step,
            each.place.sheet,
            each.place.row,
            each.place.column,
        )
        for each in found.problems
    ]
    head, wrong = _head(found.head, found)
    steps = len(frame["cells"].get(script_sheets.STEPS, ())) - 1
    if found.script is not None:
        faults, steps = _checked(found.script, found), len(found.script.steps)
    return FileScript(head, found.script, max(steps, 0), (*wrong, *faults))


# ---------------------------------------------------------------- texts


def _from_text(path: Path, raw: bytes) -> FileScript:
    try:
        text = raw.decode("utf-8-sig")
        made = json.loads(text) if text.lstrip().startswith("{") else tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise file_problem(path, "wrong_encoding", encoding="UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise FileProblemError(
            _("{file} is no script: {reason}. Choose a script as TOML, JSON or workbook.").format(
                file=path.name, reason=str(error).rstrip(".")
            )
        ) from error
    content = {name: made[name] for name in made if name not in (*_HEAD, *_IGNORED)}
    head, faults = _head({name: made[name] for name in _HEAD if name in made}, None)
    steps = content.get("steps", ())
    count = len(steps) if isinstance(steps, list) else 0
    try:
        script = scripts.read(content)
    except InvalidInputError as error:
        wrong = [_of_text(content, each.field, each.message) for each in error.problems]
        return FileScript(head, None, count, (*faults, *dict.fromkeys(wrong)))
    return FileScript(head, script, count, (*faults, *_checked(script, None)))


def _of_text(content: Mapping[str, Any], place: str, message: str) -> Fault:
    """A fault of the form: by the id of its step, if that is known."""
    first, _dot, rest = place.partition(".")
    number, _dot, inner = rest.partition(".")
    steps = content.get("steps")
    key = ""
    if first == "steps" and isinstance(steps, list) and number.isdecimal():
        step = steps[int(number)]
        named = step.get("id") if isinstance(step, dict) else None
        key, place = (named, inner) if isinstance(named, str) else ("", place)
    text = _("{name}: {value}").format(name=place, value=message) if place else message
    return Fault(Severity.ERROR, text, key)


# ---------------------------------------------------------------- both


def _head(found: Mapping[str, Any], book: Read | None) -> tuple[ScriptDraft | None, list[Fault]]:
    try:
        draft = ScriptDraft.model_validate(dict(found))
    except ValidationError as error:
        return None, [_head_fault(each.field, each.message, book) for each in
                      problems_from_validation(error)]  # fmt: skip
    if not (draft.zh or draft.en):
        return None, [_head_fault("zh", _("Give the script a title."), book)]
    return draft, []


def _head_fault(name: str, message: str, book: Read | None) -> Fault:
    text = _("{name}: {value}").format(name=name, value=message)
    place = None if book is None else book.places.get(("", ""))
    if place is None:
        return Fault(Severity.ERROR, text)
    return Fault(Severity.ERROR, text, "", place.sheet, place.row)


def _checked(script: Script, book: Read | None) -> list[Fault]:
    faults = []
    for each in script_checks.check(script):
        place = None if book is None else book.place_of(each)
        sheet, row = ("", None) if place is None else (place.sheet, place.row)
        faults.append(Fault(each.severity, finding_sentence(each), each.step, sheet, row))
    return faults
