"""A customer asks to cancel: one key from any page leads into the case, on the call."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import Role, RuleKind
from desktop_app.services import calls, journal
from desktop_app.settings import Settings
from desktop_app.ui import window_search
from desktop_app.ui.command_palette import CommandPalette
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.pages import PAGES
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.window_actions import WindowServices
from tests.ui.shop import NAMES, fill

SERVICES = WindowServices(journal.undo, journal.title_text, window_search.find)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def window(
    qtbot: QtBot, tasks: Tasks, admin: Actor, shop: dict[str, uuid.UUID], tmp_path: Path
) -> Iterator[MainWindow]:
    """The window with its real pages."""
    made = MainWindow(tasks, Settings(), admin, tmp_path, PAGES, SERVICES)
    with qtbot.waitExposed(made):
        made.show()
    made.start()
    yield made
    qtbot.waitUntil(lambda: not tasks.is_busy())
    made.close()
    made.deleteLater()


def on_call(qtbot: QtBot, window: MainWindow) -> Any:
    """The case that was opened, with its call under way."""

    def is_shown() -> bool:
        page: Any = window.current_page()
        return page.SPEC.id == "case-file" and page.view is not None and page.call.is_open

    qtbot.waitUntil(is_shown)
    page: Any = window.current_page()
    qtbot.waitUntil(lambda: page.call.script.state is not None)
    return page


def test_that_the_customer_of_the_page_is_taken(
    qtbot: QtBot, window: MainWindow, shop: dict[str, uuid.UUID], admin: Actor
) -> None:
    window.navigate("customer-card", shop["K3"])
    card: Any = window.current_page()
    qtbot.waitUntil(lambda: card.customer() == shop["K3"])
    window.actions_by_id.run("customer.cancel_request")
    page = on_call(qtbot, window)
    row = page.view.file.row
    assert (row.customer_id, row.kind) == (shop["K3"], RuleKind.CANCEL_REQUEST)
    assert row.owner == admin.name
    assert page.strip.timer.is_running
    assert "asks to cancel" in page.call.script.heading.text()
    page.strip.timer.stop()
    window.actions_by_id.run("customer.cancel_request")  # from the case: the same one
    qtbot.waitUntil(lambda: page.strip.timer.is_running)
    assert page.view.id == row.id


def test_that_it_is_asked_which_customer_where_none_is_chosen(
    qtbot: QtBot, window: MainWindow, shop: dict[str, uuid.UUID]
) -> None:
    window.navigate("settings")
    window.actions_by_id.run("customer.cancel_request")
    palette = window.findChildren(CommandPalette)[-1]
    assert palette.windowTitle() == "Who asks to cancel?"
    palette.line.setText(NAMES["K5"])
    qtbot.waitUntil(lambda: palette.model.rowCount() == 1)
    palette._choose(palette.model.index(0, 0))
    assert on_call(qtbot, window).view.file.row.customer_id == shop["K5"]


def test_that_another_customer_than_the_chosen_one_can_ask(
    qtbot: QtBot, window: MainWindow, shop: dict[str, uuid.UUID]
) -> None:
    window.navigate("customer-card", shop["K3"])
    card: Any = window.current_page()
    qtbot.waitUntil(lambda: card.customer() == shop["K3"])
    window.actions_by_id.run("customer.cancel_search")
    palette = window.findChildren(CommandPalette)[-1]
    palette.line.setText("K4")
    qtbot.waitUntil(lambda: palette.model.rowCount() == 1)
    palette._choose(palette.model.index(0, 0))
    assert on_call(qtbot, window).view.file.row.customer_id == shop["K4"]


def test_that_a_case_of_somebody_else_is_told(
    qtbot: QtBot,
    window: MainWindow,
    tasks: Tasks,
    database: Database,
    actors: dict[Role, Actor],
    shop: dict[str, uuid.UUID],
) -> None:
    with database.write(actors[Role.ADMINISTRATOR]) as session:
        calls.cancel_request(session, shop["K3"])
    tasks._actor = actors[Role.AGENT]
    window.cancel_requests.take(shop["K3"])
    qtbot.waitUntil(lambda: "put the call through" in window.messages.text)
