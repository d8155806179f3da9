"""What every tab of a page of lists has in common: what it shows, and what can be done there."""

import uuid
from collections.abc import Callable
from typing import ClassVar

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.domain.permissions import Action, allowed
from desktop_app.ui import theme
from desktop_app.ui.folding import ShortButtons
from desktop_app.ui.page import Page, Slots
from desktop_app.ui.panels import FilterBar, action_button, text_label
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest


class TabPart(QWidget):
    """One tab: perhaps a sentence what it is for, then lists and what can be done to their rows."""

    GAP: ClassVar[int] = theme.GAP_S
    """Above the part, and between what stands in it."""
    KEEPS_WORDS: ClassVar[bool] = False
    """Whether the main button of a bar keeps its words where there is little room."""

    def __init__(self, page: Page, hint: str = "") -> None:
        super().__init__()
        self.page, self.tasks = page, page.tasks
        self.latest = Latest()
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(0, self.GAP, 0, 0)
        self.body.setSpacing(self.GAP)
        if hint:
            self.body.addWidget(text_label(hint, "hint"))

    def load(self) -> None:
        """Read what the tab shows."""

    def slots(self) -> Slots:
        """What can be done here now."""
        return {}

    def customer(self) -> uuid.UUID | None:
        """The customer the cursor is on."""
        return None

    def may(self, action: Action) -> bool:
        """Whether the role of the user allows something."""
        return allowed(self.page.context.actor.role, action)

    def follow(self, table: RecordTable, *menu: str | None) -> RecordTable:
        """Let the page know a list, with the actions of its menu."""
        table.set_menu(*menu)
        table.selection_changed.connect(self.page.actions_changed)
        self.page.follow(table)
        return table

    def add_bar(self, bar: FilterBar, *action_ids: str) -> None:
        """Put a bar with the buttons of actions above the list, the last one as the main one."""
        made = [
            action_button(self.page.context, action_id, primary=action_id == action_ids[-1])
            for action_id in action_ids
        ]
        for one in made:
            bar.add_widget(one)
        ShortButtons(bar, made[:-1] if self.KEEPS_WORDS else made, lambda: bar.sizeHint().width())
        self.body.addWidget(bar)

    def opener(self, customer_id: uuid.UUID) -> Callable[[], None]:
        """What opens the card of a customer."""
        return lambda: self.page.navigate("customer-card", customer_id)
