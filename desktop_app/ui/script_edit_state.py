"""A script while it is edited: its steps, the chosen one, and every step back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from desktop_app.domain import script_editing, scripts
from desktop_app.domain.scripts import Script, Step
from desktop_app.errors import InvalidInputError, UserError
from desktop_app.ui.edit_steps import EditSteps
from desktop_app.ui.editors import Editor


@dataclass(frozen=True, slots=True)
class Edited:
    """What is edited: the script, and the name of the chosen step."""

    script: Script = field(default_factory=Script)
    key: str | None = None


class ScriptState(QObject):
    """Takes every change of a script; tells about it, and takes it back."""

    changed = Signal()
    """The script is another one."""
    chosen = Signal()
    """Another step is chosen."""
    refused = Signal(str)
    """A sentence why a change was not made; empty: one was made."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now = Edited()
        self._steps = EditSteps[Edited]()

    @property
    def script(self) -> Script:
        """The script."""
        return self.now.script

    @property
    def key(self) -> str | None:
        """Name of the chosen step."""
        return self.now.key

    @property
    def step(self) -> Step | None:
        """The chosen step."""
        return self.script.step(self.key)

    def load(self, script: Script, key: str | None) -> None:
        """Show another script; nothing can be taken back yet."""
        self.now = Edited(script, key)
        self._steps.forget()
        self.changed.emit()
        self.chosen.emit()

    def select(self, key: str | None) -> None:
        """Choose a step."""
        if key != self.now.key and (key is None or self.script.step(key) is not None):
            self.now = replace(self.now, key=key)
            self._steps.part()
            self.chosen.emit()

    def take(self, edited: Edited, step: str = "") -> None:
        """Take what was changed as a step that can be taken back."""
        is_other = edited.key != self.now.key
        if edited.script == self.now.script:
            self.select(edited.key)
            return
        self._steps.note(self.now, step)
        self.now = edited
        self.refused.emit("")
        self.changed.emit()
        if is_other:
            self.chosen.emit()

    def edit(self, change: Callable[[Script], Script], *, step: str = "") -> bool:
        """Take a change that may be refused; whether it was made.

        Args:
            change: Gives the script as it is then.
            step: Typing in one place is one step back; its name.
        """
        return self.go(lambda script: (change(script), self.key or ""), step=step)

    def go(self, change: Callable[[Script], tuple[Script, str]], *, step: str = "") -> bool:
        """Take a change that chooses another step, or may be refused; whether it was made."""
        try:
            script, key = change(self.script)
        except InvalidInputError as error:
            self.refused.emit(error.problems[0].message)
            return False
        except UserError as error:
            self.refused.emit(error.message)
            return False
        self.take(Edited(script, key or None), step)
        return True

    def put(self, changed: Step, *, step: str = "") -> bool:
        """Change the fields of the chosen step; whether it could be."""
        key = self.key or ""
        return self.edit(lambda script: script_editing.put(script, key, changed), step=step)

    def rename(self, name: str) -> bool:
        """Give the chosen step another name; whether it could be."""
        key = self.key or ""
        return self.go(lambda script: (script_editing.rename(script, key, name), name))

    def undo(self) -> None:
        """Take the last step back."""
        self._show(self._steps.undo(self.now))

    def redo(self) -> None:
        """Make the last step that was taken back again."""
        self._show(self._steps.redo(self.now))

    def _show(self, found: Edited | None) -> None:
        if found is not None:
            self.now = found
            self.refused.emit("")
            self.changed.emit()
            self.chosen.emit()


class StateEditor(Editor):
    """The whole script as the one field of a `Form`, so that its typing is kept like any other."""

    def __init__(self, state: ScriptState) -> None:
        super().__init__(QWidget())
        self._state = state
        state.changed.connect(self.changed)
        self.hide()

    @override
    def value(self) -> dict[str, Any]:
        return scripts.write(self._state.script)

    @override
    def set_value(self, value: Any) -> None:
        if value:
            script = scripts.read(value)
            key = self._state.key
            known = key if script.step(key) is not None else script.start
            self._state.take(Edited(script, known))
