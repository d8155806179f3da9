"""Today: everything that is due, in order, and nothing that is not."""

import datetime as dt
import uuid

import pytest

from db.models import Case, Visit
from db.session import SYSTEM, Actor
from db.vocabulary import AttemptResult, CallbackFor, NextStep, Role, RuleKind
from desktop_app import clock
from desktop_app.columns.work import pool_text, step_text
from desktop_app.domain.cases import CaseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.queue_order import QueueKind
from desktop_app.services import cases, contacts, pool, queue, work
from desktop_app.services.work import Section, Tally, View, WorkLine
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)

pytestmark = pytest.mark.usefixtures("fixed_time")


def day(offset: int) -> dt.date:
    return TODAY + dt.timedelta(days=offset)


def make(
    desk: Desk,
    owner: Actor | None,
    due: dt.date | None = TODAY,
    worth: int | None = None,
    kind: RuleKind = RuleKind.LAPSING,
    **columns: object,
) -> uuid.UUID:
    """A case with an owner (or none), a value and a next call (or none)."""

    def service(session) -> uuid.UUID:
        case_id = factories.open_case(session, kind=kind, **columns)
        if owner is not None:
            cases.assign(session, [case_id], owner.user_id)
        session.flush()
        case = session.get_one(Case, case_id)
        draft = CaseDraft(
            value_at_stake=worth, next_step=NextStep.CALL if due else None, next_due=due
        )
        cases.change(session, case_id, case.version, draft)
        return case_id

    return desk.do(SYSTEM, service)


def today(desk: Desk, actor: Actor, **view: object) -> list[WorkLine]:
    return desk.look(actor, work.lines, View(**view))  # type: ignore[arg-type]


def counts(desk: Desk, actor: Actor, **options: bool) -> work.Counts:
    return desk.look(actor, work.counts, **options)


def ids(lines: list[WorkLine]) -> list[uuid.UUID]:
    return [line.id for line in lines]


def plan_visit(
    desk: Desk, by: Actor, case_id: uuid.UUID | None, customer: uuid.UUID, on: dt.date = TODAY
) -> uuid.UUID:
    return desk.do(by, contacts.plan_visit, case_id, customer, VisitDraft(planned_on=on))


def customer_of(desk: Desk, case_id: uuid.UUID) -> uuid.UUID:
    return desk.look(SYSTEM, cases.case_file, case_id).row.customer_id


def test_that_the_lines_are_those_of_the_queue_that_are_due_in_its_order(
    desk: Desk, agent: Actor
) -> None:
    small_overdue = make(desk, agent, day(-1), 600_00)  # x 2 = 1200
    big_today = make(desk, agent, TODAY, 1_000_00)  # x 1.5 = 1500
    unplanned = make(desk, agent, None, 700_00)  # x 1.5 = 1050
    later = make(desk, agent, day(9), 9_000_00)
    cancel = make(desk, agent, TODAY, 1, RuleKind.CANCEL_REQUEST)
    lines = today(desk, agent)
    assert ids(lines) == [cancel, big_today, small_overdue, unplanned]
    queued = desk.look(agent, queue.queue, agent=agent.user_id)
    assert ids(lines) == [line.id for line in queued if line.section in work.TO_DO]
    assert [line.why for line in lines] == [line.why for line in queued[:4]]
    assert lines[0].reasons[0] == "Asked to cancel: always first"
    assert [step_text(line) for line in lines[2:]] == ["Call the customer", "Plan the next step"]
    assert [line.section for line in lines] == [
        Section.CANCEL_REQUEST, Section.TODAY, Section.OVERDUE, Section.TODAY,
    ]  # fmt: skip
    assert ids(today(desk, agent, section=Section.LATER)) == [later]
    assert ids(today(desk, agent, section=Section.OVERDUE)) == [small_overdue]


