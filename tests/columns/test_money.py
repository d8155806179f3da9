"""Every amount that a list or a report shows has the sign of its currency."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from desktop_app import columns
from desktop_app.columns import Column, Kind, shown_value
from desktop_app.reports import catalogue


def modules() -> Iterator[ModuleType]:
    for package in (columns, catalogue):
        for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            yield importlib.import_module(found.name)


def money_columns() -> Iterator[tuple[str, Column[object]]]:
    for module in modules():
        for name, value in vars(module).items():
            if isinstance(value, tuple):
                for each in value:
                    if isinstance(each, Column) and each.kind is Kind.MONEY:
                        yield f"{module.__name__}.{name}.{each.id}", each


def test_that_every_column_of_amounts_says_their_currency() -> None:
    found = dict(money_columns())
    assert {name.split(".")[-1] for name in found} >= {
        "spend_window", "spend_total", "value_at_stake", "amount", "value",
    }  # fmt: skip
    assert [name for name, column in found.items() if column.text is None] == []


@pytest.mark.parametrize(("currency", "text"), [("USD", "$12.50"), ("CHF", "CHF 12.50")])
def test_that_an_amount_has_the_sign_of_its_currency(currency: str, text: str) -> None:
    class Row:
        spend_window = spend_total = value_at_stake = amount = value = arrears = 1250
        cost = used = left = min_value = loss = compensation = fee = 1250
        item: "Row"

    Row.currency = currency
    Row.item = Row.row = Row.offer = Row.rule = Row()
    shown = {column.shown(Row()) for _name, column in money_columns()}
    assert shown == {text}
    assert shown_value(1250, Kind.MONEY, currency) == text
    assert shown_value(1250, Kind.MONEY) == "12.50"  # unknown: no sign rather than a wrong one
