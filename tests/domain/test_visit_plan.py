"""The plan of visits: nothing owed is left out, reasons are true, what need not move stays."""

import datetime as dt
import time
from collections import Counter, defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import reference, task_force_files
from db.vocabulary import CadenceRole, Channel, CustomerClass, SkillKind, VisitPurpose
from desktop_app.domain.cadence import CadenceChannel, CadencePolicy, policy_from
from desktop_app.domain.compliance import (
    DutyState,
    Made,
    OverrideDraft,
    Owed,
    above_maximum,
    duties,
)
from desktop_app.domain.plan_types import Client, Next, Person, PlanCount, Planned, Refusal
from desktop_app.domain.visit_plan import plan
from desktop_app.domain.work_calendar import WorkCalendar, exceptions
from tests.domain.plan_counter import check, opening, reasons_are_true

CALENDAR = WorkCalendar(exceptions(task_force_files.holidays()))
POLICY = policy_from(reference.entries("cadence"))
SALES, MANAGER = CadenceRole.SALES, CadenceRole.DEPT_MANAGER
DIRECTOR, GM = CadenceRole.MARKETING_DIRECTOR, CadenceRole.GM
VISIT, CALL = Channel.VISIT, Channel.CALL
A, B, C = CustomerClass.A, CustomerClass.B, CustomerClass.C
MANY = {VISIT: 12, CALL: 12}
LEADERS = [
    Person("manager", {MANAGER}, MANY),
    Person("director", {DIRECTOR}, MANY),
    Person("gm", {GM}, MANY),
]
LI, WU = Person("li", {SALES}, MANY), Person("wu", {SALES}, MANY)
OWNERS = {SALES: "li", MANAGER: "manager", DIRECTOR: "director", GM: "gm"}
APRIL = (dt.date(2026, 4, 1), dt.date(2026, 4, 30))
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def client(key: object = 1, klass: CustomerClass | None = C, **more: object) -> Client:
    owed = {
        name: more.pop(name)
        for name in ("owners", "since", "upgrade_since", "overrides")
        if name in more
    }
    return Client(Owed(key, klass, **{"owners": OWNERS, **owed}), **more)  # type: ignore[arg-type]


def test_that_a_year_of_one_customer_of_each_class_is_what_the_table_says() -> None:
    """F-18: A 36 visits, 24 calls, manager 6, director 2, general manager 1; B, C likewise."""
    clients = [client("a", A), client("b", B), client("c", C)]
    people = [LI, *LEADERS]
    found = plan(clients, people, POLICY, CALENDAR, *YEAR)
    check(found, clients, people, POLICY, CALENDAR, *YEAR)
    assert not found.impossible
    counts = Counter(contact.rule for contact in found.contacts)
    assert counts["a_sales_visit"] == 36
    assert counts["a_sales_call"] == 24
    assert counts["a_dept_manager_visit"] in {6, 7}
    assert counts["a_marketing_director_visit"] == 2
    assert counts["a_gm_visit"] == 1
    assert (counts["b_sales_visit"], counts["b_sales_call"]) == (24, 12)
    assert counts["b_dept_manager_visit"] in {4, 5}
    assert counts["b_marketing_director_visit"] in {1, 2}
    assert (counts["c_sales_visit"], counts["c_sales_call"]) == (12, 12)
    assert counts["b_gm_contact"] == 0
    sums = found.counts(POLICY)
    visits = next(value for (klass, role, by), value in sums.items() if (klass, role) == (A, GM))
    assert visits == PlanCount(planned=1)
    assert visits.required == 1
    purposes = {contact.rule: contact.purpose for contact in found.contacts}
    assert purposes["a_gm_visit"] is VisitPurpose.BOND
    assert purposes["b_sales_call"] is VisitPurpose.COACH
    assert purposes["c_sales_call"] is VisitPurpose.SETTLE


