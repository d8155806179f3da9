"""A list under the place of typing: what was begun is completed; the keyboard stays in the field.

``{{`` offers placeholders in the words of a script, ``::`` answers to objections where notes are
typed. Up and Down choose, Enter and Tab take, Esc goes on typing.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QPlainTextEdit
from typing_extensions import override

from desktop_app.domain.script_terms import placeholder_words
from desktop_app.i18n import _, language
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.script_lists import fitting, searched
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from sqlalchemy.orm import Session

    from db.queries.scripts import SnippetRow

PLACEHOLDER: Final = re.compile(r"\{\{\s*([\w.]*)\Z")
SNIPPET: Final = re.compile(r"::([^\s:]*)\Z")
_WIDTH, _ROWS = 360, 7
_TAKING = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}


@dataclass(frozen=True, slots=True)
class Offer:
    """One line of the list: what people read, and what stands in the field then."""

    shown: str
    text: str


class Completion(QObject):
    """Completes what is typed in one field."""

    def __init__(
        self,
        field: QLineEdit | QPlainTextEdit,
        begun: re.Pattern[str],
        offered: Callable[[str], Sequence[Offer]],
        name: str,
        known: Callable[[str], Sequence[Offer]] | None = None,
    ) -> None:
        """Watch a field.

        Args:
            field: Where is typed.
            begun: Matches the end of what stands before the cursor; its group is what was typed.
            offered: What fits that.
            name: Of the list, for a screen reader.
            known: The same without reading anything anew.
        """
        super().__init__(field)
        self._field, self._begun, self._offered = field, begun, offered
        self._known = known or offered
        self._is_taking = False
        self._composing = Composing(self)
        self._composing.watch(field)
        self.list = QListWidget(field)
        self.list.setAccessibleName(name)
        self.list.setWindowFlags(Qt.WindowType.ToolTip)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemClicked.connect(self._take)
        self.list.hide()
        field.textChanged.connect(self._on_text)
        field.installEventFilter(self)

    def _before(self) -> str:
        """What stands in the line before the cursor."""
        if isinstance(self._field, QLineEdit):
            return self._field.text()[: self._field.cursorPosition()]
        cursor = self._field.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]

    def refresh(self) -> None:
        """What is known is more now: show what fits."""
        self._show(self._known)

    def _on_text(self) -> None:
        self._show(self._offered)

    def _show(self, offered: Callable[[str], Sequence[Offer]]) -> None:
        found = None if self._is_taking else self._begun.search(self._before())
        offers = offered(found[1]) if found is not None and self._field.hasFocus() else ()
        self.list.clear()
        for each in offers:
            item = QListWidgetItem(each.shown, self.list)
            item.setToolTip(each.shown)
            item.setData(Qt.ItemDataRole.UserRole, each.text)
        if not offers:
            self.list.hide()
            return
        self.list.setCurrentRow(0)
        rows = min(len(offers), _ROWS)
        self.list.resize(theme.pixels(_WIDTH), rows * self.list.sizeHintForRow(0) + theme.GAP_XS)
        rect = (
            self._field.cursorRect() if isinstance(self._field, QPlainTextEdit)
            else self._field.rect()
        )  # fmt: skip
        below = rect.bottomLeft() + QPoint(0, theme.GAP_XS)
        self.list.move(self._field.mapToGlobal(below))
        self.list.show()

    def _take(self, item: QListWidgetItem) -> None:
        text = item.data(Qt.ItemDataRole.UserRole)
        found = self._begun.search(self._before())
        self.list.hide()
        if found is None:
            return
        length = len(found[0])
        self._is_taking = True
        if isinstance(self._field, QLineEdit):
            self._field.cursorBackward(True, length)
            self._field.insert(text)
        else:
            cursor = self._field.textCursor()
            left, kept = QTextCursor.MoveOperation.Left, QTextCursor.MoveMode.KeepAnchor
            cursor.movePosition(left, kept, length)
            cursor.insertText(text)
        self._is_taking = False

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._field and not self.list.isHidden():
            if event.type() == QEvent.Type.FocusOut or event.type() == QEvent.Type.Hide:
                self.list.hide()
            elif isinstance(event, QKeyEvent) and not self._composing.is_active:
                is_press = event.type() == QEvent.Type.KeyPress
                if event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
                    event.accept()
                    return True
                if is_press and _is_ours(event):
                    self._press(Qt.Key(event.key()))
                    return True
        return super().eventFilter(watched, event)

    def _press(self, key: Qt.Key) -> None:
        item = self.list.currentItem()
        if key in _TAKING and item is not None:
            self._take(item)
        elif key in _MOVES:
            row = (self.list.currentRow() + _MOVES[key]) % self.list.count()
            self.list.setCurrentRow(row)
        else:
            self.list.hide()


def _is_ours(event: QKeyEvent) -> bool:
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    is_known = key in _TAKING or key in _MOVES or key == Qt.Key.Key_Escape
    return is_known and held == Qt.KeyboardModifier.NoModifier


def complete_placeholders(field: QLineEdit | QPlainTextEdit) -> Completion:
    """Offer the placeholders of a script after ``{{``, by their name or what stands there."""

    def offered(typed: str) -> list[Offer]:
        words = typed.casefold()
        return [
            Offer(f"{title}  {name}", f"{{{{ {name} }}}}")
            for name, title in placeholder_words()
            if words in name or words in title.casefold()
        ]

    return Completion(field, PLACEHOLDER, offered, _("Placeholders"))


def read_snippets(session: "Session") -> "list[SnippetRow]":
    """The snippets that are offered."""
    from desktop_app.services import snippets  # noqa: PLC0415  (slow to import)

    return snippets.list_snippets(session)


def complete_snippets(field: QLineEdit | QPlainTextEdit, tasks: Tasks) -> Completion:
    """Offer answers to objections after ``::``; what is taken stands in the field.

    They are read when the colons are typed, so that new ones are there.
    """
    known: list[tuple[str, SnippetRow]] = []
    latest = Latest()

    def know(rows: "list[SnippetRow]") -> None:
        known[:] = [(searched(row), row) for row in rows]
        made.refresh()

    def offered(typed: str) -> list[Offer]:
        if not typed:
            latest.take(tasks.read(made, read_snippets)).then(know)
        return found(typed)

    def found(typed: str) -> list[Offer]:
        return [
            Offer(f"::{row.trigger}  {row.words(language())}", row.words(language()))
            for row in fitting(known, typed)
        ]

    made = Completion(field, SNIPPET, offered, _("Snippets"), found)
    return made
