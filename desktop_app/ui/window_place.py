"""Where somebody is in the window, so that a window in another language opens at the same place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabWidget, QWidget

from desktop_app.ui.lazy_list import LazyList
from desktop_app.ui.window_actions import Trail

if TYPE_CHECKING:  # the window is made of these, not the other way round; SQLAlchemy is slow
    from desktop_app.ui.page import Page
    from desktop_app.ui.record_table import RecordTable


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """A page as it was left.

    Attributes:
        trail: The pages before and after it.
        page_id: The page.
        target: What `Page.show_record` needs to show the same; ``None``: it loads by itself.
        tabs: Which part each of its rows of tabs and lists of parts shows.
        rows: Key of the row the cursor is on, for each of its tables.
    """

    trail: Trail
    page_id: str
    target: object
    tabs: tuple[int, ...]
    rows: tuple[object, ...]


def place_of(page: "Page", trail: Trail) -> WindowPlace:
    """Where a page is now."""
    asked = trail.there(0)[1] if trail.places else None
    return WindowPlace(
        Trail(list(trail.places), trail.at),
        page.SPEC.id,
        page.here(asked),
        tuple(parts.currentIndex() for parts in _parts_of(page)),
        tuple(next(iter(table.selected_keys()), None) for table in page.tables()),
    )


def come_back(page: "Page", place: WindowPlace) -> None:
    """Show the tabs and rows that were shown; the record is the page's own business."""
    for at, number in enumerate(place.tabs):
        tabs = _parts_of(page)  # a part that is shown may make others
        if at < len(tabs):
            tabs[at].setCurrentIndex(number)
    for table, key in zip(page.tables(), place.rows, strict=False):
        if key is not None:
            table.model.loaded.connect(_chooser(table, key))


def come_forward(window: QWidget) -> None:
    """Be in front of other programs, also from the tray."""
    if window.isMinimized():
        window.showNormal()
    window.show()
    window.raise_()
    window.activateWindow()


def _parts_of(page: "Page") -> "list[QTabWidget | LazyList[QWidget]]":
    return [*page.findChildren(LazyList), *page.findChildren(QTabWidget)]


def _chooser(table: "RecordTable", key: object) -> Callable[[], None]:
    def choose() -> None:
        table.model.loaded.disconnect(choose)
        table.select_key(key)

    return choose
