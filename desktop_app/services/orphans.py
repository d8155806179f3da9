"""Customers nobody is in charge of (S3-26, S3-54): who, since when, why, and who stands in."""

import datetime as dt
import uuid
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from db import derived
from db.models import Customer, CustomerStat, Holding
from db.queries import charges as queries
from db.queries.cases import customers_found
from db.queries.charges import Alone
from db.queries.paging import Sort
from db.queries.scope import EVERYTHING, Visible
from db.vocabulary import CustomerClass, Seat
from desktop_app import clock
from desktop_app.domain import handover as rules
from desktop_app.domain.handover import Orphan, OrphanReason
from desktop_app.domain.permissions import Action
from desktop_app.services import access, charge_book


@dataclass(frozen=True, slots=True)
class OrphanFilter:
    """Which of the customers nobody looks after; the defaults are all."""

    text: str = ""
    klass: CustomerClass | None = None
    store_id: uuid.UUID | None = None
    reason: OrphanReason | None = None
    former_id: uuid.UUID | None = None
    visible: Visible = EVERYTHING


@dataclass(frozen=True, slots=True)
class OrphanRow:
    """A customer nobody is in charge of; `since` and `days` are None where it is not known.

    `value` is the spend of the last year in minor units; `backup` stands in meanwhile.
    """

    customer_id: uuid.UUID
    number: str
    name: str
    klass: CustomerClass
    since: dt.date | None
    days: int | None
    reason: OrphanReason
    former_id: uuid.UUID | None
    former: str
    backup_id: uuid.UUID | None
    backup: str
    store: str
    district: str
    value: int
    currency: str
    last_contact: dt.date | None


def count_orphans(session: Session, criteria: OrphanFilter) -> int:
    """How many of the customers the actor sees have nobody in charge today."""
    access.require(session, Action.VIEW)
    criteria = access.limited(session, criteria)
    if criteria.reason is None and criteria.former_id is None:
        conditions = _conditions(session, criteria)
        return queries.count_alone(session, clock.today(), conditions)
    return len(_orphans(session, criteria))


def list_orphans(
    session: Session,
    criteria: OrphanFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[OrphanRow]:
    """One page of the customers the actor sees that have nobody in charge today.

    Without a sort first those of people who left, then by spend. Not among them: who refused or
    has died, and who is not known by name.
    """
    access.require(session, Action.VIEW)
    names = charge_book.names(session)
    found = _in_order(_orphans(session, access.limited(session, criteria)), sort, names)
    page = found[offset : offset + limit]
    keys = [one.id for one, _orphan in page]
    contacts = queries.last_contacts(session, keys)
    left, today = charge_book.left_days(session), clock.today()
    backups = {
        fact.customer_id: fact.user_id
        for fact in queries.facts_of(
            session, keys, Holding.seat == Seat.BACKUP, queries.in_force(today)
        )
        if left.get(fact.user_id, today) >= today
    }
    money = derived.currency(session)
    return [
        OrphanRow(
            customer_id=one.id,
            number=one.number,
            name=one.name,
            klass=one.klass,
            since=orphan.since,
            days=orphan.days,
            reason=orphan.reason,
            former_id=charge_book.as_key(orphan.former),
            former=names.get(orphan.former, ""),
            backup_id=backups.get(one.id),
            backup=names.get(backups.get(one.id), ""),
            store=one.store,
            district=one.district,
            value=one.value,
            currency=money,
            last_contact=contacts.get(one.id),
        )
        for one, orphan in page
    ]


_Pair = tuple[Alone, Orphan]
_Names = Mapping[Hashable, str]
_SORTS: Final[Mapping[str, Callable[[Alone, Orphan, _Names], Any]]] = {
    "number": lambda one, _orphan, _names: one.number,
    "name": lambda one, _orphan, _names: one.name,
    "klass": lambda one, _orphan, _names: one.klass,
    "since": lambda _one, orphan, _names: orphan.since,
    "days": lambda _one, orphan, _names: orphan.days,
    "reason": lambda _one, orphan, _names: orphan.reason,
    "former": lambda _one, orphan, names: names.get(orphan.former),
    "store": lambda one, _orphan, _names: one.store,
    "district": lambda one, _orphan, _names: one.district,
    "value": lambda one, _orphan, _names: one.value,
}


def _in_order(found: list[_Pair], sort: Sort | None, names: _Names) -> list[_Pair]:
    """As asked for, what is not known last; else those of leavers first, then the dearest."""
    if sort is None:
        return sorted(
            found, key=lambda pair: (pair[1].reason is not OrphanReason.LEFT, -pair[0].value)
        )
    key = _SORTS[sort.column_id]
    keyed = [(key(*pair, names), pair) for pair in found]
    known = [each for each in keyed if each[0] is not None]
    known.sort(key=lambda each: each[0], reverse=sort.descending)
    return [*(pair for _key, pair in known), *(pair for value, pair in keyed if value is None)]


def _orphans(session: Session, criteria: OrphanFilter) -> list[_Pair]:
    today, conditions = clock.today(), _conditions(session, criteria)
    found = {row.id: row for row in queries.alone(session, today, conditions)}
    past = queries.charges_of_alone(session, today, conditions)
    since = {key: row.since for key, row in found.items()}
    left = charge_book.left_days(session)
    orphans = rules.orphans(
        dict[Hashable, dt.date | None](since.items()), charge_book.for_rules(past), left, today
    )
    return [
        (found[known], one)
        for one in orphans
        if (known := charge_book.as_key(one.customer)) is not None
        and criteria.reason in {None, one.reason}
        and criteria.former_id in {None, one.former}
    ]


def _conditions(session: Session, criteria: OrphanFilter) -> list[ColumnElement[bool]]:
    found = queries.seen(criteria.visible)
    if criteria.text.strip():
        found.append(Customer.id.in_(customers_found(session, criteria.text.strip())))
    if criteria.klass is not None:
        found.append(CustomerStat.klass == criteria.klass)
    if criteria.store_id is not None:
        found.append(Customer.store_id == criteria.store_id)
    return found
