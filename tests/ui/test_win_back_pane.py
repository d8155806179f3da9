"""The six steps of winning back in a case: gates in words, keyboard all the way, undo."""

import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.models import Customer
from db.session import Actor, Database
from db.vocabulary import Outcome, WinBackStepKind
from desktop_app import clock
from desktop_app.domain.win_back import DRAFTS, IdentifyDraft, StepState
from desktop_app.services import contacts, tasks, visits, win_back
from desktop_app.services.visits import VisitFilter
from desktop_app.ui.forms.win_back_forms import ItemsEditor
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.win_back_pane import WinBackPane
from tests import factories
from tests.ui.casework import activate, nameless, open_case, press
from tests.ui.shop import Stage, fill

IDENTIFY, CONTACT, PLAN, SATISFY, PREVENT, OUTDO = WinBackStepKind


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    """An assigned case of a customer with an address."""

    def settle(session):
        factories.name(session)
        session.get_one(Customer, shop["K2"]).address = "人民路 1 号"

    stage.write(settle)
    return open_case(stage, shop["K2"])


def show(stage: Stage, case_id: uuid.UUID) -> tuple[CaseFilePage, WinBackPane]:
    page = stage.show(CaseFilePage, case_id)
    pane = page.tabs.win_back
    stage.wait(lambda: pane.steps is not None)
    stage.idle()
    activate(page)
    stage.run(page, "case.win_back")
    assert pane.row.hasFocus()
    return page, pane


def go(stage: Stage, pane: WinBackPane, digit: int) -> None:
    pane.row.setFocus()
    press(Qt.Key(Qt.Key.Key_0 + digit))
    stage.idle()


def save(stage: Stage, pane: WinBackPane, **values: object) -> None:
    """Enter values, press Ctrl+Enter, wait until they are stored."""
    assert pane.form is not None
    for name, value in values.items():
        pane.form.editors[name].set_value(value)
    pane.form.focus_first()
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stage.idle()


def test_that_the_steps_are_gone_through_by_keyboard(stage: Stage, case_id: uuid.UUID) -> None:
    page, pane = show(stage, case_id)
    assert pane.row.current is IDENTIFY
    assert "the name is to be verified" in pane.notice.text()
    press(Qt.Key.Key_Down)  # into the form
    press(Qt.Key.Key_Space)
    save(stage, pane, address_verified=True)
    assert pane.steps is not None
    assert pane.steps.step(IDENTIFY).state is StepState.DONE
    assert pane.row.hasFocus()
    go(stage, pane, 3)
    assert pane.form is None
    assert "Closed until somebody has spoken" in pane.notice.text()
    assert pane.save_button.isHidden()
    stage.write(factories.attempt, case_id)
    stage.idle()
    go(stage, pane, 2)
    save(stage, pane, channel="call", apologised=True, listened=True)
    press(Qt.Key.Key_Right)
    stage.idle()
    assert pane.row.current is PLAN
    assert pane.form is not None
    assert not pane.form.editors["opinions"].isEnabled()  # the displeasure stands
    day = clock.today() + dt.timedelta(days=3)
    save(
        stage, pane, displeasure_resolved=True, opinions="送货太慢", agreed=True,
        items=[{"words": "换承运商", "due_on": day}],
    )  # fmt: skip
    assert pane.steps.step(PLAN).state is StepState.DONE
    assert [(item.words, item.due_on) for item in pane.steps.items] == [("换承运商", day)]
    go(stage, pane, 5)
    save(stage, pane, improvement="次日送达")
    assert pane.form is not None
    assert set(pane.form.problems()) == {"owner_id"}  # the day is proposed
    save(stage, pane, owner_id=stage.context.actor.user_id)
    assert pane.steps.improvement is not None
    assert pane.steps.improvement.owner == stage.context.actor.name
    go(stage, pane, 6)
    for axis in ("more", "faster", "better"):
        pane.form.editors[f"{axis}_ours"].set_value("次日")
        pane.form.editors[f"{axis}_theirs"].set_value("三日")
        pane.form.editors[axis].set_value("ahead")
    save(stage, pane)
    done = [step.kind for step in pane.steps.steps if step.state is StepState.DONE]
    assert done == [IDENTIFY, CONTACT, PLAN, PREVENT, OUTDO]
    assert page.tabs.tabText(page.tabs.indexOf(pane)) == "Win back (5/6)"


def test_that_a_task_dropped_elsewhere_opens_its_step_again(
    stage: Stage, case_id: uuid.UUID
) -> None:
    stage.write(factories.attempt, case_id)
    page, pane = show(stage, case_id)
    go(stage, pane, 5)
    save(stage, pane, improvement="次日送达", owner_id=stage.context.actor.user_id)
    assert pane.steps is not None
    assert pane.steps.step(PREVENT).state is StepState.DONE
    assert pane.steps.improvement is not None
    stage.context.tasks.write(page, tasks.drop, pane.steps.improvement.id, "没有预算")
    stage.wait(lambda: pane.steps is not None and pane.steps.step(PREVENT).state is StepState.BEGUN)
    assert "the improvement, or why there is no defect" in pane.notice.text()


