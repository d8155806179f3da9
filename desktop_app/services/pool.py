"""The pool 公海: cases nobody works on go in and out; callbacks. The rules are `domain.pool`."""

import datetime as dt
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import journal
from db.models import Case, User
from db.queries import pool as pool_queries
from db.queries.pool import HeldCase
from db.vocabulary import CallbackFor, CaseEventKind, CaseStage, ChangeKind, NextStep
from desktop_app import clock
from desktop_app.domain import pool as rules
from desktop_app.domain.contact_rules import EFFECTIVE
from desktop_app.domain.permissions import Action, Scope, scope_of
from desktop_app.domain.pool import PoolPolicy, RecycleState, Recycling
from desktop_app.domain.retries import Callback, open_to_all_from
from desktop_app.domain.task_force_words import refusal_sentence
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, assignment, calendar, case_life, workspace_settings
from desktop_app.services.assignment import AssignResult

KEY: Final = "pool_policy"


@dataclass(frozen=True, slots=True)
class Untouched:
    """A case whose customer nobody has spoken to for long, and what becomes of it."""

    case: HeldCase
    recycling: Recycling


def policy(session: Session) -> PoolPolicy:
    """The numbers of the pool as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, PoolPolicy)


def change_policy(session: Session, draft: PoolPolicy) -> None:
    """Set the numbers of the pool for everybody."""
    workspace_settings.change_draft(session, KEY, draft)


# ---------------------------------------------------------------- out of the pool


def claim(session: Session, case_id: uuid.UUID) -> AssignResult:
    """Take a case that nobody works on, or whose callback anyone may make by now; it is screened.

    Who assigns cases is not bound by the numbers of the pool.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed, somebody works on it, or the numbers of the pool are against
            it; the message says which.
    """
    access.require(session, Action.TAKE_CASE)
    me = access.actor(session).user_id
    case = session.get(Case, case_id)
    if case is None:
        raise NotFoundError(_("This case is gone."))
    is_open_to_all = _is_callback_open(session, case)
    if not is_open_to_all:
        case = case_life.load_open(session, case_id)
        owner = case_life.active_owner(session, case)
        if owner is not None and owner.id != me:
            text = _("{name} works on case {number} already.")
            raise ConflictError(text.format(name=owner.name, number=case.number))
    if me is None:
        raise NotAllowedError(_("The program itself works on no cases."))
    if case.owner_id != me and not access.may(session, Action.ASSIGN_CASE):
        _require_room(session, case, me)
    user = session.get_one(User, me)
    return assignment.hand_over(session, [case_id], user, anywhere=is_open_to_all)


def _require_room(session: Session, case: Case, me: uuid.UUID) -> None:
    today = clock.local(clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    session.flush()
    refused = rules.claim_refusals(
        held=pool_queries.loads(session).get(me, 0),
        claimed_today=pool_queries.count_claims(session, me, today),
        was_owner=case.previous_owner_id == me,
        kept_until=case.kept_from_previous_until,
        today=today.date(),
        policy=policy(session),
    )
    if refused:
        raise ConflictError(" ".join(refusal_sentence(each) for each in refused))


def _is_callback_open(session: Session, case: Case) -> bool:
    """Whether the case is a colleague's whose callback anyone of the store may make now."""
    if case.stage == CaseStage.CLOSED or case.callback_at is None:
        return False
    who = access.actor(session)
    is_near = who.store_id is None or case.store_id in {None, who.store_id}
    if not (is_near or scope_of(who.role) is Scope.ALL):
        return False
    is_for_anyone = case.callback_for == CallbackFor.ANYONE
    callback = Callback(clock.local(case.callback_at), case.owner_id, is_for_anyone)
    return clock.now() >= open_to_all_from(callback, (), calendar.work_calendar(session))


# ---------------------------------------------------------------- into the pool


