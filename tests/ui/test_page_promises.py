"""Promises, complaints, service recoveries and lessons, by keyboard."""

import datetime as dt
import uuid
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from db.queries.case_reviews import ReviewFilter
from db.session import Actor, Database
from db.vocabulary import ComplaintChannel, Outcome, RecoveryStepKind, ReplyKind
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.promises import ComplaintDraft, PromiseDraft, RecoveryDraft
from desktop_app.services import case_reviews, cases, complaints, promises, recovery
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.promises import (
    ANSWERED,
    COMPLAINTS,
    KEPT,
    OVERDUE,
    RECOVERIES,
    REVIEWS,
    TODAY,
    PromisesPage,
)
from desktop_app.ui.theme import Tone
from tests.ui.casework import activate, nameless, open_case, press
from tests.ui.shop import Stage, fill

_DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def promise(stage: Stage, customer: uuid.UUID, days: int, **more: Any) -> uuid.UUID:
    """A promise made two weeks ago, due some days from now."""
    today = clock.today()
    draft = PromiseDraft(
        words=f"第 {days} 天送到", made_on=today - 14 * _DAY, due_on=today + days * _DAY
    )
    made: uuid.UUID = stage.write(promises.register, customer, draft, **more)
    return made


def found(stage: Stage, key: uuid.UUID) -> Any:
    return next(row for row in stage.read(promises.list_promises) if row.id == key)


def shown(stage: Stage, count: int, tab: int = 0) -> Any:
    """The page with so many lines in one of its lists, the first one chosen."""
    page = stage.show(PromisesPage)
    stage.wait(lambda: page.board is not None and page.lists[tab].count() == count)
    page.tabs.setCurrentIndex(tab)
    stage.wait(lambda: page.table.count() == count and page.table.current_row() is not None)
    page.table.focus()
    return page


