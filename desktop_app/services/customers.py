"""Customers and the people one talks to there: list, find, create, change, reveal a phone.

Everybody sees the customers of their scope (`services.access.visible`), phones masked.
"""

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Contact, Customer
from db.queries import customer_card as card_queries
from db.queries import customers as customer_queries
from db.queries.customer_card import CustomerCard, OrderFilter, OrderRow, TimelineEntry
from db.queries.customers import CustomerFilter, CustomerHit, CustomerRow
from db.queries.paging import Sort
from db.queries.scope import Reach
from db.vocabulary import CustomerClass
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.domain.permissions import Action
from desktop_app.domain.purchases import Metrics, build_activity, measure
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, charge_book, phones
from desktop_app.services.numbers import next_customer_number

# ---------------------------------------------------------------- reading


def count_customers(session: Session, criteria: CustomerFilter) -> int:
    """How many of the customers the actor sees fit."""
    access.require(session, Action.VIEW)
    return customer_queries.count_customers(session, access.limited(session, criteria))


def list_customers(
    session: Session,
    criteria: CustomerFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[CustomerRow]:
    """One page of the customers the actor sees, phones masked."""
    access.require(session, Action.VIEW)
    return phones.masked_rows(_rows(session, criteria, sort, offset, limit))


def export_customers(
    session: Session,
    criteria: CustomerFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[CustomerRow]:
    """The same with whole phones, to be taken out of the program once `exports.note` is written.

    The phone of a customer nobody may call stays masked: such a file is a list for calling.

    Raises:
        NotAllowedError: the role may not export, or may not see phones.
    """
    access.require(session, Action.EXPORT)
    access.require(session, Action.REVEAL_PHONE)
    return [
        phones.masked_row(row) if row.do_not_contact or row.is_deceased else row
        for row in _rows(session, criteria, sort, offset, limit)
    ]


def _rows(
    session: Session, criteria: CustomerFilter, sort: Sort | None, offset: int, limit: int
) -> list[CustomerRow]:
    limited = access.limited(session, criteria)
    return customer_queries.list_customers(session, limited, sort, offset, limit)


def search(session: Session, text: str, limit: int = 20) -> list[CustomerHit]:
    """Customers by name, pinyin, initials, number, phone or card tail, best first."""
    access.require(session, Action.VIEW)
    found = customer_queries.search(session, text, limit, access.visible(session))
    return phones.masked_rows(found)


def find(session: Session, number: str) -> uuid.UUID:
    """Key of the customer with a number. Raises NotFoundError, NotAllowedError."""
    access.require(session, Action.VIEW)
    found = customer_queries.id_of_number(session, number.strip())
    if found is None:
        raise NotFoundError(_("There is no customer {number}.").format(number=number.strip()))
    return _get(session, found).id


def class_sizes(session: Session) -> dict[CustomerClass, int]:
    """Number of customers of the workspace in each class: what a class is ranked among."""
    access.require(session, Action.VIEW)
    return customer_queries.class_sizes(session)


def card(session: Session, customer_id: uuid.UUID) -> tuple[CustomerCard, Metrics]:
    """Everything about a customer with the figures of the card; phones masked, cases in scope.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    _get(session, customer_id)
    found = card_queries.customer_card(session, customer_id, access.visible(session))
    if found is None:
        raise NotFoundError(_("This customer is gone."))
    known = build_activity(found.bought.orders, found.bought.lines)
    shown = replace(
        found,
        row=phones.masked_row(found.row),
        values={**found.values, "phone": phones.masked(found.values["phone"])},
        contacts=tuple(phones.masked_rows(found.contacts)),
    )
    return shown, measure(known, found.as_of)


def timeline(session: Session, customer_id: uuid.UUID) -> list[TimelineEntry]:
    """What happened with a customer, newest first; of cases only those the actor may see.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    _get(session, customer_id)
    return card_queries.timeline(session, customer_id, access.visible(session))


def count_orders(session: Session, criteria: OrderFilter) -> int:
    """How many orders and returns a customer has. Raises as `timeline`."""
    access.require(session, Action.VIEW)
    _get(session, criteria.customer_id)
    return card_queries.count_orders(session, criteria)


def list_orders(
    session: Session,
    criteria: OrderFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[OrderRow]:
    """One page of a customer's orders, newest first. Raises as `timeline`."""
    access.require(session, Action.VIEW)
    _get(session, criteria.customer_id)
    return card_queries.list_orders(session, criteria, sort, offset, limit)


def reveal_phone(session: Session, customer_id: uuid.UUID) -> str:
    """The whole phone number; every look is an event in the journal.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.REVEAL_PHONE)
    customer = _get(session, customer_id)
    journal.record_event(session, N_("Show the phone of {number}"), number=customer.number)
    return customer.phone


def reveal_contact_phone(session: Session, contact_id: uuid.UUID) -> str:
    """The whole phone number of a person to talk to; an event like `reveal_phone`.

    Raises:
        NotFoundError, NotAllowedError: the contact is gone or out of reach.
    """
    access.require(session, Action.REVEAL_PHONE)
    contact, customer = _get_contact(session, contact_id)
    if contact.phone:
        title = N_("Show the phone of {name} at {number}")
        journal.record_event(session, title, name=contact.name, number=customer.number)
    return contact.phone


# ---------------------------------------------------------------- the record


def create(session: Session, draft: CustomerDraft) -> uuid.UUID:
    """Make a customer; without a number it gets the next free one.

    Who sees only their own customers becomes the owner, unless the draft names another one.

    Raises:
        InvalidInputError: the number is taken.
    """
    access.require(session, Action.EDIT_CUSTOMER)
    values = _values(draft)
    if values["owner_id"] is None and access.visible(session).reach is Reach.OWN:
        values["owner_id"] = access.actor(session).user_id
    values["number"] = values["number"] or next_customer_number(session)
    _require_free(session, values["number"], None)
    journal.name_change(
        session, N_("Create customer {number} {name}"), number=values["number"], name=draft.name
    )
    customer = Customer(**values)
    session.add(customer)
    session.flush()
    charge_book.follow(session, {customer.id: customer.owner_id})
    return customer.id


def change(session: Session, customer_id: uuid.UUID, version: int, draft: CustomerDraft) -> None:
    """Change a customer. With one who has died or wants no contact nothing is planned any more.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
        ConflictError: somebody else changed the record since it was read (`version`).
        InvalidInputError: the number is taken.
    """
    access.require(session, Action.EDIT_CUSTOMER)
    customer = _get(session, customer_id)
    _require_version(customer.version, version)
    values = _values(draft)
    values["number"] = values["number"] or customer.number
    _require_free(session, values["number"], customer_id)
    journal.name_change(
        session, N_("Change customer {number} {name}"), number=values["number"], name=draft.name
    )
    for name, value in values.items():
        if getattr(customer, name) != value:
            setattr(customer, name, value)
    if customer.is_deceased:
        case_life.stop_contact(session, [customer.id], _("The customer has died."))
    elif customer.do_not_contact:
        note = _("The customer asked not to be contacted.")
        case_life.stop_contact(session, [customer.id], note)
    session.flush()
    charge_book.follow(session, {customer_id: draft.owner_id})


def change_note(session: Session, customer_id: uuid.UUID, version: int, note: str) -> None:
    """Change the remark about a customer; an empty one takes it away. Raises as `change`."""
    access.require(session, Action.EDIT_CUSTOMER)
    customer = _get(session, customer_id)
    _require_version(customer.version, version)
    if customer.note == note.strip():
        return
    journal.name_change(
        session,
        N_("Change customer {number} {name}"),
        number=customer.number,
        name=customer.name,
    )
    customer.note = note.strip()
    session.flush()


# ---------------------------------------------------------------- people to talk to


def add_contact(session: Session, customer_id: uuid.UUID, draft: ContactDraft) -> uuid.UUID:
    """Add a person to talk to; a primary one takes that mark from the others.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.EDIT_CUSTOMER)
    customer = _get(session, customer_id)
    journal.name_change(
        session, N_("Add contact {name} to {number}"), name=draft.name, number=customer.number
    )
    contact = Contact(customer_id=customer_id, **draft.model_dump())
    session.add(contact)
    session.flush()
    _only_primary(session, contact)
    return contact.id


def change_contact(
    session: Session, contact_id: uuid.UUID, version: int, draft: ContactDraft
) -> None:
    """Change a person to talk to.

    Raises:
        NotFoundError, NotAllowedError: the contact is gone or out of reach.
        ConflictError: somebody else changed it since it was read (`version`).
    """
    access.require(session, Action.EDIT_CUSTOMER)
    contact, _customer = _get_contact(session, contact_id)
    _require_version(contact.version, version)
    journal.name_change(session, N_("Change contact {name}"), name=draft.name)
    for name, value in draft.model_dump().items():
        if getattr(contact, name) != value:
            setattr(contact, name, value)
    session.flush()
    _only_primary(session, contact)


def remove_contact(session: Session, contact_id: uuid.UUID) -> None:
    """Remove a person to talk to; can be undone. Raises NotFoundError, NotAllowedError."""
    access.require(session, Action.EDIT_CUSTOMER)
    contact, _customer = _get_contact(session, contact_id)
    journal.name_change(session, N_("Remove contact {name}"), name=contact.name)
    session.delete(contact)


# ---------------------------------------------------------------- records and drafts


def _values(draft: CustomerDraft) -> dict[str, Any]:
    values = draft.model_dump()
    values["switch_dates"] = [day.isoformat() for day in draft.switch_dates]
    return values


def as_draft(card_values: Any) -> CustomerDraft:
    """The draft of a stored customer, for a form; the phone must be whole (`reveal_phone`)."""
    fields = {name: card_values[name] for name in CustomerDraft.model_fields}
    fields["switch_dates"] = tuple(
        dt.date.fromisoformat(day) for day in card_values["switch_dates"]
    )
    return CustomerDraft.model_validate(fields)


def _get(session: Session, customer_id: uuid.UUID) -> Customer:
    """A customer within the actor's scope. Raises NotFoundError, NotAllowedError."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is gone."))
    access.require_customer(session, customer)
    return customer


def _get_contact(session: Session, contact_id: uuid.UUID) -> tuple[Contact, Customer]:
    """A person to talk to and the customer. Raises NotFoundError, NotAllowedError."""
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFoundError(_("This contact is gone."))
    return contact, _get(session, contact.customer_id)


def _require_version(stored: int, read: int) -> None:
    if stored != read:
        raise ConflictError(_("Somebody else has changed this meanwhile. Reload and try again."))


def _require_free(session: Session, number: str, customer_id: uuid.UUID | None) -> None:
    taken = session.scalar(select(Customer.id).where(Customer.number == number))
    if taken is not None and taken != customer_id:
        message = _("Another customer has the number {number}.").format(number=number)
        raise InvalidInputError([Problem("number", message)])


def _only_primary(session: Session, contact: Contact) -> None:
    if not contact.is_primary:
        return
    others = session.scalars(
        select(Contact).where(
            Contact.customer_id == contact.customer_id, Contact.id != contact.id, Contact.is_primary
        )
    )
    for other in others:
        other.is_primary = False
