"""A list of parts at the left, the chosen one at the right: for more parts than tabs have room."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui import theme

PartT = TypeVar("PartT", bound=QWidget)


class LazyList(QWidget, Generic[PartT]):
    """Named parts under titles, each made when it is first shown. Used as `LazyTabs` is."""

    currentChanged = Signal(int)  # noqa: N815  (as in QTabWidget)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setAccessibleName(name)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack = QStackedWidget()
        self._makers: dict[str, Callable[[], PartT]] = {}
        self._places: dict[str, tuple[QWidget, QVBoxLayout]] = {}
        self._parts: dict[str, PartT] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_L)
        row.addWidget(self.list)
        row.addWidget(self._stack, 1)
        self.list.currentRowChanged.connect(self._show)
        self.setFocusProxy(self.list)

    def add(self, part: str, title: str, make: Callable[[], PartT]) -> None:
        """Add a part; `make` is called when it is first wanted, for the first one at once."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        self._places[part] = (holder, column)
        self._makers[part] = make
        self._stack.addWidget(holder)
        item = QListWidgetItem(title)
        item.setSizeHint(QSize(0, theme.row_height()))
        self.list.addItem(item)
        wanted = self.list.fontMetrics().horizontalAdvance(title) + 3 * theme.GAP_L
        self.list.setFixedWidth(max(wanted, self.list.width() if self._stack.count() > 1 else 0))
        if self.list.count() == 1:
            self.list.setCurrentRow(0)

    def _show(self, place: int) -> None:
        self.part(self._name(place))
        self._stack.setCurrentIndex(place)
        self.currentChanged.emit(place)

    def part(self, part: str) -> PartT | None:
        """The content of a part; ``None`` where there is no such part."""
        if part not in self._parts and part in self._makers:
            made = self._parts[part] = self._makers[part]()
            holder, column = self._places[part]
            column.addWidget(made)
            holder.setFocusProxy(made)
        return self._parts.get(part)

    def current(self) -> PartT | None:
        """The part that is shown; ``None`` where there are none, and while it is being made."""
        return self._parts.get(self._name(self.list.currentRow()))

    def currentIndex(self) -> int:
        """Place of the part that is shown, from 0."""
        return self.list.currentRow()

    def setCurrentIndex(self, place: int) -> None:
        """Show a part by its place."""
        self.list.setCurrentRow(place)

    def _name(self, place: int) -> str:
        return list(self._makers)[place] if place >= 0 else ""

    def parts(self) -> dict[str, PartT]:
        """The parts that were made so far."""
        return dict(self._parts)

    def show_part(self, part: str) -> bool:
        """Bring a part to the front; whether there is such a part."""
        if part in self._makers:
            self.list.setCurrentRow(list(self._makers).index(part))
        return part in self._makers
