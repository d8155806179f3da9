"""What the lists of questionnaires and of scripts have in common: an owner with its versions."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnExpressionArgument, Select, Subquery, and_, select

from db.models import User
from db.versioned import OwnerT, Versioned, VersionT
from db.vocabulary import ReasonOrigin, VersionState


@dataclass(frozen=True, slots=True)
class Listed:
    """What a line says of an owner; `current_id` and `draft_id` are keys of versions."""

    id: uuid.UUID
    code: str
    zh: str
    en: str
    origin: ReasonOrigin
    current_version: int | None
    current_id: uuid.UUID | None
    draft_id: uuid.UUID | None
    retired_on: dt.date | None

    def title(self, language: str) -> str:
        """The title in a language of the program."""
        return (self.zh if language.startswith("zh") else self.en) or self.zh or self.en


def in_use_and_draft(
    kind: Versioned[OwnerT, VersionT], *columns: ColumnExpressionArgument[Any]
) -> tuple[Subquery, Subquery]:
    """The published versions and the drafts, with these columns beside key, owner and number."""
    published, drafts = (
        select(kind.version.id, kind.owner_id.label("owner_id"), kind.version.number, *columns)
        .where(kind.version.state == state)
        .subquery()
        for state in (VersionState.PUBLISHED, VersionState.DRAFT)
    )
    return published, drafts


def listed(
    kind: Versioned[OwnerT, VersionT],
    statement: Select[Any],
    current: Subquery,
    draft: Subquery,
    *,
    with_retired: bool,
) -> Select[Any]:
    """A list of owners with `in_use_and_draft`, shipped ones first, then by code."""
    statement = (
        statement.outerjoin(
            current,
            and_(
                current.c.owner_id == kind.owner.id,
                current.c.number == kind.owner.current_version,
            ),
        )
        .outerjoin(draft, draft.c.owner_id == kind.owner.id)
        .order_by(kind.owner.origin != ReasonOrigin.SHIPPED, kind.owner.code)
    )
    return statement if with_retired else statement.where(kind.owner.retired_on.is_(None))


def newest_first(
    kind: Versioned[OwnerT, VersionT], statement: Select[Any], owner_id: uuid.UUID
) -> Select[Any]:
    """A list of the versions of one owner, with `User` as who published each."""
    return (
        statement.outerjoin(User, User.id == kind.version.published_by_id)
        .where(kind.owner_id == owner_id)
        .order_by(kind.version.number.desc())
    )
