"""The register of promises."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.session import SYSTEM, Actor
from db.vocabulary import ReplyKind, Role
from desktop_app.domain.promises import PromiseDraft, PromiseSettings
from desktop_app.domain.rates import Rate
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import interviews, promises
from tests import factories, offered
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(agent, factories.add_customer, store_id=agent.store_id, name="王小明")


def draft(due: int = 3, owner_id: uuid.UUID | None = None) -> PromiseDraft:
    day = dt.timedelta(days=due)
    return PromiseDraft(words="周五前送到", made_on=TODAY, due_on=TODAY + day, owner_id=owner_id)


def test_that_a_promise_is_registered_chased_and_kept(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.made.clear()
    before = desk.rows()
    key = desk.do(agent, promises.register, customer, draft())
    assert [desk.do(agent, promises.chase, key) for _n in range(2)] == [1, 2]
    (row,) = desk.look(agent, promises.chased_often)
    assert (row.customer, row.words, row.made_by, row.owner) == (
        "王小明",
        "周五前送到",
        agent.name,
        "",
    )
    assert desk.look(agent, promises.list_promises, customer_id=customer, open_only=True) == (row,)
    desk.do(agent, promises.answer, key, ReplyKind.MET, " geliefert ")
    assert desk.look(agent, promises.list_promises, open_only=True) == ()
    (row,) = desk.look(agent, promises.list_promises)
    assert (row.answer, row.answered_on, row.note) == (ReplyKind.MET, TODAY, "geliefert")
    for call in (promises.chase, lambda s, k: promises.answer(s, k, ReplyKind.MET)):
        with pytest.raises(ConflictError, match="answered on 2026-09-15"):
            desk.do(agent, call, key)
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_one_chase_is_not_a_sign(desk: Desk, agent: Actor, customer: uuid.UUID) -> None:
    key = desk.do(agent, promises.register, customer, draft())
    desk.do(agent, promises.chase, key)
    assert desk.look(agent, promises.chased_often) == ()


def test_that_who_cannot_keep_a_promise_says_so(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    key = desk.do(agent, promises.register, customer, draft())
    with pytest.raises(InvalidInputError, match="what the customer was told"):
        desk.do(agent, promises.answer, key, ReplyKind.CANNOT_MEET)
    desk.do(agent, promises.answer, key, ReplyKind.CANNOT_MEET, "缺货")


def test_that_promises_past_their_day_are_overdue_and_soon_ones_are_told(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    soon = desk.do(agent, promises.register, customer, draft(1))
    desk.do(agent, promises.register, customer, draft(9))
    assert desk.look(agent, promises.overdue) == ()
    assert [row.id for row in desk.look(agent, promises.overdue, 2)] == [soon]
    fixed_time.shift(dt.timedelta(days=1))
    assert desk.look(agent, promises.overdue) == ()  # due today
    fixed_time.shift(dt.timedelta(days=1))
    assert [row.id for row in desk.look(agent, promises.overdue)] == [soon]


def test_that_the_on_time_rate_is_by_owner_and_open_ones_past_due_are_late(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    mine, nobody = agent.user_id, None
    keys = {
        name: desk.do(agent, promises.register, customer, draft(due, owner))
        for name, due, owner in (
            ("kept", 1, mine),
            ("not", 1, mine),
            ("late", 1, mine),
            ("open", 1, nobody),
            ("later", 30, nobody),
        )
    }
    desk.do(agent, promises.answer, keys["kept"], ReplyKind.MET)
    desk.do(agent, promises.answer, keys["not"], ReplyKind.CANNOT_MEET, "x")
    fixed_time.shift(dt.timedelta(days=2))
    desk.do(agent, promises.answer, keys["late"], ReplyKind.MET)
    rows = {row.owner: row for row in desk.look(agent, promises.on_time)}
    assert (rows[agent.name].kept, rows[agent.name].handled) == (Rate(1, 3), Rate(2, 3))
    assert (rows[""].kept, rows[""].owner_id) == (Rate(0, 1), None)
    start = TODAY + dt.timedelta(days=20)
    (left,) = desk.look(agent, promises.on_time, start, start + dt.timedelta(days=30))
    assert left.kept == Rate(0, 0)


def test_that_the_back_office_answers_for_customers_it_does_not_see(
    desk: Desk, agent: Actor, admin: Actor, customer: uuid.UUID
) -> None:
    there = desk.do(admin, factories.add_store)
    keeper = desk.do(admin, factories.add_user, Role.AGENT, there)
    stranger = desk.do(admin, factories.add_user, Role.AGENT, there)
    key = desk.do(agent, promises.register, customer, draft(owner_id=keeper.user_id))
    assert [row.id for row in desk.look(keeper, promises.list_promises)] == [key]
    assert desk.look(stranger, promises.list_promises) == ()
    with pytest.raises(NotAllowedError):
        desk.do(stranger, promises.answer, key, ReplyKind.MET)
    desk.do(keeper, promises.answer, key, ReplyKind.MET)
    with pytest.raises(NotFoundError):
        desk.do(keeper, promises.chase, uuid.uuid4())


def test_that_owner_and_case_are_checked(
    desk: Desk, agent: Actor, admin: Actor, customer: uuid.UUID
) -> None:
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id, is_active=False)
    with pytest.raises(InvalidInputError, match="still works here"):
        desk.do(agent, promises.register, customer, draft(owner_id=gone.user_id))
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    with pytest.raises(InvalidInputError, match="another customer"):
        desk.do(agent, promises.register, customer, draft(), case)


def test_that_interviews_know_whether_promises_are_on_record(desk: Desk, agent: Actor) -> None:
    customer = desk.do(agent, factories.add_customer, store_id=agent.store_id)
    case = desk.do(SYSTEM, factories.open_case, customer)
    assert "has_promises" not in desk.look(agent, interviews.facts_of, case)
    desk.do(agent, promises.register, customer, draft(), case)
    assert "has_promises" in desk.look(agent, interviews.facts_of, case)
    assert len(desk.look(agent, promises.list_promises, case_id=case)) == 1


def test_that_time_limits_are_settings(desk: Desk, admin: Actor) -> None:
    changed = PromiseSettings(complaint_days_a=2)
    desk.do(admin, promises.change_settings, changed)
    assert desk.look(admin, promises.settings) == changed
