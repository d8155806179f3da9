"""The scripts 话术 and snippets that come with the program, put into a workspace once each.

A snippet that people changed or retired stays as they left it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, task_force_files
from db.base import new_id, utcnow
from db.models import Script, ScriptVersion, Snippet
from db.task_force_files import ScriptFile
from db.vocabulary import ChangeKind, ReasonOrigin, VersionState

SEED_TITLE: Final = "Add the scripts of the program"  # shown through the catalogue


def seed(session: Session, folder: Path = task_force_files.SCRIPTS) -> int:
    """Add what a workspace does not have yet; gives how many versions and snippets are new.

    A new edition becomes the next version. It is the one in use unless people made their own.
    """
    known = {each.code: each for each in session.scalars(select(Script))}
    columns = (ScriptVersion.script_id, ScriptVersion.number, ScriptVersion.edition)
    numbers: dict[object, dict[int, int | None]] = {}
    for key, number, edition in session.execute(select(*columns)):
        numbers.setdefault(key, {})[number] = edition
    added = _add_snippets(session, folder)
    for each in task_force_files.scripts(folder):
        present = known.get(each.code)
        own = numbers.get(present.id, {}) if present is not None else {}
        if each.edition in own.values():
            continue
        if not added:
            journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
        _add(session, each, present, own)
        added += 1
    return added


def _add(
    session: Session, each: ScriptFile, present: Script | None, own: Mapping[int, int | None]
) -> None:
    number = max(own, default=0) + 1
    if present is None:
        present = Script(
            id=new_id(),
            code=each.code,
            zh=each.zh,
            en=each.en,
            occasion=each.occasion,
            origin=ReasonOrigin.SHIPPED,
        )
        session.add(present)
        session.flush()
    session.add(
        ScriptVersion(
            script_id=present.id,
            number=number,
            state=VersionState.PUBLISHED,
            edition=each.edition,
            content=dict(each.content),
            published_at=utcnow(),
        )
    )
    if present.current_version is None or own.get(present.current_version) is not None:
        present.current_version = number
    session.flush()


def _add_snippets(session: Session, folder: Path) -> int:
    known = set(session.scalars(select(Snippet.trigger)))
    fresh = [each for each in task_force_files.snippets(folder) if each.code not in known]
    if fresh:
        journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
        rows = [
            {"trigger": each.code, "zh": each.zh, "en": each.en, "origin": ReasonOrigin.SHIPPED}
            for each in fresh
        ]
        journal.bulk_insert(session, Snippet, rows)
    return len(fresh)
