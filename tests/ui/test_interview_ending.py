"""How an interview ends on its page: root reason, dropping, a second one, reviewers' comments."""

import uuid
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import SYSTEM, Actor, Database
from db.vocabulary import InterviewMode, InterviewState, ReasonLayer, ReviewState
from desktop_app.domain.reasons import ReasonDraft
from desktop_app.services import cases, double_entry, drafts, interview_end, interviews, reviews
from desktop_app.ui.interview_sheet import InterviewTarget
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.interview import InterviewPage
from tests.factories import Desk
from tests.ui.casework import activate, file_of, focus, nameless, open_case, press, type_text
from tests.ui.interview_stage import HAPPENED, LEFT_ON, STATED, WHY_1, save, shown
from tests.ui.shop import Stage, fill

CODE_1 = "/data/why_step_1/why_1_reason"
WHY_2, CODE_2 = "/data/why_step_2/why_2", "/data/why_step_2/why_2_reason"


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


def put(stage: Stage, interview_id: uuid.UUID, **answers: str) -> None:
    places = {"why_1": WHY_1, "code_1": CODE_1, "why_2": WHY_2, "code_2": CODE_2}
    given = {places[name]: value for name, value in answers.items()}
    stage.write(interviews.save_answers, interview_id, given)


def finished(stage: Stage, interview_id: uuid.UUID) -> uuid.UUID:
    save(stage, interview_id, happened="came late", stated="price_increase")
    stage.write(interview_end.finish, interview_id)
    return interview_id


def read(stage: Stage, target: object) -> Any:
    """The page with a finished interview, and the keyboard in it."""
    page = stage.show(InterviewPage, target)
    activate(page)
    stage.wait(lambda: page.sheet is not None)
    return page


# ---------------------------------------------------------------- the root reason


