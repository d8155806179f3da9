"""Inputs with one face: ``value()``, ``set_value()``, ``changed``, ``set_name()``.

An editor never judges: what cannot be read is given on as text, and the draft says what is wrong.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QDate, QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)
from typing_extensions import override

from desktop_app import clock, labels
from desktop_app.i18n import N_, _
from desktop_app.typed_numbers import FULL_WIDTH, read_decimal, read_integer
from desktop_app.ui import theme


def searching(line: QLineEdit) -> None:
    """Dress a line up as a search field: magnifier, clear button, both with names."""
    line.setClearButtonEnabled(True)
    glass = line.addAction(theme.icon("search"), QLineEdit.ActionPosition.LeadingPosition)
    glass.setText(_("Search"))
    for action in line.findChildren(QAction):
        if not action.text():
            action.setText(_("Clear"))


class Editor(QWidget):
    """Base of all editors: a bare container around the control that takes the focus."""

    changed = Signal()
    is_secret = False
    """Whether what is typed must never be kept before it is saved."""

    def __init__(self, control: QWidget) -> None:
        super().__init__()
        self.control = control
        self.setFocusProxy(control)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP_XS)
        self._row.addWidget(control)

    def value(self) -> Any:
        """What was entered; ``None`` for nothing; text where it cannot be read as the kind."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; ``None`` empties."""
        raise NotImplementedError

    def unread(self) -> str:
        """A sentence when what was typed cannot be read as the kind and is no draft's matter."""
        return ""

    def remembered(self) -> Any:
        """What ``set_value`` needs to show the same again; the value, unless it takes more."""
        return self.value()

    def set_name(self, name: str) -> None:
        """Name the control for screen readers and tests."""
        self.control.setAccessibleName(name)

    def set_problem(self, message: str) -> None:
        """Mark as wrong, or as right again with an empty message."""
        theme.set_problem(self.control, bool(message))
        self.control.setAccessibleDescription(message)

    def takes_space(self) -> bool:
        """Whether the editor wants all the width of its row."""
        return True


class TextEditor(Editor):
    """One line or several; surrounding blanks are dropped, nothing typed is ``None``."""

    def __init__(
        self, lines: int = 1, *, placeholder: str = "", max_length: int | None = None
    ) -> None:
        self.line = QLineEdit()
        self.area = _Area() if lines > 1 else None
        super().__init__(self.area or self.line)
        self.line.setPlaceholderText(placeholder)
        if max_length is not None:
            self.line.setMaxLength(max_length)
        if self.area is not None:
            self.area.setPlaceholderText(placeholder)
            spacing = self.area.fontMetrics().lineSpacing()
            self.area.setMinimumHeight(spacing * min(lines, 3) + theme.GAP_L)
            self.area.lines = lines
            self.area.textChanged.connect(self.changed)
        else:
            self.line.textChanged.connect(self.changed)

    @override
    def value(self) -> str | None:
        return self.text().strip() or None

    def text(self) -> str:
        """Exactly what stands there."""
        return self.area.toPlainText() if self.area is not None else self.line.text()

    @override
    def set_value(self, value: Any) -> None:
        text = "" if value is None else str(value)
        if text == self.text():
            return
        if self.area is not None:
            self.area.setPlainText(text)
        else:
            self.line.setText(text)


class _Area(QPlainTextEdit):
    """Several lines; Tab leaves it."""

    lines = 3

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)

    @override
    def sizeHint(self) -> QSize:
        height = self.fontMetrics().lineSpacing() * self.lines + theme.GAP_L
        return QSize(super().sizeHint().width(), height)


