"""What the page of a case shows about promises, complaints, recoveries and its watched save."""

import uuid
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_app.ui.page import Slots
from desktop_app.ui.promise_panel import FollowPanel
from desktop_app.ui.promise_strip import PromiseStrip
from desktop_app.ui.watch_card import WatchCard

if TYPE_CHECKING:  # a page is made of this, not the other way round
    from desktop_app.ui.case_view import CaseView
    from desktop_app.ui.page import Page


class CaseFollow(QObject):
    """Two cards for a column of the page, and the strip in which a promise is written down."""

    def __init__(self, page: "Page") -> None:
        super().__init__(page)
        self.card, self.panel = WatchCard(page.context), FollowPanel(page.context)
        self.strip = PromiseStrip(page.tasks)
        self.card.opened.connect(lambda key: page.navigate("case-file", key))
        self.view: CaseView | None = None

    def show_view(self, view: "CaseView") -> None:
        """Show another case, or the same one read anew."""
        self.view = view
        self.strip.leave(view.id)
        self.card.show_view(view)
        self.panel.show_view(view)

    def leave(self, case_id: uuid.UUID | None) -> None:
        """Another case is shown, or none: what was typed is kept."""
        self.strip.leave(case_id)

    def slots(self) -> Slots:
        """What can be begun; a promise in the strip, so that nothing is modal during a call."""
        view = self.view
        if view is None:
            return {}
        row = view.file.row
        return {
            **self.panel.slots(),
            "promise.new": lambda: self.strip.open_for(row.customer_id, row.id),
        }
