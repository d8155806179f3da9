"""The plan of visits of a workspace: whole, stable, undone in one step, and nobody's but one's own.

What is owed is counted by `tests.domain.plan_counter`, which shares no code with the plan.
"""

import datetime as dt
import time
import uuid
from collections import Counter
from collections.abc import Callable

import pytest
import time_machine

from db.models import ChangeSet, Visit
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    AbsenceKind,
    CadenceRole,
    ChangeKind,
    Channel,
    CustomerClass,
    Role,
    StaffFunction,
    VisitPurpose,
    VisitState,
)
from desktop_app.domain.cadence import CadenceChannel
from desktop_app.domain.contacts import VisitDraft
from desktop_app.domain.handover_drafts import HandoverDraft
from desktop_app.domain.plan_types import Refusal
from desktop_app.errors import InvalidInputError, NotAllowedError
from desktop_app.services import (
    cadence,
    calendar,
    contacts,
    day,
    handovers,
    journal,
    plan_material,
    staff_profiles,
    visit_planning,
)
from desktop_app.services.calendar import DayDraft
from desktop_app.services.staff_profiles import AbsenceDraft
from desktop_app.services.visit_planning import PlanResult
from tests import factories
from tests.cadence_world import Firm, add_firm, by_rank, classify, employee, made, planned
from tests.domain.plan_counter import check
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = dt.date(2026, 9, 15)
OCTOBER = (dt.date(2026, 10, 1), dt.date(2026, 10, 31))
JANUARY = (dt.date(2027, 1, 1), dt.date(2027, 1, 31))  # its holidays are not published
A, B, C = CustomerClass.A, CustomerClass.B, CustomerClass.C
SALES = CadenceRole.SALES


# ---------------------------------------------------------------- nothing owed is lost


def settle(desk: Desk, size: int, *, visits_a_day: int = 16) -> Firm:
    firm = desk.do(SYSTEM, add_firm, size, visits_a_day=visits_a_day)
    desk.do(SYSTEM, classify, by_rank(firm.customers))
    return firm


def year_of(desk: Desk) -> PlanResult:
    """Plan the year from today and let the independent counter look at every contact of it."""
    first, last = dt.date(2026, 9, 15), dt.date(2027, 9, 14)
    found = desk.look(SYSTEM, visit_planning.preview, first, last)
    material = desk.look(SYSTEM, plan_material.read, first, last, TODAY)
    side = material.side
    assert len(side.clients) == len(material.side.rows)
    check(
        found.plan, side.clients, material.people, side.policy, material.calendar, first, last,
        material.history,
    )  # fmt: skip
    return found


def test_that_every_minimum_of_a_year_is_met_or_listed_with_the_reason(desk: Desk) -> None:
    """400 customers: 20 A, 60 B, 320 C; two sales people with room for two thirds of it."""
    firm = settle(desk, 400, visits_a_day=8)
    found = year_of(desk)
    sums = {(klass, role, by): count for (klass, role, by), count in found.counts.items()}
    # monthly rules: 11 whole months and what is left of September; none of September 2027 ends
    for klass, customers, visits, calls in ((A, 20, 3, 2), (B, 60, 2, 1), (C, 320, 1, 1)):
        assert sums[klass, SALES, CadenceChannel.VISIT].required >= customers * visits * 12
        assert sums[klass, SALES, CadenceChannel.CALL].required >= customers * calls * 12
    assert sums[C, SALES, CadenceChannel.VISIT].impossible > 0
    assert {each.reason for each in found.plan.impossible} <= {Refusal.CAPACITY, Refusal.GAP}
    of_gm = sums[A, CadenceRole.GM, CadenceChannel.VISIT]  # all of 2026, and the first of 2027
    assert (20 <= of_gm.planned <= 40, of_gm.impossible) == (True, 0)
    strength = {(each.role, each.channel): each for each in found.strength}
    visits_of_sales = strength[SALES, CadenceChannel.VISIT]
    assert visits_of_sales.required == 125 * 4  # F-17
    assert visits_of_sales.is_short
    a_day = 2 * 8 + 6  # the two, and one of the workspace
    assert a_day * 20 <= visits_of_sales.available <= a_day * 22
    assert found.provisional_years == (2027,)
    in_2027 = [contact for contact in found.plan.contacts if contact.day.year == 2027]
    assert all(contact.is_provisional for contact in in_2027)
    assert set(found.customers) == set(firm.customers)