class PasswordEditor(TextEditor):
    """A line that hides what is typed; the eye shows it."""

    is_secret = True

    def __init__(self) -> None:
        super().__init__()
        self.line.setEchoMode(QLineEdit.EchoMode.Password)
        self._eye = self.line.addAction(
            theme.icon("eye"), QLineEdit.ActionPosition.TrailingPosition
        )
        self._eye.setText(_("Show or hide the password"))
        self._eye.triggered.connect(self._toggle)

    @override
    def value(self) -> str | None:
        return self.text() or None

    def _toggle(self) -> None:
        is_hidden = self.line.echoMode() == QLineEdit.EchoMode.Password
        mode = QLineEdit.EchoMode.Normal if is_hidden else QLineEdit.EchoMode.Password
        self.line.setEchoMode(mode)
        self._eye.setIcon(theme.icon("eye-off" if is_hidden else "eye"))


# ---------------------------------------------------------------- numbers and dates


class _ParsedEditor(Editor):
    """A line whose text is read as something, and tidied when the focus leaves."""

    def __init__(self, suffix: str = "", width: int = 160) -> None:
        self.line = QLineEdit()
        super().__init__(self.line)
        self.line.setMinimumWidth(width // 2)
        self.line.setMaximumWidth(width)
        self.line.textChanged.connect(self.changed)
        self.line.editingFinished.connect(self._tidy)
        if suffix:
            label = QLabel(suffix)
            theme.set_role(label, "hint")
            self._row.addWidget(label)

    @override
    def takes_space(self) -> bool:
        return False

    def _parse(self, text: str) -> Any:
        raise NotImplementedError

    def _shown(self, value: Any) -> str:
        return str(value)

    @override
    def value(self) -> Any:
        text = self.line.text().strip()
        if not text:
            return None
        parsed = self._parse(text)
        return text if parsed is None else parsed

    @override
    def set_value(self, value: Any) -> None:
        self.line.setText("" if value is None else self._shown(value))

    def _tidy(self) -> None:
        value = self.value()
        if value is not None and not isinstance(value, str):
            shown = self._shown(value)
            if shown != self.line.text():
                self.line.blockSignals(True)
                self.line.setText(shown)
                self.line.blockSignals(False)


class _NumberEditor(_ParsedEditor):
    """A number: what is none is told before a draft reads it in a way of its own."""

    expected = N_("Enter a number like 1,234.50.")

    @override
    def unread(self) -> str:
        return _(self.expected) if isinstance(self.value(), str) else ""


class IntegerEditor(_NumberEditor):
    """A whole number."""

    expected = N_("Enter a whole number.")

    def __init__(
        self, minimum: int | None = None, maximum: int | None = None, suffix: str = ""
    ) -> None:
        super().__init__(suffix, width=112)
        self.minimum, self.maximum = minimum, maximum
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)

    @override
    def _parse(self, text: str) -> int | None:
        return read_integer(text)

    @override
    def _shown(self, value: Any) -> str:
        return str(value)


class NumbersEditor(_NumberEditor):
    """Whole numbers in a row: ``30, 15, 7``; none at all is an empty row."""

    expected = N_("Enter whole numbers with commas between them, like 30, 15, 7.")

    def __init__(self) -> None:
        super().__init__(width=144)

    @override
    def value(self) -> Any:
        found = super().value()
        return () if found is None else found

    @override
    def _parse(self, text: str) -> tuple[int, ...] | None:
        parts = [part for part in re.split(r"[,，、;\s]+", text) if part]
        numbers = [read_integer(part) for part in parts]
        known = [number for number in numbers if number is not None]
        return tuple(known) if len(known) == len(numbers) else None

    @override
    def _shown(self, value: Any) -> str:
        return value if isinstance(value, str) else ", ".join(str(number) for number in value)


class DecimalEditor(_NumberEditor):
    """A number with decimals; with ``percent`` 0.8 is shown as 80."""

    def __init__(self, suffix: str = "", *, percent: bool = False) -> None:
        super().__init__("%" if percent else suffix, width=112)
        self._factor = Decimal(100) if percent else Decimal(1)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)

    @override
    def _parse(self, text: str) -> Decimal | None:
        number = read_decimal(text.strip("%％"))
        return None if number is None else number / self._factor

    @override
    def _shown(self, value: Any) -> str:
        if isinstance(value, str):
            return value
        return f"{(Decimal(str(value)) * self._factor).normalize():f}"


