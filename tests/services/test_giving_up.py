"""A customer is not given up as lost before enough was tried, or the customer said no."""

import uuid
from datetime import date

import pytest

from db.session import Actor
from db.vocabulary import AttemptResult, Channel, Outcome, Role, VisitState
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.errors import InvalidInputError
from desktop_app.services import cases, contacts, interview_end, interviews, outcome_settings
from desktop_app.services.outcome_settings import OutcomeSettings
from tests import factories
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = date(2026, 9, 15)


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(admin, factories.assigned_case, agent.user_id)


def give_up(desk: Desk, who: Actor, case_id: uuid.UUID, note: str = "") -> None:
    draft = CloseDraft(outcome=Outcome.LOST, root_reason="unknown_other", note=note)
    desk.do(who, cases.close, case_id, draft)


def outcome(desk: Desk, who: Actor, case_id: uuid.UUID) -> Outcome | None:
    return desk.look(who, cases.case_file, case_id).row.outcome


def test_that_too_little_was_tried_is_said_beside_the_outcome(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    for _number in range(3):
        desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    with pytest.raises(InvalidInputError) as raised:
        give_up(desk, agent, case_id, "x")
    (problem,) = raised.value.problems
    assert problem.field == "outcome"
    assert problem.message.startswith("Lost needs 3 attempts in 2 ways")
    assert "So far: 3 in 1." in problem.message
    assert outcome(desk, agent, case_id) is None


def test_that_a_visit_is_another_way(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    for _number in range(2):
        desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    customer = desk.look(agent, cases.case_file, case_id).row.customer_id
    done = VisitDraft(planned_on=TODAY, state=VisitState.DONE, done_on=TODAY)
    desk.do(agent, contacts.plan_visit, case_id, customer, done)
    give_up(desk, agent, case_id)
    assert outcome(desk, agent, case_id) is Outcome.LOST


@pytest.mark.parametrize("result", [AttemptResult.REFUSED, AttemptResult.DO_NOT_CONTACT])
def test_that_a_refusal_is_enough(
    desk: Desk, agent: Actor, case_id: uuid.UUID, result: AttemptResult
) -> None:
    desk.do(agent, factories.attempt, case_id, result, channel=Channel.MESSAGE)
    give_up(desk, agent, case_id)
    assert outcome(desk, agent, case_id) is Outcome.LOST


def test_that_an_exit_interview_is_enough(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    run_id = desk.do(agent, interviews.start, case_id)
    with pytest.raises(InvalidInputError, match="So far: 0 in 0"):
        give_up(desk, agent, case_id)
    said = {"what_happened": "搬走了", "stated_reason": "cust_relocated", "left_on": "2026-09-01"}
    for name, value in said.items():
        desk.do(agent, interviews.save_answer, run_id, f"/data/{name}", value)
    desk.do(agent, interview_end.finish, run_id)
    give_up(desk, agent, case_id)
    assert outcome(desk, agent, case_id) is Outcome.LOST


def test_that_who_is_not_to_be_contacted_needs_no_attempts(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    customer = desk.look(agent, cases.case_file, case_id).row.customer_id
    desk.do(admin, factories.change_customer, customer, do_not_contact=True)
    give_up(desk, agent, case_id)
    assert outcome(desk, agent, case_id) is Outcome.LOST


def test_that_a_manager_may_do_so_with_a_reason(
    desk: Desk, actors: dict[Role, Actor], case_id: uuid.UUID
) -> None:
    manager = actors[Role.DEPT_MANAGER]
    with pytest.raises(InvalidInputError, match="say why in the note"):
        give_up(desk, manager, case_id)
    give_up(desk, manager, case_id, "客户公司已注销")
    assert outcome(desk, manager, case_id) is Outcome.LOST


def test_that_head_office_may_ask_for_nothing(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(admin, outcome_settings.change, OutcomeSettings(lost_attempts=0))
    give_up(desk, agent, case_id)
    assert outcome(desk, agent, case_id) is Outcome.LOST


def test_that_other_outcomes_need_no_attempts(desk: Desk, agent: Actor, case_id: uuid.UUID) -> None:
    desk.do(agent, cases.close, case_id, CloseDraft(outcome=Outcome.UNREACHABLE))
    assert outcome(desk, agent, case_id) is Outcome.UNREACHABLE
