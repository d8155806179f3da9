"""What does not go together, in a list beside the calendar; Enter or a click goes there."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app import labels
from desktop_app.domain.agenda import Clash
from desktop_app.i18n import _, ngettext
from desktop_app.ui import calendar_sheet, theme
from desktop_app.ui.panels import text_label

_WIDTH, _USUAL = 168, 216
_ROLE = int(Qt.ItemDataRole.UserRole)


class ClashList(QWidget):
    """The clashes of the days that are shown, from today on."""

    wanted = Signal(object)
    """The `Clash` to go to."""

    def __init__(self) -> None:
        super().__init__()
        self.head = text_label("", "heading")
        self.list = QListWidget()
        self.list.setAccessibleName(_("What does not go together"))
        self.list.setWordWrap(True)
        self.list.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemActivated.connect(self._go)
        self.list.itemClicked.connect(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.head)
        column.addWidget(self.list, 1)
        self.setMinimumWidth(_WIDTH)

    def show_clashes(self, clashes: Sequence[Clash], names: Mapping[uuid.UUID, str]) -> None:
        """Show these, the nearest first."""
        count = len(clashes)
        text = ngettext("{n} conflict", "{n} conflicts", count).format(n=count)
        self.head.setText(text)
        self.list.clear()
        for clash in clashes:
            words = calendar_sheet.clash_words(clash, names)
            item = QListWidgetItem(f"{_short(clash.place.day)}\n▲ {words}")
            item.setData(_ROLE, clash)
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                _(", ").join((labels.day_text(clash.place.day), words)),
            )
            self.list.addItem(item)

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.pixels(_USUAL), super().sizeHint().height())

    def _go(self, item: QListWidgetItem) -> None:
        self.wanted.emit(item.data(_ROLE))


def _short(day: dt.date) -> str:
    return f"{day:%m-%d} {labels.weekday(day)}"
