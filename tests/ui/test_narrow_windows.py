"""Full HD at 200 % is 960 x 540 logical pixels: interview and designer stay usable there."""

import uuid
from itertools import combinations
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import AttemptResult, Role
from desktop_app.i18n import _
from desktop_app.services import interviews, journal
from desktop_app.services.questionnaires import list_questionnaires
from desktop_app.settings import Settings
from desktop_app.ui import theme
from desktop_app.ui.folding import words_of
from desktop_app.ui.form import Form
from desktop_app.ui.lines import ShortLine
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import PAGES
from desktop_app.ui.pages.calendar import CalendarPage
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.designer import DesignerPage
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.pages.reports import ReportsPage
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.window_actions import WindowServices
from tests.ui.casework import open_case
from tests.ui.interview_stage import HAPPENED, STATED, WHY_1, shown
from tests.ui.shop import Stage, fill

SMALLEST = (960, 540)
NARROW, WIDE = (784, 428), (1104, 688)
"""The room of a page in a window of 960 x 540 and 1280 x 800: the side bar takes the rest."""

_ARROW = 40
"""What a box to choose from needs beside its words."""


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def interview_id(stage: Stage, database: Database, admin: Actor) -> uuid.UUID:
    case_id = open_case(stage, fill(database, admin)["K2"])
    made: uuid.UUID = stage.write(interviews.start, case_id)
    stage.write(interviews.save_answer, made, STATED, "price_increase")
    stage.write(interviews.save_answer, made, WHY_1, "单价涨了，预算超了")
    return made


def seen(page: QWidget, one: QWidget) -> QRect:
    """What of a widget is not cut off by the panes around it, in the page."""
    part = one.visibleRegion().boundingRect()
    return QRect(one.mapTo(page, part.topLeft()), part.size())


def wrong(page: QWidget) -> list[str]:
    """Words that are cut at the side, lower or narrower than they need, or lie over others."""
    QApplication.sendPostedEvents()
    words = [
        one
        for kind in (QLabel, QAbstractButton)
        for one in page.findChildren(kind)
        if one.isVisible() and (one.text() or words_of(one)) and not seen(page, one).isEmpty()
    ]
    found = []
    for one in words:
        wraps = isinstance(one, QLabel) and one.wordWrap()
        needs = one.heightForWidth(one.width()) if wraps else one.sizeHint().height()
        is_narrow = not wraps and one.width() < one.sizeHint().width() - 1
        if is_narrow and not (isinstance(one, ShortLine) and one.shown()):
            found.append(f"narrow: {one.text()!r}")
        if one.height() < needs - 1:
            found.append(f"low: {one.text()!r} {one.height()} < {needs}")
        if seen(page, one).width() < one.width():
            found.append(f"cut at the side: {one.text()!r}")
    for one, other in combinations(words, 2):
        over = seen(page, one).intersected(seen(page, other))
        related = one.isAncestorOf(other) or other.isAncestorOf(one)
        if not related and over.width() > 1 and over.height() > 1:
            found.append(f"{one.text()!r} over {other.text()!r}")
    return found


def whole(stage: Stage, part: QWidget) -> None:
    """Wait until nothing is wrong; else tell what still is."""

    def look() -> None:
        assert wrong(part) == []

    stage.qtbot.waitUntil(look)


def sized(page: QWidget, size: tuple[int, int]) -> None:
    page.window().resize(*size)
    page.resize(*size)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_an_interview_is_whole_in_a_narrow_window(
    stage: Stage, interview_id: uuid.UUID, each_language: str, size: tuple[int, int]
) -> None:
    page: InterviewPage = shown(stage, interview_id)
    sized(page, size)
    folding = page.view.folding
    stage.wait(lambda: folding.is_folded is (size == NARROW))
    for address in (HAPPENED, WHY_1, f"{WHY_1}_reason"):
        page.go_to(address)
        for inside in (page.facts, page.view.list):
            folding.show_pane(inside)
            whole(stage, page)
            assert inside.isVisible()
    page.view.belief.show()
    whole(stage, page)
    page.go_to(HAPPENED)
    assert page.view.center.isVisible()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_a_call_is_whole_in_a_narrow_window(
    stage: Stage,
    database: Database,
    admin: Actor,
    each_language: str,
    size: tuple[int, int],
) -> None:
    case_id = open_case(stage, fill(database, admin)["K2"])
    page: CaseFilePage = stage.show(CaseFilePage, case_id)
    sized(page, size)
    stage.run(page, "case.timer")
    stage.wait(lambda: page.call.script is not None and page.call.script.state is not None)
    whole(stage, page)
    assert page.call.script is not None
    assert page.call.script.words.visibleRegion().boundingRect().height() > 0
    stage.run(page, "case.timer")
    page.strip.choose(AttemptResult.CALLBACK)
    whole(stage, page.strip)


