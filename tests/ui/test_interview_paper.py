"""Paper keyed in, keyed twice, and the differences settled."""

import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import InterviewMode
from desktop_app.services import (
    cases,
    double_entry,
    interview_end,
    interviews,
    questionnaire_life,
    questionnaires,
)
from desktop_app.ui import window_search
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


def key_paper(stage: Stage, page: CaseFilePage) -> None:
    """Key in a paper of the questionnaire that is offered first."""
    stage.run(page, "interview.paper")
    stage.wait(page.flows.holding.strip.isVisible)
    page.flows.holding.strip.choose(0)


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
    key_paper(stage, page)
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


def paper_page(stage: Stage, case_id: uuid.UUID) -> tuple[uuid.UUID, InterviewPage]:
    key = stage.write(interviews.start, case_id, mode=InterviewMode.PAPER)
    page: InterviewPage = stage.show(InterviewPage, InterviewTarget(key, is_paper=True))
    stage.wait(lambda: page.run is not None)
    activate(page)
    return key, page


def test_that_numbers_of_the_paper_codes_and_words_are_read(
    stage: Stage, case_id: uuid.UUID
) -> None:
    key, page = paper_page(stage, case_id)
    for typed in ("53", "delivery_late", "key part or equipment delivered late"):
        page.paper.go(STATED)
        row = page.paper.rows[STATED]
        row.line.selectAll()
        type_text(typed)
        assert row.words.text() == "Key part or equipment delivered late"
        assert page.run is not None
        assert page.run.filling.answer(STATED) == "delivery_late"
        page.run.put(STATED, "")
        row.line.clear()
    page.paper.go(STATED)
    type_text("53")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: stored(stage, key).get(STATED) == "delivery_late")


def test_that_a_number_that_is_not_on_the_paper_says_so(stage: Stage, case_id: uuid.UUID) -> None:
    _key, page = paper_page(stage, case_id)
    page.paper.go(STATED)
    type_text("530")
    press(Qt.Key.Key_Return)
    row = page.paper.rows[STATED]
    assert "“530” is not among the choices" in row.words.text()
    assert row.words.property("role") == "problem"


def test_that_numbers_of_the_paper_settle_a_difference(
    stage: Stage, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, page = second_keying(stage, case_id, monkeypatch)
    for address, text in ((LEFT_ON, "2026-6-1"), (HAPPENED, "too late"), (STATED, "53")):
        page.paper.go(address)
        type_text(text)
        press(Qt.Key.Key_Return)
    stage.run(page, "interview.finish")
    view = page.differences
    stage.wait(lambda: view.isVisible() and view.count.text() == "1 difference left")
    assert view.second_words.text() == "Key part or equipment delivered late"
    view.other.setFocus()
    type_text("54")
    press(Qt.Key.Key_Return)
    stage.wait(lambda: view.nothing.isVisibleTo(view))
    assert stored(stage, key)[STATED] == "delivery_cycle_long"


def new_version(stage: Stage, admin: Actor) -> None:
    rows = stage.read(questionnaires.list_questionnaires)
    found = next(row for row in rows if row.code == "exit_interview")
    version_id = stage.write(questionnaire_life.begin_draft, found.id)
    stage.write(questionnaire_life.publish, version_id)


def test_that_paper_of_an_older_version_is_asked_for_and_read_by_its_barcode(
    stage: Stage, case_id: uuid.UUID, admin: Actor
) -> None:
    new_version(stage, admin)
    page = stage.show(CaseFilePage, CaseTarget(case_id))
    key_paper(stage, page)
    dialog = stage.dialog(page)
    assert dialog.form.values() == {"paper": "2"}
    number = stage.read(cases.case_file, case_id).row.number
    stage.submit(page, paper=f"{number}/1")
    stage.wait(stage.went)
    target = stage.went()[-1][1]
    assert isinstance(target, InterviewTarget)
    assert stage.read(interviews.load, target.interview_id).file.row.number == 1


def test_that_a_wrong_barcode_is_told_at_its_line(
    stage: Stage, case_id: uuid.UUID, admin: Actor
) -> None:
    new_version(stage, admin)
    page = stage.show(CaseFilePage, CaseTarget(case_id))
    key_paper(stage, page)
    assert "no version 7" in stage.refused(page, paper="7")["paper"]


def test_that_the_barcode_of_a_paper_finds_its_case(stage: Stage, case_id: uuid.UUID) -> None:
    number = stage.read(cases.case_file, case_id).row.number
    assert [hit.target for hit in stage.read(window_search.find, f"{number}/1")] == [case_id]


def test_that_what_was_keyed_stands_there_as_on_the_paper(stage: Stage, case_id: uuid.UUID) -> None:
    key = stage.write(interviews.start, case_id, mode=InterviewMode.PAPER)
    save(stage, key, stated="delivery_late")
    page: InterviewPage = stage.show(InterviewPage, InterviewTarget(key, is_paper=True))
    stage.wait(lambda: page.run is not None)
    page.paper.go(STATED)
    assert page.paper.rows[STATED].line.text() == "53"
