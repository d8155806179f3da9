"""Every action of the window in one table: text, icon, shortcut, menu, page and permission.

Menus, context menus, buttons, the palette, the list of shortcuts and the manual come from it. A
page connects an action by its id (``Page.actions``); a test refuses one key for two on a page.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_


class Menu(StrEnum):
    """The menus of the menu bar, in order."""

    FILE = "file"
    EDIT = "edit"
    VIEW = "view"
    CUSTOMER = "customer"
    CASE = "case"
    INTERVIEW = "interview"
    REPORT = "report"
    TOOLS = "tools"
    HELP = "help"


MENU_TITLES = MappingProxyType(
    {
        Menu.FILE: N_("&File"),
        Menu.EDIT: N_("&Edit"),
        Menu.VIEW: N_("&View"),
        Menu.CUSTOMER: N_("&Customer"),
        Menu.CASE: N_("C&ase"),
        Menu.INTERVIEW: N_("&Interview"),
        Menu.REPORT: N_("&Report"),
        Menu.TOOLS: N_("&Tools"),
        Menu.HELP: N_("&Help"),
    }
)


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One action.

    Attributes:
        id: Name a page connects by.
        text: English text with its mnemonic, marked with ``N_``.
        icon: Name of a file in ``resources/icons``; empty for none.
        shortcut: Key sequence in Qt's portable form; empty for none.
        menu: Where it stands in the menu bar.
        pages: Ids of the pages that know it; empty: the whole window.
        permission: What the role must be allowed; ``None``: everybody.
        starts_group: Whether a line stands above it in its menu.
    """

    id: str
    text: str
    icon: str
    shortcut: str
    menu: Menu
    pages: tuple[str, ...] = ()
    permission: Action | None = None
    starts_group: bool = False

    def shares_scope(self, other: "ActionSpec") -> bool:
        """Whether both can be reached from one page."""
        return not self.pages or not other.pages or bool(set(self.pages) & set(other.pages))


def _actions() -> Iterator[ActionSpec]:
    yield from _window()
    yield from _customers()
    yield from _cases()
    yield from _work()


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
    yield spec("page.refresh", N_("&Reload"), "refresh", "F5", menu.VIEW, starts_group=True)
    yield spec("page.next_pane", N_("Next p&ane"), "", "F6", menu.VIEW)
    yield spec(
        "view.theme", N_("&Light or dark"), "moon", "Ctrl+Alt+T", menu.VIEW, starts_group=True
    )
    yield spec("view.language", N_("Change lan&guage"), "language", "Ctrl+Alt+L", menu.VIEW)
    yield spec("view.density", N_("&Dense or airy lists"), "list", "Ctrl+Alt+D", menu.VIEW)

    yield spec("help.page", N_("&About this page"), "help", "F1", menu.HELP)
    yield spec("help.shortcuts", N_("&Keyboard shortcuts"), "keyboard", "Shift+F1", menu.HELP)
    yield spec("help.logs", N_("Open the &log folder"), "folder", "", menu.HELP, starts_group=True)
    yield spec("help.about", N_("About &Winback Desk"), "info", "", menu.HELP)


def _customers() -> Iterator[ActionSpec]:
    spec, menu = ActionSpec, Menu.CUSTOMER
    lists, card = ("customers",), ("customer-card",)
    both = (*lists, *card)
    yield spec(
        "customer.open",
        N_("&Open customer"),
        "user",
        "",
        menu,
        ("customers", "cases", "case-file", "signals", "today", "visits", "interviews"),
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
        "customer.cancel_request",
        N_("Customer asks to &cancel…"),
        "door",
        "",
        menu,
        (*lists, *card),
        Action.OPEN_CASE,
        starts_group=True,
    )
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


def _cases() -> Iterator[ActionSpec]:
    spec, menu = ActionSpec, Menu.CASE
    lists, one = ("cases",), ("case-file",)
    both = (*lists, *one)
    yield spec(
        "case.open",
        N_("&Open case"),
        "cases",
        "",
        menu,
        ("cases", "today", "signals", "customer-card", "reports", "visits", "interviews"),
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
        "case.assign", N_("&Assign…"), "assign", "Ctrl+Shift+A", menu, both, Action.ASSIGN_CASE
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
        N_("Start or stop the call ti&mer"),
        "clock",
        "F9",
        menu,
        (*one, "today"),
        Action.WORK_CASE,
    )
    yield spec(
        "case.visit",
        N_("Plan a &visit…"),
        "visits",
        "Ctrl+Shift+V",
        menu,
        (*one, "visits", "today"),
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
    yield spec("case.offer", N_("O&ffer…"), "offer", "Ctrl+O", menu, one, Action.WORK_CASE)
    yield spec("case.note", N_("Add a n&ote…"), "note", "F8", menu, one, Action.WORK_CASE)
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
    yield spec(
        "view.save",
        N_("&Save this view…"),
        "star",
        "Ctrl+Shift+B",
        menu,
        ("cases", "customers", "signals"),
        Action.SAVE_VIEW,
        starts_group=True,
    )

    yield spec(
        "signal.accept",
        N_("Accept si&gnal and open a case"),
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


def _work() -> Iterator[ActionSpec]:
    spec, menu = ActionSpec, Menu
    form = ("interview",)
    yield spec(
        "interview.finish",
        N_("&Finish interview"),
        "check-circle",
        "Ctrl+Return",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
    )
    yield spec(
        "interview.next", N_("&Next question"), "chevron-down", "Ctrl+PgDown", menu.INTERVIEW, form
    )
    yield spec(
        "interview.previous",
        N_("&Previous question"),
        "chevron-up",
        "Ctrl+PgUp",
        menu.INTERVIEW,
        form,
    )
    yield spec("interview.jump", N_("&Jump to a question…"), "list", "Ctrl+G", menu.INTERVIEW, form)
    yield spec("interview.mark", N_("Come &back to this"), "flag", "Ctrl+M", menu.INTERVIEW, form)
    yield spec("interview.note", N_("N&ote"), "note", "F8", menu.INTERVIEW, form)
    yield spec(
        "interview.timer", N_("Start or stop the &timer"), "clock", "F9", menu.INTERVIEW, form
    )
    yield spec(
        "interview.reopen",
        N_("&Re-open interview"),
        "reopen",
        "",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
    )
    yield spec(
        "interview.discard",
        N_("&Discard draft…"),
        "delete",
        "",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
    )

    yield spec(
        "visit.done",
        N_("Visit &done…"),
        "check",
        "Ctrl+Return",
        menu.CASE,
        ("visits", "today"),
        Action.WORK_CASE,
        starts_group=True,
    )
    yield spec(
        "visit.cancel",
        N_("Cancel &visit…"),
        "close",
        "",
        menu.CASE,
        ("visits", "today"),
        Action.WORK_CASE,
    )

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
        "data.import_customers": ("data", "customers"),
        "data.import_orders": ("data", "orders"),
        "data.backup": ("data", "backup"),
        "data.restore": ("data", "restore"),
        "signal.scan": ("signals", "scan"),
    }
)
"""Window-wide actions that a page does: action id to page and what ``show_record`` is given."""
