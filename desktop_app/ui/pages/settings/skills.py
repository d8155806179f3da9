"""What people are good at, and how much they hold: whom a case is proposed to."""

from typing import Any

from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import skills
from desktop_app.services.skills import PersonSkills, SkillsDraft
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.editors import ChoiceEditor
from desktop_app.ui.form import Form
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.section import Section
from desktop_app.ui.panels import button
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.team_columns import SKILL_COLUMNS
from desktop_app.ui.typed_drafts import DraftKey


class SkillsSection(Section):
    """Everybody who works on cases: levels, open cases, room."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "A case is proposed to whom it suits best: what its class asks for, then who holds "
                "least. How many cases a person may hold stands under Pool."
            ),
        )
        self._may = self.may(Action.ASSIGN_CASE)
        self.table = RecordTable(
            SKILL_COLUMNS,
            context=page.context,
            state_key="settings.skills",
            name=_("Skills"),
            empty=_("Nobody works on cases yet. Add users under People and stores."),
            key=lambda row: row.user_id,
        )
        self.edit_button = button(_("Change skills…"), self._edit, "edit", "primary")
        self.table.opened.connect(lambda _row: self._edit())
        self.table.current_changed.connect(lambda _row: self._show_button())
        page.follow(self.table)
        self.add_buttons([self.edit_button])
        self.body.addWidget(self.table, 1)
        self._show_button()

    def load(self) -> None:
        """Read people, levels and loads."""
        task = self.tasks.read(self, skills.list_people)
        self.latest.take(task).then(self.table.set_rows)

    def _show_button(self) -> None:
        self.edit_button.setEnabled(self._may and self.table.current_row() is not None)

    def _edit(self) -> None:
        row: PersonSkills | None = self.table.current_row()
        if row is None or not self._may:
            return
        form = skills_form()
        form.fill(row.levels)

        def save(draft: SkillsDraft) -> Any:
            return self.tasks.write(dialog, skills.change, row.user_id, draft)

        dialog = FormDialog(
            self,
            title=_("Skills of {name}").format(name=row.name),
            verb=_("Save"),
            form=form,
            draft=SkillsDraft,
            save=save,
            intro=_("It changes to whom cases are proposed, and nothing else."),
            draft_key=DraftKey(self.tasks, f"skills:{row.user_id}"),
        )
        dialog.open()


def skills_form() -> Form:
    """Three levels of each ability."""
    form = Form()
    levels = [(1, _("average")), (2, _("fairly high")), (3, _("very high"))]
    for name, info in SkillsDraft.model_fields.items():
        form.add(name, _(info.title or name), ChoiceEditor(levels))
    return form
