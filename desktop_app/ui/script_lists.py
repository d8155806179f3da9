"""The lists beside the line of a script, how snippets are found, and how steps are named."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QListWidget
from typing_extensions import override

from db import search
from desktop_app.domain.scripts import StepKind
from desktop_app.i18n import N_, _
from desktop_app.ui import theme

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.queries.scripts import SnippetRow
    from desktop_app.services.script_state import PathLine

_HIGH = 10_000
_KINDS: Mapping[StepKind, str] = {
    StepKind.SAY: N_("Say"),
    StepKind.ASK: N_("Ask"),
    StepKind.PROBE: N_("Ask further"),
    StepKind.OBJECTION: N_("Answer the objection"),
    StepKind.OFFER: N_("Offer"),
    StepKind.NOTE: N_("Note"),
    StepKind.LOGIC: "",
    StepKind.END: N_("End"),
}


class Lines(QListWidget):
    """Lines as high as their words need, that the line below moves about in."""

    def __init__(self, name: str, highest: int = _HIGH) -> None:
        super().__init__()
        self._highest, self._whole = highest, 0
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWordWrap(True)
        self.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def fit(self) -> None:
        """Give each line the height of its words, and the list that of its lines."""
        room = QRect(0, 0, max(self.viewport().width() - 2 * theme.GAP_M, 1), _HIGH)
        height = theme.GAP_M
        for row in range(self.count()):
            item = self.item(row)
            words = self.fontMetrics().boundingRect(room, Qt.TextFlag.TextWordWrap, item.text())
            item.setSizeHint(QSize(0, max(words.height() + theme.GAP_S, theme.row_height())))
            height += item.sizeHint().height()
        self._whole = height
        self.setFixedHeight(min(height, self._highest))

    def limit(self, highest: int) -> None:
        """Be no higher than so; the current line stays in sight."""
        if highest != self._highest:
            self._highest = highest
            self.setFixedHeight(min(self._whole, highest))
            self.scrollToItem(self.currentItem())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


def searched(row: "SnippetRow") -> str:
    """What a snippet is found by: its words in both languages, pinyin and initials."""
    return f"{row.zh} {row.en} {search.tokens(row.zh)}".casefold()


def fitting(rows: "Sequence[tuple[str, SnippetRow]]", wanted: str) -> "list[SnippetRow]":
    """Snippets whose trigger begins so, then those that have it anywhere."""
    text = wanted.strip().casefold()
    first = [row for _words, row in rows if row.trigger.casefold().startswith(text)]
    return first + [row for words, row in rows if text in words and row not in first]


def kind_text(kind: StepKind) -> str:
    """What a step does, in a word; empty where nothing is said."""
    return _(_KINDS[kind]) if _KINDS[kind] else ""


def line_text(line: "PathLine") -> str:
    """A step that was gone through, in one short line with its answer."""
    words = " ".join(line.words.split())
    most = 40
    short = words if len(words) <= most else f"{words[: most - 1]}…"
    return f"{short} → {line.answer}" if line.answer else short
