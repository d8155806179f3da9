"""Contact attempts and visits, and what follows from them for the case."""

import datetime as dt
import uuid

import pytest

from db.models import Visit
from db.queries.case_file import CaseFile
from db.queries.visits import VisitFilter
from db.session import Actor
from db.vocabulary import (
    AttemptResult,
    CaseStage,
    Channel,
    NextStep,
    Outcome,
    Role,
    RuleKind,
    VisitState,
)
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contacts import AttemptDraft, VisitDraft, propose_next
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import cases, contacts, interview_end, interviews
from tests import factories
from tests.factories import Desk
from tests.interviewed import finish_interview

TODAY = dt.date(2026, 9, 15)
NOW = dt.datetime(2026, 9, 15, 2, 0, tzinfo=dt.UTC)

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case that the agent works on."""
    return desk.do(
        admin, factories.assigned_case, agent.user_id, name="王思远", store_id=agent.store_id
    )


def file(desk: Desk, actor: Actor, case_id: uuid.UUID) -> CaseFile:
    return desk.look(actor, cases.case_file, case_id)


# ---------------------------------------------------------------- attempts


def test_that_the_first_attempt_moves_the_case_and_plans_what_follows(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    draft = AttemptDraft(
        channel=Channel.CALL,
        result=AttemptResult.REACHED,
        at=NOW - dt.timedelta(minutes=3),
        duration_seconds=180,
        note="愿意谈",
    )
    desk.do(agent, contacts.log_attempt, case_id, draft)
    found = file(desk, agent, case_id)
    one = found.attempts[0]
    assert (one.channel, one.result, one.at) == (Channel.CALL, AttemptResult.REACHED, draft.at)
    assert (one.duration_seconds, one.note, one.by) == (180, "愿意谈", "agent")
    assert (one.next_step, one.next_due) == (NextStep.INTERVIEW, TODAY)
    assert (found.row.stage, found.row.next_step) == (CaseStage.CONTACTING, NextStep.INTERVIEW)


@pytest.mark.parametrize("result", [one for one in AttemptResult if one != "do_not_contact"])
def test_that_the_next_step_is_the_proposed_one(
    desk: Desk, agent: Actor, case_id: uuid.UUID, result: AttemptResult
) -> None:
    offered = desk.look(agent, contacts.propose, case_id, result, TODAY)
    desk.do(agent, factories.attempt, case_id, result)
    row = file(desk, agent, case_id).row
    expected = propose_next(result, TODAY)
    assert (row.next_step, row.next_due) == (expected.step, expected.due)
    assert offered == expected


def test_that_failures_in_a_row_lead_to_a_visit_and_then_to_closing(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    planned = []
    for _day in range(5):
        fixed_time.shift(dt.timedelta(hours=1))
        desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
        planned.append(file(desk, agent, case_id).row.next_step)
    assert planned == [
        NextStep.CALL, NextStep.CALL, NextStep.VISIT, NextStep.VISIT, NextStep.CLOSE,
    ]  # fmt: skip
    fixed_time.shift(dt.timedelta(hours=1))
    desk.do(agent, factories.attempt, case_id, AttemptResult.CALLBACK)
    fixed_time.shift(dt.timedelta(hours=1))
    desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)  # a new row begins
    assert file(desk, agent, case_id).row.next_step is NextStep.CALL


def test_that_after_a_finished_exit_interview_the_follow_up_is_proposed(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    run_id = desk.do(admin, finish_interview, agent, store_id=agent.store_id)
    case_id = desk.look(agent, interviews.load, run_id).file.row.case_id
    proposed = desk.look(agent, contacts.propose, case_id, AttemptResult.REACHED, TODAY)
    assert proposed is not None
    assert proposed.step is NextStep.FOLLOW_UP
    desk.do(agent, factories.attempt, case_id, AttemptResult.REACHED)
    row = file(desk, agent, case_id).row
    assert (row.next_step, row.next_due) == (NextStep.FOLLOW_UP, proposed.due)
    desk.do(agent, interview_end.reopen, run_id, "更正")  # it is begun now, not held
    proposed = desk.look(agent, contacts.propose, case_id, AttemptResult.REACHED, TODAY)
    assert proposed is not None
    assert proposed.step is NextStep.INTERVIEW


def test_that_a_next_step_given_is_kept(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    due = dt.date(2026, 10, 8)
    desk.do(agent, factories.attempt, case_id, next_step=NextStep.OFFER, next_due=due, note="节后")
    row = file(desk, agent, case_id).row
    assert (row.next_step, row.next_due) == (NextStep.OFFER, due)


def test_that_later_stages_stay_when_an_attempt_is_logged(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, cases.move, case_id, CaseStage.CONTACTING)
    desk.do(agent, cases.move, case_id, CaseStage.DIAGNOSED)
    desk.do(agent, factories.attempt, case_id)
    assert file(desk, agent, case_id).row.stage is CaseStage.DIAGNOSED


def test_that_a_refusal_for_good_stops_everything_planned_with_the_customer(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    other = desk.do(
        admin, factories.assigned_case, agent.user_id,
        customer_id=customer, kind=RuleKind.PRODUCT_LINE_STOP,
    )  # fmt: skip
    desk.do(agent, contacts.plan_visit, other, customer, VisitDraft(planned_on=TODAY))
    before = desk.rows()
    desk.do(agent, factories.attempt, case_id, AttemptResult.DO_NOT_CONTACT)
    for one in (case_id, other):
        found = file(desk, agent, one)
        assert found.screening.do_not_contact
        assert (found.row.next_step, found.row.next_due) == (None, None)
    assert [visit.state for visit in found.visits] == [VisitState.CANCELLED]
    assert desk.look(agent, contacts.propose, case_id, AttemptResult.DO_NOT_CONTACT, TODAY) is None
    desk.undo()
    assert desk.rows() == before


def test_that_nothing_more_is_planned_with_a_customer_who_refused(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    desk.do(admin, factories.change_customer, customer, is_deceased=True)
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, factories.attempt, case_id, next_step=NextStep.CALL, next_due=TODAY)
    assert raised.value.problems[0].field == "next_step"
    desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    assert file(desk, agent, case_id).row.next_step is None
    desk.do(agent, factories.attempt, case_id, AttemptResult.REFUSED)
    assert file(desk, agent, case_id).row.next_step is NextStep.CLOSE


def test_that_an_attempt_in_the_future_is_refused(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id, at=NOW + dt.timedelta(minutes=2))  # clocks differ
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, factories.attempt, case_id, at=NOW + dt.timedelta(minutes=10))
    assert raised.value.problems[0].field == "at"


def test_that_nobody_is_contacted_before_the_assignment_or_after_the_end(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    fresh = desk.do(admin, factories.open_case)
    with pytest.raises(ConflictError, match="not assigned yet"):
        desk.do(admin, factories.attempt, fresh)
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    with pytest.raises(ConflictError, match="is closed"):
        desk.do(admin, factories.attempt, case_id)
    with pytest.raises(NotFoundError):
        desk.do(admin, factories.attempt, uuid.uuid4())


# ---------------------------------------------------------------- visits


def test_that_a_planned_visit_is_the_next_step_of_its_case(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    due = dt.date(2026, 9, 18)
    draft = VisitDraft(planned_on=due, purpose="看新样品")
    desk.do(admin, contacts.plan_visit, case_id, customer, draft)
    found = file(desk, agent, case_id)
    assert (found.row.next_step, found.row.next_due) == (NextStep.VISIT, due)
    visit = found.visits[0]
    assert (visit.purpose, visit.state, visit.by) == ("看新样品", VisitState.PLANNED, "agent")
    assert (visit.case_number, visit.customer, visit.store) == (
        "2026-00001", "王思远", "南京路店",
    )  # fmt: skip


def test_that_a_finished_visit_begins_the_contact_and_frees_the_next_step(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    visit = desk.do(
        agent, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY, note="带样品")
    )
    desk.do(agent, contacts.finish_visit, visit, TODAY)
    found = file(desk, agent, case_id)
    assert (found.row.stage, found.row.next_step) == (CaseStage.CONTACTING, None)
    assert (found.visits[0].state, found.visits[0].done_on) == (VisitState.DONE, TODAY)
    assert found.visits[0].note == "带样品"
    for service, arguments in ((contacts.finish_visit, (TODAY,)), (contacts.cancel_visit, ())):
        with pytest.raises(ConflictError, match="made or cancelled"):
            desk.do(agent, service, visit, *arguments)


def test_that_a_cancelled_visit_frees_only_its_own_step(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    plan = VisitDraft(planned_on=TODAY)
    first = desk.do(agent, contacts.plan_visit, case_id, customer, plan)
    later = VisitDraft(planned_on=dt.date(2026, 9, 20))
    second = desk.do(agent, contacts.plan_visit, case_id, customer, later)
    desk.do(agent, contacts.cancel_visit, first, "客户出差")
    found = file(desk, agent, case_id)
    assert found.row.next_step is NextStep.VISIT
    assert [one.note for one in found.visits] == ["客户出差", ""]
    desk.do(agent, contacts.cancel_visit, second)
    assert file(desk, agent, case_id).row.next_step is None


def test_that_a_visit_made_without_a_plan_is_recorded(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    draft = VisitDraft(planned_on=TODAY, state=VisitState.DONE, done_on=TODAY)
    desk.do(agent, contacts.plan_visit, case_id, customer, draft)
    row = file(desk, agent, case_id).row
    assert (row.stage, row.next_step) == (CaseStage.CONTACTING, NextStep.CALL)


def test_that_a_visit_needs_no_case(desk: Desk, agent: Actor) -> None:
    customer = desk.do(agent, factories.add_customer)
    visit = desk.do(agent, contacts.plan_visit, None, customer, VisitDraft(planned_on=TODAY))
    desk.do(agent, contacts.finish_visit, visit, TODAY, "见到了老板")
    row = desk.look(agent, contacts.list_visits, VisitFilter())[0]
    assert (row.case_id, row.case_number, row.by, row.note) == (None, "", "agent", "见到了老板")


def test_that_a_visit_of_a_closed_case_is_still_finished(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    customer = file(desk, admin, case_id).row.customer_id
    visit = desk.do(admin, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    desk.do(admin, cases.close, case_id, CloseDraft(outcome=Outcome.DUPLICATE))
    desk.do(admin, replan, visit)
    desk.do(admin, contacts.finish_visit, visit, TODAY)
    found = file(desk, admin, case_id)
    assert (found.row.stage, found.visits[0].state) == (CaseStage.CLOSED, VisitState.DONE)


def replan(session, visit_id: uuid.UUID) -> None:
    factories.name(session)
    visit = session.get_one(Visit, visit_id)
    assert visit.state == VisitState.CANCELLED
    visit.state = VisitState.PLANNED


def test_that_impossible_visits_are_refused_beside_their_fields(
    desk: Desk, admin: Actor, case_id: uuid.UUID
) -> None:
    refused = desk.do(admin, factories.add_customer, do_not_contact=True)
    tomorrow = dt.date(2026, 9, 16)
    for customer, draft, field in (
        (refused, VisitDraft(planned_on=TODAY), "customer"),
        (refused, VisitDraft(planned_on=TODAY), "planned_on"),
        (None, VisitDraft(planned_on=TODAY, state=VisitState.CANCELLED), "state"),
        (
            None,
            VisitDraft(planned_on=TODAY, state=VisitState.DONE, done_on=tomorrow),
            "done_on",
        ),
    ):
        own = file(desk, admin, case_id).row.customer_id
        with pytest.raises(InvalidInputError) as raised:
            desk.do(admin, contacts.plan_visit, case_id, customer or own, draft)
        assert field in {problem.field for problem in raised.value.problems}
    visit = desk.do(admin, contacts.plan_visit, case_id, own, VisitDraft(planned_on=TODAY))
    with pytest.raises(InvalidInputError):
        desk.do(admin, contacts.finish_visit, visit, tomorrow)


def test_that_visits_of_nobody_are_said_to_be_gone(desk: Desk, admin: Actor) -> None:
    with pytest.raises(NotFoundError):
        desk.do(admin, contacts.cancel_visit, uuid.uuid4())
    draft = VisitDraft(planned_on=TODAY)
    with pytest.raises(NotFoundError):
        desk.do(admin, contacts.plan_visit, None, uuid.uuid4(), draft)


def test_that_a_visit_of_a_colleague_is_out_of_reach(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    customer = desk.do(admin, factories.add_customer, store_id=agent.store_id)
    visit = desk.do(colleague, contacts.plan_visit, None, customer, VisitDraft(planned_on=TODAY))
    with pytest.raises(NotAllowedError, match="somebody else"):
        desk.do(agent, contacts.cancel_visit, visit)
    assert desk.look(agent, contacts.count_visits, VisitFilter()) == 0
    assert desk.look(actors[Role.STORE_MANAGER], contacts.count_visits, VisitFilter()) == 1
    desk.do(admin, factories.leave, colleague.user_id)
    assert desk.look(agent, contacts.count_visits, VisitFilter()) == 1  # nobody's now


def test_that_every_service_can_be_undone(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    customer = file(desk, agent, case_id).row.customer_id
    plan = VisitDraft(planned_on=TODAY)
    visit = desk.do(agent, contacts.plan_visit, case_id, customer, plan)
    for service, arguments in (
        (factories.attempt, (case_id,)),
        (contacts.plan_visit, (case_id, customer, plan)),
        (contacts.finish_visit, (visit, TODAY)),
        (contacts.cancel_visit, (visit,)),
    ):
        before = desk.rows()
        desk.do(agent, service, *arguments)
        assert desk.rows() != before
        desk.undo()
        assert desk.rows() == before
