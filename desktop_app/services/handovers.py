"""Handovers (S3-49): proposed, committed, then accepted or declined by the receivers.

A handover takes effect when it is committed, as one change set; no customer waits without anybody
for an answer. Who declines keeps the customer until somebody hands it over again: whoever made the
handover gets a task to find a receiver.
"""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy.orm import Session

from db import journal
from db.models import Customer, Handover, HandoverLine, Task, User
from db.queries import handovers as queries
from db.queries.handovers import HandoverRow, LineRow
from db.vocabulary import ChangeKind, Fate, HandoverState, TaskKind, TaskState
from desktop_app import clock
from desktop_app.domain.handover_drafts import ExitDraft, HandoverDraft
from desktop_app.domain.handover_tidy import Tidy, tidy_word
from desktop_app.domain.permissions import Action
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar
from desktop_app.services.employee_exits import ExitRow, churn_by_tenure, exits, record_exit
from desktop_app.services.handover_commit import Choice, CommitResult, hand_over
from desktop_app.services.handover_plan import Proposal, ProposedLine, ReceiverLoad, propose

__all__ = [
    "Choice",
    "CommitResult",
    "ExitDraft",
    "ExitRow",
    "Fate",
    "HandoverDraft",
    "HandoverRow",
    "LineRow",
    "Proposal",
    "ProposedLine",
    "ReceiverLoad",
    "Tidy",
    "accept",
    "churn_by_tenure",
    "count_waiting",
    "decline",
    "exits",
    "hand_over",
    "lines",
    "list_handovers",
    "propose",
    "record_exit",
    "tidy_word",
    "waiting_for",
]


def list_handovers(session: Session) -> list[HandoverRow]:
    """Handovers with a customer the actor sees, the newest first."""
    access.require(session, Action.VIEW)
    return queries.handovers(session, access.visible(session))


def lines(session: Session, handover_id: uuid.UUID) -> list[LineRow]:
    """The customers of a handover that the actor sees, by number."""
    access.require(session, Action.VIEW)
    return queries.lines(
        session, HandoverLine.handover_id == handover_id, visible=access.visible(session)
    )


def waiting_for(session: Session, user_id: uuid.UUID) -> list[LineRow]:
    """What somebody got and has not answered yet, of customers the actor sees; newest first."""
    access.require(session, Action.VIEW)
    return queries.lines(
        session,
        HandoverLine.to_id == user_id,
        queries.is_waiting(),
        visible=access.visible(session),
    )


def count_waiting(session: Session) -> int:
    """How many customers the actor got and has not answered yet."""
    access.require(session, Action.VIEW)
    mine = access.actor(session).user_id
    return 0 if mine is None else len(waiting_for(session, mine))


def accept(session: Session, line_ids: Collection[uuid.UUID]) -> None:
    """The receiver takes the customers on; whoever hands over may say so in their name.

    Raises:
        NotFoundError, NotAllowedError: a line is gone, or somebody else's.
        ConflictError: it was answered already, or nobody got that customer.
    """
    access.require(session, Action.DO_TASK)
    found = _waiting(session, line_ids)
    title = N_("Accept {count} customers handed over")
    journal.name_change(session, title, kind=ChangeKind.BULK, count=len(found))
    _answer(session, found, HandoverState.ACCEPTED, "")


def decline(session: Session, line_ids: Collection[uuid.UUID], note: str) -> None:
    """The receiver says no, and why; the maker of the handover is to find somebody else.

    Until then the customer stays with the receiver.

    Raises:
        NotFoundError, NotAllowedError, ConflictError: as `accept`.
        InvalidInputError: no reason is given.
    """
    access.require(session, Action.DO_TASK)
    if not note.strip():
        text = _("Say why, so that others can follow it.")
        raise InvalidInputError([Problem("note", text)])
    found = _waiting(session, line_ids)
    title = N_("Decline {count} customers handed over")
    journal.name_change(session, title, kind=ChangeKind.BULK, count=len(found))
    _answer(session, found, HandoverState.DECLINED, note.strip())
    me = access.actor(session)
    due = calendar.work_calendar(session).add_working_days(clock.today(), 1)
    for line in found:
        customer = session.get_one(Customer, line.customer_id)
        maker = session.get_one(Handover, line.handover_id).by_id
        user = None if maker is None else session.get(User, maker)
        owner = maker if user is not None and user.is_active else me.user_id
        if owner is None:
            continue
        text = _("{name} declined {customer}: {reason}")
        session.add(
            Task(
                kind=TaskKind.FIND_RECEIVER,
                words=text.format(name=me.name, customer=customer.name, reason=note.strip()),
                customer_id=customer.id,
                owner_id=owner,
                due_on=due,
                state=TaskState.OPEN,
                handover_id=line.handover_id,
            )
        )
    session.flush()


def _waiting(session: Session, line_ids: Collection[uuid.UUID]) -> list[HandoverLine]:
    """Lines that wait for an answer which the actor may give."""
    me, found = access.actor(session).user_id, []
    may_any = access.may(session, Action.HAND_OVER)
    for line_id in dict.fromkeys(line_ids):
        line = session.get(HandoverLine, line_id)
        if line is None:
            raise NotFoundError(_("This handover is gone."))
        if line.to_id != me or me is None:
            if not may_any:
                raise NotAllowedError(_("This customer was handed over to somebody else."))
            access.require_customer(session, session.get_one(Customer, line.customer_id))
        if line.to_id is None or line.state != HandoverState.WAITING:
            text = _("This was answered already, or nobody got the customer. Reload the list.")
            raise ConflictError(text)
        found.append(line)
    return found


def _answer(
    session: Session, found: Sequence[HandoverLine], state: HandoverState, note: str
) -> None:
    for line in found:
        line.state, line.answered_at = state, clock.now()
        if note:
            line.note = note
    session.flush()
