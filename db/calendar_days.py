"""The holidays and make-up working days 调休 that come with the program, put into a workspace once.

A day that is in a workspace already stays as people left it.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, reference, task_force_files
from db.models import CalendarDay
from db.vocabulary import ChangeKind

SEED_TITLE: Final = "Add the holidays of the program"  # shown through the catalogue


def seed(session: Session, folder: Path = reference.FOLDER) -> int:
    """Add the days a workspace does not have yet; gives how many are new."""
    known = set(session.scalars(select(CalendarDay.day)))
    fresh = [each for each in task_force_files.holidays(folder) if each.day not in known]
    if fresh:
        journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
        rows = [
            {
                "day": each.day,
                "is_working": each.is_working,
                "is_festival": each.is_statutory,
                "zh": each.zh,
                "en": each.en,
            }
            for each in fresh
        ]
        journal.bulk_insert(session, CalendarDay, rows)
    return len(fresh)
