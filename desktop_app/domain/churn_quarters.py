"""Lost customers by quarter and class, whether that rises, and whether it goes with staff leaving.

Sources: S3-24 (four quarters by class: A rises, B is flat, C is high at the start and the end of
the year), S3-25 (churn follows the turnover of sales staff).
"""

import datetime as dt
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import atanh, sqrt, tanh
from statistics import NormalDist
from typing import Final

from db.vocabulary import CustomerClass
from desktop_app.domain.kpis import Interval
from desktop_app.domain.months import Period
from desktop_app.domain.rates import Rate

MONTHS: Final = 3
LEAST_QUARTERS: Final = 4
LEAST_LOST: Final = 10
ENOUGH_QUARTERS: Final = 8
"""Quarters from which a correlation is read as more than a hint."""
_CHANCE: Final = 0.05
_FISHER: Final = 3


@dataclass(frozen=True, slots=True)
class Life:
    """A customer from the first day on; `None` if that is not known.

    Attributes:
        klass: The class of today.
        since: The first day as a customer.
        lost: The days on which the customer was lost.
        bought: The day of the last order.
    """

    klass: CustomerClass
    since: dt.date | None = None
    lost: tuple[dt.date, ...] = ()
    bought: dt.date | None = None

    def is_there(self, quarter: Period) -> bool:
        """Whether it was a customer on any day: had come, and was not lost before for good."""
        if self.since is not None and self.since > quarter.last:
            return False
        before = [day for day in self.lost if day < quarter.first]
        return not before or (self.bought is not None and self.bought > max(before))


def quarter_of(day: dt.date) -> int:
    """1 to 4."""
    return (day.month - 1) // MONTHS + 1


def churn(
    lives: Iterable[Life], quarters: Sequence[Period]
) -> dict[CustomerClass, tuple[Rate, ...]]:
    """Customers lost of those who were there, by class and in the order of the quarters."""
    hits = {klass: [0] * len(quarters) for klass in CustomerClass}
    counts = {klass: [0] * len(quarters) for klass in CustomerClass}
    for life in lives:
        for place, quarter in enumerate(quarters):
            if life.is_there(quarter):
                counts[life.klass][place] += 1
                hits[life.klass][place] += any(day in quarter for day in life.lost)
    return {
        klass: tuple(Rate(*pair) for pair in zip(hits[klass], counts[klass], strict=True))
        for klass in CustomerClass
    }


class Trend(StrEnum):
    """How the churn of a class goes over the quarters."""

    RISING = "rising"
    FALLING = "falling"
    TURN_OF_YEAR = "turn_of_year"  # higher in the first and last quarter than in the middle
    MIDDLE_OF_YEAR = "middle_of_year"
    FLAT = "flat"
    UNKNOWN = "unknown"


def trend(rates: Sequence[Rate], quarters: Sequence[Period]) -> Trend:
    """Whether churn rises or falls, else whether it goes with the time of the year.

    Each is asked by the test of Cochran and Armitage at 5 %. With fewer than four quarters with
    customers, or ten lost, nothing is said.
    """
    pairs = [(rate, q) for rate, q in zip(rates, quarters, strict=True) if rate.n]
    if len(pairs) < LEAST_QUARTERS or sum(rate.hits for rate, _q in pairs) < LEAST_LOST:
        return Trend.UNKNOWN
    known = [rate for rate, _q in pairs]
    limit = NormalDist().inv_cdf(1 - _CHANCE / 2)
    z = trend_z(known, list(range(len(known))))
    if abs(z) > limit:
        return Trend.RISING if z > 0 else Trend.FALLING
    at_turn = [int(quarter_of(quarter.first) in {1, 4}) for _rate, quarter in pairs]
    z = trend_z(known, at_turn)
    if abs(z) > limit:
        return Trend.TURN_OF_YEAR if z > 0 else Trend.MIDDLE_OF_YEAR
    return Trend.FLAT


def trend_z(rates: Sequence[Rate], scores: Sequence[float]) -> float:
    """The statistic of the test for trend in shares; 0 where nothing can differ.

    Source: P. Armitage (1955), "Tests for linear trends in proportions and frequencies",
    Biometrics 11: its square is n times the squared correlation of hit and score.
    """
    whole = sum(rate.n for rate in rates)
    hits = sum(rate.hits for rate in rates)
    if not whole or hits in {0, whole}:
        return 0.0
    share = hits / whole
    pairs = list(zip(rates, scores, strict=True))
    moved = sum(score * (rate.hits - rate.n * share) for rate, score in pairs)
    sum_of_scores = sum(rate.n * score for rate, score in pairs)
    spread = sum(rate.n * score * score for rate, score in pairs) - sum_of_scores**2 / whole
    return moved / sqrt(share * (1 - share) * spread) if spread > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Correlation:
    """How much two rows of numbers go together: Pearson's r of n pairs, with its interval.

    `r` is None where one of them never changes, or with fewer than three pairs.
    """

    r: float | None
    n: int

    @property
    def interval(self) -> Interval | None:
        """95 % interval by Fisher's z; None with fewer than four pairs, or when r is ±1."""
        if self.r is None or self.n <= _FISHER or abs(self.r) >= 1:
            return None
        half = NormalDist().inv_cdf(1 - _CHANCE / 2) / sqrt(self.n - _FISHER)
        return Interval(tanh(atanh(self.r) - half), tanh(atanh(self.r) + half))

    @property
    def is_enough(self) -> bool:
        """Whether there are enough pairs to read it as more than a hint."""
        return self.n >= ENOUGH_QUARTERS


def correlation(rates: Sequence[Rate], leavers: Sequence[int]) -> Correlation:
    """Whether churn is high in the quarters in which many employees leave."""
    pairs = [
        (rate.share, float(count))
        for rate, count in zip(rates, leavers, strict=True)
        if rate.share is not None
    ]
    if len(pairs) < _FISHER:
        return Correlation(None, len(pairs))
    shares, counts = zip(*pairs, strict=True)
    if len(set(shares)) == 1 or len(set(counts)) == 1:
        return Correlation(None, len(pairs))
    r = statistics.correlation(shares, counts)
    return Correlation(max(-1.0, min(1.0, r)), len(pairs))


def later(
    rates: Mapping[CustomerClass, Sequence[Rate]], leavers: Sequence[int]
) -> dict[CustomerClass, Correlation]:
    """Whether churn is high in the quarter after many employees left."""
    return {klass: correlation(row[1:], leavers[:-1]) for klass, row in rates.items()}
