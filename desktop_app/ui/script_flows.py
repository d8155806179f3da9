"""What is done with whole scripts, from their list and from the editor."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from db.vocabulary import Occasion
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import Script
from desktop_app.errors import UserError
from desktop_app.i18n import _, language
from desktop_app.ui import dialogs, script_work
from desktop_app.ui.background import Task
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import script_forms
from desktop_app.ui.forms.script_forms import TitleDraft
from desktop_app.ui.page import Page
from desktop_app.ui.problem_list import show_problems
from desktop_app.ui.script_compare import ScriptComparison
from desktop_app.ui.version_flows import VersionFlows

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.scripts import ScriptRow
    from desktop_app.importing.script_files import FileScript
    from desktop_app.services.scripts import ScriptFile

_WRITE = "Excel (*.xlsx);;TOML (*.toml);;JSON (*.json)"
_READ = "Excel, TOML, JSON (*.xlsx *.xls *.toml *.json)"
_ENDINGS = (".xlsx", ".toml", ".json")


class ScriptFlows(VersionFlows):
    """New, copy, import, export, compare, title, retire of scripts."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, script_work.call_service)

    # ------------------------------------------------------------------ making

    def new(self) -> None:
        """Make one that begins with a greeting and an end."""
        self._make(_("New script"), _("Make script"), {}, None)

    def copy(self, row: "ScriptRow") -> None:
        """Make one with the steps of another."""
        title = _("Copy “{name}”").format(name=row.title(language()))
        values = {"occasion": row.occasion, "code": f"{row.code}_2"}
        self._make(title, _("Make a copy"), values, row.draft_id or row.current_id)

    def make_of(self, row: "ScriptRow", script: Script) -> None:
        """Make one of what was typed into a script that is gone."""
        values = {"zh": row.zh, "en": row.en, "occasion": row.occasion, "code": row.code}
        self._make(_("New script"), _("Make script"), values, script)

    def import_file(self, path: Path | None = None) -> None:
        """Make one out of a file, or the next version of the one with its code."""
        chosen = path or dialogs.pick_file(self.page, _("Import a script"), _READ)
        if chosen is not None:
            self.read_in(
                chosen,
                script_work.read_file,
                lambda found: self._take_read(found, chosen),
                self._tell,
            )

    def _tell(self, error: UserError) -> None:
        self.page.messages.error(error.message)

    def _take_read(self, found: "tuple[FileScript, ScriptRow | None]", path: Path) -> None:
        read, known = found
        if read.script is None:
            title = _("{file} has mistakes").format(file=path.name)
            text = _("Nothing was imported. Correct these places and import the file again.")
            show_problems(self.page, title, text, [each.line() for each in read.faults])
        elif known is not None:
            self._take_version(read.script, known)
        else:
            head = read.head
            values = (
                head.model_dump() if head is not None else {"code": script_work.code_of(path.stem)}
            )
            title = _("Import {file}").format(file=path.name)
            self._make(title, _("Import"), values, read.script)

    def _take_version(self, script: Script, known: "ScriptRow") -> None:
        text = _(
            "The file has the code {code} of this script. It becomes a draft; the version in "
            "use stays until you publish it."
        )
        if self.is_next_version(known, text):
            task = self.tasks.write(self.page, script_work.begin, known.id, script)
            task.then(self.made.emit)

    def _make(
        self, title: str, verb: str, values: dict[str, Any], origin: Script | UUID | None
    ) -> None:
        form = script_forms.script_form()
        form.fill({"occasion": Occasion.CANCEL_REQUEST, **values})

        def save(dialog: FormDialog, draft: ScriptDraft) -> Task[UUID]:
            return self.tasks.write(dialog, script_work.make, draft, origin)

        dialog = self.ask(title, verb, form, ScriptDraft, "new-script", save)
        dialog.saved.connect(self.made)

    # ------------------------------------------------------------------ one of them

    def export(self, row: "ScriptRow", version_id: UUID) -> None:
        """Write a version as workbook, TOML or JSON."""
        name = f"{row.title(language())}.xlsx"
        path = dialogs.save_file(self.page, _("Save the script"), name, _WRITE)
        if path is None:
            return
        is_known = path.suffix.lower() in _ENDINGS
        target = path if is_known else path.with_name(f"{path.name}.xlsx")
        note = (row.code, [target.suffix.lower().removeprefix(".")])
        noted = self.tasks.write(self.page, script_work.call_service, "note_export", *note)
        self.write_out(noted, script_work.write_file, version_id, target)

    def compare(self, old: UUID, new: UUID, shown: Script | None = None) -> None:
        """Show how a version differs from another one; `shown`: its steps as they are edited."""

        def show(pair: "tuple[ScriptFile, ScriptFile]") -> None:
            before, after = pair
            edited = after if shown is None else replace(after, script=shown)
            ScriptComparison(self.page, before, edited).open()

        self.tasks.read(self.page, script_work.read_pair, old, new).then(show)

    def change_title(self, row: "ScriptRow") -> None:
        """Give it other titles, and another occasion."""
        form = script_forms.script_form(with_code=False)
        form.fill(row)

        def save(dialog: FormDialog, draft: TitleDraft) -> Task[Any]:
            whole = ScriptDraft(code=row.code, **draft.model_dump())
            return self.tasks.write(dialog, script_work.call_service, "set_title", row.id, whole)

        key = f"script-title:{row.id}"
        self.ask(_("Change the title"), _("Change"), form, TitleDraft, key, save)

    def retire(self, row: "ScriptRow") -> None:
        """Ask, then offer it no more."""
        text = _("New calls do not get it any more; calls so far keep it. It can be undone.")
        self.ask_retire(row, text)
