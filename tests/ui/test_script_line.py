"""What is typed in the line of a script stays, and its keys do what they say."""

import uuid

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from db.session import Actor, Database
from db.vocabulary import AttemptResult, Occasion, ReplyKind
from desktop_app import clock
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import read
from desktop_app.services import drafts, promises, scripts, workspace_settings
from desktop_app.services.contact_permission import KEY
from desktop_app.ui import script_line
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.promises import COMPLAINTS, PromisesPage
from desktop_app.ui.script_pane import ScriptPane
from tests.services.test_script_runs import SCRIPT
from tests.ui.casework import open_case, press, type_text
from tests.ui.shop import Stage, fill
from tests.ui.test_call_mode import ALWAYS, shown, until_at

ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def shop(stage: Stage, database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    made = fill(database, admin)
    stage.write(workspace_settings.change_draft, KEY, ALWAYS)
    return made


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    """A case for which the script of the tests fits best."""
    draft = ScriptDraft(code="own", zh="自己的", en="Own", occasion=Occasion.SILENT_LAPSE)
    stage.write(scripts.publish, stage.write(scripts.create, draft, read(SCRIPT)))
    return open_case(stage, shop["K2"])


def calling(stage: Stage, case_id: uuid.UUID) -> tuple[CaseFilePage, ScriptPane]:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    until_at(stage, page, "reason")
    pane = page.call.script
    assert pane is not None
    stage.wait(pane.line.hasFocus)
    return page, pane


def hold(pane: ScriptPane, key: Qt.Key) -> None:
    """A key that repeats by itself."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", True)
        QApplication.sendEvent(pane.line, event)


def test_that_alt_and_a_digit_choose_a_result_and_no_answer(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page, pane = calling(stage, case_id)
    press(Qt.Key.Key_2, ALT)
    assert page.strip.result() is AttemptResult.NO_ANSWER
    stage.idle()
    until_at(stage, page, "reason")  # nothing was answered
    pane.setFocus()
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    pane.setFocus()
    press(Qt.Key.Key_3, ALT)
    assert page.strip.result() is AttemptResult.BUSY
    assert pane.line.text() == ""


def test_that_a_held_backspace_stays_at_its_step(stage: Stage, case_id: uuid.UUID) -> None:
    page, pane = calling(stage, case_id)
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    type_text("abc")
    for _time in range(9):
        hold(pane, Qt.Key.Key_Backspace)
    assert pane.line.text() == ""
    assert not pane.is_busy
    press(Qt.Key.Key_Backspace)
    until_at(stage, page, "reason")


def test_that_typed_words_come_back_after_going_back_hiding_and_leaving(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page, pane = calling(stage, case_id)
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    type_text("half a sen")
    press(Qt.Key.Key_Left, ALT)
    until_at(stage, page, "reason")
    assert pane.line.text() == ""
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    assert pane.line.text() == "half a sen"
    for _time in range(2):
        stage.run(page, "interview.script")
    until_at(stage, page, "words")
    assert pane.line.text() == "half a sen"
    assert page.can_leave()
    stage.wait(lambda: stage.read(drafts.load_draft, script_line.draft_key(case_id)))
    later = shown(stage, case_id)
    stage.run(later, "interview.script")
    until_at(stage, later, "words")
    found = later.call.script
    assert found is not None
    stage.wait(lambda: found.line.text() == "half a sen")
    press(Qt.Key.Key_Return)
    until_at(stage, later, "again")
    stage.wait(lambda: stage.read(drafts.load_draft, script_line.draft_key(case_id)) is None)


def test_that_the_choices_stay_in_sight_in_a_low_window(stage: Stage, case_id: uuid.UUID) -> None:
    page, pane = calling(stage, case_id)
    page.resize(900, 430)
    for _hung_up in range(2):
        stage.wait(lambda: pane.line.geometry().bottom() < pane.height())
        stage.wait(lambda: pane.choices.geometry().bottom() < pane.line.geometry().top())
        assert pane.area.geometry().bottom() < pane.choices.geometry().top()
        assert pane.choices.isVisible()
        stage.run(page, "case.timer")


def test_that_leaving_with_a_result_that_is_not_saved_is_said(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page, _pane = calling(stage, case_id)
    page.strip.choose(AttemptResult.REFUSED)
    assert page.can_leave()
    assert "is not saved yet" in page.messages.text
    page.messages.button.click()
    name, target = stage.went()[-1]
    assert (name, target.case_id, target.log_contact) == ("case-file", case_id, True)  # type: ignore[attr-defined]


def test_that_a_promise_is_not_kept_by_two_keys(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    today = clock.today()
    draft = PromiseDraft(words="周五前送到", made_on=today, due_on=today)
    stage.write(promises.register, shop["K2"], draft)
    page = stage.show(PromisesPage)
    stage.wait(lambda: page.table.current_row() is not None)
    stage.run(page, "follow.step")
    assert "reply" in stage.refused(page)
    stage.run(page, "follow.step")
    stage.submit(page, reply=ReplyKind.MET)
    stage.wait(lambda: page.table.count() == 0)


def test_that_a_complaint_needs_words(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(PromisesPage)
    stage.run(page, "complaint.new")
    assert "words" in stage.refused(page, customer=(shop["K2"], "王小明"))
    assert page.lists[COMPLAINTS].count() == 0
