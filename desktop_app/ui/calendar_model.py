"""The rows of a calendar for its view and for a screen reader: cells, each with its items."""

from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt
from typing_extensions import override

from desktop_app.ui import calendar_sheet
from desktop_app.ui.calendar_sheet import Row, Sheet

_NO_PARENT = QModelIndex()
_ROLE = Qt.ItemDataRole
_SPOKEN: Final = frozenset(
    {_ROLE.DisplayRole, _ROLE.AccessibleTextRole, _ROLE.AccessibleDescriptionRole}
)


class CalendarModel(QAbstractListModel):
    """One row a cell and one an item, in the order in which the keyboard walks."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__()
        self.sheet = sheet

    def show(self, sheet: Sheet) -> None:
        """Show another sheet."""
        self.beginResetModel()
        self.sheet = sheet
        self.endResetModel()

    def row(self, place: int) -> Row | None:
        """A row by its place."""
        return self.sheet.rows[place] if 0 <= place < len(self.sheet.rows) else None

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.sheet.rows)

    @override
    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = _ROLE.DisplayRole
    ) -> Any:
        row = self.row(index.row())
        if row is None:
            return None
        if role in _SPOKEN:
            if row.item is None:
                return calendar_sheet.cell_words(self.sheet, row.lane, row.day)
            return calendar_sheet.item_words(row.item, self.sheet)
        if role == _ROLE.ToolTipRole:
            if row.item is None:
                return calendar_sheet.cell_words(self.sheet, row.lane, row.day)
            return calendar_sheet.tip_words(row.item, self.sheet)
        return None
