"""Who is in charge: kept with the owner of a customer wherever that is set; orphans; rotation."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from db import check, journal
from db.models import Customer, Holding, Visit
from db.queries import charges as queries
from db.queries.paging import Sort
from db.session import SYSTEM, Actor, Session
from db.vocabulary import CustomerClass, ImportKind, MatchKey, Role, Seat, StaffFunction, VisitState
from desktop_app.domain.customers import CustomerDraft
from desktop_app.domain.handover import OrphanReason
from desktop_app.domain.rates import Rate
from desktop_app.errors import InvalidInputError, NotAllowedError, NotFoundError
from desktop_app.progress import Silent
from desktop_app.services import (
    charges,
    customers,
    employee_exits,
    key_persons,
    staff,
    staff_profiles,
)
from desktop_app.services.charges import HoldingFilter
from desktop_app.services.import_customers import CustomerImport, CustomerRow
from desktop_app.services.imports import Outcome, Source
from desktop_app.services.key_persons import RiskFilter
from desktop_app.services.orphans import OrphanFilter
from desktop_app.services.staff_profiles import AbsenceDraft, ProfileDraft
from tests import factories
from tests.factories import Desk

TODAY = dt.date(2026, 9, 15)
DAY = dt.timedelta(days=1)
P, B = Seat.PRIMARY, Seat.BACKUP
LEFT = employee_exits.ExitDraft(left_on=TODAY - DAY)

pytestmark = pytest.mark.usefixtures("fixed_time")


@pytest.fixture
def pair(desk: Desk, admin: Actor) -> tuple[Actor, Actor]:
    """Two field staff of the store."""
    first, second = (
        desk.do(admin, factories.add_user, Role.FIELD_STAFF, admin.store_id) for _each in range(2)
    )
    return first, second


def key(user: Actor) -> uuid.UUID:
    assert user.user_id is not None
    return user.user_id


def charges_of(desk: Desk, customer: uuid.UUID) -> list[tuple[Any, ...]]:
    """The charges of a customer as they stand there."""
    rows = [
        row for row in desk.rows("holding")["holding"].values() if row["customer_id"] == customer
    ]
    rows.sort(key=lambda row: (row["first_on"], row["last_on"] is None))
    return [(row["user_id"], row["seat"], row["first_on"], row["last_on"]) for row in rows]


def is_sound(desk: Desk) -> bool:
    return check.check(desk.database, SYSTEM).misplaced == 0


def owned(session: Session, customer: uuid.UUID, owner_id: uuid.UUID | None) -> None:
    """Save the form of a customer with another owner."""
    record = session.get_one(Customer, customer)
    values = {name: getattr(record, name) for name in CustomerDraft.model_fields}
    draft = CustomerDraft.model_validate(values | {"owner_id": owner_id})
    customers.change(session, customer, record.version, draft)


# ---------------------------------------------------------------- owner and charge


def test_that_the_charge_follows_the_owner_of_the_form(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor], fixed_time: time_machine.Traveller
) -> None:
    first, second = pair
    one = desk.do(admin, customers.create, CustomerDraft(name="王芳", owner_id=key(first)))
    assert charges_of(desk, one) == [(key(first), P, TODAY, None)]
    fixed_time.shift(DAY)
    desk.do(admin, owned, one, key(second))
    assert charges_of(desk, one) == [
        (key(first), P, TODAY, TODAY),
        (key(second), P, TODAY + DAY, None),
    ]
    desk.do(admin, owned, one, None)  # the charge of the second has not lasted a day
    assert charges_of(desk, one) == [(key(first), P, TODAY, TODAY)]
    assert is_sound(desk)
    desk.undo()
    assert charges_of(desk, one)[1:] == [(key(second), P, TODAY + DAY, None)]
    mine = desk.do(first, customers.create, CustomerDraft(name="李雷"))
    assert desk.look(first, charges.holders, mine).primary_id == key(first)


def test_that_an_import_and_its_undo_keep_them_together(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor]
) -> None:
    first, second = pair
    known = desk.do(admin, factories.add_customer, "K1", owner_id=key(first))
    before = desk.rows("customer", "holding")
    rows = [("K1", second.login), ("K2", first.login), ("K3", "")]
    desk.do(admin, imported, rows)
    assert is_sound(desk)
    assert desk.look(admin, charges.holders, known).primary_id == key(second)
    wanted = HoldingFilter(seat=P)
    found = desk.look(admin, charges.list_holdings, wanted)
    assert [(row.customer_number, row.user) for row in found] == [
        ("K1", second.name),
        ("K2", first.name),
    ]
    desk.undo()
    assert desk.rows("customer", "holding") == before


def imported(session: Session, rows: Sequence[tuple[str, str]]) -> None:
    source = Source(ImportKind.CUSTOMERS, "kunden.csv", "", {})
    taking = CustomerImport(session, source, MatchKey.NUMBER, Outcome(is_dry=False))
    given = [
        CustomerRow(row, {"number": number, "name": number}, owner=owner)
        for row, (number, owner) in enumerate(rows, 2)
    ]
    taking.take(given, Silent())


def test_that_check_tells_where_they_differ(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor]
) -> None:
    one = desk.do(admin, factories.add_customer, owner_id=key(pair[0]))
    assert is_sound(desk)

    def spoil(session: Session) -> None:
        factories.name(session)
        session.get_one(Customer, one).owner_id = key(pair[1])

    desk.do(SYSTEM, spoil)
    found = check.check(desk.database, SYSTEM)
    assert (found.misplaced, found.is_sound) == (1, False)


# ---------------------------------------------------------------- seats


def test_that_seats_are_given_and_taken(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor]
) -> None:
    first, second = pair
    one = desk.do(admin, factories.add_customer)
    desk.do(admin, charges.set_holder, one, P, key(first))
    desk.do(admin, charges.set_holder, one, B, key(second), TODAY - DAY)
    found = desk.look(admin, charges.holders, one)
    assert (found.primary, found.backup, found.since) == (first.name, second.name, TODAY)
    assert desk.look(second, customers.card, one)[0].row.id == one  # the backup sees it
    with pytest.raises(InvalidInputError, match="somebody else"):
        desk.do(admin, charges.set_holder, one, B, key(first))
    desk.do(admin, charges.set_holder, one, P, key(second))  # moves up
    found = desk.look(admin, charges.holders, one)
    assert (found.primary_id, found.backup_id) == (key(second), None)
    desk.do(admin, charges.set_holder, one, P, None, TODAY + DAY)
    assert desk.look(admin, charges.holders, one).primary_id == key(second)  # today still
    assert is_sound(desk)
    with pytest.raises(InvalidInputError, match="does not look after"):
        auditor = desk.do(admin, factories.add_user, Role.AUDITOR)
        desk.do(admin, charges.set_holder, one, P, key(auditor))
    with pytest.raises(NotFoundError):
        desk.look(admin, charges.holders, uuid.uuid4())


def test_that_one_may_take_over_on_a_day_to_come(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor]
) -> None:
    first, second = pair
    one = desk.do(admin, factories.add_customer, owner_id=key(first))
    desk.do(admin, charges.set_holder, one, P, key(second), TODAY + 5 * DAY)
    assert desk.look(admin, charges.holders, one).primary_id == key(first)
    assert desk.look(admin, charges.count_orphans, OrphanFilter()) == 0
    for user in pair:  # both see it
        assert desk.look(user, customers.card, one)[0].row.id == one
    desk.do(admin, charges.set_holder, one, P, None, TODAY + 5 * DAY)
    assert charges_of(desk, one) == [(key(first), P, TODAY, TODAY + 4 * DAY)]


# ---------------------------------------------------------------- orphans and coverage


def test_that_orphans_are_found_with_reason_and_age(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor]
) -> None:
    first, second = pair
    mine = {"joined_on": TODAY - 9 * DAY, "store_id": admin.store_id}
    never = desk.do(admin, factories.add_customer, "B1", **mine)
    left, ended, held = (
        desk.do(admin, factories.add_customer, number, owner_id=owner, **mine)
        for number, owner in (("B2", key(first)), ("B3", key(second)), ("B4", key(second)))
    )
    desk.do(admin, factories.add_customer, "B5", do_not_contact=True)
    desk.do(admin, factories.add_customer, "B6", is_identified=False)
    desk.do(admin, backdate)
    desk.do(admin, charges.set_holder, left, B, key(second))
    desk.do(admin, charges.set_holder, ended, P, None)
    desk.do(admin, employee_exits.record_exit, key(first), LEFT)
    rows = {row.customer_id: row for row in desk.look(admin, charges.list_orphans, OrphanFilter())}
    assert list(rows) == [left, never, ended]
    assert held not in rows
    assert {row.number: (row.reason, row.days, row.former) for row in rows.values()} == {
        "B1": (OrphanReason.NEVER, 10, ""),
        "B2": (OrphanReason.LEFT, 1, first.name),
        "B3": (OrphanReason.ENDED, 1, second.name),
    }
    assert (rows[left].backup, rows[left].klass, rows[left].store) == (
        second.name, CustomerClass.C, "南京路店",
    )  # fmt: skip
    for criteria, numbers in (
        (OrphanFilter(), ["B2", "B1", "B3"]),
        (OrphanFilter(reason=OrphanReason.LEFT), ["B2"]),
        (OrphanFilter(former_id=key(second)), ["B3"]),
        (OrphanFilter(text="B1"), ["B1"]),
        (OrphanFilter(klass=CustomerClass.A), []),
        (OrphanFilter(store_id=uuid.uuid4()), []),
    ):
        found = desk.look(admin, charges.list_orphans, criteria)
        assert [row.number for row in found] == numbers
        assert desk.look(admin, charges.count_orphans, criteria) == len(numbers)
    former = desk.look(admin, charges.list_orphans, OrphanFilter(), Sort("former", True))
    assert [row.number for row in former][2] == "B1"  # what is not known comes last
    by_number = desk.look(admin, charges.list_orphans, OrphanFilter(), Sort("number", True), 1, 1)
    assert [row.number for row in by_number] == ["B2"]
    assert desk.look(second, charges.count_orphans, OrphanFilter()) == 1  # for whom it stands in
    desk.do(admin, factories.leave, key(second))
    rows = {row.customer_id: row for row in desk.look(admin, charges.list_orphans, OrphanFilter())}
    assert (rows[held].reason, rows[left].backup) == (OrphanReason.LEFT, "")


def test_that_orphans_of_leavers_come_first_and_then_the_dearest(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _second = pair
    for number, owner in (("B1", None), ("B2", None), ("B3", key(first)), ("B4", key(first))):
        fields = {"store_id": admin.store_id, "owner_id": owner}
        desk.do(admin, factories.add_customer, number, **fields)
    desk.do(admin, backdate)
    desk.do(admin, employee_exits.record_exit, key(first), LEFT)
    spend = {"B1": 500, "B2": 900, "B3": 10, "B4": 20}
    read = queries.alone

    def alone(*given: Any) -> list[queries.Alone]:
        return [replace(one, value=spend[one.number]) for one in read(*given)]

    monkeypatch.setattr(queries, "alone", alone)
    found = desk.look(admin, charges.list_orphans, OrphanFilter())
    assert [row.number for row in found] == ["B4", "B3", "B2", "B1"]
    page = desk.look(admin, charges.list_orphans, OrphanFilter(), None, 1, 2)
    assert [row.number for row in page] == ["B3", "B2"]


def backdate(session: Session) -> None:
    """All charges have gone on for a week."""
    factories.name(session)
    rows = [{"id": row.id, "first_on": TODAY - 7 * DAY} for row in session.query(Holding)]
    journal.bulk_update(session, Holding, rows)


def test_that_coverage_counts_customers_with_a_backup(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor]
) -> None:
    first, second = pair
    one, _two = (
        desk.do(admin, factories.add_customer, owner_id=key(first)) for _number in range(2)
    )
    desk.do(admin, charges.set_holder, one, B, key(second))
    found = desk.look(admin, charges.coverage)
    assert (found.total, found.by_class[CustomerClass.C]) == (Rate(1, 2), Rate(1, 2))
    assert found.by_class[CustomerClass.A] == Rate(0, 0)
    assert desk.look(second, charges.coverage).total == Rate(1, 1)


def test_that_who_has_been_in_charge_for_two_years_is_to_rotate(
    desk: Desk, admin: Actor, pair: tuple[Actor, Actor], fixed_time: time_machine.Traveller
) -> None:
    first, second = pair
    desk.do(admin, factories.add_customer, "R1", owner_id=key(first))
    desk.do(admin, factories.add_customer, "R2", owner_id=key(second))
    two_years = dt.date(2028, 9, 15)
    assert desk.look(admin, charges.rotations_due, two_years - DAY) == []
    desk.do(admin, employee_exits.record_exit, key(second), LEFT)
    (row,) = desk.look(admin, charges.rotations_due, two_years)
    assert (row.number, row.user, row.since, row.due) == ("R1", first.name, TODAY, two_years)
    assert row.overlap_from < two_years
    assert len(desk.look(admin, charges.holdings)) == 2


# ---------------------------------------------------------------- profiles


def test_that_functions_follow_from_the_role_unless_a_profile_says_otherwise(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    functions = desk.look(admin, staff_profiles.functions_of)
    assert {role: sorted(functions[key(user)]) for role, user in actors.items()} == {
        Role.FIELD_STAFF: ["sales"],
        Role.AGENT: ["agent"],
        Role.STORE_MANAGER: ["dept_manager"],
        Role.DEPT_MANAGER: ["dept_manager"],
        Role.TRAINER: ["trainer"],
        Role.HEAD_OFFICE: [],
        Role.ADMINISTRATOR: [],
        Role.AUDITOR: [],
    }
    agent = actors[Role.AGENT]
    both = (StaffFunction.CUSTOMER_SERVICE, StaffFunction.GM)
    draft = ProfileDraft(
        functions=both, districts=("浦东", "浦东"), manager_id=admin.user_id, visits_a_day=3
    )
    desk.do(admin, staff_profiles.change, key(agent), draft)
    found = desk.look(admin, staff_profiles.read, key(agent))
    assert (found.functions, found.districts, found.visits_a_day) == (both, ("浦东",), 3)
    desk.do(admin, staff_profiles.change, key(agent), ProfileDraft())
    assert desk.look(admin, staff_profiles.read, key(agent)).functions == (StaffFunction.AGENT,)
    with pytest.raises(InvalidInputError, match="somebody else"):
        wrong = ProfileDraft(manager_id=key(agent))
        desk.do(admin, staff_profiles.change, key(agent), wrong)
    with pytest.raises(NotFoundError):
        desk.look(admin, staff_profiles.read, uuid.uuid4())
    with pytest.raises(ValueError, match="first day"):
        ProfileDraft(hired_on=TODAY, left_on=TODAY - DAY)


def test_that_a_manager_says_so_of_the_own_store_only(
    desk: Desk, admin: Actor, actors: dict[Role, Actor]
) -> None:
    there = desk.do(admin, factories.add_store)
    far = desk.do(admin, factories.add_user, Role.AGENT, there)
    manager = actors[Role.STORE_MANAGER]
    desk.do(manager, staff_profiles.change, key(actors[Role.AGENT]), ProfileDraft(calls_a_day=1))
    for service, argument in (
        (staff_profiles.change, ProfileDraft()),
        (employee_exits.record_exit, LEFT),
    ):
        with pytest.raises(NotAllowedError, match="another store"):
            desk.do(manager, service, key(far), argument)  # type: ignore[arg-type]


def test_that_somebody_new_is_hired_today(desk: Desk, admin: Actor) -> None:
    draft = staff.UserDraft(login="neu", name="新人", role=Role.AGENT)
    user = desk.do(admin, staff.add_user, draft)
    employee = desk.look(admin, staff_profiles.all_profiles)[user]
    assert employee.profile.hired_on == TODAY
    assert (employee.is_here(TODAY), employee.is_here(TODAY - DAY)) == (True, False)


def test_absences(desk: Desk, admin: Actor, pair: tuple[Actor, Actor]) -> None:
    first, second = pair
    draft = AbsenceDraft(user_id=key(first), first_on=TODAY, last_on=TODAY + 2 * DAY)
    made = desk.do(admin, staff_profiles.add_absence, draft)
    away = desk.look(admin, staff_profiles.days_away, TODAY + DAY, TODAY + 9 * DAY)
    assert away == {key(first): frozenset({TODAY + DAY, TODAY + 2 * DAY})}
    with pytest.raises(InvalidInputError, match="already"):
        desk.do(admin, staff_profiles.add_absence, draft)
    (row,) = desk.look(admin, staff_profiles.list_absences, key(first))
    assert (row.id, row.user) == (made, first.name)
    assert desk.look(admin, staff_profiles.list_absences, key(second)) == []
    desk.do(admin, staff_profiles.remove_absence, made)
    assert desk.look(admin, staff_profiles.list_absences) == []
    with pytest.raises(NotFoundError):
        desk.do(admin, staff_profiles.remove_absence, made)
    with pytest.raises(ValueError, match="last day"):
        AbsenceDraft(user_id=key(first), first_on=TODAY, last_on=TODAY - DAY)


# ---------------------------------------------------------------- key persons


def test_on_whom_customers_hang(desk: Desk, admin: Actor, pair: tuple[Actor, Actor]) -> None:
    first, second = pair
    one, two = (desk.do(admin, factories.add_customer, owner_id=key(first)) for _number in range(2))
    for customer, user, count in ((one, first, 4), (one, second, 1), (two, first, 2)):
        desk.do(admin, visited, customer, user, count)
    desk.do(admin, visited, two, second, 1)
    found = desk.look(admin, key_persons.of_customer, one)
    assert (found.person, found.index, found.points) == (key(first), Rate(4, 5), 2)
    assert (found.is_key, found.is_short) == (True, False)
    (row,) = desk.look(admin, key_persons.list_key_persons)
    assert (row.person, row.customers, row.index) == (first.name, 1, Rate(1, 2))
    (line,) = desk.look(admin, key_persons.list_at_risk, RiskFilter())
    assert (line.customer_id, line.person, line.points) == (one, first.name, 2)
    third = desk.do(admin, factories.add_customer)  # nobody is in contact
    short = RiskFilter(short_too=True)
    assert desk.look(admin, key_persons.count_at_risk, short) == 2
    assert {row.customer_id for row in desk.look(admin, key_persons.list_at_risk, short)} == {
        one, third,
    }  # fmt: skip
    for criteria in (RiskFilter(klass=CustomerClass.A), RiskFilter(person_id=key(second))):
        assert desk.look(admin, key_persons.count_at_risk, criteria) == 0
    desk.do(admin, employee_exits.record_exit, key(first), LEFT)  # on a leaver nobody hangs
    found = desk.look(admin, key_persons.of_customer, one)
    assert (found.person, found.is_key, found.points) == (None, False, 2)
    assert desk.look(admin, key_persons.list_key_persons) == []
    assert desk.look(admin, key_persons.count_at_risk, RiskFilter()) == 0
    assert {row.person for row in desk.look(admin, key_persons.list_at_risk, short)} == {""}
    desk.undo()
    strict = key_persons.ReliancePolicy(share=0.5)
    desk.do(admin, key_persons.change_policy, strict)
    assert desk.look(admin, key_persons.policy) == strict
    assert desk.look(admin, key_persons.count_at_risk, RiskFilter()) == 2


def visited(session: Session, customer: uuid.UUID, user: Actor, count: int) -> None:
    factories.name(session)
    rows = [
        {"customer_id": customer, "by_id": key(user), "planned_on": day, "done_on": day,
         "state": VisitState.DONE}
        for day in (TODAY - number * DAY for number in range(count))
    ]  # fmt: skip
    journal.bulk_insert(session, Visit, rows)
