"""Reading answers: what is read reads as itself again; what is not is a problem, never a crash."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import QuestionKind
from desktop_app.domain.answers import READERS, parse
from desktop_app.errors import Problem

K = QuestionKind


def test_that_every_kind_of_question_has_a_reader() -> None:
    assert set(READERS) == set(QuestionKind)


@pytest.mark.parametrize("kind", QuestionKind)
@pytest.mark.parametrize("raw", [None, "", "  ", [], ()])
def test_that_nothing_is_not_answered(kind: QuestionKind, raw: object) -> None:
    assert parse(kind, raw) is None


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (K.DATE, "2026-08-31", "2026-08-31"),
        (K.DATE, "2026/8/1", "2026-08-01"),
        (K.DATE, "2026年8月1日", "2026-08-01"),
        (K.DATE, "２０２６-08-31", "2026-08-31"),
        (K.DATE, dt.date(2026, 8, 31), "2026-08-31"),
        (K.DATE, dt.datetime(2026, 8, 31, 23, 59, tzinfo=dt.UTC), "2026-08-31"),
        (K.PRODUCTS, "复印纸、墨盒， 复印纸", ["复印纸", "墨盒"]),
        (K.PRODUCTS, ["A", " B ", "A", ""], ["A", "B"]),
        (K.PRODUCTS, "、", None),
        (K.PRODUCTS, [" "], None),
        (K.VERBATIM, " 太贵了 ", "太贵了"),
        (K.REASON, "price_increase", "price_increase"),
        (K.AMOUNT, "12.5", 1250),
        (K.AMOUNT, "¥1,234.50", 123450),
        (K.AMOUNT, "１２元", 1200),
        (K.AMOUNT, 1250, 1250),
        (K.AMOUNT, 0, 0),
        (K.PERCENT, "80%", 80),
        (K.PERCENT, "33.5 %", 33.5),
        (K.PERCENT, "０", 0),
        (K.PERCENT, 100, 100),
        (K.YES_NO, "是", True),
        (K.YES_NO, "没有", False),
        (K.YES_NO, "No", False),
        (K.YES_NO, True, True),
        (K.YES_NO, False, False),
        (K.COUNT, "3", 3),
        (K.COUNT, "３", 3),
        (K.COUNT, 0, 0),
    ],
)
def test_that_an_answer_is_read(kind: QuestionKind, raw: object, value: object) -> None:
    found = parse(kind, raw)
    assert found == value
    assert type(found) is type(value)
    assert parse(kind, found) == found


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (K.DATE, "2026-02-30"),
        (K.DATE, "0000-01-01"),
        (K.DATE, "yesterday"),
        (K.DATE, 20260831),
        (K.PRODUCTS, 5),
        (K.PRODUCTS, [1]),
        (K.VERBATIM, 5),
        (K.REASON, "Price!"),
        (K.AMOUNT, "-1"),
        (K.AMOUNT, -1),
        (K.AMOUNT, "1.234"),
        (K.AMOUNT, 1.5e20),
        (K.AMOUNT, True),
        (K.AMOUNT, "dear"),
        (K.AMOUNT, "9" * 20),
        (K.PERCENT, "101"),
        (K.PERCENT, "-1"),
        (K.PERCENT, "nan"),
        (K.PERCENT, "inf"),
        (K.PERCENT, "most"),
        (K.YES_NO, "maybe"),
        (K.COUNT, "-1"),
        (K.COUNT, "1.5"),
        (K.COUNT, "1001"),
        (K.COUNT, True),
    ],
)
def test_that_what_cannot_be_read_is_a_problem(kind: QuestionKind, raw: object) -> None:
    found = parse(kind, raw, "q.value")
    assert isinstance(found, Problem)
    assert found.field == "q.value"
    assert found.message


anything = st.one_of(
    st.text(max_size=30),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.lists(st.text(max_size=8), max_size=4),
    st.from_regex(r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}", fullmatch=True),
    st.from_regex(r"[0-9]{1,6}(\.[0-9]{1,3})?%?", fullmatch=True),
)


@given(st.sampled_from(QuestionKind), anything)
def test_that_anything_is_a_value_for_json_that_reads_as_itself_or_a_problem(
    kind: QuestionKind, raw: object
) -> None:
    found = parse(kind, raw)
    if not isinstance(found, Problem):
        assert json.loads(json.dumps(found)) == found
        assert parse(kind, found) == found


@given(st.integers(0, 10**13))
def test_that_an_amount_typed_in_full_is_read_exactly(minor: int) -> None:
    assert parse(K.AMOUNT, f"{Decimal(minor) / 100:,.2f}") == minor
