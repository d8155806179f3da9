"""Actions on interviews and questionnaires; see `actions`."""

from collections.abc import Iterator

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu

PAPER = frozenset(
    {
        "interview.paper",
        "interview.second",
        "interview.compare",
        "interview.print",
        "interview.save",
        "interview.export",
    }
)
"""What is done with paper and files stays in its sub-menu."""
SELDOM = frozenset(
    {
        "interview.add",
        "interview.remove",
        "interview.attach",
        "interview.again",
        "interview.hold",
        "interview.drop",
        "interview.script",
    }
)
"""Actions on an interview that have a button where they are needed, or are seldom wanted."""
ORDER = frozenset(
    {"question.group", "question.repeat", "question.ungroup", "question.up", "question.down"}
)
"""What changes the order of questions stays in its sub-menu."""


def held() -> Iterator[ActionSpec]:
    """An interview while it is held."""
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
    yield spec("interview.problem", N_("&Go to the problem"), "warning", "F7", menu.INTERVIEW, form)
    yield spec("interview.mark", N_("Come &back to this"), "flag", "Ctrl+M", menu.INTERVIEW, form)
    yield spec("interview.note", N_("N&ote"), "note", "F8", menu.INTERVIEW, form)
    yield spec(
        "interview.timer", N_("Start or &stop the timer"), "clock", "F9", menu.INTERVIEW, form
    )
    yield spec(
        "interview.script", N_("&Use the script"), "scripts", "F4", menu.INTERVIEW,
        (*form, "case-file"),
        Action.WORK_CASE,
    )  # fmt: skip
    yield spec(
        "interview.add",
        N_("&Add one more"),
        "add",
        "Ctrl+Shift+N",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
        starts_group=True,
    )
    yield spec(
        "interview.remove",
        N_("Re&move this one"),
        "remove",
        "Ctrl+Shift+D",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
    )
    yield spec(
        "interview.attach",
        N_("Attac&h a file…"),
        "attachment",
        "Ctrl+O",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
    )
    yield spec(
        "interview.language",
        N_("Ask in another &language"),
        "language",
        "Ctrl+L",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
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
        "interview.again", N_("Hold ano&ther interview"), "add", "", menu.INTERVIEW, form,
        Action.WORK_CASE,
    )  # fmt: skip
    yield spec(
        "interview.hold", N_("Hold an interview &with…"), "list", "", menu.INTERVIEW,
        ("case-file", "today"), Action.WORK_CASE,
    )  # fmt: skip
    yield spec(
        "interview.drop", N_("Drop this inter&view…"), "delete", "", menu.INTERVIEW, form,
        Action.WORK_CASE,
    )  # fmt: skip
    yield spec(
        "interview.comment", N_("Ne&xt comment of the review"), "note", "Shift+F7", menu.INTERVIEW,
        form,
    )  # fmt: skip
    yield spec(
        "interview.discard",
        N_("&Discard draft…"),
        "delete",
        "",
        menu.INTERVIEW,
        form,
        Action.WORK_CASE,
    )


def paper() -> Iterator[ActionSpec]:
    """Interviews on paper, keyed in, and as files."""
    spec, menu, form, right = ActionSpec, Menu.INTERVIEW, ("interview",), Action.WORK_CASE
    held = (*form, "interviews")
    yield spec(
        "interview.paper",
        N_("&Transcribe paper form"),
        "keyboard",
        "Ctrl+Shift+P",
        menu,
        (*held, "case-file"),
        right,
    )
    yield spec("interview.second", N_("&Key a second time"), "copy", "", menu, form, right)
    yield spec("interview.compare", N_("&Settle the differences"), "merge", "", menu, form, right)
    yield spec(
        "interview.print", N_("Print paper for&m…"), "print", "", menu, (*held, "case-file"), right,
        starts_group=True,
    )  # fmt: skip
    yield spec("interview.save", N_("Save as PD&F…"), "save", "", menu, held, Action.EXPORT)
    yield spec(
        "interview.export", N_("E&xport answers…"), "export", "Ctrl+Shift+X", menu, ("interviews",),
        Action.EXPORT,
    )  # fmt: skip


