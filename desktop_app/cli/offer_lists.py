"""The lists of offers on the command line: the library, and what waits for somebody's yes."""

from collections.abc import Sequence
from typing import Any

from db.queries.offers import OfferRow
from db.session import Session
from desktop_app.cli.entities import Entity, short
from desktop_app.cli.output import plain, yuan
from desktop_app.columns.offers import APPROVAL_COLUMNS, OFFER_COLUMNS
from desktop_app.errors import NotFoundError
from desktop_app.i18n import _
from desktop_app.services import offer_approvals, offer_library
from desktop_app.services.offer_approvals import Waiting


def _offers(session: Session) -> Sequence[OfferRow]:
    """The library, also what is not offered any more."""
    return offer_library.list_offers(session, with_retired=True)


def _offer_document(row: OfferRow) -> dict[str, Any]:
    """An offer as JSON."""
    return {**plain(row), "cost": yuan(row.cost)}


def _find_offer(session: Session, text: str) -> object:
    """An offer of the library by its code or key. Raises NotFoundError."""
    for row in _offers(session):
        if text in (row.code, str(row.id)):
            return _offer_document(row)
    raise NotFoundError(_("There is no offer {name}.").format(name=text))


def _approvals(session: Session) -> Sequence[Waiting]:
    """What waits, the oldest first."""
    return offer_approvals.waiting(session)


def _approval_document(waiting: Waiting) -> dict[str, Any]:
    """An offer that waits, as JSON; `obstacle` says why the user cannot say yes."""
    row = waiting.row
    return {
        "case": row.case_number,
        "customer": row.customer,
        "store": row.store,
        "offer": row.offer.code,
        "cost": yuan(row.cost),
        "value_at_stake": yuan(row.value),
        "offers_on_case": yuan(waiting.together),
        "ceiling": yuan(row.ceiling),
        "budget_left": yuan(waiting.budget_left),
        "needs": [need.value for need in waiting.needs],
        "justification": row.justification,
        "proposed_by": row.by,
        "proposed_at": row.proposed_at,
        "obstacle": waiting.obstacle,
        "id": str(row.id),
    }


def _find_approval(session: Session, text: str) -> object:
    """An offer that waits, by the number of its case or its key. Raises NotFoundError."""
    for waiting in _approvals(session):
        if text in (waiting.row.case_number, str(waiting.id)):
            return _approval_document(waiting)
    raise NotFoundError(_("No offer {name} waits for approval.").format(name=text))


ENTITIES = {
    "offers": Entity(short(_offers), lambda: OFFER_COLUMNS, _find_offer, _offer_document),
    "approvals": Entity(
        short(_approvals), lambda: APPROVAL_COLUMNS, _find_approval, _approval_document
    ),
}
