"""Handovers made ahead: on their day the receivers become the owners, and the work goes over.

Until then owner, cases, promises, tasks and the rest stay with the giver; only the visits from the
day on were given at once. Who gets it is whoever is in charge on that day.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from db import journal
from db.models import Customer, HandoverLine
from db.queries import charges as charge_queries
from db.queries import handovers as queries
from db.queries.charges import HoldingFact
from db.queries.handovers import DueLine, Goes
from db.vocabulary import Fate, Seat
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.services import access, handover_moves

_Facts = Mapping[uuid.UUID, Sequence[HoldingFact]]


def begin(session: Session) -> int:
    """Let charges and handovers whose day has come take effect; returns how many customers go over.

    Those of customers the actor sees, in the open change set.
    """
    access.require(session, Action.DO_TASK)
    today, visible = clock.today(), access.visible(session)
    owners = charge_queries.misplaced(session, today, visible)
    due = queries.due_lines(session, today, visible)
    facts: dict[uuid.UUID, list[HoldingFact]] = defaultdict(list)
    for fact in charge_queries.facts_of(session, {line.customer_id for line in due}):
        facts[fact.customer_id].append(fact)
    for handover_id in dict.fromkeys(line.handover_id for line in due):
        lines = [line for line in due if line.handover_id == handover_id]
        _move(session, facts, lines, today)
    rows = [{"id": one.customer_id, "owner_id": one.should} for one in owners]
    journal.bulk_update(session, Customer, rows)
    done = [{"id": line.id, "fate": Fate.TRANSFERRED} for line in due]
    journal.bulk_update(session, HandoverLine, done)
    return len({line.customer_id for line in due} | {one.customer_id for one in owners})


def _move(session: Session, facts: _Facts, lines: Sequence[DueLine], today: dt.date) -> None:
    """What the giver of one handover still has goes to whoever is in charge now."""
    ways: dict[uuid.UUID, tuple[uuid.UUID, uuid.UUID]] = {}
    for line in sorted(lines, key=lambda each: each.seat is Seat.PRIMARY):  # it counts, if both do
        giver = _giver(facts, line)
        to = _holder(facts, line.customer_id, line.seat, today)
        if giver is not None and to is not None and giver != to:
            ways[line.customer_id] = giver, to

    def receiver(row: Goes) -> uuid.UUID | None:
        giver, to = ways[row.customer_id]
        return to if row.owner_id == giver else None

    work = queries.work(session, list(ways), today, today)
    for name in handover_moves.KINDS:
        handover_moves.move(session, work, name, receiver)


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
    """Who has a seat for good on a day."""
    found = [
        fact.user_id
        for fact in facts[customer_id]
        if fact.seat is seat and fact.last_on is None and fact.first_on <= today
    ]
    return found[0] if found else None
