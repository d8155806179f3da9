"""Editors with a filter: a grouped list (reasons) and a search in the database (customers)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor, searching
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_TYPING_MS = 150
_NO_PARENT = QModelIndex()
_VALUE = int(Qt.ItemDataRole.UserRole)
_ARROWS = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)


def pressed_key(event: QEvent) -> int | None:
    """The key of a key press, ``None`` for any other event."""
    if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
        return event.key()
    return None


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a grouped list.

    Attributes:
        value: What the editor gives.
        text: What people read.
        group: Title it stands under.
        keys: More words to find it by: code, pinyin, initials; parted by blanks.
    """

    value: Any
    text: str
    group: str = ""
    keys: str = ""

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every typed word is found in text, group or keys."""
        whole = f"{self.text} {self.group} {self.keys}".casefold()
        return all(word in whole for word in words)


class _ChoiceModel(QAbstractListModel):
    """Choices under the titles of their groups; a title cannot be chosen."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.lines: list[Choice | str] = []

    def show(self, choices: Sequence[Choice]) -> None:
        self.beginResetModel()
        self.lines = []
        groups = dict.fromkeys(choice.group for choice in choices)
        for group in groups:
            if group:
                self.lines.append(group)
            self.lines += [choice for choice in choices if choice.group == group]
        self.endResetModel()

    def choice(self, row: int) -> Choice | None:
        """The choice in a line, ``None`` for a title."""
        line = self.lines[row] if 0 <= row < len(self.lines) else None
        return line if isinstance(line, Choice) else None

    def rows_of_choices(self) -> list[int]:
        """The lines that can be chosen."""
        return [row for row, line in enumerate(self.lines) if isinstance(line, Choice)]

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    @override
    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.text if isinstance(line, Choice) else line
        if role == Qt.ItemDataRole.FontRole and isinstance(line, str):
            return theme.font(bold=True)
        return QSize(0, theme.row_height()) if role == Qt.ItemDataRole.SizeHintRole else None

    @override
    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        enabled = Qt.ItemFlag.ItemIsEnabled
        if self.choice(index.row()) is None:
            return enabled
        return enabled | Qt.ItemFlag.ItemIsSelectable


