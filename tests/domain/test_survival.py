"""Survival after a save against scipy, numpy, statsmodels, lifelines and published numbers."""

import warnings
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from desktop_app.domain.survival import (
    Curve,
    Difference,
    Stay,
    kaplan_meier,
    log_rank,
    restricted_mean,
)

# E. Freireich and others (1963): weeks in remission with 6-MP (+ = still in remission) and without.
DRUG = tuple(
    Stay(int(text.rstrip("+")), not text.endswith("+"))
    for text in (
        "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+".split()  # noqa: SIM905
    )
)
PLACEBO = tuple(
    Stay(weeks, left=True)
    for weeks in (1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23)
)
OTHERS = tuple(
    Stay(weeks, left=weeks % 4 != 0)
    for weeks in (2, 3, 4, 7, 9, 9, 12, 14, 16, 18, 20, 21, 27, 30, 30, 36)
)

STAYS = st.lists(st.builds(Stay, st.integers(0, 30), st.booleans()), min_size=1, max_size=60)


def test_that_the_curve_has_the_published_values() -> None:
    """J. Klein, M. Moeschberger (2003), table 4.1."""
    curve = kaplan_meier(DRUG, minimum=21)
    assert (curve.n, curve.left, curve.is_enough) == (21, 9, True)
    known = {point.day: (point.at_risk, point.left, point.staying) for point in curve.points}
    assert known[0] == (21, 0, 1.0)
    assert known[6] == (21, 3, pytest.approx(0.857, abs=5e-4))
    assert known[10] == (15, 1, pytest.approx(0.753, abs=5e-4))
    assert known[23] == (6, 1, pytest.approx(0.448, abs=5e-4))
    assert [point.censored for point in curve.points if point.day in {6, 32}] == [1, 2]


def test_that_the_median_is_the_published_one() -> None:
    """Intervals as statsmodels 0.15.0 and lifelines 0.30.3 give them on the log-log scale."""
    assert (kaplan_meier(DRUG).median, kaplan_meier(PLACEBO).median) == (23, 8)
    assert kaplan_meier(DRUG).median_interval == (13, None)
    assert kaplan_meier(PLACEBO).median_interval == (4, 11)


def test_that_a_median_with_a_share_of_exactly_a_half_is_found() -> None:
    fifths = [Stay(day, left=True) for day in range(1, 11)]
    assert kaplan_meier(fifths).median == 5


def test_that_a_single_leaver_bounds_the_median_from_below_only() -> None:
    curve = kaplan_meier([Stay(4, left=True)])
    assert (curve.median, curve.median_interval) == (4, (4, None))


@given(STAYS)
def test_that_the_curve_and_its_interval_are_those_of_scipy(stays: list[Stay]) -> None:
    curve = kaplan_meier(stays)
    days = [point.day for point in curve.points if point.left or point.censored]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # it says that an interval is undefined
        expected = stats.ecdf(_censored(stays)).sf
        interval = expected.confidence_interval(method="log-log")
    assert expected.quantiles.tolist() == days
    for place, point in enumerate(one for one in curve.points if one.day in days):
        assert point.staying == pytest.approx(expected.probabilities[place], abs=1e-12)
        low, high = interval.low.probabilities[place], interval.high.probabilities[place]
        if point.interval is None:
            assert point.staying in {0, 1}
        else:
            assert point.interval.low == pytest.approx(low, abs=1e-9)
            assert point.interval.high == pytest.approx(high, abs=1e-9)


@given(STAYS, st.integers(0, 40))
def test_that_a_day_shows_the_share_that_stays_longer(stays: list[Stay], day: int) -> None:
    curve = kaplan_meier(stays)
    point = curve.at(day)
    longest = max(stay.days for stay in stays)
    if point is None:
        assert day > longest
        assert curve.points[-1].staying > 0
    else:
        assert point == max((one for one in curve.points if one.day <= day), key=lambda p: p.day)