def test_that_a_callback_of_this_day_is_there_before_its_moment(desk: Desk, agent: Actor) -> None:
    case_id, tomorrow = make(desk, agent), make(desk, agent)
    soon = clock.now() + dt.timedelta(hours=3)
    desk.do(agent, pool.set_callback, case_id, soon, CallbackFor.ME)
    desk.do(agent, pool.set_callback, tomorrow, soon + dt.timedelta(days=1), CallbackFor.ME)
    (line,) = today(desk, agent)
    assert (line.id, line.section, line.callback_at) == (case_id, Section.CALLBACK, soon)
    assert counts(desk, agent).of(section=Section.LATER).count == 1


def test_that_lines_hold_until_the_next_moment_of_one_of_them_or_of_the_rules(
    desk: Desk, agent: Actor
) -> None:
    """Quiet hours are 21:00 to 09:00, as they come; the day is 15 September, 10:00 in Shanghai."""

    def until(hour: int, minute: int = 0) -> str:
        now = dt.datetime.combine(TODAY, dt.time(hour, minute), clock.HERE)
        lines = desk.look(agent, work.lines, None, now)
        found: dt.datetime = desk.look(SYSTEM, work.holds_until, lines, now)
        return f"{clock.local(found):%m-%d %H:%M}"

    case_id = make(desk, agent)
    assert (until(8), until(10), until(22)) == ("09-15 09:00", "09-15 21:00", "09-16 00:00")
    at = dt.datetime.combine(TODAY, dt.time(15, 20), clock.HERE)
    desk.do(agent, pool.set_callback, case_id, at, CallbackFor.ME)
    assert (until(10), until(15, 20)) == ("09-15 15:20", "09-15 21:00")


def test_that_what_waits_says_until_when_and_by_which_rule(desk: Desk, agent: Actor) -> None:
    make(desk, agent)
    night = dt.datetime(2026, 9, 15, 14, tzinfo=dt.UTC)
    (line,) = desk.look(agent, work.lines, None, night)
    assert line.section is Section.WAITING
    assert line.allowed_from == dt.datetime(2026, 9, 16, 1, tzinfo=dt.UTC)
    assert line.stop.startswith("22:00 is within the quiet hours")
    assert desk.look(agent, work.counts, night).of(section=Section.WAITING).count == 1