def test_that_a_handover_ahead_divides_the_plan_at_its_day(
    desk: Desk, admin: Actor, fixed_time: time_machine.Traveller
) -> None:
    """Before the day the giver comes, from it on the receiver, with the manager of each."""
    managers = [desk.do(SYSTEM, employee, [StaffFunction.DEPT_MANAGER]) for _each in range(2)]
    sales = [desk.do(SYSTEM, employee, manager_id=manager) for manager in managers]
    giver, receiver = sales
    keys = [
        desk.do(SYSTEM, factories.add_customer, owner_id=giver, joined_on=dt.date(2026, 8, 1))
        for _each in range(4)
    ]
    desk.do(SYSTEM, classify, dict.fromkeys(keys, A))
    desk.do(SYSTEM, visit_planning.save, *OCTOBER)
    on = dt.date(2026, 10, 19)
    wanted = HandoverDraft(from_id=giver, on=on, to_ids=(receiver,))
    choices = desk.look(admin, handovers.propose, wanted).choices
    desk.do(admin, handovers.hand_over, wanted, choices)

    def parts(by: Callable[[dt.date], int]) -> None:
        rows = list(desk.rows("visit")["visit"].values())
        assert len(rows) >= 4 * 5
        for row in rows:
            people = sales if row["rule"].startswith("a_sales") else managers
            if row["rule"].startswith(("a_sales", "a_dept")):
                assert row["by_id"] == people[by(row["planned_on"])], (
                    row["rule"],
                    row["planned_on"],
                )

    made = year_of(desk).plan
    assert not [each for each in made.impossible if each.rule.code.startswith("a_sales")]
    desk.do(SYSTEM, visit_planning.save, *OCTOBER)
    parts(lambda day: int(day >= on))
    before = desk.rows("visit")
    assert desk.do(SYSTEM, visit_planning.save, *OCTOBER).change_set is None
    fixed_time.move_to(dt.datetime(2026, 10, 19, 9, tzinfo=dt.UTC))
    desk.do(SYSTEM, visit_planning.save, on, OCTOBER[1])  # nobody has started on that day yet
    left = {key: row for key, row in before["visit"].items() if row["planned_on"] >= on}
    now = {key: row for key, row in desk.rows("visit")["visit"].items() if key in left}
    assert {row["by_id"] for row in now.values() if row["rule"].startswith("a_sales")} == {receiver}
    desk.do(SYSTEM, day.hand_over)
    assert desk.do(SYSTEM, visit_planning.save, on, OCTOBER[1]).change_set is None


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_that_a_year_of_ten_thousand_customers_and_sixty_people_is_planned(desk: Desk) -> None:
    firm = settle(desk, 10_000)
    assert len(firm.sales) + len(firm.managers) + 4 == 60
    begun = time.process_time()
    found = desk.look(SYSTEM, visit_planning.preview, TODAY, dt.date(2027, 9, 14))
    assert time.process_time() - begun < 10
    assert len(found.plan.contacts) > 250_000
    year_of(desk)


# ---------------------------------------------------------------- a small firm


