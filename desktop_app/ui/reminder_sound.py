"""The sound of a reminder: two notes, made here, played by what the system plays sounds with.

Not by Qt's multimedia: loading it would stop the window, at a moment nobody has chosen.
"""

import importlib
import math
import shutil
import struct
import sys
import wave
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QProcess, QTemporaryDir
from PySide6.QtWidgets import QApplication

_RATE: Final = 22_050
_NOTES: Final = ((880.0, 0.12), (1174.7, 0.22))  # hertz, seconds
_LOUD: Final = 9_000
_PLAYERS: Final = ("pw-play", "paplay", "aplay", "afplay")
_ASYNC_FILE: Final = 0x0002_0001  # of winsound: a file, not waited for


def chime() -> bytes:
    """The samples: 16 bit, one channel; each note fades out."""
    samples = []
    for pitch, seconds in _NOTES:
        count = int(_RATE * seconds)
        for place in range(count):
            fading = (1 - place / count) ** 2
            samples.append(int(_LOUD * fading * math.sin(2 * math.pi * pitch * place / _RATE)))
    return struct.pack(f"<{len(samples)}h", *samples)


def write_chime(path: Path) -> None:
    """Write the sound as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes(chime())


class ReminderSound(QObject):
    """Plays the sound; the file is made when it is heard first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._folder: QTemporaryDir | None = None

    def play(self) -> None:
        """Be heard; where nothing plays sounds, the system beeps."""
        player = next(filter(None, map(shutil.which, _PLAYERS)), None)
        if sys.platform == "win32":
            importlib.import_module("winsound").PlaySound(str(self._file()), _ASYNC_FILE)
        elif player is None:
            QApplication.beep()
        else:
            process = QProcess()
            process.setProgram(player)
            process.setArguments([str(self._file())])
            process.setStandardOutputFile(QProcess.nullDevice())
            process.setStandardErrorFile(QProcess.nullDevice())
            process.startDetached()

    def _file(self) -> Path:
        if self._folder is None:
            self._folder = QTemporaryDir()
            write_chime(Path(self._folder.filePath("reminder.wav")))
        return Path(self._folder.filePath("reminder.wav"))
