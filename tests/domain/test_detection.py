"""Departure rules on both sides of each limit, with the worked examples of the sources."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from db.vocabulary import CustomerClass, RuleKind
from desktop_app.domain.detection import (
    MANUAL_KINDS,
    RULES,
    Lapsing,
    PartialShare,
    ProductLineStop,
    ValueDowngrade,
    with_classes,
)
from desktop_app.domain.detection.base import number_text, percent_text
from desktop_app.domain.purchases import Activity, build_activity

AS_OF = dt.date(2026, 9, 15)
TODAY = AS_OF.toordinal()


def bought(*orders: tuple[int, int]) -> Activity:
    """Orders as (days ago, amount)."""
    return build_activity(((TODAY - ago, amount) for ago, amount in orders), currency="CNY")


# The list ----------------------------------------------------------------------------------------


def test_that_every_rule_kind_has_a_rule_or_is_entered_by_hand() -> None:
    assert set(RULES) | MANUAL_KINDS == set(RuleKind)
    assert not set(RULES) & MANUAL_KINDS
    assert {RuleKind.CANCEL_REQUEST} == MANUAL_KINDS


@pytest.mark.parametrize("kind", RULES)
def test_that_parameters_have_titles_defaults_and_survive_storage(kind: RuleKind) -> None:
    rule = RULES[kind]()
    assert rule.kind is kind
    assert rule.title
    assert all(field.title for field in type(rule).model_fields.values())
    stored = json.loads(json.dumps(rule.model_dump(mode="json")))
    assert RULES[kind].model_validate(stored) == rule


@pytest.mark.parametrize(
    ("kind", "params"),
    [
        (RuleKind.LAPSING, {"k": "0.9"}),
        (RuleKind.LAPSING, {"k": "20.1"}),
        (RuleKind.LAPSING, {"min_events": 1}),
        (RuleKind.PARTIAL_SHARE, {"share": "0"}),
        (RuleKind.PARTIAL_SHARE, {"share": "1.01"}),
        (RuleKind.PARTIAL_SHARE, {"current_days": 6}),
        (RuleKind.PRODUCT_LINE_STOP, {"min_orders": 0}),
        (RuleKind.VALUE_DOWNGRADE, {"min_drop": "0"}),
        (RuleKind.VALUE_DOWNGRADE, {"window_days": 29}),
        (RuleKind.LAPSING, {"unknown": 1}),
    ],
)
def test_that_parameters_beyond_their_limits_are_refused(
    kind: RuleKind, params: dict[str, object]
) -> None:
    with pytest.raises(ValidationError):
        RULES[kind].model_validate(params)


@pytest.mark.parametrize("kind", RULES)
def test_that_a_customer_without_orders_is_never_found(kind: RuleKind) -> None:
    assert RULES[kind]().check(Activity(), AS_OF) is None


# Lapsing -----------------------------------------------------------------------------------------


def test_that_21_days_after_intervals_of_10_are_lapsing() -> None:
    finding = Lapsing().check(bought((51, 1), (41, 1), (31, 1), (21, 1)), AS_OF)
    assert finding is not None
    assert (finding.measured, finding.limit) == (21, 20)
    assert finding.sentence_en == "Usually buys every 10 days, now 21 days without an order"
    assert finding.sentence_zh == "通常每 10 天购买一次，已有 21 天没有下单"
    assert finding.detail["last"] == "2026-08-25"


def test_that_20_days_after_intervals_of_10_are_not_lapsing() -> None:
    assert Lapsing().check(bought((50, 1), (40, 1), (30, 1), (20, 1)), AS_OF) is None


def test_that_two_purchase_days_are_no_rhythm() -> None:
    assert Lapsing().check(bought((310, 1), (300, 1)), AS_OF) is None
    assert Lapsing().check(bought((310, 1), (300, 1), (300, 5)), AS_OF) is None
    assert Lapsing(min_events=2).check(bought((310, 1), (300, 1)), AS_OF) is not None


def test_that_orders_after_the_day_are_not_known_yet() -> None:
    orders = ((51, 1), (41, 1), (31, 1), (21, 1))
    assert Lapsing().check(bought(*orders, (-3, 1)), AS_OF) is not None
    assert Lapsing().check(bought(*orders, (0, 1)), AS_OF) is None


def test_that_a_return_does_not_end_the_silence() -> None:
    orders = ((51, 1), (41, 1), (31, 1), (21, 1), (2, -1))
    assert Lapsing().check(bought(*orders), AS_OF) is not None


def test_that_daily_and_uneven_rhythms_read_well() -> None:
    daily = Lapsing().check(bought((5, 1), (4, 1), (3, 1)), AS_OF)
    assert daily is not None
    assert daily.sentence_en == "Usually buys every day, now 3 days without an order"
    uneven = Lapsing().check(bought((60, 1), (50, 1), (49, 1), (40, 1)), AS_OF)
    assert uneven is not None
    assert "every 6.7 days" in uneven.sentence_en  # 20/3


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=12),
    st.integers(0, 400),
    st.sampled_from(["1", "1.5", "2.0", "3.3"]),
)
def test_that_lapsing_compares_exactly(gaps: list[int], silent: int, k: str) -> None:
    days = [TODAY - silent]
    for gap in gaps:
        days.append(days[-1] - gap)
    finding = Lapsing(k=Decimal(k)).check(build_activity((day, 1) for day in days), AS_OF)
    # days * gaps > k * sum, in tenths: whole numbers on both sides
    assert (finding is not None) == (10 * silent * len(gaps) > int(Decimal(k) * 10) * sum(gaps))


# Partial share -----------------------------------------------------------------------------------


def moved(current: int, *, days: int = 3) -> Activity:
    """An usual 1,000.00 in 90 days (4,000.00 in the 360 before), now `current` minor units."""
    before = [(100 + 10 * n, 400_000 // days) for n in range(days - 1)]
    rest = 400_000 - sum(amount for _ago, amount in before)
    return bought(*before, (100 + 10 * (days - 1), rest), (1, current))


def test_that_1000_to_200_has_moved_and_201_has_not() -> None:
    finding = PartialShare().check(moved(20_000), AS_OF)
    assert finding is not None
    assert (finding.measured, finding.limit) == (0.8, 0.8)
    assert finding.sentence_en == (
        "Spent ¥200.00 in the last 90 days, usually ¥1,000.00: 80 % moved away"
    )
    assert finding.sentence_zh == "最近 90 天消费 ¥200.00，同期通常为 ¥1,000.00，减少了 80%"
    assert PartialShare().check(moved(20_001), AS_OF) is None
    assert PartialShare().check(moved(20_100), AS_OF) is None


def test_that_a_customer_who_stopped_wholly_is_left_to_lapsing() -> None:
    assert PartialShare().check(moved(0), AS_OF) is None
    assert PartialShare().check(moved(1), AS_OF) is not None


def test_that_the_baseline_needs_three_purchase_days() -> None:
    assert PartialShare().check(moved(100, days=2), AS_OF) is None
    assert PartialShare(min_orders=2).check(moved(100, days=2), AS_OF) is not None


def test_that_windows_are_half_open() -> None:
    # 90 days ago is the last day of the baseline, 450 days ago is before it
    orders = ((90, 200_000), (100, 100_000), (449, 100_000), (89, 20_000))
    assert PartialShare().check(bought(*orders), AS_OF) is not None
    assert PartialShare().check(bought((450, 100_000), *orders[:2], orders[3]), AS_OF) is None


def test_that_a_baseline_eaten_up_by_returns_is_no_baseline() -> None:
    orders = ((100, 10), (110, 10), (120, 10), (130, -30), (1, 1))
    assert PartialShare().check(bought(*orders), AS_OF) is None


@given(st.integers(1, 10**6), st.integers(3, 10**6), st.sampled_from(["0.3", "0.8", "0.805", "1"]))
def test_that_partial_share_compares_exactly(current: int, earlier: int, share: str) -> None:
    activity = bought((100, 1), (110, 1), (120, earlier - 2), (1, current))
    finding = PartialShare(share=Decimal(share)).check(activity, AS_OF)
    # 1 - current / (earlier / 4) >= share, in thousandths: whole numbers on both sides
    left = 1000 - int(Decimal(share) * 1000)
    assert (finding is not None) == (4 * 1000 * current <= left * earlier)


# Product line stop -------------------------------------------------------------------------------


def lines(*rows: tuple[str | None, int, int], also: int | None = 5) -> Activity:
    """Line rows (line, days ago, amount); `also` an order of something else so many days ago."""
    found = [(name, TODAY - ago, amount) for name, ago, amount in rows]
    if also is not None:
        found.append(("Other", TODAY - also, 10))
    orders = [(day, amount) for _name, day, amount in found]
    return build_activity(orders, found, currency="CNY")


PAPER = (("Paper", 120, 500), ("Paper", 150, 500), ("Paper", 180, 500))


def test_that_a_line_bought_three_times_and_not_in_90_days_has_stopped() -> None:
    finding = ProductLineStop().check(lines(*PAPER), AS_OF)
    assert finding is not None
    assert (finding.measured, finding.limit) == (120, 90)
    assert finding.sentence_en == (
        "No Paper for 120 days (before: 3 times in 360 days, ¥15.00), but still buys other goods"
    )
    assert finding.sentence_zh == (
        "已有 120 天没有购买“Paper”（此前 360 天内购买 3 次，共 ¥15.00），但仍在购买其他商品"
    )
    assert finding.detail["product_line"] == "Paper"


def test_that_a_line_bought_again_has_not_stopped() -> None:
    assert ProductLineStop().check(lines(*PAPER, ("Paper", 89, 1)), AS_OF) is None
    assert ProductLineStop().check(lines(*PAPER, ("Paper", 90, 1)), AS_OF) is not None


def test_that_two_purchase_days_of_a_line_are_too_few() -> None:
    assert ProductLineStop().check(lines(*PAPER[:2], ("Paper", 150, 9)), AS_OF) is None
    assert ProductLineStop().check(lines(*PAPER[:2], ("Paper", 450, 9)), AS_OF) is None
    assert ProductLineStop().check(lines(*PAPER[:2], ("Paper", 449, 9)), AS_OF) is not None


def test_that_a_customer_who_buys_nothing_now_is_left_to_lapsing() -> None:
    assert ProductLineStop().check(lines(*PAPER, also=90), AS_OF) is None
    assert ProductLineStop().check(lines(*PAPER, also=None), AS_OF) is None
    assert ProductLineStop().check(lines(*PAPER, also=89), AS_OF) is not None


def test_that_the_line_with_the_largest_spend_is_named_and_all_are_listed() -> None:
    ink = [("Ink", 200 + n, 900) for n in range(3)]
    cards = [("Cards", 100 + n, 500) for n in range(3)]
    finding = ProductLineStop().check(lines(*PAPER, *ink, *cards), AS_OF)
    assert finding is not None
    assert finding.detail["product_line"] == "Ink"
    listed = finding.detail["lines"]
    assert isinstance(listed, list)
    assert [each["product_line"] for each in listed] == ["Ink", "Cards", "Paper"]  # type: ignore[index,call-overload]
    assert listed[1] == {
        "product_line": "Cards",
        "baseline": 1500,
        "purchase_days": 3,
        "last": (AS_OF - dt.timedelta(days=100)).isoformat(),
    }


def test_that_lines_without_a_name_are_ignored() -> None:
    nameless = [(name, 120 + n, 500) for n, name in enumerate(["", " ", None])]
    assert ProductLineStop().check(lines(*nameless), AS_OF) is None


@given(
    st.lists(
        st.tuples(st.sampled_from(["A", "B", "C", ""]), st.integers(-2, 60), st.integers(-50, 500)),
        max_size=40,
    )
)
def test_that_stopped_lines_equal_those_counted_by_hand(rows: list[tuple[str, int, int]]) -> None:
    def days_of(name: str, first: int, last: int) -> set[int]:
        return {
            ago
            for each, ago, amount in rows
            if each == name and amount >= 0 and first <= ago < last
        }

    def spend_of(name: str) -> int:
        return sum(amount for each, ago, amount in rows if each == name and 10 <= ago < 40)

    rule = ProductLineStop(current_days=10, baseline_days=30)
    stopped = [n for n in "ABC" if len(days_of(n, 10, 40)) >= 3 and not days_of(n, 0, 10)]
    buys = any(0 <= ago < 10 and amount >= 0 for _name, ago, amount in rows)
    finding = rule.check(lines(*rows, also=None), AS_OF)
    assert (finding is not None) == bool(stopped and buys)
    if finding is not None:
        largest = min(stopped, key=lambda name: (-spend_of(name), name))
        assert finding.detail["product_line"] == largest
        assert finding.measured == min(days_of(largest, 10, 40))


# Value downgrade ---------------------------------------------------------------------------------


def fell(earlier: int, current: int, before: str | None = "a", now: str | None = "c") -> Activity:
    made = bought((400, earlier), (30, current))
    return Activity(
        total=made.total,
        orders=made.orders,
        currency="CNY",
        class_before=CustomerClass(before) if before else None,
        class_now=CustomerClass(now) if now else None,
    )


def test_that_half_the_spend_and_a_lower_class_is_a_downgrade() -> None:
    finding = ValueDowngrade().check(fell(100_000, 50_000, "a", "b"), AS_OF)
    assert finding is not None
    assert (finding.measured, finding.limit) == (0.5, 0.5)
    assert finding.sentence_en == (
        "Fell from class A to B: ¥500.00 in 365 days after ¥1,000.00, 50 % less"
    )
    assert finding.sentence_zh == (
        "由 A 类降为 B 类：365 天消费从 ¥1,000.00 降至 ¥500.00，减少了 50%"
    )
    assert ValueDowngrade().check(fell(100_000, 50_001, "a", "b"), AS_OF) is None


@pytest.mark.parametrize(
    ("before", "now", "found"),
    [
        ("a", "a", False),
        ("a", "b", True),
        ("a", "c", True),
        ("b", "a", False),
        ("b", "b", False),
        ("b", "c", True),
        ("c", "c", False),
        (None, "c", False),
        ("a", None, False),
    ],
)
def test_that_only_a_lower_class_counts(
    before: str | None, now: str | None, *, found: bool
) -> None:
    assert (ValueDowngrade().check(fell(100_000, 1, before, now), AS_OF) is not None) is found


def test_that_a_customer_of_value_who_stopped_wholly_is_found_too() -> None:
    finding = ValueDowngrade().check(fell(100_000, 0), AS_OF)
    assert finding is not None
    assert finding.measured == 1


def test_that_no_spend_before_is_no_drop() -> None:
    assert ValueDowngrade().check(fell(0, 0), AS_OF) is None


def test_that_classes_come_from_the_whole_population_in_both_windows() -> None:
    population = {
        "big": bought((400, 900), (10, 10)),
        **{f"n{n:02}": bought((400, n), (10, 100 + n)) for n in range(19)},
    }
    ranked = with_classes(population, AS_OF)
    assert ranked["big"].class_before is CustomerClass.A
    assert ranked["big"].class_now is CustomerClass.C
    assert ranked["n18"].class_now is CustomerClass.A
    assert ranked["n18"].class_before is CustomerClass.B
    found = [key for key, each in ranked.items() if ValueDowngrade().check(each, AS_OF)]
    assert found == ["big"]


# Numbers in sentences ----------------------------------------------------------------------------


def test_that_amounts_have_the_sign_of_the_currency() -> None:
    dollars = replace(moved(20_000), currency="USD")
    finding = PartialShare().check(dollars, AS_OF)
    assert finding is not None
    assert "Spent $200.00" in finding.sentence_en
    assert "消费 $200.00，同期通常为 $1,000.00" in finding.sentence_zh
    finding = ProductLineStop().check(replace(lines(*PAPER), currency="CHF"), AS_OF)
    assert finding is not None
    assert "CHF 15.00" in finding.sentence_en
    assert "CHF 15.00" in finding.sentence_zh
    finding = ValueDowngrade().check(replace(fell(100_000, 50_000), currency="EUR"), AS_OF)
    assert finding is not None
    assert "€500.00 in 365 days after €1,000.00" in finding.sentence_en
    assert "从 €1,000.00 降至 €500.00" in finding.sentence_zh


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(10), "10"),
        (Fraction(20, 3), "6.7"),
        (Fraction(41, 4), "10.3"),
        (Fraction(2001, 200), "10"),
    ],
)
def test_that_numbers_have_at_most_one_digit(value: Fraction, text: str) -> None:
    assert number_text(value) == text


def test_that_a_percentage_is_never_rounded_up_to_a_limit() -> None:
    assert percent_text(Fraction(7999, 10_000)) == "79.9"
    assert percent_text(Fraction(4, 5)) == "80"
