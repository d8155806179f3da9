"""How a cell of a table is painted: calm rows, hair lines, chips, a bar at the current row."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QTableView
from typing_extensions import override

from desktop_app.ui import theme
from desktop_app.ui.roles import FAINT_ROLE, TONE_ROLE
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # with QStyle they take ten milliseconds of each start
    from PySide6.QtWidgets import QStyleOptionViewItem

_PADDING = theme.GAP_S
_BAR = 3


class RowDelegate(QStyledItemDelegate):
    """Paints cells itself: quicker than the style sheet, and with chips."""

    def __init__(self, view: QTableView) -> None:
        super().__init__(view)
        self._view = view
        self.hovered_row = -1

    @override
    def paint(
        self,
        painter: QPainter,
        option: "QStyleOptionViewItem",
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        area = option.rect
        is_selected = self._view.selectionModel().isSelected(
            index
        )  # the first view needs no QStyle
        painter.save()
        if is_selected:
            painter.fillRect(area, theme.colour("selection"))
        elif index.row() == self.hovered_row:
            painter.fillRect(area, theme.colour("alternate"))
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        self._paint_bar(painter, area, index)
        text = index.data(Qt.ItemDataRole.DisplayRole)
        if text:
            tone = index.data(TONE_ROLE)
            if tone is not None:
                alignment = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
                is_right = bool(alignment & Qt.AlignmentFlag.AlignRight)
                _paint_chip(painter, area, str(text), Tone(tone), is_right=is_right)
            else:
                plain = "muted" if index.data(FAINT_ROLE) else "text"
                ink = theme.colour("on_selection" if is_selected else plain)
                self._paint_text(painter, area, index, str(text), ink)
        painter.restore()

    def _paint_bar(
        self, painter: QPainter, area: QRect, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        header = self._view.horizontalHeader()
        is_first = header.visualIndex(index.column()) == 0
        if is_first and index.row() == self._view.currentIndex().row() and self._view.hasFocus():
            painter.fillRect(
                QRect(area.left(), area.top(), _BAR, area.height()), theme.colour("focus")
            )

    def _paint_text(
        self,
        painter: QPainter,
        area: QRect,
        index: QModelIndex | QPersistentModelIndex,
        text: str,
        ink: QColor,
    ) -> None:
        inner = area.adjusted(_PADDING, 0, -_PADDING, 0)
        alignment = Qt.AlignmentFlag(index.data(Qt.ItemDataRole.TextAlignmentRole))
        painter.setPen(ink)
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, int(alignment | Qt.TextFlag.TextSingleLine), shown)

    @override
    def sizeHint(
        self, option: "QStyleOptionViewItem", index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        text = index.data(Qt.ItemDataRole.DisplayRole) or ""
        width = option.fontMetrics.horizontalAdvance(str(text)) + 2 * _PADDING
        if index.data(TONE_ROLE) is not None:
            width += 2 * _PADDING
        return QSize(width + _BAR, theme.row_height())


def _paint_chip(
    painter: QPainter, area: QRect, text: str, tone: Tone, *, is_right: bool = False
) -> None:
    ink, ground = theme.tone_colours(tone)
    painter.setFont(theme.font(theme.SIZE_SMALL, bold=True))
    metrics = painter.fontMetrics()
    room = area.width() - 2 * _PADDING
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room - 2 * _PADDING)
    width = min(room, metrics.horizontalAdvance(shown) + 2 * _PADDING)
    height = min(area.height() - theme.GAP_S, metrics.height() + theme.GAP_XS)
    top = area.center().y() - height / 2 + 0.5
    left = area.right() - _PADDING - width if is_right else area.left() + _PADDING
    chip = QRectF(left, top, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(chip, 4, 4)
    painter.setPen(ink)
    painter.drawText(chip, int(Qt.AlignmentFlag.AlignCenter), shown)