@pytest.mark.parametrize("change", [1, 10, 21, 30])
def test_that_contacts_before_a_change_are_the_giver_s_and_later_ones_the_receiver_s(
    change: int,
) -> None:
    """A handover on a day of April: everything owed is planned, each part by who has it then."""
    on = dt.date(2026, 4, change)
    span = (APRIL[0], dt.date(2026, 5, 31))
    clients = [
        client(n, A, next_owners={SALES: Next(on, "wu")}, backups={SALES: "mo"}) for n in range(20)
    ]
    mo = Person("mo", {SALES}, MANY)
    people = [LI, WU, mo, *LEADERS]
    found = plan(clients, people, POLICY, CALENDAR, *span)
    check(found, clients, people, POLICY, CALENDAR, *span)
    assert not found.impossible
    sales = [c for c in found.contacts if c.rule.startswith("a_sales")]
    assert len(sales) == 20 * 10
    assert all(c.employee == ("li" if c.day < on else "wu") for c in sales)
    early = sum(c.day < on for c in sales if c.day.month == 4)
    assert abs(early / 100 - (change - 1) / 30) < 0.15  # as many as that part of the month holds
    again = plan(clients, people, POLICY, CALENDAR, *span, keep=found.contacts)
    assert again.contacts == found.contacts
    away = {APRIL[0] + dt.timedelta(days=n) for n in range(61)}
    gone = Person("wu", {SALES}, MANY, absent=away)
    helped = plan(clients, [LI, gone, mo, *LEADERS], POLICY, CALENDAR, *span)
    check(helped, clients, [LI, gone, mo, *LEADERS], POLICY, CALENDAR, *span)
    assert {c.employee for c in helped.contacts if c.day >= on} <= {
        "mo",
        "manager",
        "director",
        "gm",
    }
    nobody = [client(0, C, owners={SALES: None}, next_owners={SALES: Next(on, "wu")})]
    late = plan(nobody, people, POLICY, CALENDAR, *APRIL)
    check(late, nobody, people, POLICY, CALENDAR, *APRIL)
    reasons_are_true(late, nobody, people, CALENDAR)
    assert {c.employee for c in late.contacts} <= {"wu"}
    assert all(c.day >= on for c in late.contacts)


def test_that_backups_follow_one_another_too() -> None:
    on = dt.date(2026, 4, 15)
    away = {APRIL[0] + dt.timedelta(days=n) for n in range(30)}
    li = Person("li", {SALES}, MANY, absent=away)
    backed = [
        client(n, C, backups={SALES: "wu"}, next_backups={SALES: Next(on, "mo")}) for n in (1, 2)
    ]
    people = [li, WU, Person("mo", {SALES}, MANY)]
    found = plan(backed, people, POLICY, CALENDAR, *APRIL)
    check(found, backed, people, POLICY, CALENDAR, *APRIL)
    assert all(c.employee == ("wu" if c.day < on else "mo") for c in found.contacts)
    assert len(found.contacts) == 4


def test_that_work_is_even_and_districts_are_not_mixed() -> None:
    clients = [client(n, C if n % 5 else B, district=f"d{n % 4}") for n in range(100)]
    found = plan(clients, [LI], POLICY, CALENDAR, *APRIL)
    visits = [contact for contact in found.contacts if contact.channel is VISIT]
    assert len(visits) == 80 + 40
    day_load = Counter(contact.day for contact in visits)
    worked = sum(CALENDAR.is_working(APRIL[0] + dt.timedelta(days=n)) for n in range(30))
    assert worked == 21
    assert len(day_load) >= 20
    assert max(day_load.values()) == 6  # 120 visits on 21 days
    districts = defaultdict(set)
    for contact in visits:
        districts[contact.day].add(contact.customer % 4)
    assert sum(map(len, districts.values())) / len(districts) < 2
    assert [contact.day for contact in found.contacts] == sorted(
        contact.day for contact in found.contacts
    )


