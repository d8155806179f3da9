"""Product line stop: still a customer, but no longer for this kind of goods."""

import datetime as dt
from typing import ClassVar

from pydantic import Field

from db.vocabulary import RuleKind
from desktop_app.domain.detection.base import Finding, Rule
from desktop_app.domain.purchases import Activity, History
from desktop_app.i18n import N_
from desktop_app.labels import money


class ProductLineStop(Rule):
    """A line bought regularly before and not at all now, while other goods are still bought.

    With W = ``current_days`` and B = ``baseline_days``: bought on at least ``min_orders`` purchase
    days in (as_of-W-B, as_of-W] and on none in (as_of-W, as_of]. The finding names the line with
    the largest spend in the window before (equal ones: first by name), the detail lists all.
    Measured are the days since that line was last bought, the limit is W.
    """

    kind: ClassVar[RuleKind] = RuleKind.PRODUCT_LINE_STOP
    title: ClassVar[str] = N_("Dropped a product line")

    current_days: int = Field(default=90, ge=7, le=730, title=N_("Days without the product line"))
    baseline_days: int = Field(
        default=360, ge=7, le=3650, title=N_("Days of the window before it, for comparison")
    )
    min_orders: int = Field(
        default=3, ge=1, le=100, title=N_("Least number of purchase days in the window before")
    )

    def check(self, activity: Activity, as_of: dt.date) -> Finding | None:
        """Look for lines that were bought before and are not bought now."""
        today = as_of.toordinal()
        middle = today - self.current_days
        if not activity.total.purchases(middle, today):
            return None
        start = middle - self.baseline_days
        stopped = [
            (-line.spend(start, middle), name, line)
            for name, line in activity.lines.items()
            if self._has_stopped(line, start, middle, today)
        ]
        if not stopped:
            return None
        stopped.sort(key=lambda item: item[:2])
        spend, name, line = stopped[0]
        bought = line.purchases(start, middle)
        silent, spent = today - bought[-1], money(-spend, activity.currency)
        return Finding(
            measured=float(silent),
            limit=float(self.current_days),
            sentence_zh=f"已有 {silent} 天没有购买“{name}”"
            f"（此前 {self.baseline_days} 天内购买 {len(bought)} 次，"
            f"共 {spent}），但仍在购买其他商品",
            sentence_en=f"No {name} for {silent} days (before: {len(bought)} times in "
            f"{self.baseline_days} days, {spent}), but still buys other goods",
            detail={
                "product_line": name,
                "lines": [
                    {
                        "product_line": each,
                        "baseline": -negative,
                        "purchase_days": len(history.purchases(start, middle)),
                        "last": dt.date.fromordinal(
                            history.purchases(start, middle)[-1]
                        ).isoformat(),
                    }
                    for negative, each, history in stopped
                ],
            },
        )

    def _has_stopped(self, line: History, start: int, middle: int, today: int) -> bool:
        return len(line.purchases(start, middle)) >= self.min_orders and not line.purchases(
            middle, today
        )
