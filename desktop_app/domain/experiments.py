"""Comparing scripts or offers: who gets which, whether the split held, what the figures say so far.

Customers are split, not calls: every customer counts once, by the first case after the split.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import accumulate
from math import acos, copysign, cos, exp, inf, log, pi, sqrt

from desktop_app.domain.kpis import Interval
from desktop_app.domain.rates import Rate
from desktop_app.domain.significance import ENOUGH, chi_square_at_least

SPLIT_ALARM = 0.001
"""Probability below which a split is no longer believed to be the planned one."""

WORTH_FINDING = 0.1
"""Difference of save rates for which the read-out is quickest: ten points."""

_LEAST_EXPECTED = 5
_BITS = 64
_HALVINGS = 50
_TINY = 1e-18


class SplitCheck(StrEnum):
    """Whether customers were split as planned."""

    AS_PLANNED = "as_planned"
    OFF = "off"
    NOT_ENOUGH = "not_enough"


class Verdict(StrEnum):
    """What is known about an arm beside the first one."""

    BETTER = "better"
    WORSE = "worse"
    NOT_SHOWN = "not_shown"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Arm:
    """One of the things compared; weights are whole numbers of at least 1."""

    code: str
    weight: int = 1


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """Customers by arm against the planned weights; without a verdict the figures are ``None``."""

    statistic: float | None
    p: float | None
    verdict: SplitCheck


@dataclass(frozen=True, slots=True)
class ReadOut:
    """An arm beside the first one.

    Attributes:
        difference: Save rate less that of the first arm; ``None`` when either has no customers.
        interval: Confidence sequence of the difference: holds on all days at once.
        p: Always-valid probability: however often it is looked at, it falls below alpha without a
            difference no more often than alpha says.
        verdict: What follows today.
    """

    difference: float | None
    interval: Interval | None
    p: float | None
    verdict: Verdict


def assign(experiment: str, customer: str, arms: Sequence[Arm], holdout: float = 0.0) -> str | None:
    """Arm of a customer: by chance, but always the same on every machine and every day.

    The place is read from SHA-256 of experiment and customer. Whom a hold-out share keeps out is
    drawn apart: raising the share keeps out more, and changes no arm of the others.

    Args:
        experiment: Code of the experiment.
        customer: Lasting key of the customer.
        arms: What is compared, with weights, in lasting order.
        holdout: Share of customers that are left alone.

    Returns:
        Code of the arm; ``None`` for a customer who is left alone.
    """
    if _place(experiment, "holdout", customer) < holdout * 2**_BITS:
        return None
    ends = list(accumulate(arm.weight for arm in arms))
    return arms[bisect_right(ends, _place(experiment, "arm", customer) * ends[-1] >> _BITS)].code


def sample_ratio(counts: Mapping[str, int], arms: Sequence[Arm]) -> SampleRatio:
    """Whether the split of the customers is the planned one (sample-ratio mismatch).

    Source: K. Pearson (1900), chi-square against the weights; alarm at p < 0.001 by A. Fabijan and
    others (2019), "Diagnosing sample ratio mismatch in online controlled experiments". An arm that
    is off makes every comparison with it worthless. No verdict while fewer than 5 customers are
    expected in an arm.
    """
    n, weights = sum(counts.get(arm.code, 0) for arm in arms), sum(arm.weight for arm in arms)
    expected = [(counts.get(arm.code, 0), n * arm.weight / weights) for arm in arms]
    if len(arms) == 1 or min(due for _seen, due in expected) < _LEAST_EXPECTED:
        return SampleRatio(None, None, SplitCheck.NOT_ENOUGH)
    statistic = sum((seen - due) ** 2 / due for seen, due in expected)
    p = chi_square_at_least(statistic, len(arms) - 1)
    verdict = SplitCheck.OFF if p < SPLIT_ALARM else SplitCheck.AS_PLANNED
    return SampleRatio(statistic, p, verdict)


def read_out(
    first: Rate,
    others: Mapping[str, Rate],
    minimum: int = ENOUGH,
    alpha: float = 0.05,
    scale: float = WORTH_FINDING,
) -> dict[str, ReadOut]:
    """Compare the save rate of each other arm with that of the first; may be looked at every day.

    Source: R. Johari, P. Koomen, L. Pekelis, D. Walsh (2022), "Always valid inference: continuous
    monitoring of A/B tests" (mixture sequential probability ratio test, normal mixture). The
    variance under each difference is that of the rates most probable under it (C. Farrington,
    G. Manning 1990; O. Miettinen, M. Nurminen 1985), which keeps the error small when the arms
    are of very different size. The guarantee rests on large samples: simulated for rates from 1 to
    95 % and splits up to 10 : 1 it holds from 30 customers in each arm; do not set the minimum
    lower. With several other arms alpha is shared among them (Bonferroni).

    Args:
        first: Saved and all customers of the arm in use, or of those left alone.
        others: The same of the other arms.
        minimum: Customers below which an arm says nothing yet.
        alpha: Share of experiments without any difference in which one may be claimed.
        scale: Difference for which the read-out is quickest; keep it during an experiment.
    """
    each = alpha / max(1, len(others))
    return {
        code: _compare(first, other, minimum, each, scale, len(others))
        for code, other in others.items()
    }


def log_evidence(
    first: Rate, other: Rate, difference: float = 0.0, scale: float = WORTH_FINDING
) -> float:
    """Logarithm of the evidence against a supposed difference of two shares.

    Under the supposed difference it ever exceeds log(1 / alpha) with a probability of at most alpha
    (J. Ville 1939). Both shares need at least one customer.
    """
    one, two = _most_probable(first, other, difference)
    variance = one * (1 - one) / first.n + two * (1 - two) / other.n
    away = other.hits / other.n - first.hits / first.n - difference
    if variance < _TINY:
        return inf if away else 0.0
    wide = variance + scale * scale
    return log(variance / wide) / 2 + (scale * away) ** 2 / (2 * variance * wide)


def _compare(
    first: Rate, other: Rate, minimum: int, alpha: float, scale: float, comparisons: int
) -> ReadOut:
    if first.n == 0 or other.n == 0:
        return ReadOut(None, None, None, Verdict.NOT_ENOUGH)
    difference = other.hits / other.n - first.hits / first.n
    if min(first.n, other.n) < minimum:
        return ReadOut(difference, None, None, Verdict.NOT_ENOUGH)
    evidence, bound = log_evidence(first, other, scale=scale), log(1 / alpha)
    verdict = Verdict.NOT_SHOWN
    if evidence >= bound:
        verdict = Verdict.BETTER if difference > 0 else Verdict.WORSE
    interval = Interval(
        _limit(first, other, -1.0, bound, scale), _limit(first, other, 1.0, bound, scale)
    )
    return ReadOut(difference, interval, min(1.0, comparisons * exp(-evidence)), verdict)


def _limit(first: Rate, other: Rate, end: float, bound: float, scale: float) -> float:
    """Farthest difference towards an end (-1 or 1) that the evidence does not exclude."""
    inside, outside = other.hits / other.n - first.hits / first.n, end
    for _halving in range(_HALVINGS):
        middle = (inside + outside) / 2
        if log_evidence(first, other, middle, scale) < bound:
            inside = middle
        else:
            outside = middle
    return outside


def _most_probable(first: Rate, other: Rate, difference: float) -> tuple[float, float]:
    """Most probable shares with a given difference: the root of a cubic (Farrington, Manning)."""
    one, two = other.hits / other.n, first.hits / first.n
    ratio = first.n / other.n
    a = 1 + ratio
    b = -(1 + ratio + one + ratio * two + difference * (ratio + 2))
    c = difference * (difference + 2 * one + ratio + 1) + one + ratio * two
    d = -one * difference * (1 + difference)
    shift = b / (3 * a)
    v = shift**3 - b * c / (6 * a * a) + d / (2 * a)
    u = copysign(sqrt(max(0.0, shift * shift - c / (3 * a))), v)
    angle = 0.0 if u == 0 else acos(max(-1.0, min(1.0, v / u**3)))
    root = 2 * u * cos((pi + angle) / 3) - shift
    higher = max(0.0, difference, min(1.0, 1 + difference, root))
    return higher - difference, higher


def _place(experiment: str, draw: str, customer: str) -> int:
    text = f"{experiment}\0{draw}\0{customer}"
    return int.from_bytes(sha256(text.encode()).digest()[: _BITS // 8], "big")
