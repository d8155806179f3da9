"""Inputs with one face: ``value()``, ``set_value()``, ``changed``, ``set_name()``.

An editor never judges: what cannot be read is given on as text, and the draft says what is wrong.
"""

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
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

from desktop_app import labels
from desktop_app.i18n import _
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
        if chosen and chosen == self.line.text():
            self.changed.emit()  # the same file, but perhaps not with the same content
        elif chosen:
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
