"""The cadence that comes with the program, put into a workspace once.

From then on the table belongs to the workspace; `desktop_app.domain.cadence` says what it means.
"""

from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db import journal, reference
from db.models import CadenceLine
from db.vocabulary import ChangeKind

SEED_TITLE: Final = "Add the cadence of the program"  # shown through the catalogue
CONDITIONAL_MONTHS: Final = 3
"""Months within which a contact that is owed on a condition is made (design; no source says)."""


def shipped(folder: Path = reference.FOLDER) -> list[dict[str, Any]]:
    """The lines of the shipped table in their order, as columns; "nobody else" is no line."""
    said = [
        (entry.code, entry.extra)
        for entry in reference.entries("cadence", folder=folder)
        if entry.extra.get("rule") != "none"
    ]
    return [
        {
            "code": code,
            "klass": str(extra["class"]).lower(),
            "role": extra["role"],
            "channel": extra["channel"],
            "minimum": extra.get("min", 1),
            "maximum": extra.get("max"),
            "per_months": extra.get("per_months", CONDITIONAL_MONTHS),
            "latest_months": extra.get("latest_months"),
            "condition": extra.get("condition"),
            "shortest_gap": extra.get("shortest_gap"),
            "position": position,
        }
        for position, (code, extra) in enumerate(said, start=1)
    ]


def seed(session: Session, folder: Path = reference.FOLDER) -> int:
    """Put the table into a workspace that has none; gives how many lines are new."""
    if session.scalar(select(func.count()).select_from(CadenceLine)):
        return 0
    journal.name_change(session, SEED_TITLE, kind=ChangeKind.SYSTEM)
    return len(journal.bulk_insert(session, CadenceLine, shipped(folder)))
