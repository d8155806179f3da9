"""The register of promises."""

import datetime as dt
import uuid

import pytest
import time_machine

from db.queries.follow_up import DueCount, FollowFilter
from db.session import SYSTEM, Actor
from db.vocabulary import ComplaintChannel, ReplyKind, Role
from desktop_app.domain.promises import (
    ComplaintDraft,
    PromiseDraft,
    PromiseSettings,
    RecoveryDraft,
)
from desktop_app.domain.rates import Rate
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.services import cases, complaints, interviews, promises, recovery
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


def test_that_what_was_said_at_a_chase_is_kept_with_its_day_also_after_the_answer(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    key = desk.do(agent, promises.register, customer, draft())
    for said in ("很急", " 明天到货 "):
        desk.do(agent, promises.chase, key, said)
    desk.do(agent, promises.answer, key, ReplyKind.MET, "送到")
    (row,) = desk.look(agent, promises.list_promises)
    assert row.note.splitlines() == ["送到", "2026-09-15 明天到货", "2026-09-15 很急"]


def test_that_a_promise_is_handed_over_and_counts_for_the_new_owner(
    desk: Desk, agent: Actor, admin: Actor, customer: uuid.UUID
) -> None:
    there = desk.do(admin, factories.add_store)
    keeper = desk.do(admin, factories.add_user, Role.AGENT, there)
    key = desk.do(agent, promises.register, customer, draft(0))
    assert desk.look(agent, promises.due_for).pressing == 1
    desk.do(agent, promises.hand_over, key, keeper.user_id)
    assert desk.look(agent, promises.due_for) == DueCount()
    assert desk.look(keeper, promises.due_for) == DueCount(today=1)
    assert desk.look(SYSTEM, promises.due_for) == DueCount()  # nobody in particular
    (row,) = desk.look(keeper, promises.find, FollowFilter(keeper_id=keeper.user_id))
    assert (row.id, row.keeper) == (key, keeper.name)
    desk.undo()
    assert desk.look(agent, promises.due_for).pressing == 1
    with pytest.raises(InvalidInputError, match="still works here"):
        desk.do(agent, promises.hand_over, key, uuid.uuid4())
    desk.do(agent, promises.answer, key, ReplyKind.MET)
    with pytest.raises(ConflictError, match="answered on"):
        desk.do(agent, promises.hand_over, key, keeper.user_id)


def test_that_due_counts_tell_late_today_and_soon_apart_over_all_three(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    for days in (0, 1, 3, 5, 9):
        desk.do(agent, promises.register, customer, draft(days))
    heard = ComplaintDraft(channel=ComplaintChannel.CALL)
    of_case = desk.look(SYSTEM, cases.case_file, case).row.customer_id
    desk.do(agent, complaints.listen, of_case, heard, case)  # nobody's, in the agent's case
    desk.do(agent, recovery.begin, case, RecoveryDraft())
    assert desk.look(agent, promises.due_for) == DueCount(overdue=0, today=2, soon=3)
    fixed_time.shift(dt.timedelta(days=3))
    assert desk.look(agent, promises.due_for) == DueCount(overdue=3, today=2, soon=1)


def test_that_the_filter_finds_by_customer_case_words_day_and_end(
    desk: Desk, agent: Actor, customer: uuid.UUID, fixed_time: time_machine.Traveller
) -> None:
    case = desk.do(SYSTEM, offered.case, agent.user_id, store_id=agent.store_id)
    file = desk.look(SYSTEM, cases.case_file, case)
    first = desk.do(agent, promises.register, customer, draft(1))
    second = desk.do(agent, promises.register, file.row.customer_id, draft(2), case)

    def found(**criteria: object) -> list[uuid.UUID]:
        rows = desk.look(agent, promises.find, FollowFilter(**criteria))
        return [row.id for row in rows]

    assert found() == [first, second]
    assert found(text="王小明") == [first]
    assert found(text=file.row.number) == [second]
    assert found(text="周五前") == [first, second]
    assert found(text="没有") == []
    assert found(due_before=TODAY + dt.timedelta(days=2)) == [first]
    desk.do(agent, promises.answer, first, ReplyKind.MET)
    fixed_time.shift(dt.timedelta(days=4))
    desk.do(agent, promises.answer, second, ReplyKind.MET)
    assert found() == []
    assert found(ended_since=TODAY) == [second, first]  # the newest on top
    assert found(ended_since=TODAY + dt.timedelta(days=1)) == [second]
    whole = desk.look(agent, promises.on_time_in_all, TODAY, TODAY + dt.timedelta(days=9))
    assert (whole.kept, whole.handled) == (Rate(1, 2), Rate(1, 2))


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
