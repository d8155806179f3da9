"""Tabs whose content is made when it is first shown: a page opens without its hidden parts."""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

PartT = TypeVar("PartT", bound=QWidget)


class LazyTabs(QTabWidget, Generic[PartT]):
    """Named parts under titles. Add all of them, then ask for one."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setDocumentMode(True)
        self.setAccessibleName(name)
        self._makers: dict[str, Callable[[], PartT]] = {}
        self._places: dict[str, tuple[QWidget, QVBoxLayout]] = {}
        self._parts: dict[str, PartT] = {}
        self.currentChanged.connect(lambda place: self.part(self._name(place)))

    def add(self, part: str, title: str, make: Callable[[], PartT]) -> None:
        """Add a tab; `make` is called when the part is first wanted, for the first tab at once."""
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        self._places[part] = (holder, column)
        self._makers[part] = make
        self.addTab(holder, title)

    def part(self, part: str) -> PartT | None:
        """The content of a tab; ``None`` where there is no such tab."""
        if part not in self._parts and part in self._makers:
            made = self._parts[part] = self._makers[part]()
            holder, column = self._places[part]
            column.addWidget(made)
            holder.setFocusProxy(made)
        return self._parts.get(part)

    def current(self) -> PartT | None:
        """The part that is shown; ``None`` where there are no tabs, and while it is being made."""
        return self._parts.get(self._name(self.currentIndex()))

    def _name(self, place: int) -> str:
        return list(self._makers)[place] if place >= 0 else ""

    def parts(self) -> dict[str, PartT]:
        """The parts that were made so far."""
        return dict(self._parts)

    def show_part(self, part: str) -> bool:
        """Bring a tab to the front; whether there is such a tab."""
        if part in self._makers:
            self.setCurrentIndex(list(self._makers).index(part))
        return part in self._makers
