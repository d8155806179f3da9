"""Files of cases and of answers: kept encrypted beside the database, listed, read, taken away."""

import hashlib
import uuid
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import attachments as files
from db import journal
from db.models import Answer, Attachment, Case, Customer, Interview
from db.queries import attachments as queries
from db.queries.attachments import AttachmentRow
from desktop_app import clock
from desktop_app.domain.attachments import (
    MOST_BYTES,
    RECORDINGS,
    kind_of,
    media_type,
    tidy_name,
)
from desktop_app.domain.permissions import Action
from desktop_app.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    Problem,
)
from desktop_app.i18n import N_, _
from desktop_app.services import access, case_life, pictures, repeats, visit_view

__all__ = [
    "AttachmentRow",
    "add",
    "add_to_visit",
    "find",
    "read",
    "read_for_export",
    "remove",
    "rows_of_case",
    "rows_of_interview",
    "rows_of_visit",
    "take_out",
]


# ---------------------------------------------------------------- reading


def rows_of_case(session: Session, case_id: uuid.UUID) -> list[AttachmentRow]:
    """The files of a case and of its interviews, the newest first.

    Raises:
        NotFoundError, NotAllowedError: the case is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    case_life.load(session, case_id)
    return queries.of_case(session, case_id)


def rows_of_interview(session: Session, interview_id: uuid.UUID) -> list[AttachmentRow]:
    """The files that answers of an interview name, the newest first.

    Raises:
        NotFoundError, NotAllowedError: the interview is gone, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    _interview(session, interview_id)
    return queries.of_interview(session, interview_id)


def rows_of_visit(session: Session, visit_id: uuid.UUID) -> list[AttachmentRow]:
    """The files of a visit, the newest first.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone or out of reach.
    """
    access.require(session, Action.VIEW)
    visit_view.load(session, visit_id)
    return queries.of_visit(session, visit_id)


def find(session: Session, interview_id: uuid.UUID, name: str) -> AttachmentRow:
    """The file of an interview with a name, as an answer gives it.

    Raises:
        NotFoundError, NotAllowedError: there is none, or its case is out of reach.
    """
    access.require(session, Action.VIEW)
    for row in rows_of_interview(session, interview_id):
        if row.name == name:
            return row
    raise NotFoundError(_("There is no file “{name}” in this interview.").format(name=name))


def read(session: Session, attachment_id: uuid.UUID) -> bytes:
    """The content of a file. A recording is opened in a writing session: it is an event.

    Raises:
        NotFoundError: the file is gone, missing in the folder, or damaged.
        NotAllowedError: its case is out of reach.
    """
    access.require(session, Action.VIEW)
    found, case = _load(session, attachment_id)
    if kind_of(found.media_type) in RECORDINGS:
        if case is None:
            number = _customer_of(session, found).number
            title = N_("Open the recording {name} of customer {number}")
        else:
            title, number = N_("Open the recording {name} of case {number}"), case.number
        journal.record_event(session, title, name=found.name, number=number)
    return _read(session, found)


def take_out(session: Session, attachment_id: uuid.UUID) -> bytes:
    """The content of a file, to be saved outside the program: an event of the journal.

    Raises:
        NotFoundError: as `read`.
        NotAllowedError: the role may not export, or the case is out of reach.
    """
    access.require(session, Action.EXPORT)
    found, case = _load(session, attachment_id)
    if case is None:
        number = _customer_of(session, found).number
        title = N_("Save a copy of the file {name} of customer {number}")
    else:
        title, number = N_("Save a copy of the file {name} of case {number}"), case.number
    journal.record_event(session, title, name=found.name, number=number)
    return _read(session, found)


def read_for_export(session: Session, interview_id: uuid.UUID, name: str) -> bytes:
    """The content of a file that an answer names, for an export whose event is written.

    Raises:
        NotFoundError: the file or interview is gone, missing in the folder, or damaged.
        NotAllowedError: the role may not export, or the case is out of reach.
    """
    access.require(session, Action.EXPORT)
    return _read(session, _load(session, find(session, interview_id, name).id)[0])


