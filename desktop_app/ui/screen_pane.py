"""The questions of one screen: one of them, all of a group, or the question for one more."""

from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.i18n import _, ngettext
from desktop_app.questionnaire.engine import Changes
from desktop_app.questionnaire.filling import Filling
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.file_input import FileInput
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_layout import Line, Screen
from desktop_app.ui.panels import button, scrolled, text_label
from desktop_app.ui.question_card import QuestionCard

_GAP: Final = theme.GAP_M


def title_of(filling: Filling, line: Line) -> str:
    """What a group, an instance or a repeat is called; instances are numbered."""
    node = filling.node(line.address)
    at = filling.primary if node is None else node
    text = filling.render(line.item.label, at)
    _repeat, _bracket, number = line.address.rpartition("[")
    if line.item.path in filling.form.repeats and number.rstrip("]").isdecimal():
        return f"{text} {number.rstrip(']')}".strip()
    return text


class MoreCard(QWidget):
    """Asks whether there is one more: 1 adds, Enter goes on."""

    add_wanted = Signal()
    gone_on = Signal()

    def __init__(self, title: str, count: int) -> None:
        super().__init__()
        self.add = button(f"1  {_('Add one more')}", self.add_wanted.emit, "add", "choice")
        self.go = button(f"2  {_('Go on')}", self.gone_on.emit, "chevron-down", "choice")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        words = _("Another one: {title}?") if count else _("Add: {title}?")
        column.addWidget(text_label(words.format(title=title), "question"))
        so_far = ngettext("{n} so far", "{n} so far", count).format(n=count)
        column.addWidget(text_label(f"{so_far}\n{_('1 adds one, Enter goes on.')}", "hint"))
        for made in (self.add, self.go):
            made.setAccessibleName(f"{made.text().partition('  ')[2]} – {title}")
            made.installEventFilter(self)
            column.addWidget(made, 0, Qt.AlignmentFlag.AlignLeft)

    def stops(self) -> list[QWidget]:
        """Where the keyboard stops."""
        return [self.go]

    def start(self) -> None:
        """Put the keyboard on going on."""
        self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_1:
                self.add_wanted.emit()
                return True
            if event.key() == Qt.Key.Key_2:
                self.gone_on.emit()
                return True
        return super().eventFilter(watched, event)


