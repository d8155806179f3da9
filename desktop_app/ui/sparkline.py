"""A small line without axes: how something went, beside its number."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from desktop_app.ui import theme

_MARGIN = 4.0


class Sparkline(QWidget):
    """Draws values from left to right; what is not known leaves a gap, the last one has a dot."""

    def __init__(self) -> None:
        super().__init__()
        self._values: tuple[float | None, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_values(self, values: Sequence[float | None], text: str) -> None:
        """Show values.

        Args:
            values: Oldest first.
            text: The same in words, for the tool tip and the screen reader.
        """
        self._values = tuple(values)
        self.setAccessibleName(text)
        self.setToolTip(text)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(160, 40)

    def _points(self) -> list[QPointF | None]:
        known = [value for value in self._values if value is not None]
        low, high = min(0.0, *known), max(known)
        area = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        step = area.width() / max(len(self._values) - 1, 1)
        span = (high - low) or 1.0
        return [
            None
            if value is None
            else QPointF(
                area.left() + number * step, area.bottom() - (value - low) / span * area.height()
            )
            for number, value in enumerate(self._values)
        ]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not any(value is not None for value in self._values):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line, before = QPainterPath(), None
        points = self._points()
        for point in points:
            if point is not None:
                if before is None:
                    line.moveTo(point)
                else:
                    line.lineTo(point)
            before = point
        painter.setPen(QPen(theme.colour("accent"), 1.75, Qt.PenStyle.SolidLine))
        painter.drawPath(line)
        last = next(point for point in reversed(points) if point is not None)
        painter.setBrush(theme.colour("accent"))
        painter.drawEllipse(last, 2.5, 2.5)
        painter.end()
