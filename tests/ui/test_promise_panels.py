"""The cards and the strip on the page of a case; what Today and the close form say."""

import datetime as dt
import uuid
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.models import Case, Customer
from db.session import Actor, Database
from db.vocabulary import ComplaintChannel, Outcome, ReplyKind, SaveState
from desktop_app import clock, labels
from desktop_app.domain.arrears import ArrearsStep
from desktop_app.domain.cases import CloseDraft, OpenDraft
from desktop_app.domain.promises import ComplaintDraft, PromiseDraft, RecoveryDraft
from desktop_app.domain.reasons import ChurnType
from desktop_app.services import cases, complaints, promises, recovery, watch
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.pages.today import TodayPage
from desktop_app.ui.panels import text_label
from tests import factories
from tests.ui.casework import activate, focus, open_case, press, type_text
from tests.ui.shop import Stage, fill

_DAY = dt.timedelta(days=1)
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def shown(stage: Stage, case_id: uuid.UUID) -> Any:
    page = stage.show(CaseFilePage, case_id)
    stage.wait(lambda: page.view is not None)
    activate(page)
    return page


def words(widget: Any) -> str:
    """Everything a card says."""
    kind = type(text_label())
    return "\n".join(each.text() for each in widget.findChildren(kind) if each.isVisible())


def change(stage: Stage, entity: type, key: uuid.UUID, **values: object) -> None:
    """Set columns behind the services' back."""

    def write(session: Any) -> None:
        factories.name(session)
        row = session.get_one(entity, key)
        for name, value in values.items():
            setattr(row, name, value)

    stage.write(write)


def test_that_a_promise_is_made_during_a_call_without_a_dialog(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, open_case(stage, shop["K2"]))
    stage.wait(lambda: "case.timer" in page.actions())
    stage.run(page, "case.timer")
    before = focus()
    stage.run(page, "promise.new")
    assert page.follow_up.strip.is_open
    type_text("周五前补送两箱")
    press(Qt.Key.Key_Return)  # on to the day
    assert focus() is page.follow_up.strip.due.line
    page.follow_up.strip.due.line.selectAll()
    type_text("+2")
    press(Qt.Key.Key_Return, CONTROL)
    stage.wait(lambda: not page.follow_up.strip.is_open)
    assert page.strip.timer.is_running
    assert focus() is before
    (row,) = stage.read(promises.list_promises)
    assert (row.words, row.due_on) == ("周五前补送两箱", clock.today() + 2 * _DAY)
    stage.wait(lambda: "周五前补送两箱" in words(page.follow_up.panel))
    page.strip.timer.toggle()


def test_that_what_is_typed_about_a_promise_stays_and_is_checked(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, open_case(stage, shop["K2"]))
    strip = page.follow_up.strip
    stage.run(page, "promise.new")
    press(Qt.Key.Key_Return, CONTROL)
    assert strip.problem.text() == "Write down what is promised."
    type_text("补送")
    strip.due.set_value(None)
    press(Qt.Key.Key_Return, CONTROL)
    assert "by which day" in strip.problem.text()
    strip.due.set_value(clock.today() - _DAY)
    press(Qt.Key.Key_Return, CONTROL)
    assert "the day it was made or later" in strip.problem.text()
    press(Qt.Key.Key_Escape)
    assert not strip.is_open
    stage.idle()
    strip.leave(None)
    stage.run(page, "promise.new")
    stage.wait(lambda: strip.words.text() == "补送")
    assert stage.read(promises.list_promises) == ()


