"""Contact attempts and the next step that follows from them; visits stand in `visits`."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, ContactAttempt, Customer
from db.queries import interviews as interview_queries
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    Channel,
)
from desktop_app import clock
from desktop_app.domain.contact_rules import EFFECTIVE, Contact, Purpose
from desktop_app.domain.contacts import AttemptDraft, Proposal, propose_next
from desktop_app.domain.permissions import Action
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.errors import (
    InvalidInputError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, contact_permission
from desktop_app.services.contact_permission import Known
from desktop_app.services.visits import (
    cancel_visit,
    count_visits,
    finish_visit,
    list_visits,
    plan_visit,
)

__all__ = [
    "cancel_visit",
    "count_visits",
    "finish_visit",
    "list_visits",
    "log_attempt",
    "plan_visit",
    "proposals",
    "propose",
]

_FAILED: Final = frozenset(
    {AttemptResult.NO_ANSWER, AttemptResult.BUSY, AttemptResult.LEFT_MESSAGE}
)
_CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)

# ---------------------------------------------------------------- attempts


@dataclass(frozen=True, slots=True)
class SoFar:
    """What the next step of a case depends on besides the result."""

    failed_before: int
    is_interviewed: bool
    calendar: WorkCalendar

    def proposal(self, result: AttemptResult, day: dt.date) -> Proposal:
        """The next step after a result on a day."""
        return propose_next(
            result,
            day,
            failed_before=self.failed_before,
            is_interviewed=self.is_interviewed,
            calendar=self.calendar,
        )


def propose(
    session: Session, case_id: uuid.UUID, result: AttemptResult, day: dt.date
) -> Proposal | None:
    """The next step that `log_attempt` would set by itself; none that it would refuse.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    return _proposals(session, case_id, [result], day)[result]


def proposals(
    session: Session, case_id: uuid.UUID, day: dt.date
) -> dict[AttemptResult, Proposal | None]:
    """What `propose` says of every result, for a strip in which one is chosen by a key.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    return _proposals(session, case_id, AttemptResult, day)


def _proposals(
    session: Session, case_id: uuid.UUID, results: Iterable[AttemptResult], day: dt.date
) -> dict[AttemptResult, Proposal | None]:
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    customer = case_life.customer_of(session, case.customer_id)
    known, so_far = contact_permission.known_of(session, customer), _so_far(session, case)
    return {result: _propose(session, customer, result, day, known, so_far) for result in results}


def _propose(
    session: Session,
    customer: Customer,
    result: AttemptResult,
    day: dt.date,
    known: Known,
    so_far: SoFar,
) -> Proposal | None:
    if result is AttemptResult.DO_NOT_CONTACT:
        return None
    proposal = so_far.proposal(result, day)
    if not case_life.may_be_contacted(customer):
        return None if proposal.step in case_life.CONTACT_STEPS else proposal
    now = Contact(clock.now(), Channel.CALL, result in EFFECTIVE)
    return _moved(session, customer, proposal, _purpose(result), (now,), known)


def log_attempt(session: Session, case_id: uuid.UUID, draft: AttemptDraft) -> uuid.UUID:
    """Record a call, visit or message; returns its key.

    Nothing that happened is refused; the attempt keeps what the rules said of its moment. The
    case goes from assigned to contacting. Its next step is the one of the draft, or else what
    `domain.contacts.propose_next` says; a contact on a day on which none is allowed moves to the
    first day on which it is, and the history of the case says so. A customer who asks not to be
    contacted again is marked so; nothing further is planned with them, in no case, and planned
    visits are cancelled.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed or not assigned yet.
        InvalidInputError: the attempt lies in the future, or a contact is planned with a customer
            who is not to be contacted.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    if draft.at > clock.now() + _CLOCKS_DIFFER:
        raise InvalidInputError([Problem("at", _("An attempt cannot lie in the future."))])
    customer = case_life.customer_of(session, case.customer_id)
    refused = draft.result is AttemptResult.DO_NOT_CONTACT
    if not refused:
        case_life.check_step(customer, draft.next_step)
    journal.name_change(session, N_("Log an attempt on case {number}"), number=case.number)
    known = contact_permission.known_of(session, customer)
    proof = known.verdict(draft.at, draft.channel, _why(case, draft))
    if refused:
        case_life.set_values(customer, {"do_not_contact": True})
        note = _("The customer asked not to be contacted again.")
        case_life.stop_contact(session, [customer.id], note)
    planned = None if refused else _planned(session, case, customer, draft, known)
    step, due = (None, None) if planned is None else (planned.step, planned.due)
    attempt = ContactAttempt(
        case_id=case.id,
        customer_id=case.customer_id,
        channel=draft.channel,
        result=draft.result,
        at=draft.at,
        duration_seconds=draft.duration_seconds,
        by_id=access.actor(session).user_id,
        note=draft.note,
        next_step=step,
        next_due=due,
        is_informal=draft.is_informal,
        by_customer=draft.by_customer,
        proof=contact_permission.as_json(proof),
    )
    if planned is not None and planned.note:
        case_life.record(session, case, CaseEventKind.NOTE, note=planned.note)
    session.add(attempt)
    case_life.begin_contact(session, case)
    if _is_made(case, draft):
        case_life.clear_callback(case)
    case_life.plan(case, step, due)
    session.flush()
    return attempt.id


