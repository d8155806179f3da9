"""Loads the modules of the window in the background, while a person types the password.

Together they take longer to import than the sign-in dialog takes to paint.
"""

import importlib

from desktop_app import clock

_MODULES = (
    "nacl.public",  # these three for the key
    "nacl.pwhash",
    "nacl.secret",
    "pydantic.dataclasses",  # for the first rules that are read
    "db.workspace",
    "desktop_app.services.journal",
    "desktop_app.ui.list_export",
    "desktop_app.ui.window_search",
    "desktop_app.ui.main_window",
    "desktop_app.ui.pages.today",
    "desktop_app.ui.workspace_files",
)


_LATER = (
    "lxml.etree",  # reads questionnaires
    "pypinyin",  # finds reasons by pinyin
    "desktop_app.services.day",
    "desktop_app.services.duties",
    "desktop_app.services.handovers",
    "desktop_app.services.reminders",
    "desktop_app.ui.reminder_desk",
)


def load_program() -> None:
    """Import what the window needs; quick when it is there already."""
    for name in _MODULES:
        importlib.import_module(name)
    from db import task_force_files, workspace  # noqa: PLC0415

    workspace.warm_up()
    task_force_files.fixed_dates()  # the queue asks which days are worked
    task_force_files.fixed_holidays(clock.today().year)


def load_pages() -> None:
    """Import the pages that were not visited yet and what an interview reads, for a quick visit."""
    from desktop_app.ui.pages import PAGES, page_class  # noqa: PLC0415

    for spec in PAGES:
        page_class(spec)
    for name in _LATER:
        importlib.import_module(name)
    from db import reference, search  # noqa: PLC0415

    search.tokens("热")  # reads the tables of pinyin
    reference.probes()
