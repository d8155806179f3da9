"""Compliance of a workspace equals a month counted by hand."""

import datetime as dt
import uuid

import pytest

from db.models import ContactAttempt
from db.session import SYSTEM, Actor, Session
from db.vocabulary import (
    AttemptResult,
    CadenceRole,
    Channel,
    CustomerClass,
    Role,
    RuleKind,
    StaffFunction,
)
from desktop_app.domain.cadence import CadenceChannel
from desktop_app.domain.compliance import Compliance, DutyState, OverrideDraft
from desktop_app.errors import InvalidInputError
from desktop_app.services import cadence, compliance
from tests import factories
from tests.cadence_world import classify, employee, made
from tests.factories import Desk

pytestmark = pytest.mark.usefixtures("fixed_time")  # 15 September 2026

A, B, C = CustomerClass.A, CustomerClass.B, CustomerClass.C
SALES, MANAGER, GM = CadenceRole.SALES, CadenceRole.DEPT_MANAGER, CadenceRole.GM
AUGUST = (dt.date(2026, 8, 1), dt.date(2026, 8, 31))
Keys = dict[str, uuid.UUID]


def day(month: int, number: int) -> dt.date:
    return dt.date(2026, month, number)


# What was done, by whom, and how; "case" is an attempt in a case, "informal" a visit by the way.
CONTACTS = [
    # A1, Li: 3 visits and 2 calls in August, a manager's visit every 1 to 2 months.
    ("A1", "li", day(8, 4), "visit"),  # visit 1 of 3
    ("A1", "li", day(8, 18), "informal"),  # visit 2 of 3: counts for coverage; the third is missed
    ("A1", "li", day(8, 5), "case"),  # call 1 of 2
    ("A1", "li", day(8, 20), "call"),  # call 2 of 2
    ("A1", "li", day(8, 21), "no answer"),  # nobody was spoken to
    ("A1", "li", day(9, 2), "visit"),  # September needs these two itself: nothing is late
    ("A1", "li", day(9, 9), "visit"),
    ("A1", "boss", day(6, 10), "visit"),  # so the manager is due until 10 August
    ("A1", "boss", day(8, 5), "visit"),  # made
    # B1, Li, since 20 May: 2 visits and 1 call; the manager until 20 August; may rise since 25 May.
    ("B1", "li", day(8, 10), "visit"),  # 1 of 2
    ("B1", "li", day(8, 11), "visit"),  # 2 of 2
    ("B1", "li", day(8, 12), "visit"),  # the third: above the maximum of 2
    ("B1", "li", day(8, 13), "informal"),  # no pressure
    ("B1", "li", day(9, 1), "call"),  # the one of September
    ("B1", "li", day(9, 8), "call"),  # the one of August, late; the manager's visit is missed
    ("B1", "gm", day(8, 24), "call"),  # general manager, until 25 August: made
    # C1, Wu: 1 visit, 1 call.
    ("C1", "li", day(8, 31), "visit"),  # by the backup: made; the call is missed
    # C2, Wu: the visit is waived in August.
    ("C2", "agent", day(8, 3), "case"),  # the task force called: the call is made
    # C3, Wu, since 10 August: owes nothing yet. C4 has died, C5 is known to nobody.
    ("C4", "wu", day(8, 3), "visit"),
]
TOTAL = Compliance(made=10, late=1, missed=3, overridden=1)
BY_CLASS = {
    A: Compliance(made=5, missed=1),  # 2 of 3 visits, 2 calls, 1 manager's
    B: Compliance(made=3, late=1, missed=1),  # 2 visits, the general manager; call; manager
    C: Compliance(made=2, missed=1, overridden=1),
}
BY_ROLE = {
    SALES: Compliance(made=8, late=1, missed=2, overridden=1),
    MANAGER: Compliance(made=1, missed=1),
    GM: Compliance(made=1),
}
BY_PERSON = {
    "li": Compliance(made=6, late=1, missed=1),
    "wu": Compliance(made=2, missed=1, overridden=1),
    "boss": Compliance(made=1, missed=1),
    "gm": Compliance(made=1),
}
SINCE = {"B1": day(5, 20), "C3": day(8, 10)}


def build(session: Session, agent: Actor) -> Keys:
    """The month as rows."""
    keys: Keys = {
        "boss": employee(session, [StaffFunction.DEPT_MANAGER], role=Role.DEPT_MANAGER),
        "gm": employee(session, [StaffFunction.GM], role=Role.HEAD_OFFICE),
    }
    keys |= {name: employee(session, manager_id=keys["boss"]) for name in ("li", "wu")}
    assert agent.user_id is not None
    keys["agent"] = agent.user_id
    for number in ("A1", "B1", "C1", "C2", "C3", "C4", "C5"):
        keys[number] = factories.add_customer(
            session,
            number,
            owner_id=keys["li" if number in {"A1", "B1"} else "wu"],
            joined_on=SINCE.get(number, dt.date(2025, 1, 1)),
            upgrade_since=day(5, 25) if number == "B1" else None,
            is_deceased=number == "C4",
            is_identified=number != "C5",
        )
    for customer, who, when, how in CONTACTS:
        if how in {"case", "no answer"}:
            _attempt(session, keys[customer], keys[who], when, is_reached=how == "case")
        else:
            channel = Channel.CALL if how == "call" else Channel.VISIT
            made(session, keys[customer], keys[who], when, channel, is_informal=how == "informal")
    draft = OverrideDraft(rule="c_sales_visit", reason="店面装修", first=AUGUST[0], last=AUGUST[1])
    cadence.add_override(session, keys["C2"], draft)
    return keys


