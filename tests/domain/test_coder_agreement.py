"""Agreement of coders against numbers worked out by hand and numpy."""

import random

import numpy as np
import pytest

from desktop_app.domain.agreement import Kappa, cohen, fleiss
from desktop_app.domain.coder_agreement import Coding, coder_agreement, pooled


def codings(rows: dict[str, dict[str, str]]) -> list[Coding]:
    """Themes of each answer by coder, written as words parted by blanks."""
    return [
        Coding(answer, coder, frozenset(themes.split()))
        for answer, given in rows.items()
        for coder, themes in given.items()
    ]


TEN = {
    **{f"both{n}": {"li": "price", "wu": "price"} for n in range(4)},
    "li only": {"li": "price", "wu": "slow"},
    **{f"slow{n}": {"li": "slow", "wu": "slow"} for n in range(3)},
    "more": {"li": "slow", "wu": "slow price"},
    "none": {"li": "other", "wu": "other"},
    "alone": {"li": "price"},
}
"""Price: yes-yes 4, yes-no 1, no-yes 1, no-no 4. Slow: 4, 0, 1, 5. Other: 1, 0, 0, 9."""


def test_that_the_kappa_of_a_theme_is_that_of_its_four_cells() -> None:
    found = coder_agreement(codings(TEN))
    assert (found.answers, found.single, found.coders) == (10, 1, ("li", "wu"))
    by_theme = {each.theme: each for each in found.themes}
    assert by_theme["price"].kappa.agreement == pytest.approx(0.8)
    assert by_theme["price"].kappa.expected == pytest.approx(0.5)
    assert by_theme["price"].kappa.kappa == pytest.approx(0.6)
    assert (by_theme["price"].seen, by_theme["price"].agreed) == (6, 4)
    assert by_theme["slow"].kappa.kappa == pytest.approx((0.9 - 0.5) / 0.5)
    assert by_theme["other"].kappa.kappa == pytest.approx(1)
    assert [each.theme for each in found.themes] == ["price", "slow", "other"]


def test_that_the_kappa_over_all_themes_is_pooled_and_not_averaged() -> None:
    found = coder_agreement(codings(TEN))
    observed, chance = (0.8 + 0.9 + 1.0) / 3, (0.5 + 0.5 + 0.82) / 3
    assert found.kappa == pytest.approx((observed - chance) / (1 - chance))
    (pair,) = found.pairs
    assert (pair.first, pair.second, pair.answers) == ("li", "wu", 10)
    assert pair.kappa == pytest.approx(found.kappa)


def test_that_the_same_themes_means_all_of_them() -> None:
    found = coder_agreement(codings(TEN))
    assert (found.same, found.same_share) == (8, 0.8)
    assert found.same_interval is not None
    assert found.same_interval.low == pytest.approx(0.4902, abs=5e-5)  # Wilson, 8 of 10


def test_that_three_coders_are_compared_by_fleiss() -> None:
    chance = random.Random(3)
    rows = {
        str(n): {coder: "price" if chance.random() < 0.6 else "slow" for coder in "abc"}
        for n in range(40)
    }
    found = coder_agreement(codings(rows))
    price = next(each for each in found.themes if each.theme == "price")
    yes = np.array([sum(words == "price" for words in given.values()) for given in rows.values()])
    share = yes.mean() / 3
    agreement = np.mean((yes * (yes - 1) + (3 - yes) * (2 - yes)) / 6)
    expected = share**2 + (1 - share) ** 2
    assert price.kappa.kappa == pytest.approx((agreement - expected) / (1 - expected))
    assert len(found.pairs) == 3
    assert all(each.answers == 40 for each in found.pairs)


def test_that_nothing_shared_is_not_known() -> None:
    found = coder_agreement(codings({"a": {"li": "price"}}))
    assert (found.answers, found.single, found.kappa, found.same_share) == (0, 1, None, None)
    assert found.themes == found.pairs == ()
    everywhere = {str(n): {"li": "price", "wu": "price"} for n in range(3)}
    assert coder_agreement(codings(everywhere)).kappa is None  # chance alone agrees always
    assert coder_agreement([]).answers == 0


def test_that_unknown_kappas_are_left_out_of_the_pool() -> None:
    known = cohen([("yes", "yes"), ("no", "no"), ("yes", "no"), ("no", "no")])
    assert pooled([known, Kappa(0, 0)]) == pytest.approx(known.kappa)
    assert pooled([]) is None
    assert pooled([fleiss([])]) is None


def test_that_a_pair_that_never_met_is_no_pair() -> None:
    rows = {"1": {"a": "x", "b": "x"}, "2": {"c": "x", "d": "y"}}
    found = coder_agreement(codings(rows))
    assert {(each.first, each.second) for each in found.pairs} == {("a", "b"), ("c", "d")}
