"""The questions of an interview as a list: number, words, and how far each one is.

Lines are made once. An answer changes the look of single lines; only where questions appear or go
are lines put in or taken out. Words are asked for when a line is painted.
"""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QElapsedTimer,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QListView
from typing_extensions import override

from desktop_app.i18n import N_, _
from desktop_app.ui import theme
from desktop_app.ui.case_look import list_text
from desktop_app.ui.filling_run import FillingRun, QuestionState
from desktop_app.ui.interview_layout import Layout, Line, LineKind
from desktop_app.ui.screen_pane import title_of

_NO_PARENT = QModelIndex()
_INDENT = "   "
_ICON = 16
_LOOK: Mapping[QuestionState, tuple[str, str, str]] = MappingProxyType(
    {
        QuestionState.OPEN: ("dot", "border_strong", N_("not answered")),
        QuestionState.NEEDED: ("dot", "accent", N_("needed to finish")),
        QuestionState.ANSWERED: ("check", "good", N_("answered")),
        QuestionState.MARKED: ("flag", "warn", N_("marked")),
        QuestionState.DOUBTFUL: ("info", "warn", N_("to be checked")),
        QuestionState.WRONG: ("warning", "bad", N_("not possible")),
    }
)


class QuestionModel(QAbstractListModel):
    """The lines of a run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run: FillingRun | None = None
        self.lines: list[Line] = []
        self._places: dict[str, int] = {}

    def show_run(self, run: FillingRun | None) -> None:
        """Show another interview."""
        self.beginResetModel()
        self.run = run
        self.lines = [] if run is None else list(run.layout.lines)
        self._count()
        self.endResetModel()

    def _count(self) -> None:
        self._places = {
            line.address: row
            for row, line in enumerate(self.lines)
            if line.kind is LineKind.QUESTION
        }

    def follow(self, layout: Layout) -> None:
        """Put lines in and take lines out where the interview has others now."""
        new = list(layout.lines)
        if [line.key for line in new] == [line.key for line in self.lines]:
            return
        old = [line.key for line in self.lines]
        fresh = [line.key for line in new]
        first = _shared(old, fresh)
        last = min(_shared(old[::-1], fresh[::-1]), len(old) - first, len(fresh) - first)
        if first < len(old) - last:
            self.beginRemoveRows(_NO_PARENT, first, len(old) - last - 1)
            del self.lines[first : len(old) - last]
            self.endRemoveRows()
        if first < len(new) - last:
            self.beginInsertRows(_NO_PARENT, first, len(new) - last - 1)
            self.lines[first:first] = new[first : len(new) - last]
            self.endInsertRows()
        renumbered = first
        while renumbered < len(new) and self.lines[renumbered] == new[renumbered]:
            renumbered += 1
        self.lines = new
        self._count()
        if renumbered < len(new):
            self._say(renumbered, len(new) - 1)

    def touch(self, addresses: Iterable[str]) -> None:
        """Lines of questions that look otherwise now."""
        for address in addresses:
            row = self._places.get(address)
            if row is not None:
                self._say(row, row)

    def reword(self) -> None:
        """All lines are worded anew."""
        if self.lines:
            self._say(0, len(self.lines) - 1)

    def _say(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, 0))

    def row_of(self, address: str) -> int:
        """The line of a question, or of a place to add to a repeat; -1 for none."""
        found = self._places.get(address)
        if found is not None:
            return found
        more = (
            row
            for row, line in enumerate(self.lines)
            if line.kind is LineKind.MORE and line.address == address
        )
        return next(more, -1)

    # ------------------------------------------------------------------ Qt's questions

    @override
    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    @override
    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if self.lines[index.row()].kind is LineKind.HEAD:
            return Qt.ItemFlag.NoItemFlags  # the arrows pass over it
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    @override
    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        run = self.run
        if run is None or not index.isValid() or index.row() >= len(self.lines):
            return None
        line = self.lines[index.row()]
        if line.kind is not LineKind.QUESTION:
            return _head(run, line, role)
        if run.filling.node(line.address) is None:
            return None
        state = run.state_of(line.address)
        is_both = line.address in run.marks and state is not QuestionState.MARKED
        if role == Qt.ItemDataRole.DecorationRole:
            icon, tint, _word = _LOOK[state]
            return _with_flag(icon, tint) if is_both else theme.icon(icon, tint)
        if role not in _WORDED:
            return None
        text = (
            " ".join(run.filling.label(line.address).split()) or line.item.path.rpartition("/")[2]
        )
        word = _(_LOOK[state][2])
        if is_both:
            word = list_text((word, _(_LOOK[QuestionState.MARKED][2])))
        return {
            Qt.ItemDataRole.DisplayRole: f"{_INDENT * line.depth}{line.number}  {text}",
            Qt.ItemDataRole.ToolTipRole: f"{text}\n{word}",
            Qt.ItemDataRole.AccessibleTextRole: f"{line.number} {text}, {word}",
        }[Qt.ItemDataRole(role)]


def _with_flag(name: str, tint: str) -> QPixmap:
    """What is wrong with a question and the flag to come back to it, side by side."""
    ratio = QGuiApplication.primaryScreen().devicePixelRatio()
    flag, flag_tint, _word = _LOOK[QuestionState.MARKED]
    made = QPixmap(round((2 * _ICON + theme.GAP_XS) * ratio), round(_ICON * ratio))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    for at, icon in enumerate((theme.icon(name, tint), theme.icon(flag, flag_tint))):
        icon.paint(painter, at * (_ICON + theme.GAP_XS), 0, _ICON, _ICON)
    painter.end()
    return made


_WORDED = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
)


def _head(run: FillingRun, line: Line, role: int) -> Any:
    if role == Qt.ItemDataRole.FontRole and line.kind is LineKind.HEAD:
        return theme.font(theme.SIZE_SMALL, bold=True)
    if role == Qt.ItemDataRole.ForegroundRole and line.kind is LineKind.HEAD:
        return theme.colour("muted")
    if role == Qt.ItemDataRole.DecorationRole and line.kind is LineKind.MORE:
        return theme.icon("add")
    if role not in _WORDED:
        return None
    text = title_of(run.filling, line)
    if line.kind is LineKind.MORE:
        text = _("One more: {title}").format(title=text)
    return f"{_INDENT * line.depth}{text}" if role == Qt.ItemDataRole.DisplayRole else text


def _shared(one: Sequence[object], other: Sequence[object]) -> int:
    """How many are the same at the beginning."""
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


class QuestionList(QListView):
    """The questions to be asked, the current one chosen; the arrows pass over heads."""

    def __init__(self) -> None:
        super().__init__()
        self.questions = QuestionModel(self)
        self.setModel(self.questions)
        self._digits = ""
        self._digits_age = QElapsedTimer()
        self._digits_age.start()
        self.setAccessibleName(_("Questions"))
        self.setUniformItemSizes(True)
        self.setMinimumWidth(theme.pixels(240))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Digits go to the question of that number, also inside a group."""
        if not search.strip().isdecimal():
            super().keyboardSearch(search)
            return
        is_new = self._digits_age.hasExpired(QApplication.keyboardInputInterval())
        self._digits = search.strip() if is_new else self._digits + search.strip()
        self._digits_age.restart()
        numbers = {line.number: row for row, line in enumerate(self.questions.lines) if line.number}
        row = numbers.get(int(self._digits))
        if row is not None:
            self.setCurrentIndex(self.questions.index(row, 0))

    def choose(self, address: str) -> None:
        """Choose the line of a question."""
        row = self.questions.row_of(address)
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self.questions.index(row, 0))

    def line(self, index: QModelIndex) -> Line | None:
        """What stands in a line."""
        row = index.row()
        return self.questions.lines[row] if 0 <= row < len(self.questions.lines) else None

    def texts(self) -> list[str]:
        """What every line says."""
        model = self.questions
        return [str(model.index(row, 0).data()) for row in range(model.rowCount())]
