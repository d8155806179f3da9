"""A report figure on the screen: the scene that the PDF paints, with hover, keys and click."""

from collections.abc import Mapping
from types import MappingProxyType

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QResizeEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolTip, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.reports import figures
from desktop_app.reports.base import Figure
from desktop_app.reports.figures import Anchor, Scene
from desktop_app.ui import theme
from desktop_app.ui.panels import button, text_label

_SCALE = 1.55
"""Pixels for a point of the scene: its 8 point labels become 12 pixels."""

_METRIC_SIZE = 100
_INKS: Mapping[str, str] = MappingProxyType(
    {
        figures.ACCENT: "accent",
        figures.ON_ACCENT: "on_accent",
        figures.INK: "text",
        figures.SOFT: "muted",
        figures.FAINT: "border_strong",
        figures.GRID: "border",
        figures.TINT: "alternate",
    }
)


def figure_text(figure: Figure) -> str:
    """A figure as tab separated text: what *Copy table* gives."""
    lines = ["\t".join(("", *(one.name for one in figure.series)))]
    for number, name in enumerate(figure.categories):
        cells = [_value_text(one.values[number]) for one in figure.series]
        lines.append("\t".join((name, *cells)))
    return "\n".join(lines)


def _value_text(value: float | None) -> str:
    if value is None:
        return ""
    return str(int(value)) if value == int(value) else f"{value:g}"


