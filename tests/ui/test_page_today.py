import datetime as dt
import uuid

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from db import journal
from db.models import Case
from db.session import Actor, Database, Session
from db.vocabulary import AttemptResult, CaseStage, NextStep, RuleKind, VisitState
from desktop_app import clock
from desktop_app.domain.contacts import AttemptDraft, VisitDraft
from desktop_app.services import cases, contacts
from desktop_app.ui.case_places import CaseTarget, QueuePlace
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import today
from desktop_app.ui.pages.today import TodayPage
from tests.ui.casework import activate, file_of, nameless, open_case, press, stage_of
from tests.ui.shop import Stage, fill


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def shown(stage: Stage, count: int) -> TodayPage:
    page: TodayPage = stage.show(TodayPage)
    stage.wait(lambda: page.table.count() == count)
    return page


def above(page: TodayPage) -> str:
    return " ".join(label.text() for label in page.header.findChildren(QLabel))


def names(page: TodayPage) -> list[str]:
    return [page.table.model.row(n).item.customer for n in range(page.table.count())]


def test_that_the_order_is_value_times_urgency_and_requests_to_cancel_first(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    open_case(stage, shop["K3"])  # 12 yuan at stake
    open_case(stage, shop["K2"])  # 600 yuan
    open_case(stage, shop["K5"], RuleKind.CANCEL_REQUEST)  # never bought
    page = shown(stage, 3)
    assert names(page) == ["周强", "王小明", "李静"]
    why = [page.table.model.row(n).why for n in range(3)]
    assert why[0].startswith("Asked to cancel")
    assert why[1] == "due today: value × 1.5"
    stage.wait(page.preview.why.isVisible)
    assert page.preview.why.text() == why[0]
    page.table.next_row()
    stage.wait(lambda: page.preview.why.text() == why[1])


def test_that_an_empty_day_says_what_to_do(stage: Stage) -> None:
    page = shown(stage, 0)
    stage.wait(page.table.empty.isVisible)
    page.table.empty.button.click()
    assert stage.went() == [("signals", None)]


def test_that_the_numbers_above_count_and_filter(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    open_case(stage, shop["K2"])
    open_case(stage, shop["K3"], taken=False)
    page = shown(stage, 2)
    assert "1" in page.tiles[today.POOL].accessibleName()
    page.tiles[today.POOL].click()
    assert names(page) == ["李静"]
    page.tiles[today.POOL].click()
    assert page.table.count() == 2


@pytest.mark.parametrize("lines", [200, 2])
def test_that_without_a_next_step_are_exactly_the_cases_that_have_none(
    stage: Stage, shop: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch, lines: int
) -> None:
    monkeypatch.setattr(TodayPage, "LINES", lines)
    made = {number: open_case(stage, shop[number]) for number in ("K2", "K3", "K5", "K6")}
    for number in ("K3", "K6"):
        stage.write(forget_step, made[number])
    page = shown(stage, min(lines, 4))
    tile = page.tiles[today.UNPLANNED]
    assert "2" in tile.accessibleName()
    tile.click()
    wanted = {made["K3"], made["K6"]}
    stage.wait(lambda: {page.table.model.row(n).item.case_id for n in range(2)} == wanted)
    assert page.table.count() == 2


def forget_step(session: Session, case_id: uuid.UUID) -> None:
    journal.name_change(session, "Forget the step")
    case = session.get_one(Case, case_id)
    case.next_step = case.next_due = None


def test_that_of_a_long_day_the_first_lines_are_shown_and_the_rest_is_counted(
    stage: Stage, shop: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TodayPage, "LINES", 2)
    for number in ("K2", "K3"):
        open_case(stage, shop[number])
    for number in ("K5", "K6"):
        open_case(stage, shop[number], taken=False)
    page = shown(stage, 2)
    assert "4" in page.tiles[today.ALL].accessibleName()
    assert "2" in page.tiles[today.POOL].accessibleName()
    assert "and 2 more, shown as these are done" in above(page)
    first = names(page)
    page.tiles[today.POOL].click()  # its lines are read now
    stage.wait(lambda: names(page) != first)
    assert page.table.count() == 2
    assert all(line.item.owner_id is None for line in page.lines)
    assert "more" not in above(page)
    page.tiles[today.POOL].click()
    stage.wait(lambda: names(page) == first)


def test_that_a_case_nobody_works_on_is_taken(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K3"], taken=False)
    page = shown(stage, 1)
    assert "case.attempt" not in page.actions()  # nobody may call before it is assigned
    stage.run(page, "case.take")
    stage.wait(lambda: stage_of(stage, case_id) is CaseStage.ASSIGNED)
    stage.wait(lambda: "case.attempt" in page.actions())


def test_that_enter_opens_the_case_with_its_place_in_the_queue(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    first, second = open_case(stage, shop["K2"]), open_case(stage, shop["K3"])
    page = shown(stage, 2)
    activate(page)
    page.table.focus()
    press(Qt.Key.Key_Return)
    assert stage.went() == [("case-file", CaseTarget(first, QueuePlace((first, second))))]


def test_that_a_contact_is_logged_from_the_list_and_the_next_one_follows(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    first, second = open_case(stage, shop["K2"]), open_case(stage, shop["K3"])
    page = shown(stage, 2)
    activate(page)
    stage.wait(lambda: page.preview.view is not None)
    stage.run(page, "case.attempt")
    press(Qt.Key.Key_2)
    shift = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(Qt.Key.Key_Return, shift)
    stage.wait(lambda: page.table.count() == 1)
    stage.wait(lambda: page.strip.isVisible() and page.logger.case_id == second)
    assert file_of(stage, first).attempts[0].result is AttemptResult.NO_ANSWER


def test_that_the_third_failure_is_seen_from_the_list_too(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K2"])
    for _attempt in range(2):
        draft = AttemptDraft(
            channel="call",
            result=AttemptResult.BUSY,
            at=clock.now(),
            next_step=NextStep.CALL,
            next_due=clock.today(),
        )
        stage.write(contacts.log_attempt, case_id, draft)
    page = shown(stage, 1)
    stage.wait(lambda: page.preview.view is not None)
    stage.run(page, "case.attempt")
    page.strip.choose(AttemptResult.NO_ANSWER)
    assert page.strip.step.value() is NextStep.VISIT


def test_that_a_visit_of_today_is_finished_from_the_list(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    draft = VisitDraft(planned_on=clock.today(), purpose="回访")
    stage.write(contacts.plan_visit, None, shop["K6"], draft)
    page = shown(stage, 1)
    stage.run(page, "visit.done")
    stage.submit(page, note="谈好了")
    stage.wait(lambda: page.table.count() == 0)


def test_that_a_visit_can_be_cancelled_from_the_list(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    from tests.ui.shop import press as press_button

    draft = VisitDraft(planned_on=clock.today())
    stage.write(contacts.plan_visit, None, shop["K6"], draft)
    page = shown(stage, 1)
    press_button("Cancel the visit")
    stage.run(page, "visit.cancel")
    stage.wait(lambda: page.table.count() == 0)
    from db.queries.visits import VisitFilter

    found = stage.read(contacts.list_visits, VisitFilter())
    assert [row.state for row in found] == [VisitState.CANCELLED]


def test_that_what_is_overdue_is_marked(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K2"])
    file = file_of(stage, case_id)
    from desktop_app.domain.cases import CaseDraft

    yesterday = clock.today() - dt.timedelta(days=1)
    draft = CaseDraft.model_validate({**file.draft_values, "next_due": yesterday})
    stage.write(cases.change, case_id, file.version, draft)
    page = shown(stage, 1)
    assert today.section_of(page.table.model.row(0)) == today.OVERDUE
    assert "1 day overdue" in page.table.model.row(0).why


def test_that_every_control_has_a_name(
    stage: Stage, shop: dict[str, uuid.UUID], each_language: str
) -> None:
    open_case(stage, shop["K2"])
    page = shown(stage, 1)
    stage.wait(lambda: page.preview.view is not None)
    stage.run(page, "case.attempt")
    assert nameless(page) == []
