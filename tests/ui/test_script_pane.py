"""The script beside a running interview: by the keyboard alone, and both stay the same."""

import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import Occasion
from desktop_app.domain.script_drafts import ScriptDraft, SnippetDraft
from desktop_app.domain.scripts import read
from desktop_app.services import interviews, script_runs, scripts, snippets
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.interview import InterviewPage
from desktop_app.ui.script_pane import ScriptPane
from tests.services.test_script_runs import SCRIPT
from tests.ui.casework import compose, focus, nameless, open_case, press, type_text
from tests.ui.interview_stage import HAPPENED, STATED, shown, stored
from tests.ui.shop import Stage, fill


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext, database: Database, admin: Actor) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def case_id(stage: Stage, database: Database, admin: Actor) -> uuid.UUID:
    return open_case(stage, fill(database, admin)["K2"])


@pytest.fixture
def interview_id(stage: Stage, case_id: uuid.UUID) -> uuid.UUID:
    """An interview of a case in which the script of the tests was begun."""
    draft = ScriptDraft(code="own", zh="自己的", en="Own", occasion=Occasion.PRICE)
    version = stage.write(scripts.create, draft, read(SCRIPT))
    stage.write(scripts.publish, version)
    stage.write(script_runs.begin, case_id, version)
    made: uuid.UUID = stage.write(interviews.start, case_id)
    return made


def opened(stage: Stage, interview_id: uuid.UUID) -> tuple[InterviewPage, ScriptPane]:
    """The page with its script, the keyboard in it."""
    page = shown(stage, interview_id)
    stage.run(page, "interview.script")
    pane = page.script.pane
    assert pane is not None
    until_at(stage, pane, "reason")
    stage.wait(pane.line.hasFocus)
    return page, pane


def until_at(stage: Stage, pane: ScriptPane, step: str) -> None:
    def at() -> bool:
        now = pane.state
        return not pane.is_busy and now is not None and now.step is not None and now.step.id == step

    stage.wait(at)