def test_that_what_is_refused_stands_beside_its_field(stage: Stage, case_id: uuid.UUID) -> None:
    stage.write(factories.attempt, case_id)
    _page, pane = show(stage, case_id)
    go(stage, pane, 5)
    me = stage.context.actor.user_id
    save(stage, pane, improvement="次日送达", owner_id=me, no_defect="没有")
    assert pane.form is not None
    assert set(pane.form.problems()) == {"no_defect"}
    assert pane.form.isEnabled()


def test_that_what_the_service_refuses_is_shown_too(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    _page, pane = show(stage, open_case(stage, shop["K3"]))  # has no address
    save(stage, pane, name_verified=True, address_verified=True)
    assert pane.form is not None
    assert set(pane.form.problems()) == {"address_verified"}


def test_that_what_is_typed_and_not_saved_is_offered_again(
    stage: Stage, case_id: uuid.UUID
) -> None:
    stage.write(factories.attempt, case_id)
    _page, pane = show(stage, case_id)
    go(stage, pane, 5)
    assert pane.form is not None
    pane.form.editors["improvement"].set_value("次日送达")
    go(stage, pane, 1)
    go(stage, pane, 5)
    assert pane.strip is not None
    stage.wait(lambda: pane.strip is not None and pane.strip.isVisible())
    pane.strip.restore()
    assert pane.form.editors["improvement"].value() == "次日送达"


def test_that_a_closed_case_shows_its_steps_and_takes_none(
    stage: Stage, case_id: uuid.UUID
) -> None:
    from desktop_app.domain.cases import CloseDraft
    from desktop_app.services import cases

    stage.write(
        win_back.save_step, case_id, IDENTIFY,
        IdentifyDraft(name_verified=True, address_verified=True),
    )  # fmt: skip
    stage.write(cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))
    _page, pane = show(stage, case_id)
    go(stage, pane, 1)
    assert pane.form is not None
    assert not pane.form.isEnabled()
    assert pane.form.editors["name_verified"].value() is True
    assert "while somebody works on the case" in pane.notice.text()


def test_that_a_win_back_visit_asks_for_name_and_address(stage: Stage, case_id: uuid.UUID) -> None:
    page = stage.show(CaseFilePage, case_id)
    stage.run(page, "case.visit")
    dialog = stage.dialog(page)
    assert not dialog.form.editors["name_verified"].isVisible()
    assert "address_verified" in stage.refused(page, is_win_back=True, name_verified=True)
    stage.run(page, "case.visit")
    stage.submit(page, is_win_back=True, name_verified=True, address_verified=True)
    stage.wait(lambda: stage.read(contacts.count_visits, VisitFilter()) == 1)
    (row,) = stage.read(visits.list_visits, VisitFilter())
    assert row.is_win_back


def test_that_an_informal_contact_is_noted_from_the_case(stage: Stage, case_id: uuid.UUID) -> None:
    page = stage.show(CaseFilePage, case_id)
    stage.run(page, "customer.informal")
    stage.submit(page, met="王总", note="展会上遇见")
    (row,) = stage.read(visits.list_visits, VisitFilter())
    assert (row.is_informal, row.met, row.case_id) == (True, "王总", case_id)


@pytest.mark.parametrize("digit", range(1, 7))
def test_that_every_control_of_a_step_has_a_name(
    stage: Stage, case_id: uuid.UUID, digit: int, each_language: str
) -> None:
    stage.write(factories.attempt, case_id)
    plan = {"displeasure_resolved": True, "opinions": "慢", "agreed": True}
    item = {"words": "换货", "due_on": clock.today()}
    draft = DRAFTS[PLAN].model_validate({**plan, "items": [item]})
    stage.write(win_back.save_step, case_id, PLAN, draft)
    _page, pane = show(stage, case_id)
    go(stage, pane, digit)
    assert pane.form is not None
    assert nameless(pane) == []


def test_that_lines_of_a_plan_come_back_as_they_were_typed(qtbot: QtBot) -> None:
    editor = ItemsEditor()
    qtbot.addWidget(editor)
    assert editor.value() == ()
    day = dt.date(2026, 9, 20)
    lines = ({"words": "换货", "due_on": day}, {"words": "道歉", "due_on": day})
    editor.set_value(lines)
    assert editor.value() == lines
    assert len(editor.lines) == 2
    editor.more.click()
    assert len(editor.lines) == 3
    editor.set_value(None)
    assert editor.value() == ()
