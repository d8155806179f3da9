"""The calendar as an item view: a screen reader finds each cell and item with role and name."""

import datetime as dt
import uuid

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import QRegion, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView
from typing_extensions import override

from desktop_app.domain.agenda import View
from desktop_app.i18n import _
from desktop_app.services.agenda_board import AgendaItem
from desktop_app.ui import theme
from desktop_app.ui.calendar_layout import Picture, lay_out
from desktop_app.ui.calendar_model import CalendarModel
from desktop_app.ui.calendar_sheet import Row, Sheet

_Index = QModelIndex | QPersistentModelIndex


class CalendarView(QListView):
    """Lays a sheet out, scrolls it, and knows where the keyboard stands.

    Qt makes a list accessible, item by item; of its layout nothing is used.
    """

    row_changed = Signal()

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self._picture = Picture(0, 0, 0, 0, (), ())
        self._model = CalendarModel(sheet)
        self.setModel(self._model)
        self.setAccessibleName(_("Calendar"))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setMinimumHeight(160)
        theme.look().changed.connect(self._lay_out)

    # ------------------------------------------------------------------ what is shown

    @property
    def sheet(self) -> Sheet:
        """What is shown."""
        return self._model.sheet

    @property
    def picture(self) -> Picture:
        """Where it stands."""
        return self._picture

    def show_sheet(self, sheet: Sheet, stand_on: dt.date | None = None) -> None:
        """Show another sheet; the keyboard stays on its item, or goes to a day.

        Args:
            sheet: what to show.
            stand_on: the day to go to; none: where it stood, else the sheet's own day.
        """
        before = self.current()
        is_other = (sheet.view, sheet.days) != (self.sheet.view, self.sheet.days)
        self._model.show(sheet)
        self._lay_out()
        place = -1
        if stand_on is None and before is not None:
            place = sheet.find(before.key)
            if place < 0 and before.day in sheet.days:
                place = sheet.cells.get((min(before.lane, len(sheet.lanes) - 1), before.day), -1)
        if place < 0:
            day = stand_on if stand_on in sheet.days else sheet.day
            place = sheet.cells[0, day]
        if is_other:
            self.verticalScrollBar().setValue(0)
        self.go(place, is_scrolled=not is_other)

    def current(self) -> Row | None:
        """Where the keyboard stands."""
        return self._model.row(self.currentIndex().row())

    def current_item(self) -> AgendaItem | None:
        """The item on which it stands."""
        row = self.current()
        return None if row is None else row.item

    def go(self, place: int, *, is_scrolled: bool = True) -> None:
        """Stand on a row."""
        index = self._model.index(place, 0)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(index, flag)
        if is_scrolled:
            self.scrollTo(index)

    def select_item(self, key: uuid.UUID, day: dt.date) -> bool:
        """Stand on an item of a day, if it is shown; else on its day."""
        for place, row in enumerate(self.sheet.rows):
            if row.day == day and row.item is not None and row.item.id == key:
                is_hidden = self._picture.areas[place].isEmpty()
                self.go(self.sheet.cells[row.lane, day] if is_hidden else place)
                return True
        return False

    def _lay_out(self) -> None:
        size = self.viewport().size()
        self._picture = lay_out(self.sheet, size.width(), size.height(), theme.look().scale)
        self.updateGeometries()
        self.viewport().update()

    # ------------------------------------------------------------------ what a view must answer

    @override
    def updateGeometries(self) -> None:
        page = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(self._picture.height) - page))
        bar.setPageStep(page)
        bar.setSingleStep(theme.row_height())
        QAbstractItemView.updateGeometries(self)

    @override
    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        QAbstractItemView.resizeEvent(self, event)
        self._lay_out()

    @override
    def visualRect(self, index: _Index) -> QRect:
        if not 0 <= index.row() < len(self._picture.areas):
            return QRect()
        area = self._picture.areas[index.row()]
        return area.translated(0, -self.verticalOffset()).toAlignedRect()

    @override
    def indexAt(self, point: QPoint) -> QModelIndex:
        if point.y() < self._picture.head:
            return QModelIndex()
        spot = QPointF(point) + QPointF(0, self.verticalOffset())
        box = self._picture.cell_at(spot)
        if box is None:
            return QModelIndex()
        for place in self.sheet.items(box.lane, box.day):
            if self._picture.areas[place].contains(spot):
                return self._model.index(place, 0)
        return self._model.index(self.sheet.cells[box.lane, box.day], 0)

    @override
    def scrollTo(
        self,
        index: _Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not 0 <= index.row() < len(self._picture.areas):
            return
        area, bar = self._picture.areas[index.row()], self.verticalScrollBar()
        top, bottom = area.top() - self._picture.head, area.bottom()
        row = self._model.row(index.row())
        if row is not None and row.item is None and self.sheet.view in (View.DAY, View.WEEK):
            return  # a day is as high as the whole
        if top < bar.value():
            bar.setValue(round(top))
        elif bottom > bar.value() + self.viewport().height():
            bar.setValue(round(bottom - self.viewport().height()))

    @override
    def horizontalOffset(self) -> int:
        return 0

    @override
    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    @override
    def isIndexHidden(self, index: _Index) -> bool:
        return self._picture.areas[index.row()].isEmpty()

    @override
    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        index = self.indexAt(rect.topLeft())
        if index.isValid():
            self.selectionModel().select(index, command)

    @override
    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    @override
    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)
        self.viewport().update()
        self.row_changed.emit()

    @override
    def moveCursor(
        self, cursor_action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        return self.currentIndex()  # the keys are ours
