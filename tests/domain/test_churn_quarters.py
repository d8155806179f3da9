"""Churn by quarter: counted by hand, tests and correlations against scipy and pandas."""

import datetime as dt
from math import sqrt

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from db.vocabulary import CustomerClass
from desktop_app.domain.churn_quarters import (
    Correlation,
    Life,
    Trend,
    churn,
    correlation,
    later,
    quarter_of,
    trend,
    trend_z,
)
from desktop_app.domain.months import periods
from desktop_app.domain.rates import Rate

A, B, C = CustomerClass
YEAR = tuple(periods(dt.date(2025, 1, 1), dt.date(2025, 12, 31), 3))
TWO_YEARS = tuple(periods(dt.date(2024, 1, 1), dt.date(2025, 12, 31), 3))


def day(month: int, date: int = 10, year: int = 2025) -> dt.date:
    return dt.date(year, month, date)


def rates(*hits: int, n: int = 100) -> list[Rate]:
    return [Rate(hit, n) for hit in hits]


def test_that_lost_customers_are_counted_by_quarter_and_class() -> None:
    lives = [
        Life(A),
        Life(A, lost=(day(3, 31),)),
        Life(C, since=day(4, 1), lost=(day(6),)),  # came and left in the second quarter
        Life(C, since=day(12, 31)),
        Life(C, lost=(day(1, 1), day(2)), bought=day(5)),  # twice in a quarter counts once
    ]
    found = churn(lives, YEAR)
    assert found[A] == (Rate(1, 2), Rate(0, 1), Rate(0, 1), Rate(0, 1))
    assert found[B] == (Rate(0, 0),) * 4
    assert found[C] == (Rate(1, 1), Rate(1, 2), Rate(0, 1), Rate(0, 2))


def test_that_who_is_lost_is_no_customer_afterwards_unless_they_bought_again() -> None:
    lost = Life(B, lost=(day(2),), bought=day(2))
    back = Life(B, lost=(day(2),), bought=day(8))
    assert [lost.is_there(quarter) for quarter in YEAR] == [True, False, False, False]
    assert all(back.is_there(quarter) for quarter in YEAR)


def test_that_the_last_day_of_a_quarter_belongs_to_it() -> None:
    assert [quarter_of(day(month)) for month in range(1, 13)] == [1] * 3 + [2] * 3 + [3] * 3 + [
        4
    ] * 3
    found = churn([Life(A, lost=(day(6, 30),)), Life(A, lost=(day(7, 1),))], YEAR)
    assert [rate.hits for rate in found[A]] == [0, 1, 1, 0]


@pytest.mark.parametrize(
    ("hits", "expected"),
    [
        ((2, 4, 9, 15, 16, 22, 25, 30), Trend.RISING),
        ((30, 25, 22, 16, 15, 9, 4, 2), Trend.FALLING),
        ((20, 6, 5, 22, 21, 5, 6, 20), Trend.TURN_OF_YEAR),
        ((5, 20, 22, 6, 5, 21, 20, 6), Trend.MIDDLE_OF_YEAR),
        ((10, 11, 9, 10, 11, 10, 9, 10), Trend.FLAT),
        ((1, 1, 1, 1, 1, 1, 1, 2), Trend.UNKNOWN),  # nine lost
    ],
)
def test_that_the_shape_of_the_quarters_has_a_name(hits: tuple[int, ...], expected: Trend) -> None:
    assert trend(rates(*hits), TWO_YEARS) is expected


def test_that_three_quarters_say_nothing() -> None:
    assert trend(rates(5, 50, 90), YEAR[:3]) is Trend.UNKNOWN
    known = [Rate(0, 0), *rates(5, 50, 90)]
    assert trend(known, YEAR) is Trend.UNKNOWN, "a quarter without customers is none"


@given(
    st.lists(
        st.tuples(st.integers(0, 30), st.integers(0, 30)).map(lambda p: Rate(p[0], sum(p))),
        min_size=2,
        max_size=8,
    )
)
def test_that_the_test_for_trend_is_n_r_squared(found: list[Rate]) -> None:
    outcomes = [
        (score, hit)
        for score, rate in enumerate(found)
        for hit in [1] * rate.hits + [0] * (rate.n - rate.hits)
    ]
    table = pd.DataFrame(outcomes, columns=["score", "hit"])
    z = trend_z(found, list(range(len(found))))
    if len(table) < 2 or table.score.nunique() < 2 or table.hit.nunique() < 2:
        assert z == 0
        return
    r = stats.pearsonr(table.score, table.hit).statistic
    assert z == pytest.approx(r * sqrt(len(table)), abs=1e-9)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)), min_size=4, max_size=12))
def test_that_the_correlation_and_its_interval_are_those_of_scipy(
    pairs: list[tuple[int, int]],
) -> None:
    hits, leavers = zip(*pairs, strict=True)
    found = correlation(rates(*hits, n=50), leavers)
    assert found.n == len(pairs)
    if len(set(hits)) == 1 or len(set(leavers)) == 1:
        assert found.r is None
        assert found.interval is None
        return
    frame = pd.DataFrame({"churn": [hit / 50 for hit in hits], "left": leavers}, dtype=float)
    assert found.r == pytest.approx(frame.corr().loc["churn", "left"], abs=1e-9)
    assume(abs(found.r) < 0.999999)
    low, high = stats.pearsonr(frame.churn, frame.left).confidence_interval(0.95)
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx((low, high), abs=1e-6)


def test_that_quarters_without_customers_are_left_out_of_the_correlation() -> None:
    found = correlation([Rate(0, 0), *rates(1, 2, 3)], (9, 1, 2, 3))
    assert found.n == 3
    assert found.r == pytest.approx(1)
    assert found.interval is None
    assert correlation(rates(1, 2), (1, 2)) == Correlation(None, 2)


def test_that_the_quarter_after_is_compared_with_who_left_before() -> None:
    found = later({C: rates(9, 1, 2, 3, 4)}, (1, 2, 3, 4, 0))
    assert found[C].n == 4
    assert found[C].r == pytest.approx(1)


def test_that_few_quarters_are_a_hint_only() -> None:
    assert Correlation(0.9, 8).is_enough
    assert not Correlation(0.9, 7).is_enough
