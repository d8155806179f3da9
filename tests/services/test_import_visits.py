"""Rows of visits that were made meet what was planned, for the cadence or for a case."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event, select

from db.models import Case, CaseEvent, CostEntry, Customer, Visit
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    CaseEventKind,
    CaseStage,
    Channel,
    CostKind,
    ImportKind,
    MatchKey,
    NextStep,
    Outcome,
    Role,
    VisitState,
)
from desktop_app.domain.cases import CloseDraft
from desktop_app.domain.contacts import VisitDraft
from desktop_app.progress import Silent
from desktop_app.services import cases, costs, imports, visits
from desktop_app.services.costs import CostDraft
from desktop_app.services.import_visits import VisitImport, VisitLine
from desktop_app.services.imports import RowStatus, Source
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
DAY = dt.timedelta(days=1)
SOURCE = Source(ImportKind.VISITS, "v.csv", "0" * 64, {"signature": "v"})
Take = Callable[..., imports.Outcome]

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def customer(desk: Desk, admin: Actor, agent: Actor) -> uuid.UUID:
    return desk.do(admin, factories.add_customer, "K1", store_id=agent.store_id)


@pytest.fixture
def case_id(desk: Desk, admin: Actor, agent: Actor, customer: uuid.UUID) -> uuid.UUID:
    """A case the agent works on, with nothing done yet."""
    found: uuid.UUID = desk.do(admin, factories.open_case, customer)
    desk.do(admin, cases.assign, [found], agent.user_id)
    return found


@pytest.fixture
def take(desk: Desk, admin: Actor) -> Take:
    """Check and import rows; the check promises what the import does, and writes nothing."""

    def run(session: Session, rows: list[VisitLine], *, is_dry: bool) -> imports.Outcome:
        outcome = imports.Outcome(is_dry=is_dry)
        VisitImport(session, SOURCE, MatchKey.NUMBER, outcome).take(rows, Silent())
        if not is_dry:
            imports.finish_job(session, outcome, len(outcome.rejected))
        return outcome

    def do(*rows: VisitLine, actor: Actor = admin) -> imports.Outcome:
        before = desk.rows()
        promised = desk.do(actor, run, list(rows), is_dry=True)
        assert desk.rows() == before
        done = desk.do(actor, run, list(rows), is_dry=False)
        assert (done.statuses, done.rejected) == (promised.statuses, promised.rejected)
        return done

    return do


def line(agent: Actor, day: dt.date = TODAY, row: int = 2, **columns: Any) -> VisitLine:
    return VisitLine(**({"row": row, "customer": "K1", "day": day, "employee": agent.login}
                        | columns))  # fmt: skip


def plan(desk: Desk, customer: uuid.UUID, agent: Actor, day: dt.date, **columns: Any) -> uuid.UUID:
    def add(session: Session) -> uuid.UUID:
        factories.name(session)
        visit = Visit(customer_id=customer, planned_on=day, by_id=agent.user_id, **columns)
        session.add(visit)
        session.flush()
        return visit.id

    return desk.do(agent, add)


def counts(outcome: imports.Outcome) -> tuple[int, ...]:
    return (*(outcome.statuses[status] for status in RowStatus), len(outcome.rejected))


def done_on(desk: Desk) -> dict[uuid.UUID, dt.date | None]:
    return desk.look(SYSTEM, lambda s: {one.id: one.done_on for one in s.scalars(select(Visit))})


def case_of(desk: Desk, case_id: uuid.UUID) -> Case:
    return desk.look(SYSTEM, lambda s: s.get_one(Case, case_id))


# Plans -------------------------------------------------------------------------------------------


def planned_for_case(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID
) -> uuid.UUID:
    return desk.do(agent, visits.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))


@pytest.mark.parametrize("is_imported", [True, False])
def test_that_a_visit_of_a_case_goes_on_as_after_its_report(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID, take: Take, *,
    is_imported: bool,
) -> None:  # fmt: skip
    visit = planned_for_case(desk, agent, customer, case_id)
    assert case_of(desk, case_id).next_step == NextStep.VISIT
    before = desk.rows()
    if is_imported:
        assert counts(take(line(agent, note="做了走访"))) == (0, 1, 0, 0)
    else:
        desk.do(agent, visits.finish_visit, visit, TODAY, "做了走访")
    (row,) = desk.rows("visit")["visit"].values()
    assert (row["case_id"], row["state"], row["done_on"]) == (case_id, VisitState.DONE, TODAY)
    case = case_of(desk, case_id)
    assert (case.stage, case.next_step, case.next_due) == (CaseStage.CONTACTING, None, None)
    moved = desk.look(
        agent, lambda s: s.scalars(select(CaseEvent).order_by(CaseEvent.at)).all()[-1]
    )
    assert (moved.kind, moved.new_value) == (CaseEventKind.MOVED, CaseStage.CONTACTING)
    if is_imported:
        assert counts(take(line(agent, note="做了走访"))) == (0, 0, 1, 0)
    desk.undo()
    assert desk.rows() == before


def test_that_the_nearest_plan_is_the_one_that_was_carried_out(
    desk: Desk, agent: Actor, customer: uuid.UUID, take: Take
) -> None:
    early, same, late, far = (
        plan(desk, customer, agent, TODAY - DAY * back) for back in (6, 4, 2, 15)
    )
    day = TODAY - DAY * 4
    take(line(agent, day, note="a"))
    assert done_on(desk) == {early: None, same: day, late: None, far: None}
    take(line(agent, day, note="a"), line(agent, day, 3, note="b"))  # two days before and after
    assert done_on(desk) == {early: day, same: day, late: None, far: None}
    found = take(line(agent, day - DAY * 3, note="c"), line(agent, day - DAY * 19, 3, note="d"))
    assert counts(found) == (1, 1, 0, 0)  # the nearest left; eight days are too far
    assert done_on(desk)[late] == day - DAY * 3
    assert done_on(desk)[far] is None


def test_that_a_row_takes_the_plan_no_other_row_is_nearer_to(
    desk: Desk, agent: Actor, customer: uuid.UUID, take: Take
) -> None:
    one, two = plan(desk, customer, agent, TODAY - DAY * 5), plan(desk, customer, agent, TODAY)
    take(line(agent, TODAY - DAY * 3, note="a"), line(agent, TODAY - DAY * 5, 3, note="b"))
    assert done_on(desk) == {one: TODAY - DAY * 5, two: TODAY - DAY * 3}


def test_that_only_a_plan_of_the_same_person_and_way_is_carried_out(
    desk: Desk, admin: Actor, agent: Actor, customer: uuid.UUID, take: Take
) -> None:
    others = plan(desk, customer, admin, TODAY)
    call = plan(desk, customer, agent, TODAY, channel=Channel.CALL)
    cancelled = plan(desk, customer, agent, TODAY, state=VisitState.CANCELLED)
    mine = plan(desk, customer, agent, TODAY)
    assert counts(take(line(agent, is_informal=True))) == (1, 0, 0, 0)  # met by the way
    found = done_on(desk)
    assert {found[key] for key in (others, call, cancelled, mine)} == {None}
    take(line(agent, TODAY - DAY))
    assert done_on(desk)[mine] == TODAY - DAY


def test_that_a_closed_case_stays_as_it_is_and_who_refused_was_visited_all_the_same(
    desk: Desk, admin: Actor, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID, take: Take
) -> None:
    planned_for_case(desk, agent, customer, case_id)
    draft = CloseDraft(outcome=Outcome.DUPLICATE, note="重复")
    desk.do(admin, cases.close, case_id, draft)
    left = plan(desk, customer, agent, TODAY, case_id=case_id)  # as from an older file
    desk.do(admin, factories.change_customer, customer, do_not_contact=True)
    before = desk.rows("departure_case", "case_event")
    due = TODAY + DAY
    assert counts(take(line(agent, next_step="再访", next_due=due))) == (0, 1, 0, 0)
    assert done_on(desk)[left] == TODAY
    assert desk.rows("departure_case", "case_event") == before


# What is said ------------------------------------------------------------------------------------


def test_that_who_leaves_or_has_left_is_not_asked_how_satisfied_they_are(
    desk: Desk, admin: Actor, agent: Actor, case_id: uuid.UUID, take: Take
) -> None:
    desk.do(admin, factories.add_customer, "K2")
    active = line(agent, row=3, customer="K2", satisfaction=5)
    found = take(line(agent, satisfaction=5, note="好"), active)
    ((row, reason),) = found.rejected
    assert (row, counts(found)) == (2, (1, 0, 0, 1))
    number = case_of(desk, case_id).number
    assert (
        reason == f"Satisfaction is asked of active customers only: this one is leaving ({number})."
    )
    before = case_of(desk, case_id).opened_on - DAY
    assert counts(take(line(agent, before, satisfaction=5))) == (1, 0, 0, 0)  # not leaving yet
    desk.do(admin, cases.close, case_id,
            CloseDraft(outcome=Outcome.LOST, root_reason="unknown_other", note="走了"))  # fmt: skip
    ((_row, reason),) = take(line(agent, satisfaction=5)).rejected
    assert "this one has left" in reason
    desk.do(admin, factories.add_orders, case_of(desk, case_id).customer_id, [(TODAY + DAY, 100)])
    assert counts(take(line(agent, satisfaction=5))) == (1, 0, 0, 0)  # bought again
    desk.do(admin, factories.open_case, case_of(desk, case_id).customer_id)
    assert counts(take(line(agent, satisfaction=5))) == (0, 0, 1, 0)  # known, so not refused


def test_that_the_day_of_a_row_has_bounds(agent: Actor, customer: uuid.UUID, take: Take) -> None:
    first = TODAY - DAY * 3660
    found = take(line(agent, TODAY + DAY), line(agent, first, 3), line(agent, first - DAY, 4))
    assert counts(found) == (1, 0, 0, 2)
    assert [words for _row, words in found.rejected] == [
        "The day of the visit lies in the future.",
        "The visit was made more than 3660 days ago.",
    ]


def test_that_a_file_with_a_repeated_row_changes_nothing_the_second_time(
    desk: Desk, agent: Actor, customer: uuid.UUID, take: Take
) -> None:
    rows = (
        line(agent, row=2),
        line(agent, row=3, note="好"),
        line(agent, row=4, note="好"),
        line(agent, row=5, met="陈经理", note="好"),
    )
    assert counts(take(*rows)) == (3, 0, 1, 0)
    before = desk.rows()
    assert counts(take(*rows)) == (0, 0, 4, 0)
    assert counts(take(*reversed(rows))) == (0, 0, 4, 0)
    assert desk.rows() == before


def test_that_people_gifts_and_next_steps_are_kept(
    desk: Desk, agent: Actor, customer: uuid.UUID, take: Take
) -> None:
    said = line(agent, met="陈经理", gift="月饼", next_step="送样品", next_due=TODAY + DAY)
    assert counts(take(said)) == (1, 0, 0, 0)
    (row,) = desk.rows("visit")["visit"].values()
    assert (row["met"], row["gift"], row["next_step"]) == (
        "陈经理", "月饼", "送样品 (2026-09-16)",
    )  # fmt: skip
    assert counts(take(said)) == (0, 0, 1, 0)


def test_that_only_a_case_bears_the_cost_of_a_gift_and_once(
    desk: Desk, admin: Actor, actors: dict[Role, Actor], agent: Actor, customer: uuid.UUID,
    case_id: uuid.UUID, take: Take,
) -> None:  # fmt: skip
    loose = line(agent, gift="月饼", gift_amount=5_000)
    assert "Only a case bears costs" in take(loose).rejected[0][1]
    planned_for_case(desk, agent, customer, case_id)
    assert take(line(agent, gift_amount=5_000)).rejected == [(2, "Say what was given.")]
    assert "books no costs" in take(loose, actor=actors[Role.HEAD_OFFICE]).rejected[0][1]
    before = desk.rows()
    for expected in ((0, 1, 0, 0), (0, 0, 1, 0)):
        assert counts(take(loose)) == expected
        (cost,) = desk.look(agent, lambda s: list(s.scalars(select(CostEntry))))
        assert (cost.case_id, cost.kind, cost.amount, cost.note) == (
            case_id, CostKind.GIFT, 5_000, "月饼",
        )  # fmt: skip
    desk.undo()
    assert desk.rows() == before


@pytest.mark.parametrize("gift", ["月饼", "茶叶"])
def test_that_the_cost_of_a_known_gift_is_neither_booked_twice_nor_dropped_silently(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID, take: Take, gift: str
) -> None:
    planned_for_case(desk, agent, customer, case_id)
    take(line(agent, gift="月饼", gift_amount=5_000))
    before = desk.rows()
    amount = 5_000 if gift == "茶叶" else 6_000
    ((_row, reason),) = take(line(agent, gift=gift, gift_amount=amount)).rejected
    assert "Leave the amount out" in reason
    ((_row, again),) = take(line(agent, gift=gift, note="好", gift_amount=amount)).rejected
    assert again == reason
    assert desk.rows() == before
    assert counts(take(line(agent, gift=gift, note="好"))) == (0, 1, 0, 0)


def test_that_a_cost_given_after_its_gift_is_told(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID, take: Take
) -> None:
    planned_for_case(desk, agent, customer, case_id)
    without, paid = line(agent, gift="月饼"), line(agent, row=3, gift="月饼", gift_amount=5_000)
    assert counts(take(without, paid)) == (0, 1, 0, 1)
    ((_row, reason),) = take(paid).rejected
    assert "enter a missing cost at the case" in reason
    desk.do(agent, costs.add, case_id, CostDraft(kind=CostKind.GIFT, amount=5_000, note="月饼"))
    assert counts(take(paid)) == (0, 0, 1, 0)
    assert len(desk.rows("cost_entry")["cost_entry"]) == 1


# Reach -------------------------------------------------------------------------------------------


@pytest.fixture
def manager(actors: dict[Role, Actor]) -> Actor:
    """The manager of the store S01."""
    return actors[Role.STORE_MANAGER]


@pytest.fixture
def elsewhere(desk: Desk, admin: Actor) -> tuple[uuid.UUID, Actor]:
    """Another store and somebody who works there."""
    store = desk.do(admin, factories.add_store)
    return store, desk.do(admin, factories.add_user, Role.AGENT, store)


def test_that_a_customer_out_of_reach_is_as_unknown_as_none(
    desk: Desk, admin: Actor, manager: Actor, elsewhere: tuple[uuid.UUID, Actor], take: Take
) -> None:
    store, colleague = elsewhere
    customer = desk.do(admin, factories.add_customer, "K1", store_id=store)
    case = desk.do(admin, factories.open_case, customer)
    desk.do(admin, cases.assign, [case], colleague.user_id)
    planned_for_case(desk, colleague, customer, case)
    before = desk.rows()
    rows = line(colleague, satisfaction=4), line(colleague, row=3, customer="K9")
    assert take(*rows, actor=manager).rejected == [
        (2, "There is no customer K1 within your reach."),
        (3, "There is no customer K9 within your reach."),
    ]
    assert desk.rows() == before
    assert counts(take(line(colleague))) == (0, 1, 0, 0)  # the administrator sees all


def test_that_a_visit_out_of_reach_of_a_customer_in_reach_is_left_alone(
    desk: Desk, admin: Actor, manager: Actor, elsewhere: tuple[uuid.UUID, Actor],
    customer: uuid.UUID, case_id: uuid.UUID, take: Take,
) -> None:  # fmt: skip
    store, colleague = elsewhere
    desk.do(admin, cases.assign, [case_id], colleague.user_id)
    desk.do(admin, factories.change_row, Case, case_id, store_id=store)
    visit = desk.do(colleague, visits.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    refused = [(2, "This visit belongs to somebody else.")]
    assert take(line(colleague), actor=manager).rejected == refused
    assert done_on(desk)[visit] is None
    desk.do(colleague, visits.finish_visit, visit, TODAY, "好")
    for note in ("好", "不好"):
        assert take(line(colleague, note=note), actor=manager).rejected == refused
    assert list(done_on(desk)) == [visit]


@pytest.mark.parametrize(
    ("words", "back", "expected"),
    [
        ("送样品", -3, (NextStep.FOLLOW_UP, TODAY + DAY * 3)),
        ("Call the customer", -3, (NextStep.CALL, TODAY + DAY * 3)),
        ("走访", -3, (NextStep.VISIT, TODAY + DAY * 3)),
        (" Visit ", -3, (NextStep.VISIT, TODAY + DAY * 3)),
        ("电话", -3, (NextStep.CALL, TODAY + DAY * 3)),
        ("回访", -3, (NextStep.FOLLOW_UP, TODAY + DAY * 3)),
        ("送样品", 1, (None, None)),  # over already
    ],
)
def test_that_a_day_plans_the_next_step_of_the_open_case(
    desk: Desk, agent: Actor, customer: uuid.UUID, case_id: uuid.UUID, take: Take,
    words: str, back: int, expected: tuple[NextStep | None, dt.date | None],
) -> None:  # fmt: skip
    desk.do(agent, visits.plan_visit, case_id, customer, VisitDraft(planned_on=TODAY))
    take(line(agent, next_step=words, next_due=TODAY - DAY * back))
    case = case_of(desk, case_id)
    assert (case.next_step, case.next_due) == expected
    if expected[1] is not None:  # a later plan stays
        earlier = TODAY + DAY
        take(line(agent, next_step=words, next_due=earlier))
        assert case_of(desk, case_id).next_due == expected[1]


def test_that_twenty_thousand_rows_take_few_statements(
    desk: Desk, admin: Actor, agent: Actor, take: Take
) -> None:
    def fill(session: Session) -> None:
        factories.name(session)
        session.add_all(Customer(number=f"N{at}", name="某") for at in range(1000))

    desk.do(admin, fill)
    rows = [
        line(agent, TODAY - DAY * (at // 1000), at, customer=f"N{at % 1000}", satisfaction=4)
        for at in range(20_000)
    ]
    statements = count_statements(desk, rows, admin)
    assert statements < 100


def count_statements(desk: Desk, rows: list[VisitLine], actor: Actor) -> int:
    seen: list[str] = []

    def check(session: Session) -> None:
        event.listen(session.connection(), "before_cursor_execute", lambda *a: seen.append(a[2]))
        outcome = imports.Outcome(is_dry=True)
        VisitImport(session, SOURCE, MatchKey.NUMBER, outcome).take(rows, Silent())
        assert counts(outcome) == (len(rows), 0, 0, 0)

    desk.look(actor, check)
    return len(seen)
