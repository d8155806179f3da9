"""Lapsing (formula F-09): silent for longer than the customer's own rhythm allows."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from pydantic import Field

from db.vocabulary import RuleKind
from desktop_app.domain.detection.base import Finding, Rule, number_text
from desktop_app.domain.purchases import Activity, mean_interval
from desktop_app.i18n import N_


class Lapsing(Rule):
    """Days since the last purchase > k x the personal mean interval.

    The mean interval is (last - first) / (distinct purchase days - 1). With intervals of 10 days
    and k = 2, 21 days of silence are found and 20 are not. Fewer than ``min_events`` purchase days
    are no rhythm. Measured and limit are days.
    """

    kind: ClassVar[RuleKind] = RuleKind.LAPSING
    title: ClassVar[str] = N_("Stopped buying")

    k: Decimal = Field(
        default=Decimal("2.0"),
        ge=1,
        le=20,
        max_digits=5,
        title=N_("Factor on the usual interval"),
        description=N_("Silence longer than this many usual intervals is a signal."),
    )
    min_events: int = Field(
        default=3,
        ge=2,
        le=100,
        title=N_("Least number of purchase days"),
        description=N_("Customers with fewer purchase days have no rhythm yet."),
    )

    def check(self, activity: Activity, as_of: dt.date) -> Finding | None:
        """Compare the days since the last purchase with the customer's own rhythm."""
        today = as_of.toordinal()
        days = activity.total.purchases_until(today)
        mean = mean_interval(days)
        if mean is None or len(days) < self.min_events:
            return None
        silent, limit = today - days[-1], Fraction(self.k) * mean
        if silent <= limit:
            return None
        usual = number_text(mean)
        return Finding(
            measured=float(silent),
            limit=float(limit),
            sentence_zh=f"通常每 {usual} 天购买一次，已有 {silent} 天没有下单",
            sentence_en=f"Usually buys every {'day' if usual == '1' else f'{usual} days'}, "
            f"now {silent} days without an order",
            detail={
                "mean_interval_days": float(mean),
                "days_since_last": silent,
                "purchase_days": len(days),
                "first": dt.date.fromordinal(days[0]).isoformat(),
                "last": dt.date.fromordinal(days[-1]).isoformat(),
                "k": float(self.k),
            },
        )
