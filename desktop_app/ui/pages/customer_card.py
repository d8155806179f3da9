"""The card of one customer over the whole page."""

from typing import ClassVar
from uuid import UUID

from typing_extensions import override

from desktop_app.columns.customers import shown_name
from desktop_app.i18n import _
from desktop_app.ui import customer_panel
from desktop_app.ui.customer_panel import CustomerPanel
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec


class CustomerCardPage(Page):
    """One customer: figures, people, orders, cases, signals, timeline, history."""

    SPEC: ClassVar[PageSpec] = page_spec("customer-card")
    TABLES: ClassVar[frozenset[str]] = customer_panel.TABLES

    def build(self) -> None:
        """Make the card."""
        self.panel = CustomerPanel(self.context, empty=_("This customer is gone."))
        self.panel.slots_changed.connect(self.actions_changed)
        self.panel.shown_changed.connect(self.title_changed)
        self.body.addWidget(self.panel, 1)
        self.setFocusProxy(self.panel.tabs.tabBar())
        for table in self.panel.tables():
            self.follow(table)

    @override
    def load(self) -> None:
        self.panel.reload()

    @override
    def show_record(self, target: object) -> None:
        if isinstance(target, UUID):
            self.panel.show_customer(target, at_once=True)

    @override
    def show_count(self, count: int | None) -> None:
        super().show_count(None)  # one record; the lists on its card are no filter

    @override
    def title(self) -> str:
        shown = self.panel.shown
        return _(self.SPEC.title) if shown is None else shown_name(shown.card.row)

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        slots = dict(self.panel.slots())
        case = self.panel.cases.current_row()
        if case is not None:
            slots["case.open"] = lambda: self.navigate("case-file", case.id)
        return slots

    @override
    def customer(self) -> UUID | None:
        return None if self.panel.shown is None else self.panel.shown.card.row.id
