"""Shares with what they are made of: hits, n, interval; and how they add up by agent and month."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from desktop_app.domain.kpis import Interval, ratio, wilson

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many; a share of nothing is not known."""

    hits: int
    n: int

    @property
    def share(self) -> float | None:
        """Hits divided by n."""
        return ratio(self.hits, self.n)

    @property
    def interval(self) -> Interval | None:
        """Wilson interval of the share, 95 %."""
        return wilson(self.hits, self.n)


@dataclass(frozen=True, slots=True)
class Closed:
    """Counts of closed cases, duplicates left out.

    Attributes:
        closed: All of them.
        lost: Closed as lost.
        asked: Lost, with a finished exit interview.
        tried: Lost, with an exit interview begun or finished.
        known: With a root reason that says something.
        contacted: Reached at least once, or saved.
        saved: Saved or won back.
        unreachable: Closed as unreachable.
    """

    closed: int = 0
    lost: int = 0
    asked: int = 0
    tried: int = 0
    known: int = 0
    contacted: int = 0
    saved: int = 0
    unreachable: int = 0

    @property
    def completion(self) -> Rate:
        """Lost customers who told why in an exit interview."""
        return Rate(self.asked, self.lost)

    @property
    def reason_known(self) -> Rate:
        """Cases whose root reason is known at the end."""
        return Rate(self.known, self.closed)

    @property
    def of_contacted(self) -> Rate:
        """Save rate (formula F-10) of those who were contacted."""
        return Rate(self.saved, self.contacted)

    @property
    def of_everybody(self) -> Rate:
        """Save rate of all who wanted to leave."""
        return Rate(self.saved, self.closed)

    def __add__(self, other: "Closed") -> "Closed":
        """Both together."""
        return Closed(
            self.closed + other.closed,
            self.lost + other.lost,
            self.asked + other.asked,
            self.tried + other.tried,
            self.known + other.known,
            self.contacted + other.contacted,
            self.saved + other.saved,
            self.unreachable + other.unreachable,
        )


T = TypeVar("T")


def grouped(
    rows: Iterable[T], key: Callable[[T], K], counts: Callable[[T], Closed]
) -> dict[K, Closed]:
    """Counts added up by a key, in the order in which the keys come."""
    sums: dict[K, Closed] = defaultdict(Closed)
    for row in rows:
        sums[key(row)] += counts(row)
    return dict(sums)
