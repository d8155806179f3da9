"""The list of interviews: what stands there when there is nothing, its filters, its width."""

import uuid

import pytest
from pytestqt.qtbot import QtBot

from db.session import SYSTEM, Actor, Database
from db.vocabulary import InterviewState
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interviews import InterviewsPage
from tests.factories import Desk
from tests.interviewed import finish_interview
from tests.ui.casework import nameless
from tests.ui.shop import Stage


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def held(database: Database, admin: Actor, agent: Actor) -> dict[str, uuid.UUID]:
    """A finished interview of the agent and one of the administrator."""
    desk = Desk(database)
    return {
        who.name: desk.do(SYSTEM, finish_interview, who, f"{who.name}问的一次谈话", name=f"客户{n}")
        for n, who in enumerate((agent, admin))
    }


def names(page: InterviewsPage) -> set[str]:
    rows = map(page.table.model.row, range(page.table.count()))
    return {row.customer for row in rows if row is not None}


def test_that_an_empty_workspace_offers_the_first_step(stage: Stage, each_language: str) -> None:
    page: InterviewsPage = stage.show(InterviewsPage)
    stage.idle()
    assert page.table.empty.isVisible()
    assert nameless(page) == []
    page.table.empty.button.click()
    assert stage.went()[-1] == ("cases", None)


def test_that_filters_narrow_the_list_and_show_all_brings_it_back(
    stage: Stage, held: dict[str, uuid.UUID]
) -> None:
    page: InterviewsPage = stage.show(InterviewsPage)
    stage.wait(lambda: names(page) == {"客户0", "客户1"})
    page.mine.set_value(True)
    stage.wait(lambda: names(page) == {"客户1"})
    page.filters.search.set_value("客户0")
    stage.wait(lambda: page.table.count() == 0)
    stage.wait(page.table.empty.isVisible)
    assert "Change the search or the filter" in page.table.empty.accessibleName()
    page.table.empty.button.click()
    stage.wait(lambda: names(page) == {"客户0", "客户1"})
    page.state.set_value(InterviewState.DRAFT)
    stage.wait(lambda: page.table.count() == 0)
    page._show_all()
    stage.wait(lambda: page.table.count() == 2)
    stage.wait(lambda: not page.table.empty.isVisible())


def test_that_no_column_is_cut_in_a_window_of_1280_pixels(
    stage: Stage, held: dict[str, uuid.UUID], each_language: str
) -> None:
    page: InterviewsPage = stage.show(InterviewsPage)
    page.resize(1088, 680)  # the side bar takes the rest
    stage.wait(lambda: page.table.count() == 2)
    stage.idle()
    assert page.table.view.horizontalScrollBar().maximum() == 0
