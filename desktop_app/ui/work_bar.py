"""What of the work of today is shown: whose queue as pills, which part of the day as tiles."""

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app import labels
from desktop_app.domain.queue_order import QueueKind
from desktop_app.i18n import N_, _
from desktop_app.services.work import Counts, Section, View
from desktop_app.ui import theme
from desktop_app.ui.panels import StatTile, button
from desktop_app.ui.theme import Tone

_TILES: Final[tuple[tuple[Section | None, str], ...]] = (
    (None, N_("To do")),
    (Section.CANCEL_REQUEST, N_("Cancel requests")),
    (Section.CALLBACK, N_("Callbacks")),
    (Section.OVERDUE, N_("Overdue")),
    (Section.TODAY, N_("Due today")),
    (Section.WAITING, N_("Waiting")),
)
_URGENT: Final = {Section.CANCEL_REQUEST, Section.OVERDUE}
_PLACES: Final[tuple[tuple[QueueKind | None, str], ...]] = (
    (None, N_("All")),
    (QueueKind.OWN, N_("Mine")),
    (QueueKind.TEAM, N_("Team")),
    (QueueKind.POOL, N_("Pool")),
)
_EXPLAINED: Final = {
    QueueKind.TEAM: N_("Cases of who is away or has left, and calls that anyone may make now"),
    QueueKind.POOL: N_("Cases nobody works on; Ctrl+T claims one"),
}
_WARNED: Final = "warned"
_MORE: Final[tuple[tuple[Section | str, str, str], ...]] = (
    (_WARNED, N_("Back to the pool soon"), N_("Nobody has spoken to these customers for long")),
    (Section.HELD_BACK, N_("Held back"), N_("The screening found something against a contact")),
    (Section.TO_CLOSE, N_("To close"), N_("No contact any more: close these cases")),
    (Section.LATER, N_("Later"), N_("Nothing is due before another day")),
)