def _why(case: Case, draft: AttemptDraft) -> Purpose:
    """Why the customer was contacted: a callback that is due was asked for."""
    is_due = case.callback_at is not None and case.callback_at <= draft.at
    return Purpose.ASKED_FOR if draft.by_customer or is_due else Purpose.ORDINARY


def _is_made(case: Case, draft: AttemptDraft) -> bool:
    """Whether an attempt is the callback that was agreed on, or makes it needless."""
    if case.callback_at is None:
        return False
    spoken = draft.channel is Channel.CALL and draft.result in EFFECTIVE
    return spoken or draft.at >= case.callback_at


def _purpose(result: AttemptResult) -> Purpose:
    """Why the next contact takes place: who asks to be called back is called back."""
    return Purpose.ASKED_FOR if result is AttemptResult.CALLBACK else Purpose.ORDINARY


def _planned(
    session: Session, case: Case, customer: Customer, draft: AttemptDraft, known: Known
) -> Proposal | None:
    day = clock.local(draft.at).date()
    if draft.next_step is not None and draft.next_due is not None:
        proposal = Proposal(draft.next_step, draft.next_due)
    else:
        proposal = _so_far(session, case).proposal(draft.result, day)
    if not case_life.may_be_contacted(customer):
        return None if proposal.step in case_life.CONTACT_STEPS else proposal
    flags = (draft.result in EFFECTIVE, draft.is_informal, draft.by_customer)
    this = Contact(draft.at, draft.channel, *flags)
    return _moved(session, customer, proposal, _purpose(draft.result), (this,), known)


def _moved(
    session: Session,
    customer: Customer,
    proposal: Proposal,
    purpose: Purpose,
    also: tuple[Contact, ...],
    known: Known,
) -> Proposal:
    """The proposal on the first day on which it is allowed."""
    planned = contact_permission.first_day(
        session, customer, proposal.step, proposal.due, purpose=purpose, also=also, known=known
    )
    return Proposal(proposal.step, planned.due, planned.note)


def _so_far(session: Session, case: Case) -> SoFar:
    return SoFar(
        _failed_in_a_row(session, case.id),
        interview_queries.newest_finished_exit(session, case.id) is not None,
        calendar.work_calendar(session),
    )


def _failed_in_a_row(session: Session, case_id: uuid.UUID) -> int:
    newest_first = (
        select(ContactAttempt.result)
        .where(ContactAttempt.case_id == case_id)
        .order_by(ContactAttempt.at.desc(), ContactAttempt.id.desc())
    )
    count = 0
    for result in session.scalars(newest_first):
        if result not in _FAILED:
            break
        count += 1
    return count
