"""Stores the note of a running interview: kept as it is typed, put into the timeline by Enter."""

import uuid
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import UserError
from desktop_app.ui.completion import complete_snippets
from desktop_app.ui.interview_sheet import note_key, store_note
from desktop_app.ui.note_bar import NoteBar
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.typed_drafts import keep


class InterviewNotes(QObject):
    """Writes the notes of one interview at a time; one that fails stands in its line again."""

    failed = Signal(str)

    def __init__(self, bar: NoteBar, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._bar, self._tasks = bar, tasks
        self._case_id: uuid.UUID | None = None
        self._interview_id: uuid.UUID | None = None
        bar.typed.connect(self._keep)
        bar.entered.connect(self.save)
        complete_snippets(bar.editor.line, tasks)

    def follow(self, case_id: uuid.UUID, interview_id: uuid.UUID) -> None:
        """Notes belong to this interview from now on."""
        self._case_id, self._interview_id = case_id, interview_id

    def _keep(self, text: str) -> None:
        if self._interview_id is not None:
            content = {"text": text} if text.strip() else {}
            self._tasks.write(self, keep, note_key(self._interview_id), content).quiet()

    def save(self, text: str, then: Callable[[], object] | None = None) -> None:
        """Store a note, then do something else."""
        case_id, interview_id = self._case_id, self._interview_id
        if case_id is None or interview_id is None:
            return
        task = self._tasks.write(self, store_note, case_id, interview_id, text).quiet()
        task.then(lambda _none: self._on_noted(interview_id, text))
        if then is not None:
            task.then(lambda _none: then())
        task.or_else(self._on_not_noted)

    def _on_noted(self, interview_id: uuid.UUID, text: str) -> None:
        if interview_id == self._interview_id:
            self._bar.take_stored(text)

    def _on_not_noted(self, error: UserError) -> None:
        self._bar.open()
        self.failed.emit(error.message)