class MoneyEditor(_NumberEditor):
    """An amount, given in minor units (fen): ``1,234.5`` is 123450.

    It may be typed with the sign of its currency, not with that of another one.
    """

    def __init__(self, currency: str) -> None:
        super().__init__("", width=144)
        self.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.set_currency(currency)

    def set_currency(self, currency: str) -> None:
        """Say which currency it is, when it was not known before."""
        self._currency = currency
        self._signs = [currency, labels.currency_sign(currency).strip()] if currency else []
        self._signs += ["￥", "元"] if currency == "CNY" else []
        self.line.setPlaceholderText(labels.money(0, currency) if currency else "")

    @override
    def _parse(self, text: str) -> int | None:
        for sign in self._signs:
            text = text.replace(sign, "")
        number = read_decimal(text)
        if number is None or number * 100 != int(number * 100):
            return None
        return int(number * 100)

    @override
    def _shown(self, value: Any) -> str:
        return labels.money(value, self._currency) if isinstance(value, int) else str(value)


_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)
_SHORT_DATE = re.compile(r"(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", re.ASCII)


def read_date(text: str, today: date) -> date | None:
    """Read a date as people type it: 2026-8-31, 20260831, 8.31, 8月31日, +3, today, 今天.

    Args:
        text: What was typed.
        today: What short forms refer to.
    """
    text = text.translate(FULL_WIDTH).strip().lower()
    if text in {"today", "今天", "t"}:
        return today
    if text in {"tomorrow", "明天"}:
        return today + timedelta(days=1)
    if re.fullmatch(r"[+-]\d{1,4}", text, re.ASCII):
        return today + timedelta(days=int(text))
    parts: tuple[int, int, int] | None = None
    if re.fullmatch(r"\d{8}", text, re.ASCII):
        parts = int(text[:4]), int(text[4:6]), int(text[6:])
    elif found := _DATE.fullmatch(text.split(" ")[0] if " " in text else text):
        parts = int(found[1]), int(found[2]), int(found[3])
    elif found := _SHORT_DATE.fullmatch(text):
        parts = today.year, int(found[1]), int(found[2])
    try:
        return None if parts is None else date(*parts)
    except ValueError:  # 2026-02-30
        return None


class DateEditor(_ParsedEditor):
    """A date, typed in any usual form or chosen in a calendar (F4 or Alt+Down)."""

    def __init__(self) -> None:
        super().__init__(width=184)
        self.line.setMinimumWidth(176)  # the example fits
        self.line.setPlaceholderText(_("2026-08-31, 8-31, +3"))
        opener = self.line.addAction(
            theme.icon("calendar"), QLineEdit.ActionPosition.TrailingPosition
        )
        opener.setText(_("Choose in a calendar (F4)"))
        opener.triggered.connect(self.open_calendar)
        self.line.installEventFilter(self)

    @override
    def _parse(self, text: str) -> date | None:
        return read_date(text, clock.today())

    @override
    def _shown(self, value: Any) -> str:
        return labels.day_text(value) if isinstance(value, date) else str(value)

    @override
    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            is_alt_down = (
                event.key() == Qt.Key.Key_Down
                and event.modifiers() & Qt.KeyboardModifier.AltModifier
            )
            if event.key() == Qt.Key.Key_F4 or is_alt_down:
                self.open_calendar()
                return True
        return super().eventFilter(watched, event)

    def open_calendar(self) -> None:
        """Show a calendar under the line."""
        sheet = QCalendarWidget(self)
        sheet.setWindowFlags(Qt.WindowType.Popup)
        sheet.setAccessibleName(_("Calendar"))
        sheet.setGridVisible(False)
        sheet.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        sheet.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        shown = self.value()
        day = shown if isinstance(shown, date) else clock.today()
        sheet.setSelectedDate(QDate(day.year, day.month, day.day))

        def choose(chosen: QDate) -> None:
            self.set_value(date(chosen.year(), chosen.month(), chosen.day()))
            sheet.hide()
            sheet.deleteLater()

        sheet.clicked.connect(choose)
        sheet.activated.connect(choose)
        sheet.move(self.line.mapToGlobal(QPoint(0, self.line.height())))
        sheet.show()
        sheet.setFocus()


