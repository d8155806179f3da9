"""What can be done to the steps of a script: add, copy, move, remove."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from desktop_app.domain import script_editing
from desktop_app.domain.scripts import StepKind
from desktop_app.i18n import _
from desktop_app.ui.page import Page
from desktop_app.ui.script_view import ScriptView


class ScriptTools(QObject):
    """The actions of the editor on the chosen step."""

    def __init__(self, page: Page, view: ScriptView, is_editable: Callable[[], bool]) -> None:
        super().__init__(page)
        self._page, self._view, self.state = page, view, view.state
        self._is_editable = is_editable
        view.remove_wanted.connect(self._remove)
        view.add_wanted.connect(self._add)

    def slots(self) -> dict[str, Callable[[], object]]:
        """Action id to what it does, of a script that can be edited."""
        slots: dict[str, Callable[[], object]] = {"step.new": self._add}
        key = self.state.key
        if key is not None:
            slots |= {
                "step.copy": lambda: self._copy(key),
                "step.up": lambda: self._move(key, -1),
                "step.down": lambda: self._move(key, 1),
                "step.remove": self._remove,
            }
        return slots

    def _add(self) -> None:
        key = self.state.key
        if self._is_editable() and self.state.go(
            lambda script: script_editing.add(script, key, StepKind.SAY)
        ):
            self._view.fields.go_to_words()

    def _copy(self, key: str) -> None:
        if self.state.go(lambda script: script_editing.duplicate(script, key)):
            self._view.fields.go_to_words()

    def _move(self, key: str, by: int) -> None:
        if not self._view.folds_down():
            self.state.edit(lambda script: script_editing.move(script, key, by))

    def _remove(self) -> None:
        key = self.state.key
        if key is None or not self._is_editable():
            return
        order = [step.id for step in self.state.script.steps]
        at = order.index(key)
        following = order[at - 1] if at else next(iter(order[1:]), "")
        if self.state.go(lambda script: (script_editing.remove(script, key), following)):
            text = _("“{name}” was removed.").format(name=key)
            self._page.messages.offer(text, _("&Undo"), self.state.undo)
