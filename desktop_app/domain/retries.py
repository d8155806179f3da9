"""When an attempt is tried again, how often, and what then; and who makes a promised callback.

The table has lines for each result in order: so many attempts in a row are followed by this step
after this delay; when they are used up, the next line holds. The lines are data
(`resources/reference/retries.toml`), people may change them; STANDARD is what is shipped. Close to
the recycle tables and callbacks ("me only" or "anyone") of call centres (`features.md`, idea 9).
"""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Protocol

from db.vocabulary import AttemptResult, NextStep
from desktop_app.domain.work_calendar import WorkCalendar

NOBODY_REACHED: Final = frozenset(
    {AttemptResult.NO_ANSWER, AttemptResult.BUSY, AttemptResult.LEFT_MESSAGE}
)
"""Results that are tried again; each needs lines in a table."""

CALLBACK_HOURS: Final = 2
"""Working hours after which anyone makes a callback that its own agent has not made."""


@dataclass(frozen=True, slots=True)
class RetryRule:
    """After an attempt comes `step`, so many working days or minutes later.

    `maximum`: for so many attempts in a row, counted on from the line before; None: for all more.
    """

    step: NextStep
    days: int = 0
    minutes: int = 0
    maximum: int | None = None


class RetryRow(Protocol):
    """A line as a file or a table keeps it."""

    @property
    def result(self) -> AttemptResult:
        """For which result."""

    @property
    def step(self) -> NextStep:
        """What comes next."""

    @property
    def days(self) -> int:
        """Working days until then."""

    @property
    def minutes(self) -> int:
        """Minutes until then, when it is the same day."""

    @property
    def maximum(self) -> int | None:
        """For how many attempts in a row."""


RetryTable = Mapping[AttemptResult, tuple[RetryRule, ...]]


def table(rows: Iterable[RetryRow]) -> RetryTable:
    """Make a table of its lines.

    Raises:
        ValueError: a result that is tried again has no lines, or a line that holds for ever is
            not the last of its result.
    """
    found: dict[AttemptResult, list[RetryRule]] = {}
    for row in rows:
        rule = RetryRule(row.step, row.days, row.minutes, row.maximum)
        found.setdefault(row.result, []).append(rule)
    if missing := sorted(NOBODY_REACHED - found.keys()):
        raise ValueError(f"the retry table has no line for {', '.join(missing)}")
    for result, rules in found.items():
        if any(rule.maximum is None for rule in rules[:-1]) or rules[-1].maximum is not None:
            raise ValueError(f"only the last line for {result} must be without a maximum")
    return MappingProxyType({result: tuple(rules) for result, rules in found.items()})


_LAST: Final = (
    RetryRule(NextStep.VISIT, days=1, maximum=2),
    RetryRule(NextStep.CLOSE),
)
STANDARD: Final[RetryTable] = MappingProxyType(
    {
        AttemptResult.NO_ANSWER: (RetryRule(NextStep.CALL, days=1, maximum=2), *_LAST),
        AttemptResult.BUSY: (RetryRule(NextStep.CALL, minutes=30, maximum=2), *_LAST),
        AttemptResult.LEFT_MESSAGE: (RetryRule(NextStep.CALL, days=2, maximum=2), *_LAST),
    }
)
"""Call again, after the third failure in a row visit, after the fifth close as unreachable."""


def rule_for(result: AttemptResult, failed: int, rules: RetryTable = STANDARD) -> RetryRule:
    """The line of a table that holds for a result after so many failures in a row."""
    used = 0
    for rule in rules[result][:-1]:
        used += rule.maximum or 0
        if failed <= used:
            return rule
    return rules[result][-1]


@dataclass(frozen=True, slots=True)
class Retry:
    """What comes next, on which day, and from which moment on if it is the same day."""

    step: NextStep
    due: dt.date
    not_before: dt.datetime | None = None


def after_failure(
    result: AttemptResult,
    at: dt.datetime,
    failed: int,
    *,
    calendar: WorkCalendar,
    rules: RetryTable = STANDARD,
) -> Retry:
    """What follows when nobody was reached.

    A delay in minutes that ends after work goes over to the next working day.

    Args:
        result: One of NOBODY_REACHED.
        at: The moment of the attempt, in the local zone.
        failed: Attempts in a row in which nobody was reached, with this one.
        calendar: Working days and hours.
        rules: The table.
    """
    rule = rule_for(result, failed, rules)
    if rule.days:
        return Retry(rule.step, calendar.add_working_days(at.date(), rule.days))
    if not rule.minutes:
        return Retry(rule.step, at.date())
    moment = at + dt.timedelta(minutes=rule.minutes)
    if not calendar.is_working_time(moment):
        moment = calendar.add_working_time(moment, dt.timedelta())
    return Retry(rule.step, moment.date(), moment)


# ---------------------------------------------------------------- callbacks


@dataclass(frozen=True, slots=True)
class Callback:
    """A call the customer asked for, at a moment; of one agent or of anyone."""

    at: dt.datetime
    agent: Hashable | None
    for_anyone: bool


def open_to_all_from(
    callback: Callback,
    absent: Collection[Hashable],
    calendar: WorkCalendar,
    hours: float = CALLBACK_HOURS,
) -> dt.datetime:
    """From when on anyone may make a callback: a promise is kept even if its agent cannot.

    At its moment if it is for anyone, has no agent, or the agent is known to be absent; else so
    many working hours later.
    """
    if callback.for_anyone or callback.agent is None or callback.agent in absent:
        return callback.at
    return calendar.add_working_time(callback.at, dt.timedelta(hours=hours))


def may_make(
    callback: Callback,
    agent: Hashable,
    now: dt.datetime,
    absent: Collection[Hashable],
    calendar: WorkCalendar,
    hours: float = CALLBACK_HOURS,
) -> bool:
    """Whether an agent may make a callback now: the own ones always, others when open to all."""
    is_own = callback.agent == agent
    return is_own or now >= open_to_all_from(callback, absent, calendar, hours)
