"""How far two views of the same cases agree: coders, layers of reason, staff against customers.

Codes are compared, never words. A case that one side left open says nothing about agreement: it
is left out and counted. What cannot be computed is not known (``None``), never zero.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

from desktop_app.domain.kpis import Interval, ratio, wilson
from desktop_app.domain.reasons import is_unknown
from desktop_app.domain.significance import binomial_at_least, holm

Pair = tuple[str | None, str | None]
"""The codes of one case by two views; ``None`` where a view is missing."""


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance.

    Attributes:
        cases: Cases compared.
        left_out: Cases with too few codes to compare.
        agreement: Observed share of agreement.
        expected: Share of agreement expected by chance.
        kappa: (agreement - expected) / (1 - expected); ``None`` when chance alone agrees always.
        standard_error: Of kappa, large samples; ``None`` for Fleiss' kappa.
        interval: Normal interval of kappa within -1 and 1; ``None`` when the standard error is
            zero, because an interval without width would promise too much.
    """

    cases: int
    left_out: int
    agreement: float | None = None
    expected: float | None = None
    kappa: float | None = None
    standard_error: float | None = None
    interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Cases that went from one code to a different one; the share is of all cases compared."""

    source: str
    target: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Transitions:
    """Matrix of two views of the same cases.

    Attributes:
        codes: Every code of either view, sorted: the rows and the columns.
        counts: Cases by row (first view) and column (second view).
        cases: Cases compared.
        left_out: Cases where a view is missing.
        differing: Cases off the diagonal.
        differing_share: Their share of the cases compared.
        interval: Wilson interval of this share.
        moves: The cells off the diagonal, most frequent first.
    """

    codes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    cases: int
    left_out: int
    differing: int
    differing_share: float | None
    interval: Interval | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class Layers:
    """The reason codes of one case: what staff believed, the customer said, the probing found."""

    belief: str | None = None
    stated: str | None = None
    root: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """How often staff's belief was right against one layer.

    Attributes:
        cases: Cases compared.
        left_out: Cases where the belief or the other layer is missing.
        not_known: Cases left out because the customer's reason is not known.
        agreed: Cases where the belief was right.
        rate: Their share of the cases compared.
        interval: Wilson interval of this share.
        moves: Where the belief was wrong, most frequent first: from belief to the other layer.
    """

    cases: int
    left_out: int
    not_known: int
    agreed: int
    rate: float | None
    interval: Interval | None
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True)
class PerceptionGap:
    """Staff's belief against the stated and against the root reason."""

    stated: Gap
    root: Gap


@dataclass(frozen=True, slots=True)
class Misjudged:
    """How often staff believed a reason, against how often it was the one.

    Attributes:
        code: The reason.
        believed: Cases in which staff believed it.
        actual: Cases in which the other layer says it.
        both: Cases in which both are so.
        chance: Probability of so lopsided a difference without a tendency: exact test of McNemar,
            two-sided, adjusted for the number of reasons (Holm).
    """

    code: str
    believed: int
    actual: int
    both: int
    chance: float


def cohen(pairs: Iterable[Pair], confidence: float = 0.95) -> Kappa:
    """Cohen's kappa of two coders.

    Source: J. Cohen (1960), "A coefficient of agreement for nominal scales"; standard error for
    any kappa: J. Fleiss, J. Cohen, B. Everitt (1969), "Large sample standard errors of kappa and
    weighted kappa".
    """
    cells, left_out = _cells(pairs)
    n = cells.total()
    if n == 0:
        return Kappa(0, left_out)
    row: Counter[str] = Counter()
    column: Counter[str] = Counter()
    for (first, second), count in cells.items():
        row[first] += count
        column[second] += count
    observed = Fraction(sum(count for (one, two), count in cells.items() if one == two), n)
    chance = Fraction(sum(row[code] * column[code] for code in row), n * n)
    if chance == 1:
        return Kappa(n, left_out, float(observed), float(chance))
    kappa = (observed - chance) / (1 - chance)
    spread = -((kappa - chance * (1 - kappa)) ** 2)
    for (first, second), count in cells.items():
        margins = Fraction(column[first] + row[second], n) * (1 - kappa)
        spread += Fraction(count, n) * ((1 - margins) if first == second else margins) ** 2
    error = sqrt(spread / n) / float(1 - chance)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * error
    return Kappa(
        n,
        left_out,
        float(observed),
        float(chance),
        float(kappa),
        error,
        Interval(max(-1.0, float(kappa) - half), min(1.0, float(kappa) + half)) if error else None,
    )


