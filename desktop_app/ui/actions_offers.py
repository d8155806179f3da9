"""The actions of offers: in a case, in the inbox of who decides, in the library."""

from collections.abc import Iterator
from typing import Final

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu

ROUTES: Final = {
    "offer.approvals": ("approvals", None),
    "offer.library": ("offers", None),
}
"""Actions that lead to a page; as in `desktop_app.ui.actions.ROUTES`."""


def in_cases() -> Iterator[ActionSpec]:
    """Offers to the customer of a case."""
    spec, menu, page, right = ActionSpec, Menu.OFFER, ("case-file",), Action.WORK_CASE
    yield spec("case.offer", N_("&Make an offer…"), "offer", "Ctrl+O", menu, page, right)
    yield spec(
        "offer.accept", N_("The customer &accepts"), "check", "Ctrl+Alt+Y", menu, page, right
    )
    yield spec(
        "offer.refuse", N_("The customer &declines"), "close", "Ctrl+Alt+N", menu, page, right
    )
    yield spec("offer.withdraw", N_("&Withdraw the offer"), "remove", "", menu, page, right)
    yield spec("offer.again", N_("&Propose it again…"), "refresh", "Ctrl+Alt+O", menu, page, right)
    yield spec(
        "offer.cost", N_("&Book a cost…"), "money", "Ctrl+Alt+K", menu, page, right,
        starts_group=True,
    )  # fmt: skip
    yield spec(
        "offer.redeem", N_("&Redeem a coupon…"), "tag", "Ctrl+Alt+R", menu, (*page, "offers"), right
    )


def approvals() -> Iterator[ActionSpec]:
    """The inbox of who decides: one key each."""
    spec, menu, page, right = ActionSpec, Menu.OFFER, ("approvals",), Action.APPROVE_OFFER
    yield spec(
        "offer.approvals", N_("&Approvals"), "check-circle", "Ctrl+Shift+Y", menu, permission=right
    )
    yield spec("approval.approve", N_("A&pprove"), "check", "A", menu, page, right)
    yield spec("approval.refuse", N_("&Decline…"), "close", "D", menu, page, right)
    yield spec("approval.next", N_("&Next offer"), "chevron-down", "N", menu, page)
    yield spec("approval.previous", N_("Pre&vious offer"), "chevron-up", "P", menu, page)


def library() -> Iterator[ActionSpec]:
    """The library, the rules, the budgets; which of them is meant follows from the open tab."""
    spec, menu, page, right = ActionSpec, Menu.OFFER, ("offers",), Action.EDIT_OFFERS
    yield spec(
        "offer.library", N_("&Offers, rules and budgets"), "settings", "", menu, permission=right
    )
    yield spec("offers.new", N_("&New…"), "add", "Ctrl+N", menu, page, right)
    yield spec("offers.edit", N_("&Edit…"), "edit", "F2", menu, page, right)
    yield spec("offers.remove", N_("Re&tire or remove"), "remove", "Delete", menu, page, right)
    yield spec("offers.restore", N_("O&ffer it again"), "restore", "", menu, page, right)
    yield spec("offers.up", N_("Move rule &up"), "chevron-up", "Alt+Up", menu, page, right)
    yield spec("offers.down", N_("Move rule do&wn"), "chevron-down", "Alt+Down", menu, page, right)
    yield spec("offers.try", N_("Tr&y the rules on a case"), "play", "Ctrl+T", menu, page)
    yield spec(
        "offers.treatment", N_("E&qual treatment"), "reports", "", menu, page, Action.REPORT,
        starts_group=True,
    )  # fmt: skip
