"""What stands where there is nothing yet: what will be here, and the first step."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from desktop_app.ui import theme


class EmptyState(QFrame):
    """A sentence in the middle of an empty place, with an icon and a button."""

    def __init__(
        self,
        text: str,
        icon: str = "list",
        first_step: tuple[str, Callable[[], object]] | None = None,
    ) -> None:
        super().__init__()
        self.setObjectName("empty-state")
        self._icon = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self._icon.setPixmap(theme.icon(icon, "border_strong").pixmap(40, 40))
        self._text = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setMaximumWidth(480)
        theme.set_role(self._text, "hint")
        self.button = QPushButton()
        theme.set_role(self.button, "primary")
        self._step: Callable[[], object] | None = None
        column = QVBoxLayout(self)
        column.setSpacing(theme.GAP_M)
        column.addStretch(2)
        words = QHBoxLayout()  # with an alignment the wrapped text would not get its height
        words.addStretch(1)
        words.addWidget(self._text, 100)
        words.addStretch(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addLayout(words)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self.button.clicked.connect(self._take_step)
        self.set_text(text, first_step)

    def set_text(
        self, text: str, first_step: tuple[str, Callable[[], object]] | None = None
    ) -> None:
        """Say something else, with another first step."""
        self._text.setText(text)
        self.setAccessibleName(text)
        self.button.setVisible(first_step is not None)
        self._step = None
        if first_step is not None:
            self.button.setText(first_step[0])
            self._step = first_step[1]

    def _take_step(self) -> None:
        if self._step is not None:
            self._step()
