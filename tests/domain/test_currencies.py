"""Currencies as people and files write them."""

import pytest

from desktop_app.domain import currencies


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CNY", "CNY"),
        (" usd ", "USD"),
        ("人民币", "CNY"),
        ("￥", "CNY"),
        ("rmb", "CNY"),
        ("HK$", "HKD"),
        ("pounds", None),
        ("CYN", None),
        ("", None),
    ],
)
def test_that_a_currency_is_read_as_people_write_it(text: str, code: str | None) -> None:
    assert currencies.code_of(text) == code


def test_that_every_code_is_three_letters_and_means_itself() -> None:
    assert len(currencies.CODES) > 150
    for code in currencies.CODES:
        assert len(code) == 3
        assert currencies.meanings(code) == {code}
        assert currencies.checked(code.lower()) == code


@pytest.mark.parametrize(
    ("sign", "may", "may_not"),
    [
        ("$", "HKD", "CNY"),
        ("¥", "JPY", "USD"),
        ("元整", "CNY", "EUR"),
        ("€", "EUR", "USD"),
        ("人民币", "CNY", "TWD"),
    ],
)
def test_that_a_sign_may_mean_several_currencies(sign: str, may: str, may_not: str) -> None:
    assert may in currencies.meanings(sign)
    assert may_not not in currencies.meanings(sign)


def test_that_a_slip_of_the_keyboard_is_no_currency() -> None:
    assert currencies.meanings("dollars?") == frozenset()
    with pytest.raises(ValueError, match="three letters"):
        currencies.checked("CYN")
