"""The cadence: the plan of visits, how well it is kept, exceptions, and the table itself."""

from functools import partial
from typing import ClassVar

from desktop_app.domain.permissions import Action, allowed
from desktop_app.i18n import _
from desktop_app.ui.cadence_parts import (
    CadencePart,
    CompliancePart,
    ExceptionsPart,
    PlanPart,
    RulesPart,
)
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.page import PageSpec
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader
from desktop_app.ui.tabbed_page import TabbedPage


class CadencePage(TabbedPage[CadencePart]):
    """Four tabs."""

    SPEC: ClassVar[PageSpec] = page_spec("cadence")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "visit", "contact_attempt", "cadence_line", "cadence_override", "holding",
            "staff_profile", "absence", "calendar_day", "customer",
        }
    )  # fmt: skip

    def build(self) -> None:
        """Make header and tabs."""
        self.tabs = LazyTabs(_("Parts of the cadence"))
        self.tabs.add("plan", _("Plan"), partial(PlanPart, self))
        if allowed(self.actor.role, Action.REPORT):
            self.tabs.add("compliance", _("Compliance"), partial(CompliancePart, self))
        self.tabs.add("exceptions", _("Exceptions"), partial(ExceptionsPart, self))
        self.tabs.add("table", _("The table"), partial(RulesPart, self))
        self.put_together(PageHeader(_("Cadence")))
