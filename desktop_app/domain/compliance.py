"""Compliance 达成: which contacts were owed by the cadence, and what became of each (F-19).

Every contact owed is one duty with the days in which it is to be done. A duty of a period that was
not done in time is late when the period that follows holds more contacts than it needs itself;
a duty of an interval when it is done within one more longest interval. Informal contacts count
for coverage, so they fulfil duties; they do not count as pressure (S3-73).
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, NamedTuple, Self, TypeVar

from pydantic import Field, model_validator

from db.vocabulary import CadenceRole, Channel, CustomerClass
from desktop_app.domain.cadence import CadencePolicy, CadenceRule
from desktop_app.domain.drafts import Draft
from desktop_app.domain.months import Period, add_months, periods
from desktop_app.domain.rates import Rate
from desktop_app.i18n import N_, _

K = TypeVar("K", bound=Hashable)
_DAY = dt.timedelta(days=1)


class Made(NamedTuple):
    """A contact in which the customer was spoken to, by somebody in a role, on a day."""

    customer: Hashable
    role: CadenceRole
    channel: Channel
    day: dt.date
    by: Hashable
    is_informal: bool = False


class OverrideDraft(Draft):
    """For one customer a rule asks for less, for a reason, from a day on and until a day or open.

    It holds for duties whose last day lies in this time. 0 waives the rule; of a rule of intervals
    nothing else can be said.
    """

    rule: Annotated[str, Field(title=N_("Rule"))]
    minimum: Annotated[int, Field(ge=0, le=31, title=N_("At least"))] = 0
    reason: Annotated[str, Field(min_length=1, max_length=500, title=N_("Reason"))]
    first: Annotated[dt.date, Field(title=N_("From day"))]
    last: Annotated[dt.date | None, Field(title=N_("Until day"))] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(_("The last day cannot be before the first."))
        return self

    def holds_on(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class Owed:
    """A customer as the cadence sees it.

    Attributes:
        key: Key of the customer.
        klass: Class; without one as C.
        owners: Who answers for the contacts of a role.
        since: First day as a customer; periods that began before it are not owed.
        upgrade_since: Since when the customer may rise to A; None: it does not.
        overrides: What was agreed otherwise; of several in force the last counts.
    """

    key: Hashable
    klass: CustomerClass | None
    owners: Mapping[CadenceRole, Hashable] = field(default_factory=dict)
    since: dt.date | None = None
    upgrade_since: dt.date | None = None
    overrides: Sequence[OverrideDraft] = ()


def override_for(customer: Owed, rule: CadenceRule, deadline: dt.date) -> OverrideDraft | None:
    """What is agreed otherwise for duties of a rule with this last day."""
    found = [
        each for each in customer.overrides if each.rule == rule.code and each.holds_on(deadline)
    ]
    return found[-1] if found else None


class DutyState(StrEnum):
    """What became of a duty."""

    MADE = "made"
    LATE = "late"
    MISSED = "missed"
    OPEN = "open"
    OVERRIDDEN = "overridden"


class Duty(NamedTuple):
    """One contact owed; `done` and `by` tell of the contact, `reason` why it was waived."""

    customer: Hashable
    rule: CadenceRule
    owner: Hashable
    days: Period
    state: DutyState
    done: dt.date | None = None
    by: Hashable = None
    reason: str = ""


def duties(
    customers: Iterable[Owed],
    made: Iterable[Made],
    policy: CadencePolicy,
    first: dt.date,
    last: dt.date,
    as_of: dt.date,
) -> Iterator[Duty]:
    """Every duty whose last day lies from `first` to `last`, and what became of it until `as_of`.

    Args:
        customers: Whom to look at.
        made: Their contacts, in any order; also those before and after, so that intervals have a
            beginning and late ones are found.
        policy: The rules.
        first: First day.
        last: Last day.
        as_of: Contacts after this day are not known; duties that end on it or later are open.
    """
    by_cell: dict[tuple[Hashable, CadenceRole], list[Made]] = defaultdict(list)
    for contact in made:
        if contact.day <= as_of:
            by_cell[contact.customer, contact.role].append(contact)
    for contacts in by_cell.values():
        contacts.sort(key=lambda each: each.day)
    span = Period(first, last)
    for customer in customers:
        for rule in policy.of_class(customer.klass):
            mine = [
                contact
                for contact in by_cell.get((customer.key, rule.role), ())
                if rule.channel.takes(contact.channel)
            ]
            if rule.condition is not None:
                found = _conditional(customer, rule, mine, as_of)
            elif rule.latest_months is not None:
                found = _by_interval(customer, rule, rule.latest_months, mine, span, as_of)
            else:
                found = _by_period(customer, rule, mine, span, as_of)
            yield from (duty for duty in found if duty.days.last in span)


def _by_period(
    customer: Owed, rule: CadenceRule, made: Sequence[Made], span: Period, as_of: dt.date
) -> Iterator[Duty]:
    following = span.last + _DAY
    all_periods = list(periods(span.first, following, rule.per_months))
    within = [[each for each in made if each.day in period] for period in all_periods]
    for number, period in enumerate(all_periods[:-1]):
        if customer.since is not None and customer.since > period.first:
            continue
        override = override_for(customer, rule, period.last)
        needed = _needed(rule, override)
        waived = rule.minimum - needed
        done = within[number][:needed]
        next_needed = _needed(rule, override_for(customer, rule, all_periods[number + 1].last))
        later = within[number + 1][next_needed:][: needed - len(done)]
        states = [
            *((DutyState.MADE, each) for each in done),
            *((DutyState.LATE, each) for each in later),
        ]
        for state, contact in states:
            yield _duty(customer, rule, period, state, contact)
        missing = DutyState.MISSED if as_of > period.last else DutyState.OPEN
        for _number in range(needed - len(states)):
            yield _duty(customer, rule, period, missing)
        for _number in range(waived):
            yield _duty(customer, rule, period, DutyState.OVERRIDDEN, reason=override)


def _needed(rule: CadenceRule, override: OverrideDraft | None) -> int:
    return rule.minimum if override is None else min(rule.minimum, override.minimum)


def _by_interval(
    customer: Owed,
    rule: CadenceRule,
    longest: int,
    made: Sequence[Made],
    span: Period,
    as_of: dt.date,
) -> Iterator[Duty]:
    known = [day for day in (customer.since, made[0].day if made else None) if day is not None]
    anchor = min(known) if known else span.first - _DAY
    ahead = [each for each in made if each.day > anchor]
    while (deadline := add_months(anchor, longest)) <= span.last:
        days = Period(anchor + _DAY, deadline)
        contact = ahead[0] if ahead else None
        override = override_for(customer, rule, deadline)
        if contact is not None and contact.day <= deadline:
            yield _duty(customer, rule, days, DutyState.MADE, contact)
        elif override is not None and override.minimum == 0:
            yield _duty(customer, rule, days, DutyState.OVERRIDDEN, reason=override)
            contact = None
        elif contact is not None and contact.day <= add_months(deadline, longest):
            yield _duty(customer, rule, days, DutyState.LATE, contact)
        elif as_of > deadline:
            yield _duty(customer, rule, days, DutyState.MISSED)
            contact = None
        else:
            yield _duty(customer, rule, days, DutyState.OPEN)
            return
        anchor = deadline if contact is None else contact.day
        ahead = [each for each in ahead if each.day > anchor]


def _conditional(
    customer: Owed, rule: CadenceRule, made: Sequence[Made], as_of: dt.date
) -> Iterator[Duty]:
    if customer.upgrade_since is None:
        return
    deadline = add_months(customer.upgrade_since, rule.per_months)
    days = Period(customer.upgrade_since, deadline)
    contact = next((each for each in made if each.day >= customer.upgrade_since), None)
    override = override_for(customer, rule, deadline)
    if contact is not None:
        state = DutyState.MADE if contact.day <= deadline else DutyState.LATE
        yield _duty(customer, rule, days, state, contact)
    elif override is not None and override.minimum == 0:
        yield _duty(customer, rule, days, DutyState.OVERRIDDEN, reason=override)
    else:
        yield _duty(customer, rule, days, DutyState.MISSED if as_of > deadline else DutyState.OPEN)


def _duty(
    customer: Owed,
    rule: CadenceRule,
    days: Period,
    state: DutyState,
    contact: Made | None = None,
    reason: OverrideDraft | None = None,
) -> Duty:
    return Duty(
        customer=customer.key,
        rule=rule,
        owner=customer.owners.get(rule.role),
        days=days,
        state=state,
        done=None if contact is None else contact.day,
        by=None if contact is None else contact.by,
        reason="" if reason is None else reason.reason,
    )


# ---------------------------------------------------------------- sums


@dataclass(frozen=True, slots=True)
class Compliance:
    """Counts of duties. What was waived is not required."""

    made: int = 0
    late: int = 0
    missed: int = 0
    open: int = 0
    overridden: int = 0

    @property
    def required(self) -> int:
        """All that were owed."""
        return self.made + self.late + self.missed + self.open

    @property
    def rate(self) -> Rate:
        """Done in time of what the period asks for (F-19): A with 2 of 3 visits is 66.7 %."""
        return Rate(self.made, self.required)


def by(found: Iterable[Duty], key: Callable[[Duty], K]) -> dict[K, Compliance]:
    """Counts by class, role, person or whatever the key says, in the order in which they come."""
    counts: dict[K, Counter[DutyState]] = defaultdict(Counter)
    for duty in found:
        counts[key(duty)][duty.state] += 1
    return {
        group: Compliance(**{state.value: count[state] for state in DutyState})
        for group, count in counts.items()
    }


class Excess(NamedTuple):
    """More contacts in a period than the rule allows."""

    customer: Hashable
    rule: CadenceRule
    period: Period
    contacts: int


def above_maximum(
    customers: Iterable[Owed],
    made: Iterable[Made],
    policy: CadencePolicy,
    first: dt.date,
    last: dt.date,
) -> Iterator[Excess]:
    """Where customers were pressed more than the most; informal contacts do not count.

    Looks at all calendar periods that hold a day from `first` to `last`.
    """
    days: dict[tuple[Hashable, CadenceRole], list[Made]] = defaultdict(list)
    for contact in made:
        if not contact.is_informal:
            days[contact.customer, contact.role].append(contact)
    for customer in customers:
        for rule in policy.of_class(customer.klass):
            mine = [
                each.day
                for each in days.get((customer.key, rule.role), ())
                if rule.channel.takes(each.channel)
            ]
            if rule.maximum is None or len(mine) <= rule.maximum:
                continue
            for period in periods(first, last, rule.per_months):
                count = sum(day in period for day in mine)
                if count > rule.maximum:
                    yield Excess(customer.key, rule, period, count)
