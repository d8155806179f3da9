"""Working days and working hours: public holidays, make-up working days 调休, lunch.

Weekends and weekdays follow from the weekday; only the days that differ are known as exceptions.
Sources: the holiday notices of the State Council (`resources/reference/calendar.toml`) and the
response times of S4f-40 and S4f-49: the shortest time, by class.

Hours are those of the wall clock in the zone the moments carry. All moments of one call carry the
same zone; whoever asks turns stored moments into local ones first.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import Final, Protocol

from db.vocabulary import CustomerClass

_SATURDAY: Final = 5
_DAY: Final = dt.timedelta(days=1)
_HOURS_A_DAY: Final = 24

RESPONSE_HOURS: Final[Mapping[CustomerClass | None, int]] = MappingProxyType(
    {CustomerClass.A: 24, CustomerClass.B: 72, CustomerClass.C: 72, None: 72}
)
"""Hours until the first contact at the latest (S4f-40): 24 for class A, 72 for all others."""


class DayRow(Protocol):
    """One day of the calendar file or of the table of days."""

    @property
    def day(self) -> dt.date:
        """The day."""

    @property
    def is_working(self) -> bool:
        """Whether people work on it."""


def exceptions(rows: Iterable[DayRow]) -> dict[dt.date, bool]:
    """Days by date; of two rows for one day the later wins, so people's own come last."""
    return {row.day: row.is_working for row in rows}


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Working time of a day; lunch may be left out.

    Raises:
        ValueError: the times are not in order.
    """

    start: dt.time = dt.time(9)
    end: dt.time = dt.time(18)
    lunch_start: dt.time | None = dt.time(12)
    lunch_end: dt.time | None = dt.time(13, 30)

    def __post_init__(self) -> None:
        if (self.lunch_start is None) != (self.lunch_end is None):
            raise ValueError("lunch needs both its start and its end")
        times = [time for window in self.windows for time in window]
        if any(before >= after for before, after in pairwise(times)):
            raise ValueError("working hours and lunch are not in order")

    @property
    def windows(self) -> tuple[tuple[dt.time, dt.time], ...]:
        """The one or two stretches of working time."""
        if self.lunch_start is None or self.lunch_end is None:
            return ((self.start, self.end),)
        return ((self.start, self.lunch_start), (self.lunch_end, self.end))


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Which days and hours are worked.

    Attributes:
        exceptions: Days that differ from their weekday.
        hours: Working time of a day.
        fixed: Festivals by month and day, off in each year from the one given on, also while the
            holidays of the year are not known.
    """

    exceptions: Mapping[dt.date, bool] = field(default_factory=dict)
    hours: WorkHours = WorkHours()
    fixed: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def is_working(self, day: dt.date) -> bool:
        """Whether people work on a day."""
        usual = day.weekday() < _SATURDAY and not self._is_fixed(day)
        return self.exceptions.get(day, usual)

    def _is_fixed(self, day: dt.date) -> bool:
        since = self.fixed.get((day.month, day.day))
        return since is not None and day.year >= since

    def knows(self, year: int) -> bool:
        """Whether the holidays of a year are known; they are published each November."""
        return any(day.year == year for day in self.exceptions)

    def add_working_days(self, day: dt.date, count: int) -> dt.date:
        """So many working days later, or earlier for a negative count."""
        step = _DAY if count > 0 else -_DAY
        for _number in range(abs(count)):
            day += step
            while not self.is_working(day):
                day += step
        return day

    def next_working_day(self, day: dt.date) -> dt.date:
        """The first working day after a day."""
        return self.add_working_days(day, 1)

    def same_or_next(self, day: dt.date) -> dt.date:
        """The day itself if it is worked, else the next working day."""
        return day if self.is_working(day) else self.next_working_day(day)

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Working days after `start` up to and with `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (end - start).days
        return sum(self.is_working(start + _DAY * number) for number in range(1, days + 1))

    def windows(self, day: dt.date) -> tuple[tuple[dt.time, dt.time], ...]:
        """The stretches of working time of a day; none on a day off."""
        return self.hours.windows if self.is_working(day) else ()

    def is_working_time(self, moment: dt.datetime) -> bool:
        """Whether people work at a moment; the end of a stretch is no longer part of it."""
        clock = moment.time()
        return any(start <= clock < end for start, end in self.windows(moment.date()))

    def working_day_length(self) -> dt.timedelta:
        """Working time of one day."""
        day = dt.date.min
        return sum(
            (
                dt.datetime.combine(day, end) - dt.datetime.combine(day, start)
                for start, end in self.hours.windows
            ),
            dt.timedelta(),
        )

    def working_time_between(self, start: dt.datetime, end: dt.datetime) -> dt.timedelta:
        """Working time from one moment to a later one; nothing if it is not later."""
        begun = takewhile(lambda stretch: stretch[0] < end, self._stretches(start))
        return sum((min(closes, end) - opens for opens, closes in begun), dt.timedelta())

    def add_working_time(self, start: dt.datetime, length: dt.timedelta) -> dt.datetime:
        """The moment at which so much working time has passed, at the earliest.

        Outside working hours the time begins to run when work begins.
        """
        stretches = self._stretches(start)
        opens, closes = next(stretches)
        while length > closes - opens:
            length -= closes - opens
            opens, closes = next(stretches)
        return opens + length

    def due(self, start: dt.datetime, hours: float) -> dt.datetime:
        """When an answer promised within so many hours is due, counted over working time.

        24 hours are one working day: what comes in on Friday at three is due on Monday at three.
        """
        return self.add_working_time(start, self.working_day_length() * (hours / _HOURS_A_DAY))

    def first_contact_due(self, start: dt.datetime, klass: CustomerClass | None) -> dt.datetime:
        """When a departing customer must have been contacted for the first time (S4f-40)."""
        return self.due(start, RESPONSE_HOURS[klass])

    def _stretches(self, start: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Stretches of working time from a moment on, cut at it; without end."""
        day = start.date()
        while True:
            for opens, closes in self.windows(day):
                end = dt.datetime.combine(day, closes, start.tzinfo)
                if end > start:
                    yield max(start, dt.datetime.combine(day, opens, start.tzinfo)), end
            day = self.next_working_day(day)


WEEKDAYS: Final = WorkCalendar()
"""Monday to Friday, no holidays known."""
