"""Cases for the tests of pages: made through the services, as the signed-in user."""

import uuid
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from db.vocabulary import CaseStage, RuleKind
from desktop_app.domain.cases import OpenDraft
from desktop_app.services import cases
from tests.conftest import let_go
from tests.ui.shop import Stage

K2_VALUE = 12 * 50_00
"""What K2 of the shop bought within a year, in fen."""


def open_case(
    stage: Stage, customer_id: uuid.UUID, kind: RuleKind = RuleKind.LAPSING, *, taken: bool = True
) -> uuid.UUID:
    """A case of a customer; taken by the signed-in user unless told otherwise."""
    case_id: uuid.UUID = stage.write(cases.open_case, customer_id, OpenDraft(kind=kind))
    if taken:
        stage.write(cases.take, case_id)
    return case_id


def file_of(stage: Stage, case_id: uuid.UUID) -> Any:
    """The case as it is stored now."""
    return stage.read(cases.case_file, case_id)


def stage_of(stage: Stage, case_id: uuid.UUID) -> CaseStage:
    """Where a case stands now."""
    found: CaseStage = file_of(stage, case_id).row.stage
    return found


def focus() -> QWidget:
    """The widget that has the keyboard."""
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press a key where the keyboard is."""
    QTest.keyClick(focus(), key, modifiers)
    let_go()


def type_text(text: str) -> None:
    """Type where the keyboard is; Chinese comes as an input method commits it."""
    widget = focus()
    if text.isascii():
        QTest.keyClicks(widget, text)
    else:
        commit = QInputMethodEvent()
        commit.setCommitString(text)
        QApplication.sendEvent(widget, commit)


def compose(text: str) -> None:
    """Let an input method show half a word where the keyboard is; empty ends it."""
    QApplication.sendEvent(focus(), QInputMethodEvent(text, []))


def activate(widget: QWidget) -> None:
    """Make a window the active one, so that it has the keyboard."""
    window = widget.window()
    window.show()
    window.activateWindow()
    window.setFocus()
    QTest.qWaitForWindowActive(window)


_NAMED = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)


def nameless(page: QWidget) -> list[str]:
    """Controls a screen reader could not name: no accessible name and no words of their own."""
    found = []
    for kind in _NAMED:
        for widget in page.findChildren(kind):
            if widget.objectName().startswith("qt_") or not widget.isVisibleTo(page):
                continue
            words = widget.text() if isinstance(widget, QAbstractButton) else ""
            has_buddy = isinstance(widget.parentWidget(), QComboBox | QAbstractItemView)
            if not (widget.accessibleName() or words or has_buddy):
                found.append(f"{type(widget).__name__} {widget.objectName()} in {_path(widget)}")
    return found


def _path(widget: QWidget) -> str:
    names = []
    above = widget.parentWidget()
    while above is not None:
        names.append(type(above).__name__)
        above = above.parentWidget()
    return " < ".join(names[:5])