def fleiss(cases: Iterable[Sequence[str | None]]) -> Kappa:
    """Fleiss' kappa of any number of coders; each case lists the codes it was given.

    Cases with fewer than two codes are left out. The number of codes may differ between cases;
    every case has the same weight, and with equal numbers this is J. Fleiss (1971), "Measuring
    nominal scale agreement among many raters".
    """
    n = left_out = 0
    agreeing = Fraction(0)
    shares: dict[str, Fraction] = {}
    for codes in cases:
        counts = Counter(code for code in codes if code is not None)
        given = counts.total()
        if given < 2:  # noqa: PLR2004  (a pair)
            left_out += 1
            continue
        n += 1
        same = sum(count * (count - 1) for count in counts.values())
        agreeing += Fraction(same, given * (given - 1))
        for code, count in counts.items():
            shares[code] = shares.get(code, Fraction(0)) + Fraction(count, given)
    if n == 0:
        return Kappa(0, left_out)
    observed = agreeing / n
    chance = sum((share * share for share in shares.values()), Fraction(0)) / (n * n)
    kappa = None if chance == 1 else float((observed - chance) / (1 - chance))
    return Kappa(n, left_out, float(observed), float(chance), kappa)


def transitions(pairs: Iterable[Pair]) -> Transitions:
    """Matrix from the first view to the second, for example from stated to root reason."""
    cells, left_out = _cells(pairs)
    codes = tuple(sorted({code for cell in cells for code in cell}))
    n = cells.total()
    moves = _moves(cells)
    differing = sum(move.count for move in moves)
    return Transitions(
        codes=codes,
        counts=tuple(tuple(cells[source, target] for target in codes) for source in codes),
        cases=n,
        left_out=left_out,
        differing=differing,
        differing_share=ratio(differing, n),
        interval=wilson(differing, n),
        moves=moves,
    )


def perception_gap(cases: Iterable[Layers]) -> PerceptionGap:
    """Perception gap: how often what staff believed is what the customer said or meant.

    A customer's reason that is not known cannot be guessed right or wrong and is left out; staff
    who did not know a reason that the customer did tell were wrong.
    """
    every = tuple(cases)
    return PerceptionGap(
        stated=_gap([(case.belief, case.stated) for case in every]),
        root=_gap([(case.belief, case.root) for case in every]),
    )


def misjudged(pairs: Iterable[Pair]) -> tuple[Misjudged, ...]:
    """Which reasons staff believe too often or too seldom; the greatest difference first.

    Args:
        pairs: Belief and the other layer of each case. Compared are the cases of
            `perception_gap`: both there, the customer's reason known.

    The cases where belief and truth agree say nothing about a tendency. Of those where only one of
    them names the reason, half would be expected on either side (Q. McNemar 1947, exact).
    """
    cells, _left_out = _cells(pair for pair in pairs if pair[1] is None or not is_unknown(pair[1]))
    found = []
    for code in sorted({code for cell in cells for code in cell if not is_unknown(code)}):
        believed = sum(count for (first, _second), count in cells.items() if first == code)
        actual = sum(count for (_first, second), count in cells.items() if second == code)
        both = cells[code, code]
        one_sided = max(believed, actual) - both
        apart = believed + actual - 2 * both
        chance = min(1.0, 2 * binomial_at_least(one_sided, apart, 0.5))
        found.append(Misjudged(code, believed, actual, both, chance))
    adjusted = holm([one.chance for one in found])
    ranked = [
        Misjudged(one.code, one.believed, one.actual, one.both, chance)
        for one, chance in zip(found, adjusted, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda one: (-abs(one.believed - one.actual), one.code)))


def _gap(pairs: Sequence[Pair]) -> Gap:
    told = [pair for pair in pairs if pair[1] is None or not is_unknown(pair[1])]
    cells, left_out = _cells(told)
    n = cells.total()
    moves = _moves(cells)
    agreed = n - sum(move.count for move in moves)
    return Gap(
        cases=n,
        left_out=left_out,
        not_known=len(pairs) - len(told),
        agreed=agreed,
        rate=ratio(agreed, n),
        interval=wilson(agreed, n),
        moves=moves,
    )


def _cells(pairs: Iterable[Pair]) -> tuple[Counter[tuple[str, str]], int]:
    """Cases by both codes, and the number of those with a code missing."""
    cells: Counter[tuple[str, str]] = Counter()
    left_out = 0
    for first, second in pairs:
        if first is None or second is None:
            left_out += 1
        else:
            cells[first, second] += 1
    return cells, left_out


def _moves(cells: Counter[tuple[str, str]]) -> tuple[Move, ...]:
    n = cells.total()
    ranked = sorted(cells.items(), key=lambda item: (-item[1], item[0]))
    return tuple(
        Move(source, target, count, count / n)
        for (source, target), count in ranked
        if source != target
    )
