"""Who may take data out of the program, and that it is remembered who did.

The event is written before the file: what cannot be written down does not leave the program.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from db import journal
from desktop_app.domain.permissions import Action
from desktop_app.i18n import N_
from desktop_app.services import access


def allow(session: Session) -> None:
    """Refuse a role that may not write data to files. Raises NotAllowedError."""
    access.require(session, Action.EXPORT)


def note(session: Session, title: str, rows: int) -> None:
    """Write the audit event of an export: what, how many rows, who, when.

    Raises:
        NotAllowedError: the role may not export.
    """
    access.require(session, Action.EXPORT)
    journal.record_event(session, N_("Export “{list}”, {n} rows"), list=title, n=rows)


def note_report(session: Session, report: str, formats: Sequence[str]) -> None:
    """Write the audit event of a report as files. Raises NotAllowedError."""
    access.require(session, Action.EXPORT)
    title = N_("Export the report {report} as {formats}")
    journal.record_event(session, title, report=report, formats=", ".join(formats))


def note_print(session: Session, report: str) -> None:
    """Write the audit event of a print. Raises NotAllowedError."""
    access.require(session, Action.EXPORT)
    journal.record_event(session, N_("Print the report {report}"), report=report)


def note_rejects(session: Session, file: str, rows: int) -> None:
    """Write the audit event of a file with the rejected rows of another. Raises NotAllowedError."""
    access.require(session, Action.EXPORT)
    title = N_("Save {n} rejected rows of {file}")
    journal.record_event(session, title, n=rows, file=file)


def note_copy(session: Session, title: str, rows: int) -> None:
    """Write the audit event of rows that went to the clipboard, as the list shows them."""
    access.require(session, Action.VIEW)
    journal.record_event(session, N_("Copy {n} rows of “{list}”"), n=rows, list=title)


def note_pictures(session: Session) -> None:
    """Write the audit event of pictures of every page. Raises NotAllowedError."""
    access.require(session, Action.EXPORT)
    journal.record_event(session, N_("Save pictures of every page"))


def note_calendar(session: Session, count: int, *, is_kept: bool = False) -> None:
    """Write the audit event of contacts that go into a calendar file.

    Which contacts may, `services.agenda.for_file` has said. `is_kept`: the file is written anew
    after each change, and this stands for all of them until the person signs out.
    """
    access.require(session, Action.VIEW)
    title = (
        N_("Keep a calendar file with {n} contacts up to date")
        if is_kept
        else N_("Export {n} contacts as a calendar file")
    )
    journal.record_event(session, title, n=count)
