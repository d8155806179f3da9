"""Kappa, transitions and perception gap against textbook numbers and other ways to compute."""

import random
from collections import Counter
from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from desktop_app.domain.agreement import (
    Kappa,
    Layers,
    Move,
    Pair,
    cohen,
    fleiss,
    misjudged,
    perception_gap,
    transitions,
)
from desktop_app.domain.kpis import Interval

CODES = st.sampled_from(["price", "service", "moved", "rival"])
PAIRS = st.lists(st.tuples(CODES, CODES), min_size=1, max_size=60)


def table(rows: list[list[int]]) -> list[Pair]:
    return [
        (f"c{row}", f"c{column}")
        for row, cells in enumerate(rows)
        for column, count in enumerate(cells)
        for _ in range(count)
    ]


def test_that_the_textbook_example_of_two_readers_is_0_4() -> None:
    found = cohen(table([[20, 5], [10, 15]]))
    assert (found.cases, found.left_out) == (50, 0)
    assert found.agreement == pytest.approx(0.7)
    assert found.expected == pytest.approx(0.5)
    assert found.kappa == pytest.approx(0.4)


def test_that_error_and_interval_are_those_of_the_dermatologists() -> None:
    """88 patients judged by two doctors: the worked example of SAS PROC FREQ, AGREE option."""
    found = cohen(table([[10, 4, 1, 0], [5, 10, 12, 2], [2, 4, 12, 5], [0, 2, 6, 13]]))
    assert found.kappa == pytest.approx(0.3449, abs=5e-5)
    assert found.standard_error == pytest.approx(0.0724, abs=5e-5)
    assert found.interval is not None
    assert found.interval.low == pytest.approx(0.2030, abs=5e-5)
    assert found.interval.high == pytest.approx(0.4868, abs=5e-5)


def kappa_of(cells: np.ndarray) -> float:
    chance = float(cells.sum(axis=1) @ cells.sum(axis=0))
    return float((np.trace(cells) - chance) / (1 - chance))


@given(PAIRS)
def test_that_kappa_and_its_error_are_those_of_numpy_and_the_delta_method(
    pairs: list[tuple[str, str]],
) -> None:
    found = cohen(pairs)
    codes = sorted({code for pair in pairs for code in pair})
    frame = pd.DataFrame(pairs, columns=["one", "two"])
    cells = pd.crosstab(frame.one, frame.two).reindex(index=codes, columns=codes, fill_value=0)
    shares = cells.to_numpy() / len(pairs)
    if len(codes) == 1:
        assert found == Kappa(len(pairs), 0, 1.0, 1.0)
        return
    assert found.kappa == pytest.approx(kappa_of(shares), abs=1e-12)
    step = 1e-6
    gradient = np.zeros_like(shares)
    for place in np.ndindex(*shares.shape):
        up, down = shares.copy(), shares.copy()
        up[place] += step
        down[place] -= step
        gradient[place] = (kappa_of(up) - kappa_of(down)) / (2 * step)
    spread = (shares * gradient**2).sum() - (shares * gradient).sum() ** 2
    assert found.standard_error == pytest.approx(sqrt(max(0, spread) / len(pairs)), abs=1e-4)
    if found.interval is not None:
        assert found.standard_error is not None
        assert found.kappa is not None
        half = stats.norm.ppf(0.975) * found.standard_error
        assert found.interval.low == pytest.approx(max(-1, found.kappa - half))
        assert found.interval.high == pytest.approx(min(1, found.kappa + half))


@given(PAIRS, st.permutations(["price", "service", "moved", "rival"]))
def test_that_neither_order_of_coders_nor_names_of_codes_matter(
    pairs: list[tuple[str, str]], names: list[str]
) -> None:
    renamed = dict(zip(["price", "service", "moved", "rival"], names, strict=True))
    assert cohen(pairs) == cohen([(two, one) for one, two in pairs])
    assert cohen(pairs) == cohen([(renamed[one], renamed[two]) for one, two in pairs])
    assert fleiss(pairs) == fleiss([(renamed[one], renamed[two]) for one, two in pairs])


