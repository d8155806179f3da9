"""Files of cases and of their interviews; what they hold is read by `db.attachments`."""

import datetime as dt
import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.models import Attachment, User


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """A file: what it is, where it belongs, who added it. The size is in bytes."""

    id: uuid.UUID
    case_id: uuid.UUID | None
    interview_id: uuid.UUID | None
    address: str
    name: str
    media_type: str
    size: int
    at: dt.datetime
    by: str


def attachment(session: Session, attachment_id: uuid.UUID) -> AttachmentRow:
    """One file that is there."""
    return _rows(session, Attachment.id == attachment_id)[0]


def of_case(session: Session, case_id: uuid.UUID) -> list[AttachmentRow]:
    """The files of a case and of its interviews, the newest first."""
    return _rows(session, Attachment.case_id == case_id)


def of_interview(session: Session, interview_id: uuid.UUID) -> list[AttachmentRow]:
    """The files of one interview, the newest first."""
    return _rows(session, Attachment.interview_id == interview_id)


def of_visit(session: Session, visit_id: uuid.UUID) -> list[AttachmentRow]:
    """The files of one visit, the newest first."""
    return _rows(session, Attachment.visit_id == visit_id)


def _rows(session: Session, condition: ColumnElement[bool]) -> list[AttachmentRow]:
    columns = (
        Attachment.id,
        Attachment.case_id,
        Attachment.interview_id,
        Attachment.address,
        Attachment.name,
        Attachment.media_type,
        Attachment.size,
        Attachment.at,
        func.coalesce(User.name, ""),
    )
    statement = (
        select(*columns)
        .outerjoin(User, User.id == Attachment.by_id)
        .where(condition)
        .order_by(Attachment.at.desc(), Attachment.id.desc())
    )
    return [AttachmentRow(*row) for row in session.execute(statement)]
