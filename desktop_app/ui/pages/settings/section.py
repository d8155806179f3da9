"""What every tab of the settings has in common."""

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtWidgets import (
    QAbstractButton,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui import theme
from desktop_app.ui.folding import ShortButtons
from desktop_app.ui.page import Page
from desktop_app.ui.tab_part import TabPart


class Section(TabPart):
    """One part: loads when shown, says what can be done."""

    GAP: ClassVar[int] = theme.GAP_M

    def __init__(self, page: Page, hint: str = "") -> None:
        super().__init__(page, hint)
        self.context = page.context

    def is_changed(self) -> bool:
        """Whether something was entered and not saved."""
        return False

    def discard(self) -> None:
        """Drop what was entered and not saved."""
        self.load()

    def add_buttons(self, buttons: Sequence[QAbstractButton]) -> None:
        """A line of buttons, from the left; without room for their words they keep their icons."""
        bar = QWidget()
        row = QHBoxLayout(bar)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_S)
        for widget in buttons:
            row.addWidget(widget)
        row.addStretch(1)
        bar.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        bar.setMinimumWidth(1)  # the buttons give way
        ShortButtons(bar, buttons, lambda: bar.sizeHint().width())
        self.body.addWidget(bar)


def block(title: QLabel, buttons: Sequence[QAbstractButton], table: QWidget) -> QWidget:
    """A list under its title, with its buttons at the right of it."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.GAP_S)
    head = QWidget()
    row = QHBoxLayout(head)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(theme.GAP_S)
    row.addWidget(title, 1)
    for widget in buttons:
        row.addWidget(widget)
    head.setMinimumWidth(1)  # the buttons give way
    ShortButtons(head, buttons, lambda: head.sizeHint().width())
    column.addWidget(head)
    column.addWidget(table, 1)
    return whole
