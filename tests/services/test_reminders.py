"""Reminders from what is open in the database: whose, when, seen, put off, escalated."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine

from db.models import ReminderMark, Renewal, StaffProfile, Visit
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    CallbackFor,
    Channel,
    ReminderKind,
    ReminderStage,
    ReplyKind,
    Role,
    TaskKind,
    VisitPurpose,
)
from desktop_app import clock
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.promises import PromiseDraft
from desktop_app.domain.reminders import ReminderId, ReminderPolicy
from desktop_app.domain.renewals import RenewalDraft
from desktop_app.domain.tasks import TaskDraft
from desktop_app.errors import InvalidInputError, NotAllowedError
from desktop_app.services import contacts, pool, promises, reminders, renewals, tasks
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)  # a Tuesday, 10:00
RENEWAL, PROMISE, VISIT = ReminderKind.RENEWAL, ReminderKind.PROMISE, ReminderKind.VISIT
CALLBACK, TASK = ReminderKind.CALLBACK, ReminderKind.TASK
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    columns = {"store_id": agent.store_id, "owner_id": agent.user_id}
    return desk.do(agent, factories.add_customer, name="王小明", **columns)


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.STORE_MANAGER]


def days(number: int) -> dt.date:
    return TODAY + dt.timedelta(days=number)


def promise(desk: Desk, actor: Actor, customer: uuid.UUID, due: int = 0) -> uuid.UUID:
    made = PromiseDraft(words="周五前送到", made_on=days(min(due, 0)), due_on=days(due))
    return desk.do(actor, promises.register, customer, made)


def plan(session: Session, **columns: object) -> uuid.UUID:
    factories.name(session)
    visit = Visit(**columns)
    session.add(visit)
    session.flush()
    return visit.id


def now_of(desk: Desk, actor: Actor) -> list[tuple[ReminderKind, uuid.UUID, ReminderStage]]:
    found = desk.look(actor, reminders.due_now)
    return [(line.kind, line.key, line.id.stage) for line in found]


AHEAD, DUE, UP = ReminderStage.AHEAD, ReminderStage.DUE, ReminderStage.ESCALATED


def test_that_all_that_is_due_comes_to_who_does_it(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer)
    owed = promise(desk, agent, customer)
    fee = RenewalDraft(product="会员年卡", expires_on=days(7), fee=100)
    renewal = desk.do(agent, renewals.add, customer, fee)
    words = TaskDraft(words="发资料", owner_id=agent.user_id, due_on=days(1))
    task = desk.do(agent, tasks.add, words)
    visit = desk.do(
        agent, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=days(1), purpose="谈")
    )
    soon = clock.now() + dt.timedelta(minutes=8)
    desk.do(agent, pool.set_callback, case_id, soon, CallbackFor.ME)
    shown = now_of(desk, agent)
    assert set(shown) == {
        (PROMISE, owed, DUE),
        (RENEWAL, renewal, AHEAD),
        (TASK, task, AHEAD),
        (VISIT, visit, AHEAD),
        (CALLBACK, case_id, AHEAD),
    }
    lines = {line.kind: line for line in desk.look(agent, reminders.due_now)}
    assert lines[PROMISE].title == "Promise: 王小明"
    assert lines[PROMISE].words == "周五前送到"
    assert lines[PROMISE].sentence == "Due 2026-09-15 Tue"
    assert lines[VISIT].title == "Visit: 王小明"
    assert lines[TASK].title == "Task"
    assert lines[CALLBACK].case_id == case_id
    assert lines[CALLBACK].sentence.endswith("in 8 minutes")  # as seen now
    board = desk.look(agent, reminders.board)
    assert board.due(clock.now(), in_call=True) == ()
    assert board.next_moment(clock.now()) == soon  # the callback itself
    assert {line.id for line in board.missed(clock.now())} == {
        line.id for line in board.due(clock.now())
    }
    desk.do(agent, promises.answer, owed, ReplyKind.MET)
    assert PROMISE not in {kind for kind, _key, _stage in now_of(desk, agent)}


def test_that_what_was_seen_or_put_off_does_not_come_again(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    first, second = promise(desk, agent, customer), promise(desk, agent, customer, 2)
    keys = {line.key: line.id for line in desk.look(agent, reminders.due_now)}
    assert keys.keys() == {first, second}
    desk.do(agent, reminders.mark_seen, [keys[first]])
    until = desk.do(agent, reminders.snooze, [keys[second]], 15)
    assert until == clock.now() + dt.timedelta(minutes=15)
    assert now_of(desk, agent) == []
    board = desk.look(agent, reminders.board)
    assert board.next_moment(clock.now()) == until
    fixed_time.shift(dt.timedelta(minutes=15))
    assert now_of(desk, agent) == [(PROMISE, second, AHEAD)]
    desk.do(agent, reminders.snooze, [keys[second]], 5)  # once more: the same mark
    desk.do(agent, reminders.mark_seen, [keys[second]])
    assert now_of(desk, agent) == []
    assert len(desk.look(agent, lambda s: s.query(ReminderMark).all())) == 2
    with pytest.raises(InvalidInputError, match="5, 15, 60"):
        desk.do(agent, reminders.snooze, [keys[second]], 6)
    shown = board.without([keys[first]]).later([keys[second]], until)
    assert [line.id for line in shown.due(until)] == [keys[second]]


def test_that_marks_of_long_ago_are_forgotten(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    promise(desk, agent, customer)
    old = [line.id for line in desk.look(agent, reminders.due_now)]
    desk.do(agent, reminders.mark_seen, old)
    fixed_time.shift(dt.timedelta(days=401))
    desk.do(agent, reminders.mark_seen, [ReminderId(TASK, uuid.uuid4(), DUE)])
    kinds = desk.look(agent, lambda s: [row.kind for row in s.query(ReminderMark)])
    assert kinds == [TASK]


def test_that_what_moved_to_another_day_is_announced_again(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    draft = TaskDraft(words="x", owner_id=agent.user_id, due_on=TODAY)
    key = desk.do(agent, tasks.add, draft)
    desk.do(agent, reminders.mark_seen, [each.id for each in desk.look(agent, reminders.due_now)])
    later = draft.model_copy(update={"due_on": days(3)})
    desk.do(agent, tasks.change, key, 1, later)
    assert now_of(desk, agent) == []
    fixed_time.shift(dt.timedelta(days=3))
    assert now_of(desk, agent) == [(TASK, key, DUE)]


def test_that_the_manager_is_told_of_what_is_overdue(
    desk: Desk,
    agent: Actor,
    manager: Actor,
    customer: uuid.UUID,
    fixed_time: time_machine.Traveller,
) -> None:
    owed = promise(desk, agent, customer)
    assert now_of(desk, manager) == []
    fixed_time.shift(dt.timedelta(days=1))
    assert now_of(desk, manager) == [(PROMISE, owed, UP)]
    (line,) = desk.look(manager, reminders.inbox)
    assert line.title == f"Promise: 王小明 · {agent.name}"
    assert line.sentence == "Was due 2026-09-15 Tue, not done"
    desk.do(manager, reminders.mark_seen, [line.id])
    assert now_of(desk, manager) == []
    assert desk.look(manager, reminders.inbox) == (line,)  # until it is done
    assert desk.look(agent, reminders.inbox) == ()
    desk.do(agent, promises.answer, owed, ReplyKind.MET)
    assert desk.look(manager, reminders.inbox) == ()


def test_that_the_profile_says_who_the_manager_is(
    desk: Desk, agent: Actor, manager: Actor, customer: uuid.UUID
) -> None:
    def report_to(session: Session, to: Actor) -> None:
        factories.name(session)
        session.add(StaffProfile(user_id=agent.user_id, manager_id=to.user_id))

    other = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, agent.store_id)
    desk.do(SYSTEM, report_to, other)
    owed = promise(desk, agent, customer, -3)
    assert now_of(desk, manager) == []
    assert now_of(desk, other) == [(PROMISE, owed, UP)]


def test_that_what_nobody_is_there_to_do_comes_to_who_leads_the_store(
    desk: Desk, agent: Actor, manager: Actor, customer: uuid.UUID
) -> None:
    owed = promise(desk, agent, customer)
    far = desk.do(SYSTEM, factories.add_store, "S77", "远店")
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, far)
    desk.do(SYSTEM, factories.leave, agent.user_id)
    nobodys = desk.do(
        SYSTEM, plan, customer_id=customer, planned_on=TODAY, channel=Channel.CALL,
        rule_purpose=VisitPurpose.BOND,
    )  # fmt: skip
    assert set(now_of(desk, manager)) == {(PROMISE, owed, DUE), (VISIT, nobodys, DUE)}
    lines = {line.kind: line for line in desk.look(manager, reminders.due_now)}
    assert lines[VISIT].title == "Call: 王小明"
    assert lines[VISIT].words  # what the cadence says it is for
    assert now_of(desk, stranger) == []
    assert now_of(desk, agent) == []


def test_that_a_visit_with_a_time_is_announced_an_hour_before(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    visit = desk.do(
        SYSTEM, plan, customer_id=customer, planned_on=TODAY, by_id=agent.user_id,
        starts_at=dt.time(15, 30),
    )  # fmt: skip
    desk.do(agent, reminders.mark_seen, [each.id for each in desk.look(agent, reminders.due_now)])
    board = desk.look(agent, reminders.board)
    wanted = dt.datetime(2026, 9, 15, 14, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert board.next_moment(clock.now()) == wanted
    fixed_time.move_to(wanted)
    assert now_of(desk, agent) == [(VISIT, visit, AHEAD)]


def test_that_a_customer_who_was_told_is_announced_at_the_next_time_only(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    key = desk.do(agent, renewals.add, customer, RenewalDraft(product="x", expires_on=days(15)))
    assert now_of(desk, agent) == [(RENEWAL, key, AHEAD)]
    desk.do(agent, renewals.notify, key)
    assert now_of(desk, agent) == []
    fixed_time.shift(dt.timedelta(days=8))
    assert now_of(desk, agent) == [(RENEWAL, key, AHEAD)]
    desk.do(agent, renewals.renewed, key)
    assert now_of(desk, agent) == []


def test_that_what_is_overdue_for_months_is_left_to_the_lists(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    for ago in (reminders.OLDEST_DAYS, reminders.OLDEST_DAYS + 1):
        old = TODAY - dt.timedelta(days=ago)
        desk.do(SYSTEM, plan, customer_id=customer, planned_on=old, by_id=agent.user_id)
    assert len(now_of(desk, agent)) == 1


@pytest.mark.parametrize("mark", ["is_deceased", "do_not_contact"])
def test_that_nobody_is_reminded_to_turn_to_who_may_not_be_contacted(
    desk: Desk, agent: Actor, customer: uuid.UUID, mark: str
) -> None:
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer)
    desk.do(SYSTEM, plan, customer_id=customer, planned_on=TODAY, by_id=agent.user_id)
    told = TaskDraft(
        kind=TaskKind.TELL_CUSTOMER, words="x", owner_id=agent.user_id, due_on=TODAY,
        customer_id=customer,
    )  # fmt: skip
    desk.do(agent, tasks.add, told)
    desk.do(agent, renewals.add, customer, RenewalDraft(product="x", expires_on=days(7)))
    desk.do(
        agent, pool.set_callback, case_id, clock.now() + dt.timedelta(minutes=5), CallbackFor.ME
    )
    owed = promise(desk, agent, customer)
    assert len(now_of(desk, agent)) == 5
    desk.do(SYSTEM, factories.change_customer, customer, **{mark: True})
    assert now_of(desk, agent) == [(PROMISE, owed, DUE)]  # owed, and kept without a call


def test_that_the_numbers_are_set_for_everybody(
    desk: Desk, agent: Actor, customer: uuid.UUID, actors: dict[Role, Actor]
) -> None:
    promise(desk, agent, customer, 2)
    assert len(now_of(desk, agent)) == 1
    draft = ReminderPolicy(promise_days=(0,), task_days=(3, 1))
    desk.do(actors[Role.HEAD_OFFICE], reminders.change_policy, draft)
    assert desk.look(agent, reminders.policy) == draft
    assert now_of(desk, agent) == []
    with pytest.raises(NotAllowedError):
        desk.do(agent, reminders.change_policy, draft)


def test_that_the_program_itself_has_no_reminders(desk: Desk, customer: uuid.UUID) -> None:
    assert desk.look(SYSTEM, reminders.of_actor) == ()
    with pytest.raises(NotAllowedError, match="signed-in"):
        desk.do(SYSTEM, reminders.mark_seen, [])
    assert desk.look(SYSTEM, lambda s: s.query(Renewal).count()) == 0
