"""What XPath values become: text, number, truth; and dates and times as ODK writes them.

A value is what lxml hands to a function: a list of nodes, a text, a number or a truth value.
"""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any, Final

from desktop_app import clock

EPOCH: Final = date(1970, 1, 1)
DAY_SECONDS: Final = 86_400
_DATE: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_MOMENT: Final = re.compile(
    r"(\d{4}-\d{1,2}-\d{1,2})[T ](\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)\s*(Z|[+-]\d{2}(?::?\d{2})?)?"
)
_TIME: Final = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?"
)
_NUMBER: Final = re.compile(r"\s*-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?\s*")
_NAN: Final = math.nan


def text_of(value: Any) -> str:
    """A value as text; of several nodes the first counts."""
    if isinstance(value, list):
        return node_text(value[0]) if value else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(float(value))
    return str(value)


def node_text(node: Any) -> str:
    """The text inside a node."""
    if isinstance(node, str):
        return str(node)
    if len(node) == 0:
        return node.text or ""
    return "".join(node.itertext())


def number_text(value: float) -> str:
    """A number as XPath writes it: no exponent, no needless point."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == int(value):
        return str(int(value))
    text = f"{value:.15g}"  # as many digits as are certain: 0.1 + 0.2 is 0.3
    return f"{value:.20f}".rstrip("0") if "e" in text else text


def truth_of(value: Any) -> bool:
    """Whether a value counts as true: a text that is not empty, a number that is not 0."""
    if isinstance(value, (int, float)):
        return not (value == 0 or math.isnan(value))
    return text_of(value) != ""


def texts_of(values: Iterable[Any]) -> list[str]:
    """Each node of each value as text."""
    found: list[str] = []
    for value in values:
        if isinstance(value, list):
            found.extend(node_text(node) for node in value)
        else:
            found.append(text_of(value))
    return found


# Numbers -----------------------------------------------------------------------------------------


def number_of(value: Any) -> float:
    """A value as a number; a date or a moment as days since 1970 on the clock of this machine."""
    if isinstance(value, (bool, int, float)):
        return float(value)
    return text_number(text_of(value))


def text_number(text: str) -> float:
    """A text as a number, dates as days; not a number when it is neither."""
    if _NUMBER.fullmatch(text):
        return float(text)
    moment = parse_moment(text)
    if moment is not None:
        return wall_days(moment)
    day = parse_date(text)
    return float((day - EPOCH).days) if day is not None else _NAN


def utc_days(value: Any) -> float:
    """Days since 1970-01-01 UTC of a moment; a date as whole days."""
    text = text_of(value)
    moment = parse_moment(text)
    if moment is None:
        return number_of(value)
    return moment.timestamp() / DAY_SECONDS


def wall_days(moment: datetime) -> float:
    """Days since 1970 as the clock on the wall shows them, so that a day begins at midnight."""
    local = clock.local(moment)
    seconds = local.hour * 3600 + local.minute * 60 + local.second + local.microsecond / 1e6
    return (local.date() - EPOCH).days + seconds / DAY_SECONDS


# Dates and times ---------------------------------------------------------------------------------


def parse_date(text: str) -> date | None:
    """``2026-08-31`` as a date, None when it is none."""
    text = text.strip()
    if not _DATE.fullmatch(text):
        return None
    year, month, day = map(int, text.split("-"))
    try:
        return date(year, month, day)
    except ValueError:
        return None


def parse_moment(text: str) -> datetime | None:
    """``2026-08-31T14:30:00.000+08:00`` as a moment; without an offset it is local."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        return None
    day, hours = parse_date(match[1]), parse_time(match[2])
    if day is None or hours is None:
        return None
    offset = match[3]
    combined = datetime.combine(day, hours)
    if not offset:
        return combined.astimezone()
    zone = "+00:00" if offset == "Z" else offset
    zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:] or '00'}"
    try:
        return datetime.fromisoformat(combined.isoformat() + zone)
    except ValueError:
        return None


def parse_time(text: str) -> time | None:
    """``14:30:00.000+08:00`` as a time of day; the offset is ignored."""
    match = _TIME.fullmatch(text.strip())
    if match is None:
        return None
    fraction = int((match[4] or "0")[:6].ljust(6, "0"))
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0), fraction)
    except ValueError:
        return None


def moment_text(moment: datetime) -> str:
    """A moment as ODK writes it: milliseconds and the offset of this machine."""
    return clock.local(moment).isoformat(timespec="milliseconds")


def date_of(value: Any) -> date | None:
    """A value as a date: a text of one, a moment's local date, or days since 1970."""
    if not isinstance(value, (int, float)):
        text = text_of(value)
        moment = parse_moment(text)
        if moment is not None:
            return clock.local(moment).date()
        day = parse_date(text)
        if day is not None:
            return day
    days = number_of(value)
    if math.isnan(days) or not -719_162 <= days <= 2_932_896:  # noqa: PLR2004  (years 1 to 9999)
        return None
    return date.fromordinal(EPOCH.toordinal() + math.floor(days))


def moment_of(value: Any) -> datetime | None:
    """A value as a moment: a text of one, midnight of a date, or days since 1970."""
    if not isinstance(value, (int, float)):
        moment = parse_moment(text_of(value))
        if moment is not None:
            return moment
    day = date_of(value)
    if day is None:
        return None
    days = number_of(value)
    seconds = round((days - math.floor(days)) * DAY_SECONDS) if not math.isnan(days) else 0
    midnight = datetime.combine(day, time())
    hours, rest = divmod(seconds, 3600)
    if hours >= 24:  # noqa: PLR2004  (rounded up to the next day)
        return midnight.astimezone()
    return midnight.replace(hour=hours, minute=rest // 60, second=rest % 60).astimezone()
