"""Offers in cases: which one fits, proposing it, agreeing to it, the customer's answer.

Everything that limits an offer (cap, ceiling, budget, the resolution that stays) is looked at in
the transaction that writes it, so that two people cannot spend the same money.
"""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import derived
from db.models import Case, CaseOffer, Offer
from db.queries import offers as queries
from db.queries.offers import CaseOfferRow
from db.vocabulary import CostKind, CustomerClass, OfferGoal, OfferState
from desktop_app import clock
from desktop_app.domain.offers import approach_of
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import (
    access,
    case_life,
    costs,
    coupons,
    offer_budget,
    offer_library,
    offer_rules,
    offer_terms,
)
from desktop_app.services.offer_approvals import Waiting, decide, waiting
from desktop_app.services.offer_terms import Suggestion

__all__ = [
    "CaseOfferRow",
    "Standing",
    "Suggestion",
    "TreatmentGroup",
    "Waiting",
    "answer",
    "decide",
    "equal_treatment",
    "of_case",
    "propose",
    "send_again",
    "suggest",
    "waiting",
    "withdraw",
]

_ANSWERS: Final = {True: OfferState.ACCEPTED, False: OfferState.DECLINED}


@dataclass(frozen=True, slots=True)
class Standing:
    """The offers of a case and how much room is left; None is not known, or not limited."""

    rows: tuple[CaseOfferRow, ...]
    cost: int
    ceiling: int | None
    budget_left: int | None


@dataclass(frozen=True, slots=True)
class TreatmentGroup:
    """Customers with the same group of reasons and class who were offered different things."""

    reason_group: str | None
    klass: CustomerClass | None
    rows: tuple[CaseOfferRow, ...]


# ---------------------------------------------------------------- reading


def suggest(session: Session, case_id: uuid.UUID) -> Suggestion:
    """Which offer fits a case, by which rule, and why the rules before it did not.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    return offer_terms.suggestion(session, case_life.load(session, case_id))


def of_case(session: Session, case_id: uuid.UUID) -> Standing:
    """The offers of a case, in the order in which they were made, and the room that is left.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    today = clock.today()
    month = offer_budget.month_of(today)
    return Standing(
        rows=queries.case_offers(session, today, queries.of_case(case.id)),
        cost=queries.on_case(session, case.id, today),
        ceiling=offer_library.settings(session).ceiling(case.value_at_stake),
        budget_left=offer_budget.of_store(session, case.store_id, month).left,
    )


def equal_treatment(
    session: Session,
    start: dt.date | None = None,
    end: dt.date | None = None,
    store_id: uuid.UUID | None = None,
) -> tuple[TreatmentGroup, ...]:
    """Same group of reasons and class, but different offers: each with its justification.

    Args:
        session: The session.
        start: First day on which they were made; None for all before `end`.
        end: Last day.
        store_id: Only of this store.
    """
    access.require(session, Action.REPORT)
    after = None if end is None else end + dt.timedelta(days=1)
    conditions = [queries.made_between(_midnight(start), _midnight(after))]
    if store_id is not None:
        conditions.append(queries.in_store(store_id))
    rows = queries.case_offers(session, clock.today(), *conditions, visible=access.visible(session))
    groups: dict[tuple[str | None, CustomerClass | None], list[CaseOfferRow]] = defaultdict(list)
    for row in rows:
        groups[row.reason_group, row.klass].append(row)
    return tuple(
        TreatmentGroup(*key, tuple(groups[key]))
        for key in sorted(groups, key=lambda key: (key[0] or "", key[1] or ""))
        if len({row.offer_id for row in groups[key]}) > 1
    )


# ---------------------------------------------------------------- making an offer


