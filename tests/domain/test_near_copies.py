"""Near copies against comparing every pair."""

import random
import time
from fractions import Fraction
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.near_copies import NearPair, connected, fold, grams, near_pairs


def test_that_case_width_blanks_and_punctuation_do_not_count() -> None:
    assert fold(" Ｐrice，TOO high! 价格 太贵。") == "pricetoohigh价格太贵"
    assert grams("价格太贵") == {"价格太", "格太贵"}
    assert grams("价格") == frozenset()


@given(
    st.lists(st.text("ab价", max_size=14), max_size=12, unique=True),
    st.sampled_from([Fraction(1, 10), Fraction(1, 2), Fraction(17, 20), Fraction(1)]),
)
def test_that_exactly_the_near_pairs_are_found(texts: list[str], least: Fraction) -> None:
    expected = set()
    for (at, one), (other, two) in combinations(enumerate(texts), 2):
        mine, yours = grams(one), grams(two)
        if mine and yours:
            similarity = Fraction(len(mine & yours), len(mine | yours))
            if similarity >= least:
                expected.add(NearPair(at, other, similarity))
    found = list(near_pairs(texts, least))
    assert set(found) == expected
    assert len(found) == len(expected)


def test_that_the_limit_itself_is_near_enough() -> None:
    one, two = "abcdefghij", "abcdefghijk"  # 8 of 9 runs
    assert list(near_pairs([one, two], Fraction(8, 9))) == [NearPair(0, 1, Fraction(8, 9))]
    assert list(near_pairs([one, two], Fraction(8, 9) + Fraction(1, 1000))) == []


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 15)), max_size=25))
def test_that_groups_are_those_of_repeated_joining(links: list[tuple[int, int]]) -> None:
    groups = [{place} for place in sorted({place for link in links for place in link})]
    for one, two in links:
        joined = [group for group in groups if one in group or two in group]
        groups = [group for group in groups if group not in joined] + [set().union(*joined)]
    assert connected(links) == tuple(sorted(tuple(sorted(group)) for group in groups))


@pytest.mark.timeout(120)
def test_that_ten_thousand_texts_take_seconds_and_every_planted_copy_is_found() -> None:
    chance = random.Random(20)
    words = [
        "".join(chance.choices("价格服务店员态度搬家距离产品质量快慢", k=2)) for _ in range(400)
    ]
    texts = ["".join(chance.choices(words, k=chance.randint(8, 25))) for _ in range(10_000)]
    for at in range(0, 200, 2):
        texts[at] = "".join(chance.choices(words, k=20))
        texts[at + 1] = texts[at] + "了"
    start = time.process_time()
    found = {(pair.first, pair.second) for pair in near_pairs(texts, Fraction(85, 100))}
    assert time.process_time() - start < 30  # about two on a usual machine
    assert {(at, at + 1) for at in range(0, 200, 2)} <= found
    assert len(found) < 150
