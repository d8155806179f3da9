"""Comparing scripts: the split, its check, and a read-out that may be looked at every day."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import optimize, special, stats

from desktop_app.domain.experiments import (
    Arm,
    SplitCheck,
    Verdict,
    _most_probable,
    assign,
    log_evidence,
    read_out,
    sample_ratio,
)
from desktop_app.domain.rates import Rate

TWO = (Arm("a"), Arm("b"))
TALLY = st.integers(1, 400).flatmap(lambda n: st.builds(Rate, st.integers(0, n), st.just(n)))
DAYS = 60


def test_that_a_customer_always_gets_the_same_arm() -> None:
    """These letters must never change: running experiments depend on them."""
    drawn = [assign("greeting", f"C{number}", TWO, 0.2) or "-" for number in range(24)]
    assert "".join(drawn) == "aba--bbbbbabbbbbaabb-a-a"


def test_that_weights_and_hold_out_are_kept() -> None:
    """Chi-square against the plan in 100 experiments: its probabilities are spread evenly."""
    arms = (Arm("old", 3), Arm("new", 2), Arm("newest", 1))
    planned = {None: 0.1, "old": 0.45, "new": 0.3, "newest": 0.15}
    found = []
    for number in range(100):
        drawn = Counter(assign(f"price {number}", str(i), arms, 0.1) for i in range(1000))
        due = [1000 * share for share in planned.values()]
        found.append(stats.chisquare([drawn[arm] for arm in planned], due).pvalue)
    assert stats.kstest(found, "uniform").pvalue > 0.01


def test_that_experiments_split_independently_of_each_other() -> None:
    table = Counter((assign("one", str(i), TWO), assign("two", str(i), TWO)) for i in range(10_000))
    cells = [[table[one, two] for two in "ab"] for one in "ab"]
    assert stats.chi2_contingency(cells).pvalue > 0.01


@given(st.text(max_size=8), st.text(max_size=8), st.floats(0, 1), st.floats(0, 1))
def test_that_a_larger_hold_out_share_moves_nobody_between_arms(
    experiment: str, customer: str, share: float, other: float
) -> None:
    small, large = sorted((share, other))
    before, after = (assign(experiment, customer, TWO, held) for held in (small, large))
    assert after in {before, None}
    assert assign(experiment, customer, TWO, 0) is not None
    assert assign(experiment, customer, TWO, 1) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 5)), min_size=2, max_size=5))
def test_that_the_check_of_the_split_is_that_of_scipy(cells: list[tuple[int, int]]) -> None:
    arms = [Arm(str(place), weight) for place, (_seen, weight) in enumerate(cells)]
    seen = np.array([count for count, _weight in cells])
    weights = np.array([weight for _count, weight in cells])
    expected = seen.sum() * weights / weights.sum()
    result = sample_ratio({str(place): int(count) for place, count in enumerate(seen)}, arms)
    if expected.min() < 5:
        assert (result.p, result.verdict) == (None, SplitCheck.NOT_ENOUGH)
    else:
        reference = stats.chisquare(seen, expected)
        assert result.statistic == pytest.approx(reference.statistic)
        assert result.p == pytest.approx(reference.pvalue, abs=1e-12)
        assert (result.verdict is SplitCheck.OFF) == (reference.pvalue < 0.001)


def test_that_a_split_goes_off_below_one_in_a_thousand() -> None:
    assert sample_ratio({"a": 821, "b": 1000}, TWO).verdict is SplitCheck.OFF
    assert sample_ratio({"a": 921, "b": 1000}, TWO).verdict is SplitCheck.AS_PLANNED
    assert sample_ratio({"a": 5, "b": 4}, TWO).verdict is SplitCheck.NOT_ENOUGH
    assert sample_ratio({"a": 500}, TWO).verdict is SplitCheck.OFF
    assert sample_ratio({"a": 500}, TWO[:1]).verdict is SplitCheck.NOT_ENOUGH


@given(TALLY, TALLY, st.floats(-0.95, 0.95))
def test_that_the_supposed_shares_are_the_most_probable_ones(
    first: Rate, other: Rate, difference: float
) -> None:
    def surprise(one: float) -> float:
        return -sum(
            special.xlogy(rate.hits, share) + special.xlog1py(rate.n - rate.hits, -share)
            for rate, share in ((first, one), (other, min(1.0, max(0.0, one + difference))))
        )

    bounds = (max(0.0, -difference), min(1.0, 1 - difference))
    found = _most_probable(first, other, difference)
    assert found[1] - found[0] == pytest.approx(difference, abs=1e-9)
    assert bounds[0] - 1e-9 <= found[0] <= bounds[1] + 1e-9
    best = optimize.minimize_scalar(surprise, bounds=bounds, method="bounded")
    assert surprise(found[0]) <= best.fun + 1e-6


def test_that_the_evidence_is_the_published_formula() -> None:
    """Johari and others (2022), formula 12 for a normal mixture, here with 0.4 against 0.5."""
    variance = 0.45 * 0.55 * 2 / 600
    ratio = np.sqrt(variance / (variance + 0.01)) * np.exp(
        0.01 * 0.1**2 / (2 * variance * (variance + 0.01))
    )
    assert log_evidence(Rate(240, 600), Rate(300, 600)) == pytest.approx(np.log(ratio))


def test_that_it_is_the_mean_likelihood_ratio_over_the_mixture() -> None:
    """The ratio of normal likelihoods of a difference, averaged over N(0, 0.1²), by quadrature."""
    first, other = Rate(90, 200), Rate(120, 210)
    share = 210 / 410
    error = np.sqrt(share * (1 - share) * (1 / 200 + 1 / 210))
    seen = 120 / 210 - 90 / 200
    grid = np.linspace(-1, 1, 20_001)
    ratios = stats.norm.pdf(seen, grid, error) / stats.norm.pdf(seen, 0, error)
    mean = np.trapezoid(ratios * stats.norm.pdf(grid, 0, 0.1), grid)
    assert log_evidence(first, other) == pytest.approx(np.log(mean))


@given(TALLY, TALLY)
def test_that_interval_probability_and_verdict_agree(first: Rate, other: Rate) -> None:
    found = read_out(first, {"new": other}, minimum=1)["new"]
    assert found.interval is not None
    assert found.p is not None
    assert found.difference == pytest.approx(other.hits / other.n - first.hits / first.n)
    assert -1 <= found.interval.low <= found.difference <= found.interval.high <= 1
    shown = found.verdict in {Verdict.BETTER, Verdict.WORSE}
    assert shown == (found.p <= 0.05)
    assert shown == (not found.interval.low - 1e-9 <= 0 <= found.interval.high + 1e-9)
    for difference in np.linspace(-0.99, 0.99, 67):
        within = found.interval.low < difference < found.interval.high
        assert within == (log_evidence(first, other, difference) < np.log(20))


@given(TALLY, TALLY)
def test_that_exchanging_the_arms_turns_the_read_out_round(first: Rate, other: Rate) -> None:
    one = read_out(first, {"": other}, minimum=1)[""]
    two = read_out(other, {"": first}, minimum=1)[""]
    assert one.interval is not None
    assert two.interval is not None
    assert one.p == pytest.approx(two.p)
    assert one.interval.low == pytest.approx(-two.interval.high, abs=1e-6)


def test_that_few_customers_say_nothing_yet() -> None:
    few, many = Rate(29, 29), Rate(3, 300)
    for first, other in ((few, many), (many, few)):
        found = read_out(first, {"new": other})["new"]
        assert (found.verdict, found.interval, found.p) == (Verdict.NOT_ENOUGH, None, None)
        assert found.difference is not None
    nobody = read_out(many, {"new": Rate(0, 0)})["new"]
    assert (nobody.verdict, nobody.difference) == (Verdict.NOT_ENOUGH, None)
    assert read_out(many, {}) == {}


def test_that_worked_figures_are_read_out() -> None:
    first = Rate(270, 600)
    found = read_out(
        first, {"same": Rate(276, 600), "more": Rate(345, 600), "less": Rate(195, 600)}
    )
    assert [found[arm].verdict for arm in ("same", "more", "less")] == [
        Verdict.NOT_SHOWN,
        Verdict.BETTER,
        Verdict.WORSE,
    ]
    alone = read_out(first, {"more": Rate(324, 600)})["more"]
    among = read_out(first, {"more": Rate(324, 600), "same": first, "again": first})["more"]
    assert alone.p is not None
    assert among.p == pytest.approx(3 * alone.p)  # Bonferroni
    assert (alone.verdict, among.verdict) == (Verdict.BETTER, Verdict.NOT_SHOWN)


def _looks(
    rates: tuple[float, float], sizes: tuple[int, int], runs: int, seed: int
) -> tuple[np.ndarray, ...]:
    """Saved and all customers of two arms at the end of each of 60 days, a row for each run."""
    random = np.random.default_rng(seed)
    found = []
    for rate, size in zip(rates, sizes, strict=True):
        each_day = random.poisson(size / DAYS, (runs, DAYS))
        found += [random.binomial(each_day, rate).cumsum(1), each_day.cumsum(1)]
    return tuple(found)


def _log_evidence(looks: tuple[np.ndarray, ...]) -> np.ndarray:
    """`log_evidence` against no difference of all looks at once; nothing where n < 30."""
    saved, n, others, m = (look.astype(float) for look in looks)
    share = (saved + others) / np.maximum(n + m, 1)
    n, m = np.maximum(n, 1), np.maximum(m, 1)
    variance = np.maximum(share * (1 - share) * (1 / n + 1 / m), 1e-12)
    away, wide = others / m - saved / n, variance + 0.01
    value = np.log(variance / wide) / 2 + 0.01 * away**2 / (2 * variance * wide)
    return np.where((n >= 30) & (m >= 30), value, -np.inf)


def test_that_the_simulation_computes_what_the_program_does() -> None:
    looks = _looks((0.4, 0.5), (600, 300), 40, 3)
    for run in range(40):
        for day in (0, 5, 20, 59):
            saved, n, others, m = (int(look[run, day]) for look in looks)
            value = _log_evidence(looks)[run, day]
            shown = read_out(Rate(saved, n), {"": Rate(others, m)})[""].verdict
            assert (value >= np.log(20)) == (shown in {Verdict.BETTER, Verdict.WORSE})
            if min(n, m) >= 30:
                assert value == pytest.approx(log_evidence(Rate(saved, n), Rate(others, m)))


@pytest.mark.parametrize("rate", [0.02, 0.1, 0.3, 0.5, 0.7, 0.95])
@pytest.mark.parametrize("sizes", [(600, 600), (120, 120), (1000, 200), (3000, 300), (300, 3000)])
def test_that_looking_every_day_finds_no_difference_where_there_is_none(
    rate: float, sizes: tuple[int, int]
) -> None:
    """4,000 A/A experiments of 60 days each: a difference is claimed in at most 5 of 100.

    A test for one look, p < 0.05 on any day, claims one in more than 20 of 100 (next test).
    """
    looks = _looks((rate, rate), sizes, 4000, 11)
    claimed = (_log_evidence(looks) >= np.log(20)).any(axis=1).mean()
    assert claimed <= 0.05


def test_that_a_test_for_one_look_would_be_fooled() -> None:
    saved, n, others, m = _looks((0.5, 0.5), (600, 600), 4000, 11)
    share = (saved + others) / (n + m)
    away = (others / m - saved / n) / np.sqrt(share * (1 - share) * (1 / n + 1 / m))
    fooled = ((np.abs(away) > 1.96) & (n >= 30) & (m >= 30)).any(axis=1).mean()
    assert fooled > 0.2


@pytest.mark.parametrize(("size", "power"), [(300, 0.37), (600, 0.75), (800, 0.88), (1000, 0.95)])
def test_that_a_difference_of_ten_points_is_found(size: int, power: float) -> None:
    """45 against 55 %: found within 60 days by 75 of 100 experiments with 600 customers an arm."""
    looks = _looks((0.45, 0.55), (size, size), 4000, 5)
    found = _log_evidence(looks) >= np.log(20)
    assert found.any(axis=1).mean() == pytest.approx(power, abs=0.025)
    saved, n, others, m = looks
    wrong_way = (found & (others * n < saved * m)).any(axis=1).mean()
    assert wrong_way < 0.001


@pytest.mark.parametrize("rates", [(0.45, 0.55), (0.05, 0.15), (0.9, 0.6)])
@pytest.mark.parametrize("sizes", [(400, 400), (1000, 150)])
def test_that_the_interval_holds_the_true_difference_on_all_days_at_once(
    rates: tuple[float, float], sizes: tuple[int, int]
) -> None:
    looks = _looks(rates, sizes, 300, 23)
    missed = 0
    for run in range(300):
        days = zip(*(look[run, 4::5].tolist() for look in looks), strict=True)
        missed += any(
            min(n, m) >= 30
            and log_evidence(Rate(saved, n), Rate(others, m), rates[1] - rates[0]) >= np.log(20)
            for saved, n, others, m in days
        )
    assert missed / 300 <= 0.05


@given(TALLY, TALLY)
def test_that_larger_samples_narrow_the_interval(first: Rate, other: Rate) -> None:
    assume(0 < first.hits < first.n and 0 < other.hits < other.n)
    narrow = read_out(
        Rate(first.hits * 9, first.n * 9), {"": Rate(other.hits * 9, other.n * 9)}, minimum=1
    )[""].interval
    wide = read_out(first, {"": other}, minimum=1)[""].interval
    assert narrow is not None
    assert wide is not None
    assert narrow.high - narrow.low < wide.high - wide.low
