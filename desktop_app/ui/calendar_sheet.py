"""What a calendar shows in one view: its days, its rows of people, and what stands in each cell.

No Qt: the grid paints this, the keyboard walks over it, a screen reader reads it.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from desktop_app import labels
from desktop_app.domain import agenda as rules
from desktop_app.domain.agenda import Clash, ClashKind, ItemKind, Load, Place, View
from desktop_app.i18n import _, language, ngettext
from desktop_app.services.agenda_board import AgendaItem, Board, DayMark

ItemKey = tuple[ItemKind, uuid.UUID, dt.date]


@dataclass(frozen=True, slots=True)
class Lane:
    """A row of the team: somebody, or nobody; in the other views the one row there is."""

    user_id: uuid.UUID | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What the keyboard can stand on: a cell, or an item in it."""

    lane: int
    day: dt.date
    item: AgendaItem | None = None

    @property
    def key(self) -> object:
        """The same after a reload."""
        return (self.lane, self.day) if self.item is None else key_of(self.item)


def key_of(item: AgendaItem) -> ItemKey:
    """Which item it is, of all that a calendar shows."""
    return item.kind, item.id, item.day


@dataclass(frozen=True)
class Sheet:
    """One view of the calendar.

    Attributes:
        day: The day around which it is.
        user_id: Whose calendar, if it is one person's.
        rows: Cells by lane and day, each followed by its items in the order of the day.
        cells: Place of each cell among the rows, by lane and day.
    """

    view: View
    day: dt.date
    days: tuple[dt.date, ...]
    today: dt.date
    lanes: tuple[Lane, ...] = (Lane(),)
    user_id: uuid.UUID | None = None
    rows: tuple[Row, ...] = ()
    cells: Mapping[tuple[int, dt.date], int] = field(default_factory=dict)
    marks: Mapping[dt.date, DayMark] = field(default_factory=dict)
    loads: Mapping[Place, Load] = field(default_factory=dict)
    away: Mapping[uuid.UUID, frozenset[dt.date]] = field(default_factory=dict)
    clashes: tuple[Clash, ...] = ()
    unknown_years: tuple[int, ...] = ()
    left_out: int = 0

    def items(self, lane: int, day: dt.date) -> list[int]:
        """Places of the items of a cell among the rows."""
        first = self.cells[lane, day] + 1
        last = first
        while last < len(self.rows) and self.rows[last].item is not None:
            last += 1
        return list(range(first, last))

    def find(self, key: object) -> int:
        """Where a row stands, -1 if it is not there any more."""
        return self._places.get(key, -1)

    @cached_property
    def _places(self) -> dict[object, int]:
        return {row.key: place for place, row in enumerate(self.rows)}

    @cached_property
    def _clashing(self) -> dict[tuple[dt.date, uuid.UUID], list[ClashKind]]:
        found: dict[tuple[dt.date, uuid.UUID], list[ClashKind]] = defaultdict(list)
        for clash in self.clashes:
            for key in clash.items:
                found[clash.place.day, key].append(clash.kind)
        return found

    def clashes_of(self, item: AgendaItem) -> list[ClashKind]:
        """Why an item cannot stay where it stands."""
        if item.kind not in rules.CONTACTS:
            return []
        return self._clashing.get((item.day, item.id), [])

    def load(self, lane: int, day: dt.date) -> Load | None:
        """How full a cell is; None where it is not one person's, or empty."""
        who = self.lanes[lane].user_id or self.user_id
        return None if who is None else self.loads.get(Place(who, day))

    def is_too_much(self, load: Load, day: dt.date) -> bool:
        """Whether a day holds too much; of a day that is over that says nothing any more."""
        return load.is_over and day >= self.today

    def overloaded(self, day: dt.date) -> int:
        """How many people have too much to do on a day."""
        here = (load for place, load in self.loads.items() if place.day == day)
        return sum(self.is_too_much(load, day) for load in here)

    def is_off(self, day: dt.date) -> bool:
        """Whether nobody works on a day."""
        mark = self.marks.get(day)
        saturday = 5
        return day.weekday() >= saturday if mark is None else not mark.is_working

    def is_away(self, lane: int, day: dt.date) -> bool:
        """Whether whose cell it is is away."""
        who = self.lanes[lane].user_id or self.user_id
        return who is not None and day in self.away.get(who, ())

    def is_late(self, item: AgendaItem) -> bool:
        """Whether it should have been done."""
        is_owed = item.is_open and item.kind is not ItemKind.ABSENCE
        return is_owed and item.day < self.today


