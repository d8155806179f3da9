"""Compliance with the cadence, against figures worked out by hand."""

import datetime as dt

import pytest
from pydantic import ValidationError

from db import reference
from db.vocabulary import CadenceRole, Channel, CustomerClass
from desktop_app.domain.cadence import CadencePolicy, policy_from
from desktop_app.domain.compliance import (
    Compliance,
    DutyState,
    Made,
    OverrideDraft,
    Owed,
    above_maximum,
    by,
    duties,
)
from desktop_app.domain.months import Period
from desktop_app.domain.rates import Rate

POLICY = policy_from(reference.entries("cadence"))
SALES, MANAGER, GM = CadenceRole.SALES, CadenceRole.DEPT_MANAGER, CadenceRole.GM
VISIT, CALL = Channel.VISIT, Channel.CALL
A, B, C = CustomerClass.A, CustomerClass.B, CustomerClass.C
MARCH = (dt.date(2026, 3, 1), dt.date(2026, 3, 31))
APRIL_10 = dt.date(2026, 4, 10)
OWNERS = {SALES: "li", MANAGER: "zhao", GM: "qian"}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def only(*codes: str) -> CadencePolicy:
    return CadencePolicy(rules=tuple(rule for rule in POLICY.rules if rule.code in codes))


def test_that_figures_equal_those_worked_out_by_hand() -> None:
    """March as of 10 April.

    huang (A, li): 3 visits owed, 2 made (one informal): 66.7 %, the third is made up for in
    April, where a fourth visit is one more than April needs: late. Calls: 2 owed, 2 made.
    bai (B, wu): 2 visits owed, 1 made, 1 missed. 1 call owed, 0 made, 1 missed.
    chen (C, wu): the visit is waived, the call is made.
    """
    waiver = OverrideDraft(rule="c_sales_visit", reason="lives abroad", first=day("03-10"))
    customers = [
        Owed("huang", A, OWNERS),
        Owed("bai", B, {SALES: "wu"}),
        Owed("chen", C, {SALES: "wu"}, overrides=(waiver,)),
    ]
    april = [Made("huang", SALES, VISIT, day(f"04-0{n}"), "li") for n in (1, 2, 7, 9)]
    made = [
        *april,
        Made("huang", SALES, VISIT, day("03-31"), "li"),
        Made("huang", SALES, VISIT, day("03-02"), "wu", is_informal=True),
        Made("huang", SALES, CALL, day("03-09"), "li"),
        Made("huang", SALES, CALL, day("03-20"), "li"),
        Made("huang", MANAGER, VISIT, day("03-20"), "zhao"),  # another role
        Made("bai", SALES, VISIT, day("03-20"), "wu"),
        Made("bai", SALES, VISIT, day("02-20"), "wu"),
        Made("bai", SALES, Channel.MESSAGE, day("03-21"), "wu"),
        Made("chen", SALES, CALL, day("03-01"), "wu"),
        Made("huang", SALES, VISIT, day("04-11"), "li"),  # not known yet
    ]
    rules = tuple(rule for rule in POLICY.rules if rule.role is SALES)
    found = list(duties(customers, made, CadencePolicy(rules=rules), *MARCH, as_of=APRIL_10))
    per_customer = by(found, lambda duty: (duty.customer, duty.rule.channel.value))
    assert per_customer == {
        ("huang", "visit"): Compliance(made=2, late=1),
        ("huang", "call"): Compliance(made=2),
        ("bai", "visit"): Compliance(made=1, missed=1),
        ("bai", "call"): Compliance(missed=1),
        ("chen", "visit"): Compliance(overridden=1),
        ("chen", "call"): Compliance(made=1),
    }
    assert per_customer["huang", "visit"].rate == Rate(2, 3)
    assert per_customer["huang", "visit"].rate.share == pytest.approx(0.667, abs=0.001)
    assert per_customer["chen", "visit"].rate.share is None
    assert by(found, lambda duty: duty.owner) == {
        "li": Compliance(made=4, late=1),
        "wu": Compliance(made=2, missed=2, overridden=1),
    }
    assert by(found, lambda duty: duty.rule.klass)[B].required == 3
    waived = [duty for duty in found if duty.state is DutyState.OVERRIDDEN]
    assert [duty.reason for duty in waived] == ["lives abroad"]
    late = next(duty for duty in found if duty.state is DutyState.LATE)
    assert (late.done, late.by, late.days) == (day("04-09"), "li", Period(*MARCH))
    assert {duty.by for duty in found if duty.done == day("03-02")} == {"wu"}


def test_that_a_period_that_goes_on_is_open_and_a_new_customer_owes_nothing_yet() -> None:
    customers = [Owed(1, C, OWNERS), Owed(2, C, OWNERS, since=day("03-02"))]
    found = list(duties(customers, [], only("c_sales_visit"), *MARCH, as_of=day("03-31")))
    assert [(duty.customer, duty.state) for duty in found] == [(1, DutyState.OPEN)]
    (missed,) = duties(customers, [], only("c_sales_visit"), *MARCH, as_of=day("04-01"))
    assert missed.state is DutyState.MISSED


