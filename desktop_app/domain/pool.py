"""The pool 公海: what goes back into it and when, who may claim from it, whom a case suits best.

Sources: `features.md`, idea 8 (recycle after days without follow-up, per class; warning in
advance; claim frequency; lock-out of the previous owner; capacity per person); S3-68 and figure 7
of source 003 (what each class asks of whoever looks after it); S0-20 (the best for the task force).
"""

import datetime as dt
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import Field

from db.vocabulary import CustomerClass, SkillKind
from desktop_app.domain.drafts import Draft
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.i18n import N_

_Days = Annotated[int, Field(ge=1, le=3650)]
_Count = Annotated[int, Field(ge=1, le=100_000)]


class PoolPolicy(Draft):
    """The numbers of the pool; days are calendar days."""

    days_a: Annotated[_Days, Field(title=N_("Days without contact, class A"))] = 7
    days_b: Annotated[_Days, Field(title=N_("Days without contact, class B"))] = 14
    days_c: Annotated[_Days, Field(title=N_("Days without contact, class C"))] = 30
    warning_days: Annotated[
        int, Field(ge=0, le=365, title=N_("Working days of warning before"))
    ] = 2
    capacity: Annotated[_Count, Field(title=N_("Open cases a person may hold"))] = 80
    claims_per_day: Annotated[_Count, Field(title=N_("Cases a person may claim on one day"))] = 10
    cool_off_days: Annotated[
        int, Field(ge=0, le=3650, title=N_("Days in which the previous owner may not claim it"))
    ] = 14

    def days_for(self, klass: CustomerClass | None) -> int:
        """Days without effective contact that a class bears; without a class as many as C."""
        days = {CustomerClass.A: self.days_a, CustomerClass.B: self.days_b}
        return self.days_c if klass is None else days.get(klass, self.days_c)


# ---------------------------------------------------------------- back into the pool


class RecycleState(StrEnum):
    """What becomes of a case that somebody holds."""

    KEPT = "kept"
    WARNED = "warned"
    RECYCLED = "recycled"


@dataclass(frozen=True, slots=True)
class Recycling:
    """State of a held case; the days are None for one that is not taken away."""

    state: RecycleState
    warn_on: dt.date | None = None
    recycle_on: dt.date | None = None


def recycling(
    *,
    held_since: dt.date,
    last_effective: dt.date | None,
    klass: CustomerClass | None,
    today: dt.date,
    calendar: WorkCalendar,
    policy: PoolPolicy,
    is_locked: bool = False,
) -> Recycling:
    """Whether a case stays with its owner, who is warned, or goes back into the pool.

    It goes on the first working day after so many days without effective contact since it was
    given to its owner; the warning comes that many working days earlier.

    Args:
        held_since: Day on which the owner got it.
        last_effective: Day of the last contact in which the customer was spoken to.
        klass: Class of the customer.
        today: This day.
        calendar: Working days.
        policy: The numbers.
        is_locked: Nobody takes it away: a promise is open, a callback planned, a remedy begun.
    """
    if is_locked:
        return Recycling(RecycleState.KEPT)
    since = held_since if last_effective is None else max(held_since, last_effective)
    days = dt.timedelta(days=policy.days_for(klass))
    recycle_on = calendar.same_or_next(since + days)
    warn_on = max(since, calendar.add_working_days(recycle_on, -policy.warning_days))
    state = RecycleState.WARNED if today >= warn_on else RecycleState.KEPT
    if today >= recycle_on:
        state = RecycleState.RECYCLED
    return Recycling(state, warn_on, recycle_on)


def kept_from_previous_until(released_on: dt.date, policy: PoolPolicy) -> dt.date:
    """Last day on which the previous owner may not claim a case that went into the pool."""
    return released_on + dt.timedelta(days=policy.cool_off_days)


# ---------------------------------------------------------------- out of the pool


