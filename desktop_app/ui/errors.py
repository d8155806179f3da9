"""What a person sees when something goes wrong: a sentence, or the crash dialog for a bug."""

import logging
import platform
import sys
import threading
import traceback
from collections.abc import Callable
from types import TracebackType

import PySide6
from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app import VERSION, paths
from desktop_app.errors import CancelledError, UserError
from desktop_app.i18n import _
from desktop_app.ui import theme

_log = logging.getLogger(__name__)


def details(error: BaseException) -> str:
    """What a developer needs: versions and the trace, without values."""
    head = (
        f"Winback Desk {VERSION}, Python {platform.python_version()}, "
        f"PySide6 {PySide6.__version__}, {platform.platform()}"
    )
    return head + "\n\n" + "".join(traceback.format_exception(error))


class CrashDialog(QDialog):
    """A bug: what it means for the person, details to copy, the log folder; work goes on."""

    def __init__(self, error: BaseException, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.dress(self)
        self.setWindowTitle(_("Something went wrong"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.trace = QPlainTextEdit(details(error))
        self.trace.setReadOnly(True)
        self.trace.setAccessibleName(_("Details"))
        self.trace.hide()
        words = QLabel(
            _(
                "This is a fault of the program, not yours. What was being done was not saved; "
                "everything before it is. You can go on working."
            )
        )
        words.setWordWrap(True)
        title = QLabel(_("Something went wrong"))
        theme.set_role(title, "title")
        self.copy_button = QPushButton(_("&Copy details"))
        self.show_button = QPushButton(_("&Show details"))
        self.logs_button = QPushButton(_("Open the &log folder"))
        self.go_on_button = QPushButton(_("&Go on"))
        theme.set_role(self.go_on_button, "primary")
        row = QHBoxLayout()
        for button in (self.copy_button, self.show_button, self.logs_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.go_on_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_M)
        for widget in (title, words, self.trace):
            column.addWidget(widget)
        column.addLayout(row)
        self.resize(620, self.sizeHint().height())
        self.go_on_button.setDefault(True)
        self.go_on_button.setFocus()
        self.go_on_button.clicked.connect(self.accept)
        self.copy_button.clicked.connect(self._copy)
        self.show_button.clicked.connect(self._show_details)
        self.logs_button.clicked.connect(open_logs)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.trace.toPlainText())
        self.copy_button.setText(_("Copied"))

    def _show_details(self) -> None:
        self.trace.setVisible(self.trace.isHidden())
        self.resize(self.width(), 460 if not self.trace.isHidden() else self.sizeHint().height())


def open_logs() -> None:
    """Show the folder of log files in the system's file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.log_dir())))


class CrashHook(QObject):
    """Takes every exception that nobody caught, from any thread, to the crash dialog."""

    _caught = Signal(object)

    def __init__(self, show_user_error: Callable[[UserError], object], parent: QObject) -> None:
        super().__init__(parent)
        self._show_user_error = show_user_error
        self._caught.connect(self.show)
        self._open: CrashDialog | None = None

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
        self._open = CrashDialog(error, QApplication.activeWindow())
        self._open.finished.connect(self._on_closed)
        self._open.open()

    def _on_closed(self) -> None:
        self._open = None
