"""The pool: give back, claim, recycle, callbacks; and whom a case suits."""

import datetime as dt
import uuid

import pytest

from db.models import Case, Promise
from db.session import SYSTEM, Actor, Session
from db.vocabulary import AttemptResult, CallbackFor, CaseStage, NextStep, Role
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft, ReopenDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.pool import PoolPolicy, RecycleState
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import cases, contacts, pool, skills
from desktop_app.services.skills import SkillsDraft
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)

pytestmark = pytest.mark.usefixtures("fixed_time")


def case_of(desk: Desk, case_id: uuid.UUID) -> Case:
    with desk.database.read() as session:
        return session.get_one(Case, case_id)


@pytest.fixture
def colleague(desk: Desk, admin: Actor, agent: Actor) -> Actor:
    """Another agent of the same store."""
    return desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    """A case that the agent works on."""
    return desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)


def free_case(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(SYSTEM, factories.open_case, store_id=agent.store_id)


# ---------------------------------------------------------------- in and out


def test_that_the_case_knows_since_when_it_is_whose(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor, fixed_time
) -> None:
    case_id = free_case(desk, agent)
    case = case_of(desk, case_id)
    assert (case.pool_since, case.owner_since) == (clock.now(), None)
    fixed_time.shift(HOUR)
    desk.do(agent, pool.claim, case_id)
    case = case_of(desk, case_id)
    assert (case.owner_id, case.owner_since, case.pool_since) == (agent.user_id, clock.now(), None)
    assert (case.previous_owner_id, case.next_step, case.next_due) == (None, NextStep.CALL, TODAY)
    fixed_time.shift(HOUR)
    desk.do(admin, cases.assign, [case_id], colleague.user_id)
    case = case_of(desk, case_id)
    assert (case.owner_since, case.previous_owner_id) == (clock.now(), agent.user_id)
    fixed_time.shift(HOUR)
    desk.do(colleague, cases.move, case_id, CaseStage.SCREENED)
    case = case_of(desk, case_id)
    assert (case.owner_id, case.pool_since) == (None, clock.now())
    assert case.previous_owner_id == colleague.user_id


def test_that_a_case_given_back_is_free_for_others_and_says_why(
    desk: Desk, agent: Actor, colleague: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, factories.attempt, case_id)
    at = clock.now() + DAY
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ME)
    before = desk.rows()
    with pytest.raises(InvalidInputError):
        desk.do(agent, pool.give_back, case_id, "  ")
    desk.do(agent, pool.give_back, case_id, "休产假")
    case = case_of(desk, case_id)
    assert (case.owner_id, case.stage, case.next_step) == (None, CaseStage.SCREENED, None)
    assert (case.callback_at, case.callback_for) == (at, CallbackFor.ANYONE)
    assert case.previous_owner_id == agent.user_id
    assert case.kept_from_previous_until == TODAY + 14 * DAY
    events = desk.look(agent, cases.case_file, case_id).events
    assert "Back into the pool: 休产假" in [event.note for event in events]
    with pytest.raises(ConflictError, match="in the pool already"):
        desk.do(agent, pool.give_back, case_id, "x")
    desk.undo()
    assert desk.rows() == before
    desk.do(agent, pool.give_back, case_id, "休产假")
    desk.do(colleague, pool.claim, case_id)
    case = case_of(desk, case_id)
    assert (case.owner_id, case.next_due) == (colleague.user_id, TODAY + DAY)
    assert case.kept_from_previous_until is None


def test_that_a_case_of_a_colleague_is_neither_claimed_nor_given_back(
    desk: Desk, agent: Actor, colleague: Actor, case_id: uuid.UUID, admin: Actor
) -> None:
    for service, arguments in ((pool.claim, ()), (pool.give_back, ("x",))):
        with pytest.raises(NotAllowedError, match="somebody else"):
            desk.do(colleague, service, case_id, *arguments)
    with pytest.raises(ConflictError, match="agent works on case"):
        desk.do(admin, pool.claim, case_id)
    with pytest.raises(NotFoundError):
        desk.do(agent, pool.claim, uuid.uuid4())
    with pytest.raises(NotAllowedError, match="works on no cases"):
        desk.do(SYSTEM, pool.claim, free_case(desk, agent))
    desk.do(agent, cases.close, case_id, CloseDraft(outcome="duplicate"))
    with pytest.raises(ConflictError, match="is closed"):
        desk.do(agent, pool.claim, case_id)


