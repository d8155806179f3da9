"""The window takes the place of the first view: with the chosen row, and what was asked."""

from uuid import UUID

from PySide6.QtCore import QObject, QTimer

from desktop_app.ui.first_view import FirstView
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.window_actions import Trail
from desktop_app.ui.window_place import WindowPlace, come_back

ROWS_MS = 3000
"""When the window is shown at the latest, though its rows are still being read."""


class TakingOver(QObject):
    """Waits for the rows of a window that is not shown yet, then shows it."""

    def __init__(self, view: FirstView, window: MainWindow) -> None:
        """The window has begun to read its first page."""
        super().__init__(window)
        self._view, self._window = view, window
        self._is_done = False
        page = window.current_page()
        if page is not None:
            row = _key_of(view.chosen_key())
            come_back(page, WindowPlace(Trail(), page.SPEC.id, None, (), (row,)))
            page.count_changed.connect(self._soon)
        QTimer.singleShot(ROWS_MS, self, self._swap)

    def _soon(self) -> None:
        QTimer.singleShot(0, self, self._swap)  # the chosen row is found again, too

    def _swap(self) -> None:
        if self._is_done:
            return
        self._is_done = True
        view, window = self._view, self._window
        window.restoreGeometry(view.saveGeometry())
        window.show()
        if view.wanted_page:
            window.show_place(view.wanted_page)
        elif view.wants_row:
            self._open_row()

    def _open_row(self) -> None:
        page = self._window.current_page()
        for table in page.tables() if page is not None else ():
            row = table.current_row()
            if row is not None:
                table.opened.emit(row)
                return


def _key_of(text: str) -> UUID | None:
    """The key of a record, None if somebody has written something else there."""
    try:
        return UUID(text)
    except ValueError:
        return None
