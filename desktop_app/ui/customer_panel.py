"""The customer card: who they are, what they bought, what is going on with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from db.queries.customer_card import OrderFilter
from db.vocabulary import CustomerClass
from desktop_app import labels
from desktop_app.columns import timeline as timeline_words
from desktop_app.columns.customers import (
    CASE_BRIEF_COLUMNS,
    SIGNAL_BRIEF_COLUMNS,
    class_letter,
    shown_name,
)
from desktop_app.columns.journal import HISTORY_COLUMNS, HistoryRow, history_rows
from desktop_app.columns.orders import ORDER_COLUMNS
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import NotFoundError, UserError
from desktop_app.i18n import _, ngettext
from desktop_app.services import customers, history, staff, workspace_settings
from desktop_app.services.journal import title_text
from desktop_app.ui import case_look, charge_line, open_line, theme
from desktop_app.ui.customer_actions import CustomerActions
from desktop_app.ui.customer_parts import ContactsCard, FactsCard, FiguresCard, PhoneLine
from desktop_app.ui.customer_work import CustomerWork
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import EmptyState, PageHeader, action_button, scrolled, text_label
from desktop_app.ui.promise_panel import FollowPanel
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.theme import Tone
from desktop_app.ui.timeline import Timeline, TimelineEntry

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from collections.abc import Callable

    from db.queries.customer_card import CaseBrief, CustomerCard
    from db.queries.customer_card import TimelineEntry as Happened
    from db.session import Session
    from desktop_app.domain.purchases import Metrics

TABLES = frozenset(
    {
        "customer", "contact", "customer_order", "order_line", "defection_signal",
        "departure_case", "case_event", "contact_attempt", "visit", "interview", "store",
        "exit_registration", "attachment", "app_user", "setting", "customer_stat",
        "promise", "complaint", "recovery", "recovery_step", *charge_line.TABLES,
        *open_line.TABLES,
    }
)  # fmt: skip
"""Tables whose change concerns the card."""

_SETTLE_MS = 60
_TITLE = 24
_TIMELINE_ICONS = {
    "order": "order",
    "signal": "signals",
    "event": "cases",
    "attempt": "call",
    "visit": "visits",
    "interview": "interviews",
    "exit": "door",
    "file": "attachment",
}
_TIMELINE_TONES = {
    "signal": Tone.WARN,
    "attempt": Tone.INFO,
    "interview": Tone.ACCENT,
    "exit": Tone.WARN,
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What the card shows at once."""

    card: "CustomerCard"
    metrics: "Metrics"
    sizes: Mapping[CustomerClass, int]
    window_days: int


def read_card(session: "Session", customer_id: UUID) -> Shown:
    """The card with its figures. Raises NotFoundError."""
    card, metrics = customers.card(session, customer_id)
    window = workspace_settings.read(session).class_window_days
    return Shown(card, metrics, customers.class_sizes(session), window)


def read_history(session: "Session", customer_id: UUID) -> list[HistoryRow]:
    """Who changed which field of the customer."""
    names = {str(store.id): store.name for store in staff.list_stores(session)}
    names |= {str(user.id): user.name for user in staff.list_users(session)}
    changes = history.record_history(session, "customer", customer_id)
    currency = workspace_settings.currency(session)
    return history_rows("customer", changes, names, title_text, currency)


def class_sentence(shown: Shown) -> str:
    """Why the customer is in its class."""
    everybody = labels.number(sum(shown.sizes.values()))
    here = labels.number(shown.sizes[shown.card.row.klass])
    rank = {
        CustomerClass.A: _("among the top 5 %"),
        CustomerClass.B: _("among the next 15 %"),
        CustomerClass.C: _("below the top 20 %"),
    }[shown.card.row.klass]
    text = _("{klass}: {rank} by spend in the last {days} days ({here} of {all} customers)")
    return text.format(
        klass=labels.label(shown.card.row.klass),
        rank=rank,
        days=shown.window_days,
        here=here,
        all=everybody,
    )


