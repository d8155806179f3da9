"""Tasks of handovers end when somebody else gets the seat: to tell customers, to find receivers."""

import uuid
from collections.abc import Collection, Mapping

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db import journal
from db.models import HandoverLine, Task
from db.queries import charges as queries
from db.vocabulary import HandoverState, Seat, TaskKind, TaskState
from desktop_app import clock
from desktop_app.i18n import _


def follow(session: Session, changed: Mapping[tuple[uuid.UUID, Seat], uuid.UUID | None]) -> None:
    """Seats of customers changed hands, nobody has one with None: end the tasks that are over."""
    drop_untrue(session, {customer for customer, _seat in changed})
    declined = _open_tasks(TaskKind.FIND_RECEIVER).where(
        HandoverLine.state == HandoverState.DECLINED
    )
    found = {
        key
        for key, customer, _to, seat in session.execute(declined)
        if changed.get((customer, Seat(seat))) is not None
    }
    _end(session, found, TaskState.DONE, _("Somebody else got the customer."))


def drop_untrue(session: Session, customer_ids: Collection[uuid.UUID]) -> None:
    """Drop the tasks to tell customers of somebody who is not in charge, and will not be."""
    told = _open_tasks(TaskKind.TELL_CUSTOMER).where(HandoverLine.seat == Seat.PRIMARY)
    rows = [row for row in session.execute(told) if row.customer_id in customer_ids]
    today = clock.today()
    true = {
        (fact.customer_id, fact.user_id)
        for fact in queries.facts_of(session, {row.customer_id for row in rows})
        if fact.seat is Seat.PRIMARY and (fact.last_on is None or fact.last_on >= today)
    }
    over = {row.id for row in rows if (row.customer_id, row.to_id) not in true}
    _end(session, over, TaskState.DROPPED, _("Somebody else is in charge."))


def _open_tasks(
    kind: TaskKind,
) -> Select[uuid.UUID, uuid.UUID, uuid.UUID | None, str]:
    """Key and customer of the open tasks of a kind; receiver and seat of what was handed over."""
    return (
        select(Task.id, HandoverLine.customer_id, HandoverLine.to_id, HandoverLine.seat)
        .join(
            HandoverLine,
            (HandoverLine.handover_id == Task.handover_id)
            & (HandoverLine.customer_id == Task.customer_id),
        )
        .where(Task.kind == kind, Task.state == TaskState.OPEN)
    )


def _end(session: Session, task_ids: Collection[uuid.UUID], state: TaskState, answer: str) -> None:
    values = {"state": state, "answer": answer, "done_on": clock.today()}
    journal.bulk_update(session, Task, [{"id": key, **values} for key in task_ids])
