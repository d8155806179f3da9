"""How the team works: from detection to the first call, contacts to a case, and the load ahead."""

import datetime as dt
import statistics
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db.queries import team as queries
from db.queries.team import FirstContact, TeamFilter
from db.vocabulary import CustomerClass
from desktop_app import clock
from desktop_app.domain import workload
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.significance import ENOUGH
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.domain.workload import DayLoad, OpenCase
from desktop_app.services import access, calendar, outcome_settings, team_figures
from desktop_app.services.insights import Named
from desktop_app.services.team_figures import Share

__all__ = ["Load", "Speed", "TeamFilter", "Work", "work"]

AHEAD_DAYS: Final = 14
_HOUR: Final = 3600
_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Speed:
    """From detection to the first contact by staff; hours of the clock, nights included.

    Attributes:
        klass: Class of the customers; None is all of them.
        contacted: Cases in which somebody was called, written to or visited.
        waiting: Open cases in which nobody was yet; they are not in the hours.
        median_hours: Half of those contacted were contacted sooner; None without any.
        quartiles: Hours within which a quarter and three quarters were; None below two.
        in_time: Contacted within the time allowed for the class, of those contacted and of those
            for whom it has passed.
        is_enough: Whether there are enough contacted cases.
        called: The cases contacted.
        timed: Those that `in_time` is a share of.
        timely: Those of them contacted in time.
    """

    klass: CustomerClass | None
    contacted: int
    waiting: int
    median_hours: float | None
    quartiles: tuple[float, float] | None
    in_time: Share
    is_enough: bool
    called: tuple[uuid.UUID, ...]
    timed: tuple[uuid.UUID, ...]
    timely: tuple[uuid.UUID, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Contacts ahead of one person, day by day."""

    name: Named
    days: tuple[DayLoad, ...]

    @property
    def due(self) -> int:
        """Contacts planned in these days; those overdue too."""
        return sum(day.due for day in self.days)

    @property
    def expected(self) -> float:
        """Follow-ups to be expected in these days."""
        return sum(day.expected for day in self.days)

    @property
    def full_on(self) -> dt.date | None:
        """The first day on which not everything fits."""
        return next((day.day for day in self.days if day.left_over > 0), None)


@dataclass(frozen=True, slots=True)
class Work:
    """How the team works.

    Attributes:
        speed: All classes together, then each that there is.
        attempts_per_case: Mean number of attempts of closed cases; None without any.
        attempts_n: How many closed cases that is.
        is_enough: Whether these are enough; below that a case counts as one contact ahead.
        loads: By person, in the order of names.
    """

    speed: tuple[Speed, ...]
    attempts_per_case: float | None
    attempts_n: int
    is_enough: bool
    loads: tuple[Load, ...]


def work(session: Session, criteria: TeamFilter | None = None, minimum: int = ENOUGH) -> Work:
    """How those work whose figures the actor may see."""
    access.require(session, Action.REPORT)
    wanted = team_figures.limited(session, criteria or TeamFilter())
    days = calendar.work_calendar(session)
    closed = [case.attempts for case in queries.closed_cases(session, wanted)]
    mean = workload.average_attempts(closed)
    is_enough = len(closed) >= minimum
    capacity = outcome_settings.read(session).contacts_a_day
    ahead = mean if mean is not None and is_enough else 1.0
    return Work(
        _speeds(queries.first_contacts(session, wanted), days, minimum),
        mean,
        len(closed),
        is_enough,
        _loads(queries.open_work(session, wanted), days, capacity, ahead),
    )


def _speeds(cases: Sequence[FirstContact], days: WorkCalendar, minimum: int) -> tuple[Speed, ...]:
    classes = [klass for klass in CustomerClass if any(case.klass is klass for case in cases)]
    groups = [(None, cases)] + [
        (klass, [case for case in cases if case.klass is klass]) for klass in classes
    ]
    return tuple(_speed(klass, some, days, minimum) for klass, some in groups)


def _speed(
    klass: CustomerClass | None, cases: Sequence[FirstContact], days: WorkCalendar, minimum: int
) -> Speed:
    hours = sorted(
        max(0.0, (case.contacted_at - case.found_at).total_seconds() / _HOUR)
        for case in cases
        if case.contacted_at is not None
    )
    verdicts = {case.id: verdict for case in cases if (verdict := _in_time(case, days)) is not None}
    quartiles = None
    if len(hours) >= _TWO:
        first, _second, third = statistics.quantiles(hours, n=4, method="inclusive")
        quartiles = (first, third)
    return Speed(
        klass,
        len(hours),
        sum(case.contacted_at is None and case.is_open for case in cases),
        statistics.median(hours) if hours else None,
        quartiles,
        Share(Rate(sum(verdicts.values()), len(verdicts)), len(verdicts) >= minimum),
        len(hours) >= minimum,
        tuple(case.id for case in cases if case.contacted_at is not None),
        tuple(verdicts),
        tuple(key for key, is_timely in verdicts.items() if is_timely),
    )


def _in_time(case: FirstContact, days: WorkCalendar) -> bool | None:
    """Whether the first contact came in time; None while there is time, or nobody called."""
    due = days.first_contact_due(clock.local(case.found_at), case.klass)
    if case.contacted_at is not None:
        return clock.local(case.contacted_at) <= due
    return False if case.is_open and clock.local(clock.now()) > due else None


def _loads(
    cases: Sequence[queries.OpenWork], days: WorkCalendar, capacity: int, attempts: float
) -> tuple[Load, ...]:
    names: dict[uuid.UUID, str] = {case.owner_id: case.owner for case in cases}
    first = clock.today()
    loads = workload.forecast(
        [OpenCase(case.owner_id, case.next_due, case.attempts) for case in cases],
        first,
        first + dt.timedelta(days=AHEAD_DAYS - 1),
        days.is_working,
        dict.fromkeys(names, float(capacity)),
        attempts,
    )
    return tuple(Load(Named(owner, name), loads[owner]) for owner, name in names.items())
