"""What is learnt after a case was lost, or one of class A ended; and what a loss would cost."""

import uuid
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Final

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import CaseReview
from db.queries import case_reviews as queries
from db.queries.case_reviews import CaseReviewRow, ReviewFilter
from db.vocabulary import CaseStage, RuleKind
from desktop_app import clock
from desktop_app.domain import offer_value
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.offer_value import LossCost
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, offer_library, outcome_settings

__all__ = [
    "CaseReviewRow",
    "Loss",
    "ReviewDraft",
    "ReviewFilter",
    "cost_of_loss",
    "count",
    "decide",
    "due",
    "load",
    "save",
]

_HUNDRED: Final = 100
_PARTIAL: Final = frozenset(
    {RuleKind.PARTIAL_SHARE, RuleKind.PRODUCT_LINE_STOP, RuleKind.VALUE_DOWNGRADE}
)


class ReviewDraft(Draft):
    """What is learnt from a case."""

    was_avoidable: bool | None = None
    lesson: Annotated[Text, Field(min_length=1, max_length=4000)]
    improvement: Annotated[Text, Field(max_length=4000)] = ""


@dataclass(frozen=True, slots=True)
class Loss:
    """What it costs if the customer of a case leaves for good; amounts are minor units.

    Attributes:
        cost: Lost margin, replacement and referrals (F-32).
        yearly: Margin of a year with this customer.
        replacement_known: False while nobody has said what a new customer costs.
        is_at_most: Only part of the business is leaving, so that this is the upper end.
        currency: Of all amounts.
    """

    cost: LossCost
    yearly: int
    replacement_known: bool
    is_at_most: bool
    currency: str


def due(
    session: Session, criteria: ReviewFilter | None = None, limit: int = 200
) -> list[CaseReviewRow]:
    """Closed cases that the actor sees and should look back on, the dearest first.

    These are the lost ones, saves that did not hold, and all of class A customers; with
    ``done`` those that were looked back on.
    """
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria or ReviewFilter())
    return queries.list_reviews(session, limited, limit)


def count(session: Session, criteria: ReviewFilter | None = None) -> int:
    """How many there are of them."""
    access.require(session, Action.VIEW)
    return queries.count_reviews(session, access.limited(session, criteria or ReviewFilter()))


def load(session: Session, case_id: uuid.UUID) -> CaseReviewRow | None:
    """A closed case with what was learnt from it; None while it is open.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    return queries.review_of(session, case_life.load(session, case_id).id)


def save(session: Session, case_id: uuid.UUID, draft: ReviewDraft) -> None:
    """Write down what was learnt from a closed case; the newest words replace the older ones.

    What was decided stays when nothing is said about it.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is still open.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load(session, case_id)
    if case.stage != CaseStage.CLOSED:
        text = _("Case {number} is still open. Look back on it when it is closed.")
        raise ConflictError(text.format(number=case.number))
    journal.name_change(session, N_("Look back on case {number}"), number=case.number)
    present = session.scalar(select(CaseReview).where(CaseReview.case_id == case_id))
    who = {"at": clock.now(), "by_id": access.actor(session).user_id}
    values = draft.model_dump()
    if present is not None and not draft.improvement:
        values["improvement"] = present.improvement
    if present is None:
        session.add(CaseReview(case_id=case_id, **values, **who))
    elif any(getattr(present, name) != value for name, value in values.items()):
        case_life.set_values(present, values | who)
    session.flush()


def decide(session: Session, case_id: uuid.UUID, improvement: str) -> None:
    """Say what is to change, or that nothing is wrong with us: the manager's word on a review.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: nobody has looked back on it yet.
        InvalidInputError: nothing is said.
    """
    access.require(session, Action.REVIEW_INTERVIEW)
    case = case_life.load(session, case_id)
    present = session.scalar(select(CaseReview).where(CaseReview.case_id == case_id))
    if present is None:
        text = _("Nobody has looked back on case {number} yet. Write down the lesson first.")
        raise ConflictError(text.format(number=case.number))
    if not improvement.strip():
        text = _("Say what is to change, or that nothing was wrong with us.")
        raise InvalidInputError([Problem("improvement", text)])
    journal.name_change(session, N_("Decide what changes after case {number}"), number=case.number)
    case_life.set_values(present, {"improvement": improvement.strip()})
    session.flush()


def cost_of_loss(session: Session, case_id: uuid.UUID) -> Loss | None:
    """What it costs if this customer is lost, to be seen before the call.

    The margin of a year is the value at stake times the margin of the settings of offers.
    Referrals are on no record yet and count as none.

    Returns:
        None when the value at stake is not known.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    if case.value_at_stake is None:
        return None
    settings = offer_library.settings(session)
    acquisition = outcome_settings.read(session).acquisition
    margin = Fraction(settings.margin_percent, _HUNDRED)
    yearly = offer_value.offer_cost(0, margin, case.value_at_stake, months=12)
    cost = offer_value.cost_of_loss(
        yearly,
        Fraction(settings.churn_percent, _HUNDRED),
        Fraction(settings.discount_percent, _HUNDRED),
        acquisition or 0,
    )
    if cost is None:
        return None
    return Loss(
        cost,
        yearly,
        replacement_known=acquisition is not None,
        is_at_most=case.kind in _PARTIAL,
        currency=case.currency,
    )