def _read(session: Session, found: Attachment) -> bytes:
    try:
        return files.load(session, found.sha256)
    except files.FileMissingError as error:
        text = _(
            "The file “{name}” is missing in the folder “attachments” of the workspace. Put it "
            "back from a copy of that folder."
        )
        raise NotFoundError(text.format(name=found.name)) from error
    except files.FileDamagedError as error:
        text = _(
            "The file “{name}” is damaged. Put it back from a copy of the folder “attachments” of "
            "the workspace."
        )
        raise NotFoundError(text.format(name=found.name)) from error


# ---------------------------------------------------------------- changing


def add(
    session: Session,
    case_id: uuid.UUID,
    source: Path | bytes,
    name: str = "",
    *,
    interview_id: uuid.UUID | None = None,
    address: str = "",
    seen: str | None = None,
) -> AttachmentRow:
    """Add a file to a case, or as the answer to a question of one of its interviews.

    A closed case takes files, too: evidence such as a signed letter comes late, and it changes
    nothing that was decided. It stands in the history, and undo takes it back; to remove a file
    from a closed case the case is opened again first (`remove`).

    The same file once more is the one that is there. Another one with the same name gets a number.

    Args:
        session: the writing session.
        case_id: the case.
        source: a file, or what it holds.
        name: how it is called; the name of the file without one.
        interview_id: the interview, for an answer.
        address: the question, for an answer.
        seen: the structure of the interview that the window knows (`services.repeats`).

    Raises:
        NotFoundError, NotAllowedError: case or interview is gone or out of reach.
        ConflictError: the interview is of another case, or the question is another one by now.
        InvalidInputError: the file is empty, too large, or cannot be read (field `file`).
        DatabaseError: it cannot be written.
    """
    access.require(session, Action.WORK_CASE)
    case = case_life.load(session, case_id)
    if interview_id is not None:
        interview = _interview(session, interview_id)
        if interview.case_id != case_id:
            raise ConflictError(_("This interview belongs to another case."))
        repeats.refuse_moved(interview, address, seen)
    wanted = name or (source.name if isinstance(source, Path) else "")
    content = _content(source, wanted)
    sha256 = hashlib.sha256(content).hexdigest()
    present = select(Attachment).where(
        Attachment.case_id == case_id, Attachment.interview_id == interview_id
    )
    others = session.scalars(present).all()
    kept = tidy_name(wanted, [each.name for each in others])
    for each in others:
        same_name = each.name == tidy_name(wanted)
        if same_name and (each.sha256, each.address) == (sha256, address):
            return queries.attachment(session, each.id)
    journal.name_change(
        session, N_("Add the file {name} to case {number}"), name=kept, number=case.number
    )
    found = Attachment(
        case_id=case_id,
        interview_id=interview_id,
        address=address,
        name=kept,
        media_type=media_type(kept),
        size=len(content),
        sha256=files.store(session, content),
        at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    session.add(found)
    session.flush()
    return queries.attachment(session, found.id)


def add_to_visit(
    session: Session, visit_id: uuid.UUID, source: Path | bytes, name: str = ""
) -> AttachmentRow:
    """Add a photo or another file to a visit; with a case it is one of the case's files.

    The same file once more is the one that is there.

    Raises:
        NotFoundError, NotAllowedError: the visit is gone, out of reach, or another's.
        InvalidInputError: the file is empty, too large, cannot be read, or is called a picture and
            is none (field `file`).
        DatabaseError: it cannot be written.
    """
    access.require(session, Action.MAKE_VISITS)
    visit = visit_view.load(session, visit_id)
    visit_view.require_visit(session, visit)
    wanted = name or (source.name if isinstance(source, Path) else "")
    content = _content(source, wanted)
    pictures.require_picture(wanted, content)
    sha256 = hashlib.sha256(content).hexdigest()
    others = session.scalars(select(Attachment).where(Attachment.visit_id == visit_id)).all()
    for each in others:
        if (each.name, each.sha256) == (tidy_name(wanted), sha256):
            return queries.attachment(session, each.id)
    kept = tidy_name(wanted, [each.name for each in others])
    customer = case_life.customer_of(session, visit.customer_id)
    journal.name_change(
        session, N_("Add the file {name} to the visit to {customer}"),
        name=kept, customer=customer.name,
    )  # fmt: skip
    found = Attachment(
        case_id=visit.case_id,
        customer_id=visit.customer_id if visit.case_id is None else None,
        visit_id=visit_id,
        name=kept,
        media_type=media_type(kept),
        size=len(content),
        sha256=files.store(session, content),
        at=clock.now(),
        by_id=access.actor(session).user_id,
    )
    session.add(found)
    session.flush()
    return queries.attachment(session, found.id)


def remove(session: Session, attachment_id: uuid.UUID) -> None:
    """Take a file away from its case; undo brings it back.

    Raises:
        NotFoundError, NotAllowedError: the file is gone, or its case is out of reach.
        ConflictError: it is the answer to a question, or the case is closed: what a closed case
            rests on stays with it.
    """
    access.require(session, Action.WORK_CASE)
    found, case = _load(session, attachment_id)
    if case is not None:
        case_life.load_open(session, case.id)
    answer = select(Answer.id).where(
        Answer.interview_id == found.interview_id,
        Answer.address == found.address,
        Answer.value == found.name,
    )
    if session.scalar(answer) is not None:
        text = _("“{name}” is the answer to a question. Take it away in the interview.")
        raise ConflictError(text.format(name=found.name))
    if case is None:
        number, title = (
            _customer_of(session, found).number,
            N_("Remove a file of customer {number}"),
        )
        journal.name_change(session, title, number=number)
    else:
        journal.name_change(
            session, N_("Remove the file {name} from case {number}"),
            name=found.name, number=case.number,
        )  # fmt: skip
    session.delete(found)
    session.flush()


# ---------------------------------------------------------------- parts


def _load(session: Session, attachment_id: uuid.UUID) -> tuple[Attachment, Case | None]:
    """A file in reach and its case; that of a visit without a case has none."""
    found = session.get(Attachment, attachment_id)
    if found is None:
        raise NotFoundError(_("This file is gone."))
    if found.case_id is not None:
        return found, case_life.load(session, found.case_id)
    if found.visit_id is not None:
        visit_view.load(session, found.visit_id)
    return found, None


def _customer_of(session: Session, found: Attachment) -> Customer:
    return session.get_one(Customer, found.customer_id)


def _interview(session: Session, interview_id: uuid.UUID) -> Interview:
    interview = session.get(Interview, interview_id)
    if interview is None:
        raise NotFoundError(_("This interview is gone."))
    case_life.load(session, interview.case_id)
    return interview


def _content(source: Path | bytes, name: str) -> bytes:
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MOST_BYTES:
            text = _(
                "“{name}” has {size} MB. A file may have {most} MB. Cut it, or make it smaller."
            )
            megabyte = 1024 * 1024
            message = text.format(name=name, size=-(-size // megabyte), most=MOST_BYTES // megabyte)
            raise InvalidInputError([Problem("file", message)])
        if isinstance(source, Path) and not source.is_file():
            text = _("“{name}” is no file. Choose another one.")
            raise InvalidInputError([Problem("file", text.format(name=name))])
        content = source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        text = _("“{name}” cannot be read: {reason}. Choose another file.")
        reason = error.strerror or str(error)
        raise InvalidInputError([Problem("file", text.format(name=name, reason=reason))]) from error
    if not content:
        text = _("“{name}” is empty. Choose another file.")
        raise InvalidInputError([Problem("file", text.format(name=name))])
    return content
