"""The life of a case as a row of steps: where it stands, for how long, where it may go."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from db.vocabulary import CaseStage
from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_look import days_text

_HEIGHT = 38
_POINT = 9


class StageStep(QAbstractButton):
    """One stage; can be pressed when the case may be moved there."""

    def __init__(self, stage: CaseStage) -> None:
        super().__init__()
        self.stage = stage
        self.days: float | None = None
        self.is_current = self.is_past = self.is_allowed = False
        self.is_last = stage is CaseStage.CLOSED
        self.setObjectName(f"stage-{stage.value}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_HEIGHT)
        self.setText(labels.label(stage))

    def show_state(
        self, days: float | None, *, is_current: bool, is_past: bool, is_allowed: bool
    ) -> None:
        """Say how long the case stood here, and whether it stands or may go here."""
        self.days, self.is_current, self.is_past = days, is_current, is_past
        self.is_allowed = is_allowed
        self.setEnabled(is_allowed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if is_allowed else Qt.FocusPolicy.NoFocus)
        parts = [self.text()]
        if days is not None:
            parts.append(days_text(days))
        if is_current:
            parts.append(_("the case stands here"))
        if is_allowed:
            parts.append(_("press to move here"))
        self.setAccessibleName(", ".join(parts))
        self.setToolTip(", ".join(parts))
        is_hand = is_allowed
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_hand else Qt.CursorShape.ArrowCursor)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(60, _HEIGHT)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def _colours(self) -> tuple[QColor, QColor]:
        if self.is_current:
            return theme.colour("accent"), theme.colour("on_accent")
        if self.is_allowed and (self.underMouse() or self.hasFocus()):
            return theme.colour("pressed"), theme.colour("text")
        if self.is_past:
            return theme.colour("accent_ground"), theme.colour("text")
        if self.is_allowed:
            return theme.colour("raised"), theme.colour("text")
        return theme.colour("neutral_ground"), theme.colour("muted")

    def _shape(self) -> QPolygonF:
        area = QRectF(self.rect()).adjusted(0.5, 1.5, -0.5, -1.5)
        middle = area.center().y()
        points = [area.topLeft(), QPointF(area.right() - _POINT, area.top())]
        points += [QPointF(area.right(), middle), QPointF(area.right() - _POINT, area.bottom())]
        points.append(area.bottomLeft())
        if self.stage is not CaseStage.IDENTIFIED:
            points.append(QPointF(area.left() + _POINT, middle))
        return QPolygonF(points)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink = self._colours()
        painter.setBrush(ground)
        edge = "focus" if self.hasFocus() else "border_strong" if self.is_allowed else "border"
        painter.setPen(theme.colour("accent" if self.is_current else edge))
        painter.drawPolygon(self._shape())
        painter.setPen(ink)
        inner = self.rect().adjusted(_POINT + 3, 2, -_POINT - 1, -2)
        painter.setFont(theme.font(theme.SIZE_SMALL, bold=self.is_current))
        wide = painter.fontMetrics()
        title = wide.elidedText(self.text(), Qt.TextElideMode.ElideRight, inner.width())
        if self.days is None:
            painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, title)
        else:
            half = inner.height() // 2
            painter.drawText(
                inner.adjusted(0, 0, 0, -half + 2), Qt.AlignmentFlag.AlignCenter, title
            )
            painter.setFont(theme.font(theme.SIZE_SMALL))
            low = inner.adjusted(0, half - 1, 0, 0)
            painter.drawText(low, Qt.AlignmentFlag.AlignCenter, days_text(self.days))
        painter.end()


class StageStepper(QWidget):
    """Ten stages in a row; the arrows go between those that can be pressed."""

    chosen = Signal(object)
    """The ``CaseStage`` to move the case to; ``CLOSED`` asks to close it."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Stages of the case"))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        self.steps: dict[CaseStage, StageStep] = {}
        for stage in CaseStage:
            step = StageStep(stage)
            step.clicked.connect(self._chooser(stage))
            self.steps[stage] = step
            row.addWidget(step, max(4, len(step.text()) // 2))

    def _chooser(self, stage: CaseStage) -> object:
        return lambda: self.chosen.emit(stage)

    def show_case(
        self, stage: CaseStage, days: Mapping[CaseStage, float], allowed: Sequence[CaseStage]
    ) -> None:
        """Show where a case stands, the days it stood in each stage, and where it may go."""
        stages = list(CaseStage)
        for step in self.steps.values():
            step.show_state(
                days.get(step.stage),
                is_current=step.stage is stage,
                is_past=stages.index(step.stage) < stages.index(stage),
                is_allowed=step.stage in allowed,
            )

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = [step for step in self.steps.values() if step.is_allowed]
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            for step in steps:
                if step.hasFocus():
                    step.click()
            return
        move = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        focused = next((n for n, step in enumerate(steps) if step.hasFocus()), None)
        if move is None or focused is None:
            super().keyPressEvent(event)
            return
        steps[(focused + move) % len(steps)].setFocus(Qt.FocusReason.TabFocusReason)
