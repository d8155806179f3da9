"""Report figures against worked numbers, fractions and the textbook formula."""

from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.kpis import pareto, ratio, save_rate, wilson


def test_that_one_of_two_saved_is_half_by_one_denominator_and_a_quarter_by_the_other() -> None:
    rate = save_rate(1, 2, 4)
    assert (rate.of_contacted, rate.of_everybody) == (0.5, 0.25)


def test_that_a_share_of_nothing_is_not_known() -> None:
    assert ratio(0, 0) is None
    assert save_rate(0, 0, 3).of_contacted is None
    assert save_rate(0, 0, 3).of_everybody == 0
    assert ratio(97, 99) == pytest.approx(0.9798, abs=5e-5)  # F-01


def test_that_pareto_ranks_and_adds_up() -> None:
    rows = pareto([("a", 1), ("b", 6), ("zero", 0), ("c", 1), ("d", 2)])
    assert [(row.key, row.count) for row in rows] == [("b", 6), ("d", 2), ("a", 1), ("c", 1)]
    assert [row.cumulative for row in rows] == pytest.approx([0.6, 0.8, 0.9, 1.0])
    assert pareto([]) == () == pareto([("a", 0)])


@given(st.lists(st.tuples(st.integers(), st.integers(0, 500)), max_size=40))
def test_that_pareto_shares_are_exact_fractions(counts: list[tuple[int, int]]) -> None:
    rows = pareto(counts)
    total = sum(count for _key, count in counts)
    so_far = Fraction(0)
    for row in rows:
        so_far += Fraction(row.count, total)
        assert row.share == pytest.approx(float(Fraction(row.count, total)))
        assert row.cumulative == pytest.approx(float(so_far))
    if rows:
        assert rows[-1].cumulative == 1
        assert [row.count for row in rows] == sorted((c for _k, c in counts if c), reverse=True)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_that_wilson_is_the_textbook_formula(case: tuple[int, int]) -> None:
    hits, n = case
    z, p = 1.959963984540054, hits / n
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    interval = wilson(hits, n)
    assert interval is not None
    assert interval.low == pytest.approx(max(0, middle - half), abs=1e-9)
    assert interval.high == pytest.approx(min(1, middle + half), abs=1e-9)


def test_that_no_cases_have_no_interval() -> None:
    assert wilson(0, 0) is None
