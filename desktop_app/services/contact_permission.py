"""May a customer be contacted at a moment? The rules are `domain.contact_rules`; here are facts.

What has happened is logged whatever the rules say; what is planned moves to the first day on
which it is allowed.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.orm import Session

from db.models import Customer
from db.queries import contact_facts
from db.queries.contact_facts import PastContact
from db.vocabulary import Channel, NextStep
from desktop_app import clock, labels
from desktop_app.domain import contact_rules
from desktop_app.domain.contact_rules import (
    EFFECTIVE,
    Contact,
    ContactFacts,
    ContactPolicy,
    Finding,
    Purpose,
    Verdict,
)
from desktop_app.domain.permissions import Action
from desktop_app.domain.task_force_words import proof_sentence
from desktop_app.i18n import _
from desktop_app.services import access, calendar, case_life, workspace_settings

KEY: Final = "contact_policy"
_NOON: Final = dt.time(12)  # when a visit took place of which only the day is known


@dataclass(frozen=True, slots=True)
class Planned:
    """A day for a next step, and why it is not the day that was asked for; empty if it is."""

    due: dt.date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Asking:
    """The numbers of the rules, read once for many customers."""

    policy: ContactPolicy
    festivals: frozenset[dt.date]

    def ask(
        self,
        facts: ContactFacts,
        at: dt.datetime,
        channel: Channel,
        purpose: Purpose = Purpose.ORDINARY,
    ) -> Verdict:
        """What the rules say of a contact at a moment."""
        return contact_rules.may_contact(
            facts,
            clock.local(at),
            channel,
            purpose=purpose,
            policy=self.policy,
            festivals=self.festivals,
        )

    @property
    def of_days(self) -> "Asking":
        """The rules without those that only hold for hours of a day."""
        no_hours = {"quiet_until": self.policy.quiet_from, "lunch_from": None, "lunch_until": None}
        return Asking(self.policy.model_copy(update=no_hours), self.festivals)

    @property
    def harmless(self) -> int:
        """With so many contacts no limit is reached yet, whenever they were."""
        policy = self.policy
        return min(policy.short_limit, policy.long_limit, policy.throttle_after) - 1


@dataclass(frozen=True, slots=True)
class Known:
    """The rules, and what they look at of one customer."""

    asking: Asking
    facts: ContactFacts

    def verdict(
        self, at: dt.datetime, channel: Channel, purpose: Purpose = Purpose.ORDINARY
    ) -> Verdict:
        """What the rules say of a contact at a moment; contacts after it do not count."""
        before = [each for each in self.facts.past if each.at <= at]
        facts = ContactFacts(self.facts.is_deceased, self.facts.do_not_contact, before)
        return self.asking.ask(facts, at, channel, purpose)


def policy(session: Session) -> ContactPolicy:
    """The numbers of the rules as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, ContactPolicy)


def change_policy(session: Session, draft: ContactPolicy) -> None:
    """Set the numbers of the rules for everybody."""
    workspace_settings.change_draft(session, KEY, draft)


def may_contact(
    session: Session,
    customer_id: uuid.UUID,
    at: dt.datetime,
    channel: Channel,
    purpose: Purpose = Purpose.ORDINARY,
) -> Verdict:
    """Whether a customer may be contacted at a moment, with a proof for each rule.

    Args:
        session: the session.
        customer_id: the customer.
        at: the moment.
        channel: how.
        purpose: why. Whoever plans by a cadence asks with `MINIMUM` as long as the least that it
            owes the customer is not reached: the budget is waived then, and the proof says so.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    return verdict(session, customer, at, channel, purpose)


def verdict(
    session: Session,
    customer: Customer,
    at: dt.datetime,
    channel: Channel,
    purpose: Purpose = Purpose.ORDINARY,
) -> Verdict:
    """The same for a customer in reach; contacts after the moment do not count."""
    return known_of(session, customer).verdict(at, channel, purpose)


def known_of(session: Session, customer: Customer) -> Known:
    """What is known of a customer in reach, read once for several questions."""
    return Known(read(session), _facts_of(session, [customer])[customer.id])


def first_day(
    session: Session,
    customer: Customer,
    step: NextStep,
    due: dt.date,
    *,
    purpose: Purpose = Purpose.ORDINARY,
    also: Sequence[Contact] = (),
    known: Known | None = None,
) -> Planned:
    """The first day from `due` on for a next step; another day only if it is a contact.

    Quiet hours alone move nothing: the queue says from when on the customer may be called.

    Args:
        session: the session.
        customer: one who may be contacted at all.
        step: what is planned.
        due: the day wanted, local.
        purpose: why the customer is contacted: what the cadence owes at least is `MINIMUM`, and
            no budget moves it.
        also: contacts that are about to be stored.
        known: what is known of the customer, if it was read before.
    """
    if step not in case_life.CONTACT_STEPS:
        return Planned(due)
    known = known or known_of(session, customer)
    asking, now = known.asking, clock.local(clock.now())
    start = max(now, dt.datetime.combine(due, dt.time(), now.tzinfo))
    past = (*known.facts.past, *also)
    facts = ContactFacts(known.facts.is_deceased, known.facts.do_not_contact, past)
    channel = Channel.VISIT if step is NextStep.VISIT else Channel.CALL
    found = asking.of_days.ask(facts, start, channel, purpose)
    if found.allowed or found.earliest is None:
        return Planned(due)
    first = asking.ask(facts, found.earliest, channel, purpose).earliest or found.earliest
    if first.date() <= max(due, now.date()):
        return Planned(due)
    day, days = first.date(), calendar.work_calendar(session)
    if days.is_working(due):
        day = days.same_or_next(day)
    stop = next(proof for proof in found.proofs if proof.finding is Finding.STOPPED)
    text = _("Moved from {day} to {later}: {reason}").format(
        day=labels.day_text(due),
        later=labels.day_text(day),
        reason=proof_sentence(stop, purpose),
    )
    return Planned(day, text)


def read(session: Session) -> Asking:
    """The numbers of the rules and the days on which nobody is called."""
    return Asking(policy(session), calendar.festivals(session))


def _facts_of(session: Session, customers: Iterable[Customer]) -> Mapping[uuid.UUID, ContactFacts]:
    """What the rules look at, for customers in reach."""
    wanted = list(customers)
    past = contact_facts.past_contacts(session, [each.id for each in wanted])
    return {
        each.id: ContactFacts(
            each.is_deceased, each.do_not_contact, contacts_of(past.get(each.id, ()))
        )
        for each in wanted
    }


def contacts_of(rows: Sequence[PastContact]) -> tuple[Contact, ...]:
    """Stored contacts as the rules see them; a visit that was logged and ticked off is one."""
    zone = clock.local(clock.now()).tzinfo
    visited = {
        clock.local(row.at).date()
        for row in rows
        if row.at is not None and row.channel is Channel.VISIT
    }
    found = []
    for row in rows:
        at = row.at
        if at is None and row.day is not None and row.day not in visited:
            at = dt.datetime.combine(row.day, _NOON, zone)
        if at is not None:
            was_effective = row.result in EFFECTIVE
            found.append(Contact(at, row.channel, was_effective, row.is_informal, row.by_customer))
    return tuple(found)


def as_json(found: Verdict) -> list[dict[str, Any]]:
    """The proofs of a verdict as they are kept with an attempt."""
    return [
        {
            "rule": proof.rule.value,
            "finding": proof.finding.value,
            "purpose": found.purpose.value,
            "numbers": dict(proof.numbers),
            "until": proof.until.isoformat() if proof.until is not None else None,
        }
        for proof in found.proofs
    ]
