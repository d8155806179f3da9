"""What all services on a case share: load it within one's scope, record events, move the stage.

Only services call these functions, after they have asked for the right to do what they do.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from db.base import Base
from db.models import (
    Case,
    CaseEvent,
    CaseReason,
    ContactAttempt,
    Customer,
    ExitRegistration,
    Reason,
    ReasonVersion,
    Task,
    User,
    Visit,
)
from db.queries import interviews
from db.queries.tasks import TO_THE_CUSTOMER
from db.vocabulary import (
    AttemptResult,
    CaseEventKind,
    CaseStage,
    Channel,
    NextStep,
    ReasonLayer,
    TaskState,
    VisitState,
)
from desktop_app import clock
from desktop_app.domain.cases import tried_enough
from desktop_app.domain.permissions import Action
from desktop_app.domain.reasons import ChurnType
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import _
from desktop_app.services import access, outcome_settings, reasons

BEFORE_ASSIGNMENT: Final = frozenset({CaseStage.IDENTIFIED, CaseStage.SCREENED})
"""Stages in which nobody may contact the customer yet."""

_CHUNK: Final = 500

CONTACT_STEPS: Final = frozenset(
    {NextStep.CALL, NextStep.VISIT, NextStep.INTERVIEW, NextStep.OFFER, NextStep.FOLLOW_UP}
)
"""Next steps that turn to the customer: never planned for one who refused or has died."""


def load(session: Session, case_id: uuid.UUID) -> Case:
    """A case within the actor's scope.

    Raises:
        NotFoundError: there is no such case.
        NotAllowedError: it belongs to somebody else.
    """
    case = session.get(Case, case_id)
    if case is None:
        raise NotFoundError(_("This case is gone."))
    access.require_case(session, case)
    return case


def load_open(session: Session, case_id: uuid.UUID) -> Case:
    """A case that is not closed. Raises as `load`, and ConflictError for a closed one."""
    case = load(session, case_id)
    if case.stage == CaseStage.CLOSED:
        raise ConflictError(
            _("Case {number} is closed. Re-open it first.").format(number=case.number)
        )
    return case


def load_assigned(session: Session, case_id: uuid.UUID) -> Case:
    """An open case whose customer may be contacted. Raises as `load_open`, and ConflictError."""
    case = load_open(session, case_id)
    if case.stage in BEFORE_ASSIGNMENT:
        text = _("Case {number} is not assigned yet. Assign it before the customer is contacted.")
        raise ConflictError(text.format(number=case.number))
    return case


def customer_of(session: Session, customer_id: uuid.UUID) -> Customer:
    """A customer. Raises NotFoundError."""
    customer = session.get(Customer, customer_id)
    if customer is None:
        raise NotFoundError(_("This customer is gone."))
    return customer


def customers_of(session: Session, customer_ids: Sequence[uuid.UUID]) -> list[Customer]:
    """Several customers, in the order of their keys. Raises NotFoundError."""
    found: dict[uuid.UUID, Customer] = {}
    for start in range(0, len(customer_ids), _CHUNK):
        chunk = customer_ids[start : start + _CHUNK]
        rows = session.scalars(select(Customer).where(Customer.id.in_(chunk)))
        found.update((each.id, each) for each in rows)
    if any(key not in found for key in customer_ids):
        raise NotFoundError(_("This customer is gone."))
    return [found[key] for key in customer_ids]


def require_version(case: Case, version: int) -> None:
    """Refuse to overwrite what somebody else wrote meanwhile. Raises ConflictError."""
    if case.version != version:
        text = _("Somebody else has changed case {number} meanwhile. Reload and try again.")
        raise ConflictError(text.format(number=case.number))


def set_values(record: Base, values: Mapping[str, Any]) -> None:
    """Set the columns that differ, so that the journal shows only real changes."""
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)


def record(
    session: Session,
    case: Case,
    kind: CaseEventKind,
    *,
    old: str = "",
    new: str = "",
    note: str = "",
) -> None:
    """Write an entry of the case's own history, now and by the actor."""
    session.add(
        CaseEvent(
            case_id=case.id,
            kind=kind,
            at=clock.now(),
            by_id=access.actor(session).user_id,
            old_value=old,
            new_value=new,
            note=note,
        )
    )


def set_stage(
    session: Session,
    case: Case,
    stage: CaseStage,
    kind: CaseEventKind = CaseEventKind.MOVED,
    note: str = "",
) -> None:
    """Put a case into a stage and record it."""
    record(session, case, kind, old=case.stage, new=stage, note=note)
    set_values(case, {"stage": stage, "stage_since": clock.now()})