class Shop:
    """Three customers of the three classes, two who may not be contacted, and their people."""

    def __init__(self, desk: Desk, store_id: uuid.UUID | None) -> None:
        self.desk = desk
        desk.do(SYSTEM, self._lay_out, store_id)
        desk.do(SYSTEM, classify, {self.a: A, self.b: B})

    def _lay_out(self, session: Session, store_id: uuid.UUID | None) -> None:
        manager, director = StaffFunction.DEPT_MANAGER, StaffFunction.MARKETING_DIRECTOR
        self.boss = employee(session, [manager], store_id, Role.DEPT_MANAGER)
        self.director = employee(session, [director], None, Role.HEAD_OFFICE)
        self.gm = employee(session, [StaffFunction.GM], None, Role.HEAD_OFFICE)
        self.li = employee(session, store_id=store_id, manager_id=self.boss)
        self.wu = employee(session, store_id=store_id)
        near = {"owner_id": self.li, "store_id": store_id}
        self.a, self.b, self.c = (factories.add_customer(session, **near) for _n in range(3))
        self.dead = factories.add_customer(session, is_deceased=True, **near)
        self.refused = factories.add_customer(session, do_not_contact=True, **near)
        self.unknown = factories.add_customer(session, is_identified=False, **near)

    def save(self, first: dt.date = OCTOBER[0], last: dt.date = OCTOBER[1]) -> tuple[int, ...]:
        done = self.desk.do(SYSTEM, visit_planning.save, first, last)
        return done.kept, done.added, done.moved, done.removed

    def rows(self) -> dict[uuid.UUID, Visit]:
        return {row.id: row for row in self.desk.look(SYSTEM, planned)}

    def change(self, service: Callable[[Session], object]) -> None:
        self.desk.do(SYSTEM, service)

    def set(self, visit_id: uuid.UUID, **values: object) -> None:
        def change(session: Session) -> None:
            factories.name(session)
            visit = session.get_one(Visit, visit_id)
            for name, value in values.items():
                setattr(visit, name, value)

        self.change(change)


@pytest.fixture
def shop(desk: Desk, agent: Actor) -> Shop:
    return Shop(desk, agent.store_id)


def test_that_a_preview_says_who_goes_where_and_stores_nothing(shop: Shop) -> None:
    found = shop.desk.look(SYSTEM, visit_planning.preview, *OCTOBER)
    counts = Counter((contact.customer, contact.rule) for contact in found.plan.contacts)
    assert counts[shop.a, "a_sales_visit"] == 3
    assert counts[shop.a, "a_sales_call"] == 2
    assert counts[shop.b, "b_sales_visit"] == 2
    assert counts[shop.c, "c_sales_visit"] == counts[shop.c, "c_sales_call"] == 1
    assert {one.customer for one in found.plan.contacts} == {shop.a, shop.b, shop.c}
    assert not found.plan.impossible
    who = {(one.rule.split("_", 1)[1], one.employee) for one in found.plan.contacts}
    assert who >= {("sales_visit", shop.li), ("sales_call", shop.li)}
    assert {key for rule, key in who if rule.startswith("dept")} <= {shop.boss}
    assert (found.stopped, found.unidentified) == (2, 1)
    assert found.name_of(shop.a).name.startswith("客户")
    assert found.people[shop.li]
    assert (found.start, found.provisional_years) == (OCTOBER[0], ())
    assert not shop.rows()


def test_that_a_saved_plan_is_one_change_that_stays_and_is_undone(shop: Shop) -> None:
    before = shop.desk.rows()
    kept, added, moved, removed = shop.save()
    assert (kept, moved, removed) == (0, 0, 0)
    rows = shop.rows()
    assert len(rows) == added >= 3 + 2 + 2 + 1 + 1 + 1
    made_by = shop.desk.made[-1]
    found = shop.desk.look(SYSTEM, lambda s: s.get_one(ChangeSet, made_by).args)
    assert found == {
        "first": "2026-10-01", "last": "2026-10-31",
        "added": added, "moved": 0, "removed": 0, "kept": 0,
    }  # fmt: skip
    kind = shop.desk.look(SYSTEM, lambda s: s.get_one(ChangeSet, made_by).kind)
    assert kind == ChangeKind.BULK
    visit = next(row for row in rows.values() if row.rule == "a_sales_visit")
    assert (visit.by_id, visit.channel, visit.state) == (shop.li, Channel.VISIT, VisitState.PLANNED)
    assert (visit.rule_purpose, visit.is_fixed, visit.case_id) == (VisitPurpose.BOND, False, None)
    number = len(shop.desk.made)
    assert shop.save() == (added, 0, 0, 0)
    assert len(shop.desk.made) == number  # nothing differed: no change set
    shop.desk.undo()
    assert shop.desk.rows() == before


