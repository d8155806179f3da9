"""Contact attempts and visits, and the next step that follows from them."""

import datetime as dt
import uuid
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, ContactAttempt, Customer, Visit
from db.queries import interviews as interview_queries
from db.queries import visits as visit_queries
from db.queries.paging import Sort
from db.queries.visits import VisitFilter, VisitRow
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    CaseStage,
    Channel,
    NextStep,
    VisitState,
)
from desktop_app import clock
from desktop_app.domain.contact_rules import EFFECTIVE, Contact, Purpose
from desktop_app.domain.contacts import AttemptDraft, Proposal, VisitDraft, propose_next
from desktop_app.domain.permissions import Action
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, contact_permission, phones

_FAILED: Final = frozenset(
    {AttemptResult.NO_ANSWER, AttemptResult.BUSY, AttemptResult.LEFT_MESSAGE}
)
_CLOCKS_DIFFER: Final = dt.timedelta(minutes=5)

# ---------------------------------------------------------------- attempts


def propose(
    session: Session, case_id: uuid.UUID, result: AttemptResult, day: dt.date
) -> Proposal | None:
    """The next step that `log_attempt` would set by itself; none that it would refuse.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    customer = case_life.customer_of(session, case.customer_id)
    if result is AttemptResult.DO_NOT_CONTACT:
        return None
    proposal = _proposal(session, case, result, day)
    if not case_life.may_be_contacted(customer):
        return None if proposal.step in case_life.CONTACT_STEPS else proposal
    now = Contact(clock.now(), Channel.CALL, result in EFFECTIVE)
    return _moved(session, customer, proposal, _purpose(result), (now,))


def proposals(
    session: Session, case_id: uuid.UUID, day: dt.date
) -> dict[AttemptResult, Proposal | None]:
    """What `propose` says of every result, for a strip in which one is chosen by a key.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    return {result: propose(session, case_id, result, day) for result in AttemptResult}


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
    proof = contact_permission.verdict(
        session, customer, draft.at, draft.channel, _why(case, draft)
    )
    if refused:
        case_life.set_values(customer, {"do_not_contact": True})
        note = _("The customer asked not to be contacted again.")
        case_life.stop_contact(session, [customer.id], note)
    planned = None if refused else _planned(session, case, customer, draft)
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
    session: Session, case: Case, customer: Customer, draft: AttemptDraft
) -> Proposal | None:
    day = clock.local(draft.at).date()
    if draft.next_step is not None and draft.next_due is not None:
        proposal = Proposal(draft.next_step, draft.next_due)
    else:
        proposal = _proposal(session, case, draft.result, day)
    if not case_life.may_be_contacted(customer):
        return None if proposal.step in case_life.CONTACT_STEPS else proposal
    flags = (draft.result in EFFECTIVE, draft.is_informal, draft.by_customer)
    this = Contact(draft.at, draft.channel, *flags)
    return _moved(session, customer, proposal, _purpose(draft.result), (this,))


def _moved(
    session: Session,
    customer: Customer,
    proposal: Proposal,
    purpose: Purpose,
    also: tuple[Contact, ...],
) -> Proposal:
    """The proposal on the first day on which it is allowed."""
    planned = contact_permission.first_day(
        session, customer, proposal.step, proposal.due, purpose=purpose, also=also
    )
    return Proposal(proposal.step, planned.due, planned.note)


