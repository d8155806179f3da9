"""What stands in a calendar: what clashes, which days hold too much, and how it is laid out.

Times are those of the wall clock where the people work. The rules know no customers: an entry is
of any kind that has these fields.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple, Protocol, TypeVar

from desktop_app.domain import months
from desktop_app.domain.work_calendar import WEEKDAYS, WorkCalendar
from desktop_app.i18n import N_, _

MINUTES: Final = 60
"""How long a visit without a length takes, at least for the calendar (design)."""
CALL_MINUTES: Final = 15
_DAY_MINUTES: Final = 24 * 60


class ItemKind(StrEnum):
    """What stands in a calendar, in the order of a day without times."""

    ABSENCE = "absence"
    VISIT = "visit"
    CALL = "call"
    CALLBACK = "callback"
    PROMISE = "promise"
    RENEWAL = "renewal"
    TASK = "task"


KIND_WORDS: Final[Mapping[ItemKind, str]] = {
    ItemKind.ABSENCE: N_("Absence"),
    ItemKind.VISIT: N_("Visit"),
    ItemKind.CALL: N_("Call"),
    ItemKind.CALLBACK: N_("Callback"),
    ItemKind.PROMISE: N_("Promise"),
    ItemKind.RENEWAL: N_("Renewal"),
    ItemKind.TASK: N_("Task"),
}
MOVABLE: Final = frozenset({ItemKind.VISIT, ItemKind.CALL})
"""What has a place of its own; the others follow their record."""
_CALLS: Final = frozenset({ItemKind.CALL, ItemKind.CALLBACK})
CONTACTS: Final = MOVABLE | _CALLS


def kind_word(kind: ItemKind) -> str:
    """The kind in words."""
    return _(KIND_WORDS[kind])


class ClashKind(StrEnum):
    """Why something cannot stay where it stands; the worst first."""

    ABSENT = "absent"
    FESTIVAL = "festival"
    DAY_OFF = "day_off"
    SAME_TIME = "same_time"
    OVERLOAD = "overload"


CLASH_WORDS: Final[Mapping[ClashKind, str]] = {
    ClashKind.ABSENT: N_("Away"),
    ClashKind.FESTIVAL: N_("Festival"),
    ClashKind.DAY_OFF: N_("Day off"),
    ClashKind.SAME_TIME: N_("At the same time"),
    ClashKind.OVERLOAD: N_("Too much"),
}


def clash_word(kind: ClashKind) -> str:
    """The clash in words."""
    return _(CLASH_WORDS[kind])


class Entry(Protocol):
    """An item of the calendar."""

    @property
    def id(self) -> uuid.UUID:
        """Key of its record."""

    @property
    def kind(self) -> ItemKind:
        """What it is."""

    @property
    def user_id(self) -> uuid.UUID | None:
        """Who does it."""

    @property
    def day(self) -> dt.date:
        """Its day."""

    @property
    def starts_at(self) -> dt.time | None:
        """When it begins, if it has a time."""

    @property
    def minutes(self) -> int | None:
        """How long it takes, if that is known."""

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""


EntryT = TypeVar("EntryT", bound=Entry)


class Place(NamedTuple):
    """A person on a day."""

    user_id: uuid.UUID | None
    day: dt.date


@dataclass(frozen=True, slots=True)
class Room:
    """What a day of somebody holds."""

    visits: int = 6
    calls: int = 20


@dataclass(frozen=True, slots=True)
class Load:
    """What stands on a day of somebody, open and done, and what the day holds."""

    visits: int = 0
    calls: int = 0
    room: Room = Room()

    @property
    def is_over(self) -> bool:
        """Whether it is more than the day holds."""
        return self.visits > self.room.visits or self.calls > self.room.calls

    @property
    def share(self) -> float:
        """How full the day is: 1 is full; the fuller of visits and calls."""
        return max(
            0.0 if not wanted else wanted / held if held else 2.0
            for wanted, held in ((self.visits, self.room.visits), (self.calls, self.room.calls))
        )


@dataclass(frozen=True, slots=True)
class Clash:
    """What does not go together, and where; `load` says it of a day that holds too much."""

    kind: ClashKind
    place: Place
    items: tuple[uuid.UUID, ...]
    load: Load | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """What clashes are judged by. `rooms`: a person left out has the usual room."""

    calendar: WorkCalendar = WEEKDAYS
    festivals: Collection[dt.date] = frozenset()
    away: Mapping[uuid.UUID, Collection[dt.date]] = field(default_factory=dict)
    rooms: Mapping[uuid.UUID, Room] = field(default_factory=dict)


def span(entry: Entry) -> tuple[int, int]:
    """From which to which minute of its day a timed entry lasts; cut at midnight."""
    start = 0 if entry.starts_at is None else entry.starts_at.hour * 60 + entry.starts_at.minute
    usual = CALL_MINUTES if entry.kind in _CALLS else MINUTES
    return start, min(start + max(entry.minutes or usual, 1), _DAY_MINUTES)


def loads(entries: Iterable[Entry], rooms: Mapping[uuid.UUID, Room]) -> dict[Place, Load]:
    """How much each person has to do on each day, days without anything left out."""
    visits: dict[Place, int] = defaultdict(int)
    calls: dict[Place, int] = defaultdict(int)
    for entry in entries:
        if entry.kind in CONTACTS and entry.user_id is not None:
            counted = calls if entry.kind in _CALLS else visits
            counted[Place(entry.user_id, entry.day)] += 1
    return {
        place: Load(visits[place], calls[place], rooms.get(place.user_id, Room()))
        for place in visits.keys() | calls.keys()
        if place.user_id is not None
    }


def clashes(
    entries: Iterable[Entry], rules: Rules, full: Mapping[Place, Load] | None = None
) -> list[Clash]:
    """What cannot stay as it stands, by day, person and how bad it is.

    Only contacts that are still open clash; of a day that holds too much all are named. Who is
    away is told of that alone: that the day is off, too, says nothing more. `full` are the loads
    where they are known already; else they follow from the entries.
    """
    entries = list(entries)
    by_place: dict[Place, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.kind in CONTACTS and entry.is_open:
            by_place[Place(entry.user_id, entry.day)].append(entry)
    full = loads(entries, rules.rooms) if full is None else full
    found: list[Clash] = []
    for place, here in by_place.items():
        found += _of_day(place, here, rules)
        found += [
            Clash(ClashKind.SAME_TIME, place, tuple(each.id for each in group))
            for group in _groups(here)
            if place.user_id is not None and len(group) > 1
        ]
        load = full.get(place)
        if load is not None and load.is_over:
            keys = tuple(each.id for each in here)
            found.append(Clash(ClashKind.OVERLOAD, place, keys, load))
    order = list(ClashKind)
    return sorted(
        found, key=lambda one: (one.place.day, str(one.place.user_id), order.index(one.kind))
    )


def _of_day(place: Place, here: Sequence[Entry], rules: Rules) -> list[Clash]:
    keys = tuple(each.id for each in here)
    planned = tuple(each.id for each in here if each.kind in MOVABLE)
    if place.user_id is not None and place.day in rules.away.get(place.user_id, ()):
        return [Clash(ClashKind.ABSENT, place, keys)]
    if place.day in rules.festivals:
        return [Clash(ClashKind.FESTIVAL, place, keys)]
    if planned and not rules.calendar.is_working(place.day):
        return [Clash(ClashKind.DAY_OFF, place, planned)]
    return []


def _groups(entries: Iterable[EntryT]) -> list[list[EntryT]]:
    """Timed entries that overlap, one with the next, together; each group in order of time."""
    timed = sorted((each for each in entries if each.starts_at is not None), key=_in_order)
    groups: list[list[EntryT]] = []
    end = -1
    for entry in timed:
        start, stop = span(entry)
        if start >= end:
            groups.append([])
        groups[-1].append(entry)
        end = max(end, stop)
    return groups


def _in_order(entry: Entry) -> tuple[int, int, str]:
    start, stop = span(entry)
    return start, -stop, str(entry.id)


class Slot(NamedTuple):
    """Which of how many columns side by side an entry has, and how many of them it takes."""

    column: int
    of: int
    width: int = 1


def columns(entries: Iterable[EntryT]) -> dict[uuid.UUID, Slot]:
    """Where the timed entries of one day stand so that none covers another.

    Entries that overlap stand side by side, each as far left as there is room; one takes the
    columns right of it that nothing else needs.
    """
    placed: dict[uuid.UUID, Slot] = {}
    for group in _groups(entries):
        ends: list[int] = []
        chosen: list[tuple[EntryT, int]] = []
        for entry in group:
            start, stop = span(entry)
            free = next((n for n, end in enumerate(ends) if end <= start), len(ends))
            ends[free : free + 1] = [stop]
            chosen.append((entry, free))
        for entry, column in chosen:
            width = _width(entry, column, chosen, len(ends))
            placed[entry.id] = Slot(column, len(ends), width)
    return placed


def _width(entry: EntryT, column: int, chosen: Sequence[tuple[EntryT, int]], count: int) -> int:
    start, stop = span(entry)
    taken = [
        other
        for each, other in chosen
        if other > column and span(each)[0] < stop and start < span(each)[1]
    ]
    return min(taken, default=count) - column


def in_order(entries: Iterable[EntryT]) -> list[EntryT]:
    """The entries of one day: those without a time first, by kind, then by time."""
    kinds = list(ItemKind)
    return sorted(
        entries,
        key=lambda one: (
            one.starts_at is not None,
            span(one)[0],
            not one.is_open,
            kinds.index(one.kind),
            str(one.id),
        ),
    )


# ---------------------------------------------------------------- spans of days


class View(StrEnum):
    """How much of the calendar is shown at once."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TEAM = "team"


