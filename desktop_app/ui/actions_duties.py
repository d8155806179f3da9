"""Actions on duties: what is done next, tasks, renewals; see `actions`."""

from collections.abc import Iterator

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu


def duties() -> Iterator[ActionSpec]:
    """Tasks and renewals of customers, and the list of what one is to do."""
    spec, menu, right = ActionSpec, Menu.PROMISE, Action.DO_TASK
    page, customers = ("duties",), ("customer-card", "customers")
    yield spec(
        "task.new", N_("New &task…"), "check-circle", "Ctrl+Alt+A", menu,
        (*page, *customers, "case-file"), right, starts_group=True,
    )  # fmt: skip
    yield spec(
        "renewal.new", N_("What &expires…"), "clock", "Ctrl+Alt+E", menu, (*page, *customers), right
    )
    yield spec("duty.step", N_("Do it, or ne&xt step…"), "check", "Ctrl+Return", menu, page, right)
    yield spec("duty.not", N_("N&ot done, or declined…"), "close", "Ctrl+D", menu, page, right)
    yield spec(
        "duty.give", N_("&Give to somebody else…"), "assign", "Ctrl+Shift+A", menu, page, right
    )
    yield spec("duty.edit", N_("C&hange it…"), "edit", "F2", menu, page, right)
    yield spec("task.pass_on", N_("&Pass the upgrade on…"), "forward", "Ctrl+J", menu, page, right)
    yield spec("renewal.renewed", N_("&Renewed…"), "refresh", "Ctrl+E", menu, page, right)
