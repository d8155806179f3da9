"""Duties: what one is to do beside the queue of cases; all tasks; all that expires."""

import uuid
from functools import partial
from typing import ClassVar

from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui.duty_lists import RenewalsPart, TasksPart
from desktop_app.ui.duty_part import DutyPart
from desktop_app.ui.duty_sheet import SheetPart
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.page import Page, PageSpec, Slots
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button


class DutiesPage(Page):
    """Three tabs; keys mean the rows of the open one."""

    SPEC: ClassVar[PageSpec] = page_spec("duties")
    TABLES: ClassVar[frozenset[str]] = frozenset(
        {
            "visit", "promise", "complaint", "renewal", "task", "handover_line", "case_offer",
            "holding", "customer", "staff_profile", "departure_case", "app_user",
        }
    )  # fmt: skip

    def build(self) -> None:
        """Make header and tabs."""
        buttons = [
            action_button(self.context, "renewal.new"),
            action_button(self.context, "task.new"),
            action_button(self.context, "duty.step", primary=True),
        ]
        self.header = PageHeader(_("Duties"), buttons=buttons, is_low=True)
        self.header.shorten(buttons)
        self.tabs: LazyTabs[DutyPart] = LazyTabs(_("Parts of the duties"))
        self.tabs.add("duties", _("Duties"), partial(self._make, SheetPart))
        self.tabs.add("tasks", _("Tasks"), partial(self._make, TasksPart))
        self.tabs.add("renewals", _("Renewals"), partial(self._make, RenewalsPart))
        self.tabs.currentChanged.connect(self._on_tab)
        self.body.addWidget(self.header)
        self.body.addWidget(self.tabs, 1)
        self._focus_part()

    def _make(self, kind: type[DutyPart]) -> DutyPart:
        part = kind(self)
        part.told.connect(self._say)
        return part

    def _say(self) -> None:
        current = self.tabs.current()
        self.header.set_subtitle("" if current is None else current.subtitle)

    def _focus_part(self) -> None:
        """The keyboard of the page belongs to the open tab."""
        current = self.tabs.current()
        if current is not None:
            self.setFocusProxy(current)

    def _on_tab(self) -> None:
        self._focus_part()
        self.show_count(None)
        self._say()
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        current = self.tabs.current()
        if current is not None:
            current.load()

    @override
    def show_record(self, target: object) -> None:
        """Show a part by its name, or a task by its key."""
        if isinstance(target, uuid.UUID):
            self.tabs.show_part("tasks")
            part = self.tabs.part("tasks")
            if part is not None:
                part.show_task(target)
        else:
            self.tabs.show_part(str(target))
            self.load()
        self.setFocus()

    @override
    def actions(self) -> Slots:  # type: ignore[override]  # as in Page
        current = self.tabs.current()
        return {} if current is None else current.slots()

    @override
    def customer(self) -> uuid.UUID | None:
        current = self.tabs.current()
        return None if current is None else current.customer()
