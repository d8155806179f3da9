"""Every control of every page and dialog has a role and a name a person would use."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLabel,
    QMenu,
    QStackedWidget,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from db.session import Session
from desktop_app.settings import Settings
from desktop_app.ui import screenshots
from desktop_app.ui.app import Application
from desktop_app.ui.background import Background
from desktop_app.ui.dialogs import FormDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page import Page
from desktop_app.ui.sign_in import SignInDialog
from tests.journeys.conftest import Start

LEAVING = {"view.language", "view.theme", "view.density", "page.refresh"}
"""Actions that build the window anew or open nothing."""
HELP = ("help.page", "help.shortcuts", "help.about", "app.palette", "list.columns")
_CODE = re.compile(r"[a-z0-9]+([_.-][a-z0-9]+)+|Q[A-Z]\w+|qt_\w+")
"""What a programmer calls things."""


def controls(root: QWidget) -> Iterator[QWidget]:
    """What the keyboard can reach inside a window."""
    for widget in [root, *root.findChildren(QWidget)]:
        is_reachable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible()
        is_ours = widget.focusProxy() is None and not isinstance(widget, (QMenu, QLabel))
        if is_reachable and is_ours:
            yield widget  # a label is named by its own text


def name_of(widget: QWidget) -> str:
    """What is spoken; on Linux Qt speaks the choice of a combo box, its name is a relation."""
    if isinstance(widget, QComboBox):
        return widget.accessibleName()
    interface = QAccessible.queryAccessibleInterface(widget)
    return str(interface.text(QAccessible.Text.Name))


def unnamed(root: QWidget, where: str) -> set[str]:
    """Controls without a role or without a name that a person would use."""
    found = set()
    for widget in controls(root):
        interface = QAccessible.queryAccessibleInterface(widget)
        name = name_of(widget).strip()
        is_named = bool(name) and name != widget.objectName() and not _CODE.fullmatch(name)
        if not is_named or interface.role() == QAccessible.Role.NoRole:
            outer = [type(widget).__name__]
            parent = widget.parentWidget()
            while parent is not None and len(outer) < 5:
                outer.append(type(parent).__name__)
                parent = parent.parentWidget()
            found.add(f"{where}: {' in '.join(outer)} ({widget.objectName()!r}) is {name!r}")
    return found


def labels_of_combos(root: QWidget) -> set[str]:
    """Combo boxes that nothing on the screen or beside it labels for a screen reader."""
    found = set()
    for widget in controls(root):
        if isinstance(widget, QComboBox):
            interface = QAccessible.queryAccessibleInterface(widget)
            related = interface.relations(QAccessible.RelationFlag.Label)
            if not any(other.text(QAccessible.Text.Name) for other, _kind in related):
                found.add(f"{widget.accessibleName()!r} has no label")
    return found


class Visitor:
    """Goes to every page, opens every dialog, and notes what has no name."""

    def __init__(self, program: Application, *, acts: bool) -> None:
        self.program, self.acts = program, acts
        assert program.window is not None
        self.window: MainWindow = program.window
        self.found: set[str] = set()
        self.seen: set[str] = set()
        self._where = ""
        self._done: set[tuple[str, str]] = set()
        self._timer = QTimer(program, interval=15)
        self._timer.timeout.connect(self._look_at_modal)
        self._timer.start()

    def check(self, root: QWidget, where: str) -> None:
        self.seen.add(where)
        self.found |= unnamed(root, where)
        self.found |= {f"{where}: {each}" for each in labels_of_combos(root)}

    def settle(self) -> None:
        """Wait until nothing is under way, and then for what that begins."""
        idle = 0
        while idle < 4:
            QTest.qWait(5)
            tasks = self.program.tasks
            is_busy = self.program.background.is_busy() or (tasks is not None and tasks.is_busy())
            idle = 0 if is_busy else idle + 1

    def _look_at_modal(self) -> None:
        """A question that waits inside its own loop is looked at and answered with *no*."""
        popup = QApplication.activePopupWidget()
        if isinstance(popup, QMenu):
            popup.close()
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QDialog) and dialog.isVisible():
            name = type(dialog).__name__
            if name != "QFileDialog":  # the system's own on a desktop
                self.check(dialog, f"{self._where} › {dialog.windowTitle() or name}")
            if isinstance(dialog, FormDialog):
                dialog.form.mark_saved()
            dialog.reject()

    def close_dialogs(self) -> None:
        for dialog in self.window.findChildren(QDialog):
            if dialog.isVisible():
                self.check(dialog, f"{self._where} › {dialog.windowTitle()}")
                if isinstance(dialog, FormDialog):
                    dialog.form.mark_saved()
                dialog.reject()

    def run(self, action_id: str) -> None:
        """Do an action; look at what it opens."""
        self._where = f"{self._where.split(' · ')[0]} · {action_id}"
        self.window.actions_by_id.run(action_id)
        self.settle()
        self.close_dialogs()
        self.settle()

    def visit(self, page_id: str, target: object) -> None:
        """Look at a page, its tabs, and everything its actions open."""
        self.window.navigate(page_id, target)
        self.settle()
        page = self.window.current_page()
        assert page is not None
        self._where = page_id
        self.check(self.window, page_id)
        self._tabs(page)
        for table in page.tables():
            if table.isVisible():
                table.focus()
                break
        self.settle()
        self._run_all(page, page_id, target)

    def _run_all(self, page: Page, page_id: str, target: object = None) -> None:
        """Do everything that can be done here and was not done on this page before."""
        for action_id in sorted(set(page.actions()) - LEAVING) if self.acts else ():
            key = (page_id, action_id)
            if key in self._done or action_id not in page.actions():
                continue
            self._done.add(key)
            self.run(action_id)
            if self.window.current_page() is not page:
                self.window.navigate(page_id, target)
                self.settle()

    def _tabs(self, page: Page) -> None:
        for tabs in page.findChildren(QTabWidget):
            for place in range(tabs.count()):
                tabs.setCurrentIndex(place)
                self.settle()
                self._where = f"{page.SPEC.id} / {tabs.tabText(place)}"
                self.check(self.window, self._where)
                self._run_all(page, page.SPEC.id)
            tabs.setCurrentIndex(0)
        self._where = page.SPEC.id


def records(session: Session) -> Any:
    return screenshots._records(session)


@pytest.mark.parametrize("language", ["en", pytest.param("zh_CN", marks=pytest.mark.slow)])
def test_that_every_control_has_a_name(
    demo: Path, start: Start, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every page and tab; what their actions open in one language: the same controls.

    That no text is without its translation is seen to by the catalogues.
    """
    monkeypatch.setattr("PySide6.QtGui.QDesktopServices.openUrl", lambda _url: True)
    program = start(demo, language)
    visitor = Visitor(program, acts=language == "en")
    assert program._opened is not None
    with program._opened.database.read(program._opened.actor) as session:
        targets = records(session)
    for _name, page_id, target in screenshots._pages(targets):
        visitor.visit(page_id, target)
    for action_id in HELP:
        visitor.run(action_id)
    assert not visitor.found, "\n" + "\n".join(sorted(visitor.found))
    assert len(visitor.seen) > 35, sorted(visitor.seen)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_that_every_control_of_the_sign_in_has_a_name(
    qtbot: QtBot, demo: Path, language: str
) -> None:
    from desktop_app import i18n

    i18n.set_language(language)
    background = Background()
    dialog = SignInDialog(Settings(language=language), background, demo)
    qtbot.addWidget(dialog)
    dialog.show()
    found: set[str] = set()
    stack = dialog.findChild(QStackedWidget)
    assert stack is not None
    for place in range(stack.count()):
        stack.setCurrentIndex(place)
        found |= unnamed(dialog, str(place)) | labels_of_combos(dialog)
    background.shutdown()
    background.deleteLater()
    assert not found, "\n".join(sorted(found))


def test_that_a_control_without_a_name_is_found(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QLineEdit, QPushButton, QVBoxLayout

    window = QWidget()
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    line, box, button = QLineEdit(), QComboBox(), QPushButton("save_button")
    for widget in (line, box, button):
        column.addWidget(widget)
    window.show()
    assert len(unnamed(window, "test")) == 3
    assert len(labels_of_combos(window)) == 1
    line.setAccessibleName("Name")
    box.setAccessibleName("Kind")
    button.setText("Save")
    assert unnamed(window, "test") == set()
