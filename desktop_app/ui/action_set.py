"""The table of actions as live Qt actions of one window."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from db.vocabulary import Role
from desktop_app.domain.permissions import allowed
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.action_menu import ActionMenu
from desktop_app.ui.actions import ACTIONS, MENU_TITLES, ActionSpec, Menu


def plain_text(text: str) -> str:
    """The text of an action without its mnemonic: "Close case", also for 关闭个案(&C)."""
    text = text.strip()
    opening = text.find("(&")
    if opening >= 0 and text[opening + 3 : opening + 4] == ")":
        text = text[:opening] + text[opening + 4 :]
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").strip()


def sequence(keys: str) -> QKeySequence:
    """Keys as they stand in our tables; Qt's own reading would ask for each key's translation."""
    return QKeySequence.fromString(keys, QKeySequence.SequenceFormat.PortableText)


class ActionSet(QObject):
    """Makes one ``QAction`` for each spec a role may use, and connects pages by id."""

    triggered = Signal(str)

    def __init__(self, role: Role, window: QWidget) -> None:
        super().__init__(window)
        self._window = window  # it owns the actions: they must not outlive it
        self._slots: dict[str, Callable[[], object]] = {}
        self._actions: dict[str, QAction] = {}
        self.specs = tuple(
            spec for spec in ACTIONS if spec.permission is None or allowed(role, spec.permission)
        )
        for spec in self.specs:
            self._actions[spec.id] = self._make(spec)
        window.addActions(list(self._actions.values()))  # last: it would hear of each change

    def _make(self, spec: ActionSpec) -> QAction:
        action = QAction(self)
        action.setObjectName(spec.id)
        if spec.icon:
            action.setIcon(theme.icon(spec.icon))
        if spec.shortcut:
            action.setShortcut(sequence(spec.shortcut))
        action.setEnabled(False)
        action.triggered.connect(lambda: self.run(spec.id))
        _word(action, spec)
        return action

    def translate(self) -> None:
        """Word everything again after a change of language."""
        for spec in self.specs:
            _word(self._actions[spec.id], spec)

    def action(self, action_id: str) -> QAction | None:
        """The live action, or ``None`` if this role may not use it.

        Raises:
            KeyError: there is no such action in the table.
        """
        if action_id not in self._actions and all(spec.id != action_id for spec in ACTIONS):
            raise KeyError(action_id)
        return self._actions.get(action_id)

    def connect_slots(self, slots: Mapping[str, Callable[[], object]]) -> None:
        """Say what can be done now; every other action is switched off.

        Raises:
            KeyError: a slot's action is not in the table.
        """
        self._slots = dict(slots)
        for action_id in slots:
            self.action(action_id)
        for action_id, action in self._actions.items():
            action.setEnabled(action_id in self._slots)

    def run(self, action_id: str) -> None:
        """Do what an action does now; nothing if it is switched off."""
        slot = self._slots.get(action_id)
        if slot is not None and action_id in self._actions:
            self.triggered.emit(action_id)
            slot()

    def available(self) -> list[tuple[ActionSpec, QAction]]:
        """What can be done now, in the order of the table."""
        return [
            (spec, self._actions[spec.id])
            for spec in self.specs
            if self._actions[spec.id].isEnabled()
        ]

    def fill_menu_bar(self, bar: QMenuBar) -> dict[Menu, QMenu]:
        """Build the menus with every action this role may use; long ones follow the page."""
        bar.clear()
        menus: dict[Menu, QMenu] = {}
        for menu_id, title in MENU_TITLES.items():
            mine = [spec for spec in self.specs if spec.menu is menu_id]
            if mine:
                menu = menus[menu_id] = bar.addMenu(_(title))
                ActionMenu(menu, [(spec, self._actions[spec.id]) for spec in mine])
        return menus

    def context_menu(self, parent: QWidget, ids: Iterable[str | None]) -> QMenu:
        """A context menu of the actions that can be used now; ``None`` is a line."""
        menu = QMenu(parent)
        for action_id in ids:
            if action_id is None:
                menu.addSeparator()
                continue
            action = self.action(action_id)
            if action is not None and action.isEnabled():
                menu.addAction(action)
        return menu


def _word(action: QAction, spec: ActionSpec) -> None:
    text = _(spec.text)
    action.setText(text)
    plain = plain_text(text).rstrip("…")
    if spec.shortcut:
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        plain = f"{plain}  {keys}"
    action.setToolTip(plain)