_WEEK: Final = 7


def shown_days(view: View, day: dt.date) -> tuple[dt.date, ...]:
    """The days a view shows around a day: weeks begin on Monday, a month in whole weeks."""
    if view is View.DAY:
        return (day,)
    if view is not View.MONTH:
        return _run(_monday(day), _WEEK)
    month = months.period_of(day, 1)
    first, last = _monday(month.first), _monday(month.last)
    return _run(first, (last - first).days + _WEEK)


def opening_day(view: View, today: dt.date, calendar: WorkCalendar) -> dt.date:
    """The day around which a view opens: in a week without a working day left the next Monday."""
    if view not in (View.WEEK, View.TEAM):
        return today
    coming = _monday(today) + dt.timedelta(weeks=1)
    is_over = not any(map(calendar.is_working, _run(today, (coming - today).days)))
    return coming if is_over else today


def step(view: View, day: dt.date, by: int) -> dt.date:
    """The day one span later or earlier; in a shorter month its last day."""
    if view is View.DAY:
        return day + dt.timedelta(days=by)
    if view is not View.MONTH:
        return day + dt.timedelta(weeks=by)
    return months.add_months(day, by)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _run(first: dt.date, count: int) -> tuple[dt.date, ...]:
    return tuple(first + dt.timedelta(days=number) for number in range(count))
