"""Numbers of choices on paper: one each, read back as they were meant, steady for a version."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.questionnaire.paper_numbers import (
    numbered,
    paper_numbers,
    read_choice,
    retired_choices,
)
from tests.questionnaire.conftest import converted

CODES = st.lists(
    st.one_of(st.from_regex(r"[a-z][a-z_]{0,5}", fullmatch=True), st.integers(0, 30).map(str)),
    unique=True,
    max_size=30,
)


@given(CODES)
def test_that_each_number_and_each_code_leads_back_to_its_choice(codes: list[str]) -> None:
    numbers = numbered(codes)
    assert list(numbers) == codes
    assert len(set(numbers.values())) == len(codes)
    for code, number in numbers.items():
        assert read_choice(numbers, (), number) == code
        assert read_choice(numbers, (), code) == code
        assert read_choice(numbers, (), f" 0{number} ") == code


def test_that_codes_that_are_numbers_keep_them_and_others_step_over() -> None:
    assert numbered(["a", "b", "1", "99", "c"]) == {
        "a": "2", "b": "3", "1": "1", "99": "99", "c": "4",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "read"),
    [("2", "late"), ("LATE", "late"), ("delivered LATE", "late"), ("7", "7"), ("", "")],
)
def test_that_words_are_read_and_what_is_none_stays_as_it_is(typed: str, read: str) -> None:
    numbers = numbered(["price", "late"])
    labels = [("price", "Too dear"), ("late", "Delivered late")]
    assert read_choice(numbers, labels, typed) == read


def numbers_of(folder: Path, lines: list[str]) -> tuple[dict[str, str], set[str]]:
    (folder / "reasons.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    form = folder / "form.md"
    form.write_text(
        "| survey |\n| | type | name | label |\n"
        "| | select_one_from_file reasons.csv | why | Why? |\n",
        encoding="utf-8",
    )
    made = converted(form).form
    question = made.questions["/data/why"]
    return dict(paper_numbers(made, question)), set(retired_choices(made, question))


def test_that_a_list_from_outside_brings_numbers_of_its_own(tmp_path: Path) -> None:
    head = "name,label,paper_number,retired"
    found = numbers_of(tmp_path, [head, "new,New,7,", "old,Old,2,yes", "first,First,1,"])
    assert found == ({"new": "7", "old": "2", "first": "1"}, {"old"})


@pytest.mark.parametrize("number", ["", "2", "two"])
def test_that_numbers_that_are_not_one_each_do_not_count(tmp_path: Path, number: str) -> None:
    lines = ["name,label,paper_number", f"new,New,{number}", "old,Old,2"]
    assert numbers_of(tmp_path, lines)[0] == {"new": "1", "old": "2"}
