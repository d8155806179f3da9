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
from desktop_app.ui.page import PageSpec
from desktop_app.ui.pages import page_spec
from desktop_app.ui.panels import PageHeader, action_button
from desktop_app.ui.tabbed_page import TabbedPage


class DutiesPage(TabbedPage[DutyPart]):
    """Three tabs."""

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
        self.tabs = LazyTabs(_("Parts of the duties"))
        self.tabs.add("duties", _("Duties"), partial(self._make, SheetPart))
        self.tabs.add("tasks", _("Tasks"), partial(self._make, TasksPart))
        self.tabs.add("renewals", _("Renewals"), partial(self._make, RenewalsPart))
        self.put_together(self.header)
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

    @override
    def turn_to_part(self) -> None:
        self._focus_part()
        self._say()
        super().turn_to_part()

    @override
    def show_record(self, target: object) -> None:
        """Show a part by its name, or a task by its key."""
        if isinstance(target, uuid.UUID):
            self.tabs.show_part("tasks")
            part = self.tabs.part("tasks")
            if part is not None:
                part.show_task(target)
        else:
            super().show_record(target)
        self.setFocus()
