"""Facts of a case that questions look at, and what the answers of an interview say."""

import datetime as dt

import pytest

from db.vocabulary import RuleKind
from desktop_app.domain import exit_interview
from desktop_app.domain.cases import Extent
from desktop_app.domain.exit_interview import Fact, Said, case_facts, why_chain


@pytest.mark.parametrize(
    ("known", "facts"),
    [
        ({}, set()),
        ({"has_orders": True}, {Fact.HAS_ORDERS}),
        ({"is_new": True}, {Fact.NEW_CUSTOMER}),
        ({"has_promises": True}, {Fact.HAS_PROMISES}),
        ({"in_peer_group": True}, {Fact.PEER_GROUP}),
        ({"competitor": " 晨光 "}, {Fact.SWITCHED}),
        ({"competitor": "  "}, set()),
        ({"extent": Extent.FULL_SWITCH}, {Fact.SWITCHED}),
        ({"extent": Extent.PARTIAL_SHARE}, {Fact.SWITCHED, Fact.PARTIAL}),
        ({"extent": Extent.VALUE_DOWNGRADE}, set()),
        ({"kind": RuleKind.PRODUCT_LINE_STOP}, {Fact.SWITCHED, Fact.PARTIAL}),
        ({"kind": RuleKind.PARTIAL_SHARE, "extent": Extent.FULL_SWITCH}, {Fact.SWITCHED}),
    ],
)
def test_that_facts_are_gathered(known: dict[str, object], facts: set[Fact]) -> None:
    wanted = {"kind": RuleKind.LAPSING, **known}
    assert case_facts(**wanted) == {fact.value for fact in facts}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "extent"),
    [
        (Said(), None),
        (Said(share_moved=100.0), Extent.FULL_SWITCH),
        (Said(share_moved=30.0), Extent.PARTIAL_SHARE),
        (Said(share_moved=0.0), None),
        (Said(share_moved=0.0, competitor="晨光"), Extent.FULL_SWITCH),
        (Said(share_moved=30.0, competitor="晨光"), Extent.PARTIAL_SHARE),
    ],
)
def test_that_the_answers_tell_how_far_the_customer_left(said: Said, extent: Extent | None) -> None:
    assert said.extent == extent


def test_that_the_why_chain_ends_at_the_first_step_without_an_answer() -> None:
    chain = why_chain([("涨价", ""), ("对方便宜", "comp_price_war"), ("", "x"), ("后来", "y")])
    assert [(step.answer, step.reason) for step in chain.steps] == [
        ("涨价", None),
        ("对方便宜", "comp_price_war"),
    ]
    assert chain.root == "comp_price_war"
    assert why_chain([]).steps == ()
    assert len(why_chain([("x", "")] * 9).steps) == 5


@pytest.mark.parametrize(
    ("text", "day", "number"),
    [
        ("2026-07-01", dt.date(2026, 7, 1), None),
        ("2026-07-01T10:00:00", dt.date(2026, 7, 1), None),
        ("2026-02-30", None, None),
        ("", None, None),
        ("80", None, 80.0),
        ("12.5", None, 12.5),
        ("achtzig", None, None),
    ],
)
def test_that_what_cannot_be_read_is_none(
    text: str, day: dt.date | None, number: float | None
) -> None:
    assert exit_interview.date_or_none(text) == day
    assert exit_interview.number_or_none(text) == number


def test_that_the_first_answer_counts() -> None:
    assert exit_interview.first(["", "甲", "乙"]) == "甲"
    assert exit_interview.first([]) == ""
