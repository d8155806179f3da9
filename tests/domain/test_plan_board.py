"""The board keeps its sets of days true whatever is put on it and taken off."""

import datetime as dt
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.months import Period
from desktop_app.domain.plan_board import Lane, Months, Stretch, around, days_mask, nearest

DAYS = 20
OF = [0] * 9 + [1] * 11


def bits(mask: int) -> set[int]:
    return {day for day in range(mask.bit_length()) if mask >> day & 1}


@given(st.integers(-30, 30), st.integers(-30, 30), st.integers(1, 9))
def test_that_sets_of_days_are_those_of_plain_counting(first: int, last: int, gap: int) -> None:
    assert bits(days_mask(first, last)) == set(range(max(0, first), last + 1))
    assert bits(around(first, gap)) == {day for day in range(60) if abs(day - first) < gap}


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 60))
def test_that_the_nearest_day_is_found(days: set[int], ideal: int) -> None:
    mask = sum(1 << day for day in days)
    assert nearest(mask, ideal) == min(days, key=lambda day: (abs(day - ideal), day))


@given(
    st.sets(st.integers(0, DAYS - 1)),
    st.integers(0, 3),
    st.none() | st.integers(0, 6),
    st.floats(0, 40),
    st.lists(st.tuples(st.booleans(), st.integers(0, 60), st.sampled_from("ab")), max_size=60),
)
def test_that_a_lane_is_what_its_contacts_make_it(
    present: set[int],
    a_day: int,
    a_month: int | None,
    due: float,
    moves: list[tuple[bool, int, str]],
) -> None:
    """Against counts made anew after each move."""
    lane = Lane(sum(1 << day for day in present), Months(OF), a_day, a_month)
    lane.spread(due)
    there: list[tuple[int, str]] = []
    for puts, number, district in moves:
        if puts and lane.free:
            day = sorted(bits(lane.free))[number % len(bits(lane.free))]
            lane.take(day, district)
            there.append((day, district))
        elif not puts and there:
            lane.give_back(*there.pop(number % len(there)))
        load = Counter(day for day, _district in there)
        months = Counter(OF[day] for day, _district in there)
        assert bits(lane.free) == {
            day
            for day in present
            if load[day] < a_day and (a_month is None or months[OF[day]] < a_month)
        }
        for each in "ab":
            assert bits(lane.districts[each]) == {day for day, at in there if at == each}
        if a_day and a_month != 0:
            assert bits(lane.empty) == {day for day in present if not load[day]}
            assert bits(lane.light) <= {day for day in present if load[day] < a_day}


def test_that_a_lane_prefers_its_district_then_empty_days() -> None:
    lane = Lane(days_mask(0, 9), Months([0] * 10), 2, None)
    lane.take(7, "north")
    everything = lane.free
    assert lane.best(everything, 0, "north") == 7
    assert lane.best(everything, 7, "south") == 6
    assert lane.best(everything, 7, "") == 7
    lane.take(7, "north")
    assert lane.best(lane.free, 0, "north") == 0


def test_that_parts_of_a_period_are_even_ahead_and_not_taken() -> None:
    days = Period(dt.date(2026, 4, 1), dt.date(2026, 4, 30))
    stretch = Stretch(days, -10, 19)
    assert stretch.slots(3, 3, []) == [(0, 9), (10, 19), (0, 19)]
    assert stretch.slots(3, 1, []) == [(10, 19)]
    assert stretch.slots(3, 2, [12]) == [(0, 9), (0, 19)]
    assert stretch.slots(3, 0, []) == []


def test_that_a_month_that_opens_again_leaves_full_days_closed() -> None:
    lane = Lane(days_mask(0, 4), Months([0] * 5), 2, 3)
    for day in (1, 1, 2):
        lane.take(day, "north")
    assert not lane.free
    lane.give_back(2, "north")
    assert bits(lane.free) == {0, 2, 3, 4}
    lane.give_back(1, "north")
    assert bits(lane.districts["north"]) == {1}
    assert bits(lane.empty) == {0, 2, 3, 4}


def test_that_a_day_with_more_than_its_share_stays_crowded() -> None:
    lane = Lane(days_mask(0, 4), Months([0] * 5), 3, None)
    lane.spread(5)
    for _number in range(3):
        lane.take(0, "")
    lane.give_back(0, "")
    assert bits(lane.free) == {0, 1, 2, 3, 4}
    assert bits(lane.light) == {1, 2, 3, 4}
