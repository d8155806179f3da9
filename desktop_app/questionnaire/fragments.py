"""Parts of a form that are kept apart, as in the question library, and put into other forms."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from desktop_app.questionnaire.editing import (
    block,
    free_name,
    references,
    renamed_apart,
)
from desktop_app.questionnaire.editing_choices import choices_of, lists
from desktop_app.questionnaire.headings import (
    ID,
    LOCKED,
    ROLE,
    TRANSLATED,
    Heading,
    columns_of,
)
from desktop_app.questionnaire.row_types import LISTED, SILENT, read_type, write_type
from desktop_app.questionnaire.sheets import CHOICES, SURVEY, Sheet, Sheets, language_code

_TYPE: Final = Heading("type")
_LIST: Final = Heading("list_name")
_NAME: Final = Heading("name")
Row = dict[Heading, str]


def cut(sheets: Sheets, row: int) -> Sheets:
    """A question, or a group with all that stands in it.

    The lists it takes come along, and the hidden and calculated fields that it refers to.
    """
    first, last = block(sheets, row)
    wanted = [*_needed(sheets, first, last), *range(first, last + 1)]
    rows = [_without(sheets.survey.taken(each), ID) for each in wanted]
    taken = {read_type(cells.get(_TYPE, "")).list_name for cells in rows}
    choices = sheets.choices
    kept = [
        choices.taken(each)
        for each in range(len(choices.rows))
        if choices.cell(each, "list_name") in taken
    ]
    made = Sheets().with_sheet(SURVEY, Sheet().inserted(0, rows))
    return made.with_sheet(CHOICES, Sheet().inserted(0, kept)) if kept else made


def _needed(sheets: Sheets, first: int, last: int) -> list[int]:
    """Rows of the silent fields that some rows refer to, directly or through each other."""
    survey = sheets.survey
    silent = {
        survey.cell(row, "name"): row
        for row in range(len(survey.rows))
        if read_type(survey.cell(row, "type")).kind in SILENT and not first <= row <= last
    }
    found: set[int] = set()
    waiting = list(range(first, last + 1))
    while waiting:
        named = references(" ".join(survey.rows[waiting.pop()]))
        new = {silent[name] for name in named if name in silent} - found
        found |= new
        waiting += new
    return sorted(found)


def insert(sheets: Sheets, fragment: Sheets, after: int | None) -> tuple[Sheets, int]:
    """Put a part of another form into a form.

    Codes that are taken get a number; a list or silent field that is there already is used when it
    is the same, else the new one gets another name. A role is not given to two questions.

    Args:
        sheets: The form.
        fragment: What is put in.
        after: Row of the question it follows; None for the end.

    Returns:
        The form and the row of the first question put in.
    """
    words = _languages(sheets, fragment)
    present = [_without(cells, ID, LOCKED) for cells in _rows(sheets.survey)]
    rows = [
        cells
        for each in _rows(fragment.survey)
        if (cells := _translated(each, words)) and not _is_there(cells, present)
    ]
    choices = [_translated(cells, words) for cells in _rows(fragment.choices)]
    renamed, kept = _lists(sheets, choices)
    roles = _roles(sheets)
    made = []
    for cells in renamed_apart(sheets, rows):
        plain = _without(cells, ID, *([ROLE, LOCKED] if cells.get(Heading(ROLE)) in roles else []))
        found = read_type(plain.get(_TYPE, ""))
        if found.kind in LISTED and found.list_name in renamed:
            plain[_TYPE] = write_type(found.kind, renamed[found.list_name], found.other)
        made.append(plain)
    place = len(sheets.survey.rows) if after is None else block(sheets, after)[1] + 1
    survey = sheets.survey.inserted(place, made)
    result = sheets.with_sheet(SURVEY, survey)
    if kept:
        old = sheets.choices
        result = result.with_sheet(CHOICES, old.inserted(len(old.rows), kept))
    return result, place


def title_of(fragment: Sheets) -> Mapping[str, str]:
    """What the first question of a part asks, by the code of the language."""
    survey = fragment.survey
    asked = [
        row
        for row in range(len(survey.rows))
        if read_type(survey.cell(row, "type")).kind not in SILENT
    ]
    first = asked[0] if asked else 0
    return {
        language_code(language) or language: survey.cell(first, "label", language)
        for language in survey.languages()
    }


def add_language(sheets: Sheets, language: str, plain: str = "") -> Sheets:
    """A form with texts in one more language.

    Args:
        sheets: The form.
        language: Name of the new language.
        plain: The language of the texts that have none so far.
    """
    made = sheets
    for name in (SURVEY, CHOICES):
        sheet = made.sheet(name)
        if not sheet.headings:
            continue
        sheet = _named(sheet, plain) if plain else sheet
        made = made.with_sheet(name, sheet.with_column("label", language))
    if plain and not sheets.setting("default_language"):
        made = made.with_setting("default_language", plain)
    return made


def _named(sheet: Sheet, language: str) -> Sheet:
    """Texts without a language get one."""
    for purpose in TRANSLATED:
        if sheet.has(purpose) and not sheet.has(purpose, language):
            sheet = sheet.with_column(purpose, language)
            for row in range(len(sheet.rows)):
                sheet = sheet.with_cell(row, purpose, sheet.cell(row, purpose), language)
                sheet = sheet.with_cell(row, purpose, "")
            sheet = _without_column(sheet, Heading(purpose))
    return sheet


def _without_column(sheet: Sheet, heading: Heading) -> Sheet:
    at = columns_of(sheet.headings)[heading]
    return replace(
        sheet,
        headings=sheet.headings[:at] + sheet.headings[at + 1 :],
        rows=tuple(row[:at] + row[at + 1 :] for row in sheet.rows),
    )


def _rows(sheet: Sheet) -> Iterator[Row]:
    for row in range(len(sheet.rows)):
        yield sheet.taken(row)


def _without(cells: Row, *purposes: str) -> Row:
    return {key: text for key, text in cells.items() if key.purpose not in purposes}


def _is_there(cells: Row, present: list[Row]) -> bool:
    """Whether a form has the same silent field already."""
    is_silent = read_type(cells.get(_TYPE, "")).kind in SILENT
    return is_silent and _without(cells, ID, LOCKED) in present


def _roles(sheets: Sheets) -> set[str]:
    survey = sheets.survey
    return {survey.cell(row, ROLE) for row in range(len(survey.rows))} - {""}


def _languages(sheets: Sheets, fragment: Sheets) -> dict[str, str]:
    """The form's name of each language of a part; one the form has not keeps its name."""
    mine = sheets.languages
    codes = {language_code(language): language for language in reversed(mine) if language}
    found = {each: codes.get(language_code(each), each) for each in fragment.languages}
    if mine == ("",) and any(fragment.languages):  # a form without languages takes the first one
        found[next(each for each in fragment.languages if each)] = ""
    if "" in found and "" not in mine:
        default = sheets.setting("default_language")
        found[""] = default if default in mine else mine[0]
    return found


def _translated(cells: Row, words: dict[str, str]) -> Row:
    return {
        Heading(key.purpose, words.get(key.language, key.language))
        if key.purpose in TRANSLATED else key: text
        for key, text in cells.items()
    }  # fmt: skip


def _lists(sheets: Sheets, choices: list[Row]) -> tuple[dict[str, str], list[Row]]:
    """New names of the lists of a part, and the choices that the form lacks."""
    taken = set(lists(sheets))
    renamed: dict[str, str] = {}
    kept: list[Row] = []
    for name in dict.fromkeys(cells.get(_LIST, "") for cells in choices):
        rows = [cells for cells in choices if cells.get(_LIST, "") == name]
        own = [sheets.choices.taken(choice.row) for choice in choices_of(sheets, name)]
        renamed[name] = name
        if own == rows:
            continue
        if name in taken:
            renamed[name] = free_name(name, taken)
        taken.add(renamed[name])
        kept += [cells | {_LIST: renamed[name]} for cells in rows]
    return renamed, kept
