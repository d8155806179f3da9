"""What is typed in the line of a script and not answered yet: kept by step, shown again."""

import uuid
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from shiboken6 import isValid

from desktop_app.services import drafts
from desktop_app.ui.tasks import Latest, Tasks
from desktop_app.ui.typed_drafts import keep

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.drafts import SavedDraft
    from desktop_app.services.script_state import RunState

_TYPING_MS = 600


def draft_key(case_id: uuid.UUID) -> str:
    """Where what is typed in the script of a case is kept."""
    return f"script-line:{case_id}"


class TypedWords(QObject):
    """The words in the line by step, of one case at a time."""

    found = Signal()
    """Words of before were found."""

    def __init__(self, parent: QObject, tasks: Tasks) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._case_id: uuid.UUID | None = None
        self._words: dict[str, str] = {}
        self._loading = Latest()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._typing.timeout.connect(self._keep)

    def follow(self, case_id: uuid.UUID) -> None:
        """Know what was typed for a case."""
        if case_id == self._case_id:
            return
        self.keep_now()
        self._case_id, self._words = case_id, {}
        task = self._tasks.read(self, drafts.load_draft, draft_key(case_id))
        self._loading.take(task).then(self._know)

    def of(self, state: "RunState") -> str:
        """What was typed at the step that is shown; empty when nothing was."""
        return self._words.get(_place(state), "")

    def note(self, state: "RunState", text: str) -> None:
        """Something is typed at the step that is shown."""
        if text:
            self._words[_place(state)] = text
        else:
            self._words.pop(_place(state), None)
        self._typing.start()

    def drop(self, state: "RunState") -> None:
        """The step that was shown is answered."""
        if self._words.pop(_place(state), None) is not None:
            self._keep()

    def reset(self) -> None:
        """The script is over: nothing is kept of it."""
        if self._words:
            self._words = {}
            self._keep()
        self._typing.stop()
        self._case_id = None

    def keep_now(self) -> None:
        """Keep what was typed last without waiting."""
        if self._typing.isActive():
            self._keep()

    def _know(self, draft: "SavedDraft | None") -> None:
        if draft is not None:
            self._words = {**draft.content, **self._words}
            self.found.emit()

    def _keep(self) -> None:
        self._typing.stop()
        if self._loading.is_busy:  # what was typed before is not known yet
            self._typing.start()
        elif self._case_id is not None and isValid(self._tasks):  # its own owner: outlives the page
            key, words = draft_key(self._case_id), dict(self._words)
            self._tasks.write(self._tasks, keep, key, words).quiet()


def _place(state: "RunState") -> str:
    return f"{state.version_id}:{'' if state.step is None else state.step.id}"
