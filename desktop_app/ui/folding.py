"""What gives way in a narrow window: a pane that folds behind a tab, buttons that keep their icons.

At 200 % a Full HD screen has 960 × 540 logical pixels: three panes do not fit beside each other.
"""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QSplitter, QTabBar, QWidget
from typing_extensions import override

from desktop_app.ui import theme

_ANY_HEIGHT = 16_777_215


class Folding(QObject):
    """Shows the first or the last of three panes beside the middle one when all do not fit.

    ``tabs`` stand above the panes and say which; F6 and `show_pane` turn to the other one, too.
    """

    def __init__(self, panes: QSplitter, names: tuple[str, str], *, below: int, name: str) -> None:
        """Follow the width of a splitter.

        Args:
            panes: Three panes; the middle one stays.
            names: What the first and the last pane are called on the tabs.
            below: Pixels under which they fold.
            name: What the tabs are, for a screen reader.
        """
        super().__init__(panes)
        self._panes, self._below = panes, below
        self.is_folded = False
        self.tabs = QTabBar()
        self.tabs.setAccessibleName(name)
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self.tabs.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for words in names:
            self.tabs.addTab(words)
        self.tabs.hide()
        self.tabs.currentChanged.connect(self._turn)
        panes.setMinimumWidth(1)  # all side by side must not keep the window wide
        panes.installEventFilter(self)

    def _sides(self) -> list[QWidget]:
        found = (self._panes.widget(at) for at in (0, self._panes.count() - 1))
        return [side for side in found if side is not None]

    def show_pane(self, inside: QWidget) -> None:
        """Turn to the side that something is in, if it is folded away."""
        for at, side in enumerate(self._sides()):
            if self.is_folded and (side is inside or side.isAncestorOf(inside)):
                self.tabs.setCurrentIndex(at)

    def enter(self, inside: QWidget) -> Callable[[], None]:
        """What puts the keyboard into something on a side, for `focus_next`."""

        def go() -> None:
            self.show_pane(inside)
            inside.setFocus(Qt.FocusReason.ShortcutFocusReason)

        return go

    def _turn(self) -> None:
        chosen = self.tabs.currentIndex()
        for at, side in enumerate(self._sides()):
            side.setVisible(not self.is_folded or at == chosen)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._panes:
            is_narrow = self._panes.width() < theme.pixels(self._below)
            if is_narrow != self.is_folded:
                self.is_folded = is_narrow
                self.tabs.setVisible(is_narrow)
                self._turn()
        return super().eventFilter(watched, event)


class GivesWay(QObject):
    """Takes something away while something else is shown and both do not fit into a low page."""

    def __init__(self, page: QWidget, less: QWidget, more: QWidget, *, below: int) -> None:
        """Follow the height of a page.

        Args:
            page: What both stand in.
            less: What gives way.
            more: What it gives way to.
            below: Pixels of height under which it does.
        """
        super().__init__(page)
        self._page, self._less, self._more, self._below = page, less, more, below
        for watched in (page, more):
            watched.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            is_low = self._page.height() < theme.pixels(self._below)
            goes = is_low and not self._more.isHidden()
            self._less.setMaximumHeight(0 if goes else _ANY_HEIGHT)
        return super().eventFilter(watched, event)


class ShortButtons(QObject):
    """Takes the words off buttons while a bar has no room for them.

    Those with an icon show it alone, others what `say_shortly` gave them. The words stay as the
    name and in the tooltip.
    """

    def __init__(
        self, bar: QWidget, buttons: Sequence[QAbstractButton], needed: Callable[[], int]
    ) -> None:
        """Follow the width of a bar.

        Args:
            bar: What the buttons stand in.
            buttons: Those that may lose their words.
            needed: The width that all of the bar wants with the buttons as they are.
        """
        super().__init__(bar)
        self._bar, self._buttons, self._needed = bar, tuple(buttons), needed
        bar.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        worded = [
            each for each in self._buttons if each.text() != _shorter(each) and not each.isHidden()
        ]
        if self._needed() + self._saved_width() > self._bar.width():
            for made in worded:
                if _shorter(made) or not made.icon().isNull():
                    _shorten(made)
        else:
            for made in self._buttons:
                _restore(made)

    def _saved_width(self) -> int:
        """So much wider the bar is with all words."""
        short = [each for each in self._buttons if not each.isHidden() and words_of(each)]
        still = (each for each in short if each.text() == _shorter(each))
        return sum(int(each.property("saved") or 0) for each in still)


def say_shortly(made: QAbstractButton, words: str, shorter: str) -> None:
    """Give a button words, and what stands there where they find no room."""
    _restore(made)
    made.setProperty("shorter", shorter)
    made.setText(words)


def _shorter(made: QAbstractButton) -> str:
    return str(made.property("shorter") or "")


def words_of(made: QAbstractButton) -> str:
    """The words that were taken off a button; empty: it shows them."""
    return str(made.property("words") or "")


def _shorten(made: QAbstractButton) -> None:
    words, wide = made.text(), made.sizeHint().width()
    made.setProperty("words", words)
    made.setProperty("had_name", made.accessibleName())
    made.setAccessibleName(made.accessibleName() or words)
    made.setText(_shorter(made))
    made.setProperty("saved", wide - made.sizeHint().width())


def _restore(made: QAbstractButton) -> None:
    words = words_of(made)
    if words:
        made.setProperty("words", "")
        made.setText(words if made.text() == _shorter(made) else made.text())
        made.setAccessibleName(str(made.property("had_name") or ""))
