"""The first rows of a demo, on the screen while all else is still loaded.

A demo opens by itself: nobody types a password behind which the program could be loaded. So at the
end of a session the rows of its first page are read and kept beside the database, with the marks of
its file and until when they hold (`first_view_keeping`). If nothing was written since, they are
what the services would read now, and are shown at once, in a plain window. One can look, scroll and
choose; Enter and a click on a page are remembered. Then the program's window takes its place. Only
a demo has this: elsewhere the rows are behind a password.
"""

import json
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QByteArray,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QCloseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QTableView, QWidget
from typing_extensions import override

from desktop_app import VERSION, clock, i18n, paths
from desktop_app.settings import Settings
from desktop_app.ui import table_look, theme
from desktop_app.ui.roles import TONE_ROLE
from desktop_app.ui.row_delegate import RowDelegate

Kept = dict[str, Any]
"""What is kept, as JSON; made in `first_view_keeping.collect`, and `mark` by `keep`."""

_DECISIVE: Final = (
    "columns/work.py",
    "ui/first_view.py",
    "ui/first_view_keeping.py",
    "ui/pages/__init__.py",
    "ui/pages/today.py",
)
_NO_PARENT: Final = QModelIndex()
_ALIGNMENTS: Final = (
    Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter,
    Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
)


def mark_of(folder: Path, settings: Settings) -> list[Any] | None:
    """All that the view depends on; None while something is not in the database's file yet.

    Raises:
        OSError: there is no database.
    """
    file, log = folder / "workspace.db", folder / "workspace.db-wal"
    if log.exists() and log.stat().st_size:
        return None
    files = [each.stat() for each in (file, folder / "keys.json")]
    look = [i18n.language(), settings.text_scale, settings.density.value]
    marks = [mark for found in files for mark in (found.st_size, found.st_mtime_ns)]
    return [VERSION, *_marks_of_program(), clock.today().isoformat(), *look, *marks]


def _marks_of_program() -> list[int]:
    """When what decides how the page looks was changed: the same version, run from its source."""
    package = Path(__file__).parent.parent
    decisive = [package / part for part in _DECISIVE] + [paths.resource("icons"), _texts()]
    return [each.stat().st_mtime_ns for each in decisive if each.exists()]


def _texts() -> Path:
    return paths.resource("locale", i18n.language(), "LC_MESSAGES", "messages.mo")


def forget(folder: Path) -> None:
    """Delete what was kept. Raises OSError."""
    for name in (paths.FIRST_VIEW, f"{paths.FIRST_VIEW}.new"):
        (folder / name).unlink(missing_ok=True)


def keep(folder: Path, settings: Settings, kept: Kept) -> None:
    """Keep what the first page shows, after the database was closed.

    Raises:
        OSError: it cannot be written.
    """
    whole = {**kept, "mark": mark_of(folder, settings)}
    fresh = folder / f"{paths.FIRST_VIEW}.new"
    fresh.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
    fresh.replace(folder / paths.FIRST_VIEW)


def open_view(folder: Path, settings: Settings) -> "FirstView | None":
    """The first rows as they were kept, if they still hold; not shown yet."""
    try:
        kept = json.loads((folder / paths.FIRST_VIEW).read_text(encoding="utf-8"))
        mark, now = mark_of(folder, settings), clock.now().isoformat()
        if mark is None or kept["mark"] != mark or not kept["from"] <= now < kept["until"]:
            return None
        icons = [paths.resource("icons", f"{page[2]}.svg") for page in kept["pages"]]
        is_whole = kept["rows"] and all(icon.exists() for icon in icons)
        return FirstView(kept) if is_whole else None
    except (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError):
        return None  # nothing is lost: it is shown when it is loaded