_MOMENT = re.compile(r"(.+?)[ T]+(\d{1,2})[:：.](\d{2})(?::\d{2})?", re.ASCII)


class DateTimeEditor(_ParsedEditor):
    """A date and a time of day, where the person sits; the value is aware."""

    def __init__(self) -> None:
        super().__init__(width=184)
        self.line.setPlaceholderText("2026-08-31 14:30")

    @override
    def _parse(self, text: str) -> datetime | None:
        found = _MOMENT.fullmatch(text.translate(FULL_WIDTH).strip())
        if found is None:
            return None
        day = read_date(found[1], clock.today())
        if day is None:
            return None
        try:
            return datetime.combine(day, time(int(found[2]), int(found[3]))).astimezone()
        except ValueError:  # 25:70
            return None

    @override
    def _shown(self, value: Any) -> str:
        if isinstance(value, datetime):
            return f"{(clock.local(value) if value.tzinfo else value):%Y-%m-%d %H:%M}"
        return str(value)


_TIME = re.compile(r"(\d{1,2})\s*[:.时点]?\s*(\d{2})?\s*分?", re.ASCII)


class TimeEditor(_ParsedEditor):
    """A time of day: 9:30, 930, 9."""

    def __init__(self) -> None:
        super().__init__(width=96)
        self.line.setPlaceholderText("09:30")

    @override
    def _parse(self, text: str) -> time | None:
        found = _TIME.fullmatch(text.translate(FULL_WIDTH).strip())
        try:
            return None if found is None else time(int(found[1]), int(found[2] or 0))
        except ValueError:  # 25:70
            return None

    @override
    def unread(self) -> str:
        return _("Enter a time like 09:30.") if isinstance(self.value(), str) else ""

    @override
    def _shown(self, value: Any) -> str:
        return f"{value:%H:%M}" if isinstance(value, time) else str(value)

    @override
    def remembered(self) -> Any:
        value = self.value()
        return self._shown(value) if isinstance(value, time) else value


# ---------------------------------------------------------------- choices


class ChoiceEditor(Editor):
    """One of a list. ``optional`` adds an empty first choice with the given words."""

    def __init__(
        self,
        choices: Sequence[tuple[Any, str]],
        *,
        optional: bool = False,
        empty: str = "",
    ) -> None:
        self.box = QComboBox()
        super().__init__(self.box)
        self._spoken = QLabel(self)  # on Linux a combo box is named by a label beside it only
        self._spoken.setBuddy(self.box)
        self._spoken.hide()
        self._optional, self._empty = optional, empty
        self.box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.box.setMinimumContentsLength(6)
        self.set_choices(choices)
        self.box.currentIndexChanged.connect(self.changed)

    @override
    def set_name(self, name: str) -> None:
        super().set_name(name)
        self._spoken.setText(name)

    @override
    def takes_space(self) -> bool:
        return False

    def set_choices(self, choices: Sequence[tuple[Any, str]]) -> None:
        """Change the list; the choice stays if it is still there."""
        kept = self.value() if self.box.count() else None
        self.box.blockSignals(True)
        self.box.clear()
        self._values: list[Any] = []
        if self._optional:
            self._append(None, self._empty or "—")
        for value, text in choices:
            self._append(value, text)
        self.box.blockSignals(False)
        self.set_value(kept)

    def _append(self, value: Any, text: str) -> None:
        self._values.append(value)
        self.box.addItem(text)

    @override
    def value(self) -> Any:
        place = self.box.currentIndex()
        return self._values[place] if 0 <= place < len(self._values) else None

    @override
    def set_value(self, value: Any) -> None:
        if value in self._values:
            self.box.setCurrentIndex(self._values.index(value))
        elif value is None and not self._optional:
            self.box.setCurrentIndex(0 if self._values else -1)
        else:
            self.box.setCurrentIndex(0 if self._optional else -1)