@given(st.lists(CODES, min_size=1, max_size=40), st.integers(2, 5))
def test_that_identical_coders_agree_fully(codes: list[str], coders: int) -> None:
    one, two = fleiss([[code] * coders for code in codes]), cohen([(code, code) for code in codes])
    expected = 1.0 if len(set(codes)) > 1 else None
    assert (one.kappa, two.kappa) == (expected, expected)
    assert two.interval is None


def test_that_open_codes_are_left_out_and_counted() -> None:
    open_codes: list[Pair] = [(None, "price"), ("price", None), (None, None)]
    whole = table([[20, 5], [10, 15]])
    assert cohen(whole + open_codes).left_out == 3
    assert cohen(whole + open_codes).kappa == cohen(whole).kappa
    assert cohen(open_codes) == Kappa(0, 3) == fleiss(open_codes)
    assert cohen([]) == Kappa(0, 0) == fleiss([])


def test_that_full_contradiction_is_minus_one_without_an_interval() -> None:
    found = cohen([("a", "b"), ("b", "a")])
    assert (found.kappa, found.standard_error, found.interval) == (-1.0, 0.0, None)


def test_that_the_worked_example_of_fleiss_is_0_21() -> None:
    """14 raters, 10 subjects, 5 categories: the example in the encyclopaedia article."""
    counts = [
        [0, 0, 0, 0, 14],
        [0, 2, 6, 4, 2],
        [0, 0, 3, 5, 6],
        [0, 3, 9, 2, 0],
        [2, 2, 8, 1, 1],
        [7, 7, 0, 0, 0],
        [3, 2, 6, 3, 0],
        [2, 5, 3, 2, 2],
        [6, 5, 2, 1, 0],
        [0, 2, 2, 3, 7],
    ]
    cases = [[f"c{at}" for at, n in enumerate(row) for _ in range(n)] for row in counts]
    found = fleiss([*cases, ["c0", None], []])
    assert (found.cases, found.left_out) == (10, 2)
    assert found.agreement == pytest.approx(0.378, abs=5e-4)
    assert found.expected == pytest.approx(0.213, abs=5e-4)
    assert found.kappa == pytest.approx(0.210, abs=5e-4)
    assert found.standard_error is found.interval is None


@given(st.lists(st.lists(CODES, min_size=3, max_size=3), min_size=1, max_size=30))
def test_that_fleiss_is_the_formula_in_numpy(cases: list[list[str]]) -> None:
    codes = ["price", "service", "moved", "rival"]
    counts = np.array([[row.count(code) for code in codes] for row in cases])
    observed = ((counts**2).sum(axis=1) - 3).mean() / 6
    chance = ((counts.sum(axis=0) / counts.sum()) ** 2).sum()
    found = fleiss(cases)
    assert found.agreement == pytest.approx(observed)
    assert found.expected == pytest.approx(chance)
    if found.kappa is None:
        assert len({code for row in cases for code in row}) == 1
    else:
        assert found.kappa == pytest.approx((observed - chance) / (1 - chance), abs=1e-9)


def test_that_the_matrix_shows_where_stated_reasons_moved() -> None:
    pairs: list[Pair] = [
        ("price", "service"),
        ("price", "service"),
        ("price", "price"),
        ("moved", "price"),
        ("service", None),
    ]
    found = transitions(pairs)
    assert found.codes == ("moved", "price", "service")
    assert found.counts == ((0, 1, 0), (0, 1, 2), (0, 0, 0))
    assert (found.cases, found.left_out, found.differing) == (4, 1, 3)
    assert found.differing_share == 0.75
    assert found.moves == (Move("price", "service", 2, 0.5), Move("moved", "price", 1, 0.25))
    reference = stats.binomtest(3, 4).proportion_ci(method="wilson")
    assert found.interval is not None
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(reference))


