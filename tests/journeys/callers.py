"""Somebody who makes calls in the program in this process, by keys alone; each key is counted."""

import uuid
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import Case, Customer
from db.session import Session
from db.vocabulary import RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.services import cases
from desktop_app.ui import screenshots
from desktop_app.ui.app import Application
from tests.conftest import let_go
from tests.ui.casework import activate, type_text

Key = Qt.Key
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
PLAIN = Qt.KeyboardModifier.NoModifier


@dataclass
class Caller:
    """A person at the keyboard."""

    qtbot: QtBot
    program: Application
    keys: int = 0

    def __post_init__(self) -> None:
        screenshots.settle(self.program)
        activate(self.window)

    @property
    def window(self) -> Any:
        """The main window."""
        assert self.program.window is not None
        return self.program.window

    @property
    def page(self) -> Any:
        """The page that is shown."""
        return self.window.current_page()

    def until(self, condition: Any) -> None:
        """Wait until something is so."""
        self.qtbot.waitUntil(lambda: bool(condition()))

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
        """Press a key where the keyboard is; a letter with its modifiers is one stroke."""
        self.keys += 1
        QTest.keyClick(self._focus(), key, modifiers)
        let_go()

    def say(self, words: str) -> None:
        """Type words; they are not counted."""
        type_text(words)

    def _focus(self) -> QWidget:
        self.until(self._is_awake)
        return QApplication.focusWidget() or self.window

    def _is_awake(self) -> bool:
        """Whether a window has the keyboard; what a window manager does when another one closes."""
        if QApplication.activeWindow() is None:
            self.window.activateWindow()
        return QApplication.activeWindow() is not None

    def until_at(self, step: str) -> None:
        """Wait until the script of the call shows a step."""

        def at() -> bool:
            script = self.page.call.script
            now = None if script is None or script.is_busy else script.state
            return now is not None and now.step is not None and now.step.id == step

        self.until(lambda: self.page.SPEC.id == "case-file" and at())
        self.until(lambda: self._is_awake() and self.page.call.script.line.hasFocus())


def write(program: Application, fn: Any, *arguments: Any) -> Any:
    """Change something behind the window's back."""
    assert program._opened is not None
    with program._opened.database.write(program._opened.actor) as session:
        return fn(session, *arguments)


def caller_customer(session: Session) -> tuple[uuid.UUID, str, str]:
    """A customer nobody calls about yet: key, name, phone."""
    free = select(Customer).where(
        Customer.id.not_in(select(Case.customer_id)), Customer.phone != "", ~Customer.is_deceased
    )
    found = session.scalars(free.order_by(Customer.number)).first()
    assert found is not None
    return found.id, found.name, found.phone


def own_cases(session: Session, count: int) -> tuple[uuid.UUID, ...]:
    """So many cases that the signed-in user works on."""
    customers = session.scalars(
        select(Customer.id)
        .where(~Customer.is_deceased, ~Customer.do_not_contact, ~Customer.malicious_arrears)
        .order_by(Customer.number)
    ).all()
    made: list[uuid.UUID] = []
    for kind in (RuleKind.PRODUCT_LINE_STOP, RuleKind.VALUE_DOWNGRADE, RuleKind.PARTIAL_SHARE):
        for customer_id in customers:
            if len(made) == count:
                return tuple(made)
            has = select(Case.id).where(Case.customer_id == customer_id, Case.kind == kind)
            if session.scalar(has) is None:
                case_id = cases.open_case(session, customer_id, OpenDraft(kind=kind))
                if cases.take(session, case_id).assigned:
                    made.append(case_id)
    raise AssertionError("too few customers")
