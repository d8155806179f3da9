"""Loads the modules of the window behind what is on the screen.

What knows no Qt, nearly all of it, is loaded by a thread (`load_program`, `load_rest`). Modules
that define widgets are loaded by the window's own thread, a few at a time (`PartLoader`): PySide
keeps its classes in a table that Qt reads without Python's lock, so a class that another thread
defines at this moment can end the program (decision 0017).
"""

import importlib
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from desktop_app import clock

_PROGRAM = (
    "nacl.public",  # these three for the key
    "nacl.pwhash",
    "nacl.secret",
    "pydantic.dataclasses",  # for the first rules that are read
    "db.workspace",
    "desktop_app.columns.signals",
    "desktop_app.columns.work",
    "desktop_app.domain.dialling",
    "desktop_app.services.journal",
    "desktop_app.services.work",
)
WINDOW = (
    "desktop_app.ui.list_export",
    "desktop_app.ui.window_search",
    "desktop_app.ui.main_window",
    "desktop_app.ui.pages.today",
    "desktop_app.ui.workspace_files",
)
"""What `app` makes the window of."""
_REST = (
    "html",
    "wave",  # reminders may be heard
    "lxml.etree",  # reads questionnaires
    "pypinyin",  # finds reasons by pinyin
    "desktop_app.importing.load",
    "desktop_app.reports.figures",
    "desktop_app.session_bus",
    "desktop_app.typed_numbers",
)
_REST_WHOLE = (
    "desktop_app.columns",
    "desktop_app.domain",
    "desktop_app.questionnaire",
    "desktop_app.services",
)


def load_program() -> None:
    """Import what the window needs but its widgets; quick when it is there already."""
    for name in _PROGRAM:
        importlib.import_module(name)
    from db import task_force_files, workspace  # noqa: PLC0415

    workspace.warm_up()
    task_force_files.fixed_dates()  # the queue asks which days are worked
    task_force_files.fixed_holidays(clock.today().year)


def load_rest() -> None:
    """Import what the other pages and an interview need but their widgets, for a quick visit."""
    import pkgutil  # noqa: PLC0415  (the sign-in dialog paints without it)

    for name in _REST:
        importlib.import_module(name)
    for package in _REST_WHOLE:
        for each in pkgutil.iter_modules(importlib.import_module(package).__path__):
            importlib.import_module(f"{package}.{each.name}")
    from db import reference, search  # noqa: PLC0415

    search.tokens("热")  # reads the tables of pinyin
    reference.probes()


def page_modules() -> tuple[str, ...]:
    """The modules of all pages, and of what the window makes when all is loaded."""
    from desktop_app.ui.pages import PAGES  # noqa: PLC0415  (texts of all pages)

    places = dict.fromkeys(spec.place.partition(":")[0] for spec in PAGES)
    return (*places, "desktop_app.ui.reminder_desk")


class PartLoader(QObject):
    """Imports modules with widgets on the window's thread; keys and paints come in between."""

    def __init__(self, parent: QObject, names: tuple[str, ...], then: Callable[[], object]) -> None:
        """Begin with the first module as soon as the thread has nothing else to do.

        Args:
            parent: Without it the loader ends.
            names: Modules; what they need that knows no Qt should be loaded already.
            then: Called when all are there.
        """
        super().__init__(parent)
        self._names, self._then = list(reversed(names)), then
        QTimer.singleShot(0, self, self._step)

    def _step(self) -> None:
        if self._names:
            importlib.import_module(self._names.pop())
            QTimer.singleShot(0, self, self._step)
            return
        self._then()
        self.deleteLater()
