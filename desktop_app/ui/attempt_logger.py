"""The wrap-up strip at work: whose contact it logs, its typed draft, storing, going on."""

import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from db.vocabulary import AttemptResult
from desktop_app.domain.contacts import AttemptDraft
from desktop_app.services import contacts, drafts
from desktop_app.services.drafts import SavedDraft
from desktop_app.ui.tasks import Latest
from desktop_app.ui.wrap_up import WrapUp

if TYPE_CHECKING:  # a page is made of these, not the other way round
    from db.session import Session
    from desktop_app.ui.page import Page


def draft_key(case_id: uuid.UUID) -> str:
    """Where what is typed about a contact is kept."""
    return f"attempt:{case_id}"


def keep_typed(session: "Session", case_id: uuid.UUID, content: Mapping[str, Any]) -> None:
    """Keep what stands in the strip, or forget it when nothing does."""
    if content:
        drafts.save_draft(session, draft_key(case_id), content)
    else:
        drafts.discard_draft(session, draft_key(case_id))


def keep_length(session: "Session", case_id: uuid.UUID, seconds: int) -> None:
    """Keep the length of a call that is timed elsewhere beside what was typed about it."""
    found = drafts.load_draft(session, draft_key(case_id))
    content = {} if found is None else found.content
    drafts.save_draft(session, draft_key(case_id), {**content, "seconds": seconds})


def log_and_forget(session: "Session", case_id: uuid.UUID, draft: AttemptDraft) -> uuid.UUID:
    """Store the contact; what was typed is not needed any more."""
    made = contacts.log_attempt(session, case_id, draft)
    drafts.discard_draft(session, draft_key(case_id))
    return made


class AttemptLogger(QObject):
    """Opens the strip of a page for one case at a time."""

    logged = Signal(object, bool)
    """Key of the case, and whether the user wants to go on to the next."""

    def __init__(self, page: "Page", strip: WrapUp) -> None:
        super().__init__(page)
        self._page, self._tasks, self.strip = page, page.tasks, strip
        self.case_id: uuid.UUID | None = None
        self._loading = Latest()
        strip.submitted.connect(self._store)
        strip.typed.connect(self._keep)

    @property
    def is_open(self) -> bool:
        """Whether the strip is shown."""
        return not self.strip.isHidden()

    def open(
        self,
        case_id: uuid.UUID,
        title: str,
        results: Sequence[AttemptResult],
        *,
        is_interviewed: bool = False,
    ) -> None:
        """Show the strip for a case with what was typed for it before."""
        if self.case_id != case_id:
            self.strip.keep_now()
            self.strip.reset()
            self.case_id = case_id
            task = self._tasks.read(self._page, drafts.load_draft, draft_key(case_id))
            self._loading.take(task).then(self._restore)
        self.strip.open_for(title, results, is_interviewed=is_interviewed)

    def leave(self, case_id: uuid.UUID | None) -> None:
        """Another case is shown: keep what was typed and close."""
        if self.is_open and self.case_id != case_id:
            self.strip.close_strip()

    def toggle_timer(
        self,
        case_id: uuid.UUID,
        title: str,
        results: Sequence[AttemptResult],
        *,
        is_interviewed: bool = False,
    ) -> None:
        """Start the timer, or stop it and ask for the result."""
        if not self.is_open or self.case_id != case_id:
            self.open(case_id, title, results, is_interviewed=is_interviewed)
        self.strip.toggle_timer()

    def _restore(self, found: SavedDraft | None) -> None:
        if found is not None:
            self.strip.restore(found.content)

    def _keep(self, content: Mapping[str, Any]) -> None:
        if self._loading.is_busy:  # what was typed before is not in the strip yet
            self.strip.keep_soon()
        elif self.case_id is not None:
            self._tasks.write(self._page, keep_typed, self.case_id, content).quiet()

    def _store(self, draft: AttemptDraft, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        case_id = self.case_id
        if case_id is None:
            return
        self.strip.setEnabled(False)
        task = self._tasks.write(self._page, log_and_forget, case_id, draft)
        task.then(lambda _made: self._on_stored(case_id, and_next=and_next))
        task.or_else(self.strip.show_failure)
        task.finished.connect(lambda: self.strip.setEnabled(True))

    def _on_stored(self, case_id: uuid.UUID, *, and_next: bool) -> None:
        self.strip.reset()
        self.case_id = None
        self.strip.close_strip()
        self.logged.emit(case_id, and_next)
