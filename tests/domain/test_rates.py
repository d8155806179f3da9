"""Rates of closed cases against worked numbers."""

import pytest

from desktop_app.domain.rates import Closed, Rate, grouped


def test_that_a_rate_says_what_it_is_made_of() -> None:
    rate = Rate(8, 10)
    assert rate.share == 0.8
    assert rate.interval is not None
    assert (rate.interval.low, rate.interval.high) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None


def test_that_each_rate_has_its_own_denominator() -> None:
    counts = Closed(
        closed=20, lost=8, asked=6, tried=7, known=15, contacted=16, saved=4, unreachable=3
    )
    assert counts.completion == Rate(6, 8)
    assert counts.reason_known == Rate(15, 20)
    assert counts.of_contacted == Rate(4, 16)
    assert counts.of_everybody == Rate(4, 20)
    assert counts + counts == Closed(40, 16, 12, 14, 30, 32, 8, 6)


def test_that_counts_add_up_by_their_key() -> None:
    rows = [("a", 1), ("b", 2), ("a", 3)]
    found = grouped(rows, lambda row: row[0], lambda row: Closed(closed=row[1]))
    assert {key: counts.closed for key, counts in found.items()} == {"a": 4, "b": 2}
