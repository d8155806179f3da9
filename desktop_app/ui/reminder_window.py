"""The list of reminders: what is due now, and what others have not done in time. Not modal."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QTabWidget, QVBoxLayout, QWidget

from desktop_app.columns.reminders import REMINDER_COLUMNS
from desktop_app.domain.reminder_words import snooze_text
from desktop_app.domain.reminders import SNOOZE_MINUTES
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.record_table import RecordTable

if TYPE_CHECKING:  # SQLAlchemy is slow to import
    from desktop_app.domain.reminders import ReminderId
    from desktop_app.services.reminders import ReminderLine

_WIDTH, _HEIGHT = 930, 420
_KEYS: Final = ("1", "2", "3")


class ReminderWindow(QDialog):
    """*Enter* opens, *1* *2* *3* put off for 5, 15, 60 minutes, *Delete* puts away."""

    opened = Signal(object)
    """The line to open."""
    snoozed = Signal(object, int)
    """Keys of reminders and minutes."""
    seen = Signal(object)
    """Keys of reminders."""

    def __init__(self, parent: QWidget, context: PageContext) -> None:
        super().__init__(parent)
        theme.dress(self)
        self.setModal(False)
        self.setWindowTitle(_("Reminders"))
        self.resize(theme.pixels(_WIDTH), theme.pixels(_HEIGHT))
        self.table = self._make(context, "reminders", _("Due now"), _("Nothing is due."))
        self.overdue = self._make(
            context, "reminders-inbox", _("Overdue with others"), _("Nothing is overdue.")
        )
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("Reminders"))
        for table in (self.table, self.overdue):
            self.tabs.addTab(table, "")
        self.open_button = button(_("Open it"), self._open, "forward", "primary")
        self.snooze_buttons = [
            button(f"{snooze_text(minutes)}  {key}", self._snoozer(minutes), "snooze")
            for key, minutes in zip(_KEYS, SNOOZE_MINUTES, strict=True)
        ]
        self.seen_button = button(_("Seen"), self._put_away, "check")
        self._arrange()
        for key, minutes in zip(_KEYS, SNOOZE_MINUTES, strict=True):
            QShortcut(QKeySequence(key), self).activated.connect(self._snoozer(minutes))
        QShortcut(QKeySequence(Qt.Key.Key_Delete), self).activated.connect(self._put_away)
        self.tabs.currentChanged.connect(lambda _place: self._show_buttons())

    def _make(self, context: PageContext, key: str, name: str, empty: str) -> RecordTable:
        table = RecordTable(
            REMINDER_COLUMNS, context=context, state_key=key, name=name, empty=empty
        )
        table.opened.connect(self.opened)
        table.selection_changed.connect(self._show_buttons)
        return table

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.open_button)
        for each in (*self.snooze_buttons, self.seen_button):
            each.setAutoDefault(False)
            row.addWidget(each)
        self.open_button.setAutoDefault(False)  # Enter belongs to the list
        row.addStretch(1)
        hint = _("What is open stays in its own list; “Seen” only takes it from this one.")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_L, theme.GAP_M, theme.GAP_L, theme.GAP_M)
        column.setSpacing(theme.GAP_M)
        column.addWidget(self.tabs, 1)
        column.addLayout(row)
        column.addWidget(text_label(hint, "hint"))

    def show_lines(self, due: "Sequence[ReminderLine]", inbox: "Sequence[ReminderLine]") -> None:
        """Show what is due and what is overdue with others; the choice stays."""
        for place, (table, rows, text) in enumerate(
            (
                (self.table, due, _("Due now ({n})")),
                (self.overdue, inbox, _("Overdue with others ({n})")),
            )
        ):
            table.set_rows(list(rows))
            self.tabs.setTabText(place, text.format(n=len(rows)))
        self.tabs.setTabVisible(1, bool(inbox))
        self._show_buttons()

    def come(self) -> None:
        """Be in front, with the keyboard in the list."""
        self.show()
        self.raise_()
        self.activateWindow()
        self.current().choose_first()
        self.current().focus()

    def current(self) -> RecordTable:
        """The list that is shown."""
        return self.overdue if self.tabs.currentIndex() == 1 else self.table

    def chosen(self) -> "list[ReminderLine]":
        """The chosen lines."""
        return self.current().selected_rows()

    def _ids(self) -> "list[ReminderId]":
        return [line.id for line in self.chosen()]

    def _show_buttons(self) -> None:
        is_any, is_due = bool(self.chosen()), self.current() is self.table
        self.open_button.setEnabled(is_any)
        for each in (*self.snooze_buttons, self.seen_button):
            each.setEnabled(is_any and is_due)

    def _open(self) -> None:
        row = self.current().current_row()
        if row is not None:
            self.opened.emit(row)

    def _snoozer(self, minutes: int) -> Callable[[], None]:
        def snooze() -> None:
            if self.current() is self.table and self.chosen():
                self.snoozed.emit(self._ids(), minutes)

        return snooze

    def _put_away(self) -> None:
        if self.current() is self.table and self.chosen():
            self.seen.emit(self._ids())
