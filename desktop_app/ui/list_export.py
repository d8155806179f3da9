"""*Export what I see*: the rows and columns of a table as an Excel file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.errors import UserError
from desktop_app.i18n import _, ngettext
from desktop_app.ui import dialogs
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.table_model import Query

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from collections.abc import Sequence

    from db.session import Session
    from desktop_app.columns import Column, Sort
    from desktop_app.progress import Progress
    from desktop_app.ui.page import PageContext

_CHUNK = 2000
_EXCEL = "Excel (*.xlsx)"


def export_table(context: "PageContext", table: RecordTable) -> None:
    """Ask for a file and write what the table shows: all rows of the filter, visible columns.

    The event is written first; an export that cannot be written down does not take place.
    """
    name, folder = f"{table.name}.xlsx", context.workspace / "exports"
    path = dialogs.save_file(table, _("Export what I see"), name, _EXCEL, folder)
    if path is None:
        return
    path = path if path.suffix.lower() == ".xlsx" else path.with_suffix(".xlsx")
    what = (path, table.name, table.visible_columns(), table.source(), table.sort)
    noted = context.tasks.write(table, _note, table.name, table.source()).quiet()
    noted.then(lambda _none: _write_file(context, table, *what))


def _write_file(
    context: "PageContext",
    table: RecordTable,
    path: Path,
    title: str,
    columns: "Sequence[Column[Any]]",
    source: "Query | Sequence[Any]",
    sort: "Sort | None",
) -> None:
    task = context.tasks.read_long(table, _write, path, title, columns, source, sort)
    dialogs.show_progress(table, task, _("Export what I see"))

    def told(rows: int) -> None:
        text = ngettext("{n} row written to {file}", "{n} rows written to {file}", rows)
        context.messages.done(text.format(n=f"{rows:,}", file=path))

    task.then(told).or_else(lambda error: context.messages.error(not_written(error)))


def not_written(error: UserError) -> str:
    """Why an export that stands in the journal gave no file."""
    text = _("{reason} No file was written; the journal names the attempt.")
    return text.format(reason=error.message)


def _note(session: "Session", title: str, source: "Query | Sequence[Any]") -> None:
    from desktop_app.services import exports  # noqa: PLC0415

    exports.allow(session)
    if isinstance(source, Query):
        exports.note(session, title, source.count(session, source.criteria))
    else:
        exports.note(session, title, len(source))


def _write(
    session: "Session",
    progress: "Progress",
    path: Path,
    title: str,
    columns: "Sequence[Column[Any]]",
    source: "Query | Sequence[Any]",
    sort: "Sort | None",
) -> int:
    from desktop_app.reports.base import list_document  # noqa: PLC0415
    from desktop_app.reports.xlsx import write_xlsx  # noqa: PLC0415
    from desktop_app.services import access, exports, workspace_settings  # noqa: PLC0415

    exports.allow(session)
    rows = list(source) if not isinstance(source, Query) else _all(session, progress, source, sort)
    by = access.actor(session).name
    currency = workspace_settings.currency(session)
    document = list_document(title, columns, rows, by=by, currency=currency)
    write_xlsx(document, path, overwrite=True)  # the file dialog has asked
    return len(rows)


def _all(session: "Session", progress: "Progress", query: Query, sort: "Sort | None") -> list[Any]:
    total = query.count(session, query.criteria)
    rows: list[Any] = []
    while len(rows) < total:
        chunk = query.rows(session, query.criteria, sort, len(rows), _CHUNK)
        if not chunk:
            break
        rows.extend(chunk)
        progress.step(len(rows), total, _("Reading rows"))
    return rows
