"""What can be done to the questions of a form: add, move, copy, group, remove, keep, overrule."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QObject

from desktop_app.domain.questionnaires import LibraryDraft
from desktop_app.i18n import _
from desktop_app.questionnaire import editing, fragments
from desktop_app.questionnaire.sheets import Sheets
from desktop_app.ui.designer_problems import Finding
from desktop_app.ui.designer_view import DesignerView
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import questionnaire_forms
from desktop_app.ui.forms.questionnaire_forms import ReasonDraft
from desktop_app.ui.library_dialog import LibraryDialog
from desktop_app.ui.page import Page
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from desktop_app.services.question_library import LibraryRow


def keep_in_library(session: "Session", draft: LibraryDraft, content: Sheets) -> UUID:
    """Keep a part of a form in the library."""
    from desktop_app.services import question_library  # noqa: PLC0415

    return question_library.save(session, draft, content)


class DesignerTools(QObject):
    """The actions of the designer on the chosen question."""

    def __init__(self, page: Page, view: DesignerView) -> None:
        super().__init__(page)
        self._page, self._view, self.state = page, view, view.state
        view.remove_wanted.connect(self._remove)
        view.add_wanted.connect(self._add)
        view.problems.overrule_wanted.connect(self._overrule)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Action id to what it does, of a form that can be edited."""
        slots: dict[str, Callable[[], object]] = {
            "question.new": self._add,
            "question.library": self._open_library,
        }
        row = self.state.row
        return slots if row is None else slots | self._question_slots(row)

    def _question_slots(self, row: int) -> dict[str, Callable[[], object]]:
        edit = self.state.edit_row
        return {
            "question.keep": lambda: self._keep(row),
            "question.duplicate": lambda: edit(lambda sheets: editing.duplicate(sheets, row)),
            "question.group": lambda: self._wrap(is_repeat=False),
            "question.repeat": lambda: self._wrap(is_repeat=True),
            "question.ungroup": lambda: self.state.edit(lambda sheets: editing.unwrap(sheets, row)),
            "question.up": lambda: self._move(row, -1),
            "question.down": lambda: self._move(row, 1),
            "question.remove": self._remove,
        }

    def _add(self) -> None:
        row = self.state.row
        if self._view.fields.is_editable and self.state.edit_row(
            lambda sheets: editing.add_question(sheets, row)
        ):
            self._view.fields.go_to_words()

    def _move(self, row: int, step: int) -> None:
        if not self._view.move_in_table(step):
            self.state.edit_row(lambda sheets: editing.move(sheets, row, step))

    def _wrap(self, *, is_repeat: bool) -> None:
        rows = self._view.list.selected()
        if rows:
            self.state.edit_row(
                lambda sheets: editing.wrap(sheets, rows[0], rows[-1], is_repeat=is_repeat)
            )

    def _remove(self) -> None:
        row, rows = self.state.row, self._view.list.selected()
        if row is None or not rows or not self._view.fields.is_editable:
            return
        names = [self.state.sheets.survey.cell(each, "name") for each in rows]
        following = self._view.list.following(rows[0])

        def without(sheets: Sheets) -> Sheets:
            for each in reversed(rows):  # what stands in a group before the group
                sheets = editing.remove(sheets, each)
            return sheets

        if self.state.edit(without):
            self.state.select(following)
            text = _("“{name}” was removed.").format(name=", ".join(names))
            self._page.messages.offer(text, _("&Undo"), self.state.undo)

    def _open_library(self) -> None:
        dialog = LibraryDialog(self._page, self._page.context)
        dialog.inserted.connect(self._insert)
        dialog.open()

    def _insert(self, row: "LibraryRow") -> None:
        after = self.state.row
        self.state.edit_row(lambda sheets: fragments.insert(sheets, row.content, after))

    def _keep(self, row: int) -> None:
        content = fragments.cut(self.state.sheets, row)
        form = questionnaire_forms.library_form()
        titles = fragments.title_of(content)
        any_title = next(iter(titles.values()), "")
        form.fill(
            {
                "zh": titles.get("zh", any_title)[:200],
                "en": titles.get("en", any_title)[:200],
                "code": self.state.sheets.survey.cell(row, "name"),
            }
        )

        def save(draft: LibraryDraft) -> Any:
            return self._page.tasks.write(dialog, keep_in_library, draft, content)

        dialog = FormDialog(
            self._page, title=_("Keep in the library"), verb=_("Keep"), form=form,
            draft=LibraryDraft, save=save,
            draft_key=DraftKey(self._page.tasks, "library-question"),
        )  # fmt: skip
        dialog.open()

    def _overrule(self, found: Finding) -> None:
        if found.reason:
            self.state.overrule(found.key, "")
            return

        def save(draft: ReasonDraft) -> None:
            self.state.overrule(found.key, draft.reason)

        dialog = FormDialog(
            self._page, title=_("Overrule this remark"), verb=_("Overrule"),
            form=questionnaire_forms.reason_form(), draft=ReasonDraft, save=save,
            intro=f"{found.sentence} {found.suggestion}",
            draft_key=DraftKey(self._page.tasks, f"overrule:{found.key}"),
        )  # fmt: skip
        dialog.open()