def test_that_the_backup_comes_while_the_owner_is_away_and_the_owner_otherwise() -> None:
    away = {dt.date(2026, 4, 1) + dt.timedelta(days=n) for n in range(30)}
    gone = Person("li", {SALES}, MANY, absent=away)
    here = client(backups={SALES: "wu"})
    assert {c.employee for c in plan([here], [gone, WU], POLICY, CALENDAR, *APRIL).contacts} == {
        "wu"
    }
    assert {c.employee for c in plan([here], [LI, WU], POLICY, CALENDAR, *APRIL).contacts} == {"li"}
    assert refusals([client()], [gone]) == {Refusal.ABSENT: 2}
    starts_in_may = Person("li", {SALES}, MANY, first=dt.date(2026, 5, 1))
    left_in_march = Person("li", {SALES}, MANY, last=dt.date(2026, 3, 31))
    assert refusals([client()], [starts_in_may]) == {Refusal.ABSENT: 2}
    assert refusals([client()], [left_in_march]) == {Refusal.ABSENT: 2}


def refusals(
    clients: list[Client],
    people: list[Person],
    calendar: WorkCalendar = CALENDAR,
    span: tuple[dt.date, dt.date] = APRIL,
) -> dict[Refusal, int]:
    found = plan(clients, people, POLICY, calendar, *span)
    check(found, clients, people, POLICY, calendar, *span)
    reasons_are_true(found, clients, people, calendar)
    return dict(Counter(each.reason for each in found.impossible))


def test_that_what_is_impossible_says_why() -> None:
    assert refusals([client(refusal=Refusal.DECEASED)], [LI]) == {Refusal.DECEASED: 2}
    assert refusals([client(refusal=Refusal.DO_NOT_CONTACT)], [LI]) == {Refusal.DO_NOT_CONTACT: 2}
    assert refusals([client(refuses={CALL})], [LI]) == {Refusal.CHANNEL_REFUSED: 1}
    assert refusals([client(owners={SALES: "nobody"})], [LI]) == {Refusal.NO_ROLE: 2}
    assert refusals([client(needs={SkillKind.SERVICE: 3})], [LI]) == {Refusal.SKILL: 2}
    few = Person("li", {SALES}, {VISIT: 1, CALL: 9}, a_month={VISIT: 2})
    assert refusals([client(n) for n in range(5)], [few]) == {Refusal.CAPACITY: 3}
    short = plan([client(n) for n in range(5)], [few], POLICY, CALENDAR, *APRIL)
    assert short.counts(POLICY)[C, SALES, CadenceChannel.VISIT] == PlanCount(2, 3)
    assert refusals([client()], [Person("li", {SALES}, {VISIT: 1})]) == {Refusal.CAPACITY: 1}
    closed = WorkCalendar({dt.date(2026, 4, n): False for n in range(1, 31)})
    assert refusals([client()], [LI], closed) == {Refusal.NO_WORKING_DAY: 2}
    one_week = WorkCalendar({dt.date(2026, 4, n): False for n in range(4, 31)})
    assert refusals([client(klass=A)], [LI, *LEADERS], one_week)[Refusal.GAP] >= 2


def test_that_a_customer_of_the_middle_of_a_month_is_owed_from_the_next_on() -> None:
    new = client(since=dt.date(2026, 4, 2))
    found = plan([new], [LI], POLICY, CALENDAR, APRIL[0], dt.date(2026, 5, 31))
    assert [(c.day.month, c.channel) for c in found.contacts if c.channel is VISIT] == [(5, VISIT)]
    check(found, [new], [LI], POLICY, CALENDAR, APRIL[0], dt.date(2026, 5, 31))


def test_that_what_stands_outside_the_plan_takes_its_room() -> None:
    """A month of 21 working days with one visit each; on 20 of them there is one already."""
    worked = [dt.date(2026, 4, n) for n in range(1, 31) if CALENDAR.is_working(dt.date(2026, 4, n))]
    booked = {(VISIT, day): 1 for day in worked if day.day != 14}
    li = Person("li", {SALES}, {VISIT: 1, CALL: 9}, booked=booked)
    found = plan([client(1), client(2)], [li], POLICY, CALENDAR, *APRIL)
    check(found, [client(1), client(2)], [li], POLICY, CALENDAR, *APRIL)
    assert [c.day.day for c in found.contacts if c.channel is VISIT] == [14]
    assert [each.reason for each in found.impossible] == [Refusal.CAPACITY]
    elsewhere = {(VISIT, dt.date(2026, 3, 31)): 9, (VISIT, dt.date(2030, 1, 1)): 9}
    li = Person("li", {SALES}, {VISIT: 1, CALL: 9}, booked=elsewhere)
    assert not plan([client(1), client(2)], [li], POLICY, CALENDAR, *APRIL).impossible


