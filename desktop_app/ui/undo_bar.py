"""Undo in the window: announces every change set with *Undo*, and knows what to redo."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from PySide6.QtCore import QObject

from db.vocabulary import ChangeKind
from desktop_app.errors import ConflictError, UserError
from desktop_app.i18n import _
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from collections.abc import Mapping

    from db.session import Changes, Session

_UNANNOUNCED = {ChangeKind.EVENT, ChangeKind.SYSTEM}


class UndoFn(Protocol):
    """``services.journal.undo``."""

    def __call__(
        self, session: "Session", change_set_id: UUID, /, *, skip_blocked: bool = False
    ) -> object:
        """Undo a change set as a change set of its own."""
        ...


class UndoBar(QObject):
    """Remembers the change sets of this session, newest last."""

    def __init__(
        self,
        tasks: Tasks,
        messages: MessageBar,
        undo: UndoFn,
        title_text: "Callable[[str, Mapping[str, Any]], str]",
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._tasks, self._messages = tasks, messages
        self._undo_service, self._title_text = undo, title_text
        self.done: list[UUID] = []
        self.undone: list[UUID] = []
        self._is_redoing = False
        tasks.announced.connect(self.announce)
        messages.undo_wanted.connect(self.undo)

    def announce(self, changes: "Changes") -> None:
        """Show what was done, with *Undo*."""
        if changes.change_set_id is None or changes.kind in _UNANNOUNCED:
            return
        text = self._title_text(changes.title, changes.args)
        if changes.kind is ChangeKind.UNDO and not self._is_redoing:
            self.undone.append(changes.change_set_id)
            self._messages.offer(text, _("&Redo"), self.redo)
            return
        self._is_redoing = False
        self.done.append(changes.change_set_id)
        self._messages.done(text, undo=changes.change_set_id)

    def undo_last(self) -> None:
        """Undo the newest change of this session (Ctrl+Z)."""
        if self.done:
            self.undo(self.done[-1])
        else:
            self._messages.info(_("There is nothing to undo in this session."))

    def redo(self) -> None:
        """Take back the newest undo (Ctrl+Y)."""
        if not self.undone:
            self._messages.info(_("There is nothing to redo."))
            return
        self._is_redoing = True
        self._run(self.undone.pop(), skip_blocked=False)

    def undo(self, change_set_id: UUID) -> None:
        """Undo one change set."""
        if change_set_id in self.done:
            self.done.remove(change_set_id)
        self._run(change_set_id, skip_blocked=False)

    def _run(self, change_set_id: UUID, *, skip_blocked: bool) -> None:
        task = self._tasks.write(self, self._undo_service, change_set_id, skip_blocked=skip_blocked)
        task.or_else(lambda error: self._on_failed(error, change_set_id, is_rest=skip_blocked))

    def _on_failed(self, error: UserError, change_set_id: UUID, *, is_rest: bool) -> None:
        self._is_redoing = False
        if isinstance(error, ConflictError) and not is_rest:
            self._messages.offer(
                error.message,
                _("Undo the &rest"),
                lambda: self._run(change_set_id, skip_blocked=True),
            )
        else:
            self._messages.error(error.message)
