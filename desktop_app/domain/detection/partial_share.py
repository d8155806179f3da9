"""Partial share (formula F-08): most of the business moved away, some of it stayed."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from pydantic import Field

from db.vocabulary import RuleKind
from desktop_app.domain.detection.base import Finding, Rule, percent_text
from desktop_app.domain.purchases import Activity
from desktop_app.i18n import N_
from desktop_app.labels import money


class PartialShare(Rule):
    """1 - current / baseline >= share.

    With W = ``current_days`` and B = ``baseline_days``: current is the spend in (as_of-W, as_of],
    baseline the spend in (as_of-W-B, as_of-W] scaled by W/B. From 1,000 to 200 is 80 % and found,
    to 201 is not. The baseline needs ``min_orders`` purchase days. A customer without any spend
    now is left to the rule `lapsing`. Measured and limit are shares of one.
    """

    kind: ClassVar[RuleKind] = RuleKind.PARTIAL_SHARE
    title: ClassVar[str] = N_("Moved part of the business away")

    share: Decimal = Field(
        default=Decimal("0.80"),
        gt=0,
        le=1,
        max_digits=5,
        title=N_("Share that moved away"),
        description=N_("0.80 means that four fifths of the usual spend are gone."),
    )
    current_days: int = Field(default=90, ge=7, le=730, title=N_("Days of the current window"))
    baseline_days: int = Field(
        default=360, ge=7, le=3650, title=N_("Days of the window before it, for comparison")
    )
    min_orders: int = Field(
        default=3, ge=1, le=100, title=N_("Least number of purchase days in the window before")
    )

    def check(self, activity: Activity, as_of: dt.date) -> Finding | None:
        """Compare the current spend with the customer's own earlier spend."""
        today = as_of.toordinal()
        middle = today - self.current_days
        start = middle - self.baseline_days
        current = activity.total.spend(middle, today)
        earlier = activity.total.spend(start, middle)
        if current <= 0 or earlier <= 0:
            return None
        if len(activity.total.purchases(start, middle)) < self.min_orders:
            return None
        usual = Fraction(earlier * self.current_days, self.baseline_days)
        moved = 1 - current / usual
        if moved < Fraction(self.share):
            return None
        usual_text = money(round(usual), activity.currency)
        now_text = money(current, activity.currency)
        percent = percent_text(moved)
        return Finding(
            measured=float(moved),
            limit=float(self.share),
            sentence_zh=f"最近 {self.current_days} 天消费 {now_text}，"
            f"同期通常为 {usual_text}，减少了 {percent}%",
            sentence_en=f"Spent {now_text} in the last {self.current_days} days, "
            f"usually {usual_text}: {percent} % moved away",
            detail={
                "current": current,
                "baseline": round(usual),
                "baseline_total": earlier,
                "current_days": self.current_days,
                "baseline_days": self.baseline_days,
            },
        )
