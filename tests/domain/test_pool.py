"""Back into the pool, out of it, and whom a case suits."""

import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import task_force_files
from db.vocabulary import CustomerClass, SkillKind
from desktop_app.domain.pool import (
    REQUIRED,
    Candidate,
    ClaimRefusal,
    Offered,
    PoolPolicy,
    RecycleState,
    Refused,
    best_first,
    claim_refusals,
    kept_from_previous_until,
    recycling,
    spread,
    suitability,
)
from desktop_app.domain.work_calendar import WorkCalendar, exceptions

CALENDAR = WorkCalendar(exceptions(task_force_files.holidays()))
POLICY = PoolPolicy()
TUESDAY = dt.date(2026, 9, 1)
DAY = dt.timedelta(days=1)


def state(today: dt.date, **values: object) -> tuple[RecycleState, dt.date | None, dt.date | None]:
    given_values: dict[str, object] = {
        "held_since": TUESDAY,
        "last_effective": None,
        "klass": CustomerClass.A,
    }
    found = recycling(
        today=today, calendar=CALENDAR, policy=POLICY, **(given_values | values)  # type: ignore[arg-type]
    )  # fmt: skip
    return found.state, found.warn_on, found.recycle_on


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (dt.date(2026, 9, 3), RecycleState.KEPT),
        (dt.date(2026, 9, 4), RecycleState.WARNED),  # two working days before
        (dt.date(2026, 9, 7), RecycleState.WARNED),
        (dt.date(2026, 9, 8), RecycleState.RECYCLED),
        (dt.date(2026, 12, 1), RecycleState.RECYCLED),
    ],
)
def test_that_a_case_without_contact_is_warned_of_and_goes_back(
    day: dt.date, expected: RecycleState
) -> None:
    assert state(day) == (expected, dt.date(2026, 9, 4), dt.date(2026, 9, 8))


@pytest.mark.parametrize(
    ("klass", "days"),
    [(CustomerClass.A, 7), (CustomerClass.B, 14), (CustomerClass.C, 30), (None, 30)],
)
def test_that_each_class_has_its_days(klass: CustomerClass | None, days: int) -> None:
    assert POLICY.days_for(klass) == days
    _state, _warn, recycle_on = state(TUESDAY, klass=klass)
    assert recycle_on == CALENDAR.same_or_next(TUESDAY + days * DAY)


def test_that_a_contact_begins_the_days_anew_and_one_of_the_owner_before_does_not() -> None:
    assert state(TUESDAY, last_effective=TUESDAY + 2 * DAY)[2] == dt.date(2026, 9, 10)
    assert state(TUESDAY, last_effective=TUESDAY - 9 * DAY)[2] == dt.date(2026, 9, 8)


def test_that_nothing_goes_back_on_a_holiday() -> None:
    assert state(TUESDAY, held_since=dt.date(2026, 9, 25))[2] == dt.date(2026, 10, 8)


def test_that_a_locked_case_stays() -> None:
    assert state(dt.date(2027, 1, 1), is_locked=True) == (RecycleState.KEPT, None, None)


@given(
    st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 1)),
    st.sampled_from([*CustomerClass, None]),
    st.integers(0, 60),
)
def test_that_a_warning_always_comes_before(
    held: dt.date, klass: CustomerClass | None, later: int
) -> None:
    today = held + later * DAY
    found, warn_on, recycle_on = state(today, held_since=held, klass=klass)
    assert warn_on is not None
    assert recycle_on is not None
    assert held <= warn_on < recycle_on
    assert CALENDAR.is_working(recycle_on)
    assert (found is RecycleState.RECYCLED) == (today >= recycle_on)
    assert (found is RecycleState.WARNED) == (warn_on <= today < recycle_on)


def test_that_the_previous_owner_is_kept_away() -> None:
    assert kept_from_previous_until(TUESDAY, POLICY) == dt.date(2026, 9, 15)


def claim(
    *,
    held: int = 0,
    claimed: int = 0,
    was_owner: bool = False,
    kept_until: dt.date | None = None,
    capacity: int | None = None,
) -> tuple[Refused, ...]:
    return claim_refusals(
        held=held,
        claimed_today=claimed,
        was_owner=was_owner,
        kept_until=kept_until,
        today=TUESDAY,
        policy=POLICY,
        capacity=capacity,
    )


def test_that_a_claim_within_the_limits_is_allowed() -> None:
    assert claim(held=79, claimed=9) == ()
    assert claim(kept_until=TUESDAY) == ()
    assert claim(was_owner=True, kept_until=TUESDAY - DAY) == ()
    assert claim(was_owner=True) == ()


def test_that_every_reason_against_a_claim_is_named() -> None:
    assert claim(held=80, claimed=10, was_owner=True, kept_until=TUESDAY) == (
        Refused(ClaimRefusal.CAPACITY, {"held": 80, "limit": 80}),
        Refused(ClaimRefusal.DAILY, {"claimed": 10, "limit": 10}),
        Refused(ClaimRefusal.COOL_OFF, {"until": TUESDAY}),
    )
    assert claim(held=5, capacity=5) == (Refused(ClaimRefusal.CAPACITY, {"held": 5, "limit": 5}),)


