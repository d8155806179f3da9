"""Offers for tests: each function takes a writing session and makes one thing."""

import itertools
import uuid
from typing import Any

from sqlalchemy.orm import Session

from db.models import Case
from db.vocabulary import Approach, OfferGoal
from desktop_app.domain.offers import OfferDraft
from desktop_app.services import offer_library
from tests import factories

_numbers = itertools.count(1)

WORTH = 1_000_000
"""A year's spend whose ceiling (by the shipped settings) is 85.26: 10,000 x 30 % / (1 - 0.7/1.08)
x 50 % x 20 %, in whole units 852.63."""
CEILING = 85_263


def offer(session: Session, **fields: Any) -> uuid.UUID:
    """An offer of the library; by default one of 10.00 on the price, once a year."""
    number = next(_numbers)
    draft = OfferDraft(
        **(
            {
                "code": f"offer_{number}",
                "zh": f"方案 {number}",
                "en": f"Offer {number}",
                "goal": OfferGoal.PRICE,
                "approach": Approach.PRICE,
                "cost": 1000,
            }
            | fields
        )
    )
    return offer_library.save_offer(session, draft)


def case(
    session: Session, user_id: uuid.UUID | None, value: int | None = WORTH, **columns: Any
) -> uuid.UUID:
    """A case that somebody works on, with a value at stake; columns of its customer."""
    case_id = factories.assigned_case(session, user_id, **columns)
    worth(session, case_id, value)
    return case_id


def worth(session: Session, case_id: uuid.UUID, value: int | None) -> None:
    """Set the value at stake of a case."""
    factories.name(session)
    session.get_one(Case, case_id).value_at_stake = value
    session.flush()
