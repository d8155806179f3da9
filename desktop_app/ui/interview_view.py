"""The running interview: questions left, the current ones in the middle, everything saved as typed.

The view knows no database. Its run says what was typed and what was answered; the page stores it.
Nobody is trapped: an answer that is not possible waits in the strip.
"""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire.engine import Changes
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.belief_bar import BeliefBar
from desktop_app.ui.composing import Composing
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.folding import Folding
from desktop_app.ui.interview_center import InterviewCenter
from desktop_app.ui.interview_layout import Screen, instance_of
from desktop_app.ui.page import PageContext
from desktop_app.ui.pane_cycle import focus_next
from desktop_app.ui.panels import splitter
from desktop_app.ui.question_card import QuestionCard
from desktop_app.ui.question_list import QuestionList

_NARROWEST = 360
_FOLDED = 900
_LOW = 520
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_LEAVING = (*_ENTER, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)


class InterviewView(QWidget):
    """List of questions and the current screen; facts are put beside it by the page."""

    moved = Signal()
    """Another question is current."""
    at_end = Signal()
    """The last question was answered."""
    accept_wanted = Signal()
    """Alt+A: the warning in the strip may stand."""

    def __init__(self, context: PageContext, beside: QWidget) -> None:
        super().__init__()
        self.run: FillingRun | None = None
        self.shown: Screen | None = None
        self.current = ""
        self._place = 0
        self._composing = Composing(self)
        self.list = QuestionList()
        self.list.activated.connect(self._on_line)
        self.list.clicked.connect(self._on_line)
        self.center = InterviewCenter(self.previous, self.toggle_mark, self.next)
        self.pane, self.note = self.center.pane, self.center.note
        self.note.left.connect(self.refocus)
        self.pane.made.connect(self._watch)
        self.pane.gone_on.connect(self._go_on)
        self.pane.add_wanted.connect(self.add_instance)
        self.belief = BeliefBar()
        self.belief.left.connect(self.refocus)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addWidget(self.belief)
        column.addWidget(self.center, 1)
        self.left = QStackedWidget()
        self.left.addWidget(self.list)
        panes = splitter(context, "interview", self.left, middle, beside)
        for place, stretch in enumerate((4, 9, 5)):
            panes.setStretchFactor(place, stretch)
        middle.setMinimumWidth(theme.pixels(_NARROWEST))
        tabs = _("Beside the question")
        self.folding = Folding(panes, (_("Questions"), _("Facts")), below=_FOLDED, name=tabs)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.folding.tabs)
        whole.addWidget(panes)
        self.belief.installEventFilter(self)

    # ------------------------------------------------------------------ showing

    def show_run(self, run: FillingRun, offers: Offers, note: str = "") -> None:
        """Show an interview; it goes on at the first question without an answer.

        ``note`` is what was typed into its line and not stored yet.
        """
        self.forget()
        self.run, self.pane.offers = run, offers
        run.changed.connect(self._on_changed)
        run.noticed.connect(self._on_noticed)
        run.reworded.connect(self._on_reworded)
        self.list.questions.show_run(run)
        self.note.show_text(note)
        left = [each for each in run.asked() if not run.is_answered(each)]
        first = next(iter(left or run.layout.questions), "")
        if first:
            self.go(first)
        elif run.layout.screens:
            self._show(run.layout.screens[0])

    def forget(self) -> None:
        """Show no interview any more."""
        self.leave()
        if self.run is not None:
            self.run.disconnect(self)
            self.list.questions.show_run(None)
        self.run, self.shown, self.current = None, None, ""
        self.pane.clear()
        self.belief.hide()

    def go(self, address: str) -> None:
        """Leave the current question, whatever stands there, and go to another."""
        screens = self.run.layout.screens if self.run is not None else ()
        found = (each for each in screens if address in each.addresses or each.more == address)
        screen = next(found, None)
        if screen is not None:
            self._show(screen, address)

    def _show(self, screen: Screen, address: str = "") -> None:
        run = self.run
        if run is None:
            return
        if self.center.isHidden():
            self.belief.hide()
        self._enter("")
        address = address if address in screen.addresses else ""
        if self.shown is None or self.shown.key != screen.key:
            self.shown = screen
            self.pane.show_screen(run, screen)
        self._place = run.layout.place_of(screen.key) or 0
        self._enter(address or next(iter(screen.addresses), ""))
        if screen.more:
            self.list.choose(screen.more)
        self.pane.start(self.current)
        self._show_progress()
        self.moved.emit()

    def _enter(self, address: str) -> None:
        """Another question has the keyboard: the one before is said and judged."""
        run = self.run
        if run is None or address == self.current:
            return
        before, self.current = self.current, address
        if before:
            run.leave(before)
        run.time.go(address, is_active=self.isActiveWindow())
        if address:
            self.list.choose(address)

    def _show_progress(self) -> None:
        if self.run is not None:
            self.center.show_progress(self.run, self.current, is_first=self._place == 0)

    # ------------------------------------------------------------------ following the run

    def _on_changed(self, changes: Changes) -> None:
        run = self.run
        if run is None:
            return
        if changes.relevance or changes.repeats:
            self.list.questions.follow(run.layout)
        self.list.questions.touch(changes.everything)
        screen = self.shown
        if screen is not None:
            place = run.layout.place_of(screen.key)
            if place is not None:
                self.shown, self._place = run.layout.screens[place], place
                self.pane.follow(changes, self.shown)
        self._show_progress()

    def _on_noticed(self, addresses: set[str]) -> None:
        self.list.questions.touch(addresses)
        self.pane.show_problems()
        self._show_progress()

    def _on_reworded(self) -> None:
        self.list.questions.reword()
        self.pane.reword()

    # ------------------------------------------------------------------ moving

    def next(self) -> None:
        """Go to the next screen; after the last one say so."""
        self._step(1)

    def previous(self) -> None:
        """Go to the screen before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        run, screen = self.run, self.shown
        if run is None or screen is None:
            return
        self.leave()
        place = run.layout.place_of(screen.key)
        to = place + by if place is not None else self._place + min(by, 0)
        if 0 <= to < len(run.layout.screens):
            self._show(run.layout.screens[to])
            if by < 0:
                self._to_last_stop()
        elif by > 0:
            self.at_end.emit()

    def _to_last_stop(self) -> None:
        stops = self.pane.stops()
        if len(stops) > 1:
            stops[-1].setFocus(Qt.FocusReason.BacktabFocusReason)

    def toggle_mark(self) -> None:
        """Mark the question to come back to it, or take the mark away."""
        if self.run is not None and self.current:
            self.run.toggle_mark(self.current)
            self.refocus()

    def to_list(self) -> None:
        """Put the keyboard into the list of questions, to jump."""
        self.left.setCurrentWidget(self.list)
        self.folding.show_pane(self.list)
        self.list.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def refocus(self) -> None:
        """Put the keyboard into the current question."""
        self.pane.start(self.current)

    def _on_line(self, index: QModelIndex) -> None:
        line = self.list.line(index)
        if line is not None:
            self.go(line.address)

    def leave(self) -> None:
        """Say every answer that was not said yet."""
        self.note.flush()
        if self.run is not None:
            if self.current:
                self.run.leave(self.current)
            self.run.flush()

    # ------------------------------------------------------------------ repeats, files, language

    def add_instance(self, repeat: str = "") -> None:
        """Add an instance of a repeat, of the one around the question without a name."""
        run, repeat = self.run, repeat or self.repeat_here()
        if run is not None and repeat:
            made = run.add_instance(repeat)
            inside = (each for each in run.layout.questions if each.startswith(f"{made}/"))
            self.go(next(inside, repeat))

    def repeat_here(self) -> str:
        """The repeat that an instance can be added to where the keyboard is; empty: none."""
        if self.run is None or self.shown is None:
            return ""
        return self.shown.more or (self.run.repeat_at(self.current) if self.current else "")

    def instance_here(self) -> str:
        """The instance around the current question that can be taken away; empty: none."""
        if self.run is None or not self.current:
            return ""
        return instance_of(self.run.filling, self.current)

    def remove_instance(self) -> None:
        """Take the instance around the current question away."""
        run, instance = self.run, self.instance_here()
        if run is None or not instance:
            return
        self.leave()
        self.current, self.shown = "", None
        self.pane.clear()
        run.remove_instance(instance)
        self.go(instance.rpartition("[")[0])
        if self.shown is None and run.layout.screens:
            self._show(run.layout.screens[min(self._place, len(run.layout.screens) - 1)])

    def attach(self) -> None:
        """Choose a file for the current question, if it asks for one."""
        file = self.pane.file_input(self.current)
        if file is not None:
            file.ask()

    def show_picture(self, address: str, name: str, content: bytes) -> None:
        """Show a stored picture small, if it is still the answer on the screen."""
        file = self.pane.file_input(address)
        if file is not None and file.value() == name:
            file.show_picture(content)

    def take_attached(self, address: str, name: str) -> None:
        """A file was stored for a question; it is its answer now."""
        run, file = self.run, self.pane.file_input(address)
        if run is not None:
            if file is not None:
                file.take_attached(name)
            run.put(address, name)
            run.leave(address)

    # ------------------------------------------------------------------ note and keys

    def slots(self) -> dict[str, Callable[[], object]]:
        """What can be done here now: action id to slot."""
        slots: dict[str, Callable[[], object]] = {
            "interview.next": self.next,
            "interview.previous": self.previous,
            "interview.jump": self.to_list,
            "interview.mark": self.toggle_mark,
            "interview.note": self.open_note,
        }
        if self.repeat_here():
            slots["interview.add"] = self.add_instance
        if self.pane.file_input(self.current) is not None:
            slots["interview.attach"] = self.attach
        return slots

    def go_to_pane(self, facts: QWidget, strip: QWidget, step: int = 1) -> None:
        """From the question to facts, list and what waits, and back; -1: the other way round."""
        left = self.left.currentWidget() or self.list
        panes = (self.center, facts, left, self.belief.box, strip)
        sides = {pane: self.folding.enter(pane) for pane in (facts, left)}
        focus_next(panes, step, {self.center: self.refocus, **sides})

    def open_note(self) -> None:
        """Open the line for a note; once more goes back to the question."""
        if self.note.isHidden():
            self.note.open()
        else:
            self.note.hide()
            self.refocus()

    def _watch(self, card: QWidget) -> None:
        for widget in card.findChildren(QWidget):
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus:
                widget.installEventFilter(self)
                self._composing.watch(widget)

    def _go_on(self, by: int = 1) -> None:
        stops = self.pane.stops()
        focus = QApplication.focusWidget()
        at = next((n for n, stop in enumerate(stops) if stop is focus), -1)
        if at < 0:
            card = self.pane.card_of(focus)
            inside = [n for n, stop in enumerate(stops) if self.pane.card_of(stop) is card]
            at = (inside[-1] if by > 0 else inside[0]) if inside else len(stops) - 1
        if 0 <= at + by < len(stops):
            stops[at + by].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self._step(by)

    def _make_room(self) -> None:
        """Where the window is low, the belief of staff is asked without the question below it."""
        is_low = self.height() < theme.pixels(_LOW)
        self.center.setVisible(not is_low or self.belief.isHidden())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and self.run is not None:
            self.run.time.set_active(self.isActiveWindow())
        super().changeEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.belief:
            if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
                self._make_room()
        elif event.type() == QEvent.Type.FocusIn:
            card = self.pane.card_of(watched)
            if card is not None:
                self.pane.reveal(card)
            if card is not None and card.address != self.current:
                self._enter(card.address)
                self._show_progress()
        elif isinstance(event, QKeyEvent) and self._composing.is_active:
            return event.key() in _LEAVING  # they belong to the input method, not to Qt either
        elif isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride and _is_ours(event):
                event.accept()  # or the mnemonic of a menu takes it
                return True
            if event.type() == QEvent.Type.KeyPress and self._press(watched, event):
                return True
        return super().eventFilter(watched, event)

    def _press(self, watched: QObject, event: QKeyEvent) -> bool:
        """Whether a key was ours."""
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        is_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        card = self.pane.card_of(watched)
        if _is_ours(event):
            if key == Qt.Key.Key_A:
                self.accept_wanted.emit()
            elif card is not None and card.why is not None:
                card.why.choose(key - Qt.Key.Key_0)
            return True
        if key == Qt.Key.Key_Backtab or (key == Qt.Key.Key_Tab and is_shift):
            self._go_on(-1)
            return True
        if key == Qt.Key.Key_Tab:
            self._go_on()
            return True
        if key in _ENTER and not is_shift:
            self._enter_pressed(card, watched)
            return True
        return False

    def _enter_pressed(self, card: QuestionCard | None, watched: QObject) -> None:
        more = self.pane.more
        if more is not None and watched is more.add:
            more.add_wanted.emit()
        elif card is None or not card.input.press_enter(watched):
            self._go_on()


def _is_ours(event: QKeyEvent) -> bool:
    """Alt+1 to Alt+4 ask a probe, Alt+A accepts a warning; menus have mnemonics of the same."""
    held, is_probe = event.modifiers(), Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_4
    held &= ~Qt.KeyboardModifier.KeypadModifier
    return held == Qt.KeyboardModifier.AltModifier and (is_probe or event.key() == Qt.Key.Key_A)
