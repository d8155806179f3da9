"""Actions of the cadence: the plan, exceptions, the table; see `actions`."""

from collections.abc import Iterator

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu


def cadence() -> Iterator[ActionSpec]:
    """Who is visited how often, and the plan that follows from it."""
    spec, menu, page = ActionSpec, Menu.CHARGE, ("cadence",)
    right, table = Action.PLAN_VISITS, Action.EDIT_SETTINGS
    customers = ("customer-card", "customers")
    yield spec(
        "plan.save", N_("Save the plan as vis&its…"), "save", "Ctrl+Return", menu, page, right,
        starts_group=True,
    )  # fmt: skip
    yield spec("plan.again", N_("Plan anew by new holida&ys"), "refresh", "", menu, page, right)
    yield spec(
        "cadence.except", N_("&Exception for a customer…"), "flag", "Ctrl+Alt+X", menu,
        (*page, *customers), right,
    )  # fmt: skip
    yield spec(
        "cadence.candidate", N_("May &rise to class A, or not"), "trend-up", "", menu, customers,
        Action.EDIT_CUSTOMER,
    )  # fmt: skip
    yield spec("cadence.end", N_("En&d the exception"), "close", "Ctrl+D", menu, page, right)
    yield spec("cadence.add", N_("&New line…"), "add", "Ctrl+N", menu, page, table)
    yield spec("cadence.edit", N_("&Change the line…"), "edit", "F2", menu, page, table)
    yield spec("cadence.remove", N_("Remo&ve the line…"), "remove", "Delete", menu, page, table)
    yield spec(
        "cadence.reset", N_("Reset to the program's ta&ble"), "restore", "", menu, page, table
    )
