"""The watch window: only later orders confirm a save; who leaves again was lost after all."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.rates import Rate
from desktop_app.domain.survival import Stay
from desktop_app.domain.watch import (
    Followed,
    Regained,
    SaveState,
    Watched,
    first_order,
    judge,
    later_by,
    re_churn,
    return_rate,
    stay_of,
    watch_until,
)

SAVED = dt.date(2026, 3, 1)
END = dt.date(2026, 3, 31)


def day(number: int) -> dt.date:
    """So many days after the save."""
    return SAVED + dt.timedelta(days=number)


WATCHING = Watched(SaveState.WATCHING)


def test_that_the_window_is_thirty_days() -> None:
    assert watch_until(SAVED) == END == day(30)
    assert watch_until(SAVED, 90) == day(90)


@pytest.mark.parametrize(
    ("orders", "as_of", "state"),
    [
        ([], day(0), WATCHING),
        ([], day(30), WATCHING),  # the last day is not over
        ([], day(31), Watched(SaveState.LOST_DEFLECT, END)),
        ([(day(-1), 100)], day(31), Watched(SaveState.LOST_DEFLECT, END)),
        ([(day(0), 100)], day(0), Watched(SaveState.CONFIRMED, day(0))),
        ([(day(30), 1)], day(40), Watched(SaveState.CONFIRMED, day(30))),
        ([(day(31), 100)], day(40), Watched(SaveState.LOST_DEFLECT, END)),
        ([(day(9), 100), (day(5), 100)], day(40), Watched(SaveState.CONFIRMED, day(5))),
        ([(day(9), 100)], day(8), WATCHING),  # not known yet
        ([(day(5), -100), (day(6), 0)], day(10), WATCHING),  # a return, an order for nothing
        ([(day(5), -100)], day(31), Watched(SaveState.LOST_DEFLECT, END)),
    ],
)
def test_that_only_an_order_within_the_window_confirms(
    orders: list[tuple[dt.date, int]], as_of: dt.date, state: Watched
) -> None:
    assert judge(SAVED, END, orders, as_of) == state


def test_that_leaving_again_within_the_window_is_a_lost_deflect() -> None:
    bought = [(day(3), 100)]
    for left in (0, 10, 30):
        lost = Watched(SaveState.LOST_DEFLECT, day(left))
        assert judge(SAVED, END, [], day(40), day(left)) == lost
        assert judge(SAVED, END, bought, day(40), day(left)) == lost
    assert judge(SAVED, END, bought, day(40), day(31)) == Watched(SaveState.CONFIRMED, day(3))
    assert judge(SAVED, END, bought, day(40), day(-1)) == Watched(SaveState.CONFIRMED, day(3))


@given(
    st.lists(st.tuples(st.integers(-5, 40), st.integers(-3, 3)), max_size=6),
    st.none() | st.integers(0, 40),
)
def test_that_what_is_decided_stays_decided(
    orders: list[tuple[int, int]], left: int | None
) -> None:
    """Each day knows the orders up to it; someone leaves on a day and it is known from then on."""
    states = []
    for number in range(50):
        known = [(day(at), amount) for at, amount in orders if at <= number]
        gone = None if left is None or left > number else day(left)
        states.append(judge(SAVED, END, known, day(number), gone))
    final = states[-1]
    assert final.state is not SaveState.WATCHING
    for before, after in pairwise(states):
        if before.state is SaveState.LOST_DEFLECT:
            assert after == before
        if before.state is SaveState.CONFIRMED and after != before:
            assert after == Watched(SaveState.LOST_DEFLECT, day(left or 0))


def test_that_the_first_order_is_no_return() -> None:
    orders = [(day(9), 5), (day(2), -5), (day(4), 1), (day(-2), 7)]
    assert first_order(orders, SAVED) == day(4)
    assert first_order(orders, day(10)) is None


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (dt.date(2026, 1, 15), 6, dt.date(2026, 7, 15)),
        (dt.date(2026, 8, 31), 6, dt.date(2027, 2, 28)),
        (dt.date(2023, 8, 31), 6, dt.date(2024, 2, 29)),
        (dt.date(2024, 2, 29), 12, dt.date(2025, 2, 28)),
        (dt.date(2026, 12, 1), 12, dt.date(2027, 12, 1)),
        (dt.date(2026, 6, 30), 6, dt.date(2026, 12, 30)),
    ],
)
def test_that_months_end_on_the_same_day(start: dt.date, months: int, end: dt.date) -> None:
    assert later_by(start, months) == end


def test_that_re_churn_counts_only_who_was_followed_long_enough() -> None:
    """F-12: of three won back half a year ago one left again in time; two are too recent."""
    won = dt.date(2026, 1, 15)
    regained = [
        Regained(won, left_again_on=dt.date(2026, 7, 15)),
        Regained(won, left_again_on=dt.date(2026, 7, 16)),
        Regained(won),
        Regained(dt.date(2026, 6, 1), left_again_on=dt.date(2026, 6, 20)),
        Regained(dt.date(2026, 6, 1)),
    ]
    as_of = dt.date(2026, 9, 1)
    assert re_churn(regained, as_of, 6) == Followed(Rate(1, 3), too_recent=2)
    assert re_churn(regained, dt.date(2027, 2, 1), 12) == Followed(Rate(2, 3), too_recent=2)
    assert re_churn(regained, dt.date(2026, 7, 15), 6) == Followed(Rate(0, 0), too_recent=5)
    assert re_churn([], as_of, 6).rate.share is None


def test_that_the_return_rate_is_that_of_30_and_90_days() -> None:
    """S1-23."""
    regained = [
        Regained(SAVED, first_order_on=day(0)),
        Regained(SAVED, first_order_on=day(30)),
        Regained(SAVED, first_order_on=day(31)),
        Regained(SAVED),
        Regained(day(50), first_order_on=day(51)),
    ]
    assert return_rate(regained, day(60), 30) == Followed(Rate(2, 4), too_recent=1)
    assert return_rate(regained, day(200), 30) == Followed(Rate(3, 5), too_recent=0)
    assert return_rate(regained, day(91), 90) == Followed(Rate(3, 4), too_recent=1)


def test_that_stays_end_with_leaving_or_with_what_is_known() -> None:
    assert stay_of(Regained(SAVED, left_again_on=day(12)), day(40)) == Stay(12, left=True)
    assert stay_of(Regained(SAVED, left_again_on=day(41)), day(40)) == Stay(40, left=False)
    assert stay_of(Regained(SAVED), day(40)) == Stay(40, left=False)
    assert stay_of(Regained(SAVED), day(-3)) == Stay(0, left=False)
