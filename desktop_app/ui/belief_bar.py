"""What staff believe before they ask: one line above the first question, kept or skipped."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import ReasonBox

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class BeliefBar(QFrame):
    """*Enter* keeps what was chosen, or skips when nothing was; *Esc* skips."""

    believed = Signal(str)
    """Code of the reason that staff expect."""
    left = Signal()
    """The keyboard belongs to the questions now."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.box = ReasonBox()
        self.box.set_name(_("What do you believe, before you ask?"))
        self.keep = button(_("Note it down"), self._keep, "check")
        self.skip = button(_("Skip"), self._leave)
        self.skip.setToolTip(_("Skip  Esc"))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        row.setSpacing(theme.GAP_S)
        words = text_label(_("What do you believe, before you ask?"), "strong")
        row.addWidget(words, 2)
        row.addWidget(self.box, 3)
        row.addWidget(self.keep)
        row.addWidget(self.skip)
        self._codes: frozenset[str] = frozenset()
        self._composing = Composing(self)
        self._composing.watch(self.box.line)
        self.box.line.installEventFilter(self)
        self.hide()

    def ask(self, choices: Sequence[Choice]) -> None:
        """Show the line, empty."""
        self._codes = frozenset(str(choice.value) for choice in choices)
        self.box.set_choices(choices)
        self.box.set_value(None)
        self.box.set_problem("")
        self.show()

    def start(self) -> None:
        """Put the keyboard into the line."""
        self.box.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def _keep(self) -> None:
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
                self._keep()
                return True
            if event.key() == Qt.Key.Key_Escape:
                self._leave()
                return True
        return super().eventFilter(watched, event)
