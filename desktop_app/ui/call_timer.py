"""The timer of a call: started and stopped by a key, shown while it runs."""

from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app import clock
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_look import duration_text
from desktop_app.ui.panels import button

_SECOND_MS = 1000
_KEEP_EVERY = 10


class TimerState(NamedTuple):
    """Seconds before the last start, and since when the timer runs; ``None``: it stands."""

    kept: int
    started: datetime | None


class CallTimer(QWidget):
    """Starts, stops and shows the length of a call; ``F9`` from the page."""

    changed = Signal()
    """The length to keep has changed: started, stopped, taken over, or ten seconds went by."""

    turned = Signal(bool)
    """Somebody started it (true) or stopped it."""

    def __init__(self) -> None:
        super().__init__()
        self._started: datetime | None = None
        self._kept = 0
        self.button = button("", self.toggle, "play", "")
        self._tick = QTimer(self, interval=_SECOND_MS)
        self._tick.timeout.connect(self._on_tick)
        self._ticks = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.button)
        self._show()

    @property
    def is_running(self) -> bool:
        """Whether a call is being timed."""
        return self._started is not None

    def seconds(self) -> int | None:
        """Length so far; ``None`` if it was never started."""
        running = 0 if self._started is None else int((clock.now() - self._started).total_seconds())
        total = self._kept + running
        return total if total or self.is_running else None

    def toggle(self) -> None:
        """Start, or stop and keep the length."""
        if self.is_running:
            self.stop()
        else:
            self._started = clock.now()
            self._tick.start()
            self._show()
            self.changed.emit()
        self.turned.emit(self.is_running)

    def stop(self) -> None:
        """Keep the length, if it runs."""
        if self.is_running:
            self._kept = self.seconds() or 1
            self._started = None
            self._tick.stop()
            self._show()
            self.changed.emit()

    def take(self, seconds: int) -> None:
        """Take over the length of a call that was timed elsewhere."""
        self.reset()
        self._kept = seconds
        self._show()
        self.changed.emit()

    def state(self) -> TimerState:
        """How it stands, for `go_on` elsewhere."""
        return TimerState(self._kept, self._started)

    def go_on(self, state: TimerState) -> None:
        """Go on as another timer stood."""
        self._kept, self._started = state
        if self.is_running:
            self._tick.start()
        self._show()

    def reset(self) -> None:
        """Forget the length."""
        self._started, self._kept = None, 0
        self._tick.stop()
        self._show()

    def _on_tick(self) -> None:
        self._show()
        self._ticks += 1
        if self._ticks % _KEEP_EVERY == 0:
            self.changed.emit()

    def _show(self) -> None:
        shown = duration_text(self.seconds() or 0)
        self.button.setText(f"{shown}  F9")
        self.button.setIcon(theme.icon("stop" if self.is_running else "play", "accent"))
        name = _("Stop the call timer, {time}") if self.is_running else _("Start the call timer")
        self.button.setAccessibleName(name.format(time=shown))
        self.button.setToolTip(self.button.accessibleName())
