"""Contacts as an iCalendar file (RFC 5545) for other calendar programs.

A contact keeps its UID for good; SEQUENCE is its version and DTSTAMP the moment of its last change,
so the same calendar gives the same file. Phones are masked, notes stay inside.
"""

import datetime as dt
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from icalendar import Alarm, Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vText
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from desktop_app import VERSION, clock
from desktop_app.domain.agenda import CALL_MINUTES, MINUTES, ItemKind, kind_word
from desktop_app.domain.reminders import local_moment
from desktop_app.i18n import _
from desktop_app.reports.output import new_file
from desktop_app.services.agenda_board import AgendaItem

REFRESH: Final = dt.timedelta(hours=1)
"""How often programs that subscribe to the file should read it again."""
_BEFORE_VISIT: Final = dt.timedelta(minutes=60)
_BEFORE_CALL: Final = dt.timedelta(minutes=10)
_BEFORE_DAY: Final = dt.timedelta(hours=15)  # at nine in the morning of the day before
_DAY: Final = dt.timedelta(days=1)
_REGISTRY: Final = r"SYSTEM\CurrentControlSet\Control\TimeZoneInformation"


def write_ics(
    items: Sequence[AgendaItem],
    path: Path,
    title: str,
    *,
    overwrite: bool = False,
    zone: ZoneInfo | None = None,
) -> Path:
    """Write a calendar file, whole or not at all; see `to_ics`. Raises FileProblemError."""
    content = to_ics(items, title, zone or local_zone())
    with new_file(path, overwrite=overwrite) as part:
        part.write_bytes(content)
    return path


def to_ics(items: Iterable[AgendaItem], title: str, zone: ZoneInfo | None) -> bytes:
    """Visits, calls and callbacks as a calendar.

    Args:
        items: what goes in; other kinds are left out.
        title: name of the calendar.
        zone: where the times of day are meant; unknown: they are written as moments in UTC.

    Returns:
        The bytes of the file, UTF-8, lines folded.
    """
    wanted = [item for item in items if item.kind in _SIGNS]
    has_names = len({item.user_id for item in wanted}) > 1
    made = Calendar()
    made.add("prodid", f"-//Winback Desk//winback {VERSION}//EN")
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", vText(_clean(title)))
    made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", "PT1H")
    if zone is not None:
        made.add("x-wr-timezone", vText(zone.key))
    events = [_event(item, zone, has_names=has_names) for item in wanted]
    days = [item.day for item in wanted if item.starts_at is not None]
    if zone is not None and days:
        made.add_component(_time_zone(zone, min(days), max(days)))
    for event in events:
        made.add_component(event)
    return bytes(made.to_ical())


_SIGNS: Final = {
    ItemKind.VISIT: "visit",
    ItemKind.CALL: "visit",  # one table: a visit that becomes a call stays the same event
    ItemKind.CALLBACK: "callback",
}


def _event(item: AgendaItem, zone: ZoneInfo | None, *, has_names: bool) -> Event:
    made = Event()
    made.add("uid", f"{_SIGNS[item.kind]}-{item.id}@winback-desk")
    made.add("dtstamp", item.changed_at.astimezone(dt.UTC))
    made.add("last-modified", item.changed_at.astimezone(dt.UTC))
    made.add("sequence", item.version)
    _add_time(made, item, zone)
    made.add("summary", _summary(item, has_names=has_names))
    if words := _description(item):
        made.add("description", words)
    if item.address and item.kind is ItemKind.VISIT:
        made.add("location", _clean(item.address))
    made.add("categories", [kind_word(item.kind)])
    made.add("class", "PRIVATE")
    made.add("status", _status(item))
    if item.is_open:
        made.add_component(_alarm(item))
    else:
        made.add("transp", "TRANSPARENT")
    return made


def _add_time(made: Event, item: AgendaItem, zone: ZoneInfo | None) -> None:
    """A day, or a time with a length: an end as a wall time could be there twice."""
    if item.starts_at is None:
        made.add("dtstart", item.day)
        made.add("dtend", item.day + _DAY)
        return
    if item.moment is not None:
        start = item.moment.astimezone(zone)
    elif zone is not None:
        start = local_moment(item.day, item.starts_at, zone)
    else:
        start = dt.datetime.combine(item.day, item.starts_at).astimezone()
    if zone is None or start.fold:
        start = start.astimezone(dt.UTC)
    made.add("dtstart", start)
    usual = MINUTES if item.kind is ItemKind.VISIT else CALL_MINUTES
    made.add("duration", dt.timedelta(minutes=max(item.minutes or usual, 1)))


