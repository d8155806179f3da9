"""Exact tests for small numbers, and what to do about testing many times."""

from collections.abc import Sequence
from math import comb, erfc, exp, fsum, gamma, lgamma, log, log1p, sqrt

ENOUGH = 30
"""Cases below which no verdict is given, where the caller does not say otherwise."""


def fisher_greater(hits: int, n: int, other_hits: int, other_n: int) -> float:
    """One-sided exact test of Fisher: how probable are so many hits, or more, without a difference.

    The hypergeometric sum is exact (integers); only the result is rounded.
    """
    all_hits, every = hits + other_hits, n + other_n
    misses = every - all_hits
    term = comb(all_hits, hits) * comb(misses, n - hits)
    tail = 0
    for more in range(hits, min(all_hits, n) + 1):
        tail += term
        term = term * (all_hits - more) * (n - more) // ((more + 1) * (misses - n + more + 1))
    return tail / comb(every, n)


def binomial_at_least(hits: int, n: int, share: float) -> float:
    """Probability of so many hits or more in n tries that hit with a share between 0 and 1."""
    if hits == 0 or share >= 1:
        return 1.0
    if share <= 0:
        return 0.0
    yes, no = log(share), log1p(-share)
    tail = fsum(
        exp(lgamma(n + 1) - lgamma(more + 1) - lgamma(n - more + 1) + more * yes + (n - more) * no)
        for more in range(hits, n + 1)
    )
    return min(1.0, tail)


def chi_square_at_least(statistic: float, degrees: int) -> float:
    """Probability of a chi-square so large or larger.

    Source: M. Abramowitz, I. Stegun (1964), "Handbook of mathematical functions", 26.4.4 (odd
    degrees of freedom) and 26.4.5 (even ones).
    """
    half = statistic / 2
    odd = degrees % 2
    tail = erfc(sqrt(half)) if odd else 0.0
    steps = (step + odd / 2 for step in range(degrees // 2))
    return min(1.0, tail + exp(-half) * fsum(half**step / gamma(step + 1) for step in steps))


def holm(chances: Sequence[float]) -> tuple[float, ...]:
    """Probabilities adjusted for the number of tests (S. Holm 1979), in the same order."""
    adjusted = [1.0] * len(chances)
    highest = 0.0
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(chances) - rank) * chances[place]))
        adjusted[place] = highest
    return tuple(adjusted)
