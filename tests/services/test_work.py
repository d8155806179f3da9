"""Today: everything that is due, in order, and nothing that is not."""

import datetime as dt
import random
import uuid

import pytest

from db.models import Case, User
from db.session import SYSTEM, Actor
from db.vocabulary import CaseStage, NextStep, Outcome, Role, RuleKind
from desktop_app.columns.work import step_text
from desktop_app.domain.cases import CaseDraft, CloseDraft, priority
from desktop_app.domain.contacts import VisitDraft
from desktop_app.services import cases, contacts, work
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


def today(desk: Desk, actor: Actor, **options: bool) -> list[work.WorkLine]:
    return desk.look(actor, work.today, TODAY, **options)


def ids(lines: list[work.WorkLine]) -> list[uuid.UUID]:
    return [line.id for line in lines]


def test_that_the_order_is_value_times_urgency_and_a_request_to_cancel_comes_first(
    desk: Desk, agent: Actor
) -> None:
    small_overdue = make(desk, agent, day(-1), 600_00)  # x 2 = 1200
    big_today = make(desk, agent, TODAY, 1_000_00)  # x 1.5 = 1500
    unplanned = make(desk, agent, None, 700_00)  # x 1.5 = 1050
    unknown = make(desk, agent, day(-9), None)
    cancel = make(desk, agent, TODAY, 1, RuleKind.CANCEL_REQUEST)
    lines = today(desk, agent)
    assert ids(lines) == [cancel, big_today, small_overdue, unplanned, unknown]
    assert [line.why for line in lines] == [
        "Asked to cancel: always first",
        "due today: value × 1.5",
        "1 day overdue: value × 2",
        "no next step: value × 1.5",
        "9 days overdue: value not known",
    ]
    assert [line.is_first for line in lines] == [True, False, False, False, False]
    steps = [step_text(line) for line in lines]
    assert (steps[0], steps[3]) == ("Call the customer", "Plan the next step")


def test_that_equal_cases_stand_by_due_day_and_number(desk: Desk, agent: Actor) -> None:
    second = make(desk, agent, day(-1), None)
    third = make(desk, agent, day(-1), None)
    first = make(desk, agent, day(-2), None)
    assert ids(today(desk, agent)) == [first, second, third]


def test_that_what_is_due_later_or_closed_is_not_there(desk: Desk, agent: Actor) -> None:
    make(desk, agent, day(1))
    ended = make(desk, agent)
    desk.do(agent, cases.close, ended, CloseDraft(outcome=Outcome.DUPLICATE))
    assert today(desk, agent) == []
    assert desk.look(agent, work.count_later, TODAY) == 1


