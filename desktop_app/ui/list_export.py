"""*Export what I see*: the rows and columns of a table as an Excel file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

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
    """Ask for a file and write what the table shows: all rows of the filter, visible columns."""
    path = dialogs.save_file(table, _("Export what I see"), f"{table.name}.xlsx", _EXCEL)
    if path is None:
        return
    path = path if path.suffix.lower() == ".xlsx" else path.with_suffix(".xlsx")
    task = context.tasks.read_long(
        table, _write, path, table.name, table.visible_columns(), table.source(), table.sort
    )
    dialogs.show_progress(table, task, _("Export what I see"))

    def told(rows: int) -> None:
        context.tasks.write(table, _note, table.name, rows).quiet()
        text = ngettext("{n} row written to {file}", "{n} rows written to {file}", rows)
        context.messages.done(text.format(n=f"{rows:,}", file=path))

    task.then(told)


def _note(session: "Session", title: str, rows: int) -> None:
    from desktop_app.services import exports  # noqa: PLC0415

    exports.note(session, title, rows)


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
    from desktop_app.services import access, exports  # noqa: PLC0415

    exports.allow(session)
    rows = list(source) if not isinstance(source, Query) else _all(session, progress, source, sort)
    by = access.actor(session).name
    document = list_document(title, columns, rows, by=by)
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
