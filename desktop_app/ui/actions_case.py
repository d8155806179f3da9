"""Actions on customers, cases, visits and signals; see `actions`."""

from collections.abc import Iterator

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu

SELDOM = frozenset({"case.override", "case.reopen", "case.history", "case.give_back"})
"""Actions on a case that stay out of the way in its menu."""
FILES = frozenset({"case.attach", "file.open", "file.save", "file.remove"})
"""Actions on files: the tab of the files has buttons for them."""
STEPS = frozenset({"case.win_back"})
"""Actions that lead to a tab which is in sight anyway."""


def customers() -> Iterator[ActionSpec]:
    """The list and the card of customers, and the counter."""
    spec, menu = ActionSpec, Menu.CUSTOMER
    lists, card = ("customers",), ("customer-card",)
    both = (*lists, *card)
    yield spec(
        "customer.open",
        N_("&Open customer"),
        "user",
        "",
        menu,
        (
            "customers",
            "cases",
            "case-file",
            "signals",
            "today",
            "visits",
            "calendar",
            "interviews",
            "exit-registration",
            "promises",
            "charges",
            "handover",
        ),
    )
    yield spec(
        "customer.new", N_("&New customer…"), "add", "Ctrl+N", menu, lists, Action.EDIT_CUSTOMER
    )
    yield spec(
        "customer.edit",
        N_("&Edit customer…"),
        "edit",
        "F2",
        menu,
        (*lists, *card),
        Action.EDIT_CUSTOMER,
    )
    yield spec("customer.note", N_("Add a no&te…"), "note", "F8", menu, both, Action.EDIT_CUSTOMER)
    yield spec(
        "customer.informal", N_("In&formal contact…"), "message", "Ctrl+Alt+I", menu,
        (*both, "case-file", "visits"), Action.WORK_CASE,
    )  # fmt: skip
    yield spec(
        "customer.reveal",
        N_("Show the &phone number"),
        "eye",
        "Ctrl+Shift+R",
        menu,
        (*lists, *card, "case-file", "today"),
        Action.REVEAL_PHONE,
    )
    yield spec(
        "customer.copy_phone",
        N_("Cop&y the phone number"),
        "copy",
        "Ctrl+Alt+C",
        menu,
        (*both, "case-file", "today"),
        Action.REVEAL_PHONE,
    )
    yield spec(
        "customer.dial",
        N_("&Dial"),
        "call",
        "Ctrl+D",
        menu,
        (*both, "case-file", "today"),
        Action.REVEAL_PHONE,
    )
    yield spec(
        "customer.cancel_request",
        N_("Customer asks to &cancel…"),
        "door",
        "F12",
        menu,
        permission=Action.OPEN_CASE,
        starts_group=True,
    )
    yield spec(
        "customer.cancel_search",
        N_("&Another customer asks to cancel…"),
        "door",
        "Shift+F12",
        menu,
        permission=Action.OPEN_CASE,
    )
    yield spec(
        "customer.exit",
        N_("Re&gister an exit at the counter…"),
        "door",
        "Ctrl+Shift+G",
        menu,
        permission=Action.WORK_CASE,
    )
    yield spec(
        "exit.register",
        N_("&Register"),
        "check",
        "Ctrl+Return",
        menu,
        ("exit-registration",),
        Action.WORK_CASE,
    )
    yield spec("exit.clear", N_("Ne&xt customer"), "refresh", "", menu, ("exit-registration",))
    yield spec(
        "customer.open_case",
        N_("Open a ca&se…"),
        "cases",
        "Ctrl+Shift+N",
        menu,
        (*lists, *card),
        Action.OPEN_CASE,
    )
    yield spec(
        "customer.history", N_("&History of changes"), "history", "Ctrl+H", menu, both, Action.VIEW
    )


