"""The working calendar of the workspace: holidays, make-up working days 调休, working hours.

Weekends and weekdays follow from the weekday; only the days that differ are kept.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Final, Self, cast

from pydantic import Field, model_validator
from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from db import journal, task_force_files
from db.models import CalendarDay
from desktop_app import clock
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.permissions import Action
from desktop_app.domain.work_calendar import WEEKDAYS, WorkCalendar, WorkHours
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.services import access, workspace_settings

KEY: Final = "work_hours"
_YEARS_AHEAD: Final = 4
_CALENDAR: Final = cast("Table", CalendarDay.__table__)
_DAYS: Final = select(_CALENDAR.c.day, _CALENDAR.c.is_working, _CALENDAR.c.is_festival)
"""Asked at every contact: made once, and of the connection, which gives the rows as they are."""
SEED_TITLE: Final = N_("Add the holidays of the program")


class HoursDraft(Draft):
    """Working hours of every working day; lunch may be left out."""

    start: Annotated[dt.time, Field(title=N_("Work begins at"))] = WorkHours().start
    end: Annotated[dt.time, Field(title=N_("Work ends at"))] = WorkHours().end
    lunch_start: Annotated[dt.time | None, Field(title=N_("Lunch begins at"))] = (
        WorkHours().lunch_start
    )
    lunch_end: Annotated[dt.time | None, Field(title=N_("Lunch ends at"))] = WorkHours().lunch_end

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        try:
            self.hours()
        except ValueError as error:
            text = _("Give work and lunch in order, and both ends of lunch or neither.")
            raise ValueError(text) from error
        return self

    def hours(self) -> WorkHours:
        """The hours as the rules count with them."""
        return WorkHours(self.start, self.end, self.lunch_start, self.lunch_end)


class DayDraft(Draft):
    """A day that is not what its weekday says. On a festival nobody is called."""

    day: dt.date
    is_working: bool
    is_festival: bool = False
    zh: Annotated[Text, Field(max_length=80)] = ""
    en: Annotated[Text, Field(max_length=80)] = ""


@dataclass(frozen=True, slots=True)
class DayLine:
    """One day of the calendar."""

    day: dt.date
    is_working: bool
    is_festival: bool
    zh: str
    en: str


def list_days(session: Session, year: int | None = None) -> list[DayLine]:
    """The days that differ from their weekday or have a name, in order; of one year or of all."""
    access.require(session, Action.VIEW)
    statement = select(CalendarDay).order_by(CalendarDay.day)
    if year is not None:
        statement = statement.where(
            CalendarDay.day.between(dt.date(year, 1, 1), dt.date(year, 12, 31))
        )
    found = [
        DayLine(row.day, row.is_working, row.is_festival, row.zh, row.en)
        for row in session.scalars(statement)
    ]
    return [each for each in found if not _is_plain(each)]


def set_day(session: Session, draft: DayDraft) -> None:
    """Say what a day is."""
    access.require(session, Action.EDIT_SETTINGS)
    journal.name_change(session, N_("Change {day} in the working calendar"), day=draft.day)
    row = _row(session, draft.day)
    if row is None:
        session.add(CalendarDay(**draft.model_dump()))
    else:
        _set(row, draft)
    session.flush()


def remove_day(session: Session, day: dt.date) -> None:
    """Let a day be what its weekday says; a new version of the program does not bring it back.

    Raises:
        NotFoundError: the day is not in the calendar.
    """
    access.require(session, Action.EDIT_SETTINGS)
    row = _row(session, day)
    if row is None:
        text = _("{day} is not in the working calendar.")
        raise NotFoundError(text.format(day=day.isoformat()))
    journal.name_change(session, N_("Remove {day} from the working calendar"), day=day)
    if any(each.day == day for each in task_force_files.holidays()):
        _set(row, DayDraft(day=day, is_working=WEEKDAYS.is_working(day)))
    else:
        session.delete(row)
    session.flush()


def hours(session: Session) -> HoursDraft:
    """The working hours as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, HoursDraft)


def change_hours(session: Session, draft: HoursDraft) -> None:
    """Set the working hours for everybody."""
    workspace_settings.change_draft(session, KEY, draft)


def work_calendar(session: Session) -> WorkCalendar:
    """Which days and hours are worked."""
    access.require(session, Action.VIEW)
    rows = session.connection().execute(_DAYS)
    differing = {row.day: row.is_working for row in rows}
    return WorkCalendar(differing, hours(session).hours(), task_force_files.fixed_dates())


def festivals(session: Session) -> frozenset[dt.date]:
    """Days on which nobody is called; of years to come those that are known without a notice."""
    access.require(session, Action.VIEW)
    rows = session.connection().execute(_DAYS).all()
    this_year = clock.today().year
    fixed = {
        each.day
        for year in range(this_year, this_year + _YEARS_AHEAD)
        for each in task_force_files.fixed_holidays(year)
    }
    known = {row.day for row in rows}
    return frozenset(row.day for row in rows if row.is_festival) | (fixed - known)


def named_days(session: Session, year: int) -> list[DayLine]:
    """The days of a year that differ or have a name, with festivals known without a notice."""
    access.require(session, Action.VIEW)
    found = list_days(session, year)
    known = set(session.scalars(select(CalendarDay.day)))
    fixed = task_force_files.fixed_holidays(year)
    found += [
        DayLine(each.day, each.is_working, each.is_statutory, each.zh, each.en)
        for each in fixed
        if each.day not in known
    ]
    return sorted(found, key=lambda line: line.day)


def _row(session: Session, day: dt.date) -> CalendarDay | None:
    return session.scalar(select(CalendarDay).where(CalendarDay.day == day))


def _set(row: CalendarDay, draft: DayDraft) -> None:
    for name, value in draft.model_dump().items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _is_plain(line: DayLine) -> bool:
    is_named = bool(line.zh or line.en or line.is_festival)
    return not is_named and line.is_working == WEEKDAYS.is_working(line.day)
