"""Duties on the screen: seen, done, declined and given away by keyboard."""

import datetime as dt
import uuid
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from db.queries.tasks import TaskFilter, TaskRow
from db.session import Actor, Database
from db.vocabulary import RenewalState, Role, StaffFunction, TaskKind, TaskState
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.duties import DutyKind, Urgency
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.services import promises, renewals, staff_profiles, tasks, visits
from desktop_app.services.renewals import RenewalFilter, RenewalRow
from desktop_app.services.staff_profiles import ProfileDraft
from desktop_app.ui.page import PageContext
from desktop_app.ui.pages.duties import DutiesPage
from tests import factories
from tests.ui.shop import Stage, fill

_DAY = dt.timedelta(days=1)


@pytest.fixture
def shop(database: Database, admin: Actor) -> dict[str, uuid.UUID]:
    return fill(database, admin)


@pytest.fixture
def stage(qtbot: QtBot, context: PageContext) -> Stage:
    return Stage(qtbot, context)


def shown(stage: Stage, count: int) -> tuple[Any, Any]:
    """The page, and its first tab with so many duties."""
    page = stage.show(DutiesPage)
    part = page.tabs.current()
    stage.wait(lambda: part.sheet is not None and part.table.count() == count)
    part.table.focus()
    return page, part


def a_task(stage: Stage, customer: uuid.UUID, **more: Any) -> uuid.UUID:
    values = {"words": "问升级", "owner_id": stage.context.actor.user_id, "due_on": clock.today()}
    made: uuid.UUID = stage.write(
        tasks.add, TaskDraft.model_validate(values | {"customer_id": customer} | more)
    )
    return made


def every_task(stage: Stage) -> list[TaskRow]:
    rows: list[TaskRow] = stage.read(tasks.list_tasks, TaskFilter(states=frozenset()))
    return rows


def every_renewal(stage: Stage) -> list[RenewalRow]:
    rows: list[RenewalRow] = stage.read(renewals.list_renewals, RenewalFilter())
    return rows


def test_that_everything_due_stands_there_and_numbers_narrow_it(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    today = clock.today()
    a_task(stage, shop["K2"])
    draft = PromiseDraft(words="送到", made_on=today - 9 * _DAY, due_on=today - _DAY)
    stage.write(promises.register, shop["K2"], draft)
    stage.write(visits.plan_visit, None, shop["K3"], VisitDraft(planned_on=today + 2 * _DAY))
    page, part = shown(stage, 4)  # the customers of the shop have nobody in charge: one line
    kinds = [part.table.model.row(n).kind for n in range(4)]
    assert kinds == [DutyKind.PROMISE, DutyKind.TASK, DutyKind.ORPHANS, DutyKind.VISIT]
    assert part.tiles[Urgency.LATE].accessibleName() == "Late 1 Promise 1"
    part.choose(Urgency.LATE)
    assert part.table.count() == 1
    part.choose(Urgency.LATE)
    part.filters.search.set_value("问升级")
    stage.wait(lambda: part.table.count() == 1)
    part.table.choose_first()
    page.actions()["customer.open"]()
    assert stage.places[-1] == ("customer-card", shop["K2"])


def test_that_a_task_is_done_dropped_and_passed_on(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    key = a_task(stage, shop["K2"], kind=TaskKind.UPGRADE_TALK)
    page, part = shown(stage, 2)
    stage.run(page, "task.pass_on")
    stage.submit(page, answer="要专业版", owner_id=stage.context.actor.user_id)
    stage.wait(lambda: len(every_task(stage)) == 2)
    found = {row.id: row for row in every_task(stage)}
    assert found[key].state is TaskState.DONE
    follow = next(row for row in found.values() if row.id != key)
    assert (follow.kind, follow.words, follow.follows_id) == (TaskKind.UPGRADE, "要专业版", key)
    stage.wait(lambda: part.sheet.items[-1].id == follow.id)
    part.table.select_key(follow.id)
    assert "task.pass_on" not in page.actions()
    stage.run(page, "duty.not")
    assert stage.refused(page, note="") == {"note": "This field is needed."}
    stage.run(page, "duty.not")
    stage.submit(page, note="客户改主意")
    ended = {TaskState.DONE, TaskState.DROPPED}
    stage.wait(lambda: {row.state for row in every_task(stage)} == ended)
    stage.wait(lambda: part.table.count() == 1)


def test_that_a_task_is_made_and_given_to_somebody_else(
    stage: Stage, shop: dict[str, uuid.UUID], database: Database, admin: Actor
) -> None:
    other = stage.write(factories.add_user, Role.AGENT).user_id
    page, part = shown(stage, 1)
    stage.run(page, "task.new")
    stage.submit(page, words="旧账核对", kind=TaskKind.OLD_ISSUE)
    stage.wait(lambda: part.table.count() == 2)
    part.table.select_key(every_task(stage)[0].id)
    stage.run(page, "duty.give")
    stage.submit(page, owner_id=other)
    stage.wait(lambda: part.table.count() == 1)
    assert every_task(stage)[0].owner_id == other
    stage.idle()
    part.who.set_value(other)
    stage.wait(lambda: part.sheet.user_id == other)
    assert [item.words for item in part.sheet.items] == ["Old issue: 旧账核对"]


def test_that_who_has_something_that_expires_is_told_and_renews(
    stage: Stage, shop: dict[str, uuid.UUID]
) -> None:
    me = stage.context.actor.user_id
    draft = RenewalDraft(product="会员", expires_on=clock.today() + 10 * _DAY, owner_id=me)
    stage.write(renewals.add, shop["K2"], draft)
    page, part = shown(stage, 2)
    part.table.select_key(part.sheet.items[-1].id)
    stage.run(page, "duty.step")
    stage.submit(page, note="已电话通知")
    stage.wait(lambda: part.sheet.items[-1].row.state is RenewalState.NOTIFIED)
    part.table.select_key(part.sheet.items[-1].id)
    stage.run(page, "duty.step")
    stage.submit(page)
    stage.wait(lambda: len(every_renewal(stage)) == 2)
    states = {row.expires_on: row.state for row in every_renewal(stage)}
    assert list(states.values()).count(RenewalState.RENEWED) == 1


def test_that_the_functions_are_told_in_words(stage: Stage, shop: dict[str, uuid.UUID]) -> None:
    me = stage.context.actor.user_id
    profile = ProfileDraft(functions=(StaffFunction.TECHNICIAN,))
    stage.write(staff_profiles.change, me, profile)
    page, part = shown(stage, 1)
    assert part.sheet.charges[0].title == "Technician"
    assert page.header.subtitle_line.text() == "Functions: Technician · 1 duty"
    page.actions()["duty.step"]()
    assert stage.places[-1] == ("charges", None)
