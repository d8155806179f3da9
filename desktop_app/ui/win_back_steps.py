"""The six steps of winning a customer back as a row: where each stands, and which is shown."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from db.vocabulary import WinBackStepKind
from desktop_app import labels
from desktop_app.domain.win_back import StepState
from desktop_app.i18n import N_, _
from desktop_app.ui import theme

_HEIGHT = 34
_ICON = 14
STATE_WORDS = {
    StepState.CLOSED: N_("closed"),
    StepState.OPEN: N_("not begun"),
    StepState.BEGUN: N_("begun"),
    StepState.DONE: N_("done"),
}
_ICONS = {StepState.CLOSED: "lock", StepState.BEGUN: "edit", StepState.DONE: "check"}


class StepMark(QAbstractButton):
    """One step: its number, and a sign for where it stands."""

    def __init__(self, kind: WinBackStepKind, number: int) -> None:
        super().__init__()
        self.kind, self.number = kind, number
        self.state = StepState.OPEN
        self.is_shown = False
        self.setObjectName(f"step-{kind.value}")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(theme.pixels(_HEIGHT))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the row has the keyboard
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_state(StepState.OPEN, is_shown=False)

    def show_state(self, state: StepState, *, is_shown: bool) -> None:
        """Say where the step stands, and whether it is the one below."""
        self.state, self.is_shown = state, is_shown
        words = _("Step {n}, {name}: {state}").format(
            n=self.number, name=labels.label(self.kind), state=_(STATE_WORDS[state])
        )
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.pixels(38), theme.pixels(_HEIGHT))

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self.update()
        super().enterEvent(event)

    def _colours(self) -> tuple[QColor, QColor, str]:
        if self.is_shown:
            return theme.colour("accent"), theme.colour("on_accent"), "on_accent"
        if self.underMouse():
            return theme.colour("pressed"), theme.colour("text"), "muted"
        if self.state is StepState.DONE:
            return theme.colour("accent_ground"), theme.colour("text"), "accent"
        if self.state is StepState.CLOSED:
            return theme.colour("neutral_ground"), theme.colour("muted"), "muted"
        return theme.colour("raised"), theme.colour("text"), "muted"

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground, ink, tint = self._colours()
        row = self.parentWidget()
        has_keys = self.is_shown and row is not None and row.hasFocus()
        painter.setBrush(ground)
        painter.setPen(theme.colour("focus" if has_keys else "border"))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -2, -2), 4, 4)
        painter.setPen(ink)
        painter.setFont(theme.font(theme.SIZE_TEXT, bold=self.is_shown))
        icon, size = _ICONS.get(self.state), theme.pixels(_ICON)
        room = size + theme.GAP_XS if icon else 0
        inner = self.rect().adjusted(0, 0, -room, 0)
        painter.drawText(inner, Qt.AlignmentFlag.AlignCenter, str(self.number))
        if icon:
            middle = self.rect().center()
            place = QRect(middle.x() + theme.GAP_XS // 2, middle.y() - size // 2, size, size)
            theme.icon(icon, tint).paint(painter, place)
        painter.end()


class StepRow(QWidget):
    """Six steps; digits and arrows choose one, Enter and the arrow down go into its form."""

    chosen = Signal(object)
    """The ``WinBackStepKind`` to show."""
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.current = WinBackStepKind.IDENTIFY
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_XS)
        self.marks: dict[WinBackStepKind, StepMark] = {}
        for number, kind in enumerate(WinBackStepKind, start=1):
            mark = StepMark(kind, number)
            mark.clicked.connect(self._chooser(kind))
            self.marks[kind] = mark
            row.addWidget(mark)
        self.show_states([StepState.OPEN] * len(self.marks), self.current)

    def _chooser(self, kind: WinBackStepKind) -> object:
        return lambda: self.chosen.emit(kind)

    def show_states(self, states: Sequence[StepState], current: WinBackStepKind) -> None:
        """Show where the steps stand, and which of them is below."""
        self.current = current
        for mark, state in zip(self.marks.values(), states, strict=True):
            mark.show_state(state, is_shown=mark.kind is current)
        hint = _("digits and arrows choose a step")
        self.setAccessibleName(f"{self.marks[current].accessibleName()}; {hint}")

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        kinds = list(WinBackStepKind)
        place = kinds.index(self.current)
        move = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        digit = event.key() - Qt.Key.Key_1
        if move is not None:
            self.chosen.emit(kinds[(place + move) % len(kinds)])
        elif (
            0 <= digit < len(kinds) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            self.chosen.emit(kinds[digit])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.entered.emit()
        else:
            super().keyPressEvent(event)
