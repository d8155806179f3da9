"""The panes of the script editor: steps, fields, and beside them picture, problems, try-out."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QSplitter, QTabWidget, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.domain.script_checks import Finding
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.folding import Folding
from desktop_app.ui.page import PageContext
from desktop_app.ui.panels import EmptyState, splitter
from desktop_app.ui.script_edit_state import ScriptState
from desktop_app.ui.script_fields import ScriptFields
from desktop_app.ui.script_graph_view import ScriptGraphView
from desktop_app.ui.script_outline import FindingsList, ScriptOutline
from desktop_app.ui.script_tryout import ScriptTryout

_SHARES = (26, 42, 32)
_WIDE = 12
_NARROWEST = (220, 400, 300)


class ScriptView(QWidget):
    """Shows a `ScriptState` and what a check found; decides nothing."""

    remove_wanted = Signal()
    """Delete was pressed on a step."""
    add_wanted = Signal()
    """The first step is to be added."""

    def __init__(self, context: PageContext, state: ScriptState) -> None:
        super().__init__()
        self.state = state
        self.findings: tuple[Finding, ...] = ()
        self.list = ScriptOutline(state)
        self.fields = ScriptFields(state)
        self.graph = ScriptGraphView(state)
        self.problems = FindingsList()
        self.tryout = ScriptTryout(context.tasks, state)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("Beside the fields"))
        for widget, title in (
            (self.graph, _("Diagram")), (self.problems, _("Problems")), (self.tryout, _("Try out"))
        ):  # fmt: skip
            self.tabs.addTab(widget, title)
        self.tabs.tabBar().setUsesScrollButtons(False)
        self.empty = EmptyState(
            _("Here will be the steps: what to say, what to ask, where each answer leads."),
            "scripts", (_("New step"), self.add_wanted.emit),
        )  # fmt: skip
        self.panes: QSplitter = splitter(context, "script-panes", self.list, self.fields, self.tabs)
        for pane, width in zip((self.list, self.fields, self.tabs), _NARROWEST, strict=True):
            pane.setMinimumWidth(theme.pixels(width))
        for place, share in enumerate(_SHARES):
            self.panes.setStretchFactor(place, share)
        if context.state.get(f"splitter.{self.panes.objectName()}") is None:
            self.panes.setSizes([share * _WIDE for share in _SHARES])
        names = (_("Steps"), _("Diagram, problems, try-out"))
        below = sum(_NARROWEST) + _WIDE
        self.folding = Folding(self.panes, names, below=below, name=_("Panes"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.folding.tabs, self.panes, self.empty):
            column.addWidget(part)
        self.list.installEventFilter(self)
        self.graph.edited.connect(self.fields.go_to_words)
        self.problems.step_wanted.connect(self.go_to)
        self.tryout.step_wanted.connect(self.go_to)
        state.changed.connect(self._on_changed)
        self._on_changed()

    def _on_changed(self) -> None:
        has_steps = bool(self.state.script.steps)
        self.panes.setVisible(has_steps)
        self.empty.setHidden(has_steps)

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Show what a check found."""
        self.findings = found
        self.list.show_findings(found)
        self.graph.show_findings(found)
        self.problems.show_findings(found, self.state.script)
        title = _("Problems ({n})").format(n=len(found)) if found else _("Problems")
        self.tabs.setTabText(self.tabs.indexOf(self.problems), title)

    def go_to(self, key: str) -> None:
        """Choose a step and put the keyboard into its words."""
        self.state.select(key)
        self.fields.go_to_words()

    def show_tab(self, inside: QWidget) -> None:
        """Turn to picture, problems or try-out, and put the keyboard there."""
        self.folding.show_pane(self.tabs)
        self.tabs.setCurrentWidget(inside)
        inside.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def panes_shown(self) -> Sequence[QWidget]:
        """Steps, fields, and what stands beside them: what F6 goes round."""
        return (self.list, self.fields, self.tabs.currentWidget())

    def ways_in(self) -> Mapping[QWidget, Callable[[], object]]:
        """How F6 gets into a pane that may be folded away."""
        inside = self.tabs.currentWidget()
        return {self.list: self.folding.enter(self.list), inside: lambda: self.show_tab(inside)}

    def set_editable(self, is_editable: bool) -> None:  # noqa: FBT001  (a property setter)
        """Let the script be changed, or only be read."""
        self.fields.set_editable(is_editable)
        self.empty.setEnabled(is_editable)

    def folds_down(self) -> bool:
        """Alt+Up and Alt+Down in a list that folds down open it; whether it is one."""
        focus = self.focusWidget()
        if isinstance(focus, QComboBox):
            focus.showPopup()
            return True
        return False

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.list
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            if event.key() == Qt.Key.Key_Delete:
                self.remove_wanted.emit()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.fields.go_to_words()
                return True
        return super().eventFilter(watched, event)
