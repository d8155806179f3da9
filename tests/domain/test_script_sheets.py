"""A script as cells of a workbook: there and back without loss, mistakes told by their cells."""

import itertools
from typing import Any

import pytest
from hypothesis import given

from db import task_force_files
from desktop_app import i18n
from desktop_app.domain import script_checks, script_sheets, scripts
from desktop_app.domain.script_sheets import COLUMNS, Place, from_cells, to_cells
from desktop_app.domain.scripts import Branch, Condition, Operator, Script, Step, StepKind
from tests.domain import random_scripts

HEAD = {"code": "a", "occasion": "price", "zh": "甲", "en": "A"}
Sheets = dict[str, list[list[str]]]


@given(script=random_scripts.scripts())
def test_that_any_script_comes_back_as_it_was(script: Script) -> None:
    found = from_cells(to_cells(HEAD, script))
    assert found.problems == ()
    assert found.script == script
    assert found.head == HEAD


@pytest.mark.parametrize("file", task_force_files.scripts(), ids=lambda file: file.code)
@pytest.mark.usefixtures("each_language")
def test_that_a_shipped_script_comes_back_in_each_language(
    file: task_force_files.ScriptFile,
) -> None:
    script = scripts.read(file.content)
    cells = to_cells(HEAD, script)
    i18n.set_language("en")
    assert from_cells(cells).script == script


def price() -> Sheets:
    files = {file.code: file for file in task_force_files.scripts()}
    return to_cells(HEAD, scripts.read(files["price"].content))


def put(cells: Sheets, sheet: str, row: int, column: str, text: str) -> None:
    """Write into a cell; the row as a spreadsheet numbers it."""
    cells[sheet][row - 1][list(COLUMNS[sheet]).index(column)] = text


def told(cells: Sheets) -> list[tuple[str, int | None, str, str]]:
    found = from_cells(cells)
    assert found.script is None
    return [
        (each.place.sheet, each.place.row, each.place.column, each.message)
        for each in found.problems
    ]


