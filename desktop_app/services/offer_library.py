"""The library of offers, and the numbers behind them."""

import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Offer
from db.queries import offers as offer_queries
from db.queries.offers import OfferRow
from db.vocabulary import ReasonOrigin
from desktop_app import clock
from desktop_app.domain.offers import OfferDraft, OfferSettings
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, workspace_settings

__all__ = [
    "OfferRow",
    "change_settings",
    "list_offers",
    "restore_offer",
    "retire_offer",
    "save_offer",
    "settings",
]

KEY: Final = "offers"
SEED_TITLE: Final = N_("Add the offers of the program")
"""Name of the change set of `db.offers.seed`; stands here to be translated."""


def settings(session: Session) -> OfferSettings:
    """The numbers behind offers as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, OfferSettings)


def change_settings(session: Session, draft: OfferSettings) -> None:
    """Set the numbers behind offers for everybody; offers made before keep their ceiling."""
    workspace_settings.change_draft(session, KEY, draft)


def list_offers(session: Session, *, with_retired: bool = False) -> tuple[OfferRow, ...]:
    """The library, by goal."""
    access.require(session, Action.VIEW)
    return offer_queries.offers(session, with_retired=with_retired)


def save_offer(
    session: Session,
    draft: OfferDraft,
    offer_id: uuid.UUID | None = None,
    version: int | None = None,
) -> uuid.UUID:
    """Add an offer, or change one; returns its key. Offers made in cases keep their cost.

    Raises:
        NotFoundError: there is no such offer.
        ConflictError: it was changed since `version` was read.
        InvalidInputError: the code is taken, or it is another one than before.
    """
    access.require(session, Action.EDIT_OFFERS)
    same_code = session.scalar(select(Offer).where(Offer.code == draft.code))
    if offer_id is None:
        if same_code is not None:
            text = _("There is an offer “{code}” already.").format(code=draft.code)
            raise InvalidInputError([Problem("code", text)])
        journal.name_change(session, N_("Add the offer “{code}”"), code=draft.code)
        offer = Offer(**draft.model_dump(), origin=ReasonOrigin.USER)
        session.add(offer)
    else:
        offer = load_offer(session, offer_id)
        if offer.code != draft.code:
            text = _("The code of an offer is never changed.")
            raise InvalidInputError([Problem("code", text)])
        if version is not None and offer.version != version:
            text = _("Somebody else has changed the offer “{code}”. Reload and try again.")
            raise ConflictError(text.format(code=offer.code))
        journal.name_change(session, N_("Change the offer “{code}”"), code=offer.code)
        case_life.set_values(offer, draft.model_dump() | {"origin": ReasonOrigin.USER})
    session.flush()
    return offer.id


def retire_offer(session: Session, offer_id: uuid.UUID) -> None:
    """Make an offer no more; what was offered stays, rules that name it are passed over.

    Raises:
        NotFoundError: there is no such offer.
        ConflictError: it is retired already.
    """
    access.require(session, Action.EDIT_OFFERS)
    offer = load_offer(session, offer_id)
    if offer.retired_on is not None:
        text = _("The offer “{code}” is not made any more already.")
        raise ConflictError(text.format(code=offer.code))
    journal.name_change(session, N_("Retire the offer “{code}”"), code=offer.code)
    offer.retired_on = clock.today()
    session.flush()


def restore_offer(session: Session, offer_id: uuid.UUID) -> None:
    """Make a retired offer again.

    Raises:
        NotFoundError: there is no such offer.
        ConflictError: it is not retired.
    """
    access.require(session, Action.EDIT_OFFERS)
    offer = load_offer(session, offer_id)
    if offer.retired_on is None:
        raise ConflictError(_("The offer “{code}” is made as it is.").format(code=offer.code))
    journal.name_change(session, N_("Restore the offer “{code}”"), code=offer.code)
    offer.retired_on = None
    session.flush()


def load_offer(session: Session, offer_id: uuid.UUID) -> Offer:
    """An offer of the library, for other services. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    offer = session.get(Offer, offer_id)
    if offer is None:
        raise NotFoundError(_("This offer is gone."))
    return offer