def test_that_what_has_to_move_keeps_its_record(shop: Shop) -> None:
    shop.save()
    before = shop.rows()
    away = next(row for row in before.values() if row.by_id == shop.li).planned_on
    draft = AbsenceDraft(user_id=shop.li, first_on=away, last_on=away, kind=AbsenceKind.SICK)
    shop.change(lambda s: staff_profiles.add_absence(s, draft))
    concerned = {
        key for key, row in before.items() if (row.by_id, row.planned_on) == (shop.li, away)
    }
    kept, added, moved, removed = shop.save()
    assert (added, removed) == (0, 0)
    assert moved >= len(concerned)
    after = shop.rows()
    assert after.keys() == before.keys()
    changed = {key for key in after if after[key].planned_on != before[key].planned_on}
    assert concerned <= changed
    assert len(changed) == moved
    assert kept == len(before) - moved
    assert away not in {row.planned_on for row in after.values() if row.by_id == shop.li}


def test_that_what_is_no_longer_owed_goes_and_the_rest_stays(shop: Shop) -> None:
    shop.save()
    before = shop.rows()
    shop.desk.do(SYSTEM, classify, {shop.a: C})
    shop.change(lambda s: factories.change_customer(s, shop.b, do_not_contact=True))
    shop.desk.do(SYSTEM, classify, {shop.a: C})
    _kept, added, moved, removed = shop.save()
    after = shop.rows()
    assert {row.rule for row in after.values()} == {"c_sales_visit", "c_sales_call"}
    assert (added, moved) == (2, 0)  # what A owed is not what C owes
    assert removed == len(before) - 2
    assert {row.customer_id for row in after.values()} == {shop.a, shop.c}
    shop.desk.undo()
    assert shop.rows().keys() == before.keys()


def test_that_visits_by_hand_and_of_cases_are_left_alone(shop: Shop) -> None:
    day = dt.date(2026, 10, 20)
    by_hand = VisitDraft(planned_on=day, purpose="送样品")
    key = shop.desk.do(SYSTEM, contacts.plan_visit, None, shop.c, by_hand)
    case = shop.desk.do(SYSTEM, factories.assigned_case, shop.li, customer_id=shop.c)
    other = shop.desk.do(SYSTEM, contacts.plan_visit, case, shop.c, by_hand)
    shop.save()
    shop.change(lambda s: factories.change_customer(s, shop.c, is_deceased=True))
    shop.save()
    rows = shop.rows()
    assert {key, other} <= rows.keys()
    assert [row.customer_id for row in rows.values()].count(shop.c) == 2


def test_that_one_placed_by_hand_stays_and_counts(shop: Shop) -> None:
    shop.save()
    rows = [row for row in shop.rows().values() if row.customer_id == shop.c]
    visit = next(row for row in rows if row.rule == "c_sales_visit")
    sunday = dt.date(2026, 10, 18)
    shop.set(visit.id, planned_on=sunday, by_id=shop.wu, is_fixed=True)
    found = shop.desk.look(SYSTEM, visit_planning.preview, *OCTOBER)
    assert found.fixed == 1
    assert not [one for one in found.plan.contacts if one.rule == "c_sales_visit"]
    kept, added, moved, removed = shop.save()
    assert (added, moved, removed) == (0, 0, 0)
    assert kept == len(shop.rows())
    assert shop.rows()[visit.id].planned_on == sunday


def test_that_what_was_made_is_not_planned_again(shop: Shop) -> None:
    shop.save(TODAY, OCTOBER[1])

    def months() -> list[int]:
        rows = shop.rows().values()
        return [row.planned_on.month for row in rows if row.rule == "c_sales_call"]

    assert months() == [9, 10]
    shop.change(lambda s: made(s, shop.c, shop.li, TODAY, Channel.CALL, rule="c_sales_call"))
    assert shop.save(TODAY, OCTOBER[1])[1:] == (0, 0, 1)
    assert months() == [10]


