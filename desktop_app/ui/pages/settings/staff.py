"""What people are in the firm, when they are away, and that somebody has left."""

from typing import Any

from db.vocabulary import HandoverCause
from desktop_app.columns.employees import ABSENCE_COLUMNS, STAFF_COLUMNS
from desktop_app.domain.permissions import Action
from desktop_app.i18n import _
from desktop_app.services import staff_profiles
from desktop_app.services.staff_profiles import AbsenceDraft, AbsenceRow, ProfileDraft, StaffRow
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import profile_forms
from desktop_app.ui.forms.profile_forms import OwnAbsence
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import Page
from desktop_app.ui.pages.settings.section import Section, block
from desktop_app.ui.panels import button, splitter, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.typed_drafts import DraftKey


def left_tone(row: StaffRow) -> Tone | None:
    """Tone of the last day of work."""
    return Tone.NEUTRAL if row.profile.left_on is not None else None


class StaffSection(Section):
    """People above, the days the chosen one is away below."""

    def __init__(self, page: Page) -> None:
        super().__init__(
            page,
            _(
                "Functions say which contacts somebody owes, districts where they go, the numbers "
                "how much a day holds. A plan of visits and a handover follow them."
            ),
        )
        self._latest_days = Latest()
        self._may = self.may(Action.EDIT_STAFF)
        self.people = RecordTable(
            STAFF_COLUMNS,
            context=page.context,
            state_key="settings.staff",
            name=_("Staff"),
            empty=_("Nobody works here yet. Add users under People and stores."),
            chips={"left_on": left_tone},
        )
        self.people.hide_columns("hired_on")
        self.absences = RecordTable(
            ABSENCE_COLUMNS,
            context=page.context,
            state_key="settings.absences",
            name=_("Absences"),
            empty=_("Never away so far. On days of absence nothing is planned."),
            first_step=(_("Add an absence…"), self._add_absence) if self._may else None,
        )
        self.edit_button = button(_("Change…"), self._edit, "edit", "primary")
        self.skills_button = button(
            _("Skills"), lambda: page.navigate("settings", "skills"), "star"
        )
        self.left_button = button(_("Has left…"), self._has_left, "door")
        self.add_button = button(_("Add an absence…"), self._add_absence, "add")
        self.remove_button = button(_("Remove the absence"), self._remove_absence, "remove")
        self.who = text_label(" ", "heading", wraps=False)
        top = block(
            text_label(_("Staff"), "heading", wraps=False),
            [self.left_button, self.skills_button, self.edit_button],
            self.people,
        )
        below = block(self.who, [self.remove_button, self.add_button], self.absences)
        sides = splitter(page.context, "settings.staff", top, below, horizontal=False)
        sides.setStretchFactor(0, 3)
        sides.setStretchFactor(1, 2)
        self.body.addWidget(sides, 1)
        for table in (self.people, self.absences):
            page.follow(table)
            table.current_changed.connect(lambda _row: self._show_buttons())
        self.people.opened.connect(lambda _row: self._edit())
        self.people.current_changed.connect(lambda _row: self._load_absences())
        self._show_buttons()

    # ------------------------------------------------------------------ showing

    def load(self) -> None:
        """Read people, and when the chosen one is away."""
        self.latest.take(self.tasks.read(self, staff_profiles.list_staff)).then(self._show)

    def _show(self, rows: list[StaffRow]) -> None:
        self.people.set_rows(rows)
        self.people.choose_first()
        self._load_absences()

    def _load_absences(self) -> None:
        row = self._person()
        if row is None:
            self.who.setText(" ")
            self.absences.set_rows([])
            return
        self.who.setText(_("Absences of {name}").format(name=row.name))
        task = self.tasks.read(self, staff_profiles.list_absences, row.id)
        self._latest_days.take(task).then(self._show_absences)

    def _show_absences(self, rows: list[AbsenceRow]) -> None:
        self.absences.set_rows(rows)
        self.absences.choose_first()
        self._show_buttons()

    def _person(self) -> StaffRow | None:
        row: StaffRow | None = self.people.current_row()
        return row

    def _show_buttons(self) -> None:
        row = self._person()
        self.edit_button.setEnabled(self._may and row is not None)
        self.left_button.setEnabled(
            self._may and row is not None and row.id != self.page.actor.user_id
        )
        self.add_button.setEnabled(self._may and row is not None)
        self.remove_button.setEnabled(self._may and self.absences.current_row() is not None)

    # ------------------------------------------------------------------ doing

    def _edit(self) -> None:
        row = self._person()
        if row is None or not self._may:
            return
        task = self.tasks.read(self, staff_profiles.list_staff)
        task.then(lambda people: self._ask_profile(row, people))

    def _ask_profile(self, row: StaffRow, people: list[StaffRow]) -> None:
        left = row.profile.left_on
        managers = [(each.id, each.name) for each in people if each.is_here and each.id != row.id]
        form = profile_forms.profile_form(managers, has_left=left is not None)
        form.fill(row.profile)

        def save(draft: ProfileDraft) -> Any:
            return self.tasks.write(dialog, staff_profiles.change, row.id, draft)

        dialog = FormDialog(
            self,
            title=_("What {name} is in the firm").format(name=row.name),
            verb=_("Save"),
            form=form,
            draft=ProfileDraft,
            save=save,
            draft_key=DraftKey(self.tasks, f"profile:{row.id}"),
        )
        dialog.open()

    def _has_left(self) -> None:
        row = self._person()
        if row is not None and self._may:
            self.page.navigate("handover", HandoverTarget(HandoverCause.LEFT, row.id))

    def _add_absence(self) -> None:
        row = self._person()
        if row is None or not self._may:
            return

        def save(draft: OwnAbsence) -> Any:
            whole = {**draft.model_dump(), "user_id": row.id}
            return self.tasks.write(
                dialog, staff_profiles.add_absence, AbsenceDraft.model_validate(whole)
            )

        dialog = FormDialog(
            self,
            title=_("{name} is away").format(name=row.name),
            verb=_("Add"),
            form=profile_forms.absence_form(),
            draft=OwnAbsence,
            save=save,
            intro=_("What is planned for these days moves to others or to other days."),
            draft_key=DraftKey(self.tasks, f"absence:{row.id}"),
        )
        dialog.open()

    def _remove_absence(self) -> None:
        row: AbsenceRow | None = self.absences.current_row()
        if row is not None and self._may:
            self.tasks.write(self, staff_profiles.remove_absence, row.id)
