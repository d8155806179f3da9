"""Go to anything (Ctrl+K): customers, cases, pages and actions by name, pinyin, initials, phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.list_model import ListModel
from desktop_app.ui.pickers import pressed_key
from desktop_app.ui.tasks import Latest, Tasks

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.session import Session

_TYPING_MS = 80
_MAX_SHOWN = 40
_WIDTH, _HEIGHT = 620, 440
HIT_ROLE = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing found.

    Attributes:
        title: What people read first.
        hint: A second line: phone tail, stage, keys.
        icon: Name of a file in ``resources/icons``.
        page: Page to go to, empty for an action.
        target: Record on that page, or the action's id.
        keys: More words to find it by: pinyin, initials, English.
    """

    title: str
    hint: str = ""
    icon: str = "list"
    page: str = ""
    target: Any = None
    keys: str = ""

    def matches(self, words: Sequence[str]) -> bool:
        """Whether every typed word is found."""
        whole = f"{self.title} {self.keys}".casefold()
        return all(word in whole for word in words)

    def rank(self, text: str) -> tuple[int, int]:
        """How well it fits what was typed, the best first: by its words, then pages before actions.

        What the search found by a number or a phone says so by no word of its title: it counts as
        one that begins with what was typed.
        """
        title, wanted = self.title.casefold(), text.casefold().strip()
        is_record = bool(self.page) and self.target is not None
        kind = 2 if not self.page else 1 if is_record else 0
        if title == wanted:
            return 0, kind
        if is_record or title.startswith(wanted) or wanted in self.keys.casefold().split():
            return 1, kind
        words = f"{title} {self.keys}".casefold().split()
        return (2 if any(word.startswith(wanted) for word in words) else 3), kind


SearchFn = Callable[["Session", str], Sequence[Hit]]


def said_of(hit: Hit, role: int) -> Any:
    """What the list is told of a found thing."""
    if role == HIT_ROLE:
        return hit
    if role == Qt.ItemDataRole.DisplayRole:
        return hit.title
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return f"{hit.title}, {hit.hint}" if hit.hint else hit.title
    return None


class _HitDelegate(QStyledItemDelegate):
    """Icon, title and hint in one line."""

    @override
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        hit: Hit = index.data(HIT_ROLE)
        area: QRect = option.rect
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("selection"))
            painter.drawRoundedRect(QRectF(area), 6, 6)
        place = QRectF(area.left() + theme.GAP_M, area.center().y() - 8, 18, 18)
        theme.paint_icon(painter, hit.icon, place, theme.colour("muted"))
        inner = area.adjusted(theme.GAP_M + 18 + theme.GAP_M, 0, -theme.GAP_M, 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(theme.font(theme.SIZE_SMALL))
        room = inner.width() // 2
        hint = painter.fontMetrics().elidedText(hit.hint, Qt.TextElideMode.ElideRight, room)
        used = painter.fontMetrics().horizontalAdvance(hint)
        painter.setPen(theme.colour("muted"))
        painter.drawText(inner, int(middle | Qt.AlignmentFlag.AlignRight), hint)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("on_selection" if is_selected else "text"))
        left = inner.adjusted(0, 0, -used - theme.GAP_M, 0)
        title = painter.fontMetrics().elidedText(
            hit.title, Qt.TextElideMode.ElideRight, left.width()
        )
        painter.drawText(left, int(middle | Qt.AlignmentFlag.AlignLeft), title)
        painter.restore()

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(_WIDTH // 2, theme.row_height() + theme.GAP_S)


class CommandPalette(QDialog):
    """A line over a list; Enter goes there, Esc goes away."""

    chosen = Signal(object)

    def __init__(
        self,
        parent: QWidget,
        tasks: Tasks,
        known: Sequence[Hit],
        search: SearchFn | None,
        *,
        title: str = "",
        hint: str = "",
    ) -> None:
        """Make it.

        Args:
            parent: The window it lies over.
            tasks: What it searches with.
            known: What it knows without searching.
            search: Finds records.
            title: What is asked for; anything without it.
            hint: What can be typed.
        """
        # not a popup: those are not in the accessible tree, and may open without the keyboard
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setWindowTitle(title or _("Go to anything"))
        self._tasks, self._known, self._search = tasks, tuple(known), search
        self._latest = Latest()
        self._records: tuple[Hit, ...] = ()
        self.line = QLineEdit()
        usual = _("Customer, case, page or action — name, pinyin, phone tail")
        self.line.setPlaceholderText(f"{title}  {hint}" if title else usual)
        self.line.setAccessibleName(title or _("Go to anything"))
        self.model = ListModel(self, said_of)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(_HitDelegate(self.list))
        self.list.setAccessibleName(_("Found"))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._nothing = QLabel(_("Nothing found."))
        theme.set_role(self._nothing, "hint")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        self._timer = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._timer.timeout.connect(self._ask)
        self.line.textChanged.connect(self._on_text)
        self.line.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self._show()

    def _arrange(self) -> None:
        frame = QFrame()
        frame.setObjectName("palette-frame")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(theme.GAP_S, theme.GAP_S, theme.GAP_S, theme.GAP_S)
        inner.setSpacing(theme.GAP_XS)
        for widget in (self.line, self.list, self._nothing):
            inner.addWidget(widget)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        self.resize(_WIDTH, _HEIGHT)

    def open_over(self, window: QWidget) -> None:
        """Show it at the top, in the middle of the window."""
        left = (window.width() - self.width()) // 2
        self.move(window.mapToGlobal(QPoint(left, 56)))
        self.show()
        self.line.setFocus()

    def _on_text(self) -> None:
        self._show()
        self._timer.start()

    def _ask(self) -> None:
        text = self.line.text().strip()
        if self._search is None or not text:
            self._records = ()
            self._show()
            return
        self._latest.take(self._tasks.read(self, self._search, text)).then(self._take)

    def _take(self, hits: Sequence[Hit]) -> None:
        self._records = tuple(hits)
        self._show()

    def _show(self) -> None:
        text = self.line.text()
        words = text.casefold().split()
        hits = [hit for hit in self._known if hit.matches(words)]
        if words:
            hits = sorted([*self._records, *hits], key=lambda hit: hit.rank(text))
        hits = hits[:_MAX_SHOWN]
        self.model.show(hits)
        self._nothing.setVisible(not hits)
        self.list.setVisible(bool(hits))
        if hits:
            self.list.setCurrentIndex(self.model.index(0, 0))

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowDeactivate and self.isVisible():
            self.close()
        return super().event(event)

    @override
    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        key = pressed_key(event) if watched is self.line else None
        if key is not None and self._on_key(key):
            return True
        return super().eventFilter(watched, event)

    def _on_key(self, key: int) -> bool:
        match key:
            case Qt.Key.Key_Down:
                self._move(1)
            case Qt.Key.Key_Up:
                self._move(-1)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._choose(self.list.currentIndex())
            case _:
                return False
        return True

    def _move(self, step: int) -> None:
        count = self.model.rowCount()
        if count:
            place = (self.list.currentIndex().row() + step) % count
            self.list.setCurrentIndex(self.model.index(place, 0))

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            hit = index.data(HIT_ROLE)
            self.close()
            self.chosen.emit(hit)
