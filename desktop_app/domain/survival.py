"""How long customers stay after a save: Kaplan-Meier curve, median, restricted mean, log-rank test.

Whoever is still there when last looked at counts as long as known and not as staying for ever.
What cannot be computed is not known (``None``), never zero.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt
from statistics import NormalDist
from typing import Generic, TypeVar

from desktop_app.domain.kpis import Interval
from desktop_app.domain.significance import ENOUGH, chi_square_at_least

K = TypeVar("K", bound=Hashable)

_HALF = 0.5
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Stay:
    """Days a customer stayed; ``left`` is false for one still there when last looked at."""

    days: int
    left: bool


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The beginning, or a day on which somebody left or was last seen.

    Attributes:
        day: Days since the beginning.
        at_risk: Customers still there just before.
        left: Customers who left on this day.
        censored: Customers still there who were last looked at on this day.
        staying: Share estimated to stay longer than this day.
        interval: Of this share; ``None`` while nobody has left, and when nobody stays.
    """

    day: int
    at_risk: int
    left: int
    censored: int
    staying: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Kaplan-Meier curve.

    Attributes:
        n: Customers.
        left: How many of them left.
        points: Day 0 and the days of changes, ascending; in between the curve is level.
        is_enough: Whether there are enough customers to show it.
    """

    n: int
    left: int
    points: tuple[CurvePoint, ...]
    is_enough: bool

    @property
    def median(self) -> int | None:
        """First day after which at most half stay; ``None`` while more do."""
        return self._first(point.staying for point in self.points)

    @property
    def median_interval(self) -> tuple[int | None, int | None]:
        """Days between which the median lies (R. Brookmeyer, J. Crowley 1982); ``None`` is open."""
        known = [(point.staying, point.interval) for point in self.points]
        return (
            self._first(share if bound is None else bound.low for share, bound in known),
            self._first(1.0 if bound is None else bound.high for _share, bound in known),
        )

    def at(self, day: int) -> CurvePoint | None:
        """The point that holds on a day; ``None`` beyond the last when some may still stay."""
        if not reaches(self, day):
            return None
        return self.points[bisect_right(self.points, day, key=lambda point: point.day) - 1]

    def _first(self, shares: Iterable[float]) -> int | None:
        """Day of the first share of at most a half."""
        pairs = zip(self.points, shares, strict=True)
        return next((point.day for point, share in pairs if share <= _HALF + _ROUNDING), None)


@dataclass(frozen=True, slots=True)
class RestrictedMean:
    """Mean days stayed within a horizon, with its standard error and normal interval."""

    days: float
    standard_error: float
    interval: Interval


class Difference(StrEnum):
    """What a test says about a difference."""

    SHOWN = "shown"
    NOT_SHOWN = "not_shown"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Group(Generic[K]):
    """One group of a log-rank test: customers, how many left, how many were expected to.

    A group with too few customers is not compared; its expectation is not known.
    """

    key: K
    n: int
    left: int
    expected: float | None


@dataclass(frozen=True, slots=True)
class LogRank(Generic[K]):
    """Result of a log-rank test.

    Attributes:
        groups: All groups, in the order given.
        statistic: Chi-square; ``None`` when fewer than two groups can be compared.
        degrees: Degrees of freedom.
        p: Probability of so great a difference without one.
        verdict: What follows.
    """

    groups: tuple[Group[K], ...]
    statistic: float | None
    degrees: int
    p: float | None
    verdict: Difference


def kaplan_meier(stays: Iterable[Stay], minimum: int = ENOUGH, confidence: float = 0.95) -> Curve:
    """Curve of the share that stays, day by day.

    Source: E. Kaplan, P. Meier (1958), "Nonparametric estimation from incomplete observations";
    variance by M. Greenwood (1926); interval on the log(-log) scale by J. Kalbfleisch, R. Prentice
    (1980), "The statistical analysis of failure time data". Tested against scipy.
    """
    left, ended = _by_day(stays)
    at_risk = n = ended.total()
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    staying, spread = 1.0, 0.0
    points = []
    for day in sorted({0, *ended}) if ended else ():
        gone = left[day]
        staying *= 1 - gone / at_risk
        spread += gone / (at_risk * (at_risk - gone)) if gone < at_risk else 0.0
        interval = _log_log(staying, spread, z)
        points.append(CurvePoint(day, at_risk, gone, ended[day] - gone, staying, interval))
        at_risk -= ended[day]
    return Curve(n, left.total(), tuple(points), n >= minimum)


def reaches(curve: Curve, day: int) -> bool:
    """Whether the curve is known on a day: somebody was watched so long, or nobody stays."""
    if not curve.points:
        return False
    last = curve.points[-1]
    return day <= last.day or last.staying == 0


def restricted_mean(curve: Curve, horizon: int, confidence: float = 0.95) -> RestrictedMean | None:
    """Mean days stayed, counting at most the days of the horizon: the area under the curve.

    Source: J. Klein, M. Moeschberger (2003), "Survival analysis", formulas 4.5.1 and 4.5.2.

    Returns:
        ``None`` when nobody was watched so long and some may still stay.
    """
    if not reaches(curve, horizon):
        return None
    days = [point for point in curve.points if point.day <= horizon]
    edges = [*(point.day for point in days[1:]), horizon]
    area = variance = 0.0
    for point, edge in zip(reversed(days), reversed(edges), strict=True):
        area += point.staying * (edge - point.day)
        if point.left < point.at_risk:
            variance += area * area * point.left / (point.at_risk * (point.at_risk - point.left))
    half = NormalDist().inv_cdf((1 + confidence) / 2) * sqrt(variance)
    interval = Interval(max(0.0, area - half), min(float(horizon), area + half))
    return RestrictedMean(area, sqrt(variance), interval)


def log_rank(
    groups: Mapping[K, Iterable[Stay]], minimum: int = ENOUGH, alpha: float = 0.05
) -> LogRank[K]:
    """Test whether groups of customers stay equally long.

    Source: N. Mantel (1966), "Evaluation of survival data and two new rank order statistics";
    for more than two groups: R. Peto, J. Peto (1972). Groups with fewer customers than the minimum
    are left out of the comparison.
    """
    tallies = {key: _by_day(stays) for key, stays in groups.items()}
    compared = [key for key, (_left, ended) in tallies.items() if ended.total() >= minimum]
    excess, variance, expected = _observed_less_expected([tallies[key] for key in compared])
    statistic, degrees = _quadratic_form(excess[:-1], variance)
    expectation = dict(zip(compared, expected, strict=True))
    rows = tuple(
        Group(key, ended.total(), left.total(), expectation.get(key))
        for key, (left, ended) in tallies.items()
    )
    if degrees == 0:
        return LogRank(rows, None, 0, None, Difference.NOT_ENOUGH)
    p = chi_square_at_least(statistic, degrees)
    verdict = Difference.SHOWN if p < alpha else Difference.NOT_SHOWN
    return LogRank(rows, statistic, degrees, p, verdict)


_Tally = tuple[Counter[int], Counter[int]]
"""Customers who left by day, and all whose stay ended on it or was last seen on it."""


def _by_day(stays: Iterable[Stay]) -> _Tally:
    left: Counter[int] = Counter()
    ended: Counter[int] = Counter()
    for stay in stays:
        ended[stay.days] += 1
        left[stay.days] += stay.left
    return left, ended


def _log_log(staying: float, spread: float, z: float) -> Interval | None:
    """Interval of a share of the curve; ``spread`` is Greenwood's sum."""
    if spread == 0 or staying <= 0:
        return None
    half = z * sqrt(spread) / -log(staying)
    return Interval(staying ** exp(half), staying ** exp(-half))


