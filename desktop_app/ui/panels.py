"""The pieces pages are composed of: header, card, facts, chip, tile, filter bar, splitter."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.action_set import plain_text
from desktop_app.ui.editors import Editor, TextEditor, searching
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.folding import ShortButtons, words_of
from desktop_app.ui.lines import ShortLine, Words
from desktop_app.ui.theme import Tone

if TYPE_CHECKING:  # a page is made of panels, not the other way round
    from desktop_app.ui.page import PageContext

EditorT = TypeVar("EditorT", bound=Editor)

__all__ = [
    "Card",
    "ChipLabel",
    "EmptyState",
    "Facts",
    "FilterBar",
    "PageHeader",
    "StatTile",
    "action_button",
    "button",
    "scrolled",
    "splitter",
    "text_label",
]

_TYPING_MS = 180


def text_label(text: str = "", role: str = "", *, wraps: bool = True) -> QLabel:
    """A label for data: never read as markup, can be selected with the mouse."""
    label = Words(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wraps)
    if role:
        theme.set_role(label, role)
    return label


def button(text: str, slot: Callable[[], object], icon: str = "", role: str = "") -> QPushButton:
    """A push button with a verb on it."""
    made = QPushButton(text)
    made.setAutoDefault(False)
    if icon:
        made.setIcon(theme.icon(icon, "on_accent" if role == "primary" else "muted"))
    if role:
        theme.set_role(made, role)
    made.clicked.connect(lambda _checked: slot())
    return made


def action_button(context: "PageContext", action_id: str, *, primary: bool = False) -> QPushButton:
    """A push button that does an action of the table; hidden when the role may not use it."""
    action = context.actions.action(action_id)
    made = QPushButton()
    made.setAutoDefault(False)
    made.setObjectName(f"button-{action_id}")
    if primary:
        theme.set_role(made, "primary")
    if action is None:
        made.hide()
        return made
    _mirror(made, action, is_primary=primary)
    action.changed.connect(lambda: _mirror(made, action, is_primary=primary))
    made.clicked.connect(action.trigger)
    return made


def _mirror(made: QPushButton, action: QAction, *, is_primary: bool) -> None:
    text = plain_text(action.text())
    if text not in {made.text(), words_of(made)}:
        made.setText(text)
        made.setToolTip(action.toolTip())
        if not action.icon().isNull():
            tinted = theme.icon(action_icon(action), "on_accent" if is_primary else "muted")
            made.setIcon(tinted)
    made.setEnabled(action.isEnabled())


def action_icon(action: QAction) -> str:
    """Name of the icon of an action of the table."""
    from desktop_app.ui.actions import ACTIONS  # noqa: PLC0415

    return next(spec.icon for spec in ACTIONS if spec.id == action.objectName())


class PageHeader(QWidget):
    """Title, a line below it, and the page's buttons at the right."""

    def __init__(
        self,
        title: str,
        subtitle: str = "",
        buttons: Sequence[QWidget] = (),
        *,
        is_low: bool = False,
    ) -> None:
        """Make a header; with ``is_low`` its second line is shortened instead of wrapped."""
        super().__init__()
        self.title_line = ShortLine(title)
        theme.set_role(self.title_line, "title")
        self.subtitle_line = ShortLine(subtitle) if is_low else text_label(subtitle)
        theme.set_role(self.subtitle_line, "hint")
        self.subtitle_line.setVisible(bool(subtitle))
        self._chips = QHBoxLayout()
        self._chips.setSpacing(theme.GAP_S)
        self._right = QHBoxLayout()
        self._right.setSpacing(theme.GAP_S)
        top = QHBoxLayout()
        top.setSpacing(theme.GAP_M)
        top.addWidget(self.title_line)
        top.addLayout(self._chips)
        top.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addLayout(top)
        words.addWidget(self.subtitle_line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addLayout(words, 1)
        row.addLayout(self._right)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        for widget in buttons:
            self.add(widget)

    def set_title(self, text: str) -> None:
        """Change the title."""
        self.title_line.setText(text)

    def set_subtitle(self, text: str) -> None:
        """Change the line below; empty hides it."""
        self.subtitle_line.setText(text)
        self.subtitle_line.setVisible(bool(text))

    def set_chips(self, chips: Iterable[tuple[str, Tone]]) -> None:
        """Show small labels beside the title: stage, class, urgency."""
        while self._chips.count():
            item = self._chips.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.deleteLater()
        for text, tone in chips:
            self._chips.addWidget(ChipLabel(text, tone))

    def shorten(self, buttons: Sequence[QAbstractButton]) -> None:
        """Let buttons show their icons only where there is no room for their words."""
        ShortButtons(self, buttons, lambda: self.sizeHint().width())

    def add(self, widget: QWidget) -> None:
        """Add a button or other widget at the right."""
        self._right.addWidget(widget)


class Card(QFrame):
    """A titled surface; put widgets into ``body``."""

    def __init__(
        self, title: str = "", buttons: Sequence[QWidget] = (), *, wraps: bool = False
    ) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self._title = text_label(title, "heading", wraps=wraps)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(theme.GAP_M, theme.GAP_M, theme.GAP_M, theme.GAP_M)
        whole.setSpacing(theme.GAP_S)
        if title or buttons:
            row = QHBoxLayout()
            row.addWidget(self._title, 1)
            for widget in buttons:
                row.addWidget(widget)
            whole.addLayout(row)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.GAP_S)
        whole.addLayout(self.body, 1)

    def set_title(self, text: str) -> None:
        """Change the title."""
        self._title.setText(text)
        self.setAccessibleName(text)


