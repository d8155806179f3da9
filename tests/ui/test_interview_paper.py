"""Paper keyed in, keyed twice, and the differences settled."""

import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import InterviewMode
from desktop_app.services import double_entry, interview_end, interviews
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.interview_sheet import InterviewTarget
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.interview import InterviewPage
from tests.ui.casework import activate, focus, nameless, open_case, press, type_text
from tests.ui.interview_stage import EVENT, HAPPENED, LEFT_ON, STATED, WHY_1, save, shown, stored
from tests.ui.shop import Stage, fill


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


def test_that_paper_is_keyed_in_by_codes_in_one_column(stage: Stage, case_id: uuid.UUID) -> None:
    key = stage.write(interviews.start, case_id, mode=InterviewMode.PAPER)
    page: InterviewPage = stage.show(InterviewPage, InterviewTarget(key, is_paper=True))
    stage.wait(lambda: page.run is not None)
    activate(page)
    assert page.paper.isVisible()
    page.paper.go(LEFT_ON)
    assert focus() is page.paper.rows[LEFT_ON].line
    type_text("20260601")
    press(Qt.Key.Key_Return)
    assert page.paper.rows[LEFT_ON].words.text() == "2026-06-01 Mon"
    page.paper.go(STATED)
    type_text("price_increase")
    assert page.paper.rows[STATED].words.text() == "Price change"
    assert WHY_1 in page.paper.rows  # what is asked now stands there at once
    press(Qt.Key.Key_Return)
    assert focus() is page.paper.rows[WHY_1].line
    stage.wait(lambda: STATED in stored(stage, key))
    assert stored(stage, key)[STATED] == "price_increase"
    assert stage.read(interviews.load, key).file.answers[STATED].mode is InterviewMode.PAPER
    assert nameless(page) == []


def test_that_a_begun_interview_goes_on_from_paper_and_back(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    type_text("2026-6-1")
    stage.run(page, "interview.paper")
    assert page.paper.isVisible()
    page.paper.go(HAPPENED)
    type_text("too slow")
    stage.run(page, "interview.paper")
    assert page.view.isVisible()
    assert page.run is not None
    assert page.run.filling.answer(HAPPENED) == "too slow"
    stage.wait(lambda: HAPPENED in stored(stage, interview_id))
    answers = stage.read(interviews.load, interview_id).file.answers
    assert answers[LEFT_ON].mode is InterviewMode.CALL
    assert answers[HAPPENED].mode is InterviewMode.PAPER


def test_that_the_case_file_begins_to_key_in_from_paper(stage: Stage, case_id: uuid.UUID) -> None:
    page = stage.show(CaseFilePage, CaseTarget(case_id))
    stage.run(page, "interview.paper")
    stage.wait(stage.went)
    place, target = stage.went()[-1]
    assert place == "interview"
    assert isinstance(target, InterviewTarget)
    assert target.is_paper
    row = stage.read(interviews.load, target.interview_id).file.row
    assert row.mode is InterviewMode.PAPER


def second_keying(
    stage: Stage, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> tuple[uuid.UUID, InterviewPage]:
    """A finished paper interview, and the page on which it is keyed once more."""
    monkeypatch.setattr(double_entry, "_somebody_else", lambda *_given: False)
    key = stage.write(interviews.start, case_id, mode=InterviewMode.PAPER)
    save(stage, key, left_on="2026-06-01", happened="too late", stated="price_increase")
    stage.write(interview_end.finish, key)
    page: InterviewPage = stage.show(InterviewPage, key)
    stage.run(page, "interview.second")
    stage.wait(stage.went)
    target = stage.went()[-1][1]
    assert isinstance(target, InterviewTarget)
    page.show_record(target)
    stage.wait(lambda: page.run is not None)
    activate(page)
    return key, page


def test_that_paper_is_keyed_twice_and_differences_are_settled_by_digits(
    stage: Stage, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, page = second_keying(stage, case_id, monkeypatch)
    assert page.paper.rows[LEFT_ON].line.text() == ""  # keyed blind
    for address, text in (
        (LEFT_ON, "2026-6-2"),
        (HAPPENED, "too late"),
        (STATED, "delivery_late"),
        (EVENT, "no wheel"),
    ):
        page.paper.go(address)
        type_text(text)
        press(Qt.Key.Key_Return)
    stage.run(page, "interview.finish")
    stage.wait(page.differences.isVisible)
    stage.idle()
    view = page.differences
    assert view.isVisible()  # also after the page has read that the keying is finished
    assert view.count.text() == "3 differences left"
    assert view.first_words.text() == "2026-06-01 Mon"
    assert view.second_words.text() == "2026-06-02 Tue"
    assert nameless(page) == []
    press(Qt.Key.Key_2)
    stage.wait(lambda: view.count.text() == "2 differences left")
    type_text("n")  # neither: what is typed goes into the line
    assert focus() is view.other
    type_text("o wheels at all")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: view.count.text() == "1 difference left")
    assert focus() is view.first
    press(Qt.Key.Key_1)
    stage.wait(lambda: view.nothing.isVisibleTo(view))
    settled = stored(stage, key)
    assert settled[LEFT_ON] == "2026-06-02"
    assert settled[EVENT] == "no wheels at all"
    assert settled[STATED] == "price_increase"
    view.nothing.button.click()
    stage.wait(page.answers.isVisible)


def test_that_a_difference_without_a_reason_says_so_there(
    stage: Stage, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    _key, page = second_keying(stage, case_id, monkeypatch)
    stage.run(page, "interview.finish")
    view = page.differences
    stage.wait(view.isVisible)
    view.reason.clear()
    press(Qt.Key.Key_2)
    stage.wait(view.problem.isVisible)
    assert "why" in view.problem.text()
