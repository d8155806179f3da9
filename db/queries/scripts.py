"""Scripts: the list, their versions, what came of their calls; and the snippets."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.models import Case, Script, ScriptRun, ScriptVersion, Snippet, User
from db.queries import versioned
from db.queries.closed import is_closed
from db.queries.versioned import Listed
from db.queries.watch import SAVED
from db.versioned import SCRIPTS
from db.vocabulary import Occasion, ReasonOrigin, VersionState


@dataclass(frozen=True, slots=True)
class ScriptRow(Listed):
    """A line of the list; `steps` are those of the version in use, else of the draft.

    `runs` are the calls of all versions. `judged` and `saved` are those of the version in use that
    ended in a case that is closed now, and in one that was saved; `published_at` is when it was
    published.
    """

    occasion: Occasion
    steps: int
    runs: int
    judged: int = 0
    saved: int = 0
    published_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class ScriptVersionRow:
    """A version of a script, without its steps; `revision` rises when a draft is saved.

    `judged` and `saved` as in `ScriptRow`.
    """

    id: uuid.UUID
    script_id: uuid.UUID
    number: int
    state: VersionState
    edition: int | None
    steps: int
    runs: int
    note: str
    published_at: dt.datetime | None
    by: str
    revision: int
    judged: int = 0
    saved: int = 0


@dataclass(frozen=True, slots=True)
class SnippetRow:
    """Words called by `::` and their trigger."""

    id: uuid.UUID
    trigger: str
    zh: str
    en: str
    origin: ReasonOrigin
    retired_on: dt.date | None

    def words(self, language: str) -> str:
        """The words in a language, or in the other one if there are none."""
        return (self.zh if language.startswith("zh") else self.en) or self.zh or self.en


def list_scripts(
    session: Session, occasion: Occasion | None = None, *, with_retired: bool = False
) -> list[ScriptRow]:
    """The scripts, shipped ones first, then by code."""
    current, draft = versioned.in_use_and_draft(
        SCRIPTS, ScriptVersion.content, ScriptVersion.published_at
    )
    runs = (
        select(func.count())
        .select_from(ScriptRun)
        .join(ScriptVersion, ScriptVersion.id == ScriptRun.script_version_id)
        .where(ScriptVersion.script_id == Script.id)
        .scalar_subquery()
    )
    statement = select(
        Script,
        current.c.id,
        draft.c.id,
        current.c.content,
        draft.c.content,
        runs,
        *_came_of(current.c.id),
        current.c.published_at,
    )
    if occasion is not None:
        statement = statement.where(Script.occasion == occasion)
    rows = session.execute(
        versioned.listed(SCRIPTS, statement, current, draft, with_retired=with_retired)
    )
    return [
        ScriptRow(
            id=found.id,
            code=found.code,
            zh=found.zh,
            en=found.en,
            occasion=Occasion(found.occasion),
            origin=ReasonOrigin(found.origin),
            current_version=found.current_version,
            current_id=current_id,
            draft_id=draft_id,
            steps=_count(current_content or draft_content),
            runs=count,
            retired_on=found.retired_on,
            judged=judged,
            saved=saved,
            published_at=published_at,
        )
        for (
            found, current_id, draft_id, current_content, draft_content, count, judged, saved,
            published_at,
        ) in rows
    ]  # fmt: skip


def versions_of(session: Session, script_id: uuid.UUID) -> list[ScriptVersionRow]:
    """The versions of a script, the newest first."""
    runs = (
        select(func.count())
        .select_from(ScriptRun)
        .where(ScriptRun.script_version_id == ScriptVersion.id)
        .scalar_subquery()
    )
    statement = select(
        ScriptVersion, runs, func.coalesce(User.name, ""), *_came_of(ScriptVersion.id)
    )
    rows = session.execute(versioned.newest_first(SCRIPTS, statement, script_id))
    return [
        ScriptVersionRow(
            id=found.id,
            script_id=found.script_id,
            number=found.number,
            state=VersionState(found.state),
            edition=found.edition,
            steps=_count(found.content),
            runs=count,
            note=found.note,
            published_at=found.published_at,
            by=by,
            revision=found.version,
            judged=judged,
            saved=saved,
        )
        for found, count, by, judged, saved in rows
    ]


def _came_of(version_id: Any) -> tuple[Any, Any]:
    """How many calls of a version ended in a closed case, and in one that was saved."""
    ended = (
        select(func.count())
        .select_from(ScriptRun)
        .join(Case, Case.id == ScriptRun.case_id)
        .where(
            ScriptRun.script_version_id == version_id, ScriptRun.ended_at.is_not(None), is_closed()
        )
    )
    saved = ended.where(Case.outcome.in_(SAVED))
    return ended.scalar_subquery(), saved.scalar_subquery()


def _count(content: Mapping[str, Any] | None) -> int:
    steps = (content or {}).get("steps", ())
    return len(steps) if isinstance(steps, list) else 0


def list_snippets(session: Session, *, with_retired: bool = False) -> list[SnippetRow]:
    """The snippets by their trigger."""
    statement = select(Snippet).order_by(Snippet.trigger)
    if not with_retired:
        statement = statement.where(Snippet.retired_on.is_(None))
    return [
        SnippetRow(
            id=found.id,
            trigger=found.trigger,
            zh=found.zh,
            en=found.en,
            origin=ReasonOrigin(found.origin),
            retired_on=found.retired_on,
        )
        for found in session.scalars(statement)
    ]
