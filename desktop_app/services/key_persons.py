"""On whom customers hang: contacts by one person, people in contact, value at risk (S3-38)."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.orm import Session

from db import derived
from db.queries import charges as queries
from db.queries import visit_plan
from db.queries.scope import EVERYTHING, Visible
from db.vocabulary import CadenceRole, CustomerClass
from desktop_app import clock
from desktop_app.domain import staff_figures as rules
from desktop_app.domain.compliance import Made
from desktop_app.domain.permissions import Action
from desktop_app.domain.rates import Rate
from desktop_app.domain.staff_figures import Reliance, ReliancePolicy
from desktop_app.services import access, case_life, charge_book, staff_profiles, workspace_settings

__all__ = [
    "AtRiskRow",
    "KeyPersonRow",
    "Reliance",
    "RiskFilter",
    "change_policy",
    "count_at_risk",
    "list_at_risk",
    "list_key_persons",
    "of_customer",
    "policy",
]

KEY: Final = "reliance_policy"


@dataclass(frozen=True, slots=True)
class KeyPersonRow:
    """What would be at risk if somebody left.

    Attributes:
        person_id: Who.
        person: The name.
        customers: Customers that hang on this person.
        value: Their spend of the last year, minor units.
        currency: Of the value.
        index: Of the customers the person was in contact with, those that hang on it.
    """

    person_id: uuid.UUID
    person: str
    customers: int
    value: int
    currency: str
    index: Rate


@dataclass(frozen=True, slots=True)
class RiskFilter:
    """Which customers: of one person, of a class; by default those that hang on somebody.

    `short_too`: also those with too few people in contact.
    """

    person_id: uuid.UUID | None = None
    klass: CustomerClass | None = None
    short_too: bool = False
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class AtRiskRow:
    """A customer that hangs on one person, or with too few people in contact."""

    customer_id: uuid.UUID
    number: str
    name: str
    klass: CustomerClass
    person_id: uuid.UUID | None
    person: str
    index: Rate
    points: int
    is_key: bool
    is_short: bool
    value: int
    currency: str


def policy(session: Session) -> ReliancePolicy:
    """From when on a customer hangs on one person, as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, ReliancePolicy)


def change_policy(session: Session, draft: ReliancePolicy) -> None:
    """Set from when on a customer hangs on one person."""
    workspace_settings.change_draft(session, KEY, draft)


# ---------------------------------------------------------------- figures


def of_customer(session: Session, customer_id: uuid.UUID) -> Reliance:
    """On whom a customer hangs, by contacts up to today; on somebody who left it does not.

    Raises:
        NotFoundError, NotAllowedError: the customer is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    head = queries.heads(session, [customer_id])[customer_id]
    (found,) = _reliances(session, {customer_id: head.klass}, EVERYTHING, customer_id)
    return found


def list_key_persons(session: Session) -> list[KeyPersonRow]:
    """On whom customers the actor sees hang, the highest value at risk first."""
    access.require(session, Action.REPORT)
    visible = access.visible(session)
    classes = queries.classes(session, visible)
    contacts = _made(session, visible)
    found = _reliances_of(session, classes, contacts)
    met = Counter(by for by, _customer in {(each.by, each.customer) for each in contacts})
    names, money = charge_book.names(session), derived.currency(session)
    values = dict[Hashable, int](queries.values(session, visible).items())
    return [
        KeyPersonRow(
            person_id=person,
            person=names[person],
            customers=row.customers,
            value=row.value,
            currency=money,
            index=Rate(row.customers, met[person]),
        )
        for row in rules.key_persons(found, values)
        if (person := charge_book.as_key(row.person)) is not None
    ]


def count_at_risk(session: Session, criteria: RiskFilter) -> int:
    """How many of the customers the actor sees fit."""
    access.require(session, Action.REPORT)
    return len(_at_risk(session, access.limited(session, criteria)))


def list_at_risk(
    session: Session, criteria: RiskFilter, offset: int = 0, limit: int = 200
) -> list[AtRiskRow]:
    """One page of the customers that hang on one person, the highest value first."""
    access.require(session, Action.REPORT)
    criteria = access.limited(session, criteria)
    values = queries.values(session, criteria.visible)
    found = [
        (values.get(key, 0), key, one)
        for one in _at_risk(session, criteria)
        if (key := charge_book.as_key(one.customer)) is not None
    ]
    found.sort(key=lambda each: (-each[0], each[1]))
    page = found[offset : offset + limit]
    heads = queries.heads(session, [key for _value, key, _one in page])
    names, money = charge_book.names(session), derived.currency(session)
    return [
        AtRiskRow(
            customer_id=key,
            number=heads[key].number,
            name=heads[key].name,
            klass=heads[key].klass,
            person_id=charge_book.as_key(one.person),
            person=names.get(one.person, ""),
            index=one.index,
            points=one.points,
            is_key=one.is_key,
            is_short=one.is_short,
            value=value,
            currency=money,
        )
        for value, key, one in page
    ]


def _at_risk(session: Session, criteria: RiskFilter) -> list[Reliance]:
    classes = queries.classes(session, criteria.visible)
    if criteria.klass is not None:
        classes = {key: klass for key, klass in classes.items() if klass is criteria.klass}
    return [
        one
        for one in _reliances(session, classes, criteria.visible)
        if (one.is_key or (criteria.short_too and one.is_short))
        and criteria.person_id in {None, one.person}
    ]


def _reliances(
    session: Session,
    classes: Mapping[uuid.UUID, CustomerClass],
    visible: Visible,
    customer_id: uuid.UUID | None = None,
) -> tuple[Reliance, ...]:
    return _reliances_of(session, classes, _made(session, visible, customer_id))


def _reliances_of(
    session: Session, classes: Mapping[uuid.UUID, CustomerClass], contacts: Iterable[Made]
) -> tuple[Reliance, ...]:
    known = dict[Hashable, CustomerClass | None](classes.items())
    found = rules.reliances(known, contacts, clock.today(), policy(session))
    here = _here(session)
    return tuple(
        one if one.person in here else replace(one, person=None, is_key=False) for one in found
    )


def _here(session: Session) -> set[Hashable]:
    """Who still works here: on those who left nobody hangs any more."""
    today = clock.today()
    people = staff_profiles.all_profiles(session).values()
    return {one.user_id for one in people if one.is_active and one.is_here(today)}


def _made(session: Session, visible: Visible, customer_id: uuid.UUID | None = None) -> list[Made]:
    """Contacts of the days looked back on; a visit that was logged in a case too counts once."""
    today = clock.today()
    first = today - dt.timedelta(days=policy(session).days)
    found = set()
    for row in visit_plan.contacts_made(session, visible, first, today, customer_id=customer_id):
        day = clock.local(row.at).date() if isinstance(row.at, dt.datetime) else row.at
        if row.by_id is not None:
            # the role has no say here
            found.add(Made(row.customer_id, CadenceRole.SALES, row.channel, day, row.by_id))
    return list(found)
