"""Keeps charges and `Customer.owner_id` together: the owner is who is in charge.

A charge may begin on a later day: until then the owner stays, and whoever has the seat has it
until the day before.

Only services call these functions, after they have asked for the right to do what they do.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
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
from desktop_app.services import handover_tasks

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


def in_charge(
    session: Session, customer_ids: Collection[uuid.UUID]
) -> set[tuple[uuid.UUID, uuid.UUID]]:
    """Customers with who is in charge of them, and with who will be."""
    today = clock.today()
    return {
        (fact.customer_id, fact.user_id)
        for fact in queries.facts_of(session, customer_ids, Holding.seat == Seat.PRIMARY)
        if fact.last_on is None or fact.last_on >= today
    }


def put(session: Session, seatings: Sequence[Seating], on: dt.date) -> int:
    """Give seats to people, or take them away, from a day on; returns how many changed.

    Whoever held a seat held it until the day before, or until the last day of work if that was
    earlier; a charge that would not have lasted a day goes. Who becomes the one in charge does not
    stay the backup as well. The owner of a customer changes at once, unless the day is ahead:
    `handover_begin` follows then.
    """
    changed = _write(session, seatings, on)
    if on <= clock.today():
        owners = [
            {"id": each.customer_id, "owner_id": each.user_id}
            for each in seatings
            if each.seat is Seat.PRIMARY
        ]
        journal.bulk_update(session, Customer, owners)
    return changed


def follow(session: Session, owners: Mapping[uuid.UUID, uuid.UUID | None]) -> None:
    """The owners of customers were set, by a form or an import: their charges follow, from today.

    Nothing happens where the owner is in charge already, or is so until somebody else begins.
    """
    session.flush()
    today = clock.today()
    seats = _seats(session, set(owners))
    seatings = [
        Seating(customer, Seat.PRIMARY, owner)
        for customer, owner in owners.items()
        if not seats.get((customer, Seat.PRIMARY), _Seat()).is_until_then(owner, today)
    ]
    _write(session, seatings, today)


@dataclass(slots=True)
class _Seat:
    """A seat of a customer: the charge that goes on, and the one that ends before it begins.

    Without a charge that goes on: the one that ends on a day to come.
    """

    open: HoldingFact | None = None
    before: HoldingFact | None = None

    def is_until_then(self, user_id: uuid.UUID | None, today: dt.date) -> bool:
        """Whether somebody is the last one before a charge that begins on a later day."""
        if self.open is not None and self.open.first_on <= today:
            return False
        if self.before is None:
            return self.open is not None and user_id is None
        return user_id == self.before.user_id


def _seats(
    session: Session, customer_ids: Iterable[uuid.UUID]
) -> dict[tuple[uuid.UUID, Seat], _Seat]:
    """Seats that are held or will be; who only stands in beside the backup has none."""
    found: dict[tuple[uuid.UUID, Seat], _Seat] = defaultdict(_Seat)
    facts = queries.facts_of(session, list(customer_ids))
    for fact in facts:
        if fact.last_on is None:
            found[fact.customer_id, fact.seat].open = fact
    today = clock.today()
    for fact in facts:  # the oldest first: the last one before stays
        seat = found[fact.customer_id, fact.seat]
        if fact.last_on is None:
            continue
        begins = None if seat.open is None else seat.open.first_on
        if fact.seat is Seat.PRIMARY:
            is_before = fact.last_on >= today if begins is None else fact.last_on < begins
        else:
            is_before = fact.last_on + _ONE_DAY == begins
        if is_before:
            seat.before = fact
    return found


def _write(session: Session, seatings: Sequence[Seating], on: dt.date) -> int:
    """End and begin charges; returns how many seats changed hands."""
    session.flush()
    held = _seats(session, {each.customer_id for each in seatings})
    wanted = {(each.customer_id, each.seat): each.user_id for each in seatings}
    for (customer_id, seat), user_id in list(wanted.items()):
        backup = held[customer_id, Seat.BACKUP].open
        if seat is Seat.PRIMARY and backup is not None and backup.user_id == user_id:
            wanted.setdefault((customer_id, Seat.BACKUP), None)
    changed = {key: to for key, to in wanted.items() if _changes(held[key], to, on)}
    if not changed:
        return 0
    ends = _Ends(staff_queries.left_days(session))
    begun: list[dict[str, Any]] = []
    today = clock.today()
    for (customer_id, seat), user_id in changed.items():
        there, first = held[customer_id, seat], on
        if there.open is not None:
            is_ahead = there.open.first_on > today
            first = on if is_ahead else max(on, there.open.first_on)
            ends.end(there.open, first)
        before = there.before
        if before is not None and before.last_on is not None and before.last_on >= first:
            if before.user_id == user_id:
                ends.ended.append({"id": before.id, "last_on": None})
                continue
            ends.end(before, first)
        if user_id is not None:
            begun.append(holding(customer_id, user_id, seat, first))
    journal.bulk_delete(session, Holding, ends.gone)
    journal.bulk_update(session, Holding, ends.ended)
    journal.bulk_insert(session, Holding, begun)
    handover_tasks.follow(session, changed)
    return len(changed)


def _changes(seat: _Seat, user_id: uuid.UUID | None, on: dt.date) -> bool:
    """Whether somebody does not have a seat yet, or only from a later day on."""
    if seat.open is None or seat.open.user_id != user_id:
        return user_id is not None or seat.open is not None or seat.before is not None
    return on < seat.open.first_on > clock.today()


class _Ends:
    """Charges that end before a day, and those that would not have lasted one."""

    def __init__(self, left: Mapping[uuid.UUID, dt.date]) -> None:
        self._left = left
        self.gone: list[uuid.UUID] = []
        self.ended: list[dict[str, Any]] = []

    def end(self, fact: HoldingFact, first: dt.date) -> None:
        """A charge ends on the day before another one begins."""
        last = min(first - _ONE_DAY, self._left.get(fact.user_id, dt.date.max))
        if last < fact.first_on:
            self.gone.append(fact.id)
        else:
            self.ended.append({"id": fact.id, "last_on": last})


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