def test_that_nobody_makes_an_empty_curve() -> None:
    curve = kaplan_meier([])
    assert curve == Curve(0, 0, (), is_enough=False)
    assert curve.at(0) is curve.median is restricted_mean(curve, 10) is None
    assert curve.median_interval == (None, None)


def test_that_few_customers_are_not_enough() -> None:
    assert not kaplan_meier(DRUG).is_enough
    assert kaplan_meier(DRUG + PLACEBO).is_enough


def test_that_the_restricted_mean_is_that_of_lifelines() -> None:
    drug, placebo = kaplan_meier(DRUG), kaplan_meier(PLACEBO)
    means = [restricted_mean(drug, 20), restricted_mean(drug, 35), restricted_mean(placebo, 35)]
    assert [mean and mean.days for mean in means] == pytest.approx(
        [16.116526610644254, 23.287394957983185, 8.666666666666666]
    )
    assert restricted_mean(drug, 36) is None  # nobody was watched so long


@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(0, 40))
def test_that_without_censoring_it_is_the_mean_of_the_cut_stays(
    days: list[int], horizon: int
) -> None:
    mean = restricted_mean(kaplan_meier([Stay(day, left=True) for day in days]), horizon)
    cut = np.minimum(days, horizon)
    assert mean is not None
    assert mean.days == pytest.approx(cut.mean())
    assert mean.standard_error == pytest.approx(cut.std() / np.sqrt(len(days)), abs=1e-12)
    assert 0 <= mean.interval.low <= mean.days <= mean.interval.high <= horizon + 1e-9


@given(STAYS)
def test_that_its_error_is_the_integral_of_the_rest_of_the_curve(stays: list[Stay]) -> None:
    """Klein, Moeschberger 4.5.2, summed on a grid of days."""
    horizon = max(stay.days for stay in stays)
    mean = restricted_mean(kaplan_meier(stays), horizon)
    ends, left = np.array([[stay.days, stay.left] for stay in stays]).T
    share, shares, variance, hazards = 1.0, [], 0.0, []
    for day in range(horizon):
        n, gone = (ends >= day).sum(), ((ends == day) & (left == 1)).sum()
        share *= 1 - gone / n
        shares.append(share)
        hazards.append(gone / (n * (n - gone)) if gone < n else 0.0)
    for day, hazard in enumerate(hazards):
        variance += sum(shares[day:]) ** 2 * hazard
    assert mean is not None
    assert mean.days == pytest.approx(sum(shares))
    assert mean.standard_error == pytest.approx(np.sqrt(variance))


def test_that_the_interval_of_a_mean_holds_the_truth_nineteen_times_of_twenty() -> None:
    """Days with a constant risk of 2 %, looked at until a day between 30 and 120."""
    random, horizon, runs = np.random.default_rng(7), 60, 300
    truth = (0.98 ** np.arange(1, horizon + 1)).sum()
    held = 0
    for _run in range(runs):
        lives = random.geometric(0.02, 80) - 1
        looked = random.integers(60, 120, 80)
        stays = [Stay(int(min(a, b)), bool(a <= b)) for a, b in zip(lives, looked, strict=True)]
        mean = restricted_mean(kaplan_meier(stays), horizon)
        assert mean is not None
        held += mean.interval.low <= truth <= mean.interval.high
    assert held / runs == pytest.approx(0.95, abs=0.03)


def test_that_the_log_rank_test_has_the_published_result() -> None:
    """Statistic of R's survdiff for the same data: 16.8 on 1 degree of freedom, p = 4e-05."""
    result = log_rank({"drug": DRUG, "placebo": PLACEBO}, minimum=21)
    assert (result.statistic, result.degrees) == (pytest.approx(16.792940989216532), 1)
    assert result.p == pytest.approx(4.1688091093394775e-05)
    assert result.verdict is Difference.SHOWN
    drug, placebo = result.groups
    assert (drug.n, drug.left, drug.expected) == (21, 9, pytest.approx(19.25, abs=5e-3))
    assert (placebo.n, placebo.left, placebo.expected) == (21, 21, pytest.approx(10.75, abs=5e-3))