def test_that_overdue_ones_move_into_what_is_planned_from_today_on(
    shop: Shop, fixed_time: time_machine.Traveller
) -> None:
    shop.save(TODAY, dt.date(2026, 9, 30))
    before = shop.rows()
    fixed_time.move_to(dt.datetime(2026, 9, 28, 2, tzinfo=dt.UTC))
    late = {key for key, row in before.items() if row.planned_on < dt.date(2026, 9, 28)}
    assert late
    shop.save()  # of October: what September still holds is left alone
    assert {key: row.planned_on for key, row in shop.rows().items() if key in before} == {
        key: row.planned_on for key, row in before.items()
    }
    shop.desk.undo()
    _kept, added, moved, removed = shop.save(dt.date(2026, 9, 1), dt.date(2026, 9, 30))
    after = shop.rows()
    assert added == 0
    assert moved + removed >= len(late)
    assert all(row.planned_on >= dt.date(2026, 9, 28) for row in after.values())
    assert after.keys() <= before.keys()


def test_that_what_stands_before_the_plan_counts_as_made(shop: Shop) -> None:
    """The director comes once in the half year: a visit in September leaves none for October."""
    shop.save(OCTOBER[0], dt.date(2026, 12, 31))
    visit = next(row for row in shop.rows().values() if row.rule == "a_marketing_director_visit")
    shop.set(visit.id, planned_on=dt.date(2026, 9, 21))
    assert shop.save(dt.date(2026, 10, 12), dt.date(2026, 12, 31))[3] == 0
    rows = [row for row in shop.rows().values() if row.rule == "a_marketing_director_visit"]
    assert [row.planned_on for row in rows] == [dt.date(2026, 9, 21)]


def test_that_what_stands_after_the_plan_is_not_planned_once_more(shop: Shop) -> None:
    december = (dt.date(2026, 12, 1), dt.date(2026, 12, 31))
    shop.save(*december)
    rules = ("a_marketing_director_visit", "a_gm_visit")
    before = {key: row for key, row in shop.rows().items() if row.rule in rules}
    assert len(before) == 2
    shop.save()
    after = {key: row for key, row in shop.rows().items() if row.rule in rules}
    assert after.keys() == before.keys()


def test_that_a_customer_who_may_rise_is_called_by_the_general_manager(shop: Shop) -> None:
    shop.change(lambda s: cadence.mark_upgrade_candidate(s, shop.b, TODAY))
    shop.desk.do(SYSTEM, classify, {shop.b: B})
    found = shop.desk.look(SYSTEM, visit_planning.preview, TODAY, dt.date(2026, 12, 31))
    (call,) = [one for one in found.plan.contacts if one.rule == "b_gm_contact"]
    assert (call.customer, call.employee, call.channel) == (shop.b, shop.gm, Channel.CALL)
    assert call.purpose is VisitPurpose.RAISE


# ---------------------------------------------------------------- years not published


def test_that_a_published_year_is_planned_anew_in_one_step(shop: Shop) -> None:
    shop.save(*JANUARY)
    before = shop.rows()
    assert all(row.is_provisional for row in before.values())
    assert shop.desk.look(SYSTEM, visit_planning.provisional) == 0
    assert shop.desk.do(SYSTEM, visit_planning.replan_provisional).change_set is None
    off = next(row for row in before.values()).planned_on
    for free, is_working in ((off, False), (dt.date(2027, 1, 9), True)):
        shop.change(
            lambda s, d=free, w=is_working: calendar.set_day(s, DayDraft(day=d, is_working=w))
        )
    assert shop.desk.look(SYSTEM, visit_planning.provisional) == len(before)
    done = shop.desk.do(SYSTEM, visit_planning.replan_provisional)
    after = shop.rows()
    assert after.keys() == before.keys()
    assert not any(row.is_provisional for row in after.values())
    moved = {key for key in after if after[key].planned_on != before[key].planned_on}
    assert {key for key, row in before.items() if row.planned_on == off} <= moved
    assert (done.moved, done.added, done.removed) == (len(moved), 0, 0)
    assert done.change_set == shop.desk.made[-1]
    assert shop.desk.look(SYSTEM, visit_planning.provisional) == 0
    shop.desk.undo()
    assert {key: row.planned_on for key, row in shop.rows().items()} == {
        key: row.planned_on for key, row in before.items()
    }


