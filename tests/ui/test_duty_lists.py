"""All tasks and all renewals on the page of duties, the line on the card, the badges."""

import datetime as dt
import uuid
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from db.models import Task
from db.queries.renewals import RenewalFilter, RenewalRow
from db.queries.tasks import TaskRow
from db.session import Actor, Database
from db.vocabulary import RenewalState, Role, TaskKind, TaskState
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.duties import Urgency
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.services import duties, handovers, renewals, tasks, visits
from desktop_app.ui import window_search
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.customer_card import CustomerCardPage
from desktop_app.ui.pages.duties import DutiesPage
from desktop_app.ui.table_model import WINDOW
from tests import factories
from tests.ui.casework import nameless
from tests.ui.shop import Stage, fill
from tests.ui.test_narrow_windows import NARROW, WIDE, sized, whole

_DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def a_task(
    stage: Stage, words: str = "问升级", due_on: dt.date | None = None, **more: Any
) -> uuid.UUID:
    today = clock.today()
    values = {"words": words, "owner_id": stage.context.actor.user_id, "due_on": due_on or today}
    values["due_on"] = max(values["due_on"], today)
    made: uuid.UUID = stage.write(tasks.add, TaskDraft.model_validate(values | more))
    if due_on is not None and due_on < today:  # given in time, and not done
        stage.write(factories.change_row, Task, made, due_on=due_on)
    return made


def expires(stage: Stage, customer: uuid.UUID, days: int, product: str = "会员") -> uuid.UUID:
    draft = RenewalDraft(product=product, expires_on=clock.today() + days * _DAY)
    made: uuid.UUID = stage.write(renewals.add, customer, draft)
    return made


def task(stage: Stage, key: uuid.UUID) -> TaskRow:
    row: TaskRow = stage.read(tasks.find, key)
    return row


def renewal(stage: Stage, key: uuid.UUID) -> RenewalRow:
    rows: list[RenewalRow] = stage.read(renewals.list_renewals, RenewalFilter())
    return next(row for row in rows if row.id == key)


def following(stage: Stage, key: uuid.UUID) -> uuid.UUID:
    """The open renewal of the same customer."""
    customer = renewal(stage, key).customer_id
    criteria = RenewalFilter(customer_id=customer, states=frozenset({RenewalState.OPEN}))
    (row,) = stage.read(renewals.list_renewals, criteria)
    found: uuid.UUID = row.id
    return found


def shown(stage: Stage, target: object, name: str, count: int) -> tuple[DutiesPage, Any]:
    """The page, and a tab of it with so many rows."""
    page: DutiesPage = stage.show(DutiesPage, target)
    part = page.tabs.part(name)
    wait_for(stage, part, count)
    return page, part


def wait_for(stage: Stage, part: Any, count: int) -> None:
    table = part.table
    stage.wait(lambda: table.count() == count and (not count or table.current_row() is not None))


def rows(stage: Stage, part: Any, *keys: uuid.UUID) -> None:
    """Wait until the list shows just these, in this order, and the cursor stands on one."""
    table = part.table

    def seen() -> list[Any]:
        found = [table.model.row(place) for place in range(table.count())]
        return [None if row is None else row.id for row in found]

    stage.wait(lambda: seen() == list(keys) and (not keys or table.current_row() is not None))


def choose(stage: Stage, part: Any, key: uuid.UUID) -> None:
    """Put the cursor on a row once the list stands still."""
    stage.idle()
    assert part.table.select_key(key)


