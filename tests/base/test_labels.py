from datetime import UTC, date, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import vocabulary
from desktop_app import labels
from desktop_app.i18n import in_language


def vocabulary_enums() -> list[type[StrEnum]]:
    return [
        value
        for value in vars(vocabulary).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
    ]


@pytest.mark.parametrize("enum", vocabulary_enums(), ids=lambda enum: enum.__name__)
def test_that_every_member_has_a_label_in_every_language(
    enum: type[StrEnum], each_language: str
) -> None:
    assert enum in labels.LABELS, f"desktop_app/labels.py has no words for {enum.__name__}"
    words = labels.choices(enum)
    assert [member for member, _word in words] == list(enum)
    assert all(word for _member, word in words)
    if each_language == "zh_CN":
        assert [w for _m, w in words if not any("\u4e00" <= c <= "\u9fff" for c in w)] == []


@pytest.mark.parametrize("enum", vocabulary_enums(), ids=lambda enum: enum.__name__)
def test_that_two_members_never_look_the_same(enum: type[StrEnum], each_language: str) -> None:
    words = [word for _member, word in labels.choices(enum)]
    assert len(set(words)) == len(words)


def test_that_no_member_is_a_dash() -> None:
    assert labels.label(None) == "—"


@pytest.mark.parametrize(
    ("minor", "currency", "expected"),
    [
        (123450, "CNY", "¥1,234.50"),
        (0, "CNY", "¥0.00"),
        (-300, "CNY", "-¥3.00"),
        (5, "CNY", "¥0.05"),
        (None, "CNY", "—"),
        (123400, "JPY", "JPY 1,234"),
        (123450, "JPY", "JPY 1,234.50"),
        (1234, "", "12.34"),
        (1234, "EUR", "€12.34"),
        (1234, "CHF", "CHF 12.34"),
        (900719925474099312, "CNY", "¥9,007,199,254,740,993.12"),
    ],
)
def test_that_money_is_written_as_people_write_it(
    minor: int | None, currency: str, expected: str
) -> None:
    assert labels.money(minor, currency) == expected


@given(st.integers(min_value=-(10**18), max_value=10**18))
def test_that_money_keeps_every_digit(minor: int) -> None:
    digits = labels.money(minor, "CNY").translate(str.maketrans("", "", "¥,."))
    assert int(digits) == minor


def test_that_a_day_carries_its_weekday() -> None:
    assert labels.day_text(date(2026, 8, 31)) == "2026-08-31 Mon"
    with in_language("zh_CN"):
        assert labels.day_text(date(2026, 8, 31)) == "2026-08-31 周一"
    assert labels.day_text(None) == "—"
    assert labels.day_text(date(987, 1, 2)).startswith("0987-01-02")


def test_that_a_moment_is_shown_in_local_time() -> None:
    assert labels.moment_text(datetime(2026, 8, 31, 20, 5, tzinfo=UTC)) == "2026-09-01 04:05"
    assert labels.moment_text(None) == "—"


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(0.1234, 1, "12.3%"), (1, 0, "100%"), (0, 1, "0.0%"), (None, 1, "—")],
)
def test_that_a_share_is_shown_in_per_cent(value: float | None, digits: int, expected: str) -> None:
    assert labels.percent(value, digits) == expected


def test_that_numbers_have_thousands_separators() -> None:
    assert labels.number(1234567) == "1,234,567"
    assert labels.number(1234.5, 1) == "1,234.5"
    assert labels.number(None) == "—"


@pytest.mark.parametrize(
    ("phone", "expected"),
    [
        ("13812348000", "138****8000"),
        ("+8613812348000", "+86****8000"),
        ("6543210", "****10"),
        ("110", "****"),
        ("", "—"),
        (None, "—"),
    ],
)
def test_that_only_the_ends_of_a_phone_number_are_shown(phone: str | None, expected: str) -> None:
    assert labels.masked_phone(phone) == expected
