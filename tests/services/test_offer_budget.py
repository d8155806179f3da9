"""Budgets for offers, by store and month."""

import datetime as dt
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine

from db.session import SYSTEM, Actor
from db.vocabulary import OfferState, Role
from desktop_app.errors import InvalidInputError
from desktop_app.services import offer_budget, offers
from tests import factories, offered
from tests.factories import Desk

MONTH = "2026-09"
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def office(actors: dict[Role, Actor]) -> Actor:
    return actors[Role.HEAD_OFFICE]


def propose(desk: Desk, agent: Actor, cost: int, **columns: object) -> offers.CaseOfferRow:
    case = desk.do(SYSTEM, offered.case, agent.user_id, **({"store_id": agent.store_id} | columns))
    offer = desk.do(SYSTEM, offered.offer, cost=cost, valid_days=30)
    return desk.do(agent, offers.propose, case, offer, "x")


def test_that_a_budget_is_set_changed_and_lifted(desk: Desk, office: Actor) -> None:
    before = desk.rows()
    for amount in (5000, 7000, 7000, None, None):
        desk.do(office, offer_budget.set_budget, office.store_id, MONTH, amount)
        found = desk.look(office, offer_budget.of_store, office.store_id, MONTH)
        assert (found.amount, found.left) == (amount, amount)
    assert len(desk.made) == 3  # what is set already is not a change
    while desk.made:
        desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize(
    ("store", "month", "amount", "field"),
    [
        (None, "2026-13", 1, "month"),
        (None, "2026-9", 1, "month"),
        (None, MONTH, -1, "amount"),
        (uuid.UUID(int=3), MONTH, 1, "store_id"),
    ],
)
def test_that_a_budget_is_checked(
    desk: Desk, office: Actor, store: uuid.UUID | None, month: str, amount: int, field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        desk.do(office, offer_budget.set_budget, store, month, amount)
    assert refused.value.problems[0].field == field


def test_that_used_is_what_was_agreed_to_and_still_stands(
    desk: Desk, agent: Actor, office: Actor, fixed_time: time_machine.Traveller
) -> None:
    desk.do(office, offer_budget.set_budget, agent.store_id, MONTH, 10_000)

    def used() -> int:
        return desk.look(office, offer_budget.of_store, agent.store_id, MONTH).used

    accepted, declined, withdrawn, open_one = (
        propose(desk, agent, cost) for cost in (1, 20, 300, 4000)
    )
    assert used() == 4321
    desk.do(agent, offers.answer, accepted.id, accepted=True)
    assert used() == 4321
    desk.do(agent, offers.answer, declined.id, accepted=False)
    desk.do(agent, offers.withdraw, withdrawn.id)
    assert used() == 4001
    assert open_one.expires_on == dt.date(2026, 10, 15)
    fixed_time.shift(dt.timedelta(days=30))
    assert used() == 4001
    fixed_time.shift(dt.timedelta(days=1))
    assert used() == 1  # nobody answered, so it is free again


def test_that_months_end_where_the_person_sits(
    desk: Desk, agent: Actor, office: Actor, fixed_time: time_machine.Traveller
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    fixed_time.move_to(dt.datetime(2026, 9, 30, 23, 59, tzinfo=zone))
    propose(desk, agent, 10)
    fixed_time.move_to(dt.datetime(2026, 10, 1, 0, 1, tzinfo=zone))
    propose(desk, agent, 200)
    for month, used in ((MONTH, 10), ("2026-10", 200), ("2026-12", 0)):
        assert desk.look(office, offer_budget.of_store, agent.store_id, month).used == used


def test_that_each_store_has_its_own_and_cases_without_one_too(
    desk: Desk, agent: Actor, office: Actor
) -> None:
    there = desk.do(SYSTEM, factories.add_store)
    for store in (agent.store_id, there, None):
        desk.do(office, offer_budget.set_budget, store, MONTH, 100)
    assert propose(desk, agent, 90).state is OfferState.APPROVED
    assert propose(desk, agent, 90).state is OfferState.WAITING
    assert propose(desk, agent, 90, store_id=there).state is OfferState.APPROVED
    assert propose(desk, agent, 90, store_id=None).state is OfferState.APPROVED
    assert propose(desk, agent, 0).state is OfferState.APPROVED  # what is free is never too much
    every = desk.look(office, offer_budget.budgets, MONTH)
    assert {row.store_id: row.used for row in every} == {agent.store_id: 90, there: 90, None: 90}
    own = desk.look(agent, offer_budget.budgets, MONTH)
    assert {row.store_id for row in own} == {agent.store_id, None}
