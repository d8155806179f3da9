"""Edits of the cells of a form keep each answer in its column, in loops and for “other”, too."""

import io
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_app.importing import xlsforms
from desktop_app.importing.child import convert_form
from desktop_app.importing.wire import read_frame
from desktop_app.importing.xlsforms import FormFileError
from desktop_app.questionnaire import editing
from desktop_app.questionnaire.form import SILENT, Form
from desktop_app.questionnaire.outline import entry_at, outline
from desktop_app.questionnaire.row_types import LOOP, REPEAT
from desktop_app.questionnaire.sheets import Sheets, from_cells
from desktop_app.questionnaire.versions import ColumnKey, History, Version

CELLS = {
    "survey": [
        ["type", "name", "label"],
        ["text", "words", "m1"],
        ["begin_group", "where", "G1"],
        ["select_one shop or_other", "shop", "m2"],
        ["text", "why", "m3"],
        ["end_group", "", ""],
        ["begin loop over goods", "each", "L1"],
        ["select_multiple shop or_other", "from", "m4"],
        ["begin_group", "inner", "G2"],
        ["integer", "count", "m5"],
        ["end_group", "", ""],
        ["text", "note_it", "m6"],
        ["end loop", "", ""],
        ["begin_repeat", "person", "R1"],
        ["text", "name", "m7"],
        ["end_repeat", "", ""],
        ["text", "last", "m8"],
    ],
    "choices": [
        ["list_name", "name", "label"],
        ["shop", "nj", "南京路"],
        ["shop", "xh", "徐汇"],
        ["goods", "ink", "墨"],
        ["goods", "paper", "纸"],
    ],
}


def converted(sheets: Sheets) -> Form:
    """What the reading child makes of cells, without the process between."""
    answers = io.BytesIO()
    convert_form({"cells": sheets.to_json(), "name": "f"}, answers)
    answers.seek(0)
    frame = read_frame(answers)
    assert frame is not None
    return xlsforms.loaded(Path("f.md"), frame["form"]).form


def columns_of(sheets: Sheets) -> dict[tuple[str, ...], ColumnKey]:
    """The column of each question; a question is its label, in a loop with the choice."""
    form = converted(sheets)
    history = History([Version("1", form)])
    loops = {entry.path.split("/")[-1] for entry in outline(sheets) if entry.type.kind == LOOP}
    found = {}
    for path, question in form.questions.items():
        if question.kind in SILENT:
            continue
        names = path.split("/")
        choice = next((after for name, after in pairwise(names)
                       if name in loops), "")  # fmt: skip
        asked = path.removesuffix("_other")
        is_other = asked != path and asked in form.questions
        label = form.questions[asked if is_other else path].label.content("", "").pieces[0]
        key = (str(label).split(" ")[0], choice, "other" if is_other else "")
        found[key] = history.places["1", path].key
    return found


def around(sheets: Sheets, label: str) -> tuple[str, ...]:
    """The loops and repeats around a question: in other ones its answers begin anew."""
    rows = sheets.survey.rows
    at = next(row for row in range(len(rows)) if sheets.survey.cell(row, "label").startswith(label))
    entry = entry_at(sheets, at)
    assert entry is not None
    by_path = {each.path: each for each in outline(sheets)}
    above = [by_path["/".join(entry.above[: depth + 1])] for depth in range(entry.depth)]
    return tuple(
        each.path.rpartition("/")[2] + each.type.kind
        for each in above
        if each.type.kind in {LOOP, REPEAT}
    )


Edit = Callable[[Sheets, int, int], Sheets]


def wrapped(sheets: Sheets, row: int, number: int) -> Sheets:
    return editing.wrap(sheets, row, row)[0]


EDITS: dict[str, Edit] = {
    "rename": lambda sheets, row, number: editing.rename(sheets, row, f"new_{number}"),
    "up": lambda sheets, row, _number: editing.move(sheets, row, -1)[0],
    "down": lambda sheets, row, _number: editing.move(sheets, row, 1)[0],
    "wrap": wrapped,
    "unwrap": lambda sheets, row, _number: editing.unwrap(sheets, row),
    "add": lambda sheets, row, number: editing.set_cell(
        *editing.add_question(sheets, row, name=("why", "words", "count")[number % 3]),
        "label", f"n{number}",
    ),
    "remove": lambda sheets, row, _number: editing.remove(sheets, row),
}  # fmt: skip


@pytest.mark.parametrize("name", ["shop", "from"])
def test_that_the_text_for_other_stays_with_its_question(name: str) -> None:
    sheets = from_cells(CELLS)
    before = columns_of(sheets)
    row = next(each.row for each in outline(sheets) if each.name == name)
    made = editing.rename(sheets, row, "renamed")
    assert columns_of(made) == before


@pytest.mark.parametrize("name", ["each", "inner", "count", "note_it"])
def test_that_what_stands_in_a_loop_keeps_its_columns(name: str) -> None:
    sheets = from_cells(CELLS)
    before = columns_of(sheets)
    assert ("m5", "paper", "") in before
    row = next(each.row for each in outline(sheets) if each.name == name)
    made = editing.rename(sheets, row, "renamed")
    assert columns_of(made) == before
    inside = next(each.row for each in outline(made) if each.path.endswith("count")
                  or each.path.endswith("inner/renamed"))  # fmt: skip
    assert columns_of(editing.wrap(made, inside, inside)[0]) == before


def test_that_an_own_question_called_other_is_its_own() -> None:
    survey = [*CELLS["survey"], ["text", "last_other", "m9"]]
    sheets = from_cells(CELLS | {"survey": survey})
    row = next(each.row for each in outline(sheets) if each.name == "last")
    before, after = columns_of(sheets), columns_of(editing.rename(sheets, row, "final"))
    assert {key.id for key in after.values()} == {key.id for key in before.values()}
    assert "last_other" in {key.id for key in after.values()}


def test_that_out_of_a_loop_answers_begin_anew() -> None:
    sheets = editing.with_ids(from_cells(CELLS))
    row = next(each.row for each in outline(sheets) if each.name == "note_it")
    made, _row = editing.move(sheets, row, 1)
    assert columns_of(made)["m6", "", ""].id == "note_it"
    loop = next(each.row for each in outline(sheets) if each.name == "each")
    flat = columns_of(editing.unwrap(sheets, loop))
    assert flat["m6", "", ""].id == "note_it"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 40)), min_size=1, max_size=8)
)
def test_that_no_edit_shifts_a_column(edits: list[tuple[str, int]]) -> None:
    sheets = from_cells(CELLS)
    known = columns_of(sheets)
    for number, (edit, which) in enumerate(edits):
        entries = outline(sheets)
        entry = entries[which % len(entries)]
        if edit == "remove" and len(entries) < 4:
            continue
        made = EDITS[edit](sheets, entry.row, number)
        try:
            now = columns_of(made)
        except FormFileError:  # a repeat in a loop, a group without questions: nobody can save it
            continue
        for key, column in now.items():
            if key in known and around(sheets, key[0]) == around(made, key[0]):
                assert column == known[key] or column.repeat != known[key].repeat
        shared: dict[ColumnKey, tuple[str, ...]] = {}
        for key, column in now.items():
            assert shared.setdefault(column, key) == key
        for key, column in known.items():  # no column that was somebody's becomes another's
            owner = next((each for each, one in now.items() if one == column), key)
            assert owner == key
        sheets, known = made, now
