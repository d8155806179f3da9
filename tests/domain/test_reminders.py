"""Reminders: when, once each, in every zone, also over changes of the clock."""

import datetime as dt
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from db import task_force_files
from db.vocabulary import ReminderKind, ReminderStage
from desktop_app.domain.reminders import (
    SNOOZE_MINUTES,
    Desk,
    Due,
    Reminder,
    ReminderPolicy,
    inbox,
    local_moment,
    missed,
    next_moment,
    reminders_of,
    shifted,
    to_show,
)
from desktop_app.domain.work_calendar import WEEKDAYS, WorkCalendar, exceptions

CHINA, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
CALENDAR = WorkCalendar(exceptions(task_force_files.holidays()))
POLICY = ReminderPolicy()
RENEWAL, PROMISE = ReminderKind.RENEWAL, ReminderKind.PROMISE
VISIT, CALLBACK = ReminderKind.VISIT, ReminderKind.CALLBACK
TASK = ReminderKind.TASK


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def at(text: str, zone: ZoneInfo = CHINA) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-{text}").replace(tzinfo=zone)


def of(due: Due, calendar: WorkCalendar = CALENDAR, zone: ZoneInfo = CHINA) -> list[Reminder]:
    return list(reminders_of(due, POLICY, calendar, zone))


def times(due: Due) -> list[tuple[str, ReminderStage, str]]:
    return [(f"{each.at:%m-%d %H:%M}", each.id.stage, str(each.person)) for each in of(due)]


AHEAD, NOW, UP = ReminderStage.AHEAD, ReminderStage.DUE, ReminderStage.ESCALATED


def test_that_a_task_is_announced_on_its_day_and_the_working_day_before() -> None:
    """Monday 14 September, so Friday before; the manager hears of it on Tuesday."""
    assert times(Due(TASK, 1, "li", day("09-14"), manager="zhao")) == [
        ("09-11 09:00", AHEAD, "li"),
        ("09-14 09:00", NOW, "li"),
        ("09-15 09:00", UP, "zhao"),
    ]


def test_that_a_renewal_is_announced_30_15_and_7_days_before() -> None:
    """Due on 31 October: 1 October is a holiday (so 30 September), 16 October, 24 (so 23)."""
    assert times(Due(RENEWAL, 1, "li", day("10-31"), manager="zhao")) == [
        ("09-30 09:00", AHEAD, "li"),
        ("10-16 09:00", AHEAD, "li"),
        ("10-23 09:00", AHEAD, "li"),
        ("11-02 09:00", UP, "zhao"),
    ]


def test_that_a_promise_comes_before_it_is_due_and_goes_up_afterwards() -> None:
    """Due on Sunday 13 September: on Friday, and two working days before it."""
    assert times(Due(PROMISE, 1, "li", day("09-13"), manager="zhao")) == [
        ("09-09 09:00", AHEAD, "li"),
        ("09-11 09:00", NOW, "li"),
        ("09-14 09:00", UP, "zhao"),
    ]
    assert len(of(Due(PROMISE, 1, "zhao", day("09-13"), manager="zhao"))) == 2
    assert len(of(Due(PROMISE, 1, "li", day("09-13")))) == 2


def test_that_a_visit_with_a_time_is_announced_an_hour_before() -> None:
    visit = Due(VISIT, 1, "li", day("09-15"), at("09-15T14:30"))
    assert [when for when, *_ in times(visit)] == ["09-14 09:00", "09-15 09:00", "09-15 13:30"]
    assert [when for when, *_ in times(replace(visit, moment=None))] == [
        "09-14 09:00",
        "09-15 09:00",
    ]


def test_that_nothing_is_announced_when_it_has_begun() -> None:
    early = Due(VISIT, 1, "li", day("09-15"), at("09-15T08:30"))
    assert [when for when, *_ in times(early)] == ["09-14 09:00", "09-15 07:30"]


def test_that_a_callback_goes_to_the_manager_after_two_working_hours() -> None:
    """Friday at 17:30: half an hour on Friday, one and a half on Monday."""
    callback = Due(CALLBACK, 1, "li", day("09-11"), at("09-11T17:30"), manager="zhao")
    assert times(callback) == [
        ("09-11 17:20", AHEAD, "li"),
        ("09-11 17:30", NOW, "li"),
        ("09-14 10:30", UP, "zhao"),
    ]
    with pytest.raises(ValueError, match="moment"):
        of(replace(callback, moment=None))