def test_that_what_is_late_stands_first_and_is_counted(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    soon, late, today = (promise(stage, shop["K2"], days) for days in (2, -2, 0))
    kept = promise(stage, shop["K3"], -1)
    stage.write(promises.answer, kept, ReplyKind.CANNOT_MEET, "缺货，已说明")
    page = shown(stage, 3)
    rows = [page.table.model.row(n) for n in range(3)]
    assert [row.id for row in rows] == [late, today, soon]
    tone = page.table.model._chips["due_on"]
    assert [tone(row) for row in rows] == [Tone.BAD, Tone.WARN, None]
    values = {name: page.tiles[name].accessibleName() for name in page.tiles}
    assert values[OVERDUE].startswith("Overdue, mine 1")
    assert values[TODAY] == "Due today, mine 1 and 1 within 3 days"
    assert "0 of n = 2, too few to judge" in values[KEPT]  # one is late, one was not met
    assert "none due" in values[ANSWERED]
    page.tiles[OVERDUE].click()
    stage.wait(lambda: page.table.count() == 1)
    assert page.pane.words.text() == "第 -2 天送到"
    page.tiles[KEPT].click()
    stage.wait(lambda: page.table.count() == 4)
    assert page.table.model.row(3).id == kept  # what ended stands below


def test_that_a_promise_is_made_chased_handed_over_and_answered(
    stage: Stage, shop: dict[str, uuid.UUID], admin: Actor
) -> None:
    page = stage.show(PromisesPage)
    stage.run(page, "promise.new")
    due = clock.today() + 2 * _DAY
    stage.submit(page, customer=(shop["K2"], "王小明"), words="周五前补送两箱", due_on=due)
    stage.wait(lambda: page.table.count() == 1 and page.table.current_row() is not None)
    key = page.table.current_row().id
    stage.run(page, "promise.chase")
    stage.submit(page, note="仓库说明天发")
    stage.wait(lambda: found(stage, key).chase_count == 1)
    stage.run(page, "follow.hand_over")
    stage.submit(page, owner=admin.user_id)
    stage.wait(lambda: found(stage, key).owner == admin.name)
    stage.run(page, "follow.cannot")
    assert "note" in stage.refused(page)
    stage.run(page, "follow.step")
    stage.submit(page, reply=ReplyKind.MET, note="送到了")
    stage.wait(lambda: page.table.count() == 0)
    row = found(stage, key)
    assert (row.answer, row.answered_on) == (ReplyKind.MET, clock.today())
    assert row.note.splitlines() == ["送到了", f"{clock.today()} 仓库说明天发"]
    assert "promise.chase" not in page.actions()


def test_that_a_complaint_takes_its_four_steps(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page = stage.show(PromisesPage)
    stage.run(page, "complaint.new")
    stage.submit(page, customer=(shop["K2"], "王小明"), words="送错了两次")
    stage.wait(lambda: page.lists[COMPLAINTS].count() == 1)
    page.tabs.setCurrentIndex(COMPLAINTS)
    stage.wait(lambda: page.table.current_row() is not None)
    stage.run(page, "follow.step")
    stage.submit(page, note="要求本周内换货")
    stage.wait(lambda: page.table.current_row().recorded_at is not None)
    assert "follow.cannot" not in page.actions()  # the answer is the last step
    stage.run(page, "follow.step")
    assert stage.refused(page)  # nothing is chosen beforehand
    stage.run(page, "follow.step")
    stage.submit(page, is_true=True)
    stage.wait(lambda: page.table.current_row().is_true)
    stage.run(page, "follow.cannot")
    stage.submit(page, note="已停产，退款")
    stage.wait(lambda: page.table.count() == 0)
    (row,) = stage.read(complaints.list_complaints)
    assert (row.words, row.answer, row.answer_words) == (
        "要求本周内换货", ReplyKind.CANNOT_MEET, "已停产，退款",
    )  # fmt: skip
    page.tiles[ANSWERED].click()
    stage.wait(lambda: page.table.count() == 1)


def test_that_a_recovery_goes_on_step_by_step_to_the_compensation(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K2"])
    heard = ComplaintDraft(channel=ComplaintChannel.CALL, words="送错了")
    stage.write(complaints.listen, shop["K2"], heard, case_id)
    page = shown(stage, 1, COMPLAINTS)
    stage.run(page, "recovery.new")
    stage.submit(page, loss=50_000)
    stage.wait(lambda: page.lists[RECOVERIES].count() == 1)
    page.tabs.setCurrentIndex(RECOVERIES)
    stage.wait(lambda: page.table.current_row() is not None)
    for step in RecoveryStepKind:
        stage.run(page, "follow.step")
        is_last = step is RecoveryStepKind.COMPENSATE
        money = {"compensation": 30_000} if is_last else {}
        stage.submit(page, note=step.value, **money)
        stage.idle()
    (row,) = stage.read(recovery.of_case, case_id)
    assert [one.note for one in row.steps] == [step.value for step in RecoveryStepKind]
    assert (row.loss, row.compensation, row.next_step) == (50_000, 30_000, None)
    assert row.complaint_id is not None
    assert page.table.count() == 0


def test_that_a_lost_case_is_looked_back_on_and_decided(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K2"])
    lost = CloseDraft(outcome=Outcome.LOST, root_reason="unknown_refused", note="老板换了")
    stage.write(cases.close, case_id, lost)
    page = shown(stage, 1, REVIEWS)
    assert "lesson.decide" not in page.actions()
    stage.run(page, "follow.step")
    stage.submit(page, was_avoidable=True, lesson="报价晚了两周")
    stage.wait(lambda: page.pane.words.text() == "报价晚了两周")
    stage.run(page, "lesson.decide")
    stage.submit(page, improvement="三天内报价")
    stage.wait(lambda: page.table.count() == 0)
    (row,) = stage.read(case_reviews.due, ReviewFilter(done=True, is_decided=True))
    assert (row.lesson, row.improvement) == ("报价晚了两周", "三天内报价")


def test_that_enter_opens_the_case_or_the_customer(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K2"])
    promise(stage, shop["K2"], 1, case_id=case_id)
    promise(stage, shop["K3"], 2)
    page = shown(stage, 2)
    activate(page)
    page.table.focus()
    press(Qt.Key.Key_Return)
    page.table.next_row()
    press(Qt.Key.Key_Return)
    assert stage.went() == [("case-file", case_id), ("customer-card", shop["K3"])]


def test_that_search_and_filters_narrow_every_list(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    promise(stage, shop["K2"], 1)
    promise(stage, shop["K3"], 2)
    page = shown(stage, 2)
    page.filters.search.set_value("李静")
    stage.wait(lambda: page.table.count() == 1)
    page.overdue.set_value(True)
    stage.wait(lambda: page.table.count() == 0)
    page.table.empty.button.click()  # show all that is open
    stage.wait(lambda: page.table.count() == 2)
    page.show_record(OVERDUE)
    stage.wait(lambda: page.table.count() == 0)


@pytest.mark.parametrize("tab", range(4))
def test_that_every_control_has_a_name(
    stage: Stage, shop: dict[str, uuid.UUID], tab: int, each_language: str
) -> None:
    case_id = open_case(stage, shop["K2"])
    promise(stage, shop["K2"], 1, case_id=case_id)
    stage.write(complaints.listen, shop["K2"], ComplaintDraft(channel=ComplaintChannel.CALL))
    stage.write(recovery.begin, case_id, RecoveryDraft())
    page = stage.show(PromisesPage)
    page.tabs.setCurrentIndex(tab)
    stage.wait(lambda: page.board is not None)
    assert nameless(page) == []
