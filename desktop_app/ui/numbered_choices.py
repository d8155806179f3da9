"""Choices by digits: one, several, or in order; a long list is searched by typing."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from db import search
from desktop_app.i18n import _
from desktop_app.questionnaire.texts import Choice
from desktop_app.ui import theme
from desktop_app.ui.answer_input import AnswerInput
from desktop_app.ui.composing import Composing
from desktop_app.ui.picture_viewer import read_picture

DIGITS = 9
"""A list that digits do not reach to the end of is searched by typing."""
MOST_SHOWN = 200
"""Of a longer list only what was chosen stands behind so many; typing finds the others."""
_PICTURE = 48
_ROLE = int(Qt.ItemDataRole.UserRole)
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: DIGITS,
    Qt.Key.Key_PageUp: -DIGITS,
}


class NumberedChoices(AnswerInput):
    """One of a list: a digit chooses and goes on; arrows and Enter do, too."""

    def __init__(
        self, choices: Sequence[Choice], pictures: "dict[str, bytes] | None" = None
    ) -> None:
        holder = QWidget()
        super().__init__(holder)
        self._pictures = pictures or {}
        self._choices: tuple[Choice, ...] = ()
        self._keys: dict[str, str] = {}
        self._chosen: list[str] = []
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(_("1–9, or words, pinyin, initials"))
        place = QLineEdit.ActionPosition.LeadingPosition
        self.filter.addAction(theme.icon("search"), place).setText(_("Filter"))
        self.filter.textChanged.connect(self._fill)
        self.list = QListWidget()
        self.list.itemClicked.connect(self._on_clicked)
        self._composing = Composing(self)
        for widget in (self.filter, self.list):
            widget.installEventFilter(self)
            self._composing.watch(widget)
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.filter)
        column.addWidget(self.list)
        self.show_choices(choices)

    # ------------------------------------------------------------------ the answer

    @override
    def value(self) -> str:
        return " ".join(self._chosen)

    @override
    def set_value(self, value: Any) -> None:
        text = str(value or "")
        if text != self.value():
            self._chosen = [text] if text else []
            self._show_chosen()

    @override
    def show_choices(self, choices: Sequence[Choice]) -> None:
        if tuple(choices) == self._choices:
            return
        self._choices = tuple(choices)
        self._keys.clear()
        is_long = len(choices) > DIGITS
        self.filter.setVisible(is_long)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus if is_long else Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.filter if is_long else self.list)
        self.fills = is_long
        if self.filter.text():
            self.filter.clear()
        else:
            self._fill()
        height = self._row_height() * max(1, min(len(choices), DIGITS)) + theme.GAP_M
        self.list.setMinimumHeight(height)
        self.list.setMaximumHeight(16777215 if is_long else height)

    def _row_height(self) -> int:
        return max(theme.row_height(), _PICTURE + theme.GAP_XS if self._pictures else 0)

    @override
    def set_name(self, name: str) -> None:
        self.list.setAccessibleName(name)
        self.filter.setAccessibleName(name)

    @override
    def set_problem(self, message: str) -> None:
        for widget in (self.filter, self.list):
            theme.set_problem(widget, bool(message))
            widget.setAccessibleDescription(message)

    @override
    def stops(self) -> list[QWidget]:
        return [self.filter if self.fills else self.list]

    # ------------------------------------------------------------------ the list

    def _fill(self) -> None:
        typed = self.filter.text().casefold().split()
        self.list.clear()
        found = (each for each in self._choices if not typed or self._fits(each, typed))
        shown = list(islice(found, MOST_SHOWN))
        shown += [each for each in self._choices if each.value in self._chosen and not typed
                  and each not in shown]  # fmt: skip
        for choice in shown:
            item = QListWidgetItem(self.list)
            item.setData(_ROLE, choice)
            item.setSizeHint(QSize(0, self._row_height()))  # also before the style is applied
            if choice.value in self._pictures:
                room = QSize(_PICTURE, _PICTURE)
                item.setIcon(QIcon(read_picture(self._pictures[choice.value], room)))
        self.list.setIconSize(QSize(_PICTURE, _PICTURE))
        self._show_chosen()
        if typed and self.list.count():
            self.list.setCurrentRow(0)

    def _fits(self, choice: Choice, typed: Sequence[str]) -> bool:
        if choice.value not in self._keys:
            whole = f"{choice.value} {choice.label} {search.tokens(choice.label)}"
            self._keys[choice.value] = whole.casefold()
        return all(word in self._keys[choice.value] for word in typed)

    def _show_chosen(self) -> None:
        for row in range(self.list.count()):
            item = self.list.item(row)
            choice: Choice = item.data(_ROLE)
            number = f"{row + 1}  " if row < DIGITS else "    "
            self._show(item, number, choice)
            if choice.value in self._chosen[-1:] and self._cursor() < 0:
                self.list.setCurrentRow(row)

    def _show(self, item: QListWidgetItem, number: str, choice: Choice) -> None:
        is_chosen = choice.value in self._chosen
        item.setText(f"{number}{choice.label}{'   ✓' if is_chosen else ''}")
        item.setFont(theme.font(bold=is_chosen))

    # ------------------------------------------------------------------ choosing

    def take(self, row: int) -> None:
        """Take the choice in a row, as its digit does."""
        choice: Choice = self.list.item(row).data(_ROLE)
        self._chosen = [choice.value]
        self.list.setCurrentRow(row)
        self._say()
        self.gone_on.emit()

    def clear_answer(self) -> bool:
        """Take the answer away; whether there was one."""
        if not self._chosen:
            return False
        self._chosen = []
        self.list.clearSelection()
        self._say()
        return True

    def _cursor(self) -> int:
        """The line the keyboard is on; -1 until it was moved to one: Enter then only goes on."""
        chosen = self.list.selectedItems()
        return self.list.row(chosen[0]) if chosen else -1

    def _say(self) -> None:
        self._show_chosen()
        if self.filter.text():
            self.filter.clear()
        self.changed.emit()

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self.take(self.list.row(item))

    @override
    def press_enter(self, watched: QObject) -> bool:
        row = self._cursor()
        if row < 0 or self.list.item(row).data(_ROLE).value in self._chosen:
            return False
        self.take(row)
        return True

    def press_space(self) -> bool:
        """Space in a list takes the current line and stays."""
        row = self._cursor()
        if row < 0:
            return False
        choice: Choice = self.list.item(row).data(_ROLE)
        self._chosen = [] if choice.value in self._chosen else [choice.value]
        self._say()
        return True

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
            and self._press(event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            return False
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < min(DIGITS, self.list.count()):
            self.take(number)
            return True
        if key in _MOVES and self.list.count():
            self._move(_MOVES[key])
            return True
        if key == Qt.Key.Key_Space and not self.filter.text():
            return self.press_space()
        if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete) and not self.filter.text():
            return self.clear_answer()
        return False

    def _move(self, by: int) -> None:
        at = self._cursor()
        place = at + by if at >= 0 else (0 if by > 0 else self.list.count() - 1)
        self.list.setCurrentRow(max(0, min(place, self.list.count() - 1)))


class ManyChoices(NumberedChoices):
    """Any number of a list: digits and Space tick, Enter goes on."""

    @override
    def set_value(self, value: Any) -> None:
        self._chosen = str(value or "").split()
        self._show_chosen()

    @override
    def _show(self, item: QListWidgetItem, number: str, choice: Choice) -> None:
        is_chosen = choice.value in self._chosen
        item.setText(f"{number}{choice.label}")
        item.setCheckState(Qt.CheckState.Checked if is_chosen else Qt.CheckState.Unchecked)
        item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)

    @override
    def take(self, row: int) -> None:
        choice: Choice = self.list.item(row).data(_ROLE)
        chosen = {*self._chosen} ^ {choice.value}
        order = [each.value for each in self._choices]
        known = sorted(chosen & {*order}, key=order.index)
        self._chosen = known + [value for value in self._chosen if value in chosen - {*order}]
        self.list.setCurrentRow(row)
        self._say()

    @override
    def press_enter(self, watched: QObject) -> bool:
        row = self._cursor()
        if self.filter.text() and row >= 0:
            self.take(row)
            return True
        return False

    @override
    def press_space(self) -> bool:
        if self.list.count():
            self.take(max(self._cursor(), 0))
        return True

    @override
    def clear_answer(self) -> bool:
        return False


class RankedChoices(ManyChoices):
    """All in order: digits rank one after the other, Alt+Up and Alt+Down move.

    Backspace takes the last one back.
    """

    @override
    def _show(self, item: QListWidgetItem, number: str, choice: Choice) -> None:
        place = self._chosen.index(choice.value) + 1 if choice.value in self._chosen else 0
        shown = f"   →  {_('place {n}').format(n=place)}" if place else ""
        item.setText(f"{number}{choice.label}{shown}")
        item.setFont(theme.font(bold=bool(place)))

    @override
    def take(self, row: int) -> None:
        choice: Choice = self.list.item(row).data(_ROLE)
        if choice.value in self._chosen:
            self._chosen.remove(choice.value)
        else:
            self._chosen.append(choice.value)
        self.list.setCurrentRow(row)
        self._say()

    @override
    def clear_answer(self) -> bool:
        if not self._chosen:
            return False
        self._chosen.pop()
        self._say()
        return True

    def move_choice(self, by: int) -> None:
        """Move the choice of the current line up or down in the order."""
        row = self._cursor()
        value = self.list.item(row).data(_ROLE).value if row >= 0 else ""
        if value not in self._chosen:
            return
        at = self._chosen.index(value)
        to = max(0, min(at + by, len(self._chosen) - 1))
        self._chosen.insert(to, self._chosen.pop(at))
        self._say()

    @override
    def _press(self, event: QKeyEvent) -> bool:
        by = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        if by and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.move_choice(by)
            return True
        return super()._press(event)
