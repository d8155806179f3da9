"""Insights: asked, known, saved above; a bar opens its cases."""

import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.queries.cases import CaseFilter
from db.queries.closed import ClosedGroup
from db.session import Actor, Database
from db.vocabulary import Outcome, ReasonLayer
from desktop_app import clock
from desktop_app.columns import Column
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.rates import Closed, Rate
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.reports.base import Document, Section, Table
from desktop_app.services import cases
from desktop_app.ui import theme
from desktop_app.ui.document_view import DocumentView, as_filter
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.cases import CasesPage
from desktop_app.ui.pages.insights import InsightsPage, rate_hint
from desktop_app.ui.panels import scrolled
from desktop_app.ui.periods import Period, start_of
from desktop_app.ui.record_table import RecordTable
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
        CloseDraft(
            outcome=Outcome.LOST,
            root_reason="price_increase",
            churn_type="active_fault",
            note="gone",
        ),
    )
    return case_id


def test_that_the_tiles_say_what_they_are_made_of_and_open_the_cases_behind(
    stage: Stage, lost: uuid.UUID
) -> None:
    page = stage.show(InsightsPage)
    stage.wait(lambda: "0 of 1" in page.asked.accessibleName())
    assert "too few to judge" in page.asked.accessibleName()
    assert "100%" in page.known.accessibleName()
    assert "no case yet" in page.saved.accessibleName()
    opened = {}
    for tile, group in (
        (page.asked, ClosedGroup.ASKED),
        (page.known, ClosedGroup.KNOWN),
        (page.saved, ClosedGroup.SAVED),
    ):
        tile.click()
        name, criteria = stage.went()[-1]
        assert name == "cases"
        assert criteria.closed_from == start_of(Period.YEAR, clock.today())
        assert criteria.closed_group is group
        opened[group] = [row.id for row in stage.read(cases.list_cases, criteria)]
    assert opened == {ClosedGroup.ASKED: [], ClosedGroup.KNOWN: [lost], ClosedGroup.SAVED: []}


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


def test_that_the_answer_to_why_takes_enter_alone_and_is_marked(
    stage: Stage, lost: uuid.UUID
) -> None:
    page = stage.show(InsightsPage)
    activate(page)
    page.setFocus()  # as the window does, before anything is read
    stage.wait(lambda: page.figure is not None)
    canvas = page.chart.canvas
    assert canvas.hasFocus()
    frame = theme.colour("focus").name()
    drawn = canvas.grab().toImage()
    area, factor = canvas.area(0), canvas._factor() * drawn.devicePixelRatio()
    middle = int(area.center().x() * factor)
    edge = range(int(area.top() * factor) - 2, int(area.top() * factor) + 3)
    assert frame in {drawn.pixelColor(middle, y).name() for y in edge if y >= 0}
    press(Qt.Key.Key_Return)
    page_id, criteria = stage.went()[-1]
    assert (page_id, criteria.root_reason) == ("cases", "price_increase")


def test_that_each_number_of_the_tables_opens_the_cases_it_counts(
    stage: Stage, lost: uuid.UUID
) -> None:
    page = stage.show(InsightsPage)
    stage.wait(lambda: page._sheet is not None)
    stage.wait(lambda: page.view.is_whole)
    tables = page.view.findChildren(RecordTable)
    assert len(tables) == 3
    opened = 0
    for table in tables:
        for column in table.model.columns:
            row = table.model.row(0)
            number = table.model.columns.index(column)
            table.view.setCurrentIndex(table.model.index(0, number))
            before = len(stage.went())
            table.opened.emit(row)
            if not row.name:  # the case has no store: that is no filter
                assert len(stage.went()) == before
                continue
            criteria = stage.went()[-1][1]
            count = stage.read(cases.count_cases, criteria)
            assert count == _counted(row.counts, column.id), (row.name, column.id)
            opened += 1
    assert opened >= 10


def test_that_the_list_says_that_it_shows_what_a_rate_counts(stage: Stage, lost: uuid.UUID) -> None:
    page = stage.show(CasesPage, CaseFilter(closed_group=ClosedGroup.ASKED))
    assert page.filters.further.text() == "Only as in the report: Counted among closed cases"
    stage.idle()
    assert page.table.count() == 0
    page.filters.further.click()
    stage.wait(lambda: page.table.count() == 1)
    assert page.filters.value().closed_group is None


def _counted(counts: Closed, column: str) -> int:
    rates = {
        "asked": counts.completion,
        "known": counts.reason_known,
        "saved": counts.of_contacted,
    }
    name, _underscore, part = column.partition("_")
    if name == "name":
        return counts.closed
    return rates[name].n if part == "n" else rates[name].hits


def test_that_tables_are_as_high_as_their_rows_and_the_page_follows_the_keyboard(
    stage: Stage,
) -> None:
    columns = [Column("n", "Number", lambda row: row)]
    table = Table("Long", columns, list(range(60)))
    document = Document("long", "Long", (Section("Long", (table,)),))
    view = DocumentView(stage.context)
    area = scrolled(view, "Long")
    stage.qtbot.addWidget(area)
    area.resize(600, 300)
    area.show()
    view.show_document(document)
    stage.wait(lambda: view.is_whole and area.verticalScrollBar().maximum() > 0)
    (shown,) = view.findChildren(RecordTable)
    assert shown.view.verticalScrollBar().maximum() == 0
    activate(area)
    shown.focus()
    press(Qt.Key.Key_End)
    assert shown.current_row() == 59
    last = shown.view.visualRect(shown.view.currentIndex()).center()
    place = shown.view.viewport().mapTo(area.viewport(), last)
    assert area.viewport().rect().contains(place)


def test_that_a_month_of_a_report_stays_within_its_period() -> None:
    behind = {"closed_from": "2026-03-10", "closed_until": "2026-04-20"}
    march = as_filter({**behind, "closed_month": "2026-03"})
    april = as_filter({**behind, "closed_month": "2026-04"})
    assert (march.closed_from, march.closed_until) == (dt.date(2026, 3, 10), dt.date(2026, 3, 31))
    assert (april.closed_from, april.closed_until) == (dt.date(2026, 4, 1), dt.date(2026, 4, 20))
    assert march.closed_group is ClosedGroup.CLOSED


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


def test_that_the_first_tile_has_the_keyboard_where_there_are_no_bars(stage: Stage) -> None:
    page = stage.show(InsightsPage)
    activate(page)
    page.setFocus()
    stage.wait(lambda: page._sheet is not None)
    assert page.asked.hasFocus()
    press(Qt.Key.Key_Return)
    assert stage.went()[-1][0] == "cases"


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
