"""A page made of parts, as tabs or as a list: the open one is loaded and says what can be done."""

import uuid
from typing import Generic, TypeVar

from PySide6.QtWidgets import QWidget
from typing_extensions import override

from desktop_app.ui.lazy_list import LazyList
from desktop_app.ui.lazy_tabs import LazyTabs
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.tab_part import TabPart

PartT = TypeVar("PartT", bound=TabPart)


class TabbedPage(Page, Generic[PartT]):
    """Parts of which one is shown; keys mean its rows.

    `build` makes ``tabs`` with their parts and hands the header to `put_together`.
    """

    tabs: LazyTabs[PartT] | LazyList[PartT]

    def put_together(self, header: QWidget) -> None:
        """Put the header and the tabs below it into the page."""
        self.tabs.currentChanged.connect(self.turn_to_part)
        self.body.addWidget(header)
        self.body.addWidget(self.tabs, 1)
        tabs = self.tabs
        self.setFocusProxy(tabs.tabBar() if isinstance(tabs, LazyTabs) else tabs)

    def turn_to_part(self) -> None:
        """Another part is shown: load it and say what can be done there."""
        self.show_count(None)
        self.load()
        self.actions_changed()

    @override
    def load(self) -> None:
        current = self.tabs.current()
        if current is not None:
            current.load()

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
