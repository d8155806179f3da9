"""The calendar of people: whose is seen, what stands in it, and moving it."""

import dataclasses
import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from db.models import Absence, Case, Renewal, StaffProfile, Task, Visit
from db.queries import agenda as queries
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    AbsenceKind,
    CallbackFor,
    Channel,
    NextStep,
    Role,
    TaskKind,
    VisitPurpose,
    VisitState,
)
from desktop_app import clock
from desktop_app.domain.agenda import ClashKind, ItemKind, Load, Place, Room
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.promises import PromiseDraft
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from desktop_app.labels import label
from desktop_app.services import agenda, pool, promises, visits
from desktop_app.services.agenda_board import AgendaFilter, AgendaItem
from tests import factories
from tests.factories import Desk
from tests.plans import assert_uses_index

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = dt.date(2026, 9, 15)
TOMORROW = TODAY + dt.timedelta(days=1)
WEEK = AgendaFilter(dt.date(2026, 9, 14), dt.date(2026, 9, 20))


def add_visit(session: Session, who: Actor, customer: uuid.UUID, **columns: Any) -> uuid.UUID:
    factories.name(session)
    visit = Visit(customer_id=customer, by_id=who.user_id, **({"planned_on": TODAY} | columns))
    session.add(visit)
    session.flush()
    return visit.id


def add(session: Session, *records: Any) -> None:
    factories.name(session)
    session.add_all(records)
    session.flush()


def seen(desk: Desk, who: Actor, criteria: AgendaFilter = WEEK) -> list[AgendaItem]:
    return desk.look(who, agenda.items, criteria)


@pytest.fixture
def customer(desk: Desk, agent: Actor) -> uuid.UUID:
    columns = {"store_id": agent.store_id, "owner_id": agent.user_id, "phone": "13812345678"}
    return desk.do(agent, factories.add_customer, name="王小明", **columns)


def visit_of(desk: Desk, key: uuid.UUID) -> Visit:
    with desk.database.read() as session:
        return session.get_one(Visit, key)


# Reading -----------------------------------------------------------------------------------------


def test_that_everything_of_a_day_stands_in_the_calendar_of_who_does_it(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.do(agent, add_visit, agent, customer, starts_at=dt.time(14), purpose="送样品")
    desk.do(agent, add_visit, agent, customer, channel=Channel.CALL)
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer)
    at = clock.now() + dt.timedelta(hours=1)
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ME)
    draft = PromiseDraft(words="换货", made_on=TODAY, due_on=TODAY)
    desk.do(agent, promises.register, customer, draft)
    days = {"first_on": TODAY, "last_on": TOMORROW, "kind": AbsenceKind.SICK}
    desk.do(
        agent,
        add,
        Renewal(customer_id=customer, product="年卡", expires_on=TODAY),
        Task(kind=TaskKind.OTHER, words="补资料", owner_id=agent.user_id, due_on=TODAY),
        Absence(user_id=agent.user_id, **days),
    )
    today = [each for each in seen(desk, agent) if each.day == TODAY]
    assert [each.kind for each in today] == [
        ItemKind.ABSENCE,
        ItemKind.CALL,
        ItemKind.PROMISE,
        ItemKind.RENEWAL,
        ItemKind.TASK,
        ItemKind.CALLBACK,
        ItemKind.VISIT,
    ]
    callback, visit = today[-2:]
    local = clock.local(at)
    assert (callback.starts_at, callback.moment) == (local.time(), at)
    assert (visit.customer, visit.phone, visit.words) == ("王小明", "138****5678", "送样品")
    assert {each.user_id for each in today} == {agent.user_id}
    away = [each for each in seen(desk, agent) if each.kind is ItemKind.ABSENCE]
    assert [each.day for each in away] == [TODAY, TOMORROW]
    assert "sick" not in repr(away)


