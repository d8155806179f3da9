"""The steps in the life of a version that questionnaires and scripts share.

Whoever calls them has asked for the right; names of change sets and what is special of a kind stand
in `questionnaire_life` and `scripts`.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.versioned import OwnerT, Versioned, VersionT
from db.vocabulary import VersionState
from desktop_app import clock
from desktop_app.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import _
from desktop_app.services import access


@dataclass(frozen=True, slots=True)
class Kind(Generic[OwnerT, VersionT]):
    """What differs; the sentences are English texts marked with `N_`.

    Attributes:
        tables: where owners and versions are kept.
        is_used: whether something that people did follows a version.
        code_taken: there is one with {code} already.
        no_title: it needs a title.
        gone: there is no such owner.
        version_gone: there is no such version.
        draft_begun: a draft of {code} was begun, so no other one can be.
        saved_meanwhile: somebody else saved the draft of {code}.
        followed: the version is a draft again, but `is_used`.
        retired: {code} is retired already.
    """

    tables: Versioned[OwnerT, VersionT]
    is_used: Callable[[Session, uuid.UUID], bool]
    code_taken: str
    no_title: str
    gone: str
    version_gone: str
    draft_begun: str
    saved_meanwhile: str
    followed: str
    retired: str


# ---------------------------------------------------------------- what has versions


def require_free_code(session: Session, kind: Kind[OwnerT, VersionT], code: str) -> None:
    """Refuse a code that is taken. Raises InvalidInputError."""
    owner = kind.tables.owner
    if session.scalar(select(owner.id).where(owner.code == code)):
        raise InvalidInputError([Problem("code", _(kind.code_taken).format(code=code))])


def titles(kind: Kind[OwnerT, VersionT], zh: str, en: str) -> dict[str, str]:
    """Both titles; one stands for the other. Raises InvalidInputError when there is none."""
    if not (zh or en):
        raise InvalidInputError([Problem("zh", _(kind.no_title))])
    return {"zh": zh or en, "en": en or zh}


def owner_at(session: Session, kind: Kind[OwnerT, VersionT], owner_id: uuid.UUID) -> OwnerT:
    """What has versions. Raises NotFoundError."""
    found = session.get(kind.tables.owner, owner_id)
    if found is None:
        raise NotFoundError(_(kind.gone))
    return found


def offered(session: Session, kind: Kind[OwnerT, VersionT], owner_id: uuid.UUID) -> OwnerT:
    """What is to be retired. Raises NotFoundError, and ConflictError when it is already."""
    found = owner_at(session, kind, owner_id)
    if found.retired_on is not None:
        raise ConflictError(_(kind.retired).format(code=found.code))
    return found


# ---------------------------------------------------------------- its versions


def begun(
    session: Session, kind: Kind[OwnerT, VersionT], found: OwnerT, *, has_content: bool
) -> uuid.UUID | None:
    """The draft that was begun. Raises ConflictError when other content is to take its place."""
    version = kind.tables.version
    key = session.scalar(
        select(version.id).where(
            kind.tables.owner_id == found.id, version.state == VersionState.DRAFT
        )
    )
    if key is not None and has_content:
        raise ConflictError(_(kind.draft_begun).format(code=found.code))
    return key


def best_first(session: Session, kind: Kind[OwnerT, VersionT], found: OwnerT) -> list[VersionT]:
    """The version in use, then the others, the newest first."""
    version = kind.tables.version
    order = ((version.number == found.current_version).desc(), version.number.desc())
    statement = select(version).where(kind.tables.owner_id == found.id).order_by(*order)
    return list(session.scalars(statement))


def add_draft(
    session: Session,
    kind: Kind[OwnerT, VersionT],
    found: OwnerT,
    values: Mapping[str, Any],
) -> uuid.UUID:
    """Make a draft of the next version with these columns; returns its key."""
    numbers = session.scalars(
        select(kind.tables.version.number).where(kind.tables.owner_id == found.id)
    )
    number = max(numbers, default=0) + 1
    version = kind.tables.version(number=number, **{kind.tables.key: found.id}, **values)
    session.add(version)
    session.flush()
    return version.id


def unpublished(
    session: Session, kind: Kind[OwnerT, VersionT], version_id: uuid.UUID
) -> tuple[VersionT, OwnerT]:
    """A draft and what it is of.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published.
    """
    version = session.get(kind.tables.version, version_id)
    if version is None:
        raise NotFoundError(_(kind.version_gone))
    if version.state != VersionState.DRAFT:
        text = _("Version {number} is published and never changes. Begin a new version.")
        raise ConflictError(text.format(number=version.number))
    return version, session.get_one(kind.tables.owner, getattr(version, kind.tables.key))


def editable(
    session: Session,
    kind: Kind[OwnerT, VersionT],
    version_id: uuid.UUID,
    revision: int | None = None,
) -> tuple[VersionT, OwnerT]:
    """A draft that may be changed, and what it is of.

    Args:
        session: the writing session.
        kind: what differs.
        version_id: the draft.
        revision: which revision was edited; None takes any.

    Raises:
        NotFoundError: it is gone.
        ConflictError: it is published, or its publication was undone and something follows it.
        ChangedMeanwhileError: somebody else saved it since.
    """
    version, found = unpublished(session, kind, version_id)
    if kind.is_used(session, version.id):  # its publication was undone
        raise ConflictError(_(kind.followed))
    if revision is not None and version.version != revision:
        raise ChangedMeanwhileError(_(kind.saved_meanwhile).format(code=found.code))
    return version, found


def give_number(
    session: Session, kind: Kind[OwnerT, VersionT], version: VersionT, found: OwnerT
) -> int:
    """Give a draft that is published a number above all others; returns it."""
    others = select(func.max(kind.tables.version.number)).where(
        kind.tables.owner_id == found.id, kind.tables.version.id != version.id
    )
    version.number = max(version.number, (session.scalar(others) or 0) + 1)
    return version.number


def put_into_use(session: Session, version: VersionT, found: OwnerT, note: str) -> int:
    """Publish a version that has its number; returns it."""
    version.state = VersionState.PUBLISHED
    version.note = note.strip()
    version.published_at = clock.now()
    version.published_by_id = access.actor(session).user_id
    found.current_version = version.number
    session.flush()
    return version.number


def discard(session: Session, version: VersionT, found: OwnerT) -> None:
    """Throw a draft away; what has no other version goes with it."""
    session.delete(version)
    session.flush()
    if found.current_version is None:
        session.delete(found)
        session.flush()
