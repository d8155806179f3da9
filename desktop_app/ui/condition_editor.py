"""A condition put together from comparisons, or written as a formula."""

from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from desktop_app.i18n import _
from desktop_app.questionnaire.conditions import (
    ALWAYS,
    Condition,
    Joiner,
    Test,
    read_condition,
    write_condition,
)
from desktop_app.ui import theme
from desktop_app.ui.condition_row import Comparable, ComparisonRow
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, TextEditor
from desktop_app.ui.panels import button, text_label

_LINES: Final = 3


class _Group(QFrame):
    """Comparisons of which all or any must hold; groups stand only in the outermost one."""

    changed = Signal()
    removed = Signal()

    def __init__(
        self, offered: Sequence[Comparable], condition: Condition, *, is_outer: bool
    ) -> None:
        super().__init__()
        self._offered, self._is_outer = offered, is_outer
        self.parts: list[ComparisonRow | _Group] = []
        self.joiner = ChoiceEditor(
            [(Joiner.ALL, _("all of these hold")), (Joiner.ANY, _("any of these holds"))]
        )
        self.joiner.set_name(_("How many must hold"))
        self.joiner.set_value(condition.joiner)
        self.joiner.changed.connect(self.changed)
        self.add_button = button(_("Add comparison"), self.add_row, "add", "quiet")
        self.group_button = button(_("Add group"), self.add_group, "folder-add", "quiet")
        self.group_button.setVisible(is_outer)
        self.remove_button = button("", self.removed.emit, "close", "quiet")
        self.remove_button.setAccessibleName(_("Remove this group"))
        self.remove_button.setToolTip(_("Remove this group"))
        self.remove_button.setHidden(is_outer)
        self._arrange()
        for part in condition.parts:
            self._add(part)
        self._show_joiner()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        edge = 0 if self._is_outer else theme.GAP_S
        column.setContentsMargins(edge, edge, edge, edge)
        column.setSpacing(theme.GAP_XS)
        if not self._is_outer:
            self.setObjectName("card")
        top = QHBoxLayout()
        top.addWidget(self.joiner)
        top.addStretch(1)
        top.addWidget(self.remove_button)
        column.addLayout(top)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(theme.GAP_XS)
        column.addLayout(self._rows)
        bottom = QHBoxLayout()
        bottom.setSpacing(theme.GAP_XS)
        bottom.addWidget(self.add_button)
        bottom.addWidget(self.group_button)
        bottom.addStretch(1)
        column.addLayout(bottom)

    def _add(self, part: Test | Condition | None) -> "ComparisonRow | _Group":
        made: ComparisonRow | _Group
        if isinstance(part, Condition):
            made = _Group(self._offered, part, is_outer=False)
        else:
            made = ComparisonRow(self._offered, part)
        made.changed.connect(self.changed)
        made.removed.connect(lambda: self._remove(made))
        self.parts.append(made)
        self._rows.addWidget(made)
        return made

    def add_row(self) -> None:
        """Begin another comparison."""
        made = self._add(None)
        self._show_joiner()
        if isinstance(made, ComparisonRow):
            stop = made.operator if made.question.isHidden() else made.question
            stop.setFocus()
        self.changed.emit()

    def add_group(self) -> None:
        """Begin a group in the group."""
        made = self._add(Condition(Joiner.ANY, ()))
        if isinstance(made, _Group):
            made.add_row()
        self._show_joiner()

    def _remove(self, part: "ComparisonRow | _Group") -> None:
        self.parts.remove(part)
        self._rows.removeWidget(part)
        part.hide()
        part.deleteLater()
        self._show_joiner()
        self.add_button.setFocus()
        self.changed.emit()

    def _show_joiner(self) -> None:
        self.joiner.setVisible(len(self.parts) > 1)

    def condition(self) -> Condition | None:
        """What stands here, None while a value is missing or wrong."""
        parts: list[Test | Condition] = []
        for each in self.parts:
            part = each.test() if isinstance(each, ComparisonRow) else each.condition()
            if part is None:
                return None
            parts.append(part)
        return Condition(self.joiner.value(), tuple(parts))


class ConditionEditor(QWidget):
    """A condition: comparisons, with a switch to the formula."""

    changed = Signal(str)
    """The formula as it is now; not while a comparison is half written."""

    def __init__(self, name: str, none: str, offered: Callable[[], Sequence[Comparable]]) -> None:
        """Make it.

        Args:
            name: What it is for, for screen readers.
            none: What it means that there is no condition.
            offered: Gives the questions that can be compared.
        """
        super().__init__()
        self._offered, self._text = offered, ""
        self._is_showing = False
        self.as_formula = CheckEditor(_("Edit as a formula"))
        self.as_formula.set_name(_("Edit as a formula"))
        self.formula = TextEditor(_LINES)
        self.formula.set_name(_("{name} as a formula").format(name=name))
        self.none = text_label(none, "hint")
        self.too_much = text_label(
            _("This is more than can be put together here; it is edited as a formula."), "hint"
        )
        self._place = QVBoxLayout()
        self.group = self._new_group(ALWAYS)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.none)
        column.addLayout(self._place)
        column.addWidget(self.formula)
        column.addWidget(self.too_much)
        column.addWidget(self.as_formula)
        self.as_formula.changed.connect(self._switch)
        self.formula.changed.connect(self._on_formula)
        self.show_text("")

    def text(self) -> str:
        """The formula."""
        return self._text

    def is_complete(self) -> bool:
        """Whether what stands here is what the formula says: no comparison lacks its value."""
        return bool(self.as_formula.value()) or self.group.condition() is not None

    def show_text(self, text: str) -> None:
        """Show a formula, as comparisons if it can be."""
        self._text = text
        found = read_condition(text)
        self._is_showing = True
        self.formula.set_value(text)
        self.as_formula.set_value(found is None)
        self._is_showing = False
        self.group = self._new_group(found or ALWAYS)
        self._arrange(found)

    def _new_group(self, condition: Condition) -> _Group:
        while self._place.count():
            item = self._place.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        made = _Group(self._offered(), condition, is_outer=True)
        made.changed.connect(self._on_group)
        self._place.addWidget(made)
        return made

    def _arrange(self, found: Condition | None) -> None:
        is_formula = bool(self.as_formula.value())
        self.group.setHidden(is_formula)
        self.formula.setHidden(not is_formula)
        self.as_formula.box.setEnabled(found is not None)
        self.too_much.setVisible(found is None)
        self.none.setVisible(not self._text and not is_formula)

    def _switch(self) -> None:
        if self._is_showing:
            return
        found = read_condition(self._text)
        if not self.as_formula.value():
            self.group = self._new_group(found or ALWAYS)
        self._arrange(found)

    def _on_group(self) -> None:
        condition = self.group.condition()
        if condition is not None:
            self._is_showing = True
            self._take(write_condition(condition))
            self.formula.set_value(self._text)
            self._is_showing = False
            self.none.setVisible(not self._text and not condition.parts)

    def _on_formula(self) -> None:
        if not self._is_showing:
            self._take(self.formula.value() or "")
            self._arrange(read_condition(self._text))

    def _take(self, text: str) -> None:
        if text != self._text:
            self._text = text
            self.changed.emit(text)
