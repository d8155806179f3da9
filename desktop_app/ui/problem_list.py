"""Everything that is wrong with a file, to be read, scrolled through and copied."""

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.panels import button, text_label

_SIZE = (720, 420)


class ProblemList(QDialog):
    """A sentence, and a line for each problem; it does not block what still goes on behind it."""

    def __init__(self, parent: QWidget, title: str, text: str, lines: Iterable[str]) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.list = QPlainTextEdit("\n".join(lines))
        self.list.setReadOnly(True)
        self.list.setTabChangesFocus(True)
        self.list.setAccessibleName(title)
        self.copy_button = button(_("Copy all"), self.copy, "copy")
        self.close_button = button(_("Understood"), self.accept, "", "primary")
        self.close_button.setDefault(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_XL, theme.GAP_L, theme.GAP_XL, theme.GAP_L)
        column.setSpacing(theme.GAP_S)
        column.addWidget(text_label(title, "heading"))
        column.addWidget(text_label(text))
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.copy_button)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column.addLayout(row)
        theme.dress(self)
        self.resize(*_SIZE)

    def copy(self) -> None:
        """Put every line into the clipboard."""
        QGuiApplication.clipboard().setText(self.list.toPlainText())


def show_problems(parent: QWidget, title: str, text: str, lines: Iterable[str]) -> ProblemList:
    """Show a list of problems over a window."""
    made = ProblemList(parent, title, text, lines)
    made.open()
    return made
