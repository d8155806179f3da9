"""Random answers: valid where an answer exists, honest where none does."""

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.questionnaire import answers, generate
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.shapes import text_like
from tests.questionnaire.conftest import MakeForm

SHAPES = [
    r"[0-9]{1,3}",
    r"^0[0-9]{9}$",
    r"[A-Za-z ]{1,100}",
    r"(abc|x+)?\d{2,4}",
    r"[^@\s]+@[^@\s]+\.[^@\s]+",
    r"[\w-\.]+@([\w-]+\.)+[\w-]{2,}",
    r"(\d)-\1",
    r"[\u4e00-\u9fff]{2,3}",
    r"1[3-9]\d{9}",
    r"(([0-9]{1})*[- .(]*([0-9]{3})[- .)]*[0-9]{3}[- .]*[0-9]{4})+",
    r"",
]


@pytest.mark.parametrize("shape", SHAPES)
@given(seed=st.integers(0, 10_000))
def test_that_a_made_text_has_the_form(shape: str, seed: int) -> None:
    made = text_like(shape, Random(seed))
    assert made is not None
    plain = shape.replace(r"\w-\.", r"\w\-.").replace(r"[\w-]", r"[\w\-]")
    assert re.fullmatch(plain, made)


def test_that_what_cannot_be_made_is_told() -> None:
    assert text_like("(", Random(1)) is None
    assert text_like(r"a(?!a)a", Random(1)) is None


LIMITS = """
| survey |
|  | type | name | label | constraint | relevant |
|  | integer | low | Low | . >= 1000 and . < 1003 |  |
|  | integer | high | High | . > ${low} + 5 |  |
|  | decimal | part | Part | . > 0.25 and . < 0.26 |  |
|  | date | day | Day | . >= today() + 400 |  |
|  | text | phone | Phone | regex(., '1[3-9][0-9]{9}') |  |
|  | text | long | Long | string-length(.) = 41 |  |
|  | select_multiple l | some | Some | count-selected(.) = 2 and not(selected(., 'c')) |  |
|  | rank l | order | Order | selected-at(., 0) = 'b' |  |
|  | range | step | Step |  |  |
|  | integer | a | A | . >= 0 |  |
|  | integer | b | B | ${a} + ${b} = 100 |  |
|  | time | at | At |  |  |
|  | geopoint | here | Here |  |  |
|  | image | photo | Photo |  |  |
|  | acknowledge | ok | OK |  |  |
|  | integer | never | Never | . > 5 and . < 3 |  |
|  | begin_repeat | r | R |  |  |
|  | integer | n | N | . mod 7 = 3 |  |
|  | end_repeat |  |  |  |  |
|  | text | hidden | Hidden |  | ${low} = 0 |
| choices |
|  | list_name | name | label |
|  | l | a | A |
|  | l | b | B |
|  | l | c | C |
|  | l | d | D |
"""


@pytest.mark.parametrize("seed", range(10))
def test_that_random_answers_keep_the_rules(make_form: MakeForm, seed: int) -> None:
    filled = generate.fill(make_form(LIMITS), seed)
    assert filled.problems == ()
    assert filled.unanswered == ("/data/never",)
    given_answers = answers.to_answers(filled.filling, only_relevant=True)
    assert 1000 <= int(given_answers["/data/low"]) < 1003
    assert int(given_answers["/data/a"]) + int(given_answers["/data/b"]) == 100
    assert len(given_answers["/data/long"]) == 41
    assert given_answers["/data/order"].startswith("b ")
    assert "/data/hidden" not in given_answers
    assert filled.filling.count_of("/data/r") in {2, 3}


def test_that_the_same_seed_gives_the_same_answers(make_form: MakeForm) -> None:
    def once(seed: int) -> dict[str, str]:
        found = answers.to_answers(generate.fill(make_form(LIMITS), seed).filling)
        return {key: value for key, value in found.items() if "/meta/" not in key}

    assert once(4) == once(4)
    assert once(4) != once(5)


def test_that_a_rule_can_be_broken_on_purpose(make_form: MakeForm) -> None:
    filling = Filling(make_form(LIMITS))
    value = generate.breaking_answer(filling, "/data/low", Random(1))
    assert value is not None
    assert generate.accepts(filling, "/data/low", "1001")
    assert not generate.accepts(filling, "/data/low", value)
    assert generate.breaking_answer(filling, "/data/at", Random(1)) is None
    assert filling.answer("/data/low") == ""
