"""Tiles in as many columns as there is room for."""

from collections.abc import Sequence

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from desktop_app.ui import theme
from desktop_app.ui.panels import StatTile

_MOST = 4


class TileGrid(QWidget):
    """Numbers side by side; fewer in a row where the window is narrow or the text large."""

    def __init__(self, tiles: Sequence[StatTile]) -> None:
        super().__init__()
        self._tiles = tiles
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GAP_S)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._place(_MOST)

    def _place(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for place, tile in enumerate(self._tiles):
            self._grid.addWidget(tile, place // columns, place % columns)
        for column in range(_MOST):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def fit(self) -> None:
        """Place the tiles anew: their words have changed."""
        widest = max(tile.sizeHint().width() for tile in self._tiles) + theme.GAP_S
        fitting = max(1, min(_MOST, (self.width() + theme.GAP_S) // widest))
        rows = -(-len(self._tiles) // fitting)
        self._place(-(-len(self._tiles) // rows))
        self._grid.activate()  # now: nothing is cut meanwhile

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self._grid.minimumSize().height())
