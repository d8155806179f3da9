"""The strip at the bottom that logs a contact by keyboard: result by one key, next step by rule."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from db.vocabulary import AttemptResult, Channel, NextStep
from desktop_app import clock, labels
from desktop_app.domain.contacts import propose_next
from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.attempt_values import SHORT_WORDS, failed_in_a_row, read_attempt
from desktop_app.ui.call_timer import CallTimer
from desktop_app.ui.composing import Composing
from desktop_app.ui.editors import DateEditor, EnumEditor, TextEditor
from desktop_app.ui.panels import button, text_label

_TYPING_MS = 600
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class WrapUp(QFrame):
    """Channel, result by one key, note, next step filled in by rule; never modal.

    ``1`` to ``8`` choose the result while a button has the focus, ``Alt`` with the digit from
    anywhere. ``Ctrl+Enter`` saves, ``Ctrl+Shift+Enter`` saves and goes to the next, ``Esc`` closes.
    """

    submitted = Signal(object, bool)
    """An ``AttemptDraft``, and whether to go on to the next case."""
    typed = Signal(object)
    """What stands in the strip now, for the draft that survives a crash."""
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(_("Log a contact"))
        self._failed_before, self._is_interviewed = 0, False
        self._is_own_step = False
        self._is_filling = False
        self.title = text_label("", "heading", wraps=False)
        self.timer = CallTimer()
        self.channels: dict[Channel, QPushButton] = {}
        self.results: dict[AttemptResult, QPushButton] = {}
        self._channel_group, self._result_group = QButtonGroup(self), QButtonGroup(self)
        self.note = TextEditor(placeholder=_("What was said; Enter goes on"))
        self.step = EnumEditor(NextStep, optional=True, empty=_("nothing"))
        self.due = DateEditor()
        self.problem = text_label("", "problem")
        self.save_button = button(_("Save"), self.submit, "check", "primary")
        self.next_button = button(_("Save and next"), lambda: self.submit(and_next=True))
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._composing = Composing(self)
        self._arrange()
        self._connect()
        self.hide()

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        column.setSpacing(theme.GAP_S)
        column.addLayout(self._top_row())
        column.addLayout(self._result_row())
        column.addLayout(self._bottom_row())
        column.addWidget(self.problem)
        self.problem.hide()

    def _top_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.title)
        row.addStretch(1)
        for channel in Channel:
            made = button(labels.label(channel), self._on_choice, role="choice")
            made.setCheckable(True)
            made.setObjectName(f"channel-{channel.value}")
            self._channel_group.addButton(made)
            self.channels[channel] = made
            row.addWidget(made)
        self.channels[Channel.CALL].setChecked(True)
        row.addSpacing(theme.GAP_M)
        row.addWidget(self.timer)
        close = button("", self.close_strip, "close", "quiet")
        close.setAccessibleName(_("Close the strip"))
        close.setToolTip(_("Close the strip (Esc); what is typed stays"))
        row.addWidget(close)
        return row

    def _result_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_XS)
        for number, result in enumerate(AttemptResult, start=1):
            made = button(f"{number}  {_(SHORT_WORDS[result])}", self._on_result, role="choice")
            made.setCheckable(True)
            made.setObjectName(f"result-{result.value}")
            made.setAccessibleName(labels.label(result))
            made.setToolTip(f"{labels.label(result)}  {number} / Alt+{number}")
            self._result_group.addButton(made)
            self.results[result] = made
            row.addWidget(made, 1)
        return row

    def _bottom_row(self) -> QGridLayout:
        row = QGridLayout()
        row.setHorizontalSpacing(theme.GAP_S)
        row.setVerticalSpacing(0)
        words = (
            (0, "note", _("Note"), self.note),
            (1, "next_step", _("Next"), self.step),
            (2, "next_due", _("on"), self.due),
        )
        for place, name, label, editor in words:
            editor.set_name(label)
            editor.setObjectName(name)
            hint = QLabel(label)
            theme.set_role(hint, "hint")
            row.addWidget(hint, 0, 2 * place)
            row.addWidget(editor, 0, 2 * place + 1)
        self.step.set_name(_("Next step"))
        self.due.set_name(_("Next step on"))
        row.setColumnStretch(1, 1)
        self.save_button.setToolTip(_("Save  Ctrl+Enter"))
        self.next_button.setToolTip(_("Save and open the next case  Ctrl+Shift+Enter"))
        row.addWidget(self.next_button, 0, 6)
        row.addWidget(self.save_button, 0, 7)
        return row

    def _connect(self) -> None:
        self.step.changed.connect(self._on_own_step)
        self.due.changed.connect(self._on_own_step)
        self.note.changed.connect(self._on_choice)
        self.timer.changed.connect(self.keep_soon)
        self._typing.timeout.connect(lambda: self.typed.emit(self.content()))
        for widget in self.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.installEventFilter(self)
                self._composing.watch(widget)

    # ------------------------------------------------------------------ opening and closing

    def open_for(
        self, title: str, results: Sequence[AttemptResult], *, is_interviewed: bool = False
    ) -> None:
        """Show the strip for a case.

        Args:
            title: Whom the contact is about.
            results: Results of the attempts before, oldest first; they decide the next step.
            is_interviewed: Whether the exit interview was held already.
        """
        self.title.setText(title)
        self._failed_before = failed_in_a_row(results)
        self._is_interviewed = is_interviewed
        self.show()
        self.focus_results()

    def focus_results(self) -> None:
        """Put the keyboard on the results."""
        chosen = self._result_group.checkedButton() or self.results[AttemptResult.REACHED]
        chosen.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_timer(self) -> None:
        """Start or stop the timer; after stopping the result is asked for."""
        self.timer.toggle()
        if not self.timer.is_running:
            self.focus_results()

    def close_strip(self) -> None:
        """Hide the strip; what is typed stays."""
        self.keep_now()
        self.hide()
        self.closed.emit()

    def reset(self) -> None:
        """Empty the strip after saving."""
        self._is_filling = True
        self._typing.stop()
        self._result_group.setExclusive(False)
        for made in self.results.values():
            made.setChecked(False)
        self._result_group.setExclusive(True)
        self.channels[Channel.CALL].setChecked(True)
        self.note.set_value(None)
        self.step.set_value(None)
        self.due.set_value(None)
        self.timer.reset()
        self._is_own_step = False
        self._is_filling = False
        self.show_problem("")

    # ------------------------------------------------------------------ values

    def channel(self) -> Channel:
        """How the customer was contacted."""
        return next(key for key, made in self.channels.items() if made.isChecked())

    def result(self) -> AttemptResult | None:
        """How it ended, if chosen."""
        return next((key for key, made in self.results.items() if made.isChecked()), None)

    def content(self) -> dict[str, Any]:
        """Everything typed, ready for JSON; empty when nothing is."""
        result, due, seconds = self.result(), self.due.value(), self.timer.seconds()
        if result is None and not self.note.value() and not self._is_own_step and not seconds:
            return {}
        return {
            "channel": self.channel().value,
            "result": None if result is None else result.value,
            "note": self.note.text(),
            "step": None if self.step.value() is None else self.step.value().value,
            "due": due.isoformat() if isinstance(due, date) else due,
            "own": self._is_own_step,
            "seconds": seconds,
        }

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what was typed before; what was typed or chosen meanwhile stays."""
        self._is_filling = True
        is_fresh = self.result() is None
        if is_fresh and content.get("channel") in set(Channel):
            self.channels[Channel(content["channel"])].setChecked(True)
        if is_fresh and content.get("result") in set(AttemptResult):
            self.results[AttemptResult(content["result"])].setChecked(True)
        if not self.note.text():
            self.note.set_value(content.get("note"))
        if not self._is_own_step and (is_fresh or content.get("own")):
            self._restore_step(content)
        seconds = content.get("seconds")
        if isinstance(seconds, int) and seconds > 0 and self.timer.seconds() is None:
            self.timer.take(seconds)
        self._is_filling = False

    def _restore_step(self, content: Mapping[str, Any]) -> None:
        step, due = content.get("step"), content.get("due")
        self.step.set_value(NextStep(step) if step in set(NextStep) else None)
        try:
            self.due.set_value(date.fromisoformat(due) if due else None)
        except ValueError:
            self.due.set_value(due)
        self._is_own_step = bool(content.get("own"))

    def choose(self, result: AttemptResult) -> None:
        """Choose a result as its key does."""
        self.results[result].setChecked(True)
        self._on_result()

    def _on_result(self) -> None:
        result = self.result()
        if result is not None and not self._is_own_step:
            proposal = propose_next(
                result,
                clock.today(),
                failed_before=self._failed_before,
                is_interviewed=self._is_interviewed,
            )
            is_final = result is AttemptResult.DO_NOT_CONTACT  # the service plans nothing then
            self._is_filling = True
            self.step.set_value(None if is_final else proposal.step)
            self.due.set_value(None if is_final else proposal.due)
            self._is_filling = False
        self._on_choice()
        if result is AttemptResult.CALLBACK:
            self.due.line.setFocus(Qt.FocusReason.OtherFocusReason)
            self.due.line.selectAll()
        elif result is not None:
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_own_step(self) -> None:
        if not self._is_filling:
            self._is_own_step = True
            self._on_choice()

    def _on_choice(self) -> None:
        if not self._is_filling:
            self.show_problem("")
            self.keep_soon()

    def keep_soon(self) -> None:
        """Say what stands here within a second."""
        if not self._is_filling and not self._typing.isActive():
            self._typing.start()

    def keep_now(self) -> None:
        """Say what was typed last without waiting."""
        if self._typing.isActive():
            self._typing.stop()
            self.typed.emit(self.content())

    # ------------------------------------------------------------------ saving

    def submit(self, *, and_next: bool = False) -> None:
        """Check what was entered and hand it over."""
        result = self.result()
        if result is None:
            self.show_problem(_("Choose the result: 1 to 8."))
            self.focus_results()
            return
        if self.timer.is_running:
            self.timer.toggle()
        seconds = self.timer.seconds()
        values = {
            "channel": self.channel(),
            "result": result,
            "at": clock.now() - timedelta(seconds=seconds or 0),
            "duration_seconds": seconds,
            "note": self.note.value() or "",
            "next_step": self.step.value(),
            "next_due": self.due.value(),
        }
        try:
            draft = read_attempt(values)
        except InvalidInputError as error:
            self.show_problems(error.problems)
            return
        self._typing.stop()
        self.submitted.emit(draft, and_next)

    def show_failure(self, error: UserError) -> None:
        """Say why it could not be saved; nothing typed is lost."""
        if isinstance(error, InvalidInputError):
            self.show_problems(error.problems)
        else:
            self.show_problem(error.message)

    def show_problems(self, problems: Sequence[Problem]) -> None:
        """Say what is wrong and go there."""
        self.show_problem(" ".join(problem.message for problem in problems))
        if any(problem.field == "next_due" for problem in problems):
            self.due.line.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_problem(self, text: str) -> None:
        """Say what is wrong; empty takes it away."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    # ------------------------------------------------------------------ keys

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or self._composing.is_active:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(watched, event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and self._is_ours(watched, event):
            self._press(watched, event)
            return True
        return super().eventFilter(watched, event)

    def _is_ours(self, watched: QObject, event: QKeyEvent) -> bool:
        modifiers = event.modifiers()
        if event.key() == Qt.Key.Key_Escape:
            return True
        if event.key() in _ENTER:
            is_plain = not modifiers & ~Qt.KeyboardModifier.KeypadModifier
            return not is_plain or isinstance(watched, QPushButton) or watched is self.note.line
        if _digit(event) is None:
            return False
        has_alt = bool(modifiers & Qt.KeyboardModifier.AltModifier)
        return has_alt or (isinstance(watched, QPushButton) and not modifiers & _COMMANDS)

    def _press(self, watched: QObject, event: QKeyEvent) -> None:
        number = _digit(event)
        if event.key() == Qt.Key.Key_Escape:
            self.close_strip()
        elif number is not None:
            self.choose(list(AttemptResult)[number - 1])
        elif event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submit(and_next=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif isinstance(watched, QPushButton):
            watched.click()
        else:
            self.step.box.setFocus(Qt.FocusReason.TabFocusReason)


_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier


def _digit(event: QKeyEvent) -> int | None:
    number = event.key() - Qt.Key.Key_0
    return number if 1 <= number <= len(AttemptResult) else None
