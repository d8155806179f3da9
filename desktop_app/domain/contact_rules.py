"""May this customer be contacted now, by this channel? One budget over calls, visits and messages.

Sources: S3-21 (bad reputation through heavy calling: a cap per customer and window, quiet hours,
do not call), S3-73 (informal contacts count for coverage, not for pressure), S3-29 and the visit
cadence (a minimum is owed to every class, so the budget never stops it).

The rules are asked in a fixed order. Each leaves a proof: which rule, with which numbers, and
whether it let the contact pass; so that it can be printed why and when a contact was allowed.
Moments carry the zone of the customer's day; windows of the budget are counted in real hours.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from db.vocabulary import AttemptResult, Channel
from desktop_app.domain.drafts import Draft
from desktop_app.i18n import N_, _

EFFECTIVE: Final = frozenset(
    {
        AttemptResult.REACHED,
        AttemptResult.CALLBACK,
        AttemptResult.REFUSED,
        AttemptResult.DO_NOT_CONTACT,
    }
)
"""Results in which the customer was spoken to."""

_DAY: Final = dt.timedelta(days=1)


class ContactRule(StrEnum):
    """What may stand against a contact, in the order in which it is asked."""

    DECEASED = "deceased"
    DO_NOT_CONTACT = "do_not_contact"
    QUIET_HOURS = "quiet_hours"
    LUNCH = "lunch"
    FESTIVAL = "festival"
    SHORT_BUDGET = "short_budget"
    LONG_BUDGET = "long_budget"
    THROTTLE = "throttle"


class Purpose(StrEnum):
    """Why the customer is contacted."""

    ORDINARY = "ordinary"
    MINIMUM = "minimum"  # the least that the cadence owes the customer
    ASKED_FOR = "asked_for"  # the customer named this moment


class Finding(StrEnum):
    """What a rule says; a waived one would have said no but does not bind this purpose."""

    PASSED = "passed"
    STOPPED = "stopped"
    WAIVED = "waived"


_BUDGET: Final = frozenset({ContactRule.SHORT_BUDGET, ContactRule.LONG_BUDGET})
_WAIVED: Final[Mapping[Purpose, frozenset[ContactRule]]] = {
    Purpose.ORDINARY: frozenset(),
    Purpose.MINIMUM: _BUDGET,
    Purpose.ASKED_FOR: frozenset(ContactRule) - {ContactRule.DECEASED, ContactRule.DO_NOT_CONTACT},
}

_Limit = Annotated[int, Field(ge=1, le=1000)]


class ContactPolicy(Draft):
    """The numbers of the rules. Equal times mean that there are no quiet hours."""

    quiet_from: Annotated[dt.time, Field(title=N_("Quiet hours from"))] = dt.time(21)
    quiet_until: Annotated[dt.time, Field(title=N_("Quiet hours until"))] = dt.time(9)
    lunch_from: Annotated[dt.time | None, Field(title=N_("No contact at lunch from"))] = None
    lunch_until: Annotated[dt.time | None, Field(title=N_("No contact at lunch until"))] = None
    spares_festivals: Annotated[bool, Field(title=N_("No contact on statutory festival days"))] = (
        True
    )
    short_days: Annotated[_Limit, Field(title=N_("Days of the short window"))] = 7
    short_limit: Annotated[_Limit, Field(title=N_("Contacts in the short window"))] = 3
    long_days: Annotated[_Limit, Field(title=N_("Days of the long window"))] = 30
    long_limit: Annotated[_Limit, Field(title=N_("Contacts in the long window"))] = 8
    throttle_after: Annotated[
        _Limit, Field(title=N_("Attempts in a row without reaching the customer before a pause"))
    ] = 3
    throttle_days: Annotated[_Limit, Field(title=N_("Days of this pause"))] = 7

    @model_validator(mode="after")
    def _leaves_time(self) -> Self:
        if (self.lunch_from is None) != (self.lunch_until is None):
            raise ValueError(_("Give both the start and the end of lunch, or neither."))
        spans = self.spans
        if spans and all(any(_within(end, span) for span in spans) for _start, end in spans):
            raise ValueError(_("Leave some time of the day in which customers may be contacted."))
        return self

    @property
    def spans(self) -> tuple["Span", ...]:
        """Quiet hours and lunch, as far as there are any."""
        lunch = (self.lunch_from, self.lunch_until)
        found = ((self.quiet_from, self.quiet_until), lunch)
        return tuple((a, b) for a, b in found if a is not None and b is not None and a != b)


Span = tuple[dt.time, dt.time]
"""A stretch of the day that may go over midnight; its end is no longer part of it."""


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that took place, also an attempt in which nobody was reached."""

    at: dt.datetime
    channel: Channel
    was_effective: bool = False
    is_informal: bool = False
    by_customer: bool = False

    @property
    def presses(self) -> bool:
        """Whether it counts: informal contacts and those the customer began do not."""
        return not (self.is_informal or self.by_customer)


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """What is known of one customer. `past`: all contacts over all cases, in any order."""

    is_deceased: bool = False
    do_not_contact: bool = False
    past: Sequence[Contact] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """What one rule found. A stopping rule holds until `until`; for ever if that is None."""

    rule: ContactRule
    finding: Finding
    numbers: Mapping[str, int | str] = field(default_factory=dict)
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a contact is allowed, and why: one proof for each rule, in their order.

    `earliest` is the first moment at or after `at` at which it is allowed if nothing else happens;
    None if never.
    """

    at: dt.datetime
    channel: Channel
    purpose: Purpose
    proofs: tuple[Proof, ...]
    earliest: dt.datetime | None

    @property
    def reasons(self) -> tuple[ContactRule, ...]:
        """The rules that stand against it, the weightiest first."""
        return tuple(proof.rule for proof in self.proofs if proof.finding is Finding.STOPPED)

    @property
    def allowed(self) -> bool:
        """Whether no rule stands against it."""
        return not self.reasons


def may_contact(
    facts: ContactFacts,
    at: dt.datetime,
    channel: Channel,
    *,
    purpose: Purpose = Purpose.ORDINARY,
    policy: ContactPolicy | None = None,
    festivals: Collection[dt.date] = frozenset(),
) -> Verdict:
    """Ask all rules whether a customer may be contacted at a moment.

    The minimum cadence is not bound by the budget, a moment the customer asked for only by death
    and by the wish not to be contacted. Any window of `short_days` x 24 hours holds at most
    `short_limit` contacts that were not waived, and so does the long one.

    Args:
        facts: The customer and all contacts so far.
        at: The moment, aware, in the local zone.
        channel: How; a pause after failures is one of its channel.
        purpose: Why.
        policy: The numbers; the defaults if not given.
        festivals: Statutory festival days.
    """
    rules = _Rules(facts, channel, purpose, policy or ContactPolicy(), festivals)
    proofs = rules.ask(at)
    return Verdict(at, channel, purpose, proofs, rules.earliest(at))


@dataclass(frozen=True, slots=True)
class _Rules:
    facts: ContactFacts
    channel: Channel
    purpose: Purpose
    policy: ContactPolicy
    festivals: Collection[dt.date]

    def earliest(self, at: dt.datetime) -> dt.datetime | None:
        """A rule that stops at a moment stops until its end, so the ends are all to be tried."""
        while stops := [each for each in self.ask(at) if each.finding is Finding.STOPPED]:
            ends = [stop.until for stop in stops if stop.until is not None]
            if len(ends) < len(stops):
                return None
            at = max(ends)
        return at

    def ask(self, at: dt.datetime) -> tuple[Proof, ...]:
        policy = self.policy
        lunch = (policy.lunch_from, policy.lunch_until)
        return (
            self._for_ever(ContactRule.DECEASED, stops=self.facts.is_deceased),
            self._for_ever(ContactRule.DO_NOT_CONTACT, stops=self.facts.do_not_contact),
            self._span(ContactRule.QUIET_HOURS, at, (policy.quiet_from, policy.quiet_until)),
            self._span(ContactRule.LUNCH, at, lunch),
            self._festival(at),
            self._budget(ContactRule.SHORT_BUDGET, at, policy.short_days, policy.short_limit),
            self._budget(ContactRule.LONG_BUDGET, at, policy.long_days, policy.long_limit),
            self._throttle(at),
        )

    def _for_ever(self, rule: ContactRule, *, stops: bool) -> Proof:
        return Proof(rule, Finding.STOPPED if stops else Finding.PASSED)

    def _span(
        self, rule: ContactRule, at: dt.datetime, span: tuple[dt.time | None, dt.time | None]
    ) -> Proof:
        start, end = span
        if start is None or end is None or start == end:
            return Proof(rule, Finding.PASSED)
        until = None
        if _within(at.time(), (start, end)):
            day = at.date() if at.time() < end else at.date() + _DAY
            until = dt.datetime.combine(day, end, at.tzinfo)
        numbers = {"from": f"{start:%H:%M}", "until": f"{end:%H:%M}", "at": f"{at:%H:%M}"}
        return self._proof(rule, until, numbers)

    def _festival(self, at: dt.datetime) -> Proof:
        until = None
        if self.policy.spares_festivals and at.date() in self.festivals:
            until = dt.datetime.combine(at.date() + _DAY, dt.time(), at.tzinfo)
        return self._proof(ContactRule.FESTIVAL, until, {"day": at.date().isoformat()})

    def _budget(self, rule: ContactRule, at: dt.datetime, days: int, limit: int) -> Proof:
        window = dt.timedelta(days=days)
        moment = at.astimezone(dt.UTC)
        used = sorted(
            past
            for contact in self.facts.past
            if contact.presses and (past := contact.at.astimezone(dt.UTC)) > moment - window
        )
        until = (used[-limit] + window).astimezone(at.tzinfo) if len(used) >= limit else None
        return self._proof(rule, until, {"used": len(used), "limit": limit, "days": days})

    def _throttle(self, at: dt.datetime) -> Proof:
        failed: list[dt.datetime] = []
        for contact in sorted(self.facts.past, key=lambda each: each.at, reverse=True):
            if contact.was_effective or contact.by_customer:
                break
            if contact.channel is self.channel and contact.presses:
                failed.append(contact.at.astimezone(dt.UTC))
        policy, until = self.policy, None
        if len(failed) >= policy.throttle_after:
            end = failed[0] + dt.timedelta(days=policy.throttle_days)
            until = end.astimezone(at.tzinfo) if end > at else None
        numbers = {
            "channel": self.channel.value,
            "failed": len(failed),
            "limit": policy.throttle_after,
            "days": policy.throttle_days,
        }
        return self._proof(ContactRule.THROTTLE, until, numbers)

    def _proof(
        self, rule: ContactRule, until: dt.datetime | None, numbers: Mapping[str, int | str]
    ) -> Proof:
        finding = Finding.PASSED
        if until is not None:
            finding = Finding.WAIVED if rule in _WAIVED[self.purpose] else Finding.STOPPED
        return Proof(rule, finding, numbers, until)


def _within(clock: dt.time, span: Span) -> bool:
    start, end = span
    return start <= clock < end if start < end else clock >= start or clock < end
