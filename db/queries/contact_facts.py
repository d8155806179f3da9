"""Contacts that took place with a customer, over all cases: calls, messages, visits."""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import (
    BindParameter,
    Date,
    Select,
    bindparam,
    false,
    func,
    literal,
    null,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session

from db.models import ContactAttempt, Visit
from db.vocabulary import AttemptResult, Channel, VisitState

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class PastContact:
    """One contact. A visit that was only ticked off has a day, everything else a moment."""

    customer_id: uuid.UUID
    at: dt.datetime | None
    day: dt.date | None
    channel: Channel
    result: AttemptResult
    is_informal: bool
    by_customer: bool


def past_contacts(
    session: Session, customer_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[PastContact]]:
    """All contacts of customers, also those in which nobody was reached."""
    session.flush()
    found: dict[uuid.UUID, list[PastContact]] = {}
    for chunk in _chunks(list(dict.fromkeys(customer_ids))):
        for row in session.execute(_statement(), {"chunk": chunk}):
            words = (Channel(row.channel), AttemptResult(row.result))
            flags = (bool(row.is_informal), bool(row.by_customer))
            one = PastContact(row.customer_id, row.at, row.day, *words, *flags)
            found.setdefault(row.customer_id, []).append(one)
    return found


def contacted_often(
    session: Session, customer_ids: Sequence[uuid.UUID], at_least: int
) -> set[uuid.UUID]:
    """Those of the customers who were contacted so many times or more."""
    found: set[uuid.UUID] = set()
    for chunk in _chunks(customer_ids):
        contacts = union_all(
            select(ContactAttempt.customer_id).where(ContactAttempt.customer_id.in_(chunk)),
            select(Visit.customer_id).where(
                Visit.customer_id.in_(chunk), Visit.state == VisitState.DONE
            ),
        ).subquery()
        statement = select(contacts.c.customer_id).group_by(contacts.c.customer_id)
        found |= set(session.scalars(statement.having(func.count() >= at_least)))
    return found


def often_contacted(at_least: int) -> Select[*tuple[Any, ...]]:
    """Keys of all customers who were contacted so many times or more."""
    contacts = union_all(
        select(ContactAttempt.customer_id),
        select(Visit.customer_id).where(Visit.state == VisitState.DONE),
    ).subquery()
    found = select(contacts.c.customer_id).group_by(contacts.c.customer_id)
    return found.having(func.count() >= at_least)


@cache
def _statement() -> Any:
    """Made once: it is asked at every contact."""
    chunk: BindParameter[Any] = bindparam("chunk", expanding=True)
    attempts: Select[*tuple[Any, ...]] = select(
        ContactAttempt.customer_id,
        ContactAttempt.at,
        type_coerce(null(), Date()).label("day"),
        ContactAttempt.channel,
        ContactAttempt.result,
        ContactAttempt.is_informal,
        ContactAttempt.by_customer,
    ).where(ContactAttempt.customer_id.in_(chunk))
    visits: Select[*tuple[Any, ...]] = select(
        Visit.customer_id,
        null(),
        Visit.done_on,
        Visit.channel,
        literal(AttemptResult.REACHED.value),
        Visit.is_informal,
        false(),
    ).where(Visit.customer_id.in_(chunk), Visit.state == VisitState.DONE)
    return union_all(attempts, visits)


def _chunks(keys: Sequence[uuid.UUID]) -> Iterator[Sequence[uuid.UUID]]:
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))