def test_that_an_override_may_ask_for_less_instead_of_nothing() -> None:
    fewer = OverrideDraft(
        rule="a_sales_visit", minimum=1, reason="x", first=day("03-31"), last=day("03-31")
    )
    again = fewer.model_copy(update={"minimum": 2, "reason": "y"})
    found = duties(
        [Owed(1, A, OWNERS, overrides=(fewer, again))], [], only("a_sales_visit"), *MARCH, APRIL_10
    )
    states = [(duty.state, duty.reason) for duty in found]
    assert states == [(DutyState.MISSED, "")] * 2 + [(DutyState.OVERRIDDEN, "y")]


def test_that_an_override_needs_its_days_in_order() -> None:
    with pytest.raises(ValidationError):
        OverrideDraft(rule="x", reason="y", first=day("03-02"), last=day("03-01"))
    with pytest.raises(ValidationError):
        OverrideDraft(rule="x", reason="  ", first=day("03-02"))


YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_that_an_interval_counts_from_the_last_contact() -> None:
    """Every 1 to 2 months: 15 January in time, 20 March late by 5 days; then missed until July."""
    made = [Made(1, MANAGER, VISIT, day(on), "zhao") for on in ("01-15", "03-20", "09-30")]
    found = list(
        duties(
            [Owed(1, A, OWNERS, since=dt.date(2025, 12, 1))],
            made,
            only("a_dept_manager_visit"),
            *YEAR,
            as_of=day("10-15"),
        )
    )
    assert [(duty.days.last, duty.state, duty.done) for duty in found] == [
        (day("02-01"), DutyState.MADE, day("01-15")),
        (day("03-15"), DutyState.LATE, day("03-20")),
        (day("05-20"), DutyState.MISSED, None),
        (day("07-20"), DutyState.MISSED, None),
        (day("09-20"), DutyState.LATE, day("09-30")),
        (day("11-30"), DutyState.OPEN, None),
    ]


def test_that_a_contact_counts_where_its_interval_ends() -> None:
    """Visits on 15 November and 20 December: the second fulfils what is owed by 15 January."""
    made = [Made(1, MANAGER, VISIT, day(on), "zhao") for on in ("11-15", "12-20")]
    found = list(
        duties([Owed(1, A, OWNERS)], made, only("a_dept_manager_visit"), *YEAR, as_of=YEAR[1])
    )
    assert found == []
    january = (dt.date(2027, 1, 1), dt.date(2027, 1, 31))
    (duty,) = duties([Owed(1, A)], made, only("a_dept_manager_visit"), *january, as_of=january[1])
    assert (duty.days.last, duty.state) == (dt.date(2027, 1, 15), DutyState.MADE)


def test_that_an_interval_without_a_beginning_starts_with_the_days_asked_for() -> None:
    policy = only("a_dept_manager_visit")
    waiver = OverrideDraft(rule="a_dept_manager_visit", reason="ill", first=day("02-01"))
    waived = Owed(1, A, overrides=(waiver.model_copy(update={"last": day("03-01")}),))
    found = list(duties([waived], [], policy, *YEAR, as_of=day("03-15")))
    assert [(duty.days.last, duty.state, duty.owner) for duty in found] == [
        (day("02-28"), DutyState.OVERRIDDEN, None),
        (day("04-28"), DutyState.OPEN, None),
    ]


def test_that_a_candidate_for_a_is_owed_one_contact() -> None:
    policy = only("b_gm_contact")
    candidate = Owed(1, B, OWNERS, upgrade_since=day("01-10"))
    waiver = OverrideDraft(rule="b_gm_contact", reason="knows him", first=day("01-01"))

    def state(made: str | None, as_of: str, owed: Owed = candidate) -> list[DutyState]:
        contacts = [Made(1, GM, CALL, day(made), "qian")] if made else []
        found = duties([owed], contacts, policy, *YEAR, as_of=day(as_of))
        return [duty.state for duty in found]

    assert state(None, "04-10") == [DutyState.OPEN]
    assert state(None, "04-11") == [DutyState.MISSED]
    assert state("01-09", "04-11") == [DutyState.MISSED]
    assert state("04-10", "04-11") == [DutyState.MADE]
    assert state("04-11", "04-11") == [DutyState.LATE]
    assert state(None, "04-11", Owed(1, B)) == []
    quiet = Owed(1, B, upgrade_since=day("01-10"), overrides=(waiver,))
    assert state(None, "04-11", quiet) == [DutyState.OVERRIDDEN]


def test_that_informal_contacts_do_not_press() -> None:
    """B: 1 to 2 calls a month. Three calls are one too many, unless one was informal."""
    calls = [Made(1, SALES, CALL, day(f"03-{n}"), "li") for n in (10, 20, 30)]
    (excess,) = above_maximum([Owed(1, B)], calls, POLICY, *YEAR)
    assert (excess.rule.code, excess.period, excess.contacts) == (
        "b_sales_call",
        Period(*MARCH),
        3,
    )
    informal = [*calls[:2], calls[2]._replace(is_informal=True)]
    assert not list(above_maximum([Owed(1, B)], informal, POLICY, *YEAR))
    spread = [*calls[:2], calls[2]._replace(day=day("04-01"))]
    assert not list(above_maximum([Owed(1, B)], spread, POLICY, *YEAR))
