"""Inputs of the interview, one a kind of question: digits choose, nothing needs the mouse."""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QButtonGroup,
    QCompleter,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from db.vocabulary import QuestionKind
from desktop_app.domain.interview import Question
from desktop_app.i18n import N_, _
from desktop_app.ui import theme
from desktop_app.ui.editors import DateEditor, Editor, IntegerEditor, MoneyEditor, TextEditor
from desktop_app.ui.numbered_reasons import NumberedReasons
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.pickers import Choice
from desktop_app.ui.reason_box import ReasonBox

_ROLE = int(Qt.ItemDataRole.UserRole)
_DIGITS = 9
_LIST_ROWS = 9

HINTS: Mapping[QuestionKind, str] = MappingProxyType(
    {
        QuestionKind.DATE: N_("A date in any usual form: 2026-8-31, 8-31, -30 for 30 days ago."),
        QuestionKind.PRODUCTS: N_("Digits tick what was bought; others go into the line below."),
        QuestionKind.VERBATIM: N_(
            "In the customer's own words, not yours. Shift+Enter begins a new line."
        ),
        QuestionKind.EVENT: N_("One concrete occasion. Shift+Enter begins a new line."),
        QuestionKind.REASON: N_(
            "A digit chooses a group, then the reason; or type words, pinyin, initials."
        ),
        QuestionKind.PROBE: N_(
            "Leave empty when there is no deeper answer. The last answer's reason is the root."
        ),
        QuestionKind.COMPETITOR: N_("Name of the supplier."),
        QuestionKind.AMOUNT: N_("An amount, for example 12.50."),
        QuestionKind.PERCENT: N_("0 to 100."),
        QuestionKind.YES_NO: N_("1 for yes, 2 for no."),
        QuestionKind.EMPLOYEE: N_("Name of the colleague."),
        QuestionKind.TEXT: N_("Shift+Enter begins a new line."),
        QuestionKind.COUNT: N_("A whole number."),
    }
)
"""What is expected, one line a kind."""


@dataclass(frozen=True, slots=True)
class Offers:
    """What the inputs can offer: reasons, products bought, names of colleagues."""

    reasons: tuple[Choice, ...] = ()
    products: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    currency: str = ""


class YesNoEditor(Editor):
    """Two buttons; ``1``/``2`` or ``y``/``n`` choose and go on."""

    chosen = Signal()

    def __init__(self) -> None:
        holder = QWidget()
        super().__init__(holder)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        self._group = QButtonGroup(self)
        self.buttons: dict[bool, QPushButton] = {}
        for number, (value, text) in enumerate(((True, _("Yes")), (False, _("No"))), start=1):
            made = button(f"{number}  {text}", self._on_clicked, role="choice")
            made.setCheckable(True)
            made.setAccessibleName(text)
            made.setMinimumWidth(theme.pixels(120))
            made.installEventFilter(self)
            self._group.addButton(made)
            self.buttons[value] = made
            row.addWidget(made)
        row.addStretch(1)
        self.setFocusProxy(self.buttons[True])

    @override
    def value(self) -> bool | None:
        return next((value for value, made in self.buttons.items() if made.isChecked()), None)

    @override
    def set_value(self, value: Any) -> None:
        self._group.setExclusive(False)
        for key, made in self.buttons.items():
            made.setChecked(value is not None and key == value)
        self._group.setExclusive(True)

    def _on_clicked(self) -> None:
        self.changed.emit()

    def choose(self, value: bool) -> None:  # noqa: FBT001  (it is the value)
        """Choose as a key does, and go on."""
        self.set_value(value)
        self.changed.emit()
        self.chosen.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            answers = {
                Qt.Key.Key_1: True,
                Qt.Key.Key_Y: True,
                Qt.Key.Key_2: False,
                Qt.Key.Key_N: False,
            }
            key = Qt.Key(event.key())
            if key in answers and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.choose(answers[key])
                return True
            if key in (Qt.Key.Key_Backspace, Qt.Key.Key_Delete):
                self.set_value(None)
                self.changed.emit()
                return True
        return super().eventFilter(watched, event)


class ProductsEditor(Editor):
    """Products of the customer's own orders to tick, and a line for others."""

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
        rows = min(_LIST_ROWS, len(products))
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


def _text(lines: int = 3, placeholder: str = "") -> TextEditor:
    return TextEditor(lines, placeholder=placeholder)


def _name(names: Sequence[str]) -> TextEditor:
    editor = TextEditor(max_length=120)
    completer = QCompleter(QStringListModel(list(names), editor), editor)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    editor.line.setCompleter(completer)
    popup = completer.popup()
    if popup is not None:
        theme.dress(popup)
    return editor