def test_that_a_contact_that_stays_is_one_link_of_the_chain() -> None:
    """The manager's visit of 20 July stays: one comes before it in time, and others after it."""
    fixed = Made(1, MANAGER, VISIT, dt.date(2026, 7, 20), "manager")
    before = Made(1, MANAGER, VISIT, dt.date(2026, 4, 1), "manager")
    span = (dt.date(2026, 4, 8), dt.date(2026, 10, 31))
    people = [LI, *LEADERS]
    found = plan([client(1, A)], people, POLICY, CALENDAR, *span, [fixed, before])
    check(found, [client(1, A)], people, POLICY, CALENDAR, *span, [before, fixed])
    days = [c.day for c in found.contacts if c.rule == "a_dept_manager_visit"]
    early, late = [d for d in days if d < fixed.day], [d for d in days if d > fixed.day]
    assert len(early) == 1
    assert dt.date(2026, 5, 20) <= early[0] <= dt.date(2026, 6, 1)
    assert dt.date(2026, 8, 20) <= late[0] <= dt.date(2026, 9, 20)


def test_that_days_are_packed_when_even_places_leave_one_out() -> None:
    """Worked are the 4th, 6th, 7th and 10th: with 3 days between only 4, 7 and 10 hold three."""
    worked = {4, 6, 7, 10}
    days = WorkCalendar({dt.date(2026, 4, n): n in worked for n in range(1, 31)})
    visits = tuple(rule for rule in POLICY.rules if rule.code == "a_sales_visit")
    found = plan([client(1, A)], [LI], CadencePolicy(rules=visits), days, *APRIL)
    assert [contact.day.day for contact in found.contacts] == [4, 7, 10]


def test_that_a_full_month_opens_again_when_something_in_it_is_dropped() -> None:
    """The kept visit is no longer owed (it was made): its place goes to somebody else."""
    few = Person("li", {SALES}, {VISIT: 1, CALL: 9}, a_month={VISIT: 1})
    kept = Planned(1, "li", dt.date(2026, 4, 20), VISIT, "c_sales_visit", VisitPurpose.SETTLE)
    made = Made(1, SALES, VISIT, dt.date(2026, 4, 2), "li")
    span = (dt.date(2026, 4, 8), APRIL[1])
    clients = [client(0), client(1)]
    found = plan(clients, [few], POLICY, CALENDAR, *span, [made], [kept])
    assert [c.customer for c in found.contacts if c.channel is VISIT] == [0]
    assert not found.impossible


def test_that_people_are_found_by_role_and_district_where_the_customer_names_nobody() -> None:
    north = Person("north", {SALES}, MANY, districts={"north"})
    south = Person("south", {SALES}, MANY, districts={"south"})
    clients = [client(n, district=("north", "south")[n % 2], owners={}) for n in range(6)]
    found = plan(clients, [north, south], POLICY, CALENDAR, *APRIL)
    assert {(c.customer % 2, c.employee) for c in found.contacts} == {(0, "north"), (1, "south")}
    nowhere = plan([client(district="west", owners={})], [north], POLICY, CALENDAR, *APRIL)
    assert {each.reason for each in nowhere.impossible} == {Refusal.NO_ROLE}
    both = plan([client(n, owners={}) for n in range(6)], [LI, WU], POLICY, CALENDAR, *APRIL)
    assert Counter(c.employee for c in both.contacts if c.channel is VISIT) == {"li": 3, "wu": 3}


