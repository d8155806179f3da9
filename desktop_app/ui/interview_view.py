"""The running interview: questions left, the current one in the middle, everything saved as typed.

The view knows no database. It says what was typed and what was answered; the page stores it and
says what became of it. Nobody is trapped: a question that cannot be read waits in the strip.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidgetItem,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.domain import interview as rules
from desktop_app.domain.interview import Context, Question
from desktop_app.errors import Problem
from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.note_bar import NoteBar
from desktop_app.ui.numbered_reasons import NumberedReasons
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import Card, button, splitter, text_label
from desktop_app.ui.question_editors import HINTS, Offers, QuestionEditor
from desktop_app.ui.question_list import CODE_ROLE, QuestionList, QuestionState

TYPING_MS = 500
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

Answers = dict[str, Mapping[str, Any]]


class InterviewView(QWidget):
    """List of questions and the current question; facts are put beside it by the page."""

    typed = Signal(str, object)
    """Question and what stands in its fields, half a second after the last key."""
    answered = Signal(str, object)
    """Question and what stands in its fields, when the question is left."""
    moved = Signal()
    at_end = Signal()
    """The last question was answered."""

    def __init__(self, context: PageContext, beside: QWidget) -> None:
        super().__init__()
        self.questions: tuple[Question, ...] = ()
        self.conditions = Context()
        self.answers: Answers = {}
        self.marked: set[str] = set()
        self.problems: dict[str, dict[str, str]] = {}
        self.pending: Answers = {}
        self.current: Question | None = None
        self.editor: QuestionEditor | None = None
        self._offers = Offers()
        self._is_filling = False
        self._is_dirty = False
        self._composing = Composing(self)
        self._typing = QTimer(self, singleShot=True, interval=TYPING_MS)
        self._typing.timeout.connect(self._say_typed)
        self.list = QuestionList()
        self.list.itemActivated.connect(self._on_item)
        self.list.itemClicked.connect(self._on_item)
        self.center = Card()
        self.center.setAccessibleName(_("Current question"))
        self._make_center()
        self.note = NoteBar()
        self.note.left.connect(self.refocus)
        self.center.body.insertWidget(self.center.body.count() - 1, self.note)
        panes = splitter(context, "interview", self.list, self.center, beside)
        for place, stretch in enumerate((4, 9, 5)):
            panes.setStretchFactor(place, stretch)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(panes)

    def _make_center(self) -> None:
        self.progress_text = text_label("", "hint", wraps=False)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName(_("Progress"))
        self.question = text_label("", "question")
        self.hint = text_label("", "hint")
        self.problem = text_label("", "problem")
        self.place = QVBoxLayout()
        self.previous_button = button(_("Previous question"), self.previous, "chevron-up")
        self.previous_button.setToolTip(_("Previous question  Shift+Tab"))
        self.mark_button = button(_("Come back to this"), self.toggle_mark, "flag")
        self.mark_button.setCheckable(True)
        self.mark_button.setToolTip(_("Come back to this  Ctrl+M"))
        self.next_button = button(_("Next question"), self.next, "chevron-down", "primary")
        self.next_button.setToolTip(_("Next question  Enter or Tab"))
        body = self.center.body
        body.addWidget(self.progress_text)
        body.addWidget(self.progress)
        body.addSpacing(theme.GAP_M)
        body.addWidget(self.question)
        body.addWidget(self.hint)
        body.addSpacing(theme.GAP_XS)
        body.addWidget(self.problem)
        body.addLayout(self.place, 1)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.previous_button)
        row.addWidget(self.mark_button)
        row.addStretch(1)
        row.addWidget(self.next_button)
        body.addLayout(row)

    # ------------------------------------------------------------------ showing

    def show_run(
        self,
        questions: Sequence[Question],
        conditions: Context,
        answers: Mapping[str, Mapping[str, Any]],
        offers: Offers,
        note: str = "",
    ) -> None:
        """Show an interview; it goes on at the first question without an answer.

        ``note`` is what was typed into its line and not stored yet.
        """
        self.questions, self.conditions = tuple(questions), conditions
        self.answers = dict(answers)
        self._offers = offers
        self.marked.clear()
        self.problems.clear()
        self.pending.clear()
        self._is_dirty = False
        self.current = None
        self.note.show_text(note)
        left = [each for each in self.relevant() if not self.is_answered(each.code)]
        first = next(iter(left or self.relevant()), None)
        if first is not None:
            self.go(first.code)

    def relevant(self) -> tuple[Question, ...]:
        """The questions to be asked now."""
        return rules.relevant_questions(self.questions, self.known(), self.conditions)

    def known(self) -> Answers:
        """Answers that are stored or on their way."""
        known = {code: answer for code, answer in self.answers.items() if answer}
        return {**known, **{code: answer for code, answer in self.pending.items() if answer}}

    def is_answered(self, code: str) -> bool:
        """Whether a question has an answer."""
        return rules.is_answered(self.known(), code)

    def missing(self) -> tuple[Question, ...]:
        """Questions without which it cannot be finished."""
        return rules.missing(self.questions, self.known(), self.conditions)

    def go(self, code: str) -> None:
        """Leave the current question, whatever stands there, and show another."""
        self.leave()
        question = next(each for each in self.questions if each.code == code)
        self.current = question
        self._is_filling = True
        if self.editor is not None:
            self.editor.hide()
            self.editor.deleteLater()
        self.editor = QuestionEditor(question, self._offers)
        self.editor.show_answer(self.pending.get(code) or self.answers.get(code, {}))
        self.place.addWidget(self.editor)
        self.editor.changed.connect(self._on_changed)
        self.editor.gone_on.connect(self._go_on)
        for widget in self.editor.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.installEventFilter(self)
                self._composing.watch(widget)
        self._is_filling = False
        self.question.setText(question.text)
        self.hint.setText(_(HINTS[question.kind]))
        self._show_problem()
        self.refresh_list()
        self.editor.start()
        self.moved.emit()

    def refresh_list(self) -> None:
        """Show what is left, answered, marked and wrong."""
        shown = self.relevant()
        codes = [each.code for each in shown]
        self.list.show_questions(
            [(question, self._state_of(question)) for question in shown],
            self.current.code if self.current is not None else "",
        )
        answered = sum(self.is_answered(code) for code in codes)
        self.progress.setRange(0, max(len(codes), 1))
        self.progress.setValue(answered)
        at = (
            codes.index(self.current.code) + 1 if self.current and self.current.code in codes else 0
        )
        parts = [_("Question {at} of {all}").format(at=at, all=len(codes))]
        parts.append(ngettext("{n} answered", "{n} answered", answered).format(n=answered))
        if self.marked:
            count = len(self.marked)
            parts.append(ngettext("{n} marked", "{n} marked", count).format(n=count))
        self.progress_text.setText(" · ".join(parts))
        if self.current is not None:
            self.mark_button.setChecked(self.current.code in self.marked)
            self.previous_button.setEnabled(at > 1)

    def _state_of(self, question: Question) -> QuestionState:
        code = question.code
        if code in self.problems:
            return QuestionState.UNREADABLE
        if code in self.marked:
            return QuestionState.MARKED
        if self.is_answered(code):
            return QuestionState.ANSWERED
        return QuestionState.NEEDED if question.is_mandatory else QuestionState.OPEN

    # ------------------------------------------------------------------ moving

    def next(self) -> None:
        """Go to the next question that is asked; after the last one say so."""
        if self.current is None:
            return
        code = self.current.code
        self.leave()
        following = rules.next_question(self.questions, self.known(), self.conditions, code)
        if following is None:
            self.refresh_list()
            self.at_end.emit()
        else:
            self.go(following.code)

    def previous(self) -> None:
        """Go to the question before."""
        if self.current is None:
            return
        code = self.current.code
        self.leave()
        before = rules.previous_question(self.questions, self.known(), self.conditions, code)
        if before is not None:
            self.go(before.code)

    def toggle_mark(self) -> None:
        """Mark the question to come back to it, or take the mark away."""
        if self.current is not None:
            self.marked ^= {self.current.code}
            self.refresh_list()
            self.refocus()

    def to_list(self) -> None:
        """Put the keyboard into the list of questions, to jump."""
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refocus(self) -> None:
        """Put the keyboard into the current question."""
        if self.editor is not None:
            self.editor.start()

    def _on_item(self, item: QListWidgetItem) -> None:
        code = item.data(CODE_ROLE)
        if self.current is None or code != self.current.code:
            self.go(code)
        else:
            self.refocus()

    def leave(self) -> None:
        """Say the answer of the current question, if something was typed since it was shown."""
        self._typing.stop()
        self.note.flush()
        if self.current is not None and self.editor is not None and self._is_dirty:
            self._is_dirty = False
            code, answer = self.current.code, self.editor.typed()
            self.pending[code] = answer
            self.answered.emit(code, answer)

    # ------------------------------------------------------------------ what became of it

    def take_stored(self, code: str, sent: Mapping[str, Any], stored: Mapping[str, Any]) -> None:
        """An answer was stored as it was read."""
        self.answers[code] = stored
        if self.pending.get(code) == sent:
            del self.pending[code]
        self.problems.pop(code, None)
        self._show_problem()
        self.refresh_list()

    def take_problems(self, code: str, problems: Sequence[Problem]) -> None:
        """An answer could not be read; it stays as it was typed."""
        self.problems[code] = {
            problem.field.rpartition(".")[2]: problem.message for problem in problems
        }
        self._show_problem()
        self.refresh_list()

    def show_typed(self, code: str, typed: Mapping[str, Any]) -> None:
        """Take over what was typed before a crash, as if it were typed now."""
        self.pending[code] = typed
        if self.current is not None and self.current.code == code and self.editor is not None:
            self._is_filling = True
            self.editor.show_answer(typed)
            self._is_filling = False

    def _show_problem(self) -> None:
        code = self.current.code if self.current is not None else ""
        found = self.problems.get(code, {})
        self.problem.setText(" ".join(found.values()))
        self.problem.setVisible(bool(found))
        if self.editor is not None:
            self.editor.show_problems(found)

    def _on_changed(self) -> None:
        if not self._is_filling:
            self._is_dirty = True
            if not self._typing.isActive():
                self._typing.start()

    def _say_typed(self) -> None:
        if self.current is not None and self.editor is not None:
            self.typed.emit(self.current.code, self.editor.typed())

    # ------------------------------------------------------------------ note and keys

    def open_note(self) -> None:
        """Open the line for a note; once more goes back to the question."""
        if self.note.isHidden():
            self.note.open()
        else:
            self.note.hide()
            self.refocus()

    def _go_on(self, by: int = 1) -> None:
        stops = self.editor.stops() if self.editor is not None else []
        focus = self.focusWidget()
        if focus in stops:
            at = stops.index(focus)
        else:
            at = next((n for n, stop in enumerate(stops) if _holds(stop, focus)), 0)
        if 0 <= at + by < len(stops):
            stops[at + by].setFocus(Qt.FocusReason.TabFocusReason)
        elif by > 0:
            self.next()
        else:
            self.previous()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_key = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress
        if (
            is_key
            and not self._composing.is_active
            and self._press(watched, cast("QKeyEvent", event))
        ):
            return True
        return super().eventFilter(watched, event)

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        """Whether a key was ours."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        is_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if key == Qt.Key.Key_Backtab or (key == Qt.Key.Key_Tab and is_shift):
            self._go_on(-1)
            return True
        if key == Qt.Key.Key_Tab:
            self._go_on()
            return True
        if key in _ENTER and not is_shift:
            if not self._in_reasons(watched):
                self._go_on()
            return True
        return False

    def _in_reasons(self, watched: QObject) -> bool:
        """Whether Enter chose something in a list of reasons, which goes on by itself."""
        part = watched.parent()
        while part is not None and not isinstance(part, NumberedReasons):
            part = part.parent()
        return part is not None and part.press_enter()


def _holds(stop: QWidget, focus: QWidget | None) -> bool:
    """Whether the focus is beside a stop: the second of two buttons."""
    if focus is None:
        return False
    outer = stop.parentWidget()
    return outer is not None and outer is focus.parentWidget() and outer.isAncestorOf(focus)
