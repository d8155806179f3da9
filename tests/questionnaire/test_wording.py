"""The wording check: what it must find, what it must leave alone, and how well it does both."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from desktop_app import i18n
from desktop_app.paths import resource
from desktop_app.questionnaire import xform
from desktop_app.questionnaire.form import Severity
from desktop_app.questionnaire.worded import worded
from desktop_app.questionnaire.wording import (
    Purpose,
    Remark,
    Rule,
    WordedQuestion,
    check_wording,
    is_scale,
)
from desktop_app.questionnaire.wording_words import fold, words

HERE = Path(__file__).parent
REQUIREMENTS = HERE.parents[2] / "shared" / "design" / "requirements.md"
STARTER = xform.load(
    json.loads(resource("questionnaires", "exit_interview.json").read_text())["xml"]
)
STARTERS = tuple(worded(STARTER))


def table(name: str) -> list[dict[str, Any]]:
    return tomllib.loads((HERE / name).read_text(encoding="utf-8"))["questions"]


TUNED = table("wording_questions.toml")
HELD_OUT = table("wording_held_out.toml")


def question(row: dict[str, Any]) -> WordedQuestion:
    extra = {key: row[key] for key in ("appearance", "parameters", "has_condition") if key in row}
    return WordedQuestion(
        "q",
        row.get("kind", "text"),
        {"": row["text"]},
        hints={"": row["hint"]} if "hint" in row else {},
        choices={"": tuple(row["choices"])} if "choices" in row else {},
        **extra,
    )


def asked(text: str, **more: Any) -> WordedQuestion:
    return question({"text": text, **more})


def exit_remarks(text: str, **more: Any) -> list[Remark]:
    return check_wording([asked(text, **more)], Purpose.EXIT)


def rules(row: dict[str, Any]) -> set[str]:
    return {remark.rule.value for remark in check_wording([question(row)], Purpose.EXIT)}


def label(row: dict[str, Any]) -> str:
    return f"{row['text']}{'(if)' if row.get('has_condition') else ''}"


@pytest.mark.parametrize("row", TUNED, ids=label)
def test_that_a_question_gets_the_remarks_it_deserves(row: dict[str, Any]) -> None:
    assert rules(row) == set(row["expected"])


def test_that_questions_kept_aside_are_judged_nearly_as_well() -> None:
    found = [(rules(row), set(row["expected"])) for row in HELD_OUT]
    right = sum(len(got & wanted) for got, wanted in found)
    assert right / sum(len(got) for got, _ in found) >= 0.9
    assert right / sum(len(wanted) for _, wanted in found) >= 0.9


def doubled(text: str, **more: Any) -> bool:
    remarks = exit_remarks(text, has_condition=True, **more)
    return any(remark.rule is Rule.DOUBLE for remark in remarks)


@pytest.mark.parametrize("part", ["tuned", "aside"])
def test_that_chinese_words_for_and_join_two_questions_or_two_nouns(part: str) -> None:
    rows = tomllib.loads((HERE / "wording_joined.toml").read_text(encoding="utf-8"))[part]
    assert [text for text in rows["innocent"] if doubled(text)] == []
    missed = [text for text in rows["double"] if not doubled(text)]
    assert len(missed) <= len(rows["double"]) * 0.06, missed
    assert min(len(rows["double"]), len(rows["innocent"])) >= 20


@pytest.mark.parametrize(
    "text",
    [
        "您什么时候停止下单，为什么停止？",
        "您从哪天起不再订货？为什么？",
        "When did you stop ordering and why?",
        "On which day did you leave, and why?",
        "When and why did you leave?",
        "Was the driver on time and polite?",
        "Were the goods complete, and undamaged?",
        "Is the invoice clear and correct?",
    ],
)
def test_that_a_date_with_a_reason_and_two_judgements_are_two_questions(text: str) -> None:
    assert doubled(text)


@pytest.mark.parametrize(
    "text",
    [
        "哪些不需要？为什么？",
        "您什么时候停止下单？",
        "您什么时候知道涨价的原因？",
        "Which do you not need, and why?",
        "When did the driver say why?",
        "Which delivery was late and incomplete?",
        "Was the driver on time?",
        "Was the invoice printed and signed?",
        "Was it black and white?",
        "Was the delivery late or early?",
    ],
)
def test_that_a_reason_for_each_thing_and_one_judgement_are_one_question(text: str) -> None:
    assert not doubled(text)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("What could we have done to keep you?", True),
        ("What should we have offered?", True),
        ("What can we do to win you back?", True),
        ("我们本来可以怎么做？", True),
        ("我们怎样做才能留住您？", True),
        ("Could we have your new address?", False),
        ("What could we not deliver?", False),
        ("What could you not find?", False),
        ("您当时可以向谁反映？", False),
    ],
)
def test_that_what_might_have_been_done_is_a_guess(text: str, is_found: bool) -> None:
    found = {remark.rule for remark in exit_remarks(text, has_condition=True)}
    assert (Rule.HYPOTHETICAL in found) is is_found


def test_that_the_answers_of_a_question_may_name_two_things() -> None:
    choices = ["价格和服务", "质量与包装怎么样", "送货、安装"]
    assert not doubled("离开的原因是什么？", kind="select_one", choices=choices)


def test_that_what_is_joined_is_shown_where_it_stands() -> None:
    (remark,) = [
        each for each in exit_remarks("您對價格與服務有何看法？") if each.rule is Rule.DOUBLE
    ]
    assert remark.text == "您對價格與服務有何看法？"
    (place,) = remark.places
    assert "與" in remark.text[slice(*place)]


def test_that_no_clean_question_kept_aside_is_blamed() -> None:
    clean = [row for row in HELD_OUT if not row["expected"]]
    assert len(clean) > 50
    assert [row["text"] for row in clean if rules(row)] == []


def test_that_the_tables_are_large_and_half_clean() -> None:
    rows = [*TUNED, *HELD_OUT]
    clean = len([row for row in rows if not row["expected"]]) + len(STARTERS)
    assert len(rows) >= 120
    assert clean >= (len(rows) + len(STARTERS)) / 2


@pytest.mark.parametrize("starter", STARTERS, ids=lambda each: each.name)
def test_that_a_starter_question_passes(starter: WordedQuestion) -> None:
    assert check_wording([starter], Purpose.EXIT) == []


@pytest.mark.skipif(not REQUIREMENTS.exists(), reason="the requirements are not beside the project")
def test_that_the_starter_questions_pass_as_the_requirements_word_them() -> None:
    whole = REQUIREMENTS.read_text(encoding="utf-8")
    part = whole[whole.index("### 2.13") : whole.index("### 2.14")]
    rows = [line.strip("|").split("|") for line in re.findall(r"^\| `.*$", part, re.MULTILINE)]
    assert len(rows) == 15
    starters = [
        WordedQuestion(
            code.strip(), "text", {"zh": zh, "en": en}, has_condition=bool(condition.strip())
        )
        for code, _kind, zh, en, condition in rows
    ]
    assert check_wording(starters, Purpose.EXIT) == []


@pytest.mark.parametrize(
    ("text", "choices", "expected"),
    [
        ("您对我们的服务满意吗？", [], set()),
        ("我们的送货", ["非常满意", "满意", "一般", "不满意"], set()),
        ("How likely are you to recommend us?", ["0", "1", "2", "3", "4", "5"], set()),
        ("How satisfied are you with our prices and our service?", [], {Rule.DOUBLE}),
        ("您也觉得我们的新店更方便吗？", [], {Rule.LEADING}),
        ("如果降价，您会多买吗？", [], set()),
    ],
)
def test_that_a_satisfaction_survey_may_ask_for_attitudes_but_not_lead_or_double(
    text: str, choices: list[str], expected: set[Rule]
) -> None:
    survey = asked(text, choices=choices)
    assert {each.rule for each in check_wording([survey], Purpose.SATISFACTION)} == expected


def test_that_the_words_are_shown_where_they_stand_in_the_text_as_written() -> None:
    text = "您對<b>客服</b>的ＡＰＰ滿意嗎？"
    (remark,) = exit_remarks(text)
    assert remark.found == ("滿意",)
    assert remark.text == text


def test_that_a_remark_says_where_the_question_stands_and_in_which_language() -> None:
    wrong = WordedQuestion(
        "pleased", "text", {"en": "Why?", "zh": "您满意吗？"}, sheet="survey", row=7
    )
    (remark,) = check_wording([wrong], Purpose.EXIT)
    assert (remark.question, remark.language) == ("pleased", "zh")
    assert (remark.sheet, remark.row) == ("survey", 7)
    assert remark.severity is Severity.WARNING


def test_that_the_scale_comes_first() -> None:
    found = exit_remarks("您满意吗？", kind="range", parameters={"start": "1", "end": "5"})
    assert [remark.rule for remark in found] == [Rule.SCALE, Rule.ATTITUDE]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, 1),
        ({"start": "0", "end": "100", "step": "1"}, 0),
        ({"start": "0", "end": "100", "step": "25"}, 1),
        ({"start": "a"}, 1),
        ({"step": "0"}, 1),
    ],
)
def test_that_a_range_of_few_points_is_a_scale(parameters: dict[str, str], found: int) -> None:
    assert len(exit_remarks("Overall", kind="range", parameters=parameters)) == found


@pytest.mark.parametrize(
    "choices",
    [
        ["1 非常不满意", "2 不满意", "3 一般", "4 满意", "5 非常满意"],
        ["-2", "-1", "0", "1", "2"],
        ["Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied", "N/A"],
        ["完全同意", "比较同意", "不太同意", "完全不同意"],
    ],
)
def test_that_choices_form_a_scale(choices: list[str]) -> None:
    assert is_scale(choices)


@pytest.mark.parametrize(
    "choices",
    [
        ["服务态度差", "价格太高", "质量差", "不满意售后"],
        ["10", "20", "50", "100", "200"],
        ["是", "否"],
        ["2021", "2022", "2023", "2024", "2025"],
        ["一月", "二月", "三月"],
        [],
    ],
)
def test_that_choices_that_name_things_are_no_scale(choices: list[str]) -> None:
    assert not is_scale(choices)


def test_that_bare_numbers_answer_how_many() -> None:
    assert not is_scale("012345", is_quantity=True)
    assert is_scale("012345")


def test_that_a_clause_with_if_is_a_fact_where_the_question_has_its_condition() -> None:
    text = "If credit was given, for how many days?"
    assert [remark.rule for remark in exit_remarks(text)] == [Rule.HYPOTHETICAL]
    assert exit_remarks(text, has_condition=True) == []
    wish = "如果降价，您会回来吗？"
    assert [each.rule for each in exit_remarks(wish, has_condition=True)] == [Rule.HYPOTHETICAL]


def test_that_both_halves_of_a_double_question_are_named() -> None:
    with i18n.in_language("en"):
        (remark,) = exit_remarks("Why did you leave and which shop do you use today?")
    assert "“Why did you leave”" in remark.suggestion
    assert "“which shop do you use today”" in remark.suggestion


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("您对价格满意吗？", "Which price"),
        ("Please rate our delivery", "Which delivery"),
        ("您满意吗？", "What happened the last time"),
    ],
)
def test_that_the_suggestion_fits_the_topic(text: str, part: str) -> None:
    with i18n.in_language("en"):
        (remark,) = exit_remarks(text)
    assert part in remark.suggestion


def test_that_values_put_into_a_text_are_not_read() -> None:
    assert exit_remarks("哪一天停用了${满意度}？") == []


def test_that_folding_keeps_every_character_in_its_place() -> None:
    text = "ﬁ ㎏ İ ß … ＡＢ 價 ’"
    assert len(fold(text)) == len(text)
    assert fold("ＡＢ價’") == "ab价'"


def test_that_every_simplified_character_of_the_lists_is_found_in_its_traditional_form() -> None:
    content = tomllib.loads(resource("reference", "wording.toml").read_text("utf-8"))
    used = {
        char
        for name in content.keys() - {"version"}
        for row in content[name]
        for word in (*row["words_zh"], *row.get("but_zh", ()))
        for char in word
    }
    simplified_only = {char for char in used if "一" <= char <= "鿿" and not _is_in_big5(char)}
    folded = {fold(chr(code)) for code in range(0x4E00, 0xA000) if _is_in_big5(chr(code))}
    assert simplified_only - folded == set()


def _is_in_big5(char: str) -> bool:
    try:
        char.encode("big5")
    except UnicodeEncodeError:
        return False
    return True


def test_that_a_phrase_in_which_a_word_is_harmless_hides_it() -> None:
    found = words("rule", "hypothetical")
    assert found.spans("主要是什么原因") == []
    assert found.spans("要是降价呢") == [(0, 2)]
