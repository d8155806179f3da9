"""Edit the lists of choices of a form; see `editing` for its questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from desktop_app.errors import UserError
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.editing import each_cell, free_name, is_locked, set_cell
from desktop_app.questionnaire.headings import Heading
from desktop_app.questionnaire.row_types import LISTED, RowType, read_type, write_type
from desktop_app.questionnaire.sheets import CHOICES, SURVEY, Sheets

_LOCKED: Final = N_(
    "The choices of “{name}” are locked: reports rely on their codes. Change their wording, or "
    "give the other questions a list of their own."
)
_TAKEN: Final = N_("This list has the code “{code}” already. Choose another code.")
_BAD_CODE: Final = N_("A code must have at least one sign and no spaces.")
_LIST: Final = Heading("list_name")
_NAME: Final = Heading("name")


@dataclass(frozen=True, slots=True)
class Choice:
    """A choice of a list.

    Attributes:
        row: Its row in the sheet of choices below the headings, from 0.
        code: What is stored.
        labels: What it is called, by language.
    """

    row: int
    code: str
    labels: Mapping[str, str]


def lists(sheets: Sheets) -> tuple[str, ...]:
    """Names of all lists, in order."""
    sheet = sheets.choices
    found = (sheet.cell(row, "list_name") for row in range(len(sheet.rows)))
    return tuple(name for name in dict.fromkeys(found) if name)


def choices_of(sheets: Sheets, list_name: str) -> tuple[Choice, ...]:
    """The choices of a list, in order."""
    sheet = sheets.choices
    languages = sheet.languages()
    return tuple(
        Choice(
            row,
            sheet.cell(row, "name"),
            {language: sheet.cell(row, "label", language) for language in languages},
        )
        for row in range(len(sheet.rows))
        if list_name and sheet.cell(row, "list_name") == list_name
    )


def askers(sheets: Sheets, list_name: str) -> tuple[int, ...]:
    """Rows of the questions that take a list."""
    survey = sheets.survey
    return tuple(
        row for row in range(len(survey.rows)) if _takes(survey.cell(row, "type"), list_name)
    )


def is_list_locked(sheets: Sheets, list_name: str) -> bool:
    """Whether a locked question takes the list."""
    return any(is_locked(sheets, row) for row in askers(sheets, list_name))


def add_choice(sheets: Sheets, list_name: str, code: str = "") -> tuple[Sheets, int]:
    """A new choice at the end of a list, with a code of its own when none is given.

    Returns:
        The form and the row of the choice.

    Raises:
        UserError: the list is locked, or has the code already.
    """
    _refuse_locked(sheets, list_name)
    present = choices_of(sheets, list_name)
    codes = [choice.code for choice in present]
    own = code or _next_code(codes)
    _check(own, codes)
    place = present[-1].row + 1 if present else len(sheets.choices.rows)
    sheet = sheets.choices.inserted(place, [{_LIST: list_name, _NAME: own}])
    return sheets.with_sheet(CHOICES, sheet), place


def remove_choice(sheets: Sheets, row: int) -> Sheets:
    """Without a choice.

    Raises:
        UserError: its list is locked.
    """
    sheet = sheets.choices
    _refuse_locked(sheets, sheet.cell(row, "list_name"))
    rows = sheet.rows[:row] + sheet.rows[row + 1 :]
    return sheets.with_sheet(CHOICES, replace(sheet, rows=rows))


def move_choice(sheets: Sheets, row: int, step: int) -> tuple[Sheets, int]:
    """Move a choice before (-1) or after (1) its neighbour; gives the form and its new row.

    Raises:
        UserError: its list is locked.
    """
    sheet = sheets.choices
    name = sheet.cell(row, "list_name")
    _refuse_locked(sheets, name)
    rows = [choice.row for choice in choices_of(sheets, name)]
    place = rows.index(row) + step
    if not 0 <= place < len(rows):
        return sheets, row
    other = rows[place]
    lines = list(sheet.rows)
    lines[row], lines[other] = lines[other], lines[row]
    return sheets.with_sheet(CHOICES, replace(sheet, rows=tuple(lines))), other


def label_choice(sheets: Sheets, row: int, text: str, language: str = "") -> Sheets:
    """Write the label of a choice."""
    return sheets.with_sheet(CHOICES, sheets.choices.with_cell(row, "label", text, language))


def rename_choice(sheets: Sheets, row: int, code: str) -> Sheets:
    """Give a choice another code, in the conditions and rules that compare with it, too.

    Raises:
        UserError: its list is locked, or the code is not possible or taken.
    """
    sheet = sheets.choices
    old, name = sheet.cell(row, "name"), sheet.cell(row, "list_name")
    if code == old:
        return sheets
    _refuse_locked(sheets, name)
    _check(code, [choice.code for choice in choices_of(sheets, name)])
    made = sheets.with_sheet(CHOICES, sheet.with_cell(row, "name", code))
    survey = sheets.survey
    questions = [survey.cell(each, "name") for each in askers(sheets, name)]
    return _compared(made, [each for each in questions if each], old, code)


def own_list(sheets: Sheets, row: int) -> Sheets:
    """Give a question a copy of its list, so that changes do not touch the other questions."""
    survey, sheet = sheets.survey, sheets.choices
    found = read_type(survey.cell(row, "type"))
    if found.kind not in LISTED or askers(sheets, found.list_name) == (row,):
        return sheets
    name = free_name(survey.cell(row, "name") or found.list_name, lists(sheets))
    copied = [
        sheet.taken(choice.row) | {_LIST: name} for choice in choices_of(sheets, found.list_name)
    ]
    made = sheets.with_sheet(CHOICES, sheet.inserted(len(sheet.rows), copied))
    return _with_list(made, row, name)


def fixed_codes(published: Sheets | None, list_name: str) -> frozenset[str]:
    """Codes of a list that answers may have already: those of the version in use."""
    if published is None:
        return frozenset()
    return frozenset(choice.code for choice in choices_of(published, list_name))


def _takes(text: str, list_name: str) -> bool:
    found: RowType = read_type(text)
    return found.kind in LISTED and found.list_name == list_name


def _with_list(sheets: Sheets, row: int, list_name: str) -> Sheets:
    found = read_type(sheets.survey.cell(row, "type"))
    return set_cell(sheets, row, "type", write_type(found.kind, list_name, found.other))


def _next_code(codes: list[str]) -> str:
    numbers = [int(code) for code in codes if code.isascii() and code.isdecimal()]
    if len(numbers) == len(codes):
        return str(max(numbers, default=0) + 1)
    return free_name(f"choice_{len(codes) + 1}", codes)


def _check(code: str, taken: list[str]) -> None:
    if not code or code.split() != [code]:
        raise UserError(_(_BAD_CODE))
    if code in taken:
        raise UserError(_(_TAKEN).format(code=code))


def _refuse_locked(sheets: Sheets, list_name: str) -> None:
    for row in askers(sheets, list_name):
        if is_locked(sheets, row):
            raise UserError(_(_LOCKED).format(name=sheets.survey.cell(row, "name")))


def _compared(sheets: Sheets, questions: list[str], old: str, new: str) -> Sheets:
    """The form with a code replaced wherever a formula compares one of the questions with it."""
    if not questions:
        return sheets
    any_of = "|".join(map(re.escape, questions))
    asked = rf"\$\{{\s*(?:{any_of})\s*\}}"
    text = rf"(?P<q>['\"]){re.escape(old)}(?P=q)"
    shapes = [
        re.compile(rf"(?P<before>{asked}\s*!?=\s*){text}(?P<after>)"),
        re.compile(rf"(?P<before>){text}(?P<after>\s*!?=\s*{asked})"),
        re.compile(rf"(?P<before>selected\(\s*{asked}\s*,\s*){text}(?P<after>)"),
    ]

    def changed(cell: str) -> str:
        for shape in shapes if "${" in cell else ():
            cell = shape.sub(lambda m: f"{m['before']}{m['q']}{new}{m['q']}{m['after']}", cell)
        return cell

    made = each_cell(sheets, changed)
    own = [
        row for row in range(len(made.survey.rows)) if made.survey.cell(row, "name") in questions
    ]
    return _own_rules(made, own, old, new)


def _own_rules(sheets: Sheets, rows: list[int], old: str, new: str) -> Sheets:
    """A code in the rules of the question itself, which is called ``.`` there, and its default."""
    shape = re.compile(rf"((?<![\w/.])\.\s*!?=\s*|selected\(\s*\.\s*,\s*)(['\"]){re.escape(old)}\2")
    made = sheets.with_sheet(SURVEY, sheets.survey)
    for row in rows:
        rule = made.survey.cell(row, "constraint")
        made = set_cell(made, row, "constraint", shape.sub(rf"\g<1>\g<2>{new}\g<2>", rule))
        if made.survey.cell(row, "default") == old:
            made = set_cell(made, row, "default", new)
    return made
