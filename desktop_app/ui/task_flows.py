"""What people do with tasks and renewals: ask in a form, then store."""

import uuid
from typing import TYPE_CHECKING, Any

from db.queries.renewals import RenewalRow
from db.queries.tasks import TaskRow
from db.vocabulary import RenewalState, StaffFunction, TaskKind
from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.i18n import _
from desktop_app.services import handovers, renewals, staff_profiles, tasks, workspace_settings
from desktop_app.ui.case_look import list_text
from desktop_app.ui.flows import Flows, Whom, Write, titled
from desktop_app.ui.forms import task_forms as forms

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session


def read_people(session: "Session") -> forms.Named:
    """Everybody who works here and may do tasks, with what they are in the firm."""
    return [
        (key, list_text((one.name, *(labels.label(each) for each in one.profile.functions))))
        for key, one in sorted(
            staff_profiles.all_profiles(session).items(), key=lambda item: item[1].name
        )
        if one.is_active and allowed(one.role, Action.DO_TASK)
    ]


def read_technicians(session: "Session") -> forms.Named:
    """The technicians; everybody where there is none."""
    people = read_people(session)
    able = {
        key
        for key, functions in staff_profiles.functions_of(session).items()
        if StaffFunction.TECHNICIAN in functions
    }
    return [each for each in people if each[0] in able] or people


def read_renewal(session: "Session") -> tuple[forms.Named, str]:
    """Who may tell the customer, and the currency of the fee."""
    return read_people(session), workspace_settings.currency(session)


def read_stored_renewal(
    session: "Session", renewal_id: uuid.UUID
) -> tuple[RenewalDraft, forms.Named, str]:
    """A renewal as a form has it, who may tell the customer, and the currency of the fee."""
    return renewals.read(session, renewal_id), *read_renewal(session)


