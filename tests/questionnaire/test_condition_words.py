"""Conditions of a form in words, as they stand on paper."""

import pytest

from desktop_app.questionnaire.condition_words import (
    Lookup,
    Vocabulary,
    as_formula,
    definition_at,
    in_words,
)
from desktop_app.questionnaire.form import Form
from desktop_app.questionnaire.languages import is_chinese, language_for
from tests.questionnaire.conftest import MakeForm

HEAD = """
| survey |
| | type | name | label | relevant | calculation | bind::winback:fact |
| | select_one yn | one | One | | | |
| | select_multiple yn | many | Many | | | |
| | integer | count | Count | | | |
| | text | words | Words | | | |
| | hidden | fact | | | | new_customer |
| | calculate | doubled | | | ${count} * 2 | |
| | calculate | group | | | instance('yn')/root/item[name = ${one}]/kind | |
| | begin_repeat | r | R | | | |
| | text | inner | Inner | | | |
"""
TAIL = """| | text | asked | Asked | {condition} | | |
| | end_repeat | | | | | |
| choices |
| | list_name | name | label | kind |
| | yn | y | Yes | good |
| | yn | n | No | bad |
| | yn | m | Maybe | good |
| settings |
| | namespaces |
| | winback="urn:winback:xforms" |
"""
NUMBERS = {
    "/data/one": "1", "/data/many": "2", "/data/count": "3", "/data/words": "4",
    "/data/r/inner": "5", "/data/r/asked": "6",
}  # fmt: skip
LABELS = {"y": "Yes", "n": "No", "m": "Maybe"}


def found(lookup: Lookup) -> str:
    assert (lookup.list_id, lookup.column) == ("yn", "kind")
    return "“Yes” or “Maybe”" if lookup.value == "good" else ""


VOCABULARY = Vocabulary(
    NUMBERS,
    lambda _path, code: LABELS.get(code, ""),
    {"new_customer": "the customer is new"},
    found,
)


def form_with(make_form: MakeForm, condition: str) -> Form:
    return make_form(HEAD.rstrip() + "\n" + TAIL.format(condition=condition))


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("${one} = 'y'", "question 1 is “Yes”"),
        ("'y' = ${one}", "question 1 is “Yes”"),
        ("${one} != 'y'", "question 1 is not “Yes”"),
        ("not(${one} = 'y')", "question 1 is not “Yes”"),
        ("${one} = 'x'", "question 1 is “x”"),
        ("${one} = ''", "question 1 is not answered"),
        ("${one} != ''", "question 1 is answered"),
        ("selected(${one}, 'y')", "question 1 is “Yes”"),
        ("selected(${many}, 'y')", "question 2 includes “Yes”"),
        ("not(selected(${many}, 'y'))", "question 2 does not include “Yes”"),
        ("selected(${many}, '')", "question 2 is not answered"),
        ("selected(${many}, 'y') or selected(${many}, 'n')", "question 2 includes “Yes” or “No”"),
        (
            "${one} = 'y' or ${one} = 'n' or ${one} = 'm'",
            "question 1 is “Yes”, “No” or “Maybe”",
        ),
        (
            "not(${one} = 'y' or ${one} = 'n')",
            "question 1 is not “Yes” or “No”",
        ),
        (
            "not(${one} = 'y' and ${count} > 3)",
            "question 1 is not “Yes”, or question 3 is 3 or less",
        ),
        ("${count} > 3", "question 3 is more than 3"),
        ("3 < ${count}", "question 3 is more than 3"),
        ("${count} >= 3", "question 3 is 3 or more"),
        ("${count} < -3", "question 3 is less than -3"),
        ("${count} <= 3", "question 3 is 3 or less"),
        ("${count} = 3", "question 3 is 3"),
        ("${count} = -3", "question 3 is -3"),
        ("not(${count} <= 3)", "question 3 is more than 3"),
        ("${count} > ${words}", "question 3 is more than question 4"),
        ("${count} != ${words}", "question 3 is not question 4"),
        ("${words} = 'no'", "question 4 is “no”"),
        ("string-length(${words}) > 0", "question 4 is answered"),
        ("string-length(${words}) = 0", "question 4 is not answered"),
        ("count-selected(${many}) >= 2", "2 or more answers are chosen in question 2"),
        ("count-selected(${many}) = 2", "2 answers are chosen in question 2"),
        ("boolean(${words})", "question 4 is answered"),
        ("${words}", "question 4 is answered"),
        ("not(${words})", "question 4 is not answered"),
        ("${inner} = 'x'", "question 5 is “x”"),
        ("../inner = 'x'", "question 5 is “x”"),
        ("current()/../inner = 'x'", "question 5 is “x”"),
        ("${fact} = 'yes'", "the customer is new"),
        ("${fact}", "the customer is new"),
        ("${fact} = ''", "it is not so that the customer is new"),
        ("${fact} != 'yes'", "it is not so that the customer is new"),
        ("${group} = 'good'", "question 1 is “Yes” or “Maybe”"),
        ("${group} != 'good'", "question 1 is not “Yes” or “Maybe”"),
        ("true()", ""),
        ("false()", "never"),
        ("not(true())", "never"),
        (
            "(${one} = 'y' or ${count} > 3) and ${words} != ''",
            "(question 1 is “Yes”, or question 3 is more than 3), and question 4 is answered",
        ),
    ],
)
def test_that_a_condition_has_words(make_form: MakeForm, condition: str, words: str) -> None:
    form = form_with(make_form, condition)
    expression = form.binds["/data/r/asked"].relevant
    assert expression is not None
    assert in_words(form, expression, VOCABULARY) == words


