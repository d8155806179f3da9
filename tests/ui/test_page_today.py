import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from db import journal
from db.models import Case
from db.queries.staff import UserRow
from db.session import Actor, Database, Session
from db.vocabulary import (
    AttemptResult,
    CallbackFor,
    CaseStage,
    NextStep,
    Outcome,
    Role,
    RuleKind,
    VisitState,
)
from desktop_app import clock
from desktop_app.cli.queue_commands import _document
from desktop_app.domain.cases import CaseDraft, CloseDraft
from desktop_app.domain.contacts import AttemptDraft, VisitDraft
from desktop_app.domain.pool import PoolPolicy
from desktop_app.domain.queue_order import QueueKind
from desktop_app.services import cases, contacts, customers, pool, queue
from desktop_app.services.spreading import Helper, Plan
from desktop_app.services.work import Section
from desktop_app.ui import window_search
from desktop_app.ui.action_set import ActionSet
from desktop_app.ui.case_places import CaseTarget, QueuePlace, neighbour
from desktop_app.ui.forms import pool_forms
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages import today
from desktop_app.ui.pages.today import TodayPage
from desktop_app.ui.tasks import Tasks
from desktop_app.ui.theme import Tone
from desktop_app.ui.work_bar import WorkBar
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
    return [page.table.model.row(n).customer for n in range(page.table.count())]


