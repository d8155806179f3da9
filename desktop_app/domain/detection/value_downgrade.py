"""Value downgrade: a customer of high value fell to a lower class and spends much less."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import ClassVar

from pydantic import Field

from db.vocabulary import CustomerClass, RuleKind
from desktop_app.domain.classes import K, classify
from desktop_app.domain.detection.base import Finding, Rule, percent_text
from desktop_app.domain.purchases import Activity
from desktop_app.i18n import N_
from desktop_app.labels import money

_RANK = {CustomerClass.A: 0, CustomerClass.B: 1, CustomerClass.C: 2}


class ValueDowngrade(Rule):
    """Class A or B in the window before, a lower one now, and the spend fell by ``min_drop``.

    The windows are (as_of-W, as_of] and the W days before, W = ``window_days``; classes are those
    of formula F-15 over all customers (`with_classes`), the drop is 1 - now / before. Also a
    customer without any spend now is found: two large orders are no rhythm, yet their end is a
    loss. Measured and limit are shares of one.
    """

    kind: ClassVar[RuleKind] = RuleKind.VALUE_DOWNGRADE
    title: ClassVar[str] = N_("Fell to a lower value")

    window_days: int = Field(default=365, ge=30, le=1825, title=N_("Days of each window"))
    min_drop: Decimal = Field(
        default=Decimal("0.5"),
        gt=0,
        le=1,
        max_digits=5,
        title=N_("Least drop of the spend"),
        description=N_("0.5 means that the spend was at least halved."),
    )

    def check(self, activity: Activity, as_of: dt.date) -> Finding | None:
        """Compare class and spend of this window with those of the window before."""
        before, now = activity.class_before, activity.class_now
        if before is None or now is None or _RANK[now] <= _RANK[before]:
            return None
        today = as_of.toordinal()
        middle = today - self.window_days
        current = activity.total.spend(middle, today)
        earlier = activity.total.spend(middle - self.window_days, middle)
        drop = Fraction(earlier - current, earlier) if earlier > 0 else Fraction(0)
        if drop < Fraction(self.min_drop):
            return None
        was, became = before.upper(), now.upper()
        percent = percent_text(drop)
        then, present = money(earlier, activity.currency), money(current, activity.currency)
        return Finding(
            measured=float(drop),
            limit=float(self.min_drop),
            sentence_zh=f"由 {was} 类降为 {became} 类：{self.window_days} 天消费从 "
            f"{then} 降至 {present}，减少了 {percent}%",
            sentence_en=f"Fell from class {was} to {became}: {present} in "
            f"{self.window_days} days after {then}, {percent} % less",
            detail={
                "class_before": before.value,
                "class_now": now.value,
                "current": current,
                "before": earlier,
                "window_days": self.window_days,
            },
        )


def with_classes(
    activities: Mapping[K, Activity], as_of: dt.date, window_days: int = 365
) -> dict[K, Activity]:
    """Add the classes of the current and the previous window to every customer's activity.

    Args:
        activities: Every customer of the population by number (equal spends are ranked by it).
        as_of: Last day of the current window.
        window_days: Days of each window, as in the rule.
    """
    today = as_of.toordinal()
    middle = today - window_days
    now = classify((key, each.total.spend(middle, today)) for key, each in activities.items())
    before = classify(
        (key, each.total.spend(middle - window_days, middle)) for key, each in activities.items()
    )
    return {
        key: replace(each, class_before=before[key], class_now=now[key])
        for key, each in activities.items()
    }