class _Rows(QAbstractTableModel):
    """The rows as texts, with the tones of their chips."""

    def __init__(self, kept: Kept, parent: QWidget) -> None:
        super().__init__(parent)
        self._columns = [(str(title), bool(is_right)) for title, _w, is_right in kept["columns"]]
        self._rows = [(str(key), list(texts), list(tones)) for key, texts, tones in kept["rows"]]

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def key(self, row: int) -> str:
        """Key of the record of a row."""
        return self._rows[row][0]

    @override
    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        _key, texts, tones = self._rows[index.row()]
        column = index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return texts[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _ALIGNMENTS[self._columns[column][1]]
        return tones[column] if role == TONE_ROLE else None

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if orientation == Qt.Orientation.Vertical or not 0 <= section < len(self._columns):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._columns[section][0]
        return _ALIGNMENTS[self._columns[section][1]] if role == _ALIGNMENT_ROLE else None


_ALIGNMENT_ROLE: Final = Qt.ItemDataRole.TextAlignmentRole


class FirstView(QWidget):
    """A plain window with the first rows, each part where the program's window has it."""

    painted = Signal()
    """Once: the rows stand on the screen."""
    closed = Signal()
    wished = Signal()
    """Something is asked for that only the program's window can show."""

    def __init__(self, kept: Kept) -> None:
        super().__init__()
        theme.dress(self)
        self.setObjectName("first-view")
        self.setWindowIcon(theme.app_icon())
        self.setWindowTitle(str(kept["texts"]["window"]))
        self.wanted_row = self.wanted_page = ""
        """Key of the row, or the page, that is to be opened as soon as it can be."""
        self._width, self._height = (int(side) for side in kept["size"])
        self._parts: list[tuple[QWidget, QRect, bool, bool]] = []
        self._is_painted = False
        places, texts = kept["places"], kept["texts"]
        self._add_part(self._frame("top-bar"), places["top"], is_wide=True)
        self._side = self._frame("side-bar")
        self._add_part(self._side, places["side"], is_high=True)
        self._fill_side(kept)
        for name, role in (("title", "title"), ("subtitle", "hint")):
            self._add_part(self._label(texts[name], role), places[name], is_wide=True)
        self.view = self._table(kept)
        self._add_part(self.view, places["table"], is_wide=True, is_high=True)
        self._opening = self._label(texts["opening"], "hint")
        self._opening.setParent(self)
        self.resize(self._width, self._height)
        if kept["geometry"]:
            self.restoreGeometry(QByteArray.fromBase64(str(kept["geometry"]).encode()))
        self.view.setFocus()

    # ------------------------------------------------------------------ building

    def _add_part(
        self, widget: QWidget, place: list[int], *, is_wide: bool = False, is_high: bool = False
    ) -> None:
        """Put a part where it stands in a window of the kept size; it may grow with this one."""
        widget.setParent(self)
        self._parts.append((widget, QRect(*place), is_wide, is_high))

    @staticmethod
    def _frame(name: str) -> QFrame:
        frame = QFrame()
        frame.setObjectName(name)
        return frame

    @staticmethod
    def _label(text: str, role: str) -> QLabel:
        label = QLabel(text)
        label.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(label, role)
        return label

    def _fill_side(self, kept: Kept) -> None:
        places, texts = kept["side"], kept["texts"]
        mark = QLabel(self._side)
        area = QRect(*places["mark"])
        mark.setPixmap(theme.app_icon().pixmap(area.height(), area.height()))
        mark.setGeometry(area)
        name = QLabel(texts["product"], self._side)
        name.setObjectName("product")
        name.setGeometry(QRect(*places["product"]))
        for page_id, title, icon, place in kept["pages"]:
            button = QPushButton(theme.icon(icon), title, self._side)
            theme.set_role(button, "nav")
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setChecked(page_id == kept["page"])
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setGeometry(QRect(*place))
            button.clicked.connect(self._wisher(page_id))

    def _wisher(self, page_id: str) -> Any:
        def wish() -> None:
            self.wanted_page, self.wanted_row = page_id, ""
            self.wished.emit()

        return wish

    def _table(self, kept: Kept) -> QTableView:
        view = QTableView()
        view.setItemDelegate(RowDelegate(view))
        self._model = _Rows(kept, self)
        view.setModel(self._model)
        table_look.set_up(view)
        for number, (_title, width, _right) in enumerate(kept["columns"]):
            view.setColumnWidth(number, int(width))
        view.setAccessibleName(str(kept["texts"]["table"]))
        view.activated.connect(self._wish_row)
        view.selectRow(0)
        return view

    # ------------------------------------------------------------------ what is asked of it

    def count(self) -> int:
        """Number of rows."""
        return self._model.rowCount()

    def chosen_key(self) -> str:
        """Key of the record of the row the cursor is on."""
        return self._model.key(max(0, self.view.currentIndex().row()))

    def _wish_row(self, index: QModelIndex) -> None:
        self.wanted_row, self.wanted_page = self._model.key(index.row()), ""
        self.wished.emit()

    def take_wish(self) -> tuple[str, str]:
        """Key of the row and page that are asked for, empty if not; asked for no more."""
        wish = self.wanted_row, self.wanted_page
        self.wanted_row = self.wanted_page = ""
        return wish

    def finish(self) -> None:
        """Go away: the window is there, or the sign-in dialog."""
        self.blockSignals(True)
        self.close()

    # ------------------------------------------------------------------ events

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wider, higher = self.width() - self._width, self.height() - self._height
        for widget, place, is_wide, is_high in self._parts:
            grown = place.adjusted(0, 0, wider if is_wide else 0, higher if is_high else 0)
            widget.setGeometry(grown)
        line = theme.row_height()
        self._opening.setGeometry(theme.GAP_M, self.height() - line, self.width(), line)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            QTimer.singleShot(0, self, self.painted.emit)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
