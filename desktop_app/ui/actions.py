"""Every action of the window in one table: text, icon, shortcut, menu, page and permission.

Menus, context menus, buttons, the palette, the list of shortcuts and the manual come from it. A
page connects an action by its id (``Page.actions``); a test refuses one key for two on a page.
"""

from collections.abc import Iterator
from types import MappingProxyType

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui import (
    actions_cadence,
    actions_calendar,
    actions_case,
    actions_charges,
    actions_duties,
    actions_interview,
    actions_offers,
    actions_promises,
    actions_scripts,
    actions_team,
)
from desktop_app.ui.action_spec import MENU_TITLES, ActionSpec, Menu, Subject, about

__all__ = ["ACTIONS", "ELSEWHERE", "MENU_TITLES", "ROUTES", "ActionSpec", "Menu"]


def _actions() -> Iterator[ActionSpec]:
    yield from _window()
    yield from actions_case.customers()
    yield from about(Subject.PROMISES, actions_promises.follow_up())
    yield from about(Subject.DUTIES, actions_duties.duties())
    yield from about(Subject.CADENCE, actions_cadence.cadence())
    yield from actions_charges.everywhere()
    yield from about(Subject.CHARGES, actions_charges.charges())
    yield from about(Subject.HANDOVER, actions_charges.wizard())
    yield from about(Subject.CASES, actions_case.cases(), actions_case.SELDOM)
    yield from about(Subject.FILES, actions_case.files(), actions_case.FILES)
    yield from about(Subject.VISITS, actions_case.visits(), actions_case.STEPS)
    yield from about(Subject.VISITS, actions_calendar.moving())
    yield from actions_calendar.files()
    yield from about(Subject.CALENDAR, actions_calendar.looking(), actions_calendar.FOLDED)
    yield from about(Subject.SIGNALS, actions_case.signals())
    yield from about(Subject.CASE_OFFERS, actions_offers.in_cases())
    yield from about(Subject.APPROVALS, actions_offers.approvals())
    yield from about(Subject.LIBRARY, actions_offers.library())
    yield from about(Subject.INTERVIEW, actions_interview.held(), actions_interview.SELDOM)
    yield from about(Subject.PAPER, actions_interview.paper(), actions_interview.PAPER)
    yield from about(Subject.SCRIPTS, actions_scripts.scripts())
    yield from about(Subject.STEPS, actions_scripts.steps(), actions_scripts.ORDER)
    yield from about(Subject.SNIPPETS, actions_scripts.snippets())
    yield from _work()
    yield from actions_team.team()
    yield from about(Subject.QUESTIONNAIRES, actions_interview.questionnaires())
    yield from about(Subject.QUESTIONS, actions_interview.questions(), actions_interview.ORDER)
    yield from about(Subject.REVIEW, actions_interview.review())
    yield from about(Subject.CODING, actions_interview.coding())


def _window() -> Iterator[ActionSpec]:
    spec, menu = ActionSpec, Menu
    yield spec("app.workspace", N_("Open another &workspace…"), "folder", "Ctrl+Shift+O", menu.FILE)
    yield spec("record.save", N_("&Save"), "save", "Ctrl+S", menu.FILE, starts_group=True)
    yield spec(
        "list.export",
        N_("&Export what I see…"),
        "export",
        "Ctrl+Shift+E",
        menu.FILE,
        permission=Action.EXPORT,
    )
    yield spec("page.print", N_("&Print…"), "print", "Ctrl+P", menu.FILE)
    yield spec("app.sign_out", N_("Sign &out"), "sign-out", "", menu.FILE, starts_group=True)
    yield spec("app.quit", N_("&Quit"), "", "Ctrl+Q", menu.FILE)

    yield spec(
        "edit.undo",
        N_("&Undo my last change"),
        "undo",
        "Ctrl+Z",
        menu.EDIT,
        permission=Action.UNDO_OWN,
    )
    yield spec(
        "edit.redo",
        N_("&Redo what was undone"),
        "redo",
        "Ctrl+Y",
        menu.EDIT,
        permission=Action.UNDO_OWN,
    )
    yield spec("list.copy", N_("&Copy rows"), "copy", "Ctrl+Shift+C", menu.EDIT, starts_group=True)
    yield spec("list.select_all", N_("Select &all"), "", "Ctrl+Shift+L", menu.EDIT)
    yield spec("page.find", N_("&Find here"), "search", "Ctrl+F", menu.EDIT, starts_group=True)
    yield spec("app.palette", N_("&Go to anything…"), "command", "Ctrl+K", menu.EDIT)

    yield spec("nav.back", N_("&Back"), "back", "Alt+Left", menu.VIEW)
    yield spec("nav.forward", N_("&Forward"), "forward", "Alt+Right", menu.VIEW)
    yield spec("reminder.list", N_("Rem&inders"), "bell", "F11", menu.VIEW)
    yield spec("reminder.try", N_("Tr&y a reminder"), "play", "", menu.TOOLS)
    yield spec(
        "list.previous",
        N_("&Previous in the list"),
        "chevron-up",
        "Ctrl+Up",
        menu.VIEW,
        starts_group=True,
    )
    yield spec("list.next", N_("&Next in the list"), "chevron-down", "Ctrl+Down", menu.VIEW)
    yield spec("list.columns", N_("&Columns…"), "columns", "", menu.VIEW)
    yield spec(
        "view.save",
        N_("&Save this view…"),
        "star",
        "Ctrl+Shift+B",
        menu.VIEW,
        ("cases", "customers", "signals"),
        Action.SAVE_VIEW,
    )
    yield spec("page.refresh", N_("&Reload"), "refresh", "F5", menu.VIEW, starts_group=True)
    yield spec("page.next_pane", N_("Next p&ane"), "", "F6", menu.VIEW)
    yield spec("page.previous_pane", N_("Pre&vious pane"), "", "Shift+F6", menu.VIEW)
    yield spec(
        "view.theme", N_("&Light or dark"), "moon", "Ctrl+Alt+T", menu.VIEW, starts_group=True
    )
    yield spec("view.language", N_("Change lan&guage"), "language", "Ctrl+Alt+L", menu.VIEW)
    yield spec("view.density", N_("&Dense or airy lists"), "list", "Ctrl+Alt+D", menu.VIEW)

    yield spec("help.page", N_("&About this page"), "help", "F1", menu.HELP)
    yield spec("help.shortcuts", N_("&Keyboard shortcuts"), "keyboard", "Shift+F1", menu.HELP)
    yield spec("help.logs", N_("Open the &log folder"), "folder", "", menu.HELP, starts_group=True)
    yield spec("help.about", N_("About &Winback Desk"), "info", "", menu.HELP)


