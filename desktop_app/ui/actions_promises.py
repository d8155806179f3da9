"""Actions on promises, complaints, service recoveries and on what is learnt; see `actions`."""

from collections.abc import Iterator

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu


def follow_up() -> Iterator[ActionSpec]:
    """What was promised and what went wrong."""
    spec, menu, right = ActionSpec, Menu.PROMISE, Action.WORK_CASE
    page = ("promises",)
    everywhere = (*page, "case-file", "customer-card", "customers")
    yield spec(
        "promise.new",
        N_("New pro&mise…"),
        "promise",
        "F3",
        menu,
        everywhere,
        right,
    )
    yield spec("complaint.new", N_("New comp&laint…"), "quote", "Shift+F3", menu, everywhere, right)
    yield spec(
        "recovery.new",
        N_("Begin a service reco&very…"),
        "reopen",
        "Ctrl+F3",
        menu,
        (*page, "case-file"),
        right,
    )
    yield spec(
        "follow.step", N_("&Answer or next step…"), "check", "Ctrl+Return", menu, page, right
    )
    yield spec("follow.cannot", N_("Cannot &be met…"), "close", "Ctrl+D", menu, page, right)
    yield spec("promise.chase", N_("As&ked again…"), "refresh", "Ctrl+J", menu, page, right)
    yield spec("follow.hand_over", N_("Han&d over…"), "assign", "Ctrl+Shift+A", menu, page, right)
    yield spec(
        "lesson.decide", N_("Dec&ide what changes…"), "flag", "Ctrl+E", menu, page,
        Action.REVIEW_INTERVIEW,
    )  # fmt: skip
