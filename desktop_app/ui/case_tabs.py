"""What happened in a case: timeline, win-back steps, files, orders, history, as tabs."""

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget

from desktop_app.columns.journal import HISTORY_COLUMNS, HistoryRow
from desktop_app.columns.orders import ORDER_COLUMNS
from desktop_app.i18n import _
from desktop_app.ui import case_view
from desktop_app.ui.attachments import FilesPane, Given
from desktop_app.ui.case_view import CaseView
from desktop_app.ui.page import Page
from desktop_app.ui.record_table import RecordTable
from desktop_app.ui.tasks import Latest
from desktop_app.ui.timeline import Timeline
from desktop_app.ui.win_back_pane import WinBackPane


class CaseTabs(QTabWidget):
    """Five tabs; the history is read when it is looked at."""

    files_changed = Signal()

    def __init__(self, page: Page, divert: Callable[[list[Given]], list[Given]]) -> None:
        """Make the tabs.

        Args:
            page: Whose tasks they use; what is dropped on it is added to the files.
            divert: Takes dropped files that belong elsewhere and gives back the others.
        """
        super().__init__()
        self._page, self._reading = page, Latest()
        self._view: CaseView | None = None
        self.timeline = Timeline(_("Timeline of the case"))
        self.orders = RecordTable(
            ORDER_COLUMNS,
            context=page.context,
            state_key="case-orders",
            name=_("Orders"),
            empty=_("No orders on record."),
        )
        self.files = FilesPane(page.context)
        self.files.changed.connect(self._show_files)
        self.files.divert = divert
        self.files.follow(page)
        self.win_back = WinBackPane(page.context)
        self.win_back.changed.connect(self._show_win_back)
        self.history = RecordTable(
            HISTORY_COLUMNS,
            context=page.context,
            state_key="case-history",
            name=_("History of changes"),
            empty=_("Nothing was changed yet."),
        )
        self.setAccessibleName(_("What happened"))
        self.addTab(self.timeline, _("Timeline"))
        self.addTab(self.win_back, self.win_back.title())
        self.addTab(self.files, self.files.title())
        self.addTab(self.orders, _("Orders"))
        self.addTab(self.history, _("History of changes"))
        self.currentChanged.connect(lambda _place: self._load_history())
        self.setDocumentMode(True)

    def show_view(self, view: CaseView) -> None:
        """Show what happened in a case."""
        is_other = self._view is None or self._view.id != view.id
        self._view = view
        self.timeline.set_entries(case_view.entries(view))
        self.orders.set_rows(view.orders)
        self.files.show_case(view.id)
        self.win_back.show_case(view.id)
        if is_other:
            self.timeline.scrollToTop()
        self._load_history()

    def _load_history(self) -> None:
        if self._view is not None and self.currentWidget() is self.history:
            task = self._page.tasks.read(self._page, case_view.read_history, self._view.id)
            self._reading.take(task).then(self._show_history)

    def _show_history(self, rows: list[HistoryRow]) -> None:
        self.history.set_rows(rows)

    def _show_win_back(self) -> None:
        self.setTabText(self.indexOf(self.win_back), self.win_back.title())

    def _show_files(self) -> None:
        self.setTabText(self.indexOf(self.files), self.files.title())
        self.files_changed.emit()
