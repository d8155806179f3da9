"""Actions of the calendar; see `actions`."""

from collections.abc import Iterator

from desktop_app.i18n import N_
from desktop_app.ui.action_spec import ActionSpec, Menu

PAGE = ("calendar",)


def moving() -> Iterator[ActionSpec]:
    """Putting a planned contact elsewhere; whose may be moved, the service decides."""
    yield ActionSpec(
        "calendar.move", N_("&Move in the calendar…"), "calendar", "Ctrl+M", Menu.CASE, PAGE
    )


def files() -> Iterator[ActionSpec]:
    """The day and the calendar as files; one's own may be taken without the right to export."""
    spec, menu = ActionSpec, Menu.FILE
    yield spec(
        "visit.day_pack", N_("&Day pack…"), "print", "Ctrl+Alt+Q", menu, ("visits", *PAGE),
        starts_group=True,
    )  # fmt: skip
    yield spec("calendar.export", N_("Export the &calendar…"), "export", "", menu, PAGE)
    yield spec("calendar.keep", N_("&Keep a calendar file up to date…"), "refresh", "", menu, PAGE)


def looking() -> Iterator[ActionSpec]:
    """Which days, and how; the keys without Ctrl work where the calendar has the keyboard."""
    spec, menu = ActionSpec, Menu.VIEW
    yield spec("calendar.day", N_("&Daily"), "", "", menu, PAGE)
    yield spec("calendar.week", N_("&Weekly"), "", "", menu, PAGE)
    yield spec("calendar.month", N_("&Monthly"), "", "", menu, PAGE)
    yield spec("calendar.team", N_("&People"), "team", "", menu, PAGE)
    yield spec("calendar.today", N_("&Today in the calendar"), "today", "", menu, PAGE)
    yield spec("calendar.earlier", N_("&Earlier"), "chevron-left", "", menu, PAGE)
    yield spec("calendar.later", N_("&Later"), "chevron-right", "", menu, PAGE)


FOLDED = frozenset(spec.id for spec in looking())
"""They stay in their sub-menu."""
