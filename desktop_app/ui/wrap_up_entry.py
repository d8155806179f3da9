"""The fields of the wrap-up strip: the note, the next step, and the buttons that save."""

from collections.abc import Callable

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget
from typing_extensions import override

from db.vocabulary import NextStep
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.editors import EnumEditor, TextEditor
from desktop_app.ui.panels import button
from desktop_app.ui.parsed_editors import DateEditor

_NARROW = 900


class Entry(QWidget):
    """Note, step, day and buttons in one line, or where that is too short in two."""

    def __init__(self, save: Callable[[], object], save_and_next: Callable[[], object]) -> None:
        super().__init__()
        self.note = TextEditor(placeholder=_("What was said; Enter goes on"))
        self.step = EnumEditor(NextStep, optional=True, empty=_("nothing"))
        self.due = DateEditor()
        self.save_button = button(_("Save"), save, "check", "primary")
        self.save_button.setToolTip(_("Save  Ctrl+Enter"))
        self.next_button = button(_("Save and next"), save_and_next)
        self.next_button.setToolTip(_("Save and open the next case  Ctrl+Shift+Enter"))
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP_S)
        self._grid.setVerticalSpacing(theme.GAP_S)
        self._is_narrow: bool | None = None
        self._parts: list[QWidget] = []
        words = (
            ("note", _("Note"), self.note),
            ("next_step", _("Next"), self.step),
            ("next_due", _("on"), self.due),
        )
        for name, label, editor in words:
            editor.set_name(label)
            editor.setObjectName(name)
            hint = QLabel(label)
            theme.set_role(hint, "hint")
            self._parts += [hint, editor]
        self.step.set_name(_("Next step"))
        self.due.set_name(_("Next step on"))
        self._parts += [self.next_button, self.save_button]
        self._lay_out(is_narrow=False)

    @property
    def afterwards(self) -> list[QWidget]:
        """What is asked for when the call is over: all but the note."""
        return self._parts[2:]

    def _lay_out(self, *, is_narrow: bool) -> None:
        if is_narrow == self._is_narrow:
            return
        self._is_narrow = is_narrow
        for place, part in enumerate(self._parts):
            if is_narrow and place > 1:
                self._grid.addWidget(part, 1, place - 2)
            else:
                width = len(self._parts) - 1 if is_narrow and place == 1 else 1
                self._grid.addWidget(part, 0, place, 1, width)
        self._grid.setColumnStretch(1, 1)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out(is_narrow=event.size().width() < theme.pixels(_NARROW))
