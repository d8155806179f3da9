"""Insights: asked, known, saved above; a bar opens its cases."""

import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.queries.cases import CaseFilter
from db.session import Actor, Database
from db.vocabulary import Outcome, ReasonLayer
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.rates import Rate
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.services import cases
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.insights import InsightsPage, Period, rate_hint, start_of
from tests.ui.casework import activate, nameless, open_case, press
from tests.ui.shop import Stage, fill


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def lost(stage: Stage, database: Database, admin: Actor) -> uuid.UUID:
    """A case closed as lost with a known reason, that nobody was asked in."""
    case_id = open_case(stage, fill(database, admin)["K1"])
    draft = ReasonDraft(layer=ReasonLayer.ROOT, reason="price_increase")
    stage.write(cases.set_reason, case_id, draft)
    stage.write(
        cases.close,
        case_id,
        CloseDraft(outcome=Outcome.LOST, root_reason="price_increase", churn_type="active_fault"),
    )
    return case_id


def test_that_the_tiles_say_what_they_are_made_of_and_lead_to_the_months(
    stage: Stage, lost: uuid.UUID
) -> None:
    page = stage.show(InsightsPage)
    stage.wait(lambda: "0 of 1" in page.asked.accessibleName())
    assert "too few to judge" in page.asked.accessibleName()
    assert "100%" in page.known.accessibleName()
    assert "no case yet" in page.saved.accessibleName()
    page.asked.click()
    name, (report_id, values) = stage.went()[-1]
    assert (name, report_id) == ("reports", "asked-and-known")
    assert values["start"] == start_of(Period.YEAR, clock.today())


def test_that_the_bar_opens_its_cases_by_keyboard(stage: Stage, lost: uuid.UUID) -> None:
    page = stage.show(InsightsPage)
    stage.wait(lambda: page.figure is not None)
    activate(page)
    page.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    page_id, criteria = stage.went()[-1]
    assert page_id == "cases"
    assert criteria.root_reason == "price_increase"
    assert criteria.opened_from == start_of(Period.YEAR, clock.today())
    assert [row.id for row in stage.read(cases.list_cases, criteria)] == [lost]
    assert isinstance(criteria, CaseFilter)


def test_that_the_period_limits_everything(stage: Stage, lost: uuid.UUID) -> None:
    page = stage.show(InsightsPage)
    stage.wait(lambda: "0 of 1" in page.asked.accessibleName())
    page.period.set_value(Period.ALL)
    stage.wait(lambda: page._sheet is not None and not page._sheet.reasons.criteria)
    assert nameless(page) == []
    stage.wait(lambda: page.view.is_whole)


def test_that_an_empty_workspace_says_so(stage: Stage) -> None:
    page = stage.show(InsightsPage)
    stage.wait(lambda: page._sheet is not None)
    assert not page.none.isHidden()
    assert page.chart.isHidden()


def test_that_a_period_begins_with_a_month() -> None:
    day = dt.date(2026, 2, 27)
    assert start_of(Period.MONTH, day) == dt.date(2026, 2, 1)
    assert start_of(Period.QUARTER, day) == dt.date(2025, 12, 1)
    assert start_of(Period.YEAR, day) == dt.date(2025, 3, 1)
    assert start_of(Period.ALL, day) is None


def test_that_a_rate_is_worded_by_how_much_it_can_be_trusted() -> None:
    assert rate_hint(Rate(0, 0)) == "no case yet"
    assert rate_hint(Rate(3, 5)) == "3 of 5, too few to judge"
    assert rate_hint(Rate(8, 10)) == "8 of 10, between 49.0% – 94.3%"