def test_that_tasks_are_found_by_state_kind_owner_and_words(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    other = stage.write(factories.add_user, Role.AGENT).user_id
    late = a_task(stage, customer_id=shop["K2"], due_on=clock.today() - _DAY)
    theirs = a_task(stage, "对账", owner_id=other, customer_id=shop["K3"], kind=TaskKind.OLD_ISSUE)
    done = a_task(stage, "寄样品", due_on=clock.today() + _DAY)
    stage.write(tasks.finish, done, "寄了")
    page, part = shown(stage, "tasks", "tasks", 2)
    rows(stage, part, late, theirs)
    assert page.header.subtitle_line.text() == "2 tasks"
    assert part.table.current_row().customer_id == shop["K2"] == page.customer()
    part.kind.set_value(TaskKind.OLD_ISSUE)
    rows(stage, part, theirs)
    part.kind.set_value(None)
    part.state.set_value(TaskState.DONE)
    rows(stage, part, done)
    assert "duty.step" not in page.actions()
    part.state.set_value(None)
    rows(stage, part, late, theirs, done)
    part.who.set_value(other)
    rows(stage, part, theirs)
    part.filters.search.set_value("没有")
    rows(stage, part)
    stage.wait(part.table.empty.isVisible)
    assert nameless(page) == []
    part.show_all()
    rows(stage, part, late, theirs, done)


def test_that_a_task_of_the_list_is_changed_done_dropped_given_and_passed_on(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    other = stage.write(factories.add_user, Role.AGENT).user_id
    keys = [a_task(stage, f"第{n}件") for n in range(3)]
    talk = a_task(stage, kind=TaskKind.UPGRADE_TALK, customer_id=shop["K2"])
    page, part = shown(stage, "tasks", "tasks", 4)
    choose(stage, part, talk)
    stage.run(page, "duty.edit")
    stage.submit(page, words="问升级专业版", due_on=clock.today() + 3 * _DAY)
    stage.wait(lambda: task(stage, talk).words == "问升级专业版")
    assert task(stage, talk).customer_id == shop["K2"]
    choose(stage, part, talk)
    stage.run(page, "task.pass_on")
    stage.submit(page, answer="要专业版", owner_id=other)
    stage.wait(lambda: task(stage, talk).state is TaskState.DONE)
    choose(stage, part, keys[0])
    stage.run(page, "duty.step")
    stage.submit(page, answer="好了")
    wait_for(stage, part, 3)
    choose(stage, part, keys[1])
    stage.run(page, "duty.not")
    stage.submit(page, note="不需要")
    wait_for(stage, part, 2)
    choose(stage, part, keys[2])
    stage.run(page, "duty.give")
    stage.submit(page, owner_id=other)
    stage.wait(lambda: task(stage, keys[2]).owner_id == other)
    assert [task(stage, key).state for key in keys] == [
        TaskState.DONE, TaskState.DROPPED, TaskState.OPEN,
    ]  # fmt: skip


def test_that_a_task_without_a_customer_opens_here(stage: Stage) -> None:
    for number in range(3):
        a_task(stage, f"别的事{number}", due_on=clock.today() - 9 * _DAY)
    key = a_task(stage, "整理名单\n按片区", kind=TaskKind.OLD_ISSUE)
    page, part = shown(stage, key, "tasks", 1)
    rows(stage, part, key)
    part.table.opened.emit(part.table.current_row())
    stage.submit(page, words="整理好名单")
    stage.wait(lambda: task(stage, key).words == "整理好名单")
    stage.write(tasks.finish, key)
    page.show_record(uuid.uuid4())
    stage.wait(lambda: "gone" in stage.context.messages.text)
    page.show_record("duties")
    first: Any = page.tabs.current()
    stage.wait(lambda: first.sheet is not None and len(first.sheet.items) == 3)
    first.table.choose_first()
    first._open()
    assert stage.went() == [("duties", first.sheet.items[0].id)]


def test_that_a_long_list_is_read_as_it_is_seen(stage: Stage) -> None:
    for number in range(WINDOW + 20):
        a_task(stage, f"第{number}件")
    _page, part = shown(stage, "tasks", "tasks", WINDOW + 20)
    assert len(part.table.model._windows) <= 1
    part.table.view.scrollToBottom()
    stage.wait(lambda: part.table.model.row(WINDOW + 19) is not None)


def test_that_renewals_are_found_by_state_days_and_words(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    near, far = expires(stage, shop["K2"], 5), expires(stage, shop["K3"], 60, "维保")
    page, part = shown(stage, "renewals", "renewals", 2)
    part.ahead.set_value(7)
    rows(stage, part, near)
    part.ahead.set_value(90)
    rows(stage, part, near, far)
    part.filters.search.set_value("维保")
    rows(stage, part, far)
    part.state.set_value(RenewalState.LAPSED)
    rows(stage, part)
    stage.wait(part.table.empty.isVisible)
    assert nameless(page) == []
    part.show_all()
    rows(stage, part, near, far)
    assert page.header.subtitle_line.text() == "2 renewals"


def test_that_a_renewal_of_the_list_is_changed_told_renewed_and_lapses(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    first, second = expires(stage, shop["K2"], 5), expires(stage, shop["K3"], 60, "维保")
    page, part = shown(stage, "renewals", "renewals", 2)
    choose(stage, part, first)
    stage.run(page, "duty.edit")
    stage.submit(page, product="金卡会员")
    stage.wait(lambda: renewal(stage, first).product == "金卡会员")
    assert stage.read(renewals.read, first).owner_id is None  # still whoever is in charge
    choose(stage, part, first)
    stage.run(page, "duty.step")
    stage.submit(page, note="已告知")
    stage.wait(lambda: renewal(stage, first).state is RenewalState.NOTIFIED)
    choose(stage, part, first)
    stage.run(page, "renewal.renewed")
    stage.submit(page)
    stage.wait(lambda: renewal(stage, first).state is RenewalState.RENEWED)
    choose(stage, part, second)
    stage.run(page, "duty.not")
    stage.submit(page, note="换了供应商")
    stage.wait(lambda: renewal(stage, second).state is RenewalState.LAPSED)
    rows(stage, part, following(stage, first))
    part.table.opened.emit(part.table.current_row())
    assert stage.went() == [("customer-card", shop["K2"])]


def test_that_something_new_begins_in_every_tab(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    page, part = shown(stage, "tasks", "tasks", 0)
    assert "New task" in part.table.empty.button.text()
    stage.run(page, "task.new")
    stage.submit(page, words="寄样品")
    wait_for(stage, part, 1)
    page.show_record("renewals")
    stage.run(page, "renewal.new")
    later = clock.today() + 9 * _DAY
    stage.submit(page, customer=shop["K2"], product="会员", expires_on=later)
    wait_for(stage, page.tabs.current(), 1)


@pytest.mark.parametrize("part", ["duties", "tasks", "renewals"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["960", "1280"])
def test_that_each_tab_is_whole_in_a_narrow_window(
    stage: Stage, shop: dict[str, uuid.UUID], part: str, size: tuple[int, int]
) -> None:
    a_task(stage, customer_id=shop["K2"], due_on=clock.today() - _DAY)
    expires(stage, shop["K2"], 5)
    page: DutiesPage = stage.show(DutiesPage, part)
    stage.idle()
    sized(page, size)
    whole(stage, page)


def test_that_the_card_says_what_is_open_for_the_customer(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    page: CustomerCardPage = stage.show(CustomerCardPage, shop["K2"])
    line = page.panel.pending
    stage.wait(lambda: line.words.text().startswith("Nothing"))
    key = a_task(stage, customer_id=shop["K2"], due_on=clock.today() - _DAY)
    expires(stage, shop["K2"], 5)
    expires(stage, shop["K2"], 9, "维保")
    expires(stage, shop["K3"], 3)
    tomorrow = VisitDraft(planned_on=clock.today() + _DAY)
    stage.write(visits.plan_visit, None, shop["K2"], tomorrow)
    page.load()
    stage.wait(lambda: "会员" in line.words.text())
    words = line.words.text()
    assert words.startswith(f"Next visit {clock.today() + _DAY}")
    assert "1 task, due" in words
    assert words.endswith("(+1)")
    assert line.late.isVisible()
    stage.context.tasks.write(page, tasks.finish, key)
    stage.wait(lambda: "task" not in line.words.text())
    assert not line.late.isVisible()


def test_that_the_badges_count_what_presses_and_what_was_handed_over(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    a_task(stage, due_on=clock.today() - _DAY)
    a_task(stage)
    a_task(stage, due_on=clock.today() + 3 * _DAY)
    stage.write(visits.plan_visit, None, shop["K3"], VisitDraft(planned_on=clock.today()))
    found = stage.read(window_search.due)
    sheet = stage.read(duties.sheet)
    assert found["duties"] == 3 == sheet.count(Urgency.LATE, Urgency.TODAY)
    assert found["charges"] == 0 == stage.read(handovers.count_waiting)
