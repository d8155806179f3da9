"""A recording played in the window by Qt's multimedia, which is loaded with the first one.

Where nothing can be heard the system's player takes over; see decision 0011.
"""

import importlib
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSlider
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.panels import button, text_label

_JUMP: Final = 5_000  # milliseconds
_SECOND: Final = 1000


def multimedia() -> Any | None:
    """Qt's multimedia, None where it is not installed or nothing could be heard."""
    try:
        qt: Any = importlib.import_module("PySide6.QtMultimedia")
    except (ImportError, OSError):
        return None
    return None if qt.QMediaDevices.defaultAudioOutput().isNull() else qt


def time_text(milliseconds: int) -> str:
    """A length as minutes and seconds."""
    minutes, seconds = divmod(max(0, milliseconds) // _SECOND, 60)
    return f"{minutes}:{seconds:02d}"


class SoundPlayer(QFrame):
    """Plays one file: Space stops and goes on, Left and Right jump five seconds."""

    failed = Signal(object)
    """Path of a file that cannot be played here: no sound device, or an unknown format."""

    def __init__(self, qt: Any) -> None:
        super().__init__()
        self.setObjectName("card")
        self._qt = qt
        self._path: Path | None = None
        self._player = qt.QMediaPlayer(self)
        self._output = qt.QAudioOutput(self)
        self._player.setAudioOutput(self._output)
        self.name = text_label("", "strong", wraps=False)
        self.time = text_label("", "hint", wraps=False)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(_("Place in the recording"))
        self.slider.setPageStep(_JUMP)
        self.slider.setSingleStep(_JUMP)
        self.toggle_button = button(_("Pause"), self.toggle, "stop")
        self.close_button = button(_("Close the player"), self.stop, "close", "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        row.setSpacing(theme.GAP_S)
        row.addWidget(self.toggle_button)
        row.addWidget(self.name)
        row.addWidget(self.slider, 1)
        row.addWidget(self.time)
        row.addWidget(self.close_button)
        self._player.durationChanged.connect(lambda length: self.slider.setMaximum(int(length)))
        self._player.positionChanged.connect(self._on_position)
        self._player.playbackStateChanged.connect(lambda _state: self._show_state())
        self._player.errorOccurred.connect(self._on_error)
        self.slider.sliderMoved.connect(self.jump)
        self.slider.actionTriggered.connect(lambda _action: self.jump(self.slider.sliderPosition()))

    @property
    def is_available(self) -> bool:
        """Whether anything can be played: Qt needs a plug-in of the system for it."""
        return bool(self._player.isAvailable())

    @property
    def is_playing(self) -> bool:
        """Whether it can be heard now."""
        playing = self._qt.QMediaPlayer.PlaybackState.PlayingState
        return bool(self._player.playbackState() == playing)

    def play(self, path: Path, name: str) -> None:
        """Play a file from its beginning."""
        self._path = path
        self.name.setText(name)
        self.setAccessibleName(_("Player: {name}").format(name=name))
        self.show()
        self._player.setSource(QUrl.fromLocalFile(str(path)))
        self._player.play()
        self.toggle_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle(self) -> None:
        """Stop here, or go on."""
        if self.is_playing:
            self._player.pause()
        else:
            self._player.play()

    def jump(self, place: int) -> None:
        """Go to a place, in milliseconds."""
        self._player.setPosition(max(0, min(place, self.slider.maximum())))

    def stop(self) -> None:
        """Stop, let the file go, and disappear."""
        self._path = None
        self._player.stop()
        self._player.setSource(QUrl())
        self.hide()

    def _on_position(self, place: int) -> None:
        if not self.slider.isSliderDown():
            self.slider.setValue(int(place))
        self.time.setText(f"{time_text(int(place))} / {time_text(self.slider.maximum())}")

    def _show_state(self) -> None:
        words, icon = (_("Pause"), "stop") if self.is_playing else (_("Play"), "play")
        self.toggle_button.setText(words)
        self.toggle_button.setIcon(theme.icon(icon))

    def _on_error(self, *_what: object) -> None:
        path, self._path = self._path, None
        if path is not None:
            self.stop()
            self.failed.emit(path)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._player.pause()
        super().hideEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Left:
                self.jump(self.slider.value() - _JUMP)
            case Qt.Key.Key_Right:
                self.jump(self.slider.value() + _JUMP)
            case Qt.Key.Key_Escape:
                self.stop()
            case _:
                super().keyPressEvent(event)
