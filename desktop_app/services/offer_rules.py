"""The table of rules: which offer fits which case; the first rule that fits wins."""

import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import CaseOffer, OfferRule, Reason
from db.queries import offers as offer_queries
from db.queries.offers import REMOVED, RuleRow
from db.vocabulary import ReasonOrigin
from desktop_app.domain.offers import (
    MISMATCH_WORDS,
    Checked,
    Facts,
    RuleDraft,
    first_match,
)
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _, language
from desktop_app.labels import UNKNOWN, label, money
from desktop_app.services import access, case_life, offer_library, workspace_settings

__all__ = [
    "Checked",
    "RuleRow",
    "explain",
    "list_rules",
    "move_rule",
    "remove_rule",
    "rule_text",
    "save_rule",
    "sentences",
]

_TITLE: Final = N_("Change the rules of offers")


def list_rules(session: Session) -> tuple[RuleRow, ...]:
    """The table in its order."""
    access.require(session, Action.VIEW)
    return offer_queries.rules(session)


def explain(session: Session, facts: Facts) -> tuple[Checked[RuleRow], ...]:
    """The rules that were looked at for a case, up to the one that fits."""
    access.require(session, Action.VIEW)
    return first_match(offer_queries.rules(session), facts)


def sentences(session: Session, checked: tuple[Checked[RuleRow], ...]) -> tuple[str, ...]:
    """The explanation in words, one line for each rule that was looked at."""
    access.require(session, Action.VIEW)
    found = []
    for each in checked:
        if each.fits:
            text, why = _("Rule {n} fits: {rule}"), ""
        else:
            text = _("Rule {n} does not fit: {rule} ({why})")
            why = "; ".join(_(MISMATCH_WORDS[one]) for one in each.mismatches)
        rule = rule_text(session, each.rule)
        found.append(text.format(n=each.rule.position, rule=rule, why=why))
    return tuple(found)


def rule_text(session: Session, rule: RuleRow) -> str:
    """A rule in words: what it asks for and what it offers."""
    access.require(session, Action.VIEW)
    asked = []
    if rule.reason_group is not None:
        groups = {each.code: each for each in reference.reason_groups()}
        group = groups.get(rule.reason_group)
        asked.append(rule.reason_group if group is None else reference.text(group, language()))
    if rule.reason_code is not None:
        asked.append(rule.reason_code)
    if rule.klass is not None:
        asked.append(label(rule.klass))
    if rule.kind is not None:
        asked.append(label(rule.kind))
    if rule.min_value is not None:
        currency = workspace_settings.currency(session)
        asked.append(_("from {amount}").format(amount=money(rule.min_value, currency)))
    offer = _("no offer") if rule.offer is None else reference.text(rule.offer, language())
    return f"{', '.join(asked) or UNKNOWN} → {offer}"


def save_rule(session: Session, draft: RuleDraft, rule_id: uuid.UUID | None = None) -> uuid.UUID:
    """Add a rule at the end of the table, or change one where it stands; returns its key.

    Raises:
        NotFoundError: there is no such rule.
        InvalidInputError: the group, reason or offer is not there, or the offer is retired.
    """
    access.require(session, Action.EDIT_OFFERS)
    rule = None if rule_id is None else _rule(session, rule_id)
    _check(session, draft)
    journal.name_change(session, _TITLE)
    if rule is None:
        last = max((each.position for each in offer_queries.rules(session)), default=REMOVED)
        rule = OfferRule(**draft.model_dump(), position=last + 1, origin=ReasonOrigin.USER)
        session.add(rule)
    else:
        case_life.set_values(rule, draft.model_dump() | {"origin": ReasonOrigin.USER})
    session.flush()
    return rule.id


def move_rule(session: Session, rule_id: uuid.UUID, position: int) -> None:
    """Put a rule at another place, counted from 1; the others close up.

    Raises:
        NotFoundError: there is no such rule.
    """
    access.require(session, Action.EDIT_OFFERS)
    moved = _rule(session, rule_id)
    journal.name_change(session, _TITLE)
    ordered = [each for each in _in_order(session) if each.id != moved.id]
    ordered.insert(max(0, position - 1), moved)
    _renumber(session, ordered)


def remove_rule(session: Session, rule_id: uuid.UUID) -> None:
    """Take a rule out of the table; what was offered by it still names it.

    Raises:
        NotFoundError: there is no such rule.
    """
    access.require(session, Action.EDIT_OFFERS)
    rule = _rule(session, rule_id)
    journal.name_change(session, _TITLE)
    is_named = session.scalar(select(CaseOffer.id).where(CaseOffer.rule_id == rule.id).limit(1))
    if is_named is None:
        session.delete(rule)
        session.flush()
    else:
        rule.position = REMOVED
    _renumber(session, [each for each in _in_order(session) if each.id != rule_id])


def _rule(session: Session, rule_id: uuid.UUID) -> OfferRule:
    rule = session.get(OfferRule, rule_id)
    if rule is None or rule.position == REMOVED:
        raise NotFoundError(_("This rule is gone."))
    return rule


def _in_order(session: Session) -> list[OfferRule]:
    session.flush()
    statement = (
        select(OfferRule)
        .where(OfferRule.position > REMOVED)
        .order_by(OfferRule.position, OfferRule.id)
    )
    return list(session.scalars(statement))


def _renumber(session: Session, ordered: list[OfferRule]) -> None:
    for position, rule in enumerate(ordered, start=REMOVED + 1):
        case_life.set_values(rule, {"position": position})
    session.flush()


def _check(session: Session, draft: RuleDraft) -> None:
    problems = []
    groups = {each.code for each in reference.reason_groups()}
    if draft.reason_group is not None and draft.reason_group not in groups:
        problems.append(Problem("reason_group", _("There is no such group of reasons.")))
    if draft.reason_code is not None:
        known = select(Reason.id).where(Reason.code == draft.reason_code)
        if session.scalar(known) is None:
            problems.append(Problem("reason_code", _("There is no such reason.")))
    if draft.offer_id is not None:
        try:
            offer = offer_library.load_offer(session, draft.offer_id)
        except NotFoundError as error:
            problems.append(Problem("offer_id", error.message))
        else:
            if offer.retired_on is not None:
                problems.append(Problem("offer_id", retired(offer.code).message))
    if problems:
        raise InvalidInputError(problems)


def retired(code: str) -> ConflictError:
    """What is said of an offer that is not made any more."""
    return ConflictError(_("The offer “{code}” is not made any more.").format(code=code))
