"""The team page: numbers with what they are made of, grey below thirty, open to their cases."""

import uuid
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from db.models import Case
from db.session import Actor, Database, Session
from db.vocabulary import Approach, Outcome, Role
from desktop_app.cli import figures_commands
from desktop_app.domain.cases import CaseDraft, CloseDraft
from desktop_app.domain.permissions import Scope
from desktop_app.i18n import _
from desktop_app.services import cases, team_figures
from desktop_app.ui.charts import ChartView
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import PAGES, page_spec, team
from desktop_app.ui.pages.team import TeamPage
from desktop_app.ui.periods import Period
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.team_sheet import share_hint
from desktop_app.ui.theme import Tone
from tests import factories
from tests.ui.casework import activate, nameless
from tests.ui.shop import Stage
from tests.world import once

SAVED = (Outcome.SAVED, Outcome.WON_BACK)
CLOSED = (*[Outcome.SAVED] * 18, *[Outcome.WON_BACK] * 2, *[Outcome.UNREACHABLE] * 14)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def closed(database: Database, admin: Actor) -> None:
    """Thirty-four closed cases of the signed-in user, all reached, and one that nobody called."""
    once(database, "closed", lambda: _plant(database, admin))


def _plant(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        for outcome in CLOSED:
            _close(session, admin, outcome)
        assert admin.user_id is not None
        cases.assign(session, [factories.open_case(session)], admin.user_id)


def _close(session: Session, admin: Actor, outcome: Outcome) -> None:
    case_id: uuid.UUID = factories.open_case(session)
    assert admin.user_id is not None
    cases.assign(session, [case_id], admin.user_id)
    factories.attempt(session, case_id)
    case = session.get_one(Case, case_id)
    cases.change(session, case_id, case.version, CaseDraft(approach=Approach.RELATIONSHIP))
    cases.close(session, case_id, CloseDraft(outcome=outcome, root_reason="unknown_other"))


def shown(stage: Stage) -> TeamPage:
    """The page with everything read and drawn."""
    page: TeamPage = stage.show(TeamPage)
    stage.wait(lambda: page.closings is not None and not page._awaited)
    stage.wait(lambda: page.view.is_whole)
    return page


def test_that_every_number_says_what_it_is_made_of_and_opens_its_cases(
    stage: Stage, closed: None
) -> None:
    page = shown(stage)
    assert page.closings is not None
    saves = page.closings.figures.saves
    assert saves.of_contacted.rate.hits == 20
    for name, share in (
        ("saved", saves.of_contacted),
        ("of_all", saves.of_everybody),
        ("confirmed", saves.confirmed_of_contacted),
        ("failed", saves.lost_deflects),
    ):
        said = page.tiles[name].accessibleName()
        assert share_hint(share, 30) in said
        page.tiles[name].click()
        where, criteria = stage.went()[-1]
        assert where == "cases"
        assert stage.read(cases.count_cases, criteria) == share.rate.hits, name
    assert page.work is not None
    timely = page.work.speed[0].in_time.rate
    assert f"{timely.hits} of {timely.n}" in page.tiles["in_time"].accessibleName()
    page.tiles["in_time"].click()
    assert stage.read(cases.count_cases, stage.went()[-1][1]) == timely.hits == len(CLOSED)
    page.tiles["attempts"].click()
    assert stage.read(cases.count_cases, stage.went()[-1][1]) == len(CLOSED)
    assert "About one half" in page.reference.text()
    assert nameless(page) == []


def test_that_no_heading_is_cut(stage: Stage, closed: None, each_language: str) -> None:
    page = shown(stage)
    page.resize(1104, 700)
    tables = {table.name: table for table in page.view.findChildren(RecordTable)}
    for name in ("Still there after a save", "Comparison of the approaches"):
        table = tables[_(name)]
        header = table.view.horizontalHeader()
        for number, column in enumerate(table.model.columns):
            room = header.sectionSize(number)
            assert room >= header.sectionSizeHint(number), (name, column.heading())


def test_that_too_few_are_grey_and_say_so(stage: Stage, closed: None) -> None:
    page = shown(stage)
    confirmed = page.tiles["confirmed"]  # the saves are watched still: none is decided
    assert confirmed._value.property("tone") == Tone.NEUTRAL.value
    assert "fewer than 30" in confirmed.accessibleName() or "no case yet" in (
        confirmed.accessibleName()
    )
    assert not page.tiles["saved"]._value.property("tone")


def test_that_the_page_and_the_command_line_say_the_same(stage: Stage, closed: None) -> None:
    page = shown(stage)
    page.period.set_value(Period.ALL)
    stage.wait(lambda: page.closings is not None and page.closings.criteria.start is None)
    stage.wait(lambda: not page._awaited and page.view.is_whole)
    assert page.closings is not None
    assert page.work is not None
    told = figures_commands._figures(stage.read(team_figures.figures))
    assert figures_commands._figures(page.closings.figures) == told
    rate = told["saves"]["of_contacted"]
    assert f"{100 * rate['share']:.0f}%" in page.tiles["saved"].accessibleName()
    assert f"{rate['hits']} of {rate['n']}" in page.tiles["saved"].accessibleName()
    work = figures_commands._work(page.work)
    assert f"{work['attempts_per_case']['mean']:.1f}" in page.tiles["attempts"].accessibleName()


def test_that_a_person_of_the_chart_and_a_cell_of_a_table_open_their_cases(
    stage: Stage, closed: None
) -> None:
    page = shown(stage)
    charts = {chart.title.text(): chart for chart in page.view.findChildren(ChartView)}
    people = charts["Saves beside what was expected"]
    activate(page)
    people.canvas.setFocus()
    people.canvas.opened.emit(people.canvas.figure.keys[0])
    criteria = stage.went()[-1][1]
    assert criteria.owner_id == stage.context.actor.user_id
    assert stage.read(cases.count_cases, criteria) == len(CLOSED)
    attempts = charts["Attempts to a closed case"]
    attempts.canvas.opened.emit("0")
    assert stage.read(cases.count_cases, stage.went()[-1][1]) == 0
    attempts.copy_table()
    assert QGuiApplication.clipboard().text().splitlines()[-1] == f"1\t{len(CLOSED)}"
    tables = {table.name: table for table in page.view.findChildren(RecordTable)}
    load = tables["Contacts in the next two weeks"]
    load.view.setCurrentIndex(load.model.index(0, 1))
    load.opened.emit(load.model.row(0))
    criteria = stage.went()[-1][1]
    assert (criteria.open_only, criteria.closed_from) == (True, None)
    assert stage.read(cases.count_cases, criteria) == 1


def test_that_the_filters_narrow_and_the_report_takes_them_over(stage: Stage, closed: None) -> None:
    page = shown(stage)
    page.person.set_value(stage.context.actor.user_id)
    page.filters.changed.emit()
    stage.wait(lambda: page.closings is not None and page.closings.criteria.owner_id is not None)
    assert page.closings is not None
    assert page.closings.asked.closed == len(CLOSED)
    stage.run(page, "team.report")
    name, target = stage.went()[-1]
    assert (name, target[0]) == ("reports", "team")
    assert target[1]["start"] == page.criteria().start
    stage.run(page, "team.treatment")
    assert stage.went()[-1] == ("reports", ("equal-treatment", {}))


def test_that_an_empty_workspace_says_what_will_be_here(stage: Stage) -> None:
    page = shown(stage)
    assert page.places.currentIndex() == 1
    page.places.currentWidget().button.click()
    assert stage.went()[-1] == ("signals", "scan")


@pytest.mark.parametrize("width", [784, 1104])
def test_that_the_numbers_stand_in_as_many_columns_as_fit(
    stage: Stage, closed: None, each_language: str, width: int
) -> None:
    page = shown(stage)
    page.resize(width, 428)
    stage.wait(lambda: page.width() == width)
    right = [tile.mapTo(page, tile.rect().topRight()).x() for tile in page.tiles.values()]
    assert max(right) <= width
    assert all(tile.width() >= tile.sizeHint().width() for tile in page.tiles.values())


def test_that_the_page_is_for_those_who_may_see_reports() -> None:
    spec = page_spec("team")
    assert spec.roles == set(Role)
    names = [one.id for one in PAGES if one.in_sidebar]
    assert names.index("team") + 1 == names.index("insights")
    assert spec.key == "Ctrl+Alt+M"


@pytest.fixture
def own_scope(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(team, "scope_of", lambda _role: Scope.OWN)
    return


def test_that_who_sees_only_the_own_cases_chooses_nobody(stage: Stage, own_scope: None) -> None:
    page = shown(stage)
    assert page.store.parent() is None
    assert page.person.parent() is None
