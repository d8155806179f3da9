"""The cadence: the plan of visits, how well it is kept, exceptions, and the table itself."""

import uuid
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from typing_extensions import override

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
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Changes


class CadencePage(Page):
    """Four tabs; keys mean the rows of the open one."""

    SPEC: ClassVar[PageSpec] = page_spec("cadence")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "visit", "contact_attempt", "cadence_line", "cadence_override", "holding",
            "staff_profile", "absence", "calendar_day", "customer",
        }
    )  # fmt: skip

    def build(self) -> None:
        """Make header and tabs."""
        self.header = PageHeader(_("Cadence"))
        self.tabs: LazyTabs[CadencePart] = LazyTabs(_("Parts of the cadence"))
        self.tabs.add("plan", _("Plan"), partial(PlanPart, self))
        if allowed(self.actor.role, Action.REPORT):
            self.tabs.add("compliance", _("Compliance"), partial(CompliancePart, self))
        self.tabs.add("exceptions", _("Exceptions"), partial(ExceptionsPart, self))
        self.tabs.add("table", _("The table"), partial(RulesPart, self))
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(self.header)
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
        """Show a part by its name."""
        self.tabs.show_part(str(target))
        self.load()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        current = self.tabs.current()
        return {} if current is None else current.slots()

    @override
    def customer(self) -> uuid.UUID | None:
        current = self.tabs.current()
        return None if current is None else current.customer()
