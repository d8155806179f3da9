"""The calendar painted, walked by the keyboard, and its items moved by keyboard and mouse."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from desktop_app import clock
from desktop_app.domain.agenda import View
from desktop_app.services.agenda_board import AgendaItem
from desktop_app.ui import theme
from desktop_app.ui.calendar_layout import CellBox
from desktop_app.ui.calendar_paint import CalendarPainter
from desktop_app.ui.calendar_sheet import Row, Sheet
from desktop_app.ui.calendar_view import CalendarView

_Index = QModelIndex | QPersistentModelIndex
_KEYS: Final = {
    Qt.Key.Key_D: View.DAY,
    Qt.Key.Key_W: View.WEEK,
    Qt.Key.Key_M: View.MONTH,
    Qt.Key.Key_P: View.TEAM,
}
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_SIDES: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_HEIGHTS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
_WEEK: Final = 7
_HALF_HOUR: Final = dt.timedelta(minutes=30)
_EDGE: Final = 24


@dataclass(frozen=True, slots=True)
class Target:
    """Where an item is to go."""

    day: dt.date
    starts_at: dt.time | None
    user_id: uuid.UUID | None


class CalendarGrid(CalendarView):
    """Shows a sheet; says what is opened, moved or wished for."""

    item_opened = Signal(object)
    """The item that was entered or double-clicked."""
    day_opened = Signal(object)
    """The day whose cell was."""
    item_moved = Signal(object, object)
    """An item and its `Target`."""
    span_turned = Signal(int, object)
    """The next (1) or previous (-1) span is wanted, and the day to stand on there, if known."""
    view_wanted = Signal(object)
    today_wanted = Signal()
    visit_wanted = Signal(object)
    """A new visit on this day."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.may_move: Callable[[AgendaItem], bool] = lambda item: item.is_movable
        self._pressed: tuple[AgendaItem, QPoint] | None = None
        self._drag: tuple[AgendaItem, QPointF] | None = None
        self.doubleClicked.connect(lambda index: self._open(index.row()))

    # ------------------------------------------------------------------ painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        top = self.verticalOffset()
        visible = QRectF(event.rect()).translated(0, top)
        painter.fillRect(event.rect(), theme.colour("base"))
        painter.translate(0, -top)
        look = CalendarPainter(painter, self.sheet, self._picture)
        look.ground(visible)
        look.items(visible)
        look.now(clock.local(clock.now()).time())
        self._paint_current(look)
        self._paint_target(look)
        painter.resetTransform()
        look.names(top)
        look.headings()
        painter.end()

    def _paint_current(self, look: CalendarPainter) -> None:
        place = self.currentIndex().row()
        if 0 <= place < len(self._picture.areas):
            area = self._picture.areas[place]
            row = self._model.row(place)
            if row is not None and row.item is None:
                area = area.adjusted(1, 1, 0, 0)
            look.frame(area, has_focus=self.hasFocus())

    def _paint_target(self, look: CalendarPainter) -> None:
        if self._drag is None:
            return
        item, spot = self._drag
        box = self._picture.cell_at(spot)
        if box is not None and self._target(item, spot) is not None:
            look.frame(box.area, has_focus=True)
        at = self._picture.time_at(spot.y())
        area = QRectF(spot.x() + 8, spot.y() + 4, theme.pixels(150), theme.pixels(20))
        if at is not None and self._picture.hours is not None and box is not None:
            y = self._picture.hours.y(at.hour * 60 + at.minute)
            area = QRectF(box.area.left() + 3, y, box.area.width() - 6, theme.pixels(20))
        look.item(area, _moved(item, at if self._picture.hours is not None else item.starts_at))

    # ------------------------------------------------------------------ keyboard

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        row = self.current()
        with_shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        if row is None or not (plain or with_shift):
            super().keyPressEvent(event)
        elif with_shift and key in {**_SIDES, **_HEIGHTS}:
            self._shift(row, key)
        elif plain and self._walk(row, key):
            pass
        elif plain and key in _KEYS:
            self.view_wanted.emit(_KEYS[key])
        elif plain and key == Qt.Key.Key_Escape and self._drag is not None:
            self._drag = self._pressed = None
            self.viewport().update()
        else:
            event.ignore()

    def _walk(self, row: Row, key: Qt.Key) -> bool:
        """Whether a key goes somewhere or opens something."""
        if key in _SIDES:
            self._sideways(row, _SIDES[key])
        elif key in _HEIGHTS:
            self._up_or_down(row, _HEIGHTS[key])
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.span_turned.emit(1 if key == Qt.Key.Key_PageDown else -1, None)
        elif key == Qt.Key.Key_Home:
            self.go(self.sheet.cells[row.lane, self.sheet.days[0]])
        elif key == Qt.Key.Key_End:
            self.go(self.sheet.cells[row.lane, self.sheet.days[-1]])
        elif key in _ENTER:
            self._open(self.currentIndex().row())
        elif key == Qt.Key.Key_T:
            self.today_wanted.emit()
        elif key == Qt.Key.Key_N:
            self.visit_wanted.emit(row.day)
        else:
            return False
        return True

    def _sideways(self, row: Row, by: int) -> None:
        """The day before or after; past the end the next span."""
        day = row.day + dt.timedelta(days=by)
        if day in self.sheet.days:
            self.go(self.sheet.cells[row.lane, day])
        else:
            self.span_turned.emit(by, day)

    def _up_or_down(self, row: Row, by: int) -> None:
        """The item below or above; past the last the cell there, past the first the cell itself."""
        cell = self.sheet.cells[row.lane, row.day]
        shown = [
            place
            for place in (cell, *self.sheet.items(row.lane, row.day))
            if not self._picture.areas[place].isEmpty()
        ]
        here = self.currentIndex().row()
        place = shown.index(here) + by if here in shown else 0
        if 0 <= place < len(shown):
            self.go(shown[place])
            return
        beside = self._beside(row, by)
        if beside is not None:
            self.go(self.sheet.cells[beside])

    def _beside(self, row: Row, by: int) -> tuple[int, dt.date] | None:
        """The cell above or below: another week of a month, another person of the team."""
        if self.sheet.view is View.MONTH:
            found = row.lane, row.day + dt.timedelta(days=by * _WEEK)
        else:
            found = row.lane + by, row.day
        return found if found in self.sheet.cells else None

    def _shift(self, row: Row, key: Qt.Key) -> None:
        """Move the item: a day, and up or down a week, half an hour, or a person."""
        item = row.item
        if item is None or not self.may_move(item):
            return
        day, at, user = item.day, item.starts_at, item.user_id
        if key in _SIDES:
            day += dt.timedelta(days=_SIDES[key])
        elif self.sheet.view is View.MONTH:
            day += dt.timedelta(days=_WEEK * _HEIGHTS[key])
        elif self.sheet.view is View.TEAM:
            lane = row.lane + _HEIGHTS[key]
            if not 0 <= lane < len(self.sheet.lanes) or self.sheet.lanes[lane].user_id is None:
                return
            user = self.sheet.lanes[lane].user_id
        else:
            start = dt.datetime.combine(day, at or dt.time(9))
            moved = start if at is None else start + _HALF_HOUR * _HEIGHTS[key]
            if moved.date() != day:
                return
            at = moved.time()
        if day >= self.sheet.today:
            self.item_moved.emit(item, Target(day, at, user))

    def _open(self, place: int) -> None:
        row = self._model.row(place)
        if row is None:
            return
        if row.item is None:
            self.day_opened.emit(row.day)
        else:
            self.item_opened.emit(row.item)

    # ------------------------------------------------------------------ mouse

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        row = self._model.row(self.indexAt(event.position().toPoint()).row())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and row is not None and row.item is not None and self.may_move(row.item):
            self._pressed = row.item, event.position().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        item, begin = self._pressed
        here = event.position()
        if self._drag is None:
            way = (here.toPoint() - begin).manhattanLength()
            if way < QApplication.startDragDistance():
                return
        self._scroll_at_edge(here.y())
        self._drag = item, here + QPointF(0, self.verticalOffset())
        can = self._target(*self._drag) is not None
        shape = Qt.CursorShape.ClosedHandCursor if can else Qt.CursorShape.ForbiddenCursor
        self.viewport().setCursor(shape)
        self.viewport().update()

    def _scroll_at_edge(self, y: float) -> None:
        bar = self.verticalScrollBar()
        if y > self.viewport().height() - _EDGE:
            bar.setValue(bar.value() + bar.singleStep())
        elif y < self._picture.head + _EDGE:
            bar.setValue(bar.value() - bar.singleStep())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drag, self._drag, self._pressed = self._drag, None, None
        self.viewport().unsetCursor()
        self.viewport().update()
        if drag is None:
            super().mouseReleaseEvent(event)
            return
        target = self._target(*drag)
        item = drag[0]
        if target is not None and target != Target(item.day, item.starts_at, item.user_id):
            self.item_moved.emit(item, target)

    def _target(self, item: AgendaItem, spot: QPointF) -> Target | None:
        """Where an item goes that is let go here; None where it cannot."""
        if spot.y() - self.verticalOffset() < self._picture.head:
            return None
        box: CellBox | None = self._picture.cell_at(spot)
        if box is None or box.day < self.sheet.today:
            return None
        lane = self.sheet.lanes[box.lane]
        if self.sheet.view is View.TEAM:
            return None if lane.user_id is None else Target(box.day, item.starts_at, lane.user_id)
        at = item.starts_at if self._picture.hours is None else self._picture.time_at(spot.y())
        return Target(box.day, at, item.user_id)


def _moved(item: AgendaItem, at: dt.time | None) -> AgendaItem:
    """The item as it looks while it is moved."""
    return replace(item, starts_at=at)
