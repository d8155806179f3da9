"""A small shop for the tests of pages, and how to drive pages and dialogs."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from db import keys
from db.models import Customer
from db.session import SYSTEM, Actor, Database
from db.workspace import Opened
from desktop_app.domain.contact_rules import ContactPolicy
from desktop_app.domain.customers import CustomerDraft
from desktop_app.services import contact_permission, customers, workspace_settings
from desktop_app.ui import theme
from desktop_app.ui.action_set import plain_text
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.page import Page, PageContext
from desktop_app.ui.workspace_files import WorkspaceFiles
from tests.world import add_customers, add_orders, once

LAST = dt.date(2026, 8, 31)
NAMES = {
    "K1": "华信贸易有限公司",
    "K2": "王小明",
    "K3": "李静",
    "K4": "赵敏",
    "K5": "周强",
    "K6": "孙丽",
}
"""K1 buys every ten days until the last day; K2 did so and fell silent 100 days ago; K3 bought
twice; the others never."""


ALWAYS = ContactPolicy(
    quiet_from=dt.time(0), quiet_until=dt.time(0), lunch_from=None, lunch_until=None
)
"""Customers may be called at any hour: tests run at any hour, too."""


def fill(database: Database, actor: Actor) -> dict[str, uuid.UUID]:
    """Customers with orders; returns their keys by number."""
    return once(database, "shop", lambda: _fill(database, actor))


def _fill(database: Database, actor: Actor) -> dict[str, uuid.UUID]:
    with database.write(SYSTEM) as session:
        workspace_settings.change_draft(session, contact_permission.KEY, ALWAYS)
    made = add_customers(database, actor, NAMES, phone="13812348000")
    ten = dt.timedelta(days=10)
    add_orders(database, actor, made["K1"], [(LAST - n * ten, 100_00) for n in range(30)])
    silent = LAST - dt.timedelta(days=100)
    add_orders(database, actor, made["K2"], [(silent - n * ten, 50_00) for n in range(12)])
    add_orders(database, actor, made["K3"], [(LAST - 30 * ten, 7_00), (LAST, 5_00)])
    return made


@dataclass
class Stage:
    """Shows pages and waits for what they do."""

    qtbot: QtBot
    context: PageContext
    places: list[tuple[str, object]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context = replace(self.context, navigate=self._go)

    def _go(self, page: str, target: object = None) -> None:
        self.places.append((page, target))

    def show(self, page_type: type[Page], target: object = None) -> Any:
        """Make a page of a common size and load it, as the window does."""
        page = page_type(self.context)
        theme.dress(page)
        page.resize(1264, 780)
        self.qtbot.addWidget(page)
        page.show()
        if target is None:
            page.load()
        else:
            page.show_record(target)
        self.context.tasks.changed.connect(page.refresh)
        page.slots_changed.connect(lambda: self.connect(page))
        self.connect(page)
        return page

    def connect(self, page: Page) -> None:
        """Switch the actions on that the page can do now, as the window does."""
        self.context.actions.connect_slots(page.all_slots())

    def run(self, page: Page, action_id: str) -> None:
        """Do an action of the page."""
        self.wait(lambda: action_id in page.all_slots())
        self.connect(page)
        self.context.actions.run(action_id)

    def wait(self, condition: Callable[[], object]) -> None:
        """Wait until something is so."""
        self.qtbot.waitUntil(lambda: bool(condition()))

    def idle(self) -> None:
        """Wait until nothing is under way, nor what that begins."""
        for _round in range(3):
            self.qtbot.wait(0)
            self.wait(lambda: not self.context.tasks.is_busy())

    def went(self) -> list[tuple[str, object]]:
        """Where the page navigated."""
        return self.places

    def dialog(self, page: QWidget) -> FormDialog:
        """The form dialog that is open over a page."""
        self.wait(lambda: self._dialogs(page))
        return self._dialogs(page)[-1]

    def _dialogs(self, page: QWidget) -> list[FormDialog]:
        return [one for one in page.findChildren(FormDialog) if one.isVisible()]

    def submit(self, page: QWidget, **values: object) -> None:
        """Fill the open dialog, save, and wait until it closes."""
        dialog = self.dialog(page)
        enter(dialog, **values)
        dialog.submit()
        self.wait(lambda: not self._dialogs(page))

    def refused(self, page: QWidget, **values: object) -> dict[str, str]:
        """Fill the open dialog and save; what is wrong with it. The dialog is closed then."""
        dialog = self.dialog(page)
        enter(dialog, **values)
        dialog.submit()
        self.wait(dialog.form.problems)
        problems = dialog.form.problems()
        dialog.form.mark_saved()
        dialog.reject()
        return problems

    def read(self, fn: Callable[..., Any], *args: object) -> Any:
        """Ask the database as the signed-in user."""
        database: Database = self.context.tasks._database
        with database.read() as session:
            session.info["actor"] = self.context.actor
            return fn(session, *args)

    def write(self, fn: Callable[..., Any], *args: object, **more: object) -> Any:
        """Change something behind the page's back."""
        database: Database = self.context.tasks._database
        with database.write(self.context.actor) as session:
            return fn(session, *args, **more)

    def card(self, customer_id: uuid.UUID) -> Any:
        """A customer's card, read anew."""
        return self.read(customers.card, customer_id)[0]

    def phone(self, customer_id: uuid.UUID) -> str:
        """A customer's phone as it is stored."""
        phone: str = self.read(lambda session: session.get_one(Customer, customer_id).phone)
        return phone

    def draft(self, customer_id: uuid.UUID) -> CustomerDraft:
        """A customer as the form has it, with the whole phone."""
        values = {**self.card(customer_id).values, "phone": self.phone(customer_id)}
        return customers.as_draft(values)


def enter(dialog: FormDialog, **values: object) -> None:
    """Put values into the fields of a form dialog."""
    for name, value in values.items():
        dialog.form.editors[name].set_value(value)


@dataclass
class Press:
    """A button to be pressed when its question comes."""

    verb: str
    timer: QTimer = field(default_factory=lambda: QTimer(interval=20))
    is_done: bool = False


_presses: list[Press] = []


def press(verb: str) -> Press:
    """Press the button with this verb of the next question, as soon as it is on the screen."""
    waiting = Press(verb)
    _presses.append(waiting)

    def look() -> None:
        box = QApplication.activeModalWidget()
        if not isinstance(box, QDialog) or isinstance(box, FormDialog):
            return
        for button in box.findChildren(QAbstractButton):
            if plain_text(button.text()) == verb:
                waiting.timer.stop()
                waiting.is_done = True
                button.click()
                return

    waiting.timer.timeout.connect(look)
    waiting.timer.start()
    return waiting


def not_pressed() -> list[str]:
    """Verbs that no question asked for; nobody waits for them any more."""
    left = [each for each in _presses if not each.is_done]
    for each in left:
        each.timer.stop()
    _presses.clear()
    return [each.verb for each in left]


def with_files(context: PageContext, database: Database, **slots: Any) -> PageContext:
    """The context with the folder of the workspace: copies and passwords."""
    folder: Path = database.path.parent
    file = keys.KeyFile("test")
    login = context.actor.login
    file.wraps = {login: keys.wrap(database.key or b"", login, "old-password")}
    keys.save(file, folder / "keys.json")
    opened = Opened(folder, database, context.actor, is_demo=True)
    return replace(context, files=WorkspaceFiles(opened, **slots), workspace=folder)
