"""What staff believe before they ask: a picker above the first question, kept or skipped."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.numbered_reasons import NumberedReasons
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.pickers import Choice

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BeliefBar(QFrame):
    """A reason chosen by digits or words is kept at once; *Enter* on nothing and *Esc* skip."""

    believed = Signal(str)
    """Code of the reason that staff expect."""
    left = Signal()
    """The keyboard belongs to the questions now."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.box = NumberedReasons((), is_optional=True)
        self.box.set_name(_("What do you believe, before you ask?"))
        self.keep = button(_("Note it down"), self._keep, "check")
        self.skip = button(_("Skip"), self._leave)
        self.skip.setToolTip(_("Skip  Esc"))
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_S)
        head.addWidget(text_label(_("What do you believe, before you ask?"), "strong"), 1)
        head.addWidget(self.keep)
        head.addWidget(self.skip)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addWidget(self.box)
        self._codes: frozenset[str] = frozenset()
        self._composing = Composing(self)
        self._composing.watch(self.box.filter)
        self.box.chosen.connect(self._keep)
        self.box.filter.installEventFilter(self)
        self.hide()

    def ask(self, choices: Sequence[Choice]) -> None:
        """Show the picker, empty."""
        self._codes = frozenset(str(choice.value) for choice in choices)
        self.box.set_choices(choices)
        self.box.set_value(None)
        self.box.set_problem("")
        self.show()

    def start(self) -> None:
        """Put the keyboard into the line."""
        self.box.filter.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
        self.box.settle()
        chosen = self.box.value()
        if chosen in self._codes:
            self.believed.emit(chosen)
            self._leave()
        elif chosen is None:
            self._leave()
        else:
            self.box.set_problem(_("Choose a reason of the list, or skip."))

    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
        ):
            if event.key() in _ENTER:
                if not self.box.press_enter():
                    self._keep()
                return True
            if event.key() == Qt.Key.Key_Escape:
                if not self.box.back():
                    self._leave()
                return True
        return super().eventFilter(watched, event)
