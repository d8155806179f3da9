"""Trying a script out: gone through with an example or a case; nothing is kept."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app import labels
from desktop_app.domain import script_runs, script_words
from desktop_app.domain.script_runs import Reply, Run
from desktop_app.domain.script_terms import EXAMPLE_FACTS, example_values, fact_title, kind_word
from desktop_app.domain.scripts import ANSWER, FactValue, Step
from desktop_app.i18n import _, language
from desktop_app.ui import script_work, theme
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.editors import ChoiceEditor, Editor
from desktop_app.ui.panels import button, scrolled, text_label
from desktop_app.ui.pickers import RecordEditor
from desktop_app.ui.script_edit_state import ScriptState
from desktop_app.ui.script_lists import Lines
from desktop_app.ui.script_values import comparables, read_value, short, show_value, value_editor
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from desktop_app.services.script_authoring import Offered
    from desktop_app.services.script_facts import CaseWords

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_PATH_ROWS = 4


class ScriptTryout(QWidget):
    """Goes through the script as it is edited."""

    step_wanted = Signal(str)
    """The step that is shown is wanted in the editor."""

    def __init__(self, tasks: Tasks, state: ScriptState) -> None:
        super().__init__()
        self._tasks, self._state = tasks, state
        self._latest = Latest()
        self._offered: Offered | None = None
        self._known: Mapping[str, FactValue] = EXAMPLE_FACTS
        self._values: Mapping[str, Mapping[str, str]] = {c: example_values(c) for c in ("zh", "en")}
        self._changed: dict[str, FactValue] = {}
        self._asked: tuple[str, ...] = ()
        self.facts: dict[str, Editor] = {}
        self.run = Run()
        code = "zh" if language().startswith("zh") else "en"
        self.spoken = ChoiceEditor([("zh", "中文"), ("en", "English")])
        self.spoken.set_name(_("Language"))
        self.spoken.set_value(code)
        self.source = ChoiceEditor([("example", _("an example")), ("case", _("a case…"))])
        self.source.set_name(_("Try it with"))
        self.case = RecordEditor(
            tasks, script_work.find_cases, placeholder=_("Number or customer"), rows=3
        )
        self.case.set_name(_("Case"))
        self.path = QListWidget()
        self.path.setAccessibleName(_("Way so far"))
        self.path.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.path.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.path.setToolTip(_("Enter goes back to this answer"))
        self.kind, self.heard = text_label("", "strong"), text_label("", "hint")
        self.words, self.hint = text_label("", "heading"), text_label("", "hint")
        self.written = text_label("", "hint")
        self.choices = Lines(_("Answers"))
        self.line = QLineEdit()
        self.line.setPlaceholderText(_("1–9, or the customer's words; Enter goes on"))
        self.line.setAccessibleName(_("Answer in the script"))
        self.line.installEventFilter(self)
        self.setFocusProxy(self.line)
        self.back_button = button(_("Back"), self.back, "back")
        self.again_button = button(_("Restart"), self.restart, "refresh", "quiet")
        self.edit_button = button(_("Edit step"), self._edit, "edit", "quiet")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(theme.GAP_S)
        top.addWidget(text_label(_("Try it with"), "hint", wraps=False))
        top.addWidget(self.source)
        top.addStretch(1)
        top.addWidget(self.spoken)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, theme.GAP_XS, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.case)
        self.case.hide()
        self._facts = QGridLayout()
        self._facts.setHorizontalSpacing(theme.GAP_S)
        self._facts.setColumnStretch(1, 1)
        column.addLayout(self._facts)
        column.addWidget(self.path)
        for widget in (self.kind, self.heard, self.words, self.hint, self.choices):
            column.addWidget(widget)
        column.addWidget(self.line)
        column.addWidget(self.written)
        column.addStretch(1)
        tools = QHBoxLayout()
        tools.setSpacing(theme.GAP_XS)
        for each in (self.back_button, self.again_button, self.edit_button):
            tools.addWidget(each)
        tools.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, theme.GAP_XS, 0, 0)
        whole.setSpacing(theme.GAP_S)
        whole.addLayout(top)
        whole.addWidget(scrolled(inside), 1)
        whole.addLayout(tools)

    def _connect(self) -> None:
        self.spoken.changed.connect(self.show_step)
        self.source.changed.connect(self._on_source)
        self.case.changed.connect(self._on_case)
        self.choices.itemClicked.connect(lambda item: self.choose(self.choices.row(item)))
        self.path.itemActivated.connect(lambda item: self.go_back_to(self.path.row(item)))
        self._state.changed.connect(self.refresh)

    # ------------------------------------------------------------------ what it is tried with

    def show_offered(self, offered: "Offered") -> None:
        """Offer these reasons as values of facts."""
        self._offered = offered
        self._asked = ()
        self.refresh()

    def _on_source(self) -> None:
        is_case = self.source.value() == "case"
        self.case.setVisible(is_case)
        if is_case:
            self.case.setFocus()
        else:
            self._take(EXAMPLE_FACTS, {code: example_values(code) for code in ("zh", "en")})

    def _on_case(self) -> None:
        key = self.case.value()
        if key is not None:
            task = self._tasks.read(self, script_work.example_of, key)
            self._latest.take(task).then(self._take_case)

    def _take_case(self, words: "CaseWords") -> None:
        self._take(words.facts, words.values)

    def _take(
        self, facts: Mapping[str, FactValue], values: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._known, self._values, self._changed = facts, values, {}
        self._asked = ()
        self.restart()

    def _show_facts(self) -> None:
        """The facts that this script asks for, to be changed."""
        asked = tuple(
            dict.fromkeys(
                each.field
                for step in self._state.script.steps
                for branch in step.branches
                for each in branch.when
                if not each.field.startswith(ANSWER)
            )
        )
        if asked == self._asked:
            return
        self._asked = asked
        clear_layout(self._facts)
        self.facts = {}
        offered = {each.name: each for each in comparables(self._state.script, self._offered)}
        for row, name in enumerate(name for name in asked if name in offered):
            editor = value_editor(offered[name])
            editor.set_name(fact_title(name))
            show_value(editor, self._now().get(name))
            editor.changed.connect(lambda n=name, e=editor: self._change(n, e))
            self._facts.addWidget(text_label(fact_title(name), "hint", wraps=False), row, 0)
            self._facts.addWidget(editor, row, 1)
            self.facts[name] = editor

    def _change(self, name: str, editor: Editor) -> None:
        value = read_value(editor)
        self._changed[name] = None if isinstance(value, tuple) else value
        self.refresh()

    def _now(self) -> Mapping[str, FactValue]:
        return {**self._known, **self._changed}

    # ------------------------------------------------------------------ going through

    def restart(self) -> None:
        """Begin again."""
        self.run = Run()
        self.refresh()

    def refresh(self) -> None:
        """Go the way again through the script as it is now, as far as it fits."""
        if not self.isVisible():
            return
        replies, self.run = self.run.path, Run((), self.run.aside)
        for reply in replies:
            step = self.current()
            if step is None or not script_runs.fits(step, reply):
                break
            self.run = Run((*self.run.path, reply), self.run.aside)
        self._show_facts()
        self.show_step()

    @override
    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self.refresh()

    def current(self) -> Step | None:
        """The step that is shown."""
        return script_runs.current(self._state.script, self.run, self._now())

    def show_step(self) -> None:
        """Show the step that is reached, and the way to it."""
        script, step = self._state.script, self.current()
        self.path.clear()
        for reply in self.run.path:
            gone = script.step(reply.step)
            chosen = gone.choice(reply.choice) if gone is not None else None
            said = self._said(chosen.zh, chosen.en) if chosen is not None else reply.words
            words = short(self._said(gone.zh, gone.en)) if gone is not None else reply.step
            QListWidgetItem(f"{words} → {said}" if said else words, self.path)
        rows = min(self.path.count(), _PATH_ROWS)
        self.path.setFixedHeight(rows * max(self.path.sizeHintForRow(0), 1) + theme.GAP_S)
        self.path.scrollToBottom()
        self.path.setVisible(rows > 0)
        self._show_words(step)
        self.choices.clear()
        for number, choice in enumerate(step.choices if step is not None else (), start=1):
            self.choices.addItem(f"{number}  {self._said(choice.zh, choice.en)}")
        self.choices.setVisible(self.choices.count() > 0)
        self.choices.fit()
        is_end = script_runs.ending(script, self.run, self._now()) is not None
        self.line.setHidden(step is None or is_end)
        known = script_runs.known_reply(self.run, step) if step is not None else None
        self.line.setText(known.words if known is not None else "")
        self.back_button.setEnabled(bool(self.run.path))
        self.edit_button.setEnabled(step is not None)
        kept = script_runs.written(script, self.run.path)
        lines = [_("{name}: {value}").format(name=name, value=kept[name]) for name in kept]
        _say(self.written, "\n".join([_("Would be written:"), *lines]) if lines else "")

    def _show_words(self, step: Step | None) -> None:
        if step is None:
            _say(self.words, _("The script leads nowhere from here."))
            for label in (self.kind, self.heard, self.hint):
                _say(label, "")
            return
        _say(self.kind, kind_word(step.kind))
        heard = self._said(step.heard_zh, step.heard_en)
        _say(self.heard, _("Customer: {words}").format(words=heard) if heard else "")
        _say(self.words, self._said(step.zh, step.en))
        hints = [self._said(step.hint_zh, step.hint_en)]
        ending = script_runs.ending(self._state.script, self.run, self._now())
        if ending is not None and ending.disposition is not None:
            text = _("Result of the contact: {result}")
            hints.append(text.format(result=labels.label(ending.disposition)))
        if ending is not None and ending.outcome is not None:
            text = _("Outcome: {outcome}")
            hints.append(text.format(outcome=labels.label(ending.outcome)))
        _say(self.hint, "\n".join(filter(None, hints)))

    def _said(self, zh: str, en: str) -> str:
        code = self.spoken.value()
        words = script_words.in_language(zh, en, code)
        return script_words.render(words, self._values[code], code)

    # ------------------------------------------------------------------ answering

    def go_on(self) -> None:
        """Answer with what is typed or chosen."""
        step = self.current()
        if step is None:
            return
        row = self.choices.currentRow()
        choice = step.choices[row].code if row >= 0 and step.choices else None
        self._answer(step, Reply(step.id, choice, self.line.text().strip()))

    def choose(self, row: int) -> None:
        """Answer with a choice."""
        step = self.current()
        if step is not None and row < len(step.choices):
            self._answer(step, Reply(step.id, step.choices[row].code, self.line.text().strip()))

    def _answer(self, step: Step, reply: Reply) -> None:
        if script_runs.fits(step, reply):
            self.run = script_runs.answer(self._state.script, self.run, self._now(), reply)
            self.show_step()
            self.line.setFocus() if self.line.isVisible() else self.back_button.setFocus()

    def back(self) -> None:
        """Go back one step."""
        if self.run.path:
            self.go_back_to(len(self.run.path) - 1)

    def go_back_to(self, place: int) -> None:
        """Go back to an answer, to change it; what fits is given again by itself."""
        if 0 <= place < len(self.run.path):
            self.run = script_runs.back_to(self.run, place)
            self.show_step()
            self.line.setFocus()

    def _edit(self) -> None:
        step = self.current()
        if step is not None:
            self.step_wanted.emit(step.id)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            watched is self.line
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and self._press(event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _press(self, event: QKeyEvent) -> bool:
        key, text = Qt.Key(event.key()), self.line.text()
        if key in _ENTER and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.go_on()
        elif key in _MOVES and self.choices.count():
            row = (self.choices.currentRow() + _MOVES[key]) % self.choices.count()
            self.choices.setCurrentRow(row)
        elif key == Qt.Key.Key_Backspace and not text:
            self.back()
        elif not text and 0 <= key - Qt.Key.Key_1 < min(self.choices.count(), 9):
            self.choose(key - Qt.Key.Key_1)
        else:
            return False
        return True


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
