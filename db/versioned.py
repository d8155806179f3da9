"""What has a code and numbered versions: questionnaires and scripts, kept in two tables each.

A version is a draft or published; a published one never changes. Those that come with the
program are put into a workspace once each.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import SQLColumnExpression, select
from sqlalchemy.orm import Session

from db import journal
from db.base import new_id, utcnow
from db.models import Questionnaire, QuestionnaireVersion, Script, ScriptVersion
from db.vocabulary import ChangeKind, ReasonOrigin, VersionState

OwnerT = TypeVar("OwnerT", Questionnaire, Script)
VersionT = TypeVar("VersionT", QuestionnaireVersion, ScriptVersion)


@dataclass(frozen=True, slots=True)
class Versioned(Generic[OwnerT, VersionT]):
    """The two tables.

    Attributes:
        owner: what has a code and titles.
        version: the versions of it.
        key: the column of a version that names its owner.
    """

    owner: type[OwnerT]
    version: type[VersionT]
    key: str

    @property
    def owner_id(self) -> SQLColumnExpression[uuid.UUID]:
        """The column of a version that names its owner."""
        column: SQLColumnExpression[uuid.UUID] = getattr(self.version, self.key)
        return column


QUESTIONNAIRES: Final = Versioned(Questionnaire, QuestionnaireVersion, "questionnaire_id")
SCRIPTS: Final = Versioned(Script, ScriptVersion, "script_id")


@dataclass(frozen=True, slots=True)
class Edition:
    """What is shipped of one owner; `number` rises with every change of it.

    Attributes:
        code: the code of the owner.
        number: which edition of the program's it is.
        owner: the other columns of the owner.
        version: the columns of the version.
    """

    code: str
    number: int
    owner: Mapping[str, Any]
    version: Mapping[str, Any]


def seed(
    session: Session, kind: Versioned[OwnerT, VersionT], editions: Iterable[Edition], title: str
) -> int:
    """Add what a workspace does not have yet; gives how many versions are new.

    A new edition becomes the next version. It is the one in use unless people made their own.

    Args:
        session: the writing session.
        kind: where they are kept.
        editions: what is shipped.
        title: name of the change set.
    """
    known = {each.code: each for each in session.scalars(select(kind.owner))}
    numbers: dict[object, dict[int, int | None]] = {}
    columns = (kind.owner_id, kind.version.number, kind.version.edition)
    for key, number, edition in session.execute(select(*columns)):
        numbers.setdefault(key, {})[number] = edition
    added = 0
    for each in editions:
        present = known.get(each.code)
        own = numbers.get(present.id, {}) if present is not None else {}
        if each.number in own.values():
            continue
        journal.name_change(session, title, kind=ChangeKind.SYSTEM)
        _add(session, kind, each, present, own)
        added += 1
    return added


def _add(
    session: Session,
    kind: Versioned[OwnerT, VersionT],
    each: Edition,
    present: OwnerT | None,
    own: Mapping[int, int | None],
) -> None:
    number = max(own, default=0) + 1
    if present is None:
        present = kind.owner(id=new_id(), code=each.code, origin=ReasonOrigin.SHIPPED, **each.owner)
        session.add(present)
        session.flush()
    version = kind.version(
        number=number,
        state=VersionState.PUBLISHED,
        edition=each.number,
        published_at=utcnow(),
        **{kind.key: present.id},
        **each.version,
    )
    session.add(version)
    if present.current_version is None or own.get(present.current_version) is not None:
        present.current_version = number
    session.flush()
