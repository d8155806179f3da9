"""What keeping a customer is worth, what may be spent on it, what a loss costs, what saves cost.

Money is in hundredths; shares are exact (`Decimal` or `Fraction`); results are rounded once, halves
up. Margin, churn and discount are of the same period, as a rule a year. What cannot be computed is
not known (``None``), never zero. Formula numbers: requirements, part 3.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from desktop_app.domain.rates import Rate

Share = Decimal | Fraction | int

TEN_NEW = 10
"""New customers it takes to make up for a lost one (F-31)."""

RESPONSIVE = Fraction(1, 5)
"""Coupon response from which on a list is worth another mailing (F-39)."""

_MONTHS = 12
_MINUTES = 60
_HALF = Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class CurveValue:
    """A point of the defection curve: churn, expected lifetime in periods, value of a customer."""

    churn: Fraction
    lifetime: Fraction | None
    value: int | None


@dataclass(frozen=True, slots=True)
class LossCost:
    """What it costs that a customer leaves (F-32): lost margin, replacement, referrals."""

    margin: int
    replacement: int
    referrals: int

    @property
    def total(self) -> int:
        """All three."""
        return self.margin + self.replacement + self.referrals


@dataclass(frozen=True, slots=True)
class Expense:
    """Something spent on a case: money, working time in minutes, or both."""

    amount: int
    minutes: int = 0


def expected_lifetime(churn: Share) -> Fraction | None:
    """Periods a customer is expected to stay: 1 / churn (F-20); ``None`` when nobody leaves."""
    return 1 / Fraction(churn) if churn else None


def customer_value(
    margin: int, churn: Share, discount: Share = 0, periods: int | None = None
) -> int | None:
    """Value of a customer: sum over t from 0 of margin x (1 - churn)^t / (1 + discount)^t (F-21).

    Args:
        margin: Margin of a period.
        churn: Share of customers who leave in a period, from 0 to 1.
        discount: Discount rate of a period.
        periods: How many periods are counted; ``None`` for all to come.

    Returns:
        ``None`` for all to come when there is neither churn nor discount: without limit.
    """
    keep = (1 - Fraction(churn)) / (1 + Fraction(discount))
    if keep == 1:
        return None if periods is None else margin * periods
    ends = 0 if periods is None else keep**periods
    return _whole(margin * (1 - ends) / (1 - keep))


def defection_curve(
    margin: int, churns: Iterable[Share], discount: Share = 0, periods: int | None = None
) -> tuple[CurveValue, ...]:
    """Value of a customer by churn (F-20, F-21), to be drawn."""
    return tuple(
        CurveValue(
            Fraction(churn),
            expected_lifetime(churn),
            customer_value(margin, churn, discount, periods),
        )
        for churn in churns
    )


def value_of_cut(margin: int, before: Share, after: Share, discount: Share = 0) -> int | None:
    """What a customer is worth more when churn falls (F-22)."""
    now, then = customer_value(margin, before, discount), customer_value(margin, after, discount)
    return None if now is None or then is None else then - now


def gain_of_points(churn: Share, points: Share) -> Fraction | None:
    """Growth of customer value when churn falls by so many points: c / (c - points) - 1 (F-23).

    Points are a difference of shares (5 points are 0.05), negative when churn rises; ``None`` when
    no churn would be left.
    """
    left = Fraction(churn) - Fraction(points)
    return Fraction(churn) / left - 1 if left > 0 else None


def retained_value(
    margin: int,
    churn: Share,
    discount: Share = 0,
    periods: int | None = None,
    chance: Share = 1,
) -> int | None:
    """Expected retained value of a save: value of the customer x chance that the save holds.

    A customer without margin retains nothing. Take the churn of saved customers where it is known.
    """
    value = customer_value(max(0, margin), churn, discount, periods)
    return None if value is None else _whole(value * Fraction(chance))


def offer_ceiling(retained: int | None, share: Share) -> int | None:
    """Most that the offers on a case may cost: a share of the expected retained value (S0-46)."""
    return None if retained is None else _whole(retained * Fraction(share))


def needs_approval(cost: int, ceiling: int | None) -> bool:
    """Whether a manager must agree: above the ceiling, and for any cost while it is not known.

    Args:
        cost: Of all offers on the case together, with the new one.
        ceiling: Of the case.
    """
    return cost > (ceiling or 0)


def offer_cost(fixed: int, share: Share = 0, yearly_spend: int = 0, months: int = 0) -> int:
    """Cost of an offer: a fixed amount and a share of the customer's spend of some months."""
    return fixed + _whole(Fraction(share) * yearly_spend * months / _MONTHS)


def cost_of_loss(
    margin: int,
    churn: Share,
    discount: Share = 0,
    acquisition: int = 0,
    referrals: Share = 0,
    *,
    lost_share: Share = 1,
    replacements: int = TEN_NEW,
) -> LossCost | None:
    """Cost of the loss (F-32): margin of the remaining life, replacement (F-31), referrals (F-33).

    No loss counts twice: one customer has one cost whatever the number of cases; who was referred
    and has left as well is a loss of his own and no longer a referral to come.

    Args:
        margin: Margin of a period.
        churn: Share of customers who leave in a period.
        discount: Discount rate of a period.
        acquisition: Cost of winning one new customer.
        referrals: Further customers to be expected on recommendation; 0 without any on record.
        lost_share: Share of the business that is lost; less than 1 for a partial defection.
        replacements: New customers it takes to make up for one.

    Returns:
        ``None`` when the margin to come is not known.
    """
    life = customer_value(max(0, margin), churn, discount)
    if life is None:
        return None
    share = Fraction(lost_share)
    return LossCost(
        _whole(life * share),
        _whole(replacements * acquisition * share),
        _whole(max(0, margin) * Fraction(referrals) * share),
    )


def spent(expenses: Iterable[Expense], hourly: int) -> int:
    """All that was spent: money, and working time at the cost of an hour."""
    every = tuple(expenses)
    minutes = sum(expense.minutes for expense in every)
    return sum(expense.amount for expense in every) + _whole(Fraction(minutes * hourly, _MINUTES))


def cost_per_save(total: int, confirmed: int) -> int | None:
    """What was spent on all cases for each confirmed save; ``None`` while there is none."""
    return _whole(Fraction(total, confirmed)) if confirmed else None


def coupon_response(redeemed: int, issued: int) -> Rate:
    """Coupons redeemed of those issued (F-39)."""
    return Rate(redeemed, issued)


def is_responsive(response: Rate) -> bool:
    """Whether a coupon response reaches 20 %."""
    return response.n > 0 and Fraction(response.hits, response.n) >= RESPONSIVE


def _whole(amount: Fraction) -> int:
    """Rounded to whole hundredths, halves up."""
    return floor(amount + _HALF)
