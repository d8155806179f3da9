"""Load ahead: worked days, and nothing that is due gets lost."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.domain.workload import OpenCase, average_attempts, forecast

WEEK = WorkCalendar()
THURSDAY, FRIDAY = dt.date(2026, 9, 24), dt.date(2026, 9, 25)
MONDAY, TUESDAY = dt.date(2026, 9, 28), dt.date(2026, 9, 29)


def test_that_contacts_fall_on_working_days() -> None:
    """Overdue and not planned: on the first day; Saturday: on Monday; after the last: never."""
    dues = (dt.date(2026, 9, 1), None, FRIDAY, dt.date(2026, 9, 26), MONDAY, dt.date(2026, 9, 30))
    load = forecast(
        [OpenCase("li", due) for due in dues], THURSDAY, TUESDAY, WEEK.is_working, {"li": 10}
    )
    assert [(row.day, row.due, row.expected) for row in load["li"]] == [
        (THURSDAY, 2, 0),
        (FRIDAY, 1, 0),
        (MONDAY, 2, 0),
        (TUESDAY, 0, 0),
    ]


def test_that_a_sunday_made_up_for_is_a_working_day() -> None:
    """27 September 2026 is worked, 28 September is off."""
    calendar = WorkCalendar({dt.date(2026, 9, 27): True, MONDAY: False})
    load = forecast([OpenCase(1, MONDAY)], THURSDAY, TUESDAY, calendar.is_working, {})
    assert [(row.day.day, row.due) for row in load[1]] == [(24, 0), (25, 0), (27, 0), (29, 1)]


def test_that_follow_ups_are_expected_until_the_usual_number_is_reached() -> None:
    """3.5 contacts a case: one made, one due on Thursday, one and a half to come."""
    cases = [OpenCase("li", THURSDAY, attempts=1), OpenCase("li", THURSDAY, attempts=4)]
    load = forecast(
        cases, THURSDAY, dt.date(2026, 10, 2), WEEK.is_working, {"li": 2}, attempts_per_case=3.5
    )["li"]
    assert [row.due for row in load] == [2, 0, 0, 0, 0, 0, 0]
    assert [row.expected for row in load] == [0, 0, 1, 0, 0.5, 0, 0]
    assert load[2].total == 1


def test_that_what_does_not_fit_is_carried_over() -> None:
    load = forecast(
        [OpenCase("li", THURSDAY)] * 5, THURSDAY, TUESDAY, WEEK.is_working, {"li": 2, "wu": 2}
    )
    assert [row.left_over for row in load["li"]] == [3, 1, 0, 0]
    assert [row.left_over for row in load["wu"]] == [0, 0, 0, 0]
    assert all(row.capacity == 2 and row.due == 0 for row in load["wu"])


def test_that_without_working_days_there_is_nothing_to_show() -> None:
    saturday = dt.date(2026, 9, 26)
    load = forecast([OpenCase("li", None)], saturday, saturday, WEEK.is_working, {})
    assert load == {"li": ()}


@given(
    st.lists(
        st.builds(
            OpenCase,
            st.sampled_from("AB"),
            st.none() | st.dates(dt.date(2026, 9, 1), dt.date(2026, 10, 20)),
            st.integers(0, 6),
        ),
        max_size=30,
    ),
    st.integers(0, 40),
    st.integers(0, 5),
)
def test_that_every_contact_due_in_the_time_is_counted_once(
    cases: list[OpenCase[str]], length: int, usual: int
) -> None:
    last = MONDAY + dt.timedelta(days=length)
    days = [MONDAY + dt.timedelta(days=number) for number in range(length + 1)]
    last_worked = max(day for day in days if WEEK.is_working(day))
    load = forecast(cases, MONDAY, last, WEEK.is_working, {}, attempts_per_case=usual)
    for agent in {case.agent for case in cases}:
        own = [case for case in cases if case.agent == agent]
        due = [case for case in own if case.due_on is None or case.due_on <= last_worked]
        assert sum(row.due for row in load[agent]) == len(due)
        most = sum(max(0, usual - case.attempts - 1) for case in due)
        assert sum(row.expected for row in load[agent]) <= most


def test_that_the_average_of_no_attempts_is_not_known() -> None:
    assert average_attempts([]) is None
    assert average_attempts([1, 2, 6]) == pytest.approx(3)
