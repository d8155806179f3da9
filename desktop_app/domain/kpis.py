"""Figures of the reports. A share of nothing is not known (``None``), never zero."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Generic, TypeVar

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class ParetoRow(Generic[K]):
    """One bar: its count, its share of all, and the share of all bars up to it."""

    key: K
    count: int
    share: float
    cumulative: float


@dataclass(frozen=True, slots=True)
class SaveRate:
    """Saved cases by both denominators: those contacted, and all who wanted to leave."""

    of_contacted: float | None
    of_everybody: float | None


@dataclass(frozen=True, slots=True)
class Interval:
    """Confidence interval of a share."""

    low: float
    high: float


def pareto(counts: Iterable[tuple[K, int]]) -> tuple[ParetoRow[K], ...]:
    """Rank counts from the largest, with cumulative shares; empty counts are left out.

    Equal counts keep the order in which they come.
    """
    ranked = sorted(((key, count) for key, count in counts if count > 0), key=lambda item: -item[1])
    total = sum(count for _key, count in ranked)
    rows: list[ParetoRow[K]] = []
    so_far = 0
    for key, count in ranked:
        so_far += count
        rows.append(ParetoRow(key, count, count / total, so_far / total))
    return tuple(rows)


def save_rate(saved: int, contacted: int, everybody: int) -> SaveRate:
    """Save rate (formula F-10) by both denominators."""
    return SaveRate(ratio(saved, contacted), ratio(saved, everybody))


def ratio(part: int, whole: int) -> float | None:
    """Share of a part in a whole; ``None`` for a share of nothing."""
    return part / whole if whole else None


def wilson(hits: int, n: int, confidence: float = 0.95) -> Interval | None:
    """Wilson score interval of a share; ``None`` when there are no cases.

    Source: E. B. Wilson (1927), "Probable inference, the law of succession, and statistical
    inference", JASA 22: centre (p + z²/2n) and half-width z √(p(1-p)/n + z²/4n²), both divided
    by 1 + z²/n. Tested against scipy.
    """
    if n == 0:
        return None
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share, square = hits / n, z * z / n
    centre = (share + square / 2) / (1 + square)
    half = z * sqrt(share * (1 - share) / n + square / (4 * n)) / (1 + square)
    low = 0.0 if hits == 0 else centre - half
    high = 1.0 if hits == n else centre + half
    return Interval(low, high)
