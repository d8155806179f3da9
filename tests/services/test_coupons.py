"""Coupons."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.session import SYSTEM, Actor
from desktop_app.domain.rates import Rate
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.services import coupons, offers
from tests import factories, offered
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
pytestmark = pytest.mark.usefixtures("fixed_time")


def give(desk: Desk, agent: Actor, offer: uuid.UUID) -> str:
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    made = desk.do(agent, offers.propose, case, offer, "x")
    return desk.do(agent, offers.answer, made.id, accepted=True)


@pytest.fixture
def offer(desk: Desk) -> uuid.UUID:
    return desk.do(SYSTEM, offered.offer, is_coupon=True, valid_days=10)


def test_that_a_coupon_is_redeemed_once_and_at_any_counter(
    desk: Desk, agent: Actor, admin: Actor, offer: uuid.UUID
) -> None:
    code = give(desk, agent, offer)
    before = desk.rows()
    there = desk.do(admin, factories.add_store)
    desk.made.pop()
    stranger = desk.do(admin, factories.add_user, agent.role, there)
    desk.made.pop()
    before = desk.rows()
    row = desk.do(stranger, coupons.redeem, f" {code.lower()} ")
    assert (row.issued_on, row.expires_on, row.redeemed_on) == (
        TODAY,
        TODAY + dt.timedelta(days=10),
        TODAY,
    )
    with pytest.raises(ConflictError, match="redeemed on 2026-09-15"):
        desk.do(agent, coupons.redeem, code)
    desk.undo()
    assert desk.rows() == before
    assert desk.look(agent, coupons.find, code).redeemed_on is None
    with pytest.raises(NotFoundError, match="NEVER"):
        desk.do(agent, coupons.redeem, "never")


def test_that_a_coupon_is_good_up_to_its_last_day(
    desk: Desk, agent: Actor, offer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    first, second = give(desk, agent, offer), give(desk, agent, offer)
    fixed_time.shift(dt.timedelta(days=10))
    desk.do(agent, coupons.redeem, first)
    fixed_time.shift(dt.timedelta(days=1))
    with pytest.raises(ConflictError, match="good until 2026-09-25"):
        desk.do(agent, coupons.redeem, second)


def test_that_a_response_of_twenty_per_cent_pays(
    desk: Desk, agent: Actor, admin: Actor, offer: uuid.UUID
) -> None:
    codes = [give(desk, agent, offer) for _number in range(5)]
    (none,) = desk.look(agent, coupons.response)
    assert (none.rate, none.pays) == (Rate(0, 5), False)
    desk.do(agent, coupons.redeem, codes[0])
    (found,) = desk.look(agent, coupons.response, TODAY, TODAY)
    assert (found.rate, found.pays) == (Rate(1, 5), True)
    tomorrow = TODAY + dt.timedelta(days=1)
    assert desk.look(agent, coupons.response, tomorrow) == ()
    assert desk.look(agent, coupons.response, None, TODAY - dt.timedelta(days=1)) == ()


def test_that_coupons_of_a_case_are_listed(desk: Desk, agent: Actor, offer: uuid.UUID) -> None:
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    made = desk.do(agent, offers.propose, case, offer, "x")
    code = desk.do(agent, offers.answer, made.id, accepted=True)
    assert [row.code for row in desk.look(agent, coupons.of_case, case)] == [code]