def _observed_less_expected(
    groups: Sequence[_Tally],
) -> tuple[list[float], list[list[float]], list[float]]:
    """Excess of each group over its expectation, covariances of these, and the expectations.

    On each day on which d of n customers left, those of a group are hypergeometric.
    """
    at_risk = [ended.total() for _left, ended in groups]
    expected = [0.0] * len(groups)
    variance = [[0.0] * len(groups) for _group in groups]
    for day in sorted({day for _left, ended in groups for day in ended}):
        gone = sum(left[day] for left, _ended in groups)
        n = sum(at_risk)
        spread = gone * (n - gone) / (n * n * (n - 1)) if n > 1 else 0.0
        for row, here in enumerate(at_risk):
            expected[row] += gone * here / n
            for column, there in enumerate(at_risk):
                variance[row][column] += spread * here * ((n if row == column else 0) - there)
        at_risk = [here - ended[day] for here, (_left, ended) in zip(at_risk, groups, strict=True)]
    left = [left.total() for left, _ended in groups]
    return [seen - due for seen, due in zip(left, expected, strict=True)], variance, expected


def _quadratic_form(vector: Sequence[float], matrix: list[list[float]]) -> tuple[float, int]:
    """Value of x' A⁻ x and rank of A, by elimination; rows that depend on others are passed over.

    Only as many rows and columns of the matrix are used as the vector is long.
    """
    rest = list(vector)
    size = len(rest)
    rows = [list(row[:size]) for row in matrix[:size]]
    value, rank = 0.0, 0
    for at in range(size):
        pivot = rows[at][at]
        if pivot <= _ROUNDING * matrix[at][at]:
            continue
        rank += 1
        value += rest[at] * rest[at] / pivot
        for below in range(at + 1, size):
            factor = rows[below][at] / pivot
            rest[below] -= factor * rest[at]
            for column in range(at, size):
                rows[below][column] -= factor * rows[at][column]
    return value, rank