def cases() -> Iterator[ActionSpec]:
    """Cases and their file."""
    spec, menu = ActionSpec, Menu.CASE
    lists, one = ("cases",), ("case-file",)
    both = (*lists, *one)
    yield spec(
        "case.open",
        N_("&Open case"),
        "cases",
        "",
        menu,
        (
            "cases",
            "today",
            "signals",
            "customer-card",
            "reports",
            "visits",
            "calendar",
            "interviews",
            "reviews",
            "coding",
            "approvals",
        ),
    )
    yield spec("case.new", N_("&New case…"), "add", "Ctrl+N", menu, lists, Action.OPEN_CASE)
    yield spec(
        "case.take",
        N_("&Take it myself"),
        "user",
        "Ctrl+T",
        menu,
        (*both, "today"),
        Action.TAKE_CASE,
    )
    yield spec(
        "case.assign",
        N_("&Assign…"),
        "assign",
        "Ctrl+Shift+A",
        menu,
        (*both, "today"),
        Action.ASSIGN_CASE,
    )
    yield spec(
        "case.callback",
        N_("Promise a call&back…"),
        "clock",
        "Ctrl+B",
        menu,
        (*one, "today"),
        Action.WORK_CASE,
    )
    yield spec(
        "case.give_back",
        N_("Give bac&k to the pool…"),
        "swap",
        "Ctrl+Alt+B",
        menu,
        (*one, "today"),
        Action.WORK_CASE,
    )
    yield spec(
        "case.move",
        N_("&Move to the next stage…"),
        "forward",
        "Ctrl+E",
        menu,
        one,
        Action.WORK_CASE,
        starts_group=True,
    )
    yield spec(
        "case.attempt",
        N_("&Log a contact…"),
        "call",
        "Ctrl+L",
        menu,
        (*both, "today"),
        Action.WORK_CASE,
    )
    yield spec(
        "case.timer",
        N_("Start or &stop the call timer"),
        "clock",
        "F9",
        menu,
        (*one, "today"),
        Action.WORK_CASE,
    )
    yield spec(
        "case.interview",
        N_("&Interview…"),
        "interviews",
        "Ctrl+I",
        menu,
        (*one, "interviews", "today"),
        Action.WORK_CASE,
    )
    yield spec("case.reasons", N_("&Reasons…"), "tree", "Ctrl+R", menu, one, Action.WORK_CASE)
    yield spec("case.note", N_("A&dd a note…"), "note", "F8", menu, one, Action.WORK_CASE)
    yield spec("case.edit", N_("&Edit facts…"), "edit", "F2", menu, one, Action.WORK_CASE)
    yield spec(
        "case.override",
        N_("Overr&ule the screening…"),
        "flag",
        "",
        menu,
        one,
        Action.OVERRIDE_SCREENING,
    )
    yield spec(
        "case.close",
        N_("&Close case…"),
        "check-circle",
        "Ctrl+Shift+W",
        menu,
        one,
        Action.CLOSE_CASE,
        starts_group=True,
    )
    yield spec("case.reopen", N_("Reo&pen case…"), "reopen", "", menu, one, Action.REOPEN_CASE)
    yield spec(
        "case.history", N_("&History of changes"), "history", "Ctrl+H", menu, one, Action.VIEW
    )


def files() -> Iterator[ActionSpec]:
    """The files of a case."""
    spec, menu, page, right = ActionSpec, Menu.CASE, ("case-file",), Action.WORK_CASE
    yield spec("case.attach", N_("Add a &file…"), "attachment", "Ctrl+U", menu, page, right)
    yield spec("file.open", N_("Open t&he file"), "eye", "", menu, page)
    yield spec("file.save", N_("Save a cop&y…"), "save", "", menu, page, Action.EXPORT)
    yield spec("file.remove", N_("Remo&ve the file"), "remove", "", menu, page, right)


def visits() -> Iterator[ActionSpec]:
    """Visits: planned for a case, done, called off."""
    spec, menu, pages = ActionSpec, Menu.CASE, ("visits", "today", "calendar")
    yield spec(
        "case.visit",
        N_("Pla&n a visit…"),
        "visits",
        "Ctrl+Shift+V",
        menu,
        ("case-file", *pages),
        Action.WORK_CASE,
        starts_group=True,
    )
    yield spec(
        "visit.done", N_("Visit &done…"), "check", "Ctrl+Return", menu, pages, Action.MAKE_VISITS
    )
    yield spec(
        "visit.report", N_("&Report of the visit…"), "edit", "F2", menu, ("visits",),
        Action.MAKE_VISITS,
    )  # fmt: skip
    yield spec(
        "case.win_back", N_("&Win-back visit in six steps"), "reopen", "Ctrl+Alt+W", menu,
        ("case-file",),
    )  # fmt: skip
    yield spec("visit.cancel", N_("Can&cel visit…"), "close", "", menu, pages, Action.MAKE_VISITS)


def signals() -> Iterator[ActionSpec]:
    """Signals of customers who leave, that cases come from."""
    spec, menu = ActionSpec, Menu.CASE
    yield spec(
        "signal.accept",
        N_("A&ccept signal and open a case"),
        "check",
        "Ctrl+Return",
        menu,
        ("signals",),
        Action.TRIAGE_SIGNAL,
        starts_group=True,
    )
    yield spec(
        "signal.dismiss",
        N_("&Dismiss signal…"),
        "close",
        "Ctrl+D",
        menu,
        ("signals",),
        Action.TRIAGE_SIGNAL,
    )
    yield spec(
        "signal.snooze",
        N_("Snoo&ze signal…"),
        "snooze",
        "Ctrl+J",
        menu,
        ("signals",),
        Action.TRIAGE_SIGNAL,
    )