def make_sheet(
    board: Board,
    view: View,
    day: dt.date,
    today: dt.date,
    user_id: uuid.UUID | None = None,
    kinds: Iterable[ItemKind] = (),
) -> Sheet:
    """What a view shows.

    Args:
        board: what was read.
        view: which view.
        day: the day around which it is.
        today: this day.
        user_id: whose calendar alone; none: everybody's.
        kinds: only these; none: all.
    """
    wanted = frozenset(kinds) or frozenset(ItemKind)
    shown = [
        item
        for item in board.items
        if item.kind in wanted and (user_id is None or item.user_id == user_id)
    ]
    lanes = _lanes(board, shown, user_id) if view is View.TEAM else (Lane(),)
    numbers = {lane.user_id: number for number, lane in enumerate(lanes)}
    by_cell: dict[tuple[int, dt.date], list[AgendaItem]] = defaultdict(list)
    for item in shown:
        by_cell[numbers[item.user_id] if view is View.TEAM else 0, item.day].append(item)
    rows: list[Row] = []
    cells: dict[tuple[int, dt.date], int] = {}
    days = rules.shown_days(view, day)
    for lane in range(len(lanes)):
        for each in days:
            cells[lane, each] = len(rows)
            rows.append(Row(lane, each))
            rows += [Row(lane, each, item) for item in by_cell.get((lane, each), ())]
    return Sheet(
        view,
        day,
        days,
        today,
        lanes,
        user_id,
        tuple(rows),
        cells,
        board.marks,
        board.loads,
        board.away,
        tuple(one for one in board.clashes if user_id in (None, one.place.user_id)),
        board.unknown_years,
        board.left_out,
    )


def _lanes(
    board: Board, shown: Iterable[AgendaItem], user_id: uuid.UUID | None
) -> tuple[Lane, ...]:
    busy = {item.user_id: item.user for item in shown}
    found = [
        Lane(person.id, person.name)
        for person in board.people
        if ((person.is_active and person.is_expected) or person.id in (*busy, user_id))
        and user_id in (None, person.id)
    ]
    known = {lane.user_id for lane in found}
    found += [Lane(key, name) for key, name in busy.items() if key not in known]
    found.sort(key=lambda lane: lane.user_id is None)
    return tuple(found) or (Lane(),)


# ---------------------------------------------------------------- words


def span_title(view: View, day: dt.date) -> str:
    """The days of a view in words."""
    if view is View.DAY:
        return labels.day_text(day)
    days = rules.shown_days(view, day)
    if view is View.MONTH:
        return f"{day:%Y-%m}"
    first, last = days[0], days[-1]
    week = first.isocalendar().week
    number = _("week {n}").format(n=week)
    return f"{first.isoformat()} – {last:%m-%d}  ·  {number}"


def mark_words(mark: DayMark | None) -> str:
    """What a day is called: a holiday, or a weekend that is worked."""
    if mark is None:
        return ""
    name = mark.zh if language().startswith("zh") else mark.en
    name = name or mark.zh or mark.en
    saturday = 5
    if mark.is_working and mark.day.weekday() >= saturday:
        return _("make-up day")
    if not mark.is_working:
        return name or _("day off")
    return name


