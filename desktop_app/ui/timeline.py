"""Dated events, newest first: what happened with a customer or a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from desktop_app import clock, labels
from desktop_app.ui import theme
from desktop_app.ui.theme import Tone

_NO_PARENT = QModelIndex()
_ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_DOT = 26
_MAX_LINES = 6


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One event.

    Attributes:
        when: Business date or moment (aware).
        title: What happened.
        text: More about it; the customer's own words.
        icon: Name of a file in ``resources/icons``.
        tone: What it means.
        who: Who did it.
        key: What ``opened`` carries; ``None``: nothing to open.
    """

    when: date | datetime
    title: str
    text: str = ""
    icon: str = "dot"
    tone: Tone = Tone.NEUTRAL
    who: str = ""
    key: Any = None

    def when_text(self) -> str:
        """The date, with the time of day if it is known."""
        if isinstance(self.when, datetime):
            return f"{clock.local(self.when):%Y-%m-%d %H:%M}"
        return labels.day_text(self.when)

    def sort_key(self) -> str:
        """Order in time: ISO text of the day, then the time."""
        if isinstance(self.when, datetime):
            return clock.local(self.when).strftime("%Y-%m-%dT%H:%M:%S")
        return self.when.isoformat()


class _Model(QAbstractListModel):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.entries: list[TimelineEntry] = []

    def show(self, entries: Sequence[TimelineEntry]) -> None:
        self.beginResetModel()
        self.entries = sorted(entries, key=TimelineEntry.sort_key, reverse=True)
        self.endResetModel()

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.entries)

    @override
    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return entry.title
            case Qt.ItemDataRole.AccessibleTextRole:
                parts = (entry.when_text(), entry.title, entry.text, entry.who)
                return ", ".join(filter(None, parts))
            case Qt.ItemDataRole.ToolTipRole:
                return entry.text or None
            case _ if role == _ENTRY_ROLE:
                return entry
        return None


class _Delegate(QStyledItemDelegate):
    """A dot with an icon on a line, the title, the words below, date and person at the right."""

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        entry: TimelineEntry = index.data(_ENTRY_ROLE)
        area: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection"))
            painter.drawRoundedRect(QRectF(area).adjusted(2, 1, -2, -1), 6, 6)
        self._paint_dot(painter, area, entry, index)
        left = area.left() + theme.GAP_S + _DOT + theme.GAP_S
        inner = QRect(left, area.top() + theme.GAP_XS + 1, area.right() - left - theme.GAP_S, 22)
        painter.setFont(theme.font(theme.SIZE_SMALL))
        painter.setPen(theme.colour("muted"))
        side = " · ".join(filter(None, (entry.who, entry.when_text())))
        used = painter.fontMetrics().horizontalAdvance(side)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignRight), side)
        painter.setFont(theme.font(bold=True))
        painter.setPen(theme.colour("text"))
        room = inner.width() - used - theme.GAP_M
        title = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignLeft), title)
        if entry.text:
            painter.setFont(theme.font())
            below = QRect(left, inner.bottom() + 1, inner.width(), area.bottom() - inner.bottom())
            painter.drawText(below, int(Qt.TextFlag.TextWordWrap), entry.text)
        painter.restore()

    @staticmethod
    def _paint_dot(
        painter: QPainter,
        area: QRect,
        entry: TimelineEntry,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        ink, ground = theme.tone_colours(entry.tone)
        dot = QRectF(area.left() + theme.GAP_S, area.top() + theme.GAP_XS, _DOT, _DOT)
        middle = dot.center().x()
        painter.setPen(QPen(theme.colour("border"), 1.5))
        if index.row() > 0:
            painter.drawLine(int(middle), area.top(), int(middle), int(dot.top()))
        if index.row() < index.model().rowCount() - 1:
            painter.drawLine(int(middle), int(dot.bottom()), int(middle), area.bottom() + 1)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawEllipse(dot)
        theme.paint_icon(painter, entry.icon, dot.adjusted(5, 5, -5, -5), ink)

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        entry: TimelineEntry = index.data(_ENTRY_ROLE)
        height = _DOT + theme.GAP_S
        if entry.text:
            view = option.widget
            room = (view.width() if view is not None else 400) - _DOT - 5 * theme.GAP_S
            metrics = option.fontMetrics
            asked = QRect(0, 0, max(room, 80), 10_000)
            box = metrics.boundingRect(asked, int(Qt.TextFlag.TextWordWrap), entry.text)
            height += min(box.height(), metrics.lineSpacing() * _MAX_LINES)
        return QSize(200, height + theme.GAP_XS)


class Timeline(QListView):
    """A list of events; Enter or double click opens the record behind one."""

    opened = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._model = _Model(self)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.activated.connect(self._open)

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show these events, newest first."""
        self._model.show(entries)

    def _open(self, index: QModelIndex) -> None:
        key = self._model.entries[index.row()].key
        if key is not None:
            self.opened.emit(key)
