"""Work that goes from one person to another: only handovers move it."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from db import journal
from db.base import Base
from db.models import (
    Case,
    CaseEvent,
    Complaint,
    Promise,
    Recovery,
    Renewal,
    Task,
    Visit,
)
from db.queries.handovers import Goes, Work
from db.vocabulary import CaseEventKind
from desktop_app import clock
from desktop_app.services import access, case_life, charge_book

KINDS: Final = ("cases", "visits", "promises", "complaints", "recoveries", "renewals", "tasks")
"""What goes over with a customer: fields of `Work`."""
_OWNERS: Final[Mapping[str, tuple[type[Base], str]]] = {
    "visits": (Visit, "by_id"),
    "promises": (Promise, "owner_id"),
    "complaints": (Complaint, "owner_id"),
    "recoveries": (Recovery, "owner_id"),
    "renewals": (Renewal, "owner_id"),
    "tasks": (Task, "owner_id"),
}
"""What only gets another owner, and in which column."""

Receiver = Callable[[Goes], uuid.UUID | None]
"""Who gets a row; None: it stays where it is."""


def going(work: Work, name: str, receiver: Receiver) -> list[tuple[Goes, uuid.UUID]]:
    """The rows of one kind that go to somebody, and to whom."""
    rows: Iterable[Goes] = getattr(work, name)
    return [(row, to) for row in rows if (to := receiver(row)) is not None]


def move(session: Session, work: Work, name: str, receiver: Receiver) -> None:
    """Give the rows of one kind to their receivers; of a case its history tells it."""
    found = going(work, name, receiver)
    if name == "cases":
        _move_cases(session, work, found)
        return
    model, column = _OWNERS[name]
    journal.bulk_update(session, model, [{"id": row.id, column: to} for row, to in found])


def _move_cases(session: Session, work: Work, found: list[tuple[Goes, uuid.UUID]]) -> None:
    names = charge_book.names(session)
    who = {"at": clock.now(), "by_id": access.actor(session).user_id}
    changes, events = list[dict[str, Any]](), list[dict[str, Any]]()
    for row, to in found:
        stage = work.stages[row.id]
        changes.append({"id": row.id, **case_life.owner_values(row.owner_id, to)})
        event = {"case_id": row.id, "kind": CaseEventKind.ASSIGNED, "note": names[to]}
        events.append({**event, **who, "old_value": stage, "new_value": stage})
    journal.bulk_insert(session, CaseEvent, events)
    journal.bulk_update(session, Case, changes)
