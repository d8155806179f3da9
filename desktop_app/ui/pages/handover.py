"""Customers go from one person to others: who, customers, receivers, summary."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget
from typing_extensions import override

from db.vocabulary import Fate, HandoverCause
from desktop_app import labels
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.i18n import _
from desktop_app.services import handovers
from desktop_app.services.handovers import CommitResult, ExitDraft, HandoverDraft, Proposal
from desktop_app.ui import dialogs, theme
from desktop_app.ui.charge_flows import receiver_choices
from desktop_app.ui.customer_actions import CustomerActions
from desktop_app.ui.customer_panel import read_card
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import handover_forms
from desktop_app.ui.forms.handover_forms import ReceiverDraft, StartDraft
from desktop_app.ui.handover_start import StartStep, read_people
from desktop_app.ui.handover_steps import CustomersStep, ReceiversStep, SummaryStep
from desktop_app.ui.handover_work import (
    Choice,
    HandoverTarget,
    HandoverWork,
    Key,
    Line,
    customers_words,
    summary,
)
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, button, text_label
from desktop_app.ui.step_line import StepLine
from desktop_app.ui.tasks import Latest

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes, Session

START, CUSTOMERS, RECEIVERS, SUMMARY, RESULT = range(5)


@dataclass(frozen=True, slots=True)
class Order:
    """A handover with the record of who leaves; none: nobody does."""

    draft: HandoverDraft
    exit: ExitDraft | None = None


def hand_over(
    session: "Session",
    order: Order,
    choices: Mapping[Key, Choice],
    checked: "Mapping[uuid.UUID, Sequence[str]]",
) -> CommitResult:
    """Make the handover and write down who leaves, as one change set."""
    result = handovers.hand_over(session, order.draft, choices, checked)
    if order.exit is not None and order.draft.from_id is not None:
        handovers.record_exit(session, order.draft.from_id, order.exit)
    return result


class HandoverPage(Page):
    """Four steps and the result; nothing is written before the last step."""

    SPEC: ClassVar[PageSpec] = page_spec("handover")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"customer", "contact", "staff_profile", "app_user", "holding"}
    )

    def build(self) -> None:
        """Make the steps."""
        self.work = HandoverWork()
        self.order: Order | None = None
        self._latest = Latest()
        self._is_busy = False
        self._target: HandoverTarget | None = None
        self._customer = CustomerActions(self, self.context)
        self.header = PageHeader(_("Hand customers over"))
        self.steps = StepLine([_("From whom"), _("Customers"), _("Receivers"), _("Summary")])
        self.start = StartStep()
        self.customers = CustomersStep(self)
        self.receiving = ReceiversStep(self)
        self.summary = SummaryStep()
        self.stack = QStackedWidget()
        for step in (self.start, self.customers, self.receiving, self.summary):
            self.stack.addWidget(step)
        self.problem = text_label("", "problem")
        self.problem.hide()
        self.back_button = button(_("Back"), self._back, "back")
        self.next_button = button(_("Next"), self._next, "forward", "primary")
        self.list_button = button(_("Show the handovers"), self._show_list, "list")
        self.again_button = button(_("Another handover"), self._again, "swap")
        self.next_button.setToolTip(_("Next step  Ctrl+Enter"))
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.next_button.click)
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.back_button)
        row.addStretch(1)
        for made in (self.again_button, self.list_button, self.next_button):
            row.addWidget(made)
        for widget in (self.header, self.steps):
            self.body.addWidget(widget)
        self.body.addWidget(self.stack, 1)
        self.body.addWidget(self.problem)
        self.body.addLayout(row)
        self.customers.table.opened.connect(lambda _row: self._correct())
        self.receiving.table.opened.connect(lambda _row: self._choose())
        self.step = START
        self._begin(HandoverTarget(HandoverCause.LEFT))

    # ------------------------------------------------------------------ moving

    @override
    def load(self) -> None:
        self.tasks.read(self, read_people).then(self.start.show_people)
        if self.order is not None and self.step in (CUSTOMERS, RECEIVERS):
            self._propose(self.order)

    @override
    def refresh(self, changes: "Changes") -> None:
        if self.step != RESULT and changes.tables & self.TABLES:
            self.load()

    @override
    def show_record(self, target: object) -> None:
        """Begin with what is known; a word: with nothing, unless one is under way."""
        if isinstance(target, HandoverTarget):
            self._begin(target)
        elif self.step == RESULT:
            self._again()
        self.load()

    @override
    def here(self, target: object) -> object:
        return None if isinstance(target, str) else target

    def _begin(self, target: HandoverTarget) -> None:
        self.work, self.order, self._target = HandoverWork(), None, target
        self.start.begin(target)
        self._go(START)

    def _again(self) -> None:
        self._begin(HandoverTarget(HandoverCause.LEFT))

    def _go(self, step: int) -> None:
        self.step = step
        self.stack.setCurrentIndex(min(step, SUMMARY))
        self.steps.show_step(min(step, SUMMARY))
        shown = (self.start, self.customers, self.receiving, self.summary)[min(step, SUMMARY)]
        self.setFocusProxy(shown)
        self._say_problem("")
        self._show_buttons()
        if self.isVisible():
            focus = self.list_button if step == RESULT else shown
            focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self.show_count(None)
        self.actions_changed()

    @override
    def show_count(self, count: int | None) -> None:
        tables = {CUSTOMERS: self.customers.table, RECEIVERS: self.receiving.table}
        table = tables.get(self.step)
        super().show_count(None if table is None else table.count())

    def _show_buttons(self) -> None:
        is_done = self.step == RESULT
        self.back_button.setVisible(self.step in (CUSTOMERS, RECEIVERS, SUMMARY))
        self.next_button.setVisible(not is_done)
        self.again_button.setVisible(is_done)
        self.list_button.setVisible(is_done)
        words = {
            START: _("Next: customers"),
            CUSTOMERS: _("Next: receivers"),
            RECEIVERS: _("Next: summary"),
        }
        count = customers_words(self.work.sums().customers)
        self.next_button.setText(
            words.get(self.step, _("Hand {customers} over").format(customers=count))
        )
        has_lines = self.step == START or bool(self.work.lines)
        self.next_button.setEnabled(has_lines and not self._is_busy)
        self.back_button.setEnabled(not self._is_busy)

    def _set_busy(self, *, is_busy: bool) -> None:
        self._is_busy = is_busy
        self._show_buttons()

    def _say_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def _back(self) -> None:
        if self.step in (CUSTOMERS, RECEIVERS, SUMMARY):
            self._go(self.step - 1)

    def _next(self) -> None:
        match self.step:
            case 0:
                self._find()
            case 1:
                self.receiving.show_work(self.work)
                self._go(RECEIVERS)
            case 2:
                self._show_summary()
            case 3:
                self._commit()
            case _:
                pass

    # ------------------------------------------------------------------ working

    def _find(self) -> None:
        entered = self.start.draft()
        if entered is not None:
            order = self._order(entered)
            if self.order is not None and _scope(order) != _scope(self.order):
                self.work = HandoverWork()  # other customers: nothing chosen before holds
            self._propose(order, then=CUSTOMERS)

    def _order(self, entered: StartDraft) -> Order:
        draft = HandoverDraft(
            from_id=entered.from_id,
            cause=entered.cause,
            on=entered.on,
            overlap_until=entered.overlap_until,
            customer_ids=self.start.customer_ids(),
            note=entered.note,
        )
        if entered.cause is not HandoverCause.LEFT:
            return Order(draft)
        record = {
            "left_on": entered.left_on,
            "reason": entered.reason,
            "destination": entered.destination,
            "destination_name": entered.destination_name,
            "note": entered.exit_note,
        }
        return Order(draft, ExitDraft.model_validate(record))

    def _propose(self, order: Order, then: int | None = None) -> None:
        self._set_busy(is_busy=True)
        task = self.tasks.read(self, handovers.propose, order.draft)
        self._latest.take(task).then(lambda found: self._on_proposed(order, found, then))
        task.or_else(self._on_failed)
        task.finished.connect(lambda: self._set_busy(is_busy=False))
        dialogs.show_progress(self, task, _("Looking for receivers"))

    def _on_proposed(self, order: Order, found: Proposal, then: int | None) -> None:
        self.order = order
        self.work.department = self.start.department()
        self.work.propose(found)
        self.customers.show_work(self.work)
        if self.step == RECEIVERS:
            self.receiving.show_work(self.work)
        if then is not None:
            self._go(then)
        self._set_busy(is_busy=False)

    def _on_failed(self, error: UserError) -> None:
        text = error.message
        if isinstance(error, InvalidInputError):
            text = "\n".join(problem.message for problem in error.problems)
        self._set_busy(is_busy=False)
        self._say_problem(text)

    def _show_summary(self) -> None:
        if self.order is None:
            return
        draft, record = self.order.draft, self.order.exit
        until = "" if draft.overlap_until is None else labels.day_text(draft.overlap_until)
        sums = self.work.sums()
        sentence = summary(sums, self.start.from_name(), labels.day_text(draft.on), until)
        self.summary.show_sums(sentence, sums, "" if record is None else exit_words(record))
        self._go(SUMMARY)

    def _commit(self) -> None:
        if self.order is None:
            return
        self._set_busy(is_busy=True)
        choices, checked = self.work.choices(), self.work.checked()
        task = self.tasks.write(self, hand_over, self.order, choices, checked)
        task.then(self._on_done).or_else(self._on_failed)
        task.finished.connect(lambda: self._set_busy(is_busy=False))
        dialogs.show_progress(self, task, _("Handing over"))

    def _on_done(self, result: CommitResult) -> None:
        self.summary.show_result(result)
        self.work, self.order = HandoverWork(), None
        self._go(RESULT)

    def _show_list(self) -> None:
        self.navigate("charges", "handovers")

    # ------------------------------------------------------------------ the chosen lines

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Callable[[], object]] = {}
        customer_id = self.customer()
        if customer_id is not None:
            slots["customer.open"] = lambda: self.navigate("customer-card", customer_id)
        if self.step == CUSTOMERS and self.customers.table.has_selection():
            slots["handover.check"] = self._check
            slots["handover.leave_out"] = self._leave_out
            if allowed(self.actor.role, Action.EDIT_CUSTOMER):
                slots["handover.correct"] = self._correct
        if self.step == RECEIVERS and self.receiving.table.has_selection():
            slots["handover.receiver"] = self._choose
            slots["handover.suggested"] = self._suggest
            if self.order is not None and self.order.draft.cause is HandoverCause.LEFT:
                slots["handover.taken"] = lambda: self._set(Fate.TAKEN_ALONG)
            slots["handover.unattended"] = lambda: self._set(Fate.LEFT_UNATTENDED)
        return slots

    @override
    def customer(self) -> uuid.UUID | None:
        table = {CUSTOMERS: self.customers.table, RECEIVERS: self.receiving.table}.get(self.step)
        row: Line | None = None if table is None else table.current_row()
        return None if row is None else row.customer_id

    def _check(self) -> None:
        """Tick the chosen customers; if all are ticked, take the ticks away."""
        chosen = self.customers.chosen()
        is_checked = not all(line.is_checked for line in chosen)
        self.work.check([line.customer_id for line in chosen], is_checked=is_checked)
        self.customers.refresh()

    def _leave_out(self) -> None:
        self.work.leave_out([line.customer_id for line in self.customers.chosen()])
        self.customers.show_lines()
        self._show_buttons()

    def _correct(self) -> None:
        row: Line | None = self.customers.table.current_row()
        if row is not None and allowed(self.actor.role, Action.EDIT_CUSTOMER):
            task = self.tasks.read(self, read_card, row.customer_id)
            task.then(lambda shown: self._customer.edit(shown.card))

    def _choose(self) -> None:
        lines = self.receiving.chosen()
        if not lines:
            return
        form = handover_forms.receiver_form(receiver_choices(self.work.now()))
        form.fill({"receiver": lines[0].choice if len(lines) == 1 else None})

        def take(draft: ReceiverDraft) -> Any:
            self._set(draft.receiver, lines)

        customers = customers_words(len({line.customer_id for line in lines}))
        dialog = FormDialog(
            self,
            title=_("Who takes {customers} over?").format(customers=customers),
            verb=_("Choose"),
            form=form,
            draft=ReceiverDraft,
            save=take,
        )
        dialog.open()

    def _set(self, choice: Choice, lines: Sequence[Line] | None = None) -> None:
        self.work.choose(self.receiving.chosen() if lines is None else lines, choice)
        self.receiving.refresh()

    def _suggest(self) -> None:
        self.work.suggest(self.receiving.chosen())
        self.receiving.refresh()


def _scope(order: Order) -> tuple[object, object]:
    """Whose customers, and which of them."""
    return order.draft.from_id, order.draft.customer_ids


def exit_words(record: ExitDraft) -> str:
    """The record of who leaves, in a line."""
    parts = (
        labels.day_text(record.left_on),
        labels.label(record.reason),
        labels.label(record.destination),
        record.destination_name,
    )
    return " · ".join(filter(None, parts))
