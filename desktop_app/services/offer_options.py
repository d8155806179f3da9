"""What may be offered in a case now: the whole library, with what each offer would need."""

import uuid
from dataclasses import dataclass

from sqlalchemy.orm import Session

from db.queries import offers as queries
from db.queries.offers import OfferRow
from desktop_app.domain.offers import Need
from desktop_app.domain.permissions import Action
from desktop_app.services import access, case_life, cases, offer_rules, offer_terms
from desktop_app.services.offer_terms import Suggestion


@dataclass(frozen=True, slots=True)
class Option:
    """An offer of the library for one case.

    Attributes:
        offer: The offer.
        needs: Why it would need somebody's yes; empty when it may be made at once.
        is_suggested: Whether it is what the rules lead to.
    """

    offer: OfferRow
    needs: tuple[Need, ...]
    is_suggested: bool


@dataclass(frozen=True, slots=True)
class Options:
    """What may be offered in a case, what the rules suggest first; `obstacle`: why nothing may."""

    suggestion: Suggestion
    options: tuple[Option, ...]
    had: tuple[OfferRow, ...]
    obstacle: str


def options(session: Session, case_id: uuid.UUID) -> Options:
    """What may be offered in a case; `had` are offers the customer had as often as they are made.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    before = offer_terms.past(session, case)
    found = offer_terms.suggestion(session, case, before)
    if found.is_barred or found.left_alone:
        return Options(found, (), (), found.obstacle)
    room = offer_terms.room(session, case, before)
    library = queries.offers(session)
    had = tuple(each for each in library if before.has_had(each))
    wanted = None if found.offer is None else found.offer.id
    made = [
        Option(each, room.needs(each), each.id == wanted) for each in library if each not in had
    ]
    made.sort(key=lambda option: (not option.is_suggested, bool(option.needs)))
    return Options(found, tuple(made), had, "")


@dataclass(frozen=True, slots=True)
class TryOut:
    """What the rules lead to in one case, and each rule that was looked at, in words."""

    case_id: uuid.UUID
    title: str
    suggestion: Suggestion
    sentences: tuple[str, ...]


def try_out(session: Session, number: str) -> TryOut:
    """Ask the rules for a case by its number; nothing is written.

    Raises:
        NotFoundError, NotAllowedError: there is no such case, or it is out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, cases.find(session, number.strip()))
    customer = case_life.customer_of(session, case.customer_id)
    found = offer_terms.suggestion(session, case)
    words = offer_rules.sentences(session, found.checked)
    return TryOut(case.id, f"{case.number} {customer.name}".strip(), found, words)