class _Canvas(QWidget):
    """Paints the scene; bars can be hovered, walked with the arrows and opened."""

    opened = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.figure: Figure | None = None
        self._scene: Scene | None = None
        self._hovered = self._current = -1
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.look().changed.connect(self._lay_out)

    def show_figure(self, figure: Figure) -> None:
        is_same = self.figure is not None and self.figure.keys == figure.keys
        can_open = bool(figure.keys)
        self.figure = figure
        self._hovered = -1
        if not is_same:
            self._current = 0 if can_open else -1
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if can_open else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(figure.title)
        self.setAccessibleDescription(figure_text(figure))
        self._lay_out()

    def _lay_out(self) -> None:
        if self.figure is None or self.width() <= 0:
            return
        metrics = QFontMetricsF(_font(_METRIC_SIZE))

        def measure(text: str, size: float) -> float:
            return metrics.horizontalAdvance(text) * size / _METRIC_SIZE

        self._scene = figures.lay_out(self.figure, self._room() / self._factor(), measure)
        self.setFixedHeight(round(self._scene.height * self._factor()) + theme.GAP_S)
        self.update()

    @staticmethod
    def _factor() -> float:
        return _SCALE * theme.look().scale

    def _room(self) -> int:
        return max(self.width(), 240)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    @override
    def sizeHint(self) -> QSize:
        return QSize(480, self.height())

    # ------------------------------------------------------------------ painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        self.paint_scene(painter)
        painter.end()

    def paint_scene(self, painter: QPainter) -> None:
        """Paint on the screen, or on a picture."""
        scene = self._scene
        if scene is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._factor(), self._factor())
        self._paint_current(painter)
        for stroke in (*scene.grid, *scene.strokes):
            painter.setPen(QPen(_ink(stroke.colour), stroke.width))
            painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in stroke.points]))
        for rect in scene.rects:
            self._paint_bar(painter, rect)
        for dot in scene.dots:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(_ink(dot.colour))
            painter.drawEllipse(QPointF(dot.x, dot.y), dot.radius, dot.radius)
        for label in scene.labels:
            _paint_label(painter, label)

    def _paint_bar(self, painter: QPainter, rect: figures.Rect) -> None:
        area = QRectF(rect.x, rect.y, rect.width, rect.height)
        ink = _ink(rect.colour)
        is_marked = rect.index >= 0 and rect.index == self._hovered
        painter.setBrush(theme.colour("accent_hover") if is_marked else ink)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawRoundedRect(area, 1.5, 1.5)

    def area(self, index: int) -> QRectF:
        """Where a category stands, in points of the scene; empty when it stands nowhere."""
        if self._scene is None or index < 0:
            return QRectF()
        for rect in self._scene.areas:
            if rect.index == index:
                return QRectF(rect.x, rect.y, rect.width, rect.height)
        for rect in self._scene.rects:
            if rect.index == index:
                return QRectF(1, rect.y - 3, self._scene.width - 2, rect.height + 6)
        return QRectF()

    def _paint_current(self, painter: QPainter) -> None:
        """Frame what Enter opens."""
        area = self.area(self._current)
        if self.hasFocus() and not area.isEmpty():
            painter.setBrush(theme.colour("accent_ground"))
            painter.setPen(QPen(theme.colour("focus"), 1.3))
            painter.drawRoundedRect(area, 3, 3)

    # ------------------------------------------------------------------ mouse and keys

    def _at(self, place: QPointF) -> int:
        if self._scene is None:
            return -1
        point = QPointF(place.x() / self._factor(), place.y() / self._factor())
        known = {rect.index for rect in (*self._scene.areas, *self._scene.rects)}
        return next((index for index in sorted(known) if self.area(index).contains(point)), -1)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found == self._hovered or self.figure is None:
            return
        self._hovered = found
        can_open = found >= 0 and bool(self.figure.keys)
        shape = Qt.CursorShape.PointingHandCursor if can_open else Qt.CursorShape.ArrowCursor
        self.setCursor(shape)
        if found >= 0:
            QToolTip.showText(event.globalPosition().toPoint(), self._words(found), self)
        self.update()

    def _words(self, index: int) -> str:
        if self.figure is None:
            return ""
        parts = [
            f"{one.name}: {labels.number(one.values[index])}"
            if one.name
            else _plain(one.values[index])
            for one in self.figure.series
            if one.values[index] is not None
        ]
        return f"{self.figure.categories[index]}\n" + "\n".join(parts)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = -1
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._open(self._at(event.position()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        count = len(self.figure.categories) if self.figure is not None else 0
        match event.key():
            case Qt.Key.Key_Down | Qt.Key.Key_Right if count:
                self._current = min(self._current + 1, count - 1)
            case Qt.Key.Key_Up | Qt.Key.Key_Left if count:
                self._current = max(self._current - 1, 0)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._open(self._current)
            case _:
                super().keyPressEvent(event)
        self.update()

    def _open(self, index: int) -> None:
        if self.figure is not None and 0 <= index < len(self.figure.keys):
            self.opened.emit(self.figure.keys[index])


def _plain(value: float | None) -> str:
    return labels.number(value)


def _font(pixel_size: int) -> QFont:
    font = theme.font()
    font.setPixelSize(pixel_size)
    return font


def _ink(name: str) -> QColor:
    if name in _INKS:
        return theme.colour(_INKS[name])
    ink = QColor(name)
    return ink.lighter(125) if theme.is_dark() else ink


def _paint_label(painter: QPainter, label: figures.Label) -> None:
    painter.setPen(_ink(label.colour))
    painter.save()
    painter.translate(label.x, label.y)
    painter.scale(label.size / _METRIC_SIZE, label.size / _METRIC_SIZE)
    font = _font(_METRIC_SIZE)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    painter.setFont(font)
    width = QFontMetricsF(font).horizontalAdvance(label.text)
    shift = {Anchor.START: 0.0, Anchor.MIDDLE: width / 2, Anchor.END: width}[label.anchor]
    painter.drawText(QPointF(-shift, 0), label.text)
    painter.restore()


class ChartView(QWidget):
    """A figure with its title, its note, and *Copy picture* and *Copy table*."""

    opened = Signal(str)
    """The key of the bar that was clicked or entered."""

    def __init__(self) -> None:
        super().__init__()
        self.title = text_label("", "heading")
        self.note = text_label("", "hint")
        self.canvas = _Canvas()
        self.canvas.opened.connect(self.opened)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(button(_("Copy picture"), self.copy_picture, "copy", "quiet"))
        head.addWidget(button(_("Copy table"), self.copy_table, "list", "quiet"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addWidget(self.canvas)
        column.addWidget(self.note)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_figure(self, figure: Figure) -> None:
        """Draw a figure."""
        self.title.setText(figure.title)
        self.note.setText(figure.note)
        self.note.setVisible(bool(figure.note))
        self.canvas.show_figure(figure)

    def picture(self) -> QPixmap:
        """The figure with its title as a picture, twice as fine as the screen."""
        whole = self.canvas.size() + QSize(0, 32)
        made = QPixmap(whole * 2)
        made.fill(theme.colour("base"))
        painter = QPainter(made)
        painter.scale(2, 2)
        painter.setPen(theme.colour("text"))
        painter.setFont(theme.font(theme.SIZE_HEADING, bold=True))
        painter.drawText(QPointF(0, 20), self.title.text())
        painter.translate(0, 32)
        self.canvas.paint_scene(painter)
        painter.end()
        return made

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self.picture())

    def copy_table(self) -> None:
        """Put the numbers on the clipboard."""
        if self.canvas.figure is not None:
            QGuiApplication.clipboard().setText(figure_text(self.canvas.figure))