class TaskFlows(Flows):
    """The flows of one page; dialogs open over it."""

    # ------------------------------------------------------------------ something new

    def task(self, customer: Whom | None = None, case_id: uuid.UUID | None = None) -> None:
        """Ask what is to be done, by whom and until when."""

        def save(draft: TaskDraft) -> Write:
            if customer is None:
                return tasks.add, draft
            return tasks.add, draft.model_copy(
                update={"customer_id": customer[0], "case_id": case_id}
            )

        me = self._context.actor.user_id
        picker = self._tasks if customer is None else None
        self._tasks.read(self, read_people).then(
            lambda people: self._ask(
                _("New task") if customer is None else titled(_("Task for {name}"), customer[1]),
                _("Save"),
                forms.task_form(people, me, picker),
                TaskDraft,
                save,
                "new-task" if customer is None else f"new-task:{customer[0]}",
            )
        )

    def edit(self, row: TaskRow) -> None:
        """Change what is to be done, by whom and until when; its customer stays."""

        def save(draft: TaskDraft) -> Write:
            kept = {"case_id": row.case_id, "follows_id": row.follows_id}
            if row.customer_id is not None:
                kept["customer_id"] = row.customer_id
            return tasks.change, row.id, row.version, draft.model_copy(update=kept)

        picker = self._tasks if row.customer_id is None else None

        def ask(people: forms.Named) -> None:
            form = forms.task_form(people, row.owner_id, picker)
            form.fill(row)
            self._ask(_("Change the task"), _("Save"), form, TaskDraft, save, f"task:{row.id}")

        self._tasks.read(self, read_people).then(ask)

    def renewal(self, customer: Whom | None = None) -> None:
        """Ask what expires, and when."""

        def save(draft: Any) -> Write:
            key = draft.customer if customer is None else customer[0]
            plain = RenewalDraft.model_validate(draft.model_dump(exclude={"customer"}))
            return renewals.add, key, plain

        picker = self._tasks if customer is None else None
        self._tasks.read(self, read_renewal).then(
            lambda found: self._ask(
                _("What expires")
                if customer is None
                else titled(_("What expires of {name}"), customer[1]),
                _("Save"),
                forms.renewal_form(*found, picker),
                forms.CustomerRenewal if customer is None else RenewalDraft,
                save,
                "new-renewal" if customer is None else f"new-renewal:{customer[0]}",
                intro=_("You are reminded 30, 15 and 7 days before, as the settings say."),
            )
        )

    # ------------------------------------------------------------------ tasks

    def finish(self, row: TaskRow) -> None:
        """Ask what came of a task."""
        is_talk = row.kind is TaskKind.UPGRADE_TALK
        self._ask(
            titled(_("Done: {name}"), labels.label(row.kind)),
            _("Done"),
            forms.answer_form(is_required=is_talk),
            forms.AnswerDraft,
            lambda draft: (tasks.finish, row.id, draft.answer),
            f"finish-task:{row.id}",
            intro=row.words,
        )

    def drop(self, row: TaskRow) -> None:
        """Ask why a task is not done."""
        self._ask(
            titled(_("Not done: {name}"), labels.label(row.kind)),
            _("Drop the task"),
            forms.reason_form(),
            forms.ReasonDraft,
            lambda draft: (tasks.drop, row.id, draft.note),
            f"drop-task:{row.id}",
            intro=row.words,
        )

    def give(self, row: TaskRow) -> None:
        """Ask who does it instead."""
        self._tasks.read(self, read_people).then(
            lambda people: self._ask(
                _("Give to somebody else"),
                _("Give"),
                forms.give_form(people, row.owner_id),
                forms.GiveDraft,
                lambda draft: (tasks.reassign, row.id, draft.owner_id),
                f"give-task:{row.id}",
                intro=row.words,
            )
        )

    def pass_on(self, row: TaskRow) -> None:
        """Ask what the customer wants and who carries it out."""
        self._tasks.read(self, read_technicians).then(
            lambda people: self._ask(
                titled(_("Upgrade for {name}"), row.customer),
                _("Pass on"),
                forms.pass_on_form(people),
                forms.PassOnDraft,
                lambda draft: (tasks.pass_on, row.id, draft.answer, draft.owner_id, draft.due_on),
                f"pass-on:{row.id}",
                intro=row.words,
            )
        )

    # ------------------------------------------------------------------ renewals

    def go_on(self, row: RenewalRow) -> None:
        """Tell the customer first; then ask whether it is renewed."""
        if row.state is RenewalState.NOTIFIED:
            self.renewed(row)
            return
        self._ask(
            titled(_("{name} was told"), row.customer),
            _("Save"),
            forms.note_form(),
            forms.NoteDraft,
            lambda draft: (renewals.notify, row.id, draft.note),
            f"notify:{row.id}",
            intro=_renewal_text(row),
        )

    def renewed(self, row: RenewalRow) -> None:
        """Ask until when it is renewed."""
        self._ask(
            titled(_("{name} renews"), row.customer),
            _("Renewed"),
            forms.renewed_form(row.expires_on),
            forms.RenewedDraft,
            lambda draft: (renewals.renewed, row.id, draft.until, draft.note),
            f"renewed:{row.id}",
            intro=_renewal_text(row),
        )

    def lapsed(self, row: RenewalRow) -> None:
        """Ask why it is not renewed."""
        self._ask(
            titled(_("{name} does not renew"), row.customer),
            _("Lapsed"),
            forms.reason_form(),
            forms.ReasonDraft,
            lambda draft: (renewals.lapsed, row.id, draft.note),
            f"lapsed:{row.id}",
            intro=_renewal_text(row),
        )

    def edit_renewal(self, row: RenewalRow) -> None:
        """Change what expires, when, and who tells the customer."""

        def ask(found: tuple[RenewalDraft, forms.Named, str]) -> None:
            stored, people, currency = found
            form = forms.renewal_form(people, currency)
            form.fill(stored)
            self._ask(
                titled(_("What expires of {name}"), row.customer),
                _("Save"),
                form,
                RenewalDraft,
                lambda draft: (renewals.change, row.id, row.version, draft),
                f"renewal:{row.id}",
            )

        self._tasks.read(self, read_stored_renewal, row.id).then(ask)

    # ------------------------------------------------------------------ handovers

    def decline(self, line_id: uuid.UUID, customer: str) -> None:
        """Ask why a customer handed over is not taken."""
        self._ask(
            titled(_("Decline {name}"), customer),
            _("Decline"),
            forms.reason_form(),
            forms.ReasonDraft,
            lambda draft: (handovers.decline, [line_id], draft.note),
            f"decline:{line_id}",
            intro=_("Whoever handed it over finds somebody else."),
        )


def _renewal_text(row: RenewalRow) -> str:
    day = _("expires on {day}").format(day=labels.day_text(row.expires_on))
    return list_text((row.product, day, labels.money(row.fee, row.currency)))
