"""The lists of imports and of the journal's changes on the command line."""

import uuid
from collections.abc import Sequence
from typing import Any

from db.queries.journal import ChangeSetFilter, ChangeSetRow
from db.session import Session
from desktop_app.cli.entities import ALL, Document, Entity, as_key, by
from desktop_app.cli.output import plain
from desktop_app.columns import Align, Column
from desktop_app.columns.journal import change_set_columns
from desktop_app.errors import NotFoundError
from desktop_app.i18n import N_, _
from desktop_app.services import history
from desktop_app.services.journal import last_own, title_text

_IMPORT_COLUMNS: tuple[Column[Any], ...] = (
    Column("at", N_("Time"), lambda row: row.at),
    Column("kind", N_("Kind"), lambda row: row.kind),
    Column("file_name", N_("File"), lambda row: row.file_name),
    Column("rows", N_("Rows"), lambda row: row.rows, align=Align.RIGHT),
    Column("new", N_("New"), lambda row: row.new, align=Align.RIGHT),
    Column("changed", N_("Changed"), lambda row: row.changed, align=Align.RIGHT),
    Column("rejected", N_("Rejected"), lambda row: row.rejected, align=Align.RIGHT),
    Column("by", N_("By"), lambda row: row.by),
)


def _changes(session: Session, text: str, offset: int, limit: int) -> Sequence[ChangeSetRow]:
    criteria = ChangeSetFilter(text=text)
    return history.list_change_sets(session, criteria, None, offset, limit)


def change_document(row: ChangeSetRow) -> Document:
    """A change set as JSON, its title in words."""
    return {
        "change_set": str(row.id),
        "seq": row.seq,
        "at": row.at,
        "kind": row.kind,
        "title": title_text(row.title, row.args),
        "actor": row.actor,
        "changes": row.changes,
        "undone_by": row.undone_by and str(row.undone_by),
        "undoes": row.undoes and str(row.undoes),
    }


def find_change(session: Session, text: str) -> uuid.UUID:
    """Key of a change set by key, number, or “last”: one's own newest that can be undone.

    Raises NotFoundError.
    """
    if text != "last":
        return history.find(session, as_key(text), text)
    found = last_own(session)
    if found is None:
        raise NotFoundError(_("You have changed nothing that can be undone."))
    return found


def _change(session: Session, text: str) -> Document:
    wanted = find_change(session, text)
    rows = history.list_change_sets(session, ChangeSetFilter(), None, 0, ALL)
    row = next(row for row in rows if row.id == wanted)
    return {**change_document(row), "rows": plain(history.changes_of(session, wanted))}


def _imports(session: Session, text: str, offset: int, limit: int) -> Sequence[Any]:
    return history.list_imports(session, text, offset, limit)


ENTITIES = {
    "imports": Entity(_imports, lambda: _IMPORT_COLUMNS, by("id", _imports, "import_job")),
    "changes": Entity(_changes, lambda: change_set_columns(title_text), _change, change_document),
}
