"""The one model for tables: read-only, over rows in memory or over windows of a long list."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from typing_extensions import override

from desktop_app.columns import Align, Column, Sort
from desktop_app.errors import UserError
from desktop_app.i18n import _
from desktop_app.ui.roles import FAINT_ROLE, ROW_ROLE, TONE_ROLE
from desktop_app.ui.tasks import Latest, Tasks
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

WINDOW = 200
"""Rows fetched at once."""

KEPT_WINDOWS = 64
"""Windows kept in memory."""

_NO_PARENT = QModelIndex()
_ALIGNMENTS = {
    Align.LEFT: Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Align.RIGHT: Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
    Align.CENTER: Qt.AlignmentFlag.AlignCenter,
}

Row = Any
Key = Hashable
CountFn = Callable[["Session", Any], int]
Chips = Mapping[str, Callable[[Any], Tone | None]]


class RowsFn(Protocol):
    """Reads one window of a list."""

    def __call__(
        self, session: "Session", criteria: Any, sort: Sort | None, offset: int, limit: int, /
    ) -> Sequence[Row]:
        """Rows ``offset`` to ``offset + limit`` in the order asked for."""
        ...


@dataclass(frozen=True, slots=True)
class Query:
    """A long list: how to count it and how to read a window of it."""

    count: CountFn
    rows: RowsFn
    criteria: Any


class TableModel(QAbstractTableModel):
    """Shows columns of rows; sorts rows in memory, asks a query to sort itself."""

    loaded = Signal()
    """The rows that were asked for are there (the first window of a query, or all rows)."""
    about_to_change = Signal()
    counted = Signal(int)
    restarted = Signal()
    """Another question was asked: the view goes back to the top."""

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        tasks: Tasks | None = None,
        *,
        key: Callable[[Row], Key] | None = None,
        chips: Chips | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.key = key or (lambda row: row.id)
        self.sort_order: Sort | None = None
        self._tasks = tasks
        self._chips = chips or {}
        self.is_faint: Callable[[Row], bool] | None = None
        self._rows: list[Row] | None = []
        self._query: Query | None = None
        self._count = 0
        self._windows: OrderedDict[int, Sequence[Row]] = OrderedDict()
        self._stale: set[int] = set()
        self._asked: set[int] = set()
        self._wanted: list[int] = []
        self._generation = 0
        self._counting = Latest()
        self._is_counted = True
        self._fetch_timer = QTimer(self, singleShot=True, interval=0)
        self._fetch_timer.timeout.connect(self._fetch_wanted)

    # ------------------------------------------------------------------ filling

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that are all in memory, in the sort order chosen before."""
        self.about_to_change.emit()
        self.beginResetModel()
        self._query, self._rows = None, list(rows)
        self._windows.clear()
        self._count = len(self._rows)
        self._sort_rows()
        self.endResetModel()
        self.counted.emit(self._count)
        self.loaded.emit()

    def rows_changed(self) -> None:
        """Rows in memory were changed in place: show them anew; order and selection stay."""
        if self._count:
            last = self.index(self._count - 1, len(self.columns) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def set_query(self, query: Query) -> None:
        """Show a long list by windows; the same query again keeps what is on the screen."""
        is_same = (
            self._query is not None
            and (self._query.count, self._query.rows) == (query.count, query.rows)
            and self._query.criteria == query.criteria
        )
        if self._rows:
            self.about_to_change.emit()
            self.beginResetModel()
            self._rows, self._count = None, 0
            self.endResetModel()
        self._query, self._rows = query, None
        if not is_same:
            self.restarted.emit()
        self.reload()

    def reload(self) -> None:
        """Ask the query again; rows on the screen stay until the new ones are there."""
        if self._query is None or self._tasks is None:
            return
        self._generation += 1
        self._is_counted = False
        self._asked.clear()
        self._stale = set(self._windows)
        task = self._tasks.read(self, self._query.count, self._query.criteria)
        generation = self._generation
        self._counting.take(task).then(lambda count: self._set_count(count, generation))
        for window in self._visible_windows() or {0}:
            self._ask(window)

    def _set_count(self, count: int, generation: int) -> None:
        if generation != self._generation:
            return
        self.about_to_change.emit()
        if count > self._count:
            self.beginInsertRows(_NO_PARENT, self._count, count - 1)
            self._count = count
            self.endInsertRows()
        elif count < self._count:
            self.beginRemoveRows(_NO_PARENT, count, self._count - 1)
            self._count = count
            for window in [w for w in self._windows if w * WINDOW >= count]:
                del self._windows[window]
            self.endRemoveRows()
        self._is_counted = True
        self.counted.emit(count)
        if not count or self._windows.keys() - self._stale:  # the rows came before their number
            self.loaded.emit()
        if self._windows.keys() <= self._stale and 0 not in self._windows:
            self._ask(0)

    def _visible_windows(self) -> set[int]:
        """Windows shown last: the newest in the order of use."""
        return set(list(self._windows)[-3:])

    # ------------------------------------------------------------------ windows

    def _ask(self, window: int) -> None:
        if window not in self._asked and window not in self._wanted:
            self._wanted.append(window)
            self._fetch_timer.start()

    def _fetch_wanted(self) -> None:
        wanted, self._wanted = self._wanted[-4:], []
        if self._query is None or self._tasks is None:
            return
        for window in wanted:
            self._asked.add(window)
            task = self._tasks.read(
                self,
                self._query.rows,
                self._query.criteria,
                self.sort_order,
                window * WINDOW,
                WINDOW,
            )
            task.then(self._receiver(window, self._generation))
            task.or_else(self._forget_asked)

    def _forget_asked(self, error: UserError) -> None:
        self._asked.clear()
        if self._tasks is not None:
            self._tasks.problem.emit(error)

    def _receiver(self, window: int, generation: int) -> Callable[[Sequence[Row]], None]:
        def take(rows: Sequence[Row]) -> None:
            if generation != self._generation or self._query is None:
                return
            if window in self._windows:
                self.about_to_change.emit()
            self._windows[window] = rows
            self._windows.move_to_end(window)
            self._stale.discard(window)
            self._asked.discard(window)
            while len(self._windows) > KEPT_WINDOWS:
                self._windows.popitem(last=False)
            first, end = window * WINDOW, min(window * WINDOW + len(rows), self._count)
            if end > first:
                self.dataChanged.emit(
                    self.index(first, 0), self.index(end - 1, len(self.columns) - 1)
                )
            if self._is_counted:
                self.loaded.emit()

        return take

    def row(self, number: int) -> Row | None:
        """The row at a place, or ``None`` while its window is still to come (it is asked for)."""
        if self._rows is not None:
            return self._rows[number] if 0 <= number < self._count else None
        if not 0 <= number < self._count:
            return None
        window = number // WINDOW
        rows = self._windows.get(window)
        if rows is None or window in self._stale:
            self._ask(window)
        if rows is None:
            return None
        self._windows.move_to_end(window)
        place = number % WINDOW
        return rows[place] if place < len(rows) else None

    def find(self, key: Key) -> int | None:
        """Place of the row with a key among the rows in memory."""
        if self._rows is not None:
            return next((n for n, row in enumerate(self._rows) if self.key(row) == key), None)
        for window, rows in self._windows.items():
            for place, row in enumerate(rows):
                if self.key(row) == key and window * WINDOW + place < self._count:
                    return window * WINDOW + place
        return None

    def find_all(self, keys: Sequence[Key]) -> list[int]:
        """Places of the rows with these keys among the rows in memory, from top to bottom."""
        if self._rows is None:
            return sorted(place for key in keys if (place := self.find(key)) is not None)
        places = {self.key(row): place for place, row in enumerate(self._rows)}
        return sorted(places[key] for key in keys if key in places)

    def source(self) -> "Query | list[Row]":
        """The query, or the rows in memory."""
        return self._query if self._query is not None else list(self._rows or [])

    def count(self) -> int:
        """Number of records, also of those not in memory."""
        return self._count

    # ------------------------------------------------------------------ sorting

    @override
    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if not 0 <= column < len(self.columns) or not self.columns[column].sortable:
            return
        is_descending = order == Qt.SortOrder.DescendingOrder
        wanted = Sort(self.columns[column].id, is_descending)
        if wanted == self.sort_order:
            return
        self.sort_order = wanted
        if self._rows is not None:
            self._sort_with_layout()
        elif self._query is not None:
            self.about_to_change.emit()
            self.reload()

    def _sort_with_layout(self) -> None:
        rows = self._rows or []
        self.layoutAboutToBeChanged.emit()
        old = self.persistentIndexList()
        kept = [(index, self.key(rows[index.row()])) for index in old]
        self._sort_rows()
        places = {self.key(row): number for number, row in enumerate(self._rows or [])}
        self.changePersistentIndexList(
            old, [self.index(places[key], index.column()) for index, key in kept]
        )
        self.layoutChanged.emit()

    def _sort_rows(self) -> None:
        if self.sort_order is None or not self._rows:
            return
        column = next((c for c in self.columns if c.id == self.sort_order.column_id), None)
        if column is None:
            return
        known = [row for row in self._rows if column.value(row) is not None]
        unknown = [row for row in self._rows if column.value(row) is None]
        known.sort(key=lambda row: _order(column.value(row)), reverse=self.sort_order.descending)
        self._rows = known + unknown

    # ------------------------------------------------------------------ what Qt asks

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else self._count

    @override
    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    @override
    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[self.columns[index.column()].align]
        if role not in _ANSWERED or not index.isValid():
            return None
        row = self.row(index.row())
        column = self.columns[index.column()]
        if row is None:
            return "…" if role == Qt.ItemDataRole.DisplayRole and not index.column() else None
        if role == ROW_ROLE:
            return row
        if role in (TONE_ROLE, FAINT_ROLE):
            return self._mark(row, column.id, role)
        return _worded(column.shown(row), role)

    def _mark(self, row: Row, column_id: str, role: int) -> Any:
        """How a cell is marked: the tone of its chip, or whether its row is grey."""
        if role == FAINT_ROLE:
            return self.is_faint is not None and self.is_faint(row)
        tone_of = self._chips.get(column_id)
        return None if tone_of is None else tone_of(row)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self.columns):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.columns[section].heading()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[self.columns[section].align]
        return None


_LONG_TEXT = 24
_ANSWERED = {
    int(Qt.ItemDataRole.DisplayRole),
    int(Qt.ItemDataRole.AccessibleTextRole),
    int(Qt.ItemDataRole.ToolTipRole),
    ROW_ROLE,
    TONE_ROLE,
    FAINT_ROLE,
}


def _worded(text: str, role: int) -> str | None:
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return text or _("empty")
    if role == Qt.ItemDataRole.ToolTipRole:
        return text if len(text) > _LONG_TEXT else None
    return text.replace("\n", " ") if "\n" in text else text


def _order(value: object) -> Any:
    """A value by which a column can be ordered: texts without regard to case."""
    return value.casefold() if isinstance(value, str) else value
