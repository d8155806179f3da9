"""Customers and the people one talks to there: create, change, reveal a phone."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Contact, Customer
from db.queries import customer_card as card_queries
from db.queries.customer_card import CustomerCard, TimelineEntry
from desktop_app.domain.customers import ContactDraft, CustomerDraft
from desktop_app.domain.permissions import Action
from desktop_app.domain.purchases import Metrics, build_activity, measure
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access
from desktop_app.services.numbers import next_customer_number


def create(session: Session, draft: CustomerDraft) -> uuid.UUID:
    """Make a customer; without a number it gets the next free one.

    Raises:
        InvalidInputError: the number is taken.
    """
    access.require(session, Action.EDIT_CUSTOMER)
    values = _values(draft)
    values["number"] = values["number"] or next_customer_number(session)
    _require_free(session, values["number"], None)
    journal.name_change(
        session, N_("Create customer {number} {name}"), number=values["number"], name=draft.name
    )
    customer = Customer(**values)
    session.add(customer)
    session.flush()
    return customer.id


def change(session: Session, customer_id: uuid.UUID, version: int, draft: CustomerDraft) -> None:
    """Change a customer.

    Raises:
        NotFoundError: there is no such customer.
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
    session.flush()


def add_contact(session: Session, customer_id: uuid.UUID, draft: ContactDraft) -> uuid.UUID:
    """Add a person to talk to; a primary one takes that mark from the others."""
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
    """Change a person to talk to."""
    access.require(session, Action.EDIT_CUSTOMER)
    contact = _get_contact(session, contact_id)
    _require_version(contact.version, version)
    journal.name_change(session, N_("Change contact {name}"), name=draft.name)
    for name, value in draft.model_dump().items():
        if getattr(contact, name) != value:
            setattr(contact, name, value)
    session.flush()
    _only_primary(session, contact)


def remove_contact(session: Session, contact_id: uuid.UUID) -> None:
    """Remove a person to talk to; can be undone."""
    access.require(session, Action.EDIT_CUSTOMER)
    contact = _get_contact(session, contact_id)
    journal.name_change(session, N_("Remove contact {name}"), name=contact.name)
    session.delete(contact)


def card(session: Session, customer_id: uuid.UUID) -> tuple[CustomerCard, Metrics]:
    """Everything about a customer, with the figures of the card.

    Raises NotFoundError.
    """
    access.require(session, Action.VIEW)
    found = card_queries.customer_card(session, customer_id)
    if found is None:
        raise NotFoundError(_("This customer is gone."))
    known = build_activity(found.bought.orders, found.bought.lines)
    return found, measure(known, found.as_of)


def timeline(session: Session, customer_id: uuid.UUID) -> list[TimelineEntry]:
    """What happened with a customer, newest first; of cases only those the actor may see."""
    access.require(session, Action.VIEW)
    return card_queries.timeline(session, customer_id, access.visible(session))


def reveal_phone(session: Session, customer_id: uuid.UUID) -> str:
    """The whole phone number; every look is an event in the journal. Raises NotFoundError."""
    access.require(session, Action.REVEAL_PHONE)
    customer = _get(session, customer_id)
    journal.record_event(session, N_("Show the phone of {number}"), number=customer.number)
    return customer.phone


def _values(draft: CustomerDraft) -> dict[str, Any]:
    values = draft.model_dump()
    values["switch_dates"] = [day.isoformat() for day in draft.switch_dates]
    return values


def as_draft(card_values: Any) -> CustomerDraft:
    """The draft of a stored customer, for a form."""
    fields = {name: card_values[name] for name in CustomerDraft.model_fields}
    fields["switch_dates"] = tuple(
        dt.date.fromisoformat(day) for day in card_values["switch_dates"]
    )
    return CustomerDraft.model_validate(fields)


def _get(session: Session, customer_id: uuid.UUID) -> Customer:
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is gone."))
    return customer


def _get_contact(session: Session, contact_id: uuid.UUID) -> Contact:
    contact = session.get(Contact, contact_id)
    if contact is None:
        raise NotFoundError(_("This contact is gone."))
    return contact


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
