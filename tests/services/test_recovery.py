"""Service recovery in its four steps; the way of malicious arrears."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.queries.follow_up import FollowFilter
from db.session import SYSTEM, Actor
from db.vocabulary import CostKind, Outcome, RecoveryStepKind, ReplyKind, Role
from desktop_app.columns.timeline import words
from desktop_app.domain.arrears import ArrearsStep
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.promises import PromiseDraft, RecoveryDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.services import cases, costs, journal, promises, recovery
from tests import factories, offered
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
STEPS = list(RecoveryStepKind)
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)


def customer_of(desk: Desk, case: uuid.UUID) -> uuid.UUID:
    return desk.look(SYSTEM, cases.case_file, case).row.customer_id


def test_that_a_recovery_takes_its_steps_in_order(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    desk.made.clear()
    before = desk.rows()
    key = desk.do(agent, recovery.begin, case, RecoveryDraft(loss=5000))
    (row,) = desk.look(agent, recovery.of_case, case)
    assert [step.step for step in row.steps] == STEPS
    assert [step.due_at for step in row.steps] == sorted(step.due_at for step in row.steps)
    assert row.steps[1].due_at == row.begun_at + dt.timedelta(days=1)
    with pytest.raises(ConflictError, match="First comes: Apologise"):
        desk.do(agent, recovery.do_step, key, RecoveryStepKind.RESOLVE)
    with pytest.raises(ConflictError, match="not finished"):
        desk.do(agent, recovery.begin, case, RecoveryDraft())
    for step in STEPS:
        desk.do(agent, recovery.do_step, key, step, " getan ")
    (row,) = desk.look(agent, recovery.of_case, case)
    assert row.next_step is None
    assert {(step.by, step.note) for step in row.steps} == {(agent.name, "getan")}
    with pytest.raises(ConflictError, match="is finished"):
        desk.do(agent, recovery.do_step, key, STEPS[0])
    desk.do(agent, recovery.begin, case, RecoveryDraft())  # another one may begin
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_what_is_paid_is_a_cost_of_the_case(desk: Desk, agent: Actor, case: uuid.UUID) -> None:
    key = desk.do(agent, recovery.begin, case, RecoveryDraft())
    desk.do(agent, recovery.set_money, key, loss=5000, compensation=3000)
    desk.do(agent, recovery.set_money, key, loss=None, compensation=2500)
    desk.do(agent, recovery.set_money, key, loss=4000, compensation=2500)
    (row,) = desk.look(agent, recovery.of_case, case)
    assert (row.loss, row.compensation) == (4000, 2500)
    found = desk.look(agent, costs.of_case, case)
    assert [(one.kind, one.amount) for one in found.rows] == [
        (CostKind.OTHER, 3000),
        (CostKind.OTHER, -500),
    ]
    with pytest.raises(InvalidInputError) as refused:
        desk.do(agent, recovery.set_money, key, loss=-1, compensation=-1)
    assert [one.field for one in refused.value.problems] == ["loss", "compensation"]


def test_that_steps_past_their_limit_are_told(
    desk: Desk, agent: Actor, case: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    key = desk.do(agent, recovery.begin, case, RecoveryDraft())
    assert desk.look(agent, recovery.late_steps) == ()
    fixed_time.shift(dt.timedelta(hours=8))
    assert [row.id for row in desk.look(agent, recovery.late_steps)] == [key]
    desk.do(agent, recovery.do_step, key, STEPS[0])
    assert desk.look(agent, recovery.late_steps) == ()


def test_that_the_cause_is_of_the_same_customer(desk: Desk, agent: Actor, case: uuid.UUID) -> None:
    other = desk.do(agent, factories.add_customer, store_id=agent.store_id)
    draft = PromiseDraft(words="x", made_on=TODAY, due_on=TODAY)
    foreign = desk.do(agent, promises.register, other, draft)
    with pytest.raises(InvalidInputError) as refused:
        desk.do(
            agent,
            recovery.begin,
            case,
            RecoveryDraft(promise_id=foreign, complaint_id=uuid.uuid4()),
        )
    assert [one.field for one in refused.value.problems] == ["complaint_id", "promise_id"]
    with pytest.raises(NotFoundError):
        desk.do(agent, recovery.do_step, uuid.uuid4(), STEPS[0])


def test_that_broken_promises_begin_a_recovery_once(
    desk: Desk, agent: Actor, admin: Actor, case: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    customer = customer_of(desk, case)
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    draft = PromiseDraft(words="x", made_on=TODAY, due_on=TODAY, owner_id=gone.user_id)
    broken = desk.do(agent, promises.register, customer, draft, case)
    desk.do(agent, promises.register, customer, draft, case)  # one recovery at a time
    desk.do(agent, promises.register, customer, draft)  # without a case
    kept = desk.do(agent, promises.register, customer, draft, case)
    desk.do(agent, promises.answer, kept, ReplyKind.MET)
    closed = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    desk.do(agent, promises.register, customer_of(desk, closed), draft, closed)
    desk.do(agent, cases.close, closed, CloseDraft(outcome=Outcome.DUPLICATE))
    desk.do(SYSTEM, factories.leave, gone.user_id)
    assert desk.do(agent, recovery.begin_for_broken_promises) == 0  # due today
    fixed_time.shift(dt.timedelta(days=1))
    made = len(desk.made)
    assert desk.do(agent, recovery.begin_for_broken_promises) == 1
    assert desk.do(agent, recovery.begin_for_broken_promises) == 0
    assert len(desk.made) == made + 1
    (row,) = desk.look(agent, recovery.of_case, case)
    assert (row.promise_id, row.owner) == (broken, "")
    for step in STEPS:
        desk.do(agent, recovery.do_step, row.id, step)
    assert desk.do(agent, recovery.begin_for_broken_promises) == 1  # for the second promise
    assert desk.do(agent, recovery.begin_for_broken_promises) == 0


def test_that_nobody_else_undoes_a_step(
    desk: Desk, agent: Actor, admin: Actor, case: uuid.UUID
) -> None:
    key = desk.do(agent, recovery.begin, case, RecoveryDraft())
    desk.do(agent, recovery.do_step, key, STEPS[0])
    there = desk.do(admin, factories.add_store)
    desk.made.pop()
    stranger = desk.do(admin, factories.add_user, Role.STORE_MANAGER, there)
    desk.made.pop()
    with pytest.raises(NotAllowedError):
        desk.do(stranger, journal.undo, desk.made[-1])
    desk.do(agent, journal.undo, desk.made[-1])
    (row,) = desk.look(agent, recovery.of_case, case)
    assert row.steps[0].done_at is None


# ---------------------------------------------------------------- malicious arrears


def test_that_arrears_in_bad_faith_have_a_checklist(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    assert desk.look(agent, recovery.arrears_checklist, case) == ()
    with pytest.raises(ConflictError, match="nobody owes money in bad faith"):
        desk.do(agent, recovery.take_arrears_step, case, ArrearsStep.LEGAL)
    customer = customer_of(desk, case)
    desk.do(SYSTEM, factories.change_customer, customer, malicious_arrears=True)
    items = desk.look(agent, recovery.arrears_checklist, case)
    assert [(item.step, item.done_at) for item in items] == [(step, None) for step in ArrearsStep]
    desk.do(agent, recovery.take_arrears_step, case, ArrearsStep.PREPAYMENT, "先款后货")
    with pytest.raises(ConflictError, match="taken in case"):
        desk.do(agent, recovery.take_arrears_step, case, ArrearsStep.PREPAYMENT)
    _credit, prepayment, _legal = desk.look(agent, recovery.arrears_checklist, case)
    assert (prepayment.by, prepayment.note) == (agent.name, "先款后货")
    told = [words(entry) for entry in desk.look(agent, cases.timeline, case)]
    assert any(each.detail == "Let them pay in advance only\n先款后货" for each in told)
    desk.undo()
    assert all(i.done_at is None for i in desk.look(agent, recovery.arrears_checklist, case))


def test_that_a_recovery_is_handed_over_to_somebody_who_does_not_see_the_case(
    desk: Desk, agent: Actor, admin: Actor, case: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    there = desk.do(admin, factories.add_store)
    keeper = desk.do(admin, factories.add_user, Role.AGENT, there)
    stranger = desk.do(admin, factories.add_user, Role.AGENT, there)
    key = desk.do(agent, recovery.begin, case, RecoveryDraft())
    desk.do(agent, recovery.hand_over, key, keeper.user_id)
    mine = FollowFilter(keeper_id=keeper.user_id)
    assert [row.id for row in desk.look(keeper, recovery.find, mine)] == [key]
    customer = customer_of(desk, case)
    assert [row.id for row in desk.look(keeper, recovery.of_customer, customer)] == [key]
    assert desk.look(stranger, recovery.find, FollowFilter()) == ()
    with pytest.raises(NotAllowedError):
        desk.do(stranger, recovery.do_step, key, STEPS[0])
    late = FollowFilter(due_before=TODAY + dt.timedelta(days=1))
    assert [row.id for row in desk.look(keeper, recovery.find, late)] == [key]  # the apology
    for step in STEPS:
        desk.do(keeper, recovery.do_step, key, step)
    assert desk.look(keeper, recovery.find, FollowFilter()) == ()
    number = desk.look(SYSTEM, cases.case_file, case).row.number
    assert len(desk.look(keeper, recovery.find, FollowFilter(number, ended_since=TODAY))) == 1
    tomorrow = TODAY + dt.timedelta(days=1)
    assert desk.look(keeper, recovery.find, FollowFilter(ended_since=tomorrow)) == ()


def test_that_the_page_of_a_case_is_read_after_a_step_against_arrears(
    desk: Desk, agent: Actor, case: uuid.UUID
) -> None:
    desk.do(SYSTEM, factories.change_customer, customer_of(desk, case), malicious_arrears=True)
    before = desk.look(agent, cases.case_file, case)
    desk.do(agent, recovery.take_arrears_step, case, ArrearsStep.PREPAYMENT)
    after = desk.look(agent, cases.case_file, case)
    assert [spent.stage for spent in after.time_in_stage] == [
        spent.stage for spent in before.time_in_stage
    ]
