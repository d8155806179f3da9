"""Sentences for the cadence and its plan: roles, rules, states, reasons, purposes.

The rules give codes and figures; these words may change without changing what was decided.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from db.vocabulary import CadenceRole, VisitPurpose
from desktop_app import labels
from desktop_app.domain.cadence import CadenceChannel, CadenceRule, Strength
from desktop_app.domain.compliance import Compliance, DutyState, Excess
from desktop_app.domain.plan_types import Impossible, Refusal
from desktop_app.i18n import N_, _, ngettext

ROLES: Final[Mapping[CadenceRole, str]] = {
    CadenceRole.SALES: N_("Sales"),
    CadenceRole.DEPT_MANAGER: N_("Department manager"),
    CadenceRole.MARKETING_DIRECTOR: N_("Marketing director"),
    CadenceRole.GM: N_("General manager or deputy"),
}
CHANNELS: Final[Mapping[CadenceChannel, str]] = {
    CadenceChannel.VISIT: N_("Visit"),
    CadenceChannel.CALL: N_("Call"),
    CadenceChannel.CONTACT: N_("Visit or call"),
}
STATES: Final[Mapping[DutyState, str]] = {
    DutyState.MADE: N_("Made in time"),
    DutyState.LATE: N_("Made late"),
    DutyState.MISSED: N_("Missed"),
    DutyState.OPEN: N_("Still to be made"),
    DutyState.OVERRIDDEN: N_("Waived"),
}
PURPOSES: Final[Mapping[VisitPurpose, str]] = {
    VisitPurpose.BOND: N_("Deepen the relationship; ask to be an example for others"),
    VisitPurpose.COACH: N_("Reassure; coach in basics and skills"),
    VisitPurpose.SETTLE: N_("Strengthen contact; resolve historical issues"),
    VisitPurpose.RAISE: N_("May rise to class A: win the customer over"),
}
_REFUSALS: Final[Mapping[Refusal, str]] = {
    Refusal.DECEASED: N_("The customer has died."),
    Refusal.DO_NOT_CONTACT: N_("The customer asked not to be contacted."),
    Refusal.CHANNEL_REFUSED: N_("The customer does not want this kind of contact; agree another."),
    Refusal.NO_ROLE: N_("Nobody with this function looks after the customer; name somebody."),
    Refusal.SKILL: N_("Nobody who may come has the skill; name somebody else or train."),
    Refusal.NO_WORKING_DAY: N_("There is no working day left in this time."),
    Refusal.ABSENT: N_("Everybody who may come is away in this time; name a backup."),
    Refusal.CAPACITY: N_("Everybody who may come is fully booked in this time; name a backup."),
    Refusal.GAP: N_("The days that are free are too near to other contacts with the customer."),
}


def role_word(role: CadenceRole) -> str:
    """The function in the firm."""
    return _(ROLES[role])


def channel_word(channel: CadenceChannel) -> str:
    """How contact is made."""
    return _(CHANNELS[channel])


def state_word(state: DutyState) -> str:
    """What became of a duty."""
    return _(STATES[state])


def purpose_sentence(purpose: VisitPurpose) -> str:
    """What a contact is for."""
    return _(PURPOSES[purpose])


def refusal_sentence(refusal: Refusal) -> str:
    """Why a contact that is owed cannot be planned, and what to do."""
    return _(_REFUSALS[refusal])


def rule_sentence(rule: CadenceRule) -> str:
    """A rule in words, e.g. "Sales · Call · 2–3 a month"."""
    return _("{role} · {channel} · {often}").format(
        role=role_word(rule.role), channel=channel_word(rule.channel), often=_often(rule)
    )


def _often(rule: CadenceRule) -> str:
    months = rule.per_months
    if rule.condition is not None:
        words = ngettext(
            "once within {n} month, if the customer may rise to class A",
            "once within {n} months, if the customer may rise to class A",
            months,
        )
        return words.format(n=months)
    if rule.latest_months is not None:
        return _("once every {shortest}–{longest} months").format(
            shortest=months, longest=rule.latest_months
        )
    count = f"{rule.minimum}"
    if rule.maximum is None:
        count = _("at least {n}").format(n=rule.minimum)
    elif rule.maximum != rule.minimum:
        count = f"{rule.minimum}–{rule.maximum}"
    if months == 1:
        return _("{count} a month").format(count=count)
    return _("{count} in every {n} months").format(count=count, n=months)


def impossible_sentence(each: Impossible) -> str:
    """What cannot be planned, in which days, and why."""
    return _("{rule}, {first} to {last}: {reason}").format(
        rule=rule_sentence(each.rule),
        first=labels.day_text(each.days.first),
        last=labels.day_text(each.days.last),
        reason=refusal_sentence(each.reason),
    )


def compliance_sentence(found: Compliance) -> str:
    """The figures of compliance: made of required, and what became of the rest."""
    return _(
        "{made} of {required} made in time ({share}), {late} late, {missed} missed, "
        "{open} still to be made, {overridden} waived"
    ).format(
        made=found.made,
        required=found.required,
        share=labels.percent(found.rate.share),
        late=found.late,
        missed=found.missed,
        open=found.open,
        overridden=found.overridden,
    )


def excess_sentence(each: Excess) -> str:
    """That a customer was pressed more than allowed."""
    return _("{rule}: {n} from {first} to {last}, more than allowed").format(
        rule=rule_sentence(each.rule),
        n=each.contacts,
        first=labels.day_text(each.period.first),
        last=labels.day_text(each.period.last),
    )


def strength_sentence(each: Strength) -> str:
    """Whether people are enough for what is owed in a month."""
    head = _("{role} · {channel}: {required} owed a month, {available} possible").format(
        role=role_word(each.role),
        channel=channel_word(each.channel),
        required=_amount(each.required),
        available=labels.number(each.available),
    )
    if not each.is_short:
        return head
    missing = _amount(each.missing)
    return _("{sentence}; {missing} too few").format(sentence=head, missing=missing)


def _amount(count: Fraction) -> str:
    """A count, with one decimal if it is not a whole one."""
    return labels.number(float(count), 0 if count.denominator == 1 else 1)
