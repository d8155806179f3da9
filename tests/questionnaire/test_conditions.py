"""Conditions put together by hand: written, read back, and true when they should be."""

import operator
from datetime import date
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.questionnaire.conditions import (
    ALWAYS,
    Condition,
    Joiner,
    Of,
    Operator,
    Test,
    read_condition,
    write_condition,
)
from desktop_app.questionnaire.evaluation import compile_expression, evaluate_truth
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import Form, names_of
from desktop_app.questionnaire.xform import load
from tests.questionnaire.conftest import MakeForm

XFORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"
 xmlns:jr="http://openrosa.org/javarosa"><h:head><h:title>t</h:title><model>
 <instance><data id="t"><words/><many/><age/><price/><day/><own/></data></instance>
 <bind nodeset="/data/words" type="string"/><bind nodeset="/data/many" type="string"/>
 <bind nodeset="/data/age" type="int"/><bind nodeset="/data/price" type="decimal"/>
 <bind nodeset="/data/day" type="date"/><bind nodeset="/data/own" type="string"/>
 </model></h:head><h:body>
 <input ref="/data/words"><label>W</label></input><input ref="/data/many"><label>M</label></input>
 <input ref="/data/age"><label>A</label></input><input ref="/data/price"><label>P</label></input>
 <input ref="/data/day"><label>D</label></input><input ref="/data/own"><label>O</label></input>
 </h:body></h:html>"""
WORDS = st.sampled_from(["words", "many", "own"])
NUMBERS = st.sampled_from(["age", "price"])
CODES = st.sampled_from(["a", "b", "price_high", "98", "其他"])
TEXTS = st.text(
    st.sampled_from("ab1 .'\"‘’“”${}()=<>其他\\") | st.characters(exclude_categories=("C", "Z")),
    max_size=8,
)
FIGURES = st.integers(-50, 50).map(str) | st.decimals(-9, 9, places=2).map(lambda d: f"{d:f}")
DATES = st.dates(date(2020, 1, 1), date(2027, 12, 31)).map(date.isoformat)
EQUAL = st.sampled_from([Operator.IS, Operator.IS_NOT])
ORDER = st.sampled_from([Operator.GREATER, Operator.AT_LEAST, Operator.LESS, Operator.AT_MOST])
BETWEEN = st.just(Operator.BETWEEN)
TESTS = st.one_of(
    st.builds(Test, WORDS, EQUAL, TEXTS),
    st.builds(Test, WORDS, st.just(Operator.CONTAINS), TEXTS.filter(bool)),
    st.builds(Test, WORDS, st.sampled_from([Operator.SELECTED, Operator.NOT_SELECTED]), CODES),
    st.builds(Test, NUMBERS, EQUAL | ORDER, FIGURES, of=st.just(Of.NUMBER)),
    st.builds(Test, NUMBERS, BETWEEN, FIGURES, FIGURES, st.just(Of.NUMBER)),
    st.builds(Test, st.just("day"), EQUAL | ORDER, DATES, of=st.just(Of.DATE)),
    st.builds(Test, st.just("day"), BETWEEN, DATES, DATES, st.just(Of.DATE)),
    st.builds(
        Test,
        WORDS | NUMBERS | st.just("day"),
        st.sampled_from([Operator.ANSWERED, Operator.NOT_ANSWERED]),
    ),
)
JOINERS = st.sampled_from(Joiner)
INNER = st.builds(Condition, JOINERS, st.lists(TESTS, max_size=3).map(tuple))
CONDITIONS = st.builds(Condition, JOINERS, st.lists(TESTS | INNER, max_size=4).map(tuple))
ANSWERS = st.fixed_dictionaries(
    {
        "words": CODES | TEXTS,
        "many": st.lists(CODES, unique=True, max_size=3).map(" ".join),
        "own": TEXTS,
        "age": st.just("") | st.integers(-50, 50).map(str),
        "price": st.just("") | FIGURES,
        "day": st.just("") | DATES,
    }
)
COMPARE = {
    Operator.IS: operator.eq,
    Operator.IS_NOT: operator.ne,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
}

ASKED = {
    Operator.ANSWERED: lambda answer, _value: answer != "",
    Operator.NOT_ANSWERED: lambda answer, _value: answer == "",
    Operator.SELECTED: lambda answer, value: value in answer.split(),
    Operator.NOT_SELECTED: lambda answer, value: value not in answer.split(),
    Operator.CONTAINS: lambda answer, value: value in answer,
}


@cache
def form() -> Form:
    return load(XFORM)


def holds(part: Test | Condition, answers: dict[str, str]) -> bool:
    """What a person would say."""
    if isinstance(part, Condition):
        parts = [each for each in part.parts if not isinstance(each, Condition) or each.parts]
        truths = [holds(each, answers) for each in parts]
        return (all if part.joiner is Joiner.ALL or not parts else any)(truths)
    answer = answers[part.question]
    if part.operator in ASKED:
        return ASKED[part.operator](answer, part.value)
    if part.operator is Operator.BETWEEN:
        ends = ((Operator.AT_LEAST, part.value), (Operator.AT_MOST, part.upto))
        return all(holds(Test(part.question, each, end, of=part.of), answers) for each, end in ends)
    compare = COMPARE[part.operator]
    if part.of is Of.NUMBER:
        return compare(float(answer or "nan"), float(part.value))
    if part.of is Of.DATE and part.operator not in {Operator.IS, Operator.IS_NOT}:
        return bool(answer) and compare(date.fromisoformat(answer), date.fromisoformat(part.value))
    return compare(answer, part.value)


def truth(xpath: str, answers: dict[str, str]) -> bool:
    """What the engine says; ``${name}`` becomes a path as pyxform does it."""
    for name in ("words", "many", "age", "price", "day", "own"):
        xpath = xpath.replace(f"${{{name}}}", f" /data/{name} ")
    filling = Filling(form())
    for name, value in answers.items():
        filling.put(filling.state(f"/data/{name}").node, value)
    expression = compile_expression(xpath, names_of("/data/own"), form().shape)
    return evaluate_truth(expression, filling.state("/data/own").node)


@given(CONDITIONS)
def test_that_what_is_written_is_read_back(condition: Condition) -> None:
    written = write_condition(condition)
    read = read_condition(written)
    assert read is not None
    assert write_condition(read) == written
    assert read_condition(write_condition(read)) == read


@given(CONDITIONS, ANSWERS)
def test_that_a_condition_is_true_when_it_should_be(
    condition: Condition, answers: dict[str, str]
) -> None:
    written = write_condition(condition)
    if not written:
        assert holds(condition, answers)
        return
    assert truth(written, answers) == holds(condition, answers)
    read = read_condition(written)
    assert read is not None
    assert holds(read, answers) == holds(condition, answers)


def test_that_a_part_about_nothing_is_left_out() -> None:
    nothing = Condition(Joiner.ANY, ())
    only = Test("a", Operator.ANSWERED)
    assert write_condition(Condition(Joiner.ALL, (nothing, only))) == "${a} != ''"
    between = Test("a", Operator.BETWEEN, "1", "2", Of.NUMBER)
    assert write_condition(Condition(Joiner.ANY, (nothing, between))) == "${a} >= 1 and ${a} <= 2"
    assert read_condition("  ") == ALWAYS
    assert write_condition(ALWAYS) == ""


@pytest.mark.parametrize(
    ("xpath", "expected"),
    [
        ("${a}='x'", (Test("a", Operator.IS, "x"),)),
        ("'x' = ${a}", (Test("a", Operator.IS, "x"),)),
        ("18 <= ${age}", (Test("age", Operator.AT_LEAST, "18", of=Of.NUMBER),)),
        ("${age} > -3", (Test("age", Operator.GREATER, "-3", of=Of.NUMBER),)),
        ('selected( ${a} , "x")', (Test("a", Operator.SELECTED, "x"),)),
        ("not(selected(${a}, 'x'))", (Test("a", Operator.NOT_SELECTED, "x"),)),
        ("${a} = ''", (Test("a", Operator.NOT_ANSWERED),)),
        (
            ". >= 0 and . <= 100",
            (Test(".", Operator.BETWEEN, "0", "100", Of.NUMBER),),
        ),
        (
            "${day} < date('2026-08-31')",
            (Test("day", Operator.LESS, "2026-08-31", of=Of.DATE),),
        ),
        (
            "${a}='x' and (${b} != '' or contains(${c}, \"it's\"))",
            (
                Test("a", Operator.IS, "x"),
                Condition(
                    Joiner.ANY,
                    (Test("b", Operator.ANSWERED), Test("c", Operator.CONTAINS, "it's")),
                ),
            ),
        ),
    ],
)
def test_that_what_others_wrote_is_read(xpath: str, expected: tuple[Test, ...]) -> None:
    assert read_condition(xpath) == Condition(Joiner.ALL, expected)


@pytest.mark.parametrize(
    "xpath",
    [
        "${a} + 1 = 2",
        "count(${r}) > 1",
        "${a} = ${b}",
        "/data/a = 'x'",
        "../a = 'x'",
        "$a = 'x'",
        "'${a}' = 'x'",
        "${last-saved#a} = 'x'",
        "not(${a} = 'x')",
        "${a} = 'x' or (${b} = 'y' and (${c} = 'z' or ${d} = 'w'))",
        "selected(${a}, concat('x', ${b}))",
        "${a} = ",
        "true()",
        "date(${a}) = 'x'",
        "${a} = date('tomorrow')",
        "position(..) = 1",
    ],
)
def test_that_more_than_that_stays_a_formula(xpath: str) -> None:
    assert read_condition(xpath) is None


def test_that_brackets_that_change_nothing_are_not_written() -> None:
    one, two = Test("a", Operator.IS, "x"), Test("b", Operator.IS, "y")
    between = Test("n", Operator.BETWEEN, "1", "2", Of.NUMBER)
    any_of = Condition(Joiner.ANY, (one, two))
    for condition, written in (
        (Condition(Joiner.ALL, (any_of,)), "${a} = 'x' or ${b} = 'y'"),
        (Condition(Joiner.ANY, (any_of, between)),
         "${a} = 'x' or ${b} = 'y' or (${n} >= 1 and ${n} <= 2)"),
        (Condition(Joiner.ALL, (one, Condition(Joiner.ANY, (between,)))),
         "${a} = 'x' and ${n} >= 1 and ${n} <= 2"),
        (Condition(Joiner.ALL, (any_of, between)),
         "(${a} = 'x' or ${b} = 'y') and ${n} >= 1 and ${n} <= 2"),
    ):  # fmt: skip
        assert write_condition(condition) == written
        read = read_condition(written)
        assert read is not None
        assert write_condition(read) == written


def test_that_a_value_is_never_taken_for_a_question_or_a_quotation_mark() -> None:
    texts = ["${b}", "it's", 'say "so"', 'it\'s "so"', "‘x’", "$5"]
    for text in texts:
        written = write_condition(Condition(Joiner.ALL, (Test("a", Operator.IS, text),)))
        assert "${b}" not in written
        assert read_condition(written) == Condition(Joiner.ALL, (Test("a", Operator.IS, text),))


def test_that_a_number_must_be_one() -> None:
    for of, value in ((Of.NUMBER, "1 or true()"), (Of.DATE, "today")):
        with pytest.raises(ValueError, match=value.split()[0]):
            write_condition(Condition(Joiner.ALL, (Test("a", Operator.IS, value, of=of),)))
    deep = Condition(Joiner.ALL, (Condition(Joiner.ANY, (ALWAYS,)),))
    with pytest.raises(ValueError, match="nested"):
        write_condition(deep)


def test_that_a_form_with_such_conditions_asks_what_it_should(make_form: MakeForm) -> None:
    shown = Condition(
        Joiner.ALL,
        (
            Test("left", Operator.SELECTED, "price"),
            Condition(
                Joiner.ANY,
                (
                    Test("age", Operator.BETWEEN, "18", "65", Of.NUMBER),
                    Test("name", Operator.IS, 'it\'s "so"'),
                ),
            ),
        ),
    )
    text = f"""
| survey |
|  | type | name | label | relevant |
|  | select_multiple why | left | Left |  |
|  | integer | age | Age |  |
|  | text | name | Name |  |
|  | text | more | More | {write_condition(shown)} |
| choices |
|  | list_name | name | label |
|  | why | price | Price |
|  | why | other | Other |
"""
    filling = Filling(make_form(text))
    seen = []
    for left, age, name in (
        ("price", "18", ""), ("price", "17", ""), ("other price", "17", "it's \"so\""),
        ("other", "18", ""), ("price", "", ""),
    ):  # fmt: skip
        filling.set_answer("/data/left", left)
        filling.set_answer("/data/age", age)
        filling.set_answer("/data/name", name)
        seen.append(filling.is_relevant("/data/more"))
    assert seen == [True, False, True, False, False]
