"""What is done with whole questionnaires and scripts alike; every step runs in the background."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from desktop_app.errors import UserError
from desktop_app.i18n import _, language
from desktop_app.ui import dialogs
from desktop_app.ui.background import Task
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from pydantic import BaseModel

    from db.queries.versioned import Listed


class VersionFlows(QObject):
    """The steps; what differs is handed to them by `QuestionnaireFlows` and `ScriptFlows`."""

    made = Signal(object)
    """Key of one that was made, or that got a draft out of a file."""

    def __init__(self, page: Page, call: Callable[..., Any]) -> None:
        """Belong to a page; `call` calls a step in the life of a version by its name."""
        super().__init__(page)
        self.page, self.tasks, self._call = page, page.tasks, call

    def ask(
        self,
        title: str,
        verb: str,
        form: Form,
        draft: "type[BaseModel]",
        key: str,
        save: Callable[[FormDialog, Any], Task[Any]],
    ) -> FormDialog:
        """Ask for what a filled form holds.

        `key` is where the typing is kept; `save` writes for the box what the form made.
        """
        dialog = FormDialog(
            self.page, title=title, verb=verb, form=form, draft=draft,
            save=lambda filled: save(dialog, filled), draft_key=DraftKey(self.tasks, key),
        )  # fmt: skip
        dialog.open()
        return dialog

    # ------------------------------------------------------------------ files

    def read_in(
        self,
        path: Path,
        read: Callable[..., Any],
        take: Callable[[Any], object],
        tell: Callable[[UserError], object],
    ) -> None:
        """Read a file while a box shows how far it is; when the box is closed, go on.

        `take` gets what was read, `tell` why it could not be.
        """
        task = self.tasks.read_long(self.page, read, path)
        dialogs.show_progress(self.page, task, _("Reading {file}").format(file=path.name))
        end = task.finished  # by then the box with the progress is closed
        task.then(lambda found: end.connect(lambda: take(found)))
        task.or_else(lambda error: end.connect(lambda: tell(error)))

    def is_next_version(self, known: "Listed", text: str) -> bool:
        """Ask whether a file becomes its next version; `text` with ``{code}`` says what happens."""
        title = _("Make it the next version of “{name}”?").format(name=known.title(language()))
        verb = _("Make it a draft")
        return dialogs.confirm(self.page, title=title, text=text.format(code=known.code), verb=verb)

    def write_out(
        self, noted: Task[Any], write: Callable[..., Path], version_id: UUID, path: Path
    ) -> None:
        """Write a version to a file once the task `noted` has written down that it goes out."""
        noted.quiet().then(lambda _none: self._write(write, version_id, path))

    def _write(self, write: Callable[..., Path], version_id: UUID, path: Path) -> None:
        task = self.tasks.read_long(self.page, write, version_id, path)
        done = _("{file} was written.")
        task.then(lambda file: self.page.messages.done(done.format(file=file.name)))

    # ------------------------------------------------------------------ offering

    def ask_retire(self, row: "Listed", text: str) -> None:
        """Ask, then offer it no more; `text` says what becomes of what follows it."""
        title = _("Retire “{name}”?").format(name=row.title(language()))
        if dialogs.confirm(self.page, title=title, text=text, verb=_("Retire")):
            self.tasks.write(self.page, self._call, "retire", row.id)

    def restore(self, row: "Listed") -> None:
        """Offer it again."""
        self.tasks.write(self.page, self._call, "restore", row.id)
