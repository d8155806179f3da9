"""Churn by quarter and class beside the employees who left (S3-24, S3-25, S3-36, F-37)."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db.queries import churn_quarters as queries
from db.queries import staff_profiles as staff_queries
from db.vocabulary import CustomerClass, Fate
from desktop_app import clock
from desktop_app.domain import churn_quarters as rules
from desktop_app.domain.churn_quarters import Correlation, Life, Trend
from desktop_app.domain.months import Period, period_of, periods
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import TenureBand, tenure_band, turnover
from desktop_app.services import access, employee_exits, staff_profiles

QUARTERS: Final = 8
"""So many whole quarters are looked at without a period."""
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StaffQuarter:
    """Employees of one quarter: how many left, of how many on average, and the turnover (F-37)."""

    quarter: Period
    leavers: int
    headcount: float
    turnover: float | None
    by_band: Mapping[TenureBand | None, int]


@dataclass(frozen=True, slots=True)
class ChurnQuarters:
    """Churn and staff, quarter by quarter.

    Attributes:
        quarters: The quarters, in order.
        is_whole: Whether each quarter is over; trend and correlation leave out the others.
        churn: Lost customers of those who were there, by class.
        total: The same of all classes.
        trends: How the churn of each class goes.
        staff: The employees.
        same: Churn and leavers of the same quarter, by class.
        later: Churn and the leavers of the quarter before, by class.
        bands: Turnover over the whole time by how long leavers were there; None: not known.
        of_leavers: Customers of leavers that left as well, by tenure and what became of them.
    """

    quarters: tuple[Period, ...]
    is_whole: tuple[bool, ...]
    churn: Mapping[CustomerClass, tuple[Rate, ...]]
    total: tuple[Rate, ...]
    trends: Mapping[CustomerClass, Trend]
    staff: tuple[StaffQuarter, ...]
    same: Mapping[CustomerClass, Correlation]
    later: Mapping[CustomerClass, Correlation]
    bands: Mapping[TenureBand | None, tuple[int, float | None]]
    of_leavers: Mapping[tuple[TenureBand, Fate], Rate]


@dataclass(frozen=True, slots=True)
class _Worker:
    hired_on: dt.date | None
    left_on: dt.date | None

    def is_here(self, day: dt.date) -> bool:
        begun = self.hired_on is None or self.hired_on <= day
        return begun and (self.left_on is None or day <= self.left_on)

    @property
    def band(self) -> TenureBand | None:
        """How long the person was there, None if not known; only of who has left."""
        if self.hired_on is None or self.left_on is None:
            return None
        return tenure_band(self.hired_on, self.left_on)


def figures(
    session: Session, first: dt.date | None = None, last: dt.date | None = None
) -> ChurnQuarters:
    """Churn of the customers the actor sees and leavers the actor manages, by quarter.

    Args:
        session: a session.
        first: a day of the first quarter; eight quarters before the end without it.
        last: a day of the last quarter; the last one that is over without it.
    """
    access.require(session, Action.REPORT)
    today = clock.today()
    quarters = _quarters(first, last, today)
    is_whole = tuple(quarter.last < today for quarter in quarters)
    rows = queries.lives(session, access.visible(session))
    lives = [Life(row.klass, row.since, row.lost, row.bought) for row in rows]
    churn = rules.churn(lives, quarters)
    staff = _staff(session)
    by_quarter = tuple(_staff_quarter(staff, quarter, today) for quarter in quarters)
    whole = sum(is_whole)
    done = {klass: rates[:whole] for klass, rates in churn.items()}
    leavers = [one.leavers for one in by_quarter[:whole]]
    return ChurnQuarters(
        quarters=quarters,
        is_whole=is_whole,
        churn=churn,
        total=tuple(_sum(rates) for rates in zip(*churn.values(), strict=True)),
        trends={klass: rules.trend(rates, quarters[:whole]) for klass, rates in done.items()},
        staff=by_quarter,
        same={klass: rules.correlation(rates, leavers) for klass, rates in done.items()},
        later=rules.later(done, leavers),
        bands=_bands(staff, quarters, today),
        of_leavers=employee_exits.churn_by_tenure(session, min(today, quarters[-1].last)),
    )


def _quarters(first: dt.date | None, last: dt.date | None, today: dt.date) -> tuple[Period, ...]:
    end = last or period_of(today, rules.MONTHS).first - _DAY
    if first is not None and last is None:
        end = max(end, first)
    begin = first
    if begin is None:
        begin = end
        for _quarter in range(QUARTERS - 1):
            begin = period_of(begin, rules.MONTHS).first - _DAY
    return tuple(periods(begin, end, rules.MONTHS))


def _sum(rates: Sequence[Rate]) -> Rate:
    return Rate(sum(rate.hits for rate in rates), sum(rate.n for rate in rates))


def _staff(session: Session) -> list[_Worker]:
    """Everybody with a function in the firm whom the actor manages, leavers too."""
    visible = access.visible(session)
    left = staff_queries.left_days(session)
    return [
        _Worker(one.profile.hired_on, left.get(one.user_id))
        for one in staff_profiles.all_profiles(session).values()
        if one.profile.functions and staff_queries.is_near(one.store_id, visible)
    ]


def _headcounts(staff: Sequence[_Worker], days: Sequence[dt.date]) -> list[int]:
    return [sum(worker.is_here(day) for worker in staff) for day in days]


def _gone(staff: Sequence[_Worker], period: Period, today: dt.date) -> list[_Worker]:
    """Who left in a period; who says now that they will leave has not left."""
    return [one for one in staff if one.left_on and one.left_on in period and one.left_on <= today]


def _staff_quarter(staff: Sequence[_Worker], quarter: Period, today: dt.date) -> StaffQuarter:
    """The headcount is that of the morning of the first day and of the evening of the last."""
    gone = _gone(staff, quarter, today)
    counts = _headcounts(staff, (quarter.first, min(quarter.last, today) + _DAY))
    return StaffQuarter(
        quarter,
        len(gone),
        sum(counts) / len(counts),
        turnover(len(gone), counts),
        Counter(one.band for one in gone),
    )


def _bands(
    staff: Sequence[_Worker], quarters: Sequence[Period], today: dt.date
) -> dict[TenureBand | None, tuple[int, float | None]]:
    """Leavers over the whole time and their turnover, by how long they were there."""
    whole = Period(quarters[0].first, quarters[-1].last)
    days = [quarters[0].first, *(min(one.last, today) + _DAY for one in quarters)]
    counts = _headcounts(staff, days)
    gone = Counter(one.band for one in _gone(staff, whole, today))
    bands: tuple[TenureBand | None, ...] = (*TenureBand, None)
    return {band: (gone[band], turnover(gone[band], counts)) for band in bands}
