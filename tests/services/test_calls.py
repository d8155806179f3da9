"""A call from ring to wrap-up: asked to cancel, what to know before, dialling, what came of it."""

import datetime as dt
import uuid
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import select

from db.models import Attachment, Case, ChangeSet, ContactAttempt, ScriptRun
from db.session import Actor, Session
from db.vocabulary import (
    AttemptResult,
    CallbackFor,
    CaseStage,
    Channel,
    NextStep,
    Occasion,
    Role,
    RuleKind,
)
from desktop_app import clock
from desktop_app.domain.contact_rules import ContactRule, Purpose
from desktop_app.domain.contacts import AttemptDraft, CallbackDraft, WrapUpDraft
from desktop_app.domain.pool import PoolPolicy
from desktop_app.domain.promises import PromiseDraft
from desktop_app.errors import ConflictError, InvalidInputError, NotAllowedError
from desktop_app.services import calls, contacts, pool, promises, queue, script_runs
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(
        admin,
        factories.add_customer,
        name="王思远",
        phone="+86 138 1234 8000",
        store_id=agent.store_id,
    )


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case that the agent works on."""
    return desk.do(
        admin, factories.assigned_case, agent.user_id, name="王思远", store_id=agent.store_id
    )


def wrapped(result: AttemptResult = AttemptResult.REACHED, **more: object) -> WrapUpDraft:
    attempt = AttemptDraft(channel=Channel.CALL, result=result, at=clock.now())
    return WrapUpDraft.model_validate({"attempt": attempt, **more})


def case_of(desk: Desk, case_id: uuid.UUID) -> Case:
    with desk.database.read() as session:
        return session.get_one(Case, case_id)


# ---------------------------------------------------------------- asks to cancel


def test_that_who_asks_to_cancel_has_a_case_with_the_agent_at_once(
    desk: Desk, agent: Actor, customer_id: uuid.UUID
) -> None:
    case_id = desk.do(agent, calls.cancel_request, customer_id)
    case = case_of(desk, case_id)
    assert (case.kind, case.stage) == (RuleKind.CANCEL_REQUEST, CaseStage.ASSIGNED)
    assert case.owner_id == agent.user_id
    first = desk.look(agent, queue.queue, agent=agent.user_id)[0]
    assert first.case_id == case_id
    run = desk.do(agent, script_runs.begin, case_id)
    version = desk.look(agent, script_runs.best_version, case_id, Occasion.CANCEL_REQUEST)
    assert desk.look(agent, script_runs.state, run).version_id == version
    desk.undo()
    desk.undo()
    with desk.database.read() as session:
        assert session.get(Case, case_id) is None


def test_that_the_open_request_is_taken_up(
    desk: Desk, admin: Actor, agent: Actor, customer_id: uuid.UUID
) -> None:
    opened = desk.do(admin, factories.open_case, customer_id, RuleKind.CANCEL_REQUEST)
    assert desk.do(agent, calls.cancel_request, customer_id) == opened
    assert case_of(desk, opened).owner_id == agent.user_id
    assert desk.do(agent, calls.cancel_request, customer_id) == opened  # asked once more


def test_that_a_call_goes_to_who_works_on_the_case(
    desk: Desk, admin: Actor, agent: Actor, customer_id: uuid.UUID
) -> None:
    other = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    desk.do(other, calls.cancel_request, customer_id)
    with pytest.raises(NotAllowedError, match=f"{other.name} works on case"):
        desk.do(agent, calls.cancel_request, customer_id)
    manager = desk.do(admin, factories.add_user, Role.STORE_MANAGER, agent.store_id)
    found = desk.do(manager, calls.cancel_request, customer_id)
    assert case_of(desk, found).owner_id == other.user_id  # who sees it leaves it there


def test_that_full_hands_send_nobody_away(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, customer_id: uuid.UUID
) -> None:
    desk.do(admin, pool.change_policy, PoolPolicy(capacity=1))
    found = desk.do(agent, calls.cancel_request, customer_id)
    assert case_of(desk, found).owner_id == agent.user_id


def test_that_the_screening_holds_back_as_ever(
    desk: Desk, admin: Actor, agent: Actor, customer_id: uuid.UUID
) -> None:
    desk.do(admin, factories.change_customer, customer_id, malicious_arrears=True)
    found = desk.do(agent, calls.cancel_request, customer_id)
    case = case_of(desk, found)
    assert (case.stage, case.owner_id) == (CaseStage.IDENTIFIED, None)
    assert case.screening_note


def test_that_head_office_opens_the_case_for_others(
    desk: Desk, admin: Actor, customer_id: uuid.UUID
) -> None:
    head = desk.do(admin, factories.add_user, Role.HEAD_OFFICE)
    found = desk.do(head, calls.cancel_request, customer_id)
    assert case_of(desk, found).owner_id is None


# ---------------------------------------------------------------- before the call, dialling


def test_that_an_agent_knows_what_is_at_stake_before_the_call(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    def value(session: Session) -> None:
        factories.name(session)
        session.get_one(Case, case_id).value_at_stake = 100_000

    desk.do(admin, value)
    draft = PromiseDraft(words="周五回电", made_on=TODAY, due_on=TODAY)
    customer_id = case_of(desk, case_id).customer_id
    desk.do(agent, promises.register, customer_id, draft)
    found = desk.look(agent, calls.before, case_id)
    assert found.verdict.allowed
    assert found.loss is not None
    assert found.loss.cost.total > 0
    assert found.standing.ceiling is not None
    assert [row.words for row in found.promises] == ["周五回电"]
    assert (found.offered, found.complaints, found.callback_at) == ((), (), None)


def test_that_a_due_callback_was_asked_for(
    desk: Desk,
    agent: Actor,
    case_id: uuid.UUID,
    fixed_time: time_machine.Traveller,
) -> None:
    at = clock.now() + dt.timedelta(hours=12)  # 22:00
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ANYONE)
    fixed_time.shift(dt.timedelta(hours=11, minutes=59))
    found = desk.look(agent, calls.before, case_id)
    assert found.verdict.reasons == (ContactRule.QUIET_HOURS,)
    assert (found.callback_at, found.callback_for) == (at, CallbackFor.ANYONE)
    fixed_time.shift(dt.timedelta(minutes=1))
    found = desk.look(agent, calls.before, case_id)
    assert (found.verdict.allowed, found.verdict.purpose) == (True, Purpose.ASKED_FOR)


def test_that_dialling_gives_digits_and_is_written_down(
    desk: Desk, agent: Actor, customer_id: uuid.UUID
) -> None:
    assert desk.do(agent, calls.dial, customer_id).digits == "13812348000"
    with desk.database.read() as session:
        titles = session.scalars(select(ChangeSet.title)).all()
    assert titles.count("Dial the phone of {number}") == 1


def test_that_the_rules_ask_once_and_refuse_for_good(
    desk: Desk,
    admin: Actor,
    agent: Actor,
    customer_id: uuid.UUID,
    fixed_time: time_machine.Traveller,
) -> None:
    fixed_time.shift(dt.timedelta(hours=12))  # 22:00
    before = len(desk.made)
    refused = desk.do(agent, calls.dial, customer_id)
    assert (refused.digits, refused.verdict.reasons) == ("", (ContactRule.QUIET_HOURS,))
    assert len(desk.made) == before
    assert desk.do(agent, calls.dial, customer_id, anyway=True).digits == "13812348000"
    desk.do(admin, factories.change_customer, customer_id, is_deceased=True)
    assert desk.do(agent, calls.dial, customer_id, anyway=True).digits == ""


# ---------------------------------------------------------------- what it came to


def test_that_every_result_has_its_next_step_by_rule(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    found = desk.look(agent, contacts.proposals, case_id, TODAY)
    assert set(found) == set(AttemptResult)
    assert found[AttemptResult.DO_NOT_CONTACT] is None
    for result, proposal in found.items():
        assert proposal == desk.look(agent, contacts.propose, case_id, result, TODAY)


def test_that_script_callback_and_recording_are_one_change_with_the_attempt(
    desk: Desk, agent: Actor, case_id: uuid.UUID, tmp_path: Path
) -> None:
    run_id = desk.do(agent, script_runs.begin, case_id)
    state = desk.look(agent, script_runs.state, run_id)
    assert state.step is not None
    choice = next((each.code for each in state.step.choices), None)
    desk.do(agent, script_runs.answer, run_id, state.step.id, choice)
    sound = tmp_path / "通话.m4a"
    sound.write_bytes(b"sound")
    tables = ("departure_case", "contact_attempt", "script_run", "attachment", "case_event")
    before = desk.rows(*tables)
    at = clock.now() + dt.timedelta(days=1)
    draft = wrapped(
        AttemptResult.CALLBACK,
        callback=CallbackDraft(at=at, for_whom=CallbackFor.ANYONE),
        recordings=(sound,),
    )
    attempt_id = desk.do(agent, calls.wrap_up, case_id, draft)
    case = case_of(desk, case_id)
    assert (case.callback_at, case.callback_for) == (at, CallbackFor.ANYONE)
    assert (case.next_step, case.next_due) == (NextStep.CALL, TODAY + dt.timedelta(days=1))
    with desk.database.read() as session:
        run = session.get_one(ScriptRun, run_id)
        assert (run.attempt_id, run.ended_at) == (attempt_id, clock.now())
        file = session.scalars(select(Attachment)).one()
        assert (file.name, file.address) == ("通话.m4a", f"attempt:{attempt_id}")
        change = session.get_one(ChangeSet, desk.made[-1])
        assert change.title == "Log an attempt on case {number}"
    desk.undo()
    assert desk.rows(*tables) == before


def test_that_a_script_nobody_answered_leaves_nothing_behind(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, script_runs.begin, case_id)
    desk.do(agent, calls.wrap_up, case_id, wrapped(AttemptResult.NO_ANSWER))
    with desk.database.read() as session:
        assert session.scalars(select(ScriptRun)).all() == []


def test_that_a_script_that_has_ended_belongs_to_its_call_and_an_old_one_to_none(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    runs = []
    for _day in range(2):
        run_id = desk.do(agent, script_runs.begin, case_id)
        state = desk.look(agent, script_runs.state, run_id)
        assert state.step is not None
        choice = next((each.code for each in state.step.choices), None)
        desk.do(agent, script_runs.answer, run_id, state.step.id, choice)
        desk.do(agent, script_runs.end, run_id)
        runs.append(run_id)
        fixed_time.shift(dt.timedelta(days=1))
    fixed_time.shift(dt.timedelta(days=-1))
    attempt_id = desk.do(agent, calls.wrap_up, case_id, wrapped())
    with desk.database.read() as session:
        linked = [session.get_one(ScriptRun, run_id).attempt_id for run_id in runs]
    assert linked == [None, attempt_id]


def test_that_a_callback_needs_that_result_and_a_moment_to_come(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    late = CallbackDraft(at=clock.now() - dt.timedelta(minutes=1))
    desk.do(agent, calls.wrap_up, case_id, wrapped(callback=late))
    assert case_of(desk, case_id).callback_at is None
    with pytest.raises(InvalidInputError):
        desk.do(agent, calls.wrap_up, case_id, wrapped(AttemptResult.CALLBACK, callback=late))
    with desk.database.read() as session:
        assert len(session.scalars(select(ContactAttempt)).all()) == 1  # all or nothing


def test_that_a_recording_that_is_gone_is_said(
    desk: Desk, agent: Actor, case_id: uuid.UUID, tmp_path: Path
) -> None:
    draft = wrapped(recordings=(tmp_path / "gone.m4a",))
    with pytest.raises(InvalidInputError, match=r"gone\.m4a"):
        desk.do(agent, calls.wrap_up, case_id, draft)
    with pytest.raises(ConflictError):
        desk.do(agent, calls.wrap_up, desk.do(agent, factories.open_case), wrapped())
