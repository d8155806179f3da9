"""Parts of the wrap-up strip: the results as a row of keys, a promised callback, its recordings."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QLabel, QPushButton, QWidget
from typing_extensions import override

from db.vocabulary import AttemptResult, CallbackFor
from desktop_app import labels
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import N_, _
from desktop_app.ui import theme
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.editors import CheckEditor, TextEditor
from desktop_app.ui.panels import button, text_label

SHORT_WORDS: Mapping[AttemptResult, str] = MappingProxyType(
    {
        AttemptResult.REACHED: N_("Reached"),
        AttemptResult.NO_ANSWER: N_("No answer"),
        AttemptResult.BUSY: N_("Busy"),
        AttemptResult.CALLBACK: N_("Call back"),
        AttemptResult.LEFT_MESSAGE: N_("Message left"),
        AttemptResult.WRONG_NUMBER: N_("Wrong number"),
        AttemptResult.REFUSED: N_("Refused"),
        AttemptResult.DO_NOT_CONTACT: N_("Do not contact"),
    }
)
"""Words short enough for a row of eight buttons."""
_TIME: Final = re.compile(r"(\d{1,2})(?:[:.](\d{2})|(\d{2}))?", re.ASCII)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９：．", "0123456789:.")


def read_time(text: str) -> time | None:
    """A time of day as people type it: ``14:30``, ``1430``, ``9``; None when it is none."""
    found = _TIME.fullmatch(text.translate(_FULL_WIDTH).strip())
    if found is None:
        return None
    try:
        return time(int(found[1]), int(found[2] or found[3] or 0))
    except ValueError:  # 25:70
        return None


class ResultRow(QWidget):
    """One button for each result, with its digit."""

    chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.buttons: dict[AttemptResult, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._columns = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(theme.GAP_XS)
        for number, result in enumerate(AttemptResult, start=1):
            made = button(f"{number}  {_(SHORT_WORDS[result])}", self.chosen.emit, role="choice")
            made.setCheckable(True)
            made.setObjectName(f"result-{result.value}")
            made.setAccessibleName(labels.label(result))
            made.setToolTip(f"{labels.label(result)}  {number} / Alt+{number}")
            self._group.addButton(made)
            self.buttons[result] = made
        self._lay_out(len(self.buttons))

    def _lay_out(self, columns: int) -> None:
        if columns == self._columns:
            return
        for column in range(self._columns):
            self._grid.setColumnStretch(column, 0)
        self._columns = columns
        for place, made in enumerate(self.buttons.values()):
            self._grid.addWidget(made, place // columns, place % columns)
        for column in range(columns):
            self._grid.setColumnStretch(column, 1)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(1, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        widest = max(made.sizeHint().width() for made in self.buttons.values())
        fits = event.size().width() >= len(self.buttons) * (widest + theme.GAP_XS)
        self._lay_out(len(self.buttons) if fits else len(self.buttons) // 2)

    def value(self) -> AttemptResult | None:
        """The result that is chosen."""
        return next((key for key, made in self.buttons.items() if made.isChecked()), None)

    def set_value(self, result: AttemptResult | None) -> None:
        """Choose a result, or none, without saying so."""
        if result is not None:
            self.buttons[result].setChecked(True)
            return
        self._group.setExclusive(False)
        for made in self.buttons.values():
            made.setChecked(False)
        self._group.setExclusive(True)

    def take_focus(self) -> None:
        """Put the keyboard on the chosen result, else on the first."""
        made = self.buttons[self.value() or AttemptResult.REACHED]
        made.setFocus(Qt.FocusReason.OtherFocusReason)


class CallbackRow(QWidget):
    """At which time the customer was promised a call, and who may make it."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.time = TextEditor(placeholder="14:30")
        self.time.set_name(_("Promised time"))
        self.time.setObjectName("callback_time")
        self.time.line.setFixedWidth(theme.pixels(84))
        self.anyone = CheckEditor(_("Anyone may make it"))
        self.anyone.set_name(_("Anyone may make it"))
        self.time.changed.connect(self.changed)
        self.anyone.changed.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        words = QLabel(_("Call back at"))
        theme.set_role(words, "hint")
        row.addWidget(words)
        row.addWidget(self.time)
        row.addWidget(self.anyone)
        row.addWidget(text_label(_("Without a time: some time on that day."), "hint"), 1)
        self.hide()

    def whom(self) -> CallbackFor:
        """Who may make the call."""
        return CallbackFor.ANYONE if self.anyone.value() else CallbackFor.ME

    def moment(self, day: object) -> datetime | None:
        """When the call was promised for; None when only a day was.

        Raises:
            InvalidInputError: what stands there is no time of day (field `callback_time`).
        """
        text = self.time.value()
        if text is None or not isinstance(day, date):
            return None
        found = read_time(text)
        if found is None:
            words = _("“{text}” is no time of day. Write it like 14:30.").format(text=text)
            raise InvalidInputError([Problem("callback_time", words)])
        return datetime.combine(day, found).astimezone()

    def content(self) -> dict[str, object]:
        """What stands here, ready for JSON; empty when nothing does."""
        found: dict[str, object] = {}
        if self.time.text():
            found["time"] = self.time.text()
        if self.anyone.value():
            found["anyone"] = True
        return found

    def restore(self, content: Mapping[str, object]) -> None:
        """Show what was typed before; what was typed meanwhile stays."""
        if not self.content():
            self.time.set_value(content.get("time"))
            self.anyone.set_value(bool(content.get("anyone")))

    def reset(self) -> None:
        """Empty it."""
        self.time.set_value(None)
        self.anyone.set_value(False)


class Recordings(QWidget):
    """The files that belong to the contact; stored with it."""

    changed = Signal()
    made = Signal(object)
    """A button that was made."""

    def __init__(self) -> None:
        super().__init__()
        self.paths: list[Path] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP_S)
        self.hide()

    def add(self, paths: Sequence[Path]) -> None:
        """Add files; the same one stands here once."""
        self._show(list(dict.fromkeys((*self.paths, *paths))))

    def reset(self) -> None:
        """Take all away."""
        self._show([])

    def remove(self, path: Path) -> None:
        """Take a file away."""
        self._show([each for each in self.paths if each != path])

    def _show(self, paths: list[Path]) -> None:
        if paths == self.paths:
            return
        self.paths = paths
        clear_layout(self._row)
        for path in paths:
            chip = button(path.name, partial(self.remove, path), "attachment", "choice")
            text = _("Take {name} away again").format(name=path.name)
            chip.setToolTip(text)
            chip.setAccessibleName(text)
            self._row.addWidget(chip)
            self.made.emit(chip)
        self._row.addStretch(1)
        self.setVisible(bool(paths))
        self.changed.emit()
