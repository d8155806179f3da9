"""No orphans: who holds a customer, who has been left alone, who takes over, who is to rotate.

Sources: S3-26 and S3-54 (orphaned customers), S3-49 (find, clean, assign; to other departments if
short of capacity), S3-39 (no A customers for new staff), S3-68 (skills by class), S3-71 with Q-09
(rotation with a time in which both come), S3-72 (primary and backup).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import Field

from db.vocabulary import CustomerClass, Seat, SkillKind
from desktop_app.domain.drafts import Draft
from desktop_app.domain.months import add_months
from desktop_app.domain.pool import Candidate, PoolPolicy, Suitability, best_first
from desktop_app.domain.rates import Rate
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.i18n import N_


class HandoverPolicy(Draft):
    """The numbers."""

    new_staff_days: Annotated[
        int, Field(ge=0, le=3650, title=N_("Days in which new staff get no A customers"))
    ] = 60
    customers: Annotated[int, Field(ge=1, le=100_000, title=N_("Customers a person may hold"))] = (
        250
    )
    overlap_days: Annotated[
        int, Field(ge=0, le=250, title=N_("Working days in which both look after a customer"))
    ] = 10
    rotation_months: Annotated[
        int, Field(ge=1, le=240, title=N_("Months after which an owner rotates"))
    ] = 24


class Holding(NamedTuple):
    """Somebody's charge of a customer; `last` is its last day, None while it goes on."""

    customer: Hashable
    employee: Hashable
    seat: Seat
    first: dt.date
    last: dt.date | None = None


class Ends(NamedTuple):
    """The last day of a charge, and whether it ended because the employee left."""

    last: dt.date | None
    has_left: bool


def ends(holding: Holding, left_on: Mapping[Hashable, dt.date]) -> Ends:
    """When a charge ends; the last day of work of a leaver ends it too."""
    left = left_on.get(holding.employee)
    if left is not None and (holding.last is None or left <= holding.last):
        return Ends(left, has_left=True)
    return Ends(holding.last, has_left=False)


def holders(
    holdings: Iterable[Holding], left_on: Mapping[Hashable, dt.date], day: dt.date
) -> dict[tuple[Hashable, Seat], Holding]:
    """Who holds each seat of each customer on a day; of several the newest."""
    found: dict[tuple[Hashable, Seat], Holding] = {}
    for holding in sorted(holdings, key=lambda each: each.first):
        last = ends(holding, left_on).last
        if holding.first <= day and (last is None or day <= last):
            found[holding.customer, holding.seat] = holding
    return found


# ---------------------------------------------------------------- orphans


class OrphanReason(StrEnum):
    """Why nobody is in charge."""

    LEFT = "left"  # the employee left
    ENDED = "ended"  # the charge ended without a successor
    NEVER = "never"  # nobody ever was


@dataclass(frozen=True, slots=True)
class Orphan:
    """A customer without anybody in charge; `since` and `days` are None if not known."""

    customer: Hashable
    reason: OrphanReason
    since: dt.date | None
    days: int | None
    former: Hashable = None
    has_backup: bool = False


def orphans(
    customers: Mapping[Hashable, dt.date | None],
    holdings: Sequence[Holding],
    left_on: Mapping[Hashable, dt.date],
    as_of: dt.date,
) -> tuple[Orphan, ...]:
    """All customers without a primary on a day, those longest alone first.

    Args:
        customers: Since when each is a customer, None: not known.
        holdings: All charges, past ones too.
        left_on: Last day of work of those who left.
        as_of: The day; it counts as a day alone.
    """
    held = holders(holdings, left_on, as_of)
    past: dict[Hashable, list[tuple[dt.date, bool, Hashable]]] = defaultdict(list)
    for holding in holdings:
        last, has_left = ends(holding, left_on)
        if holding.seat is Seat.PRIMARY and last is not None and last < as_of:
            past[holding.customer].append((last, has_left, holding.employee))
    found = []
    for customer, known_since in customers.items():
        if (customer, Seat.PRIMARY) in held:
            continue
        has_backup = (customer, Seat.BACKUP) in held
        if before := past.get(customer):
            last, has_left, former = max(before, key=lambda each: each[0])
            reason = OrphanReason.LEFT if has_left else OrphanReason.ENDED
            since: dt.date | None = last + dt.timedelta(days=1)
        else:
            reason, since, former = OrphanReason.NEVER, known_since, None
        days = None if since is None else (as_of - since).days + 1
        found.append(Orphan(customer, reason, since, days, former, has_backup))
    return tuple(sorted(found, key=lambda each: each.since or dt.date.min))


def coverage(
    customers: Collection[Hashable], held: Mapping[tuple[Hashable, Seat], Holding]
) -> Rate:
    """Customers with somebody in charge and a backup who is somebody else, of all (S3-72)."""
    covered = 0
    for customer in customers:
        primary = held.get((customer, Seat.PRIMARY))
        backup = held.get((customer, Seat.BACKUP))
        covered += bool(primary and backup and primary.employee != backup.employee)
    return Rate(covered, len(customers))


# ---------------------------------------------------------------- receivers


