"""What a step of logic decides on: branches, each with its conditions and where it leads."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.domain import script_editing
from desktop_app.domain.script_terms import operator_word, operators_for
from desktop_app.domain.scripts import Branch, Condition, Operator
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.editors import ChoiceEditor, Editor
from desktop_app.ui.panels import button, text_label
from desktop_app.ui.script_edit_state import ScriptState
from desktop_app.ui.script_parts import PartsPanel, small_button
from desktop_app.ui.script_values import (
    LISTED,
    WITHOUT_VALUE,
    Comparable,
    OpenChoice,
    read_value,
    show_value,
    targets,
    value_editor,
)

Offer = Callable[[], Sequence[Comparable]]


class ConditionRow(QWidget):
    """What is asked for, how it is compared, and with what."""

    changed = Signal()
    removed = Signal()

    def __init__(self, offered: Sequence[Comparable], condition: Condition) -> None:
        super().__init__()
        self._offered = {each.name: each for each in offered}
        self._offered.setdefault(condition.field, Comparable(condition.field, condition.field))
        self._is_showing = False
        self.field = ChoiceEditor([(each.name, each.title) for each in self._offered.values()])
        self.field.set_name(_("Fact or answer"))
        self.field.box.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.operator = ChoiceEditor([])
        self.operator.set_name(_("Comparison"))
        self.value: Editor = value_editor(self._offered[condition.field])
        self.remove_button = small_button(_("Remove this comparison"), self.removed.emit, "close")
        top = QHBoxLayout()
        top.setSpacing(theme.GAP_S)
        top.addWidget(self.field, 1)
        top.addWidget(self.remove_button)
        self._row = QHBoxLayout()
        self._row.setSpacing(theme.GAP_S)
        self._row.setContentsMargins(theme.GAP_L, 0, 0, 0)
        self._row.addWidget(self.operator)
        self._row.addWidget(self.value, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, theme.GAP_XS)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(top)
        column.addLayout(self._row)
        self.show_condition(condition)
        self.field.changed.connect(self._on_field)
        self.operator.changed.connect(self._on_operator)

    def show_condition(self, condition: Condition) -> None:
        """Show a condition."""
        self._is_showing = True
        self.field.set_value(condition.field)
        offered = dict.fromkeys((*operators_for(condition.field), condition.operator))
        self.operator.set_choices([(each, operator_word(each)) for each in offered])
        self.operator.set_value(condition.operator)
        made = value_editor(self._offered[condition.field], condition.operator)
        self._row.replaceWidget(self.value, made)
        self.value.hide()
        self.value.deleteLater()
        self.value = made
        if condition.operator not in WITHOUT_VALUE:
            show_value(made, condition.value)
        made.setVisible(condition.operator not in WITHOUT_VALUE)
        made.changed.connect(self._say)
        self._is_showing = False

    def condition(self) -> Condition:
        """What stands there."""
        name, operator = self.field.value(), Operator(self.operator.value())
        if operator in WITHOUT_VALUE:
            return Condition(name, operator)
        return Condition(name, operator, read_value(self.value, operator))

    def _on_field(self) -> None:
        if not self._is_showing:
            name = self.field.value()
            self.show_condition(Condition(name, operators_for(name)[0]))
            self._say()

    def _on_operator(self) -> None:
        if self._is_showing:
            return
        name, operator = self.field.value(), Operator(self.operator.value())
        value = read_value(self.value, operator)
        if isinstance(value, tuple) is not (operator in LISTED):
            value = None
        self.show_condition(Condition(name, operator, value))
        self._say()

    def _say(self) -> None:
        if not self._is_showing:
            self.changed.emit()


class BranchCard(QFrame):
    """One branch: if all of its conditions hold, the script goes on there."""

    changed = Signal()
    removed = Signal()
    moved = Signal(int)

    def __init__(
        self, number: int, branch: Branch, offer: Offer, steps: list[tuple[str, str]]
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self._offer = offer
        self._is_showing = False
        self.rows: list[ConditionRow] = []
        title = text_label(_("{n}. If all of this holds").format(n=number), "strong", wraps=False)
        self.to = OpenChoice()
        self.to.set_name(_("Branch {n} leads to").format(n=number))
        self.to.changed.connect(self._say)
        self.add_button = button(_("Add comparison"), self._add_first, "add", "quiet")
        head = QHBoxLayout()
        head.addWidget(title, 1)
        for words, slot, icon in (
            (_("Move branch up"), lambda: self.moved.emit(-1), "chevron-up"),
            (_("Move branch down"), lambda: self.moved.emit(1), "chevron-down"),
            (_("Remove this branch"), self.removed.emit, "delete"),
        ):
            head.addWidget(small_button(words, slot, icon))
        self._conditions = QVBoxLayout()
        self._conditions.setSpacing(theme.GAP_XS)
        foot = QHBoxLayout()
        foot.setSpacing(theme.GAP_S)
        foot.addWidget(text_label(_("then go to"), "hint", wraps=False))
        foot.addWidget(self.to, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(head)
        column.addLayout(self._conditions)
        column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addLayout(foot)
        self.show_branch(branch, steps)

    def show_branch(self, branch: Branch, steps: list[tuple[str, str]]) -> None:
        """Show a branch; what says the same already is left alone."""
        self._is_showing = True
        if [row.condition() for row in self.rows] != list(branch.when):
            clear_layout(self._conditions)
            self.rows = []
            for condition in branch.when:
                self._add(condition)
        self.to.show_choices(steps, branch.to)
        self._is_showing = False

    def branch(self) -> Branch:
        """What stands there."""
        return Branch(self.to.value(), tuple(row.condition() for row in self.rows))

    def _add(self, condition: Condition) -> ConditionRow:
        row = ConditionRow(self._offer(), condition)
        row.changed.connect(self._say)
        row.removed.connect(lambda: self._remove(row))
        self.rows.append(row)
        self._conditions.addWidget(row)
        return row

    def _add_first(self) -> None:
        self._add(Condition("case.may_offer", Operator.IS, value=True)).field.setFocus()
        self._say()

    def _remove(self, row: ConditionRow) -> None:
        self.rows.remove(row)
        row.hide()
        row.deleteLater()
        self.add_button.setFocus()
        self._say()

    def _say(self) -> None:
        if not self._is_showing:
            self.changed.emit()


class BranchesPanel(PartsPanel):
    """The branches of the chosen step; the first that fits is taken."""

    def __init__(self, state: ScriptState, offer: Offer) -> None:
        super().__init__(
            state,
            _("The first branch that fits is taken; if none does, the script goes on below."),
            _("Add branch"),
        )
        self._offer = offer
        self.cards: list[BranchCard] = []

    def refresh(self) -> None:
        """Show the branches of the chosen step."""
        step = self._state.step
        branches = step.branches if step is not None else ()
        steps = targets(self._state.script)
        if len(branches) != len(self.cards):
            self.forget()
            for number, branch in enumerate(branches, start=1):
                self._add_card(number, branch, steps)
        for card, branch in zip(self.cards, branches, strict=True):
            card.show_branch(branch, steps)

    @override
    def forget(self) -> None:
        super().forget()
        self.cards = []

    def _add_card(self, number: int, branch: Branch, steps: list[tuple[str, str]]) -> None:
        card = BranchCard(number, branch, self._offer, steps)
        card.changed.connect(self._take)
        card.removed.connect(lambda: self._remove(number - 1))
        card.moved.connect(lambda by: self._move(number - 1, by))
        self.cards.append(card)
        self._list.addWidget(card)

    def _put(self, branches: Sequence[Branch], step: str = "") -> bool:
        chosen = self._state.step
        return chosen is not None and self._state.put(
            replace(chosen, branches=tuple(branches)), step=step
        )

    def _take(self) -> None:
        self._put([card.branch() for card in self.cards], step=f"branches/{self._state.key}")

    @override
    def add(self) -> None:
        step = self._state.step
        first = Condition("case.may_offer", Operator.IS, value=True)
        if step is not None and self._put([*step.branches, Branch(None, (first,))]):
            self.cards[-1].rows[0].field.setFocus()

    def _remove(self, at: int) -> None:
        step = self._state.step
        if step is not None and self._put([*step.branches[:at], *step.branches[at + 1 :]]):
            self.add_button.setFocus()

    def _move(self, at: int, by: int) -> None:
        step = self._state.step
        if step is not None:
            self._put(script_editing.moved(step.branches, at, by))
