"""Cells to values: the forms that are read, and the sentences for those that are not."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import DateOrder
from desktop_app.importing import values
from desktop_app.importing.values import Bad
from desktop_app.importing.wire import CellError

DAY = dt.date(2026, 8, 3)
MOMENT = dt.datetime(2026, 8, 3, 9)  # noqa: DTZ001  (a cell knows no zone)


def said(found: object) -> str:
    assert isinstance(found, Bad), found
    return found.message


WRITINGS = """2026-08-03|2026/8/3|20260803|2026.8.3|2026年8月3日|2026年08月03日 星期一 14:05
2026-08-03T10:00:00Z|2026-08-03 10:00:00.123|2026/8/3 下午3:05|3 Aug 2026|Aug 3, 2026|03-Aug-2026
August 3rd, 2026|２０２６年８月３日| 2026-8-3 周一 |46237""".replace("\n", "|")


@pytest.mark.parametrize("cell", WRITINGS.split("|"))
def test_that_a_day_is_read_in_every_usual_form(cell: str) -> None:
    assert values.day(cell) == DAY


@pytest.mark.parametrize("cell", [20260803, 46237, 46237.75, DAY, MOMENT])
def test_that_a_day_is_read_from_every_kind_of_cell(cell: object) -> None:
    assert values.day(cell) == DAY  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("2026-02-30", "2026-02 has no day 30"),
        ("2025-02-29", "2025-02 has no day 29"),
        ("2026-13-01", "no month 13"),
        ("20260230", "no day 30"),
        ("03/04/2005", "two ways"),
        ("26-8-3", "year of four digits"),
        ("0001-01-01", "year"),
        ("2999-01-01", "year"),
        ("2026-08", "not a date"),
        ("soon", "not a date"),
        (12, "not a date"),
        (True, "not a date"),
        (dt.time(9, 30), "not a date"),
        (CellError("#REF!"), "#REF!"),
        ("#N/A", "#N/A"),
    ],
)
def test_that_what_is_no_day_is_said_to_be_none(cell: object, sentence: str) -> None:
    assert sentence in said(values.day(cell))  # type: ignore[arg-type]


def test_that_the_order_of_day_and_month_is_a_choice() -> None:
    assert values.day("03/04/2005", DateOrder.DAY_FIRST) == dt.date(2005, 4, 3)
    assert values.day("03/04/2005", DateOrder.MONTH_FIRST) == dt.date(2005, 3, 4)
    assert values.day("13/04/2005") == dt.date(2005, 4, 13)
    assert values.day("04/13/2005") == dt.date(2005, 4, 13)
    assert values.day("05/05/2005") == dt.date(2005, 5, 5)


def test_that_the_order_of_day_and_month_is_learned_from_clear_dates() -> None:
    assert values.guess_date_order(["03/04/2005", "25/04/2005"]) is DateOrder.DAY_FIRST
    assert values.guess_date_order(["03/04/2005", "04/25/2005"]) is DateOrder.MONTH_FIRST
    assert values.guess_date_order(["25/04/2005", "04/25/2005"]) is None
    assert values.guess_date_order(["03/04/2005", None, 5]) is None


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_that_every_day_comes_back_from_every_writing(day: dt.date) -> None:
    for text in (day.isoformat(), f"{day:%Y%m%d}", f"{day.year}年{day.month}月{day.day}日"):
        assert values.day(text) == day
    assert values.day(f"{day:%d/%m/%Y}", DateOrder.DAY_FIRST) == day
    assert values.day(f"{day:%m/%d/%Y} 3:04 PM", DateOrder.MONTH_FIRST) == day


@given(st.dates(dt.date(1950, 1, 1), dt.date(2099, 12, 31)))
def test_that_a_day_count_of_a_spreadsheet_is_read(day: dt.date) -> None:
    assert values.day((day - dt.date(1899, 12, 30)).days) == day


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("￥1,234.50", "1234.50"),
        ("¥ 1 234", "1234"),
        ("- 3.5 万元", "-35000"),
        ("(12.00)", "-12"),
        ("（12.00）", "-12"),
        ("-5", "-5"),
        ("5-", "-5"),
        ("−12.5", "-12.5"),
        ("+7", "7"),
        ("1.234,50", "1234.5"),
        ("1,234,567", "1234567"),
        ("１２３４．５", "1234.5"),
        ("3.5万元", "35000"),
        ("12元", "12"),
        ("RMB 12", "12"),
        (".5", "0.5"),
        ("1e3", "1000"),
        (12, "12"),
        (11.770000000000001, "11.77"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_that_money_is_read_exactly(cell: object, expected: str) -> None:
    assert values.number(cell) == Decimal(expected)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "cell",
    [
        "abc",
        "1,23",
        "1.2.3",
        "12:30",
        "--5",
        "1 5",
        "0,500",
        "1 23 456",
        True,
        DAY,
        float("nan"),
        float("inf"),
        1e20,
    ],
)
def test_that_what_is_no_number_is_said_to_be_none(cell: object) -> None:
    assert said(values.number(cell))  # type: ignore[arg-type]


def test_that_the_decimal_comma_is_a_choice() -> None:
    assert values.number("12,50", decimal_comma=True) == Decimal("12.5")
    assert values.number("1.234", decimal_comma=True) == Decimal(1234)
    assert values.number("1.234,5", decimal_comma=True) == Decimal("1234.5")
    assert said(values.number("12,50"))


@given(st.decimals(-(10**9), 10**9, places=2))
def test_that_an_amount_of_two_decimals_loses_nothing(amount: Decimal) -> None:
    for text in (str(amount), f"￥{amount:,}", f"{amount}元"):
        found = values.number(text)
        assert isinstance(found, Decimal)
        minor, was_rounded = values.minor_units(found)
        assert (minor, was_rounded) == (int(amount.scaleb(2)), False)
    as_float = values.number(float(amount))
    assert isinstance(as_float, Decimal)
    assert values.minor_units(as_float)[0] == int(amount.scaleb(2))


def test_that_rounding_is_told() -> None:
    assert values.minor_units(Decimal("0.005")) == (1, True)
    assert values.minor_units(Decimal("-0.005")) == (-1, True)
    assert values.thousandths(Decimal("1.5")) == (1500, False)
    assert values.thousandths(Decimal("0.0004")) == (0, True)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (13800138000, "13800138000"),
        ("00123", "00123"),
        ("１３８００１３８０００", "13800138000"),
        ("17850.0", "17850"),
        (17850.0, "17850"),
        ("12E5", "12E5"),
        (" A-7 ", "A-7"),
        ("\ufeff\u200b007", "007"),
        ("'=7", "=7"),
        ("NULL", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_that_an_id_is_text_and_keeps_its_zeros(cell: object, expected: str) -> None:
    assert values.identifier(cell) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", ["1.38E+10", "1.1010119900101E+17", 1.1010119900101e17, 3.5])
def test_that_an_id_that_lost_digits_is_refused(cell: object) -> None:
    assert "lost digits" in said(values.identifier(cell))  # type: ignore[arg-type]
    assert "lost digits" in said(values.phone(cell))  # type: ignore[arg-type]


@pytest.mark.parametrize("cell", [True, DAY, CellError("#N/A"), "x" * 65])
def test_that_what_is_no_id_is_said_to_be_none(cell: object) -> None:
    assert said(values.identifier(cell))  # type: ignore[arg-type]


def test_that_phones_have_one_form() -> None:
    assert values.phone("138-0013-8000") == values.phone(13800138000) == "13800138000"
    assert values.phone("+86 138 0013 8000") == "13800138000"
    assert values.phone("无") == ""
    assert "not a phone number" in said(values.phone("ask Anna"))


@given(st.integers(0, 10**15 - 1))
def test_that_a_whole_number_of_fifteen_digits_is_its_digits(number: int) -> None:
    assert values.identifier(number) == str(number)


def test_that_yes_and_no_are_read_in_both_languages() -> None:
    for cell in ("是", "Y", "yes", "TRUE", 1, "√", True, "１"):
        assert values.boolean(cell) is True
    for cell in ("否", "N", "no", 0, False, "×"):
        assert values.boolean(cell) is False
    assert values.boolean("") is None
    assert "neither" in said(values.boolean("perhaps"))
    assert "#REF!" in said(values.boolean(CellError("#REF!")))


def test_that_words_are_cleaned_of_what_nobody_sees() -> None:
    assert values.text("\u3000张\u200b三\x00 ") == "张三"
    assert values.text("a\r\nb") == "a b"
    assert values.text("a\nb", single_line=False) == "a\nb"
    assert values.text("x\ud800y") == "x\ufffdy"
    assert values.text("𠮷野家") == "𠮷野家"
    assert values.text(dt.datetime(2026, 8, 3)) == "2026-08-03"  # noqa: DTZ001
    assert "longer than 5" in said(values.text("abcdef", 5))
    assert "without a result" in said(values.text(CellError("=?")))
