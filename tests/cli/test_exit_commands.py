"""Registering an exit by command line."""

from pathlib import Path

import pytest

from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def shop(run: Run, folder: Path, orders: Path) -> None:
    assert run("import", "orders", orders).status == 0


def test_that_an_exit_is_registered_and_undone(run: Run) -> None:
    done = run(
        "register-exit", "--customer", "K1", "--reason", "price_increase", "--arrears", 0,
        "--words", "涨价了", "--gift", "纪念品", "--json",
    )  # fmt: skip
    assert done.status == 0
    found = done.document
    assert (found["new_case"], found["reason"], found["gift_given"]) == (
        True, "price_increase", True,
    )  # fmt: skip
    assert '"arrears": 0.00' in done.out
    case = run("show", "case", found["case"], "--json").document
    assert case["row"]["kind"] == "cancel_request"
    again = run("register-exit", "--customer", "K1", "--arrears", "12.5", "--json").document
    assert (again["case"], again["new_case"]) == (found["case"], False)
    assert (again["gift_eligible"], again["gift_given"], again["reason"]) == (False, False, None)
    for change_set in (again["change_set"], found["change_set"]):
        assert run("undo", change_set).status == 0
    assert run("list", "cases", "--json").document == []


def test_that_the_gift_is_refused_in_a_sentence(run: Run) -> None:
    refused = run("register-exit", "--customer", "K1", "--arrears", "3", "--gift", "杯子")
    assert refused.status == 1
    assert refused.sentence.endswith(
        "No gift: The customer still owes money. The customer has not said why they leave."
    )
    assert run("list", "cases", "--json").document == []
    told = run("register-exit", "--customer", "K1", "--reason", "price_increase", "--arrears", "3")
    assert told.status == 0
    assert "No gift" in told.out


@pytest.mark.parametrize(
    "typed", ["viel", "-1", "0.001", "NaN", "Infinity", "1e30", "12,50", "1_5"]
)
def test_that_an_amount_that_is_none_is_refused(run: Run, typed: str) -> None:
    refused = run("register-exit", "--customer", "K1", f"--arrears={typed}")
    assert refused.status == 2
    assert "--arrears is an amount like 0 or 12.50." in refused.sentence


def test_that_a_gift_with_too_many_words_is_refused(run: Run) -> None:
    refused = run("register-exit", "--customer", "K1", "--gift", "杯" * 121)
    assert refused.status == 1
    assert "120" in refused.sentence


def test_that_an_unknown_customer_is_said(run: Run) -> None:
    assert "There is no customer K9" in run("register-exit", "--customer", "K9").sentence
