"""Saving a script that is edited: also when its draft was undone or discarded meanwhile."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_app.domain.scripts import Script
from desktop_app.errors import ChangedMeanwhileError, ConflictError, NotFoundError, UserError
from desktop_app.i18n import _
from desktop_app.ui import script_work
from desktop_app.ui.script_work import Opened

if TYPE_CHECKING:  # the page is made of it, not the other way round
    from desktop_app.ui.pages.script_editor import ScriptEditorPage

Then = Callable[[], object] | None


class ScriptSaving(QObject):
    """Writes what stands in the editor, and asks where that would overwrite or has no place."""

    def __init__(self, page: "ScriptEditorPage") -> None:
        super().__init__(page)
        self._page = page
        self.is_saving = False
        self._found: Opened | None = None  # what there is instead of the draft that is typed into

    @property
    def is_lost(self) -> bool:
        """Whether the draft that is typed into is gone."""
        return self._found is not None

    def look(self, opened: Opened) -> None:
        """Compare what was read with what is typed into; tell when that draft is gone."""
        mine, before = self._page.opened, self._found
        if mine is None or (opened.is_draft and opened.version.id == mine.version.id):
            self.forget()
            return
        self._found = opened
        if before is None or before.version.id != opened.version.id:
            self._ask_gone(None)

    def forget(self) -> None:
        """The draft is there (again), or nothing is typed into it."""
        if self._found is not None:
            self._found = None
            self._page.strip.hide()

    def store(self, then: Then = None, *, is_over: bool = False) -> None:
        """Save, then go on; `is_over`: also over what somebody else saved meanwhile.

        Where the draft is gone a new one is made of what is typed.
        """
        page, found = self._page, self._found
        opened = page.opened
        if opened is None or page.script_id is None or self.is_saving:
            return
        if found is not None and found.is_draft and not is_over:
            self._ask_gone(then)
            return
        self.is_saving = True
        sent = page.state.script
        if page.drafts is not None:
            page.drafts.keep()
        if found is not None and not found.is_draft:
            made = page.tasks.write(page, script_work.begin_again, page.script_id, sent)
            made.then(lambda new: self._saved(new, sent, then))
            made.or_else(lambda error: self.tell(error, then))
            return
        at = found or opened
        revision = None if is_over else at.version.revision
        task = page.tasks.write(
            page, script_work.call_service, "save_draft", at.version.id, sent, revision=revision
        )
        task.then(lambda number: self._saved(_revised(at, number), sent, then))
        task.or_else(lambda error: self.tell(error, then))

    def _saved(self, opened: Opened, sent: Script, then: Then) -> None:
        page = self._page
        self.is_saving, self._found = False, None
        page.opened = opened
        page.strip.hide()
        page.note_saved(typed_for(opened), is_all=sent == page.state.script)
        if then is not None:
            then()

    # ------------------------------------------------------------------ asking

    def tell(self, error: UserError, then: Then = None) -> None:
        """Say why it was not saved; over what somebody else saved it is after a question only."""
        page = self._page
        self.is_saving = False
        page.stop_waiting()
        if not isinstance(error, ChangedMeanwhileError):
            page.messages.error(error.message)
            if isinstance(error, NotFoundError | ConflictError):
                page.load()  # the draft may be gone
            return
        page.ask_over(error.message, partial(self.store, then, is_over=True))

    def _ask_gone(self, then: Then) -> None:
        """Say that the draft is gone and that the typing is not."""
        page = self._page
        if self._found is not None and self._found.is_draft:
            text = _(
                "The draft that you typed into is gone, and another one was begun meanwhile. "
                "What you typed is still here."
            )
            verbs = None
        else:
            text = _(
                "The draft that you typed into is gone: it was undone, discarded or published. "
                "What you typed is still here; saving makes a new draft of it."
            )
            verbs = (
                _("Show the version in use; mine stays on offer"), _("Save mine as a new draft"),
            )  # fmt: skip
        page.ask_over(text, partial(self.store, then, is_over=True), verbs)

    def unread(self, error: UserError) -> None:
        """Say why nothing was read; of what was typed into a script that is gone make another."""
        page, opened = self._page, self._page.opened
        if opened is None or not page.is_changed() or not isinstance(error, NotFoundError):
            page.messages.error(error.message)
            return
        text = _("This script is gone. What you typed is still here.")
        make = partial(page.flows.make_of, opened.row, page.state.script)
        page.strip.ask(text, [
            (_("Go on editing"), page.setFocus),
            (_("Make a new script of it…"), make),
        ])  # fmt: skip


def typed_for(opened: Opened) -> str:
    """The state of a draft for which something is typed."""
    return f"{opened.version.id}/{opened.version.revision}"


def _revised(opened: Opened, revision: int) -> Opened:
    version = replace(opened.version, revision=revision)
    return replace(opened, file=replace(opened.file, version=version))
