"""The card on a case or customer: open promises, complaints, recoveries, ways of their own."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from db.queries.promises import ComplaintRow, PromiseRow, RecoveryRow
from desktop_app.columns.promises import complaint_state, recovery_due, recovery_state
from desktop_app.domain.arrears import STEP_WORDS
from desktop_app.domain.cases import CaseDraft
from desktop_app.domain.permissions import Action, allowed
from desktop_app.domain.reasons import ChurnType
from desktop_app.i18n import _
from desktop_app.services import cases, complaints, promises, recovery
from desktop_app.services.recovery import ArrearsItem
from desktop_app.ui import theme
from desktop_app.ui.action_set import plain_text
from desktop_app.ui.case_look import churn_word, day_tone, due_text, list_text
from desktop_app.ui.case_panels import clear_layout, line
from desktop_app.ui.page import PageContext, Slots
from desktop_app.ui.panels import Card, ChipLabel, button, text_label
from desktop_app.ui.promise_flows import PromiseFlows
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.ui.case_view import CaseView

TABLES = frozenset({"promise", "complaint", "recovery", "recovery_step", "case_review"})
"""Tables whose change concerns the card, beside those of the case."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What is open with a customer.

    Attributes:
        promises: The earliest due first.
        complaints: The same.
        recoveries: Those that are not finished.
        arrears: Steps against malicious arrears; empty for all others.
        proposed: The churn type that an open or late complaint suggests.
    """

    promises: Sequence[PromiseRow] = ()
    complaints: Sequence[ComplaintRow] = ()
    recoveries: Sequence[RecoveryRow] = ()
    arrears: Sequence[ArrearsItem] = ()
    proposed: ChurnType | None = None


def read_followed(
    session: "Session", customer_id: uuid.UUID, case_id: uuid.UUID | None
) -> Followed:
    """Everything the card shows, at once. Raises NotFoundError, NotAllowedError."""
    found = Followed(
        promises.list_promises(session, customer_id=customer_id, open_only=True),
        complaints.list_complaints(session, customer_id=customer_id, open_only=True),
        recovery.of_customer(session, customer_id),
    )
    if case_id is None:
        return found
    return Followed(
        found.promises,
        found.complaints,
        found.recoveries,
        recovery.arrears_checklist(session, case_id),
        complaints.proposed_churn_type(session, case_id),
    )


class FollowPanel(Card):
    """Open promises, complaints and recoveries with the next step and its day."""

    def __init__(self, context: PageContext, *, has_buttons: bool = True) -> None:
        super().__init__(_("Promises and complaints"))
        self._context, self._tasks = context, context.tasks
        self.flows = PromiseFlows(self, context)
        self.found = Followed()
        self._reading = Latest()
        self._customer: tuple[uuid.UUID, str] | None = None
        self._view: CaseView | None = None
        self._may_work = allowed(context.actor.role, Action.WORK_CASE)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.GAP_S)
        self.body.addLayout(self._lines)
        if has_buttons:
            row = QHBoxLayout()
            row.setSpacing(theme.GAP_S)
            for action_id, words in (
                ("promise.new", _("Promise…")),
                ("complaint.new", _("Complaint…")),
            ):
                row.addWidget(self._opener(action_id, words))
            row.addStretch(1)
            self.body.addLayout(row)

    # ------------------------------------------------------------------ showing

    def show_view(self, view: "CaseView") -> None:
        """Show what is open with the customer of a case."""
        self._view = view
        row = view.file.row
        self._read((row.customer_id, row.customer), row.id)

    def show_customer(self, customer_id: uuid.UUID, name: str) -> None:
        """Show what is open with a customer."""
        self._view = None
        self._read((customer_id, name), None)

    def _read(self, customer: tuple[uuid.UUID, str], case_id: uuid.UUID | None) -> None:
        self._customer = customer
        task = self._tasks.read(self, read_followed, customer[0], case_id)
        self._reading.take(task).then(self._show)

    def _show(self, found: Followed) -> None:
        self.found = found
        clear_layout(self._lines)
        self._show_way(found)
        about: tuple[str, ...]
        for promise in found.promises:
            asked = _("asked again {n}×").format(n=promise.chase_count)
            about = (_("Promise"), promise.keeper, asked if promise.chase_count else "")
            self._add(promise.due_on, promise.words, about, _("Answer…"), promise)
        for complaint in found.complaints:
            words = complaint.words or _("(not written down yet)")
            title = _("Complaint: {step}").format(step=complaint_state(complaint))
            about = (title, complaint.owner)
            self._add(complaint.due_on, words, about, _("Next step…"), complaint)
        for each in found.recoveries:
            about = (_("Service recovery"), each.owner)
            self._add(recovery_due(each), recovery_state(each), about, _("Next step…"), each)
        if not self._lines.count():
            self._lines.addWidget(text_label(_("Nothing is open."), "hint"))

    def _add(
        self,
        due: dt.date | None,
        words: str,
        about: Sequence[str],
        verb: str,
        row: PromiseRow | ComplaintRow | RecoveryRow,
    ) -> None:
        self._separate()
        top = QHBoxLayout()
        top.setSpacing(theme.GAP_S)
        top.addWidget(ChipLabel(due_text(due), day_tone(due) or Tone.NEUTRAL))
        top.addStretch(1)
        if self._may_work:
            top.addWidget(self._button(verb, lambda: self.flows.go_on(row), about[0], words))
        item = QVBoxLayout()
        item.setSpacing(theme.GAP_XS)
        item.addLayout(top)
        item.addWidget(text_label(words))
        item.addWidget(text_label(list_text(about), "hint"))
        self._lines.addLayout(item)

    def _opener(self, action_id: str, words: str) -> QWidget:
        """A button with few words for an action of the table."""
        made = button(words, lambda: self._context.actions.run(action_id), role="quiet")
        action = self._context.actions.action(action_id)
        made.setVisible(action is not None)
        if action is not None:
            made.setIcon(action.icon())
            made.setToolTip(action.toolTip())
            made.setAccessibleName(plain_text(action.text()))
        return made

    def _button(
        self, verb: str, slot: Callable[[], object], title: str, words: str = ""
    ) -> QWidget:
        made = button(verb, slot, role="quiet")
        made.setAccessibleName(list_text((verb, title, words)))
        return made

    def _separate(self) -> None:
        if self._lines.count():
            self._lines.addWidget(line())

    # ------------------------------------------------------------------ ways of their own

    def _show_way(self, found: Followed) -> None:
        """Malicious arrears and departures in protest are not worked on like the others."""
        view = self._view
        if view is None:
            return
        if found.arrears:
            self._show_arrears(view, found.arrears)
        elif view.file.churn_type == ChurnType.PASSIVE_RETALIATORY:
            text = _("Leaves in protest: answer the complaint first, then make the fault good.")
            self._lines.addWidget(theme.set_tone(text_label(text), Tone.WARN))
        elif found.proposed is not None:
            self._separate()
            text = _(
                "A complaint of this customer is open or was answered late. That speaks for: {type}"
            )
            words = text_label(text.format(type=churn_word(found.proposed)))
            self._lines.addWidget(theme.set_tone(words, Tone.WARN))
            if self._may_work and view.file.row.closed_on is None:
                taken = self._button(_("Take it over"), self._take_type, _("Churn type"))
                self._lines.addWidget(taken, 0, Qt.AlignmentFlag.AlignLeft)

    def _show_arrears(self, view: "CaseView", items: Sequence[ArrearsItem]) -> None:
        by_customer = view.file.screening.malicious_arrears
        why = _("the customer is marked so") if by_customer else churn_word(view.file.churn_type)
        text = _("Owes in bad faith ({why}): nothing is offered, these steps are taken.")
        self._lines.addWidget(theme.set_tone(text_label(text.format(why=why)), Tone.BAD))
        for item in items:
            row = QHBoxLayout()
            row.setSpacing(theme.GAP_S)
            is_done = item.done_at is not None
            row.addWidget(text_label(f"{'✓' if is_done else '○'} {_(STEP_WORDS[item.step])}"), 1)
            if is_done:
                row.addWidget(text_label(item.by, "hint", wraps=False))
            elif self._may_work:
                row.addWidget(self._button(_("Done…"), self._taker(view, item), item.step))
            self._lines.addLayout(row)

    def _taker(self, view: "CaseView", item: ArrearsItem) -> Callable[[], None]:
        return lambda: self.flows.arrears(view.id, item.step)

    def _take_type(self) -> None:
        view, proposed = self._view, self.found.proposed
        if view is None or proposed is None:
            return
        draft = CaseDraft.model_validate({**view.file.draft_values, "churn_type": proposed})
        self._tasks.write(self, cases.change, view.id, view.file.version, draft)

    # ------------------------------------------------------------------ doing

    def slots(self) -> Slots:
        """What can be begun here; a page that has a strip for promises puts its own in place."""
        customer, view = self._customer, self._view
        if customer is None:
            return {}
        case_id = None if view is None else view.id
        slots: dict[str, Callable[[], object]] = {
            "promise.new": lambda: self.flows.promise(customer, case_id),
            "complaint.new": lambda: self.flows.complaint(customer, case_id),
        }
        if view is not None and view.file.row.closed_on is None:
            row = view.file.row
            slots["recovery.new"] = lambda: self.flows.recovery(row.id, row.customer_id)
        return slots