@pytest.mark.parametrize(
    ("condition", "formula"),
    [
        ("${count} + 1 > 3", "question 3 + 1 > 3"),
        ("regex(${words}, 'a')", "regex(question 4, 'a')"),
        ("${doubled} > 3", "doubled > 3"),
        ("${group} = 'bad'", "group = 'bad'"),
        ("${group} > 3", "group > 3"),
        ("${fact} = 'perhaps'", "fact = 'perhaps'"),
        ("string-length(${words}) > 5", "string-length(question 4) > 5"),
        ("count-selected(${many}) > ${count}", "count-selected(question 2) > question 3"),
        ("${count} > today()", "question 3 > today()"),
        ("${count} = -${words}", "question 3 = -question 4"),
        ("/data/r[1]/inner = 'x'", "/data/r[1]/inner = 'x'"),
        ("instance('yn')/root/item[name = 'y']/kind = 1", None),
        ("(${words})[1] = 'x'", "(question 4)[1] = 'x'"),
    ],
)
def test_that_a_condition_without_words_is_a_formula(
    make_form: MakeForm, condition: str, formula: str | None
) -> None:
    form = form_with(make_form, condition)
    expression = form.binds["/data/r/asked"].relevant
    assert expression is not None
    assert in_words(form, expression, VOCABULARY) is None
    written = as_formula(form, expression, VOCABULARY)
    assert written == (formula or expression.source.strip())


def test_that_a_value_in_a_text_is_found(make_form: MakeForm) -> None:
    form = form_with(make_form, "true()")
    assert definition_at(form, " /data/words ", "/data/r/asked") == "/data/words"
    assert definition_at(form, "../inner", "/data/r/asked") == "/data/r/inner"
    assert definition_at(form, "concat(1, 2)", "/data/r/asked") == ""
    assert definition_at(form, "(", "/data/r/asked") == ""


LANGUAGES = """
| survey |
| | type | name | {first} | {second} |
| | text | a | A | B |
| settings |
| | default_language |
| | {default} |
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [("Chinese (zh)", "English (en)"), ("中文", "English"), ("zh", "en"), ("汉语", "en")],
)
def test_that_the_wanted_language_is_found(make_form: MakeForm, first: str, second: str) -> None:
    names = {"first": f"label::{first}", "second": f"label::{second}", "default": second}
    form = make_form(LANGUAGES.format(**names))
    assert language_for(form, "zh_CN") == language_for(form, "zh") == first
    assert language_for(form, "en") == second
    assert language_for(form, first) == first
    assert language_for(form, "fr") == second
    assert (is_chinese(first), is_chinese(second)) == (True, False)
