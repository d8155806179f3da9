"""Load ahead: contacts due for each agent on each working day, and those that will follow."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

A = TypeVar("A", bound=Hashable)

FOLLOW_UP_GAP = 2
"""Working days between two contacts of a case, where the caller does not say otherwise."""


@dataclass(frozen=True, slots=True)
class OpenCase(Generic[A]):
    """A case, open or about to be opened.

    Attributes:
        agent: Key of its owner.
        due_on: Day of the next contact; ``None`` when nothing is planned.
        attempts: Contacts made so far.
    """

    agent: A
    due_on: dt.date | None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class DayLoad:
    """One working day of one agent, in contacts.

    Attributes:
        day: The day.
        due: Planned for this day; on the first day also what is overdue or not planned.
        expected: Follow-ups to be expected on this day of cases that need more than one contact.
        capacity: What the agent can do in a day.
        left_over: What does not fit and is carried to the next day.
    """

    day: dt.date
    due: int
    expected: float
    capacity: float
    left_over: float

    @property
    def total(self) -> float:
        """Due and expected contacts together, without what is carried over."""
        return self.due + self.expected


def average_attempts(attempts: Iterable[int]) -> float | None:
    """Mean number of contacts of closed cases; ``None`` without any."""
    counts = tuple(attempts)
    return sum(counts) / len(counts) if counts else None


def forecast(
    cases: Iterable[OpenCase[A]],
    first: dt.date,
    last: dt.date,
    is_working: Callable[[dt.date], bool],
    capacity: Mapping[A, float],
    attempts_per_case: float = 1.0,
    gap: int = FOLLOW_UP_GAP,
) -> dict[A, tuple[DayLoad, ...]]:
    """Load of each agent on the working days from the first to the last.

    A contact due on a day off moves to the next working day; one that is overdue or not planned is
    due at once. A case that has had fewer contacts than usual is expected to need the rest, one
    every ``gap`` working days after the next contact; of a fraction, the fraction. What is due
    after the last day is left out.

    Args:
        cases: Open cases; those of a campaign to come count when they are given too.
        first: First day, as a rule today.
        last: Last day.
        is_working: Whether people work on a day.
        capacity: Contacts an agent can make in a day; an agent who is not in it can make none.
        attempts_per_case: Contacts a case takes on average until it is closed.
        gap: Working days between two contacts.
    """
    ahead = [first + dt.timedelta(days=step) for step in range((last - first).days + 1)]
    days = [day for day in ahead if is_working(day)]
    due = {agent: [0] * len(days) for agent in capacity}
    expected = {agent: [0.0] * len(days) for agent in capacity}
    for case in cases:
        at = bisect_left(days, case.due_on or first)
        contacts = due.setdefault(case.agent, [0] * len(days))
        follow_ups = expected.setdefault(case.agent, [0.0] * len(days))
        if at < len(days):
            contacts[at] += 1
        rest = attempts_per_case - case.attempts - 1
        while rest > 0 and (at := at + gap) < len(days):
            follow_ups[at] += min(1.0, rest)
            rest -= 1
    return {
        agent: _days(days, due[agent], expected[agent], capacity.get(agent, 0.0)) for agent in due
    }


def _days(
    days: list[dt.date], due: list[int], expected: list[float], capacity: float
) -> tuple[DayLoad, ...]:
    rows = []
    left_over = 0.0
    for day, planned, follow_ups in zip(days, due, expected, strict=True):
        left_over = max(0.0, left_over + planned + follow_ups - capacity)
        rows.append(DayLoad(day, planned, follow_ups, capacity, left_over))
    return tuple(rows)
