"""The cadence table, what it asks of the staff, and compliance against a fixture worked by hand."""

import datetime as dt
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from db import reference
from db.vocabulary import CadenceRole, Channel, CustomerClass
from desktop_app.domain.cadence import (
    CadenceChannel,
    CadenceCondition,
    CadencePolicy,
    CadenceRule,
    capacity_check,
    load_of,
    policy_from,
)
from desktop_app.domain.months import Period, add_months, period_of, periods

POLICY = policy_from(reference.entries("cadence"))
A, B, C = CustomerClass.A, CustomerClass.B, CustomerClass.C
SALES, MANAGER = CadenceRole.SALES, CadenceRole.DEPT_MANAGER
DIRECTOR, GM = CadenceRole.MARKETING_DIRECTOR, CadenceRole.GM
VISIT, CALL, CONTACT = CadenceChannel.VISIT, CadenceChannel.CALL, CadenceChannel.CONTACT


def test_that_the_shipped_table_is_that_of_the_source() -> None:
    """Figure 6 of source 003: minimum, maximum, months, latest months."""
    table = {
        (rule.klass, rule.role, rule.channel): (
            rule.minimum,
            rule.maximum,
            rule.per_months,
            rule.latest_months,
        )
        for rule in POLICY.rules
    }
    assert table == {
        (A, SALES, VISIT): (3, None, 1, None),
        (A, SALES, CALL): (2, 3, 1, None),
        (A, MANAGER, VISIT): (1, 1, 1, 2),
        (A, DIRECTOR, VISIT): (1, 1, 6, None),
        (A, GM, VISIT): (1, 1, 12, None),
        (B, SALES, VISIT): (2, 2, 1, None),
        (B, SALES, CALL): (1, 2, 1, None),
        (B, MANAGER, VISIT): (1, 1, 2, 3),
        (B, DIRECTOR, VISIT): (1, 1, 6, 12),
        (B, GM, CONTACT): (1, None, 3, None),
        (C, SALES, VISIT): (1, 1, 1, None),
        (C, SALES, CALL): (1, 1, 1, None),
    }
    conditions = {rule.code: rule.condition for rule in POLICY.rules if rule.condition}
    assert conditions == {"b_gm_contact": CadenceCondition.UPGRADE_CANDIDATE_A}
    assert POLICY.of_class(None) == POLICY.of_class(C)
    assert [rule.gap_days for rule in POLICY.of_class(A)] == [3, 3, 10, 60, 120]
    assert CadenceRule(code="x", klass=A, role=GM, channel=VISIT, shortest_gap=9).gap_days == 9


def test_that_100_customers_need_125_visits_a_month() -> None:
    """F-17: 5 A, 15 B, 80 C."""
    loads = {(load.role, load.channel): load for load in load_of({A: 5, B: 15, C: 80}, POLICY)}
    assert loads[SALES, VISIT].low == 125
    assert loads[SALES, VISIT].high == 125
    assert loads[SALES, VISIT].is_open
    assert (loads[SALES, CALL].low, loads[SALES, CALL].high) == (105, 125)
    assert not loads[SALES, CALL].is_open
    manager, director, gm = loads[MANAGER, VISIT], loads[DIRECTOR, VISIT], loads[GM, VISIT]
    assert (manager.low_a_year, manager.high_a_year) == (90, 150)
    assert (director.low_a_year, director.high_a_year) == (25, 40)
    assert (gm.low_a_year, gm.high_a_year) == (5, 5)
    assert (GM, CONTACT) not in loads


@pytest.mark.parametrize(
    ("klass", "in_person", "calls"),
    [(A, (45, 51), (24, 36)), (B, (29, 32), (12, 24)), (C, (12, 12), (12, 12))],
)
def test_that_one_customer_of_a_class_is_contacted_so_often_a_year(
    klass: CustomerClass, in_person: tuple[int, int], calls: tuple[int, int]
) -> None:
    """F-18."""
    loads = load_of({klass: 1}, POLICY)
    for channel, expected in ((VISIT, in_person), (CALL, calls)):
        mine = [load for load in loads if load.channel is channel]
        low = sum(load.low_a_year for load in mine)
        assert (low, sum(load.high_a_year for load in mine)) == expected


def test_that_it_is_said_where_people_are_short() -> None:
    loads = load_of({A: 5, B: 15, C: 80}, POLICY)
    checks = {
        (each.role, each.channel): each
        for each in capacity_check(loads, {(SALES, VISIT): 120, (SALES, CALL): 105})
    }
    assert checks[SALES, VISIT].is_short
    assert checks[SALES, VISIT].missing == 5
    assert not checks[SALES, CALL].is_short
    assert checks[SALES, CALL].missing == 0
    assert checks[GM, VISIT].missing == Fraction(5, 12)


def test_that_conditional_contacts_are_not_foreseen() -> None:
    rule = next(rule for rule in POLICY.rules if rule.condition)
    assert (rule.low, rule.high) == (0, 0)


def test_that_a_contact_is_a_visit_or_a_call() -> None:
    assert [CONTACT.takes(channel) for channel in Channel] == [True, True, False]
    assert [VISIT.takes(channel) for channel in Channel] == [False, True, False]
    assert (VISIT.planned, CALL.planned, CONTACT.planned) == (
        Channel.VISIT,
        Channel.CALL,
        Channel.CALL,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"minimum": 3, "maximum": 2},
        {"per_months": 2, "latest_months": 2},
        {"minimum": 2, "latest_months": 3},
        {"latest_months": 3, "condition": "upgrade_candidate_a"},
    ],
)
def test_that_a_rule_must_agree_with_itself(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CadenceRule(code="x", klass=A, role=SALES, channel=VISIT, **wrong)


def test_that_a_cell_has_one_rule() -> None:
    rule = CadenceRule(code="x", klass=A, role=SALES, channel=VISIT)
    for other in (rule, rule.model_copy(update={"code": "y"})):
        with pytest.raises(ValidationError):
            CadencePolicy(rules=(rule, other))


@dataclass(frozen=True)
class Entry:
    code: str
    extra: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    "extra",
    [{"class": "D", "role": "sales"}, {"class": "A", "role": "cook", "channel": "visit"}],
)
def test_that_a_wrong_table_is_refused_with_the_code_of_its_line(extra: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="at a_cook"):
        policy_from([Entry("a_cook", extra)])


# ---------------------------------------------------------------- months

days = st.dates(dt.date(1999, 1, 1), dt.date(2060, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", -48, "2024-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-03-31", -1, "2026-02-28"),
    ],
)
def test_that_months_are_added_as_people_do(day: str, months: int, expected: str) -> None:
    assert add_months(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(expected)


@given(days, st.sampled_from([1, 2, 3, 4, 6, 12, 5]))
def test_that_periods_cover_all_days_once(day: dt.date, months: int) -> None:
    period = period_of(day, months)
    one = dt.timedelta(days=1)
    assert day in period
    assert (period.first - one) not in period
    assert period_of(period.first, months) == period_of(period.last, months) == period
    assert add_months(period.first, months) == period.last + one
    assert period_of(period.last + one, months).first == period.last + one
    assert list(periods(day, period.last + one, months)) == [
        period,
        period_of(period.last + one, months),
    ]
    if months != 5:
        assert Period(dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)).last >= period.last
