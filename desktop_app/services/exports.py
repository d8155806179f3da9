"""Who may take data out of the program, and that it is remembered who did."""

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
