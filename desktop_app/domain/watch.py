"""The time after a save: watching, confirmed by an order or lost after all; and leaving again.

A save is what the customer said, a confirmed save is what the customer did. All judgements stand as
of the day up to which orders are known, not as of today: what is not imported yet is not missing,
and a last day is over only when a later one is known.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass

from db.vocabulary import SaveState
from desktop_app.domain.rates import Rate
from desktop_app.domain.survival import Stay

WATCH_DAYS = 30
"""Days after a save within which an order confirms it, where nothing else is set."""

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Watched:
    """State of a save, and the day on which it was decided; ``None`` while it is watched."""

    state: SaveState
    decided_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Regained:
    """A customer saved or won back.

    Attributes:
        on: The day.
        first_order_on: First order on this day or later, returns left out.
        left_again_on: Day on which the customer left again, if so.
    """

    on: dt.date
    first_order_on: dt.date | None = None
    left_again_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """A share among those followed long enough, and how many are too recent to count."""

    rate: Rate
    too_recent: int


def watch_until(saved_on: dt.date, days: int = WATCH_DAYS) -> dt.date:
    """Last day on which an order confirms a save."""
    return saved_on + dt.timedelta(days=days)


def first_order(orders: Iterable[tuple[dt.date, int]], since: dt.date) -> dt.date | None:
    """Day of the first order on a day or later; ``(day, amount)``, only amounts above 0 count."""
    return min((day for day, amount in orders if amount > 0 and day >= since), default=None)


def judge(
    saved_on: dt.date,
    until: dt.date,
    orders: Iterable[tuple[dt.date, int]],
    as_of: dt.date,
    left_again_on: dt.date | None = None,
) -> Watched:
    """What has become of a save.

    Leaving again within the window makes it a lost deflect even after an order; later it is
    a re-churn and the save stays confirmed. Otherwise the first order from the day of the save to
    the end of the window confirms it, and a window that ends without one is a lost deflect.

    Args:
        saved_on: Day of the save.
        until: Last day of the window (`watch_until`).
        orders: ``(day, amount)`` of the customer's orders and returns, in any order.
        as_of: Day up to which orders are known.
        left_again_on: Day on which the customer left again, if so.
    """
    if left_again_on is not None and saved_on <= left_again_on <= until:
        return Watched(SaveState.LOST_DEFLECT, left_again_on)
    bought = first_order(orders, saved_on)
    if bought is not None and bought <= min(until, as_of):
        return Watched(SaveState.CONFIRMED, bought)
    if as_of <= until:
        return Watched(SaveState.WATCHING)
    return Watched(SaveState.LOST_DEFLECT, until)


def re_churn(regained: Iterable[Regained], as_of: dt.date, months: int) -> Followed:
    """Share of regained customers who left again within so many months (F-12).

    Only those regained at least so long ago count, leavers too: otherwise who left early would
    count and who stayed would not yet.
    """
    return _followed((later_by(one.on, months), one.left_again_on, as_of) for one in regained)


def return_rate(regained: Iterable[Regained], as_of: dt.date, days: int) -> Followed:
    """Share of regained customers who ordered within so many days (S1-23: 30 and 90).

    Only those regained at least so long ago count.
    """
    wait = dt.timedelta(days=days)
    return _followed((one.on + wait, one.first_order_on, as_of) for one in regained)


def stay_of(one: Regained, as_of: dt.date) -> Stay:
    """How long a regained customer stayed, for a survival curve."""
    if one.left_again_on is not None and one.left_again_on <= as_of:
        return Stay((one.left_again_on - one.on).days, left=True)
    return Stay(max(0, (as_of - one.on).days), left=False)


def later_by(day: dt.date, months: int) -> dt.date:
    """The same day so many months later; the last of the month where it has no such day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _followed(rows: Iterable[tuple[dt.date, dt.date | None, dt.date]]) -> Followed:
    """Share of those that happened by their last day, among those whose last day is over."""
    hits = n = too_recent = 0
    for last, happened, as_of in rows:
        if last >= as_of:
            too_recent += 1
            continue
        n += 1
        hits += happened is not None and happened <= last
    return Followed(Rate(hits, n), too_recent)
