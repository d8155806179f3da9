"""The working calendar of a workspace: what is shipped, what people change, what follows."""

import datetime as dt

import pytest
from pydantic import ValidationError

from db import calendar_days, shipped
from db.session import SYSTEM, Actor
from desktop_app.domain.work_calendar import WorkHours
from desktop_app.errors import NotFoundError
from desktop_app.services import calendar
from desktop_app.services.calendar import DayDraft, HoursDraft
from tests.factories import Desk

NATIONAL_DAY = dt.date(2026, 10, 1)
PLAIN = dt.date(2026, 9, 16)


def test_that_the_shipped_holidays_are_there(desk: Desk, agent: Actor) -> None:
    days = desk.look(agent, calendar.work_calendar)
    assert not days.is_working(NATIONAL_DAY)
    assert days.is_working(PLAIN)
    assert NATIONAL_DAY in desk.look(agent, calendar.festivals)
    listed = {line.day: line for line in desk.look(agent, calendar.list_days, 2026)}
    assert {day.year for day in listed} == {2026}
    assert (listed[NATIONAL_DAY].is_festival, listed[NATIONAL_DAY].zh) == (True, "国庆节")
    made_up = [line for line in listed.values() if line.is_working]
    assert made_up
    assert all(line.day.weekday() >= 5 and days.is_working(line.day) for line in made_up)
    assert len(desk.look(agent, calendar.list_days)) > len(listed)
    assert desk.do(SYSTEM, calendar_days.seed) == 0


def test_that_festivals_of_the_law_are_off_before_the_notice_comes(
    desk: Desk, admin: Actor, agent: Actor, fixed_time: object
) -> None:
    new_year, labour_day = dt.date(2027, 1, 1), dt.date(2027, 5, 1)
    days = desk.look(agent, calendar.work_calendar)
    assert not days.knows(2027)
    assert not any(map(days.is_working, (new_year, dt.date(2028, 5, 2), dt.date(2029, 10, 3))))
    assert days.is_working(dt.date(2027, 1, 4))
    assert {new_year, labour_day} <= desk.look(agent, calendar.festivals)
    named = desk.look(agent, calendar.named_days, 2027)
    assert [f"{line.day:%m-%d} {line.zh}" for line in named] == [
        "01-01 元旦", "05-01 劳动节", "05-02 劳动节",
        "10-01 国庆节", "10-02 国庆节", "10-03 国庆节",
    ]  # fmt: skip
    assert desk.look(agent, calendar.list_days, 2027) == []  # nothing is entered yet
    draft = DayDraft(day=new_year, is_working=True, zh="照常上班", en="We work")
    desk.do(admin, calendar.set_day, draft)
    assert desk.look(agent, calendar.work_calendar).is_working(new_year)
    assert new_year not in desk.look(agent, calendar.festivals)
    named = desk.look(agent, calendar.named_days, 2027)
    assert [line.zh for line in named[:2]] == ["照常上班", "劳动节"]


def test_that_people_change_days_and_undo_it(desk: Desk, admin: Actor, agent: Actor) -> None:
    before = desk.rows("calendar_day")
    draft = DayDraft(day=PLAIN, is_working=False, zh="店庆", en="Anniversary")
    desk.do(admin, calendar.set_day, draft)
    assert not desk.look(agent, calendar.work_calendar).is_working(PLAIN)
    desk.do(admin, calendar.set_day, draft.model_copy(update={"is_working": True}))
    assert desk.look(agent, calendar.work_calendar).is_working(PLAIN)
    desk.do(admin, calendar.remove_day, PLAIN)
    assert desk.rows("calendar_day") == before
    for _step in range(3):
        desk.undo()
    assert desk.rows("calendar_day") == before


def test_that_a_shipped_day_that_was_removed_does_not_come_back(desk: Desk, admin: Actor) -> None:
    desk.do(admin, calendar.remove_day, NATIONAL_DAY)
    desk.do(SYSTEM, shipped.seed)
    assert desk.look(admin, calendar.work_calendar).is_working(NATIONAL_DAY)
    assert NATIONAL_DAY not in desk.look(admin, calendar.festivals)
    assert NATIONAL_DAY not in {line.day for line in desk.look(admin, calendar.list_days)}
    with pytest.raises(NotFoundError, match="2026-09-16 is not in the working calendar"):
        desk.do(admin, calendar.remove_day, PLAIN)


def test_that_the_hours_are_those_of_the_workspace(desk: Desk, admin: Actor, agent: Actor) -> None:
    assert desk.look(agent, calendar.work_calendar).hours == WorkHours()
    draft = HoursDraft(start=dt.time(8), end=dt.time(17), lunch_start=None, lunch_end=None)
    desk.do(admin, calendar.change_hours, draft)
    assert desk.look(agent, calendar.hours) == draft
    hours = desk.look(agent, calendar.work_calendar).hours
    assert hours.windows == ((dt.time(8), dt.time(17)),)
    desk.undo()
    assert desk.look(agent, calendar.work_calendar).hours == WorkHours()
    for wrong in ({"start": dt.time(19)}, {"lunch_end": None}):
        with pytest.raises(ValidationError, match="in order"):
            HoursDraft(**wrong)