def test_that_a_customer_who_may_rise_is_contacted_once_by_the_general_manager() -> None:
    may = client("b", B, upgrade_since=dt.date(2026, 3, 20))
    people = [LI, *LEADERS]
    for clients, made, expected in (
        ([may], [], [CALL]),
        ([may], [Made("b", GM, CALL, dt.date(2026, 3, 25), "gm")], []),
        ([client("b", B, upgrade_since=dt.date(2026, 3, 20), refuses={CALL})], [], [VISIT]),
        ([client("b", B, upgrade_since=dt.date(2025, 3, 20))], [], [CALL]),
        ([client("b", B, upgrade_since=dt.date(2027, 3, 20))], [], []),
    ):
        found = plan(clients, people, POLICY, CALENDAR, *YEAR, made)
        check(found, clients, people, POLICY, CALENDAR, *YEAR, made)
        assert [c.channel for c in found.contacts if c.rule == "b_gm_contact"] == expected
        assert {c.purpose for c in found.contacts if c.rule == "b_gm_contact"} <= {
            VisitPurpose.RAISE
        }


def test_that_overdue_intervals_come_at_once_and_waived_ones_not_at_all() -> None:
    made = [Made(1, MANAGER, VISIT, dt.date(2025, 10, 1), "manager")]
    people = [LI, *LEADERS]
    found = plan([client(1, A)], people, POLICY, CALENDAR, *YEAR, made)
    check(found, [client(1, A)], people, POLICY, CALENDAR, *YEAR, made)
    manager = [c.day for c in found.contacts if c.rule == "a_dept_manager_visit"]
    assert manager[0] <= dt.date(2026, 1, 6)
    waived = OverrideDraft(
        rule="a_dept_manager_visit", reason="asked for it", first=dt.date(2026, 1, 1)
    )
    quiet = client(1, A, overrides=(waived,))
    found = plan([quiet], people, POLICY, CALENDAR, *YEAR, made)
    check(found, [quiet], people, POLICY, CALENDAR, *YEAR, made)
    assert not [c for c in found.contacts if c.rule == "a_dept_manager_visit"]


@pytest.mark.parametrize("first", [dt.date(2026, 5, 16), dt.date(2026, 5, 17)])  # weekend
def test_that_what_ends_on_days_off_before_the_plan_can_begin_is_late_not_impossible(
    first: dt.date,
) -> None:
    """From a Saturday or Sunday on the intervals are those of Monday, to the last contact."""
    monday, last = dt.date(2026, 5, 18), dt.date(2026, 6, 5)
    policy = CadencePolicy(rules=tuple(one for one in POLICY.rules if one.latest_months))
    clients = [client(n, (A, B)[n % 2]) for n in range(8)]
    met = [Made(n, MANAGER, VISIT, dt.date(2026, 3, 14 + n), "manager") for n in range(0, 8, 2)]
    met += [Made(n, MANAGER, VISIT, dt.date(2026, 2, 14 + n), "manager") for n in range(1, 8, 2)]
    met += [Made(n, DIRECTOR, VISIT, dt.date(2025, 5, 14 + n), "director") for n in range(1, 8, 2)]
    found = plan(clients, LEADERS, policy, CALENDAR, first, last, met)
    check(found, clients, LEADERS, policy, CALENDAR, first, last, met)
    assert found == plan(clients, LEADERS, policy, CALENDAR, monday, last, met)
    assert not found.impossible
    assert {contact.day for contact in found.contacts} >= {monday}
    weekend = plan(clients, LEADERS, policy, CALENDAR, first, dt.date(2026, 5, 17), met)
    assert (weekend.contacts, weekend.impossible) == ((), ())
    assert weekend.later


def test_that_a_contact_on_condition_that_ends_on_days_off_is_late_not_impossible() -> None:
    span = (dt.date(2026, 5, 16), dt.date(2026, 9, 30))
    for ends in (15, 16, 17):
        may = [client(1, B, upgrade_since=dt.date(2026, 2, ends))]
        found = plan(may, LEADERS, POLICY, CALENDAR, *span)
        check(found, may, LEADERS, POLICY, CALENDAR, *span)
        assert [c.employee for c in found.contacts if c.rule == "b_gm_contact"] == ["gm"]


