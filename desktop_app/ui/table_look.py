"""How every table is set up: whole rows, no grid, rows of one height."""

from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from desktop_app.ui import theme

MIN_WIDTH = 64
"""Least width of a column that is as wide as what stands in it, in pixels."""


def set_up(view: QTableView) -> None:
    """Give a view the look and the manners of the program's tables."""
    view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setShowGrid(False)
    view.setWordWrap(False)
    view.setTabKeyNavigation(False)
    view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows = view.verticalHeader()
    rows.hide()
    rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    rows.setMinimumSectionSize(theme.row_height())
    rows.setDefaultSectionSize(theme.row_height())
    header = view.horizontalHeader()
    header.setHighlightSections(False)
    header.setStretchLastSection(True)
    header.setMinimumSectionSize(MIN_WIDTH // 2)
