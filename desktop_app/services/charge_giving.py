"""Many customers to one person at once, and who there is to give them to."""

import uuid
from collections.abc import Collection

from sqlalchemy.orm import Session

from db import journal
from db.vocabulary import ChangeKind, Seat
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, charge_book, charges, handovers
from desktop_app.services.charge_book import Seating
from desktop_app.services.handovers import HandoverDraft, ReceiverLoad

_TITLES = {
    Seat.PRIMARY: N_("Put {name} in charge of {count} customers"),
    Seat.BACKUP: N_("Make {name} the backup of {count} customers"),
}


def receivers(session: Session) -> tuple[ReceiverLoad, ...]:
    """Everybody the actor may give customers to, with what they hold today."""
    access.require(session, Action.HAND_OVER)
    nothing = HandoverDraft(on=clock.today(), customer_ids=())
    return handovers.propose(session, nothing).receivers


def set_holders(
    session: Session, customer_ids: Collection[uuid.UUID], seat: Seat, user_id: uuid.UUID | None
) -> int:
    """Put somebody in charge of customers from today on, or make them the backup; None: nobody.

    As `charges.set_holder` in one change set. Returns how many seats changed.

    Raises:
        NotFoundError, NotAllowedError: a customer is gone or out of reach.
        InvalidInputError: no customer is chosen; or the person does not work with customers here,
            or is in charge of one of them and would be the backup as well.
    """
    access.require(session, Action.HAND_OVER)
    keys = list(dict.fromkeys(customer_ids))
    if not keys:
        raise InvalidInputError([Problem("holder", _("Choose at least one customer."))])
    if len(keys) == 1:
        charges.set_holder(session, keys[0], seat, user_id)
        return 1
    today = clock.today()
    name = "—" if user_id is None else charges.check_holder(session, user_id, today).name
    taken = charge_book.in_charge(session, keys)
    customers = case_life.customers_of(session, keys)
    access.require_customers(session, customers)
    for customer in customers:
        if seat is Seat.BACKUP and (customer.id, user_id) in taken:
            text = _("{name} is in charge of {customer} already; choose another backup.")
            message = text.format(name=name, customer=customer.name)
            raise InvalidInputError([Problem("holder", message)])
    journal.name_change(session, _TITLES[seat], kind=ChangeKind.BULK, name=name, count=len(keys))
    return charge_book.put(session, [Seating(key, seat, user_id) for key in keys], today)
