"""Dated events, newest first: what happened with a customer or a case."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from typing_extensions import override

from desktop_app import clock, labels
from desktop_app.ui import theme
from desktop_app.ui.list_model import ListModel
from desktop_app.ui.theme import Tone

_ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_DOT = 26
_MAX_LINES = 6
_AROUND = _DOT + 3 * theme.GAP_S
"""What stands left and right of the words of an entry."""


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


def whole_lines(text: str, font: QFont, room: int, most: int) -> list[str]:
    """A text in lines of at most so many pixels; of one with more lines the last ends with “…”."""
    lines: list[str] = []
    for paragraph in text.split("\n"):
        layout = QTextLayout(paragraph, font)
        layout.setTextOption(QTextOption())  # breaks at words, and inside one that is too long
        layout.beginLayout()
        while (line := layout.createLine()).isValid():
            line.setLineWidth(room)
            start, length = line.textStart(), line.textLength()
            if len(lines) < most:
                lines.append(paragraph[start : start + length].rstrip())
                continue
            layout.endLayout()
            rest = QFontMetrics(font).horizontalAdvance("…")
            kept = QFontMetrics(font).elidedText(
                lines[-1], Qt.TextElideMode.ElideRight, room - rest
            )
            lines[-1] = f"{kept.removesuffix('…')}…"
            return lines
        layout.endLayout()
    return lines


def said_of(entry: TimelineEntry, role: int) -> Any:
    """What the list is told of an entry."""
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
        inner = QRect(left, area.top() + theme.GAP_XS + 1, area.width() - _AROUND, 22)
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
            line = QRect(
                left, inner.bottom() + 1, inner.width(), painter.fontMetrics().lineSpacing()
            )
            for text in whole_lines(entry.text, painter.font(), inner.width(), _MAX_LINES):
                painter.drawText(line, int(middle | Qt.AlignmentFlag.AlignLeft), text)
                line.translate(0, line.height())
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
            width = view.viewport().width() if isinstance(view, QListView) else 400
            font = theme.font()
            lines = whole_lines(entry.text, font, max(width - _AROUND, 80), _MAX_LINES)
            height += len(lines) * QFontMetrics(font).lineSpacing()
        return QSize(200, height + theme.GAP_XS)


class Timeline(QListView):
    """A list of events; Enter or double click opens the record behind one."""

    opened = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._model = ListModel(self, said_of)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.activated.connect(self._open)

    def set_entries(self, entries: Sequence[TimelineEntry]) -> None:
        """Show these events, newest first."""
        self._model.show(sorted(entries, key=TimelineEntry.sort_key, reverse=True))

    def _open(self, index: QModelIndex) -> None:
        key = self._model.shown[index.row()].key
        if key is not None:
            self.opened.emit(key)
