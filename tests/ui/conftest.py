"""A look, tasks on a real database and a page context for the tests of the window."""

import gc
from collections.abc import Iterator
from gc import freeze
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from desktop_app.settings import Settings, Theme
from desktop_app.ui import theme
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.app import flush_deleted
from desktop_app.ui.message_bar import MessageBar
from desktop_app.ui.page import PageContext
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.window_state import WindowState
from tests.conftest import let_go
from tests.ui.shop import not_pressed


@pytest.fixture(scope="module", autouse=True)
def seasoned() -> None:
    """What other modules left is not looked through again after each test of this one."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def look(qapp: QApplication, quick_keys: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The light scheme, no key down, an empty clipboard; windows a test leaves are deleted while
    Qt is whole."""
    for name in ("freeze", "unfreeze"):  # what was frozen stays so when a test ends the program
        monkeypatch.setattr(gc, name, lambda: None)
    theme.apply(qapp, Settings(theme=Theme.LIGHT))
    let_go()
    QGuiApplication.clipboard().clear()
    gc.disable()  # as in the program: a collection in a worker could delete Qt objects
    yield
    left = not_pressed()
    for window in QApplication.topLevelWidgets():
        window.deleteLater()  # what nobody owns would hear of the next test's look
    flush_deleted()
    gc.collect()
    freeze()  # what outlives a test is not looked through again after every one to come
    gc.enable()
    assert left == [], "these buttons were to be pressed, and no question came"


@pytest.fixture
def tasks(qapp: QApplication, database: Database, admin: Actor) -> Iterator[Tasks]:
    """Tasks of the administrator; ended with the test."""
    made = Tasks(database, admin)
    yield made
    made.shutdown()
    made.deleteLater()


@pytest.fixture
def context(qtbot: QtBot, tasks: Tasks, admin: Actor, tmp_path: Path) -> PageContext:
    """What a page is given, without a window; `went` on the host lists where it navigated."""
    host = QWidget()
    qtbot.addWidget(host)
    went: list[tuple[str, object]] = []
    host.setProperty("went", went)
    messages = MessageBar(host)
    tasks.problem.connect(lambda error: messages.error(error.message))
    return PageContext(
        tasks,
        Settings(),
        admin,
        messages,
        lambda page, target=None: went.append((page, target)),
        ActionSet(admin.role, host),
        WindowState(admin.login, host),
        tmp_path,
    )
