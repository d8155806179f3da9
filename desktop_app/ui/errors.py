"""What a person sees when something goes wrong: a sentence, or the crash dialog for a bug."""

import logging
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from desktop_app.errors import CancelledError, UserError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QDialog

_log = logging.getLogger(__name__)


class CrashHook(QObject):
    """Takes every exception that nobody caught, from any thread, to the crash dialog."""

    _caught = Signal(object)

    def __init__(self, show_user_error: Callable[[UserError], object], parent: QObject) -> None:
        super().__init__(parent)
        self._show_user_error = show_user_error
        self._caught.connect(self.show)
        self._open: QDialog | None = None

    def install(self) -> None:
        """Become the hook of this process."""
        sys.excepthook = self._hook
        threading.excepthook = lambda args: self._hook(
            args.exc_type, args.exc_value, args.exc_traceback
        )

    def _hook(
        self,
        _kind: type[BaseException],
        error: BaseException | None,
        _trace: TracebackType | None = None,
    ) -> None:
        if error is None or isinstance(error, CancelledError):
            return
        if isinstance(error, KeyboardInterrupt):
            QApplication.quit()
            return
        self._caught.emit(error)

    def show(self, error: BaseException) -> None:
        """Log the exception and show it: a sentence for a user error, else the dialog."""
        if isinstance(error, UserError):
            self._show_user_error(error)
            return
        _log.error("a fault of the program", exc_info=error)
        if self._open is not None:
            return
        from desktop_app.ui.crash_dialog import CrashDialog  # noqa: PLC0415  (when it is wanted)

        self._open = CrashDialog(error, QApplication.activeWindow())
        self._open.finished.connect(self._on_closed)
        self._open.open()

    def _on_closed(self) -> None:
        self._open = None
