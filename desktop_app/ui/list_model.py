"""A list of any things for the views of Qt, with what is said of each."""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

ThingT = TypeVar("ThingT")

_NO_PARENT = QModelIndex()


class ListModel(QAbstractListModel, Generic[ThingT]):
    """The things that are ``shown``, changed as a whole.

    Args:
        parent: What it belongs to.
        say: What a view is told of a thing in a role; ``None`` for nothing.
    """

    def __init__(self, parent: QObject, say: Callable[[ThingT, int], Any]) -> None:
        super().__init__(parent)
        self.shown: list[ThingT] = []
        self._say = say

    def show(self, things: Sequence[ThingT]) -> None:
        """Show these instead."""
        self.beginResetModel()
        self.shown = list(things)
        self.endResetModel()

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.shown)

    @override
    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return self._say(self.shown[index.row()], role) if index.isValid() else None
