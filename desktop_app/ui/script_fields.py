"""The fields of the chosen step: kind, words in both languages, answers or branches, and more."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from db.vocabulary import AttemptResult, OfferGoal, Outcome
from desktop_app import labels
from desktop_app.domain import script_editing
from desktop_app.domain.script_checks import USED_BY
from desktop_app.domain.script_editing import with_field
from desktop_app.domain.script_terms import kind_word
from desktop_app.domain.scripts import Step, StepKind
from desktop_app.i18n import _
from desktop_app.questionnaire.roles import CaseRole
from desktop_app.ui import theme
from desktop_app.ui.completion import complete_placeholders
from desktop_app.ui.editors import CheckEditor, ChoiceEditor, Editor, EnumEditor, TextEditor
from desktop_app.ui.panels import button, scrolled, text_label
from desktop_app.ui.script_branches import BranchesPanel
from desktop_app.ui.script_choices import ChoicesPanel
from desktop_app.ui.script_edit_state import ScriptState
from desktop_app.ui.script_values import OpenChoice, comparables, short, targets

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.script_authoring import Offered

_TEXTS: Final = ("zh", "en", "hint_zh", "hint_en", "heard_zh", "heard_en")
_LINES: Final[Mapping[str, int]] = {"zh": 4, "en": 4}
_SHOWN: Final[Mapping[str, frozenset[StepKind]]] = {
    **USED_BY,
    "zh": frozenset(StepKind) - {StepKind.LOGIC},
    "en": frozenset(StepKind) - {StepKind.LOGIC},
    "hint_zh": frozenset(StepKind) - {StepKind.LOGIC, StepKind.NOTE},
    "hint_en": frozenset(StepKind) - {StepKind.LOGIC, StepKind.NOTE},
}


class ScriptFields(QWidget):
    """The middle pane of the editor."""

    def __init__(self, state: ScriptState) -> None:
        super().__init__()
        self._state = state
        self._is_showing = False
        self._offered: Offered | None = None
        self._shown: tuple[str, StepKind] | None = None
        self._labels: dict[str, QLabel] = {}
        self.problem = text_label("", "problem")
        self.kind = ChoiceEditor([(each, kind_word(each)) for each in StepKind])
        self.name = TextEditor(max_length=64)
        self.start_button = button(_("Begin here"), self._begin_here, "play", "quiet")
        self.texts = {name: TextEditor(_LINES.get(name, 2)) for name in _TEXTS}
        self.choices = ChoicesPanel(state)
        self.branches = BranchesPanel(state, lambda: comparables(state.script, self._offered))
        self.to = OpenChoice(empty=_("nowhere"))
        self.writes = OpenChoice(empty=_("nothing"))
        self.goal = OpenChoice([(each.value, labels.label(each)) for each in OfferGoal])
        self.disposition = EnumEditor(AttemptResult, optional=True, empty="—")
        self.outcome = EnumEditor(Outcome, optional=True, empty="—")
        self.fair_way_out = CheckEditor(_("The customer leaves, or thinks it over, unpressed"))
        self.fields: dict[str, Editor] = {
            **self.texts,
            "to": self.to, "writes": self.writes, "goal": self.goal,
            "disposition": self.disposition, "outcome": self.outcome,
            "fair_way_out": self.fair_way_out,
        }  # fmt: skip
        self._arrange()
        self._connect()
        self.refresh()

    # ------------------------------------------------------------------ building

    def _arrange(self) -> None:
        inside = QWidget()
        self._grid = grid = QGridLayout(inside)
        grid.setContentsMargins(0, 0, theme.GAP_S, 0)
        grid.setHorizontalSpacing(theme.GAP_M)
        grid.setVerticalSpacing(theme.GAP_XS)
        for side in (0, 1):
            grid.setColumnStretch(side, 1)
        self._pair((_("Kind"), self.kind), (_("Name of the step"), self.name))
        titles = {
            "zh": _("Words in Chinese"), "en": _("Words in English"),
            "hint_zh": _("Advice in Chinese"), "hint_en": _("Advice in English"),
            "heard_zh": _("The customer says, in Chinese"),
            "heard_en": _("The customer says, in English"),
            "to": _("Goes on with"), "writes": _("The answer is written to"),
            "goal": _("Goal of the offer"), "disposition": _("Result of the contact"),
            "outcome": _("Outcome of the case"), "fair_way_out": _("Fair way out"),
        }  # fmt: skip
        for one, other in (("heard_zh", "heard_en"), ("zh", "en"), ("hint_zh", "hint_en")):
            self._pair((titles[one], self.fields[one], one), (titles[other], self.fields[other],
                                                             other))  # fmt: skip
        self.choices_title = text_label(_("Answers to choose"), "heading", wraps=False)
        self.branches_title = text_label(_("Branches"), "heading", wraps=False)
        for widget in (self.choices_title, self.choices, self.branches_title, self.branches):
            grid.addWidget(widget, grid.rowCount(), 0, 1, 2)
        for one, other in (("to", "writes"), ("disposition", "outcome"), ("goal", "fair_way_out")):
            self._pair((titles[one], self.fields[one], one), (titles[other], self.fields[other],
                                                             other))  # fmt: skip
        left = Qt.AlignmentFlag.AlignLeft
        grid.addWidget(self.start_button, grid.rowCount(), 0, left)
        self.hint = text_label(
            _("Type {{ for a placeholder. [[ … ]] is left out when a value inside is not known."),
            "hint",
        )
        grid.addWidget(self.hint, grid.rowCount(), 0, 1, 2)
        grid.setRowStretch(grid.rowCount(), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_S, 0, 0, 0)
        column.setSpacing(theme.GAP_XS)
        column.addWidget(self.problem)
        self._inside = inside
        column.addWidget(scrolled(inside), 1)
        self.problem.hide()
        self.setFocusProxy(self.kind.control)

    def _pair(self, *fields: tuple[Any, ...]) -> None:
        """Two fields beside each other, each under its title."""
        row = self._grid.rowCount()
        for column, (title, editor, *name) in enumerate(fields):
            words = QLabel(title)
            words.setBuddy(editor.focusProxy() or editor)
            theme.set_role(words, "hint")
            editor.set_name(title)
            self._grid.addWidget(words, row, column)
            self._grid.addWidget(editor, row + 1, column)
            if name:
                self._labels[name[0]] = words

    def _connect(self) -> None:
        for name, editor in self.fields.items():
            editor.changed.connect(lambda n=name: self._put(n))
            area = getattr(editor, "area", None)
            if isinstance(area, QPlainTextEdit):
                complete_placeholders(area)
        self.kind.changed.connect(self._on_kind)
        self.name.line.editingFinished.connect(self.take_names)
        self._state.changed.connect(self.refresh)
        self._state.chosen.connect(self.refresh)
        self._state.refused.connect(self._refuse)

    # ------------------------------------------------------------------ showing

    def show_offered(self, offered: "Offered") -> None:
        """Offer these reasons and questions."""
        self._offered = offered
        self._shown = None
        self.refresh()

    def set_editable(self, is_editable: bool) -> None:  # noqa: FBT001  (a property setter)
        """Let the fields be changed, or only be read."""
        self._inside.setEnabled(is_editable)

    def refresh(self) -> None:
        """Show the fields of the chosen step."""
        step = self._state.step
        self.setEnabled(step is not None)
        if step is None:
            return
        self._is_showing = True
        if self._shown != (step.id, step.kind):
            self.choices.forget()
            self.branches.forget()
            self.name.line.setModified(False)
            self._shown = (step.id, step.kind)
        self.kind.set_value(step.kind)
        if not self.name.line.isModified():
            self.name.set_value(step.id)
        for name, editor in self.texts.items():
            if editor.text() != getattr(step, name):
                editor.set_value(getattr(step, name))
        steps = [each for each in targets(self._state.script) if each[0] != step.id]
        self.to.show_choices(steps, step.to)
        self.writes.show_choices(self._questions(), step.writes or None)
        self.goal.show_value(step.goal or None)
        for each in ("disposition", "outcome", "fair_way_out"):
            self.fields[each].set_value(getattr(step, each))
        self.choices.refresh()
        self.branches.refresh()
        self._show_used(step)
        self._is_showing = False

    def _show_used(self, step: Step) -> None:
        for name, words in self._labels.items():
            is_used = step.kind in _SHOWN[name]
            words.setVisible(is_used)
            self.fields[name].setVisible(is_used)
        has_choices, is_logic = step.kind in USED_BY["choices"], step.kind is StepKind.LOGIC
        for widget in (self.choices_title, self.choices):
            widget.setVisible(has_choices)
        for below in (self.branches_title, self.branches):
            below.setVisible(is_logic)
        self._labels["to"].setText(
            _("Otherwise goes on with") if is_logic
            else _("Skipping leads to") if step.choices else _("Goes on with")
        )  # fmt: skip
        self.hint.setHidden(is_logic)
        self.start_button.setHidden(step.id == self._state.script.start)

    def _questions(self) -> list[tuple[str, str]]:
        roles = [(role.value, _("of the case: {name}").format(name=role.value))
                 for role in CaseRole]  # fmt: skip
        listed = self._offered.questions if self._offered is not None else ()
        known = {role.value for role in CaseRole}
        return [*((name, short(words)) for name, words in listed if name not in known), *roles]

    def _refuse(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    # ------------------------------------------------------------------ editing

    def go_to_words(self) -> None:
        """Put the keyboard into the words, or into what logic decides on."""
        step = self._state.step
        if step is not None:
            is_logic = step.kind is StepKind.LOGIC
            (self.branches.add_button if is_logic else self.texts["zh"]).setFocus()

    def take_names(self) -> None:
        """Take a name or a code that was typed and not left yet."""
        self.choices.take_codes()
        if self.name.line.isModified() and not self._is_showing:
            self.name.line.setModified(False)
            if not self._state.rename(self.name.value() or ""):
                self.name.set_value(self._state.key)

    def _on_kind(self) -> None:
        step = self._state.step
        if step is not None and not self._is_showing and self.kind.value() is not step.kind:
            self._state.put(script_editing.of_kind(step, self.kind.value()))

    def _put(self, name: str) -> None:
        step = self._state.step
        if step is None or self._is_showing:
            return
        editor = self.fields[name]
        value = editor.text() if isinstance(editor, TextEditor) else editor.value()
        if value is None and name in {"writes", "goal"}:
            value = ""
        self._state.put(with_field(step, name, value), step=f"{name}/{step.id}")

    def _begin_here(self) -> None:
        key = self._state.key
        self._state.edit(lambda script: replace(script, start=key))
