"""`winback questionnaire check` and `fill`: without a workspace, with an honest exit status."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run

FORM = """
| survey |
|  | type | name | label | constraint |
|  | integer | age | Age | . > 17 and . < 20 |
|  | text | why | Why |  |
"""


@pytest.fixture
def form(tmp_path: Path) -> Path:
    file = tmp_path / "form.md"
    file.write_text(FORM, encoding="utf-8")
    return file


def test_that_a_good_form_is_checked(run: Run, form: Path) -> None:
    done = run("questionnaire", "check", form, "--json")
    assert (done.status, done.err) == (0, "")
    assert done.document == {"ok": True, "questions": 2, "errors": [], "warnings": []}
    assert run("questionnaire", "check", form).out == "The form can be used. Questions: 2\n"


def test_that_a_bad_form_is_told_with_its_cells(run: Run, form: Path) -> None:
    form.write_text(FORM.replace("text | why", "txet | why"), encoding="utf-8")
    done = run("questionnaire", "check", form, "--json")
    assert done.status == 1
    assert done.document["ok"] is False
    (error,) = done.document["errors"]
    assert (error["sheet"], error["row"], error["column"]) == ("survey", 5, "B")
    plain = run("questionnaire", "check", form)
    assert plain.out.startswith("survey!B5: ")
    for command in (("fill", form), ("fill", form, "--json")):
        assert run("questionnaire", *command).status == 1


def test_that_a_file_that_is_no_form_is_told(run: Run, tmp_path: Path) -> None:
    done = run("questionnaire", "check", tmp_path / "gone.xlsx", "--json")
    assert done.status == 1
    assert "gone.xlsx cannot be read" in done.document["errors"][0]["message"]


def test_that_a_form_is_filled_in(run: Run, form: Path) -> None:
    done = run("questionnaire", "fill", form, "--seed", 3, "--json")
    assert done.status == 0
    found = done.document
    assert (found["ok"], found["questions"], found["seed"]) == (True, 2, 3)
    assert (found["unanswered"], found["problems"]) == ([], [])
    assert found["answers"]["/data/age"] in {"18", "19"}
    assert run("questionnaire", "fill", form, "--seed", 3, "--json").document["answers"][
        "/data/why"
    ] == found["answers"]["/data/why"]  # fmt: skip
    assert "/data/age: 1" in run("questionnaire", "fill", form).out


def test_that_what_cannot_be_answered_is_told(run: Run, form: Path) -> None:
    form.write_text(FORM.replace("> 17", "> 30"), encoding="utf-8")
    done = run("questionnaire", "fill", form)
    assert done.status == 0
    assert "/data/age: no answer was found" in done.out


WORDED = """
| survey |
|  | type | name | label::English (en) | label::中文 (zh) | relevant |
|  | select_one mood | happy | How satisfied were you? | 您满意吗？ |  |
|  | select_one reason | why | Why did you leave? | 您离开的原因是？ |  |
|  | text | claim | What happened to your complaint? | 您的投诉后来怎样了？ | ${why} = 'rude' |
| choices |
|  | list_name | name | label::English (en) | label::中文 (zh) |
|  | mood | 1 | very satisfied | 非常满意 |
|  | mood | 2 | not satisfied at all | 非常不满意 |
|  | reason | rude | Staff were rude | 服务态度差 |
|  | reason | price | Another one is cheaper | 别家更便宜 |
"""


def test_that_the_wording_of_an_exit_interview_is_checked(run: Run, form: Path) -> None:
    form.write_text(WORDED, encoding="utf-8")
    plain = run("questionnaire", "check", form, "--json").document
    assert "wording" not in plain
    done = run("questionnaire", "check", form, "--purpose", "exit", "--json")
    assert done.status == 0  # words are a remark, not an error
    remarks = done.document["wording"]
    assert {remark["question"] for remark in remarks} == {"happy"}  # and no answer option
    assert {remark["language"] for remark in remarks} >= {"English (en)", "中文 (zh)"}
    assert {"scale", "attitude"} >= {remark["rule"] for remark in remarks}
    assert "happy: " in run("questionnaire", "check", form, "--purpose", "exit").out
    fine = run("questionnaire", "check", form, "--purpose", "satisfaction", "--json").document
    assert fine["wording"] == []