def test_that_the_numbers_of_the_pool_are_said_in_sentences(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    desk.do(admin, pool.change_policy, PoolPolicy(capacity=2, claims_per_day=1, cool_off_days=3))
    assert desk.look(agent, pool.policy).capacity == 2
    desk.do(agent, pool.give_back, case_id, "x")
    with pytest.raises(ConflictError, match="kept for others until 2026-09-18"):
        desk.do(agent, pool.claim, case_id)
    desk.do(agent, pool.claim, free_case(desk, agent))
    with pytest.raises(ConflictError, match="claimed 1 cases today; 1 a day are the most"):
        desk.do(agent, pool.claim, free_case(desk, agent))
    fixed_time.shift(DAY)
    desk.do(agent, pool.claim, free_case(desk, agent))
    fixed_time.shift(3 * DAY)
    with pytest.raises(ConflictError, match="You hold 2 open cases; 2 are the most") as raised:
        desk.do(agent, pool.claim, case_id)
    assert "kept for others" not in raised.value.message, "the cool-off is over"
    desk.do(admin, pool.claim, case_id)  # who assigns cases is not bound


def test_that_a_reopened_case_is_held_anew(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    desk.do(agent, cases.close, case_id, CloseDraft(outcome="unreachable"))
    fixed_time.shift(60 * DAY)
    draft = ReopenDraft(stage=CaseStage.ASSIGNED, note="x")
    desk.do(agent, cases.reopen, case_id, draft)
    assert case_of(desk, case_id).owner_since == clock.now()
    assert untouched(desk, agent, clock.today()) == {}


# ---------------------------------------------------------------- recycling


def untouched(desk: Desk, actor: Actor, day: dt.date) -> dict[uuid.UUID, RecycleState]:
    return {each.case.id: each.recycling.state for each in desk.look(actor, pool.recycling, day)}


def test_that_what_nobody_touches_is_warned_about_and_then_goes_back(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID
) -> None:
    touched, missed = (
        desk.do(admin, factories.assigned_case, agent.user_id, store_id=agent.store_id)
        for _case in range(2)
    )
    # Class C bears 30 days: from 15 September to Thursday 15 October.
    assert untouched(desk, agent, dt.date(2026, 10, 12)) == {}
    both = {case_id, touched, missed}
    assert untouched(desk, agent, dt.date(2026, 10, 13)) == dict.fromkeys(both, RecycleState.WARNED)
    day = dt.date(2026, 10, 15)
    assert untouched(desk, agent, day) == dict.fromkeys(both, RecycleState.RECYCLED)
    desk.do(agent, factories.attempt, missed, AttemptResult.NO_ANSWER)
    import time_machine

    with time_machine.travel(dt.datetime(2026, 10, 1, 10, tzinfo=dt.UTC), tick=False):
        desk.do(agent, factories.attempt, touched)
    before = desk.rows()
    assert desk.do(admin, pool.recycle, day) == 2
    for one in (case_id, missed):
        case = case_of(desk, one)
        assert (case.owner_id, case.stage) == (None, CaseStage.SCREENED)
        assert case.kept_from_previous_until == day + 14 * DAY
    assert case_of(desk, touched).owner_id == agent.user_id
    assert desk.do(admin, pool.recycle, day) == 0
    desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize("lock", ["promise", "callback", "visit", "remedy", "stopped"])
def test_that_a_case_with_something_open_stays(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, lock: str
) -> None:
    customer = case_of(desk, case_id).customer_id
    day = dt.date(2026, 12, 1)

    def promise(session: Session) -> None:
        factories.name(session)
        session.add(
            Promise(customer_id=customer, case_id=case_id, words="x", made_on=TODAY, due_on=day)
        )

    def remedy(session: Session) -> None:
        factories.name(session)
        session.get_one(Case, case_id).stage = CaseStage.REMEDY_IN_PROGRESS

    assert list(untouched(desk, agent, day)) == [case_id]
    if lock == "promise":
        desk.do(SYSTEM, promise)
    elif lock == "callback":
        desk.do(agent, pool.set_callback, case_id, clock.now() + 90 * DAY, CallbackFor.ME)
    elif lock == "visit":
        desk.do(agent, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=day))
    elif lock == "remedy":
        desk.do(SYSTEM, remedy)
    else:
        desk.do(SYSTEM, factories.change_customer, customer, is_deceased=True)
    assert untouched(desk, agent, day) == {}


def test_that_a_visit_is_a_contact_too(
    desk: Desk, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    customer = case_of(desk, case_id).customer_id
    fixed_time.shift(20 * DAY)
    made = TODAY + 20 * DAY
    visit = desk.do(agent, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=made))
    desk.do(agent, contacts.finish_visit, visit, made)
    assert untouched(desk, agent, dt.date(2026, 10, 20)) == {}


def test_that_everybody_sees_the_warnings_in_their_own_sight(
    desk: Desk, agent: Actor, colleague: Actor, case_id: uuid.UUID, actors: dict[Role, Actor]
) -> None:
    day = dt.date(2026, 10, 15)
    assert untouched(desk, colleague, day) == {}
    assert list(untouched(desk, actors[Role.STORE_MANAGER], day)) == [case_id]


# ---------------------------------------------------------------- callbacks


def test_that_a_callback_is_the_next_step_and_can_be_dropped(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    at = clock.now() + 2 * DAY
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ANYONE)
    case = case_of(desk, case_id)
    assert (case.callback_at, case.callback_for) == (at, CallbackFor.ANYONE)
    assert (case.next_step, case.next_due) == (NextStep.CALL, TODAY + 2 * DAY)
    desk.do(agent, factories.attempt, case_id, AttemptResult.NO_ANSWER)
    assert case_of(desk, case_id).callback_at == at, "an attempt before it is not the callback"
    desk.do(agent, pool.drop_callback, case_id)
    assert case_of(desk, case_id).callback_at is None
    with pytest.raises(InvalidInputError) as raised:
        desk.do(agent, pool.set_callback, case_id, clock.now(), CallbackFor.ME)
    assert raised.value.problems[0].field == "at"


def test_that_nobody_who_refused_is_called_back(
    desk: Desk, agent: Actor, case_id: uuid.UUID
) -> None:
    desk.do(agent, pool.set_callback, case_id, clock.now() + DAY, CallbackFor.ME)
    desk.do(agent, factories.attempt, case_id, AttemptResult.DO_NOT_CONTACT)
    case = case_of(desk, case_id)
    assert (case.callback_at, case.callback_for, case.next_step) == (None, None, None)
    with pytest.raises(InvalidInputError, match="not to be contacted"):
        desk.do(agent, pool.set_callback, case_id, clock.now() + DAY, CallbackFor.ME)


def test_that_a_callback_open_to_all_is_claimed_only_near_and_in_time(
    desk: Desk, admin: Actor, colleague: Actor, agent: Actor, case_id: uuid.UUID, fixed_time
) -> None:
    desk.do(agent, pool.set_callback, case_id, clock.now() + HOUR, CallbackFor.ANYONE)
    with pytest.raises(NotAllowedError):
        desk.do(colleague, pool.claim, case_id)
    fixed_time.shift(HOUR)
    stranger = desk.do(admin, factories.add_user, Role.AGENT, desk.do(admin, factories.add_store))
    with pytest.raises(NotAllowedError):
        desk.do(stranger, pool.claim, case_id)
    assert desk.do(colleague, pool.claim, case_id).assigned == 1
    assert case_of(desk, case_id).previous_owner_id == agent.user_id


# ---------------------------------------------------------------- whom it suits


def test_that_skill_and_load_decide_whom_a_case_suits(
    desk: Desk, admin: Actor, agent: Actor, colleague: Actor, actors: dict[Role, Actor]
) -> None:
    case_id = free_case(desk, agent)
    levels = SkillsDraft(professional=2, service=1, communication=3)  # all that class C asks for
    desk.do(admin, skills.change, colleague.user_id, levels)
    assert desk.look(agent, skills.read, colleague.user_id) == levels
    assert desk.look(agent, skills.read, agent.user_id) == SkillsDraft()
    people = {one.user_id: one for one in desk.look(agent, skills.list_people)}
    assert people[colleague.user_id].levels == levels
    held = people[agent.user_id]
    assert held.room == pool.PoolPolicy().capacity - held.open_cases
    found = desk.look(admin, skills.suggest_owner, case_id)
    named = [each.candidate.key for each in found]
    assert named[0] == colleague.user_id
    assert set(named) == {agent.user_id, colleague.user_id, actors[Role.FIELD_STAFF].user_id}
    assert (found[0].met, found[0].asked, found[0].free) == (6, 6, 80)
    desk.do(admin, pool.change_policy, PoolPolicy(capacity=1))
    desk.do(admin, cases.assign, [case_id], colleague.user_id)
    found = desk.look(admin, skills.suggest_owner, free_case(desk, agent))
    assert colleague.user_id not in {each.candidate.key for each in found}
    desk.do(admin, skills.change, colleague.user_id, levels.model_copy(update={"service": 3}))
    desk.undo()
    assert desk.look(agent, skills.read, colleague.user_id) == levels
    with pytest.raises(NotFoundError):
        desk.do(admin, skills.change, uuid.uuid4(), levels)


def test_that_who_gave_it_back_waits_and_managers_help_out(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor], case_id: uuid.UUID
) -> None:
    desk.do(agent, pool.give_back, case_id, "x")
    desk.do(admin, factories.leave, actors[Role.FIELD_STAFF].user_id)
    found = desk.look(admin, skills.suggest_owner, case_id)
    roles = {Role.STORE_MANAGER, Role.DEPT_MANAGER, Role.ADMINISTRATOR}
    assert {each.candidate.key for each in found} == {actors[role].user_id for role in roles}
