import datetime as dt
import uuid

import pytest
from pytestqt.qtbot import QtBot

from db.queries import signals as signal_queries
from db.queries.cases import CaseFilter
from db.queries.signals import SignalFilter, SignalRow
from db.session import Actor, Database
from db.vocabulary import CustomerClass, RuleKind, SignalState
from desktop_app import clock
from desktop_app.progress import Silent
from desktop_app.services import cases, detection, triage
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.signals import SignalsPage
from tests.ui.shop import LAST, Stage, fill, press


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def found(stage: Stage, shop: dict[str, uuid.UUID]) -> list[SignalRow]:
    """K2 fell silent 100 days ago; bought every ten days until then."""
    stage.write(detection.scan, Silent(), LAST)
    return rows(stage)


def rows(stage: Stage, *states: SignalState) -> list[SignalRow]:
    criteria = SignalFilter(states=frozenset(states or {SignalState.OPEN}))
    return list(stage.read(signal_queries.list_signals, criteria, None, 0, 100))


def test_that_the_page_looks_for_departing_customers(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.table.empty.button.isVisible)
    page.table.empty.button.click()
    stage.submit(page, as_of=LAST)
    stage.wait(page.table.count)
    assert [(row.customer_number, row.kind) for row in rows(stage)] == [("K2", RuleKind.LAPSING)]
    stage.wait(
        lambda: page.tiles[RuleKind.LAPSING].accessibleName().startswith("Stopped buying 1 ")
    )
    stage.wait(lambda: "1 new" in page.header.subtitle_line.text())


def test_that_the_scan_can_be_asked_for_from_elsewhere(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = stage.show(SignalsPage, "scan")
    stage.submit(page)
    stage.wait(page.table.count)


def test_that_a_day_that_is_none_is_refused(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(SignalsPage)
    stage.run(page, "signal.scan")
    assert stage.refused(page, as_of="2026-02-30").keys() == {"as_of"}


def test_that_accepting_opens_a_case(stage: Stage, found: list[SignalRow]) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.table.selected_rows)
    stage.run(page, "signal.accept")
    stage.wait(lambda: not page.table.count())
    opened = stage.read(cases.list_cases, CaseFilter(), None, 0, 10)
    assert [(row.customer_number, row.kind) for row in opened] == [("K2", RuleKind.LAPSING)]
    assert rows(stage, SignalState.ACCEPTED)[0].case_id == opened[0].id


def test_that_dismissing_needs_a_reason(stage: Stage, found: list[SignalRow]) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.table.selected_rows)
    stage.run(page, "signal.dismiss")
    assert stage.refused(page).keys() == {"reason"}
    stage.run(page, "signal.dismiss")
    stage.submit(page, reason="已搬走")
    stage.wait(lambda: not page.table.count())
    assert rows(stage, SignalState.DISMISSED)[0].state_note == "已搬走"


def test_that_snoozing_takes_a_later_day(stage: Stage, found: list[SignalRow]) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.table.selected_rows)
    stage.run(page, "signal.snooze")
    assert stage.refused(page, until=clock.today()).keys() == {"until"}
    stage.run(page, "signal.snooze")
    until = clock.today() + dt.timedelta(days=30)
    stage.submit(page, until=until)
    stage.wait(lambda: not page.table.count())
    assert rows(stage, SignalState.SNOOZED)[0].snoozed_until == until


@pytest.fixture
def many(stage: Stage, database: Database, admin: Actor) -> int:
    """Five customers who fell silent."""
    from tests.world import add_customers, add_orders

    made = add_customers(database, admin, {f"M{n}": f"客户{n}" for n in range(5)})
    for key in made.values():
        orders = [(LAST - dt.timedelta(days=100 + 10 * n), 1000) for n in range(9)]
        add_orders(database, admin, key, orders)
    stage.write(detection.scan, Silent(), LAST)
    return 5


def test_that_all_of_a_filter_are_accepted_after_a_question(stage: Stage, many: int) -> None:
    page = stage.show(SignalsPage)
    stage.wait(lambda: page.table.count() == many and page.table.current_row() is not None)
    page.table.view.selectAll()
    press("Open the cases")
    stage.run(page, "signal.accept")
    stage.wait(lambda: not page.table.count())
    assert stage.read(cases.count_cases, CaseFilter()) == many