def test_that_a_script_is_gone_through_by_the_keyboard(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page, pane = opened(stage, interview_id)
    assert pane.words.text().startswith("Why, ")
    assert [pane.choices.item(n).text() for n in range(2)] == ["1  Price", "2  Moved"]
    assert not pane.back_button.isEnabled()
    press(Qt.Key.Key_1)
    until_at(stage, pane, "words")
    type_text("too dear 3")
    press(Qt.Key.Key_Return)
    until_at(stage, pane, "again")
    assert "Price" in pane.way.text()
    assert "too dear 3" in pane.way.text()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    until_at(stage, pane, "done")
    assert pane.next_button.text() == "End the script"
    assert pane.hint.text() == "Result of the contact: Reached"
    press(Qt.Key.Key_Return)
    stage.wait(lambda: pane.state is not None and pane.state.is_over)
    assert pane.words.text() == "The script has ended."
    stage.idle()
    assert page.run is not None
    assert page.run.filling.answer(STATED) == "price_increase"  # the window knows it, too
    assert page.run.filling.answer(HAPPENED) == "too dear 3"
    assert stored(stage, interview_id)[STATED] == "price_increase"


def test_that_one_goes_back_and_changes_an_answer(stage: Stage, interview_id: uuid.UUID) -> None:
    page, pane = opened(stage, interview_id)
    press(Qt.Key.Key_1)
    until_at(stage, pane, "words")
    type_text("dear")
    press(Qt.Key.Key_Return)
    until_at(stage, pane, "again")
    press(Qt.Key.Key_Backspace)
    until_at(stage, pane, "words")
    assert pane.line.text() == "dear"
    press(Qt.Key.Key_Backspace)
    assert pane.line.text() == "dea"  # it takes away what stands there
    press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    until_at(stage, pane, "reason")
    assert pane.choices.currentRow() == 0  # what was chosen
    press(Qt.Key.Key_2)
    until_at(stage, pane, "bye")
    stage.idle()
    assert page.run is not None
    assert page.run.filling.answer(STATED) == "cust_relocated"


def test_that_a_step_that_asks_wants_an_answer(stage: Stage, interview_id: uuid.UUID) -> None:
    _page, pane = opened(stage, interview_id)
    press(Qt.Key.Key_1)
    until_at(stage, pane, "words")
    press(Qt.Key.Key_Return)
    until_at(stage, pane, "again")
    press(Qt.Key.Key_Return)
    assert pane.problem.text() == "Choose one of the answers of this step."
    press(Qt.Key.Key_9)
    assert pane.line.text() == "9"  # there is no ninth
    press(Qt.Key.Key_Backspace)
    press(Qt.Key.Key_2)
    until_at(stage, pane, "bye")
    assert pane.problem.isHidden()


def test_that_snippets_are_found_by_two_colons(stage: Stage, interview_id: uuid.UUID) -> None:
    draft = SnippetDraft(trigger="zzz", zh="鲲鹏展翅", en="Do think about it")
    stage.write(snippets.save_snippet, draft)
    _page, pane = opened(stage, interview_id)
    type_text("well ::zz")
    stage.wait(pane.found.count)
    assert pane.found.item(0).text() == "::zzz  Do think about it"
    press(Qt.Key.Key_Return)
    assert pane.spoken.text() == "Do think about it"
    assert pane.line.text() == "well "
    assert pane.found.isHidden()
    until_at(stage, pane, "reason")  # nothing was answered
    pane.line.clear()
    type_text("::kunpeng")
    assert pane.found.item(0).text().startswith("::zzz")
    press(Qt.Key.Key_Escape)
    assert pane.line.text() == ""
    press(Qt.Key.Key_Escape)
    assert pane.spoken.isHidden()
    press(Qt.Key.Key_Escape)
    assert not pane.line.hasFocus()


def test_that_the_script_follows_the_language_of_the_interview(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page, pane = opened(stage, interview_id)
    stage.run(page, "interview.language")
    stage.wait(lambda: pane.words.text() == "为什么？")
    assert pane.choices.item(0).text() == "1  涨价"


def test_that_the_script_goes_and_comes_back_where_it_was(
    stage: Stage, interview_id: uuid.UUID
) -> None:
    page, pane = opened(stage, interview_id)
    press(Qt.Key.Key_1)
    until_at(stage, pane, "words")
    stage.run(page, "interview.script")
    assert not pane.isVisible()
    assert page.view.list.isVisible()
    assert page.view.center.isAncestorOf(focus())
    stage.run(page, "interview.script")
    assert pane.isVisible()
    until_at(stage, pane, "words")
    stage.run(page, "interview.jump")
    assert page.view.list.isVisible()


def test_that_an_input_method_keeps_its_keys(stage: Stage, interview_id: uuid.UUID) -> None:
    _page, pane = opened(stage, interview_id)
    compose("gui")
    press(Qt.Key.Key_1)
    assert pane.state is not None
    assert pane.state.step is not None
    assert (pane.state.step.id, pane.is_busy) == ("reason", False)


def test_that_everything_in_the_pane_has_a_name(stage: Stage, interview_id: uuid.UUID) -> None:
    _page, pane = opened(stage, interview_id)
    assert nameless(pane) == []
    assert QApplication.focusWidget() is pane.line


def test_that_a_failure_stands_in_the_pane(
    stage: Stage, interview_id: uuid.UUID, case_id: uuid.UUID
) -> None:
    _page, pane = opened(stage, interview_id)
    run = stage.read(script_runs.open_run, case_id)
    stage.write(script_runs.answer, run, "reason", "cust_relocated")  # in another window
    press(Qt.Key.Key_1)
    stage.wait(lambda: not pane.problem.isHidden())
    assert "gone on meanwhile" in pane.problem.text()
