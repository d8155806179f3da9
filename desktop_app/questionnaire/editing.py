"""Edit the questions of a form: each function takes the cells of a form and gives new ones."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Final

from desktop_app.errors import UserError
from desktop_app.i18n import N_, _
from desktop_app.questionnaire.headings import ID, LOCKED, ROLE, Heading
from desktop_app.questionnaire.outline import Entry, entry_at, outline
from desktop_app.questionnaire.row_types import (
    GROUP,
    LISTED,
    LOOP,
    REPEAT,
    read_type,
    write_type,
)
from desktop_app.questionnaire.sheets import SURVEY, Sheet, Sheets

NAME: Final = re.compile(r"[^\W\d][\w.\-]*")
_REFERENCE: Final = re.compile(r"\$\{(\s*(?:last-saved#)?)([^}\s]+)(\s*)\}")
_YES: Final = frozenset({"yes", "true", "true()", "1"})
_NO_NODE: Final = frozenset({"audit", "csv-external", "xml-external", GROUP, LOOP})
_LOCKED: Final = N_(
    "“{name}” is locked: reports rely on its code, type and choices. Change its wording, or add "
    "another question."
)
_BAD_NAME: Final = N_(
    "“{name}” cannot be a code. It must begin with a letter or underscore; then letters, digits, "
    "underscores, hyphens and full stops may follow."
)
_TAKEN: Final = N_("Another question has the code “{name}”. Choose another code.")
_UNEVEN: Final = N_(
    "These questions stand in different groups. Choose some that follow each other."
)


# Reading -----------------------------------------------------------------------------------------


def names(sheets: Sheets) -> set[str]:
    """Codes of all questions and groups."""
    survey = sheets.survey
    found = {survey.cell(row, "name") for row in range(len(survey.rows))}
    return found - {""}


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """The wanted code, with a number behind it when it is taken."""
    used = set(taken)
    base = re.sub(r"_\d+$", "", wanted) or wanted
    name, number = wanted, 1
    while name in used:
        number += 1
        name = f"{base}_{number}"
    return name


def is_locked(sheets: Sheets, row: int) -> bool:
    """Whether the code, type and choices of a question may not be changed."""
    return sheets.survey.cell(row, LOCKED).strip().lower() in _YES


def references(text: str) -> frozenset[str]:
    """Codes of the questions that a text or formula refers to."""
    return frozenset(match[2] for match in _REFERENCE.finditer(text))


# Rows --------------------------------------------------------------------------------------------


def add_question(
    sheets: Sheets, after: int | None, kind: str = "text", name: str = "", list_name: str = ""
) -> tuple[Sheets, int]:
    """A new question.

    Args:
        sheets: The form.
        after: Row of the question it follows; a group is followed behind its end. None for the end.
        kind: E.g. ``text``.
        name: Its code; one is made up when it is empty or taken.
        list_name: The list of choices it takes.

    Returns:
        The form and the row of the new question.
    """
    code = free_name(name or "question_1", names(sheets) | _ids(sheets))
    place = _place_after(sheets, after)
    row = {Heading("type"): write_type(kind, list_name), Heading("name"): code}
    return _with_survey(sheets, sheets.survey.inserted(place, [row])), place


def add_group(sheets: Sheets, after: int | None, *, is_repeat: bool = False) -> tuple[Sheets, int]:
    """A new group without questions; gives the form and the row of the group."""
    place = _place_after(sheets, after)
    name = free_name("repeat_1" if is_repeat else "group_1", names(sheets))
    rows = _around(name, is_repeat=is_repeat)
    return _with_survey(sheets, sheets.survey.inserted(place, rows)), place


def remove(sheets: Sheets, row: int) -> Sheets:
    """Without a question, or a group with all that stands in it."""
    first, last = block(sheets, row)
    for each in range(first, last + 1):
        _refuse_locked(sheets, each)
    survey = sheets.survey
    return _with_survey(sheets, replace(survey, rows=survey.rows[:first] + survey.rows[last + 1 :]))


def move(sheets: Sheets, row: int, step: int) -> tuple[Sheets, int]:
    """Move a question or a whole group past the row before (-1) or after (1) it.

    Past the beginning or end of a group it goes in or out, and its answers stay in their columns;
    in a loop it is asked once for each choice, so that there they begin anew. Gives the form and
    the new row.
    """
    first, last = block(sheets, row)
    moved, place = _moved(sheets, first, last, step)
    before, after = entry_at(sheets, first), entry_at(moved, place)
    if before is None or after is None or before.above == after.above:
        return moved, place
    end = place + last - first
    if before.loops_above == after.loops_above:
        sheets = with_ids(sheets, first, last)
        return _moved(sheets, first, last, step)
    return _without_ids(moved, place, end), place


def _moved(sheets: Sheets, first: int, last: int, step: int) -> tuple[Sheets, int]:
    rows = sheets.survey.rows
    other = first - 1 if step < 0 else last + 1
    while 0 <= other < len(rows) and not any(rows[other]):
        other += step
    if not 0 <= other < len(rows):
        return sheets, first
    moved = rows[first : last + 1]
    if step < 0:
        order = (*rows[:other], *moved, *rows[other:first], *rows[last + 1 :])
        place = other
    else:
        order = (*rows[:first], *rows[last + 1 : other + 1], *moved, *rows[other + 1 :])
        place = first + other - last
    return _with_survey(sheets, replace(sheets.survey, rows=order)), place


def duplicate(sheets: Sheets, row: int) -> tuple[Sheets, int]:
    """A copy of a question or group behind it, with codes of its own."""
    first, last = block(sheets, row)
    copied = renamed_apart(sheets, [sheets.survey.taken(each) for each in range(first, last + 1)])
    for cells in copied:
        for purpose in (ID, LOCKED, ROLE):
            cells.pop(Heading(purpose), None)
    return _with_survey(sheets, sheets.survey.inserted(last + 1, copied)), last + 1


def wrap(
    sheets: Sheets, first: int, last: int, *, is_repeat: bool = False, name: str = ""
) -> tuple[Sheets, int]:
    """A group around questions that follow each other; gives the form and the row of the group.

    Raises:
        UserError: they do not stand in the same group.
    """
    start, end = block(sheets, first)[0], block(sheets, last)[1]
    entries = [entry for entry in outline(sheets) if start <= entry.row <= end]
    depth = entries[0].depth if entries else 0
    if not entries or any(entry.depth < depth or entry.end > end for entry in entries):
        raise UserError(_(_UNEVEN))
    code = free_name(name or ("repeat_1" if is_repeat else "group_1"), names(sheets))
    opening, closing = _around(code, is_repeat=is_repeat)
    kept = with_ids(sheets, start, end).survey
    survey = kept.inserted(end + 1, [closing]).inserted(start, [opening])
    return _with_survey(sheets, survey), start


def unwrap(sheets: Sheets, row: int) -> Sheets:
    """The questions of a group without the group."""
    first, last = block(sheets, row)
    if first == last or not read_type(sheets.survey.cell(row, "type")).opens:
        return sheets
    _refuse_locked(sheets, row)
    if read_type(sheets.survey.cell(row, "type")).kind == LOOP:
        kept = _without_ids(sheets, first + 1, last - 1).survey
    else:
        kept = with_ids(sheets, first + 1, last - 1).survey
    rows = (*kept.rows[:first], *kept.rows[first + 1 : last], *kept.rows[last + 1 :])
    return _with_survey(sheets, replace(kept, rows=rows))


def block(sheets: Sheets, row: int) -> tuple[int, int]:
    """First and last row of a question, or of a group with all that stands in it."""
    entry = entry_at(sheets, row)
    return (entry.row, entry.end) if entry is not None else (row, row)


# Cells -------------------------------------------------------------------------------------------


def set_cell(sheets: Sheets, row: int, purpose: str, text: str, language: str = "") -> Sheets:
    """Write a label, hint, condition, rule and so on; see `rename` and `set_type` for those two."""
    return _with_survey(sheets, sheets.survey.with_cell(row, purpose, text, language))


def set_type(sheets: Sheets, row: int, kind: str, list_name: str = "", other: str = "") -> Sheets:
    """Make another kind of question of one. A question with choices keeps its list.

    Raises:
        UserError: the question is locked.
    """
    old = read_type(sheets.survey.cell(row, "type"))
    if kind in LISTED and not list_name:
        name = sheets.survey.cell(row, "name")
        list_name = old.list_name if old.kind in LISTED else name or "choices"
        other = old.other if kind == old.kind else ""
    text = write_type(kind, list_name, other)
    if text == sheets.survey.cell(row, "type"):
        return sheets
    _refuse_locked(sheets, row)
    return set_cell(sheets, row, "type", text)


def rename(sheets: Sheets, row: int, name: str) -> Sheets:
    """Give a question or group another code, in every formula and text that refers to it, too.

    The question keeps its place in the answers: it gets a stable id first.

    Raises:
        UserError: it is locked, or the code is not possible or taken.
    """
    old = sheets.survey.cell(row, "name")
    if name == old:
        return sheets
    _refuse_locked(sheets, row)
    if NAME.fullmatch(name) is None:
        raise UserError(_(_BAD_NAME).format(name=name))
    if name in names(sheets):
        raise UserError(_(_TAKEN).format(name=name))
    survey = sheets.survey
    is_only = sum(survey.cell(each, "name") == old for each in range(len(survey.rows))) == 1
    first, last = block(sheets, row)
    made = set_cell(with_ids(sheets, first, last) if old else sheets, row, "name", name)
    return _with_references(made, {old: name}) if old and is_only else made


def with_ids(sheets: Sheets, first: int = 0, last: int | None = None) -> Sheets:
    """Every question, or those of some rows, with the id that keeps its answers in one column."""
    survey = sheets.survey
    end = len(survey.rows) - 1 if last is None else last
    taken = {survey.cell(row, ID) for row in range(len(survey.rows))} - {""}
    entries = [entry for entry in outline(sheets) if _has_node(entry)]
    taken |= {
        entry.stable
        for entry in entries
        if not first <= entry.row <= end and not survey.cell(entry.row, ID)
    }
    for entry in entries:
        if first <= entry.row <= end and not survey.cell(entry.row, ID):
            own = free_name(entry.stable, taken)
            taken.add(own)
            survey = survey.with_cell(entry.row, ID, own)
    return _with_survey(sheets, survey)


def _without_ids(sheets: Sheets, first: int, last: int) -> Sheets:
    survey = sheets.survey
    for row in range(first, last + 1):
        survey = survey.with_cell(row, ID, "")
    return _with_survey(sheets, survey)


def _ids(sheets: Sheets) -> set[str]:
    """Ids in use and their last parts: no new code may be one, or two questions share a column."""
    survey = sheets.survey
    found = {survey.cell(row, ID) for row in range(len(survey.rows))} - {""}
    return found | {each.rpartition("/")[2] for each in found}


def _has_node(entry: Entry) -> bool:
    return bool(entry.name) and entry.type.kind not in _NO_NODE


# Parts of other forms ----------------------------------------------------------------------------


def renamed_apart(sheets: Sheets, rows: list[dict[Heading, str]]) -> list[dict[Heading, str]]:
    """Rows with codes that the form does not have yet; what they say of each other follows."""
    taken = names(sheets) | _ids(sheets)
    new: dict[str, str] = {}
    for cells in rows:
        old = cells.get(Heading("name"), "")
        if old:
            new[old] = free_name(old, taken)
            taken.add(new[old])
    found = []
    for cells in rows:
        made = {key: replaced(text, new) for key, text in cells.items()}
        old = cells.get(Heading("name"), "")
        found.append(made | {Heading("name"): new[old]} if old else made)
    return found


def replaced(text: str, new: dict[str, str]) -> str:
    """A text or formula that refers to the new codes."""
    if "${" not in text:
        return text
    return _REFERENCE.sub(lambda m: f"${{{m[1]}{new.get(m[2], m[2])}{m[3]}}}", text)


def each_cell(sheets: Sheets, change: Callable[[str], str]) -> Sheets:
    """The form with every cell below a heading changed."""
    return Sheets(
        tuple(
            (name, replace(sheet, rows=tuple(tuple(map(change, row)) for row in sheet.rows)))
            for name, sheet in sheets.sheets
        )
    )


def _with_references(sheets: Sheets, new: dict[str, str]) -> Sheets:
    return each_cell(sheets, lambda text: replaced(text, new))


def _around(name: str, *, is_repeat: bool) -> Iterator[dict[Heading, str]]:
    kind = REPEAT if is_repeat else GROUP
    yield {Heading("type"): kind, Heading("name"): name}
    yield {Heading("type"): kind.replace("begin", "end")}


def _place_after(sheets: Sheets, after: int | None) -> int:
    return len(sheets.survey.rows) if after is None else block(sheets, after)[1] + 1


def _refuse_locked(sheets: Sheets, row: int) -> None:
    if is_locked(sheets, row):
        raise UserError(_(_LOCKED).format(name=sheets.survey.cell(row, "name")))


def _with_survey(sheets: Sheets, survey: Sheet) -> Sheets:
    return sheets.with_sheet(SURVEY, survey)
