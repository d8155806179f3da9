"""The call in which an interview is held: hung up, wrapped up on the same page."""

import uuid

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import AttemptResult, InterviewState
from desktop_app.services import interviews
from desktop_app.ui.case_places import CaseTarget
from desktop_app.ui.page import PageContext
from tests.ui.casework import activate, file_of, focus, nameless, open_case, press, type_text
from tests.ui.interview_stage import shown
from tests.ui.shop import Stage, fill


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, database: Database, admin: Actor) -> uuid.UUID:
    return open_case(stage, fill(database, admin)["K2"])


@pytest.fixture
def interview_id(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    made: uuid.UUID = stage.write(interviews.start, case_id)
    return made


def test_that_hanging_up_opens_the_strip_and_the_interview_stays(
    stage: Stage, case_id: uuid.UUID, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    activate(page)
    stage.wait(lambda: not page.facts.call.isHidden())
    assert page.facts.call.facts._values["Cost of the loss"].text() != ""
    stage.run(page, "interview.timer")
    assert not page.call.logger.is_open
    stage.run(page, "interview.timer")
    assert page.call.logger.is_open
    assert nameless(page) == []
    press(Qt.Key.Key_1)
    assert focus() is page.call.strip.note.line
    type_text("told us why")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)  # the strip's, not the page's
    stage.wait(lambda: file_of(stage, case_id).attempts)
    attempt = file_of(stage, case_id).attempts[0]
    assert (attempt.result, attempt.note) == (AttemptResult.REACHED, "told us why")
    assert attempt.duration_seconds is not None
    assert file_of(stage, case_id).interviews[0].state is InterviewState.DRAFT
    stage.wait(page.call.strip.isHidden)
    assert page.timer.seconds() is None  # the next call is another one
    assert stage.went() == []


def test_that_save_and_next_goes_on_in_the_list_of_the_case(
    stage: Stage, case_id: uuid.UUID, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    stage.run(page, "interview.timer")
    stage.run(page, "interview.timer")
    page.call.strip.choose(AttemptResult.NO_ANSWER)
    page.call.strip.submit(and_next=True)
    stage.wait(stage.went)
    assert stage.went() == [("case-file", CaseTarget(case_id, goes_on=True))]
    assert page.customer() == file_of(stage, case_id).row.customer_id


def test_that_going_on_with_the_call_takes_the_strip_away(
    stage: Stage, case_id: uuid.UUID, interview_id: uuid.UUID
) -> None:
    page = shown(stage, interview_id)
    for _time in range(3):
        stage.run(page, "interview.timer")
    assert page.timer.is_running
    assert not page.call.logger.is_open
