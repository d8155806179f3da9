"""The crash dialog: what a fault of the program means for the person, with details to copy."""

import platform
import traceback

import PySide6
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app import VERSION, paths
from desktop_app.i18n import _
from desktop_app.ui import theme


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
