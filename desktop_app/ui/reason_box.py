"""A line that finds a reason by words, pinyin or initials, with its group in the list below."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QObject,
    Qt,
)
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView
from typing_extensions import override

from db import search
from desktop_app.i18n import _
from desktop_app.services import reasons
from desktop_app.ui import theme
from desktop_app.ui.editors import Editor
from desktop_app.ui.list_model import ListModel
from desktop_app.ui.pickers import Choice

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_SHOWN = 12


def reason_choices(session: "Session", language: str) -> list[Choice]:
    """The reasons on offer with their groups, findable by code, both languages, pinyin."""
    return grouped_choices(session, language)[0]


def grouped_choices(session: "Session", language: str) -> tuple[list[Choice], dict[str, str]]:
    """The reasons on offer, and the code of the group of each."""
    groups = reasons.list_reasons(session, language)
    choices = [
        Choice(
            row.code,
            row.text,
            group.text,
            f"{row.code} {row.zh} {row.en} {search.tokens(row.zh)}".casefold(),
        )
        for group in groups
        for row in group.reasons
    ]
    return choices, {row.code: row.group for group in groups for row in group.reasons}


def said_of(choice: Choice, role: int) -> Any:
    """What the list is told of a reason."""
    if role == Qt.ItemDataRole.DisplayRole:
        return f"{choice.group} › {choice.text}"
    return choice.text if role == Qt.ItemDataRole.EditRole else None


class ReasonBox(Editor):
    """One line; ``value`` is the code of a reason, ``None`` for nothing.

    What was typed and fits no reason is given on as text, and the service says what is wrong.
    """

    def __init__(self, choices: Sequence[Choice] = (), *, placeholder: str = "") -> None:
        self.line = QLineEdit()
        super().__init__(self.line)
        self._choices: tuple[Choice, ...] = ()
        self._value: str | None = None
        self._model = ListModel(self, said_of)
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_SHOWN)
        self._completer.setWidget(self.line)
        self._popup = QListView()
        self._popup.setAccessibleName(_("Reasons found"))
        self._completer.setPopup(self._popup)
        theme.dress(self._popup)
        self._completer.activated.connect(self._on_chosen)
        self.line.setPlaceholderText(placeholder or _("Words, pinyin or initials"))
        self.line.setClearButtonEnabled(True)
        place = QLineEdit.ActionPosition.LeadingPosition
        self.line.addAction(theme.icon("search"), place).setText(_("Filter"))
        self.line.textEdited.connect(self._on_typed)
        self.line.editingFinished.connect(self._settle)
        self.line.installEventFilter(self)
        self.set_choices(choices)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Change the list; the choice stays."""
        self._choices = tuple(choices)
        self._model.show(self._choices)
        self.set_value(self._value)

    @override
    def value(self) -> str | None:
        return self._value or self.line.text().strip() or None

    @override
    def set_value(self, value: Any) -> None:
        self._value = value
        known = next((choice for choice in self._choices if choice.value == value), None)
        self.line.setText(known.text if known is not None else (value or ""))
        self.line.setToolTip(f"{known.group} › {known.text}" if known is not None else "")
        self.line.setCursorPosition(0)

    def fitting(self, text: str) -> list[Choice]:
        """Choices that fit what is typed."""
        typed = text.casefold().split()
        return [choice for choice in self._choices if choice.matches(typed)]

    def open_list(self) -> None:
        """Show the whole list, or what fits."""
        has_choice = self._value is not None
        self._model.show(self._choices if has_choice else self.fitting(self.line.text()))
        self._completer.complete()

    def _on_typed(self, text: str) -> None:
        self._value = None
        self._model.show(self.fitting(text))
        self.changed.emit()
        if text.strip() and self._model.shown:
            self._completer.complete()
            self._popup.setCurrentIndex(self._model.index(0, 0))
        else:
            self._popup.hide()

    def _on_chosen(self, text: str) -> None:
        found = [choice for choice in self._model.shown if choice.text == text]
        if found:  # no two reasons on offer have the same words
            self.set_value(found[0].value)
            self.changed.emit()

    def _settle(self) -> None:
        """Take the only reason that fits what was typed."""
        if self._value is None and self.line.text().strip():
            found = self.fitting(self.line.text())
            if len(found) == 1:
                self.set_value(found[0].value)
                self.changed.emit()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            opens = event.key() in (Qt.Key.Key_Down, Qt.Key.Key_F4)
            if opens and not self._popup.isVisible():
                self.open_list()
                return True
        return super().eventFilter(watched, event)
