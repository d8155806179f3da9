"""The board of a visit plan: which person still has room on which day, by channel and district.

Days are numbers from the first day on; a set of days is the bits of one integer, so that looking
for a day costs a few operations on integers however long the plan is.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from desktop_app.domain.months import Period


def days_mask(first: int, last: int) -> int:
    """Bits of the days from the first to the last; those before 0 are left out."""
    first = max(0, first)
    return ((1 << (last - first + 1)) - 1) << first if last >= first else 0


def around(day: int, gap: int) -> int:
    """Bits of the days that are nearer to a day than the gap; the day may be before 0."""
    return days_mask(day - gap + 1, day + gap - 1)


def first_day(mask: int) -> int:
    """The first day of a set, which must not be empty."""
    return (mask & -mask).bit_length() - 1


def nearest(mask: int, ideal: int) -> int:
    """The day of a set, not empty, that is nearest to one; of two the earlier."""
    above = mask >> ideal
    below = mask & ((1 << ideal) - 1)
    if not above:
        return below.bit_length() - 1
    up = first_day(above)
    if not below:
        return ideal + up
    down = ideal - below.bit_length() + 1
    return ideal - down if down <= up else ideal + up


class Months:
    """The months of the days of a board: `of` each day, and the `days` of each as bits."""

    def __init__(self, of: Sequence[int]) -> None:
        self.of = of
        self.days: list[int] = [0] * (of[-1] + 1)
        for day, month in enumerate(of):
            self.days[month] |= 1 << day


class Stretch:
    """The days in which contacts are owed: from `start`, which may be before the plan, to `high`.

    `low` is the first of them in the plan, `window` these as bits.
    """

    __slots__ = ("_parts", "days", "high", "low", "start", "window")

    def __init__(self, days: Period, start: int, high: int) -> None:
        self.days, self.start, self.high = days, start, high
        self.low = max(0, start)
        self.window = days_mask(self.low, high)
        self._parts: dict[int, list[tuple[int, int]]] = {}

    def slots(self, parts: int, needed: int, taken: Sequence[int]) -> list[tuple[int, int]]:
        """First and last day of each of so many equal parts that are still ahead and not taken.

        As many as are needed, the last ones; the whole rest of the days for those that lack one.
        """
        slots = self._parts.get(parts)
        if slots is None:
            slots = self._parts[parts] = self._cut(parts)
        if taken:
            slots = [
                (begin, end)
                for begin, end in slots
                if not any(begin <= day <= end for day in taken)
            ]
        slots = slots[max(0, len(slots) - needed) :]
        return [*slots, *[(self.low, self.high)] * (needed - len(slots))]

    def _cut(self, parts: int) -> list[tuple[int, int]]:
        length = self.high + 1 - self.start
        cuts = [self.start + length * part // parts for part in range(parts + 1)]
        return [
            (max(0, begin), after - 1) for begin, after in pairwise(cuts) if after > max(0, begin)
        ]


class Lane:
    """The contacts of one person by one channel.

    Args:
        present: Days on which the person works.
        months: The months of the board.
        a_day: Contacts the person can make in a day.
        a_month: In a calendar month; None has no limit but that of the days.
    """

    __slots__ = (
        "_a_day",
        "_a_month",
        "_at",
        "_load",
        "_month_load",
        "_months",
        "_quota",
        "districts",
        "empty",
        "free",
        "light",
        "present",
    )

    def __init__(self, present: int, months: Months, a_day: int, a_month: int | None) -> None:
        self._months, self._a_day, self._a_month = months, a_day, a_month
        self.present = present
        self.free = present if a_day and (a_month is None or a_month) else 0
        self.light = self.empty = self.free
        self.districts: dict[str, int] = defaultdict(int)
        self._load = [0] * len(months.of)
        self._month_load = [0] * len(months.days)
        self._quota = [a_day] * len(months.days)
        self._at: dict[tuple[str, int], int] = defaultdict(int)

    @property
    def days(self) -> int:
        """How many days the board has."""
        return len(self._load)

    def spread(self, a_month: float) -> None:
        """Aim at the same number on each day when so many contacts are due in a month."""
        for month, days in enumerate(self._months.days):
            there = (self.present & days).bit_count()
            if there:
                self._quota[month] = min(self._a_day, max(1, -int(-a_month // there)))

    def best(self, days: int, ideal: int, district: str) -> int:
        """The best of some free days: in the district anyway, not crowded, near the ideal.

        Without a district only how crowded it is counts.
        """
        light = days & self.light
        if district:
            near = self.districts[district]
            days = light & near or light & self.empty or light or days & near or days
        else:
            days = light or days
        return nearest(days, ideal)

    def take(self, day: int, district: str) -> None:
        """Put a contact on a free day."""
        bit = 1 << day
        month = self._months.of[day]
        self._load[day] += 1
        self._month_load[month] += 1
        self.empty &= ~bit
        if self._load[day] >= self._quota[month]:
            self.light &= ~bit
        if self._load[day] >= self._a_day:
            self.free &= ~bit
        if self._month_load[month] == self._a_month:
            self.free &= ~self._months.days[month]
        self.districts[district] |= bit
        self._at[district, day] += 1

    def give_back(self, day: int, district: str) -> None:
        """Take a contact off a day."""
        bit = 1 << day
        month = self._months.of[day]
        self._load[day] -= 1
        self._at[district, day] -= 1
        if not self._at[district, day]:
            self.districts[district] &= ~bit
        if not self._load[day]:
            self.empty |= bit
        if self._load[day] < self._quota[month]:
            self.light |= bit
        if self._month_load[month] == self._a_month:
            self._open(month)
        self._month_load[month] -= 1
        self.free |= bit

    def _open(self, month: int) -> None:
        """Open the days of a month that was full; full days stay closed."""
        days = self._months.days[month] & self.present
        while days:
            day = first_day(days)
            days &= days - 1
            if self._load[day] < self._a_day:
                self.free |= 1 << day


class PartLane:
    """A lane on some days only: those on which its person looks after a customer."""

    __slots__ = ("_days", "_lane")

    def __init__(self, lane: Lane, days: int) -> None:
        self._lane, self._days = lane, days

    @property
    def free(self) -> int:
        """The free ones of its days."""
        return self._lane.free & self._days

    @property
    def present(self) -> int:
        """Those of its days on which the person works."""
        return self._lane.present & self._days

    def best(self, days: int, ideal: int, district: str) -> int:
        """As that of the lane."""
        return self._lane.best(days, ideal, district)

    def take(self, day: int, district: str) -> None:
        """As that of the lane."""
        self._lane.take(day, district)

    def give_back(self, day: int, district: str) -> None:
        """As that of the lane."""
        self._lane.give_back(day, district)


AnyLane = Lane | PartLane
