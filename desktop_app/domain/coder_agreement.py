"""How far coders of answers in words agree, theme by theme and over all themes.

Each coder decides of each theme whether an answer has it: yes or no. So an answer with two themes
is no harder to compare than one with a single theme. Only answers coded by at least two people
count.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import fsum

from desktop_app.domain.agreement import Kappa, cohen, fleiss
from desktop_app.domain.kpis import Interval, ratio, wilson

YES, NO = "yes", "no"
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Coding:
    """The themes that one coder gave one answer."""

    answer: str
    coder: str
    themes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ThemeAgreement:
    """One theme: in how many answers anybody and everybody saw it, and the kappa."""

    theme: str
    seen: int
    agreed: int
    kappa: Kappa


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two coders: the answers both coded, and the kappa over all themes."""

    first: str
    second: str
    answers: int
    kappa: float | None


@dataclass(frozen=True, slots=True)
class CoderAgreement:
    """Agreement of all coders.

    Attributes:
        answers: Answers coded by at least two coders.
        single: Answers coded by one only; they are left out.
        coders: Coders of the answers that are compared.
        same: Answers to which all their coders gave exactly the same themes.
        same_share: Their share.
        same_interval: Wilson interval of this share.
        kappa: Over all themes; ``None`` where chance alone agrees always.
        themes: By theme, those seen most often first.
        pairs: By pair of coders, the pair with the most answers first.
    """

    answers: int
    single: int
    coders: tuple[str, ...]
    same: int
    same_share: float | None
    same_interval: Interval | None
    kappa: float | None
    themes: tuple[ThemeAgreement, ...]
    pairs: tuple[PairAgreement, ...]


def coder_agreement(codings: Iterable[Coding]) -> CoderAgreement:
    """Compare the codings of all coders.

    Kappa of a theme is Cohen's where two people coded, Fleiss' where more did. Over all themes it
    is pooled: the means of observed and expected agreement over the themes make one kappa (H. De
    Vries et al. 2008, "Using pooled kappa to summarize interrater agreement across many items").
    """
    by_answer: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for coding in codings:
        by_answer[coding.answer][coding.coder] = coding.themes
    shared = [given for given in by_answer.values() if len(given) >= _PAIR]
    same = sum(1 for given in shared if len(set(given.values())) == 1)
    coders = tuple(sorted({coder for given in shared for coder in given}))
    themes = _themes(shared, coders)
    return CoderAgreement(
        answers=len(shared),
        single=len(by_answer) - len(shared),
        coders=coders,
        same=same,
        same_share=ratio(same, len(shared)),
        same_interval=wilson(same, len(shared)),
        kappa=pooled([each.kappa for each in themes]),
        themes=themes,
        pairs=_pairs(shared, coders),
    )


def pooled(kappas: Sequence[Kappa]) -> float | None:
    """One kappa of several over the same cases; ``None`` when chance alone agrees always."""
    known = [
        (each.agreement, each.expected)
        for each in kappas
        if each.agreement is not None and each.expected is not None
    ]
    if not known:
        return None
    observed = fsum(agreement for agreement, _expected in known) / len(known)
    chance = fsum(expected for _agreement, expected in known) / len(known)
    return None if chance == 1 else (observed - chance) / (1 - chance)


Given = Mapping[str, frozenset[str]]


def _themes(shared: Sequence[Given], coders: Sequence[str]) -> tuple[ThemeAgreement, ...]:
    found = []
    for theme in sorted({theme for given in shared for own in given.values() for theme in own}):
        votes = [
            {coder: YES if theme in own else NO for coder, own in given.items()} for given in shared
        ]
        if len(coders) == _PAIR:
            kappa = cohen((vote[coders[0]], vote[coders[1]]) for vote in votes)
        else:
            kappa = fleiss([*vote.values()] for vote in votes)
        seen = sum(1 for vote in votes if YES in vote.values())
        agreed = sum(1 for vote in votes if set(vote.values()) == {YES})
        found.append(ThemeAgreement(theme, seen, agreed, kappa))
    return tuple(sorted(found, key=lambda each: (-each.seen, each.theme)))


def _pairs(shared: Sequence[Given], coders: Sequence[str]) -> tuple[PairAgreement, ...]:
    found = []
    for first, second in combinations(coders, _PAIR):
        both = [
            {first: given[first], second: given[second]}
            for given in shared
            if first in given and second in given
        ]
        if both:
            kappa = pooled([each.kappa for each in _themes(both, (first, second))])
            found.append(PairAgreement(first, second, len(both), kappa))
    return tuple(sorted(found, key=lambda each: (-each.answers, each.first, each.second)))
