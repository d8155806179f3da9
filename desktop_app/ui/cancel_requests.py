"""A customer asks to cancel: by one key from anywhere into the case, on the call."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import QObject

from desktop_app.i18n import _
from desktop_app.ui.command_palette import CommandPalette, Hit, SearchFn

if TYPE_CHECKING:  # the window is made of this, not the other way round; SQLAlchemy is slow
    from collections.abc import Callable, Mapping

    from db.session import Session
    from desktop_app.ui.main_window import MainWindow

_CARD = "customer-card"


class CancelRequests(QObject):
    """Takes the customer that is chosen on the page, else asks which one."""

    def __init__(self, window: "MainWindow", search: SearchFn | None) -> None:
        super().__init__(window)
        self._window, self._search = window, search

    def slots(self) -> "Mapping[str, Callable[[], object]]":
        """What the window can do: action id to slot."""
        return {"customer.cancel_request": self.take_chosen, "customer.cancel_search": self.ask}

    def take_chosen(self) -> None:
        """The customer of the page asks; without one, ask which."""
        page = self._window.current_page()
        customer_id = None if page is None else page.customer()
        if customer_id is None:
            self.ask()
        else:
            self.take(customer_id)

    def ask(self) -> None:
        """Let the person find the customer by name, pinyin, number or the end of the phone."""
        window = self._window
        palette = CommandPalette(
            window,
            window.context.tasks,
            (),
            self._customers,
            title=_("Who asks to cancel?"),
            hint=_("Name, pinyin, number, the last digits of the phone"),
        )
        palette.chosen.connect(lambda hit: self.take(hit.target))
        palette.open_over(window)

    def _customers(self, session: "Session", text: str) -> Sequence[Hit]:
        found = () if self._search is None else self._search(session, text)
        return [hit for hit in found if hit.page == _CARD]

    def take(self, customer_id: UUID) -> None:
        """Open the case, assigned to the agent, with the script of the call."""
        from desktop_app.services import calls  # noqa: PLC0415  (slow to import)

        task = self._window.context.tasks.write(self._window, calls.cancel_request, customer_id)
        task.then(self._go)

    def _go(self, case_id: UUID) -> None:
        from desktop_app.ui.case_places import CaseTarget  # noqa: PLC0415  (slow to import)

        self._window.navigate("case-file", CaseTarget(case_id, is_calling=True))
