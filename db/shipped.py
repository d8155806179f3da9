"""Brings a workspace up to what the program ships: reasons, questionnaires, themes, scripts."""

import hashlib
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import (
    cadence_lines,
    calendar_days,
    journal,
    offers,
    questionnaires,
    reference,
    scripts,
    task_force_files,
    themes,
)
from db.models import Setting
from db.session import SYSTEM, Database
from db.vocabulary import ChangeKind

KEY: Final = "shipped"
TITLE: Final = "Take over what a new version of the program brings"  # shown through the catalogue


def refresh(database: Database) -> bool:
    """Take over what is new; gives whether anything was looked at.

    The files are compared with a digest kept in the workspace, so an ordinary start reads them
    and asks one question.
    """
    present = digest()
    with database.read() as session:
        if _known(session) == present:
            return False
    with database.write(SYSTEM) as session:
        seed(session, present)
    return True


def seed(session: Session, present: str = "") -> None:
    """Put them into a workspace and remember which."""
    journal.name_change(session, TITLE, kind=ChangeKind.SYSTEM)
    reference.seed(session)
    questionnaires.seed(session)
    themes.seed(session)
    offers.seed(session)
    calendar_days.seed(session)
    cadence_lines.seed(session)
    scripts.seed(session)
    kept = session.scalars(select(Setting).where(Setting.key == KEY)).first()
    value = {"digest": present or digest()}
    if kept is None:
        session.add(Setting(key=KEY, value=value))
    elif kept.value != value:
        kept.value = value
    session.flush()


def digest() -> str:
    """What the shipped files are, as one short text."""
    found = hashlib.sha256()
    for path in _files():
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def _files() -> list[Path]:
    names = ("reasons", "themes", "calendar", "offers", "cadence")
    lists = [reference.FOLDER / f"{name}.toml" for name in names]
    calls = sorted(task_force_files.SCRIPTS.glob("*.toml"))
    return [*lists, *sorted(questionnaires.FOLDER.glob("*.json")), *calls]


def _known(session: Session) -> str:
    value = session.scalar(select(Setting.value).where(Setting.key == KEY))
    return str((value or {}).get("digest", ""))