@given(PAIRS)
def test_that_the_matrix_is_that_of_pandas(pairs: list[tuple[str, str]]) -> None:
    found = transitions(random.Random(1).sample(pairs, len(pairs)))
    frame = pd.DataFrame(pairs, columns=["one", "two"])
    cells = pd.crosstab(frame.one, frame.two)
    cells = cells.reindex(index=found.codes, columns=found.codes, fill_value=0)
    assert [list(row) for row in found.counts] == cells.to_numpy().tolist()
    assert found.differing == (frame.one != frame.two).sum()
    assert sum(move.share for move in found.moves) == pytest.approx(found.differing_share)
    assert [move.count for move in found.moves] == sorted(
        (n for (one, two), n in Counter(pairs).items() if one != two), reverse=True
    )


def test_that_nothing_compared_is_not_known() -> None:
    found = transitions([(None, "price")])
    assert (found.codes, found.counts, found.cases, found.left_out) == ((), (), 0, 1)
    assert found.differing_share is found.interval is None


def test_that_the_perception_gap_compares_belief_with_both_layers() -> None:
    cases = [
        Layers("price", "price", "service"),
        Layers("price", "price", "service"),
        Layers("price", "service", "service"),
        Layers("unknown_other", "price", None),
        Layers("price", "unknown_refused", "unknown_refused"),
        Layers(None, "price", "price"),
    ]
    gap = perception_gap(cases)
    assert (gap.stated.cases, gap.stated.left_out, gap.stated.not_known) == (4, 1, 1)
    assert (gap.stated.agreed, gap.stated.rate) == (2, 0.5)
    assert gap.stated.moves == (
        Move("price", "service", 1, 0.25),
        Move("unknown_other", "price", 1, 0.25),
    )
    assert (gap.root.cases, gap.root.left_out, gap.root.not_known) == (3, 2, 1)
    assert (gap.root.agreed, gap.root.rate) == (0, 0.0)
    reference = stats.binomtest(2, 4).proportion_ci(method="wilson")
    assert gap.stated.interval == Interval(
        pytest.approx(reference.low), pytest.approx(reference.high)
    )


def test_that_no_cases_have_no_perception_gap() -> None:
    gap = perception_gap([])
    assert gap.stated == gap.root
    assert gap.root.rate is gap.root.interval is None


def test_that_the_reasons_staff_misjudge_are_those_of_mcnemar_in_scipy() -> None:
    """Twelve times staff said price where it was service, once the other way round."""
    pairs: list[Pair] = [
        *[("price", "service")] * 12,
        ("service", "price"),
        *[("price", "price")] * 5,
        *[("moved", "rival")] * 2,
        ("unknown_other", "rival"),
        ("price", "unknown_refused"),  # cannot be guessed right or wrong
        (None, "price"),
    ]
    found = {one.code: one for one in misjudged(pairs)}
    assert set(found) == {"price", "service", "rival", "moved"}
    price = found["price"]
    assert (price.believed, price.actual, price.both) == (17, 6, 5)
    exact = [
        stats.binomtest(k, n, 0.5).pvalue for k, n in ((12, 13), (12, 13), (3, 3), (2, 2))
    ]  # price, service, rival, moved
    holm = [min(1.0, exact[0] * 4), min(1.0, exact[0] * 4), exact[2] * 2, min(1.0, exact[3])]
    holm[3] = max(holm[2], holm[3])
    assert [found[code].chance for code in ("price", "service", "rival", "moved")] == (
        pytest.approx(holm)
    )
    assert [one.code for one in misjudged(pairs)][:2] == ["price", "service"]
    assert misjudged([]) == ()


@given(PAIRS)
def test_that_the_counts_of_misjudged_reasons_are_the_margins_of_pandas(
    pairs: list[tuple[str, str]],
) -> None:
    frame = pd.DataFrame(pairs, columns=["belief", "truth"])
    for one in misjudged(pairs):
        assert one.believed == int((frame["belief"] == one.code).sum())
        assert one.actual == int((frame["truth"] == one.code).sum())
        assert one.both == int(((frame["belief"] == one.code) & (frame["truth"] == one.code)).sum())
        assert 0 <= one.chance <= 1