class ClaimRefusal(StrEnum):
    """Why somebody may not claim a case."""

    CAPACITY = "capacity"
    DAILY = "daily"
    COOL_OFF = "cool_off"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal with its figures: `held` or `claimed` and `limit`, or the last day as `until`."""

    reason: ClaimRefusal
    figures: Mapping[str, int | dt.date] = field(default_factory=dict)


def claim_refusals(
    *,
    held: int,
    claimed_today: int,
    was_owner: bool,
    kept_until: dt.date | None,
    today: dt.date,
    policy: PoolPolicy,
    capacity: int | None = None,
) -> tuple[Refused, ...]:
    """All reasons why a person may not claim a case now; empty when they may.

    Args:
        held: Open cases the person holds.
        claimed_today: Cases the person has claimed today.
        was_owner: Whether the person is the previous owner of this case.
        kept_until: Until when it is kept from that person.
        today: This day.
        policy: The numbers.
        capacity: How many cases this person may hold, if not as many as all.
    """
    most = policy.capacity if capacity is None else capacity
    found: list[Refused] = []
    if held >= most:
        found.append(Refused(ClaimRefusal.CAPACITY, {"held": held, "limit": most}))
    if claimed_today >= policy.claims_per_day:
        figures = {"claimed": claimed_today, "limit": policy.claims_per_day}
        found.append(Refused(ClaimRefusal.DAILY, figures))
    if was_owner and kept_until is not None and today <= kept_until:
        found.append(Refused(ClaimRefusal.COOL_OFF, {"until": kept_until}))
    return tuple(found)


# ---------------------------------------------------------------- assignment


Levels = Mapping[SkillKind, int]


def _levels(professional: int, service: int, communication: int) -> Levels:
    found = zip(SkillKind, (professional, service, communication), strict=True)
    return MappingProxyType(dict(found))


REQUIRED: Final[Mapping[CustomerClass, Levels]] = MappingProxyType(
    {
        CustomerClass.A: _levels(1, 3, 2),
        CustomerClass.B: _levels(3, 2, 2),
        CustomerClass.C: _levels(2, 1, 3),
    }
)
"""Ability each class asks for (S3-68)."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might get a case. A skill that is not known counts as average."""

    key: Hashable
    name: str
    skills: Levels = field(default_factory=dict)
    open_cases: int = 0
    capacity: int | None = None
    is_present: bool = True
    is_kept_away: bool = False  # previous owner in the cool-off


@dataclass(frozen=True, slots=True)
class Suitability:
    """How well a case suits somebody: share of the skills met x share of the capacity free.

    `met` of `asked` levels of skill; `missing` names the skills below what is asked.
    """

    candidate: Candidate
    met: int
    asked: int
    missing: tuple[SkillKind, ...]
    free: int
    capacity: int

    @property
    def score(self) -> Fraction:
        """From 0 to 1, exact."""
        return Fraction(self.met * self.free, self.asked * self.capacity)


def suitability(
    candidate: Candidate, klass: CustomerClass | None, policy: PoolPolicy
) -> Suitability:
    """Score one candidate for a customer of a class; without a class as for C."""
    required = REQUIRED[klass or CustomerClass.C]
    levels = {skill: candidate.skills.get(skill, 1) for skill in SkillKind}
    capacity = policy.capacity if candidate.capacity is None else candidate.capacity
    return Suitability(
        candidate=candidate,
        met=sum(min(levels[skill], asked) for skill, asked in required.items()),
        asked=sum(required.values()),
        missing=tuple(skill for skill, asked in required.items() if levels[skill] < asked),
        free=max(0, capacity - candidate.open_cases),
        capacity=max(1, capacity),
    )


def best_first(
    candidates: Iterable[Candidate], klass: CustomerClass | None, policy: PoolPolicy
) -> tuple[Suitability, ...]:
    """All who can take a case, the best first; empty: it goes into the pool.

    Who is absent, full or kept away is left out. Equal scores: more skills met, then fewer open
    cases, then the name and the key, so that a second run gives the same.
    """
    found = (
        suitability(candidate, klass, policy)
        for candidate in candidates
        if candidate.is_present and not candidate.is_kept_away
    )
    return tuple(sorted((each for each in found if each.free), key=_order))


def _order(each: Suitability) -> tuple[Fraction, int, int, str, str]:
    person = each.candidate
    return -each.score, -each.met, person.open_cases, person.name, str(person.key)


@dataclass(frozen=True, slots=True)
class Offered:
    """A case that is to be given to one of several people.

    Attributes:
        key: Of the case.
        klass: Class of its customer.
        owner: Who holds it now; keeps it, if among those people.
        kept_from: Previous owner in the cool-off.
        near: Who may get it at all.
    """

    key: Hashable
    klass: CustomerClass | None
    owner: Hashable | None
    kept_from: Hashable | None
    near: frozenset[Hashable]


def spread(
    cases: Iterable[Offered], candidates: Iterable[Candidate], policy: PoolPolicy
) -> dict[Hashable, Hashable | None]:
    """Who gets which case: each goes to whom it suits best by skill and by the load until then.

    Args:
        cases: The cases, in the order in which they are given out.
        candidates: The people chosen.
        policy: The numbers.

    Returns:
        The key of the candidate by the key of the case; None where nobody chosen can take it.
    """
    people = {each.key: each for each in candidates}
    found: dict[Hashable, Hashable | None] = {}
    for case in cases:
        if case.owner in people:
            found[case.key] = case.owner
            continue
        able = (each for key, each in people.items() if key in case.near and key != case.kept_from)
        best = next(iter(best_first(able, case.klass, policy)), None)
        found[case.key] = None if best is None else best.candidate.key
        if best is not None:
            one = best.candidate
            people[one.key] = replace(one, open_cases=one.open_cases + 1)
    return found
