"""The register of promises: made, chased, kept or answered; what is late, and how many are kept."""

import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from db import journal
from db.models import Complaint, Promise, User
from db.queries import follow_up
from db.queries import promises as queries
from db.queries.follow_up import DueCount, FollowFilter
from db.queries.promises import PromiseRow
from db.vocabulary import ReplyKind
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.domain.promises import (
    CHASED_OFTEN,
    PromiseDraft,
    PromiseSettings,
    handled,
    kept,
)
from desktop_app.domain.rates import Rate
from desktop_app.errors import ConflictError, InvalidInputError, NotFoundError, Problem
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, workspace_settings

__all__ = [
    "DueCount",
    "FollowFilter",
    "OnTime",
    "PromiseRow",
    "answer",
    "change_settings",
    "chase",
    "chased_often",
    "due_for",
    "find",
    "hand_over",
    "list_promises",
    "on_time",
    "on_time_in_all",
    "overdue",
    "register",
    "settings",
]

KEY: Final = "promises"
SOON_DAYS: Final = 3
"""A promise due within so many days is due soon: time to remind the back office."""


@dataclass(frozen=True, slots=True)
class OnTime:
    """Promises of one owner; None is nobody in particular.

    Attributes:
        owner_id: Who keeps them.
        owner: The name.
        kept: Met by their day (F-28).
        handled: Answered by their day, also with "cannot be met".
    """

    owner_id: uuid.UUID | None
    owner: str
    kept: Rate
    handled: Rate