def give_back(session: Session, case_id: uuid.UUID, reason: str) -> None:
    """Give a case back to the pool; a callback that was promised stays, for anyone.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed, or in the pool already.
        InvalidInputError: no reason is given.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    if case.owner_id is None:
        text = _("Nobody works on case {number}: it is in the pool already.")
        raise ConflictError(text.format(number=case.number))
    if not reason.strip():
        raise InvalidInputError([Problem("reason", _("Say why, so that others can follow it."))])
    title = N_("Give case {number} back to the pool")
    journal.name_change(session, title, number=case.number)
    note = _("Back into the pool: {reason}").format(reason=reason.strip())
    _release(session, case, note, clock.today(), policy(session))
    session.flush()


def recycling(
    session: Session,
    day: dt.date,
    *,
    owner_id: uuid.UUID | None = None,
    only: Collection[uuid.UUID] | None = None,
) -> list[Untouched]:
    """The cases in sight whose owners are warned, or which go back by a day; the soonest first.

    Args:
        session: the session.
        day: the day, local.
        owner_id: only what this one holds.
        only: none but these cases.
    """
    access.require(session, Action.VIEW)
    numbers, days = policy(session), calendar.work_calendar(session)
    found = []
    seen = access.visible(session)
    for held in pool_queries.held_cases(
        session, day, EFFECTIVE, seen, owner_id=owner_id, only=only
    ):
        state = rules.recycling(
            held_since=clock.local(held.held_since).date(),
            last_effective=_last(held),
            klass=held.klass,
            today=day,
            calendar=days,
            policy=numbers,
            is_locked=held.is_locked,
        )
        if state.state is not RecycleState.KEPT:
            found.append(Untouched(held, state))
    return sorted(found, key=lambda each: (each.recycling.recycle_on, each.case.number))


def recycle(session: Session, day: dt.date) -> int:
    """Put back into the pool what nobody has touched for too long; returns how many.

    Nothing happens the second time, and nothing that is not in the actor's sight.
    """
    access.require(session, Action.ASSIGN_CASE)
    due = [
        each.case
        for each in recycling(session, day)
        if each.recycling.state is RecycleState.RECYCLED
    ]
    if not due:
        return 0
    title = N_("Put {count} untouched cases back into the pool")
    journal.name_change(session, title, kind=ChangeKind.BULK, count=len(due))
    numbers = policy(session)
    for held in due:
        note = _("Back into the pool: nobody has spoken to the customer for too long.")
        _release(session, session.get_one(Case, held.id), note, day, numbers)
    session.flush()
    return len(due)


def _last(held: HeldCase) -> dt.date | None:
    days = [held.visited, clock.local(held.touched).date() if held.touched else None]
    return max((day for day in days if day is not None), default=None)


def _release(session: Session, case: Case, note: str, day: dt.date, numbers: PoolPolicy) -> None:
    kept_until = rules.kept_from_previous_until(day, numbers)
    case_life.set_stage(session, case, CaseStage.SCREENED, CaseEventKind.MOVED, note)
    case_life.set_values(case, case_life.owner_values(case.owner_id, None, kept_until))
    case_life.plan(case, None, None)
    if case.callback_at is not None:
        case_life.set_values(case, {"callback_for": CallbackFor.ANYONE})


# ---------------------------------------------------------------- callbacks


def set_callback(
    session: Session, case_id: uuid.UUID, at: dt.datetime, for_whom: CallbackFor
) -> None:
    """Promise the customer a call at a moment; it is the next step of the case.

    What only its owner may make, anyone may make two working hours later.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: it is closed or not assigned yet.
        InvalidInputError: the moment has passed, or the customer is not to be contacted.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_assigned(session, case_id)
    if at <= clock.now():
        raise InvalidInputError([Problem("at", _("Choose a moment that is still to come."))])
    customer = case_life.customer_of(session, case.customer_id)
    case_life.check_step(customer, NextStep.CALL)
    journal.name_change(session, N_("Plan a callback in case {number}"), number=case.number)
    case_life.set_values(case, {"callback_at": at, "callback_for": for_whom})
    case_life.plan(case, NextStep.CALL, clock.local(at).date())
    session.flush()


def drop_callback(session: Session, case_id: uuid.UUID) -> None:
    """Take a callback back that the customer does not want any more.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
        ConflictError: the case is closed.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load_open(session, case_id)
    journal.name_change(session, N_("Drop the callback in case {number}"), number=case.number)
    case_life.clear_callback(case)
    session.flush()