def test_that_the_pool_is_shown_and_the_work_of_others_is_not(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    other_store = desk.do(admin, factories.add_store)
    colleague = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    pool = make(desk, None, store_id=agent.store_id)
    anywhere = make(desk, None)
    make(desk, None, store_id=other_store)
    theirs = make(desk, colleague, store_id=agent.store_id)
    assert set(ids(today(desk, agent))) == {pool, anywhere}
    assert set(ids(today(desk, colleague))) == {pool, anywhere, theirs}


def test_that_the_work_of_somebody_who_left_is_everybodys(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    gone = desk.do(admin, factories.add_user, Role.AGENT, agent.store_id)
    orphan = make(desk, gone, store_id=agent.store_id)
    customer = desk.do(admin, factories.add_customer, store_id=agent.store_id)
    visit = desk.do(gone, contacts.plan_visit, None, customer, VisitDraft(planned_on=TODAY))
    assert today(desk, agent) == []

    def leave(session) -> None:
        factories.name(session)
        user = session.get_one(User, gone.user_id)
        assert user.is_active
        user.is_active = False

    desk.do(admin, leave)
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


def test_that_a_planned_visit_takes_the_place_of_its_case(desk: Desk, agent: Actor) -> None:
    case_id = make(desk, agent, worth=900_00)
    row = desk.look(agent, cases.case_file, case_id).row
    plan = VisitDraft(planned_on=day(-1), purpose="看样品")
    visit = desk.do(agent, contacts.plan_visit, case_id, row.customer_id, plan)
    (line,) = today(desk, agent)
    item = line.item
    assert (line.id, item.is_visit, item.case_id) == (visit, True, case_id)
    assert (item.step, item.due, item.purpose) == (NextStep.VISIT, day(-1), "看样品")
    assert (item.number, item.owner, item.stage) == (row.number, "agent", CaseStage.ASSIGNED)
    assert line.why == "1 day overdue: value × 2"
    desk.do(agent, contacts.finish_visit, visit, TODAY)
    (line,) = today(desk, agent)
    assert (line.id, line.item.is_visit) == (case_id, False)


def test_that_a_visit_does_not_hide_another_step_of_its_case(desk: Desk, agent: Actor) -> None:
    case_id = make(desk, agent)
    row = desk.look(agent, cases.case_file, case_id).row
    plan = VisitDraft(planned_on=TODAY)
    visit = desk.do(agent, contacts.plan_visit, case_id, row.customer_id, plan)
    desk.do(agent, factories.attempt, case_id, next_step=NextStep.OFFER, next_due=TODAY)
    assert set(ids(today(desk, agent))) == {case_id, visit}


def test_that_a_visit_of_ones_own_is_due_also_without_a_case(desk: Desk, agent: Actor) -> None:
    customer = desk.do(agent, factories.add_customer)
    plan = VisitDraft(planned_on=TODAY)
    visit = desk.do(agent, contacts.plan_visit, None, customer, plan)
    later = VisitDraft(planned_on=day(1))
    desk.do(agent, contacts.plan_visit, None, customer, later)
    (line,) = today(desk, agent)
    assert (line.id, line.item.kind, line.item.stage) == (visit, None, None)
    assert line.why == "Visit planned for 2026-09-15 Tue"


def test_that_cases_held_back_by_the_screening_stand_last_and_say_why(
    desk: Desk, admin: Actor, agent: Actor
) -> None:
    held = desk.do(admin, factories.open_case, kind=RuleKind.CANCEL_REQUEST, malicious_arrears=True)
    desk.do(admin, cases.assign, [held], agent.user_id)
    free = make(desk, agent)
    lines = today(desk, agent)
    assert ids(lines) == [free, held]
    assert [line.is_held_back for line in lines] == [False, True]
    assert lines[1].why == "Held back by the screening: The customer owes money in bad faith."


def test_that_without_the_pool_only_what_somebody_works_on_is_listed(
    desk: Desk, agent: Actor
) -> None:
    from db.queries.work import WorkFilter, count_later, work_items

    own = make(desk, agent)
    make(desk, None)
    customer = desk.do(agent, factories.add_customer)
    plan = VisitDraft(planned_on=TODAY)
    visit = desk.do(agent, contacts.plan_visit, None, customer, plan)
    desk.do(SYSTEM, contacts.plan_visit, None, customer, plan)  # made by nobody
    for user_id in (None, agent.user_id):
        criteria = WorkFilter(TODAY, user_id, unassigned=False)
        items = desk.look(agent, work_items, criteria, work.WEIGHTS)
        assert {one.id for one in items} == {own, visit}
        assert desk.look(agent, count_later, criteria) == 0


def test_that_the_database_sorts_as_the_rule_says(
    desk: Desk, admin: Actor, agent: Actor, actors: dict[Role, Actor]
) -> None:
    """Cases and visits of every kind, owner, value and day: the rule is the measure."""
    owners = (None, agent, actors[Role.FIELD_STAFF])
    kinds = (RuleKind.LAPSING, RuleKind.CANCEL_REQUEST)
    chosen = random.Random(7)
    for _number in range(40):
        due = chosen.choice((None, day(-2), day(-1), TODAY))
        worth = chosen.choice((None, 0, 150, 200, 300, 400, 600))
        owner = chosen.choice(owners)
        case_id = make(desk, owner, due, worth, chosen.choice(kinds))
        if chosen.random() < 0.3:
            desk.do(admin, hold_back, case_id)
        if chosen.random() < 0.4:
            customer = desk.look(admin, cases.case_file, case_id).row.customer_id
            plan = VisitDraft(planned_on=chosen.choice((day(-3), day(-1), TODAY)))
            on_case = None if owner is None else case_id
            desk.do(owner or SYSTEM, contacts.plan_visit, on_case, customer, plan)
    lines = today(desk, admin, everybody=True)
    assert len(lines) >= 40
    assert {line.item.is_visit for line in lines} == {True, False}
    assert lines == sorted(lines, key=place)
    for section in work.Section:
        part = desk.look(admin, work.today, TODAY, everybody=True, section=section)
        assert part == [line for line in lines if section_of(line) is section]
        assert part
        first = desk.look(admin, work.today, TODAY, everybody=True, section=section, limit=3)
        assert first == part[:3]
    seen = desk.look(admin, work.look, TODAY, everybody=True, limit=200)
    assert seen.lines == lines
    for section, tally in seen.tallies.items():
        part = [line for line in lines if section_of(line) is section]
        worth = sum(line.item.value_at_stake or 0 for line in part)
        assert (tally.count, tally.worth) == (len(part), worth)
    assert seen.of(None).count == len(lines)


def place(line: work.WorkLine) -> tuple[object, ...]:
    item = line.item
    rank = priority(item.value_at_stake, item.kind or RuleKind.LAPSING, item.due, TODAY)
    return (
        line.is_held_back,
        rank.sort_key,
        item.due or dt.date.min,
        item.number or item.customer_number,
        item.id.hex,
    )


def section_of(line: work.WorkLine) -> work.Section:
    if line.item.owner_id is None:
        return work.Section.POOL
    if line.item.due is None:
        return work.Section.UNPLANNED
    return work.Section.OVERDUE if line.item.due < TODAY else work.Section.TODAY


def hold_back(session, case_id: uuid.UUID) -> None:
    factories.name(session)
    session.get_one(Case, case_id).screening_note = "held"


def test_that_only_the_first_lines_of_a_long_day_are_read(desk: Desk, agent: Actor) -> None:
    worth = [make(desk, agent, TODAY, value) for value in (300, 200, 100)]
    pool = make(desk, None, None, 400)
    seen = desk.look(agent, work.look, TODAY, limit=2)
    assert ids(seen.lines) == [pool, worth[0]]
    assert (seen.of(None).count, seen.of(None).worth) == (4, 1000)
    assert seen.of(work.Section.TODAY) == work.Tally(3, 600)
    assert seen.of(work.Section.OVERDUE) == work.Tally()
    part = desk.look(agent, work.look, TODAY, section=work.Section.TODAY, limit=2)
    assert ids(part.lines) == worth[:2]
    whole = desk.look(agent, work.look, TODAY, section=work.Section.TODAY, limit=4)
    assert len(whole.lines) == 4  # so few that all are given
    assert desk.look(agent, work.count, TODAY) == 4
