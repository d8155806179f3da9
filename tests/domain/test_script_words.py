"""Texts of a script with the case put in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.script_words import (
    USUAL,
    Placeholder,
    has_loose_brackets,
    in_language,
    placeholders,
    render,
)

ANNA = {"customer.name": "王芳", "case.competitor": "隔壁店", "customer.product": "牛奶"}


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("{{ customer.name }}，您好。", "王芳，您好。", "您，您好。"),
        ("在{{case.competitor|那边}}买吗？", "在隔壁店买吗？", "在那边买吗？"),
        (
            "好久不见[[，您常买的{{ customer.product }}到货了]]。",
            "好久不见，您常买的牛奶到货了。",
            "好久不见。",
        ),
        ("您好，{{ customer.product }}，请讲。", "您好，牛奶，请讲。", "您好，请讲。"),
        ("{{ customer.product }}，请讲。", "牛奶，请讲。", "请讲。"),
        ("请讲，{{ customer.product }}。", "请讲，牛奶。", "请讲。"),
        ("好[[（{{ customer.product | 货 }}）]]", "好（牛奶）", "好（货）"),
        ("没有什么要填，，。", "没有什么要填，，。", "没有什么要填，，。"),
        ("[[一直在]]，好。", "一直在，好。", "一直在，好。"),
        ("{{ who.knows }}好", "好", "好"),
    ],
)
def test_that_a_missing_value_reads_naturally(text: str, known: str, unknown: str) -> None:
    assert render(text, ANNA, "zh_CN") == known
    assert render(text, {}, "zh_CN") == unknown
    assert render(text, dict.fromkeys(ANNA, ""), "zh_CN") == unknown


def test_that_english_is_tidied_too() -> None:
    text = "Hello[[, {{ customer.product }} is here]]. We miss {{ customer.name }} , truly."
    assert render(text, {}, "en") == "Hello. We miss you, truly."
    text = "{{ customer.product }} is sold by {{ case.competitor }}  now."
    assert render(text, {}, "en") == "is sold by another supplier now."


def test_that_a_value_is_never_read_as_a_text() -> None:
    values = {"customer.name": "{{ agent.name }}[[x]]", "agent.name": "secret"}
    assert render("{{ customer.name }}", values, "en") == "{{ agent.name }}[[x]]"
    assert render("{{ customer.__class__ }}", values, "en") == ""


def test_that_placeholders_are_listed() -> None:
    text = "{{ customer.name }}[[{{ offer.ends_on }}]]{{ case.left_on }}{{ case.reason | 它 }}"
    assert list(placeholders(text)) == [
        Placeholder("customer.name", None, is_safe=True),
        Placeholder("offer.ends_on", None, is_safe=True),
        Placeholder("case.left_on", None, is_safe=False),
        Placeholder("case.reason", " 它 ", is_safe=True),
    ]


@pytest.mark.parametrize(
    ("text", "is_loose"),
    [
        ("{{ customer.name }}[[，{{ a.b | c }}]]", False),
        ("[x] {y} plain", False),
        ("{{ customer.name }", True),
        ("{{ customer.name", True),
        ("{{ 客户 }}", True),
        ("customer.name }}", True),
        ("[[ a", True),
        ("a ]]", True),
        ("[[ a [[ b ]] c ]]", True),
    ],
)
def test_that_brackets_without_their_other_half_are_found(text: str, is_loose: bool) -> None:
    assert has_loose_brackets(text) is is_loose


def test_that_words_stand_in_for_a_missing_translation() -> None:
    assert in_language("中", "en", "zh_CN") == "中"
    assert in_language("中", "en", "en") == "en"
    assert in_language("", "en", "zh_CN") == "en"
    assert in_language("中", "", "en") == "中"


plain = st.text(st.characters(exclude_characters="{}[]|"), max_size=30)


@given(plain, st.sampled_from(["zh_CN", "en"]))
def test_that_a_text_without_placeholders_stays_as_it_is(text: str, language: str) -> None:
    assert render(text, {}, language) == text
    assert list(placeholders(text)) == []
    assert not has_loose_brackets(text)


@given(
    st.lists(st.tuples(plain, st.sampled_from(sorted(USUAL))), max_size=5),
    st.dictionaries(st.sampled_from(sorted(USUAL)), st.text(min_size=1, max_size=10)),
)
def test_that_values_stand_where_their_placeholders_are(
    parts: list[tuple[str, str]], values: dict[str, str]
) -> None:
    values = {**dict.fromkeys(USUAL, "x"), **values}
    text = "".join(f"{before}[[{{{{ {name} }}}}]]" for before, name in parts)
    assert render(text, values, "en") == "".join(before + values[name] for before, name in parts)
