"""Service recovery: four steps in order with time limits; loss, compensation, what is left.

Also the way of customers who do not pay in bad faith: credit check, prepayment, legal steps.
"""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal
from db.models import Case, CaseEvent, Complaint, Promise, Recovery, RecoveryStep, User
from db.queries import follow_up
from db.queries import promises as queries
from db.queries.follow_up import FollowFilter
from db.queries.promises import RecoveryRow, StepRow
from db.queries.scope import contactable
from db.vocabulary import CaseEventKind, CaseStage, CostKind, RecoveryStepKind
from desktop_app import clock, labels
from desktop_app.domain.arrears import ArrearsStep, is_malicious
from desktop_app.domain.permissions import Action
from desktop_app.domain.promises import RecoveryDraft, recovery_due
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, calendar, case_life, costs, promises

__all__ = [
    "ArrearsItem",
    "RecoveryRow",
    "StepRow",
    "arrears_checklist",
    "begin",
    "begin_for_broken_promises",
    "do_step",
    "find",
    "hand_over",
    "late_steps",
    "of_case",
    "of_customer",
    "set_money",
    "take_arrears_step",
]


@dataclass(frozen=True, slots=True)
class ArrearsItem:
    """One line of the checklist; `done_at` is None while it was not done."""

    step: ArrearsStep
    done_at: dt.datetime | None = None
    by: str = ""
    note: str = ""


# ---------------------------------------------------------------- reading


def of_case(session: Session, case_id: uuid.UUID) -> tuple[RecoveryRow, ...]:
    """The recoveries of a case with their steps; `domain.promises.residual` says what is left.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    return queries.recoveries(session, Recovery.case_id == case.id)


def of_customer(session: Session, customer_id: uuid.UUID) -> tuple[RecoveryRow, ...]:
    """Unfinished recoveries of a customer, in the cases the actor sees or deals with."""
    access.require(session, Action.VIEW)
    conditions = (Case.customer_id == customer_id, queries.unfinished())
    return queries.recoveries(session, *conditions, visible=access.visible(session))


def find(session: Session, criteria: FollowFilter) -> tuple[RecoveryRow, ...]:
    """Recoveries that fit: unfinished ones first, the next step that is due first on top."""
    access.require(session, Action.VIEW)
    conditions = follow_up.recovery_conditions(session, criteria)
    rows = queries.recoveries(session, *conditions, visible=access.visible(session))
    far = dt.datetime.max.replace(tzinfo=dt.UTC)
    return tuple(
        sorted(rows, key=lambda row: far if row.next_step is None else row.next_step.due_at)
    )


def late_steps(session: Session) -> tuple[RecoveryRow, ...]:
    """Recoveries whose next step is past its limit, of the cases the actor sees.

    Their steps turn to the customer: without those nobody may contact.
    """
    access.require(session, Action.VIEW)
    wanted = (queries.unfinished(), contactable(Case.customer_id))
    rows = queries.recoveries(session, *wanted, visible=access.visible(session))
    now = clock.now()
    return tuple(row for row in rows if row.next_step is not None and row.next_step.due_at < now)


# ---------------------------------------------------------------- working


def begin(session: Session, case_id: uuid.UUID, draft: RecoveryDraft) -> uuid.UUID:
    """Begin to make a fault good: the four steps with their limits; returns the key.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the case is closed, or has a recovery that is not finished.
        InvalidInputError: the complaint or promise is another customer's, or the owner does not
            work here.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    session.flush()
    if queries.recoveries(session, Recovery.case_id == case.id, queries.unfinished()):
        text = _("Case {number} has a service recovery that is not finished.")
        raise ConflictError(text.format(number=case.number))
    promises.check_owner(session, draft.owner_id)
    _check_cause(session, case, draft)
    journal.name_change(
        session, N_("Begin a service recovery in case {number}"), number=case.number
    )
    return _begin(session, case, draft)


def begin_for_broken_promises(session: Session) -> int:
    """Begin a recovery for each broken promise in an open case that has none going on.

    Not for customers nobody may contact.

    Returns:
        How many were begun.
    """
    access.require(session, Action.WORK_CASE)
    busy = {row.case_id for row in queries.recoveries(session, queries.unfinished())}
    met = {row.promise_id for row in queries.recoveries(session, Recovery.promise_id.is_not(None))}
    count = 0
    for row in promises.overdue(session):
        if row.case_id is None or row.case_id in busy or row.id in met:
            continue
        case = session.get_one(Case, row.case_id)
        seen = access.sees_case(session, access.actor(session), case.id)
        if case.stage == CaseStage.CLOSED or not seen:
            continue
        if not case_life.may_be_contacted(case_life.customer_of(session, case.customer_id)):
            continue
        journal.name_change(session, N_("Begin service recoveries for broken promises"))
        draft = RecoveryDraft(promise_id=row.id, owner_id=_active(session, row.owner_id))
        _begin(session, case, draft)
        busy.add(case.id)
        count += 1
    return count


def do_step(
    session: Session, recovery_id: uuid.UUID, step: RecoveryStepKind, note: str = ""
) -> None:
    """A step of a recovery is done, now; only the first one that is not.

    Raises:
        NotFoundError, NotAllowedError: the recovery or its case is gone or out of reach.
        ConflictError: another step comes first, or the step is done.
    """
    access.require(session, Action.WORK_CASE)
    found, case = _load(session, recovery_id)
    (row,) = queries.recoveries(session, Recovery.id == found.id)
    due = row.next_step
    if due is None:
        text = _("The service recovery in case {number} is finished.")
        raise ConflictError(text.format(number=case.number))
    if due.step is not step:
        raise ConflictError(_("First comes: {step}.").format(step=labels.label(due.step)))
    journal.name_change(
        session, N_("Step of the service recovery in case {number}"), number=case.number
    )
    stored = session.get_one(RecoveryStep, due.id)
    stored.done_at = clock.now()
    stored.by_id = access.actor(session).user_id
    stored.note = note.strip()
    session.flush()


