"""A call on the page of a case: facts before it, script beside it, the strip after it."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from db.models import Attachment, Case, Customer, ScriptRun
from db.session import Actor, Database, Session
from db.vocabulary import AttemptResult, CallbackFor, Occasion, RuleKind
from desktop_app import clock
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.script_drafts import ScriptDraft
from desktop_app.domain.scripts import read
from desktop_app.services import (
    attachments,
    calls,
    drafts,
    promises,
    script_runs,
    scripts,
    workspace_settings,
)
from desktop_app.services.contact_permission import KEY
from desktop_app.ui import attempt_logger
from desktop_app.ui.call_facts import CallFacts
from desktop_app.ui.case_places import CaseTarget, QueuePlace
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.case_file import CaseFilePage
from desktop_app.ui.pages.customers import CustomersPage
from tests.services.test_script_runs import SCRIPT
from tests.ui.casework import activate, file_of, focus, nameless, open_case, press, type_text
from tests.ui.shop import ALWAYS, Stage, fill

NEVER_NOW = 3
"""Hours around this moment in which nobody is called."""


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


@pytest.fixture
def shop(stage: Stage, database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def case_id(stage: Stage, shop: dict[str, uuid.UUID]) -> uuid.UUID:
    """A case for which the script of the tests fits best."""
    draft = ScriptDraft(code="own", zh="自己的", en="Own", occasion=Occasion.SILENT_LAPSE)
    stage.write(scripts.publish, stage.write(scripts.create, draft, read(SCRIPT)))
    return open_case(stage, shop["K2"])


def shown(stage: Stage, target: object) -> CaseFilePage:
    page: CaseFilePage = stage.show(CaseFilePage, target)
    stage.wait(lambda: page.view is not None and not page.call.card.isHidden())
    activate(page)
    return page


def until_at(stage: Stage, page: CaseFilePage, step: str) -> None:
    def at() -> bool:
        script = page.call.script
        now = None if script is None or script.is_busy else script.state
        return now is not None and now.step is not None and now.step.id == step

    stage.wait(at)


def facts(page: CaseFilePage) -> dict[str, str]:
    return {name: value.text() for name, value in page.call.card.facts._values.items()}


def attempts(stage: Stage, case_id: uuid.UUID) -> list[AttemptResult]:
    return [each.result for each in file_of(stage, case_id).attempts]


# ---------------------------------------------------------------- before the call


def test_that_the_cost_of_the_loss_and_what_is_owed_stand_there_before_the_call(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    today = clock.today()
    promised = PromiseDraft(words="周五前回电", made_on=today, due_on=today)
    stage.write(promises.register, shop["K2"], promised)
    page = shown(stage, case_id)
    found = stage.read(calls.before, case_id)
    assert page.call.card.chip.text() == "May be called now"
    assert facts(page)["Cost of the loss"].startswith("¥")
    assert f"{found.loss.cost.total / 100:,.2f}" in facts(page)["Cost of the loss"]
    assert facts(page)["Offer ceiling"] != "—"
    assert page.call.card.offered_title.isHidden()  # there is nothing to say
    assert "Open promises" not in facts(page)  # they have a panel of their own
    whole = CallFacts()
    stage.qtbot.addWidget(whole)
    whole.show_facts(found)
    assert "周五前回电" in whole.facts._values["Open promises"].text()


def test_that_the_page_says_until_when_nobody_may_call_and_why(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    quiet_now(stage)
    page = shown(stage, case_id)
    assert page.call.card.chip.text() == "Not now"
    assert "quiet hours" in page.call.card.why.text()
    assert "Possible again from" in page.call.card.why.text()
    stage.write(workspace_settings.change_draft, KEY, ALWAYS)
    page.call._minute.timeout.emit()
    stage.wait(lambda: page.call.card.chip.text() == "May be called now")
    assert not page.call.card.why.isVisible()


def quiet_now(stage: Stage) -> None:
    around = dt.timedelta(hours=NEVER_NOW)
    here = clock.local(clock.now()).replace(second=0, microsecond=0, tzinfo=None)
    policy = ALWAYS.model_copy(
        update={"quiet_from": (here - around).time(), "quiet_until": (here + around).time()}
    )
    stage.write(workspace_settings.change_draft, KEY, policy)


def mark(stage: Stage, customer_id: uuid.UUID, **columns: object) -> None:
    def change(session: Session) -> None:
        from tests import factories

        factories.change_customer(session, customer_id, **columns)

    stage.write(change)


def test_that_who_has_died_is_not_to_be_called(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    mark(stage, shop["K2"], is_deceased=True)
    page = shown(stage, case_id)
    assert page.call.card.chip.text() == "Do not call"


# ---------------------------------------------------------------- the call


def test_that_a_call_by_keys_alone_ends_with_what_the_script_proposes(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    until_at(stage, page, "reason")
    assert page.call.script is not None
    assert focus() is page.call.script.line
    assert page.call.left.currentWidget() is page.call.script
    assert page.next_panel.isVisible()  # the facts stand right now
    assert not page.tabs.isVisible()
    assert page.call.card.isVisible()
    assert nameless(page) == []
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    type_text("too dear")
    press(Qt.Key.Key_Return)
    until_at(stage, page, "again")
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    until_at(stage, page, "done")
    stage.run(page, "case.timer")  # hung up
    assert page.strip.result() is AttemptResult.REACHED
    assert focus() is page.strip.note.line
    type_text("calls back")
    press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    stage.wait(lambda: attempts(stage, case_id) == [AttemptResult.REACHED])
    stage.wait(page.tabs.isVisible)
    assert page.strip.isHidden()
    assert not page.call.is_open

    def linked(session: Session) -> list[tuple[object, bool]]:
        runs = session.scalars(select(ScriptRun)).all()
        return [(run.attempt_id, run.ended_at is not None) for run in runs]

    attempt = file_of(stage, case_id).attempts[0]
    assert stage.read(linked) == [(attempt.id, True)]


def test_that_ending_the_script_opens_the_strip(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "interview.script")  # without a timer
    until_at(stage, page, "reason")
    press(Qt.Key.Key_2)
    until_at(stage, page, "bye")
    assert not page.logger.is_open
    press(Qt.Key.Key_Return)
    stage.wait(lambda: page.logger.is_open and page.strip.result() is not None)
    assert page.strip.timer.seconds() is None


def test_that_f4_shows_and_hides_the_script_and_it_goes_on_where_it_was(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    sizes = page.panes.sizes()
    stage.run(page, "interview.script")
    until_at(stage, page, "reason")
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    stage.run(page, "interview.script")
    stage.wait(page.tabs.isVisible)
    assert page.panes.sizes() == sizes
    stage.run(page, "interview.script")
    until_at(stage, page, "words")
    press(Qt.Key.Key_Escape)
    assert focus() is not page.call.script.line  # type: ignore[union-attr]


def test_that_the_keyboard_goes_round_the_panes_of_a_call(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    until_at(stage, page, "reason")
    seen = set()
    for _step in range(4):
        stage.run(page, "page.next_pane")
        seen.add(focus().accessibleName())
    assert {"Answer in the script", "Customer and next step", "Note"} <= seen


def test_that_problems_of_the_script_wait_in_the_pane(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    until_at(stage, page, "reason")

    def close(session: Session) -> None:
        from tests import factories

        factories.name(session)
        session.get_one(Case, case_id).stage = "closed"

    stage.write(close)
    press(Qt.Key.Key_1)
    assert page.call.script is not None
    stage.wait(page.call.script.problem.isVisible)
    assert QApplication.activeModalWidget() is None


def test_that_a_call_goes_on_after_another_page_or_a_crash(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.timer")
    until_at(stage, page, "reason")
    press(Qt.Key.Key_1)
    until_at(stage, page, "words")
    page.strip.choose(AttemptResult.CALLBACK)
    page.strip.callback.time.set_value("1430")
    page.strip.note.set_value("half a sen")
    stage.run(page, "case.timer")
    assert page.can_leave()
    key = attempt_logger.draft_key(case_id)
    stage.wait(lambda: stage.read(drafts.load_draft, key) is not None)
    later = shown(stage, case_id)
    stage.run(later, "case.attempt")
    stage.wait(lambda: later.strip.note.text() == "half a sen")
    assert later.strip.callback.time.text() == "1430"
    assert later.strip.timer.seconds()
    stage.run(later, "interview.script")
    until_at(stage, later, "words")


def test_that_a_promised_callback_stands_in_the_case(stage: Stage, case_id: uuid.UUID) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.attempt")
    press(Qt.Key.Key_4)
    page.strip.due.set_value(clock.today() + dt.timedelta(days=1))
    page.strip.callback.time.set_value("1430")
    page.strip.callback.anyone.set_value(True)
    page.strip.submit()
    stage.wait(lambda: attempts(stage, case_id))
    found = stage.read(calls.before, case_id)
    assert found.callback_for is CallbackFor.ANYONE
    stage.wait(lambda: "14:30 · Anyone" in facts(page).get("Callback", ""))


def test_that_the_next_case_of_a_call_without_a_list_is_that_of_today(
    stage: Stage, case_id: uuid.UUID
) -> None:
    page = shown(stage, CaseTarget(case_id, is_calling=True))
    stage.wait(lambda: page.strip.timer.is_running)
    until_at(stage, page, "reason")
    page.strip.choose(AttemptResult.NO_ANSWER)
    page.strip.submit(and_next=True)
    stage.wait(stage.went)
    assert stage.went() == [("today", None)]
    assert stage.read(lambda session: session.scalars(select(ScriptRun)).all()) == []


def test_that_a_call_wrapped_up_in_the_interview_goes_on_in_the_list(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID
) -> None:
    second = open_case(stage, shop["K3"])
    page = shown(stage, CaseTarget(case_id, QueuePlace((case_id, second))))
    page.show_record(CaseTarget(case_id, goes_on=True))
    stage.wait(stage.went)
    assert stage.went()[-1] == ("case-file", CaseTarget(second, QueuePlace((case_id, second))))


# ---------------------------------------------------------------- recordings, dialling


def test_that_a_recording_dropped_during_a_call_belongs_to_the_contact(
    stage: Stage, case_id: uuid.UUID, tmp_path: Path
) -> None:
    sound, letter = tmp_path / "通话.m4a", tmp_path / "letter.pdf"
    for path in (sound, letter):
        path.write_bytes(b"something")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (sound, letter)])
    page = shown(stage, case_id)
    stage.run(page, "case.attempt")
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(page, QDragEnterEvent(QPoint(5, 5), copy, data, left, none))
    QApplication.sendEvent(page, QDropEvent(QPointF(5, 5), copy, data, left, none))
    assert page.strip.recordings.paths == [sound]  # the letter is a file of the case
    stage.wait(lambda: len(stage.read(attachments.rows_of_case, case_id)) == 1)
    page.strip.choose(AttemptResult.REACHED)
    page.strip.submit()
    stage.wait(lambda: len(stage.read(attachments.rows_of_case, case_id)) == 2)
    attempt = file_of(stage, case_id).attempts[0]

    def address(session: Session) -> str | None:
        return session.scalar(select(Attachment.address).where(Attachment.name == sound.name))

    assert stage.read(address) == f"attempt:{attempt.id}"


def test_that_a_recording_that_is_gone_is_said_in_the_strip(
    stage: Stage, case_id: uuid.UUID, tmp_path: Path
) -> None:
    page = shown(stage, case_id)
    stage.run(page, "case.attempt")
    page.strip.recordings.add([tmp_path / "gone.m4a"])
    page.strip.choose(AttemptResult.REACHED)
    page.strip.submit()
    stage.wait(page.strip.problem.isVisible)
    assert "gone.m4a" in page.strip.problem.text()
    assert attempts(stage, case_id) == []
    page.strip.recordings.remove(tmp_path / "gone.m4a")
    page.strip.submit()
    stage.wait(lambda: attempts(stage, case_id) == [AttemptResult.REACHED])


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the telephone program is asked to dial."""
    found: list[str] = []

    def opened(url: QUrl) -> bool:
        found.append(url.toString())
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", opened)
    return found


