"""The strip at the bottom that logs a contact by keyboard: result by one key, next step by rule."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from db.vocabulary import AttemptResult, Channel, NextStep
from desktop_app import clock, labels
from desktop_app.errors import InvalidInputError, Problem, UserError
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.attempt_values import read_wrap_up
from desktop_app.ui.call_timer import CallTimer
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.wrap_up_entry import Entry
from desktop_app.ui.wrap_up_keys import StripKeys
from desktop_app.ui.wrap_up_parts import CallbackRow, Recordings, ResultRow

if TYPE_CHECKING:  # a word for what is shown
    from desktop_app.domain.contacts import Proposal

_TYPING_MS = 600


class WrapUp(QFrame):
    """Channel, result by one key, note, next step filled in by rule; never modal.

    ``1`` to ``8`` choose the result while a button has the focus, ``Alt`` with the digit from
    anywhere. ``Ctrl+Enter`` saves, ``Ctrl+Shift+Enter`` saves and goes to the next, ``Ctrl+O`` adds
    a recording, ``Esc`` closes. While a call is timed only the note is asked for.
    """

    submitted = Signal(object, bool)
    """A ``WrapUpDraft``, and whether to go on to the next case."""
    typed = Signal(object)
    """What stands in the strip now, for the draft that survives a crash."""
    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(_("Log a contact"))
        self.setAcceptDrops(True)
        self._proposals: Mapping[AttemptResult, Proposal | None] = {}
        self._is_own_step = False
        self._is_filling = False
        self._is_asked = True
        self._is_incoming = False
        self.title = text_label("", "heading", wraps=False)
        self.timer = CallTimer()
        self.channels: dict[Channel, QPushButton] = {}
        self._channel_group = QButtonGroup(self)
        self.result_row = ResultRow()
        self.results = self.result_row.buttons
        self.callback = CallbackRow()
        self.recordings = Recordings()
        self.entry = Entry(self.submit, lambda: self.submit(and_next=True))
        self.note, self.step, self.due = self.entry.note, self.entry.step, self.entry.due
        self.moved = text_label("", "hint")
        self.problem = text_label("", "problem")
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._keys = StripKeys(self)
        self._afterwards: list[QWidget] = [self.result_row, *self.entry.afterwards]
        self._arrange()
        self._connect()
        self.hide()

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        column.setSpacing(theme.GAP_S)
        column.addLayout(self._top_row())
        column.addWidget(self.result_row)
        column.addWidget(self.entry)
        extras = QHBoxLayout()
        extras.setSpacing(theme.GAP_S)
        extras.addWidget(self.callback)
        extras.addWidget(self.recordings, 1)
        column.addLayout(extras)
        for below in (self.moved, self.problem):
            column.addWidget(below)
            below.hide()

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
        attach = button("", self.ask_recording, "attachment", "quiet")
        attach.setAccessibleName(_("Add a recording"))
        attach.setToolTip(_("Add a recording of this contact, or drop it here  Ctrl+O"))
        row.addWidget(attach)
        close = button("", self.close_strip, "close", "quiet")
        close.setAccessibleName(_("Close the strip"))
        close.setToolTip(_("Close the strip (Esc); what is typed stays"))
        row.addWidget(close)
        return row

    def _connect(self) -> None:
        self.result_row.chosen.connect(self._on_result)
        self.step.changed.connect(self._on_own_step)
        self.due.changed.connect(self._on_own_step)
        for heard in (self.note.changed, self.callback.changed, self.recordings.changed):
            heard.connect(self._on_choice)
        self.timer.changed.connect(self.keep_soon)
        self.timer.turned.connect(self._on_turned)
        self.recordings.made.connect(self._keys.watch)
        self._typing.timeout.connect(lambda: self.typed.emit(self.content()))
        for widget in self.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                self._keys.watch(widget)

    # ------------------------------------------------------------------ opening and closing

    def open_for(self, title: str, *, is_incoming: bool = False) -> None:
        """Show the strip for a case; `title`: whom the contact is about.

        With `is_incoming` the customer turned to us and must not be called: nothing is timed, and
        the contact is logged as the customer's own.
        """
        self._is_incoming = is_incoming
        self.timer.setVisible(not is_incoming)
        self.title.setText(title)
        self.show()
        self.focus_results()

    def show_proposals(self, proposals: "Mapping[AttemptResult, Proposal | None]") -> None:
        """Know the next step that the rules want after each result; a chosen one is filled in."""
        self._proposals = proposals
        self._propose()

    def focus_results(self) -> None:
        """Ask for the result: put the keyboard on the results."""
        self._is_asked = True
        self._show_parts()
        self.result_row.take_focus()

    def _on_turned(self, is_running: bool) -> None:  # noqa: FBT001  (Qt's signal)
        """A call begins: its note has the keyboard. It ends: the result is asked for."""
        if is_running:
            self._is_asked = False
            self.note.setFocus(Qt.FocusReason.OtherFocusReason)
            self._show_parts()
        else:
            self.focus_results()

    def _show_parts(self) -> None:
        """While a call is timed, what comes after it does not take room."""
        is_after = self._is_asked or not self.timer.is_running or self.result() is not None
        for part in self._afterwards:
            part.setVisible(is_after)
        self.callback.setVisible(is_after and self.result() is AttemptResult.CALLBACK)

    def close_strip(self) -> None:
        """Hide the strip; what is typed stays."""
        self.keep_now()
        self.hide()
        self.closed.emit()

    def reset(self) -> None:
        """Empty the strip after saving."""
        self._is_filling = True
        self._typing.stop()
        self._proposals = {}
        self.result_row.set_value(None)
        self.channels[Channel.CALL].setChecked(True)
        self.note.set_value(None)
        self.step.set_value(None)
        self.due.set_value(None)
        self.callback.reset()
        self.recordings.reset()
        self.timer.reset()
        self._is_own_step = False
        self._is_filling = False
        self.moved.hide()
        self._show_parts()
        self.show_problem("")

    # ------------------------------------------------------------------ values

    def channel(self) -> Channel:
        """How the customer was contacted."""
        return next(key for key, made in self.channels.items() if made.isChecked())

    def result(self) -> AttemptResult | None:
        """How it ended, if chosen."""
        return self.result_row.value()

    def content(self) -> dict[str, Any]:
        """Everything typed, ready for JSON; empty when nothing is."""
        result, due, seconds = self.result(), self.due.value(), self.timer.seconds()
        more = {**self.callback.content()}
        if self.recordings.paths:
            more["files"] = [str(path) for path in self.recordings.paths]
        is_empty = result is None and not self.note.value() and not self._is_own_step
        if is_empty and not seconds and not more:
            return {}
        return {
            "channel": self.channel().value,
            "result": None if result is None else result.value,
            "note": self.note.text(),
            "step": None if self.step.value() is None else self.step.value().value,
            "due": due.isoformat() if isinstance(due, date) else due,
            "own": self._is_own_step,
            "seconds": seconds,
            **more,
        }

    def restore(self, content: Mapping[str, Any]) -> None:
        """Show what was typed before; what was typed or chosen meanwhile stays."""
        self._is_filling = True
        is_fresh = self.result() is None
        if is_fresh and content.get("channel") in set(Channel):
            self.channels[Channel(content["channel"])].setChecked(True)
        if is_fresh and content.get("result") in set(AttemptResult):
            self.result_row.set_value(AttemptResult(content["result"]))
        if not self.note.text():
            self.note.set_value(content.get("note"))
        if not self._is_own_step and (is_fresh or content.get("own")):
            self._restore_step(content)
        self.callback.restore(content)
        self.recordings.add([Path(name) for name in content.get("files", ())])
        seconds = content.get("seconds")
        if isinstance(seconds, int) and seconds > 0 and self.timer.seconds() is None:
            self.timer.take(seconds)
        self._is_filling = False
        self._show_parts()

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
        self.result_row.set_value(result)
        self._on_result()

    def _on_result(self) -> None:
        self._propose()
        self._on_choice()
        self._show_parts()
        if self.result() is AttemptResult.CALLBACK:
            self.go_to(self.due.line)
        else:
            self.go_to(self.note)

    def _propose(self) -> None:
        """Fill in the next step by the rules, unless somebody chose one; unknown: the service."""
        result = self.result()
        if result is None or self._is_own_step:
            return
        proposal = self._proposals.get(result)
        is_callback = result is AttemptResult.CALLBACK and not self._is_incoming
        step = NextStep.CALL if is_callback else None
        self._is_filling = True
        self.step.set_value(step if proposal is None else proposal.step)
        self.due.set_value(None if proposal is None else proposal.due)
        self._is_filling = False
        self.moved.setText("" if proposal is None else proposal.note)
        self.moved.setVisible(bool(self.moved.text()))

    def _on_own_step(self) -> None:
        if not self._is_filling:
            self._is_own_step = True
            self.moved.hide()
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

    # ------------------------------------------------------------------ recordings

    def ask_recording(self) -> None:
        """Let the person choose recordings of this contact."""
        chosen, _filter = QFileDialog.getOpenFileNames(self, _("Add a recording"))
        self.recordings.add([Path(name) for name in chosen])

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event):
            event.acceptProposedAction()

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self.recordings.add(_files(event))
        event.acceptProposedAction()

    # ------------------------------------------------------------------ saving

    def submit(self, *, and_next: bool = False) -> None:
        """Check what was entered and hand it over."""
        result = self.result()
        if result is None:
            self.show_problem(_("Choose the result: 1 to 8."))
            self.focus_results()
            return
        self.timer.stop()
        seconds = self.timer.seconds()
        values = {
            "channel": self.channel(),
            "result": result,
            "at": clock.now() - timedelta(seconds=seconds or 0),
            "duration_seconds": seconds,
            "note": self.note.value() or "",
            "next_step": self.step.value(),
            "next_due": self.due.value(),
            "by_customer": self._is_incoming,
        }
        try:
            is_promised = result is AttemptResult.CALLBACK
            moment = self.callback.moment(self.due.value()) if is_promised else None
            draft = read_wrap_up(values, moment, self.callback.whom(), self.recordings.paths)
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
        fields = {"next_due": self.due.line, "callback_time": self.callback.time.line}
        fields["at"] = self.callback.time.line if self.callback.isVisible() else self.due.line
        for problem in problems:
            if problem.field in fields:
                self.go_to(fields[problem.field])
                return

    def show_problem(self, text: str) -> None:
        """Say what is wrong; empty takes it away."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def go_to(self, field: QWidget) -> None:
        """Put the keyboard into a field."""
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        if field is self.due.line:
            self.due.line.selectAll()


def _files(event: QDropEvent) -> list[Path]:
    urls = event.mimeData().urls()
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