def test_that_the_card_shows_what_is_open_and_answers_it(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id, today = open_case(stage, shop["K2"]), clock.today()
    late = PromiseDraft(words="送两箱", made_on=today - 9 * _DAY, due_on=today - 2 * _DAY)
    key = stage.write(promises.register, shop["K2"], late, case_id)
    stage.write(promises.chase, key)
    heard = ComplaintDraft(channel=ComplaintChannel.CALL, words="送错了")
    stage.write(complaints.listen, shop["K2"], heard, case_id)
    stage.write(recovery.begin, case_id, RecoveryDraft())
    page = shown(stage, case_id)
    panel = page.follow_up.panel
    stage.wait(lambda: "送两箱" in words(panel))
    said = words(panel)
    for part in ("asked again 1×", "送错了", "Write the demands down", "1/4 Apologise"):
        assert part in said
    panel.flows.go_on(panel.found.promises[0])
    stage.submit(page, reply=ReplyKind.MET, note="送到了")
    stage.wait(lambda: "送两箱" not in words(panel))
    card = stage.show(CustomerCardPage, shop["K2"])
    stage.wait(lambda: "送错了" in words(card.panel.follow_up))
    assert {"promise.new", "complaint.new"} <= set(card.actions())


def test_that_arrears_in_bad_faith_go_their_own_way(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K2"])
    change(stage, Customer, shop["K2"], malicious_arrears=True)
    page = shown(stage, case_id)
    panel = page.follow_up.panel
    stage.wait(lambda: "Owes in bad faith (the customer is marked so)" in words(panel))
    panel.flows.arrears(case_id, ArrearsStep.CREDIT_CHECK)
    stage.submit(page, note="查过了")
    stage.wait(lambda: "✓ Check the credit" in words(panel))
    assert "○ Let them pay in advance only" in words(panel)


def test_that_a_complaint_proposes_retaliation_and_one_press_takes_it_over(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K2"])
    change(stage, Case, case_id, churn_type=ChurnType.PASSIVE_NONMALICIOUS)
    heard = ComplaintDraft(channel=ComplaintChannel.CALL, words="没人管")
    stage.write(complaints.listen, shop["K2"], heard, case_id)
    page = shown(stage, case_id)
    panel = page.follow_up.panel
    stage.wait(lambda: "That speaks for" in words(panel))
    panel._take_type()
    stage.wait(lambda: "Leaves in protest" in words(panel))
    file = stage.read(cases.case_file, case_id)
    assert file.churn_type == ChurnType.PASSIVE_RETALIATORY


def saved(stage: Stage, customer: uuid.UUID) -> uuid.UUID:
    case_id = open_case(stage, customer)
    draft = CloseDraft(
        outcome=Outcome.SAVED, root_reason="price_competitor_lower", churn_type="active_competitive"
    )
    stage.write(cases.close, case_id, draft)
    return case_id


def test_that_a_watched_save_says_until_when_and_then_which_order_proves_it(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = saved(stage, shop["K2"])
    page = shown(stage, case_id)
    card = page.follow_up.card
    until = labels.day_text(clock.today() + 30 * _DAY)
    stage.wait(card.isVisible)
    assert card.state.text() == labels.label(SaveState.WATCHING)
    assert f"Watched until {until}" in card.sentence.text()
    stage.write(factories.add_orders, shop["K2"], [(clock.today(), 45_00)])
    stage.write(watch.judge_all)
    page.load()
    stage.wait(lambda: card.state.text() == labels.label(SaveState.CONFIRMED))
    assert "¥45.00" in words(card)


def test_that_leaving_again_is_shown_both_ways(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    first = saved(stage, shop["K2"])
    second = stage.write(cases.open_case, shop["K2"], OpenDraft(kind="lapsing"))
    numbers = {key: stage.read(cases.case_file, key).row.number for key in (first, second)}
    page = shown(stage, second)
    card = page.follow_up.card
    stage.wait(card.isVisible)
    opener = card._links.itemAt(0).widget()
    assert opener.text() == f"Follows case {numbers[first]}"
    opener.click()
    assert stage.went()[-1] == ("case-file", first)
    page.show_record(first)
    stage.wait(
        lambda: (
            card._links.count()
            and card._links.itemAt(0).widget().text() == f"Followed by case {numbers[second]}"
        )
    )


def test_that_a_lost_case_asks_for_its_lesson(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K2"])
    lost = CloseDraft(outcome=Outcome.LOST, root_reason="unknown_refused", note="换人了")
    stage.write(cases.close, case_id, lost)
    page = shown(stage, case_id)
    card = page.follow_up.card
    stage.wait(card.isVisible)
    card._links.itemAt(0).widget().click()
    stage.submit(page, lesson="报价晚了")
    stage.wait(lambda: "报价晚了" in words(card))


def test_that_the_form_of_closing_says_until_when_a_save_is_watched(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page = shown(stage, open_case(stage, shop["K2"]))
    stage.run(page, "case.close")
    dialog = stage.dialog(page)
    said = dialog.findChild(type(text_label()), "watched-until")
    assert not said.isVisible()
    dialog.form.editors["outcome"].set_value(Outcome.SAVED)
    assert said.isVisible()
    assert labels.day_text(clock.today() + 30 * _DAY) in said.text()
    dialog.form.mark_saved()
    dialog.reject()


def test_that_today_leads_to_what_was_promised(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    today = clock.today()
    for days in (-2, 0, 2):
        due = PromiseDraft(words="x", made_on=today - 9 * _DAY, due_on=today + days * _DAY)
        stage.write(promises.register, shop["K2"], due)
    page = stage.show(TodayPage)
    stage.wait(lambda: page.promises.due.text() == "1 promise overdue · 1 due today")
    page.promises.due.click()
    assert stage.went() == [("promises", "mine")]
