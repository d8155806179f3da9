"""Texts that are nearly equal, in Chinese and English, found without comparing every pair."""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain

_GRAM = 3


@dataclass(frozen=True, slots=True)
class NearPair:
    """Places of two nearly equal texts, the smaller first, and their similarity (up to 1)."""

    first: int
    second: int
    similarity: Fraction


def fold(text: str) -> str:
    """Letters and digits only, without case, width and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())


def grams(folded: str) -> frozenset[str]:
    """Every run of three characters of a folded text."""
    return frozenset([folded[at : at + _GRAM] for at in range(len(folded) - _GRAM + 1)])


def near_pairs(texts: Sequence[str], least: Fraction) -> Iterator[NearPair]:
    """Pairs of different folded texts whose runs of three characters overlap at least so far.

    The similarity is that of Jaccard: common runs / all runs. Two sets can reach it only if their
    rarest runs meet (prefix filter: S. Chaudhuri, V. Ganti, R. Kaushik 2006) and their sizes are
    close, so that only these pairs are compared. Texts of fewer than three characters have none.
    """
    sets = [grams(text) for text in texts]
    frequency = Counter(chain.from_iterable(sets))
    by_rarity = sorted(sorted(frequency), key=frequency.__getitem__)
    rank = {gram: place for place, gram in enumerate(by_rarity)}
    rarest_of: dict[int, list[int]] = defaultdict(list)
    for place in sorted(range(len(sets)), key=lambda index: len(sets[index])):
        here = sets[place]
        ranked = sorted(map(rank.__getitem__, here))
        needed = -(-least.numerator * len(here) // least.denominator)
        rarest = ranked[: len(ranked) - needed + 1]
        met = {other for gram in rarest for other in rarest_of[gram]}
        for other in met:
            if len(sets[other]) < needed:
                continue
            common = len(here & sets[other])
            either = len(here) + len(sets[other]) - common
            if common * least.denominator >= least.numerator * either:
                similar = Fraction(common, either)
                yield NearPair(min(place, other), max(place, other), similar)
        for gram in rarest:
            rarest_of[gram].append(place)


def connected(links: Iterable[tuple[int, int]]) -> tuple[tuple[int, ...], ...]:
    """Groups of places that links join directly or by way of others, each ascending."""
    parent: dict[int, int] = {}

    def root(place: int) -> int:
        while parent.setdefault(place, place) != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for one, two in links:
        parent[root(one)] = root(two)
    groups: dict[int, list[int]] = defaultdict(list)
    for place in sorted(parent):
        groups[root(place)].append(place)
    return tuple(sorted(tuple(group) for group in groups.values()))
