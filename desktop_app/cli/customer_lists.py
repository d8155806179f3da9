"""The list of customers on the command line."""

import uuid
from collections.abc import Sequence

from db.queries.customers import CustomerFilter, CustomerRow
from db.session import Session
from desktop_app.cli.entities import Document, Entity, as_key
from desktop_app.cli.output import plain, yuan
from desktop_app.columns import Sort
from desktop_app.columns.customers import CUSTOMER_COLUMNS
from desktop_app.services import customers


def _customers(session: Session, text: str, offset: int, limit: int) -> Sequence[CustomerRow]:
    criteria = CustomerFilter(text=text)
    return customers.list_customers(session, criteria, Sort("number"), offset, limit)


def _whole_customers(session: Session, text: str, offset: int, limit: int) -> Sequence[CustomerRow]:
    criteria = CustomerFilter(text=text)
    return customers.export_customers(session, criteria, Sort("number"), offset, limit)


def _customer_document(row: CustomerRow) -> Document:
    return {
        "number": row.number,
        "name": row.name,
        "phone": row.phone,
        "class": row.klass.value.upper(),
        "orders": row.orders,
        "spend": yuan(row.spend_total),
        "spend_12_months": yuan(row.spend_window),
        "currency": row.currency,
        "first_order": row.first_on,
        "last_order": row.last_on,
        "kind": row.kind,
        "store": row.store,
        "owner": row.owner,
        "open_cases": row.open_cases,
        "is_identified": row.is_identified,
        "do_not_contact": row.do_not_contact,
        "id": str(row.id),
    }


def find_customer(session: Session, text: str) -> uuid.UUID:
    """Key of a customer by number or key. Raises NotFoundError, NotAllowedError."""
    return as_key(text) or customers.find(session, text)


def _customer(session: Session, text: str) -> Document:
    card, metrics = customers.card(session, find_customer(session, text))
    hidden = {"id", "number", "name", "phone", "kind", "version"}
    return {
        **_customer_document(card.row),
        "figures": plain(metrics),
        **{name: plain(value) for name, value in card.values.items() if name not in hidden},
        "as_of": card.as_of,
        "contacts": plain(card.contacts),
        "cases": plain(card.cases),
        "signals": plain(card.signals),
    }


ENTITIES = {
    "customers": Entity(
        _customers, lambda: CUSTOMER_COLUMNS, _customer, _customer_document, _whole_customers
    )
}
