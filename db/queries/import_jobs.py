"""Imported files as lists show them."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.models import ChangeSet, ImportJob
from db.vocabulary import ImportKind


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One imported file with its counts and the change set to undo it by."""

    id: uuid.UUID
    at: dt.datetime
    kind: ImportKind
    file_name: str
    rows: int
    new: int
    changed: int
    same: int
    rejected: int
    by: str
    change_set_id: uuid.UUID | None
    is_undone: bool


def list_imports(session: Session, text: str, offset: int, limit: int) -> list[ImportRow]:
    """A window of the imports whose file name holds a text, newest first."""
    rows = session.execute(
        select(ImportJob, ChangeSet)
        .outerjoin(ChangeSet, ChangeSet.import_id == ImportJob.id)
        .where(ImportJob.file_name.icontains(text, autoescape=True))
        .order_by(ImportJob.created_at.desc(), ImportJob.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        ImportRow(
            job.id,
            job.created_at,
            ImportKind(job.kind),
            job.file_name,
            job.rows,
            job.new,
            job.changed,
            job.same,
            job.rejected,
            change_set.actor_name if change_set else "",
            change_set.id if change_set else None,
            bool(change_set and change_set.undone_by),
        )
        for job, change_set in rows
    ]