def test_that_all_of_a_filter_are_dismissed_and_snoozed(stage: Stage, many: int) -> None:
    page = stage.show(SignalsPage)
    stage.wait(lambda: page.table.count() == many and page.table.current_row() is not None)
    page.table.view.selectAll()
    stage.run(page, "signal.snooze")
    stage.submit(page, until=clock.today() + dt.timedelta(days=7))
    stage.wait(lambda: not page.table.count())
    page.filters.state.set_value(SignalState.SNOOZED)
    stage.wait(lambda: page.table.count() == many and page.table.current_row() is not None)
    page.table.view.selectAll()
    stage.run(page, "signal.dismiss")
    stage.submit(page, reason="Test")
    stage.wait(lambda: not page.table.count())
    assert len(rows(stage, SignalState.DISMISSED)) == many


def test_that_filters_narrow_the_list(stage: Stage, many: int) -> None:
    page = stage.show(SignalsPage)
    stage.wait(lambda: page.table.count() == many)
    page.tiles[RuleKind.PARTIAL_SHARE].click()
    stage.wait(lambda: not page.table.count())
    page.table.empty.button.click()
    stage.wait(lambda: page.table.count() == many)
    page.filters.klass.set_value(CustomerClass.A)  # ceil of 5 % of five customers is one
    stage.wait(lambda: page.table.count() == 1)
    page.filters.klass.set_value(None)
    page.filters.search.set_value("客户3")
    stage.wait(lambda: page.table.count() == 1)


def tab(page: SignalsPage, name: str) -> int:
    texts = [page.tabs.tabText(n) for n in range(page.tabs.count())]
    return texts.index(name)


def test_that_a_view_is_saved_and_shown_again(stage: Stage, many: int) -> None:
    page = stage.show(SignalsPage)
    stage.wait(lambda: page.table.count() == many)
    page.filters.klass.set_value(CustomerClass.A)
    stage.wait(lambda: page.table.count() == 1)
    stage.run(page, "view.save")
    stage.submit(page, name="Class A first")
    stage.wait(lambda: page.tabs.tabText(page.tabs.currentIndex()) == "Class A first")
    page.tabs.setCurrentIndex(tab(page, "All"))
    stage.wait(lambda: page.table.count() == many)
    page.tabs.setCurrentIndex(tab(page, "Class A first"))
    stage.wait(lambda: page.table.count() == 1)
    assert page.filters.klass.value() is CustomerClass.A
    later = stage.show(SignalsPage)
    stage.wait(lambda: later.tabs.tabText(later.tabs.count() - 1) == "Class A first")


def test_that_the_tab_of_snoozed_signals_shows_them(stage: Stage, found: list[SignalRow]) -> None:
    stage.write(triage.snooze, [found[0].id], clock.today() + dt.timedelta(days=9))
    page = stage.show(SignalsPage)
    page.tabs.setCurrentIndex(tab(page, "Snoozed"))
    stage.wait(lambda: page.table.count() == 1)
    assert page.filters.state.value() is SignalState.SNOOZED


def test_that_the_sentence_why_stands_whole_beside_the_list(
    stage: Stage, found: list[SignalRow], each_language: str
) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.preview.sentence.text)
    wanted = found[0].sentence_en if each_language == "en" else found[0].sentence_zh
    label = page.preview.sentence
    assert label.text() == wanted
    stage.wait(lambda: label.isVisible() and label.height() >= label.heightForWidth(label.width()))
    stage.write(triage.dismiss, [found[0].id], "moved")
    page.load()
    stage.wait(lambda: not page.table.count() and not page.preview.sentence.isVisible())


def test_that_enter_opens_the_customer(stage: Stage, found: list[SignalRow]) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.table.selected_rows)
    stage.run(page, "customer.open")
    assert stage.places == [("customer-card", found[0].customer_id)]
    page.table.opened.emit(found[0])
    assert stage.places[-1] == ("customer-card", found[0].customer_id)


def test_that_the_sentence_is_in_the_language_of_the_window(
    stage: Stage, found: list[SignalRow], each_language: str
) -> None:
    page = stage.show(SignalsPage)
    stage.wait(page.table.selected_rows)
    column = next(c for c in page.table.model.columns if c.id == "sentence")
    text = column.shown(page.table.current_row())
    assert text == (found[0].sentence_en if each_language == "en" else found[0].sentence_zh)
