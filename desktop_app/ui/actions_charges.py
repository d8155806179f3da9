"""Actions on who looks after whom: orphans, handovers, backups; see `actions`."""

from collections.abc import Iterator
from typing import Final

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu

ROUTES: Final = {"handover.new": ("handover", "new")}
"""Actions that lead to a page; as in `desktop_app.ui.actions.ROUTES`."""


def everywhere() -> Iterator[ActionSpec]:
    """What can be begun from any page."""
    yield ActionSpec(
        "handover.new",
        N_("&Hand customers over…"),
        "swap",
        "Ctrl+Alt+H",
        Menu.CHARGE,
        permission=Action.HAND_OVER,
    )


def charges() -> Iterator[ActionSpec]:
    """Somebody for a customer: directly, as a backup, or by asking a manager; answers."""
    spec, menu, right = ActionSpec, Menu.CHARGE, Action.HAND_OVER
    page = ("charges",)
    card = ("customer-card", "customers")
    yield spec(
        "charge.give", N_("&Put somebody in charge…"), "assign", "Ctrl+Shift+A", menu,
        (*page, *card), right,
    )  # fmt: skip
    yield spec(
        "charge.backup", N_("Set a &backup…"), "user", "Ctrl+Shift+K", menu, (*page, *card), right
    )
    yield spec(
        "charge.pass_on", N_("Pa&ss on to a manager…"), "forward", "Ctrl+J", menu, page,
        Action.DO_TASK,
    )  # fmt: skip
    yield spec(
        "handover.accept",
        N_("&Accept"),
        "check",
        "Ctrl+Return",
        menu,
        page,
        Action.DO_TASK,
        starts_group=True,
    )
    yield spec(
        "handover.decline",
        N_("&Decline the handover…"),
        "close",
        "Ctrl+D",
        menu,
        page,
        Action.DO_TASK,
    )


def wizard() -> Iterator[ActionSpec]:
    """What can be done to the chosen customers of a handover that is being made."""
    spec, menu, page, right = ActionSpec, Menu.CHARGE, ("handover",), Action.HAND_OVER
    yield spec(
        "handover.correct", N_("&Correct the customer…"), "edit", "F2", menu, page,
        Action.EDIT_CUSTOMER, starts_group=True,
    )  # fmt: skip
    yield spec("handover.check", N_("&Tick as in order"), "check", "Ctrl+T", menu, page, right)
    yield spec("handover.leave_out", N_("&Leave out"), "remove", "Delete", menu, page, right)
    yield spec(
        "handover.receiver", N_("Choose the &receiver…"), "assign", "Ctrl+Shift+A", menu, page,
        right,
    )  # fmt: skip
    yield spec("handover.suggested", N_("As s&uggested"), "restore", "Ctrl+E", menu, page, right)
    yield spec(
        "handover.unattended", N_("Leave &without anybody"), "eye-off", "", menu, page, right
    )
    yield spec("handover.taken", N_("Ta&ken along by who leaves"), "door", "", menu, page, right)
