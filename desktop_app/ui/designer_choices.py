"""The choices of a question: codes that stay, and what they are called in each language."""

from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire import editing, editing_choices
from desktop_app.questionnaire.editing_choices import Choice, choices_of
from desktop_app.questionnaire.row_types import FROM_FILE, LISTED, read_type
from desktop_app.questionnaire.sheets import CHOICES
from desktop_app.ui import theme
from desktop_app.ui.designer_state import DesignerState
from desktop_app.ui.designer_words import language_word
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.panels import button, text_label

Index = QModelIndex | QPersistentModelIndex
_NO_PARENT: Final = QModelIndex()
_CODE_WIDTH: Final = 120


class ChoicesModel(QAbstractTableModel):
    """The choices of one list: the code, then a column for each language."""

    def __init__(self, state: DesignerState, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self.choices: tuple[Choice, ...] = ()
        self.languages: tuple[str, ...] = ("",)
        self._fixed: frozenset[str] = frozenset()
        self._is_locked = False

    def show_list(self, name: str) -> None:
        """Show the choices of a list as they are now."""
        sheets = self._state.sheets
        choices, languages = choices_of(sheets, name), sheets.languages_of(CHOICES, "label")
        is_same = (len(choices), languages) == (len(self.choices), self.languages)
        if not is_same:
            self.beginResetModel()
        self.choices, self.languages = choices, languages
        self._fixed = editing_choices.fixed_codes(self._state.published, name)
        self._is_locked = editing_choices.is_list_locked(sheets, name)
        if not is_same:
            self.endResetModel()
        elif choices:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(choices) - 1, self.columnCount() - 1)
            )

    @override
    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self.choices)

    @override
    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 1 + len(self.languages)

    @override
    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        is_title = orientation == Qt.Orientation.Horizontal
        if role != Qt.ItemDataRole.DisplayRole or not is_title:
            return None
        return language_word(self.languages[section - 1]) if section else _("Code")

    def _text(self, index: Index) -> str:
        choice = self.choices[index.row()]
        if index.column() == 0:
            return choice.code
        return choice.labels.get(self.languages[index.column() - 1], "")

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.EditRole:
                return self._text(index)
            case Qt.ItemDataRole.AccessibleTextRole:
                title = self.headerData(index.column(), Qt.Orientation.Horizontal)
                return f"{title}: {self._text(index)}"
            case Qt.ItemDataRole.DecorationRole if not self._may_edit(index):
                return theme.icon("lock")
        return None

    def _may_edit(self, index: Index) -> bool:
        is_code = index.column() == 0
        return not (is_code and (self._is_locked or self._text(index) in self._fixed))

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        plain = super().flags(index)
        return plain | Qt.ItemFlag.ItemIsEditable if self._may_edit(index) else plain

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, text = self.choices[index.row()].row, str(value).strip()
        if text == self._text(index):
            return True
        if index.column() == 0:
            return self._state.edit(lambda form: editing_choices.rename_choice(form, row, text))
        language = self.languages[index.column() - 1]
        return self._state.edit(
            lambda form: editing_choices.label_choice(form, row, text, language)
        )