class CustomerPanel(QWidget):
    """The card of one customer at a time."""

    slots_changed = Signal()
    shown_changed = Signal()
    """Another customer is on the card, or none."""

    def __init__(self, context: PageContext, *, empty: str) -> None:
        super().__init__()
        self.context, self._tasks = context, context.tasks
        self.do = CustomerActions(self, context)
        self.shown: Shown | None = None
        self._wanted: UUID | None = None
        self._latest, self._latest_tab = Latest(), Latest()
        self._loaded: set[int] = set()
        self._may_edit = allowed(context.actor.role, Action.EDIT_CUSTOMER)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.reload)
        self._empty = EmptyState(empty, "user")
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._build())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self.setAccessibleName(_("Customer card"))

    # ------------------------------------------------------------------ building

    def _build(self) -> QWidget:
        context = self.context
        self.header = PageHeader(
            "",
            buttons=[
                action_button(context, "customer.edit"),
                action_button(context, "customer.open_case", primary=True),
            ],
        )
        self._class_text = text_label("", "hint")
        self._phone = PhoneLine(
            [
                _quiet(action_button(context, "customer.reveal")),
                _quiet(action_button(context, "customer.copy_phone")),
            ]
        )
        self.charge = charge_line.ChargeLine(context)
        self.pending = open_line.OpenLine(context)
        self.work = CustomerWork(self, context)
        self._figures = FiguresCard()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("Parts of the customer card"))
        self.tabs.setDocumentMode(True)
        self._build_tabs()
        self.tabs.currentChanged.connect(self._load_tab)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(theme.GAP_XS, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        lines = (self._phone, self.charge, self.pending, self._class_text)
        for widget in (self.header, *lines, self._figures):
            column.addWidget(widget)
        column.addWidget(self.tabs, 1)
        return whole

    def _build_tabs(self) -> None:
        context = self.context
        self._contacts = ContactsCard(
            add=self._add_contact if self._may_edit else None,
            edit=self.do.edit_contact,
            remove=self.do.remove_contact,
        )
        self._facts = FactsCard()
        self.follow_up = FollowPanel(context)
        overview = QWidget()
        column = QVBoxLayout(overview)
        column.setContentsMargins(0, theme.GAP_S, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.follow_up)
        column.addWidget(self._contacts)
        column.addWidget(self._facts)
        column.addStretch(1)
        self.orders = RecordTable(
            ORDER_COLUMNS, context=context, state_key="customer-orders", name=_("Orders"),
            empty=_("No orders yet. They come with an import."),
        )  # fmt: skip
        self.cases = RecordTable(
            CASE_BRIEF_COLUMNS, context=context, state_key="customer-cases", name=_("Cases"),
            empty=_("No case so far."),
            chips={"stage": case_look.stage_tone, "outcome": case_look.outcome_tone},
        )  # fmt: skip
        self.cases.opened.connect(self._open_case_file)
        self.signals = RecordTable(
            SIGNAL_BRIEF_COLUMNS, context=context, state_key="customer-signals",
            name=_("Signals"), empty=_("No signal so far."),
        )  # fmt: skip
        both = QWidget()
        column = QVBoxLayout(both)
        column.setContentsMargins(0, theme.GAP_S, 0, 0)
        column.setSpacing(theme.GAP_S)
        for title, table in ((_("Cases"), self.cases), (_("Signals"), self.signals)):
            column.addWidget(text_label(title, "heading"))
            column.addWidget(table, 1)
        self.timeline = Timeline(_("Timeline"))
        self.history = RecordTable(
            HISTORY_COLUMNS, context=context, state_key="customer-history",
            name=_("History of changes"), empty=_("Nothing was changed so far."),
        )  # fmt: skip
        for title, widget in (
            (_("Overview"), scrolled(overview, _("Overview"))),
            (_("Orders"), self.orders),
            (_("Cases and signals"), both),
            (_("Timeline"), self.timeline),
            (_("History"), self.history),
        ):
            self.tabs.addTab(widget, title)

    def tables(self) -> Sequence[RecordTable]:
        """The lists of the card, for the page to follow."""
        return (self.orders, self.cases, self.signals, self.history)

    # ------------------------------------------------------------------ showing

    @property
    def customer_id(self) -> UUID | None:
        """The customer that is shown or about to be."""
        return self._wanted

    def show_customer(self, customer_id: UUID | None, *, at_once: bool = False) -> None:
        """Show another customer, once the cursor has settled on it."""
        if customer_id == self._wanted and customer_id is not None and not at_once:
            return
        self._wanted = customer_id
        if customer_id is None:
            self._settle.stop()
            self._set(None)
        elif at_once:
            self.reload()
        else:
            self._settle.start()

    def reload(self) -> None:
        """Read the customer again."""
        self._settle.stop()
        if self._wanted is None:
            return
        task = self._latest.take(self._tasks.read(self, read_card, self._wanted))
        task.then(self._set).or_else(self._on_failed)

    def _on_failed(self, error: UserError) -> None:
        self._set(None)
        if not isinstance(error, NotFoundError):
            self.context.messages.error(error.message)

    def _set(self, shown: Shown | None) -> None:
        before = self.shown.card.row.id if self.shown else None
        self.shown = shown
        self._stack.setCurrentIndex(0 if shown is None else 1)
        if shown is not None:
            self._fill(shown)
            self._loaded.clear()
            self._load_tab(self.tabs.currentIndex())
        self.slots_changed.emit()
        if before != (shown.card.row.id if shown else None):
            self.shown_changed.emit()

    def _fill(self, shown: Shown) -> None:
        card, row = shown.card, shown.card.row
        name = shown_name(row)
        self.header.set_title(name if len(name) <= _TITLE else f"{name[:_TITLE]}…")
        self.header.setToolTip(name)
        parts = (row.number, labels.label(row.kind), row.store, row.owner)
        self.header.set_subtitle(" · ".join(part for part in parts if part))
        self.header.set_chips(self._chips(card))
        self._class_text.setText(class_sentence(shown))
        self._phone.show_phone((row.id, card.version), row.phone)
        self._figures.show_metrics(shown.metrics, card.as_of, card.row.currency)
        self._contacts.show_contacts(card.contacts)
        self.follow_up.show_customer(row.id, row.name)
        self.charge.show_customer(row.id, shown_name(row))
        self.pending.show_customer(row.id)
        self._facts.show_card(card)
        self.cases.set_rows(card.cases)
        self.signals.set_rows(card.signals)

    def _chips(self, card: "CustomerCard") -> list[tuple[str, Tone]]:
        row = card.row
        chips = [(class_letter(row), case_look.KLASS_TONES[row.klass])]
        if card.values["is_deceased"]:
            chips.append((_("Deceased"), Tone.BAD))
        if row.do_not_contact:
            chips.append((_("Do not contact"), Tone.BAD))
        if card.values["malicious_arrears"]:
            chips.append((_("Malicious arrears"), Tone.BAD))
        if not row.is_identified:
            chips.append((_("Unidentified"), Tone.WARN))
        if row.open_cases:
            text = ngettext("{n} open case", "{n} open cases", row.open_cases)
            chips.append((text.format(n=row.open_cases), Tone.INFO))
        return chips

    def _load_tab(self, place: int) -> None:
        if self.shown is None or place in self._loaded:
            return
        self._loaded.add(place)
        customer_id = self.shown.card.row.id
        match self.tabs.widget(place):
            case self.orders:
                self.orders.set_query(
                    customers.count_orders, customers.list_orders, OrderFilter(customer_id)
                )
            case self.timeline:
                task = self._tasks.read(self, customers.timeline, customer_id)
                self._latest_tab.take(task).then(self._show_timeline)
            case self.history:
                changes = self._tasks.read(self, read_history, customer_id)
                self._latest_tab.take(changes).then(self.history.set_rows)
            case _:
                pass

    def _show_timeline(self, entries: "Sequence[Happened]") -> None:
        self.timeline.set_entries([_entry(entry) for entry in entries])

    def show_tab(self, table: QWidget) -> None:
        """Go to one part of the card."""
        self.tabs.setCurrentWidget(table)
        table.setFocus()

    # ------------------------------------------------------------------ doing

    def slots(self) -> "Mapping[str, Callable[[], object]]":
        """What can be done to the customer that is shown."""
        if self.shown is None:
            return {}
        card = self.shown.card
        row = card.row
        slots: dict[str, Callable[[], object]] = {
            "customer.edit": lambda: self.do.edit(card),
            "customer.note": lambda: self.do.note(card),
            "customer.reveal": lambda: self.do.phone.reveal(row.id, self._phone.whole()),
            "customer.copy_phone": lambda: self.do.phone.copy(row.id),
            "customer.dial": lambda: self.do.phone.dial(row.id),
            "customer.history": lambda: self.show_tab(self.history),
            "customer.open_case": lambda: self.do.open_case(row.id, shown_name(row)),
            "customer.exit": lambda: self.context.navigate("exit-registration", row.id),
            "customer.informal": lambda: self.do.informal(row.id, shown_name(row)),
            **self.follow_up.slots(),
            **self.charge.slots(),
            **self.work.slots(row.id, shown_name(row), card.values),
        }
        return slots

    def _add_contact(self) -> None:
        if self.shown is not None:
            self.do.add_contact(self.shown.card.row.id)

    def _open_case_file(self, case: "CaseBrief") -> None:
        self.context.navigate("case-file", case.id)


def _entry(entry: "Happened") -> TimelineEntry:
    words = timeline_words.words(entry)
    return TimelineEntry(
        entry.at or entry.day,
        words.title,
        words.detail,
        _TIMELINE_ICONS[entry.kind],
        _TIMELINE_TONES.get(entry.kind, Tone.NEUTRAL),
        words.who,
        entry.ref,
    )


def _quiet(widget: QWidget) -> QWidget:
    theme.set_role(widget, "quiet")
    return widget
