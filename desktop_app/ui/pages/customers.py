"""Customers: the list, searched and filtered, with the card of the chosen one beside it."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from PySide6.QtCore import QTimer
from typing_extensions import override

from db.queries.customers import CustomerFilter, CustomerRow
from desktop_app.columns.customers import CUSTOMER_COLUMNS
from desktop_app.i18n import _
from desktop_app.services import customers
from desktop_app.ui import case_look, customer_panel
from desktop_app.ui.customer_panel import CustomerPanel
from desktop_app.ui.list_filters import CustomerFilters, read_stores
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button, splitter
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.theme import Tone
from desktop_app.ui.view_tabs import ViewTabs

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes

_LIST_SHARE, _CARD_SHARE = 585, 645


def built_in_views(me: UUID | None) -> list[tuple[str, CustomerFilter]]:
    """The views everybody has."""
    return [
        (_("All"), CustomerFilter()),
        (_("Mine"), CustomerFilter(owner_id=me)),
        (_("Unidentified"), CustomerFilter(unidentified=True)),
    ]


def cases_tone(row: CustomerRow) -> Tone | None:
    """Tone of the number of open cases; nothing for none."""
    return Tone.WARN if row.open_cases else None


class CustomersPage(Page):
    """List and card side by side; the list stays when a customer is chosen."""

    SPEC: ClassVar[PageSpec] = page_spec("customers")
    TABLES: ClassVar[frozenset[str]] = customer_panel.TABLES | {"saved_view"}

    def build(self) -> None:
        """Make header, filters, list and card."""
        self.header = PageHeader(
            _("Customers"),
            buttons=[
                action_button(self.context, "view.save"),
                action_button(self.context, "data.import_customers"),
                action_button(self.context, "customer.new", primary=True),
            ],
        )
        self.tabs = ViewTabs(self, CustomerFilter, lambda: built_in_views(self.actor.user_id))
        self.tabs.chosen.connect(self._on_view)
        self.filters = CustomerFilters()
        self.table = RecordTable(
            CUSTOMER_COLUMNS, context=self.context, state_key="customers", name=_("Customers"),
            empty="", chips={"klass": case_look.klass_tone, "open_cases": cases_tone},
        )  # fmt: skip
        self.table.set_menu(
            "customer.open", "customer.edit", None,
            "customer.reveal", "customer.copy_phone", "customer.dial", None,
            "customer.open_case", "customer.cancel_request", "customer.exit", None,
            "list.copy", "list.columns",
        )  # fmt: skip
        self.panel = CustomerPanel(
            self.context, empty=_("Choose a customer in the list to see the card.")
        )
        self.panel.slots_changed.connect(self.actions_changed)
        self.table.current_changed.connect(self._on_current)
        self.table.opened.connect(lambda row: self.navigate("customer-card", row.id))
        self.filters.changed.connect(self._query)
        self.table.model.loaded.connect(self._sync)
        sides = splitter(self.context, "customers", self.table, self.panel)
        if not self.context.state.get("splitter.customers"):
            sides.setSizes([_LIST_SHARE, _CARD_SHARE])
        for widget in (self.header, self.tabs, self.filters):
            self.body.addWidget(widget)
        self.body.addWidget(sides, 1)
        self.follow(self.table)
        self.setFocusProxy(self.table)

    # ------------------------------------------------------------------ reading

    @override
    def load(self) -> None:
        self.tasks.read(self, read_stores).then(self.filters.store.show_stores)
        self.tabs.load()
        self._query()
        self.panel.reload()

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES:
            self.load()

    def _query(self) -> None:
        criteria = self.filters.value()
        if criteria == CustomerFilter():
            self.table.set_empty(
                _("No customers yet. Import them from a file, or enter the first one."),
                (_("Import customers…"), lambda: self.navigate("data", "customers")),
            )
        else:
            self.table.set_empty(
                _("No customer fits. Change the search or the filter."),
                (_("Show all"), self._show_all),
            )
        self.table.set_query(customers.count_customers, customers.list_customers, criteria)

    def _on_view(self, criteria: CustomerFilter) -> None:
        self.filters.set_value(criteria)
        self._query()

    def _show_all(self) -> None:
        self.tabs.choose(0)

    def _save_view(self) -> None:
        self.tabs.save(self.filters.value())

    def _sync(self) -> None:
        """Rows came in: the cursor may stand in the same place on another customer."""
        row = self.table.current_row()
        if not self.table.count():
            self.panel.show_customer(None)
        elif row is not None:
            self._on_current(row)
        elif self.table.model.row(0) is not None:
            self.table.view.selectRow(0)

    def _on_current(self, row: CustomerRow | None) -> None:
        if row is not None:
            self.panel.show_customer(row.id)

    @override
    def show_record(self, target: object) -> None:
        self.load()
        if isinstance(target, UUID):
            if not self.table.select_key(target):  # not in the filter, or far down the list
                QTimer.singleShot(0, lambda: self.navigate("customer-card", target))
        elif target == "new":
            self._new()

    # ------------------------------------------------------------------ doing

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots: dict[str, Any] = {"customer.new": self._new, "view.save": self._save_view}
        shown = self.panel.shown
        if shown is not None:
            slots["customer.open"] = lambda: self.navigate("customer-card", shown.card.row.id)
        return slots | dict(self.panel.slots())

    @override
    def customer(self) -> UUID | None:
        return None if self.panel.shown is None else self.panel.shown.card.row.id

    def _new(self) -> None:
        self.panel.do.new(self._on_made)

    def _on_made(self, customer_id: UUID) -> None:
        self.navigate("customer-card", customer_id)