def test_that_the_order_is_value_times_urgency_and_requests_to_cancel_first(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    open_case(stage, shop["K3"])  # 12 yuan at stake
    open_case(stage, shop["K2"])  # 600 yuan
    open_case(stage, shop["K5"], RuleKind.CANCEL_REQUEST)  # never bought
    page = shown(stage, 3)
    assert names(page) == ["周强", "王小明", "李静"]
    rows = [page.table.model.row(n) for n in range(3)]
    assert rows[0].why.startswith("Asked to cancel: always first; ")
    assert rows[1].why.endswith("Value at stake ¥600.00; Due today: urgency × 1.5")
    stage.wait(page.preview.why.isVisible)
    assert page.preview.why.text() == "\n".join(rows[0].reasons)
    page.table.next_row()
    stage.wait(lambda: page.preview.why.text() == "\n".join(rows[1].reasons))
    stage.wait(lambda: page.preview.permission.text() == "May be contacted now.")


def test_that_an_empty_day_says_what_to_do(stage: Stage) -> None:
    page = shown(stage, 0)
    stage.wait(page.table.empty.isVisible)
    page.table.empty.button.click()
    assert stage.went() == [("signals", None)]


def number(page: TodayPage, section: Section | None) -> str:
    return page.bar.tiles[section].accessibleName()


def test_that_tiles_and_pills_count_and_filter(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    overdue = open_case(stage, shop["K2"])
    make_overdue(stage, overdue)
    open_case(stage, shop["K3"], taken=False)
    open_case(stage, shop["K5"], RuleKind.CANCEL_REQUEST)
    page = shown(stage, 3)
    stage.wait(lambda: number(page, None).startswith("To do 3"))
    assert number(page, Section.OVERDUE).startswith("Overdue 1")
    assert number(page, Section.CANCEL_REQUEST).startswith("Cancel requests 1")
    assert page.bar.pills[QueueKind.POOL].text() == "Pool 1"
    page.bar.tiles[Section.OVERDUE].click()
    stage.wait(lambda: names(page) == ["王小明"])
    page.bar.tiles[Section.OVERDUE].click()
    stage.wait(lambda: page.table.count() == 3)
    page.bar.pills[QueueKind.POOL].click()
    stage.wait(lambda: names(page) == ["李静"])
    assert number(page, None).startswith("To do 1"), "the tiles count what the pill shows"
    page.bar.tiles[Section.CANCEL_REQUEST].click()
    stage.wait(page.table.empty.isVisible)
    page.table.empty.button.click()
    stage.wait(lambda: page.table.count() == 3)
    assert not page.bar.more[Section.LATER].isVisibleTo(page)


def make_overdue(stage: Stage, case_id: uuid.UUID) -> None:
    file = file_of(stage, case_id)
    yesterday = clock.today() - dt.timedelta(days=1)
    draft = CaseDraft.model_validate({**file.draft_values, "next_due": yesterday})
    stage.write(cases.change, case_id, file.version, draft)


def test_that_a_case_without_a_next_step_is_due_today(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K3"])
    stage.write(forget_step, case_id)
    page = shown(stage, 1)
    stage.wait(lambda: number(page, Section.TODAY).startswith("Due today 1"))
    assert today.due_text(page.table.model.row(0)) == "unplanned"
    assert page.table.model.index(0, 3).data() == "Plan the next step"


def forget_step(session: Session, case_id: uuid.UUID) -> None:
    journal.name_change(session, "Forget the step")
    case = session.get_one(Case, case_id)
    case.next_step = case.next_due = None


def test_that_of_a_long_day_the_first_lines_are_shown_and_the_rest_is_counted(
    stage: Stage, shop: dict[str, uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TodayPage, "LINES", 2)
    for key in ("K2", "K3"):
        open_case(stage, shop[key])
    for key in ("K5", "K6"):
        open_case(stage, shop[key], taken=False)
    page = shown(stage, 2)
    stage.wait(lambda: "and 2 more, shown as these are done" in above(page))
    first = names(page)
    page.bar.pills[QueueKind.POOL].click()
    stage.wait(lambda: names(page) != first)
    assert page.table.count() == 2
    assert all(line.owner_id is None for line in page.lines)
    assert "more" not in above(page)
    page.bar.pills[QueueKind.POOL].click()
    stage.wait(lambda: names(page) == first)


def test_that_a_refused_claim_is_told_in_one_sentence(
    stage: Stage, agents: Stage, shop: dict[str, uuid.UUID]
) -> None:
    agent = agents.context.actor
    stage.write(pool.change_policy, PoolPolicy(capacity=1))
    stage.write(cases.assign, [open_case(stage, shop["K2"], taken=False)], agent.user_id)
    open_case(stage, shop["K3"], taken=False)
    page = shown(agents, 2)
    page.bar.pills[QueueKind.POOL].click()
    agents.wait(lambda: names(page) == ["李静"])
    agents.run(page, "case.take")
    said = "You hold 1 open cases; 1 are the most. Finish some first."
    agents.wait(lambda: said in page.messages.text)
    assert page.table.count() == 1


def test_that_the_call_of_a_colleague_is_taken_over_before_it_is_opened(
    stage: Stage, agents: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K3"])
    stage.write(promised, case_id, clock.now() - dt.timedelta(minutes=5))
    page = shown(agents, 1)
    line = page.table.model.row(0)
    assert (line.place, line.section) == (QueueKind.TEAM, Section.CALLBACK)
    agents.wait(lambda: "Callback promised for" in page.preview.empty.accessibleName())
    page.table.view.activated.emit(page.table.model.index(0, 0))
    assert "works on this case. Take it over first: Ctrl+T." in page.messages.text
    assert agents.went() == []
    assert "case.attempt" not in page.actions()
    agents.run(page, "case.take")
    agents.wait(lambda: "case.attempt" in page.actions())
    page.table.view.activated.emit(page.table.model.index(0, 0))
    assert agents.went() == [("case-file", CaseTarget(case_id, QueuePlace((case_id,))))]


def promised(session: Session, case_id: uuid.UUID, at: dt.datetime) -> None:
    journal.name_change(session, "Promised to all")
    case = session.get_one(Case, case_id)
    case.callback_at, case.callback_for = at, CallbackFor.ANYONE


def test_that_going_through_the_queue_passes_over_what_has_left_it(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    made = [open_case(stage, shop[key]) for key in ("K2", "K3", "K5", "K6")]
    ended, died = made[1], shop["K5"]
    stage.write(cases.close, ended, CloseDraft(outcome=Outcome.DUPLICATE))
    card = stage.card(died)
    gone = stage.draft(died).model_copy(update={"is_deceased": True})
    stage.write(customers.change, died, card.version, gone)
    place = QueuePlace(tuple(made))
    forward = stage.read(neighbour, CaseTarget(made[0], place), 1)
    assert forward == CaseTarget(made[3], place)
    assert stage.read(neighbour, forward, -1) == CaseTarget(made[0], place)
    assert stage.read(neighbour, forward, 1) is None


@pytest.fixture
def agents(stage: Stage, database: Database, actors: dict[Role, Actor]) -> Iterator[Stage]:
    """The same window as an agent has it."""
    agent, parent = actors[Role.AGENT], stage.context.actions.parent()
    tasks = Tasks(database, agent)
    tasks.problem.connect(lambda error: stage.context.messages.error(error.message))
    actions = ActionSet(agent.role, parent)  # type: ignore[arg-type]  # the host is a widget
    yield Stage(stage.qtbot, replace(stage.context, actor=agent, tasks=tasks, actions=actions))
    tasks.shutdown()
    tasks.deleteLater()


def test_that_the_pool_says_why_a_case_is_there(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    case_id = open_case(stage, shop["K3"])
    page = shown(stage, 1)
    column = [each.id for each in today.TODAY_COLUMNS].index("pool")
    assert page.table.view.isColumnHidden(column)
    stage.run(page, "case.give_back")
    stage.submit(page, reason="出差两周")
    stage.wait(lambda: file_of(stage, case_id).row.owner_id is None)
    page.bar.pills[QueueKind.POOL].click()
    stage.wait(lambda: not page.table.view.isColumnHidden(column))
    stage.wait(lambda: "出差两周" in str(page.table.model.index(0, column).data()))
    stage.wait(lambda: "kept from" in page.preview.why.text())
    assert "case.take" in page.actions()
    assert "case.give_back" not in page.actions()


def test_that_a_call_is_promised_and_stands_with_its_time(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K3"])
    page = shown(stage, 1)
    stage.run(page, "case.callback")
    at = clock.now() + dt.timedelta(days=2)
    stage.submit(page, at=at, for_whom=CallbackFor.ANYONE)
    stage.wait(lambda: page.table.count() == 0)
    page.bar.more[Section.LATER].click()
    stage.wait(lambda: page.table.count() == 1)
    line = page.table.model.row(0)
    assert (line.case_id, line.callback_for) == (case_id, CallbackFor.ANYONE)
    assert today.due_text(line).startswith("call at 2026-")
    stage.wait(lambda: "Who may call: Anyone" in page.preview.why.text())


def test_that_a_case_that_goes_back_soon_is_marked(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    case_id = open_case(stage, shop["K3"])
    stage.write(held_since, case_id, clock.now() - dt.timedelta(days=29))
    page = shown(stage, 1)
    line = page.table.model.row(0)
    assert line.recycle_on is not None
    stage.wait(lambda: page.bar.more["warned"].text() == "Back to the pool soon 1")
    stage.wait(lambda: "Goes back to the pool on" in page.preview.why.text())
    page.bar.more["warned"].click()
    stage.wait(lambda: page.bar.view().is_warned and page.table.count() == 1)


def test_that_notices_stand_below_the_pills_in_a_narrow_window(qtbot: QtBot) -> None:
    bar = WorkBar()
    qtbot.addWidget(bar)
    notice = QLabel("a notice of some length, such as promises that are overdue")
    bar.add_notice(notice)
    bar.resize(1800, 200)
    bar.show()
    pill = bar.pills[None]
    qtbot.waitUntil(lambda: 0 < notice.y() < pill.geometry().bottom())
    bar.resize(bar.minimumSizeHint().width(), 200)
    qtbot.waitUntil(lambda: notice.y() > pill.geometry().bottom())


def held_since(session: Session, case_id: uuid.UUID, moment: dt.datetime) -> None:
    journal.name_change(session, "Held for long")
    session.get_one(Case, case_id).owner_since = moment


def test_that_a_manager_spreads_the_chosen_cases(
    stage: Stage, shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    made = [open_case(stage, shop[key], taken=False) for key in ("K3", "K5")]
    page = shown(stage, 2)
    page.table.view.selectAll()
    stage.run(page, "case.assign")
    dialog = stage.dialog(page)
    both = [actors[Role.AGENT].user_id, actors[Role.FIELD_STAFF].user_id]
    dialog.form.editors["users"].set_value(both)
    plan = dialog.findChild(QLabel, "plan")
    stage.wait(lambda: "gets 1: 1 of 80 open then" in plan.text())
    dialog.submit()
    stage.wait(lambda: {file_of(stage, key).row.owner_id for key in made} == set(both))


def test_that_nobody_is_ticked_and_what_is_taken_from_others_is_told(
    stage: Stage, shop: dict[str, uuid.UUID], actors: dict[Role, Actor]
) -> None:
    made = [open_case(stage, shop[key], taken=key == "K3") for key in ("K3", "K5")]
    page = shown(stage, 2)
    page.flows.assign([*made, made[0]])
    dialog = stage.dialog(page)
    users, plan = dialog.form.editors["users"], dialog.findChild(QLabel, "plan")
    assert dialog.windowTitle() == "Assign 2 cases"
    assert users.value() == ()
    stage.wait(lambda: plan.text() == "Choose who is to get them.")
    users.set_value([actors[Role.AGENT].user_id])
    stage.wait(lambda: "gets 1:" in plan.text() and "1 stays with who has it." in plan.text())
    assert "1 stands in several of the chosen lines and counts once" in plan.text()
    dialog.form.editors["with_owned"].set_value(True)
    stage.wait(lambda: "1 leaves whoever works on it now." in plan.text())
    dialog.submit()
    wanted = {actors[Role.AGENT].user_id}
    stage.wait(lambda: {file_of(stage, key).row.owner_id for key in made} == wanted)


def helper(name: str, **values: Any) -> Helper:
    user = UserRow(uuid.uuid4(), 1, name, name, Role.AGENT, None, "", is_active=True)
    one = Helper(user, 0, 5, 1.0, far=0, is_kept_away=False, assigns=False)
    return replace(one, **values)


def test_that_only_the_one_who_suits_all_cases_is_ticked() -> None:
    suited = helper("a")
    wrong = [
        helper("far", far=1), helper("full", open_cases=4), helper("away", is_kept_away=True),
        helper("boss", assigns=True),
    ]  # fmt: skip
    assert pool_forms.proposed([suited, *wrong], 2) == [suited.user.id]
    assert pool_forms.proposed([suited, helper("b"), *wrong], 2) == []
    assert pool_forms.proposed(wrong, 2) == []
    assert "1 case of another store" in pool_forms.helper_text(wrong[0], 2)
    plan = Plan((), (), (), 0, taken=0, far=2)
    assert "2 go to somebody of another store." in pool_forms.plan_text(plan)


def test_that_the_page_the_badge_and_the_command_line_agree(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    open_case(stage, shop["K2"])
    open_case(stage, shop["K3"], taken=False)
    soon = open_case(stage, shop["K5"])
    stage.write(pool.set_callback, soon, clock.now() + dt.timedelta(days=3), CallbackFor.ME)
    stage.write(contacts.plan_visit, None, shop["K6"], VisitDraft(planned_on=clock.today()))
    page = shown(stage, 3)
    stage.wait(lambda: page.bar.total() == 3)
    assert stage.read(window_search.due)["today"] == 3
    queued = stage.read(lambda s: queue.queue(s, agent=stage.context.actor.user_id))
    due = [_document(line) for line in queued if line.section is not Section.LATER]
    listed = [line.number for line in page.lines if line.case_id is not None]
    assert [each["case"] for each in due] == listed
    assert all(each["section"] == "today" for each in due)
    assert len(queued) == len(due) + 1


def test_that_lines_are_read_again_when_a_moment_has_come(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    open_case(stage, shop["K2"])
    page = shown(stage, 1)
    read_at = dt.datetime(2026, 9, 15, 2, tzinfo=dt.UTC)
    minute = dt.timedelta(minutes=1)
    line = replace(page.lines[0], callback_at=read_at + 3 * minute)
    assert not today.is_stale([line], read_at, read_at + 2 * minute)
    assert today.is_stale([line], read_at, read_at + 3 * minute)
    assert not today.is_stale([line], read_at + 3 * minute, read_at + 4 * minute)
    assert today.is_stale([], read_at, read_at + 10 * minute)
    assert today.is_stale([], read_at, read_at + dt.timedelta(days=1))


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
    stage.wait(lambda: page.strip.step.value() is NextStep.VISIT)


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
    make_overdue(stage, open_case(stage, shop["K2"]))
    page = shown(stage, 1)
    line = page.table.model.row(0)
    assert (line.section, today.due_tone(line)) == (Section.OVERDUE, Tone.BAD)
    assert "1 day overdue" in line.why


def test_that_a_visit_without_a_case_says_what_it_is_for(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    stage.write(contacts.plan_visit, None, shop["K6"], VisitDraft(planned_on=clock.today()))
    page = shown(stage, 1)
    stage.wait(lambda: "Visit planned for" in page.preview.empty.accessibleName())
    page.table.view.activated.emit(page.table.model.index(0, 0))
    assert stage.went() == [("customer-card", shop["K6"])]


def test_that_every_control_has_a_name(
    stage: Stage, shop: dict[str, uuid.UUID], each_language: str
) -> None:
    open_case(stage, shop["K2"])
    page = shown(stage, 1)
    stage.wait(lambda: page.preview.view is not None)
    stage.run(page, "case.attempt")
    assert nameless(page) == []