# ---------------------------------------------------------------- assignment

SERVICE = {SkillKind.SERVICE: 3}
ALL = dict.fromkeys(SkillKind, 3)


def test_that_each_class_asks_for_what_the_source_says() -> None:
    levels = {klass: [REQUIRED[klass][skill] for skill in SkillKind] for klass in CustomerClass}
    assert levels == {
        CustomerClass.A: [1, 3, 2],
        CustomerClass.B: [3, 2, 2],
        CustomerClass.C: [2, 1, 3],
    }


def test_that_a_score_is_explained() -> None:
    found = suitability(
        Candidate("li", "Li", SERVICE, open_cases=20, capacity=80), CustomerClass.A, POLICY
    )
    assert (found.met, found.asked, found.free, found.capacity) == (5, 6, 60, 80)
    assert found.missing == (SkillKind.COMMUNICATION,)
    assert found.score == Fraction(5, 6) * Fraction(3, 4)


def test_that_skill_and_load_decide_together() -> None:
    expert = Candidate("1", "Expert", ALL, open_cases=60)
    fresh = Candidate("2", "Fresh", {}, open_cases=0)
    idle = Candidate("3", "Idle expert", ALL, open_cases=10)
    found = best_first([expert, fresh, idle], CustomerClass.B, POLICY)
    assert [each.candidate.key for each in found] == ["3", "2", "1"]


def test_that_who_cannot_take_it_is_left_out() -> None:
    nobody = [
        Candidate("1", "Absent", ALL, is_present=False),
        Candidate("2", "Before", ALL, is_kept_away=True),
        Candidate("3", "Full", ALL, open_cases=80),
        Candidate("4", "None", ALL, capacity=0),
    ]
    assert best_first(nobody, CustomerClass.A, POLICY) == ()


def test_that_more_skill_counts_for_nothing_beyond_what_is_asked() -> None:
    exact = Candidate("1", "Exact", REQUIRED[CustomerClass.C])
    assert suitability(exact, None, POLICY).score == 1
    assert suitability(Candidate("2", "More", ALL), None, POLICY).score == 1


candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(0, 50),
        name=st.sampled_from(["A", "B", "王"]),
        skills=st.dictionaries(st.sampled_from(SkillKind), st.integers(1, 3)),
        open_cases=st.integers(0, 30),
        capacity=st.one_of(st.none(), st.integers(0, 30)),
        is_present=st.booleans(),
        is_kept_away=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda candidate: candidate.key,
)


@given(candidates, st.sampled_from([*CustomerClass, None]), st.randoms())
def test_that_the_order_is_the_same_every_time(
    people: list[Candidate], klass: CustomerClass | None, random: object
) -> None:
    first = best_first(people, klass, POLICY)
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert best_first(shuffled, klass, POLICY) == first
    scores = [each.score for each in first]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    able = [each for each in people if each.is_present and not each.is_kept_away]
    free = [each for each in able if suitability(each, klass, POLICY).free]
    assert len(first) == len(free)


# ---------------------------------------------------------------- many cases over several people


def offered(key: str, klass: CustomerClass = CustomerClass.C, **values: object) -> Offered:
    given_values: dict[str, object] = {
        "owner": None, "kept_from": None, "near": frozenset({"li", "wang"}),
    }  # fmt: skip
    return Offered(key, klass, **given_values | values)  # type: ignore[arg-type]


def test_that_cases_are_spread_by_skill_and_by_the_load_until_then() -> None:
    people = [Candidate("li", "Li", SERVICE, open_cases=78), Candidate("wang", "Wang")]
    many = [offered(str(number)) for number in range(4)]
    assert spread(many, people, POLICY) == dict.fromkeys("0123", "wang")
    equal = [Candidate("li", "Li"), Candidate("wang", "Wang")]
    found = spread(many, equal, POLICY)
    assert sorted(str(each) for each in found.values()) == ["li", "li", "wang", "wang"]


def test_that_nobody_gets_more_than_there_are_places() -> None:
    people = [Candidate("li", "Li", open_cases=1), Candidate("wang", "Wang", open_cases=2)]
    found = spread([offered("a"), offered("b")], people, PoolPolicy(capacity=2))
    assert found == {"a": "li", "b": None}


def test_that_an_owner_keeps_a_case_and_who_is_kept_away_or_far_gets_none() -> None:
    people = [Candidate("li", "Li"), Candidate("wang", "Wang", open_cases=50)]
    found = spread(
        [
            offered("kept", owner="wang"),
            offered("back", kept_from="li"),
            offered("far", near=frozenset({"wang"})),
            offered("free"),
        ],
        people,
        POLICY,
    )
    assert found == {"kept": "wang", "back": "wang", "far": "wang", "free": "li"}
