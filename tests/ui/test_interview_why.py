"""What belongs to a question: belief before, the own words beside, the why-chain."""

import uuid
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import ReasonLayer
from desktop_app.services import interviews
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.why_chain import ChainStep, WhyBar, suggested_reasons
from tests.ui.casework import activate, file_of, focus, open_case, press, type_text
from tests.ui.interview_forms import OFFERS
from tests.ui.interview_stage import HAPPENED, STATED, WHY_1, save, shown
from tests.ui.shop import Stage, fill

CODE_1 = "/data/why_step_1/why_1_reason"


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    return open_case(stage, shop["K2"])


@pytest.fixture
def interview_id(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    made: uuid.UUID = stage.write(interviews.start, case_id)
    return made


def test_that_the_belief_of_staff_is_asked_before_the_first_question(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.run is not None)
    activate(page)
    page.view.belief.start()
    assert page.view.belief.isVisible()
    type_text("nobody says this")
    press(Qt.Key.Key_Return)
    assert page.view.belief.isVisible()  # not a reason: said there, nothing modal
    press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    page.view.belief.box.set_value("delivery_late")
    press(Qt.Key.Key_Return)
    assert page.view.belief.isHidden()
    assert focus() in page.view.pane.stops()
    stage.wait(lambda: ReasonLayer.BELIEF in file_of(stage, case_id).reasons)
    assert file_of(stage, case_id).reasons[ReasonLayer.BELIEF].code == "delivery_late"
    stage.wait(page.facts.belief.isVisible)


def test_that_the_belief_is_picked_by_digits_like_every_other_reason(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.run is not None)
    activate(page)
    page.view.belief.start()
    press(Qt.Key.Key_1)  # a group
    press(Qt.Key.Key_Escape)  # back from it: nothing is skipped
    assert page.view.belief.isVisible()
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_1)
    assert page.view.belief.isHidden()
    assert focus() in page.view.pane.stops()
    stage.wait(lambda: ReasonLayer.BELIEF in file_of(stage, case_id).reasons)
    assert file_of(stage, case_id).reasons[ReasonLayer.BELIEF].code == "price_increase"


def test_that_enter_on_an_untouched_belief_skips_it(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.run is not None)
    activate(page)
    page.view.belief.start()
    press(Qt.Key.Key_Return)
    assert page.view.belief.isHidden()
    stage.idle()
    assert ReasonLayer.BELIEF not in file_of(stage, case_id).reasons


def test_that_the_belief_can_be_skipped_and_is_not_asked_again(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: page.run is not None)
    activate(page)
    page.view.belief.start()
    press(Qt.Key.Key_Escape)
    assert page.view.belief.isHidden()
    assert ReasonLayer.BELIEF not in file_of(stage, case_id).reasons
    save(stage, interview_id, left_on="2026-06-01")
    later: InterviewPage = stage.show(InterviewPage, interview_id)
    stage.wait(lambda: later.run is not None)
    assert later.view.belief.isHidden()  # the interview has begun


def test_that_the_own_words_stand_beside_the_coded_reason(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    page.view.go(STATED)
    card = page.view.pane.cards[STATED]
    assert card.beside.isVisible()
    assert card.beside_words.text() == "Not written down yet."
    page.view.go(HAPPENED)
    assert not page.view.pane.cards[HAPPENED].beside.isVisible()
    type_text("too late three times")
    page.view.go(STATED)
    assert page.view.pane.cards[STATED].beside_words.text() == "too late three times"
    press(Qt.Key.Key_1)
    press(Qt.Key.Key_1)
    page.view.go(HAPPENED)
    assert page.view.pane.cards[HAPPENED].beside_words.text() == "Price change"


def test_that_a_why_shows_the_chain_and_asks_a_probe_of_the_last_reason(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    save(stage, interview_id, stated="price_increase")
    page = shown(stage, interview_id)
    page.view.go(WHY_1)
    card = page.view.pane.cards[WHY_1]
    assert card.why is not None
    assert len(card.why.probes) == 4
    assert "price" in card.why.probes[0]
    press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    assert card.label.text() == card.why.probes[1]
    assert card.form_words.text() == "Why? Which occasion?"
    assert page.view.current == WHY_1
    type_text("came late")
    press(Qt.Key.Key_Return)
    type_text("Delivery late")
    page.view.pane.cards["/data/why_step_1/why_1_reason"].input.set_value("delivery_late")
    page.view.pane.cards["/data/why_step_1/why_1_reason"].input.changed.emit()
    page.view.go("/data/why_step_2/why_2")
    later = page.view.pane.cards["/data/why_step_2/why_2"].why
    assert later is not None
    crumbs = [later.crumbs.itemAt(n).widget() for n in range(later.crumbs.count() - 1)]
    words = [crumb.accessibleName() or crumb.text() for crumb in crumbs]  # type: ignore[union-attr]
    assert words[0] == "Price change"
    assert words[1] == "→"
    assert "late" in words[2].lower()
    assert later.probes[0] == "Which order came late last?" or "late" in later.probes[0]


def test_that_a_why_is_coded_by_a_digit_and_wrong_words_are_no_accepted_step(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    save(stage, interview_id, stated="price_increase")
    page = shown(stage, interview_id)
    page.view.go(WHY_1)
    type_text("came late")
    press(Qt.Key.Key_Return)
    assert page.view.current == CODE_1
    picker = page.view.pane.cards[CODE_1].input.reasons  # type: ignore[attr-defined]
    first = picker.list.item(0).text()
    assert first.startswith("1  ")
    assert "Price change" not in first  # it is above already
    assert picker.list.item(picker.list.count() - 1).text().endswith("All reasons  ›")
    type_text("nobody says this")
    press(Qt.Key.Key_Return)  # nobody is trapped
    assert page.view.current == "/data/why_step_2/why_2"
    assert page.strip.isVisible()  # the answer is not possible
    bar = page.view.pane.cards["/data/why_step_2/why_2"].why
    assert bar is not None
    assert words_of(bar) == ["Price change", "→", "Not on the list: nobody says this"]
    assert "price" in bar.probes[0]  # of the last one that is known
    page.view.go(CODE_1)
    press(Qt.Key.Key_1)
    page.view.go("/data/why_step_2/why_2")
    bar = page.view.pane.cards["/data/why_step_2/why_2"].why
    assert bar is not None
    assert words_of(bar)[-1] in first
    assert not page.strip.isVisible()


def words_of(bar: WhyBar) -> list[str]:
    crumbs = [bar.crumbs.itemAt(n).widget() for n in range(bar.crumbs.count() - 1)]
    return [crumb.accessibleName() or crumb.text() for crumb in crumbs]  # type: ignore[union-attr]


def test_that_what_followed_before_is_suggested_first() -> None:
    offers = replace(OFFERS, follows={"price_increase": ("delivery_late", "no_such_reason")})
    step = ChainStep("", "price_increase")
    assert suggested_reasons([step], offers) == ("delivery_late", "price_unreasonable")
    wrong = ChainStep("late", "typed words")
    assert suggested_reasons([step, wrong], offers) == ("delivery_late", "price_unreasonable")
    deeper = ChainStep("late", "delivery_late")
    assert suggested_reasons([step, deeper], offers) == ()
    assert suggested_reasons([], offers) == ()
