"""Actions on scripts, their steps and snippets; see `actions`."""

from collections.abc import Iterator
from types import MappingProxyType

from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu

_LIST, _EDITOR, _SNIPPETS = ("scripts",), ("script-editor",), ("snippets",)
_BOTH = (*_LIST, *_EDITOR)

ORDER = frozenset({"step.up", "step.down"})
"""What changes the order of steps stays in its sub-menu."""

ROUTES = MappingProxyType({"script.list": ("scripts", None), "snippet.list": ("snippets", None)})
"""Window-wide actions that a page of scripts does."""


def scripts() -> Iterator[ActionSpec]:
    """Whole scripts, from their list and from the editor."""
    spec, menu, may = ActionSpec, Menu.SCRIPT, Action.EDIT_SCRIPT
    yield spec("script.list", N_("&Scripts"), "scripts", "", menu)
    yield spec("script.new", N_("&New script…"), "add", "Ctrl+N", menu, _LIST, may)
    yield spec("script.open", N_("&Open script"), "edit", "", menu, _LIST)
    yield spec("script.copy", N_("Ma&ke a copy…"), "copy", "Ctrl+D", menu, _LIST, may)
    yield spec("script.begin", N_("&Begin a new version"), "edit", "Ctrl+E", menu, _EDITOR, may)
    yield spec("script.publish", N_("Pub&lish…"), "check-circle", "Ctrl+Return", menu, _EDITOR, may)
    yield spec("script.try", N_("Tr&y it out"), "play", "F9", menu, _BOTH)
    yield spec("script.compare", N_("Com&pare versions"), "swap", "Ctrl+Shift+V", menu, _BOTH)
    yield spec("script.title", N_("Change the &title…"), "tag", "", menu, _BOTH, may)
    yield spec(
        "script.import", N_("I&mport a script…"), "import", "", menu, _LIST, may,
        starts_group=True,
    )  # fmt: skip
    yield spec("script.export", N_("Save as &file…"), "export", "Ctrl+Shift+X", menu, _BOTH, may)
    yield spec(
        "script.discard", N_("&Discard the draft…"), "delete", "", menu, _EDITOR, may,
        starts_group=True,
    )  # fmt: skip
    yield spec(
        "script.retire", N_("&Retire script…"), "remove", "", menu, _LIST, may, starts_group=True
    )
    yield spec("script.restore", N_("Offer script &again"), "restore", "", menu, _LIST, may)


def steps() -> Iterator[ActionSpec]:
    """The steps of a script in the editor."""
    spec, menu, may = ActionSpec, Menu.SCRIPT, Action.EDIT_SCRIPT
    yield spec("step.new", N_("Ne&w step"), "add", "Ctrl+N", menu, _EDITOR, may, starts_group=True)
    yield spec("step.copy", N_("&Copy step"), "copy", "Ctrl+D", menu, _EDITOR, may)
    yield spec("step.remove", N_("Remo&ve step"), "delete", "", menu, _EDITOR, may)
    yield spec("step.up", N_("Move &up"), "chevron-up", "Alt+Up", menu, _EDITOR, may)
    yield spec("step.down", N_("Move &down"), "chevron-down", "Alt+Down", menu, _EDITOR, may)
    yield spec("step.picture", N_("D&iagram"), "tree", "Ctrl+G", menu, _EDITOR, starts_group=True)
    yield spec("step.problem", N_("&Go to the problem"), "warning", "F7", menu, _EDITOR)


def snippets() -> Iterator[ActionSpec]:
    """Answers to objections that are called by `::`."""
    spec, menu, may = ActionSpec, Menu.SCRIPT, Action.EDIT_SCRIPT
    yield spec("snippet.list", N_("Snipp&ets"), "quote", "", menu)
    yield spec("snippet.new", N_("&New snippet"), "add", "Ctrl+N", menu, _SNIPPETS, may)
    yield spec("snippet.retire", N_("&Retire snippet"), "remove", "", menu, _SNIPPETS, may)
    yield spec("snippet.restore", N_("Offer snippet &again"), "restore", "", menu, _SNIPPETS, may)