def test_that_one_placed_by_hand_loses_only_its_mark(shop: Shop) -> None:
    shop.save(*JANUARY)
    visit = next(row for row in shop.rows().values() if row.rule == "c_sales_visit")
    shop.set(visit.id, is_fixed=True)
    shop.change(lambda s: calendar.set_day(s, DayDraft(day=visit.planned_on, is_working=False)))
    shop.desk.do(SYSTEM, visit_planning.replan_provisional)
    stays = shop.rows()[visit.id]
    assert (stays.planned_on, stays.is_provisional) == (visit.planned_on, False)


# ---------------------------------------------------------------- who plans for whom


def test_that_a_manager_plans_for_the_own_store_and_sees_room_taken_elsewhere(
    shop: Shop, actors: dict[Role, Actor]
) -> None:
    """October of Li is full with visits to the other store, but for one place."""
    desk, manager = shop.desk, actors[Role.STORE_MANAGER]
    there = desk.do(SYSTEM, factories.add_store)
    far = desk.do(SYSTEM, factories.add_customer, store_id=there, owner_id=shop.wu)
    found = desk.look(manager, visit_planning.preview, *OCTOBER)
    assert far not in found.customers
    assert far not in {one.customer for one in found.plan.contacts}
    assert far in desk.look(SYSTEM, visit_planning.preview, *OCTOBER).customers
    visit = next(one for one in found.plan.contacts if one.rule == "c_sales_visit")

    def fill(session: Session) -> None:
        factories.name(session)
        for number in range(1, 31):
            day = dt.date(2026, 10, number)
            session.add_all(
                Visit(customer_id=far, by_id=shop.li, planned_on=day, rule="c_sales_visit")
                for _time in range(6 if day != visit.day else 5)
            )

    desk.do(SYSTEM, fill)
    after = desk.look(manager, visit_planning.preview, *OCTOBER).plan.contacts
    visits = [one for one in after if (one.employee, one.channel) == (shop.li, Channel.VISIT)]
    assert [one.day for one in visits] == [visit.day]
    done = desk.do(manager, visit_planning.save, *OCTOBER)
    assert done.removed == 0
    assert done.impossible
    elsewhere = [row for row in shop.rows().values() if row.customer_id == far]
    assert len(elsewhere) == 30 * 6 - 1
    assert done.change_set is not None
    with pytest.raises(NotAllowedError):
        desk.do(actors[Role.AGENT], journal.undo, done.change_set)
    desk.do(manager, journal.undo, done.change_set)
    assert {row.customer_id for row in shop.rows().values()} == {far}


def test_that_field_staff_see_the_plan_of_their_own_customers(shop: Shop) -> None:
    other = shop.desk.do(SYSTEM, factories.add_customer, owner_id=shop.wu)
    wu = Actor(shop.wu, "wu", "吴", Role.FIELD_STAFF, None)
    found = shop.desk.look(wu, visit_planning.preview, *OCTOBER)
    assert set(found.customers) == {other}
    assert {one.employee for one in found.plan.contacts} == {shop.wu}


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (dt.date(2026, 10, 2), dt.date(2026, 10, 1), "before the first"),
        (dt.date(2026, 8, 1), dt.date(2026, 8, 31), "These days are over"),
        (dt.date(2026, 10, 1), dt.date(2027, 1, 1), "at most 3 months at once"),
        (dt.date(2026, 10, 1), dt.date(2028, 10, 31), "two years"),
    ],
)
def test_that_days_that_cannot_be_planned_are_refused(
    desk: Desk, first: dt.date, last: dt.date, words: str
) -> None:
    with pytest.raises(InvalidInputError, match=words):
        desk.do(SYSTEM, visit_planning.save, first, last)


def test_that_nothing_is_planned_without_customers_or_a_cadence(desk: Desk) -> None:
    for rule in desk.look(SYSTEM, cadence.policy).rules:
        desk.do(SYSTEM, cadence.remove_line, rule.code)
    desk.do(SYSTEM, factories.add_customer)
    found = desk.look(SYSTEM, visit_planning.preview, *OCTOBER)
    assert (found.plan.contacts, found.plan.impossible, found.counts) == ((), (), {})
