"""Who owes the contacts of the cadence to whom, and under which role a contact counts."""

import datetime as dt
import uuid

import pytest

from db.models import Holding
from db.queries.visit_plan import MadeRow
from db.session import SYSTEM, Session
from db.vocabulary import CadenceRole, Channel, CustomerClass, Role, Seat, SkillKind, StaffFunction
from desktop_app.domain.plan_types import Client
from desktop_app.services import cadence_clients, skills
from desktop_app.services.cadence_clients import Side
from desktop_app.services.skills import SkillsDraft
from tests import factories
from tests.cadence_world import classify, employee
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")

TODAY = dt.date(2026, 9, 15)
SALES, MANAGER = CadenceRole.SALES, CadenceRole.DEPT_MANAGER
DIRECTOR, GM = CadenceRole.MARKETING_DIRECTOR, CadenceRole.GM
F = StaffFunction


def side(desk: Desk) -> Side:
    return desk.look(SYSTEM, cadence_clients.read)


def client(desk: Desk, key: uuid.UUID) -> Client:
    return next(each for each in side(desk).clients if each.owed.key == key)


def add_a(desk: Desk, **columns: object) -> uuid.UUID:
    """A customer of class A."""
    key = desk.do(SYSTEM, factories.add_customer, **columns)
    desk.do(SYSTEM, classify, {key: CustomerClass.A})
    return key


def test_that_the_manager_of_whoever_is_in_charge_comes_first(desk: Desk) -> None:
    boss = desk.do(SYSTEM, employee, [F.DEPT_MANAGER])
    clerk = desk.do(SYSTEM, employee, [F.TECHNICIAN])
    li = desk.do(SYSTEM, employee, manager_id=boss)
    wu = desk.do(SYSTEM, employee, manager_id=clerk)  # who is nobody's department manager
    first = client(desk, add_a(desk, owner_id=li)).owed.owners
    assert (first[SALES], first[MANAGER]) == (li, boss)
    second = client(desk, add_a(desk, owner_id=wu)).owed.owners
    assert (second[SALES], second[DIRECTOR], second[GM]) == (wu, None, None)
    assert second[MANAGER] not in {clerk, None}  # somebody else who has the function
    c = desk.do(SYSTEM, factories.add_customer, owner_id=li)
    assert set(client(desk, c).owed.owners) == {SALES}  # nobody above owes class C anything


def test_that_managers_are_of_the_store_and_leaders_of_the_district(desk: Desk) -> None:
    here, there = (desk.do(SYSTEM, factories.add_store, code) for code in ("S7", "S8"))
    of = {
        store: desk.do(SYSTEM, employee, [F.DEPT_MANAGER], store, Role.STORE_MANAGER)
        for store in (here, there)
    }
    east = desk.do(SYSTEM, employee, [F.MARKETING_DIRECTOR], districts=["东区"])
    west = desk.do(SYSTEM, employee, [F.MARKETING_DIRECTOR], districts=["西区"])
    gm = desk.do(SYSTEM, employee, [F.GM, F.DEPT_MANAGER], there, Role.HEAD_OFFICE)
    for store, other, district, director in (
        (here, there, "东区", east),
        (there, here, "西区", west),
    ):
        owners = client(desk, add_a(desk, store_id=store, district=district)).owed.owners
        assert owners[MANAGER] not in {of[other], None}  # who sees all stores goes everywhere
        assert (owners[DIRECTOR], owners[GM]) == (director, gm)
    nowhere = client(desk, add_a(desk, district="北区", store_id=here))
    assert nowhere.owed.owners[DIRECTOR] is None
    anywhere = client(desk, add_a(desk, store_id=here))
    assert {anywhere.owed.owners[DIRECTOR], anywhere.backups[DIRECTOR]} == {east, west}


def test_that_of_several_the_best_suited_comes_and_always_the_same_one(desk: Desk) -> None:
    directors = [desk.do(SYSTEM, employee, [F.MARKETING_DIRECTOR]) for _n in range(3)]
    keys = [desk.do(SYSTEM, factories.add_customer) for _n in range(30)]
    desk.do(SYSTEM, classify, dict.fromkeys(keys, CustomerClass.A))

    def visited_by() -> dict[object, object]:
        return {each.owed.key: each.owed.owners[DIRECTOR] for each in side(desk).clients}

    spread = visited_by()
    assert set(spread.values()) == set(directors)
    desk.do(SYSTEM, factories.leave, directors[0])
    after = visited_by()
    assert {key for key in keys if after[key] != spread[key]} == {
        key for key in keys if spread[key] == directors[0]
    }
    desk.do(SYSTEM, skills.change, directors[2], SkillsDraft(**{SkillKind.SERVICE.value: 3}))
    assert set(visited_by().values()) == {directors[2]}


