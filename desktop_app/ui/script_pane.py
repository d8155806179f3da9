"""The script of a call: what to say now, answered by digits and words; nothing modal.

The keyboard stays in one line: digits choose, *Enter* goes on, *Backspace* in the empty line and
*Alt+Left* go back, ``::`` looks for an answer to an objection. The pane knows no interview; what a
step writes there comes back with the state of the run and is told by `written`.
"""

import uuid
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from db.vocabulary import AttemptResult
from desktop_app import labels
from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.services import script_runs, script_start, snippets
from desktop_app.services.script_state import RunState, ShownStep
from desktop_app.ui import theme
from desktop_app.ui.folding import GivesWay
from desktop_app.ui.panels import Card, button, scrolled, text_label
from desktop_app.ui.script_keys import CALL, ScriptKeys
from desktop_app.ui.script_line import TypedWords
from desktop_app.ui.script_lists import Lines, fitting, kind_text, line_text, searched
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.scripts import SnippetRow

_LAST_LINES = 4
_FOUND_ROWS = 6
_LOW = 320


class ScriptPane(Card):
    """One run of a script: the current step, its choices, the way so far."""

    written = Signal(object, object)
    """Key of an interview and what was put into it, by address."""
    left = Signal()
    """*Esc*: the keyboard belongs to the questions."""
    numbered = Signal(int)
    """*Alt* with a digit: the number of a result of the contact."""
    ended = Signal(object)
    """The script was gone through to its end, with the result it proposes for the contact."""

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self.setAccessibleName(_("Script of the call"))
        self._tasks = tasks
        self.case_id: uuid.UUID | None = None
        self.state: RunState | None = None
        self.language = ""
        self.is_busy = False
        self._snippets: Sequence[tuple[str, SnippetRow]] = ()
        self.heading = text_label("", "hint")
        self.way = text_label("", "hint")
        self.kind = text_label("", "strong", wraps=False)
        self.heard = text_label("", "hint")
        self.words = text_label("", "heading")
        self.hint = text_label("", "hint")
        self.problem = text_label("", "problem")
        self.choices = Lines(_("Answers"))
        self.choices.itemClicked.connect(lambda item: self.choose(self.choices.row(item)))
        self.found = Lines(_("Snippets"), theme.row_height() * _FOUND_ROWS)
        self.found.itemClicked.connect(self.take_snippet)
        self.spoken = text_label("", "strong")
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("1–9, the customer's words, or :: for an answer"))
        self.line.setAccessibleName(_("Answer in the script"))
        self.line.textChanged.connect(self._on_text)
        self.line.textEdited.connect(self._on_typed)
        self.typed = TypedWords(self, tasks)
        self.typed.found.connect(self._offer_typed)
        self._keys = ScriptKeys(self)
        self.setFocusProxy(self.line)
        self.back_button = button(_("Back"), self.back, "back")
        self.back_button.setToolTip(_("Back  Alt+←"))
        self.next_button = button(_("Go on"), self.go_on, "forward", "primary")
        self.next_button.setToolTip(_("Go on  Enter"))
        for each in (self.back_button, self.next_button):
            each.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        self._clear()

    def _lay_out(self) -> None:
        rows = (self.heading, self.way, self.kind, self.heard, self.words, self.hint)
        read = QWidget()
        column = self._column = QVBoxLayout(read)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        for widget in (*rows, self.spoken):
            column.addWidget(widget)
        for less in (self.heading, self.way, self.kind):
            GivesWay(self, less, self.words, below=_LOW)
        column.addStretch(1)
        self.area = scrolled(read, _("Script of the call"))
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setMinimumHeight(1)
        self.body.addWidget(self.area, 1)
        for below in (self.choices, self.line, self.found, self.problem):
            self.body.addWidget(below)
        self.buttons = QWidget()
        row = QHBoxLayout(self.buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.back_button)
        row.addStretch(1)
        row.addWidget(self.next_button)
        self.body.addWidget(self.buttons)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_height()

    def _share_height(self) -> None:
        """The choices stay in sight beside their question, which scrolls."""
        is_low = self.height() < theme.pixels(_LOW)
        self.buttons.setVisible(not is_low)  # their keys are known by then
        margin = theme.GAP_S if is_low else theme.GAP_M
        self._column.setSpacing(0 if is_low else theme.GAP_S)  # what gave way takes no room
        if (whole := self.layout()) is not None:
            whole.setContentsMargins(margin, margin, margin, margin)
        taken = self.line.sizeHint().height() + 2 * margin + 3 * theme.GAP_S
        if not is_low:
            taken += self.buttons.sizeHint().height()
        least = theme.GAP_XS + theme.row_height()
        self.choices.limit(max((self.height() - taken) * 3 // 5, least))

    # ------------------------------------------------------------------ which run

    def follow(self, case_id: uuid.UUID, language: str) -> None:
        """Show the script of a case: the run that is open, else the best one is begun."""
        self._clear()
        self.case_id, self.language = case_id, language
        self.typed.follow(case_id)
        self._read()
        task = self._tasks.read(self, snippets.spoken, case_id)
        task.then(self._know_snippets)

    def speak(self, language: str) -> None:
        """Show the words in another language."""
        if language == self.language or self.case_id is None:
            return
        self.language = language
        if self.state is not None:
            self._read()

    def forget(self) -> None:
        """Show no script any more; what is typed stays for the next time."""
        self.typed.keep_now()
        self._clear()
        self.case_id = None

    def _begun(self, run_id: uuid.UUID | None) -> None:
        if run_id is not None:
            self._read(run_id)
        elif self.case_id is not None:
            self.is_busy = False
            task = self._tasks.read(self, script_runs.left_alone, self.case_id)
            task.then(self._say_left_alone)

    def _say_left_alone(self, title: str) -> None:
        if title and self.state is None:
            text = _("Hold-out group of “{title}”: this call has no script.")
            _say(self.heading, text.format(title=title))

    def _read(self, run_id: uuid.UUID | None = None) -> None:
        """Read a run; without one that of the case, which need not be begun."""
        self.is_busy = True
        if run_id is not None:
            stored = self._tasks.read(self, script_runs.state, run_id, self.language)
            stored.then(self._show).or_else(self._fail)
        elif (case_id := self.case_id) is not None:
            task = self._tasks.read(self, script_start.shown, case_id, self.language)
            task.then(lambda found: self._open(case_id, found)).or_else(self._fail)

    def _open(self, case_id: uuid.UUID, found: RunState | None) -> None:
        if found is not None:
            self._show(found)
        elif case_id == self.case_id:  # scripts are compared: the customer is drawn
            self._run(script_runs.begin, case_id, then=self._begun)

    def _run(
        self,
        service: Callable[..., object],
        *arguments: object,
        then: Callable[..., object],
        **named: object,
    ) -> None:
        """Write, in order; until the answer comes no other key is taken."""
        self.is_busy = True
        self.problem.hide()
        task = self._tasks.write(self, service, *arguments, **named).quiet()
        task.then(then).or_else(self._fail)

    def _fail(self, error: UserError) -> None:
        self.is_busy = False
        self.problem.setText(error.message)
        self.problem.show()

    def proposed(self) -> AttemptResult | None:
        """The result of the contact that the end of the script proposes, if it is reached."""
        ending = self.state.ending if self.state is not None else None
        return None if ending is None else ending.disposition

    # ------------------------------------------------------------------ showing

    def _clear(self) -> None:
        self.state, self.is_busy = None, False
        self.line.clear()
        for label in (self.heading, self.way, self.kind, self.heard, self.words, self.hint):
            _say(label, "")
        for gone in (self.choices, self.found, self.spoken, self.problem):
            gone.hide()
        self._show_buttons()

    def _show(self, state: RunState) -> None:
        if self.case_id != state.case_id:
            return
        before = self.state
        self.state, self.is_busy = state, False
        step = state.step
        is_other = before is None or before.step is None or step is None or (
            (before.run_id, before.step.id, len(before.path))
            != (state.run_id, step.id, len(state.path))
        )  # fmt: skip
        _say(self.heading, f"{state.title} · v{state.number}")
        _say(self.way, "\n".join(map(line_text, state.path[-_LAST_LINES:])))
        self.problem.hide()
        if step is None:
            self._show_nothing(state)
        else:
            self._show_step(step, is_other=is_other)
        self._show_buttons()
        if state.interview_id is not None and state.written:
            self.written.emit(state.interview_id, state.written)

    def _show_nothing(self, state: RunState) -> None:
        over = _("The script has ended.")
        _say(self.words, over if state.is_over else _("The script leads nowhere from here."))
        for label in (self.kind, self.heard, self.hint):
            _say(label, "")
        for gone in (self.choices, self.line, self.found, self.spoken):
            gone.hide()

    def _show_step(self, step: ShownStep, *, is_other: bool) -> None:
        _say(self.kind, kind_text(step.kind))
        _say(self.words, step.words)
        _say(self.heard, _("Customer: {words}").format(words=step.heard) if step.heard else "")
        _say(self.hint, step.hint)
        proposed = self.proposed()
        if proposed is not None:
            text = _("Result of the contact: {result}")
            _say(self.hint, text.format(result=labels.label(proposed)))
        self.choices.clear()
        for number, choice in enumerate(step.choices, start=1):
            self.choices.addItem(f"{number}  {choice.words}")
        self.choices.setVisible(bool(step.choices))
        self.choices.fit()
        self.line.show()
        if is_other:
            self.spoken.hide()
            self.area.verticalScrollBar().setValue(0)
            known = step.known
            typed = "" if self.state is None else self.typed.of(self.state)
            self.line.setText(typed or (known.words if known is not None else ""))
            codes = [choice.code for choice in step.choices]
            if known is not None and known.choice in codes:
                self.choices.setCurrentRow(codes.index(known.choice))

    def _show_buttons(self) -> None:
        state = self.state
        is_open = state is not None and not state.is_over
        self.back_button.setEnabled(state is not None and is_open and bool(state.path))
        self.next_button.setEnabled(state is not None and is_open and state.step is not None)
        is_end = state is not None and state.ending is not None
        self.next_button.setText(_("End the script") if is_end else _("Go on"))

    # ------------------------------------------------------------------ answering

    def go_on(self) -> None:
        """Answer with what is chosen and typed; at the end, end the run."""
        state = self.state
        if state is None or state.step is None or self.is_busy:
            return
        if state.ending is not None:
            self._run(script_start.end, state, then=self._on_ended)
            return
        row = self.choices.currentRow()
        if state.step.choices and row < 0 and not state.step.may_skip:
            self._fail(UserError(_("Choose one of the answers of this step.")))
            return
        self._answer(state.step.choices[row].code if row >= 0 and state.step.choices else None)

    def _on_ended(self, found: tuple[uuid.UUID, AttemptResult | None]) -> None:
        self.typed.reset()
        if self.state is not None:
            self._read(found[0])
            self.ended.emit(found[1])

    def choose(self, row: int) -> None:
        """Answer with a choice."""
        state = self.state
        if state is not None and state.step is not None and not self.is_busy:
            self._answer(state.step.choices[row].code)

    def _answer(self, choice: str | None) -> None:
        state = self.state
        if state is None or state.step is None:
            return
        words = self.line.text().partition(CALL)[0]

        def go_on(now: RunState) -> None:
            self.typed.drop(state)
            self._show(now)

        arguments = (state, state.step.id, choice, words)
        self._run(script_start.answer, *arguments, then=go_on, language=self.language)

    def back(self) -> None:
        """Go back one step; what was answered there stands in it."""
        state = self.state
        if state is not None and state.path and not state.is_over and not self.is_busy:
            last = len(state.path) - 1
            arguments = (state.run_id, last)
            self._run(script_runs.back_to, *arguments, then=self._show, language=self.language)

    def _on_typed(self, text: str) -> None:
        if self.state is not None:
            self.typed.note(self.state, text.partition(CALL)[0])

    def _offer_typed(self) -> None:
        if self.state is not None and not self.line.text():
            self.line.setText(self.typed.of(self.state))

    # ------------------------------------------------------------------ snippets

    def _know_snippets(self, rows: "Sequence[SnippetRow]") -> None:
        self._snippets = [(searched(row), row) for row in rows]
        self._on_text(self.line.text())  # somebody types fast

    def _on_text(self, text: str) -> None:
        _before, call, wanted = text.partition(CALL)
        self.found.clear()
        if call:
            for row in fitting(self._snippets, wanted):
                words = row.words(self.language)
                item = QListWidgetItem(f"{CALL}{row.trigger}  {words}")
                item.setData(Qt.ItemDataRole.UserRole, words)
                item.setToolTip(words)
                self.found.addItem(item)
            self.found.setCurrentRow(0)
            self.found.fit()
        self.found.setVisible(bool(call) and self.found.count() > 0)

    def take_snippet(self, item: QListWidgetItem) -> None:
        """Show the words to be said; what was typed before ``::`` stays in the line."""
        _say(self.spoken, item.data(Qt.ItemDataRole.UserRole))
        self.line.setText(self.line.text().partition(CALL)[0])


def _say(label: QLabel, text: str) -> None:
    """Show a text, or take its label away."""
    label.setText(text)
    label.setVisible(bool(text))