MISTAKES: dict[str, tuple[tuple[str, int, str, str], tuple[str, int | None, str, str]]] = {
    "kind": (("steps", 2, "kind", "shout"), ("steps", 2, "B", "Choose one of the list.")),
    "result": (
        ("steps", 4, "disposition", "gone"),
        ("steps", 4, "L", "Choose one of the list."),
    ),
    "name": (
        ("steps", 22, "id", "A B"),
        ("steps", 22, "A", "This does not have the expected form."),
    ),
    "fair": (("steps", 5, "fair_way_out", "maybe"), ("steps", 5, "N", "Choose yes or no.")),
    "choice": (
        ("choices", 3, "code", "1!"),
        ("choices", 3, "B", "This does not have the expected form."),
    ),
    "lost choice": (
        ("choices", 3, "step", "nobody"),
        ("choices", 3, "A", "There is no step “nobody” in the sheet “steps”."),
    ),
    "lost branch": (
        ("branches", 2, "step", ""),
        ("branches", 2, "A", "There is no step “” in the sheet “steps”."),
    ),
    "operator": (
        ("branches", 2, "operator", "like"),
        ("branches", 2, "E", "Choose one of the list."),
    ),
    "long": (
        ("steps", 2, "zh", "长" * 2001),
        ("steps", 2, "D", "Enter at most 2000 characters."),
    ),
    "start": (
        ("script", 2, "start", "x" * 65),
        ("script", 2, "E", "Enter at most 64 characters."),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_that_a_mistake_is_told_with_its_cell(name: str) -> None:
    change, expected = MISTAKES[name]
    cells = price()
    put(cells, *change)
    assert expected in told(cells)
    assert len(told(cells)) == 1


def test_that_a_cell_that_is_missing_is_told_by_the_name_of_its_column() -> None:
    cells = price()
    cells["steps"] = [[row[0], *row[2:]] for row in cells["steps"]]
    assert ("steps", 2, "", "kind: This field is needed.") in told(cells)


def test_that_headings_are_looked_at() -> None:
    cells = price()
    cells["steps"][0][5] = "Colour"
    cells["choices"][0][3] = "again (zh)"
    cells["branches"][0] = ["", *cells["branches"][0][1:]]
    assert [each for each in told(cells) if each[1] == 1] == [
        ("steps", 1, "F", "There is no column “Colour” in this sheet."),
        ("choices", 1, "D", "This column is there twice."),
        (
            "branches", 1, "",
            ("The first row of sheet “branches” needs the columns "
            "step, branch, to, field, operator, value."),
        ),
    ]  # fmt: skip


def test_that_sheets_that_are_missing_are_told() -> None:
    assert [place[0] for place in told({})] == ["script", "steps"]
    cells = price()
    wide = [[*[""] * 27, *row] for row in cells["steps"]]
    wide[0][0] = "colour"
    wide[0][26] = "other"
    columns = [place[2] for place in told({**cells, "steps": wide})]
    assert columns == ["A", "AA"]


def test_that_plain_headings_blank_rows_and_other_sheets_do_no_harm() -> None:
    cells = price()
    wanted = from_cells(cells).script
    cells["steps"][0] = [f" {name.upper()} " for name in COLUMNS["steps"]]
    cells["steps"].insert(3, [""] * 14)
    cells["steps"].insert(4, [])
    found = from_cells({"Notes": [["anything"]], **{f" {k.upper()}": v for k, v in cells.items()}})
    assert (found.script, found.problems) == (wanted, ())
    assert found.places[("which", "")] == Place("steps", 6)


ROWS = {"step": "s", "branch": "1", "to": "a", "field": "case.value", "operator": "above"}


def branches(*rows: dict[str, str]) -> Sheets:
    return {
        "script": [list(COLUMNS["script"]), list(HEAD.values())],
        "steps": [["id", "kind"], ["s", "logic"], ["a", "note"]],
        "branches": [
            list(COLUMNS["branches"]),
            *([{**ROWS, **row}.get(name, "") for name in COLUMNS["branches"]] for row in rows),
        ],
    }


VALUES: list[tuple[str, str, str, Any]] = [
    ("case.value", "above", "500", 500),
    ("case.value", "above", "0.5", 0.5),
    ("case.value", "above", "1e3", 1000.0),
    ("case.value", "above", "many", "many"),
    ("case.may_offer", "is", "是", True),
    ("case.may_offer", "is", "no", False),
    ("case.may_offer", "is", "perhaps", "perhaps"),
    ("answer.a", "is", "500", "500"),
    ("answer.a", "in", "a、b，c, d", ("a", "b", "c", "d")),
    ("answer.a", "in", '["a, b", "c"]', ("a, b", "c")),
    ("answer.a", "is", '"[x]"', "[x]"),
    ("answer.a", "is", "[x", "[x"),
    ("answer.a", "is", "[" * 100_000, None),
    ("answer.a", "known", "", None),
]


@pytest.mark.parametrize(("field", "operator", "text", "value"), VALUES)
def test_that_a_value_is_read_as_the_comparison_needs_it(
    field: str, operator: str, text: str, value: Any
) -> None:
    found = from_cells(branches({"field": field, "operator": operator, "value": text}))
    assert found.script is not None
    read = found.script.steps[0].branches[0].when[0].value
    assert (type(read), read) == (type(value), value) or len(text) > 1000


def test_that_rows_of_one_number_are_one_branch() -> None:
    rows = (
        {"value": "1"},
        {"value": "2", "to": ""},
        {"branch": "2"},
        {"branch": ""},
        {"branch": ""},
    )
    found = from_cells(branches(*rows))
    assert found.script is not None
    assert [len(each.when) for each in found.script.steps[0].branches] == [2, 1, 1, 1]
    assert told(branches({"value": "1"}, {"value": "2", "to": "s"})) == [
        ("branches", 3, "C", "All rows of one branch lead to the same step.")
    ]


def test_that_blanks_around_a_value_are_kept() -> None:
    when = (Condition("answer.a", Operator.IS, " a "), Condition("answer.a", Operator.IN, ()))
    script = Script(None, (Step("s", StepKind.LOGIC, branches=(Branch("s", when),)),))
    assert from_cells(to_cells(HEAD, script)).script == script


def test_that_too_many_steps_are_told_by_their_sheet() -> None:
    script = Script(None, tuple(Step(f"s{n}", StepKind.NOTE) for n in range(501)))
    assert told(to_cells(HEAD, script)) == [("steps", None, "", "Choose at most 500.")]


def test_that_a_finding_has_its_place() -> None:
    cells = price()
    put(cells, "choices", 3, "to", "nowhere")
    put(cells, "branches", 2, "to", "nowhere")
    put(cells, "steps", 3, "en", "")
    found = from_cells(cells)
    assert found.script is not None
    wrong = script_checks.check(found.script)
    places = {(each.code, found.place_of(each)) for each in wrong}
    codes = script_checks.CheckCode
    assert (codes.UNKNOWN_TARGET, Place("choices", 3)) in places
    assert (codes.UNKNOWN_TARGET, Place("branches", 2)) in places
    assert (codes.NO_TRANSLATION, Place("steps", 3)) in places
    put(cells, "script", 2, "start", "")
    found = from_cells(cells)
    assert found.script is not None
    (no_start,) = [
        each for each in script_checks.check(found.script) if each.code is codes.NO_START
    ]
    assert found.place_of(no_start) == Place("script", 2)
    assert script_sheets.Read({}, None).place_of(no_start) is None


def test_that_headings_carry_the_codes_of_their_columns() -> None:
    for sheet, rows in to_cells(HEAD, Script()).items():
        pairs = itertools.zip_longest(rows[0], COLUMNS[sheet])
        assert all(heading.endswith(f"({code})") for heading, code in pairs)
