"""The scripts 话术 and snippets that come with the program, put into a workspace once each.

A snippet that people changed or retired stays as they left it.
"""

from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal, task_force_files, versioned
from db.models import Snippet
from db.versioned import Edition
from db.vocabulary import ChangeKind, ReasonOrigin

SEED_TITLE: Final = "Add the scripts of the program"  # shown through the catalogue


def seed(session: Session, folder: Path = task_force_files.SCRIPTS) -> int:
    """Add what a workspace does not have yet; gives how many versions and snippets are new.

    A new edition becomes the next version. It is the one in use unless people made their own.
    """
    editions = [
        Edition(
            each.code,
            each.edition,
            {"zh": each.zh, "en": each.en, "occasion": each.occasion},
            {"content": dict(each.content)},
        )
        for each in task_force_files.scripts(folder)
    ]
    snippets = _add_snippets(session, folder)
    return snippets + versioned.seed(session, versioned.SCRIPTS, editions, SEED_TITLE)


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