def propose(
    session: Session, case_id: uuid.UUID, offer_id: uuid.UUID, justification: str
) -> CaseOfferRow:
    """Put an offer on a case: it may be made at once, or waits for somebody else's yes.

    It waits when the offers on the case cost more than the customer is expected to bring or that is
    not known, when the customer was offered something else within the window, and when the budget
    of the store and month does not cover it. The state of the row that is returned says which.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: closed or not assigned, nothing may be offered to the customer, the customer
            is left alone for comparison, the offer is retired, or the customer has had it as often
            as it is made.
        InvalidInputError: no justification.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    offer = offer_library.load_offer(session, offer_id)
    if offer.retired_on is not None:
        raise offer_rules.retired(offer.code)
    if not justification.strip():
        text = _("Say why this customer gets this offer.")
        raise InvalidInputError([Problem("justification", text)])
    before = offer_terms.past(session, case)
    found = offer_terms.suggestion(session, case, before)
    if found.is_barred or found.left_alone:
        text = _("Nothing is offered in case {number}: {why}")
        raise ConflictError(text.format(number=case.number, why=found.obstacle))
    row = queries.offer_row(offer, derived.currency(session))
    room = offer_terms.room(session, case, before)
    if before.has_had(row):
        raise ConflictError(offer_terms.cap_text(row))
    fits = found.rule is not None and found.offer is not None and found.offer.id == offer.id
    made = CaseOffer(
        case_id=case.id,
        customer_id=case.customer_id,
        store_id=case.store_id,
        offer_id=offer.id,
        rule_id=found.rule.id if fits and found.rule is not None else None,
        state=OfferState.WAITING,
        cost=offer.cost,
        ceiling=room.ceiling,
        justification=justification.strip(),
        proposed_at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    if not room.needs(row):
        made.state = OfferState.APPROVED
        made.expires_on = clock.today() + dt.timedelta(days=offer.valid_days)
    offer_terms.name(session, N_("Offer “{offer}” in case {number}"), case, offer)
    offer_terms.take_part(session, case, found.checked)
    session.add(made)
    session.flush()
    return _row(session, made)


def send_again(session: Session, case_offer_id: uuid.UUID, justification: str) -> CaseOfferRow:
    """Propose an offer anew that was refused, withdrawn or ran out, or that still stands.

    What stands is withdrawn first, so that it does not count twice. Raises as `propose`.
    """
    access.require(session, Action.WORK_CASE)
    made, case = offer_terms.load_made(session, case_offer_id)
    if made.state in (OfferState.ACCEPTED, OfferState.DECLINED):
        raise ConflictError(_("The customer has answered this offer already."))
    if made.state in (OfferState.WAITING, OfferState.APPROVED):
        made.state = OfferState.WITHDRAWN
        offer = session.get_one(Offer, made.offer_id)
        offer_terms.name(session, N_("Offer “{offer}” in case {number}"), case, offer)
        session.flush()
    return propose(session, case.id, made.offer_id, justification)


def answer(session: Session, case_offer_id: uuid.UUID, *, accepted: bool) -> str:
    """Write down what the customer says to an offer; returns the code of the coupon, if one is due.

    An accepted offer books its cost, gives its coupon, and sets the approach of the case.

    Raises:
        NotFoundError, NotAllowedError: the offer or its case is gone or out of reach.
        ConflictError: it may not be offered (yet), or, for a yes, it has run out, the case is
            closed, or nothing may be offered to the customer.
    """
    access.require(session, Action.WORK_CASE)
    made, case = offer_terms.load_made(session, case_offer_id)
    if accepted:
        case_life.load_open(session, case.id)
    offer_terms.require_state(made, OfferState.APPROVED)
    offer = session.get_one(Offer, made.offer_id)
    if accepted:
        offer_terms.refuse_barred(session, case)
        if made.expires_on is not None and made.expires_on < clock.today():
            text = _("This offer was good until {day}. Propose it again.")
            raise ConflictError(text.format(day=made.expires_on))
        offer_terms.name(
            session, N_("The customer accepts “{offer}” in case {number}"), case, offer
        )
    else:
        offer_terms.name(
            session, N_("The customer declines “{offer}” in case {number}"), case, offer
        )
    made.state = _ANSWERS[accepted]
    made.answered_at = clock.now()
    session.flush()
    return _carry_out(session, case, made, offer) if accepted else ""


def withdraw(session: Session, case_offer_id: uuid.UUID) -> None:
    """Take back an offer that the customer has not answered; it frees its part of the budget.

    Raises:
        NotFoundError, NotAllowedError: the offer or its case is gone or out of reach.
        ConflictError: it is decided or answered.
    """
    access.require(session, Action.WORK_CASE)
    made, case = offer_terms.load_made(session, case_offer_id)
    offer_terms.require_state(made, OfferState.WAITING, OfferState.APPROVED)
    offer = session.get_one(Offer, made.offer_id)
    offer_terms.name(session, N_("Withdraw the offer “{offer}” in case {number}"), case, offer)
    made.state = OfferState.WITHDRAWN
    session.flush()


def _carry_out(session: Session, case: Case, made: CaseOffer, offer: Offer) -> str:
    kind = CostKind.GIFT if offer.goal == OfferGoal.GIFT else CostKind.OFFER
    costs.book(session, case, kind, amount=made.cost, case_offer_id=made.id)
    approach = approach_of(queries.accepted_approaches(session, case.id))
    case_life.set_values(case, {"approach": approach})
    session.flush()
    return coupons.issue(session, made, offer.valid_days) if offer.is_coupon else ""


# ---------------------------------------------------------------- small parts


def _row(session: Session, made: CaseOffer) -> CaseOfferRow:
    of_case = queries.of_case(made.case_id)
    rows = queries.case_offers(session, clock.today(), of_case)
    return next(row for row in rows if row.id == made.id)


def _midnight(day: dt.date | None) -> dt.datetime | None:
    return None if day is None else dt.datetime(day.year, day.month, day.day).astimezone()
