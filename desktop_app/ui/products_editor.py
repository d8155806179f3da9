"""Products of the customer's own orders to tick, and a line for others."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor

_ROLE = int(Qt.ItemDataRole.UserRole)
_DIGITS = 9


class ProductsEditor(Editor):
    """Digits and Space tick, typing goes into the line below."""

    def __init__(self, products: Sequence[str]) -> None:
        holder = QWidget()
        super().__init__(holder)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        self.list = QListWidget()
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.others = QLineEdit()
        self.others.setPlaceholderText(_("Others, parted by commas"))
        self.others.setAccessibleName(_("Other products"))
        for number, name in enumerate(products, start=1):
            shown = f"{number}  {name}" if number <= _DIGITS else f"     {name}"
            item = QListWidgetItem(shown, self.list)
            item.setSizeHint(QSize(0, theme.row_height()))
            item.setData(_ROLE, name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        rows = min(_DIGITS, len(products))
        self.list.setFixedHeight(rows * theme.row_height() + theme.GAP_M)
        self.list.setVisible(bool(products))
        if products:
            self.list.setCurrentRow(0)
        self.list.itemChanged.connect(lambda _item: self.changed.emit())
        self.list.installEventFilter(self)
        self.others.textChanged.connect(self.changed)
        column.addWidget(self.list)
        column.addWidget(self.others)
        self.setFocusProxy(self.list if products else self.others)

    @override
    def set_name(self, name: str) -> None:
        self.list.setAccessibleName(name)

    @override
    def set_problem(self, message: str) -> None:
        theme.set_problem(self.others, bool(message))

    @override
    def value(self) -> list[str] | None:
        names = [
            str(self.list.item(row).data(_ROLE))
            for row in range(self.list.count())
            if self.list.item(row).checkState() == Qt.CheckState.Checked
        ]
        text = self.others.text().replace("，", ",").replace("、", ",")
        names += [part.strip() for part in text.split(",") if part.strip()]
        return names or None

    @override
    def set_value(self, value: Any) -> None:
        names = [value] if isinstance(value, str) else list(value or ())
        for row in range(self.list.count()):
            item = self.list.item(row)
            is_chosen = item.data(_ROLE) in names
            item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
            if is_chosen:
                names.remove(item.data(_ROLE))
        self.others.setText(", ".join(names))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            number = event.key() - Qt.Key.Key_1
            if 0 <= number < min(_DIGITS, self.list.count()):
                item = self.list.item(number)
                is_on = item.checkState() == Qt.CheckState.Checked
                item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)
                self.list.setCurrentItem(item)
                return True
        return super().eventFilter(watched, event)