def begin_contact(session: Session, case: Case) -> None:
    """An assigned case whose customer is contacted for the first time goes to contacting."""
    if case.stage == CaseStage.ASSIGNED:
        set_stage(session, case, CaseStage.CONTACTING)


def plan(case: Case, step: NextStep | None, due: dt.date | None) -> None:
    """Set or clear the next step of a case."""
    set_values(case, {"next_step": step, "next_due": due})


def release_step(session: Session, visit: Visit) -> Case | None:
    """The open case of a visit; its next step is taken away if it was this visit."""
    if visit.case_id is None:
        return None
    case = session.get_one(Case, visit.case_id)
    if case.stage == CaseStage.CLOSED:
        return None
    if case.next_step == step_of(visit) and case.next_due == visit.planned_on:
        plan(case, None, None)
    return case


def step_of(visit: Visit) -> NextStep:
    """The next step of a case that a planned visit or call is."""
    return NextStep.CALL if visit.channel == Channel.CALL else NextStep.VISIT


def was_visited(session: Session, visit: Visit) -> None:
    """A planned visit was made: its open case is contacted, and waits for it no longer."""
    case = release_step(session, visit)
    if case is not None:
        begin_contact(session, case)


def clear_callback(case: Case) -> None:
    """The callback of a case was made, or is not wanted any more."""
    set_values(case, {"callback_at": None, "callback_for": None})


def owner_values(
    before: uuid.UUID | None, owner_id: uuid.UUID | None, kept_until: dt.date | None = None
) -> dict[str, Any]:
    """Columns of a case that gets an owner, or goes back into the pool without one.

    Args:
        before: who worked on it.
        owner_id: who works on it now.
        kept_until: last day on which `before` may not claim it from the pool.
    """
    now = clock.now()
    found: dict[str, Any] = {
        "owner_id": owner_id,
        "owner_since": now if owner_id is not None else None,
        "pool_since": None if owner_id is not None else now,
        "kept_from_previous_until": kept_until,
    }
    if before is not None and before != owner_id:
        found["previous_owner_id"] = before
    return found


def stop_contact(session: Session, customer_ids: Sequence[uuid.UUID], note: str) -> None:
    """Customers died or want no contact: nothing is planned any more, in no case of theirs."""
    session.flush()
    for start in range(0, len(customer_ids), _CHUNK):
        chunk = customer_ids[start : start + _CHUNK]
        visits = select(Visit).where(
            Visit.customer_id.in_(chunk), Visit.state == VisitState.PLANNED
        )
        for visit in session.scalars(visits):
            _cancel(visit, note)
        planned = or_(Case.next_step.in_(sorted(CONTACT_STEPS)), Case.callback_at.is_not(None))
        found = select(Case).where(
            Case.customer_id.in_(chunk), Case.stage != CaseStage.CLOSED, planned
        )
        for case in session.scalars(found):
            clear_callback(case)
            if case.next_step in CONTACT_STEPS:
                plan(case, None, None)
        tasks = select(Task).where(
            Task.customer_id.in_(chunk),
            Task.state == TaskState.OPEN,
            Task.kind.in_(sorted(TO_THE_CUSTOMER)),
        )
        for task in session.scalars(tasks):
            set_values(task, {"state": TaskState.DROPPED, "answer": note, "done_on": clock.today()})


def may_be_contacted(customer: Customer) -> bool:
    """Whether the customer is alive and has not refused."""
    return not (customer.do_not_contact or customer.is_deceased)


def stop_sentence(customer: Customer) -> str:
    """Why nobody turns to the customer any more; empty when that may be done."""
    if customer.is_deceased:
        return _("This customer has died. Nobody is to be contacted.")
    if customer.do_not_contact:
        return _("This customer asked not to be contacted.")
    return ""


def require_contactable(session: Session, case: Case) -> None:
    """Refuse to turn to a customer who refused or has died. Raises ConflictError."""
    if sentence := stop_sentence(customer_of(session, case.customer_id)):
        raise ConflictError(sentence)


def came_by_themselves(session: Session, case: Case) -> bool:
    """Whether the customer turned to us today: an incoming contact, or an exit at the counter."""
    session.flush()
    morning = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    incoming = select(ContactAttempt.id).where(
        ContactAttempt.case_id == case.id,
        ContactAttempt.by_customer,
        ContactAttempt.at >= morning,
    )
    at_counter = select(ExitRegistration.id).where(
        ExitRegistration.case_id == case.id, ExitRegistration.at >= morning
    )
    return any(session.scalars(each).first() is not None for each in (incoming, at_counter))


