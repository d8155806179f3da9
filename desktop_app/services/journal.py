"""History and undo for people: sentences instead of rows, rights checked."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import undo as undo_engine
from db.models import Change, ChangeSet
from db.undo import Blocker, UndoBlockedError, UndoPlan
from db.vocabulary import AttemptResult, CaseStage, ChangeKind, Channel, Outcome, RuleKind
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, NotFoundError
from desktop_app.i18n import N_, _, ngettext
from desktop_app.labels import label
from desktop_app.services import access

_TITLES = (N_("Undo: {title}"), N_("Create the workspace"))  # made in db, translated here
_LISTED = 5
_RIGHTS: Mapping[str, Action] = {
    "app_user": Action.MANAGE_USERS,
    "store": Action.MANAGE_USERS,
    "setting": Action.EDIT_SETTINGS,
    "reason": Action.EDIT_REFERENCE,
    "reason_version": Action.EDIT_REFERENCE,
}
"""Tables that undo may touch only with the right to change them: a role is not won by undo."""
_WORDS: Mapping[str, type[StrEnum]] = {
    "rule": RuleKind,
    "stage": CaseStage,
    "outcome": Outcome,
    "result": AttemptResult,
    "channel": Channel,
}


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


def title_text(title: str, args: Mapping[str, Any]) -> str:
    """The title of a change set in the present language."""
    shown = {name: _word(name, value) for name, value in args.items()}
    if isinstance(shown.get("args"), dict) and "title" in shown:  # an undo names what it undid
        shown["title"] = title_text(shown["title"], shown["args"])
    try:
        return _(title).format(**shown)
    except (KeyError, IndexError, ValueError):
        return _(title)


def _word(name: str, value: Any) -> Any:
    """Stored words of the business in the present language."""
    words = _WORDS.get(name)
    return label(words(value)) if words and value in set(words) else value


def preview_undo(session: Session, change_set_id: uuid.UUID) -> UndoPreview:
    """Say what undoing would do and what stands in the way. Raises NotFoundError."""
    access.require(session, Action.VIEW)
    return _preview(_plan(session, change_set_id))


def undo(session: Session, change_set_id: uuid.UUID, *, skip_blocked: bool = False) -> UndoPreview:
    """Undo a change set as a change set of its own.

    Args:
        session: the writing session.
        change_set_id: what to undo.
        skip_blocked: leave what something newer stands in the way of, undo the rest.

    Raises:
        NotFoundError: there is no such change set.
        NotAllowedError: it is somebody else's and the role may only undo its own, or it changed
            what the role may not change (users, settings, reasons).
        ConflictError: something newer stands in the way; the sentence says what.
    """
    change_set = session.get(ChangeSet, change_set_id)
    if change_set is None:
        raise NotFoundError(_("There is no such change."))
    own = change_set.actor_id == access.actor(session).user_id
    access.require(session, Action.UNDO_OWN if own else Action.UNDO_ANY)
    touched = select(Change.entity).where(Change.change_set_id == change_set_id).distinct()
    for right in {_RIGHTS[entity] for entity in session.scalars(touched) if entity in _RIGHTS}:
        access.require(session, right)
    try:
        plan = undo_engine.undo(session, change_set_id, skip_blocked=skip_blocked)
    except UndoBlockedError as error:
        preview = _preview(error.plan)
        raise ConflictError(preview.impossible or "\n".join(preview.sentences)) from error
    return _preview(plan)


def last_own(session: Session, since: dt.datetime | None = None) -> uuid.UUID | None:
    """The user's newest change set that can be undone, for Ctrl+Z."""
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


def _plan(session: Session, change_set_id: uuid.UUID) -> UndoPlan:
    try:
        return undo_engine.plan_undo(session, change_set_id)
    except LookupError as error:
        raise NotFoundError(_("There is no such change.")) from error


def _preview(plan: UndoPlan) -> UndoPreview:
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
        tuple(_sentences(plan)),
        reasons[plan.impossible],
    )


def _sentences(plan: UndoPlan) -> list[str]:
    """One sentence a change set that stands in the way, the most frequent first."""
    counted = Counter(_sentence(blocker) for blocker in plan.blockers)
    shown = [
        f"{text} ({count})" if count > 1 else text for text, count in counted.most_common(_LISTED)
    ]
    rest = plan.blocked - sum(count for _text, count in counted.most_common(_LISTED))
    if rest > 0:
        shown.append(ngettext("and {n} more", "and {n} more", rest).format(n=rest))
    return shown


def _sentence(blocker: Blocker) -> str:
    what = entity_text(blocker.entity)
    match blocker.kind:
        case "needed":
            return _("{what} came later and needs it.").format(what=what)
        case "exists":
            return _("{what} is there again.").format(what=what)
        case "deleted":
            return _("{what} was removed later.").format(what=what)
        case "missing":
            return _("{what} is gone and would be needed.").format(what=what)
        case "taken":
            return _("{what} has the same number or name by now.").format(what=what)
        case _:
            by = title_text(blocker.by_title, blocker.by_args) if blocker.by_title else ""
            text = _("{what} was changed later by {name}: {title}")
            return text.format(what=what, name=blocker.by_name, title=by)


def entity_text(entity: str) -> str:
    """The word for a table's rows."""
    return {
        "customer": _("Customer"),
        "contact": _("Contact"),
        "departure_case": _("Case"),
        "case_reason": _("Reason of a case"),
        "case_event": _("Entry of a case"),
        "probe_step": _("Step of a why-chain"),
        "contact_attempt": _("Attempt"),
        "visit": _("Visit"),
        "interview": _("Interview"),
        "answer": _("Answer"),
        "defection_signal": _("Signal"),
        "defection_rule": _("Rule"),
        "customer_order": _("Order"),
        "order_line": _("Order line"),
        "import_job": _("Import"),
        "saved_view": _("Saved view"),
        "setting": _("Setting"),
        "app_user": _("User"),
        "store": _("Store"),
        "reason": _("Reason"),
        "reason_version": _("Words of a reason"),
    }.get(entity, entity)


def age_text(at: dt.datetime) -> str:
    """How long ago, as a second hint."""
    minutes = int((clock.now() - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:  # noqa: PLR2004
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)
    hours = minutes // 60
    if hours < 24:  # noqa: PLR2004
        return ngettext("{n} hour ago", "{n} hours ago", hours).format(n=hours)
    return ngettext("{n} day ago", "{n} days ago", hours // 24).format(n=hours // 24)
