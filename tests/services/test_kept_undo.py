"""One rule for promises of other people's cases: who may answer may undo, the others neither."""

import datetime as dt
import uuid

import pytest

from db.models import Case
from db.session import Actor, Session
from db.vocabulary import ReplyKind, Role
from desktop_app.domain.promises import PromiseDraft
from desktop_app.errors import NotAllowedError
from desktop_app.services import calls, journal, promises, script_runs, script_start
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def other(desk: Desk, admin: Actor, agent: Actor) -> Actor:
    """A colleague of the same store."""
    made: Actor = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    return made


@pytest.fixture
def case_id(desk: Desk, admin: Actor, other: Actor) -> uuid.UUID:
    """A case of the colleague, whose customer has another one with the agent."""
    made: uuid.UUID = desk.do(
        admin, factories.assigned_case, other.user_id, store_id=other.store_id, name="王芳"
    )
    return made


def promised(desk: Desk, by: Actor, case_id: uuid.UUID, keeper: Actor | None = None) -> uuid.UUID:
    def customer(session: Session) -> uuid.UUID:
        return session.get_one(Case, case_id).customer_id

    owner = None if keeper is None else keeper.user_id
    draft = PromiseDraft(words="周五前送到", made_on=TODAY, due_on=TODAY, owner_id=owner)
    made: uuid.UUID = desk.do(by, promises.register, desk.look(by, customer), draft, case_id)
    return made


def test_that_nobody_answers_for_a_case_they_may_not_open(
    desk: Desk, admin: Actor, agent: Actor, other: Actor, case_id: uuid.UUID
) -> None:
    key = promised(desk, other, case_id)
    with pytest.raises(NotAllowedError, match="belongs to somebody else"):
        desk.do(agent, promises.answer, key, ReplyKind.MET)
    with pytest.raises(NotAllowedError):
        desk.do(agent, promises.chase, key)
    desk.do(other, promises.answer, key, ReplyKind.MET)


def test_that_the_keeper_undoes_an_answer_in_a_case_of_somebody_else(
    desk: Desk, admin: Actor, agent: Actor, other: Actor, case_id: uuid.UUID
) -> None:
    key = promised(desk, other, case_id, keeper=agent)
    before = desk.rows("promise")
    desk.do(agent, promises.answer, key, ReplyKind.MET)
    desk.do(agent, journal.undo, desk.made[-1])
    (row,) = desk.look(agent, promises.list_promises)
    assert row.answer is None
    assert len(desk.rows("promise")["promise"]) == len(before["promise"])
    desk.do(agent, promises.hand_over, key, other.user_id)
    desk.do(agent, journal.undo, desk.made[-1])  # it was theirs
    desk.do(agent, promises.chase, key)
    chased = desk.made[-1]
    desk.do(other, promises.hand_over, key, other.user_id)
    with pytest.raises(NotAllowedError):
        desk.do(agent, journal.undo, chased)  # by now it is another's


def test_that_a_case_opened_by_mistake_goes_though_its_script_is_shown(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    customer = desk.do(admin, factories.add_customer, store_id=agent.store_id)
    case_id = desk.do(agent, calls.cancel_request, customer)
    opened = desk.made[-1]
    state = desk.look(agent, script_start.shown, case_id, "en")
    assert state is not None
    assert (state.is_begun, desk.rows("script_run")["script_run"]) == (False, {})
    desk.do(agent, journal.undo, opened)

    def there(session: Session) -> Case | None:
        return session.get(Case, case_id)

    assert desk.look(admin, there) is None


def test_that_the_first_answer_begins_the_run(desk: Desk, admin: Actor, agent: Actor) -> None:
    customer = desk.do(admin, factories.add_customer, store_id=agent.store_id)
    case_id = desk.do(agent, calls.cancel_request, customer)
    state = desk.look(agent, script_start.shown, case_id, "en")
    assert state is not None
    assert state.step is not None
    choice = state.step.choices[0].code if state.step.choices else None
    now = desk.do(agent, script_start.answer, state, state.step.id, choice, language="en")
    assert (now.is_begun, len(now.path)) == (True, 1)
    assert desk.look(agent, script_runs.open_run, case_id) == now.run_id
    assert desk.look(agent, script_start.shown, case_id, "en") == now
    again = desk.do(agent, script_start.end, now)
    assert again[0] == now.run_id
