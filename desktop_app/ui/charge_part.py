"""What every tab of the page on who looks after whom has in common."""

from collections.abc import Callable

from desktop_app.domain.permissions import Action
from desktop_app.ui.charge_flows import ChargeFlows
from desktop_app.ui.handover_work import HandoverTarget
from desktop_app.ui.page import Page
from desktop_app.ui.tab_part import TabPart


class ChargePart(TabPart):
    """One tab: lists with what can be done to their rows."""

    def __init__(self, page: Page, hint: str) -> None:
        super().__init__(page, hint)
        self.flows = ChargeFlows(self, page.context)

    def may_hand_over(self) -> bool:
        """Whether the role of the user allows giving customers to somebody."""
        return self.flows.may(Action.HAND_OVER)

    def hand_over(self, target: HandoverTarget) -> Callable[[], None]:
        """What begins a handover."""
        return lambda: self.page.navigate("handover", target)
