"""Working days and hours with holidays and make-up working days."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import task_force_files
from db.task_force_files import HolidayDay
from db.vocabulary import CustomerClass
from desktop_app.domain.work_calendar import (
    RESPONSE_HOURS,
    WEEKDAYS,
    WorkCalendar,
    WorkHours,
    exceptions,
)

CHINA = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar(exceptions(task_force_files.holidays()))
HOUR = dt.timedelta(hours=1)


def test_that_festivals_fixed_by_date_are_off_unless_told_otherwise() -> None:
    friday, second = dt.date(2027, 1, 1), dt.date(2027, 5, 2)
    known = WorkCalendar({dt.date(2029, 1, 1): True}, fixed={(1, 1): 1, (5, 2): 2025})
    assert not known.is_working(friday)
    assert known.same_or_next(friday) == dt.date(2027, 1, 4)
    assert not known.is_working(second)
    assert known.is_working(dt.date(2029, 1, 1))
    assert known.is_working(dt.date(2023, 5, 2))
    assert not known.knows(2027)


days = st.dates(dt.date(2024, 1, 1), dt.date(2027, 6, 30))
moments = st.builds(
    dt.datetime.combine,
    st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
    st.times(),
    st.just(CHINA),
)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=CHINA)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        ("2026-01-01", False),  # a Thursday, New Year's Day
        ("2026-01-04", True),  # a Sunday, make-up
        ("2026-02-14", True),  # a Saturday, make-up
        ("2026-02-23", False),
        ("2026-02-24", True),
        ("2026-10-10", True),
        ("2026-10-11", False),
        ("2024-09-14", True),
        ("2025-05-31", False),
        ("2027-10-01", True),  # not known yet: a Friday
    ],
)
def test_that_holidays_and_make_up_days_are_known(day: str, is_working: bool) -> None:
    assert CALENDAR.is_working(dt.date.fromisoformat(day)) is is_working


def test_that_one_knows_which_years_are_known() -> None:
    assert [year for year in range(2022, 2030) if CALENDAR.knows(year)] == [2024, 2025, 2026]


def test_that_the_later_row_of_a_day_counts() -> None:
    day = dt.date(2026, 10, 1)
    rows = [
        HolidayDay(day=day, is_working=working, is_statutory=False, zh="", en="")
        for working in (False, True)
    ]
    assert exceptions(rows) == {day: True}


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-09-30", 1, "2026-10-08"),  # over National Day
        ("2026-10-09", 1, "2026-10-10"),  # a Saturday that is worked
        ("2026-10-10", 1, "2026-10-12"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-10-03", 0, "2026-10-03"),
        ("2026-02-13", 2, "2026-02-24"),  # over Spring Festival, make-up day between
    ],
)
def test_that_working_days_are_added_over_holidays(start: str, count: int, end: str) -> None:
    added = CALENDAR.add_working_days(dt.date.fromisoformat(start), count)
    assert added == dt.date.fromisoformat(end)


def test_that_the_same_or_the_next_working_day_is_found() -> None:
    assert CALENDAR.same_or_next(dt.date(2026, 10, 10)) == dt.date(2026, 10, 10)
    assert CALENDAR.same_or_next(dt.date(2026, 10, 1)) == dt.date(2026, 10, 8)
    assert WEEKDAYS.next_working_day(dt.date(2026, 9, 30)) == dt.date(2026, 10, 1)


@given(days, days)
def test_that_adding_and_counting_working_days_agree(start: dt.date, end: dt.date) -> None:
    counted = CALENDAR.working_days_between(start, end)
    assert counted == -CALENDAR.working_days_between(end, start)
    if end > start:
        by_hand = [
            day
            for number in range(1, (end - start).days + 1)
            if CALENDAR.is_working(day := start + dt.timedelta(days=number))
        ]
        assert counted == len(by_hand)
        if by_hand:
            assert CALENDAR.add_working_days(start, counted) == by_hand[-1]


@given(days, st.integers(1, 40))
def test_that_back_and_forth_ends_where_it_began(day: dt.date, count: int) -> None:
    first = CALENDAR.same_or_next(day)
    assert CALENDAR.add_working_days(CALENDAR.add_working_days(first, count), -count) == first


def test_that_a_day_has_its_windows() -> None:
    morning, afternoon = (dt.time(9), dt.time(12)), (dt.time(13, 30), dt.time(18))
    assert CALENDAR.windows(dt.date(2026, 10, 9)) == (morning, afternoon)
    assert CALENDAR.windows(dt.date(2026, 10, 1)) == ()
    short = WorkCalendar(hours=WorkHours(dt.time(8), dt.time(14), None, None))
    assert short.windows(dt.date(2026, 10, 9)) == ((dt.time(8), dt.time(14)),)
    assert short.working_day_length() == 6 * HOUR
    assert CALENDAR.working_day_length() == 7.5 * HOUR


@pytest.mark.parametrize(
    ("moment", "is_working"),
    [
        ("2026-10-09T08:59", False),
        ("2026-10-09T09:00", True),
        ("2026-10-09T12:00", False),
        ("2026-10-09T13:30", True),
        ("2026-10-09T18:00", False),
        ("2026-10-11T10:00", False),
    ],
)
def test_that_working_time_has_its_edges(moment: str, is_working: bool) -> None:
    assert CALENDAR.is_working_time(at(moment)) is is_working


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-09-18T15:00", 24, "2026-09-20T15:00"),  # the Sunday is a make-up working day
        ("2026-09-11T15:00", 24, "2026-09-14T15:00"),  # Friday to Monday
        ("2026-09-30T10:00", 72, "2026-10-10T10:00"),  # over National Day and a worked Saturday
        ("2026-10-03T23:00", 24, "2026-10-08T18:00"),  # comes in on a holiday: the first day's end
        ("2026-10-09T12:30", 8, "2026-10-09T16:00"),  # at lunch: a third of a day after it
        ("2026-10-09T17:00", 8, "2026-10-10T10:30"),
        ("2026-10-09T17:00", 0, "2026-10-09T17:00"),
        ("2026-10-09T19:00", 0, "2026-10-10T09:00"),
    ],
)
def test_that_an_answer_is_due_over_working_time(start: str, hours: int, due: str) -> None:
    assert CALENDAR.due(at(start), hours) == at(due)


def test_that_the_first_contact_of_class_a_is_due_sooner() -> None:
    start = at("2026-09-11T15:00")
    assert CALENDAR.first_contact_due(start, CustomerClass.A) == at("2026-09-14T15:00")
    for klass in (CustomerClass.B, CustomerClass.C, None):
        assert CALENDAR.first_contact_due(start, klass) == at("2026-09-16T15:00")
    assert set(RESPONSE_HOURS) == {*CustomerClass, None}


def test_that_working_time_between_two_moments_is_counted() -> None:
    assert CALENDAR.working_time_between(at("2026-10-09T11:00"), at("2026-10-09T14:00")) == (
        1.5 * HOUR
    )
    assert CALENDAR.working_time_between(at("2026-09-30T17:00"), at("2026-10-08T10:00")) == 2 * HOUR
    assert CALENDAR.working_time_between(at("2026-10-09T14:00"), at("2026-10-09T11:00")) == 0 * HOUR


@given(moments, st.integers(0, 6000))
def test_that_adding_working_time_and_measuring_it_agree(start: dt.datetime, minutes: int) -> None:
    length = dt.timedelta(minutes=minutes)
    end = CALENDAR.add_working_time(start, length)
    assert end >= start
    assert CALENDAR.working_time_between(start, end) == length
    last = end - dt.timedelta(microseconds=1)
    assert not minutes or CALENDAR.is_working_time(last)


@pytest.mark.parametrize(
    "hours",
    [
        (dt.time(18), dt.time(9), None, None),
        (dt.time(9), dt.time(18), dt.time(12), None),
        (dt.time(9), dt.time(18), dt.time(13), dt.time(12)),
        (dt.time(9), dt.time(18), dt.time(8), dt.time(10)),
        (dt.time(9), dt.time(18), dt.time(17), dt.time(18)),
    ],
)
def test_that_hours_out_of_order_are_refused(
    hours: tuple[dt.time, dt.time, dt.time | None, dt.time | None],
) -> None:
    with pytest.raises(ValueError, match="lunch"):
        WorkHours(*hours)