def test_that_the_pool_is_shown_and_the_work_of_others_is_not(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    other_store = desk.do(admin, factories.add_store)
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    free = make(desk, None, store_id=agent.store_id)
    anywhere = make(desk, None)
    make(desk, None, store_id=other_store)
    theirs = make(desk, colleague, store_id=agent.store_id)
    assert set(ids(today(desk, agent))) == {free, anywhere}
    assert set(ids(today(desk, colleague))) == {free, anywhere, theirs}
    assert ids(today(desk, colleague, place=QueueKind.OWN)) == [theirs]
    assert set(ids(today(desk, colleague, place=QueueKind.POOL))) == {free, anywhere}
    assert counts(desk, colleague).of(QueueKind.POOL).count == 2


def test_that_the_pool_says_why_a_case_is_there_how_long_and_kept_from_whom(
    desk: Desk, admin: Actor, agent: Actor, fixed_time
) -> None:
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    fresh = make(desk, None)
    given_back = make(desk, agent, store_id=agent.store_id)
    orphan = make(desk, gone, store_id=agent.store_id)
    own = make(desk, agent)
    desk.do(agent, pool.give_back, given_back, "出差两周")
    desk.do(admin, factories.leave, gone.user_id)
    fixed_time.shift(dt.timedelta(days=3))
    told = {line.id: pool_text(line) for line in today(desk, admin, everybody=True)}
    assert told == {
        fresh: "for 3 days · nobody has worked on it yet",
        given_back: "for 3 days · Back into the pool: 出差两周 · kept from agent until "
        "2026-09-29 Tue",
        orphan: f"for 3 days · {gone.name} has left",
        own: "",
    }


def test_that_a_case_that_goes_back_soon_is_marked_with_the_day(
    desk: Desk, admin: Actor, agent: Actor, fixed_time
) -> None:
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    due, later = make(desk, agent), make(desk, agent)
    step = {"next_step": NextStep.CALL, "next_due": day(40)}
    desk.do(agent, factories.attempt, later, AttemptResult.NO_ANSWER, **step)
    theirs = make(desk, colleague, store_id=agent.store_id)
    fixed_time.shift(dt.timedelta(days=29))
    on = dt.date(2026, 10, 15)
    assert {line.id: line.recycle_on for line in today(desk, agent)} == {due: on}
    found = counts(desk, agent)
    assert dict(found.warned) == {due: on, later: on}
    assert set(ids(today(desk, agent, is_warned=True))) == {due, later}
    everybody = today(desk, admin, everybody=True, is_warned=True)
    assert set(ids(everybody)) == {due, later, theirs}


def test_that_the_work_of_somebody_who_left_is_everybodys(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    orphan = make(desk, gone, store_id=agent.store_id)
    customer = desk.do(admin, factories.add_customer, store_id=agent.store_id)
    visit = plan_visit(desk, gone, None, customer)
    assert today(desk, agent) == []
    desk.do(admin, factories.leave, gone.user_id)
    assert set(ids(today(desk, agent))) == {orphan, visit}


def test_that_a_manager_sees_everybodys_work_when_asked(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    manager = actors[Role.STORE_MANAGER]
    other_store = desk.do(admin, factories.add_store)
    theirs = make(desk, agent, store_id=agent.store_id)
    far = make(desk, actors[Role.FIELD_STAFF], store_id=other_store)
    assert today(desk, manager) == []
    assert ids(today(desk, manager, everybody=True)) == [theirs]
    assert set(ids(today(desk, admin, everybody=True))) == {theirs, far}
    assert set(ids(today(desk, SYSTEM))) == {theirs, far}
    auditor = actors[Role.AUDITOR]
    assert today(desk, auditor) == []
    assert desk.look(auditor, work.count) == 2  # the page begins with everybody's work
    assert desk.look(manager, work.count) == 0


def test_that_a_planned_visit_stands_with_the_case_whose_next_step_it_is(
    desk: Desk, agent: Actor, actors: dict[Role, Actor], fixed_time
) -> None:
    case_id = make(desk, agent, worth=900_00)
    customer = customer_of(desk, case_id)
    fixed_time.shift(dt.timedelta(days=-1))
    visit = plan_visit(desk, agent, case_id, customer, day(-1))
    fixed_time.shift(dt.timedelta(days=1))
    (line,) = today(desk, agent)
    assert (line.id, line.case_id, line.visit_id) == (case_id, case_id, visit)
    assert (line.step, line.due, line.section) == (NextStep.VISIT, day(-1), Section.OVERDUE)
    assert counts(desk, agent).of() == Tally(1, 900_00)
    desk.do(agent, contacts.finish_visit, visit, TODAY)
    assert {line.visit_id for line in today(desk, agent)} == {None}


def test_that_a_visit_of_ones_own_to_the_case_of_another_is_there(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    field = actors[Role.FIELD_STAFF]
    case_id = make(desk, agent, store_id=agent.store_id)
    customer = customer_of(desk, case_id)
    visit = plan_visit(desk, agent, case_id, customer)

    def hand_over(session) -> None:
        factories.name(session)
        session.get_one(Visit, visit).by_id = field.user_id

    desk.do(admin, hand_over)
    assert ids(today(desk, field)) == [visit]
    assert ids(today(desk, agent)) == [case_id]


def test_that_a_visit_does_not_hide_another_step_of_its_case(desk: Desk, agent: Actor) -> None:
    case_id = make(desk, agent)
    visit = plan_visit(desk, agent, case_id, customer_of(desk, case_id))
    desk.do(agent, factories.attempt, case_id, next_step=NextStep.REMEDY, next_due=TODAY)
    assert set(ids(today(desk, agent))) == {case_id, visit}


def test_that_a_visit_of_ones_own_is_due_also_without_a_case(desk: Desk, agent: Actor) -> None:
    customer = desk.do(agent, factories.add_customer, phone="13812348000")
    visit = plan_visit(desk, agent, None, customer)
    plan_visit(desk, agent, None, customer, day(1))
    (line,) = today(desk, agent)
    assert (line.id, line.kind, line.stage, line.phone) == (visit, None, None, "138****8000")
    assert line.why == "Visit planned for 2026-09-15 Tue"
    assert counts(desk, agent).tallies == {(QueueKind.OWN, Section.TODAY): Tally(1, 0)}
    assert today(desk, agent, section=Section.OVERDUE) == []
    assert today(desk, agent, place=QueueKind.POOL) == []


def test_that_cases_held_back_by_the_screening_stand_last_and_say_why(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    held = desk.do(admin, factories.open_case, kind=RuleKind.CANCEL_REQUEST, malicious_arrears=True)
    desk.do(admin, cases.assign, [held], agent.user_id)
    free = make(desk, agent)
    lines = today(desk, agent)
    assert ids(lines) == [free, held]
    assert [line.section for line in lines] == [Section.TODAY, Section.HELD_BACK]
    assert lines[1].why == "Held back by the screening: The customer owes money in bad faith."


def test_that_only_the_first_lines_of_a_long_day_are_read_and_all_are_counted(
    desk: Desk, agent: Actor
) -> None:
    worth = [make(desk, agent, TODAY, value) for value in (300, 200, 100)]
    free = make(desk, None, None, 400)
    visit = plan_visit(desk, agent, None, desk.do(agent, factories.add_customer))
    assert ids(desk.look(agent, work.lines, limit=2)) == [free, worth[0]]
    assert ids(desk.look(agent, work.lines, limit=9)) == [free, *worth, visit]
    found = counts(desk, agent)
    assert (found.of().count, found.of().worth) == (5, 1000)
    assert found.of(section=Section.TODAY) == Tally(5, 1000)
    assert found.of(QueueKind.OWN) == Tally(4, 600)
    assert found.of(section=Section.OVERDUE) == Tally()
    assert desk.look(agent, work.count) == 5


EVERYTHING = frozenset({"agent's", "near", "nowhere", "far", "far agent's"})
OF_THE_STORE = frozenset({"agent's", "near", "nowhere"})
FREE = frozenset({"near", "nowhere"})
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("role", "own", "everybodys"),
    [
        (Role.AGENT, OF_THE_STORE, OF_THE_STORE),
        (Role.STORE_MANAGER, FREE, OF_THE_STORE),
        (Role.DEPT_MANAGER, FREE | {"far"}, EVERYTHING),
        (Role.HEAD_OFFICE, NONE, EVERYTHING),
        (Role.TRAINER, NONE, EVERYTHING),
        (Role.FIELD_STAFF, NONE, NONE),
        (Role.ADMINISTRATOR, FREE | {"far"}, EVERYTHING),
        (Role.AUDITOR, NONE, EVERYTHING),
    ],
)
def test_that_each_role_sees_what_is_its_own_and_no_more(
    desk: Desk,
    admin: Actor,
    agent: Actor,
    actors: dict[Role, Actor],
    role: Role,
    own: frozenset[str],
    everybodys: frozenset[str],
) -> None:
    store = desk.do(admin, factories.add_store)
    elsewhere = desk.do(admin, factories.add_user, Role.AGENT, store)
    made = {
        make(desk, agent, store_id=agent.store_id): "agent's",
        make(desk, None, store_id=agent.store_id): "near",
        make(desk, None): "nowhere",
        make(desk, None, store_id=store): "far",
        make(desk, elsewhere, store_id=store): "far agent's",
    }
    for everybody, expected in ((False, own), (True, everybodys)):
        seen = {made[line.id] for line in today(desk, actors[role], everybody=everybody)}
        assert seen == expected
        assert counts(desk, actors[role], everybody=everybody).of().count == len(expected)
