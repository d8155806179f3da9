"""Inputs whose text is read: numbers, amounts, days and times."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QDate, QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCalendarWidget,
    QLabel,
    QLineEdit,
)
from typing_extensions import override

from desktop_app import clock, labels
from desktop_app.i18n import N_, _
from desktop_app.typed_numbers import FULL_WIDTH, read_decimal, read_integer
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor


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
