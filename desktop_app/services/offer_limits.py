"""What an undo may not bring back: an offer over its cap, over the ceiling, over the budget.

An offer that was taken back, or a decision on it, may return long after others were made within the
same limits. Only `services.journal.undo` calls this.
"""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import reference
from db.models import Case, CaseOffer, Change, ChangeSet, Offer
from db.queries import offers as queries
from db.queries.offers import CaseOfferRow
from db.vocabulary import OfferState
from desktop_app import clock
from desktop_app.domain.offers import COMMITTED, STANDING, cap_reached
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError
from desktop_app.i18n import _, language
from desktop_app.services import access, offer_budget


class Limits:
    """The offers a change set touched, looked at before and after its undo."""

    def __init__(self, session: Session, change_set: ChangeSet) -> None:
        self._session = session
        touched = select(Change.row_id).where(
            Change.change_set_id == change_set.id, Change.entity == CaseOffer.__tablename__
        )
        self._keys = [uuid.UUID(key) for key in session.scalars(touched)]
        self._before = _states(session, self._keys)

    def require_kept(self) -> None:
        """Refuse an undo that brings back an offer which its limits leave no room for any more.

        Raises ConflictError.
        """
        if not self._keys:
            return
        self._session.flush()
        self._session.expire_all()
        for key, state in _states(self._session, self._keys).items():
            before = self._before.get(key)
            if state in STANDING and (before is None or _weight(state) > _weight(before)):
                _check(self._session, key)


def _weight(state: OfferState) -> int:
    """What a state weighs: nothing, on its case, on the budget too."""
    return 2 if state in COMMITTED else int(state in STANDING)


def _states(session: Session, keys: list[uuid.UUID]) -> dict[uuid.UUID, OfferState]:
    session.flush()
    statement = select(CaseOffer.id, CaseOffer.state).where(CaseOffer.id.in_(keys))
    return {key: OfferState(state) for key, state in session.execute(statement)}


def _check(session: Session, key: uuid.UUID) -> None:
    made = session.get_one(CaseOffer, key)
    today = clock.today()
    rows = queries.case_offers(session, today, queries.of_customer(made.customer_id))
    row = next(each for each in rows if each.id == key)
    if row.is_lapsed:
        return
    others = [each for each in rows if each.id != key]
    offer = session.get_one(Offer, made.offer_id)
    if cap_reached(others, made.offer_id, offer.cap_per_customer, today):
        _refuse(session, made, _("the customer has had it as often as it is made"))
    if any(_is_over_ceiling(each, rows) for each in rows if each.case_id == made.case_id):
        _refuse(session, made, _("the offers on the case would cost more than their ceiling"))
    if _is_over_budget(session, row, today) and not access.may(session, Action.EXCEED_BUDGET):
        _refuse(session, made, _("the budget of the month would not cover it"))


def _is_over_ceiling(row: CaseOfferRow, rows: tuple[CaseOfferRow, ...]) -> bool:
    """Whether an offer nobody said yes to costs too much with what was made before it."""
    if row.state not in COMMITTED or row.is_lapsed or row.decided_at is not None:
        return False
    together = sum(
        each.cost
        for each in rows
        if each.case_id == row.case_id
        and each.state in STANDING
        and not each.is_lapsed
        and (each.proposed_at, each.id) <= (row.proposed_at, row.id)
    )
    return together > (row.ceiling or 0)


def _is_over_budget(session: Session, row: CaseOfferRow, today: dt.date) -> bool:
    if row.state not in COMMITTED or row.cost == 0:
        return False
    month = offer_budget.month_of(clock.local(row.decided_at or row.proposed_at).date())
    left = offer_budget.of_store(session, row.store_id, month).left
    return month == offer_budget.month_of(today) and left is not None and left < 0


def _refuse(session: Session, made: CaseOffer, why: str) -> None:
    offer, case = session.get_one(Offer, made.offer_id), session.get_one(Case, made.case_id)
    text = _(
        "This would bring the offer “{offer}” in case {number} back into force, but {why}. "
        "Make it anew instead."
    )
    words = reference.text(offer, language())
    raise ConflictError(text.format(offer=words, number=case.number, why=why))