def questionnaires() -> Iterator[ActionSpec]:
    """The list of questionnaires, and one of them as a whole."""
    spec, menu, may = ActionSpec, Menu.INTERVIEW, Action.EDIT_QUESTIONNAIRE
    lists, one = ("questionnaires",), ("designer",)
    both = (*lists, *one)
    yield spec("questionnaire.list", N_("&Questionnaires"), "list", "", menu)
    yield spec("questionnaire.open", N_("Open in the &designer"), "edit", "F2", menu, lists)
    yield spec("questionnaire.new", N_("&New questionnaire…"), "add", "Ctrl+N", menu, lists, may)
    yield spec(
        "questionnaire.import", N_("Import an &XLSForm…"), "import", "Ctrl+O", menu, lists, may
    )
    yield spec(
        "questionnaire.export", N_("&Save as XLSForm…"), "export", "Ctrl+Shift+X", menu, both,
        Action.EXPORT,
    )  # fmt: skip
    yield spec(
        "questionnaire.duplicate", N_("D&uplicate questionnaire…"), "copy", "Ctrl+D", menu, lists,
        may,
    )  # fmt: skip
    yield spec("questionnaire.title", N_("Change the &title…"), "tag", "", menu, both, may)
    yield spec("questionnaire.retire", N_("&Retire questionnaire…"), "remove", "", menu, lists, may)
    yield spec("questionnaire.restore", N_("Offer it a&gain"), "restore", "", menu, lists, may)
    yield spec(
        "questionnaire.begin", N_("&Begin a new version"), "edit", "Ctrl+E", menu, one, may,
        starts_group=True,
    )  # fmt: skip
    yield spec(
        "questionnaire.publish", N_("&Publish…"), "check-circle", "Ctrl+Return", menu, one, may
    )
    yield spec("questionnaire.discard", N_("Discard the dra&ft…"), "delete", "", menu, one, may)


def questions() -> Iterator[ActionSpec]:
    """The questions of a questionnaire in the designer."""
    spec, menu, one, may = ActionSpec, Menu.INTERVIEW, ("designer",), Action.EDIT_QUESTIONNAIRE
    yield spec(
        "question.new", N_("&New question"), "add", "Ctrl+N", menu, one, may, starts_group=True
    )
    yield spec("question.library", N_("From the &library…"), "folder", "Ctrl+L", menu, one, may)
    yield spec("question.keep", N_("&Keep in the library…"), "star", "", menu, one, may)
    yield spec("question.duplicate", N_("Duplic&ate question"), "copy", "Ctrl+D", menu, one, may)
    yield spec("question.group", N_("Put into a &group"), "folder-add", "Ctrl+G", menu, one, may)
    yield spec("question.repeat", N_("Put into a &repeat"), "refresh", "", menu, one, may)
    yield spec("question.ungroup", N_("Take the gr&oup away"), "folder", "", menu, one, may)
    yield spec("question.up", N_("Move &up"), "chevron-up", "Alt+Up", menu, one, may)
    yield spec("question.down", N_("Move &down"), "chevron-down", "Alt+Down", menu, one, may)
    yield spec("question.remove", N_("Re&move question"), "delete", "", menu, one, may)


def review() -> Iterator[ActionSpec]:
    """The review of interviews: one key each, nothing modal."""
    spec, menu, right = ActionSpec, Menu.INTERVIEW, Action.REVIEW_INTERVIEW
    review = ("reviews",)
    yield spec(
        "interview.review",
        N_("&Review interviews"),
        "check-circle",
        "Ctrl+Shift+U",
        menu,
        permission=right,
    )
    yield spec("review.approve", N_("A&pprove"), "check", "A", menu, review, right)
    yield spec("review.issues", N_("Has i&ssues…"), "flag", "I", menu, review, right)
    yield spec("review.comment", N_("Co&mment on the answer…"), "note", "C", menu, review, right)
    yield spec("review.back", N_("&Take the review back"), "undo", "", menu, review, right)
    yield spec("review.next", N_("&Next interview"), "chevron-down", "N", menu, review)
    yield spec("review.previous", N_("Pre&vious interview"), "chevron-up", "P", menu, review)
    yield spec("review.open", N_("&Open interview"), "interviews", "Ctrl+O", menu, review)


def coding() -> Iterator[ActionSpec]:
    """The coding of answers into themes."""
    spec, menu, right, code = (
        ActionSpec, Menu.INTERVIEW, Action.REVIEW_INTERVIEW, ("coding",)
    )  # fmt: skip
    yield spec(
        "interview.code", N_("Code answers into t&hemes"), "tag", "Ctrl+Shift+T", menu,
        permission=right,
    )  # fmt: skip
    yield spec("coding.save", N_("&Save and next"), "check", "Ctrl+Return", menu, code, right)
    yield spec(
        "coding.back", N_("&Back to the last answer"), "back", "Shift+Return", menu, code, right
    )
    yield spec("coding.skip", N_("S&kip this answer"), "forward", "S", menu, code, right)
    yield spec("theme.rename", N_("&Rename theme…"), "edit", "F2", menu, code, right)
    yield spec("theme.merge", N_("&Merge themes…"), "merge", "", menu, code, right)
    yield spec("theme.retire", N_("Re&tire theme"), "remove", "", menu, code, right)
    yield spec("theme.restore", N_("O&ffer theme again"), "restore", "", menu, code, right)
