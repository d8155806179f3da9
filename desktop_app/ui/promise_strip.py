"""The strip in which a promise is written down during a call: one line, never modal."""

import uuid
from datetime import date
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget
from shiboken6 import isValid
from typing_extensions import override

from desktop_app import clock
from desktop_app.domain.contacts import next_working_day
from desktop_app.errors import InvalidInputError, UserError, problems_from_validation
from desktop_app.i18n import _
from desktop_app.services import drafts, promises
from desktop_app.services.drafts import SavedDraft
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.parsed_editors import DateEditor
from desktop_app.ui.promise_forms import Named, NewPromise, colleagues, owner_editor
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_TYPING_MS = 600
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def draft_key(case_id: uuid.UUID) -> str:
    """Where a promise that is being typed is kept."""
    return f"promise-strip:{case_id}"


def register_and_forget(
    session: "Session", customer_id: uuid.UUID, draft: NewPromise, case_id: uuid.UUID
) -> uuid.UUID:
    """Store a promise; what was typed is not needed any more."""
    made = promises.register(session, customer_id, draft, case_id)
    drafts.discard_draft(session, draft_key(case_id))
    return made


class PromiseStrip(QFrame):
    """What was promised, until when, who keeps it.

    *Enter* goes on and saves behind the day, ``Ctrl+Enter`` saves from anywhere, ``Esc`` closes and
    what is typed stays.
    """

    stored = Signal()

    def __init__(self, tasks: Tasks) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(_("Promise to the customer"))
        self._tasks = tasks
        self._case_id: uuid.UUID | None = None
        self._customer_id: uuid.UUID | None = None
        self._before: QWidget | None = None
        self._is_filling = False
        self._loading = Latest()
        self.words = TextEditor(
            placeholder=_("What we promise, in words the customer would recognise"), max_length=2000
        )
        self.due = DateEditor()
        self.owner = owner_editor((), _("me"))
        self.owner.box.setMaximumWidth(theme.pixels(120))
        self.problem = text_label("", "problem")
        self.save_button = button(_("Promise"), self.submit, "promise", "primary")
        self.save_button.setToolTip(_("Write the promise down  Ctrl+Enter"))
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._composing = Composing(self)
        self._arrange()
        self._connect()
        self.hide()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for label, editor, stretch in (
            (_("Promise"), self.words, 1),
            (_("due"), self.due, 0),
            (_("kept by"), self.owner, 0),
        ):
            hint = QLabel(label)
            theme.set_role(hint, "hint")
            row.addWidget(hint)
            row.addWidget(editor, stretch)
        self.words.set_name(_("Promise"))
        self.due.set_name(_("Promised for"))
        self.owner.set_name(_("Who keeps the promise"))
        row.addWidget(self.save_button)
        close = button("", self.close_strip, "close", "quiet")
        close.setAccessibleName(_("Close the strip"))
        close.setToolTip(_("Close the strip (Esc); what is typed stays"))
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(row)
        column.addWidget(self.problem)
        self.problem.hide()

    def _connect(self) -> None:
        self._typing.timeout.connect(self._keep)
        for editor in (self.words, self.due, self.owner):
            editor.changed.connect(self._on_typed)
        for widget in self.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.installEventFilter(self)
                self._composing.watch(widget)

    # ------------------------------------------------------------------ opening and closing

    @property
    def is_open(self) -> bool:
        """Whether the strip is shown."""
        return not self.isHidden()

    def open_for(self, customer_id: uuid.UUID, case_id: uuid.UUID) -> None:
        """Show the strip for a case, with what was typed for it before."""
        if case_id != self._case_id:
            self.keep_now()
            self._reset()
            self._case_id, self._customer_id = case_id, customer_id
            task = self._tasks.read(self, drafts.load_draft, draft_key(case_id))
            self._loading.take(task).then(self._restore)
            self._tasks.read(self, colleagues).then(self._show_users)
        focused = self.window().focusWidget()
        if focused is not None and not self.isAncestorOf(focused):
            self._before = focused
        self.show()
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_strip(self) -> None:
        """Hide the strip; what is typed stays."""
        self.keep_now()
        self._give_back()

    def leave(self, case_id: uuid.UUID | None) -> None:
        """Another case is shown: keep what was typed and close."""
        if self._case_id != case_id:
            self.keep_now()
            self._case_id = None
            self.hide()

    def _reset(self) -> None:
        self._is_filling = True
        self._typing.stop()
        self.words.set_value(None)
        self.due.set_value(next_working_day(clock.today()))
        self.owner.set_value(None)
        self.show_problem("")
        self._is_filling = False

    def _show_users(self, users: Named) -> None:
        self._is_filling = True
        self.owner.set_choices(users)
        self._is_filling = False

    # ------------------------------------------------------------------ what is typed

    def _on_typed(self) -> None:
        if not self._is_filling:
            self.show_problem("")
            self._typing.start()

    def keep_now(self) -> None:
        """Keep what was typed last without waiting."""
        if self._typing.isActive():
            self._typing.stop()
            self._keep()

    def _keep(self) -> None:
        if self._case_id is None:
            return
        due = self.due.value()
        content: dict[str, Any] = {
            "words": self.words.text(),
            "due": due.isoformat() if isinstance(due, date) else "",
        }
        self._tasks.write(self, drafts.save_draft, draft_key(self._case_id), content).quiet()

    def _restore(self, found: SavedDraft | None) -> None:
        if found is None or self.words.text():
            return
        self._is_filling = True
        self.words.set_value(found.content.get("words"))
        due = str(found.content.get("due") or "")
        if due:
            self.due.set_value(date.fromisoformat(due))
        self._is_filling = False

    # ------------------------------------------------------------------ saving

    def submit(self) -> None:
        """Check what was entered and store it."""
        from pydantic import ValidationError  # noqa: PLC0415  (slow to import)

        if self._case_id is None or self._customer_id is None or not self.isEnabled():
            return
        due = self.due.value()
        if not self.words.value():
            self.show_problem(_("Write down what is promised."))
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        if not isinstance(due, date):
            self.show_problem(_("Say by which day, for example 8-31 or +3."))
            self.due.line.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        try:
            draft = NewPromise(
                words=self.words.value() or "", due_on=due, owner_id=self.owner.value()
            )
        except ValidationError as error:
            self._say(InvalidInputError(problems_from_validation(error)))
            return
        self._typing.stop()
        self.setEnabled(False)
        task = self._tasks.write(self, register_and_forget, self._customer_id, draft, self._case_id)
        task.then(lambda _made: self._on_stored()).or_else(self._say)
        task.finished.connect(lambda: self.setEnabled(True))

    def _on_stored(self) -> None:
        self._reset()
        self._case_id = None
        self._give_back()
        self.stored.emit()

    def _give_back(self) -> None:
        """Hide, and put the keyboard where it was before."""
        self.hide()
        if self._before is not None and isValid(self._before) and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._before = None

    def _say(self, error: UserError) -> None:
        text = error.message
        if isinstance(error, InvalidInputError):
            text = " ".join(problem.message for problem in error.problems)
        self.show_problem(text)

    def show_problem(self, text: str) -> None:
        """Say what is wrong; empty takes it away."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    # ------------------------------------------------------------------ keys

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or self._composing.is_active:
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and self._is_ours(event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and self._is_ours(event):
            self._press(watched, event)
            return True
        return super().eventFilter(watched, event)

    def _is_ours(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape or event.key() in _ENTER

    def _press(self, watched: QObject, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_strip()
        elif watched is self.words.line and not event.modifiers() & ~_KEYPAD:
            self.due.line.setFocus(Qt.FocusReason.TabFocusReason)
            self.due.line.selectAll()
        else:
            self.submit()


_KEYPAD = Qt.KeyboardModifier.KeypadModifier
