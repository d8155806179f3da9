"""Stores what a running interview says: drafts, answers, marks, repeats; in order."""

import uuid
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from db.vocabulary import InterviewMode
from desktop_app.errors import UserError
from desktop_app.services import drafts, interviews
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.tasks import Task, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


class InterviewKeeper(QObject):
    """Follows one run and writes for one interview, so that nothing reaches the wrong record."""

    failed = Signal(str)
    """What could not be stored, as a sentence; an answer is kept as it was typed."""
    saved = Signal(str)
    """Address of an answer that is stored."""

    def __init__(
        self, run: FillingRun, tasks: Tasks, interview_id: uuid.UUID, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._run, self._tasks, self.interview_id = run, tasks, interview_id
        self.mode: InterviewMode | None = None
        """How answers come in from now on, when that differs from the interview."""
        run.typed.connect(self._keep_typed)
        run.answered.connect(self._save)
        run.marked.connect(self._mark)
        run.accepted.connect(self._accept)
        run.grown.connect(self._grow)
        run.shrunk.connect(self._shrink)

    def _keep_typed(self, address: str, text: str) -> None:
        key = interviews.draft_key(self.interview_id, address)
        self._write(self._tasks.write(self, drafts.save_draft, key, {"value": text}))

    def _save(self, address: str, value: str, seconds: int) -> None:
        task = self._tasks.write(self, _save, self.interview_id, address, value, seconds, self.mode)
        task.quiet().then(lambda sentence: self._on_saved(address, sentence))
        task.or_else(lambda error: self.failed.emit(error.message))

    def _on_saved(self, address: str, sentence: str) -> None:
        if sentence:
            self.failed.emit(sentence)
        else:
            self.saved.emit(address)

    def _mark(self, address: str, is_on: bool) -> None:  # noqa: FBT001  (a signal's slot)
        self._write(self._tasks.write(self, _mark, self.interview_id, address, is_on))

    def _accept(self, address: str) -> None:
        if self._run.is_answered(address):
            task = self._tasks.write(self, interviews.accept, self.interview_id, address)
            self._write(task)

    def _grow(self, repeat: str) -> None:
        self._write(self._tasks.write(self, interviews.add_repeat, self.interview_id, repeat))

    def _shrink(self, instance: str) -> None:
        self._write(self._tasks.write(self, interviews.remove_repeat, self.interview_id, instance))

    def set_language(self, language: str) -> None:
        """Remember in which language the interview is held."""
        self._write(self._tasks.write(self, interviews.set_language, self.interview_id, language))

    def discard(self, address: str) -> None:
        """Forget what was typed for a question before a crash."""
        key = interviews.draft_key(self.interview_id, address)
        self._write(self._tasks.write(self, drafts.discard_draft, key))

    def _write(self, task: Task[Any]) -> None:
        """Quietly; a failure is said in the strip."""
        task.quiet().or_else(lambda error: self.failed.emit(error.message))


def _mark(session: "Session", interview_id: uuid.UUID, address: str, is_on: bool) -> None:  # noqa: FBT001
    interviews.set_mark(session, interview_id, address, is_on=is_on)


def _save(
    session: "Session",
    interview_id: uuid.UUID,
    address: str,
    value: str,
    seconds: int,
    mode: InterviewMode | None,
) -> str:
    """Store an answer; what cannot be stored is kept as typed, and the sentence comes back."""
    try:
        interviews.save_answer(session, interview_id, address, value, seconds=seconds, mode=mode)
    except UserError as error:
        drafts.save_draft(session, interviews.draft_key(interview_id, address), {"value": value})
        return error.message
    return ""
