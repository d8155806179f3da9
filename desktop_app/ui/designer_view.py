"""The three panes of the designer, put together: list, fields, preview with what is wrong."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire.outline import entry_at
from desktop_app.ui import theme
from desktop_app.ui.designer_fields import DesignerFields
from desktop_app.ui.designer_list import DesignerList
from desktop_app.ui.designer_preview import PreviewPane
from desktop_app.ui.designer_problems import ProblemsPane, findings, tones_of
from desktop_app.ui.designer_state import DesignerState
from desktop_app.ui.designer_work import Checked
from desktop_app.ui.folding import Folding
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import EmptyState, splitter

_ACROSS, _DOWN = (28, 42, 30), (60, 40)
_WIDE = 12
_NARROWEST = (240, 400, 300)


class DesignerView(QWidget):
    """Shows a `DesignerState` and what a check found; decides nothing."""

    remove_wanted = Signal()
    """Delete was pressed on a question."""
    add_wanted = Signal()
    """The first question is to be added."""

    def __init__(self, context: PageContext, state: DesignerState) -> None:
        super().__init__()
        self.state = state
        self._checked: Checked | None = None
        self.list = DesignerList(state)
        self.fields = DesignerFields(state)
        self.preview = PreviewPane()
        self.problems = ProblemsPane()
        self.empty = EmptyState(
            _("Here will be the questions: what is asked, when, and which answers are possible."),
            "list", (_("New question"), self.add_wanted.emit),
        )  # fmt: skip
        self.right = splitter(
            context, "designer-right", self.preview, self.problems, horizontal=False
        )
        self.panes: QSplitter = splitter(
            context, "designer-panes", self.list, self.fields, self.right
        )
        for pane, width in zip((self.list, self.fields, self.right), _NARROWEST, strict=True):
            pane.setMinimumWidth(theme.pixels(width))
        for divided, shares in ((self.panes, _ACROSS), (self.right, _DOWN)):
            for place, share in enumerate(shares):
                divided.setStretchFactor(place, share)
            if context.state.get(f"splitter.{divided.objectName()}") is None:
                divided.setSizes([share * _WIDE for share in shares])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        names = (_("Questions"), _("Preview and problems"))
        tabs = _("Beside the fields")
        self.folding = Folding(self.panes, names, below=sum(_NARROWEST) + _WIDE, name=tabs)
        column.setSpacing(0)
        column.addWidget(self.folding.tabs)
        column.addWidget(self.panes)
        column.addWidget(self.empty)
        self.list.installEventFilter(self)
        self.list.chosen.connect(state.select)
        self.problems.row_wanted.connect(self.go_to)
        state.changed.connect(self._on_changed)
        state.chosen.connect(self._show_path)
        self._on_changed()

    def _on_changed(self) -> None:
        has_questions = bool(self.state.sheets.survey.rows)
        self.panes.setVisible(has_questions)
        self.empty.setHidden(has_questions)
        self._show_findings()

    def _show_path(self) -> None:
        row = self.state.row
        entry = entry_at(self.state.sheets, row) if row is not None else None
        self.preview.show_path(entry.path if entry is not None else "")

    def show_checked(self, checked: Checked) -> None:
        """Show what a check found."""
        self._checked = checked
        self.preview.show_form(checked.form, checked.media())
        self._show_path()
        self._show_findings()

    def _show_findings(self) -> None:
        """What is wrong; rows of a form that has changed since are not marked any more."""
        if self._checked is None:
            self.list.show_tones({})
            return
        found = findings(self._checked, self.state.now.overruled)
        self.problems.show_findings(found)
        is_same = len(self._checked.sheets.survey.rows) == len(self.state.sheets.survey.rows)
        self.list.show_tones(tones_of(found) if is_same else {})

    def forget_check(self) -> None:
        """Nothing is known about the form that is shown now."""
        self._checked = None
        self._show_findings()

    def panes_shown(self) -> Sequence[QWidget]:
        """List, fields, preview and what is wrong: what F6 goes round."""
        return (self.list, self.fields, self.preview, self.problems)

    def ways_in(self) -> Mapping[QWidget, Callable[[], object]]:
        """How F6 gets into a pane that may be folded away."""
        return {pane: self.folding.enter(pane) for pane in (self.list, self.preview, self.problems)}

    def go_to(self, row: int) -> None:
        """Choose a question and put the keyboard into its words."""
        self.state.select(row)
        self.fields.go_to_words()

    def set_editable(self, is_editable: bool) -> None:  # noqa: FBT001  (a property setter)
        """Let the form be changed, or only be read."""
        self.fields.set_editable(is_editable)
        self.problems.overrule_button.setEnabled(is_editable)

    def move_in_table(self, step: int) -> bool:
        """Alt+Up and Alt+Down in the table of choices, or a list that folds down; whether so."""
        focus = self.focusWidget()
        if isinstance(focus, QComboBox):
            focus.showPopup()
            return True
        if focus is self.fields.choices.table:
            self.fields.choices.move_choice(step)
            return True
        return False

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and watched is self.list
        ):
            if event.key() == Qt.Key.Key_Delete:
                self.remove_wanted.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.fields.go_to_words()
                return True
        return super().eventFilter(watched, event)
