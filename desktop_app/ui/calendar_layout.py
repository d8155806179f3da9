"""Where everything of a calendar stands: cells, items, hours. Geometry only."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QPointF, QRectF

from desktop_app.domain import agenda as rules
from desktop_app.domain.agenda import View
from desktop_app.ui.calendar_sheet import Sheet, mark_words

LINE: Final = 20
_GAP: Final = 3
_HOUR: Final = 44
_EMPTY_HOUR: Final = 24  # where nothing has a time: room for what has none
_LOW_HEAD, _HEAD = 28, 46
_NUMBER: Final = 22  # the line of a cell with the number of its day, or how full it is
_HOURS_GUTTER, _NAMES_GUTTER = 48, 132
_LOWEST_WEEK: Final = 66
_MOST_LINES: Final = 4
_FIRST_HOUR, _LAST_HOUR = 8, 19
_QUARTER: Final = 15
_LEAST_TIMED: Final = 18
_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class CellBox:
    """A cell; `hidden`: how many of its items find no room, told at `more`."""

    lane: int
    day: dt.date
    area: QRectF
    hidden: int = 0
    more: QRectF = field(default_factory=QRectF)


@dataclass(frozen=True, slots=True)
class Hours:
    """The part of a day with times: from its top on, so many pixels an hour."""

    first: int
    last: int
    top: float
    pixels: float

    def y(self, minute: float) -> float:
        """Where a minute of the day stands."""
        return self.top + (minute / 60 - self.first) * self.pixels


@dataclass(frozen=True, slots=True)
class Picture:
    """All of a calendar as it is painted, before it is scrolled.

    Attributes:
        head: Height of the headings, which stay when the rest is scrolled.
        gutter: Width of hours or names at the left.
        boxes: The cells, by lane and day.
        areas: Where each row of the sheet stands; empty for an item that finds no room.
    """

    width: float
    height: float
    head: float
    gutter: float
    boxes: tuple[CellBox, ...]
    areas: tuple[QRectF, ...]
    hours: Hours | None = None

    def cell_at(self, point: QPointF) -> CellBox | None:
        """The cell at a place."""
        return next((box for box in self.boxes if box.area.contains(point)), None)

    def time_at(self, y: float) -> dt.time | None:
        """The quarter of an hour at a height; None where items without a time stand."""
        if self.hours is None or y < self.hours.top:
            return None
        minute = ((y - self.hours.top) / self.hours.pixels + self.hours.first) * 60
        quarter = min(int(minute // _QUARTER) * _QUARTER, 24 * 60 - _QUARTER)
        return dt.time(quarter // 60, quarter % 60)


def lay_out(sheet: Sheet, width: float, height: float, scale: float) -> Picture:
    """Lay a sheet out in a window of this size; it may become higher than that."""
    if sheet.view is View.MONTH:
        return _month(sheet, width, height, scale)
    if sheet.view is View.TEAM:
        return _team(sheet, width, height, scale)
    return _hours(sheet, width, height, scale)


def _head(sheet: Sheet) -> int:
    """Height of the headings: with a second line where a day has a name."""
    has_names = any(mark_words(sheet.marks.get(day)) for day in sheet.days)
    return _HEAD if has_names else _LOW_HEAD


def _lines(
    box: QRectF, top: float, rows: Sequence[int], fit: int, scale: float
) -> tuple[dict[int, QRectF], int, QRectF]:
    """Items below each other; with more than fit, the last line says how many are left."""
    line = LINE * scale
    shown = rows if len(rows) <= fit else rows[: max(fit - 1, 0)]
    areas = {
        row: QRectF(box.left() + _GAP, top + number * line, box.width() - 2 * _GAP, line - 2)
        for number, row in enumerate(shown)
    }
    hidden = len(rows) - len(shown)
    more = QRectF(box.left() + _GAP, top + len(shown) * line, box.width() - 2 * _GAP, line - 2)
    return areas, hidden, more if hidden else QRectF()


def _month(sheet: Sheet, width: float, height: float, scale: float) -> Picture:
    head, number = _LOW_HEAD * scale, _NUMBER * scale
    weeks = len(sheet.days) // _WEEK
    high = max((height - head) / weeks, _LOWEST_WEEK * scale)
    wide = width / _WEEK
    boxes: list[CellBox] = []
    areas = [QRectF() for _row in sheet.rows]
    fit = max(int((high - number - 2) / (LINE * scale)), 1)
    for place, day in enumerate(sheet.days):
        week, column = divmod(place, _WEEK)
        area = QRectF(column * wide, head + week * high, wide, high)
        found, hidden, more = _lines(area, area.top() + number, sheet.items(0, day), fit, scale)
        boxes.append(CellBox(0, day, area, hidden, more))
        areas[sheet.cells[0, day]] = area
        for row, where in found.items():
            areas[row] = where
    return Picture(width, head + weeks * high, head, 0, tuple(boxes), tuple(areas))


def _team(sheet: Sheet, width: float, height: float, scale: float) -> Picture:
    head, number = _head(sheet) * scale, _NUMBER * scale
    gutter = min(_NAMES_GUTTER * scale, width / 4)
    wide = (width - gutter) / len(sheet.days)
    boxes: list[CellBox] = []
    areas = [QRectF() for _row in sheet.rows]
    top = head
    for lane in range(len(sheet.lanes)):
        most = max(len(sheet.items(lane, day)) for day in sheet.days)
        high = number + min(most, _MOST_LINES) * LINE * scale + 4
        for place, day in enumerate(sheet.days):
            area = QRectF(gutter + place * wide, top, wide, high)
            rows = sheet.items(lane, day)
            found, hidden, more = _lines(area, top + number, rows, _MOST_LINES, scale)
            boxes.append(CellBox(lane, day, area, hidden, more))
            areas[sheet.cells[lane, day]] = area
            for row, where in found.items():
                areas[row] = where
        top += high
    return Picture(width, max(top, height), head, gutter, tuple(boxes), tuple(areas))


def _hours(sheet: Sheet, width: float, height: float, scale: float) -> Picture:
    head, gutter = _head(sheet) * scale, _HOURS_GUTTER * scale
    wide = (width - gutter) / len(sheet.days)
    items = {row: sheet.rows[row].item for row in range(len(sheet.rows))}
    timed = [item for item in items.values() if item is not None and item.starts_at is not None]
    first = min([_FIRST_HOUR, *(rules.span(each)[0] // 60 for each in timed)])
    last = max([_LAST_HOUR, *(-(-rules.span(each)[1] // 60) for each in timed)])
    untimed = {
        day: [row for row in sheet.items(0, day) if _has_no_time(sheet, row)] for day in sheet.days
    }
    lines = max([1, *(len(rows) for rows in untimed.values())])
    top = head + lines * LINE * scale + 2 * _GAP
    least = _HOUR if timed else _EMPTY_HOUR
    pixels = max(least * scale, (height - top) / (last - first))
    hours = Hours(first, last, top, pixels)
    bottom = hours.y(last * 60)
    boxes: list[CellBox] = []
    areas = [QRectF() for _row in sheet.rows]
    for place, day in enumerate(sheet.days):
        area = QRectF(gutter + place * wide, head, wide, bottom - head)
        found, _hidden, _more = _lines(area, head + _GAP, untimed[day], lines, scale)
        boxes.append(CellBox(0, day, area))
        areas[sheet.cells[0, day]] = area
        for row, where in found.items():
            areas[row] = where
        _place_timed(sheet, day, area, hours, areas)
    return Picture(width, bottom, head, gutter, tuple(boxes), tuple(areas), hours)


def _has_no_time(sheet: Sheet, row: int) -> bool:
    item = sheet.rows[row].item
    return item is not None and item.starts_at is None


def _place_timed(
    sheet: Sheet, day: dt.date, area: QRectF, hours: Hours, areas: list[QRectF]
) -> None:
    rows = {row: sheet.rows[row].item for row in sheet.items(0, day)}
    timed = {
        row: item for row, item in rows.items() if item is not None and item.starts_at is not None
    }
    slots = rules.columns(timed.values())
    for row, item in timed.items():
        start, stop = rules.span(item)
        slot = slots[item.id]
        wide = (area.width() - 2 * _GAP) / slot.of
        left = area.left() + _GAP + slot.column * wide
        high = max(hours.y(stop) - hours.y(start), _LEAST_TIMED)
        areas[row] = QRectF(left, hours.y(start) + 1, wide * slot.width - 2, high - 2)
