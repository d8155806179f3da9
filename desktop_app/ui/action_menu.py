"""A menu of actions: on top what can be done on this page, the rest in sub-menus by subject."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from desktop_app.i18n import _
from desktop_app.ui.action_spec import INSIDE, SUBJECT_TITLES, ActionSpec, Subject

Entry = tuple[ActionSpec, QAction]


class ActionMenu(QObject):
    """Keeps the entries of a menu; one whose actions have subjects is arranged when it opens."""

    def __init__(self, menu: QMenu, entries: Sequence[Entry]) -> None:
        super().__init__(menu)
        self._menu, self._entries = menu, tuple(entries)
        subjects = {spec.subject for spec, _action in entries}
        self._below = {
            subject: QMenu(_(title), menu)
            for subject, title in SUBJECT_TITLES.items()
            if subject in subjects
        }
        self.arrange()
        if self._below:
            menu.aboutToShow.connect(self.arrange)

    def arrange(self) -> None:
        """Put what can be done now on top, the rest below its subject."""
        top: list[Entry] = []
        rest: dict[Subject, list[Entry]] = {subject: [] for subject in self._below}
        for spec, action in self._entries:
            if spec.subject is None or spec.is_on_top(can_be_done=action.isEnabled()):
                top.append((spec, action))
            else:
                rest[spec.subject].append((spec, action))
        self._menu.clear()
        _fill(self._menu, top)
        if top and self._below:
            self._menu.addSeparator()
        for subject, entries in rest.items():
            below = self._below[subject]
            below.clear()
            _fill(below, entries)
            has_parts = any(rest.get(part) for part, whole in INSIDE.items() if whole is subject)
            if entries or has_parts:
                holder = self._below.get(INSIDE.get(subject, subject), below)
                (self._menu if holder is below else holder).addMenu(below)


def _fill(menu: QMenu, entries: Iterable[Entry]) -> None:
    for spec, action in entries:
        if spec.starts_group and not menu.isEmpty():
            menu.addSeparator()
        menu.addAction(action)
