"""How far back a page with figures looks: the months of a period."""

import datetime as dt
from enum import StrEnum
from typing import Final

from desktop_app.i18n import N_


class Period(StrEnum):
    """How far back a page looks."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    ALL = "all"


PERIODS: Final = (
    (Period.MONTH, N_("This month")),
    (Period.QUARTER, N_("Last 3 months")),
    (Period.YEAR, N_("Last 12 months")),
    (Period.ALL, N_("Everything")),
)
_MONTHS_BACK: Final = {Period.MONTH: 0, Period.QUARTER: 2, Period.YEAR: 11}


def start_of(period: Period, today: dt.date) -> dt.date | None:
    """The first day of a period: the first of a month."""
    if period is Period.ALL:
        return None
    number = today.year * 12 + today.month - 1 - _MONTHS_BACK[period]
    return dt.date(number // 12, number % 12 + 1, 1)