_MAKERS: Mapping[QuestionKind, Callable[[Offers], Editor]] = MappingProxyType(
    {
        QuestionKind.DATE: lambda _offers: DateEditor(),
        QuestionKind.PRODUCTS: lambda offers: ProductsEditor(offers.products),
        QuestionKind.VERBATIM: lambda _offers: _text(6),
        QuestionKind.EVENT: lambda _offers: _text(3),
        QuestionKind.REASON: lambda offers: NumberedReasons(offers.reasons),
        QuestionKind.PROBE: lambda _offers: _text(3),
        QuestionKind.COMPETITOR: lambda _offers: TextEditor(max_length=120),
        QuestionKind.AMOUNT: lambda offers: MoneyEditor(offers.currency),
        QuestionKind.PERCENT: lambda _offers: IntegerEditor(0, 100, "%"),
        QuestionKind.YES_NO: lambda _offers: YesNoEditor(),
        QuestionKind.EMPLOYEE: lambda offers: _name(offers.staff),
        QuestionKind.TEXT: lambda _offers: _text(4),
        QuestionKind.COUNT: lambda _offers: IntegerEditor(0, 1000),
    }
)
"""The list: every kind of question has an input."""

_ALSO_TITLES: Mapping[QuestionKind, str] = MappingProxyType(
    {
        QuestionKind.DATE: N_("When was that?"),
        QuestionKind.TEXT: N_("Which, and why?"),
        QuestionKind.YES_NO: N_("Has this person left?"),
    }
)


@dataclass(slots=True)
class _Part:
    name: str
    editor: Editor
    stops: list[QWidget] = field(default_factory=list)


class QuestionEditor(QWidget):
    """The input of one question with its second field or its code, if it has one."""

    changed = Signal()
    gone_on = Signal()
    """A digit or Enter in a list has answered the field: go on."""

    def __init__(self, question: Question, offers: Offers) -> None:
        super().__init__()
        self.question = question
        self.parts: list[_Part] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.GAP_S)
        self._add("value", "", _MAKERS[question.kind](offers), question.text)
        if question.also is not None:
            title = _(_ALSO_TITLES.get(question.also, N_("More about it")))
            self._add("also", title, _MAKERS[question.also](offers), title)
        if question.kind is QuestionKind.PROBE:
            title = _("Coded as")
            self._add("reason", title, ReasonBox(offers.reasons), title)
        if question.kind is not QuestionKind.REASON:  # its list takes all the height there is
            self._column.addStretch(1)

    def _add(self, name: str, title: str, editor: Editor, spoken: str) -> None:
        if title:
            self._column.addWidget(text_label(title, "hint", wraps=False))
        editor.set_name(spoken)
        editor.setObjectName(f"answer-{name}")
        editor.changed.connect(self.changed)
        if isinstance(editor, YesNoEditor | NumberedReasons):
            editor.chosen.connect(self.gone_on)
        left = Qt.AlignmentFlag.AlignLeft
        where = Qt.AlignmentFlag(0) if editor.takes_space() else left
        self._column.addWidget(editor, 0, where)
        self.parts.append(_Part(name, editor, _stops(editor)))

    def stops(self) -> list[QWidget]:
        """Where Enter and Tab stop, in order."""
        return [stop for part in self.parts for stop in part.stops]

    def typed(self) -> dict[str, Any]:
        """What stands in the fields, ready for the service and for JSON."""
        found = {}
        for part in self.parts:
            value = part.editor.value()
            if value is not None:
                found[part.name] = value.isoformat() if isinstance(value, date) else value
        return found

    def show_answer(self, answer: Mapping[str, Any]) -> None:
        """Show a stored or typed answer."""
        for part in self.parts:
            value = answer.get(part.name)
            if isinstance(part.editor, DateEditor) and isinstance(value, str):
                with contextlib.suppress(ValueError):  # half a date stays as it was typed
                    value = date.fromisoformat(value)
            part.editor.set_value(value)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Mark fields as wrong: name of the part to sentence."""
        for part in self.parts:
            part.editor.set_problem(problems.get(part.name, ""))

    def start(self) -> None:
        """Put the keyboard into the first field."""
        stop = self.stops()[0]
        stop.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(stop, QLineEdit):
            stop.selectAll()


def _stops(editor: Editor) -> list[QWidget]:
    if isinstance(editor, ProductsEditor):
        return [editor.list, editor.others] if editor.list.count() else [editor.others]
    if isinstance(editor, YesNoEditor):
        return [editor.buttons[True]]
    return [editor.focusProxy() or editor]