def test_that_a_plan_of_a_week_holds_the_part_of_longer_times_that_falls_into_it() -> None:
    """Half-year visits of 60 customers: about a twenty-sixth of them in each week, none lost."""
    clients = [client(n, A, since=dt.date(2025, 1, 1)) for n in range(60)]
    people = [Person("li", {SALES}, {VISIT: 50, CALL: 50}), *LEADERS]
    week = (dt.date(2026, 4, 20), dt.date(2026, 4, 24))
    found = plan(clients, people, POLICY, CALENDAR, *week)
    director = [c for c in found.contacts if c.rule == "a_marketing_director_visit"]
    assert 0 < len(director) < 20
    assert found.later
    assert not found.impossible


@given(
    st.lists(
        st.tuples(
            st.sampled_from([A, B, C]),
            st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2026, 3, 1)),
            st.none() | st.dates(dt.date(2025, 9, 1), dt.date(2025, 12, 31)),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_that_a_plan_carried_out_complies_with_the_cadence(
    customers: list[tuple[CustomerClass, dt.date | None, dt.date | None]],
) -> None:
    """Compliance asks for what the plan does; late is only what was impossible or overdue.

    Impossible is here an interval that ends on the first working day of the year when somebody else
    comes on that day; overdue is one that ends on the days off before it.
    """
    clients = [client(n, klass, since=since) for n, (klass, since, _met) in enumerate(customers)]
    met = [
        Made(n, MANAGER, VISIT, day, "manager")
        for n, (_klass, since, day) in enumerate(customers)
        if day is not None and (since is None or since < day)
    ]
    found = plan(clients, [LI, *LEADERS], POLICY, CALENDAR, *YEAR, met)
    assert {each.reason for each in found.impossible} <= {Refusal.GAP}
    roles_of = {rule.code: rule.role for rule in POLICY.rules}
    made = [
        Made(c.customer, roles_of[c.rule], c.channel, c.day, c.employee) for c in found.contacts
    ]
    owed = [each.owed for each in clients]
    asked = list(duties(owed, [*met, *made], POLICY, *YEAR, as_of=YEAR[1]))
    assert {duty.state for duty in asked} <= {DutyState.MADE, DutyState.LATE}
    overdue = [duty for duty in asked if duty.days.last < opening(YEAR[0], CALENDAR)]
    late = Counter(
        (duty.customer, duty.rule.code, duty.days.last)
        for duty in asked
        if duty.state is DutyState.LATE
    )
    assert late == Counter(
        [(each.customer, each.rule.code, each.days.last) for each in found.impossible]
        + [(duty.customer, duty.rule.code, duty.days.last) for duty in overdue]
    )
    assert not list(above_maximum(owed, made, POLICY, *YEAR))


# ---------------------------------------------------------------- re-planning

NEXT = (dt.date(2027, 1, 1), dt.date(2027, 12, 31))
PUBLISHED = WorkCalendar(
    {
        dt.date(2027, 1, 1): False,
        **{dt.date(2027, 2, n): False for n in range(6, 13)},
        **{dt.date(2027, 10, n): False for n in range(1, 8)},
        dt.date(2027, 2, 14): True,
        dt.date(2027, 10, 9): True,
    }
)


def test_that_a_published_year_moves_only_what_must_move() -> None:
    clients = [client(n, (A, B, C)[n % 3], district=f"d{n % 3}") for n in range(45)]
    people = [LI, *LEADERS]
    before = plan(clients, people, POLICY, CALENDAR, *NEXT)
    check(before, clients, people, POLICY, CALENDAR, *NEXT)
    assert all(contact.is_provisional for contact in before.contacts)
    after = plan(clients, people, POLICY, PUBLISHED, *NEXT, keep=before.contacts)
    check(after, clients, people, POLICY, PUBLISHED, *NEXT)
    assert not any(contact.is_provisional for contact in after.contacts)
    where = {contact[:5] for contact in after.contacts}
    gone = [contact for contact in before.contacts if contact[:5] not in where]
    off = [contact for contact in before.contacts if not PUBLISHED.is_working(contact.day)]
    assert off
    monthly = {rule.code for rule in POLICY.rules if rule.latest_months is None}
    assert [c for c in gone if c.rule in monthly] == [c for c in off if c.rule in monthly]
    assert len(gone) <= len(off) + 3  # a neighbour in an interval may have to move too
    same = plan(clients, people, POLICY, PUBLISHED, *NEXT, keep=after.contacts)
    assert set(after.contacts) <= set(same.contacts)


def test_that_what_does_not_fit_any_more_is_not_kept() -> None:
    kept = [
        Planned(1, "li", dt.date(2026, 4, 20), VISIT, "c_sales_visit", VisitPurpose.SETTLE),
        Planned(
            1, "li", dt.date(2026, 4, 27), VISIT, "c_sales_visit", VisitPurpose.SETTLE
        ),  # too many
        Planned(
            1, "li", dt.date(2026, 4, 20), CALL, "c_sales_call", VisitPurpose.SETTLE
        ),  # same day
        Planned(1, "li", dt.date(2026, 3, 20), CALL, "c_sales_call", VisitPurpose.SETTLE),  # past
        Planned(
            2, "li", dt.date(2026, 4, 21), VISIT, "c_sales_visit", VisitPurpose.SETTLE
        ),  # unknown
        Planned(
            3, "wu", dt.date(2026, 4, 22), VISIT, "c_sales_visit", VisitPurpose.SETTLE
        ),  # not hers
        Planned(
            3, "li", dt.date(2026, 4, 23), CALL, "c_sales_visit", VisitPurpose.SETTLE
        ),  # not so
    ]
    clients = [client(1), client(3)]
    found = plan(clients, [LI, WU], POLICY, CALENDAR, *APRIL, keep=kept)
    check(found, clients, [LI, WU], POLICY, CALENDAR, *APRIL)
    assert set(found.contacts) & set(kept) == {kept[0]}


# ---------------------------------------------------------------- anything

days = st.dates(dt.date(2023, 11, 1), dt.date(2027, 11, 30))
roles = st.sampled_from(CadenceRole)
people_of = st.builds(
    lambda li, wu, away, booked, month, last: [
        Person("li", {SALES}, {VISIT: li, CALL: li + 1}, absent=away, booked=booked),
        Person("wu", {SALES}, {VISIT: wu, CALL: wu}, a_month={VISIT: month}, last=last),
        *LEADERS,
    ],
    st.integers(0, 3),
    st.integers(0, 2),
    st.sets(st.dates(dt.date(2023, 12, 1), dt.date(2024, 4, 1)), max_size=40),
    st.dictionaries(
        st.tuples(st.sampled_from([VISIT, CALL]), st.dates(YEAR[0], YEAR[1])), st.integers(1, 3)
    ),
    st.integers(0, 9),
    st.none() | days,
)
overrides = st.builds(
    OverrideDraft,
    rule=st.sampled_from([rule.code for rule in POLICY.rules]),
    minimum=st.integers(0, 2),
    reason=st.just("as agreed"),
    first=days,
)


followers = st.just({}) | st.builds(
    lambda day, who: {SALES: Next(day, who)},
    st.dates(dt.date(2024, 1, 1), dt.date(2027, 11, 30)),
    st.sampled_from(["li", "wu", "gone"]),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[list[Client], list[Person], list[Made], dt.date, dt.date]:
    first = draw(days)
    last = first + dt.timedelta(days=draw(st.integers(0, 150)))
    people = draw(people_of)
    clients, history = [], []
    for key in range(draw(st.integers(1, 6))):
        owners = {**OWNERS, SALES: draw(st.sampled_from(["li", "wu", "gone"]))}
        clients.append(
            client(
                key,
                draw(st.sampled_from([A, B, C, None])),
                owners=owners,
                since=draw(st.none() | days),
                upgrade_since=draw(st.none() | days),
                overrides=tuple(draw(st.lists(overrides, max_size=2))),
                district=draw(st.sampled_from(["", "n", "s"])),
                backups=draw(st.sampled_from([{}, {SALES: "wu"}])),
                next_owners=draw(followers),
                next_backups=draw(followers),
            )
        )
        history += [
            Made(key, draw(roles), draw(st.sampled_from([VISIT, CALL])), day, "li")
            for day in draw(
                st.sets(
                    st.dates(first - dt.timedelta(days=200), first + dt.timedelta(days=100)),
                    max_size=6,
                )
            )
        ]
    return clients, people, history, first, last


@given(situations(), st.sets(days, max_size=60))
def test_that_nothing_owed_is_lost_and_plans_are_stable(
    situation: tuple[list[Client], list[Person], list[Made], dt.date, dt.date],
    off: set[dt.date],
) -> None:
    """Over month ends, leap days, moved holidays and years that nobody has published."""
    clients, people, history, first, last = situation
    found = plan(clients, people, POLICY, CALENDAR, first, last, history)
    check(found, clients, people, POLICY, CALENDAR, first, last, history)
    if not found.later:
        reasons_are_true(found, clients, people, CALENDAR, history)
    assert plan(clients, people, POLICY, CALENDAR, first, last, history) == found
    moved = WorkCalendar({**CALENDAR.exceptions, **dict.fromkeys(off, False)})
    again = plan(clients, people, POLICY, moved, first, last, history, found.contacts)
    check(again, clients, people, POLICY, moved, first, last, history)
    if not again.later:
        reasons_are_true(again, clients, people, moved, history)


def firm(size: int) -> tuple[list[Client], list[Person]]:
    """A firm with six employees for each thousand customers, 5 % A and 15 % B."""
    sales, managers = size // 200, max(1, size // 1666)
    people = [Person(f"s{n}", {SALES}, {VISIT: 16, CALL: 16}) for n in range(sales)]
    people += [Person(f"m{n}", {MANAGER}, {VISIT: 10}) for n in range(managers)]
    people += [Person(f"d{n}", {DIRECTOR}, {VISIT: 8}) for n in range(3)]
    people.append(Person("gm", {GM}, {VISIT: 4, CALL: 4}))
    clients = [
        client(
            n,
            A if n * 20 < size else B if n * 5 < size else C,
            owners={SALES: f"s{n % sales}", MANAGER: f"m{n % managers}"},
            district=f"d{n % sales}-{n // sales % 6}",
        )
        for n in range(size)
    ]
    return clients, people


def test_that_a_year_of_a_firm_is_planned_whole() -> None:
    """F-17: 125 visits a month for each 100 customers; one person is in one district a day."""
    clients, people = firm(1000)
    found = plan(clients, people, POLICY, CALENDAR, *YEAR)
    check(found, clients, people, POLICY, CALENDAR, *YEAR)
    visits = [c for c in found.contacts if c.rule.endswith("sales_visit")]
    refused = [each for each in found.impossible if each.rule.code.endswith("sales_visit")]
    assert len(visits) + len(refused) == 1250 * 12
    assert len(refused) < 100  # in February there are 16 working days
    places = defaultdict(set)
    for contact in visits:
        places[contact.employee, contact.day].add(clients[contact.customer].district)
    assert sum(map(len, places.values())) / len(places) < 1.5


@pytest.mark.slow
def test_that_a_year_of_ten_thousand_customers_takes_less_than_ten_seconds() -> None:
    clients, people = firm(10_000)
    assert len(people) == 60
    begun = time.process_time()
    found = plan(clients, people, POLICY, CALENDAR, *YEAR)
    assert time.process_time() - begun < 10
    check(found, clients, people, POLICY, CALENDAR, *YEAR)


@pytest.mark.parametrize("klass", [A, B, C])
def test_that_all_contacts_of_a_customer_lie_on_different_days(klass: CustomerClass) -> None:
    found = plan([client(1, klass)], [LI, *LEADERS], POLICY, CALENDAR, *YEAR)
    assert len({c.day for c in found.contacts}) == len(found.contacts)
