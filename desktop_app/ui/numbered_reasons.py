"""Reasons by digits: a digit chooses a group, a digit the reason; typing filters all of them."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _, ngettext
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.editors import Editor
from desktop_app.ui.panels import text_label
from desktop_app.ui.pickers import Choice

_ROLE = int(Qt.ItemDataRole.UserRole)
_DIGITS = 9
_ROWS = 9
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}


class NumberedReasons(Editor):
    """A filter line over a numbered list of groups, of one group's reasons, or of what fits."""

    chosen = Signal()

    def __init__(self, choices: Sequence[Choice]) -> None:
        holder = QWidget()
        super().__init__(holder)
        self._choices = tuple(choices)
        self._value: str | None = None
        self._group = ""
        self.filter = QLineEdit()
        self.list = QListWidget()
        self.shown = text_label("", "strong", wraps=False)
        self.setFocusProxy(self.filter)
        self.filter.setPlaceholderText(_("1–9, or words, pinyin, initials"))
        place = QLineEdit.ActionPosition.LeadingPosition
        self.filter.addAction(theme.icon("search"), place).setText(_("Filter"))
        self.filter.textChanged.connect(self._fill)
        self.filter.installEventFilter(self)
        self._composing = Composing(self)
        self._composing.watch(self.filter)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setMinimumHeight(_ROWS * theme.row_height() + theme.GAP_M)
        self.list.itemClicked.connect(self._on_clicked)
        head = QHBoxLayout()
        head.setSpacing(theme.GAP_M)
        head.addWidget(self.filter, 1)
        head.addWidget(self.shown)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        self._fill()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other reasons; what was chosen stays."""
        if tuple(choices) != self._choices:
            self._choices = tuple(choices)
            self._fill()

    @override
    def set_name(self, name: str) -> None:
        self.filter.setAccessibleName(name)
        self.list.setAccessibleName(_("Found for {field}").format(field=name))

    @override
    def set_problem(self, message: str) -> None:
        theme.set_problem(self.filter, bool(message))
        self.filter.setAccessibleDescription(message)

    @override
    def value(self) -> str | None:
        return self._value

    @override
    def set_value(self, value: Any) -> None:
        self._value = value
        known = next((choice for choice in self._choices if choice.value == value), None)
        self._group = known.group if known is not None else ""
        self._say(known)
        if self.filter.text():
            self.filter.clear()
        else:
            self._fill()

    def _say(self, choice: Choice | None) -> None:
        self.shown.setText("" if choice is None else f"✓ {choice.text}")

    def _fill(self) -> None:
        typed = self.filter.text().casefold().split()
        self.list.clear()
        if typed:
            for choice in (one for one in self._choices if one.matches(typed)):
                self._add(f"{choice.text}   ·  {choice.group}", choice)
        elif self._group:
            for choice in (one for one in self._choices if one.group == self._group):
                self._add(choice.text, choice)
        else:
            groups: dict[str, int] = {}
            for choice in self._choices:
                groups[choice.group] = groups.get(choice.group, 0) + 1
            for group, count in groups.items():
                words = ngettext("{n} reason", "{n} reasons", count).format(n=count)
                self._add(f"{group}  ›  {words}", group)
        self.list.setCurrentRow(max(0, self._place_of_value()))

    def _add(self, text: str, value: Choice | str) -> None:
        number = self.list.count() + 1
        item = QListWidgetItem(
            f"{number}  {text}" if number <= _DIGITS else f"    {text}", self.list
        )
        item.setSizeHint(QSize(0, theme.row_height()))  # also before the style is applied
        item.setData(_ROLE, value)

    def _place_of_value(self) -> int:
        for row in range(self.list.count()):
            value = self.list.item(row).data(_ROLE)
            if isinstance(value, Choice) and value.value == self._value:
                return row
        return -1

    # ------------------------------------------------------------------ choosing

    def press_enter(self) -> bool:
        """Take the current line; whether something was done that keeps the question open."""
        item = self.list.currentItem()
        value = item.data(_ROLE) if item is not None else None
        if isinstance(value, str):
            self.open_group(value)
            return True
        is_untouched = not self.filter.text() and self._value is not None
        if isinstance(value, Choice) and not (is_untouched and value.value == self._value):
            self.choose(value)
            return True
        return False

    def open_group(self, group: str) -> None:
        """Show the reasons of a group."""
        self._group = group
        self._fill()
        self.list.setCurrentRow(0)

    def choose(self, choice: Choice) -> None:
        """Take a reason and go on."""
        self._value = choice.value
        self._group = choice.group
        self._say(choice)
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self._fill()
        self.changed.emit()
        self.chosen.emit()

    def _take(self, row: int) -> None:
        value = self.list.item(row).data(_ROLE)
        if isinstance(value, Choice):
            self.choose(value)
        else:
            self.open_group(str(value))

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._take(self.list.row(item))

    def _back(self) -> bool:
        if self.filter.text() or not self._group:
            return False
        self._group = ""
        if self._value is not None:
            self._value = None
            self._say(None)
            self.changed.emit()
        self._fill()
        return True

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or self._composing.is_active:
            return super().eventFilter(watched, event)
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < min(_DIGITS, self.list.count()):
            self._take(number)
            return True
        if key in _MOVES:
            place = self.list.currentRow() + _MOVES[key]
            self.list.setCurrentRow(max(0, min(place, self.list.count() - 1)))
            return True
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape) and self._back():
            return True
        return super().eventFilter(watched, event)