def _attempt(
    session: Session, customer: uuid.UUID, who: uuid.UUID, when: dt.date, *, is_reached: bool
) -> None:
    result = AttemptResult.REACHED if is_reached else AttemptResult.NO_ANSWER
    kind = RuleKind.LAPSING if is_reached else RuleKind.CANCEL_REQUEST
    session.add(
        ContactAttempt(
            case_id=factories.open_case(session, customer, kind),
            customer_id=customer,
            channel=Channel.CALL,
            result=result,
            at=dt.datetime.combine(when, dt.time(2), dt.UTC),
            by_id=who,
        )
    )
    session.flush()


@pytest.fixture
def keys(desk: Desk, agent: Actor) -> Keys:
    found = desk.do(SYSTEM, build, agent)
    desk.do(SYSTEM, classify, {found["A1"]: A, found["B1"]: B})
    return found


def test_that_the_figures_are_those_counted_by_hand(desk: Desk, keys: Keys) -> None:
    found = desk.look(SYSTEM, compliance.compliance, *AUGUST)
    assert found.total == TOTAL
    assert found.by_class == BY_CLASS
    assert found.by_role == BY_ROLE
    names = {key: name for name, key in keys.items()}
    people = {names[one.user_id]: one.figures for one in found.by_person if one.user_id}
    assert people == BY_PERSON
    assert [one.name for one in found.by_person] == sorted(one.name for one in found.by_person)
    a_visits = found.by_cell[A, SALES, CadenceChannel.VISIT]
    assert (a_visits.made, a_visits.required) == (2, 3)
    assert a_visits.rate.share == pytest.approx(0.667, abs=1e-3)  # F-19
    (excess,) = found.excess
    assert (excess.number, excess.rule.code, excess.contacts) == ("B1", "b_sales_visit", 3)
    assert (excess.first, excess.last) == AUGUST


def test_that_what_was_not_known_then_does_not_count(desk: Desk, keys: Keys) -> None:
    """As of 20 August: what ends later is open, what came later is not there."""
    found = desk.look(SYSTEM, compliance.compliance, *AUGUST, day(8, 20))
    # made: A1 visits 4, 18 and calls 5, 20, manager; B1 visits 10, 11; C2 call
    # open: A1 visit; B1 call, manager until today, general manager; C1 visit and call
    assert found.total == Compliance(made=8, open=6, overridden=1)


def test_that_everybody_sees_what_they_owe(desk: Desk, keys: Keys) -> None:
    lines = desk.look(SYSTEM, compliance.duties_of, keys["wu"], *AUGUST)
    assert [(line.number, line.rule.code, line.state) for line in lines] == [
        ("C1", "c_sales_call", DutyState.MISSED),
        ("C1", "c_sales_visit", DutyState.MADE),
        ("C2", "c_sales_call", DutyState.MADE),
        ("C2", "c_sales_visit", DutyState.OVERRIDDEN),
    ]
    visit = lines[1]
    assert (visit.done, visit.by_id, visit.klass) == (day(8, 31), keys["li"], C)
    assert (visit.first, visit.last, visit.customer) == (*AUGUST, "客户 C1")
    assert not desk.look(SYSTEM, compliance.duties_of, None, *AUGUST)


def test_that_orphans_are_owed_by_nobody_and_counted_last(desk: Desk, keys: Keys) -> None:
    desk.do(SYSTEM, factories.leave, keys["wu"])
    found = desk.look(SYSTEM, compliance.compliance, *AUGUST)
    assert found.total == TOTAL
    last = found.by_person[-1]
    assert (last.user_id, last.name, last.figures) == (None, "", BY_PERSON["wu"])
    lines = desk.look(SYSTEM, compliance.duties_of, None, *AUGUST)
    assert {line.number for line in lines} == {"C1", "C2"}


def test_that_field_staff_count_their_own(desk: Desk, keys: Keys) -> None:
    wu = Actor(keys["wu"], "wu", "吴", Role.FIELD_STAFF, None)
    assert not desk.look(wu, compliance.duties_of, keys["li"], *AUGUST)
    assert len(desk.look(wu, compliance.duties_of, keys["wu"], *AUGUST)) == 4


def test_that_days_stand_in_order(desk: Desk) -> None:
    with pytest.raises(InvalidInputError, match="before the first"):
        desk.look(SYSTEM, compliance.compliance, AUGUST[1], AUGUST[0])


def test_that_an_empty_workspace_owes_nothing(desk: Desk) -> None:
    found = desk.look(SYSTEM, compliance.compliance, *AUGUST)
    assert (found.total, found.by_person, found.excess) == (Compliance(), (), ())
