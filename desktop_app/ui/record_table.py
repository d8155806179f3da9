"""The one table view: sorting, remembered columns, empty text, copy, context menu, next."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import (
    QMenu,
    QStackedLayout,
    QTableView,
    QWidget,
)
from typing_extensions import override

from desktop_app.columns import Align, Column, Sort
from desktop_app.i18n import _
from desktop_app.ui import table_look, theme
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.row_delegate import RowDelegate
from desktop_app.ui.table_model import Chips, CountFn, Key, Query, Row, RowsFn, TableModel

if TYPE_CHECKING:  # a page is made of tables, not the other way round
    from db.session import Session
    from desktop_app.ui.page import PageContext

_MAX_WIDTH = 320
_SAMPLE = 60


def _note_copy(session: "Session", name: str, rows: int) -> None:
    from desktop_app.services import exports  # noqa: PLC0415  (when rows are copied)

    exports.note_copy(session, name, rows)


class _View(QTableView):
    """The Qt view behind a record table: keys and hover."""

    copy_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.row_delegate = RowDelegate(self)
        self.setItemDelegate(self.row_delegate)
        self.setMouseTracking(True)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit()
        elif event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Tab)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.model().rowCount():
            last = self.model().rowCount() - 1
            row = 0 if event.key() == Qt.Key.Key_Home else last
            self.selectRow(row)
            self.scrollTo(self.model().index(row, 0))
        else:
            super().keyPressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.rowAt(int(event.position().y())))
        super().mouseMoveEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.row_delegate.hovered_row:
            self.row_delegate.hovered_row = row
            self.viewport().update()


class RecordTable(QWidget):
    """A list of records. Give it rows, or a query that it reads by windows."""

    opened = Signal(object)
    """The row of a double click or Enter."""
    current_changed = Signal(object)
    """The row the cursor is on, or ``None``."""
    selection_changed = Signal()
    count_changed = Signal(int)
    export_wanted = Signal(object)
    """This table, when *Export what I see* is chosen."""

    def __init__(
        self,
        columns: Sequence[Column[Any]],
        *,
        context: "PageContext",
        state_key: str,
        name: str,
        empty: str,
        first_step: tuple[str, Callable[[], object]] | None = None,
        chips: Chips | None = None,
        key: Callable[[Row], Key] | None = None,
    ) -> None:
        super().__init__()
        self.name = name
        self._context = context
        self._state_key = f"table.{state_key}"
        self._menu_ids: tuple[str | None, ...] = ("list.copy", "list.columns")
        self._memory: tuple[list[Key], Key, int] | None = None
        self._is_sized = False
        self.model = TableModel(columns, context.tasks, key=key, chips=chips, parent=self)
        self.view = _View()
        self.view.setModel(self.model)
        self.view.setAccessibleName(name)
        self.view.setObjectName(state_key)
        self.empty = EmptyState(empty, first_step=first_step)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        self.setFocusProxy(self.view)
        self._set_up_view()
        self._set_up_header()
        self._connect()
        self._restore_state()

    def _set_up_view(self) -> None:
        table_look.set_up(self.view)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    def _set_up_header(self) -> None:
        header = self.view.horizontalHeader()
        header.setSectionsMovable(True)
        header.setResizeContentsPrecision(_SAMPLE)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setAccessibleName(_("Columns of {table}").format(table=self.name))
        self.view.setSortingEnabled(True)
        for number, column in enumerate(self.model.columns):
            self.view.setColumnWidth(number, column.width or table_look.MIN_WIDTH * 2)

    def _connect(self) -> None:
        self.view.activated.connect(self._open)
        self.view.copy_wanted.connect(self.copy)
        self.view.customContextMenuRequested.connect(self._show_menu)
        header = self.view.horizontalHeader()
        header.customContextMenuRequested.connect(
            lambda place: self.choose_columns(header.mapToGlobal(place))
        )
        header.sectionResized.connect(self._keep_state)
        header.sectionMoved.connect(self._keep_state)
        header.sortIndicatorChanged.connect(self._keep_state)
        selection = self.view.selectionModel()
        selection.selectionChanged.connect(lambda *_args: self.selection_changed.emit())
        selection.currentRowChanged.connect(self._on_current)
        self.model.about_to_change.connect(self._remember)
        self.model.loaded.connect(self._on_loaded)
        self.model.counted.connect(self.count_changed)
        self.model.restarted.connect(self.view.scrollToTop)
        theme.look().changed.connect(self._on_look)

    # ------------------------------------------------------------------ filling

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show rows that are all in memory; selection and sort order stay."""
        self.model.set_rows(rows)

    def set_query(self, count: CountFn, rows: RowsFn, criteria: object) -> None:
        """Show a list of any length; it is counted, and read window by window as it is seen."""
        self.model.set_query(Query(count, rows, criteria))

    def reload(self) -> None:
        """Ask the same query again; place and selection stay."""
        self.model.reload()

    def sort_by(self, column_id: str, *, descending: bool = False) -> None:
        """Sort as if the title had been clicked."""
        number = self._number(column_id)
        order = Qt.SortOrder.DescendingOrder if descending else Qt.SortOrder.AscendingOrder
        self.view.sortByColumn(number, order)

    def source(self) -> Query | list[Row]:
        """The query, or the rows in memory as they are sorted: for an export."""
        return self.model.source()

    @property
    def sort(self) -> Sort | None:
        """The order in force."""
        return self.model.sort_order

    def set_empty(
        self, text: str, first_step: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Change what stands there when there are no rows: nothing yet, or nothing matches."""
        self.empty.set_text(text, first_step)

    # ------------------------------------------------------------------ rows

    def count(self) -> int:
        """Number of records, also of those not in memory."""
        return self.model.count()

    def current_row(self) -> Row | None:
        """The row the cursor is on."""
        index = self.view.currentIndex()
        return self.model.row(index.row()) if index.isValid() else None

    def selected_rows(self) -> list[Row]:
        """Selected rows, from top to bottom; of a long list those that have been seen."""
        places = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [row for row in map(self.model.row, places) if row is not None]

    def selected_keys(self) -> list[Any]:
        """Keys of the selected rows."""
        return [self.model.key(row) for row in self.selected_rows()]

    def has_selection(self) -> bool:
        """Whether a row is selected; quick, however many are."""
        return self.view.selectionModel().hasSelection()

    def has_all_selected(self) -> bool:
        """Whether every record of the list is selected: act on the filter then, not on keys."""
        chosen = len(self.view.selectionModel().selectedRows())
        return bool(chosen) and chosen >= self.model.count()

    def select_key(self, key: Key) -> bool:
        """Put cursor and selection on the row with a key; whether it was found."""
        place = self.model.find(key)
        if place is None:
            return False
        self._go(place)
        return True

    def next_row(self) -> None:
        """Go one row down, inside the filtered list."""
        self._go(min(self.view.currentIndex().row() + 1, self.model.count() - 1))

    def previous_row(self) -> None:
        """Go one row up."""
        self._go(max(self.view.currentIndex().row() - 1, 0))

    def _go(self, place: int) -> None:
        if 0 <= place < self.model.count():
            self.view.selectRow(place)
            self.view.scrollTo(self.model.index(place, 0))

    def focus(self) -> None:
        """Put the keyboard into the table."""
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)
        if self.model.count() and not self.view.currentIndex().isValid():
            self._go(0)

    def choose_first(self) -> None:
        """Put the cursor on the first row once it is there, unless it stands on one already."""
        if self.current_row() is None and self.model.row(0) is not None:
            self.view.selectRow(0)

    def has_focus(self) -> bool:
        """Whether the keyboard is in the table."""
        return self.view.hasFocus()

    def slots(self) -> Mapping[str, Callable[[], object]]:
        """The list actions this table can do now."""
        slots: dict[str, Callable[[], object]] = {"list.columns": self.choose_columns}
        if self.model.count():
            slots |= {
                "list.next": self.next_row,
                "list.previous": self.previous_row,
                "list.select_all": self.view.selectAll,
                "list.export": lambda: self.export_wanted.emit(self),
            }
        if self.has_selection():
            slots["list.copy"] = self.copy
        return slots

    def copy(self) -> None:
        """Copy the selected rows, visible columns, as tab separated text with titles."""
        columns = self.visible_columns()
        lines = ["\t".join(column.heading() for column in columns)]
        for row in self.selected_rows():
            cells = (column.shown(row) for column in columns)
            lines.append("\t".join(" ".join(cell.split()) for cell in cells))
        if len(lines) > 1:
            QGuiApplication.clipboard().setText("\n".join(lines))
            self._context.tasks.write(self, _note_copy, self.name, len(lines) - 1).quiet()

    def visible_columns(self) -> list[Column[Any]]:
        """The columns as they stand on the screen."""
        header = self.view.horizontalHeader()
        order = sorted(range(len(self.model.columns)), key=header.visualIndex)
        return [self.model.columns[n] for n in order if not header.isSectionHidden(n)]

    def set_menu(self, *action_ids: str | None) -> None:
        """Say which actions the context menu offers; ``None`` is a line."""
        self._menu_ids = action_ids

    # ------------------------------------------------------------------ reacting

    def _open(self, index: QModelIndex) -> None:
        row = self.model.row(index.row())
        if row is not None:
            self.opened.emit(row)

    def _on_current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        self.current_changed.emit(self.model.row(current.row()) if current.isValid() else None)

    def _show_menu(self, place: QPoint) -> None:
        menu = self._context.actions.context_menu(self, self._menu_ids)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if menu.actions():
            menu.popup(self.view.viewport().mapToGlobal(place))

    def _remember(self) -> None:
        if self._memory is None:
            current = self.current_row()
            self._memory = (
                self.selected_keys(),
                None if current is None else self.model.key(current),
                self.view.currentIndex().row(),
            )

    def _on_loaded(self) -> None:
        self._stack.setCurrentWidget(self.view if self.model.count() else self.empty)
        if not self._is_sized and self.model.count() and self.isVisible():
            self._fit_columns()
        memory, self._memory = self._memory, None
        if memory is not None:
            self._restore_selection(*memory)

    def _restore_selection(self, keys: list[Key], current: Key, place: int) -> None:
        if not keys and current is None:
            return
        model, selection = self.view.selectionModel(), QItemSelection()
        for first, last in _runs(self.model.find_all(keys)):
            selection.select(self.model.index(first, 0), self.model.index(last, 0))
        flags = QItemSelectionModel.SelectionFlag
        model.select(selection, flags.ClearAndSelect | flags.Rows)
        at = self.model.find(current) if current is not None else None
        at = min(place, self.model.count() - 1) if at is None else at
        if at >= 0:
            model.setCurrentIndex(self.model.index(at, 0), flags.NoUpdate)

    def _on_look(self) -> None:
        self.view.verticalHeader().setMinimumSectionSize(theme.row_height())
        self.view.verticalHeader().setDefaultSectionSize(theme.row_height())

    @override
    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        if not self._is_sized and self.model.count():
            self._fit_columns()

    # ------------------------------------------------------------------ columns

    def _fit_columns(self) -> None:
        self._is_sized = True
        known = self._stored().get("widths", {})
        for number, column in enumerate(self.model.columns):
            if column.id in known or column.width is not None:
                continue
            header = self.view.horizontalHeader().sectionSizeHint(number) + theme.GAP_M
            content = self.view.sizeHintForColumn(number) + theme.GAP_S
            self.view.setColumnWidth(
                number, min(max(content, header, table_look.MIN_WIDTH), _MAX_WIDTH)
            )
        self._stretch()

    def _stretch(self) -> None:
        """The last column takes what is left over, but numbers stay beside their neighbours."""
        header = self.view.horizontalHeader()
        shown = [
            header.logicalIndex(place)
            for place in range(header.count())
            if not header.isSectionHidden(header.logicalIndex(place))
        ]
        is_number = bool(shown) and self.model.columns[shown[-1]].align is Align.RIGHT
        header.setStretchLastSection(not is_number)

    def _stored(self) -> dict[str, Any]:
        stored = self._context.state.get(self._state_key)
        return stored if isinstance(stored, dict) else {}

    def _restore_state(self) -> None:
        stored, header = self._stored(), self.view.horizontalHeader()
        header.blockSignals(True)
        for visual, column_id in enumerate(stored.get("order", [])):
            number = self._number(column_id)
            if number >= 0:
                header.moveSection(header.visualIndex(number), visual)
        for column_id, width in stored.get("widths", {}).items():
            if self._number(column_id) >= 0:
                header.resizeSection(self._number(column_id), int(width))
        for column_id in stored.get("hidden", []):
            if self._number(column_id) >= 0:
                header.setSectionHidden(self._number(column_id), True)
        header.blockSignals(False)
        sort = stored.get("sort")
        if isinstance(sort, list) and self._number(str(sort[0])) >= 0:
            self.sort_by(str(sort[0]), descending=bool(sort[1]))

    def _keep_state(self) -> None:
        header = self.view.horizontalHeader()
        columns = self.model.columns
        order = sorted(range(len(columns)), key=header.visualIndex)
        sort = self.model.sort_order
        shown = [n for n in order if not header.isSectionHidden(n)]
        state: dict[str, Any] = {
            "order": [columns[n].id for n in order],
            "hidden": [c.id for n, c in enumerate(columns) if header.isSectionHidden(n)],
        }
        if self._is_sized:
            state["widths"] = {columns[n].id: header.sectionSize(n) for n in shown[:-1]}
        if sort is not None:
            state["sort"] = [sort.column_id, sort.descending]
        self._context.state.put(self._state_key, state)

    def choose_columns(self, place: QPoint | None = None) -> None:
        """Offer the columns to show or hide."""
        menu = self.column_menu()
        menu.popup(place or self.view.mapToGlobal(QPoint(theme.GAP_XL, theme.GAP_XL)))

    def hide_columns(self, *column_ids: str) -> None:
        """Hide columns at first; what the user has chosen since stays."""
        if "hidden" not in self._stored():
            header = self.view.horizontalHeader()
            header.blockSignals(True)
            for column_id in column_ids:
                header.setSectionHidden(self._number(column_id), True)
            header.blockSignals(False)

    def column_menu(self) -> QMenu:
        """A menu with one checkable entry a column."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        header = self.view.horizontalHeader()
        visible = len(self.visible_columns())
        for number, column in enumerate(self.model.columns):
            action = menu.addAction(column.heading())
            action.setCheckable(True)
            is_shown = not header.isSectionHidden(number)
            action.setChecked(is_shown)
            action.setEnabled(not is_shown or visible > 1)
            action.toggled.connect(self._shower(number))
        menu.addSeparator()
        menu.addAction(_("Show all columns")).triggered.connect(self._show_all)
        return menu

    def _shower(self, number: int) -> Callable[[bool], None]:
        def show(is_shown: bool) -> None:  # noqa: FBT001  (Qt's signal)
            self.view.horizontalHeader().setSectionHidden(number, not is_shown)
            self._keep_state()

        return show

    def _show_all(self) -> None:
        for number in range(len(self.model.columns)):
            self.view.horizontalHeader().setSectionHidden(number, False)
        self._keep_state()

    def _number(self, column_id: str) -> int:
        return next((n for n, c in enumerate(self.model.columns) if c.id == column_id), -1)


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Rising numbers as runs of neighbours: a selection of few parts is quick."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and runs[-1][1] == place - 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
