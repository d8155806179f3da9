"""Files as answers of a running interview: stored, shown small, opened."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.services import attachments
from desktop_app.services.attachments import AttachmentRow
from desktop_app.services.repeats import MovedError
from desktop_app.ui.attachments import FileOpener, sentence_of
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.tasks import Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


class AnswerFiles(QObject):
    """Stores and reads the files of one interview at a time."""

    attached = Signal(str, str)
    """Address and the name under which a file was stored for it."""
    pictured = Signal(str, str, object)
    """Address, name and content of a stored picture."""
    failed = Signal(str)
    overtaken = Signal(str)
    """The question may be another one by now; the file lies with the case."""

    def __init__(self, tasks: Tasks, parent: QWidget, messages: MessageBar) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.opener = FileOpener(tasks, parent, messages)
        self.opener.failed.connect(self.failed)
        self._case_id: uuid.UUID | None = None
        self._interview_id: uuid.UUID | None = None
        self.structure: Callable[[], str | None] = lambda: None
        """Which instances of repeats the window knows."""

    def follow(self, case_id: uuid.UUID, interview_id: uuid.UUID) -> None:
        """Files belong to this interview from now on."""
        if interview_id != self._interview_id:
            self.opener.forget_copies()
        self._case_id, self._interview_id = case_id, interview_id

    def attach(self, address: str, name: str, source: Path | bytes) -> None:
        """Store a file as the answer to a question."""
        case_id, interview_id = self._case_id, self._interview_id
        if case_id is None or interview_id is None:
            return
        what = (case_id, source, name, interview_id, address, self.structure())
        task = self._tasks.write(self, _add, *what)
        task.quiet().then(lambda row: self._on_attached(interview_id, address, row))
        task.or_else(self._on_failed)

    def _on_attached(self, interview_id: uuid.UUID, address: str, row: AttachmentRow) -> None:
        if interview_id != self._interview_id:
            return
        if row.interview_id is None:
            text = _(
                "Another window added or removed entries of this interview. The file “{name}” lies "
                "with the case; attach it again where it belongs."
            )
            self.overtaken.emit(text.format(name=row.name))
        else:
            self.attached.emit(address, row.name)

    def show_picture(self, address: str, name: str) -> None:
        """Read a stored picture to be shown small."""
        if self._interview_id is not None:
            task = self._tasks.read(self, content_of, self._interview_id, name)
            task.then(lambda content: self.pictured.emit(address, name, content))
            task.or_else(self._on_failed)

    def open(self, name: str) -> None:
        """Open a stored file; a look at a recording is recorded."""
        if self._interview_id is not None:
            self.opener.open_named(self._interview_id, name)

    def _on_failed(self, error: UserError) -> None:
        self.failed.emit(sentence_of(error))


def _add(
    session: "Session",
    case_id: uuid.UUID,
    source: Path | bytes,
    name: str,
    interview_id: uuid.UUID,
    address: str,
    seen: str | None,
) -> AttachmentRow:
    """Store a file as an answer, or with the case when the question may be another one by now."""
    try:
        return attachments.add(
            session, case_id, source, name, interview_id=interview_id, address=address, seen=seen
        )
    except MovedError:
        return attachments.add(session, case_id, source, name)


def content_of(session: "Session", interview_id: uuid.UUID, name: str) -> bytes:
    """What a file of an interview holds."""
    return attachments.read(session, attachments.find(session, interview_id, name).id)