class WorkBar(QWidget):
    """Chooses a queue and a part of the day, and shows how much there is in each."""

    changed = Signal()
    """Something else is to be shown."""

    def __init__(self) -> None:
        super().__init__()
        self.place: QueueKind | None = None
        self.section: Section | None = None
        self.is_warned = False
        self.is_everybody = False
        self._counts: Counts | None = None
        self.pills: dict[QueueKind | None, QPushButton] = {}
        self.more: dict[Section | str, QPushButton] = {}
        self.tiles: dict[Section | None, StatTile] = {}
        self._notices, self._line = QHBoxLayout(), QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._notices.setSpacing(theme.GAP_XS)
        self._notices.addStretch(1)
        self._top, self._choices = self._make_tiles(), self._make_pills()
        self._line.setSpacing(theme.GAP_XS)
        self._line.addLayout(self._choices)
        self._line.addLayout(self._notices, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addLayout(self._top)
        column.addLayout(self._line)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._mark()

    def _make_tiles(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_S)
        for section, title in _TILES:
            tile = StatTile(_(title), "—", " ")
            tile.setCheckable(True)
            tile.clicked.connect(self._section_chooser(section))
            self.tiles[section] = tile
            row.addWidget(tile)
        return row

    def _make_pills(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_XS)
        for place, title in _PLACES:
            made = button(_(title), self._place_chooser(place), role="pill")
            made.setToolTip(_(_EXPLAINED[place]) if place in _EXPLAINED else "")
            self.pills[place] = made
            row.addWidget(made)
        row.addSpacing(theme.GAP_M)
        for key, title, tip in _MORE:
            slot = self._warned_chooser() if key == _WARNED else self._more_chooser(key)
            made = button(_(title), slot, role="pill")
            made.setToolTip(_(tip))
            made.hide()
            self.more[key] = made
            row.addWidget(made)
        for made in (*self.pills.values(), *self.more.values()):
            made.setCheckable(True)
        row.addStretch(1)
        return row

    def add_notice(self, widget: QWidget) -> None:
        """Add what leads to other work that is due."""
        self._notices.addWidget(widget)

    def _fold(self) -> None:
        """Put what leads elsewhere below the pills where it has no room beside them."""
        directions, parts = QBoxLayout.Direction, (self._choices, self._notices)
        wanted = sum(part.sizeHint().width() for part in parts) + theme.GAP_M
        is_narrow = wanted > self.width()
        self._line.setDirection(directions.TopToBottom if is_narrow else directions.LeftToRight)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fold()

    @override
    def minimumSizeHint(self) -> QSize:
        parts = (self._top, self._choices, self._notices)
        width = max(part.minimumSize().width() for part in parts)
        return QSize(width, super().minimumSizeHint().height())

    # ------------------------------------------------------------------ choosing

    def view(self) -> View:
        """What is asked for now."""
        return View(self.is_everybody, self.place, self.section, self.is_warned)

    def begin(self, *, is_everybody: bool) -> None:
        """Choose what is chosen when the page is new."""
        self.place = self.section = None
        self.is_warned, self.is_everybody = False, is_everybody
        self._mark()

    def choose(self, section: Section | None) -> None:
        """Show a part of the day; the same again shows everything to do."""
        self._change(section=None if section is self.section else section)

    def choose_place(self, place: QueueKind | None) -> None:
        """Show one queue; the same again shows all."""
        self._change(place=None if place is self.place else place)

    def choose_warned(self) -> None:
        """Show what goes back into the pool soon; once more shows everything to do."""
        self._change(is_warned=not self.is_warned)

    def _change(self, **wanted: object) -> None:
        if "place" in wanted:
            self.place = wanted["place"]  # type: ignore[assignment]  # a queue or none
        else:
            self.section = wanted.get("section")  # type: ignore[assignment]  # a part or none
            self.is_warned = bool(wanted.get("is_warned"))
        self._mark()
        self.changed.emit()

    def _section_chooser(self, section: Section | None) -> Callable[[], None]:
        return lambda: self.choose(section)

    def _more_chooser(self, section: Section | str) -> Callable[[], None]:
        return lambda: self.choose(Section(section))

    def _warned_chooser(self) -> Callable[[], None]:
        return self.choose_warned

    def _place_chooser(self, place: QueueKind | None) -> Callable[[], None]:
        return lambda: self.choose_place(place)

    # ------------------------------------------------------------------ showing

    def show_counts(self, counts: Counts) -> None:
        """Show how much there is; what stands at the right is hidden where there is nothing."""
        self._counts = counts
        self._mark()

    def total(self) -> int | None:
        """How many lines the present choice has; None while that is not known."""
        if self._counts is None:
            return None
        if self.is_warned:
            return len(self._counts.warned)
        return self._counts.of(self.place, self.section).count

    def _mark(self) -> None:
        for section, tile in self.tiles.items():
            tile.setChecked(not self.is_warned and section is self.section)
        for place, pill in self.pills.items():
            pill.setChecked(place is self.place)
        for key, made in self.more.items():
            made.setChecked(self.is_warned if key == _WARNED else key is self.section)
        if self._counts is not None:
            self._show(self._counts)

    def _show(self, counts: Counts) -> None:
        for section, tile in self.tiles.items():
            found = counts.of(self.place, section)
            tone = Tone.BAD if section in _URGENT and found.count else None
            worth = labels.money(found.worth, counts.currency) if found.worth else " "
            tile.show_value(labels.number(found.count), worth, tone)
        for place, title in _PLACES:
            number = labels.number(counts.of(place).count)
            is_others = self.is_everybody and place is QueueKind.OWN
            words = _("With an owner") if is_others else _(title)
            self.pills[place].setText(f"{words} {number}")
        for key, title, _tip in _MORE:
            is_warned = key == _WARNED
            count = len(counts.warned) if is_warned else counts.of(self.place, Section(key)).count
            made = self.more[key]
            made.setText(f"{_(title)} {labels.number(count)}")
            made.setVisible(bool(count) or made.isChecked())
        self._fold()
