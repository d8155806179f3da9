"""An interview that was begun by accident is taken away again."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import journal
from db.models import (
    Answer,
    AnswerTheme,
    Attachment,
    Interview,
    InterviewReview,
    TypedDraft,
)
from db.queries.journal import record_history
from db.vocabulary import InterviewState
from desktop_app.domain.attachments import tidy_name
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life
from desktop_app.services.interview_rows import load_draft


def drop(session: Session, interview_id: uuid.UUID) -> None:
    """Take an interview that was begun away with its answers; undo brings it back.

    What was typed in it and not saved is forgotten for good. Files that answer its questions stay
    as files of the case.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
        ConflictError: it is or was finished, it is a second keying, or the case is closed.
    """
    access.require(session, Action.WORK_CASE)
    interview, case = load_draft(session, interview_id)
    if interview.verifies_id is not None:
        text = _("This is the second keying of another interview. Give the second keying up.")
        raise ConflictError(text)
    if _was_finished(session, interview):
        text = _(
            "This interview was finished once, and its case may say what it said. Correct it and "
            "finish it again."
        )
        raise ConflictError(text)
    journal.name_change(
        session, N_("Drop the begun interview of case {number}"), number=case.number
    )
    _leave_files(session, interview)
    for model in (Answer, AnswerTheme, InterviewReview):
        for row in session.scalars(select(model).where(model.interview_id == interview.id)):
            session.delete(row)
    typed = select(TypedDraft).where(TypedDraft.key.contains(str(interview.id)))
    for draft in session.scalars(typed):  # answers, and a note about it
        session.delete(draft)
    session.flush()
    session.delete(interview)
    session.flush()


def _was_finished(session: Session, interview: Interview) -> bool:
    """Whether it was ever finished, undone since or not: its case may say what it said."""
    history = record_history(session, Interview.__tablename__, interview.id)
    return any(
        each.field == "state" and InterviewState.FINISHED in (each.old, each.new)
        for each in history
    )


def _leave_files(session: Session, interview: Interview) -> None:
    """Files of an interview become files of its case, under a name that is free there."""
    of_case = select(Attachment).where(
        Attachment.case_id == interview.case_id, Attachment.interview_id.is_(None)
    )
    names = [each.name for each in session.scalars(of_case)]
    mine = select(Attachment).where(Attachment.interview_id == interview.id)
    for file in session.scalars(mine.order_by(Attachment.at, Attachment.id)).all():
        name = tidy_name(file.name, names)
        names.append(name)
        case_life.set_values(file, {"interview_id": None, "address": "", "name": name})
    session.flush()