def test_that_a_contact_of_the_cadence_says_what_for(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.do(agent, add_visit, agent, customer, rule_purpose=VisitPurpose.COACH)
    (visit,) = seen(desk, agent)
    assert (visit.words, visit.what_for) == ("", label(VisitPurpose.COACH))
    assert visit.what_for
    criteria = dataclasses.replace(WEEK, user_ids=frozenset({agent.user_id}))
    (taken,) = desk.look(agent, agenda.for_file, criteria)
    assert taken.rule_purpose is VisitPurpose.COACH


def test_that_what_was_made_stands_on_its_day_and_what_was_called_off_nowhere(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    done = {"state": VisitState.DONE, "done_on": TODAY}
    made = desk.do(agent, add_visit, agent, customer, planned_on=dt.date(2026, 9, 1), **done)
    desk.do(agent, add_visit, agent, customer, state=VisitState.CANCELLED)
    (found,) = seen(desk, agent)
    assert (found.id, found.day, found.is_open, found.is_movable) == (made, TODAY, False, False)


def test_that_what_was_made_long_after_its_planned_day_stands_on_the_day_it_was_made(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    assert agent.user_id is not None
    done = {"state": VisitState.DONE, "done_on": TODAY}
    for days in (130, -130):  # long overdue, and long before its day
        planned_on = TODAY - dt.timedelta(days=days)
        desk.do(agent, add_visit, agent, customer, planned_on=planned_on, **done)
    late = desk.do(agent, add_visit, agent, customer, planned_on=TODAY - dt.timedelta(days=130))
    found = seen(desk, agent)
    assert [each.day for each in found] == [TODAY, TODAY]
    mine = AgendaFilter(WEEK.first, WEEK.last, frozenset({agent.user_id}))
    assert desk.look(agent, agenda.for_file, mine) == found
    assert desk.look(agent, agenda.board, WEEK).loads[Place(agent.user_id, TODAY)].visits == 2
    then = TODAY - dt.timedelta(days=130)
    assert [each.id for each in seen(desk, agent, AgendaFilter(then, then))] == [late]


def test_that_a_calendar_is_read_by_the_days_of_its_contacts(desk: Desk) -> None:
    midnight = clock.now()
    criteria = queries.AgendaQuery(WEEK.first, WEEK.last, (midnight, midnight))

    told = desk.look(SYSTEM, assert_uses_index, queries.contacts_statement(criteria, 10))
    assert "ix_visit_state_planned_on (state=? AND planned_on>? AND planned_on<?)" in told
    assert "USING INDEX ix_visit_done_on (done_on>? AND done_on<?)" in told


def test_whose_calendar_each_role_sees(
    desk: Desk, actors: dict[Role, Actor], customer: uuid.UUID
) -> None:
    agent, colleague = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    far = desk.do(actors[Role.ADMINISTRATOR], factories.add_store)
    stranger = desk.do(actors[Role.ADMINISTRATOR], factories.add_user, Role.AGENT, far)
    others = desk.do(actors[Role.ADMINISTRATOR], factories.add_customer, store_id=far)
    ours = {desk.do(agent, add_visit, who, customer): who for who in (agent, colleague)}
    theirs = desk.do(agent, add_visit, stranger, others)
    errand = uuid.uuid4()
    columns = {"kind": TaskKind.OTHER, "words": "x", "due_on": TODAY}
    desk.do(agent, add, Task(id=errand, owner_id=stranger.user_id, **columns))

    def ids(role: Role) -> set[uuid.UUID]:
        return {each.id for each in seen(desk, actors[role])}

    mine = [key for key, who in ours.items() if who is agent]
    assert ids(Role.AGENT) == set(mine)
    assert ids(Role.FIELD_STAFF) == ours.keys() - set(mine)
    assert ids(Role.STORE_MANAGER) == ours.keys()
    for role in (Role.DEPT_MANAGER, Role.HEAD_OFFICE, Role.ADMINISTRATOR, Role.AUDITOR):
        assert ids(role) == {*ours, theirs, errand}
    known = {role: {one.id for one in desk.look(actors[role], agenda.people)} for role in actors}
    assert known[Role.AGENT] == {agent.user_id}
    assert stranger.user_id not in known[Role.STORE_MANAGER]
    assert {agent.user_id, colleague.user_id} <= known[Role.STORE_MANAGER]
    assert stranger.user_id in known[Role.HEAD_OFFICE]
    only = AgendaFilter(WEEK.first, WEEK.last, frozenset({colleague.user_id or uuid.uuid4()}))
    assert seen(desk, agent, only) == []
    assert len(seen(desk, actors[Role.STORE_MANAGER], only)) == 1


def test_that_who_may_not_be_contacted_stands_in_no_calendar(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.do(agent, add_visit, agent, customer)
    task = Task(
        kind=TaskKind.OTHER, words="x", owner_id=agent.user_id, due_on=TODAY, customer_id=customer
    )
    desk.do(agent, add, task, Renewal(customer_id=customer, product="x", expires_on=TODAY))
    assert len(seen(desk, agent)) == 3
    mine = AgendaFilter(WEEK.first, WEEK.last, frozenset({agent.user_id or uuid.uuid4()}))
    desk.do(agent, factories.change_customer, customer, is_deceased=True)
    assert seen(desk, agent) == []
    assert desk.look(agent, agenda.for_file, mine) == []
    assert not desk.look(agent, agenda.board, WEEK).loads


def test_that_the_board_says_how_full_days_are_and_what_clashes(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    desk.do(agent, add, StaffProfile(user_id=agent.user_id, visits_a_day=1, calls_a_day=0))
    for _number in range(2):
        desk.do(agent, add_visit, agent, customer, starts_at=dt.time(10))
    desk.do(agent, add_visit, agent, customer, planned_on=TODAY - dt.timedelta(days=1))
    desk.do(agent, add_visit, agent, customer, planned_on=WEEK.last)  # a Sunday worked 调休
    desk.do(agent, add_visit, agent, customer, planned_on=dt.date(2026, 9, 19))
    absence = {"first_on": TOMORROW, "last_on": TOMORROW, "kind": AbsenceKind.LEAVE}
    desk.do(agent, add, Absence(user_id=agent.user_id, **absence))
    desk.do(agent, add_visit, agent, customer, planned_on=TOMORROW)
    found = desk.look(agent, agenda.board, WEEK)
    assert found.loads[Place(agent.user_id, TODAY)] == Load(2, 0, Room(1, 0))
    told = [(one.kind, one.place.day) for one in found.clashes]
    assert told == [
        (ClashKind.SAME_TIME, TODAY),
        (ClashKind.OVERLOAD, TODAY),
        (ClashKind.ABSENT, TOMORROW),
        (ClashKind.DAY_OFF, dt.date(2026, 9, 19)),
    ]
    assert desk.look(agent, agenda.clashes, WEEK) == list(found.clashes)
    assert found.marks[WEEK.last].is_working
    assert found.marks[WEEK.last].zh
    assert (found.unknown_years, found.left_out) == ((), 0)
    far = AgendaFilter(dt.date(2031, 12, 29), dt.date(2032, 1, 4))
    ahead = desk.look(agent, agenda.board, far)
    assert ahead.unknown_years == (2031, 2032)
    assert [f"{day}" for day, mark in ahead.marks.items() if mark.is_festival][-1:] == [
        "2032-01-01"
    ]


def test_that_what_is_too_much_to_show_is_counted(
    desk: Desk, agent: Actor, customer: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agenda, "LIMIT", 2)
    for _number in range(5):
        desk.do(agent, add_visit, agent, customer)
    found = desk.look(agent, agenda.board, WEEK)
    assert (len(found.items), found.left_out) == (2, 3)
    assert found.loads[Place(agent.user_id, TODAY)].visits == 5  # counted by the database


# Moving ------------------------------------------------------------------------------------------


def test_that_a_visit_is_moved_stays_there_and_can_be_put_back(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    key = desk.do(agent, add_visit, agent, customer, is_provisional=True)
    desk.do(agent, agenda.move, key, TOMORROW, dt.time(9, 30))
    moved = visit_of(desk, key)
    assert (moved.planned_on, moved.starts_at, moved.by_id) == (
        TOMORROW,
        dt.time(9, 30),
        agent.user_id,
    )
    assert moved.is_fixed
    assert not moved.is_provisional
    desk.undo()
    assert visit_of(desk, key).planned_on == TODAY
    assert visit_of(desk, key).is_provisional


def test_that_the_next_step_of_a_case_follows_its_visit(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer)
    key = desk.do(agent, visits.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    desk.do(agent, agenda.move, key, TOMORROW)
    of_case = select(Case.next_step, Case.next_due).where(Case.id == case_id)
    assert desk.look(agent, lambda s: s.execute(of_case).one()) == (NextStep.VISIT, TOMORROW)
    desk.do(agent, agenda.move, key, TOMORROW)  # nothing changes, nothing is written
    desk.undo()
    assert desk.look(agent, lambda s: s.execute(of_case).one()) == (NextStep.VISIT, TODAY)


def test_that_a_step_on_another_day_stays(desk: Desk, agent: Actor, customer: uuid.UUID) -> None:
    case_id = desk.do(SYSTEM, factories.assigned_case, agent.user_id, customer_id=customer)
    for day in (TODAY, TOMORROW):
        draft = VisitDraft(planned_on=day)
        key = desk.do(agent, visits.plan_visit, case_id, customer, draft)
    first = desk.look(
        agent, lambda s: s.scalars(select(Visit.id).where(Visit.planned_on == TODAY)).one()
    )
    assert first != key
    desk.do(agent, agenda.move, first, dt.date(2026, 9, 18))
    of_case = select(Case.next_due).where(Case.id == case_id)
    assert desk.look(agent, lambda s: s.scalars(of_case).one()) == TOMORROW


def test_who_may_move_what(desk: Desk, actors: dict[Role, Actor], customer: uuid.UUID) -> None:
    agent, colleague = actors[Role.AGENT], actors[Role.FIELD_STAFF]
    key = desk.do(agent, add_visit, agent, customer)
    assert colleague.user_id is not None
    with pytest.raises(NotAllowedError):  # not to somebody else
        desk.do(agent, agenda.move, key, TODAY, None, colleague.user_id)
    with pytest.raises(NotAllowedError):
        desk.do(colleague, agenda.move, key, TOMORROW)
    with pytest.raises(NotAllowedError):
        desk.do(actors[Role.AUDITOR], agenda.move, key, TOMORROW)
    manager = actors[Role.STORE_MANAGER]
    desk.do(manager, agenda.move, key, TOMORROW, None, colleague.user_id)
    assert visit_of(desk, key).by_id == colleague.user_id
    desk.do(actors[Role.HEAD_OFFICE], agenda.move, key, TODAY)
    desk.do(colleague, agenda.move, key, TOMORROW)
    far = desk.do(actors[Role.ADMINISTRATOR], factories.add_store)
    stranger = desk.do(actors[Role.ADMINISTRATOR], factories.add_user, Role.AGENT, far)
    with pytest.raises(InvalidInputError, match="whose calendar you see"):
        desk.do(manager, agenda.move, key, TODAY, None, stranger.user_id)
    desk.do(actors[Role.HEAD_OFFICE], agenda.move, key, TODAY, None, stranger.user_id)


def test_what_cannot_be_moved(desk: Desk, agent: Actor, customer: uuid.UUID) -> None:
    key = desk.do(agent, add_visit, agent, customer)
    with pytest.raises(InvalidInputError, match="within 1098 days"):
        desk.do(agent, agenda.move, key, dt.date(9999, 12, 31))
    with pytest.raises(InvalidInputError, match="is over"):
        desk.do(agent, agenda.move, key, TODAY - dt.timedelta(days=1))
    with pytest.raises(NotFoundError):
        desk.do(agent, agenda.move, uuid.uuid4(), TOMORROW)
    done = desk.do(agent, add_visit, agent, customer, state=VisitState.DONE, done_on=TODAY)
    with pytest.raises(ConflictError):
        desk.do(agent, agenda.move, done, TOMORROW)
    desk.do(agent, factories.change_customer, customer, do_not_contact=True)
    with pytest.raises(InvalidInputError, match="not to be contacted"):
        desk.do(agent, agenda.move, key, TOMORROW)


# Files -------------------------------------------------------------------------------------------


def test_who_may_take_which_calendar_along(
    desk: Desk, actors: dict[Role, Actor], customer: uuid.UUID
) -> None:
    agent, manager = actors[Role.AGENT], actors[Role.STORE_MANAGER]
    desk.do(agent, add_visit, agent, customer)
    desk.do(agent, add_visit, agent, customer, state=VisitState.CANCELLED)
    assert agent.user_id is not None
    assert manager.user_id is not None

    def of(*keys: uuid.UUID) -> AgendaFilter:
        return AgendaFilter(WEEK.first, WEEK.last, frozenset(keys))

    found = desk.look(agent, agenda.for_file, of(agent.user_id))
    assert sorted(each.is_cancelled for each in found) == [False, True]
    assert {each.phone for each in found} == {"138****5678"}
    assert desk.look(agent, agenda.for_file, WEEK) == found, "all that may be taken along"
    for wanted in (of(manager.user_id), of(agent.user_id, manager.user_id)):
        with pytest.raises(NotAllowedError):
            desk.look(agent, agenda.for_file, wanted)
    assert len(desk.look(manager, agenda.for_file, of(agent.user_id))) == 2
    with pytest.raises(NotAllowedError):
        desk.look(actors[Role.AUDITOR], agenda.for_file, WEEK)


def test_that_the_change_set_says_what_was_moved(
    desk: Desk, agent: Actor, customer: uuid.UUID
) -> None:
    key = desk.do(agent, add_visit, agent, customer, channel=Channel.CALL)
    with desk.database.write(agent) as session:
        agenda.move(session, key, TOMORROW)
    changes = session.info["changes"]
    assert changes.title == "Move the call to {name} to {day}"
    assert changes.args["name"] == "王小明"
