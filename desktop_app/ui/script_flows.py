"""What is done with whole scripts, from their list and from the editor."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject, Signal

from db.vocabulary import Occasion
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Script
from desktop_app.errors import UserError
from desktop_app.i18n import _, language
from desktop_app.ui import dialogs, script_work
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import script_forms
from desktop_app.ui.forms.script_forms import TitleDraft
from desktop_app.ui.page import Page
from desktop_app.ui.problem_list import show_problems
from desktop_app.ui.script_compare import ScriptComparison
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.scripts import ScriptRow
    from desktop_app.importing.script_files import FileScript
    from desktop_app.services.scripts import ScriptFile

_WRITE = "Excel (*.xlsx);;TOML (*.toml);;JSON (*.json)"
_READ = "Excel, TOML, JSON (*.xlsx *.xls *.toml *.json)"
_ENDINGS = (".xlsx", ".toml", ".json")


class ScriptFlows(QObject):
    """New, copy, import, export, compare, title, retire; every step runs in the background."""

    made = Signal(object)
    """Key of a script that was made, or that got a draft out of a file."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self._page = page
        self._tasks = page.tasks

    # ------------------------------------------------------------------ making

    def new(self) -> None:
        """Make one that begins with a greeting and an end."""
        self._ask(_("New script"), _("Make script"), {}, None)

    def copy(self, row: "ScriptRow") -> None:
        """Make one with the steps of another."""
        title = _("Copy “{name}”").format(name=row.title(language()))
        values = {"occasion": row.occasion, "code": f"{row.code}_2"}
        self._ask(title, _("Make a copy"), values, row.draft_id or row.current_id)

    def make_of(self, row: "ScriptRow", script: Script) -> None:
        """Make one of what was typed into a script that is gone."""
        values = {"zh": row.zh, "en": row.en, "occasion": row.occasion, "code": row.code}
        self._ask(_("New script"), _("Make script"), values, script)

    def import_file(self, path: Path | None = None) -> None:
        """Make one out of a file, or the next version of the one with its code."""
        chosen = path or dialogs.pick_file(self._page, _("Import a script"), _READ)
        if chosen is not None:
            task = self._tasks.read_long(self._page, script_work.read_file, chosen)
            dialogs.show_progress(self._page, task, _("Reading {file}").format(file=chosen.name))
            end = task.finished  # by then the box with the progress is closed
            task.then(lambda read: end.connect(lambda: self._take_read(*read, chosen)))
            task.or_else(lambda error: end.connect(lambda: self._tell(error)))

    def _tell(self, error: UserError) -> None:
        self._page.messages.error(error.message)

    def _take_read(self, read: "FileScript", known: "ScriptRow | None", path: Path) -> None:
        if read.script is None:
            title = _("{file} has mistakes").format(file=path.name)
            text = _("Nothing was imported. Correct these places and import the file again.")
            show_problems(self._page, title, text, [each.line() for each in read.faults])
        elif known is not None:
            self._take_version(read.script, known)
        else:
            head = read.head
            values = (
                head.model_dump() if head is not None else {"code": script_work.code_of(path.stem)}
            )
            title = _("Import {file}").format(file=path.name)
            self._ask(title, _("Import"), values, read.script)

    def _take_version(self, script: Script, known: "ScriptRow") -> None:
        if dialogs.confirm(
            self._page,
            title=_("Make it the next version of “{name}”?").format(name=known.title(language())),
            text=_(
                "The file has the code {code} of this script. It becomes a draft; the version in "
                "use stays until you publish it."
            ).format(code=known.code),
            verb=_("Make it a draft"),
        ):
            task = self._tasks.write(self._page, script_work.begin, known.id, script)
            task.then(self.made.emit)

    def _ask(
        self, title: str, verb: str, values: dict[str, Any], origin: Script | UUID | None
    ) -> None:
        form = script_forms.script_form()
        form.fill({"occasion": Occasion.CANCEL_REQUEST, **values})

        def save(draft: ScriptDraft) -> Any:
            return self._tasks.write(dialog, script_work.make, draft, origin)

        dialog = FormDialog(
            self._page, title=title, verb=verb, form=form, draft=ScriptDraft, save=save,
            draft_key=DraftKey(self._tasks, "new-script"),
        )  # fmt: skip
        dialog.saved.connect(self.made)
        dialog.open()

    # ------------------------------------------------------------------ one of them

    def export(self, row: "ScriptRow", version_id: UUID) -> None:
        """Write a version as workbook, TOML or JSON."""
        name = f"{row.title(language())}.xlsx"
        path = dialogs.save_file(self._page, _("Save the script"), name, _WRITE)
        if path is None:
            return
        is_known = path.suffix.lower() in _ENDINGS
        target = path if is_known else path.with_name(f"{path.name}.xlsx")
        note = (row.code, [target.suffix.lower().removeprefix(".")])
        noted = self._tasks.write(self._page, script_work.call_service, "note_export", *note)
        noted.quiet().then(lambda _none: self._write(version_id, target))

    def _write(self, version_id: UUID, path: Path) -> None:
        task = self._tasks.read_long(self._page, script_work.write_file, version_id, path)
        done = _("{file} was written.")
        task.then(lambda file: self._page.messages.done(done.format(file=file.name)))

    def compare(self, old: UUID, new: UUID, shown: Script | None = None) -> None:
        """Show how a version differs from another one; `shown`: its steps as they are edited."""

        def show(pair: "tuple[ScriptFile, ScriptFile]") -> None:
            before, after = pair
            edited = after if shown is None else replace(after, script=shown)
            ScriptComparison(self._page, before, edited).open()

        self._tasks.read(self._page, script_work.read_pair, old, new).then(show)

    def change_title(self, row: "ScriptRow") -> None:
        """Give it other titles, and another occasion."""
        form = script_forms.script_form(with_code=False)
        form.fill(row)

        def save(draft: TitleDraft) -> Any:
            whole = ScriptDraft(code=row.code, **draft.model_dump())
            return self._tasks.write(dialog, script_work.call_service, "set_title", row.id, whole)

        dialog = FormDialog(
            self._page, title=_("Change the title"), verb=_("Change"), form=form,
            draft=TitleDraft, save=save,
            draft_key=DraftKey(self._tasks, f"script-title:{row.id}"),
        )  # fmt: skip
        dialog.open()

    def retire(self, row: "ScriptRow") -> None:
        """Ask, then offer it no more."""
        if dialogs.confirm(
            self._page,
            title=_("Retire “{name}”?").format(name=row.title(language())),
            text=_("New calls do not get it any more; calls so far keep it. It can be undone."),
            verb=_("Retire"),
        ):
            self._tasks.write(self._page, script_work.call_service, "retire", row.id)

    def restore(self, row: "ScriptRow") -> None:
        """Offer it again."""
        self._tasks.write(self._page, script_work.call_service, "restore", row.id)
