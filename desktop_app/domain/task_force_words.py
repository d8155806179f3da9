"""Sentences for what the rules of the task force find: proofs, places in the queue, checks.

The rules give codes and figures; these words may change without changing what was decided.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from desktop_app import labels
from desktop_app.domain.contact_rules import ContactRule, Finding, Proof, Purpose, Verdict
from desktop_app.domain.pool import ClaimRefusal, Refused, Suitability
from desktop_app.domain.queue_order import Figure, Part, PartCode, QueueKind
from desktop_app.domain.script_checks import CheckCode
from desktop_app.domain.script_checks import Finding as ScriptFinding
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


_CHECKS: Final[Mapping[CheckCode, str]] = {
    CheckCode.NO_START: N_("The script has no first step; choose one."),
    CheckCode.DOUBLE_STEP: N_("Two steps have this name; rename one."),
    CheckCode.DOUBLE_CHOICE: N_("The choice “{choice}” is there twice; rename one."),
    CheckCode.DEAD_END: N_("Leads nowhere ({place}); choose the step that follows."),
    CheckCode.UNKNOWN_TARGET: N_("Leads to “{target}” ({place}), which does not exist."),
    CheckCode.UNREACHABLE: N_("No way leads to this step."),
    CheckCode.LOOP: N_("These steps only lead to each other: {steps}. Add a way out."),
    CheckCode.LOGIC_LOOP: N_("This logic turns in a circle without asking anything: {steps}."),
    CheckCode.NO_WORDS: N_("There are no words ({place})."),
    CheckCode.NO_TRANSLATION: N_("There are no words in {language} ({place})."),
    CheckCode.UNKNOWN_PLACEHOLDER: N_("“{name}” is no placeholder ({place})."),
    CheckCode.MAY_BE_EMPTY: N_(
        "“{name}” may be empty ({place}); add other words after | or put the clause in [[ ]]."
    ),
    CheckCode.LOOSE_BRACKETS: N_("A bracket of a placeholder is left open ({place})."),
    CheckCode.UNKNOWN_FIELD: N_("“{field}” is neither a fact of the case nor an answer."),
    CheckCode.BAD_VALUE: N_("“{field}” cannot be compared like this."),
    CheckCode.UNKNOWN_WRITES: N_("The interview has no question “{writes}”."),
    CheckCode.IDLE_FIELD: N_("Not used by this kind of step: {fields}."),
    CheckCode.NO_DISPOSITION: N_("The end has no result of the contact."),
    CheckCode.NO_FAIR_WAY_OUT: N_("There is no way out without pressure."),
}
_PLACES: Final[Mapping[str, str]] = {
    "words": N_("words"),
    "hint": N_("advice"),
    "heard": N_("what the customer says"),
    "choice": N_("choice"),
    "branch": N_("branch"),
    "to": N_("next step"),
}
_FIELDS: Final[Mapping[str, str]] = {
    "to": N_("next step"),
    "choices": N_("choices"),
    "branches": N_("branches"),
    "writes": N_("question of the interview"),
    "goal": N_("goal of the offer"),
    "heard_zh": N_("what the customer says"),
    "heard_en": N_("what the customer says"),
    "disposition": N_("result of the contact"),
    "outcome": N_("outcome"),
    "fair_way_out": N_("fair way out"),
}
_LANGUAGES: Final[Mapping[str, str]] = {"zh": N_("Chinese"), "en": N_("English")}


def finding_sentence(finding: ScriptFinding) -> str:
    """What is wrong with a script, and what to do."""
    figures = dict(finding.figures)
    if "place" in figures:
        first, *rest = figures["place"].split()
        words = [_(_PLACES[first]), *(_(_LANGUAGES[r]) if r in _LANGUAGES else r for r in rest)]
        figures["place"] = " ".join(words)
    if "fields" in figures:
        named = dict.fromkeys(_(_FIELDS[name]) for name in figures["fields"].split(", "))
        figures["fields"] = _(", ").join(named)
    if "language" in figures:
        name = _LANGUAGES[figures["language"]]
        figures["language"] = _(name)
    return _(_CHECKS[finding.code]).format(**figures)