def hand_over(session: Session, recovery_id: uuid.UUID, owner_id: uuid.UUID | None) -> None:
    """Say who makes it good; None is whoever works on the case.

    Raises:
        NotFoundError, NotAllowedError: the recovery or its case is gone or out of reach.
        InvalidInputError: the owner does not work here.
    """
    access.require(session, Action.WORK_CASE)
    found, case = _load(session, recovery_id)
    promises.check_owner(session, owner_id)
    journal.name_change(
        session, N_("Hand over the service recovery in case {number}"), number=case.number
    )
    case_life.set_values(found, {"owner_id": owner_id})
    session.flush()


def set_money(
    session: Session, recovery_id: uuid.UUID, *, loss: int | None, compensation: int
) -> None:
    """Set what the customer lost and got back; what is paid more or less is a cost of the case.

    Raises:
        NotFoundError, NotAllowedError: the recovery or its case is gone or out of reach.
        InvalidInputError: an amount is negative.
    """
    access.require(session, Action.WORK_CASE)
    found, case = _load(session, recovery_id)
    given = {"loss": loss or 0, "compensation": compensation}
    if problems := [
        Problem(name, _("An amount is not negative.")) for name, value in given.items() if value < 0
    ]:
        raise InvalidInputError(problems)
    journal.name_change(session, N_("Loss and compensation in case {number}"), number=case.number)
    if more := compensation - found.compensation:
        costs.book(session, case, CostKind.OTHER, amount=more, note=_("Compensation"))
    case_life.set_values(found, {"loss": loss, "compensation": compensation})
    session.flush()


def _begin(session: Session, case: Case, draft: RecoveryDraft) -> uuid.UUID:
    now = clock.now()
    recovery = Recovery(**draft.model_dump(), case_id=case.id, begun_at=now)
    session.add(recovery)
    session.flush()
    limits = recovery_due(
        clock.local(now), promises.settings(session), calendar.work_calendar(session)
    )
    session.add_all(
        RecoveryStep(recovery_id=recovery.id, step=step, due_at=due_at)
        for step, due_at in limits.items()
    )
    session.flush()
    return recovery.id


def _load(session: Session, recovery_id: uuid.UUID) -> tuple[Recovery, Case]:
    found = session.get(Recovery, recovery_id)
    if found is None:
        raise NotFoundError(_("This service recovery is gone."))
    mine = access.actor(session).user_id
    if mine is not None and found.owner_id == mine:  # handed over: the case may be another's
        return found, session.get_one(Case, found.case_id)
    return found, case_life.load(session, found.case_id)


def _check_cause(session: Session, case: Case, draft: RecoveryDraft) -> None:
    problems = []
    complaint = session.get(Complaint, draft.complaint_id) if draft.complaint_id else None
    promise = session.get(Promise, draft.promise_id) if draft.promise_id else None
    for name, key, cause in (
        ("complaint_id", draft.complaint_id, complaint),
        ("promise_id", draft.promise_id, promise),
    ):
        if key is not None and (cause is None or cause.customer_id != case.customer_id):
            problems.append(Problem(name, _("Choose one of this customer.")))
    if problems:
        raise InvalidInputError(problems)


def _active(session: Session, user_id: uuid.UUID | None) -> uuid.UUID | None:
    user = session.get(User, user_id) if user_id is not None else None
    return user.id if user is not None and user.is_active else None


# ---------------------------------------------------------------- malicious arrears


def arrears_checklist(session: Session, case_id: uuid.UUID) -> tuple[ArrearsItem, ...]:
    """What is to be done about a customer who does not pay in bad faith; empty for all others.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case = case_life.load(session, case_id)
    if not _is_malicious(session, case):
        return ()
    statement = (
        select(CaseEvent, func.coalesce(User.name, ""))
        .outerjoin(User, User.id == CaseEvent.by_id)
        .where(
            CaseEvent.case_id == case.id,
            CaseEvent.kind == CaseEventKind.NOTE,
            CaseEvent.new_value.in_(list(ArrearsStep)),
        )
    )
    session.flush()
    done = {event.new_value: (event, by) for event, by in session.execute(statement)}
    return tuple(
        ArrearsItem(step, done[step][0].at, done[step][1], done[step][0].note)
        if step in done
        else ArrearsItem(step)
        for step in ArrearsStep
    )


def take_arrears_step(
    session: Session, case_id: uuid.UUID, step: ArrearsStep, note: str = ""
) -> None:
    """Write down that a step was taken, in the case's own history; also in a closed case.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the customer does not owe in bad faith, or the step was taken before.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load(session, case_id)
    items = {item.step: item for item in arrears_checklist(session, case_id)}
    if not items:
        text = _("In case {number} nobody owes money in bad faith.")
        raise ConflictError(text.format(number=case.number))
    if items[step].done_at is not None:
        text = _("This step was taken in case {number} already.")
        raise ConflictError(text.format(number=case.number))
    journal.name_change(session, N_("Arrears in case {number}"), number=case.number)
    case_life.record(session, case, CaseEventKind.NOTE, new=step, note=note.strip())
    session.flush()


def _is_malicious(session: Session, case: Case) -> bool:
    customer = case_life.customer_of(session, case.customer_id)
    return is_malicious(case.churn_type, owes_in_bad_faith=customer.malicious_arrears)
