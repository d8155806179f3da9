"""Comparisons by a random split: begun in a form, read with a sentence, ended, undone."""

import pytest
from pytestqt.qtbot import QtBot

from db.models import Script, ScriptVersion
from db.session import Actor, Database, Session
from db.vocabulary import ExperimentKind, Occasion, Outcome, Role, VersionState
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.permissions import Action, Scope, allowed, scope_of
from desktop_app.services import cases, experiments
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.experiments import ExperimentsPage
from tests import factories
from tests.ui.casework import nameless
from tests.ui.shop import Stage, press
from tests.world import once


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture(autouse=True)
def scripts(database: Database, admin: Actor) -> None:
    once(database, "scripts", lambda: _scripts(database, admin))


def _scripts(database: Database, admin: Actor) -> None:
    with database.write(admin) as session:
        factories.name(session)
        for code in ("t_old", "t_new"):
            script = Script(
                code=code, zh=f"话术 {code}", en=f"Script {code}", occasion=Occasion.PRICE,
                current_version=1,
            )  # fmt: skip
            session.add(script)
            session.flush()
            version = ScriptVersion(
                script_id=script.id, number=1, state=VersionState.PUBLISHED, content={}
            )
            session.add(version)


def begin(stage: Stage, page: ExperimentsPage, **values: object) -> None:
    """Fill the form of a new comparison of both scripts."""
    stage.wait(lambda: page._sheet.targets)
    stage.run(page, "experiment.new")
    usual = {
        "title": "价格话术",
        "kind": ExperimentKind.SCRIPT,
        "first": ("t_old", 1),
        "second": ("t_new", 2),
        "planned": 400,
    }
    stage.submit(page, **(usual | values))


def draw(session: Session, count: int, *, close: bool = False) -> None:
    for number in range(count):
        case_id = factories.open_case(session)
        experiments.arm_for(session, case_id, ExperimentKind.SCRIPT)
        if close:
            outcome = Outcome.SAVED if number % 2 else Outcome.UNREACHABLE
            cases.close(session, case_id, CloseDraft(outcome=outcome, root_reason="unknown_other"))


def test_that_a_comparison_is_begun_read_ended_and_undone(stage: Stage) -> None:
    page = stage.show(ExperimentsPage)
    stage.idle()
    assert not page.detail.isVisible()
    begin(stage, page)
    stage.wait(lambda: page.table.count() == 1)
    (row,) = stage.read(experiments.list_experiments)
    assert (row.title, row.planned, row.kind) == ("价格话术", 400, ExperimentKind.SCRIPT)
    assert [(arm["target"], arm["weight"]) for arm in row.arms] == [("t_old", 1), ("t_new", 2)]
    stage.wait(lambda: page.table.current_row() is not None)
    ((text, _tone),) = page.sentences(page.table.current_row())
    assert text.startswith("B  Script t_new: not enough customers yet, 0 of 30")
    assert page.split.text() == "Too few customers to check the split yet."
    stage.write(draw, 12)
    page.load()
    stage.wait(lambda: sum(arm.customers for arm in page.table.current_row().arms) == 12)
    assert page.table.model.columns[2].shown(page.table.current_row()) == "12 of 400"
    assert nameless(page) == []
    press("End it")
    stage.run(page, "experiment.end")
    stage.wait(lambda: page.table.current_row().row.ended_on is not None)
    stage.connect(page)
    assert "experiment.end" not in page.actions()


def test_that_the_read_out_has_its_sentence_when_there_are_enough(stage: Stage) -> None:
    page = stage.show(ExperimentsPage)
    begin(stage, page, second=("t_new", 1))
    stage.write(draw, 90, close=True)
    page.load()
    stage.wait(lambda: page.table.current_row() is not None)
    stage.wait(lambda: page.table.current_row().arms[1].is_enough)
    ((text, _tone),) = page.sentences(page.table.current_row())
    assert "points, between" in text or "points more saves" in text or "fewer saves" in text
    assert page.arms.model.columns[0].shown(page.arms.model.row(0)) == "A  Script t_old"
    assert page.split.text() == "Customers were split as planned."


def test_that_the_form_says_what_is_wrong(stage: Stage) -> None:
    page = stage.show(ExperimentsPage)
    stage.wait(lambda: page._sheet.targets)
    stage.run(page, "experiment.new")
    same = {"title": "x", "first": ("t_old", 1), "second": ("t_old", 1)}
    assert "compared with itself" in stage.refused(page, **same)[""]
    stage.run(page, "experiment.new")
    problems = stage.refused(page, title="x", first=("t_old", 1), second=None)
    assert "Name at least two arms" in problems[""]


def test_that_scripts_and_offers_are_offered_by_kind(stage: Stage) -> None:
    page = stage.show(ExperimentsPage)
    stage.wait(lambda: page._sheet.targets)
    stage.run(page, "experiment.new")
    form = stage.dialog(page).form
    first = form.editors["first"]
    assert first.box.count() == len(page._sheet.targets[ExperimentKind.SCRIPT]) >= 2
    form.editors["kind"].set_value(ExperimentKind.OFFER)
    assert first.box.count() == len(page._sheet.targets[ExperimentKind.OFFER])
    form.mark_saved()
    stage.dialog(page).reject()


def test_that_only_who_works_for_all_stores_begins_one() -> None:
    may = {role for role in Role if allowed(role, Action.RUN_EXPERIMENT)}
    assert may == {Role.DEPT_MANAGER, Role.HEAD_OFFICE, Role.ADMINISTRATOR}
    assert {scope_of(role) for role in may} == {Scope.ALL}
