"""JSON and tables on standard output."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import RuleKind
from desktop_app.cli import output

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_that_what_is_written_reads_back_the_same(value: object) -> None:
    assert json.loads(output.to_json(value)) == value


def test_that_amounts_keep_their_digits_and_words_are_codes() -> None:
    document = {
        "amount": Decimal("12.50"), "whole": output.yuan(1200), "kind": RuleKind.LAPSING,
        "day": dt.date(2026, 8, 31), "key": uuid.UUID(int=7), RuleKind.LAPSING: float("nan"),
    }  # fmt: skip
    assert output.to_json(document) == (
        '{"amount": 12.50, "whole": 12.00, "kind": "lapsing", "day": "2026-08-31", '
        '"key": "00000000-0000-0000-0000-000000000007", "lapsing": null}'
    )


@dataclass(frozen=True)
class Row:
    id: uuid.UUID
    amount: int
    parts: tuple[int, ...]


def test_that_rows_become_plain_with_money_in_yuan() -> None:
    plain = output.plain(Row(uuid.UUID(int=1), 1250, (1, 2)))
    assert plain["amount"] == Decimal("12.50")
    assert plain["parts"] == [1, 2]
    assert plain["id"] == str(uuid.UUID(int=1))


def test_that_chinese_columns_are_aligned(capsys: pytest.CaptureFixture[str]) -> None:
    output.say_table(("名称", "n"), [("王芳", "1"), ("ab", "22")], (False, True))
    assert capsys.readouterr().out.splitlines() == ["名称   n", "王芳   1", "ab    22"]


def test_that_amounts_of_a_tree_have_the_sign_of_its_currency(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figures = {"spend": output.yuan(123450), "trend": [output.yuan(5)]}
    output.say_tree({"number": "K1", "currency": "USD", "figures": figures})
    assert capsys.readouterr().out.splitlines() == [
        "number: K1", "currency: USD", "figures:", "  spend: $1,234.50", "  trend:",
        "    1: $0.05",
    ]  # fmt: skip


def test_that_a_record_is_shown_as_a_tree_without_what_is_empty(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.say_tree(
        {"name": "王芳", "none": None, "cases": [{"stage": RuleKind.LAPSING}], "no": []}
    )
    assert capsys.readouterr().out.splitlines() == [
        "name: 王芳", "cases:", "  1:", "    stage: lapsing",
    ]  # fmt: skip
