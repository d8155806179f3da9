"""The inbox of who decides on offers: the list, what it is about beside it, one key each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app import labels
from desktop_app.columns import Column
from desktop_app.columns.offers import offer_words
from desktop_app.domain.offers import Need
from desktop_app.errors import UserError
from desktop_app.i18n import N_, _, ngettext
from desktop_app.services import offer_approvals, workspace_settings
from desktop_app.ui.case_look import KLASS_TONES, list_text, since_text
from desktop_app.ui.case_panels import pane_of
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.forms import offer_forms
from desktop_app.ui.forms.offer_forms import WhyDraft
from desktop_app.ui.offer_words import need_sentences, terms
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import (
    Card,
    ChipLabel,
    Facts,
    PageHeader,
    action_button,
    splitter,
    text_label,
)
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone, set_tone
from desktop_app.ui.typed_drafts import DraftKey

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session
    from desktop_app.services.offer_approvals import Waiting


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits, and the currency of its amounts."""

    waiting: "tuple[Waiting, ...]"
    currency: str


def read_inbox(session: "Session") -> Inbox:
    """Everything the page shows."""
    return Inbox(offer_approvals.waiting(session), workspace_settings.currency(session))


class ApprovalsPage(Page):
    """Offers that wait left, the chosen one right; A approves and goes on, D declines."""

    SPEC: ClassVar[PageSpec] = page_spec("approvals")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"case_offer", "departure_case", "offer_budget", "offer", "app_user", "setting"}
    )

    def build(self) -> None:
        """Make list and details."""
        self._latest = Latest()
        self._currency = ""
        self.header = PageHeader(
            _("Approvals"),
            buttons=[
                action_button(self.context, "case.open"),
                action_button(self.context, "approval.refuse"),
                action_button(self.context, "approval.approve", primary=True),
            ],
        )
        self._make_table()
        self.detail = ApprovalCard()
        right = pane_of(self.detail, 320, _("The chosen offer"))
        panes = splitter(self.context, "approvals", self.table, right)
        panes.setStretchFactor(0, 6)
        panes.setStretchFactor(1, 4)
        self.body.addWidget(self.header)
        self.body.addWidget(panes, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    def _make_table(self) -> None:
        columns: list[Column[Waiting]] = [
            Column("customer", N_("Customer"), lambda one: one.row.customer, width=130),
            Column(
                "klass",
                N_("Class"),
                lambda one: "" if one.row.klass is None else one.row.klass.value.upper(),
                width=56,
            ),
            Column("offer", N_("Offer"), lambda one: offer_words(one.row.offer), width=150),
            Column(
                "cost",
                N_("Cost"),
                lambda one: one.row.cost,
                lambda one: labels.money(one.row.cost, self._currency),
                width=90,
            ),
            Column("by", N_("Proposed by"), lambda one: one.row.by, width=100),
            Column(
                "since",
                N_("Waits"),
                lambda one: one.row.proposed_at,
                lambda one: since_text(one.row.proposed_at),
                width=110,
            ),
            Column("case_number", N_("Case"), lambda one: one.row.case_number, width=110),
            Column("store", N_("Store"), lambda one: one.row.store, width=110),
        ]
        self.table = RecordTable(
            columns,
            context=self.context,
            state_key="approvals",
            name=_("Offers that wait"),
            empty=_("No offer waits. What needs your yes stands here and is counted on Today."),
            first_step=(_("Back to Today"), lambda: self.navigate("today")),
            chips={
                "klass": lambda one: None if one.row.klass is None else KLASS_TONES[one.row.klass]
            },
        )
        self.table.opened.connect(lambda _row: self._open())
        self.table.current_changed.connect(self._on_current)
        self.table.selection_changed.connect(self.actions_changed)
        self.table.set_menu("approval.approve", "approval.refuse", None, "case.open", "list.copy")

    # ------------------------------------------------------------------ loading

    @override
    def load(self) -> None:
        self._latest.take(self.tasks.read(self, read_inbox)).then(self._show)

    @override
    def show_record(self, target: object) -> None:
        self.load()

    def _show(self, inbox: Inbox) -> None:
        self._currency = inbox.currency
        self.table.set_rows(list(inbox.waiting))
        self.table.choose_first()
        count = len(inbox.waiting)
        text = ngettext("{n} offer waits", "{n} offers wait", count).format(n=labels.number(count))
        blocked = sum(bool(one.obstacle) for one in inbox.waiting)
        other = ngettext("{n} of them for others", "{n} of them for others", blocked)
        self.header.set_subtitle(
            list_text((text, other.format(n=labels.number(blocked)) if blocked else ""))
        )
        self._on_current(self._row())

    def _row(self) -> "Waiting | None":
        row: Waiting | None = self.table.current_row()
        return row

    def _on_current(self, row: "Waiting | None") -> None:
        self.detail.show_offer(row, self._currency)
        self.actions_changed()

    # ------------------------------------------------------------------ what can be done

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        row = self._row()
        if row is None:
            return {}
        slots: dict[str, Callable[[], object]] = {
            "case.open": self._open,
            "approval.next": self.table.next_row,
            "approval.previous": self.table.previous_row,
        }
        is_own = row.mine and bool(row.obstacle)
        if not row.obstacle:
            slots["approval.approve"] = self._approve
        if not is_own:
            slots["approval.refuse"] = lambda: self._refuse(row)
        return slots

    def _open(self) -> None:
        row = self._row()
        if row is not None:
            self.navigate("case-file", row.row.case_id)

    def _approve(self) -> None:
        row = self._row()
        if row is not None:
            task = self.tasks.write(self, offer_approvals.decide, row.id, approve=True)
            task.or_else(self._not_approved)

    def _not_approved(self, error: UserError) -> None:
        self.messages.error(error.message)
        self.load()

    def _refuse(self, row: "Waiting") -> None:
        dialog = FormDialog(
            self,
            title=_("Decline “{offer}”").format(offer=offer_words(row.row.offer)),
            verb=_("Decline"),
            form=offer_forms.why_form(),
            draft=WhyDraft,
            intro=_("{name} reads it and can propose something else.").format(name=row.row.by),
            save=lambda draft: self.tasks.write(
                dialog, offer_approvals.decide, row.id, approve=False, note=draft.why
            ),
            draft_key=DraftKey(self.tasks, f"refuse-offer:{row.id}"),
        )
        dialog.open()


class ApprovalCard(Card):
    """One offer that waits: why it waits, what is at stake, what room is left."""

    def __init__(self) -> None:
        super().__init__(" ")
        self.obstacle = text_label("", "strong")
        set_tone(self.obstacle, Tone.WARN)
        self.terms = text_label("", "hint")
        self.budget = ChipLabel(_("Over budget"), Tone.BAD)
        self.needs = text_label()
        self.justification = text_label("", "strong")
        self.facts = Facts()
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (
            self.terms, self.budget, self.obstacle, self.needs, self.justification, self.facts,
        ):  # fmt: skip
            column.addWidget(widget)
        self.body.addWidget(holder)
        self.body.addStretch(1)
        self.show_offer(None, "")

    def show_offer(self, waiting: "Waiting | None", currency: str) -> None:
        """Show one offer; nothing where none is chosen."""
        self.setVisible(waiting is not None)
        if waiting is None:
            return
        row = waiting.row
        self.set_title(offer_words(row.offer))
        self.terms.setText(terms(row.offer, currency))
        self.obstacle.setText(waiting.obstacle)
        self.obstacle.setVisible(bool(waiting.obstacle))
        self.budget.setVisible(Need.BUDGET in waiting.needs)
        self.needs.setText(need_sentences(waiting.needs))
        self.needs.setVisible(bool(waiting.needs))
        self.justification.setText(_("“{words}”").format(words=row.justification))

        def money(amount: int | None) -> str:
            return labels.money(amount, currency)

        left = _("not limited")
        if waiting.budget_left is not None:
            left = _("{amount} left without it").format(amount=money(waiting.budget_left))
        self.facts.set_facts(
            [
                (_("Customer"), row.customer),
                (_("Case"), row.case_number),
                (_("Store"), row.store),
                (_("Value at stake"), money(row.value)),
                (_("Offers on the case"), money(waiting.together)),
                (_("Ceiling"), money(row.ceiling)),
                (_("Budget of the month"), left),
                (_("Proposed by"), list_text((row.by, labels.moment_text(row.proposed_at)))),
                (_("Waits"), since_text(row.proposed_at)),
            ]
        )
