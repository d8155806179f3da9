"""Stores what a running interview says: drafts, answers, marks, repeats; in order."""

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from db.vocabulary import InterviewMode
from desktop_app.errors import UserError
from desktop_app.services import drafts, interviews, repeats
from desktop_app.services.repeats import MovedError
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
    overtaken = Signal(str)
    """Another window added or removed instances of repeats: read the interview anew. Once."""

    def __init__(
        self,
        run: FillingRun,
        tasks: Tasks,
        interview_id: uuid.UUID,
        structure: str,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._run, self._tasks, self.interview_id = run, tasks, interview_id
        self.structure = structure
        """Which instances this window knows; goes with everything that is stored."""
        self._awaited, self._past = [structure], {structure}
        self._is_overtaken = False
        self.mode: InterviewMode | None = None
        """How answers come in from now on, when that differs from the interview."""
        run.typed.connect(self._keep_typed)
        run.answered.connect(self._save)
        run.marked.connect(self._mark)
        run.accepted.connect(self._accept)
        run.grown.connect(self._grow)
        run.shrunk.connect(self._shrink)

    def knows(self, structure: str) -> bool:
        """Whether a structure that was read is the one of this window, or about to be."""
        return structure in self._awaited

    def why_other(self, structure: str) -> str:
        """What to say about a structure that is not known: nothing when undo brought it back."""
        return "" if structure in self._past else MovedError().message

    def _keep_typed(self, address: str, text: str) -> None:
        where = (self.interview_id, address, text, self.structure)
        task = self._tasks.write(self, repeats.keep_typed, *where)
        self._write(task)
        task.then(lambda is_in_place: None if is_in_place else self._fail(MovedError()))

    def _save(self, address: str, value: str, seconds: int) -> None:
        what = (self.interview_id, address, value, seconds, self.mode, self.structure)
        task = self._tasks.write(self, _save, *what)
        task.quiet().then(lambda error: self._on_saved(address, error))
        task.or_else(self._fail)

    def _on_saved(self, address: str, error: UserError | None) -> None:
        if error is not None:
            self._fail(error)
        else:
            self.saved.emit(address)

    def _fail(self, error: UserError) -> None:
        if not isinstance(error, MovedError):
            self.failed.emit(error.message)
        elif not self._is_overtaken:
            self._is_overtaken = True
            self.overtaken.emit(error.message)

    def _mark(self, address: str, is_on: bool) -> None:  # noqa: FBT001  (a signal's slot)
        what = (self.interview_id, address, is_on, self.structure)
        self._write(self._tasks.write(self, _mark, *what))

    def _accept(self, address: str) -> None:
        if self._run.is_answered(address):
            what = (self.interview_id, address)
            task = self._tasks.write(self, interviews.accept, *what, seen=self.structure)
            self._write(task)

    def _grow(self, repeat: str) -> None:
        self._restructure(interviews.add_repeat, repeat)

    def _shrink(self, instance: str) -> None:
        self._restructure(interviews.remove_repeat, instance)

    def _restructure(self, service: Callable[..., object], address: str) -> None:
        """What is said from now on belongs to the structure that comes of it; it can be undone."""
        seen, self.structure = self.structure, repeats.new_structure()
        made = self.structure
        self._awaited.append(made)
        self._past.add(made)
        where = (self.interview_id, address)
        task = self._tasks.write(self, service, *where, seen=seen, becomes=made)
        task.then(lambda _made: self._reached(made)).or_else(self._fail)

    def _reached(self, structure: str) -> None:
        """The one before is over; it only comes back when this is undone."""
        del self._awaited[: self._awaited.index(structure)]

    def set_language(self, language: str) -> None:
        """Remember in which language the interview is held."""
        self._write(self._tasks.write(self, interviews.set_language, self.interview_id, language))

    def discard(self, place: str) -> None:
        """Forget what was typed before a crash and is kept at a place."""
        key = interviews.draft_key(self.interview_id, place)
        self._write(self._tasks.write(self, drafts.discard_draft, key))

    def _write(self, task: Task[Any]) -> None:
        """Quietly; a failure is said in the strip."""
        task.quiet().or_else(self._fail)


def _mark(
    session: "Session",
    interview_id: uuid.UUID,
    address: str,
    is_on: bool,  # noqa: FBT001
    seen: str,
) -> None:
    interviews.set_mark(session, interview_id, address, is_on=is_on, seen=seen)


def _save(
    session: "Session",
    interview_id: uuid.UUID,
    address: str,
    value: str,
    seconds: int,
    mode: InterviewMode | None,
    seen: str,
) -> UserError | None:
    """Store an answer; what cannot be stored is kept as typed, and why comes back."""
    try:
        interviews.save_answer(
            session, interview_id, address, value, seconds=seconds, mode=mode, seen=seen
        )
    except UserError as error:
        is_in_place = repeats.keep_typed(session, interview_id, address, value, seen)
        return error if is_in_place else MovedError()
    return None
