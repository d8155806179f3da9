"""Save rates of agents or stores, adjusted for the cases they had: expected against observed.

Who gets the hard cases must not look worse for it. Compared is what was saved with what all
together would have saved of the same cases (indirect standardisation).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from desktop_app.domain.kpis import ratio
from desktop_app.domain.significance import ENOUGH

U = TypeVar("U", bound=Hashable)

PRIOR_CASES = 10
"""Weight of the overall rate against the cases of a stratum or unit, in cases."""

WARNING, ALARM = 0.05, 0.002
"""Chances outside of the funnel's limits: 95 % and 99.8 %."""

_NEGLIGIBLE = 1e-16


class Standing(StrEnum):
    """Where a unit lies in the funnel."""

    FAR_ABOVE = "far_above"
    ABOVE = "above"
    AS_EXPECTED = "as_expected"
    BELOW = "below"
    FAR_BELOW = "far_below"
    NOT_ENOUGH = "not_enough"


@dataclass(frozen=True, slots=True)
class Cell(Generic[U]):
    """Cases of one unit in one stratum: how many, and how many of them saved.

    A stratum is what makes cases comparable: reason group, customer class, kind of departure.
    """

    unit: U
    stratum: Hashable
    cases: int
    saved: int


@dataclass(frozen=True, slots=True)
class Limits:
    """Fewest and most saved cases that chance explains, by the 95 % and the 99.8 % limits."""

    low: int
    high: int
    far_low: int
    far_high: int


@dataclass(frozen=True, slots=True)
class Adjusted(Generic[U]):
    """One agent or store.

    Attributes:
        unit: Its key.
        cases: Its cases.
        saved: Saved of them.
        expected: Saved cases to be expected with these cases.
        rate: Saved share as it is.
        adjusted: Saved share on the mix of all, shrunk to the overall rate.
        limits: Of the number saved, around the expectation.
        standing: Where the unit lies.
    """

    unit: U
    cases: int
    saved: int
    expected: float
    rate: float | None
    adjusted: float
    limits: Limits
    standing: Standing


def adjust(
    cells: Iterable[Cell[U]],
    prior: int = PRIOR_CASES,
    minimum: int = ENOUGH,
    of_all: Iterable[Cell[U]] | None = None,
) -> tuple[Adjusted[U], ...]:
    """Expected against observed for each unit, in the order in which the units first come.

    `of_all` are the cells that the rates are taken from, where these are more than `cells` alone;
    they hold the same cases too.

    The rate of a stratum is that of all units, shrunk to the overall rate by so many cases of a
    prior, because a stratum with few cases says little. A case that is saved with probability p by
    all adds p to the expectation; the number saved is then a sum of unequal chances (Poisson
    binomial), and the limits are its exact quantiles. The adjusted rate is the overall rate plus
    (saved - expected) / (cases + prior).

    Sources: D. Spiegelhalter (2005), "Funnel plots for comparing institutional performance"
    (indirect standardisation, limits); B. Efron, C. Morris (1977) (shrinkage).
    """
    shown = tuple(cells)
    every = shown if of_all is None else tuple(of_all)
    cases, saved = sum(cell.cases for cell in every), sum(cell.saved for cell in every)
    overall = ratio(saved, cases) or 0.0
    sums: defaultdict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    units: defaultdict[U, list[Cell[U]]] = defaultdict(list)
    for cell in every:
        sums[cell.stratum][0] += cell.cases
        sums[cell.stratum][1] += cell.saved
    for cell in shown:
        units[cell.unit].append(cell)
    rates = {
        stratum: (hits + prior * overall) / max(1, n + prior) for stratum, (n, hits) in sums.items()
    }
    return tuple(
        _adjusted(unit, [(cell, rates[cell.stratum]) for cell in own], overall, prior, minimum)
        for unit, own in units.items()
    )


def funnel_limits(parts: Iterable[tuple[int, float]]) -> Limits:
    """Limits of the number of hits in cases with unequal chances: ``(cases, chance)`` of each kind.

    With one kind these are the limits of a binomial, to draw the funnel of the overall rate. A
    number below ``low`` (above ``high``) has a probability of less than 2.5 % on its side; the far
    limits leave 0.1 %.
    """
    first, chances = _distribution(parts)
    marks = (WARNING / 2, 1 - WARNING / 2, ALARM / 2, 1 - ALARM / 2)
    found = [first + len(chances) - 1] * len(marks)
    so_far = 0.0
    for count, chance in enumerate(chances, first):
        so_far += chance
        for place, mark in enumerate(marks):
            if so_far >= mark:
                found[place] = min(found[place], count)
    return Limits(*found)


def _adjusted(
    unit: U, own: list[tuple[Cell[U], float]], overall: float, prior: int, minimum: int
) -> Adjusted[U]:
    cases, saved = sum(cell.cases for cell, _rate in own), sum(cell.saved for cell, _rate in own)
    expected = sum(cell.cases * rate for cell, rate in own)
    limits = funnel_limits((cell.cases, rate) for cell, rate in own)
    shift = (saved - expected) / max(1, cases + prior)
    return Adjusted(
        unit,
        cases,
        saved,
        expected,
        ratio(saved, cases),
        max(0.0, min(1.0, overall + shift)),
        limits,
        Standing.NOT_ENOUGH if cases < minimum else _standing(saved, limits),
    )


def _standing(saved: int, limits: Limits) -> Standing:
    if saved > limits.high:
        return Standing.FAR_ABOVE if saved > limits.far_high else Standing.ABOVE
    if saved < limits.low:
        return Standing.FAR_BELOW if saved < limits.far_low else Standing.BELOW
    return Standing.AS_EXPECTED


def _distribution(parts: Iterable[tuple[int, float]]) -> tuple[int, list[float]]:
    """Chances of each number of hits, from the returned number on; negligible ends are cut off."""
    first, chances = 0, [1.0]
    for cases, chance in parts:
        for _case in range(cases):
            stay = 1 - chance
            chances = [
                miss * stay + hit * chance
                for miss, hit in zip([*chances, 0.0], [0.0, *chances], strict=True)
            ]
            while chances[-1] < _NEGLIGIBLE:
                chances.pop()
            while chances[0] < _NEGLIGIBLE:
                del chances[0]
                first += 1
    return first, chances
