"""Sentences for what the rules of the task force find: proofs, places in the queue, the pool.

The rules give codes and figures; these words may change without changing what was decided.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from desktop_app import labels
from desktop_app.domain.contact_rules import ContactRule, Finding, Proof, Purpose, Verdict
from desktop_app.domain.pool import ClaimRefusal, Refused, Suitability
from desktop_app.domain.queue_order import Figure, Part, PartCode, QueueKind
from desktop_app.i18n import N_, _, ngettext

_PASSED: Final[Mapping[ContactRule, str]] = {
    ContactRule.DECEASED: N_("The customer is not recorded as deceased."),
    ContactRule.DO_NOT_CONTACT: N_("The customer has not asked to be left alone."),
    ContactRule.QUIET_HOURS: N_("{at} is outside the quiet hours {from}–{until}."),
    ContactRule.LUNCH: N_("{at} is outside lunch {from}–{until}."),
    ContactRule.FESTIVAL: N_("{day} is no statutory festival day."),
    ContactRule.SHORT_BUDGET: N_("{used} of {limit} contacts within {days} days are used."),
    ContactRule.LONG_BUDGET: N_("{used} of {limit} contacts within {days} days are used."),
    ContactRule.THROTTLE: N_("{failed} of {limit} failures in a row after which there is a pause."),
}
_STOPPED: Final[Mapping[ContactRule, str]] = {
    ContactRule.DECEASED: N_("The customer has died."),
    ContactRule.DO_NOT_CONTACT: N_("The customer asked not to be contacted."),
    ContactRule.QUIET_HOURS: N_("{at} is within the quiet hours {from}–{until}."),
    ContactRule.LUNCH: N_("{at} is within lunch {from}–{until}."),
    ContactRule.FESTIVAL: N_("{day} is a statutory festival day."),
    ContactRule.SHORT_BUDGET: N_("All {limit} contacts within {days} days are used."),
    ContactRule.LONG_BUDGET: N_("All {limit} contacts within {days} days are used."),
    ContactRule.THROTTLE: N_("Not reached {failed} times in a row: a pause of {days} days."),
}
_NO_SPAN: Final[Mapping[ContactRule, str]] = {
    ContactRule.QUIET_HOURS: N_("There are no quiet hours."),
    ContactRule.LUNCH: N_("Lunch is not spared."),
}
_WAIVED: Final[Mapping[Purpose, str]] = {
    Purpose.MINIMUM: N_("This does not bind the least contact that is owed to the customer."),
    Purpose.ASKED_FOR: N_("This does not bind: the customer asked for this moment."),
}


def proof_sentence(proof: Proof, purpose: Purpose) -> str:
    """What one rule found, with its numbers."""
    if proof.finding is Finding.PASSED:
        words = _PASSED[proof.rule] if proof.numbers else _NO_SPAN.get(proof.rule)
        return _(words or _PASSED[proof.rule]).format(**proof.numbers)
    sentence = _(_STOPPED[proof.rule]).format(**proof.numbers)
    if proof.finding is Finding.WAIVED:
        sentence = _("{sentence} {reason}").format(sentence=sentence, reason=_(_WAIVED[purpose]))
    return sentence


def verdict_sentence(verdict: Verdict) -> str:
    """Whether a contact is allowed; if not, the weightiest reason and when it is again."""
    stops = [proof for proof in verdict.proofs if proof.finding is Finding.STOPPED]
    if not stops:
        return _("May be contacted now.")
    reason = proof_sentence(stops[0], verdict.purpose)
    if verdict.earliest is None:
        return reason
    again = _("Possible again from {moment}.").format(moment=labels.moment_text(verdict.earliest))
    return _("{sentence} {reason}").format(sentence=reason, reason=again)


_PARTS: Final[Mapping[PartCode, str]] = {
    PartCode.CANCEL_REQUEST: N_("Asked to cancel: always first"),
    PartCode.CALLBACK: N_("Callback promised for {at}"),
    PartCode.FIRST_CONTACT: N_("First contact due by {by}"),
    PartCode.VALUE: N_("Value at stake {value}"),
    PartCode.URGENCY: N_("{days}: urgency × {factor}"),
    PartCode.WAITING: N_("No contact before {until}"),
}


def part_sentence(part: Part, currency: str) -> str:
    """One reason for a place in the queue."""
    shown = {name: _figure(name, value, currency) for name, value in part.figures.items()}
    return _(_PARTS[part.code]).format(**shown)


def _figure(name: str, value: Figure, currency: str) -> str:
    if isinstance(value, dt.datetime):
        return labels.moment_text(value)
    if name == "days":
        return _when(value)
    if name == "value":
        return labels.money(None if value is None else int(value), currency)
    return f"{value:g}"


def _when(days: object) -> str:
    if not isinstance(days, int):
        return _("Nothing planned")
    if days > 0:
        return ngettext("{n} day overdue", "{n} days overdue", days).format(n=days)
    return _("Due today") if days == 0 else _("Due later")


_PLACE_WORDS: Final[Mapping[QueueKind, str]] = {
    QueueKind.OWN: N_("Own"),
    QueueKind.TEAM: N_("Team"),
    QueueKind.POOL: N_("Pool"),
}


def place_word(place: QueueKind) -> str:
    """In whose queue a case stands, in a word."""
    return _(_PLACE_WORDS[place])


_REFUSALS: Final[Mapping[ClaimRefusal, str]] = {
    ClaimRefusal.CAPACITY: N_(
        "You hold {held} open cases; {limit} are the most. Finish some first."
    ),
    ClaimRefusal.DAILY: N_("You have claimed {claimed} cases today; {limit} a day are the most."),
    ClaimRefusal.COOL_OFF: N_("You had this case before; it is kept for others until {until}."),
}


def refusal_sentence(refused: Refused) -> str:
    """Why somebody may not claim a case."""
    shown = {
        name: labels.day_text(value) if isinstance(value, dt.date) else value
        for name, value in refused.figures.items()
    }
    return _(_REFUSALS[refused.reason]).format(**shown)


def suitability_sentence(found: Suitability) -> str:
    """How well a case suits somebody, with the figures."""
    return _("Ability {met} of {asked}, {free} of {capacity} places free: {score}").format(
        met=found.met,
        asked=found.asked,
        free=found.free,
        capacity=found.capacity,
        score=labels.percent(float(found.score), 0),
    )