def test_that_an_orphan_belongs_to_nobody_but_the_backup(desk: Desk) -> None:
    gone = desk.do(SYSTEM, employee, left_on=dt.date(2026, 9, 14))
    backup = desk.do(SYSTEM, employee)
    orphan = desk.do(SYSTEM, factories.add_customer, owner_id=gone)
    backed = desk.do(SYSTEM, factories.add_customer)

    def stand_in(session: Session) -> None:
        factories.name(session)
        for last in (None, TODAY):
            session.add(
                Holding(
                    customer_id=backed if last is None else orphan,
                    user_id=backup,
                    seat=Seat.BACKUP,
                    first_on=dt.date(2026, 1, 1),
                    last_on=last,
                )
            )

    desk.do(SYSTEM, stand_in)
    assert (client(desk, orphan).owed.owners, client(desk, orphan).backups) == ({SALES: None}, {})
    assert client(desk, backed).owed.owners == {SALES: None}
    assert client(desk, backed).backups == {SALES: backup}


def test_that_somebody_new_is_in_charge_from_the_first_day_on(desk: Desk) -> None:
    new = desk.do(SYSTEM, employee, hired_on=dt.date(2026, 10, 1))
    key = desk.do(SYSTEM, factories.add_customer, owner_id=new)
    assert client(desk, key).owed.owners == {SALES: new}


def test_that_a_contact_counts_for_the_role_in_which_it_was_made(desk: Desk) -> None:
    gm = desk.do(SYSTEM, employee, [F.GM])
    both = desk.do(SYSTEM, employee, [F.GM, F.DEPT_MANAGER, F.TECHNICIAN])
    other = desk.do(SYSTEM, employee, [F.TECHNICIAN])
    li = desk.do(SYSTEM, employee, [F.DEPT_MANAGER])
    key = desk.do(SYSTEM, factories.add_customer, owner_id=li)
    day = dt.date(2026, 9, 1)
    late = dt.datetime(2026, 8, 31, 17, tzinfo=dt.UTC)  # the first of September in Shanghai
    rows = [
        (MadeRow(key, Channel.VISIT, day, gm, "a_sales_visit", False), SALES),
        (MadeRow(key, Channel.VISIT, day, gm, "no such rule", False), GM),
        (MadeRow(key, Channel.VISIT, late, both, None, True), MANAGER),
        (MadeRow(key, Channel.CALL, day, li, None, False), SALES),  # is in charge
        (MadeRow(key, Channel.CALL, day, other, None, False), SALES),
        (MadeRow(key, Channel.CALL, day, None, None, False), SALES),
    ]
    found = side(desk).made(row for row, _role in rows)
    assert [one.role for one in found] == [role for _row, role in rows]
    assert {one.day for one in found} == {day}
    assert [one.is_informal for one in found] == [False, False, True, False, False, False]
    stranger = MadeRow(uuid.uuid4(), Channel.CALL, day, None, None, False)
    assert side(desk).made([stranger]) == []


def test_that_the_first_order_tells_since_when(desk: Desk) -> None:
    key = desk.do(SYSTEM, factories.add_customer)
    assert client(desk, key).owed.since is None
    desk.do(SYSTEM, factories.add_orders, key, [(dt.date(2026, 3, 5), 100)])
    assert client(desk, key).owed.since == dt.date(2026, 3, 5)
    joined = {"joined_on": dt.date(2025, 1, 1)}
    desk.do(SYSTEM, factories.change_customer, key, **joined)
    assert client(desk, key).owed.since == dt.date(2025, 1, 1)


def test_that_who_is_in_charge_counts_as_sales_whatever_the_profile_says(desk: Desk) -> None:
    agent = desk.do(SYSTEM, factories.add_user, Role.AGENT)
    assert agent.user_id is not None
    key = desk.do(SYSTEM, factories.add_customer, owner_id=agent.user_id)
    assert client(desk, key).owed.owners == {SALES: agent.user_id}
