"""What one customer bought, and the figures on the customer card.

Days are integers (`date.toordinal`), money is integer minor units, windows are half open:
``(after, until]``. A *purchase day* is a day with at least one order of zero or more; a return
(negative amount) lowers the spend but is neither an order nor a purchase day. ``None`` means
"not known" and is never zero.
"""

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from db.vocabulary import CustomerClass


@dataclass(frozen=True, slots=True)
class History:
    """Amounts by day.

    Attributes:
        days: Ordinals, ascending, each once, with or without a purchase.
        amounts: Net amount of each of these days.
        purchase_days: Ordinals of the purchase days, ascending.
    """

    days: tuple[int, ...] = ()
    amounts: tuple[int, ...] = ()
    purchase_days: tuple[int, ...] = ()

    def spend(self, after: int, until: int) -> int:
        """Net amount in ``(after, until]``; 0 when nothing was bought."""
        first, end = bisect_right(self.days, after), bisect_right(self.days, until)
        return sum(self.amounts[first:end])

    def purchases(self, after: int, until: int) -> tuple[int, ...]:
        """Purchase days in ``(after, until]``."""
        first, end = (
            bisect_right(self.purchase_days, after),
            bisect_right(self.purchase_days, until),
        )
        return self.purchase_days[first:end]

    def purchases_until(self, until: int) -> tuple[int, ...]:
        """All purchase days up to and including a day."""
        return self.purchase_days[: bisect_right(self.purchase_days, until)]


@dataclass(frozen=True, slots=True)
class Activity:
    """Everything the rules know about one customer.

    Attributes:
        total: All orders and returns.
        orders: ``(day, amount)`` of each order and return, ascending.
        lines: History by product line; lines without a name are not in it.
        class_before: Class in the window before the current one, if it was computed.
        class_now: Class in the current window, if it was computed.
        currency: Of all amounts; empty shows them without a sign.
    """

    total: History = field(default_factory=History)
    orders: tuple[tuple[int, int], ...] = ()
    lines: Mapping[str, History] = field(default_factory=dict)
    class_before: CustomerClass | None = None
    class_now: CustomerClass | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Metrics:
    """Figures of the customer card, up to and including one day.

    Attributes:
        orders: Number of orders, returns left out.
        returns: Number of returns.
        first: First purchase day.
        last: Last purchase day.
        mean_interval_days: Mean days between purchase days; unknown below two of them.
        average_order: Mean amount of an order, returns left out, minor units, halves rounded up.
        spend_total: Net amount of everything.
        spend_window: Net amount in the window that ends on the day.
        trend: Net amount of the last twelve calendar months, oldest first.
    """

    orders: int
    returns: int
    first: dt.date | None
    last: dt.date | None
    mean_interval_days: float | None
    average_order: int | None
    spend_total: int
    spend_window: int
    trend: tuple[int, ...]


def build_history(rows: Iterable[tuple[int, int]]) -> History:
    """Sum ``(day, amount)`` rows by day, in any order."""
    net: defaultdict[int, int] = defaultdict(int)
    bought: set[int] = set()
    for day, amount in rows:
        net[day] += amount
        if amount >= 0:
            bought.add(day)
    days = tuple(sorted(net))
    return History(days, tuple(net[day] for day in days), tuple(sorted(bought)))


def build_activity(
    orders: Iterable[tuple[int, int]],
    lines: Iterable[tuple[str | None, int, int]] = (),
    *,
    class_before: CustomerClass | None = None,
    class_now: CustomerClass | None = None,
    currency: str = "",
) -> Activity:
    """Gather the orders ``(day, amount)`` and lines ``(product line, day, amount)`` of a customer.

    The classes are those of the windows before and now, where they are known. Lines without a
    product line are left out: nothing can be said about them.
    """
    by_line: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for name, day, amount in lines:
        if name and name.strip():
            by_line[name.strip()].append((day, amount))
    ordered = tuple(sorted(orders))
    return Activity(
        total=build_history(ordered),
        orders=ordered,
        lines={name: build_history(rows) for name, rows in by_line.items()},
        class_before=class_before,
        class_now=class_now,
        currency=currency,
    )


def mean_interval(days: Sequence[int]) -> Fraction | None:
    """Mean number of days between distinct ascending days: (last - first) / (count - 1)."""
    if len(days) < 2:  # noqa: PLR2004  (an interval has two ends)
        return None
    return Fraction(days[-1] - days[0], len(days) - 1)


def monthly_trend(history: History, as_of: dt.date, months: int = 12) -> tuple[int, ...]:
    """Net amount of calendar months, oldest first; the last is the month of the day, up to it."""
    first = as_of.year * 12 + as_of.month - 1 - (months - 1)
    edges = [_month_start(first + index) - 1 for index in range(months)] + [as_of.toordinal()]
    return tuple(history.spend(edges[index], edges[index + 1]) for index in range(months))


def _month_start(index: int) -> int:
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, 1).toordinal()


def measure(activity: Activity, as_of: dt.date, window_days: int = 365) -> Metrics:
    """Compute the figures of the customer card from everything up to and including a day."""
    until = as_of.toordinal()
    known = [amount for day, amount in activity.orders if day <= until]
    amounts = [amount for amount in known if amount >= 0]
    days = activity.total.purchases_until(until)
    interval = mean_interval(days)
    return Metrics(
        orders=len(amounts),
        returns=len(known) - len(amounts),
        first=dt.date.fromordinal(days[0]) if days else None,
        last=dt.date.fromordinal(days[-1]) if days else None,
        mean_interval_days=None if interval is None else float(interval),
        average_order=_rounded(sum(amounts), len(amounts)),
        spend_total=sum(known),
        spend_window=activity.total.spend(until - window_days, until),
        trend=monthly_trend(activity.total, as_of),
    )


def _rounded(amount: int, count: int) -> int | None:
    return (2 * amount + count) // (2 * count) if count else None