class Facts(QWidget):
    """Labels and values in two columns; long values wrap, all can be selected and copied."""

    def __init__(self, facts: Iterable[tuple[str, str]] = ()) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        self._form.setContentsMargins(0, 0, 0, 0)
        self._form.setHorizontalSpacing(theme.GAP_L)
        self._form.setVerticalSpacing(theme.GAP_XS)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.DontWrapRows)
        self._values: dict[str, QLabel] = {}
        self.set_facts(facts)

    def set_facts(self, facts: Iterable[tuple[str, str]]) -> None:
        """Show these pairs; same labels only change their values."""
        pairs = list(facts)
        if [label for label, _value in pairs] != list(self._values):
            while self._form.rowCount():
                self._form.removeRow(0)
            self._values = {}
            for label, _value in pairs:
                self._values[label] = text_label()
                self._form.addRow(text_label(label, "hint", wraps=False), self._values[label])
        for label, value in pairs:
            self._values[label].setText(value or "—")
            self._values[label].setAccessibleName(f"{label}: {value}")


class ChipLabel(QLabel):
    """A word on a coloured ground; the word says it, the colour helps."""

    def __init__(self, text: str = "", tone: Tone = Tone.NEUTRAL) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        theme.set_tone(self, tone)

    def show_word(self, text: str, tone: Tone) -> None:
        """Change word and tone."""
        self.setText(text)
        theme.set_tone(self, tone)


class StatTile(QPushButton):
    """A number with its name; a click opens what is behind it."""

    def __init__(self, label: str, value: str = "—", hint: str = "") -> None:
        super().__init__()
        self.setAutoDefault(False)
        self._label = _plain(label, "hint")
        self._value = _plain(value, "big-number")
        self._hint = _plain(hint, "hint")
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_M, theme.GAP_S, theme.GAP_M, theme.GAP_S)
        column.setSpacing(0)
        for widget in (self._label, self._value, self._hint):
            column.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_value(value, hint)

    def show_value(self, value: str, hint: str = "", tone: Tone | None = None) -> None:
        """Change the number and the line below it."""
        self._value.setText(value)
        theme.set_tone(self._value, tone)
        self._hint.setText(hint or " ")  # tiles in a row are of one height
        self.setAccessibleName(" ".join(filter(None, (self._label.text(), value, hint))))
        self.updateGeometry()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


def _plain(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    theme.set_role(label, role)
    return label


class FilterBar(QWidget):
    """A search field and editors in one line; says once that something was changed."""

    changed = Signal()

    def __init__(self, placeholder: str = "", *, has_search: bool = True) -> None:
        super().__init__()
        self.search = TextEditor(placeholder=placeholder or _("Name, pinyin, phone, number"))
        self.search.set_name(_("Search"))
        searching(self.search.line)
        self.search.setMinimumWidth(220)
        self.search.setVisible(has_search)
        self._timer = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._timer.timeout.connect(self.changed)
        self.search.changed.connect(self._timer.start)
        self.search.line.returnPressed.connect(self._now)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.GAP_S)
        self._row.addWidget(self.search, 2 if has_search else 0)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def add(self, label: str, editor: EditorT) -> EditorT:
        """Add an editor with its label and return it."""
        words = QLabel(label)
        words.setTextFormat(Qt.TextFormat.PlainText)
        theme.set_role(words, "hint")
        editor.set_name(plain_text(label))
        place = self._row.count() - 1
        self._row.insertWidget(place, words)
        self._row.insertWidget(place + 1, editor)
        editor.changed.connect(self._timer.start)
        return editor

    def add_widget(self, widget: QWidget) -> None:
        """Add any other widget at the right end."""
        self._row.addWidget(widget)

    def focus_search(self) -> None:
        """Put the keyboard into the search field."""
        self.search.line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.line.selectAll()

    def settle(self) -> None:
        """Take what stands in the editors as said: their change is not announced any more."""
        self._timer.stop()

    def _now(self) -> None:
        self._timer.stop()
        self.changed.emit()


def splitter(
    context: "PageContext", key: str, *widgets: QWidget, horizontal: bool = True
) -> QSplitter:
    """Panes side by side whose sizes are remembered per user."""
    way = Qt.Orientation.Horizontal if horizontal else Qt.Orientation.Vertical
    made = QSplitter(way)
    made.setObjectName(key)
    made.setHandleWidth(theme.GAP_S)
    made.setChildrenCollapsible(False)
    for widget in widgets:
        made.addWidget(widget)
    context.state.follow_splitter(made, key)
    return made


def scrolled(widget: QWidget, name: str = "") -> QScrollArea:
    """A widget that scrolls when it is higher than its place.

    With a name the keyboard can go there and scroll what is only read; without one it scrolls
    along with the fields inside.
    """
    area = QScrollArea()
    area.setAccessibleName(name)
    if name:
        area.setProperty("pane", True)
    else:
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    if not widget.objectName():
        widget.setObjectName("scrolled")
    area.setWidget(widget)
    return area
