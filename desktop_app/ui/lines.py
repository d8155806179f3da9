"""Words on a page that can be selected, and one line of them that gives way."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel
from typing_extensions import override

from desktop_app.ui import theme

_SHORTEST = 96


class Words(QLabel):
    """Can be selected from the first press on; before, that would double the time of a layout."""

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        super().mousePressEvent(event)


class ShortLine(Words):
    """A line that ends in “…” where there is no room; the tooltip says all of it then."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)

    @override
    def minimumSizeHint(self) -> QSize:
        whole = super().minimumSizeHint()
        return QSize(min(whole.width(), theme.pixels(_SHORTEST)), whole.height())

    def shown(self) -> str:
        """What can be read."""
        way = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(self.text(), way, self.contentsRect().width())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown()
        self.setToolTip("" if shown == self.text() else self.text())
        if shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        way = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.contentsRect(), int(way), shown)
        painter.end()
