"""Value, ceiling and cost: the worked numbers of the requirements, and numpy."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.domain.offer_value import (
    Expense,
    LossCost,
    cost_of_loss,
    cost_per_save,
    coupon_response,
    customer_value,
    defection_curve,
    expected_lifetime,
    gain_of_points,
    is_responsive,
    needs_approval,
    offer_ceiling,
    offer_cost,
    retained_value,
    spent,
    value_of_cut,
)

D = Decimal


def test_that_lifetime_is_one_over_churn() -> None:
    """F-20: 10 % gives 10 years, 20 % 5, 30 % 3.33."""
    assert expected_lifetime(D("0.1")) == 10
    assert expected_lifetime(D("0.2")) == 5
    assert expected_lifetime(D("0.3")) == Fraction(10, 3)
    assert expected_lifetime(0) is None


def test_that_without_discount_the_value_is_margin_over_churn() -> None:
    """F-21."""
    assert customer_value(100_00, D("0.2")) == 500_00
    assert customer_value(100_00, D("0.15")) == 666_67
    assert customer_value(100_00, 1) == 100_00
    assert customer_value(100_00, 0) is None
    assert customer_value(100_00, 0, periods=3) == 300_00
    assert customer_value(100_00, 0, D("0.25")) == 500_00


@given(
    st.integers(0, 10**8),
    st.decimals("0.01", "0.99", places=2),
    st.decimals(0, "0.5", places=2),
    st.integers(1, 60),
)
def test_that_the_value_is_the_sum_of_the_defection_curve(
    margin: int, churn: Decimal, discount: Decimal, periods: int
) -> None:
    t = np.arange(5000)
    each = margin * ((1 - float(churn)) / (1 + float(discount))) ** t
    assert customer_value(margin, churn, discount) == pytest.approx(each.sum(), abs=0.51)
    cut = customer_value(margin, churn, discount, periods)
    assert cut == pytest.approx(each[:periods].sum(), abs=0.51)


def test_that_the_curve_has_a_point_for_each_churn() -> None:
    curve = defection_curve(100_00, (0, D("0.1"), D("0.2")))
    assert [(point.lifetime, point.value) for point in curve] == [
        (None, None),
        (10, 1_000_00),
        (5, 500_00),
    ]


def test_that_a_cut_from_20_to_15_percent_is_worth_a_third() -> None:
    """F-22: 6.67 / 5."""
    cut = value_of_cut(100_00, D("0.2"), D("0.15"))
    assert cut == 166_67
    assert cut / 500_00 == pytest.approx(1 / 3, abs=5e-5)
    assert value_of_cut(100_00, D("0.2"), 0) is None
    assert value_of_cut(100_00, 0, D("0.2")) is None


def test_that_five_points_of_retention_bring_25_to_85_percent() -> None:
    """F-23: points, not per cent of churn; five points more churn leave three quarters."""
    five = D("0.05")
    assert gain_of_points(D("0.25"), five) == Fraction(1, 4)
    assert float(gain_of_points(D("0.109"), five) or 0) == pytest.approx(0.85, abs=0.005)
    assert gain_of_points(D("0.15"), -five) == Fraction(-1, 4)
    assert gain_of_points(1, five) == Fraction(1, 19)  # 1 / 0.95 - 1: 5.3 %, far from 25
    assert gain_of_points(D("0.02"), D("0.01")) == 1  # "one point doubles profit"
    assert gain_of_points(five, five) is None


def test_that_the_ceiling_is_a_share_of_the_expected_retained_value() -> None:
    retained = retained_value(100_00, D("0.2"), chance=D("0.5"))
    assert retained == 250_00
    ceiling = offer_ceiling(retained, D("0.3"))
    assert ceiling == 75_00
    assert not needs_approval(75_00, ceiling)
    assert needs_approval(75_01, ceiling)


def test_that_who_earns_nothing_gets_nothing_without_approval() -> None:
    assert retained_value(-100_00, D("0.2")) == 0
    assert offer_ceiling(0, D("0.3")) == 0
    assert needs_approval(1, 0)
    assert not needs_approval(0, 0)


def test_that_an_unknown_value_asks_for_approval() -> None:
    assert retained_value(100_00, 0) is None
    assert offer_ceiling(None, D("0.3")) is None
    assert needs_approval(1, None)
    assert not needs_approval(0, None)


def test_that_a_price_offer_costs_its_share_of_the_months() -> None:
    assert offer_cost(50_00) == 50_00
    assert offer_cost(0, D("0.1"), 1_200_00, 3) == 30_00  # 10 % of three months
    assert offer_cost(5_00, D("0.15"), 1_000_01, 1) == 5_00 + 12_50


def test_that_the_cost_of_a_loss_has_three_parts() -> None:
    """F-32: 100 / 0.2; F-31: ten new ones at 100 each; F-33: two referrals of a year's margin."""
    cost = cost_of_loss(100_00, D("0.2"), acquisition=100_00, referrals=2)
    assert cost == LossCost(margin=500_00, replacement=1_000_00, referrals=200_00)
    assert cost.total == 1_700_00


def test_that_half_the_business_is_half_the_loss() -> None:
    cost = cost_of_loss(
        100_00, D("0.2"), acquisition=100_00, referrals=1, lost_share=D("0.5"), replacements=4
    )
    assert cost == LossCost(250_00, 200_00, 50_00)
    assert cost_of_loss(-5_00, D("0.2")) == LossCost(0, 0, 0)
    assert cost_of_loss(100_00, 0) is None


def test_that_a_confirmed_save_costs_money_and_time() -> None:
    total = spent([Expense(20_00), Expense(0, minutes=90), Expense(5_01, minutes=10)], 60_00)
    assert total == 20_00 + 5_01 + 100_00
    assert cost_per_save(total, 4) == 31_25
    assert cost_per_save(total, 0) is None
    assert cost_per_save(0, 3) == 0


def test_that_a_coupon_response_of_one_in_five_is_worth_another_mailing() -> None:
    """F-39."""
    response = coupon_response(20, 100)
    assert response.share == 0.2
    assert is_responsive(response)
    assert not is_responsive(coupon_response(19, 100))
    assert coupon_response(0, 0).share is None
    assert not is_responsive(coupon_response(0, 0))
