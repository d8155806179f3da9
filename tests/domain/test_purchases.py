"""Purchase figures against worked numbers and pandas."""

import datetime as dt
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.purchases import (
    Activity,
    build_activity,
    build_history,
    mean_interval,
    measure,
    monthly_trend,
)

DAY = dt.date(2026, 9, 15)
TODAY = DAY.toordinal()


def test_that_orders_of_one_day_are_one_purchase_day_with_their_sum() -> None:
    history = build_history([(5, 100), (3, 50), (5, 25)])
    assert history.days == (3, 5)
    assert history.amounts == (50, 125)
    assert history.purchase_days == (3, 5)


def test_that_a_return_lowers_the_spend_and_is_no_purchase_day() -> None:
    history = build_history([(3, 500), (9, -200), (9, 0), (12, -100)])
    assert history.spend(0, 20) == 200
    assert history.purchase_days == (3, 9)  # an order of zero is one
    assert history.purchases(9, 20) == ()


def test_that_a_window_leaves_out_its_first_day_and_has_its_last() -> None:
    history = build_history([(10, 1), (20, 2), (30, 4)])
    assert history.spend(10, 30) == 6
    assert history.spend(9, 29) == 3
    assert history.purchases(10, 20) == (20,)
    assert history.purchases_until(20) == (10, 20)


def test_that_lines_without_a_name_are_left_out() -> None:
    activity = build_activity(
        [(1, 10)], [(None, 1, 4), ("  ", 1, 4), (" Paper ", 1, 2), ("Paper", 2, 3)]
    )
    assert set(activity.lines) == {"Paper"}
    assert activity.lines["Paper"].amounts == (2, 3)


@pytest.mark.parametrize(
    ("days", "mean"),
    [
        ((), None),
        ((7,), None),
        ((7, 9), Fraction(2)),
        ((0, 10, 20, 30), Fraction(10)),
        ((0, 1, 9, 31), Fraction(31, 3)),
    ],
)
def test_that_the_mean_interval_is_the_span_over_the_gaps(
    days: tuple[int, ...], mean: Fraction | None
) -> None:
    assert mean_interval(days) == mean


def test_that_a_customer_without_orders_has_unknown_figures_and_no_spend() -> None:
    metrics = measure(Activity(), DAY)
    assert (metrics.first, metrics.last, metrics.mean_interval_days) == (None, None, None)
    assert metrics.average_order is None
    assert (metrics.orders, metrics.returns, metrics.spend_total, metrics.spend_window) == (
        0,
        0,
        0,
        0,
    )
    assert metrics.trend == (0,) * 12


def test_that_figures_stop_at_the_day_and_leave_returns_out_of_the_average() -> None:
    activity = build_activity(
        [(TODAY - 30, 1000), (TODAY - 10, 501), (TODAY - 5, -300), (TODAY + 1, 9999)]
    )
    metrics = measure(activity, DAY)
    assert (metrics.orders, metrics.returns) == (2, 1)
    assert metrics.average_order == 751  # 750.5, halves up
    assert metrics.spend_total == 1201
    assert metrics.last == DAY - dt.timedelta(days=10)
    assert metrics.mean_interval_days == 20


def test_that_the_window_ends_on_the_day() -> None:
    activity = build_activity([(TODAY - 365, 1), (TODAY - 364, 2), (TODAY, 4)])
    assert measure(activity, DAY).spend_window == 6
    assert measure(activity, DAY, window_days=364).spend_window == 4


def test_that_the_trend_has_calendar_months_up_to_the_day() -> None:
    rows = [
        (dt.date(2025, 9, 30).toordinal(), 1),  # before the twelve months
        (dt.date(2025, 10, 1).toordinal(), 2),
        (dt.date(2026, 2, 28).toordinal(), 3),
        (dt.date(2026, 9, 15).toordinal(), 4),
        (dt.date(2026, 9, 16).toordinal(), 5),  # after the day
    ]
    assert monthly_trend(build_history(rows), DAY) == (2, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 4)


orders = st.lists(
    st.tuples(st.integers(TODAY - 900, TODAY + 30), st.integers(-5_000, 50_000)), max_size=40
)


@given(orders)
def test_that_figures_equal_those_of_pandas(rows: list[tuple[int, int]]) -> None:
    frame = pd.DataFrame(rows, columns=["day", "amount"], dtype="int64")
    frame = frame[frame.day <= TODAY]
    bought = frame[frame.amount >= 0]
    metrics = measure(build_activity(rows), DAY)
    assert metrics.orders == len(bought)
    assert metrics.returns == len(frame) - len(bought)
    assert metrics.spend_total == frame.amount.sum()
    assert metrics.spend_window == frame[frame.day > TODAY - 365].amount.sum()
    if len(bought):
        assert metrics.first is not None
        assert metrics.first.toordinal() == bought.day.min()
        assert metrics.last is not None
        assert metrics.last.toordinal() == bought.day.max()
        assert metrics.average_order is not None
        assert abs(metrics.average_order - bought.amount.mean()) <= 0.5
    if len(set(bought.day)) > 1:
        gaps = bought.day.drop_duplicates().sort_values().diff().mean()
        assert metrics.mean_interval_days == pytest.approx(gaps)
    else:
        assert metrics.mean_interval_days is None
    months = pd.Series(
        [dt.date.fromordinal(int(day)).strftime("%Y-%m") for day in frame.day], index=frame.index
    )
    sums = frame.amount.groupby(months).sum()
    names = [str(month) for month in pd.period_range("2025-10", "2026-09", freq="M")]
    assert metrics.trend == tuple(int(sums.get(name, 0)) for name in names)