class EnumEditor(ChoiceEditor):
    """One member of an enum of ``db.vocabulary``, in the words of ``labels``."""

    def __init__(
        self,
        enum: type[StrEnum],
        *,
        optional: bool = False,
        empty: str = "",
        members: Sequence[StrEnum] | None = None,
    ) -> None:
        choices = [(member, labels.label(member)) for member in members or list(enum)]
        super().__init__(choices, optional=optional, empty=empty or (_("all") if optional else ""))


class CheckEditor(Editor):
    """Yes or no."""

    def __init__(self, text: str = "") -> None:
        self.box = QCheckBox(text)
        super().__init__(self.box)
        self.box.toggled.connect(self.changed)

    @override
    def value(self) -> bool:
        return self.box.isChecked()

    @override
    def set_value(self, value: Any) -> None:
        self.box.setChecked(bool(value))

    @override
    def set_name(self, name: str) -> None:
        super().set_name(self.box.text() or name)


class ManyEditor(Editor):
    """Any number of a list, with check boxes; Space toggles."""

    def __init__(self, choices: Sequence[tuple[Any, str]], rows: int = 5) -> None:
        self.list = QListWidget()
        super().__init__(self.list)
        self._values = [value for value, _text in choices]
        for _value, text in choices:
            item = QListWidgetItem(text, self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        shown = min(rows, max(len(choices), 1))
        height = shown * max(self.list.sizeHintForRow(0), theme.row_height()) + theme.GAP_S
        self.list.setFixedHeight(height)
        if choices:
            self.list.setCurrentRow(0)
        self.list.itemChanged.connect(lambda _item: self.changed.emit())

    @override
    def value(self) -> tuple[Any, ...]:
        checked = Qt.CheckState.Checked
        return tuple(
            value
            for place, value in enumerate(self._values)
            if self.list.item(place).checkState() == checked
        )

    @override
    def set_value(self, value: Any) -> None:
        chosen = set(value or ())
        for place, one in enumerate(self._values):
            state = Qt.CheckState.Checked if one in chosen else Qt.CheckState.Unchecked
            self.list.item(place).setCheckState(state)


class FileEditor(Editor):
    """A file, typed or chosen in the system's dialog."""

    def __init__(self, caption: str, filters: str = "", *, save: bool = False) -> None:
        self.line = QLineEdit()
        super().__init__(self.line)
        self._caption, self._filters, self._save = caption, filters, save
        browse = QPushButton(_("Choose…"))
        browse.setAutoDefault(False)
        browse.setAccessibleName(caption)
        browse.clicked.connect(self._browse)
        self._row.addWidget(browse)
        self.line.textChanged.connect(self.changed)

    @override
    def value(self) -> Path | None:
        text = self.line.text().strip()
        return Path(text).expanduser() if text else None

    @override
    def set_value(self, value: Any) -> None:
        self.line.setText("" if value is None else str(value))

    def _browse(self) -> None:
        ask = QFileDialog.getSaveFileName if self._save else QFileDialog.getOpenFileName
        chosen, _filter = ask(self, self._caption, self.line.text(), self._filters)
        if chosen:
            self.line.setText(chosen)


class FolderEditor(FileEditor):
    """A folder, typed or chosen in the system's dialog."""

    @override
    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self._caption, self.line.text())
        if chosen:
            self.line.setText(chosen)


class NoteLabel(Editor):
    """Not an input: a value that is only shown, in the place of an editor."""

    def __init__(self) -> None:
        self.label = QLabel()
        super().__init__(self.label)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setWordWrap(True)
        self._value: Any = None

    @override
    def value(self) -> Any:
        return self._value

    @override
    def set_value(self, value: Any) -> None:
        self._value = value
        self.label.setText("" if value is None else str(value))
