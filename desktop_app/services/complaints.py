"""Complaints: listen, record, verify, answer, in this order and by a day (requirements 2.7).

"Cannot be met", said in time, is an answer; no answer is not (S4f-50).
"""

import datetime as dt
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Complaint, CustomerStat
from db.queries import follow_up
from db.queries import promises as queries
from db.queries.follow_up import FollowFilter
from db.queries.promises import ComplaintRow
from db.vocabulary import CustomerClass, ReplyKind
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.promises import (
    COMPLAINT_WORDS,
    ComplaintDraft,
    ComplaintStep,
    complaint_due,
    handled,
    is_late,
    next_complaint_step,
)
from desktop_app.domain.promises import proposed_churn_type as retaliation
from desktop_app.domain.rates import Rate
from desktop_app.domain.reasons import ChurnType
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, promises

__all__ = [
    "ComplaintRow",
    "answer",
    "answered_in_time",
    "find",
    "hand_over",
    "list_complaints",
    "listen",
    "overdue",
    "proposed_churn_type",
    "record",
    "verify",
]


def list_complaints(
    session: Session,
    *,
    customer_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    open_only: bool = False,
) -> tuple[ComplaintRow, ...]:
    """Complaints of customers the actor sees and those the actor deals with."""
    access.require(session, Action.VIEW)
    conditions = queries.that_are(Complaint, customer_id, case_id, open_only=open_only)
    return queries.complaints(session, *conditions, visible=access.visible(session))


def find(session: Session, criteria: FollowFilter) -> tuple[ComplaintRow, ...]:
    """Complaints that fit: open ones first, the earliest due on top; then the answered ones."""
    access.require(session, Action.VIEW)
    conditions = follow_up.complaint_conditions(session, criteria)
    rows = queries.complaints(session, *conditions, visible=access.visible(session))
    ended = [row for row in rows if row.answered_at is not None]
    ended.sort(key=lambda row: row.answered_at or row.listened_at, reverse=True)
    return (*(row for row in rows if row.answered_at is None), *ended)


def overdue(session: Session) -> tuple[ComplaintRow, ...]:
    """Complaints past their day without an answer."""
    access.require(session, Action.VIEW)
    return queries.complaints(
        session,
        Complaint.answered_at.is_(None),
        Complaint.due_on < clock.today(),
        visible=access.visible(session),
    )


def answered_in_time(
    session: Session, start: dt.date | None = None, end: dt.date | None = None
) -> Rate:
    """Complaints answered by their day of those due in a period; open and past due is late."""
    access.require(session, Action.REPORT)
    conditions = queries.due_between(Complaint, start, end)
    rows = queries.complaints(session, *conditions, visible=access.visible(session))
    return handled(rows, clock.today())


def proposed_churn_type(session: Session, case_id: uuid.UUID) -> ChurnType | None:
    """Retaliation, when a passive case has a complaint that is open or was answered late.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    rows = queries.complaints(session, Complaint.customer_id == case.customer_id)
    today = clock.today()
    waits = any(row.answered_on is None or is_late(row, today) for row in rows)
    return retaliation(case.churn_type, open_or_late_complaint=waits)


# ---------------------------------------------------------------- the four steps


def listen(
    session: Session,
    customer_id: uuid.UUID,
    draft: ComplaintDraft,
    case_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """A customer complains: the first step; returns the key of the complaint.

    Its day follows from the customer's class and the working calendar.

    Raises:
        NotFoundError, NotAllowedError: the customer or case is gone or out of reach.
        InvalidInputError: the owner does not work here, or the case is another customer's.
    """
    access.require(session, Action.WORK_CASE)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    promises.check_case(session, customer_id, case_id)
    promises.check_owner(session, draft.owner_id)
    journal.name_change(session, N_("Complaint of {name}"), name=customer.name)
    klass = session.scalar(
        select(CustomerStat.klass).where(CustomerStat.customer_id == customer_id)
    )
    complaint = Complaint(
        **draft.model_dump(),
        customer_id=customer_id,
        case_id=case_id,
        due_on=complaint_due(
            clock.today(),
            None if klass is None else CustomerClass(klass),
            promises.settings(session),
            calendar.work_calendar(session),
        ),
        listened_at=clock.now(),
    )
    session.add(complaint)
    session.flush()
    return complaint.id


def record(session: Session, complaint_id: uuid.UUID, words: str) -> None:
    """Write down what the customer demands: the second step. Raises as `answer`."""
    access.require(session, Action.WORK_CASE)
    complaint = _at(session, complaint_id, ComplaintStep.RECORD)
    if not words.strip():
        text = _("Write down what the customer demands.")
        raise InvalidInputError([Problem("words", text)])
    complaint.words = words.strip()
    complaint.recorded_at = clock.now()
    session.flush()


def verify(session: Session, complaint_id: uuid.UUID, *, is_true: bool) -> None:
    """Say whether it is true: the third step. Raises as `answer`."""
    access.require(session, Action.WORK_CASE)
    complaint = _at(session, complaint_id, ComplaintStep.VERIFY)
    complaint.is_true = is_true
    complaint.verified_at = clock.now()
    session.flush()


def answer(session: Session, complaint_id: uuid.UUID, reply: ReplyKind, words: str) -> None:
    """Tell the customer what was done, or that it cannot be met: the last step.

    Raises:
        NotFoundError, NotAllowedError: the complaint is gone or out of reach.
        ConflictError: another step comes first, or all are done.
        InvalidInputError: nothing was said.
    """
    access.require(session, Action.WORK_CASE)
    complaint = _at(session, complaint_id, ComplaintStep.FEEDBACK)
    if not words.strip():
        text = _("Say what the customer was told.")
        raise InvalidInputError([Problem("words", text)])
    complaint.answer = reply
    complaint.answer_words = words.strip()
    complaint.answered_at = clock.now()
    session.flush()


def hand_over(session: Session, complaint_id: uuid.UUID, owner_id: uuid.UUID | None) -> None:
    """Say who deals with a complaint, as a rule in the back office; None is nobody yet.

    Raises:
        NotFoundError, NotAllowedError: the complaint is gone or out of reach.
        ConflictError: it is answered.
        InvalidInputError: the owner does not work here.
    """
    access.require(session, Action.WORK_CASE)
    complaint = _load(session, complaint_id)
    if complaint.answered_at is not None:
        raise ConflictError(_("This complaint is answered."))
    promises.check_owner(session, owner_id)
    name = case_life.customer_of(session, complaint.customer_id).name
    journal.name_change(session, N_("Hand over the complaint of {name}"), name=name)
    case_life.set_values(complaint, {"owner_id": owner_id})
    session.flush()


def _load(session: Session, complaint_id: uuid.UUID) -> Complaint:
    complaint = session.get(Complaint, complaint_id)
    if complaint is None:
        raise NotFoundError(_("This complaint is gone."))
    promises.require_reach(session, complaint)
    return complaint


def _at(session: Session, complaint_id: uuid.UUID, step: ComplaintStep) -> Complaint:
    """A complaint whose next step is this one; names the change."""
    complaint = _load(session, complaint_id)
    moments = (complaint.recorded_at, complaint.verified_at, complaint.answered_at)
    due = next_complaint_step((True, *(moment is not None for moment in moments)))
    if due is None:
        raise ConflictError(_("This complaint is answered."))
    if due is not step:
        raise ConflictError(_("First comes: {step}.").format(step=_(COMPLAINT_WORDS[due])))
    name = case_life.customer_of(session, complaint.customer_id).name
    journal.name_change(session, N_("Deal with the complaint of {name}"), name=name)
    return complaint