def test_that_a_chain_without_a_root_reason_is_said_once_and_can_be_named(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    save(stage, interview_id, happened="x", stated="price_increase")
    put(stage, interview_id, why_1="每月都涨", code_1="price_unreasonable", why_2="说不清")
    page = shown(stage, interview_id)
    stage.run(page, "interview.finish")
    assert stage.went() == []
    assert page.ending.strip.isVisible()
    assert "without a root reason" in page.ending.strip.words.text()
    assert nameless(page) == []
    press(Qt.Key.Key_1)
    assert page.ending.strip.isHidden()
    assert page.view.current == CODE_2
    type_text("delivery_late")
    press(Qt.Key.Key_Return)
    stage.run(page, "interview.finish")  # it is named: nothing is asked any more
    stage.wait(stage.went)
    assert file_of(stage, case_id).reasons[ReasonLayer.ROOT].code == "delivery_late"


def test_that_a_root_reason_nobody_knows_is_left_open_and_not_asked_for_again(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    save(stage, interview_id, happened="x", stated="price_increase")
    put(stage, interview_id, why_1="说不清")
    page = shown(stage, interview_id)
    stage.run(page, "interview.finish")
    stage.run(page, "interview.finish")  # pressed again: it is not known
    stage.wait(stage.went)
    assert ReasonLayer.ROOT not in file_of(stage, case_id).reasons
    stage.write(interview_end.reopen, interview_id, "again")
    stage.went().clear()
    later = shown(stage, interview_id)
    stage.run(later, "interview.finish")
    stage.wait(stage.went)


def test_that_nothing_is_asked_when_the_chain_has_its_root_or_nobody_asked_why(
    stage: Stage, interview_id: uuid.UUID, shop: dict[str, uuid.UUID]
) -> None:
    save(stage, interview_id, happened="x", stated="price_increase")
    put(stage, interview_id, why_1="每月都涨", code_1="price_unreasonable")
    other = stage.write(interviews.start, open_case(stage, shop["K3"]))
    save(stage, other, happened="x", stated="price_increase")
    for key in (interview_id, other):
        stage.went().clear()
        page = shown(stage, key)
        stage.run(page, "interview.finish")
        stage.wait(stage.went)


def test_that_a_root_reason_set_by_hand_that_stays_is_told(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    by_hand = ReasonDraft(layer=ReasonLayer.ROOT, reason="unknown_other")
    stage.write(cases.set_reason, case_id, by_hand)
    save(stage, interview_id, happened="x", stated="price_increase")
    put(stage, interview_id, why_1="每月都涨", code_1="price_unreasonable")
    page = shown(stage, interview_id)
    told: list[str] = []
    page.messages.info = told.append
    stage.run(page, "interview.finish")
    stage.wait(stage.went)
    assert told == ["The root reason set by hand stays. The why-chain leads to another one."]
    assert file_of(stage, case_id).reasons[ReasonLayer.ROOT].code == "unknown_other"


# ---------------------------------------------------------------- begun by accident


def test_that_an_empty_interview_is_dropped_at_once(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "interview.drop")
    stage.wait(stage.went)
    assert stage.went()[-1] == ("case-file", case_id)
    assert file_of(stage, case_id).interviews == ()
    stage.idle()
    assert page.sheet is None


def test_that_answers_are_dropped_after_a_question_only(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    type_text("2026-6-1")
    stage.run(page, "interview.drop")
    assert "1 answer" in page.ending.strip.words.text()
    press(Qt.Key.Key_Return)  # the safe one has the keyboard
    assert page.ending.strip.isHidden()
    assert focus() in page.view.pane.stops()
    stage.idle()
    assert len(file_of(stage, case_id).interviews) == 1
    stage.run(page, "interview.drop")
    press(Qt.Key.Key_Escape)
    assert page.ending.strip.isHidden()
    stage.run(page, "interview.drop")
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Return)
    stage.wait(stage.went)
    assert file_of(stage, case_id).interviews == ()


def test_that_what_is_typed_and_not_saved_is_asked_about_too(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    key = interviews.draft_key(interview_id, HAPPENED)
    stage.write(drafts.save_draft, key, {"value": "half a sen"})
    page = shown(stage, interview_id)
    stage.run(page, "interview.drop")
    assert page.ending.strip.isVisible()
    press(Qt.Key.Key_2)
    stage.wait(stage.went)
    assert stage.read(drafts.open_drafts) == []
    assert file_of(stage, case_id).interviews == ()


def test_that_what_cannot_be_dropped_stays_on_the_page(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    finished(stage, interview_id)
    stage.write(interview_end.reopen, interview_id, "wrong day")
    page = shown(stage, interview_id)
    told: list[str] = []
    page.messages.error = told.append
    stage.run(page, "interview.drop")
    press(Qt.Key.Key_2)
    stage.wait(lambda: told)
    assert "was finished once" in told[0]
    stage.wait(lambda: page.run is not None)
    assert stage.went() == []


def test_that_a_second_keying_is_given_up(
    stage: Stage, case_id: uuid.UUID, database: Database
) -> None:
    paper = Desk(database).do(SYSTEM, interviews.start, case_id, mode=InterviewMode.PAPER)
    finished(stage, paper)
    second = stage.write(double_entry.begin, paper)
    page: InterviewPage = stage.show(InterviewPage, second)
    stage.wait(lambda: page.run is not None)
    stage.run(page, "interview.drop")
    stage.wait(stage.went)
    assert stage.read(double_entry.overview, paper) is None


# ---------------------------------------------------------------- a second interview


def test_that_the_finished_interview_is_shown_when_another_one_is_begun(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    finished(stage, interview_id)
    page: CaseFilePage = stage.show(CaseFilePage, case_id)
    stage.wait(lambda: page.view is not None)
    for action, is_paper in (("case.interview", False), ("interview.paper", True)):
        stage.went().clear()
        stage.run(page, action)
        if is_paper:  # paper may be of any questionnaire
            strip = page.flows.holding.strip
            stage.wait(strip.isVisible)
            strip.choose(0)
        stage.wait(stage.went)
        target = InterviewTarget(interview_id, is_paper=is_paper, is_asked=True)
        assert stage.went() == [("interview", target)]
    assert len(file_of(stage, case_id).interviews) == 1


def test_that_one_looks_at_the_finished_interview_or_holds_a_new_one(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    finished(stage, interview_id)
    target = InterviewTarget(interview_id, is_asked=True)
    page = read(stage, target)
    stage.wait(page.ending.strip.isVisible)
    assert page.answers.isVisible()
    assert [each.text()[:1] for each in page.ending.strip.buttons] == ["1", "2", "3"]
    press(Qt.Key.Key_1)
    assert page.ending.strip.isHidden()
    assert focus() is page.answers.area
    page.show_record(target)
    stage.wait(page.ending.strip.isVisible)
    press(Qt.Key.Key_3)
    stage.wait(stage.went)
    held = file_of(stage, case_id).interviews
    assert [row.state for row in held] == [InterviewState.FINISHED, InterviewState.DRAFT]
    assert stage.went()[-1] == ("interview", InterviewTarget(held[1].id))


def test_that_the_finished_interview_is_changed_with_a_reason(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    finished(stage, interview_id)
    page = read(stage, InterviewTarget(interview_id, is_asked=True))
    stage.wait(page.ending.strip.isVisible)
    press(Qt.Key.Key_2)
    stage.submit(page, reason="The day was misheard.")
    stage.wait(lambda: page.run is not None)
    assert [row.state for row in file_of(stage, case_id).interviews] == [InterviewState.DRAFT]


def test_that_a_finished_interview_opened_from_a_list_asks_nothing(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    finished(stage, interview_id)
    page = read(stage, interview_id)
    assert page.ending.strip.isHidden()
    stage.run(page, "interview.again")
    stage.wait(stage.went)


# ---------------------------------------------------------------- reviewers' comments


def commented(stage: Stage, interview_id: uuid.UUID) -> None:
    for comment, address in (
        ("which occasion?", HAPPENED),
        ("too short as a whole", ""),
        ("what day?", LEFT_ON),
    ):
        state = ReviewState.HAS_ISSUES
        stage.write(reviews.set_state, interview_id, state, comment, address)


def test_that_reviewers_comments_stand_beside_the_answers_of_a_finished_interview(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    commented(stage, finished(stage, interview_id))
    page = read(stage, interview_id)
    assert page.comments.isVisible()
    words = texts(page.comments)
    assert any("too short as a whole" in each for each in words)
    assert "2 comments on answers. Shift+F7 goes to the next one." in words
    assert list(page.answers.comments) == [LEFT_ON, HAPPENED]
    assert any("which occasion?" in each for each in texts(page.answers.comments[HAPPENED]))
    stage.run(page, "interview.comment")
    assert focus() is page.answers.area


def test_that_a_key_goes_from_one_comment_to_the_next_while_it_is_corrected(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    commented(stage, finished(stage, interview_id))
    stage.write(interview_end.reopen, interview_id, "as the review says")
    page = shown(stage, interview_id)
    assert page.comments.isVisible()
    page.view.go(STATED)
    for address, comment in ((LEFT_ON, "what day?"), (HAPPENED, "which occasion?")) * 2:
        stage.run(page, "interview.comment")
        assert page.view.current == address
        assert any(comment in each for each in texts(page.view.pane.cards[address]))
    page.view.go(STATED)
    assert not any("?:" in each for each in texts(page.view.pane.cards[STATED]))


def test_that_an_interview_without_comments_shows_none(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    assert page.comments.isHidden()
    assert "interview.comment" not in page.actions()


def texts(widget: Any) -> list[str]:
    from PySide6.QtWidgets import QLabel

    return [each.text() for each in widget.findChildren(QLabel) if not each.isHidden()]
