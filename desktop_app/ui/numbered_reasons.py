"""Reasons by digits: suggested ones, or a group and then its reason; typing filters all of them."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
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
from desktop_app.ui.theme import Tone

_ROLE = int(Qt.ItemDataRole.UserRole)
_DIGITS = 9
_ROWS = 9
_MOVES = {
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_PageDown: _ROWS,
    Qt.Key.Key_PageUp: -_ROWS,
}
_COMMANDS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)
_ONLY_AWAY = (
    Qt.FocusReason.ActiveWindowFocusReason,
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
)
"""The keyboard comes back: what is typed is not left."""
_MOST_SHOWN = 20


class NumberedReasons(Editor):
    """A filter line over a numbered list: suggestions, groups, one group's reasons, or what fits.

    Enter takes the current line, or the first that fits what is typed. Where no answer is needed
    (`is_optional`) no line is current until the keyboard moves to one: Enter goes on. What is typed
    and fits no reason is the value as it stands, and is said to be on no list.
    """

    chosen = Signal()

    def __init__(self, choices: Sequence[Choice], *, is_optional: bool = False) -> None:
        holder = QWidget()
        super().__init__(holder)
        self._choices, self._is_optional = tuple(choices), is_optional
        self._suggested: tuple[str, ...] = ()
        self._value: str | None = None
        self._group = ""
        self._is_whole = False
        self.filter = QLineEdit()
        self.list = QListWidget()
        self.shown = text_label("", "strong", wraps=False)
        self.setFocusProxy(self.filter)
        self.filter.setPlaceholderText(_("1–9, or words, pinyin, initials"))
        place = QLineEdit.ActionPosition.LeadingPosition
        self.filter.addAction(theme.icon("search"), place).setText(_("Filter"))
        self.filter.textChanged.connect(self._on_text)
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
        self._say()
        self._fill()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Offer other reasons; what was chosen stays."""
        if tuple(choices) != self._choices:
            self._choices = tuple(choices)
            self._fill()

    def suggest(self, codes: Sequence[str]) -> None:
        """Offer these first, each by its digit; the line below them opens the groups."""
        known = {choice.value for choice in self._choices}
        wanted = tuple(code for code in codes if code in known)[: _DIGITS - 1]
        if wanted != self._suggested:
            self._suggested, self._group, self._is_whole = wanted, "", False
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
        known = self._known()
        self._group = known.group if known is not None and not self._suggested else ""
        self._say()
        self._empty_filter()

    def _known(self) -> Choice | None:
        return next((choice for choice in self._choices if choice.value == self._value), None)

    def _say(self) -> None:
        """Say what the value is: a reason, or words that are none."""
        known, value = self._known(), self._value
        if known is not None:
            self.shown.setText(f"✓ {known.text}")
        elif value:
            self.shown.setText(_("“{text}” is not on the list").format(text=_shortened(value)))
        else:
            self.shown.clear()
        theme.set_tone(self.shown, Tone.WARN if value and known is None else None)
        self.shown.setVisible(bool(value))

    # ------------------------------------------------------------------ the list

    def _empty_filter(self) -> None:
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.blockSignals(False)
        self._fill()

    def _on_text(self) -> None:
        if self._value is not None and self._known() is None:  # other words are typed now
            self._put(None)
        self._fill()

    def _fitting(self) -> list[Choice]:
        typed = self.filter.text().casefold().split()
        return [choice for choice in self._choices if typed and choice.matches(typed)]

    def _fill(self) -> None:
        self.list.clear()
        text = self.filter.text().strip()
        if text:
            for choice in self._fitting():
                self._add(f"{choice.text}   ·  {choice.group}", choice)
            if not self.list.count():
                self._add_words(_("No reason fits “{text}”.").format(text=_shortened(text)))
        elif self._group:
            for choice in (one for one in self._choices if one.group == self._group):
                self._add(choice.text, choice)
        elif self._suggested and not self._is_whole:
            for code in self._suggested:
                choice = next(one for one in self._choices if one.value == code)
                self._add(f"{choice.text}   ·  {choice.group}", choice)
            self._add(_("All reasons  ›"), "")
        else:
            self._add_groups()
        is_open = bool(text or self._group or not self._is_optional)
        row = self._place_of_value()
        self._go(0 if row < 0 and is_open else row)

    def _add_groups(self) -> None:
        groups: dict[str, int] = {}
        for choice in self._choices:
            groups[choice.group] = groups.get(choice.group, 0) + 1
        for group, count in groups.items():
            words = ngettext("{n} reason", "{n} reasons", count).format(n=count)
            self._add(f"{group}  ›  {words}", group)

    def _add(self, text: str, value: Choice | str) -> None:
        number = self.list.count() + 1
        item = QListWidgetItem(
            f"{number}  {text}" if number <= _DIGITS else f"    {text}", self.list
        )
        item.setSizeHint(QSize(0, theme.row_height()))  # also before the style is applied
        item.setData(_ROLE, value)

    def _add_words(self, text: str) -> None:
        item = QListWidgetItem(text, self.list)
        item.setSizeHint(QSize(0, theme.row_height()))
        item.setFlags(Qt.ItemFlag.NoItemFlags)

    def _go(self, row: int) -> None:
        """Put the keyboard on a line; -1: on none, Enter only goes on then."""
        item = self.list.item(row) if row >= 0 else None
        self.list.setCurrentRow(row if item is not None and item.flags() else -1)

    def _lines(self) -> int:
        """How many lines can be taken."""
        first = self.list.item(0)
        return self.list.count() if first is not None and first.flags() else 0

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
        self.settle()
        return False

    def settle(self) -> None:
        """What is typed is left: the only reason that fits is meant, else it is no reason."""
        text, fitting = self.filter.text().strip(), self._fitting()
        if not text or text == self._value:
            return
        if len(fitting) == 1:
            self._choose(fitting[0])
        else:
            self._put(text)

    def open_group(self, group: str) -> None:
        """Show the reasons of a group; without one the groups."""
        self._group, self._is_whole = group, True
        self._fill()
        self._go(0)

    def choose(self, choice: Choice) -> None:
        """Take a reason and go on."""
        self._choose(choice)
        self.chosen.emit()

    def _choose(self, choice: Choice) -> None:
        self._group = "" if self._suggested else choice.group
        self._is_whole = False
        self._put(choice.value)
        self._empty_filter()

    def _put(self, value: str | None) -> None:
        self._value = value
        self._say()
        self.changed.emit()

    def _take(self, row: int) -> None:
        value = self.list.item(row).data(_ROLE)
        if isinstance(value, Choice):
            self.choose(value)
        else:
            self.open_group(str(value))

    def _on_clicked(self, item: QListWidgetItem) -> None:
        if item.flags():
            self._take(self.list.row(item))

    def back(self) -> bool:
        """Go back from a group, or take the answer away; whether there was something."""
        if self.filter.text() or not (self._group or self._value or self._is_whole):
            return False
        was_group, self._group = self._group, ""
        self._is_whole = bool(was_group and self._is_whole and self._suggested)
        if self._value is not None:
            self._put(None)
        self._fill()
        return True

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.type() == QEvent.Type.FocusOut:
            if event.reason() not in _ONLY_AWAY:
                self.settle()
            return super().eventFilter(watched, event)
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
            and self._press(event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        """Whether a key was ours."""
        key = Qt.Key(event.key())
        number = event.key() - Qt.Key.Key_1
        if 0 <= number < min(_DIGITS, self._lines()) and not event.modifiers() & _COMMANDS:
            self._take(number)
            return True
        if key in _MOVES and self._lines():
            place = self.list.currentRow() + _MOVES[key]
            self._go(max(0, min(place, self.list.count() - 1)))
            return True
        return key in (Qt.Key.Key_Backspace, Qt.Key.Key_Escape) and self.back()


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"
