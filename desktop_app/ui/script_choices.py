"""The answers of a step: code, words in both languages, and where each leads."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout
from typing_extensions import override

from desktop_app.domain import script_editing
from desktop_app.domain.scripts import Choice
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.completion import complete_placeholders
from desktop_app.ui.editors import TextEditor
from desktop_app.ui.panels import text_label
from desktop_app.ui.script_edit_state import ScriptState
from desktop_app.ui.script_parts import PartsPanel, small_button
from desktop_app.ui.script_values import OpenChoice, targets


class ChoiceRow(QFrame):
    """One answer."""

    changed = Signal()
    coded = Signal(str)
    removed = Signal()
    moved = Signal(int)

    def __init__(self, number: int) -> None:
        super().__init__()
        self.setObjectName("card")
        self._is_showing = False
        self.code = TextEditor(max_length=64)
        self.code.set_name(_("Code of answer {n}").format(n=number))
        self.zh, self.en = TextEditor(placeholder="中文"), TextEditor(placeholder="English")
        self.zh.set_name(_("Answer {n} in Chinese").format(n=number))
        self.en.set_name(_("Answer {n} in English").format(n=number))
        self.to = OpenChoice(empty=_("as the step"))
        self.to.set_name(_("Answer {n} leads to").format(n=number))
        grid = QGridLayout(self)
        grid.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        grid.setHorizontalSpacing(theme.GAP_S)
        grid.setVerticalSpacing(theme.GAP_XS)
        words = QHBoxLayout()
        words.setSpacing(theme.GAP_S)
        words.addWidget(self.zh, 1)
        words.addWidget(self.en, 1)
        tools = QHBoxLayout()
        tools.setSpacing(theme.GAP_XS)
        tools.addWidget(text_label("→", "hint", wraps=False))
        tools.addWidget(self.to, 1)
        for text, slot, icon in (
            (_("Move answer up"), lambda: self.moved.emit(-1), "chevron-up"),
            (_("Move answer down"), lambda: self.moved.emit(1), "chevron-down"),
            (_("Remove this answer"), self.removed.emit, "delete"),
        ):
            tools.addWidget(small_button(text, slot, icon))
        grid.addLayout(words, 0, 0, 1, 2)
        grid.addWidget(self.code, 1, 0)
        grid.addLayout(tools, 1, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 2)
        for each in (self.zh, self.en):
            complete_placeholders(each.line)
            each.changed.connect(self._say)
        self.to.changed.connect(self._say)
        self.code.line.editingFinished.connect(self.take_code)

    def show_choice(self, choice: Choice, steps: list[tuple[str, str]]) -> None:
        """Show an answer; what says the same but for blanks around it is left alone."""
        self._is_showing = True
        if not self.code.line.isModified():
            self.code.set_value(choice.code)
            self.code.line.setCursorPosition(0)
        for editor, text in ((self.zh, choice.zh), (self.en, choice.en)):
            if editor.text() != text:
                editor.set_value(text)
        self.to.show_choices(steps, choice.to)
        self._is_showing = False

    def choice(self, code: str) -> Choice:
        """What stands there, but for the code."""
        return Choice(code, self.zh.text(), self.en.text(), self.to.value())

    def take_code(self) -> None:
        """Take a code that was typed."""
        if self.code.line.isModified() and not self._is_showing:
            self.code.line.setModified(False)
            self.coded.emit(self.code.value() or "")

    def _say(self) -> None:
        if not self._is_showing:
            self.changed.emit()


class ChoicesPanel(PartsPanel):
    """The answers of the chosen step."""

    def __init__(self, state: ScriptState) -> None:
        super().__init__(
            state,
            _("Without answers to choose, the customer's words are typed, or it just goes on."),
            _("Add answer"),
        )
        self.rows: list[ChoiceRow] = []

    def refresh(self) -> None:
        """Show the answers of the chosen step."""
        step = self._state.step
        choices = step.choices if step is not None else ()
        steps = targets(self._state.script)
        self.hint.setHidden(bool(choices))
        if len(choices) != len(self.rows):
            self.forget()
            for number, _choice in enumerate(choices, start=1):
                self._add_row(number)
        for row, choice in zip(self.rows, choices, strict=True):
            row.show_choice(choice, steps)

    @override
    def forget(self) -> None:
        super().forget()
        self.rows = []

    def take_codes(self) -> None:
        """Take a code that was typed and not left yet."""
        for row in self.rows:
            row.take_code()

    def _add_row(self, number: int) -> None:
        row = ChoiceRow(number)
        row.changed.connect(self._take)
        row.coded.connect(lambda code: self._recode(row, number - 1, code))
        row.removed.connect(lambda: self._remove(number - 1))
        row.moved.connect(lambda by: self._move(number - 1, by))
        self.rows.append(row)
        self._list.addWidget(row)

    def _change(self, change: Callable[[tuple[Choice, ...]], Sequence[Choice]], name: str) -> bool:
        step = self._state.step
        if step is None:
            return False
        return self._state.put(replace(step, choices=tuple(change(step.choices))), step=name)

    def _take(self) -> None:
        self._change(
            lambda choices: [
                row.choice(each.code) for row, each in zip(self.rows, choices, strict=True)
            ],
            f"choices/{self._state.key}",
        )

    def _recode(self, row: ChoiceRow, at: int, code: str) -> None:
        key = self._state.key or ""
        if not self._state.edit(lambda script: script_editing.recode(script, key, at, code)):
            step = self._state.step
            if step is not None:
                row.code.set_value(step.choices[at].code)

    @override
    def add(self) -> None:
        if self._change(lambda choices: [*choices, Choice(script_editing.free_code(choices))], ""):
            self.rows[-1].zh.setFocus()

    def _remove(self, at: int) -> None:
        if self._change(lambda choices: [*choices[:at], *choices[at + 1 :]], ""):
            self.add_button.setFocus()

    def _move(self, at: int, by: int) -> None:
        self._change(lambda choices: script_editing.moved(choices, at, by), "")
