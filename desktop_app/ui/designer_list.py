"""The questions of a form as a tree: type, number, words, lock, and where something is wrong."""

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractItemModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeView
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire import editing
from desktop_app.questionnaire.outline import Entry, outline
from desktop_app.ui import theme
from desktop_app.ui.designer_state import DesignerState
from desktop_app.ui.designer_words import type_icon, type_word, words_of
from desktop_app.ui.theme import Tone

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
_ROOT: Final = -1
_ICONS: Final = {Tone.BAD: ("error", "bad"), Tone.WARN: ("warning", "warn")}


class DesignerModel(QAbstractItemModel):
    """The outline of a form; words are asked for when a line is painted."""

    def __init__(self, state: DesignerState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._entries: tuple[Entry, ...] = ()
        self._above: list[int] = []
        self._below: dict[int, list[int]] = {_ROOT: []}
        self.tones: Mapping[int, tuple[Tone, str]] = {}

    def refresh(self) -> bool:
        """Take the form as it is now; whether its lines are others."""
        entries = outline(self._state.sheets)
        shape = [(each.row, each.end, each.depth) for each in entries]
        is_same = shape == [(each.row, each.end, each.depth) for each in self._entries]
        if is_same:
            self._entries = entries
            self.repaint()
            return False
        self.beginResetModel()
        self._entries = entries
        self._above, self._below = [], {_ROOT: []}
        open_groups: list[int] = []
        for place, entry in enumerate(entries):
            del open_groups[entry.depth :]
            above = open_groups[-1] if open_groups else _ROOT
            self._above.append(above)
            self._below[above].append(place)
            self._below[place] = []
            open_groups.append(place)
        self.endResetModel()
        return True

    def repaint(self) -> None:
        """Say that every line may look different."""
        for above, below in self._below.items():
            if below:
                parent = self._at(above)
                last = self.index(len(below) - 1, self.columnCount() - 1, parent)
                self.dataChanged.emit(self.index(0, 0, parent), last)

    # ------------------------------------------------------------------ lines

    def entry(self, index: Index) -> Entry | None:
        """The question of a line."""
        return self._entries[int(index.internalId())] if index.isValid() else None

    def find(self, row: int | None) -> QModelIndex:
        """The line of a row of the survey; an invalid one when there is none."""
        place = next((at for at, each in enumerate(self._entries) if each.row == row), _ROOT)
        return self._at(place)

    def rows(self) -> list[int]:
        """The rows of the survey in order."""
        return [entry.row for entry in self._entries]

    def _at(self, place: int, column: int = 0) -> QModelIndex:
        if place == _ROOT:
            return QModelIndex()
        return self.createIndex(self._below[self._above[place]].index(place), column, place)

    def _place(self, index: Index) -> int:
        return int(index.internalId()) if index.isValid() else _ROOT

    @override
    def index(self, row: int, column: int, parent: Index = _NO_PARENT) -> QModelIndex:
        below = self._below[self._place(parent)]
        is_there = 0 <= row < len(below) and 0 <= column < self.columnCount()
        return self.createIndex(row, column, below[row]) if is_there else QModelIndex()

    @override
    def parent(self, index: Index = _NO_PARENT) -> QModelIndex:  # type: ignore[override]  # Qt has two
        return self._at(self._above[self._place(index)]) if index.isValid() else QModelIndex()

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.column() > 0 else len(self._below[self._place(parent)])

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 2

    @override
    def data(  # noqa: PLR0911  (one a role)
        self, index: Index, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        entry = self.entry(index)
        if entry is None:
            return None
        if index.column() == 1:
            return self._lock(entry, role)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{entry.number}  {self._words(entry)}"
            case Qt.ItemDataRole.DecorationRole:
                tone, _sentence = self.tones.get(entry.row, (Tone.NEUTRAL, ""))
                return theme.icon(*_ICONS.get(tone, (type_icon(entry.type.kind), "muted")))
            case Qt.ItemDataRole.ToolTipRole:
                kind = f"{type_word(entry.type.kind)} · {entry.name}"
                return "\n".join(filter(None, (self._words(entry), kind, self._sentence(entry))))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(self._spoken(entry))
        return None

    def _lock(self, entry: Entry, role: int) -> Any:
        is_locked = editing.is_locked(self._state.sheets, entry.row)
        if is_locked and role == Qt.ItemDataRole.DecorationRole:
            return theme.icon("lock")
        if is_locked and role in {Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole}:
            return _("locked")
        return None

    def _words(self, entry: Entry) -> str:
        return words_of(self._state.sheets, entry)

    def _sentence(self, entry: Entry) -> str:
        return self.tones.get(entry.row, (Tone.NEUTRAL, ""))[1]

    def _spoken(self, entry: Entry) -> list[str]:
        is_locked = editing.is_locked(self._state.sheets, entry.row)
        words = (
            f"{entry.number} {self._words(entry)}",
            type_word(entry.type.kind),
            _("locked") if is_locked else "",
            self._sentence(entry),
        )
        return [each for each in words if each]


class DesignerList(QTreeView):
    """The left pane of the designer."""

    chosen = Signal(object)
    """The row of the question the keyboard is on, None for none."""

    def __init__(self, state: DesignerState) -> None:
        super().__init__()
        self._state = state
        self._is_showing = False
        self.lines = DesignerModel(state, self)
        self.setModel(self.lines)
        self.setAccessibleName(_("Questions"))
        self.setHeaderHidden(True)
        self.setIndentation(theme.GAP_L)
        self.setUniformRowHeights(True)
        self.setIconSize(QSize(16, 16))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, theme.GAP_XL + theme.GAP_S)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        state.changed.connect(self.refresh)
        state.chosen.connect(self._show_chosen)
        self.refresh()

    def refresh(self) -> None:
        """Show the questions as they are now."""
        self._is_showing = True
        if self.lines.refresh():
            self.expandAll()
        self._is_showing = False
        self._show_chosen()

    def show_tones(self, tones: Mapping[int, tuple[Tone, str]]) -> None:
        """Mark the questions where something is wrong, by their row, with a sentence each."""
        if tones != self.lines.tones:
            self.lines.tones = tones
            self.lines.repaint()

    def _show_chosen(self) -> None:
        index = self.lines.find(self._state.row)
        if index == self.currentIndex():
            return
        self._is_showing = True
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        self._is_showing = False
        if index.isValid():
            self.scrollTo(index)

    def _on_current(self, index: QModelIndex, _before: QModelIndex) -> None:
        entry = self.lines.entry(index)
        if not self._is_showing:
            self.chosen.emit(None if entry is None else entry.row)

    def selected(self) -> tuple[int, ...]:
        """Rows of the chosen questions, in order."""
        found = (self.lines.entry(index) for index in self.selectionModel().selectedRows())
        return tuple(sorted(entry.row for entry in found if entry is not None))

    def following(self, row: int) -> int | None:
        """The question to go to when one is taken away: the one before it, else the first."""
        rows = self.lines.rows()
        before = [each for each in rows if each < row]
        return before[-1] if before else next((each for each in rows if each > row), None)
