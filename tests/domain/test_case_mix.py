"""Case-mix adjustment against pandas and scipy, a worked table and its own promises."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from desktop_app.domain.case_mix import (
    ALARM,
    WARNING,
    Adjusted,
    Cell,
    Limits,
    Standing,
    adjust,
    funnel_limits,
)

CELLS = st.lists(
    st.integers(0, 40).flatmap(
        lambda n: st.builds(
            Cell,
            st.sampled_from("ABC"),
            st.tuples(st.sampled_from(["price", "service"]), st.sampled_from("abc")),
            st.just(n),
            st.integers(0, n),
        )
    ),
    min_size=1,
    max_size=12,
)
PARTS = st.lists(
    st.tuples(st.integers(0, 25), st.floats(0.001, 0.999)), min_size=1, max_size=6
).filter(lambda parts: sum(n for n, _chance in parts) > 0)

# All together save 60 of 100 who leave for the service and 20 of 100 who leave for the price.
TEAM = (
    Cell("easy", "service", 80, 46),
    Cell("easy", "price", 20, 3),
    Cell("hard", "service", 20, 14),
    Cell("hard", "price", 80, 17),
)


def test_that_the_hard_cases_are_allowed_for() -> None:
    """Worked: 80 x 0.6 + 20 x 0.2 = 52 expected with the easy cases, 20 x 0.6 + 80 x 0.2 = 28."""
    easy, hard = adjust(TEAM, prior=0)
    assert (easy.saved, easy.expected, easy.rate) == (49, pytest.approx(52), 0.49)
    assert (hard.saved, hard.expected, hard.rate) == (31, pytest.approx(28), 0.31)
    assert easy.adjusted == pytest.approx(0.4 - 3 / 100)
    assert hard.adjusted == pytest.approx(0.4 + 3 / 100)  # better, though the raw rate is lower
    assert easy.standing is hard.standing is Standing.AS_EXPECTED


def test_that_a_prior_draws_strata_and_units_to_the_overall_rate() -> None:
    easy, hard = adjust(TEAM, prior=10)
    service, price = (60 + 10 * 0.4) / 110, (20 + 10 * 0.4) / 110
    assert easy.expected == pytest.approx(80 * service + 20 * price)
    assert easy.adjusted == pytest.approx(0.4 + (49 - easy.expected) / 110)
    assert hard.adjusted == pytest.approx(0.4 + (31 - hard.expected) / 110)
    few = adjust([*TEAM, Cell("new", "price", 1, 1)])[2]
    assert few.rate == 1
    assert few.adjusted == pytest.approx(0.48, abs=0.01)
    assert few.standing is Standing.NOT_ENOUGH


@given(CELLS, st.integers(0, 30))
def test_that_the_sums_are_those_of_pandas(cells: list[Cell[str]], prior: int) -> None:
    table = pd.DataFrame(
        [(cell.unit, str(cell.stratum), cell.cases, cell.saved) for cell in cells],
        columns=["unit", "stratum", "cases", "saved"],
    )
    overall = table["saved"].sum() / max(1, table["cases"].sum())
    strata = table.groupby("stratum")[["cases", "saved"]].sum()
    rate = (strata["saved"] + prior * overall) / (strata["cases"] + prior).clip(lower=1)
    table["expected"] = table["cases"] * table["stratum"].map(rate)
    units = table.groupby("unit", sort=False)[["cases", "saved", "expected"]].sum()
    found = adjust(cells, prior=prior)
    assert [row.unit for row in found] == list(units.index)
    for row in found:
        unit = units.loc[row.unit]
        assert (row.cases, row.saved) == (unit["cases"], unit["saved"])
        assert row.expected == pytest.approx(unit["expected"])
        shift = (unit["saved"] - unit["expected"]) / max(1, unit["cases"] + prior)
        assert row.adjusted == pytest.approx(np.clip(overall + shift, 0, 1))
        assert row.rate == (row.saved / row.cases if row.cases else None)


@given(CELLS)
def test_that_expectations_add_up_to_what_was_saved(cells: list[Cell[str]]) -> None:
    found = adjust(cells, prior=0)
    assert sum(row.expected for row in found) == pytest.approx(sum(row.saved for row in found))


@given(PARTS)
def test_that_the_limits_are_quantiles_of_the_poisson_binomial(
    parts: list[tuple[int, float]],
) -> None:
    chances = [chance for n, chance in parts for _case in range(n)]
    below = np.cumsum(stats.poisson_binom.pmf(np.arange(len(chances) + 1), chances))
    limits = funnel_limits(parts)
    for count, mark in (
        (limits.low, WARNING / 2),
        (limits.high, 1 - WARNING / 2),
        (limits.far_low, ALARM / 2),
        (limits.far_high, 1 - ALARM / 2),
    ):
        assert below[count] >= mark - 1e-9
        assert count == 0 or below[count - 1] < mark + 1e-9


@pytest.mark.parametrize(
    ("n", "share"), [(1, 0.5), (30, 0.5), (30, 0.02), (400, 0.43), (3000, 0.9)]
)
def test_that_with_one_kind_they_are_those_of_the_binomial(n: int, share: float) -> None:
    ends = stats.binom.ppf([0.025, 0.975, 0.001, 0.999], n, share)
    assert funnel_limits([(n, share)]) == Limits(*ends.astype(int))


def test_that_certain_chances_leave_no_room() -> None:
    assert funnel_limits([(5, 1.0), (7, 0.0)]) == Limits(5, 5, 5, 5)
    assert funnel_limits([]) == Limits(0, 0, 0, 0)


@pytest.mark.parametrize(
    ("saved", "standing"),
    [
        (70, Standing.FAR_BELOW),
        (83, Standing.BELOW),
        (100, Standing.AS_EXPECTED),
        (117, Standing.ABOVE),
        (130, Standing.FAR_ABOVE),
    ],
)
def test_that_units_stand_where_chance_no_longer_explains_them(
    saved: int, standing: Standing
) -> None:
    others = [Cell(f"agent {number}", "all", 200, 100) for number in range(8)]
    one, *rest = adjust([Cell("one", "all", 200, saved), *others])
    assert one.standing is standing
    assert {row.standing for row in rest} == {Standing.AS_EXPECTED}
    limits = one.limits
    far = saved < limits.far_low or saved > limits.far_high
    assert far == (standing in {Standing.FAR_BELOW, Standing.FAR_ABOVE})


def test_that_few_cases_get_no_standing() -> None:
    others = [Cell("others", "all", 300, 150)]
    assert adjust([Cell("one", "all", 29, 29), *others])[0].standing is Standing.NOT_ENOUGH
    assert adjust([Cell("one", "all", 30, 30), *others])[0].standing is Standing.FAR_ABOVE


def test_that_nothing_saved_or_asked_is_no_error() -> None:
    nothing: tuple[Adjusted[str], ...] = adjust([])
    assert nothing == ()
    (row,) = adjust([Cell("A", "s", 0, 0)], prior=0)
    assert (row.rate, row.expected, row.adjusted) == (None, 0, 0)
