"""Files that lie beside a form: pictures, recordings and lists it names are taken in with it."""

from collections.abc import Iterable
from pathlib import Path, PureWindowsPath
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire import media
from desktop_app.questionnaire.external import MAX_FILE_BYTES
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.places import Place, Workbook
from desktop_app.questionnaire.xlsform import SheetProblem

MOST_FILE_BYTES: Final = 4 * 1024 * 1024
MOST_FORM_BYTES: Final = 16 * 1024 * 1024
"""Every version keeps its files, and the history of changes does, too."""
_MEGABYTE: Final = 1024 * 1024
_MISSING: Final = N_(
    "The file “{name}” is not beside the form: the question is shown without it. Put it into the "
    "folder “{folder}” and import the form again."
)
_TOO_LARGE: Final = N_(
    "The file “{name}” has {size} MB and is left out: one may have {most} MB. Make it smaller and "
    "import the form again."
)
_TOO_MUCH: Final = N_(
    "The file “{name}” is left out: all files of a form together may have {most} MB. Make them "
    "smaller and import the form again."
)


def folder_of(form: Path) -> Path:
    """Where ODK has the files of a form."""
    return form.parent / f"{form.stem}-media"


def find_beside(form: Path, name: str) -> Path | None:
    """A file beside a form, or in its folder for files; a name that leads elsewhere finds none."""
    if PureWindowsPath(name).name != name:
        return None
    places = (folder / name for folder in (form.parent, folder_of(form)))
    return next((place for place in places if place.is_file()), None)


def read_beside(form: Path, name: str) -> bytes | None:
    """What a file beside a form holds; nothing of one that is far too large."""
    found = find_beside(form, name)
    if found is None or found.stat().st_size > MAX_FILE_BYTES:
        return None
    return found.read_bytes()


def gather(path: Path, form: Form, workbook: Workbook) -> tuple[dict[str, str], list[SheetProblem]]:
    """Take what a form names and what lies beside it.

    Args:
        path: The file of the form.
        form: The form.
        workbook: Its cells, to say where a file is named.

    Returns:
        The files as they are stored, and what could not be taken, with its cell each.
    """
    files: dict[str, str] = {}
    for each in form.files:
        raw = read_beside(path, each.name)
        if raw is not None:
            files[each.name] = media.packed(each.name, raw)
    places = _first(media.places_of(workbook))
    problems: list[SheetProblem] = []
    taken = 0
    for name in media.named_in(form):
        found = find_beside(path, name)
        size = found.stat().st_size if found is not None else 0
        said = _refusal(name, size, taken) if found is not None else missing(name, folder_of(path))
        if said or found is None:
            problems.append(SheetProblem(places.get(name, Place()), said))
        else:
            files[name] = media.packed(name, found.read_bytes())
            taken += size
    return files, problems


def not_there(form: Form, workbook: Workbook, names: Iterable[str]) -> list[SheetProblem]:
    """What a form that is edited names and does not have, with its cell each.

    Args:
        form: The form.
        workbook: Its cells.
        names: Files it has.
    """
    there = set(names)
    places = _first(media.places_of(workbook))
    folder = Path(f"{form.id}-media")
    return [
        SheetProblem(places.get(name, Place()), missing(name, folder))
        for name in media.named_in(form)
        if name not in there
    ]


def missing(name: str, folder: Path) -> str:
    """The sentence about a file that is not there."""
    return _(_MISSING).format(name=name, folder=folder.name)


def _refusal(name: str, size: int, taken: int) -> str:
    """Why a file is not taken, empty when it is."""
    if size > MOST_FILE_BYTES:
        most = MOST_FILE_BYTES // _MEGABYTE
        return _(_TOO_LARGE).format(name=name, size=-(-size // _MEGABYTE), most=most)
    if taken + size > MOST_FORM_BYTES:
        return _(_TOO_MUCH).format(name=name, most=MOST_FORM_BYTES // _MEGABYTE)
    return ""


def _first(named: Iterable[tuple[str, Place]]) -> dict[str, Place]:
    found: dict[str, Place] = {}
    for name, place in named:
        found.setdefault(name, place)
    return found
