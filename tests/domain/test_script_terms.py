"""Everything a script may name has a name for people; words that differ are found."""

import pytest

from desktop_app.domain import script_terms, scripts
from desktop_app.domain.script_checks import CheckCode, check_words
from desktop_app.domain.script_words import USUAL, render
from desktop_app.domain.scripts import FACTS, Condition, Operator, StepKind
from desktop_app.domain.word_changes import Part, changes


def test_that_everything_has_a_name() -> None:
    assert all(script_terms.fact_title(name) != name for name in FACTS)
    assert [name for name, _title in script_terms.placeholder_words()] == list(USUAL)
    assert len({script_terms.kind_word(kind) for kind in StepKind}) == len(StepKind)
    assert len({script_terms.operator_word(each) for each in Operator}) == len(Operator)
    assert "reason" in script_terms.fact_title("answer.reason")
    assert script_terms.fact_title("nothing.such") == "nothing.such"


@pytest.mark.parametrize("name", [*FACTS, "answer.reason"])
def test_that_what_is_offered_first_can_be_stored_and_compared(name: str) -> None:
    for operator in script_terms.operators_for(name):
        assert scripts.holds(Condition(name, operator), {}) is (operator is Operator.UNKNOWN)


def test_that_the_example_is_a_case() -> None:
    assert set(script_terms.EXAMPLE_FACTS) <= set(FACTS)
    for code in ("zh", "en"):
        values = script_terms.example_values(code)
        assert set(values) <= set(USUAL)
        assert render("{{ customer.name }}", values, code) == values["customer.name"]


def test_that_words_that_stand_for_themselves_are_checked() -> None:
    assert check_words("您好，{{ customer.name }}。", "Hello, {{ customer.name }}.") == ()
    found = check_words("{{ nobody }}", "")
    assert [each.code for each in found] == [
        CheckCode.UNKNOWN_PLACEHOLDER, CheckCode.NO_TRANSLATION,
    ]  # fmt: skip


def test_that_the_words_that_differ_are_marked() -> None:
    old, new = changes("请您等一下", "请您稍等一下")
    assert old == (Part("请您"), Part("等一下"))
    assert new == (Part("请您"), Part("稍", differs=True), Part("等一下"))
    old, new = changes("We call {{ customer.name }} back", "We call you back")
    assert [part.text for part in old if part.differs] == ["{{ customer.name }}"]
    assert [part.text for part in new if part.differs] == ["you"]
    assert changes("", "") == ((), ())
    assert changes("", "new") == ((), (Part("new", differs=True),))
