"""166 forms that others wrote: each loads and can be filled in, or fails with sheet and row.

`forms.toml` beside this file says which: questions asked, or the first problem with its cell.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import pytest

from desktop_app.importing.wire import ParseProblem
from desktop_app.importing.xlsforms import Converted, FormFileError
from desktop_app.questionnaire import answers, generate
from desktop_app.questionnaire.form import Severity
from tests.questionnaire.conftest import converted

pytestmark = pytest.mark.realdata
TABLE = Path(__file__).with_name("forms.toml")
PORTIONS = 8
SUFFIXES = {".xlsx", ".xls", ".xlsm"}


@dataclass(frozen=True)
class Expected:
    """One row of the table."""

    ok: bool
    questions: int = 0
    sheet: str = ""
    row: int | None = None
    column: str = ""
    says: str = ""


@cache
def table() -> dict[str, Expected]:
    rows = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: Expected(**row) for name, row in rows.items()}


def files(shared_data: Path) -> dict[str, Path]:
    folder = shared_data / "xlsforms"
    found = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    return {path.relative_to(folder).as_posix(): path for path in found}


@cache
def result(path: Path) -> Converted | Expected:
    """What becomes of a file, found once."""
    try:
        return converted(path)
    except FormFileError as error:
        problem = error.problems[0]
        place = problem.place
        return Expected(False, 0, place.sheet, place.row, place.column, problem.message)
    except ParseProblem as error:
        return Expected(ok=False, says=error.code)


def seen(path: Path) -> Expected:
    found = result(path)
    if isinstance(found, Converted):
        return Expected(ok=True, questions=sum(1 for _each in found.form.asked()))
    return found


def test_that_the_table_names_every_form(shared_data: Path) -> None:
    assert set(table()) == set(files(shared_data))
    assert len(table()) == 166
    failed = [row for row in table().values() if not row.ok]
    assert len(failed) == 18  # all of them refused by pyxform too
    assert [row.says for row in failed if row.row is None] == ["empty"]


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_that_each_form_loads_or_fails_where_the_table_says(
    shared_data: Path, portion: int
) -> None:
    for name, path in list(files(shared_data).items())[portion::PORTIONS]:
        assert seen(path) == table()[name], name


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_that_each_form_can_be_filled_in(shared_data: Path, portion: int) -> None:
    for name, path in list(files(shared_data).items())[portion::PORTIONS]:
        found = result(path)
        if isinstance(found, Converted):
            fill_and_read_back(name, found, seed=portion)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_that_each_form_can_be_filled_in_in_many_ways(shared_data: Path, seed: int) -> None:
    for name, path in files(shared_data).items():
        found = result(path)
        if isinstance(found, Converted):
            fill_and_read_back(name, found, seed=1000 + seed)


def fill_and_read_back(name: str, form: Converted, seed: int) -> None:
    filled = generate.fill(form.form, seed)
    errors = [each for each in filled.problems if each.severity is Severity.ERROR]
    assert errors == [], name
    without_choices = {
        address for address in filled.unanswered if not filled.filling.choices(address)
    }
    assert without_choices == set(filled.unanswered), name
    again = filled.filling.recalculate_all()
    assert again.values | again.relevance | again.rules | again.repeats == set(), name
    kept = answers.to_answers(filled.filling)
    assert answers.to_answers(answers.from_answers(form.form, kept)) == kept, name
    sent = answers.submission(filled.filling)
    assert answers.submission(answers.from_submission(form.form, sent)) == sent, name
    refuse_wrong_answers(name, filled.filling, Random(seed))


def refuse_wrong_answers(name: str, filling: generate.Filling, rng: Random) -> None:
    """An answer that breaks a constraint is kept and marked, wherever there is a constraint."""
    for question in filling.form.asked():
        if question.bind.constraint is None:
            continue
        for node in list(filling.instances[question.path]):
            address = filling.address(node)
            if not filling.is_relevant(address) or filling.is_readonly(address):
                continue
            value = generate.breaking_answer(filling, address, rng)
            assert value is not None, (name, address)
            before = filling.answer(address)
            filling.set_answer(address, value)
            kinds = {problem.kind for problem in filling.problems(address)}
            assert "constraint" in kinds, (name, address, value)
            assert filling.answer(address) == value
            filling.set_answer(address, before)
