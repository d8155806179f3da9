"""What the window remembers for a user on this machine: sizes, columns, splitters.

Kept beside the settings in ``window_state.json``; a missing or broken file only means defaults.
"""

import json
import logging
from typing import Any

from PySide6.QtCore import QByteArray, QObject, QTimer
from PySide6.QtWidgets import QMainWindow, QSplitter
from shiboken6 import isValid

from desktop_app import paths

_log = logging.getLogger(__name__)
_SAVE_DELAY_MS = 2000


class WindowState(QObject):
    """Remembers small JSON values by name, for one login; saved shortly after a change."""

    def __init__(self, login: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._login = login
        self._file = paths.settings_file().with_name("window_state.json")
        self._all: dict[str, dict[str, Any]] = self._load()
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_DELAY_MS)
        self._timer.timeout.connect(self.save)

    def _load(self) -> dict[str, dict[str, Any]]:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stored if isinstance(stored, dict) else {}

    def get(self, name: str, default: Any = None) -> Any:
        """What was remembered under a name, else the default."""
        return self._all.get(self._login, {}).get(name, default)

    def put(self, name: str, value: Any) -> None:
        """Remember a JSON value under a name."""
        mine = self._all.setdefault(self._login, {})
        if mine.get(name) != value:
            mine[name] = value
            if isValid(self._timer):  # a table that goes down after its window still tells its size
                self._timer.start()

    def save(self) -> None:
        """Write what has changed; a disk that cannot be written only costs the memory."""
        self._timer.stop()
        try:
            fresh = self._file.with_suffix(".new")
            fresh.write_text(json.dumps(self._all, ensure_ascii=False), encoding="utf-8")
            fresh.replace(self._file)
        except OSError:
            _log.warning("the window state cannot be saved")

    def keep_window(self, window: QMainWindow) -> None:
        """Remember the place and size of the window."""
        self.put("geometry", bytes(window.saveGeometry().toBase64().data()).decode())

    def restore_window(self, window: QMainWindow) -> bool:
        """Put the window where it was; whether it was known."""
        stored = self.get("geometry")
        if not isinstance(stored, str):
            return False
        return window.restoreGeometry(QByteArray.fromBase64(stored.encode()))

    def follow_splitter(self, splitter: QSplitter, name: str) -> None:
        """Restore a splitter's sizes and remember them when they are changed."""
        sizes = self.get(f"splitter.{name}")
        if isinstance(sizes, list) and len(sizes) == splitter.count() and any(sizes):
            splitter.setSizes([int(size) for size in sizes])
        splitter.splitterMoved.connect(lambda: self.put(f"splitter.{name}", splitter.sizes()))
