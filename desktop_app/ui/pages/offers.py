"""What may be offered: the library, the rules, the budgets, and how coupons do."""

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.offer_list import LibrarySection
from desktop_app.ui.offer_money_lists import BudgetSection, CouponSection
from desktop_app.ui.offer_rule_list import RulesSection
from desktop_app.ui.offer_section import OfferSection
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes


class OffersPage(Page):
    """Four tabs; keys mean the rows of the open one."""

    SPEC: ClassVar[PageSpec] = page_spec("offers")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"offer", "offer_rule", "offer_budget", "case_offer", "coupon", "store", "reason_version"}
    )

    def build(self) -> None:
        """Make the tabs."""
        self.tabs: LazyTabs[OfferSection] = LazyTabs(_("Parts of the offers"))
        for name, title, kind in (
            ("library", _("Library"), LibrarySection),
            ("rules", _("Rules"), RulesSection),
            ("budgets", _("Budgets"), BudgetSection),
            ("coupons", _("Coupons"), CouponSection),
        ):
            self.tabs.add(name, title, partial(kind, self))
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(
            PageHeader(
                _("Offers"),
                buttons=[
                    action_button(self.context, "offer.approvals"),
                    action_button(self.context, "offers.treatment"),
                ],
            )
        )
        self.body.addWidget(self.tabs, 1)
        self.setFocusProxy(self.tabs.tabBar())

    def _on_tab(self) -> None:
        self.show_count(None)
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        current = self.tabs.current()
        if current is not None:
            current.load()

    @override
    def refresh(self, changes: "Changes") -> None:
        if changes.tables & self.TABLES:
            self.load()

    @override
    def show_record(self, target: object) -> None:
        self.tabs.show_part(str(target))
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        current = self.tabs.current()
        own = {} if current is None else current.slots()
        return {
            **own,
            "offers.treatment": lambda: self.navigate("reports", ("equal-treatment", {})),
        }
