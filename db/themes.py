"""The themes that come with the program, put into a workspace once each.

A theme that people renamed, merged or retired stays as they left it.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import Theme
from db.vocabulary import ChangeKind

SEED_TITLE: Final = "Add the themes of the program"  # shown through the catalogue


def seed(session: Session, folder: Path = reference.FOLDER) -> int:
    """Add the themes a workspace does not have yet; gives how many are new."""
    known = set(session.scalars(select(Theme.code)))
    fresh = [entry for entry in reference.themes(folder) if entry.code not in known]
    if fresh:
        journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
        rows = [{"code": entry.code, "zh": entry.zh, "en": entry.en} for entry in fresh]
        journal.bulk_insert(session, Theme, rows)
    return len(fresh)