class ChoicesPanel(QWidget):
    """The table of choices of the chosen question, or the file they come from."""

    def __init__(self, state: DesignerState) -> None:
        super().__init__()
        self._state = state
        self.lines = ChoicesModel(state, self)
        self.table = QTableView()
        self.table.setModel(self.lines)
        self.table.setAccessibleName(_("Choices"))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(theme.row_height())
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.table.horizontalHeader().setDefaultAlignment(left)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.add_button = button(_("Add choice"), self.add, "add")
        self.remove_button = button(_("Remove"), self.remove, "remove", "quiet")
        self.up_button = button(_("Up"), lambda: self.move_choice(-1), "chevron-up", "quiet")
        self.down_button = button(_("Down"), lambda: self.move_choice(1), "chevron-down", "quiet")
        self.note = text_label("", "hint")
        self.own_button = button(_("Give it a list of its own"), self._own, "copy", "quiet")
        self.file = TextEditor(placeholder="reasons.csv")
        self.file.set_name(_("File of the choices"))
        self.file_note = text_label(
            _(
                "The choices come from this file: columns name, label and, for each language, "
                "label::language. The program fills in reasons.csv with the reasons of the "
                "settings."
            ),
            "hint",
        )
        header = self.table.horizontalHeader()
        header.setAccessibleName(_("Choices"))
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(0, theme.pixels(_CODE_WIDTH))
        self._arrange()
        self.table.selectionModel().currentChanged.connect(lambda *_indexes: self._show_buttons())
        self.file.line.editingFinished.connect(self._on_file)

    def _arrange(self) -> None:
        tools = QHBoxLayout()
        tools.setSpacing(theme.GAP_XS)
        for widget in (self.add_button, self.remove_button, self.up_button, self.down_button):
            tools.addWidget(widget)
        tools.addStretch(1)
        shared = QHBoxLayout()
        shared.addWidget(self.note, 1)
        shared.addWidget(self.own_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_M, theme.GAP_M, theme.GAP_M)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.file)
        column.addWidget(self.file_note)
        column.addLayout(shared)
        column.addWidget(self.table, 1)
        column.addLayout(tools)
        self._filler = QWidget()
        column.addWidget(self._filler, 1)

    # ------------------------------------------------------------------ showing

    @property
    def list_name(self) -> str:
        """The list of the chosen question; empty when it has none."""
        row = self._state.row
        found = read_type(self._state.sheets.survey.cell(-1 if row is None else row, "type"))
        return found.list_name if found.kind in LISTED else ""

    def refresh(self) -> None:
        """Show the choices of the chosen question."""
        row = -1 if self._state.row is None else self._state.row
        found = read_type(self._state.sheets.survey.cell(row, "type"))
        is_file = found.kind in FROM_FILE
        for widget in (self.file, self.file_note, self._filler):
            widget.setVisible(is_file)
        for widget in (self.table, self.add_button, self.remove_button, self.up_button,
                       self.down_button):  # fmt: skip
            widget.setVisible(not is_file)
        if is_file:
            self.note.hide()
            self.own_button.hide()
            self.file.set_value(found.list_name)
            return
        self._show_note(row)
        self.lines.show_list(self.list_name)
        self._show_buttons()

    def _show_note(self, row: int) -> None:
        sheets, name = self._state.sheets, self.list_name
        others = [
            sheets.survey.cell(each, "name")
            for each in editing_choices.askers(sheets, name)
            if each != row
        ]
        sentences = []
        if editing_choices.is_list_locked(sheets, name):
            sentences.append(_("The codes are locked; the words may be changed."))
        elif others:
            text = _("Also the choices of {names}: what you change here changes there.")
            sentences.append(text.format(names=", ".join(others)))
        if editing_choices.fixed_codes(self._state.published, name):
            sentences.append(_("Codes of the version in use stay: answers are stored with them."))
        self.note.setText(" ".join(sentences))
        self.note.setVisible(bool(sentences))
        self.own_button.setVisible(bool(others) and not editing.is_locked(sheets, row))

    def _show_buttons(self) -> None:
        place = self._place()
        is_locked = editing_choices.is_list_locked(self._state.sheets, self.list_name)
        is_there = place >= 0 and not is_locked
        self.add_button.setEnabled(not is_locked and bool(self.list_name))
        self.remove_button.setEnabled(is_there)
        self.up_button.setEnabled(is_there and place > 0)
        self.down_button.setEnabled(is_there and place < len(self.lines.choices) - 1)

    # ------------------------------------------------------------------ editing

    def _place(self) -> int:
        """The line the keyboard is on, -1 for none."""
        return self.table.currentIndex().row()

    def _go(self, place: int, column: int) -> QModelIndex:
        index = self.lines.index(place, column)
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.table.selectionModel().setCurrentIndex(index, flag)
        return index

    def add(self) -> None:
        """Add a choice at the end and begin to write what it is called."""
        name = self.list_name
        if self._state.edit(lambda sheets: editing_choices.add_choice(sheets, name)[0]):
            self.table.edit(self._go(len(self.lines.choices) - 1, 1))

    def remove(self) -> None:
        """Remove the choice the keyboard is on."""
        place = self._place()
        if place >= 0:
            row = self.lines.choices[place].row
            self._state.edit(lambda sheets: editing_choices.remove_choice(sheets, row))

    def move_choice(self, step: int) -> None:
        """Move the choice the keyboard is on up (-1) or down (1)."""
        place, column = self._place(), self.table.currentIndex().column()
        if place >= 0 and 0 <= place + step < len(self.lines.choices):
            row = self.lines.choices[place].row
            if self._state.edit(lambda sheets: editing_choices.move_choice(sheets, row, step)[0]):
                self._go(place + step, column)

    def _own(self) -> None:
        row = self._state.row
        if row is not None:
            self._state.edit(lambda sheets: editing_choices.own_list(sheets, row))

    def _on_file(self) -> None:
        row, name = self._state.row, self.file.value() or ""
        if row is None:
            return
        kind = read_type(self._state.sheets.survey.cell(row, "type")).kind
        if kind in FROM_FILE and name and not self._state.edit(
            lambda sheets: editing.set_type(sheets, row, kind, name)
        ):  # fmt: skip
            self.refresh()
