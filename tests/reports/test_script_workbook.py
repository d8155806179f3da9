"""A script as a file: there and back through the disk without loss, and tidy to look at."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from openpyxl import load_workbook

from db import task_force_files
from db.task_force_files import ScriptFile
from desktop_app.domain import scripts
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Script, Step, StepKind
from desktop_app.errors import FileProblemError
from desktop_app.importing import script_files
from desktop_app.reports import script_workbook
from tests.domain import random_scripts

HEAD = ScriptDraft(code="own", zh="=自己的", en="-1", occasion="price")
WRITERS = {
    "xlsx": script_workbook.write_workbook,
    "json": script_workbook.write_json,
    "toml": script_workbook.write_toml,
}
Writer = Callable[..., Path]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("file", task_force_files.scripts(), ids=lambda file: file.code)
def test_that_a_shipped_script_comes_back(file: ScriptFile, kind: str, tmp_path: Path) -> None:
    script = scripts.read(file.content)
    head = ScriptDraft(code=file.code, zh=file.zh, en=file.en, occasion=file.occasion)
    path = WRITERS[kind](head, script, tmp_path / f"out.{kind}")
    found = script_files.read(path)
    assert (found.head, found.script, found.faults) == (head, script, ())
    assert found.is_ok


@given(script=random_scripts.scripts())
@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("kind", ["json", "toml"])
def test_that_a_random_script_comes_back_from_a_text(
    script: Script, kind: str, tmp_path: Path
) -> None:
    path = WRITERS[kind](HEAD, script, tmp_path / f"out.{kind}", overwrite=True)
    found = script_files.read(path)
    assert (found.head, found.script) == (HEAD, script)


@given(script=random_scripts.scripts())
@settings(max_examples=8, suppress_health_check=list(HealthCheck))
def test_that_a_random_script_comes_back_from_a_workbook(script: Script, tmp_path: Path) -> None:
    path = script_workbook.write_workbook(HEAD, script, tmp_path / "out.xlsx", overwrite=True)
    found = script_files.read(path)
    assert (found.head, found.script) == (HEAD, script)


def test_that_nothing_in_a_cell_is_a_formula_and_rows_are_tidy(tmp_path: Path) -> None:
    step = Step("a", StepKind.SAY, "=1+1", "_x000D_ " + "long words " * 30, to="a")
    path = script_workbook.write_workbook(HEAD, Script("a", (step,)), tmp_path / "a.xlsx")
    book = load_workbook(path)
    assert book.sheetnames == ["script", "steps", "choices", "branches"]
    sheet = book["steps"]
    assert (sheet["D2"].value, sheet["D2"].data_type) == ("=1+1", "s")
    assert sheet.freeze_panes == "B2"
    assert sheet["A1"].value == "Step (id)"
    assert sheet["A1"].font.bold
    assert sheet["E2"].alignment.wrap_text
    assert sheet.column_dimensions["E"].width == 44
    assert sheet.row_dimensions[2].height >= 15 * 330 // 44
    assert sheet.row_dimensions[1].height == 45  # long headings take three lines
    assert script_files.read(path).script == Script("a", (step,))


def test_that_what_people_type_into_cells_is_read(tmp_path: Path) -> None:
    file = next(each for each in task_force_files.scripts() if each.code == "silent_lapse")
    script = scripts.read(file.content)
    path = script_workbook.write_workbook(HEAD, script, tmp_path / "a.xlsx")
    book = load_workbook(path)
    steps, branches = book["steps"], book["branches"]
    steps["D2"].value, steps["E2"].value = 12, 12.5  # numbers, not texts
    steps["N2"].value = True
    for row in range(2, branches.max_row + 1):
        if branches.cell(row, 6).value == "yes":
            branches.cell(row, 6).value = True
    book.save(path)
    found = script_files.read(path).script
    assert found is not None
    assert (found.steps[0].zh, found.steps[0].en) == ("12", "12.5")
    assert found.steps[0].fair_way_out
    assert found.steps[1:] == script.steps[1:]


def test_that_a_workbook_without_steps_names_its_sheets(tmp_path: Path) -> None:
    path = script_workbook.write_workbook(HEAD, Script(), tmp_path / "a.xlsx")
    book = load_workbook(path)
    book["steps"].title = "Steps of it"
    book.save(path)
    with pytest.raises(FileProblemError, match=r'no sheet "steps"\. It has: script, Steps of it'):
        script_files.read(path)


def test_that_a_file_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    for write in WRITERS.values():
        path.write_text("mine")
        with pytest.raises(FileProblemError, match="exists"):
            write(HEAD, Script(), path)
        assert path.read_text() == "mine"