class ScreenPane(QWidget):
    """Shows a screen of a run and keeps its cards as answers change what is asked."""

    gone_on = Signal()
    add_wanted = Signal(str)
    attach_wanted = Signal(str, str, object)
    open_wanted = Signal(str)
    play_wanted = Signal(str, object)
    picture_wanted = Signal(str, str)
    made = Signal(object)
    """A card that is new on the screen: the view follows its keys."""

    def __init__(self) -> None:
        super().__init__()
        self.run: FillingRun | None = None
        self.shown: Screen | None = None
        self.offers = Offers()
        self.cards: dict[str, QuestionCard] = {}
        self.more: MoreCard | None = None
        self.built = 0
        """How many cards were made so far; a test counts them."""
        self.title = text_label("", "hint")
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, theme.GAP_S, 0)
        self._column.setSpacing(_GAP)
        self.area = scrolled(self._inside)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(theme.GAP_XS)
        whole.addWidget(self.title)
        whole.addWidget(self.area, 1)

    def show_screen(self, run: FillingRun, screen: Screen) -> None:
        """Show another screen."""
        self.clear()
        self.run, self.shown = run, screen
        if screen.more and screen.title is not None:
            title = title_of(run.filling, screen.title)
            self.more = MoreCard(title, run.filling.count_of(screen.more))
            self.more.gone_on.connect(self.gone_on)
            self.more.add_wanted.connect(lambda: self.add_wanted.emit(screen.more))
            self._column.addWidget(self.more)
            self.more.show()
            self._column.addStretch(1)
            self.made.emit(self.more)
        else:
            self._sync(screen)
        self._show_title()

    def clear(self) -> None:
        """Take everything away."""
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.cards, self.more, self.shown = {}, None, None

    def _show_title(self) -> None:
        screen, run = self.shown, self.run
        is_named = screen is not None and screen.title is not None and not screen.more
        if is_named and screen is not None and screen.title is not None and run is not None:
            self.title.setText(title_of(run.filling, screen.title))
        self.title.setVisible(is_named and bool(self.title.text()))

    def _sync(self, screen: Screen) -> None:
        """Make the cards that are missing, and take those away that are not asked any more."""
        run = self.run
        if run is None:
            return
        for address in [each for each in self.cards if each not in screen.addresses]:
            self._drop(address)
        for at, address in enumerate(screen.addresses):
            card = self.cards.get(address)
            if card is not None and card.is_readonly != run.filling.is_readonly(address):
                self._drop(address)
                card = None
            if card is None:
                is_alone = screen.title is None
                card = QuestionCard(run, address, self.offers, is_alone=is_alone)
                card.put.connect(run.put)
                card.gone_on.connect(self.gone_on)
                card.attach_wanted.connect(self.attach_wanted)
                card.open_wanted.connect(self.open_wanted)
                card.play_wanted.connect(self.play_wanted)
                card.picture_wanted.connect(self.picture_wanted)
                self.cards[address] = card
                if isinstance(card.input, FileInput):
                    card.input.want_picture()
                self._column.insertWidget(at, card, 1 if card.fills else 0)
                card.show()  # at once: the keyboard goes there with the next key
                self.built += 1
                self.made.emit(card)
        self.cards = {address: self.cards[address] for address in screen.addresses}
        has_stretch = self._column.count() > len(self.cards)
        if not has_stretch and not any(card.fills for card in self.cards.values()):
            self._column.addStretch(1)

    def _drop(self, address: str) -> None:
        card = self.cards.pop(address)
        self._column.removeWidget(card)
        card.hide()
        card.deleteLater()

    # ------------------------------------------------------------------ following

    def follow(self, changes: Changes, screen: Screen) -> None:
        """An answer changed something: only what is on the screen and concerned is shown anew."""
        self.shown = screen
        if screen.addresses != tuple(self.cards):
            self._sync(screen)
        everything = changes.everything
        for address, card in self.cards.items():
            if address in everything:
                card.refresh()
        self._show_title()

    def reword(self) -> None:
        """Everything is asked in another language."""
        for card in self.cards.values():
            card.probe = ""
            card.refresh()
        self._show_title()

    def show_problems(self) -> None:
        """Say again what is wrong on this screen."""
        for card in self.cards.values():
            card.show_problems()

    # ------------------------------------------------------------------ the keyboard

    def card_of(self, widget: QObject | None) -> QuestionCard | None:
        """The card a widget is in."""
        while widget is not None:
            if isinstance(widget, QuestionCard):
                return widget
            widget = widget.parent()
        return None

    def file_input(self, address: str) -> FileInput | None:
        """The input of a question that asks for a file, if it is on the screen."""
        card = self.cards.get(address)
        return card.input if card is not None and isinstance(card.input, FileInput) else None

    def stops(self) -> list[QWidget]:
        """Where Enter and Tab stop, in order."""
        if self.more is not None:
            return self.more.stops()
        return [stop for card in self.cards.values() for stop in card.stops()]

    def start(self, address: str = "") -> None:
        """Put the keyboard into a question, the first one without a name."""
        if self.more is not None:
            self.more.start()
            return
        card = self.cards.get(address) or next(iter(self.cards.values()), None)
        if card is not None:
            card.start()
            self.reveal(card)

    def reveal(self, card: QuestionCard) -> None:
        """Scroll so that all of a question can be seen, at least where the keyboard is."""
        self.area.ensureWidgetVisible(card)
        focus = card.window().focusWidget()
        if focus is not None and card.isAncestorOf(focus):
            self.area.ensureWidgetVisible(focus)
