"""What is done with whole questionnaires, from their list and from the designer."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from db.vocabulary import QuestionnairePurpose
from desktop_app.domain.questionnaires import QuestionnaireDraft, TitleDraft
from desktop_app.errors import UserError
from desktop_app.i18n import _, language
from desktop_app.ui import designer_work, dialogs
from desktop_app.ui.background import Task
from desktop_app.ui.designer_problems import place_text
from desktop_app.ui.designer_work import ReadFile
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import questionnaire_forms
from desktop_app.ui.forms.version_forms import title_form
from desktop_app.ui.page import Page
from desktop_app.ui.problem_list import show_problems
from desktop_app.ui.version_flows import VersionFlows

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from db.queries.questionnaires import QuestionnaireRow
    from desktop_app.questionnaire.xlsform import SheetProblem

_READ = "XLSForm (*.xlsx *.xls *.xlsm *.csv *.md)"
_WRITE = "XLSForm (*.xlsx)"


def call_service(session: "Session", name: str, *args: Any) -> Any:
    """A step in the life of a questionnaire by its name; its module is slow to import."""
    from desktop_app.services import questionnaire_life  # noqa: PLC0415

    return getattr(questionnaire_life, name)(session, *args)


def _lines(problems: "Iterable[SheetProblem]") -> list[str]:
    return [": ".join(filter(None, (place_text(each.place), each.message))) for each in problems]


class QuestionnaireFlows(VersionFlows):
    """New, import, export, title, retire of questionnaires."""

    def __init__(self, page: Page) -> None:
        super().__init__(page, call_service)

    # ------------------------------------------------------------------ making

    def new(self) -> None:
        """Make one that begins with what its purpose needs."""
        self._make(_("New questionnaire"), _("Make questionnaire"), {}, None)

    def duplicate(self, row: "QuestionnaireRow") -> None:
        """Make one with the questions of another."""
        title = _("Duplicate “{name}”").format(name=row.title(language()))
        values = {"purpose": row.purpose, "code": f"{row.code}_2"}
        self._make(title, _("Make a copy"), values, row.draft_id or row.current_id)

    def import_file(self, path: Path | None = None) -> None:
        """Make one out of an XLSForm; its mistakes are told with their cells."""
        chosen = path or dialogs.pick_file(self.page, _("Import an XLSForm"), _READ)
        if chosen is not None:
            self.read_in(
                chosen,
                designer_work.read_file,
                lambda read: self._take_read(read, chosen),
                lambda error: self._tell(chosen, error),
            )

    def _take_read(self, read: ReadFile, path: Path) -> None:
        """Tell which files are missing, if some are; then go on."""
        if not read.lost:
            self._name_imported(read, path)
            return
        title = _("{file} names files that could not be taken").format(file=path.name)
        text = _("The form can be imported without them.")
        told = show_problems(self.page, title, text, _lines(read.lost))
        told.finished.connect(lambda _result: self._name_imported(read, path))

    def _name_imported(self, read: ReadFile, path: Path) -> None:
        title = read.sheets.setting("title") or path.stem
        code = read.sheets.setting("id") or path.stem
        values = {"zh": title, "en": title, "code": designer_work.code_of(code)}
        if read.known is not None:
            text = _(
                "The file has the code {code} of this questionnaire. It becomes a draft; the "
                "version in use stays until you publish it."
            )
            if self.is_next_version(read.known, text):
                task = self.tasks.write_long(self.page, designer_work.take_in, read)
                dialogs.show_progress(self.page, task, _("Import {file}").format(file=path.name))
                task.then(self.made.emit)
                return
            values["code"] = f"{values['code']}_2"
        self._make(_("Import {file}").format(file=path.name), _("Import"), values, read)

    def _tell(self, path: Path, error: UserError) -> None:
        problems = getattr(error, "problems", ())
        if not problems:
            self.page.messages.error(error.message)
            return
        title = _("{file} has mistakes").format(file=path.name)
        text = _("Nothing was imported. Correct these cells and import the file again.")
        show_problems(self.page, title, text, _lines(problems))

    def _make(
        self, title: str, verb: str, values: dict[str, Any], origin: ReadFile | UUID | None
    ) -> None:
        """Ask for titles, code and purpose, and make the questionnaire."""
        form = questionnaire_forms.questionnaire_form()
        form.fill({"purpose": QuestionnairePurpose.EXIT, **values})

        def save(dialog: FormDialog, draft: QuestionnaireDraft) -> Task[UUID]:
            return self.tasks.write_long(dialog, designer_work.make, draft, origin)

        dialog = self.ask(title, verb, form, QuestionnaireDraft, "new-questionnaire", save)
        dialog.saved.connect(self.made)

    # ------------------------------------------------------------------ one of them

    def export(self, version_id: UUID, name: str) -> None:
        """Write a version as XLSForm."""
        path = dialogs.save_file(self.page, _("Save as XLSForm"), f"{name}.xlsx", _WRITE)
        if path is None:
            return
        target = path if path.suffix.lower() == ".xlsx" else path.with_name(f"{path.name}.xlsx")
        noted = self.tasks.write(self.page, designer_work.note_export, version_id)
        self.write_out(noted, designer_work.write_file, version_id, target)

    def change_title(self, row: "QuestionnaireRow") -> None:
        """Give it other titles."""
        form = title_form()
        form.fill(row)

        def save(dialog: FormDialog, draft: TitleDraft) -> Task[Any]:
            return self.tasks.write(dialog, call_service, "set_title", row.id, draft)

        key = f"questionnaire-title:{row.id}"
        self.ask(_("Change the title"), _("Change"), form, TitleDraft, key, save)

    def retire(self, row: "QuestionnaireRow") -> None:
        """Ask, then offer it no more."""
        text = _("New interviews do not get it any more; interviews so far stay as they are.")
        self.ask_retire(row, text)
