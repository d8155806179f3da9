"""The steps of a script in their order: kind, words, the ways out, and where something is wrong."""

from collections.abc import Mapping
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from desktop_app.domain import script_words
from desktop_app.domain.script_check_words import finding_sentence
from desktop_app.domain.script_checks import Finding, Severity
from desktop_app.domain.script_graph import ways
from desktop_app.domain.script_terms import example_values, fact_title, kind_word
from desktop_app.domain.scripts import Script, Step, StepKind
from desktop_app.i18n import _, language
from desktop_app.ui import theme
from desktop_app.ui.script_edit_state import ScriptState

ICONS: Final[Mapping[StepKind, str]] = {
    StepKind.SAY: "interviews",
    StepKind.ASK: "help",
    StepKind.PROBE: "search",
    StepKind.OBJECTION: "quote",
    StepKind.OFFER: "offer",
    StepKind.NOTE: "note",
    StepKind.LOGIC: "swap",
    StepKind.END: "stop",
}
FAIR: Final = "door"
"""Icon of an end without any pressure."""
_TONES: Final = {Severity.ERROR: ("error", "bad"), Severity.WARNING: ("warning", "warn")}
_KEY: Final = int(Qt.ItemDataRole.UserRole)


def icon_name(step: Step) -> str:
    """The icon of a step."""
    return FAIR if step.fair_way_out and step.kind is StepKind.END else ICONS[step.kind]


def step_words(step: Step, code: str = "") -> str:
    """A step in one line: its words as in the example, or what it decides on, or its name."""
    code = "zh" if (code or language()).startswith("zh") else "en"
    words = script_words.in_language(step.zh, step.en, code)
    words = script_words.render(words, example_values(code), code)
    if step.kind is StepKind.LOGIC:
        asked = dict.fromkeys(each.field for branch in step.branches for each in branch.when)
        words = _(", ").join(map(fact_title, asked))
    return " ".join(words.split()) or step.id


class ScriptOutline(QListWidget):
    """The left pane of the editor; the step the keyboard is on is the chosen one."""

    def __init__(self, state: ScriptState) -> None:
        super().__init__()
        self._state = state
        self._findings: tuple[Finding, ...] = ()
        self._is_showing = False
        self.setAccessibleName(_("Steps"))
        self.setIconSize(QSize(16, 16))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)
        self.currentItemChanged.connect(self._on_current)
        state.changed.connect(self.refresh)
        state.chosen.connect(self._show_chosen)
        self.refresh()

    def show_findings(self, found: tuple[Finding, ...]) -> None:
        """Mark the steps where something is wrong."""
        self._findings = found
        self.refresh()

    def refresh(self) -> None:
        """Show the steps as they are now."""
        self._is_showing = True
        steps = self._state.script.steps
        while self.count() > len(steps):
            self.takeItem(self.count() - 1)
        while self.count() < len(steps):
            QListWidgetItem(self)
        for number, step in enumerate(steps, start=1):
            self._fill(self.item(number - 1), number, step)
        self._is_showing = False
        self._show_chosen()

    def _fill(self, item: QListWidgetItem, number: int, step: Step) -> None:
        found = [each for each in self._findings if each.step == step.id]
        found.sort(key=lambda each: each.severity is not Severity.ERROR)
        icon = _TONES[found[0].severity] if found else (icon_name(step), "muted")
        count = sum(1 for _way in ways(step))
        several = f"  →{count}" if count > 1 else ""
        item.setText(f"{number}  {step_words(step)}{several}")
        item.setIcon(theme.icon(*icon))
        spoken = [f"{number} {kind_word(step.kind)}", step_words(step)]
        if step.id == self._state.script.start:
            spoken.append(_("first step"))
        if count > 1:
            spoken.append(_("{n} ways out").format(n=count))
        if step.fair_way_out:
            spoken.append(_("fair way out"))
        told = [finding_sentence(each) for each in found]
        item.setToolTip("\n".join([" · ".join(spoken), step.id, *told]))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join([*spoken, *told]))
        item.setData(_KEY, step.id)

    def _show_chosen(self) -> None:
        row = next(
            (at for at, step in enumerate(self._state.script.steps) if step.id == self._state.key),
            -1,
        )
        if row != self.currentRow():
            self._is_showing = True
            self.setCurrentRow(row)
            self._is_showing = False

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._is_showing:
            self._state.select(item.data(_KEY))


class FindingsList(QListWidget):
    """What is wrong with the script; Enter goes to the step."""

    step_wanted = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("What is wrong"))
        self.setWordWrap(True)
        self.setIconSize(QSize(16, 16))
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemActivated.connect(self._go)

    def show_findings(self, found: tuple[Finding, ...], script: Script) -> None:
        """Show what is to be said, errors first; a step is named by its number in the list."""
        order = sorted(found, key=lambda each: each.severity is not Severity.ERROR)
        numbers = {step.id: at for at, step in reversed([*enumerate(script.steps, start=1)])}
        row = self.currentRow()
        self.clear()
        for each in order:
            number = numbers.get(each.step)
            words = (
                finding_sentence(each)
                if number is None
                else (f"{number}  {finding_sentence(each)}")
            )
            item = QListWidgetItem(theme.icon(*_TONES[each.severity]), words, self)
            item.setToolTip(words)
            item.setData(_KEY, each.step)
        self.setCurrentRow(min(row, self.count() - 1))

    def _go(self, item: QListWidgetItem) -> None:
        if item.data(_KEY):
            self.step_wanted.emit(item.data(_KEY))
