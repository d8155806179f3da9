"""Functions of dates and times."""

import math
import re
from datetime import date, datetime
from typing import Any, Final

from desktop_app import clock
from desktop_app.questionnaire import values
from desktop_app.questionnaire.surroundings import surroundings

_MARK: Final = re.compile(r"%(.)")
_MONTHS: Final = (
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "May",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Oct",
    "Nov",
    "Dec",
)
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CHINESE_DAYS: Final = "一二三四五六日"


def today(_context: Any) -> str:
    """Today's date."""
    return clock.today().isoformat()


def now(_context: Any) -> str:
    """This moment with the offset of this machine."""
    return values.moment_text(clock.now())


def date_(_context: Any, value: Any) -> str:
    """A value as a date; empty when it is none."""
    day = values.date_of(value)
    return day.isoformat() if day is not None else ""


def date_time(_context: Any, value: Any) -> str:
    """A value as a moment; empty when it is none."""
    moment = values.moment_of(value)
    return values.moment_text(moment) if moment is not None else ""


def decimal_date_time(_context: Any, value: Any) -> float:
    """Days since 1970-01-01 UTC."""
    return values.utc_days(value)


def decimal_time(_context: Any, value: Any) -> float:
    """A time of day as a part of the day."""
    text = values.text_of(value)
    moment = values.parse_moment(text)
    found = clock.local(moment).time() if moment is not None else values.parse_time(text)
    if found is None:
        return math.nan
    seconds = found.hour * 3600 + found.minute * 60 + found.second + found.microsecond / 1e6
    return seconds / values.DAY_SECONDS


def format_date(_context: Any, value: Any, shape: Any) -> str:
    """A date in a shape like ``%Y-%m-%d``."""
    day = values.date_of(value)
    return _formatted(day, values.text_of(shape)) if day is not None else ""


def format_date_time(_context: Any, value: Any, shape: Any) -> str:
    """A moment in a shape like ``%Y-%m-%d %H:%M``."""
    moment = values.moment_of(value)
    return _formatted(clock.local(moment), values.text_of(shape)) if moment is not None else ""


def _formatted(moment: date, shape: str) -> str:
    is_chinese = surroundings().is_chinese
    hours = (
        moment if isinstance(moment, datetime) else datetime.combine(moment, datetime.min.time())
    )
    marks = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:02}",
        "n": str(moment.month),
        "b": f"{moment.month}月" if is_chinese else _MONTHS[moment.month - 1],
        "d": f"{moment.day:02}",
        "e": str(moment.day),
        "a": "周" + _CHINESE_DAYS[moment.weekday()] if is_chinese else _DAYS[moment.weekday()],
        "H": f"{hours.hour:02}",
        "h": str(hours.hour),
        "M": f"{hours.minute:02}",
        "S": f"{hours.second:02}",
        "3": f"{hours.microsecond // 1000:03}",
        "W": str(moment.isocalendar().week),
        "%": "%",
    }
    return _MARK.sub(lambda found: marks.get(found[1], found[0]), shape)