def mark_sign(mark: DayMark | None) -> str:
    """One short word for the same: off, or worked."""
    saturday = 5
    if mark is None or (mark.is_working and mark.day.weekday() < saturday):
        return ""
    return _("works") if mark.is_working else _("off")


def named_days(marks: Mapping[dt.date, DayMark]) -> list[str]:
    """Holidays and make-up days in one line, each name once with its days; no line without any."""
    by_name: dict[str, list[dt.date]] = {}
    for day, mark in sorted(marks.items()):
        by_name.setdefault(mark_words(mark), []).append(day)
    found = []
    for name, days in by_name.items():
        last = "" if days[0] == days[-1] else f"–{days[-1]:%m-%d}"
        found.append(f"{name} {days[0]:%m-%d}{last}")
    return [" · ".join(found)] if found else []


def load_words(load: Load | None, *, says_over: bool = True) -> str:
    """How full a day is: visits and calls, each of what the day holds, and whether too much."""
    if load is None:
        return ""
    words = []
    if load.visits:
        text = _("{n} of {room} visits")
        words.append(text.format(n=load.visits, room=load.room.visits))
    if load.calls:
        text = _("{n} of {room} calls")
        words.append(text.format(n=load.calls, room=load.room.calls))
    if load.is_over and says_over:
        words.append(_("too much"))
    return _(", ").join(words)


def state_words(item: AgendaItem, sheet: Sheet) -> list[str]:
    """What is to be known of an item beside what it is."""
    found = []
    if item.is_provisional:
        found.append(_("provisional"))
    if not item.is_open:
        found.append(_("done"))
    elif sheet.is_late(item):
        found.append(_("overdue"))
    return found + [rules.clash_word(kind) for kind in sheet.clashes_of(item)]


def item_words(item: AgendaItem, sheet: Sheet) -> str:
    """All of an item in a sentence, for a screen reader."""
    at = "" if item.starts_at is None else f"{item.starts_at:%H:%M}"
    parts = [
        rules.kind_word(item.kind),
        at,
        item.customer,
        item.what_for,
        item.user,
        *state_words(item, sheet),
    ]
    return _(", ").join(filter(None, parts))


def item_title(item: AgendaItem) -> str:
    """What stands on an item where there is little room."""
    if item.kind is ItemKind.ABSENCE:
        return _("{name} is away").format(name=item.user)
    return item.customer or item.what_for


def tip_words(item: AgendaItem, sheet: Sheet) -> str:
    """The lines of a tooltip."""
    at = "" if item.starts_at is None else f"{item.starts_at:%H:%M}"
    head = " ".join(filter(None, (rules.kind_word(item.kind), at, item_title(item))))
    where = _(", ").join(filter(None, (item.address, item.district)))
    facts = (item.what_for, where, item.phone, item.user, _(", ").join(state_words(item, sheet)))
    return "\n".join(filter(None, (head, *facts)))


def cell_words(sheet: Sheet, lane: int, day: dt.date) -> str:
    """A cell in a sentence, for a screen reader."""
    count = len(sheet.items(lane, day))
    parts = [
        sheet.lanes[lane].name,
        labels.day_text(day),
        mark_words(sheet.marks.get(day)),
        _("away") if sheet.is_away(lane, day) else "",
        ngettext("{n} item", "{n} items", count).format(n=count) if count else _("empty"),
        load_words(sheet.load(lane, day), says_over=day >= sheet.today),
    ]
    return _(", ").join(filter(None, parts))


def clash_words(clash: Clash, names: Mapping[uuid.UUID, str]) -> str:
    """A clash in words, without its day."""
    who = names.get(clash.place.user_id, "") if clash.place.user_id is not None else ""
    what = rules.clash_word(clash.kind)
    if clash.kind is ClashKind.OVERLOAD:
        more = load_words(clash.load, says_over=False)
    else:
        count = len(clash.items)
        more = ngettext("{n} contact", "{n} contacts", count).format(n=count)
    return " · ".join(filter(None, (what, who, more)))
