"""Two keyings of one paper: the differences, settled one by one with a digit."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLineEdit, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.i18n import _, ngettext
from desktop_app.services.double_entry import Discrepancy
from desktop_app.ui import theme
from desktop_app.ui.composing import Composing
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.panels import Card, button, text_label

_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

ReadCode = Callable[[str, str], str]
"""What was typed for a question (its address) as XForms write it."""


class DiscrepancyView(QWidget):
    """One difference at a time: ``1`` takes the first keying, ``2`` the second, or type another."""

    settled = Signal(str, str, str)
    """Address, the value that is on the paper, and why when it is not the first one."""
    done = Signal()
    """There is nothing left, and the person goes on."""

    def __init__(self) -> None:
        super().__init__()
        self._open: tuple[Discrepancy, ...] = ()
        self._read: ReadCode = lambda _address, text: text
        self._composing = Composing(self)
        self.card = Card(_("Differences between the two keyings"))
        self.count = text_label("", "hint")
        self.question = text_label("", "question")
        self.first = button(f"1  {_('First keying')}", partial(self.choose, 1), role="choice")
        self.second = button(f"2  {_('Second keying')}", partial(self.choose, 2), role="choice")
        self.first_words, self.second_words = text_label(), text_label()
        self.other = QLineEdit()
        self.other.setPlaceholderText(_("Neither: what the paper says, then Enter"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(_("Why the first keying is corrected"))
        self.reason.setText(_("Keyed wrong the first time"))
        self.problem = text_label("", "problem")
        self.nothing = EmptyState(
            _("No differences left. What was settled stands in the first keying."),
            "check-circle",
            (_("Back to the interview"), self.done.emit),
        )
        self._build()

    def _build(self) -> None:
        for made in (self.first, self.second, self.other, self.reason):
            made.installEventFilter(self)
        for line in (self.other, self.reason):
            self._composing.watch(line)
        self.other.setAccessibleName(_("Another answer"))
        self.reason.setAccessibleName(_("Why the first keying is corrected"))
        self.problem.hide()
        choices = QGridLayout()
        choices.setHorizontalSpacing(theme.GAP_M)
        choices.setVerticalSpacing(theme.GAP_S)
        choices.setColumnStretch(1, 1)
        pairs = ((self.first, self.first_words), (self.second, self.second_words))
        for row, (made, words) in enumerate(pairs):
            choices.addWidget(made, row, 0, Qt.AlignmentFlag.AlignTop)
            choices.addWidget(words, row, 1)
        self.inside = QWidget()
        column = QVBoxLayout(self.inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.count)
        column.addWidget(self.question)
        column.addLayout(choices)
        column.addWidget(self.other)
        column.addWidget(text_label(_("Reason, kept with the change"), "hint"))
        column.addWidget(self.reason)
        column.addWidget(self.problem)
        keys = _("1 takes the first keying, 2 the second. Look at the paper.")
        column.addWidget(text_label(keys, "hint"))
        self.card.body.addWidget(self.inside)
        self.card.body.addWidget(self.nothing, 1)
        self.card.body.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self.card)

    def show_differences(self, found: Sequence[Discrepancy], read: ReadCode) -> None:
        """Show what is still to be settled, the first one now."""
        before = self._open[0].address if self._open else ""
        self._open, self._read = tuple(found), read
        self.inside.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.problem.hide()
        if not found:
            return
        now = found[0]
        count = len(found)
        text = ngettext("{n} difference left", "{n} differences left", count)
        self.count.setText(text.format(n=count))
        self.question.setText(now.label)
        empty = _("nothing")
        self.first_words.setText(now.first_words or empty)
        self.second_words.setText(now.second_words or empty)
        first, second = _("First keying: {answer}"), _("Second keying: {answer}")
        self.first.setAccessibleName(first.format(answer=self.first_words.text()))
        self.second.setAccessibleName(second.format(answer=self.second_words.text()))
        if now.address != before:
            self.other.clear()
        self.start()

    def start(self) -> None:
        """Put the keyboard where digits choose."""
        if self._open:
            self.first.setFocus(Qt.FocusReason.OtherFocusReason)

    def choose(self, number: int) -> None:
        """Take the first or the second keying."""
        if self._open:
            now = self._open[0]
            self._settle(now.first_value if number == 1 else now.second_value)

    def take_other(self) -> None:
        """Take what was typed instead of either."""
        if self._open and self.other.text().strip():
            self._settle(self._read(self._open[0].address, self.other.text()))

    def _settle(self, value: str) -> None:
        now = self._open[0]
        is_first = value == now.first_value
        self.settled.emit(now.address, value, "" if is_first else self.reason.text().strip())

    def show_problem(self, sentence: str) -> None:
        """Say why a difference could not be settled."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
            and self._press(watched, event)
        ):
            return True
        return super().eventFilter(watched, event)

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if watched is self.other or watched is self.reason:
            if key in _ENTER:
                self.take_other()
                return True
            return False
        if key in (Qt.Key.Key_1, Qt.Key.Key_2):
            self.choose(1 if key == Qt.Key.Key_1 else 2)
            return True
        if key in _ENTER:
            self.choose(1 if watched is self.first else 2)
            return True
        text = event.text()
        if text.isprintable() and text.strip() and not event.modifiers():
            self.other.setFocus(Qt.FocusReason.OtherFocusReason)
            self.other.insert(text)
            return True
        return False
