"""The start of a day: each step once, by whoever may, and undone for good."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.models import Case, ChangeSet
from db.session import SYSTEM, Actor, Session
from db.vocabulary import Outcome, Role, SaveState
from desktop_app import clock
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.promises import PromiseDraft
from desktop_app.services import cases, day, promises, recovery
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
LATER = dt.timedelta(days=45)  # Friday 30 October

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def untouched(desk: Desk, agent: Actor) -> uuid.UUID:
    """A case of the agent that nobody will have touched."""
    return desk.do(SYSTEM, factories.assigned_case, agent.user_id, store_id=agent.store_id)


@pytest.fixture
def promised(desk: Desk, agent: Actor) -> uuid.UUID:
    """A case of the agent with a promise that is due tomorrow and made good."""
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, store_id=agent.store_id)
    customer = desk.look(agent, cases.case_file, case_id).row.customer_id
    draft = PromiseDraft(words="补发", made_on=TODAY, due_on=TODAY + dt.timedelta(days=1))
    desk.do(agent, promises.register, customer, draft, case_id)
    return case_id


@pytest.fixture
def saved(desk: Desk) -> uuid.UUID:
    """A saved case whose customer buys again."""

    def make(session: Session) -> uuid.UUID:
        case_id = factories.open_case(session)
        root = {"root_reason": "price_competitor_lower", "churn_type": "active_competitive"}
        cases.close(session, case_id, CloseDraft(outcome=Outcome.SAVED, **root))
        return case_id

    case_id = desk.do(SYSTEM, make)
    customer = desk.look(SYSTEM, cases.case_file, case_id).row.customer_id
    bought = TODAY + dt.timedelta(days=3)
    desk.do(SYSTEM, factories.add_orders, customer, [(bought, 9000)])
    return case_id


def begin(desk: Desk, actor: Actor) -> list[int]:
    """What each step did, each in a transaction of its own."""
    return [desk.do(actor, step) for step in day.STEPS]


def titles(desk: Desk, since: int) -> list[str]:
    def read(session: Session) -> list[str]:
        return [session.get_one(ChangeSet, key).title for key in desk.made[since:]]

    return desk.look(SYSTEM, read)


def test_that_a_manager_s_day_does_all_once_and_each_is_undone_alone(
    desk: Desk,
    actors: dict[Role, Actor],
    untouched: uuid.UUID,
    promised: uuid.UUID,
    saved: uuid.UUID,
    fixed_time: time_machine.Traveller,
) -> None:
    manager = actors[Role.STORE_MANAGER]
    assert begin(desk, manager) == [0, 0, 0, 0]
    fixed_time.shift(LATER)
    before, made = desk.rows(), len(desk.made)
    assert begin(desk, manager) == [0, 1, 1, 1]
    with desk.database.read() as session:
        assert session.get_one(Case, untouched).owner_id is None
        assert session.get_one(Case, promised).owner_id is not None, "a promise is open"
        assert session.get_one(Case, saved).save_state == SaveState.CONFIRMED
    assert len(desk.look(manager, recovery.of_case, promised)) == 1
    found = titles(desk, made)
    assert len(found) == len(set(found)) == 3
    assert all(title.startswith("Begin of the day: {count} ") for title in found)
    done = desk.rows()
    assert begin(desk, manager) == [0, 0, 0, 0]
    assert desk.rows() == done
    assert len(desk.made) == made + 3
    for _step in range(3):
        desk.undo()
    assert desk.rows() == before


def test_that_what_was_undone_is_not_done_again_on_the_same_day(
    desk: Desk,
    actors: dict[Role, Actor],
    untouched: uuid.UUID,
    promised: uuid.UUID,
    saved: uuid.UUID,
    fixed_time: time_machine.Traveller,
) -> None:
    manager = actors[Role.STORE_MANAGER]
    fixed_time.shift(LATER)
    assert begin(desk, manager) == [0, 1, 1, 1]
    for _step in range(3):
        desk.undo()
    assert begin(desk, manager) == [0, 0, 0, 0]
    fixed_time.shift(dt.timedelta(days=1))
    assert begin(desk, manager) == [0, 1, 1, 1]
    assert clock.today() == TODAY + LATER + dt.timedelta(days=1)


def test_that_a_role_does_only_what_it_may_and_to_what_it_sees(
    desk: Desk,
    actors: dict[Role, Actor],
    untouched: uuid.UUID,
    promised: uuid.UUID,
    saved: uuid.UUID,
    fixed_time: time_machine.Traveller,
) -> None:
    there = desk.do(SYSTEM, factories.add_store)
    stranger = desk.do(SYSTEM, factories.add_user, Role.STORE_MANAGER, there)
    fixed_time.shift(LATER)
    for role in (Role.TRAINER, Role.AUDITOR):
        assert begin(desk, actors[role]) == [0, 0, 0, 0]
    assert begin(desk, stranger) == [0, 0, 0, 1], "saves are judged over all stores"
    assert begin(desk, actors[Role.AGENT]) == [0, 0, 1, 0]
    assert begin(desk, actors[Role.HEAD_OFFICE]) == [0, 1, 0, 0]
