"""Rows of the report sheet of a day pack: a code of a visit, a field, an answer."""

from collections.abc import Callable
from typing import Any, Final

from db import reference
from db.queries import visit_marks
from db.reference import VisitField
from desktop_app.i18n import LANGUAGES, _
from desktop_app.importing import values
from desktop_app.importing.field_values import parsers
from desktop_app.importing.layout import is_blank
from desktop_app.importing.values import Bad, shown
from desktop_app.importing.wire import Cell
from desktop_app.services.import_day_packs import FORM, HEAD, PackLine

_LONGEST: Final = 1900
_LIKE: Final = {
    "made_on": "visited_on",
    "met": "met",
    "calm": "informal",
    "satisfaction": "satisfaction",
    "gift": "gift",
    "next_on": "next_due",
    "by": "employee",
}
"""Fields of the sheet that are read as a field of a file of visits."""
_TEXTS: Final = frozenset({"note", "agreed", "next_step"})


def pack_line(number: int, mark: Cell, field: Cell, answer: Cell) -> PackLine | str:
    """One row, or the reason against it."""
    code = visit_marks.canonical(shown(mark))
    if code is None:
        return _("{text} is not the code of a visit.").format(text=shown(mark).strip() or "–")
    name = shown(field).strip()
    if name == HEAD:
        return PackLine(number, code, name)
    parse = _parser(name)
    if parse is None:
        return _("A day pack has no field {field}.").format(field=name or "–")
    if is_blank(answer):
        return PackLine(number, code, name)
    value = parse(answer)
    if isinstance(value, Bad):
        return value.message
    return PackLine(number, code, name, None if value == "" else value)


def _parser(name: str) -> Callable[[Cell], Any] | None:
    if name in _LIKE:
        return parsers()[_LIKE[name]]
    if name in _TEXTS:
        return _words
    for asked in reference.visit_fields():
        if name == FORM + asked.code:
            return _parser_of(asked)
    return None


def _parser_of(asked: VisitField) -> Callable[[Cell], Any]:
    match asked.kind:
        case "choice":
            return lambda cell: _choice(asked, cell)
        case "yes_no":
            return values.boolean
        case "number":
            return _number
        case _:
            return _words


def _words(cell: Cell) -> str | Bad:
    return values.text(cell, _LONGEST, single_line=False)


def _number(cell: Cell) -> int | float | Bad | None:
    found = values.number(cell)
    if found is None or isinstance(found, Bad):
        return found
    return int(found) if found == int(found) else float(found)


def _choice(asked: VisitField, cell: Cell) -> str | Bad:
    """The code of an answer, given in either language or as its code."""
    said = shown(cell).strip().casefold()
    for language in LANGUAGES:
        for code, words in asked.words(language):
            if said in {code.casefold(), words.casefold()}:
                return code
    return Bad(_("{text} is none of the answers to choose from.").format(text=shown(cell).strip()))
