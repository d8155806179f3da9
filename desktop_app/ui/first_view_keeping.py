"""What the first page of a demo shows, as `first_view` shows it at the next start."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect
from PySide6.QtWidgets import QWidget

from db import keys
from desktop_app import clock
from desktop_app.columns import Align
from desktop_app.i18n import _
from desktop_app.ui import first_view
from desktop_app.ui.first_view import Kept
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.pages.today import TodayPage
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.roles import TONE_ROLE

if TYPE_CHECKING:
    from db.workspace import Opened


def begins_by_itself(opened: "Opened") -> bool:
    """Whether the next start signs in by itself as who is signed in now: a demo's own login.

    What a workspace with passwords kept while it was a demo is deleted.

    Raises:
        DatabaseError: the key file cannot be read.
        OSError: it cannot be deleted.
    """
    entry = keys.load(opened.folder / keys.KEYS).demo
    if entry is None:
        first_view.forget(opened.folder)
    return entry is not None and entry["login"] == opened.actor.login


def collect(window: MainWindow, opened: "Opened") -> Kept | None:
    """The rows as the services read them now, and where the parts of the window stand.

    Args:
        window: None comes back if it was never seen, or begins with another page than today.
        opened: The workspace, with nothing waiting to be written.

    Raises:
        DatabaseError: the rows cannot be read.
    """
    page = window.page("today") if window.is_painted else None
    if not isinstance(page, TodayPage) or page.SPEC.id != window.first_page_id():
        return None
    begun = clock.now()
    with opened.database.read(opened.actor) as session:
        until = page.show_first(session)
    table, header = page.table, page.header
    return {
        "from": begun.isoformat(),
        "until": until.isoformat(),
        "page": page.SPEC.id,
        "geometry": bytes(window.saveGeometry().toBase64().data()).decode(),
        "size": [window.width(), window.height()],
        "places": {
            "top": _place(window.top_bar, window),
            "side": _place(window.side_bar, window),
            "title": _place(header.title_line, window),
            "subtitle": _place(header.subtitle_line, window),
            "table": _place(table, window),
        },
        "side": {
            "mark": _place(window.side_bar.mark, window.side_bar),
            "product": _place(window.side_bar.product, window.side_bar),
        },
        "texts": {
            "product": window.side_bar.product.text(),
            "window": window.windowTitle(),
            "title": header.title_line.text(),
            "subtitle": header.subtitle_line.text(),
            "table": table.name,
            "opening": _("Opening…"),
        },
        "pages": [
            [spec.id, button.text(), spec.icon, _place(button, window.side_bar)]
            for spec, button in window.side_bar.entries()
        ],
        **_rows(table),
    }


def _place(widget: QWidget, within: QWidget) -> list[int]:
    area = QRect(widget.mapTo(within, QPoint(0, 0)), widget.size())
    return [area.x(), area.y(), area.width(), area.height()]


def _rows(table: RecordTable) -> Kept:
    """The columns and rows as they stand in the table."""
    shown = table.visible_columns()
    model = table.model
    numbers = [model.columns.index(column) for column in shown]
    rows = []
    for place in range(model.count()):
        cells = [model.index(place, number) for number in numbers]
        texts = [model.data(cell) or "" for cell in cells]
        tones = [model.data(cell, TONE_ROLE) for cell in cells]
        rows.append([str(model.key(model.row(place))), texts, tones])
    return {
        "columns": [
            [column.heading(), table.view.columnWidth(number), column.align is Align.RIGHT]
            for column, number in zip(shown, numbers, strict=True)
        ],
        "rows": rows,
    }
