"""What a user is typing and has not saved yet: kept so that a crash loses nothing.

A draft belongs to one user and one form of one record (its key). It is offered again, never
applied by itself, and is no change of anybody's data: the journal leaves it out. Whoever may keep
things of their own (`Action.SAVE_VIEW`: all who write anything) may have drafts.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import TypedDraft
from desktop_app import clock
from desktop_app.domain.permissions import Action
from desktop_app.errors import InvalidInputError, NotAllowedError, Problem
from desktop_app.i18n import _
from desktop_app.services import access

MAX_KEY: Final = 640


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A draft as it was typed last; `content` is whatever the form gave."""

    key: str
    content: Mapping[str, Any]
    saved_at: dt.datetime


def save_draft(session: Session, key: str, content: Mapping[str, Any]) -> None:
    """Keep what is being typed, in place of what was kept before under the key.

    Args:
        session: the writing session.
        key: form and record, for example ``case:<id>``.
        content: values ready for JSON.

    Raises:
        InvalidInputError: the key is empty or longer than 640 characters.
    """
    access.require(session, Action.SAVE_VIEW)
    if not 0 < len(key) <= MAX_KEY:
        raise InvalidInputError([Problem("key", _("This draft cannot be kept."))])
    user_id = _me(session)
    draft = session.get(TypedDraft, (user_id, key))
    if draft is None:
        session.add(
            TypedDraft(user_id=user_id, key=key, content=dict(content), saved_at=clock.now())
        )
    elif draft.content != content:
        draft.content, draft.saved_at = dict(content), clock.now()
    session.flush()


def load_draft(session: Session, key: str) -> SavedDraft | None:
    """What was kept under a key, or None."""
    access.require(session, Action.VIEW)
    draft = session.get(TypedDraft, (_me(session), key))
    return None if draft is None else SavedDraft(draft.key, draft.content, draft.saved_at)


def discard_draft(session: Session, key: str) -> bool:
    """Forget a draft, because it was saved or is not wanted; whether there was one."""
    access.require(session, Action.SAVE_VIEW)
    return bool(discard_drafts(session, [key]))


def discard_drafts(session: Session, keys: Iterable[str]) -> int:
    """Forget several drafts; how many there were."""
    access.require(session, Action.SAVE_VIEW)
    mine = TypedDraft.user_id == _me(session), TypedDraft.key.in_(list(keys))
    found = session.scalars(select(TypedDraft).where(*mine)).all()
    for draft in found:
        session.delete(draft)
    session.flush()
    return len(found)


def open_drafts(session: Session, prefix: str = "") -> list[SavedDraft]:
    """The actor's drafts whose key begins with a prefix, the newest first."""
    access.require(session, Action.VIEW)
    rows = session.scalars(
        select(TypedDraft)
        .where(
            TypedDraft.user_id == _me(session), TypedDraft.key.startswith(prefix, autoescape=True)
        )
        .order_by(TypedDraft.saved_at.desc(), TypedDraft.key)
    )
    return [SavedDraft(row.key, row.content, row.saved_at) for row in rows]


def _me(session: Session) -> uuid.UUID:
    user_id = access.actor(session).user_id
    if user_id is None:
        raise NotAllowedError(_("Nobody is signed in."))
    return user_id