def check_step(customer: Customer, step: NextStep | None) -> None:
    """Refuse to plan a contact with somebody who refused or has died. Raises InvalidInputError."""
    if step in CONTACT_STEPS and not may_be_contacted(customer):
        raise InvalidInputError(
            [Problem("next_step", _("This customer is not to be contacted any more."))]
        )


def cancel_planned_visits(
    session: Session, note: str, *, case_id: uuid.UUID | None = None, customer_id: uuid.UUID
) -> None:
    """Cancel what is planned for a case, or for the whole customer without one."""
    statement = select(Visit).where(
        Visit.customer_id == customer_id, Visit.state == VisitState.PLANNED
    )
    if case_id is not None:
        statement = statement.where(Visit.case_id == case_id)
    for visit in session.scalars(statement):
        _cancel(visit, note)


def _cancel(visit: Visit, note: str) -> None:
    visit.state = VisitState.CANCELLED
    visit.note = f"{visit.note}\n{note}".strip()


def require_tried(session: Session, case: Case, reason: str) -> None:
    """Refuse to give a customer up too soon; who may override the screening may do so with a note.

    Visits that were made count beside calls and messages. A customer who is not to be contacted is
    a refusal, and one whose exit interview was held has said no. Raises InvalidInputError (field
    `outcome`).
    """
    if interviews.newest_finished_exit(session, case.id) is not None:
        return
    settings = outcome_settings.read(session)
    attempts = session.execute(
        select(ContactAttempt.channel, ContactAttempt.result).where(
            ContactAttempt.case_id == case.id
        )
    )
    tries = [(Channel(channel), AttemptResult(result)) for channel, result in attempts]
    made = select(Visit.channel).where(
        Visit.case_id == case.id, Visit.state == VisitState.DONE, Visit.is_informal.is_(False)
    )
    tries += [(Channel(channel), AttemptResult.REACHED) for channel in session.scalars(made)]
    if tried_enough(tries, settings.lost_attempts, settings.lost_channels):
        return
    if not may_be_contacted(customer_of(session, case.customer_id)):
        return
    if reason and access.may(session, Action.OVERRIDE_SCREENING):
        return
    text = _(
        "Lost needs {attempts} attempts in {channels} ways, an exit interview, or a refusal by the "
        "customer. So far: {made} in {ways}. A manager may close it anyway and say why in the note."
    )
    message = text.format(
        attempts=settings.lost_attempts,
        channels=settings.lost_channels,
        made=len(tries),
        ways=len({channel for channel, _result in tries}),
    )
    raise InvalidInputError([Problem("outcome", message)])


def active_owner(session: Session, case: Case) -> User | None:
    """Who works on a case; None also when the owner has left."""
    owner = session.get(User, case.owner_id) if case.owner_id is not None else None
    return owner if owner is not None and owner.is_active else None


# ---------------------------------------------------------------- reasons


def put_reason(
    session: Session,
    case: Case,
    layer: ReasonLayer,
    code: str,
    verbatim: str | None = None,
    field: str = "reason",
) -> None:
    """Set the reason of a case in one layer; the same code keeps the version it has.

    A root reason gives the case its churn type while that is not determined.

    Raises:
        InvalidInputError: there is no such reason on offer; the problem stands at `field`.
    """
    known = session.scalar(
        select(CaseReason).where(CaseReason.case_id == case.id, CaseReason.layer == layer)
    )
    version_id = reason_version(session, code, field, known.reason_version_id if known else None)
    if known is None:
        known = CaseReason(
            case_id=case.id, layer=layer, reason_version_id=version_id, verbatim=verbatim or ""
        )
        session.add(known)
    else:
        words = known.verbatim if verbatim is None else verbatim
        set_values(known, {"reason_version_id": version_id, "verbatim": words})
    if layer is ReasonLayer.ROOT and case.churn_type in {None, ChurnType.UNDETERMINED}:
        version = session.get_one(ReasonVersion, version_id)
        set_values(case, {"churn_type": version.churn_type})
    session.flush()


def reason_version(
    session: Session, code: str, field: str, present: uuid.UUID | None = None
) -> uuid.UUID:
    """Key of the version that a case gets for a reason code; the present one if the code is its.

    Raises:
        InvalidInputError: there is no such reason, or it is retired.
    """
    if present is not None:
        same = select(Reason.code).join(ReasonVersion, ReasonVersion.reason_id == Reason.id)
        if session.scalar(same.where(ReasonVersion.id == present)) == code:
            return present
    try:
        return reasons.current_version(session, code)
    except (NotFoundError, ConflictError) as error:
        raise InvalidInputError([Problem(field, error.message)]) from error
