"""The strip below a running interview: problems wait here; nothing of it is in the way."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy
from typing_extensions import override

from desktop_app.i18n import _, ngettext
from desktop_app.questionnaire.checks import AnswerProblem
from desktop_app.questionnaire.form import Severity
from desktop_app.ui import theme
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.panels import button, text_label

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ProblemStrip(QFrame):
    """One sentence: a message, the first warning, or how many answers are not possible."""

    go_wanted = Signal(str)
    """Address of the question it is about."""
    accept_wanted = Signal(str)
    """Address of the question whose warning may stand."""
    turned = Signal()
    """There is a question to go to now, or there is none any more."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.address = ""
        self.words = text_label()
        self.go = button(_("Go there  F7"), self.go_there)
        self.go.setToolTip(_("Go to the question this is about  F7"))
        self.accept = button(_("Let it stand"), lambda: self.accept_wanted.emit(self.address))
        self.accept.setToolTip(_("Let it stand  Alt+A"))
        icon = QLabel()
        icon.setPixmap(theme.icon("warning", "warn").pixmap(18, 18))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_M, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        row.setSpacing(theme.GAP_S)
        row.addWidget(icon)
        row.addWidget(self.words, 1)
        row.addWidget(self.accept)
        row.addWidget(self.go)
        for made in (self.accept, self.go):
            made.installEventFilter(self)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    def say(self, text: str, address: str = "", *, may_accept: bool = False) -> None:
        """Show a sentence, about a question or about none; empty hides the strip."""
        could_go, self.address = self.may_go, address
        self.words.setText(text)
        self.words.setAccessibleName(text)
        self.go.setVisible(bool(address))
        self.accept.setVisible(may_accept)
        self.setFocusProxy(self.accept if may_accept else self.go)
        self.setVisible(bool(text))
        if self.may_go != could_go:
            self.turned.emit()

    def show_run(self, run: FillingRun | None) -> None:
        """Say what is to be said about the answers so far; a warning waits to be accepted."""
        if run is None:
            self.say("")
            return
        doubtful, wrong = run.doubtful(), run.wrong()
        if doubtful:
            self._say_problem(run, doubtful[0])
        elif run.is_ending and wrong:
            self._say_problem(run, wrong[0])
        elif wrong:
            count = len({each.address for each in wrong})
            text = ngettext(
                "{n} answer is not possible; it is kept as typed.",
                "{n} answers are not possible; they are kept as typed.",
                count,
            )
            self.say(text.format(n=count), wrong[0].address)
        else:
            self.say("")

    def _say_problem(self, run: FillingRun, problem: AnswerProblem) -> None:
        text = _("{problem} · {question}").format(
            question=run.filling.label(problem.address), problem=problem.message
        )
        self.say(text, problem.address, may_accept=problem.severity is Severity.WARNING)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_enter = isinstance(event, QKeyEvent) and event.key() in _ENTER
        if is_enter and event.type() == QEvent.Type.KeyPress and isinstance(watched, QPushButton):
            watched.click()
            return True
        return super().eventFilter(watched, event)

    def go_there(self) -> None:
        """Go to the question that the sentence is about."""
        if self.may_go:
            self.go_wanted.emit(self.address)

    @property
    def may_go(self) -> bool:
        """Whether the sentence is about a question."""
        return not self.isHidden() and bool(self.address)

    @property
    def may_accept(self) -> bool:
        """Whether there is a warning to accept."""
        return not self.isHidden() and not self.accept.isHidden()