def settings(session: Session) -> PromiseSettings:
    """The time limits of complaints and recoveries as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, PromiseSettings)


def change_settings(session: Session, draft: PromiseSettings) -> None:
    """Set the time limits for everybody; what has begun keeps its own."""
    workspace_settings.change_draft(session, KEY, draft)


# ---------------------------------------------------------------- reading


def list_promises(
    session: Session,
    *,
    customer_id: uuid.UUID | None = None,
    case_id: uuid.UUID | None = None,
    open_only: bool = False,
) -> tuple[PromiseRow, ...]:
    """Promises of customers the actor sees and those the actor keeps, the earliest due first."""
    access.require(session, Action.VIEW)
    conditions = queries.that_are(Promise, customer_id, case_id, open_only=open_only)
    return queries.promises(session, *conditions, visible=access.visible(session))


def find(session: Session, criteria: FollowFilter) -> tuple[PromiseRow, ...]:
    """Promises that fit, of customers the actor sees and those the actor keeps.

    Open ones first, the earliest due on top; then those that ended, the newest on top.
    """
    access.require(session, Action.VIEW)
    conditions = follow_up.promise_conditions(session, criteria)
    rows = queries.promises(session, *conditions, visible=access.visible(session))
    ended = [row for row in rows if row.answered_on is not None]
    ended.sort(key=lambda row: row.answered_on or row.due_on, reverse=True)
    return (*(row for row in rows if row.answered_on is None), *ended)


def due_for(session: Session, day: dt.date | None = None) -> DueCount:
    """How many promises, complaints and recovery steps the actor has to deal with.

    Args:
        session: the session.
        day: the day that counts as today; the next few days after it count as soon.
    """
    access.require(session, Action.VIEW)
    user_id = access.actor(session).user_id
    if user_id is None:
        return DueCount()
    day = day or clock.today()
    return follow_up.count_due(session, user_id, day, day + dt.timedelta(days=SOON_DAYS))


def overdue(session: Session, ahead: int = 0) -> tuple[PromiseRow, ...]:
    """Open promises past their day, or due within so many days: the reminder."""
    access.require(session, Action.VIEW)
    before = clock.today() + dt.timedelta(days=ahead)
    return queries.promises(
        session,
        queries.is_open(Promise),
        Promise.due_on < before,
        visible=access.visible(session),
    )


def chased_often(session: Session) -> tuple[PromiseRow, ...]:
    """Open promises that the customer had to ask for twice or more: these customers may leave."""
    access.require(session, Action.VIEW)
    return queries.promises(
        session,
        queries.is_open(Promise),
        Promise.chase_count >= CHASED_OFTEN,
        visible=access.visible(session),
    )


def on_time(
    session: Session, start: dt.date | None = None, end: dt.date | None = None
) -> tuple[OnTime, ...]:
    """How many of the promises due in a period were kept, by owner; open and past due is late."""
    access.require(session, Action.REPORT)
    conditions = queries.due_between(Promise, start, end)
    rows = queries.promises(session, *conditions, visible=access.visible(session))
    groups: dict[tuple[str, uuid.UUID | None], list[PromiseRow]] = defaultdict(list)
    for row in rows:
        groups[row.owner, row.owner_id].append(row)
    today = clock.today()
    return tuple(
        OnTime(key[1], key[0], kept(groups[key], today), handled(groups[key], today))
        for key in sorted(groups, key=str)
    )


def on_time_in_all(session: Session, start: dt.date, end: dt.date) -> OnTime:
    """The same for everybody together whom the actor sees."""
    rows = on_time(session, start, end)
    return OnTime(
        None,
        "",
        Rate(sum(row.kept.hits for row in rows), sum(row.kept.n for row in rows)),
        Rate(sum(row.handled.hits for row in rows), sum(row.handled.n for row in rows)),
    )


# ---------------------------------------------------------------- working


def register(
    session: Session,
    customer_id: uuid.UUID,
    draft: PromiseDraft,
    case_id: uuid.UUID | None = None,
) -> uuid.UUID:
    """Write down a promise to a customer, in a case or without one; returns its key.

    Raises:
        NotFoundError, NotAllowedError: the customer or case is gone or out of reach.
        InvalidInputError: the owner does not work here, or the case is another customer's.
    """
    access.require(session, Action.WORK_CASE)
    customer = case_life.customer_of(session, customer_id)
    access.require_customer(session, customer)
    check_case(session, customer_id, case_id)
    check_owner(session, draft.owner_id)
    journal.name_change(session, N_("Promise to {name}"), name=customer.name)
    promise = Promise(
        **draft.model_dump(),
        customer_id=customer_id,
        case_id=case_id,
        made_by_id=access.actor(session).user_id,
    )
    session.add(promise)
    session.flush()
    return promise.id


def chase(session: Session, promise_id: uuid.UUID, note: str = "") -> int:
    """The customer asks after a promise once more; returns how often that was.

    What was said is kept with its day, before what was noted earlier.

    Raises:
        NotFoundError, NotAllowedError: the promise is gone or out of reach.
        ConflictError: it is answered.
    """
    access.require(session, Action.WORK_CASE)
    promise = _open(session, promise_id)
    name = case_life.customer_of(session, promise.customer_id).name
    journal.name_change(session, N_("{name} asks after a promise"), name=name)
    promise.chase_count += 1
    if note.strip():
        line = f"{clock.today().isoformat()} {note.strip()}"
        promise.note = "\n".join(filter(None, (line, promise.note)))
    session.flush()
    return promise.chase_count


def answer(session: Session, promise_id: uuid.UUID, reply: ReplyKind, note: str = "") -> None:
    """A promise is kept, or the customer is told that it cannot be; today.

    Raises:
        NotFoundError, NotAllowedError: the promise is gone or out of reach.
        ConflictError: it is answered already.
        InvalidInputError: "cannot be met" without saying why.
    """
    access.require(session, Action.WORK_CASE)
    promise = _open(session, promise_id)
    if reply is ReplyKind.CANNOT_MEET and not note.strip():
        text = _("Say what the customer was told.")
        raise InvalidInputError([Problem("note", text)])
    name = case_life.customer_of(session, promise.customer_id).name
    journal.name_change(session, N_("Answer the promise to {name}"), name=name)
    promise.answer = reply
    promise.answered_on = clock.today()
    promise.note = "\n".join(filter(None, (note.strip(), promise.note)))
    session.flush()


def hand_over(session: Session, promise_id: uuid.UUID, owner_id: uuid.UUID | None) -> None:
    """Say who keeps a promise, as a rule in the back office; None is who made it.

    Raises:
        NotFoundError, NotAllowedError: the promise is gone or out of reach.
        ConflictError: it is answered already.
        InvalidInputError: the owner does not work here.
    """
    access.require(session, Action.WORK_CASE)
    promise = _open(session, promise_id)
    check_owner(session, owner_id)
    name = case_life.customer_of(session, promise.customer_id).name
    journal.name_change(session, N_("Hand over the promise to {name}"), name=name)
    case_life.set_values(promise, {"owner_id": owner_id})
    session.flush()


def _open(session: Session, promise_id: uuid.UUID) -> Promise:
    promise = session.get(Promise, promise_id)
    if promise is None:
        raise NotFoundError(_("This promise is gone."))
    require_reach(session, promise)
    if promise.answered_on is not None:
        text = _("This promise was answered on {day}.")
        raise ConflictError(text.format(day=promise.answered_on))
    return promise


def require_reach(session: Session, found: Promise | Complaint) -> None:
    """Refuse whoever neither deals with it nor may open its case; without a case, its customer.

    Undo asks the same (`undo_rights`), so that everybody may take back what they did here.

    Raises:
        NotAllowedError: case or customer belong to somebody else.
    """
    access.require(session, Action.VIEW)
    if queries.is_kept_by(found, access.actor(session).user_id):
        return
    if found.case_id is not None:
        case_life.load(session, found.case_id)
    else:
        access.require_customer(session, case_life.customer_of(session, found.customer_id))


def check_case(session: Session, customer_id: uuid.UUID, case_id: uuid.UUID | None) -> None:
    """Refuse a case out of reach, and one of another customer. Raises as `register`."""
    access.require(session, Action.VIEW)
    if case_id is not None and case_life.load(session, case_id).customer_id != customer_id:
        text = _("This case belongs to another customer.")
        raise InvalidInputError([Problem("case_id", text)])


def check_owner(session: Session, owner_id: uuid.UUID | None) -> None:
    """Refuse an owner who does not work here. Raises InvalidInputError."""
    access.require(session, Action.VIEW)
    owner = session.get(User, owner_id) if owner_id is not None else None
    if owner_id is not None and (owner is None or not owner.is_active):
        text = _("Choose somebody who still works here.")
        raise InvalidInputError([Problem("owner_id", text)])
