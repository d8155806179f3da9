"""What may be offered: the library, the rules, the budgets, and how coupons do."""

from functools import partial
from typing import ClassVar

from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.offer_list import LibrarySection
from desktop_app.ui.offer_money_lists import BudgetSection, CouponSection
from desktop_app.ui.offer_rule_list import RulesSection
from desktop_app.ui.offer_section import OfferSection
from desktop_app.ui.page import PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.tabbed_page import TabbedPage


class OffersPage(TabbedPage[OfferSection]):
    """Four tabs."""

    SPEC: ClassVar[PageSpec] = page_spec("offers")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {"offer", "offer_rule", "offer_budget", "case_offer", "coupon", "store", "reason_version"}
    )

    def build(self) -> None:
        """Make the tabs."""
        self.tabs = LazyTabs(_("Parts of the offers"))
        for name, title, kind in (
            ("library", _("Library"), LibrarySection),
            ("rules", _("Rules"), RulesSection),
            ("budgets", _("Budgets"), BudgetSection),
            ("coupons", _("Coupons"), CouponSection),
        ):
            self.tabs.add(name, title, partial(kind, self))
        self.put_together(
            PageHeader(
                _("Offers"),
                buttons=[
                    action_button(self.context, "offer.approvals"),
                    action_button(self.context, "offers.treatment"),
                ],
            )
        )

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        return {
            **super().actions(),
            "offers.treatment": lambda: self.navigate("reports", ("equal-treatment", {})),
        }