def _work() -> Iterator[ActionSpec]:
    spec, menu = ActionSpec, Menu
    report = ("reports",)
    yield spec(
        "report.run", N_("&Show report"), "play", "Ctrl+Return", menu.REPORT, report, Action.REPORT
    )
    yield spec(
        "report.excel",
        N_("Save as &Excel…"),
        "export",
        "Ctrl+Shift+X",
        menu.REPORT,
        (*report, "case-file"),
        Action.EXPORT,
    )
    yield spec(
        "report.pdf",
        N_("Save as &PDF…"),
        "print",
        "Ctrl+Shift+D",
        menu.REPORT,
        (*report, "case-file"),
        Action.EXPORT,
    )

    yield spec(
        "data.import_customers",
        N_("Import &customers…"),
        "import",
        "Ctrl+Shift+I",
        menu.TOOLS,
        permission=Action.IMPORT,
    )
    yield spec(
        "data.import_orders",
        N_("Import &orders…"),
        "import",
        "",
        menu.TOOLS,
        permission=Action.IMPORT,
    )
    yield spec(
        "data.import_visits",
        N_("Import &visits made…"),
        "import",
        "",
        menu.TOOLS,
        permission=Action.IMPORT,
    )
    yield spec(
        "data.import_renewals",
        N_("Import re&newals…"),
        "import",
        "",
        menu.TOOLS,
        permission=Action.IMPORT,
    )
    yield spec(
        "signal.scan",
        N_("&Look for departing customers…"),
        "signals",
        "Ctrl+Shift+S",
        menu.TOOLS,
        permission=Action.SCAN,
    )
    yield spec(
        "rule.edit",
        N_("Edit &rule…"),
        "rules",
        "",
        menu.TOOLS,
        ("settings",),
        Action.EDIT_RULES,
        starts_group=True,
    )
    yield spec(
        "reason.new",
        N_("Ne&w reason…"),
        "add",
        "Ctrl+Shift+N",
        menu.TOOLS,
        ("settings",),
        Action.EDIT_REFERENCE,
    )
    yield spec(
        "reason.edit",
        N_("Edit r&eason…"),
        "edit",
        "",
        menu.TOOLS,
        ("settings",),
        Action.EDIT_REFERENCE,
    )
    yield spec(
        "user.new",
        N_("New &user…"),
        "add",
        "Ctrl+N",
        menu.TOOLS,
        ("settings",),
        Action.MANAGE_USERS,
    )
    yield spec(
        "change.undo",
        N_("Undo this c&hange…"),
        "undo",
        "Ctrl+Shift+Z",
        menu.TOOLS,
        ("data",),
        Action.UNDO_OWN,
    )
    yield spec(
        "data.backup",
        N_("&Back up now"),
        "backup",
        "",
        menu.TOOLS,
        permission=Action.BACKUP,
        starts_group=True,
    )
    yield spec(
        "data.restore",
        N_("Res&tore a backup…"),
        "restore",
        "",
        menu.TOOLS,
        permission=Action.RESTORE,
    )


ACTIONS: tuple[ActionSpec, ...] = tuple(_actions())
"""The table. Order is the order in the menus."""

ROUTES = MappingProxyType(
    {
        **actions_charges.ROUTES,
        **actions_offers.ROUTES,
        **actions_scripts.ROUTES,
        "data.import_customers": ("data", "customers"),
        "data.import_orders": ("data", "orders"),
        "data.import_visits": ("data", "visits"),
        "data.import_renewals": ("data", "renewals"),
        "data.backup": ("data", "backup"),
        "data.restore": ("data", "restore"),
        "signal.scan": ("signals", "scan"),
        "interview.review": ("reviews", None),
        "interview.code": ("coding", None),
        "customer.exit": ("exit-registration", "new"),
        "questionnaire.list": ("questionnaires", "list"),
        "experiment.list": ("experiments", None),
    }
)
"""Window-wide actions that a page does: action id to page and what ``show_record`` is given."""

ELSEWHERE = MappingProxyType({"customer.new": ("customers", "new")})
"""Actions of one page that *go to anything* offers on all: their keys mean another thing there."""
