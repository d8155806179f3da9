"""Handovers made ahead: on their day the receivers become the owners, and the work goes over.

Until then owner, cases, promises, tasks and the rest stay with the giver; only the visits from the
day on were given at once. Who gets it is whoever has the seat on that day; if that is nobody, or
still the giver, nothing goes over and those visits come back. Who left before it gets nothing.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from db import journal
from db.models import Customer, HandoverLine, Holding
from db.queries import charges as charge_queries
from db.queries import handovers as queries
from db.queries import staff_profiles as staff_queries
from db.queries.charges import HoldingFact
from db.queries.handovers import DueLine, Goes
from db.vocabulary import Fate, Seat
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.services import access, handover_moves, handover_tasks

_ONE_DAY = dt.timedelta(days=1)
_Facts = Mapping[uuid.UUID, Sequence[HoldingFact]]


def begin(session: Session) -> int:
    """Let charges and handovers whose day has come take effect; returns how many customers go over.

    Those of customers the actor sees, in the open change set.
    """
    access.require(session, Action.DO_TASK)
    today, visible = clock.today(), access.visible(session)
    found = queries.due_lines(session, today, visible)
    coming = {one.customer_id for one in charge_queries.misplaced(session, today, visible)}
    _take_back(session, coming | {line.customer_id for line in found}, today)
    owners = charge_queries.misplaced(session, today, visible)
    facts: dict[uuid.UUID, list[HoldingFact]] = defaultdict(list)
    for fact in charge_queries.facts_of(session, {line.customer_id for line in found}):
        facts[fact.customer_id].append(fact)
    due = [line for line in found if not _begins_later(facts, line, today)]
    over = {line.customer_id for line in due} | {one.customer_id for one in owners}
    handover_tasks.drop_untrue(session, over)
    for handover_id in dict.fromkeys(line.handover_id for line in due):
        lines = [line for line in due if line.handover_id == handover_id]
        _move(session, facts, lines, today)
        _give_back(session, facts, lines, today)
    rows = [{"id": one.customer_id, "owner_id": one.should} for one in owners]
    journal.bulk_update(session, Customer, rows)
    gone = [
        line
        for line in due
        if _holder(facts, line.customer_id, line.seat, today) not in {None, line.from_id}
    ]
    kept = [{"id": line.id, "to_id": None} for line in due if line not in gone]
    journal.bulk_update(session, HandoverLine, kept)
    done = [{"id": line.id, "fate": Fate.TRANSFERRED} for line in gone]
    journal.bulk_update(session, HandoverLine, done)
    return len({line.customer_id for line in gone} | {one.customer_id for one in owners})


def _take_back(session: Session, customer_ids: Collection[uuid.UUID], today: dt.date) -> None:
    """A seat of somebody who left before the first day in it stays with whoever had it before."""
    left = staff_queries.left_days(session)
    facts = charge_queries.facts_of(session, customer_ids)
    gone = [
        fact
        for fact in facts
        if left.get(fact.user_id, dt.date.max) < fact.first_on <= today
        and (fact.last_on is None or fact.last_on >= today)
    ]
    stays = list[dict[str, Any]]()
    for lost in gone:
        before = [
            fact
            for fact in facts
            if (fact.customer_id, fact.seat) == (lost.customer_id, lost.seat)
            and fact.last_on is not None
            and fact.last_on in {lost.first_on - _ONE_DAY, left.get(fact.user_id)}
        ]
        stays += [{"id": fact.id, "last_on": lost.last_on} for fact in before[-1:]]
    journal.bulk_delete(session, Holding, [fact.id for fact in gone])
    journal.bulk_update(session, Holding, stays)


def _begins_later(facts: _Facts, line: DueLine, today: dt.date) -> bool:
    """Whether the receiver got a seat that begins later than the handover itself."""
    return any(
        fact.seat is line.seat and fact.user_id == line.to_id and fact.first_on > today
        for fact in facts[line.customer_id]
    )


def _move(session: Session, facts: _Facts, lines: Sequence[DueLine], today: dt.date) -> None:
    """What the giver of one handover still has goes to whoever is in charge now."""
    ways: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID]] = {}
    for line in sorted(lines, key=lambda each: each.seat is Seat.PRIMARY):  # it counts, if both do
        giver = _giver(facts, line)
        to = _holder(facts, line.customer_id, line.seat, today)
        if giver is not None and to is not None and giver != to:
            ways[line.customer_id] = giver, to
    work = queries.work(session, list(ways), today, today)
    for name in handover_moves.KINDS:
        handover_moves.move(session, work, name, _by(ways))


def _give_back(session: Session, facts: _Facts, lines: Sequence[DueLine], today: dt.date) -> None:
    """Visits given at once to who has no seat after all go to who has it, else to the giver."""
    ways: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID]] = {}
    for line in lines:
        held = {seat: _holder(facts, line.customer_id, seat, today) for seat in Seat}
        to = held[line.seat] or _giver(facts, line)
        if to is not None and line.to_id not in held.values():
            ways[line.customer_id] = line.to_id, to
    if ways:
        first = lines[0].on
        work = queries.work(session, list(ways), first, first - _ONE_DAY)
        handover_moves.move(session, work, "visits", _by(ways))


def _by(ways: Mapping[uuid.UUID, tuple[uuid.UUID, uuid.UUID]]) -> handover_moves.Receiver:
    """What somebody has for a customer goes to somebody else."""

    def receiver(row: Goes) -> uuid.UUID | None:
        giver, to = ways[row.customer_id]
        return to if row.owner_id == giver else None

    return receiver


def _giver(facts: _Facts, line: DueLine) -> uuid.UUID | None:
    """Whose work goes over with a seat; None: nobody's."""
    ended = [
        fact.user_id
        for fact in facts[line.customer_id]
        if fact.seat is line.seat and fact.last_on is not None and fact.last_on < line.on
    ]
    if line.seat is Seat.BACKUP:  # else it is the seat of a backup who moves up
        return line.from_id if line.from_id in ended else None
    return line.from_id or (ended[-1] if ended else None)


def _holder(facts: _Facts, customer_id: uuid.UUID, seat: Seat, today: dt.date) -> uuid.UUID | None:
    """Who has a seat on a day, for good or until the next one begins."""
    mine = [fact for fact in facts[customer_id] if fact.seat is seat]
    begins = {fact.first_on for fact in mine}
    found = [
        fact.user_id
        for fact in mine
        if fact.first_on <= today
        and (
            fact.last_on is None
            or (
                fact.last_on >= today
                and (seat is Seat.PRIMARY or fact.last_on + _ONE_DAY in begins)
            )
        )
    ]
    return found[-1] if found else None
