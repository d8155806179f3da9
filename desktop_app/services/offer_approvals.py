"""Offers that wait for somebody's yes: the inbox of who decides, and the answer.

Nobody agrees to an own proposal while somebody else can. Where nobody else can, as on a laptop with
one user, the own yes counts and is written down as such.
"""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import Case, CaseOffer, Offer, User
from db.queries import offers as queries
from db.queries.offers import CaseOfferRow
from db.session import Actor
from db.vocabulary import OfferState, Role
from desktop_app import clock
from desktop_app.domain.offers import Need
from desktop_app.domain.permissions import Action, allowed
from desktop_app.errors import InvalidInputError, NotAllowedError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, offer_budget, offer_terms

__all__ = ["Waiting", "answered", "count_waiting", "decide", "waiting"]

ANSWERED_DAYS: Final = 14
"""So long a decision is news to who proposed the offer."""
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """An offer that waits for a yes or no.

    Attributes:
        row: The offer.
        needs: Why it waits.
        mine: Whether the actor proposed it.
        together: Cost of all offers on the case with it.
        budget_left: What is left of the month in its store without it; None is not limited.
        obstacle: Why the actor cannot say yes; empty when the actor can.
    """

    row: CaseOfferRow
    needs: tuple[Need, ...]
    mine: bool
    together: int
    budget_left: int | None
    obstacle: str

    @property
    def id(self) -> uuid.UUID:
        """Key of the offer in its case."""
        return self.row.id


def waiting(session: Session) -> tuple[Waiting, ...]:
    """The inbox of who decides: what waits in the cases they see, the oldest first."""
    access.require(session, Action.APPROVE_OFFER)
    today = clock.today()
    me = access.actor(session).user_id
    rows = queries.case_offers(session, today, queries.waiting(), visible=access.visible(session))
    month = offer_budget.month_of(today)
    stores = {row.store_id for row in rows}
    left = {store: offer_budget.of_store(session, store, month).left for store in stores}
    found = []
    for row in rows:
        made = session.get_one(CaseOffer, row.id)
        needs = offer_terms.needs_of(session, made)
        found.append(
            Waiting(
                row=row,
                needs=needs,
                mine=row.by_id == me,
                together=queries.on_case(session, row.case_id, today),
                budget_left=left[row.store_id],
                obstacle=_obstacle(session, made, needs),
            )
        )
    return tuple(found)


def count_waiting(session: Session) -> int:
    """How many offers wait for a yes or no in the cases the actor sees."""
    access.require(session, Action.APPROVE_OFFER)
    return queries.count_waiting(session, access.visible(session))


def answered(session: Session) -> tuple[CaseOfferRow, ...]:
    """What others decided lately on one's own proposals, and what is still to be acted on."""
    access.require(session, Action.VIEW)
    me = access.actor(session).user_id
    if me is None:
        return ()
    since = clock.now() - dt.timedelta(days=ANSWERED_DAYS)
    rows = queries.case_offers(
        session,
        clock.today(),
        queries.decided_for(me, since),
        visible=access.visible(session),
    )
    return tuple(row for row in rows if not row.is_lapsed)


def decide(session: Session, case_offer_id: uuid.UUID, *, approve: bool, note: str = "") -> None:
    """Say yes or no to an offer that waits; a yes to one's own only where nobody else can.

    Raises:
        NotFoundError, NotAllowedError: the offer or its case is gone or out of reach, it is one's
            own proposal and somebody else can decide, or only head office may exceed the budget.
        ConflictError: it does not wait any more, or, for a yes, the case is closed or nothing may
            be offered to the customer.
        InvalidInputError: a no without a note.
    """
    access.require(session, Action.APPROVE_OFFER)
    made, case = offer_terms.load_made(session, case_offer_id)
    if approve:
        case_life.load_open(session, case.id)
    offer_terms.require_state(made, OfferState.WAITING)
    me = access.actor(session).user_id
    offer = session.get_one(Offer, made.offer_id)
    if approve:
        if why := _obstacle(session, made, offer_terms.needs_of(session, made)):
            raise NotAllowedError(why)
        offer_terms.refuse_barred(session, case)
        title = N_("Approve the offer “{offer}” in case {number}")
        if me is not None and made.by_id == me:
            title = N_("Approve the own offer “{offer}” in case {number}: nobody else can")
        offer_terms.name(session, title, case, offer)
        made.expires_on = clock.today() + dt.timedelta(days=offer.valid_days)
    else:
        if not note.strip():
            raise InvalidInputError([Problem("note", _("Say why the offer is not made."))])
        if others := _others(session, made, case):
            raise NotAllowedError(_own_text(others))
        offer_terms.name(session, N_("Refuse the offer “{offer}” in case {number}"), case, offer)
    made.state = OfferState.APPROVED if approve else OfferState.REFUSED
    made.decided_at = clock.now()
    made.decided_by_id = me
    made.decision_note = note.strip()
    session.flush()


def _obstacle(session: Session, made: CaseOffer, needs: tuple[Need, ...]) -> str:
    """Why the actor cannot say yes to an offer; empty when nothing stands in the way."""
    others = _others(session, made, session.get_one(Case, made.case_id))
    if others:
        return _own_text(others)
    if Need.BUDGET in needs and not access.may(session, Action.EXCEED_BUDGET):
        return _("The budget of the month does not cover this offer: head office decides.")
    return ""


def _own_text(others: list[str]) -> str:
    text = _("You proposed this offer yourself: somebody else decides ({names}).")
    return text.format(names=_(", ").join(others[:_NAMED]))


def _others(session: Session, made: CaseOffer, case: Case) -> list[str]:
    """Who else could decide on an own proposal, by name; nobody for somebody else's."""
    me = access.actor(session).user_id
    if me is None or made.by_id != me:
        return []
    users = session.scalars(select(User).where(User.is_active, User.id != me).order_by(User.name))
    return [
        user.name
        for user in users
        if allowed(Role(user.role), Action.APPROVE_OFFER)
        and access.sees_case(
            session,
            Actor(user.id, user.login, user.name, Role(user.role), user.store_id),
            case.id,
        )
    ]