def _summary(item: AgendaItem, *, has_names: bool) -> str:
    parts = [kind_word(item.kind), item.customer]
    if item.is_provisional:
        parts.append(_("(provisional)"))
    if has_names and item.user:
        parts.append(f"· {item.user}")
    return _clean(" ".join(filter(None, parts)))


def _description(item: AgendaItem) -> str:
    facts = (
        (_("What for"), item.what_for),
        (_("Customer number"), item.customer_number),
        (_("Phone"), item.phone),
        (_("Case"), item.case_number),
    )
    lines = [_("{name}: {value}").format(name=name, value=value) for name, value in facts if value]
    return _clean("\n".join(lines))


def _status(item: AgendaItem) -> str:
    if item.is_cancelled:
        return "CANCELLED"
    return "TENTATIVE" if item.is_provisional else "CONFIRMED"


def _alarm(item: AgendaItem) -> Alarm:
    made = Alarm()
    before = _BEFORE_VISIT if item.kind is ItemKind.VISIT else _BEFORE_CALL
    made.add("action", "DISPLAY")
    made.add("description", _summary(item, has_names=False))
    made.add("trigger", -(_BEFORE_DAY if item.starts_at is None else before))
    return made


def _clean(text: str) -> str:
    """A text without the control characters that a calendar file must not hold."""
    return "".join(each for each in text if each in "\n\t" or (each >= " " and each != "\x7f"))


# ---------------------------------------------------------------- time zones


def local_zone() -> ZoneInfo | None:
    """The time zone of this machine by its name; None when it has none that is known."""
    return next((zone for name in _zone_names() if (zone := _zone(name)) is not None), None)


def _zone_names() -> Iterator[str]:
    yield os.environ.get("TZ", "").lstrip(":")
    if sys.platform == "win32":  # pragma: no cover
        import winreg  # noqa: PLC0415

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, _REGISTRY) as key:
            name = str(winreg.QueryValueEx(key, "TimeZoneKeyName")[0]).split("\0")[0]
        yield WINDOWS_TO_OLSON.get(name, "")
    yield str(Path("/etc/localtime").resolve()).rpartition("/zoneinfo/")[2]


def _zone(name: str) -> ZoneInfo | None:
    """A zone, if it is known and says the time of this machine over a year."""
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    year = clock.today().year
    moments = [dt.datetime(year, month, 1, tzinfo=dt.UTC) for month in range(1, 13)]
    is_ours = all(
        moment.astimezone().utcoffset() == moment.astimezone(zone).utcoffset() for moment in moments
    )
    return zone if is_ours else None


def _time_zone(zone: ZoneInfo, first: dt.date, last: dt.date) -> Timezone:
    """The rules of a zone over the years of some days, a part for each change of its clocks.

    The library's own says the hour after the change in spring; RFC 5545 wants the one before.
    """
    made = Timezone()
    made.add("tzid", zone.key)
    begin = dt.datetime(first.year, 1, 1, tzinfo=dt.UTC) - _DAY
    end = dt.datetime(last.year, 12, 31, tzinfo=dt.UTC) + 2 * _DAY
    offset = begin.astimezone(zone).utcoffset() or dt.timedelta()
    made.add_component(_observance(zone, begin, offset))
    for moment in _changes(zone, begin, end):
        made.add_component(_observance(zone, moment, offset))
        offset = moment.astimezone(zone).utcoffset() or dt.timedelta()
    return made


def _observance(zone: ZoneInfo, moment: dt.datetime, before: dt.timedelta) -> Any:
    local = moment.astimezone(zone)
    made = TimezoneDaylight() if local.dst() else TimezoneStandard()
    made.add("dtstart", (moment + before).replace(tzinfo=None))
    made.add("tzoffsetfrom", before)
    made.add("tzoffsetto", local.utcoffset())
    made.add("tzname", local.tzname() or zone.key)
    return made


def _changes(zone: ZoneInfo, begin: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The moments, to the minute, at which the clocks of a zone are changed."""
    days = [begin + _DAY * number for number in range((end - begin).days + 1)]
    for low, high in pairwise(days):
        if _rule(zone, low) == _rule(zone, high):
            continue
        minutes = int(_DAY.total_seconds()) // 60
        first, last = 0, minutes
        while last - first > 1:
            middle = (first + last) // 2
            is_before = _rule(zone, low + dt.timedelta(minutes=middle)) == _rule(zone, low)
            first, last = (middle, last) if is_before else (first, middle)
        yield low + dt.timedelta(minutes=last)


def _rule(zone: ZoneInfo, moment: dt.datetime) -> tuple[object, object]:
    local = moment.astimezone(zone)
    return local.utcoffset(), local.tzname()
