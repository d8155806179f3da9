"""One filled questionnaire as a document: on screen, as PDF, Excel and JSON."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader
from report_forms import form_of, interview

from db.vocabulary import InterviewMode, InterviewState, ReviewState
from desktop_app.i18n import in_language
from desktop_app.questionnaire.filled import FilledInterview, GivenAnswer
from desktop_app.reports.base import Facts, Table
from desktop_app.reports.filled_interview import WIDE, interview_document
from desktop_app.reports.json import to_json
from desktop_app.reports.pdf import check_pdf, write_pdf
from desktop_app.reports.xlsx import check_xlsx, write_xlsx

FORM = """
| survey |
| | type | name | label::Chinese (zh) | label::English (en) | relevant |
| | begin_group | g | 离开 | Leaving | |
| | date | left_on | 何时离开？ | Since when? | |
| | select_one reason | why | 为什么离开？ | Why did you leave? | |
| | end_group | | | | |
| | text | words | 客户原话 | In their words | |
| | text | shop | 哪家店？ | Which shop? | ${why} = 'price' |
| | text | never | 从不 | Not asked | ${why} = 'late' |
| | begin_repeat | person | 家人 | Family member | |
| | text | name | 姓名 | Name | |
| | begin_repeat | pet | 宠物 | Pet | |
| | text | kind | 种类 | Which kind? | |
| | end_repeat | | | | |
| | end_repeat | | | | |
| choices |
| | list_name | name | label::Chinese (zh) | label::English (en) |
| | reason | price | 太贵 | Too dear |
| | reason | late | 送货迟 | Delivered late |
| settings |
| | form_title | form_id | default_language |
| | 离网访谈 | exit | Chinese (zh) |
"""
ANSWERS = {
    "/data/g/left_on": "2026-08-31",
    "/data/g/why": "price",
    "/data/words": "=太贵了 & <b>late</b>",
    "/data/person[1]/name": "张伟",
    "/data/person[1]/pet[1]/kind": "cat",
    "/data/person[2]/name": "李娜",
    "/data/person[2]/pet[1]/kind": "dog",
    "/data/person[2]/pet[2]/kind": "owl",
    "/data/gone": "from another version",
}


def filled(**more: object) -> FilledInterview:
    found = interview(form_of(FORM), "3", "key-1", ANSWERS, customer_name="张伟")
    return replace(found, **more)


def table(number: int, made: FilledInterview | None = None) -> Table:
    return interview_document(made or filled()).tables()[number]


def shown(found: Table) -> list[list[str]]:
    return [[column.shown(row) for column in found.columns] for row in found.rows]


def test_that_every_question_asked_stands_there_with_its_answer_in_words() -> None:
    assert shown(table(0)) == [
        ["Leaving", "Since when?", "2026-08-31 Mon", "Phone interview", "5"],
        ["Leaving", "Why did you leave?", "Too dear", "Phone interview", "5"],
        ["", "In their words", "=太贵了 & <b>late</b>", "Phone interview", "5"],
        ["", "Which shop?", "—", "", ""],
    ]


def test_that_the_mode_and_the_time_of_each_answer_are_shown() -> None:
    answers = dict(filled().answers)
    answers["/data/words"] = GivenAnswer("late", InterviewMode.PAPER, 95)
    rows = shown(table(0, filled(answers=answers)))
    assert rows[2] == ["", "In their words", "late", "From paper", "95"]
    document = interview_document(filled(answers=answers))
    (facts,) = [block for block in document.sections[0].blocks if isinstance(block, Facts)]
    assert dict(facts.pairs)["Time on questions"] == "2:15"  # 8 answers of 5 seconds, 1 of 95


def test_that_repeats_are_tables() -> None:
    document = interview_document(filled())
    assert [section.title for section in document.sections] == [
        "",
        "Answers",
        "Family member",
        "Pet",
        "Answers without a question",
    ]
    assert shown(table(1)) == [["1", "张伟"], ["2", "李娜"]]
    assert [column.heading() for column in table(1).columns] == ["Instance", "Name"]
    assert shown(table(2)) == [["1.1", "cat"], ["2.1", "dog"], ["2.2", "owl"]]
    assert shown(table(3)) == [["/data/gone", "from another version", "Phone interview"]]


def test_that_a_repeat_that_asks_much_has_a_row_for_each_answer() -> None:
    rows = "\n".join(f"| | text | q{n} | Question {n} |" for n in range(WIDE + 1))
    form = form_of(
        f"| survey |\n| | type | name | label |\n| | begin_repeat | p | P |\n{rows}\n"
        "| | end_repeat | | |"
    )
    answers = {f"/data/p[{place}]/q0": f"a{place}" for place in (1, 2)}
    found = table(0, interview(form, "1", "k", answers))
    assert len(found.rows) == 2 * (WIDE + 1)
    assert shown(found)[0] == ["1", "Question 0", "a1", "Phone interview", "5"]


def test_that_who_when_and_which_version_are_told() -> None:
    document = interview_document(
        filled(review=ReviewState.APPROVED, state=InterviewState.FINISHED), by="Ada"
    )
    (facts,) = [block for block in document.sections[0].blocks if isinstance(block, Facts)]
    told = dict(facts.pairs)
    assert told["Case"] == "2026-key-1"
    assert told["Customer"] == "013800138000 张伟"
    assert (told["Version"], told["Held by"], told["Review"]) == ("3", "王芳", "Approved")
    assert told["Finished at"].startswith("2026-09-01")
    assert told["Answered"] == "8 / 9"
    assert (document.title, document.by) == ("Exit interview", "Ada")


def test_that_the_language_of_the_program_is_the_language_of_the_questions() -> None:
    with in_language("zh_CN"):
        rows = shown(table(0))
    assert rows[1][:3] == ["离开", "为什么离开？", "太贵"]


@pytest.mark.parametrize("code", ["en", "zh_CN"])
def test_that_every_writer_takes_it(tmp_path: Path, code: str) -> None:
    with in_language(code):
        document = interview_document(filled())
        assert check_pdf(document) == ()
        assert check_xlsx(document) == ()
        write_pdf(document, tmp_path / "a.pdf")
        write_xlsx(document, tmp_path / "a.xlsx")
        assert len(to_json(document)["sections"]) == 5
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    assert "=太贵了&<b>late</b>" in re.sub(r"\s", "", text)
