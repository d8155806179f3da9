"""Months and periods of months: what "every two months" means at month ends and in leap years."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

MONTHS_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Days from the first to the last, both included."""

    first: dt.date
    last: dt.date

    def __contains__(self, day: dt.date) -> bool:
        return self.first <= day <= self.last


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day so many months later (earlier if negative); the last day of a shorter month.

    31 January and one month is 28 or 29 February.
    """
    year, month = divmod(month_number(day) + months, MONTHS_A_YEAR)
    length = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, length))


def month_number(day: dt.date) -> int:
    """Months since the beginning of the count of years."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def period_of(day: dt.date, months: int) -> Period:
    """The period of so many calendar months in which a day lies.

    Periods are counted from the beginning of the count of years, so those of 1, 2, 3, 4, 6 and 12
    months begin anew each January.
    """
    number = month_number(day)
    start = add_months(day.replace(day=1), -(number % months))
    return Period(start, add_months(start, months) - dt.timedelta(days=1))


def periods(first: dt.date, last: dt.date, months: int) -> Iterator[Period]:
    """All periods of so many months that hold a day from the first to the last, in order."""
    period = period_of(first, months)
    while period.first <= last:
        yield period
        period = period_of(period.last + dt.timedelta(days=1), months)
