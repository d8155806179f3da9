"""The questions of an interview as a list: number, words, and how far each one is."""

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from db.vocabulary import QuestionKind
from desktop_app.domain.interview import Question
from desktop_app.i18n import N_, _
from desktop_app.ui import theme

CODE_ROLE = int(Qt.ItemDataRole.UserRole)
"""Where an item keeps the code of its question."""


class QuestionState(Enum):
    """How far a question is; what needs attention most wins."""

    OPEN = "open"
    NEEDED = "needed"
    ANSWERED = "answered"
    MARKED = "marked"
    UNREADABLE = "unreadable"


_LOOK: Mapping[QuestionState, tuple[str, str, str]] = MappingProxyType(
    {
        QuestionState.OPEN: ("dot", "border_strong", N_("not answered")),
        QuestionState.NEEDED: ("dot", "accent", N_("needed to finish")),
        QuestionState.ANSWERED: ("check", "good", N_("answered")),
        QuestionState.MARKED: ("flag", "warn", N_("marked")),
        QuestionState.UNREADABLE: ("warning", "bad", N_("cannot be read")),
    }
)


class QuestionList(QListWidget):
    """The questions to be asked, the current one chosen."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Questions"))
        self.setWordWrap(False)
        self.setMinimumWidth(theme.pixels(200))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_questions(
        self, questions: Sequence[tuple[Question, QuestionState]], current: str
    ) -> None:
        """Show questions with their states, and choose the one with the code ``current``."""
        codes = [question.code for question, _state in questions]
        if codes != [self.item(row).data(CODE_ROLE) for row in range(self.count())]:
            self.clear()
            for code in codes:
                QListWidgetItem(self).setData(CODE_ROLE, code)
        for row, (question, state) in enumerate(questions):
            self._show(self.item(row), row + 1, question, state)
            if question.code == current:
                self.setCurrentItem(self.item(row))

    def _show(
        self, item: QListWidgetItem, number: int, question: Question, state: QuestionState
    ) -> None:
        icon, tint, word = _LOOK[state]
        item.setIcon(theme.icon(icon, tint))
        text = question.text
        if question.kind is QuestionKind.PROBE:
            text = _("Why? {n}").format(n=question.code.rpartition("_")[2])
        item.setText(f"{number}  {text}")
        item.setToolTip(f"{question.text}\n{_(word)}")
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{number} {text}, {_(word)}")