@pytest.mark.parametrize(
    "wrong", [{"renewal_days": (7, 15)}, {"promise_days": (2, 2)}, {"callback_minutes": (0, 10)}]
)
def test_that_times_before_are_in_order(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ReminderPolicy(**wrong)


# ---------------------------------------------------------------- at the desk

ITEM = Due(RENEWAL, 1, "li", day("10-31"))


def test_that_one_item_is_shown_once_with_its_newest_reminder() -> None:
    found = of(ITEM)
    assert to_show(found, Desk(), at("09-30T08:59")) == ()
    assert to_show(found, Desk(), at("09-30T09:00")) == (found[0],)
    assert to_show(found, Desk(), at("10-20T09:00")) == (found[1],)
    seen = Desk(seen={found[1].id})
    assert to_show(found, seen, at("10-20T09:00")) == ()
    assert to_show(found, seen, at("10-23T09:00")) == (found[2],)
    again = of(ITEM)
    assert to_show(again, seen, at("10-20T09:00")) == ()  # found anew: the same


def test_that_the_manager_and_the_person_are_reminded_each() -> None:
    found = of(replace(ITEM, manager="zhao"))
    assert [each.person for each in to_show(found, Desk(), at("11-02T09:00"))] == ["li", "zhao"]
    assert {who: len(each) for who, each in inbox(found, at("11-02T09:00")).items()} == {"zhao": 1}
    assert inbox(found, at("11-02T08:59")) == {}


def test_that_nothing_is_shown_in_a_call_and_nothing_is_lost_by_it() -> None:
    found = of(ITEM)
    assert to_show(found, Desk(in_call=True), at("09-30T09:00")) == ()
    assert to_show(found, Desk(), at("09-30T09:20")) == (found[0],)


def test_that_a_reminder_that_is_put_off_comes_again() -> None:
    found = of(ITEM)
    now = at("09-30T09:01")
    until = shifted(now, SNOOZE_MINUTES[1])
    desk = Desk(snoozed={found[0].id: until})
    assert to_show(found, desk, at("09-30T09:15")) == ()
    assert to_show(found, desk, at("09-30T09:16")) == (found[0],)
    assert next_moment(found, desk, now) == until
    assert next_moment(found, Desk(seen={found[0].id}), now) == found[1].at
    assert next_moment(found, Desk(), at("10-30T09:00")) is None


def test_that_what_came_meanwhile_is_listed_at_the_start_with_its_age() -> None:
    found = [*of(ITEM), *of(Due(PROMISE, 2, "li", day("09-29")))]
    rows = missed(found, Desk(), at("09-30T10:00"))
    assert [(row.reminder.id.kind, row.ago) for row in rows] == [
        (PROMISE, dt.timedelta(days=1, hours=1)),
        (RENEWAL, dt.timedelta(hours=1)),
    ]
    assert missed(of(ITEM), Desk(), at("09-30T09:00")) == ()  # now is not missed


# ---------------------------------------------------------------- clocks


def test_that_the_hour_that_comes_twice_is_told_apart() -> None:
    """25 October 2026, Berlin: 02:30 comes twice; ten minutes before the second is between."""
    second = dt.datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN)
    first = second.replace(fold=0)
    sunday = WorkCalendar({day("10-25"): True})
    found = of(Due(CALLBACK, 1, "li", day("10-25"), second), sunday, BERLIN)
    assert to_show(found, Desk(), first) == ()
    assert to_show(found, Desk(), second)[0].id.stage is ReminderStage.DUE
    assert shifted(first, 60) == second
    assert shifted(first, 60).fold == 1
    assert next_moment(found, Desk(), first) == found[0].at.astimezone(dt.UTC)
    snoozed = Desk(snoozed={each.id: second for each in found})
    assert to_show(found, snoozed, first) == ()


def test_that_a_time_the_clock_skips_is_the_one_an_hour_later() -> None:
    """29 March 2026, Berlin: from 02:00 to 03:00."""
    found = local_moment(day("03-29"), dt.time(2, 30), BERLIN)
    assert (found.hour, found.minute) == (3, 30)
    assert local_moment(day("03-28"), dt.time(2, 30), BERLIN).hour == 2


ZONES = [CHINA, BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Australia/Lord_Howe")]


@given(
    st.sampled_from(ReminderKind),
    st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31)),
    st.times(),
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_that_reminders_are_in_order_on_working_days_and_end_before_the_manager_hears(
    kind: ReminderKind, on: dt.date, clock: dt.time, zone: ZoneInfo, has_manager: bool
) -> None:
    moment = local_moment(on, clock, zone)
    due = Due(kind, 1, "li", moment.date(), moment, "zhao" if has_manager else None)
    found = of(due, zone=zone)
    utc = [each.at.astimezone(dt.UTC) for each in found]
    assert utc == sorted(utc)
    assert len({each.id for each in found}) == len(found)
    for each in found:
        assert each.at.tzinfo is zone
        if each.id.stage is ReminderStage.ESCALATED:
            assert each.at.astimezone(dt.UTC) > moment.astimezone(dt.UTC) or kind is not CALLBACK
            assert CALENDAR.is_working(each.at.date())
        elif each.id.minutes == 0 and kind is not CALLBACK:
            assert CALENDAR.is_working(each.at.date())
            assert each.at.date() <= due.day
    last = max(utc, default=None)
    if last is not None:
        assert next_moment(found, Desk(), last) is None
        assert to_show(found, Desk(), last.astimezone(zone))


def test_that_a_week_without_holidays_needs_no_calendar() -> None:
    assert len(of(Due(PROMISE, 1, "li", day("09-15")), WEEKDAYS)) == 2
