"""The picture of a script: its steps in layers, the ways between them; walked with the arrows."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QHBoxLayout,
    QStyleOptionGraphicsItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.domain import script_layout
from desktop_app.domain.script_checks import Finding, Severity
from desktop_app.domain.script_graph import Way
from desktop_app.domain.script_layout import Line, Picture, Spot
from desktop_app.domain.script_terms import kind_word
from desktop_app.domain.scripts import Script, Step, StepKind
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.panels import button
from desktop_app.ui.script_edit_state import ScriptState
from desktop_app.ui.script_outline import icon_name, step_words
from desktop_app.ui.script_parts import small_button

_WIDTH, _HEIGHT = 168.0, 52.0
_GAP_X, _GAP_Y = 22.0, 44.0
_RADIUS, _ICON, _EDGE = 6.0, 14.0, 7.0
_ARROW, _LABEL = 6.0, 14
_STEP_ZOOM: Final = 1.2
_LEAST, _MOST = 0.15, 2.5
_MARGIN: Final = 24.0
_GROUNDS: Final = {
    StepKind.OFFER: "accent_ground",
    StepKind.OBJECTION: "warn_ground",
    StepKind.NOTE: "alternate",
    StepKind.LOGIC: "alternate",
    StepKind.END: "good_ground",
}
_TONES: Final = {Severity.ERROR: "bad", Severity.WARNING: "warn"}
_MOVES: Final = {
    Qt.Key.Key_Down: (1, 0),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Left: (0, -1),
}


def _middle(spot: Spot) -> QPointF:
    return QPointF(spot.place * (_WIDTH + _GAP_X), spot.layer * (_HEIGHT + _GAP_Y))


class _Box(QGraphicsItem):
    """One step."""

    def __init__(
        self, step: Step, number: int, severity: Severity | None, *, is_chosen: bool
    ) -> None:
        super().__init__()
        self.step, self._number, self._severity = step, number, severity
        self.is_chosen = is_chosen
        self.setToolTip("\n".join((kind_word(step.kind), step_words(step))))

    @override
    def boundingRect(self) -> QRectF:
        return self._area().adjusted(-3, -3, 3, 3)

    @staticmethod
    def _area() -> QRectF:
        return QRectF(-_WIDTH / 2, -_HEIGHT / 2, _WIDTH, _HEIGHT)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        area = self._area()
        edge = theme.colour(_TONES[self._severity] if self._severity else "border_strong")
        painter.setPen(QPen(theme.colour("focus") if self.is_chosen else edge,
                            3.0 if self.is_chosen else 1.2))  # fmt: skip
        painter.setBrush(theme.colour(_GROUNDS.get(self.step.kind, "base")))
        painter.drawRoundedRect(area, _RADIUS, _RADIUS)
        icon = QRectF(area.left() + _EDGE, area.top() + _EDGE, _ICON, _ICON)
        theme.paint_icon(painter, icon_name(self.step), icon, theme.colour("muted"))
        words = area.adjusted(_EDGE * 2 + _ICON, _EDGE - 2, -_EDGE, -_EDGE + 2)
        painter.setPen(theme.colour("text"))
        painter.setFont(_font(theme.SIZE_SMALL))
        text = _cut(f"{self._number}  {step_words(self.step)}", words)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWrapAnywhere
        painter.drawText(words, flags, text)


def _font(size: int) -> Any:
    font = theme.font(size)
    font.setPixelSize(size)  # the picture has a zoom of its own
    return font


def _cut(text: str, area: QRectF) -> str:
    """As much of a text as fits into two lines."""
    metrics = QFontMetricsF(_font(theme.SIZE_SMALL))
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width() * 2 - _ICON * 2)


class _Way(QGraphicsItem):
    """The ways from one step to another, an arrow at its end."""

    def __init__(self, line: Line, picture: Picture, words: str, *, is_marked: bool) -> None:
        super().__init__()
        self._words, self._is_marked, self._is_back = words, is_marked, line.is_back
        self._path, self._tip, self._place = _drawn(line, picture)
        self.setZValue(-1)
        self.setToolTip(words)

    @override
    def boundingRect(self) -> QRectF:
        return self._path.boundingRect().adjusted(-_WIDTH / 2, -_LABEL, _WIDTH / 2, _LABEL)

    @override
    def shape(self) -> QPainterPath:
        return QPainterPath()

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        ink = theme.colour("accent" if self._is_marked else "muted")
        style = Qt.PenStyle.DashLine if self._is_back else Qt.PenStyle.SolidLine
        painter.setPen(QPen(ink, 1.8 if self._is_marked else 1.1, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ink)
        painter.drawPolygon(self._tip)
        if self._words and self._is_marked:
            self._paint_words(painter)

    def _paint_words(self, painter: QPainter) -> None:
        font = _font(theme.SIZE_SMALL - 1)
        metrics = QFontMetricsF(font)
        words = metrics.elidedText(self._words, Qt.TextElideMode.ElideRight, _WIDTH * 0.9)
        wide = metrics.horizontalAdvance(words) + _EDGE
        area = QRectF(self._place.x() - wide / 2, self._place.y() - _LABEL / 2, wide, _LABEL)
        painter.setBrush(theme.colour("base"))
        painter.drawRoundedRect(area, 3, 3)
        painter.setPen(theme.colour("accent"))
        painter.setFont(font)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)


def _drawn(line: Line, picture: Picture) -> tuple[QPainterPath, QPolygonF, QPointF]:
    """The line, its arrow, and where its words stand."""
    begin, end = (_middle(picture.spots[key]) for key in (line.begin, line.end))
    half = _HEIGHT / 2
    if line.is_back or end.y() <= begin.y():  # around the right side, upwards
        side = max(begin.x(), end.x()) + _WIDTH / 2 + _GAP_X * 1.5
        start = begin + QPointF(_WIDTH / 2, 0)
        goal = end + QPointF(_WIDTH / 2, 0)
        path = QPainterPath(start)
        path.cubicTo(QPointF(side, start.y()), QPointF(side, goal.y()), goal)
        return (
            path,
            _arrow(goal, QPointF(-1, 0)),
            QPointF(side - _GAP_X, (start.y() + goal.y()) / 2),
        )
    points = [
        begin + QPointF(0, half),
        *(_middle(bend) for bend in line.bends),
        end - QPointF(0, half),
    ]
    path = QPainterPath(points[0])
    for one, other in pairwise(points):
        pull = (other.y() - one.y()) / 2
        path.cubicTo(one + QPointF(0, pull), other - QPointF(0, pull), other)
    return path, _arrow(points[-1], QPointF(0, 1)), (points[0] + points[1]) / 2


def _arrow(tip: QPointF, way: QPointF) -> QPolygonF:
    angle = math.atan2(way.y(), way.x())
    wings = [
        tip - QPointF(math.cos(angle + turn), math.sin(angle + turn)) * _ARROW
        for turn in (0.45, -0.45)
    ]
    return QPolygonF([tip, *wings])


class _Canvas(QGraphicsView):
    """The picture; the arrows go along the ways, Enter edits."""

    edited = Signal()

    def __init__(self, state: ScriptState) -> None:
        super().__init__()
        self._state = state
        self.picture = Picture({}, (), 0, frozenset())
        self.findings: tuple[Finding, ...] = ()
        self.setScene(QGraphicsScene(self))
        self.setAccessibleName(_("Diagram of the script"))
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.setDragMode(QGraphicsView.DragMode.ScrollHandDrag)
        self.viewport().setCursor(Qt.CursorShape.ArrowCursor)
        theme.look().changed.connect(self.draw)

    def draw(self) -> None:
        """Draw the script as it is now."""
        script = self._state.script
        self.picture = script_layout.lay_out(script)
        scene = self.scene()
        scene.clear()
        worst = {each.step: each.severity for each in reversed(self.findings)}
        worst |= {e.step: e.severity for e in self.findings if e.severity is Severity.ERROR}
        chosen = self._state.key
        for line in self.picture.lines:
            words = _(", ").join(filter(None, (_way_words(script, line.begin, each)
                                               for each in line.ways)))  # fmt: skip
            is_marked = chosen in {line.begin, line.end}
            scene.addItem(_Way(line, self.picture, words, is_marked=is_marked))
        for number, step in enumerate(script.steps, start=1):
            if script.step(step.id) is step:
                box = _Box(step, number, worst.get(step.id), is_chosen=step.id == chosen)
                box.setPos(_middle(self.picture.spots[step.id]))
                scene.addItem(box)
        edge = scene.itemsBoundingRect().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
        scene.setSceneRect(edge)
        self._say()
        self.follow()

    def _say(self) -> None:
        step = self._state.step
        if step is not None:
            led = [line.end for line in self.picture.lines if line.begin == step.id]
            words = [self._state.script.step(key) for key in led]
            onward = _(", ").join(step_words(each) for each in words if each is not None)
            spoken = [kind_word(step.kind), step_words(step)]
            if onward:
                spoken.append(_("leads to: {steps}").format(steps=onward))
            self.setAccessibleDescription(", ".join(spoken))

    def follow(self) -> None:
        """Bring the chosen step into sight."""
        spot = self.picture.spots.get(self._state.key or "")
        if spot is not None:
            middle = _middle(spot)
            half = QPointF(_WIDTH / 2 + _MARGIN, _HEIGHT / 2 + _MARGIN)
            self.ensureVisible(QRectF(middle - half, middle + half), 0, 0)

    # ------------------------------------------------------------------ keys and mouse

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = self._state.key
        move = _MOVES.get(Qt.Key(event.key()))
        if move is not None and key in self.picture.spots and key is not None:
            found = script_layout.neighbour(self.picture, key, *move)
            if found is not None:
                self._state.select(found)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.edited.emit()
        elif event.key() in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(_STEP_ZOOM)
        elif event.key() == Qt.Key.Key_Minus:
            self.zoom(1 / _STEP_ZOOM)
        elif event.key() == Qt.Key.Key_0:
            self.fit()
        else:
            super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._box_at(event)
        if found is not None:
            self._state.select(found.step.id)
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._box_at(event) is not None:
            self.edited.emit()

    def _box_at(self, event: QMouseEvent) -> _Box | None:
        items: Sequence[QGraphicsItem] = self.items(event.position().toPoint())
        return next((each for each in items if isinstance(each, _Box)), None)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_STEP_ZOOM if event.angleDelta().y() > 0 else 1 / _STEP_ZOOM)
        else:
            super().wheelEvent(event)

    def zoom(self, factor: float) -> None:
        """Show it larger or smaller."""
        wanted = self.transform().m11() * factor
        if _LEAST <= wanted <= _MOST:
            self.scale(factor, factor)
            self.follow()

    def fit(self) -> None:
        """Show the whole picture, but not larger than it is."""
        area, room = self.sceneRect(), self.viewport().rect()
        if not area.isEmpty() and not room.isEmpty():
            factor = min(room.width() / area.width(), room.height() / area.height(), 1.0)
            self.resetTransform()
            self.scale(max(factor, _LEAST), max(factor, _LEAST))
            self.follow()


def _way_words(script: Script, key: str, way: Way) -> str:
    """What leads along a way: the words of the choice, or which branch."""
    step = script.step(key)
    if step is None:
        return ""
    choice = step.choice(way.choice)
    if choice is not None:
        return step_words(Step(choice.code, StepKind.SAY, choice.zh, choice.en))
    if way.branch:
        return _("branch {n}").format(n=way.branch)
    return _("otherwise") if step.kind is StepKind.LOGIC else ""


class ScriptGraphView(QWidget):
    """The picture with its tools: larger, smaller, whole, copy."""

    edited = Signal()
    """Enter on a step: its fields are wanted."""

    def __init__(self, state: ScriptState) -> None:
        super().__init__()
        self.canvas = _Canvas(state)
        self.canvas.edited.connect(self.edited)
        self.setFocusProxy(self.canvas)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_XS)
        row.addStretch(1)
        for words, slot, icon in (
            (_("Larger  +"), lambda: self.canvas.zoom(_STEP_ZOOM), "add"),
            (_("Smaller  −"), lambda: self.canvas.zoom(1 / _STEP_ZOOM), "remove"),
            (_("Show all  0"), self.canvas.fit, "eye"),
        ):
            row.addWidget(small_button(words, slot, icon))
        row.addWidget(button(_("Copy picture"), self.copy_picture, "copy", "quiet"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(row)
        column.addWidget(self.canvas, 1)
        state.changed.connect(self.refresh)
        state.chosen.connect(self.refresh)

    def refresh(self) -> None:
        """Draw it again, if it is seen."""
        if self.isVisible():
            self.canvas.draw()

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Mark the steps where something is wrong."""
        self.canvas.findings = found
        self.refresh()

    @override
    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.canvas.draw()

    def picture(self) -> QPixmap:
        """The whole script as a picture, twice as fine as the screen."""
        scene = self.canvas.scene()
        area = scene.sceneRect()
        made = QImage(area.size().toSize() * 2, QImage.Format.Format_ARGB32)
        made.fill(theme.colour("base"))
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scene.render(painter)
        painter.end()
        return QPixmap.fromImage(made)

    def copy_picture(self) -> None:
        """Put the picture on the clipboard."""
        self.canvas.draw()
        QGuiApplication.clipboard().setPixmap(self.picture())
