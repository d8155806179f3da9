"""Every page of the data side, in both languages and schemes: named, nothing cut, no warning."""

import uuid

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from desktop_app import i18n
from desktop_app.i18n import _
from desktop_app.progress import Silent
from desktop_app.services import detection
from desktop_app.settings import Settings, Theme
from desktop_app.ui import panels, theme
from desktop_app.ui.case_panels import Notice
from desktop_app.ui.page import Page, PageContext
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.pages.customers import CustomersPage
from desktop_app.ui.pages.data import DataPage
from desktop_app.ui.pages.settings import SettingsPage
from desktop_app.ui.pages.signals import SignalsPage
from tests.ui.casework import activate
from tests.ui.shop import LAST, Stage, fill, with_files

PAGES = (CustomersPage, CustomerCardPage, SignalsPage, DataPage, SettingsPage)
_CONTROLS = (QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture(params=[("en", Theme.LIGHT), ("zh_CN", Theme.DARK)], ids=["en-light", "zh-dark"])
def shown_language(request: pytest.FixtureRequest, english: None, qapp: QApplication) -> str:
    """Each language and each scheme once."""
    language, scheme = request.param
    i18n.set_language(language)
    theme.apply(qapp, Settings(theme=scheme))
    return str(language)


def parts(page: QWidget) -> list[tuple[QTabWidget | None, int]]:
    """Every tab of a page, or the page itself."""
    tabs = page.findChildren(QTabWidget)
    return [(tab, n) for tab in tabs for n in range(tab.count())] or [(None, 0)]


def unnamed(page: QWidget) -> list[str]:
    """Controls without a name for a screen reader."""
    found = []
    for control in page.findChildren(QWidget):
        if not isinstance(control, _CONTROLS) or not control.isVisible():
            continue
        face = QAccessible.queryAccessibleInterface(control)
        if face is None or not face.text(QAccessible.Text.Name).strip():
            found.append(f"{type(control).__name__} {control.objectName()}")
    return [one for one in found if "qt_" not in one and "ExtensionButton" not in one]


def cut(page: QWidget) -> list[str]:
    """Labels and buttons that are narrower than their words."""
    return [
        f"{word.text()!r} {word.width()} < {word.sizeHint().width()}"
        for kind in (QLabel, QAbstractButton)
        for word in page.findChildren(kind)
        if word.isVisible()
        and word.text()
        and not (isinstance(word, QLabel) and word.wordWrap())
        and word.width() < word.sizeHint().width() - 1
    ]


@pytest.mark.parametrize("page_type", PAGES, ids=lambda page: page.SPEC.id)
def test_that_a_page_is_whole_in_each_language_and_scheme(
    qtbot: QtBot,
    context: PageContext,
    database: Database,
    shop: dict[str, uuid.UUID],
    shown_language: str,
    page_type: type[Page],
) -> None:
    stage = Stage(qtbot, with_files(context, database, restore=lambda _path: None))
    stage.write(detection.scan, Silent(), LAST)
    page = stage.show(page_type, shop["K1"] if page_type is CustomerCardPage else None)
    for tabs, number in parts(page):
        if tabs is not None:
            tabs.setCurrentIndex(number)
        stage.idle()
        where = f"{tabs.tabText(number)}: " if tabs is not None else ""

        def check(where: str = where) -> None:
            QApplication.sendPostedEvents()  # what was read just now is laid out
            assert [where + one for one in unnamed(page)] == []
            assert [where + one for one in cut(page)] == []

        qtbot.waitUntil(check)
    assert _(page.SPEC.help) != page.SPEC.help or shown_language == "en"


def test_that_words_can_be_selected_and_copied_with_the_mouse(qtbot: QtBot) -> None:
    words = panels.text_label("送货连续三次晚到")
    qtbot.addWidget(words)
    activate(words)
    height = words.sizeHint().height()
    QTest.mouseDClick(words, Qt.MouseButton.LeftButton, pos=QPoint(5, words.height() // 2))
    assert words.selectedText()
    assert words.selectedText() in words.text()
    assert words.hasFocus()
    QTest.keyClick(words, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == words.selectedText()
    assert words.sizeHint().height() == height


@pytest.mark.parametrize("width", [300, 900])
def test_that_a_notice_shows_its_whole_sentence(qtbot: QtBot, width: int) -> None:
    notice, below = Notice("Overrule…"), QPlainTextEdit()
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.addWidget(notice)
    column.addWidget(below, 1)
    theme.dress(whole)
    qtbot.addWidget(whole)
    whole.resize(width, 500)
    whole.show()
    notice.say("The customer asked not to be contacted until the delivery is settled. " * 2)

    def is_whole() -> None:
        needs = notice.words.heightForWidth(notice.words.width())
        assert needs - 1 <= notice.words.height()
        assert notice.height() < needs + 60, "no more than it needs"

    qtbot.waitUntil(is_whole)
