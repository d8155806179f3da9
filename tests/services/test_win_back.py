"""The six steps of winning back in a case, and the gates they set in visits and in closing."""

import datetime as dt
import uuid
from typing import Any

import pytest

from db.models import Renewal
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    Channel,
    Outcome,
    RenewalState,
    ReplyKind,
    Role,
    TaskKind,
    TaskState,
    VisitState,
    WinBackStepKind,
)
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.visits import CaseVisitDraft, VisitReport
from desktop_app.domain.win_back import (
    ContactDraft,
    Gate,
    IdentifyDraft,
    Missing,
    OutdoDraft,
    PlanDraft,
    PlanItemDraft,
    PreventDraft,
    Result,
    SatisfyDraft,
    Standing,
    StepDraft,
    StepState,
)
from desktop_app.errors import ConflictError, InvalidInputError
from desktop_app.services import cases, contacts, promises, tasks, visits, win_back
from desktop_app.services.tasks import TaskFilter, TaskRow
from desktop_app.services.win_back import WinBack
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
IDENTIFY, CONTACT, PLAN, SATISFY, PREVENT, OUTDO = WinBackStepKind
RESOLVED = PlanDraft(
    displeasure_resolved=True,
    opinions="送货太慢",
    items=(PlanItemDraft(words="换承运商", due_on=TODAY + dt.timedelta(days=7)),),
    agreed=True,
)
AXES = {
    f"{axis}{part}": value
    for axis in ("more", "faster", "better")
    for part, value in (("", Standing.AHEAD), ("_ours", "次日"), ("_theirs", "三日"))
}
CLOSED = CloseDraft(outcome=Outcome.UNREACHABLE)
SOON = TODAY + dt.timedelta(days=7)

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case of a customer with an address."""
    columns = {"name": "王思远", "address": "人民路 1 号"}
    return desk.do(
        admin, factories.assigned_case, agent.user_id, store_id=agent.store_id, **columns
    )


def steps(desk: Desk, agent: Actor, case_id: uuid.UUID) -> WinBack:
    return desk.look(agent, win_back.read, case_id)


def customer_of(desk: Desk, agent: Actor, case_id: uuid.UUID) -> uuid.UUID:
    found: uuid.UUID = desk.look(agent, cases.case_file, case_id).row.customer_id
    return found


def save(desk: Desk, agent: Actor, case_id: uuid.UUID, **drafts: StepDraft) -> None:
    for name, draft in drafts.items():
        desk.do(agent, win_back.save_step, case_id, WinBackStepKind[name.upper()], draft)


def planned(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    """Speak to the customer and agree a plan."""
    desk.do(agent, factories.attempt, case_id)
    save(desk, agent, case_id, plan=RESOLVED)


def improving(who: Actor, **fields: Any) -> PreventDraft:
    """Somebody sees to it that things get better."""
    values = {"improvement": "次日送达", "owner_id": who.user_id, "due_on": SOON}
    return PreventDraft.model_validate(values | fields)


def refused(desk: Desk, agent: Actor, service: Any, *arguments: Any) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as error:
        desk.do(agent, service, *arguments)
    return {problem.field: problem.message for problem in error.value.problems}


def test_that_a_fresh_case_has_six_steps_with_what_is_missing_and_closed(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    found = steps(desk, agent, case_id)
    assert [step.kind for step in found.steps] == list(WinBackStepKind)
    assert [step.gate for step in found.steps] == [
        None, None, Gate.NOT_SPOKEN, Gate.NO_PLAN, Gate.NOT_SPOKEN, Gate.NO_PLAN,
    ]  # fmt: skip
    assert found.step(IDENTIFY).missing == (Missing.NAME, Missing.ADDRESS)
    assert (found.name, found.address) == ("王思远", "人民路 1 号")
    assert (found.has_begun, found.is_open, found.has_returned) == (False, True, False)
    assert (found.timing.first, found.timing.is_late) == (None, False)


def test_that_all_six_steps_can_be_gone_through(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time: Any
) -> None:
    save(desk, agent, case_id, identify=IdentifyDraft(name_verified=True, address_verified=True))
    fixed_time.shift(dt.timedelta(hours=2))
    desk.do(agent, factories.attempt, case_id)
    found = steps(desk, agent, case_id)
    assert found.timing.first is not None
    assert found.step(CONTACT).suggested == {"channel": Channel.CALL, "gift": ""}
    save(
        desk, agent, case_id,
        contact=ContactDraft(channel=Channel.CALL, apologised=True, listened=True),
        plan=RESOLVED,
    )  # fmt: skip
    (item,) = steps(desk, agent, case_id).items
    assert (item.words, item.case_id) == ("换承运商", case_id)
    met = SatisfyDraft(demands_met=True, result=Result.WILL_RETURN)
    save(desk, agent, case_id, satisfy=met)
    assert steps(desk, agent, case_id).step(SATISFY).missing == (Missing.OPEN_ITEMS,)
    desk.do(agent, promises.answer, item.id, ReplyKind.MET)
    save(
        desk, agent, case_id,
        satisfy=met,
        prevent=improving(agent),
        outdo=OutdoDraft(competitor="联华", **AXES),
    )  # fmt: skip
    found = steps(desk, agent, case_id)
    assert {step.state for step in found.steps} == {StepState.DONE}
    assert all(step.done_at is not None and step.by == agent.name for step in found.steps)


def test_that_a_closed_step_takes_nothing(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    for kind, draft in (
        (PLAN, RESOLVED),
        (SATISFY, SatisfyDraft()),
        (OUTDO, OutdoDraft(competitor="联华")),
    ):
        with pytest.raises(ConflictError, match="Closed until"):
            desk.do(agent, win_back.save_step, case_id, kind, draft)
    with pytest.raises(TypeError):
        desk.do(agent, win_back.save_step, case_id, PLAN, SatisfyDraft())
    assert desk.look(agent, promises.list_promises, case_id=case_id) == ()


def test_that_undo_takes_a_step_and_its_promises_back(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    planned(desk, agent, case_id)
    assert steps(desk, agent, case_id).step(PLAN).state is StepState.DONE
    desk.undo()
    found = steps(desk, agent, case_id)
    assert (found.step(PLAN).state, found.items) == (StepState.OPEN, ())
    assert desk.look(agent, promises.list_promises, case_id=case_id) == ()


def test_that_the_plan_grows_and_keeps_its_promises(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    planned(desk, agent, case_id)
    more = PlanItemDraft(words="上门道歉", due_on=TODAY)
    save(desk, agent, case_id, plan=RESOLVED.model_copy(update={"items": (more,)}))
    found = steps(desk, agent, case_id)
    assert [item.words for item in found.items] == ["上门道歉", "换承运商"]
    save(desk, agent, case_id, plan=RESOLVED.model_copy(update={"items": (), "agreed": False}))
    found = steps(desk, agent, case_id)
    assert (len(found.items), found.step(PLAN).state) == (2, StepState.BEGUN)
    assert found.step(PLAN).done_at is None
    assert found.step(SATISFY).gate is Gate.NOT_AGREED


def test_that_an_address_that_is_not_there_cannot_be_verified(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    nowhere = desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    draft = IdentifyDraft(name_verified=True, address_verified=True)
    problems = refused(desk, agent, win_back.save_step, nowhere, IDENTIFY, draft)
    assert set(problems) == {"address_verified"}


def test_that_what_is_agreed_is_promised_today_and_due_today_or_later(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id)
    for days, problems in ((-1, {"items"}), (0, set())):
        item = PlanItemDraft(words="换承运商", due_on=TODAY + dt.timedelta(days=days))
        draft = RESOLVED.model_copy(update={"items": (item,)})
        if problems:
            told = refused(desk, agent, win_back.save_step, case_id, PLAN, draft)
            assert set(told) == problems
        else:
            save(desk, agent, case_id, plan=draft)
    (promise,) = desk.look(agent, promises.list_promises, case_id=case_id)
    assert (promise.made_on, promise.due_on) == (TODAY, TODAY)


# ---------------------------------------------------------------- what is done elsewhere


def days_done(desk: Desk, agent: Actor, case_id: uuid.UUID) -> dict[WinBackStepKind, dt.date]:
    """Which steps are done since when, by the reading of one case and by that of many."""
    found: dict[WinBackStepKind, dt.date] = {
        step.kind: step.done_at.astimezone().date()
        for step in steps(desk, agent, case_id).steps
        if step.done_at is not None
    }
    done = desk.look(agent, win_back.steps_done, [case_id, uuid.uuid4()])
    assert done.get(case_id, {}) == found
    return found


def test_that_an_answer_to_a_promise_may_be_the_last_that_a_step_needs(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time: Any
) -> None:
    assert days_done(desk, agent, case_id) == {}
    planned(desk, agent, case_id)
    met = SatisfyDraft(demands_met=True, result=Result.WILL_RETURN)
    save(desk, agent, case_id, satisfy=met)
    assert days_done(desk, agent, case_id) == {PLAN: TODAY}
    fixed_time.shift(dt.timedelta(days=2))
    (item,) = steps(desk, agent, case_id).items
    desk.do(agent, promises.answer, item.id, ReplyKind.MET)
    later = TODAY + dt.timedelta(days=2)
    assert days_done(desk, agent, case_id) == {PLAN: TODAY, SATISFY: later}
    desk.undo()
    assert days_done(desk, agent, case_id) == {PLAN: TODAY}


def test_that_a_report_of_a_visit_may_be_the_last_that_a_step_needs(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time: Any
) -> None:
    customer = customer_of(desk, agent, case_id)
    visit = desk.do(agent, visits.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    said = ContactDraft(channel=Channel.VISIT, apologised=True, listened=True, gift="鲜花")
    save(desk, agent, case_id, contact=said)
    assert days_done(desk, agent, case_id) == {}
    fixed_time.shift(dt.timedelta(days=1))
    later = TODAY + dt.timedelta(days=1)
    desk.do(agent, visits.report, visit, VisitReport(done_on=later))
    assert days_done(desk, agent, case_id) == {CONTACT: later}
    desk.undo()
    assert days_done(desk, agent, case_id) == {}


def test_that_a_step_of_which_something_is_gone_is_not_done(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    save(desk, agent, case_id, identify=IdentifyDraft(name_verified=True, address_verified=True))
    assert days_done(desk, agent, case_id) == {IDENTIFY: TODAY}
    customer = customer_of(desk, agent, case_id)
    desk.do(SYSTEM, factories.change_customer, customer, address="")
    assert days_done(desk, agent, case_id) == {}


# ---------------------------------------------------------------- prevention


def given(desk: Desk, agent: Actor, case_id: uuid.UUID) -> list[TaskRow]:
    """The tasks of a case, in whatever state."""
    wanted = TaskFilter(states=frozenset(), case_id=case_id)
    found: list[TaskRow] = desk.look(agent, tasks.list_tasks, wanted)
    return found


def test_that_an_improvement_is_the_task_of_one_person(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id)
    other = desk.do(admin, factories.add_user, Role.STORE_MANAGER, agent.store_id)
    save(desk, agent, case_id, prevent=improving(other))
    (row,) = given(desk, agent, case_id)
    assert (row.kind, row.words, row.owner_id, row.due_on, row.state) == (
        TaskKind.IMPROVEMENT, "次日送达", other.user_id, SOON, TaskState.OPEN,
    )  # fmt: skip
    found = steps(desk, agent, case_id)
    assert (found.step(PREVENT).state, found.improvement) == (StepState.DONE, row)
    assert (other.user_id, other.name) in found.people
    assert found.step(PREVENT).suggested == {
        "improvement": "次日送达", "owner_id": other.user_id, "due_on": SOON,
    }  # fmt: skip
    save(desk, agent, case_id, prevent=improving(other))  # nothing else is said
    save(desk, agent, case_id, prevent=improving(agent, improvement="当日送达"))
    (row,) = given(desk, agent, case_id)
    assert (row.words, row.owner_id) == ("当日送达", agent.user_id)
    desk.do(agent, tasks.finish, row.id)
    save(desk, agent, case_id, prevent=improving(agent, improvement="当日送达"))
    assert steps(desk, agent, case_id).step(PREVENT).state is StepState.DONE
    save(desk, agent, case_id, prevent=improving(agent, improvement="换承运商"))
    assert sorted(each.state for each in given(desk, agent, case_id)) == ["done", "open"]
    desk.undo()
    assert [each.state for each in given(desk, agent, case_id)] == [TaskState.DONE]


def test_that_a_task_that_is_dropped_improves_nothing(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id)
    save(desk, agent, case_id, prevent=improving(agent))
    (row,) = given(desk, agent, case_id)
    desk.do(agent, tasks.drop, row.id, "没有预算")
    step = steps(desk, agent, case_id).step(PREVENT)
    assert (step.state, step.missing, step.done_at) == (
        StepState.BEGUN, (Missing.IMPROVEMENT,), None,
    )  # fmt: skip
    assert set(refused(desk, agent, cases.close, case_id, CLOSED)) == {"outcome"}
    again = clock.now() + dt.timedelta(days=1)
    with clock.travelling(again):
        save(desk, agent, case_id, prevent=improving(agent))
        done_at = steps(desk, agent, case_id).step(PREVENT).done_at
    assert done_at is not None
    assert clock.local(done_at).date() == clock.local(again).date()  # not the day of the first one
    assert len(given(desk, agent, case_id)) == 2
    save(desk, agent, case_id, prevent=PreventDraft(no_defect="客户搬到外地"))
    assert {each.state for each in given(desk, agent, case_id)} == {TaskState.DROPPED}
    assert {each.answer for each in given(desk, agent, case_id)} == {"没有预算", "客户搬到外地"}
    assert steps(desk, agent, case_id).step(PREVENT).state is StepState.DONE


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"due_on": TODAY - dt.timedelta(days=1)}, "due_on"),
        ({"owner_id": uuid.uuid4()}, "owner_id"),
        ({"improvement": ""}, "improvement"),
    ],
)
def test_that_prevention_names_who_and_when(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fields: dict[str, Any], field: str
) -> None:
    desk.do(agent, factories.attempt, case_id)
    draft = improving(agent, **fields)
    assert set(refused(desk, agent, win_back.save_step, case_id, PREVENT, draft)) == {field}
    assert given(desk, agent, case_id) == []


# ---------------------------------------------------------------- gates elsewhere


def test_that_a_win_back_visit_needs_name_and_address(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = customer_of(desk, agent, case_id)
    bare = CaseVisitDraft(planned_on=TODAY, is_win_back=True)
    problems = refused(desk, agent, visits.plan_visit, case_id, customer, bare)
    assert set(problems) == {"name_verified", "address_verified"}
    half = bare.model_copy(update={"name_verified": True})
    assert set(refused(desk, agent, visits.plan_visit, case_id, customer, half)) == {
        "address_verified"
    }
    assert not steps(desk, agent, case_id).has_begun  # a refusal leaves nothing
    sure = half.model_copy(update={"address_verified": True})
    made = desk.do(agent, visits.plan_visit, case_id, customer, sure)
    step = steps(desk, agent, case_id).step(IDENTIFY)
    assert (step.state, step.visit_id) == (StepState.DONE, made)
    view = desk.look(agent, visits.look, made)
    assert view.row.is_win_back
    assert "views" in {field.code for field in view.fields}


def test_that_once_begun_no_visit_is_planned_to_an_unverified_place_but_calls_are(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = customer_of(desk, agent, case_id)
    desk.do(agent, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    save(desk, agent, case_id, identify=IdentifyDraft(name_verified=True))
    draft = VisitDraft(planned_on=TODAY + dt.timedelta(days=1))
    problems = refused(desk, agent, visits.plan_visit, case_id, customer, draft)
    assert set(problems) == {"address_verified"}
    call = draft.model_copy(update={"channel": Channel.CALL})
    assert desk.do(agent, visits.plan_visit, case_id, customer, call)


def test_that_a_case_is_not_closed_before_prevention(
    desk: Desk, agent: Actor, admin: Actor, case_id: uuid.UUID
) -> None:
    save(desk, agent, case_id, identify=IdentifyDraft(name_verified=True))
    desk.do(agent, factories.attempt, case_id)
    assert set(refused(desk, agent, cases.close, case_id, CLOSED)) == {"outcome"}
    save(desk, agent, case_id, prevent=PreventDraft(no_defect="客户搬到外地"))
    desk.do(agent, cases.close, case_id, CLOSED)
    assert desk.look(agent, cases.case_file, case_id).row.stage is CaseStage.CLOSED
    assert not steps(desk, agent, case_id).is_open
    with pytest.raises(ConflictError):
        save(desk, agent, case_id, prevent=improving(agent))


def test_that_who_was_never_reached_is_closed_without_prevention(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    save(desk, agent, case_id, identify=IdentifyDraft(name_verified=True))
    desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    with pytest.raises(ConflictError, match="has spoken to the customer"):
        save(desk, agent, case_id, prevent=PreventDraft(no_defect="客户搬到外地"))
    desk.do(agent, cases.close, case_id, CLOSED)


def test_that_duplicates_are_closed_anyway(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    save(desk, agent, case_id, identify=IdentifyDraft(name_verified=True))
    desk.do(agent, cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))


def renew(session: Session, customer_id: uuid.UUID, day: dt.date) -> None:
    factories.name(session)
    session.add(
        Renewal(
            customer_id=customer_id, product="年度合同", expires_on=day,
            state=RenewalState.RENEWED, answered_on=day,
        )
    )  # fmt: skip
    session.flush()


def test_that_won_back_is_proven_by_an_order_or_a_renewal(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, fixed_time: Any
) -> None:
    customer = customer_of(desk, agent, case_id)
    planned(desk, agent, case_id)
    save(desk, agent, case_id, prevent=improving(agent))
    won = SatisfyDraft(demands_met=True, result=Result.WON_BACK)
    closing = CloseDraft(
        outcome=Outcome.WON_BACK, root_reason="price_increase", churn_type="active_competitive"
    )
    desk.do(admin, factories.add_orders, customer, [(TODAY, 100_00)])  # before it left
    assert set(refused(desk, agent, win_back.save_step, case_id, SATISFY, won)) == {"result"}
    problems = refused(desk, agent, cases.close, case_id, closing)
    assert "order or a signed renewal" in problems["outcome"]
    fixed_time.shift(dt.timedelta(days=3))
    desk.do(admin, renew, customer, TODAY + dt.timedelta(days=2))
    save(desk, agent, case_id, satisfy=won)
    assert steps(desk, agent, case_id).has_returned


def test_that_an_order_after_leaving_proves_it_too_and_a_return_does_not(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = customer_of(desk, agent, case_id)
    later = TODAY + dt.timedelta(days=1)
    desk.do(admin, factories.add_orders, customer, [(later, -5_00)])
    assert not steps(desk, agent, case_id).has_returned
    desk.do(admin, factories.add_orders, customer, [(later, 5_00)])
    assert steps(desk, agent, case_id).has_returned


def test_that_the_first_contact_is_the_earliest_that_reached_the_customer(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time: Any
) -> None:
    customer = customer_of(desk, agent, case_id)
    desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    assert steps(desk, agent, case_id).timing.first is None
    fixed_time.shift(dt.timedelta(days=2))
    desk.do(agent, factories.attempt, case_id)
    spoken = steps(desk, agent, case_id).timing.first
    made = VisitDraft(planned_on=TODAY, state=VisitState.DONE, done_on=TODAY)
    desk.do(agent, visits.plan_visit, case_id, customer, made)
    earlier = steps(desk, agent, case_id).timing.first
    assert spoken is not None
    assert earlier is not None
    assert earlier.date() == TODAY < spoken.date()
    assert steps(desk, agent, case_id).step(CONTACT).suggested["channel"] is Channel.VISIT
