"""The side bar: one button a page, icon and word, with a badge for what is due."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.page import PageSpec
from desktop_app.ui.panels import ChipLabel
from desktop_app.ui.theme import Tone

WIDTH = 176
_MARK = 22
_MAX_BADGE = 999


class NavButton(QPushButton):
    """One page of the side bar."""

    reached = Signal()
    """The keyboard stands on it."""

    def __init__(self, spec: PageSpec) -> None:
        super().__init__(theme.icon(spec.icon), _(spec.title))
        self.spec = spec
        self.setObjectName(f"nav-{spec.id}")
        theme.set_role(self, "nav")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setIconSize(QSize(18, 18))
        self.setFixedHeight(theme.row_height() + theme.GAP_XS)
        self.setToolTip(f"{_(spec.title)}  {spec.key}".strip())
        self._badge = ChipLabel("", Tone.ACCENT)
        self._badge.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._badge.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, theme.GAP_S, 0)
        row.addStretch(1)
        row.addWidget(self._badge, 0, Qt.AlignmentFlag.AlignVCenter)
        self.show_due(0)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.reached.emit()

    def show_due(self, due: int) -> None:
        """Show how much is due; nothing for zero."""
        self._badge.setText(f"{_MAX_BADGE}+" if due > _MAX_BADGE else str(due))
        self._badge.setVisible(due > 0)
        name = _("{page}, {n} due").format(page=self.text(), n=due) if due else self.text()
        self.setAccessibleName(name)


class NavList(QScrollArea):
    """The buttons below each other; where they find no room, the list is scrolled."""

    def __init__(self) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidgetResizable(True)
        self.viewport().setAutoFillBackground(False)
        inside = QWidget()
        inside.setObjectName("scrolled")
        self.column = QVBoxLayout(inside)
        self.column.setContentsMargins(theme.GAP_S, 0, theme.GAP_S, 0)
        self.column.setSpacing(2)
        self.setWidget(inside)
        self._wanted: QWidget | None = None
        self.verticalScrollBar().rangeChanged.connect(self._make_room)

    def show_button(self, button: QWidget) -> None:
        """Scroll so that a button is seen whole, now and when the list gets another size."""
        self._wanted = button
        self._follow()

    def _follow(self) -> None:
        if self._wanted is not None:
            self.ensureWidgetVisible(self._wanted, 0, theme.GAP_XS)

    def _make_room(self, _first: int, last: int) -> None:
        """The scroll bar stands in the margin: the buttons keep their width."""
        margin = theme.GAP_S
        if last > 0:
            margin = max(0, margin - self.verticalScrollBar().sizeHint().width())
        self.column.setContentsMargins(theme.GAP_S, 0, margin, 0)
        QTimer.singleShot(0, self, self._follow)  # once the buttons stand where they will

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow()


class SideBar(QFrame):
    """Product name, pages, and who is signed in."""

    chosen = Signal(str)

    def __init__(self, specs: Sequence[PageSpec], user: str, role: str) -> None:
        super().__init__()
        self.setObjectName("side-bar")
        self.setAccessibleName(_("Pages"))
        self.setFixedWidth(round(WIDTH * max(1.0, theme.look().scale)))
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self.buttons: dict[str, NavButton] = {}
        self.list = NavList()
        for spec in specs:
            button = NavButton(spec)
            button.clicked.connect(self._chooser(spec.id))
            button.reached.connect(partial(self.list.show_button, button))
            self._group.addButton(button)
            self.buttons[spec.id] = button
            self.list.column.addWidget(button)
        self.list.column.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.GAP_M, 0, theme.GAP_M)
        column.setSpacing(theme.GAP_S)
        column.addLayout(self._product())
        column.addWidget(self.list, 1)
        column.addLayout(self._user(user, role))

    def _product(self) -> QHBoxLayout:
        mark, name = QLabel(), QLabel(_("Winback Desk"))
        self.mark, self.product = mark, name
        mark.setPixmap(theme.app_icon().pixmap(_MARK, _MARK))
        name.setObjectName("product")
        row = QHBoxLayout()
        row.setContentsMargins(theme.GAP_M, 0, theme.GAP_S, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(mark)
        row.addWidget(name, 1)
        return row

    def _user(self, user: str, role: str) -> QHBoxLayout:
        picture = QLabel()
        words = QLabel(f"{user}\n{role}")
        picture.setPixmap(theme.icon("user").pixmap(18, 18))
        words.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(words, "hint")
        row = QHBoxLayout()
        row.setContentsMargins(theme.GAP_L, 0, theme.GAP_S, 0)
        row.setSpacing(theme.GAP_S)
        row.addWidget(picture)
        row.addWidget(words, 1)
        return row

    def _chooser(self, page_id: str) -> Callable[[], None]:
        return lambda: self.chosen.emit(page_id)

    def entries(self) -> list[tuple[PageSpec, NavButton]]:
        """The pages and their buttons, from top to bottom."""
        return [(button.spec, button) for button in self.buttons.values()]

    def set_current(self, page_id: str) -> None:
        """Highlight a page; none if it is not in the side bar."""
        button = self.buttons.get(page_id)
        if button is not None:
            button.setChecked(True)
            self.list.show_button(button)
        elif (checked := self._group.checkedButton()) is not None:
            self._group.setExclusive(False)
            checked.setChecked(False)
            self._group.setExclusive(True)

    def focus_current(self) -> None:
        """Put the keyboard on the current page's button."""
        button = self._group.checkedButton() or next(iter(self.buttons.values()))
        button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_due(self, due: Mapping[str, int]) -> None:
        """Show the badges."""
        for page_id, button in self.buttons.items():
            button.show_due(due.get(page_id, 0))