@dataclass(frozen=True, slots=True)
class Receiver:
    """An employee who may take customers over; `held`: customers in either seat."""

    key: Hashable
    name: str
    department: str = ""
    skills: Mapping[SkillKind, int] = field(default_factory=dict)
    held: int = 0
    capacity: int | None = None
    hired_on: dt.date | None = None
    districts: Collection[str] = frozenset()
    is_present: bool = True


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A seat to be filled; `other`: who holds the other seat of the customer."""

    customer: Hashable
    seat: Seat
    klass: CustomerClass | None
    value: int = 0
    department: str = ""
    district: str = ""
    other: Hashable = None


class NoReceiver(StrEnum):
    """Why nobody is suggested; the weightiest that holds for all."""

    NOBODY = "nobody"  # nobody else is present and goes to the district
    FULL = "full"
    TOO_NEW = "too_new"  # only new staff would have room for an A customer


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who might take a seat, or why nobody does.

    `was_backup`: the backup moves up, whom the customer knows; its own seat is then to be filled
    and follows in the list. `is_cross`: from another department.
    """

    vacancy: Vacancy
    receiver: Receiver | None = None
    suitability: Suitability | None = None
    was_backup: bool = False
    is_cross: bool = False
    refusal: NoReceiver | None = None


def suggest(
    vacancies: Iterable[Vacancy],
    receivers: Sequence[Receiver],
    on: dt.date,
    policy: HandoverPolicy | None = None,
) -> tuple[Suggestion, ...]:
    """Suggest who takes over: A customers first, then by value, those in charge before backups.

    The backup moves up if it may; else the best by skill and free capacity of the same
    department, else of the others. What was suggested counts as load for the next.
    """
    return tuple(_Suggestions(receivers, on, policy or HandoverPolicy()).all(vacancies))


class _Suggestions:
    def __init__(self, receivers: Sequence[Receiver], on: dt.date, policy: HandoverPolicy) -> None:
        self._receivers = {each.key: each for each in receivers}
        self._on, self._policy = on, policy
        self._load = Counter({each.key: each.held for each in receivers})

    def all(self, vacancies: Iterable[Vacancy]) -> Iterator[Suggestion]:
        for vacancy in sorted(vacancies, key=_weight):
            backup = self._receivers.get(vacancy.other)
            if vacancy.seat is Seat.PRIMARY and backup is not None and self._may(backup, vacancy):
                yield Suggestion(vacancy, backup, was_backup=True)
                yield self._best(
                    Vacancy(
                        customer=vacancy.customer,
                        seat=Seat.BACKUP,
                        klass=vacancy.klass,
                        value=vacancy.value,
                        department=vacancy.department,
                        district=vacancy.district,
                        other=backup.key,
                    )
                )
            else:
                yield self._best(vacancy)

    def _best(self, vacancy: Vacancy) -> Suggestion:
        present = [
            each
            for each in self._receivers.values()
            if self._goes(each, vacancy) and each.key != vacancy.other
        ]
        if not present:
            return Suggestion(vacancy, refusal=NoReceiver.NOBODY)
        free = [each for each in present if self._load[each.key] < self._capacity(each)]
        if not free:
            return Suggestion(vacancy, refusal=NoReceiver.FULL)
        able = [each for each in free if not self._is_too_new(each, vacancy)]
        if not able:
            return Suggestion(vacancy, refusal=NoReceiver.TOO_NEW)
        near = [each for each in able if each.department == vacancy.department]
        found = best_first(
            (self._candidate(each) for each in near or able), vacancy.klass, PoolPolicy()
        )[0]
        receiver = self._receivers[found.candidate.key]
        self._load[receiver.key] += 1
        return Suggestion(vacancy, receiver, found, is_cross=not near)

    def _may(self, backup: Receiver, vacancy: Vacancy) -> bool:
        """Whether a backup may move up; it holds the customer already, so it needs no room."""
        return self._goes(backup, vacancy) and not self._is_too_new(backup, vacancy)

    def _goes(self, receiver: Receiver, vacancy: Vacancy) -> bool:
        places = receiver.districts
        goes = not places or not vacancy.district or vacancy.district in places
        return receiver.is_present and goes

    def _is_too_new(self, receiver: Receiver, vacancy: Vacancy) -> bool:
        if vacancy.klass is not CustomerClass.A or receiver.hired_on is None:
            return False
        return (self._on - receiver.hired_on).days < self._policy.new_staff_days

    def _capacity(self, receiver: Receiver) -> int:
        return self._policy.customers if receiver.capacity is None else receiver.capacity

    def _candidate(self, receiver: Receiver) -> Candidate:
        return Candidate(
            key=receiver.key,
            name=receiver.name,
            skills=receiver.skills,
            open_cases=self._load[receiver.key],
            capacity=self._capacity(receiver),
        )


def _weight(vacancy: Vacancy) -> tuple[bool, str, int]:
    return vacancy.seat is Seat.BACKUP, vacancy.klass or CustomerClass.C, -vacancy.value


# ---------------------------------------------------------------- rotation


@dataclass(frozen=True, slots=True)
class Rotation:
    """An owner whose time with a customer is up; from `overlap_from` on both look after it."""

    holding: Holding
    due: dt.date
    overlap_from: dt.date


def rotations(
    held: Iterable[Holding],
    until: dt.date,
    calendar: WorkCalendar,
    policy: HandoverPolicy | None = None,
) -> tuple[Rotation, ...]:
    """Who rotates until a day, the longest in charge first; overdue ones too.

    Args:
        held: Charges that go on; only of those in charge, not of backups.
        until: Last day on which a rotation may be due.
        calendar: Working days; a rotation is due on one.
        policy: The numbers.
    """
    policy = policy or HandoverPolicy()
    found = []
    for holding in held:
        due = calendar.same_or_next(add_months(holding.first, policy.rotation_months))
        if holding.seat is Seat.PRIMARY and due <= until:
            begin = calendar.add_working_days(due, -policy.overlap_days)
            found.append(Rotation(holding, due, begin))
    return tuple(sorted(found, key=lambda each: each.due))
