"""How offers are said everywhere: tones, what the rules suggest, why somebody must agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from db.vocabulary import OfferState
from desktop_app import labels
from desktop_app.columns.offers import offer_words
from desktop_app.domain.offers import NEED_WORDS, Need
from desktop_app.i18n import _, language
from desktop_app.ui.case_look import list_text
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.offers import CaseOfferRow, OfferRow
    from desktop_app.services.offer_terms import Suggestion

STATE_TONES: Mapping[OfferState, Tone] = MappingProxyType(
    {
        OfferState.WAITING: Tone.WARN,
        OfferState.APPROVED: Tone.INFO,
        OfferState.REFUSED: Tone.BAD,
        OfferState.ACCEPTED: Tone.GOOD,
        OfferState.DECLINED: Tone.NEUTRAL,
        OfferState.WITHDRAWN: Tone.NEUTRAL,
    }
)


@dataclass(frozen=True, slots=True)
class SuggestionWords:
    """What the rules lead to: the offer or *No offer*, and why."""

    title: str
    why: str
    is_frozen: bool = False
    is_accepted: bool = False


def state_tone(row: "CaseOfferRow") -> Tone:
    """Tone of the state of an offer."""
    return Tone.NEUTRAL if row.is_lapsed else STATE_TONES[row.state]


def need_sentences(needs: Iterable[Need]) -> str:
    """Why somebody must agree, in a line."""
    return " ".join(_(NEED_WORDS[need]) for need in needs)


def said(row: "OfferRow") -> str:
    """An offer as it is said to the customer."""
    return row.zh_words if language().startswith("zh") else row.en_words


def terms(row: "OfferRow", currency: str) -> str:
    """Label, cost and how long it is good, in a line."""
    days = _("good for {n} days").format(n=labels.number(row.valid_days))
    coupon = _("with a coupon") if row.is_coupon else ""
    return list_text((labels.label(row.approach), labels.money(row.cost, currency), days, coupon))


def suggestion_words(found: "Suggestion", rule: str) -> SuggestionWords:
    """What the rules lead to, with the rule in words if one fits."""
    fits = _("Rule {n}: {rule}").format(n=found.rule.position, rule=rule) if found.rule else ""
    if found.stays is not None:
        is_accepted = found.stays.state is OfferState.ACCEPTED
        first = _(
            "Against shopping around: what was offered first stays until {day}. Anything else "
            "needs approval."
        )
        accepted = _(
            "Against shopping around: what was accepted stays until {day}. Anything else needs "
            "approval."
        )
        text = (accepted if is_accepted else first).format(day=labels.day_text(found.until))
        offered, why = offer_words(found.stays.offer), list_text((found.obstacle, text))
        return SuggestionWords(offered, why, is_frozen=True, is_accepted=is_accepted)
    if found.offer is not None:
        drawn = ""
        if found.experiment:
            drawn = _("Drawn for the comparison “{title}”").format(title=found.experiment)
        return SuggestionWords(offer_words(found.offer), list_text((fits, drawn)))
    if found.obstacle:
        return SuggestionWords(_("No offer"), found.obstacle)
    if found.rule is not None:
        return SuggestionWords(_("No offer"), fits)
    text = _("No rule fits. Choose from the library and say why.")
    return SuggestionWords(_("No offer"), text)


def details(row: "CaseOfferRow") -> str:
    """What stands below an offer: the decision, how long it is good, the coupon, why."""
    lines = [list_text((labels.moment_text(row.proposed_at), row.by))]
    if row.decision_note:
        lines.append(_("{name}: “{note}”").format(name=row.decided_by, note=row.decision_note))
    elif row.is_own_decision:
        lines.append(_("Approved by {name}, who proposed it: nobody else can.").format(
            name=row.decided_by))  # fmt: skip
    elif row.decided_at is not None:
        lines.append(_("Approved by {name}").format(name=row.decided_by))
    if row.state is OfferState.APPROVED and row.expires_on is not None:
        lines.append(_("good until {day}").format(day=labels.day_text(row.expires_on)))
    if row.coupon:
        lines.append(_("Coupon {code}").format(code=row.coupon))
    lines.append(_("Why: {words}").format(words=row.justification))
    return list_text(tuple(lines))
