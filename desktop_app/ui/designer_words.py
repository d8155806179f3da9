"""What the designer calls the types of questions, and their icons."""

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from db import reference
from desktop_app.domain.exit_interview import FACT_WORDS
from desktop_app.i18n import N_, _, language
from desktop_app.questionnaire.outline import Entry
from desktop_app.questionnaire.roles import FACT
from desktop_app.questionnaire.row_types import EXTERNAL, GROUP, LOOP, REPEAT
from desktop_app.questionnaire.sheets import Sheet, Sheets, language_code
from desktop_app.ui import case_look

_LOOKED_UP: Final = re.compile(
    r"^\s*instance\(\s*['\"]reasons['\"]\s*\).*\]\s*/\s*(?P<column>group|churn_type)\s*$"
)


class _Type(NamedTuple):
    word: str
    icon: str


TYPES: Final[Mapping[str, _Type]] = {
    "text": _Type(N_("Text"), "edit"),
    "integer": _Type(N_("Whole number"), "tag"),
    "decimal": _Type(N_("Decimal number"), "tag"),
    "select_one": _Type(N_("One choice"), "dot"),
    "select_multiple": _Type(N_("Several choices"), "check"),
    "rank": _Type(N_("Ranking"), "sort-down"),
    "select_one_from_file": _Type(N_("One choice, from a file"), "dot"),
    "select_multiple_from_file": _Type(N_("Several choices, from a file"), "check"),
    "date": _Type(N_("Date"), "calendar"),
    "time": _Type(N_("Time"), "clock"),
    "dateTime": _Type(N_("Date and time"), "calendar"),
    "range": _Type(N_("Range"), "tag"),
    "note": _Type(N_("To read out"), "info"),
    "acknowledge": _Type(N_("To acknowledge"), "check-circle"),
    "image": _Type(N_("Picture"), "attachment"),
    "audio": _Type(N_("Recording"), "attachment"),
    "video": _Type(N_("Video"), "attachment"),
    "file": _Type(N_("File"), "attachment"),
    "barcode": _Type(N_("Barcode"), "key"),
    "geopoint": _Type(N_("Place"), "visits"),
    "calculate": _Type(N_("Calculated"), "command"),
    "hidden": _Type(N_("Hidden"), "eye-off"),
}
"""The types that can be chosen, in the order they are offered."""

_OTHERS: Final[Mapping[str, _Type]] = {
    GROUP: _Type(N_("Group"), "folder"),
    REPEAT: _Type(N_("Repeat"), "refresh"),
    LOOP: _Type(N_("Loop"), "refresh"),
    EXTERNAL: _Type(N_("One choice, from a long list"), "dot"),
}


def type_word(kind: str) -> str:
    """What a type is called; one we have no word for as the form writes it."""
    found = TYPES.get(kind) or _OTHERS.get(kind)
    return _(found.word) if found is not None else kind


def type_icon(kind: str) -> str:
    """Name of the icon of a type."""
    found = TYPES.get(kind) or _OTHERS.get(kind)
    return found.icon if found is not None else "settings"


def own_language(languages: tuple[str, ...]) -> str:
    """The language of a form that is the one of the program, else its first one."""
    wanted = language().partition("_")[0]
    return next((each for each in languages if language_code(each) == wanted), languages[0])


def label_of(sheet: Sheet, row: int, languages: tuple[str, ...]) -> str:
    """The label of a row in the language of the program, else in any."""
    order = [own_language(languages), *languages] if languages else [""]
    return next((text for each in order if (text := sheet.cell(row, "label", each))), "")


def words_of(sheets: Sheets, entry: Entry) -> str:
    """What a question is called in lists: its label, the fact of the case it holds, or its code."""
    fact = sheets.survey.cell(entry.row, f"bind::winback:{FACT}").strip()
    label = " ".join(label_of(sheets.survey, entry.row, sheets.languages).split())
    return label or fact_word(fact) or entry.name


def fact_word(fact: str) -> str:
    """What a fact of the case means; empty for none that is known."""
    words = FACT_WORDS.get(fact, "")
    return _("Case: {words}").format(words=_(words)) if words else ""


def calculated_codes(formula: str) -> tuple[tuple[str, str], ...]:
    """Codes and words of what a calculation looks up in the list of reasons; empty for others."""
    found = _LOOKED_UP.search(formula)
    if found is None:
        return ()
    if found["column"] == "group":
        return tuple((each.code, case_look.words(each)) for each in reference.reason_groups())
    types = reference.churn_types()
    return tuple((each.code, case_look.churn_word(each.code)) for each in types)


def native_name(name: str) -> str:
    """A language of a form by the name its speakers give it; another one as the form writes it."""
    return {"zh": "中文", "en": "English"}.get(language_code(name), name)


def language_word(name: str) -> str:
    """What a language of a form is called here; without a name it is just the text."""
    words = {"zh": _("Chinese"), "en": _("English"), "": _("Text")}
    return words.get(language_code(name) if name else "", name) or name
