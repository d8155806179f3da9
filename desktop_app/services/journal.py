"""Undo for people: sentences instead of rows, rights and scope checked."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import undo as undo_engine
from db.models import Answer, Change, ChangeSet, Interview
from db.undo import UndoBlockedError, UndoPlan
from db.vocabulary import ChangeKind, InterviewState
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import _
from desktop_app.services import access, undo_rights, undo_words
from desktop_app.services.change_words import age_text, entity_text, title_text

__all__ = [
    "UndoPreview",
    "age_text",
    "entity_text",
    "last_own",
    "preview_undo",
    "title_text",
    "undo",
]


@dataclass(frozen=True, slots=True)
class UndoPreview:
    """What undoing a change set would do, in words."""

    change_set_id: uuid.UUID
    title: str
    changes: int
    facts: int
    blocked: int
    sentences: tuple[str, ...]  # what stands in the way
    impossible: str  # why nothing can be undone, or empty


def preview_undo(session: Session, change_set_id: uuid.UUID) -> UndoPreview:
    """Say what undoing would do and what stands in the way.

    Raises:
        NotFoundError: there is no such change set.
        NotAllowedError: it is somebody else's, and the role may neither undo it nor see it.
    """
    undo_rights.require_look(session, _get(session, change_set_id))
    return _preview(session, undo_engine.plan_undo(session, change_set_id))


def undo(session: Session, change_set_id: uuid.UUID, *, skip_blocked: bool = False) -> UndoPreview:
    """Undo a change set as a change set of its own.

    Args:
        session: the writing session.
        change_set_id: what to undo.
        skip_blocked: leave what something newer stands in the way of, undo the rest.

    Raises:
        NotFoundError: there is no such change set.
        NotAllowedError: it is somebody else's and the role may only undo its own, it changed what
            the role may not change (users, settings, reasons, rules), or records out of reach.
        ConflictError: something newer stands in the way, or an offer would come back that its
            limits leave no room for; the sentence says what.
    """
    from desktop_app.services import offer_limits  # noqa: PLC0415  (slow to import)

    change_set = _get(session, change_set_id)
    undo_rights.require_right(session, change_set)
    records = undo_rights.Records(session, change_set)
    records.require_before()
    _require_open_interviews(session, change_set)
    limits = offer_limits.Limits(session, change_set)
    try:
        plan = undo_engine.undo(session, change_set_id, skip_blocked=skip_blocked)
    except UndoBlockedError as error:
        preview = _preview(session, error.plan)
        raise ConflictError(preview.impossible or "\n".join(preview.sentences)) from error
    records.require_after()
    limits.require_kept()
    return _preview(session, plan)


def last_own(session: Session, since: dt.datetime | None = None) -> uuid.UUID | None:
    """The user's newest change set that can be undone, for Ctrl+Z."""
    access.require(session, Action.VIEW)
    actor = access.actor(session)
    statement = (
        select(ChangeSet.id)
        .where(
            ChangeSet.actor_id == actor.user_id,
            ChangeSet.undone_by.is_(None),
            ChangeSet.kind.not_in((ChangeKind.EVENT, ChangeKind.SYSTEM, ChangeKind.UNDO)),
        )
        .order_by(ChangeSet.seq.desc())
        .limit(1)
    )
    if since is not None:
        statement = statement.where(ChangeSet.at >= since)
    return session.scalar(statement)


def _require_open_interviews(session: Session, change_set: ChangeSet) -> None:
    """Refuse to take an answer out of a finished interview; re-opening one asks for a reason.

    Undoing the finishing itself opens the interview, so its answers may go back with it; so may
    what was settled between two keyings, which has a reason of its own.
    """
    entities = ("answer", "interview", "interview_review")
    rows = session.execute(
        select(Change.entity, Change.row_id).where(
            Change.change_set_id == change_set.id, Change.entity.in_(entities)
        )
    ).all()
    if any(row.entity == "interview_review" for row in rows):
        return
    opened = {uuid.UUID(row.row_id) for row in rows if row.entity == "interview"}
    touched = {uuid.UUID(row.row_id) for row in rows if row.entity == "answer"}
    if not touched:
        return
    interviews = set(session.scalars(select(Answer.interview_id).where(Answer.id.in_(touched))))
    gone = select(Change.fields).where(
        Change.change_set_id == change_set.id, Change.entity == "answer"
    )
    for fields in session.scalars(gone):
        key = fields.get("interview_id")
        if isinstance(key, str):
            interviews.add(uuid.UUID(key))
    finished = select(Interview.id).where(
        Interview.id.in_(interviews - opened), Interview.state == InterviewState.FINISHED
    )
    if session.scalars(finished).first() is not None:
        text = _("The interview is finished. Re-open it with a reason to change its answers.")
        raise ConflictError(text)


def _get(session: Session, change_set_id: uuid.UUID) -> ChangeSet:
    found = session.get(ChangeSet, change_set_id)
    if found is None:
        raise NotFoundError(_("There is no such change."))
    return found


def _preview(session: Session, plan: UndoPlan) -> UndoPreview:
    reasons = {
        "undone": _("This change has been undone already."),
        "event": _("This is a record of what happened, there is nothing to undo."),
        "facts": _("An undone import cannot be repeated from the journal; import the file again."),
        "": "",
    }
    return UndoPreview(
        plan.change_set_id,
        title_text(plan.title, plan.args),
        len(plan.steps),
        plan.facts,
        plan.blocked,
        undo_words.sentences(session, plan),
        reasons[plan.impossible],
    )