class PickerEditor(Editor):
    """A filter line over a list in groups; arrows move in the list while typing goes on."""

    def __init__(self, choices: Sequence[Choice] = (), *, rows: int = 8) -> None:
        self.list = QListView()
        self.filter = QLineEdit()
        holder = QWidget()
        super().__init__(holder)
        self.setFocusProxy(self.filter)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.filter)
        column.addWidget(self.list)
        self.filter.setPlaceholderText(_("Filter: words, pinyin, initials"))
        searching(self.filter)
        self.filter.textChanged.connect(self._fill)
        self.filter.installEventFilter(self)
        self.model = _ChoiceModel(self)
        self.list.setModel(self.model)
        self.list.setMinimumHeight(rows * theme.row_height() + theme.GAP_S)
        self.list.selectionModel().currentChanged.connect(self._on_current)
        self._choices: tuple[Choice, ...] = ()
        self._value: Any = None
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Change the list; the choice stays."""
        self._choices = tuple(choices)
        self._fill()

    @override
    def set_name(self, name: str) -> None:
        self.list.setAccessibleName(name)
        self.filter.setAccessibleName(_("Filter {list}").format(list=name))

    @override
    def set_problem(self, message: str) -> None:
        theme.set_problem(self.filter, bool(message))
        self.list.setAccessibleDescription(message)

    @override
    def value(self) -> Any:
        return self._value

    def text(self) -> str:
        """The words of the choice."""
        return next((c.text for c in self._choices if c.value == self._value), "")

    @override
    def set_value(self, value: Any) -> None:
        self._value = value
        self._fill()

    def _fill(self) -> None:
        words = self.filter.text().casefold().split()
        self.model.show([choice for choice in self._choices if choice.matches(words)])
        for row in self.model.rows_of_choices():
            choice = self.model.choice(row)
            if choice is not None and choice.value == self._value:
                self._go(row)

    def _go(self, row: int) -> None:
        index = self.model.index(row, 0)
        self.list.setCurrentIndex(index)
        self.list.scrollTo(index)

    def _on_current(self, current: QModelIndex) -> None:
        choice = self.model.choice(current.row())
        if choice is not None and choice.value != self._value:
            self._value = choice.value
            self.changed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        key = pressed_key(event)
        if key in _ARROWS:
            self._move(1 if key in (Qt.Key.Key_Down, Qt.Key.Key_PageDown) else -1)
            return True
        return super().eventFilter(watched, event)

    def _move(self, step: int) -> None:
        rows = self.model.rows_of_choices()
        if not rows:
            return
        current = self.list.currentIndex().row()
        place = rows.index(current) + step if current in rows else 0
        self._go(rows[max(0, min(place, len(rows) - 1))])


SearchFn = Callable[["Session", str], Sequence[tuple[Any, str]]]


class RecordEditor(Editor):
    """Finds one record by typing: customers, employees, competitors."""

    def __init__(
        self, tasks: Tasks, search: SearchFn, *, placeholder: str = "", rows: int = 5
    ) -> None:
        self.line = QLineEdit()
        self.list = QListWidget()
        self._chosen = QLabel()
        holder = QWidget()
        super().__init__(holder)
        self.setFocusProxy(self.line)
        self._tasks, self._search = tasks, search
        self._latest = Latest()
        self._value: Any = None
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        head = QHBoxLayout()
        head.addWidget(self.line, 1)
        head.addWidget(self._chosen)
        column.addLayout(head)
        column.addWidget(self.list)
        theme.set_role(self._chosen, "strong")
        self._chosen.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setPlaceholderText(placeholder or _("Name, pinyin, phone, number"))
        self.line.installEventFilter(self)
        self.list.setFixedHeight(rows * theme.row_height() + theme.GAP_S)
        self._timer = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.line.textEdited.connect(self._on_typed)
        self.line.textChanged.connect(self._forget_found)
        self.list.currentItemChanged.connect(self._on_current)

    @override
    def set_name(self, name: str) -> None:
        self.line.setAccessibleName(name)
        self.list.setAccessibleName(_("Found for {field}").format(field=name))

    @override
    def set_problem(self, message: str) -> None:
        theme.set_problem(self.line, bool(message))
        self.line.setAccessibleDescription(message)

    @override
    def value(self) -> Any:
        return self._value

    @override
    def set_value(self, value: Any) -> None:
        """Take a value, or a (value, text) pair that also shows its words."""
        if isinstance(value, tuple):
            self._value, text = value
            self._chosen.setText(str(text))
        else:
            self._value = value
            if value is None:
                self._chosen.clear()

    @override
    def remembered(self) -> tuple[Any, str] | None:
        return None if self._value is None else (self._value, self._chosen.text())

    def words(self) -> str:
        """The words of what was chosen; empty for nothing."""
        return "" if self._value is None else self._chosen.text()

    def _on_typed(self, text: str) -> None:
        """Other words look for another record: the one that was found before is not meant."""
        if self._value is not None:
            self.set_value(None)
            self.changed.emit()
        if text.strip():
            self._timer.start()

    def _forget_found(self, text: str) -> None:
        """What was found for other words is not shown any more."""
        self.list.clear()
        if not text.strip():
            self._timer.stop()

    def _ask(self) -> None:
        text = self.line.text().strip()
        task = self._tasks.read(self, self._search, text)
        self._latest.take(task).then(lambda found: self._show(text, found))

    def _show(self, typed: str, found: Sequence[tuple[Any, str]]) -> None:
        if typed != self.line.text().strip():
            return  # it was typed on meanwhile
        self.list.clear()
        for value, text in found:
            item = QListWidgetItem(text, self.list)
            item.setData(_VALUE, value)
        if found:
            self.list.setCurrentRow(0)

    def _on_current(self, item: QListWidgetItem | None, _before: object = None) -> None:
        if item is not None and item.data(_VALUE) != self._value:
            self._value = item.data(_VALUE)
            self._chosen.setText(item.text())
            self.changed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        key = pressed_key(event)
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and self.list.count():
            step = 1 if key == Qt.Key.Key_Down else -1
            place = max(0, min(self.list.currentRow() + step, self.list.count() - 1))
            self.list.setCurrentRow(place)
            return True
        return super().eventFilter(watched, event)