def test_that_two_groups_of_the_same_customers_do_not_differ() -> None:
    result = log_rank({"one": DRUG, "two": DRUG}, minimum=10)
    assert result.p == pytest.approx(1)
    assert result.verdict is Difference.NOT_SHOWN


@given(STAYS, STAYS)
def test_that_the_log_rank_test_is_that_of_scipy(one: list[Stay], two: list[Stay]) -> None:
    result = log_rank({1: one, 2: two}, minimum=1)
    with np.errstate(all="ignore"):
        expected = stats.logrank(_censored(one), _censored(two))
    if result.statistic is None:
        assert np.isnan(expected.statistic)  # nobody left while both groups were there
    else:
        assert result.statistic == pytest.approx(expected.statistic**2, abs=1e-9)
        assert result.p == pytest.approx(expected.pvalue, abs=1e-9)


@given(st.lists(STAYS, min_size=2, max_size=5))
def test_that_more_groups_are_compared_as_by_the_matrix_formula(groups: list[list[Stay]]) -> None:
    result = log_rank(dict(enumerate(groups)), minimum=1)
    excess, variance = _mantel(groups)
    expected = excess @ np.linalg.pinv(variance, rtol=1e-10, hermitian=True) @ excess
    assert (result.statistic or 0) == pytest.approx(expected, abs=1e-6)
    assert result.degrees == np.linalg.matrix_rank(variance, tol=1e-9)
    for group, stays in zip(result.groups, groups, strict=True):
        assert group.n == len(stays)
    assert sum(group.left - (group.expected or 0) for group in result.groups) == pytest.approx(
        0, abs=1e-9
    )


def test_that_three_groups_have_the_result_of_statsmodels_and_lifelines() -> None:
    """What statsmodels 0.15.0 and lifelines 0.30.3 give for the same data."""
    result = log_rank({"drug": DRUG, "placebo": PLACEBO, "others": OTHERS}, minimum=16)
    assert (result.statistic, result.degrees) == (pytest.approx(21.71110821561759), 2)
    assert result.p == pytest.approx(1.929713135013315e-05)


def test_that_small_groups_are_left_out() -> None:
    result = log_rank({"drug": DRUG, "few": OTHERS[:5], "placebo": PLACEBO}, minimum=20)
    assert result.statistic == pytest.approx(16.792940989216532)
    assert [group.expected is None for group in result.groups] == [False, True, False]
    alone = log_rank({"drug": DRUG, "few": OTHERS[:5]}, minimum=20)
    assert (alone.statistic, alone.p, alone.verdict) == (None, None, Difference.NOT_ENOUGH)
    nobody: dict[str, list[Stay]] = {}
    assert log_rank(nobody).verdict is Difference.NOT_ENOUGH


def _censored(stays: Sequence[Stay]) -> stats.CensoredData:
    return stats.CensoredData(
        uncensored=[stay.days for stay in stays if stay.left],
        right=[stay.days for stay in stays if not stay.left],
    )


def _mantel(groups: Sequence[Sequence[Stay]]) -> tuple[np.ndarray, np.ndarray]:
    """Observed less expected, and the covariance, with numpy and one table a day."""
    size = len(groups)
    excess, variance = np.zeros(size), np.zeros((size, size))
    for day in sorted({stay.days for stays in groups for stay in stays if stay.left}):
        n = np.array([sum(stay.days >= day for stay in stays) for stays in groups])
        d = np.array([sum(stay.days == day and stay.left for stay in stays) for stays in groups])
        excess += d - n * d.sum() / n.sum()
        if n.sum() > 1:
            spread = d.sum() * (n.sum() - d.sum()) / (n.sum() - 1)
            share = n / n.sum()
            variance += spread * (np.diag(share) - np.outer(share, share))
    return excess, variance