def test_that_dialling_hands_the_digits_over_and_begins_the_call(
    stage: Stage, case_id: uuid.UUID, dialled: list[str]
) -> None:
    page = shown(stage, case_id)
    page.contact.phone.dial.click()
    stage.wait(lambda: page.strip.timer.is_running)
    assert dialled == ["tel:13812348000"]
    until_at(stage, page, "reason")
    stage.run(page, "customer.dial")  # once more: the line was cut
    stage.wait(lambda: len(dialled) == 2)
    stage.idle()
    assert page.strip.timer.is_running


def test_that_the_clipboard_helps_where_nothing_dials(
    stage: Stage, case_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda _url: False)
    page = shown(stage, case_id)
    stage.run(page, "customer.dial")
    stage.wait(lambda: "no program for calls" in page.messages.text)
    assert QGuiApplication.clipboard().text() == "13812348000"


def test_that_dialling_at_a_quiet_hour_asks_once_and_never_for_the_dead(
    stage: Stage, shop: dict[str, uuid.UUID], case_id: uuid.UUID, dialled: list[str]
) -> None:
    quiet_now(stage)
    page = stage.show(CustomersPage)
    stage.wait(lambda: page.panel.shown is not None)
    while page.customer() != shop["K2"]:
        page.table.next_row()
        stage.wait(lambda: page.panel.shown.card.row.id == page.table.current_row().id)
    stage.run(page, "customer.dial")
    stage.wait(lambda: "quiet hours" in page.messages.text)
    assert dialled == []
    page.messages.button.click()
    stage.wait(lambda: dialled == ["tel:13812348000"])
    mark(stage, shop["K2"], is_deceased=True)
    stage.run(page, "customer.dial")
    stage.wait(lambda: "died" in page.messages.text)
    assert not page.messages.button.isVisible()
    assert len(dialled) == 1


def test_that_digits_only_are_copied(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    def change(session: Session) -> None:
        from tests import factories

        factories.name(session)
        session.get_one(Customer, shop["K2"]).phone = "+86 (138) 1234-8000 转 5"

    stage.write(change)
    page = shown(stage, open_case(stage, shop["K2"], RuleKind.CANCEL_REQUEST))
    stage.run(page, "customer.copy_phone")
    stage.wait(lambda: QGuiApplication.clipboard().text() == "13812348000")


def test_that_a_run_of_yesterday_is_taken_up(stage: Stage, case_id: uuid.UUID) -> None:
    run = stage.write(script_runs.begin, case_id)
    stage.write(script_runs.answer, run, "reason", "price_increase")
    page = shown(stage, case_id)
    stage.run(page, "interview.script")
    until_at(stage, page, "words")
