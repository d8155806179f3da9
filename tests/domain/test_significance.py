"""Exact tests against scipy and against their definitions."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from desktop_app.domain.significance import (
    binomial_at_least,
    chi_square_at_least,
    fisher_greater,
    holm,
)

CELL = st.integers(0, 60)


@given(CELL, CELL, CELL, CELL)
def test_that_fisher_is_that_of_scipy(hits: int, misses: int, others: int, rest: int) -> None:
    found = fisher_greater(hits, hits + misses, others, others + rest)
    expected = stats.fisher_exact([[hits, misses], [others, rest]], alternative="greater").pvalue
    assert found == pytest.approx(expected, rel=1e-9)


def test_that_fisher_tastes_tea() -> None:
    assert fisher_greater(3, 4, 1, 4) == pytest.approx(17 / 70)  # Fisher (1935)


def test_that_fisher_counts_thousands_exactly() -> None:
    found = fisher_greater(700, 1000, 4500, 9000)
    assert found == pytest.approx(stats.hypergeom.sf(699, 10000, 5200, 1000), rel=1e-6)


@given(
    st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    st.floats(0, 1),
)
def test_that_the_binomial_tail_is_that_of_scipy(case: tuple[int, int], share: float) -> None:
    hits, n = case
    expected = stats.binom.sf(hits - 1, n, share)
    assert binomial_at_least(hits, n, share) == pytest.approx(expected, rel=1e-7, abs=1e-200)


def test_that_a_share_of_nothing_never_hits_and_of_all_always() -> None:
    assert binomial_at_least(1, 5, 0) == 0
    assert binomial_at_least(0, 5, 0) == 1
    assert binomial_at_least(5, 5, 1) == 1


@given(st.floats(0, 200), st.integers(1, 12))
def test_that_the_tail_of_chi_square_is_that_of_scipy(statistic: float, degrees: int) -> None:
    expected = stats.chi2.sf(statistic, degrees)
    assert chi_square_at_least(statistic, degrees) == pytest.approx(expected, rel=1e-9)


@given(st.lists(st.floats(0, 1), max_size=7))
def test_that_holm_is_the_closed_test_by_bonferroni(chances: list[float]) -> None:
    found = holm(chances)
    assert len(found) == len(chances)
    for place in range(len(chances)):
        worst = max(
            len(group) * min(chances[at] for at in group)
            for size in range(1, len(chances) + 1)
            for group in combinations(range(len(chances)), size)
            if place in group
        )
        assert found[place] == pytest.approx(min(1.0, worst))
