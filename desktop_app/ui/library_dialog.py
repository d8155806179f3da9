"""Choose questions of the library to be put into a questionnaire."""

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.columns.questionnaires import LIBRARY_COLUMNS
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.dialogs import confirm
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import FilterBar, button, text_label
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from desktop_app.services.question_library import LibraryRow

_SIZE: Final = (760, 520)


def read_library(session: "Session") -> "list[LibraryRow]":
    """The entries of the library."""
    from desktop_app.services import question_library  # noqa: PLC0415

    return question_library.list_library(session)


def take_out(session: "Session", row: "LibraryRow") -> None:
    """Take an entry of one's own out of the library."""
    from desktop_app.services import question_library  # noqa: PLC0415

    if row.key is not None:
        question_library.remove(session, row.key)


class LibraryDialog(QDialog):
    """The library as a list with a filter; Enter or Ctrl+Enter inserts what is chosen."""

    inserted = Signal(object)
    """The chosen `LibraryRow`."""

    def __init__(self, parent: QWidget, context: PageContext) -> None:
        super().__init__(parent)
        self._context = context
        self._all: list[LibraryRow] = []
        self.setWindowTitle(_("Question library"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.filters = FilterBar(_("Words or code"))
        self.table = RecordTable(
            LIBRARY_COLUMNS, context=context, state_key="library", name=_("Question library"),
            empty=_("No question fits."),
        )  # fmt: skip
        self.insert_button = button(_("Insert"), self.insert, "add", "primary")
        self.remove_button = button(_("Take out of the library"), self.take_out, "delete", "quiet")
        self.close_button = button(_("Cancel"), self.reject)
        self._arrange()
        self.filters.changed.connect(self._filter)
        self.table.opened.connect(lambda _row: self.insert())
        self.table.selection_changed.connect(self._show_buttons)
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(keys), self).activated.connect(self.insert)
        self.load()

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.addWidget(self.remove_button)
        tools.addStretch(1)
        tools.addWidget(self.close_button)
        tools.addWidget(self.insert_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_M)
        column.addWidget(text_label(_("Question library"), "title", wraps=False))
        column.addWidget(
            text_label(_("They are put behind the chosen question; codes that clash are numbered."),
                       "hint")
        )  # fmt: skip
        column.addWidget(self.filters)
        column.addWidget(self.table, 1)
        column.addLayout(tools)
        self.resize(*_SIZE)

    def load(self) -> None:
        """Read the library."""
        self._context.tasks.read(self, read_library).then(self._show)

    def _show(self, rows: "list[LibraryRow]") -> None:
        self._all = rows
        self._filter()

    def _filter(self) -> None:
        words = (self.filters.search.value() or "").casefold().split()
        found = []
        for row in self._all:
            whole = f"{row.zh} {row.en} {row.code}".casefold()
            if all(word in whole for word in words):
                found.append(row)
        self.table.set_rows(found)
        self.table.choose_first()
        self._show_buttons()

    def _show_buttons(self) -> None:
        row: LibraryRow | None = self.table.current_row()
        self.insert_button.setEnabled(row is not None)
        self.remove_button.setEnabled(row is not None and row.key is not None)

    def insert(self) -> None:
        """Insert the chosen entry and close."""
        row: LibraryRow | None = self.table.current_row()
        if row is not None:
            self.inserted.emit(row)
            self.accept()

    def take_out(self) -> None:
        """Ask, then take the chosen entry out of the library."""
        row: LibraryRow | None = self.table.current_row()
        if row is None or row.key is None:
            return
        if confirm(
            self, title=_("Take “{name}” out of the library?").format(name=row.zh),
            text=_("Questionnaires that use it keep their questions."), verb=_("Take out"),
        ):  # fmt: skip
            self._context.tasks.write(self, take_out, row).then(lambda _none: self.load())
