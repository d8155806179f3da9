"""The wrap-up strip at work: whose contact it logs, its typed draft, storing, going on."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from db.vocabulary import AttemptResult
from desktop_app import clock
from desktop_app.domain.contacts import Proposal, WrapUpDraft
from desktop_app.i18n import _
from desktop_app.services import contacts, drafts
from desktop_app.services.drafts import SavedDraft
from desktop_app.ui import script_line
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.completion import complete_snippets
from desktop_app.ui.tasks import Latest
from desktop_app.ui.wrap_up import WrapUp

if TYPE_CHECKING:  # a page is made of these, not the other way round
    from db.session import Session
    from desktop_app.ui.page import Page


@dataclass(frozen=True, slots=True)
class Opening:
    """What the strip needs of a case: the draft of before, the next step after each result."""

    typed: SavedDraft | None
    proposals: Mapping[AttemptResult, Proposal | None]


def draft_key(case_id: uuid.UUID) -> str:
    """Where what is typed about a contact is kept."""
    return f"attempt:{case_id}"


def read_opening(session: "Session", case_id: uuid.UUID) -> Opening:
    """Everything for the strip of a case, in one reading."""
    typed = drafts.load_draft(session, draft_key(case_id))
    return Opening(typed, contacts.proposals(session, case_id, clock.today()))


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


def log_and_forget(session: "Session", case_id: uuid.UUID, draft: WrapUpDraft) -> uuid.UUID:
    """Store the contact; what was typed is not needed any more."""
    from desktop_app.services import calls  # noqa: PLC0415  (slow to import)

    made = calls.wrap_up(session, case_id, draft)
    drafts.discard_draft(session, draft_key(case_id))
    drafts.discard_draft(session, script_line.draft_key(case_id))  # its run has ended
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
        complete_snippets(strip.note.line, self._tasks)

    @property
    def is_open(self) -> bool:
        """Whether the strip is shown."""
        return not self.strip.isHidden()

    def open(self, case_id: uuid.UUID, title: str, *, is_incoming: bool = False) -> None:
        """Show the strip for a case with what was typed for it before.

        Args:
            case_id: The case.
            title: Whom the contact is about.
            is_incoming: Whether the customer must not be called, and turned to us.
        """
        if self.case_id != case_id:
            self.strip.keep_now()
            self.strip.reset()
            self.case_id = case_id
        elif self.is_open:
            self.strip.open_for(title, is_incoming=is_incoming)
            return
        task = self._tasks.read(self._page, read_opening, case_id)
        self._loading.take(task).then(self._restore)
        self.strip.open_for(title, is_incoming=is_incoming)

    def leave(self, case_id: uuid.UUID | None) -> None:
        """Another case is shown: keep what was typed and close."""
        if self.is_open and self.case_id != case_id:
            if self.case_id is not None and self.strip.result() is not None:
                self._warn(self.case_id)
            self.strip.close_strip()

    def _warn(self, case_id: uuid.UUID) -> None:
        """The call looks wrapped up, but nothing of it is stored."""
        text = _("{contact}: the result is not saved yet. What was typed is kept.")
        self._page.messages.offer(
            text.format(contact=self.strip.title.text()),
            _("&Go back"),
            lambda: self._page.navigate("case-file", CaseTarget(case_id, log_contact=True)),
        )

    def toggle_timer(self, case_id: uuid.UUID, title: str) -> None:
        """Start the timer, or stop it and ask for the result."""
        if not self.is_open or self.case_id != case_id:
            self.open(case_id, title)
        self.strip.timer.toggle()

    def _restore(self, found: Opening) -> None:
        if found.typed is not None:
            self.strip.restore(found.typed.content)
        self.strip.show_proposals(found.proposals)

    def _keep(self, content: Mapping[str, Any]) -> None:
        if self._loading.is_busy:  # what was typed before is not in the strip yet
            self.strip.keep_soon()
        elif self.case_id is not None:
            self._tasks.write(self._page, keep_typed, self.case_id, content).quiet()

    def _store(self, draft: WrapUpDraft, and_next: bool) -> None:  # noqa: FBT001  (Qt's signal)
        case_id = self.case_id
        if case_id is None:
            return
        self.strip.setEnabled(False)
        task = self._tasks.write(self._page, log_and_forget, case_id, draft)
        task.then(lambda _made: self._on_stored(case_id, and_next=and_next))
        task.or_else(self._on_failed)
        task.finished.connect(lambda: self.strip.setEnabled(True))

    def _on_failed(self, error: Any) -> None:
        self.strip.setEnabled(True)  # or no line in it takes the keyboard
        self.strip.show_failure(error)

    def _on_stored(self, case_id: uuid.UUID, *, and_next: bool) -> None:
        self.strip.reset()
        self.case_id = None
        self.strip.close_strip()
        self.logged.emit(case_id, and_next)
