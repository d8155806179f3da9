"""Complaints: four steps in order, a day by class."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.models import Case
from db.queries.follow_up import FollowFilter
from db.session import SYSTEM, Actor, Session
from db.vocabulary import ComplaintChannel, ReplyKind, Role
from desktop_app.domain.promises import ComplaintDraft
from desktop_app.domain.rates import Rate
from desktop_app.domain.reasons import ChurnType
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError
from desktop_app.services import complaints
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
BY_PHONE = ComplaintDraft(channel=ComplaintChannel.HOTLINE, words="送错三次")
pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    return desk.do(agent, factories.add_customer, store_id=agent.store_id, name="王小明")


def finish(desk: Desk, agent: Actor, key: uuid.UUID, reply: ReplyKind = ReplyKind.MET) -> None:
    desk.do(agent, complaints.record, key, "换货")
    desk.do(agent, complaints.verify, key, is_true=True)
    desk.do(agent, complaints.answer, key, reply, "明天换")


def test_that_a_complaint_goes_through_its_steps(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.made.clear()
    before = desk.rows()
    key = desk.do(agent, complaints.listen, customer, BY_PHONE)
    (row,) = desk.look(agent, complaints.list_complaints, open_only=True)
    assert (row.customer, row.channel, row.words) == (
        "王小明",
        ComplaintChannel.HOTLINE,
        "送错三次",
    )
    assert row.due_on == dt.date(2026, 9, 18)  # class C: three working days
    finish(desk, agent, key, ReplyKind.CANNOT_MEET)
    assert desk.look(agent, complaints.list_complaints, open_only=True) == ()
    (row,) = desk.look(agent, complaints.list_complaints, customer_id=customer)
    assert (row.words, row.is_true, row.answer, row.answer_words, row.answered_on) == (
        "换货",
        True,
        ReplyKind.CANNOT_MEET,
        "明天换",
        TODAY,
    )
    with pytest.raises(ConflictError, match="is answered"):
        desk.do(agent, complaints.record, key, "x")
    while desk.made:
        desk.undo()
    assert desk.rows() == before


def test_that_no_step_comes_before_its_turn(desk: Desk, agent: Actor, customer: uuid.UUID) -> None:
    key = desk.do(agent, complaints.listen, customer, BY_PHONE)
    with pytest.raises(ConflictError, match="First comes: Write the demands down"):
        desk.do(agent, complaints.verify, key, is_true=False)
    with pytest.raises(InvalidInputError, match="what the customer demands"):
        desk.do(agent, complaints.record, key, " ")
    desk.do(agent, complaints.record, key, "换货")
    with pytest.raises(ConflictError, match="First comes: Check whether it is true"):
        desk.do(agent, complaints.answer, key, ReplyKind.MET, "x")
    desk.do(agent, complaints.verify, key, is_true=False)
    with pytest.raises(InvalidInputError, match="what the customer was told"):
        desk.do(agent, complaints.answer, key, ReplyKind.MET, "")
    with pytest.raises(NotFoundError):
        desk.do(agent, complaints.record, uuid.uuid4(), "x")


def test_that_holidays_are_no_working_days(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    fixed_time.move_to(dt.datetime(2026, 9, 30, 10, tzinfo=dt.UTC))
    desk.do(agent, complaints.listen, customer, BY_PHONE)
    (row,) = desk.look(agent, complaints.list_complaints)
    assert row.due_on > dt.date(2026, 10, 7)  # National Day is in between


def test_that_answers_in_time_are_counted_and_silence_is_late(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    in_time, late, _silent = (
        desk.do(agent, complaints.listen, customer, BY_PHONE) for _n in range(3)
    )
    assert desk.look(agent, complaints.answered_in_time) == Rate(0, 0)
    finish(desk, agent, in_time, ReplyKind.CANNOT_MEET)
    fixed_time.shift(dt.timedelta(days=7))
    assert len(desk.look(agent, complaints.overdue)) == 2
    finish(desk, agent, late)
    assert desk.look(agent, complaints.answered_in_time) == Rate(1, 3)
    assert desk.look(agent, complaints.answered_in_time, TODAY, TODAY) == Rate(0, 0)


def test_that_a_passive_case_with_a_complaint_is_proposed_as_retaliation(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    case = desk.do(SYSTEM, factories.open_case, customer)
    desk.do(SYSTEM, make_passive, case)

    def proposed() -> ChurnType | None:
        return desk.look(agent, complaints.proposed_churn_type, case)

    assert proposed() is None
    key = desk.do(agent, complaints.listen, customer, BY_PHONE, case)
    assert proposed() is ChurnType.PASSIVE_RETALIATORY
    finish(desk, agent, key)
    assert proposed() is None  # answered in time
    late = desk.do(agent, complaints.listen, customer, BY_PHONE)
    fixed_time.shift(dt.timedelta(days=7))
    finish(desk, agent, late)
    assert proposed() is ChurnType.PASSIVE_RETALIATORY
    assert len(desk.look(agent, complaints.list_complaints, case_id=case)) == 1


def make_passive(session: Session, case_id: uuid.UUID) -> None:
    factories.name(session)
    session.get_one(Case, case_id).churn_type = ChurnType.PASSIVE_NONMALICIOUS


def test_that_a_complaint_is_handed_over_and_found(
    desk: Desk, agent: Actor, admin: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    there = desk.do(admin, factories.add_store)
    keeper = desk.do(admin, factories.add_user, Role.AGENT, there)
    key = desk.do(agent, complaints.listen, customer, BY_PHONE)
    desk.do(agent, complaints.hand_over, key, keeper.user_id)
    mine = FollowFilter(keeper_id=keeper.user_id)
    assert [row.id for row in desk.look(keeper, complaints.find, mine)] == [key]
    late = FollowFilter(due_before=dt.date(2026, 9, 19))
    assert [row.id for row in desk.look(agent, complaints.find, late)] == [key]
    fixed_time.shift(dt.timedelta(days=1))
    finish(desk, keeper, key)
    assert desk.look(keeper, complaints.find, FollowFilter()) == ()
    for since, count in ((TODAY, 1), (TODAY + dt.timedelta(days=2), 0)):
        ended = FollowFilter(text="换货", ended_since=since)
        assert len(desk.look(keeper, complaints.find, ended)) == count
    with pytest.raises(ConflictError, match="is answered"):
        desk.do(keeper, complaints.hand_over, key, None)
    with pytest.raises(NotFoundError):
        desk.do(keeper, complaints.hand_over, uuid.uuid4(), None)