def test_that_f6_unfolds_what_is_folded_away(stage: Stage, interview_id: uuid.UUID) -> None:
    page: InterviewPage = shown(stage, interview_id)
    sized(page, NARROW)
    stage.wait(lambda: not page.facts.isVisible())
    stage.run(page, "page.next_pane")
    assert page.facts.isVisible()
    assert not page.view.list.isVisible()
    stage.run(page, "page.next_pane")
    assert page.view.list.isVisible()
    assert not page.facts.isVisible()
    sized(page, WIDE)
    stage.wait(lambda: page.facts.isVisible() and page.view.list.isVisible())


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_the_designer_is_whole_in_a_narrow_window(
    stage: Stage,
    database: Database,
    admin: Actor,
    each_language: str,
    size: tuple[int, int],
) -> None:
    fill(database, admin)
    key = stage.read(list_questionnaires)[0].id
    page: DesignerPage = stage.show(DesignerPage, key)
    sized(page, size)
    stage.wait(lambda: page.opened is not None and page.checked is not None)
    folding = page.view.folding
    stage.wait(lambda: folding.is_folded is (size == NARROW))
    for row in (8, 14):
        page.state.select(row)
        for inside in (page.view.preview, page.view.list):
            folding.show_pane(inside)
            whole(stage, page)
            assert inside.isVisible()


def test_that_all_numbered_reasons_are_on_the_screen_when_the_keyboard_comes(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page: InterviewPage = shown(stage, interview_id)
    sized(page, WIDE)
    page.go_to(WHY_1)
    stage.idle()
    card = page.view.pane.cards[f"{WHY_1}_reason"]
    card.start()  # as Enter in the words does
    QApplication.sendPostedEvents()
    reasons = card.input.reasons  # type: ignore[attr-defined]  # of a question for reasons
    last = reasons.list.visualItemRect(reasons.list.item(reasons.list.count() - 1))
    bottom = reasons.list.viewport().mapTo(page, last.bottomLeft()).y()
    area = page.view.pane.area.viewport()
    assert reasons.list.count() > 5
    assert bottom <= area.mapTo(page, area.rect().bottomLeft()).y()


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_the_reports_are_whole_in_a_narrow_window(
    stage: Stage, each_language: str, size: tuple[int, int]
) -> None:
    page: ReportsPage = stage.show(ReportsPage)
    sized(page, size)

    def overlapping() -> list[tuple[QRect, QRect]]:
        inside = [one for one in page.side.findChildren(Form) if one.isVisible()]
        parts = (page.list, page.summary, *inside)
        spots = [QRect(one.mapTo(page, QPoint()), one.size()) for one in parts]
        return [pair for pair in combinations(spots, 2) if pair[0].intersects(pair[1])]

    def is_row_seen() -> bool:
        place = page.list.visualItemRect(page.list.currentItem())
        return page.list.viewport().visibleRegion().contains(place)

    for row in range(page.list.count()):
        page.list.setCurrentRow(row)
        stage.wait(lambda: overlapping() == [])
        whole(stage, page.side)
        stage.wait(is_row_seen)


@pytest.mark.parametrize("role", list(Role))
def test_that_the_window_of_every_role_can_be_as_low_as_half_of_full_hd(
    qtbot: QtBot, tasks: Tasks, actors: dict[Role, Actor], tmp_path: Path, role: Role
) -> None:
    services = WindowServices(undo=journal.undo, title_text=journal.title_text)
    window = MainWindow(tasks, Settings(), actors[role], tmp_path, PAGES, services)
    qtbot.addWidget(window)
    window.show()
    window.resize(*SMALLEST)
    bar = window.side_bar
    in_list = bar.list.viewport()

    def is_whole(button: QWidget) -> bool:
        return seen(in_list, button).size() == button.size()

    qtbot.waitUntil(lambda: (window.width(), window.height()) == SMALLEST)
    names = [button.accessibleName() for button in bar.buttons.values()]
    assert names == [_(spec.title) for spec in PAGES if spec.in_sidebar and role in spec.roles]
    for page_id, button in [*bar.buttons.items(), *reversed(bar.buttons.items())]:
        bar.set_current(page_id)
        qtbot.waitUntil(lambda button=button: is_whole(button))  # type: ignore[misc]
        assert button.width() == bar.width() - 2 * theme.GAP_S  # the scroll bar is in the margin
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    bar.focus_current()
    for below in list(bar.buttons.values())[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Down)
        qtbot.waitUntil(lambda below=below: below.hasFocus() and is_whole(below))  # type: ignore[misc]
    window.resize(*SMALLEST[:1], 900)
    qtbot.waitUntil(lambda: all(map(is_whole, bar.buttons.values())))
    window.close()


def test_that_the_tools_of_the_calendar_are_whole_in_a_narrow_window(
    stage: Stage, database: Database, admin: Actor, each_language: str
) -> None:
    fill(database, admin)
    page: CalendarPage = stage.show(CalendarPage)
    sized(page, NARROW)
    stage.idle()
    page._say_clashes(3)

    def has_room(box: QComboBox) -> bool:
        return box.width() >= box.fontMetrics().horizontalAdvance(box.currentText()) + _ARROW

    boxes = (page.person.box, page.kind.box)
    stage.wait(lambda: wrong(page) == [] and all(map(has_room, boxes)))
    spoken = page.clash_button.toolTip()
    sized(page, (600, NARROW[1]))
    stage.wait(lambda: page.clash_button.text() == "▲ 3")
    assert page.clash_button.accessibleName() == spoken
    page._say_clashes(12)
    stage.wait(lambda: page.clash_button.text() == "▲ 12")
    sized(page, WIDE)
    stage.wait(lambda: page.clash_button.text() == page.clash_button.toolTip() != spoken)
