"""The window takes the place of the first view: with the chosen row, and what was asked."""

from uuid import UUID

from PySide6.QtCore import QObject, QTimer

from desktop_app.ui.first_view import FirstView
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.record_table import RecordTable

ROWS_MS = 3000
"""When the window is shown at the latest, though its rows are still being read."""


class TakingOver(QObject):
    """Waits for the rows of a window that is not shown yet, then shows it.

    What is chosen and asked for in the first view is looked at as late as can be: keys that were
    pressed while the window was made arrive when it is there.
    """

    def __init__(self, view: FirstView, window: MainWindow) -> None:
        """The window has begun to read its first page."""
        super().__init__(window)
        self._view, self._window = view, window
        self._table: RecordTable | None = None  # of the rows that the first view shows
        self._has_rows = self._is_shown = False
        self._chosen = self._wanted = ""  # keys of rows
        page = window.current_page()
        if page is not None:
            self._table = page.tables()[0]
            self._table.model.loaded.connect(self._on_rows)
        QTimer.singleShot(ROWS_MS, self, self._show)

    def _on_rows(self) -> None:
        if not self._has_rows:
            self._has_rows = True
            QTimer.singleShot(0, self, self._show_rows)

    def _show_rows(self) -> None:
        if not self._is_shown:
            self._chosen = self._view.chosen_key()
        self._select(self._chosen)
        self._show()
        self._open_wanted()

    def _show(self) -> None:
        if self._is_shown:
            return
        self._is_shown = True
        self._chosen = self._view.chosen_key()  # it goes when the window is painted
        self._window.restoreGeometry(self._view.saveGeometry())
        self._window.show()
        self._view.wished.connect(self._grant)
        self._grant()

    def _grant(self) -> None:
        """Open what was asked for: a page at once, a row when the rows are there."""
        self._wanted, page = self._view.take_wish()
        if page:
            self._window.show_place(page)
        self._open_wanted()

    def _open_wanted(self) -> None:
        if self._has_rows and self._wanted:
            row, self._wanted = self._wanted, ""
            if self._table is not None and self._select(row):
                self._table.opened.emit(self._table.current_row())

    def _select(self, key: str) -> bool:
        return self._table is not None and self._table.select_key(_key_of(key))


def _key_of(text: str) -> UUID | None:
    """The key of a record, None if somebody has written something else there."""
    try:
        return UUID(text)
    except ValueError:
        return None
