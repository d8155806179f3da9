"""Class sizes and ranks (F-15)."""

from collections import Counter
from decimal import ROUND_CEILING, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.vocabulary import CustomerClass
from desktop_app.domain.classes import classify, cut_sizes


@pytest.mark.parametrize(
    ("n", "a", "b", "c"),
    [(100, 5, 15, 80), (97, 5, 15, 77), (20, 1, 3, 16), (5, 1, 0, 4), (2, 1, 0, 1), (1, 1, 0, 0)],
)
def test_that_sizes_are_those_of_the_worked_numbers(n: int, a: int, b: int, c: int) -> None:
    sizes = Counter(classify((f"{key:05}", n - key + 1) for key in range(n)).values())
    found = tuple(sizes[each] for each in (CustomerClass.A, CustomerClass.B, CustomerClass.C))
    assert found == (a, b, c)


def test_that_nobody_gives_no_classes() -> None:
    assert cut_sizes(0) == (0, 0)
    assert classify([]) == {}


@given(st.integers(0, 10**9))
def test_that_cut_sizes_are_exact_ceilings(n: int) -> None:
    def ceiling(share: str) -> int:
        return int((n * Decimal(share)).to_integral_value(ROUND_CEILING))

    assert cut_sizes(n) == (ceiling("0.05"), ceiling("0.20"))


def test_that_equal_spends_are_ranked_by_key_in_any_order_of_arrival() -> None:
    keys = [f"K{n:02}" for n in range(20)]
    expected = dict.fromkeys(keys, "c") | {"K00": "a", "K01": "b", "K02": "b", "K03": "b"}
    assert classify((key, 100) for key in keys) == expected
    assert classify((key, 100) for key in reversed(keys)) == expected


def test_that_customers_without_spend_are_never_a_or_b() -> None:
    spends = [("1", 10), ("2", 0), ("3", -5), *((str(n), 0) for n in range(10, 110))]
    classes = classify(spends)
    assert classes["1"] is CustomerClass.A
    assert Counter(classes.values()) == {CustomerClass.A: 1, CustomerClass.C: 102}


@given(st.dictionaries(st.integers(0, 10_000), st.integers(-10, 30), max_size=120))
def test_that_classes_equal_a_sorted_list_cut_twice(spends: dict[int, int]) -> None:
    ranked = [key for _spend, key in sorted((-spend, key) for key, spend in spends.items())]
    a, ab = cut_sizes(len(ranked))
    expected = {
        key: (
            "c"
            if spends[key] <= 0
            else "a"
            if key in ranked[:a]
            else "b"
            if key in ranked[:ab]
            else "c"
        )
        for key in ranked
    }
    assert classify(spends.items()) == expected
