"""Keeps charges and `Customer.owner_id` together: the owner is who is in charge.

Only services call these functions, after they have asked for the right to do what they do.
"""

import datetime as dt
import uuid
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from db import journal
from db.base import new_id
from db.models import Customer, Holding
from db.queries import charges as queries
from db.queries import staff as user_queries
from db.queries import staff_profiles as staff_queries
from db.queries.charges import HoldingFact
from db.vocabulary import Seat
from desktop_app import clock
from desktop_app.domain import handover as rules

_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seating:
    """Who gets a seat of a customer; None: nobody."""

    customer_id: uuid.UUID
    seat: Seat
    user_id: uuid.UUID | None


def open_holdings(
    session: Session, customer_ids: Iterable[uuid.UUID]
) -> dict[tuple[uuid.UUID, Seat], HoldingFact]:
    """The charges that go on, by customer and seat."""
    found = queries.facts_of(session, list(customer_ids), Holding.last_on.is_(None))
    return {(fact.customer_id, fact.seat): fact for fact in found}


def put(session: Session, seatings: Sequence[Seating], on: dt.date) -> int:
    """Give seats to people, or take them away, from a day on; returns how many changed.

    Whoever held a seat held it until the day before, or until the last day of work if that was
    earlier; a charge that would not have lasted a day goes. Who becomes the one in charge does not
    stay the backup as well. The owner of a customer changes at once, whatever the day is.
    """
    changed = _write(session, seatings, on)
    owners = [
        {"id": each.customer_id, "owner_id": each.user_id}
        for each in seatings
        if each.seat is Seat.PRIMARY
    ]
    journal.bulk_update(session, Customer, owners)
    return changed


def follow(session: Session, owners: Mapping[uuid.UUID, uuid.UUID | None]) -> None:
    """The owners of customers were set, by a form or an import: their charges follow, from today.

    Nothing happens where the owner is in charge already.
    """
    seatings = [Seating(customer, Seat.PRIMARY, owner) for customer, owner in owners.items()]
    _write(session, seatings, clock.today())


def _write(session: Session, seatings: Sequence[Seating], on: dt.date) -> int:
    """End and begin charges; returns how many seats changed hands."""
    session.flush()
    held = open_holdings(session, {each.customer_id for each in seatings})
    wanted = {(each.customer_id, each.seat): each.user_id for each in seatings}
    for (customer_id, seat), user_id in list(wanted.items()):
        backup = held.get((customer_id, Seat.BACKUP))
        if seat is Seat.PRIMARY and backup is not None and backup.user_id == user_id:
            wanted.setdefault((customer_id, Seat.BACKUP), None)
    changed = {
        key: user_id
        for key, user_id in wanted.items()
        if (held[key].user_id if key in held else None) != user_id
    }
    if not changed:
        return 0
    left = staff_queries.left_days(session)
    gone: list[uuid.UUID] = []
    ended: list[dict[str, Any]] = []
    begun: list[dict[str, Any]] = []
    for (customer_id, seat), user_id in changed.items():
        before, first = held.get((customer_id, seat)), on
        if before is not None:
            first = max(on, before.first_on)
            last = min(first - _ONE_DAY, left.get(before.user_id, dt.date.max))
            if last < before.first_on:
                gone.append(before.id)
            else:
                ended.append({"id": before.id, "last_on": last})
        if user_id is not None:
            begun.append(holding(customer_id, user_id, seat, first))
    journal.bulk_delete(session, Holding, gone)
    journal.bulk_update(session, Holding, ended)
    journal.bulk_insert(session, Holding, begun)
    return len(changed)


def holding(
    customer_id: uuid.UUID,
    user_id: uuid.UUID,
    seat: Seat,
    first_on: dt.date,
    last_on: dt.date | None = None,
) -> dict[str, Any]:
    """A new charge as a row."""
    return {
        "id": new_id(),
        "customer_id": customer_id,
        "user_id": user_id,
        "seat": seat,
        "first_on": first_on,
        "last_on": last_on,
    }


def for_rules(facts: Iterable[HoldingFact]) -> list[rules.Holding]:
    """Charges as the rules want them."""
    return [
        rules.Holding(fact.customer_id, fact.user_id, fact.seat, fact.first_on, fact.last_on)
        for fact in facts
    ]


def left_days(session: Session) -> dict[Hashable, dt.date]:
    """Last day of work of everybody who left or will leave, as the rules want it."""
    return dict[Hashable, dt.date](staff_queries.left_days(session).items())


def names(session: Session) -> dict[Hashable, str]:
    """What everybody is called who has or had an account."""
    return {user.id: user.name for user in user_queries.list_users(session)}


def as_key(value: object) -> uuid.UUID | None:
    """A key that came back from the rules."""
    return value if isinstance(value, uuid.UUID) else None
