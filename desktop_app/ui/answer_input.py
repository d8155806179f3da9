"""Inputs for answers: they speak the text that XForms write, and say where the keyboard stops."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QPushButton, QSlider, QWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire.checks import range_of
from desktop_app.questionnaire.form import Kind, Question
from desktop_app.questionnaire.given import written
from desktop_app.questionnaire.texts import Choice
from desktop_app.questionnaire.values import number_text, parse_date, parse_moment, parse_time
from desktop_app.typed_numbers import plain_number, read_decimal, read_integer
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor, TextEditor
from desktop_app.ui.panels import button
from desktop_app.ui.parsed_editors import (
    DateEditor,
    DateTimeEditor,
    DecimalEditor,
    IntegerEditor,
    MoneyEditor,
)

_MINOR = 100


class AnswerInput(Editor):
    """Base of the inputs: ``value()`` is the answer as XForms write it, empty for none."""

    gone_on = Signal()
    """A key has answered the question: go on."""
    fills = False
    """Whether it takes all the height there is."""

    @override
    def value(self) -> str:
        raise NotImplementedError

    def stops(self) -> list[QWidget]:
        """Where Enter and Tab stop, in order."""
        return [self.focusProxy() or self]

    def press_enter(self, watched: QObject) -> bool:
        """Enter was pressed; whether that did something here instead of going on."""
        del watched
        return False

    def show_choices(self, choices: Sequence[Choice]) -> None:
        """What can be chosen is something else now; the answer stays."""


class EditorInput(AnswerInput):
    """An editor of the program whose value is read and written as XForms do."""

    def __init__(
        self,
        editor: Editor,
        read: Callable[[str], Any] = str,
        write: Callable[[Any], str] = str,
    ) -> None:
        super().__init__(editor)
        self.editor, self._read, self._write = editor, read, write
        self._is_showing = False
        self.setFocusProxy(editor.focusProxy() or editor)
        editor.changed.connect(self._on_changed)

    def _on_changed(self) -> None:
        if not self._is_showing:
            self.changed.emit()

    @override
    def value(self) -> str:
        found = self.editor.value()
        return "" if found is None else found if isinstance(found, str) else self._write(found)

    @override
    def set_value(self, value: Any) -> None:
        text = str(value or "")
        if text == self.value():
            return
        self._is_showing = True
        self.editor.set_value(self._read(text) if text else None)
        self._is_showing = False

    @override
    def set_name(self, name: str) -> None:
        self.editor.set_name(name)

    @override
    def set_problem(self, message: str) -> None:
        self.editor.set_problem(message)

    @override
    def takes_space(self) -> bool:
        return self.editor.takes_space()

    @override
    def stops(self) -> list[QWidget]:
        return [self.editor.focusProxy() or self.editor]


# ---------------------------------------------------------------- words, numbers, days


def text_input(lines: int = 1) -> AnswerInput:
    """Words, on one line or several."""
    return EditorInput(TextEditor(lines))


def integer_input(suffix: str = "") -> AnswerInput:
    """A whole number."""
    return EditorInput(IntegerEditor(suffix=suffix), _integer)


def decimal_input(suffix: str = "") -> AnswerInput:
    """A number with decimals."""
    return EditorInput(DecimalEditor(suffix), _decimal, _plain)


def money_input(currency: str) -> AnswerInput:
    """An amount in the currency; the answer is a plain number of its main unit."""

    def read(text: str) -> int | str:
        number = _decimal(text)
        if isinstance(number, str) or number * _MINOR != int(number * _MINOR):
            return text
        return int(number * _MINOR)

    return EditorInput(MoneyEditor(currency), read, lambda minor: _plain(Decimal(minor) / _MINOR))


def date_input() -> AnswerInput:
    """A day in any usual form."""
    return EditorInput(DateEditor(), lambda text: parse_date(text) or text, date.isoformat)


def moment_input() -> AnswerInput:
    """A day and a time of day."""

    def write(value: datetime) -> str:
        return written(Kind.DATETIME, value)

    return EditorInput(DateTimeEditor(), lambda text: parse_moment(text) or text, write)


def time_input() -> AnswerInput:
    """A time of day: 14:30, 1430, 14.30."""
    editor = TextEditor(placeholder="14:30")
    editor.setMaximumWidth(theme.pixels(160))
    return _TimeInput(editor)


class _TimeInput(EditorInput):
    @override
    def value(self) -> str:
        return read_time(super().value())

    @override
    def set_value(self, value: Any) -> None:
        super().set_value(str(value or "")[:5] if parse_time(str(value or "")) else value)

    @override
    def takes_space(self) -> bool:
        return False


def read_time(text: str) -> str:
    """A time of day as people type it, as XForms write it; anything else as it is."""
    plain = text.strip().replace("：", ":").replace(".", ":")
    if plain.isascii() and plain.isdecimal() and len(plain) in {3, 4}:
        plain = f"{plain[:-2]}:{plain[-2:]}"
    found = parse_time(plain)
    return text.strip() if found is None else f"{found:%H:%M:%S}"


def _integer(text: str) -> int | str:
    found = read_integer(text) if plain_number(text) == text else None
    return text if found is None else found


def _decimal(text: str) -> Decimal | str:
    found = read_decimal(text) if plain_number(text) == text else None
    return text if found is None else found


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


# ---------------------------------------------------------------- range, place


class RangeInput(AnswerInput):
    """A number and a slider; Up and Down move by one step, digits type the number."""

    def __init__(self, question: Question) -> None:
        self.slider = QSlider(Qt.Orientation.Horizontal)
        super().__init__(self.slider)
        self.start, self.end, step = range_of(question)
        self.step = abs(step) or 1.0
        is_whole = all(number.is_integer() for number in (self.start, self.end, self.step))
        self.number = integer_input() if is_whole else decimal_input()
        self._is_showing = False
        steps = round(abs(self.end - self.start) / self.step)
        self.slider.setRange(0, max(steps, 0))
        self.slider.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.slider.valueChanged.connect(self._on_slid)
        self._row.insertWidget(0, self.number)
        self._row.setStretch(1, 1)
        self._row.setSpacing(theme.GAP_M)
        self.setFocusProxy(self.number.stops()[0])
        self.number.changed.connect(self._on_typed)
        for stop in self.number.stops():
            stop.installEventFilter(self)

    @override
    def set_name(self, name: str) -> None:
        self.number.set_name(name)
        self.slider.setAccessibleName(name)

    @override
    def set_problem(self, message: str) -> None:
        self.number.set_problem(message)

    @override
    def value(self) -> str:
        return self.number.value()

    @override
    def set_value(self, value: Any) -> None:
        self.number.set_value(value)
        self._slide()

    @override
    def stops(self) -> list[QWidget]:
        return self.number.stops()

    def _slide(self) -> None:
        try:
            place = round(abs(float(self.value() or self.start) - self.start) / self.step)
        except (ValueError, OverflowError):
            return
        self._is_showing = True
        self.slider.setValue(place)
        self._is_showing = False

    def _on_typed(self) -> None:
        self._slide()
        self.changed.emit()

    def _on_slid(self, place: int) -> None:
        if not self._is_showing:
            way = 1 if self.end >= self.start else -1
            self.number.set_value(number_text(round(self.start + way * place * self.step, 9)))
            self.changed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            by = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
            if by:
                at = self.slider.value() + by if self.value() else self.slider.value()
                self._on_slid(max(0, min(at, self.slider.maximum())))
                self._slide()
                return True
        return super().eventFilter(watched, event)


class PointInput(AnswerInput):
    """Latitude and longitude in two lines; height and accuracy stay as they came."""

    def __init__(self) -> None:
        self.latitude, self.longitude = QLineEdit(), QLineEdit()
        super().__init__(self.latitude)
        self._rest = ""
        self._row.addWidget(self.longitude)
        self._row.setSpacing(theme.GAP_S)
        self.latitude.setPlaceholderText(_("Latitude, for example 31.23"))
        self.longitude.setPlaceholderText(_("Longitude, for example 121.47"))
        for line in (self.latitude, self.longitude):
            line.setFixedWidth(theme.pixels(220))
            line.textEdited.connect(lambda _text: self.changed.emit())

    @override
    def takes_space(self) -> bool:
        return False

    @override
    def set_name(self, name: str) -> None:
        self.latitude.setAccessibleName(_("{question} – latitude").format(question=name))
        self.longitude.setAccessibleName(_("{question} – longitude").format(question=name))

    @override
    def value(self) -> str:
        parts = [line.text().strip() for line in (self.latitude, self.longitude)]
        return " ".join([*parts, self._rest]).strip() if any(parts) else ""

    @override
    def set_value(self, value: Any) -> None:
        if value == self.value():
            return
        latitude, _blank, more = str(value or "").partition(" ")
        longitude, _blank, self._rest = more.partition(" ")
        self.latitude.setText(latitude)
        self.longitude.setText(longitude)

    @override
    def stops(self) -> list[QWidget]:
        return [self.latitude, self.longitude]


# ---------------------------------------------------------------- nothing to type


class ReadInput(AnswerInput):
    """Nothing to answer: Enter goes on."""

    def __init__(self) -> None:
        self.button = button(_("Go on  Enter"), self._go_on, "chevron-down")
        super().__init__(self.button)
        self._value = ""

    def _go_on(self) -> None:
        self.gone_on.emit()

    @override
    def takes_space(self) -> bool:
        return False

    @override
    def set_name(self, name: str) -> None:
        self.button.setAccessibleName(name)

    @override
    def value(self) -> str:
        return self._value

    @override
    def set_value(self, value: Any) -> None:
        self._value = str(value or "")


class AcknowledgeInput(AnswerInput):
    """A button that says it was read: Space or 1 presses it, Backspace takes it back."""

    def __init__(self) -> None:
        self.button: QPushButton = button(f"1  {_('Read and understood')}", self._on_clicked)
        super().__init__(self.button)
        theme.set_role(self.button, "choice")
        self.button.setCheckable(True)
        self.button.installEventFilter(self)

    def _on_clicked(self) -> None:
        self.changed.emit()

    @override
    def takes_space(self) -> bool:
        return False

    @override
    def set_name(self, name: str) -> None:
        self.button.setAccessibleName(f"{name} {_('Read and understood')}")

    @override
    def value(self) -> str:
        return written(Kind.ACKNOWLEDGE, self.button.isChecked())

    @override
    def set_value(self, value: Any) -> None:
        self.button.setChecked(bool(value))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            wanted = {Qt.Key.Key_1: True, Qt.Key.Key_Backspace: False, Qt.Key.Key_Delete: False}
            if key in wanted:
                self.button.setChecked(wanted[Qt.Key(key)])
                self.changed.emit()
                if wanted[Qt.Key(key)]:
                    self.gone_on.emit()
                return True
        return super().eventFilter(watched, event)