def _proposal(session: Session, case: Case, result: AttemptResult, day: dt.date) -> Proposal:
    return propose_next(
        result,
        day,
        failed_before=_failed_in_a_row(session, case.id),
        is_interviewed=interview_queries.newest_finished_exit(session, case.id) is not None,
        calendar=calendar.work_calendar(session),
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


# ---------------------------------------------------------------- visits


def count_visits(session: Session, criteria: VisitFilter) -> int:
    """How many of the visits the actor sees fit."""
    access.require(session, Action.VIEW)
    return visit_queries.count_visits(session, access.limited(session, criteria))


def list_visits(
    session: Session,
    criteria: VisitFilter,
    sort: Sort | None = None,
    offset: int = 0,
    limit: int = 200,
) -> list[VisitRow]:
    """One page of the visits the actor sees, phones masked."""
    access.require(session, Action.VIEW)
    limited = access.limited(session, criteria)
    return phones.masked_rows(visit_queries.list_visits(session, limited, sort, offset, limit))


def plan_visit(
    session: Session, case_id: uuid.UUID | None, customer_id: uuid.UUID, draft: VisitDraft
) -> uuid.UUID:
    """Plan a visit, or record one that was made; returns its key.

    A visit planned for a case is the case's next step. Whoever works on the case makes it, else
    the actor.

    Raises:
        NotFoundError, NotAllowedError: the case or customer is gone or out of reach.
        ConflictError: the case is closed or not assigned yet.
        InvalidInputError: case and customer do not belong together, the visit is cancelled or
            made in the future, or planned with a customer who is not to be contacted.
    """
    access.require(session, Action.WORK_CASE)
    customer = case_life.customer_of(session, customer_id)
    if case_id is None:
        access.require_customer(session, customer)
    case = None if case_id is None else case_life.load_assigned(session, case_id)
    _check_visit(case, customer, draft)
    if draft.state is VisitState.DONE:
        journal.name_change(session, N_("Record a visit to {name}"), name=customer.name)
    else:
        journal.name_change(session, N_("Plan a visit to {name}"), name=customer.name)
    owner = case_life.active_owner(session, case) if case is not None else None
    visit = Visit(
        case_id=case_id,
        customer_id=customer_id,
        by_id=owner.id if owner is not None else access.actor(session).user_id,
        **draft.model_dump(),
    )
    session.add(visit)
    if case is not None:
        if draft.state is VisitState.DONE:
            case_life.begin_contact(session, case)
        else:
            case_life.plan(case, NextStep.VISIT, draft.planned_on)
    session.flush()
    return visit.id


def _check_visit(case: Case | None, customer: Customer, draft: VisitDraft) -> None:
    problems: list[Problem] = []
    if case is not None and case.customer_id != customer.id:
        problems.append(Problem("customer", _("The case belongs to another customer.")))
    if draft.state is VisitState.CANCELLED:
        problems.append(Problem("state", _("A new visit is planned or made, not cancelled.")))
    if draft.done_on is not None and draft.done_on > clock.today():
        problems.append(Problem("done_on", _("The day of the visit lies in the future.")))
    if draft.state is VisitState.PLANNED and not case_life.may_be_contacted(customer):
        text = _("This customer is not to be contacted any more.")
        problems.append(Problem("planned_on", text))
    if problems:
        raise InvalidInputError(problems)


def finish_visit(session: Session, visit_id: uuid.UUID, done_on: dt.date, note: str = "") -> None:
    """Say that a planned visit was made; an assigned case goes to contacting.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone or out of reach.
        ConflictError: it was made or cancelled already.
        InvalidInputError: the day lies in the future.
    """
    access.require(session, Action.WORK_CASE)
    visit = _load_planned(session, visit_id)
    if done_on > clock.today():
        text = _("The day of the visit lies in the future.")
        raise InvalidInputError([Problem("done_on", text)])
    customer = case_life.customer_of(session, visit.customer_id)
    journal.name_change(session, N_("Finish the visit to {name}"), name=customer.name)
    values = {"state": VisitState.DONE, "done_on": done_on}
    case_life.set_values(visit, values | {"note": note.strip() or visit.note})
    case = _release_step(session, visit)
    if case is not None:
        case_life.begin_contact(session, case)
    session.flush()


def cancel_visit(session: Session, visit_id: uuid.UUID, note: str = "") -> None:
    """Cancel a planned visit; a case that waited for it has no next step then.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone or out of reach.
        ConflictError: it was made or cancelled already.
    """
    access.require(session, Action.WORK_CASE)
    visit = _load_planned(session, visit_id)
    customer = case_life.customer_of(session, visit.customer_id)
    journal.name_change(session, N_("Cancel the visit to {name}"), name=customer.name)
    values = {"state": VisitState.CANCELLED, "note": note.strip() or visit.note}
    case_life.set_values(visit, values)
    _release_step(session, visit)
    session.flush()


def _load_planned(session: Session, visit_id: uuid.UUID) -> Visit:
    visit = session.get(Visit, visit_id)
    if visit is None:
        raise NotFoundError(_("This visit is gone."))
    session.flush()
    if not visit_queries.is_seen(session, visit_id, access.visible(session)):
        raise NotAllowedError(_("This visit belongs to somebody else."))
    if visit.state != VisitState.PLANNED:
        raise ConflictError(_("This visit was made or cancelled already."))
    return visit


def _release_step(session: Session, visit: Visit) -> Case | None:
    """The open case of a visit; its next step is taken away if it was this visit."""
    if visit.case_id is None:
        return None
    case = session.get_one(Case, visit.case_id)
    if case.stage == CaseStage.CLOSED:
        return None
    if case.next_step == NextStep.VISIT and case.next_due == visit.planned_on:
        case_life.plan(case, None, None)
    return case
