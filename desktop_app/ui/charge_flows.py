"""What people do about who looks after whom: give, set a backup, pass on, accept, decline."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from db.vocabulary import Seat, TaskKind
from desktop_app import clock, labels
from desktop_app.domain.contacts import next_working_day
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.tasks import TaskDraft
from desktop_app.i18n import _, ngettext
from desktop_app.services import charge_giving, handovers, staff, tasks
from desktop_app.services.handovers import ReceiverLoad
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import handover_forms
from desktop_app.ui.forms.handover_forms import DeclineDraft, HolderDraft, PassOnDraft
from desktop_app.ui.handover_work import customers_words
from desktop_app.ui.page import PageContext
from desktop_app.ui.pickers import Choice
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

Named = list[tuple[uuid.UUID, str]]


@dataclass(frozen=True, slots=True)
class Whom:
    """Customers something is done to: their keys, and the name of the only one."""

    ids: tuple[uuid.UUID, ...]
    name: str = ""

    def words(self) -> str:
        """The one by name, several by number."""
        return self.name if len(self.ids) == 1 and self.name else customers_words(len(self.ids))


def receiver_choices(receivers: Sequence[ReceiverLoad]) -> list[Choice]:
    """Everybody who may take customers, with what they hold; who has most room stands first."""
    ordered = sorted(
        receivers, key=lambda each: (not each.is_present, each.held - each.capacity, each.name)
    )
    return [Choice(each.user_id, receiver_words(each, each.held)) for each in ordered]


def receiver_words(each: ReceiverLoad, held: int) -> str:
    """Somebody with department, load, and what speaks against it."""
    load = _("holds {n} of {most}").format(n=labels.number(held), most=labels.number(each.capacity))
    parts = [each.name, each.department, load]
    if each.is_new:
        parts.append(_("new: no class A"))
    if not each.is_present:
        parts.append(_("away"))
    return " · ".join(filter(None, parts))


def read_managers(session: "Session") -> Named:
    """Who may hand customers over."""
    return [
        (user.id, f"{user.name} · {labels.label(user.role)}")
        for user in staff.list_users(session, active_only=True)
        if allowed(user.role, Action.HAND_OVER)
    ]


def pass_on(session: "Session", customer_ids: Sequence[uuid.UUID], draft: PassOnDraft) -> int:
    """Ask a manager to find somebody for customers: one task each, in one change set."""
    for customer_id in customer_ids:
        task = TaskDraft(
            kind=TaskKind.FIND_RECEIVER,
            words=draft.words,
            owner_id=draft.owner,
            due_on=draft.due_on,
            customer_id=customer_id,
        )
        tasks.add(session, task)
    return len(customer_ids)


class ChargeFlows(QObject):
    """The flows of one page or panel; dialogs open over it."""

    def __init__(self, parent: QWidget, context: PageContext) -> None:
        super().__init__(parent)
        self._over, self._context, self._tasks = parent, context, context.tasks

    def may(self, action: Action) -> bool:
        """Whether the role of the user allows something."""
        return allowed(self._context.actor.role, action)

    def give(self, whom: Whom, seat: Seat, current: uuid.UUID | None = None) -> None:
        """Ask who is in charge of customers, or stands in, from today on."""
        task = self._tasks.read(self._over, charge_giving.receivers)
        task.then(lambda found: self._ask_holder(whom, seat, current, found))

    def _ask_holder(
        self,
        whom: Whom,
        seat: Seat,
        current: uuid.UUID | None,
        receivers: Sequence[ReceiverLoad],
    ) -> None:
        titles = {
            Seat.PRIMARY: _("Who is in charge of {customers}?"),
            Seat.BACKUP: _("Who is the backup of {customers}?"),
        }
        intros = {
            Seat.PRIMARY: _(
                "From today on. Cases, visits and promises stay with whom they are; a handover "
                "moves them, too."
            ),
            Seat.BACKUP: _("Stands in when the one in charge is away, and moves up later."),
        }
        dialog = FormDialog(
            self._over,
            title=titles[seat].format(customers=whom.words()),
            verb=_("Put in charge") if seat is Seat.PRIMARY else _("Set the backup"),
            form=handover_forms.holder_form(receiver_choices(receivers), current),
            draft=HolderDraft,
            intro=intros[seat],
            save=lambda draft: self._tasks.write(
                dialog, charge_giving.set_holders, whom.ids, seat, draft.holder
            ),
        )
        dialog.open()

    def pass_on(self, whom: Whom) -> None:
        """Ask which manager is to find somebody for customers."""
        self._tasks.read(self._over, read_managers).then(
            lambda managers: self._ask_manager(whom, managers)
        )

    def _ask_manager(self, whom: Whom, managers: Named) -> None:
        words = _("Find somebody who looks after this customer.")
        due = next_working_day(clock.today())
        dialog = FormDialog(
            self._over,
            title=_("Pass {customers} on to a manager").format(customers=whom.words()),
            verb=_("Pass on"),
            form=handover_forms.pass_on_form(managers, words, due),
            draft=PassOnDraft,
            intro=ngettext(
                "It becomes a task of theirs.",
                "It becomes {n} tasks of theirs, one for each customer.",
                len(whom.ids),
            ).format(n=len(whom.ids)),
            save=lambda draft: self._tasks.write(dialog, pass_on, whom.ids, draft),
            draft_key=DraftKey(self._tasks, "pass-on"),
        )
        dialog.open()

    def accept(self, line_ids: Sequence[uuid.UUID]) -> None:
        """Take over what was handed to oneself."""
        self._tasks.write(self._over, handovers.accept, list(line_ids))

    def decline(self, line_ids: Sequence[uuid.UUID], words: str) -> None:
        """Ask why customers are not taken over."""
        dialog = FormDialog(
            self._over,
            title=_("Decline {customers}").format(customers=words),
            verb=_("Decline the handover"),
            form=handover_forms.decline_form(),
            draft=DeclineDraft,
            intro=_("Whoever handed them over sees the note and finds somebody else."),
            save=lambda draft: self._tasks.write(
                dialog, handovers.decline, list(line_ids), draft.note
            ),
            draft_key=DraftKey(self._tasks, "decline-handover"),
        )
        dialog.open()
