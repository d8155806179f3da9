"""Paper keyed in: the questions of a page in one dense column, codes typed, Enter to the next."""

from functools import partial
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from desktop_app.i18n import _
from desktop_app.questionnaire.answer_words import answer_words
from desktop_app.questionnaire.engine import Changes
from desktop_app.questionnaire.form import FILES, Form, Kind, Severity
from desktop_app.questionnaire.paper_numbers import paper_numbers
from desktop_app.questionnaire.values import parse_time
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import Offers
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.composing import Composing
from desktop_app.ui.filling_run import FillingRun
from desktop_app.ui.interview_layout import pages_of
from desktop_app.ui.panels import Card, button, scrolled, text_label
from desktop_app.ui.paper_codes import read_code

MOST_ON_PAGE: Final = 30
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_WAYS = {
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_Up: -1,
    **dict.fromkeys(_ENTER, 1),
}
_LINE_SHARE, _LABEL_SHARE, _WORDS_SHARE = 3, 4, 3


def question_numbers(form: Form) -> dict[str, str]:
    """The number of each question on the printed form."""
    asked = dict.fromkeys(each.path for each in form.asked() if each.kind is not Kind.NOTE)
    return {path: str(number) for number, path in enumerate(asked, start=1)}


class PaperRow(QObject):
    """One question of the column: number, words, the line to type into, the answer in words."""

    def __init__(self, run: FillingRun, address: str, number: str, offers: Offers) -> None:
        super().__init__()
        self._run, self.address, self._offers = run, address, offers
        self.question = run.filling.question(address)
        self._numbers = paper_numbers(run.filling.form, self.question)
        self.number = text_label(number, "hint", wraps=False)
        self.label = text_label(run.filling.label(address) or self.question.name)
        self.line = QLineEdit(self._shown())
        self.line.setAccessibleName(self.label.text())
        self.line.setMinimumWidth(theme.pixels(160))
        is_typed = self.question.kind not in FILES and not run.filling.is_readonly(address)
        self.line.setEnabled(is_typed)
        if self.question.kind in FILES:
            self.line.setPlaceholderText(_("Attached in the interview itself"))
        self.words = text_label("", "hint")
        self.line.textEdited.connect(self._on_typed)
        self.show_words()

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """Its parts from left to right."""
        return self.number, self.label, self.line, self.words

    def _shown(self) -> str:
        answer = self._run.filling.answer(self.address)
        if self._numbers:
            return " ".join(self._numbers.get(code, code) for code in answer.split())
        is_time = self.question.kind is Kind.TIME and parse_time(answer) is not None
        return answer[:5] if is_time else answer

    def _on_typed(self, text: str) -> None:
        filling = self._run.filling
        choices = filling.choices(self.address) if self.question.choices is not None else ()
        self._run.put(self.address, read_code(self.question, choices, self._numbers, text))
        self.show_words()

    def show_words(self) -> None:
        """Say the answer in words beside its code, or what is wrong with it."""
        found = self._run.problems(self.address)
        is_wrong = any(each.severity is Severity.ERROR for each in found)
        answer = self._run.filling.answer(self.address)
        words = answer_words(self._run.filling, self.address, self._offers.currency)
        shown = " ".join(each.message for each in found)
        self.words.setText(shown or ("" if words == answer else words))
        theme.set_role(self.words, "problem" if is_wrong else "hint")
        theme.set_problem(self.line, is_wrong)
        self.line.setAccessibleDescription(self.words.text())


class PaperView(QWidget):
    """The pages of a run, for keying in."""

    moved = Signal()
    at_end = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.run: FillingRun | None = None
        self.rows: dict[str, PaperRow] = {}
        self.built = 0
        """How many lines were made so far; a test counts them."""
        self.page = 0
        self._offers = Offers()
        self._numbers: dict[str, str] = {}
        self._current = ""
        self._composing = Composing(self)
        self.title = text_label("", "hint", wraps=False)
        self.progress = QProgressBar(textVisible=False)
        self.progress.setAccessibleName(_("Progress"))
        self.previous_button = button(_("Previous page"), partial(self.turn, -1), "chevron-up")
        self.next_button = button(_("Next page"), partial(self.turn, 1), "chevron-down", "primary")
        card = Card(_("Transcribe paper form"))
        self._inside = QWidget()
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.GAP_M)
        self._grid.setVerticalSpacing(theme.GAP_XS)
        for place, share in ((1, _LABEL_SHARE), (2, _LINE_SHARE), (3, _WORDS_SHARE)):
            self._grid.setColumnStretch(place, share)
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, theme.GAP_S, 0)
        column.addLayout(self._grid)
        column.addStretch(1)
        self.area = scrolled(self._inside)
        card.body.addWidget(self.title)
        card.body.addWidget(self.progress)
        card.body.addWidget(self.area, 1)
        row = QHBoxLayout()
        row.addWidget(self.previous_button)
        row.addStretch(1)
        row.addWidget(self.next_button)
        card.body.addLayout(row)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(card)

    # ------------------------------------------------------------------ showing

    def show_run(self, run: FillingRun, offers: Offers) -> None:
        """Show an interview to be keyed in, at the first question without an answer."""
        self.forget()
        self.run, self._offers = run, offers
        self._numbers = question_numbers(run.filling.form)
        run.changed.connect(self._on_changed)
        run.noticed.connect(self._on_noticed)
        run.reworded.connect(self._fill)
        left = [each for each in run.asked() if not run.is_answered(each)]
        self.go(next(iter(left or run.layout.questions), ""))

    def forget(self) -> None:
        """Show nothing any more."""
        self.leave()
        if self.run is not None:
            self.run.disconnect(self)
        self.run, self.rows, self._current, self.page = None, {}, "", 0
        clear_layout(self._grid)

    def pages(self) -> list[tuple[str, ...]]:
        """The questions page by page, as they are asked now."""
        if self.run is None:
            return []
        shown = set(self.run.asked())
        found = (
            tuple(each for each in page if each in shown)
            for page in pages_of(self.run.layout, MOST_ON_PAGE)
        )
        return [page for page in found if page]

    def go(self, address: str) -> None:
        """Show the page of a question, the keyboard in its line."""
        for at, page in enumerate(self.pages()):
            if address in page:
                self._show(at, address)
                return

    def turn(self, by: int) -> None:
        """Show the next page, or the one before; after the last one say so."""
        self.leave()
        pages = self.pages()
        if 0 <= self.page + by < len(pages):
            page = pages[self.page + by]
            self._show(self.page + by, page[0] if by > 0 else page[-1])
        elif by > 0:
            self.at_end.emit()

    def _show(self, page: int, address: str) -> None:
        if page != self.page or not self.rows:
            self.page = page
            self._fill()
        self.rows[address].line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.rows[address].line.selectAll()

    def _fill(self) -> None:
        run, pages = self.run, self.pages()
        if run is None or not pages:
            return
        self.page = min(self.page, len(pages) - 1)
        before, self.rows = self.rows, {}
        wanted = pages[self.page]
        kept = {address: row for address, row in before.items() if address in wanted}
        for row in before.values():
            if row.address not in kept:
                for widget in row.widgets:
                    self._grid.removeWidget(widget)
                    widget.hide()
                    widget.deleteLater()
        for at, address in enumerate(wanted):
            self.rows[address] = kept.get(address) or self._made(address)
            row = self.rows[address]
            for place, widget in enumerate(row.widgets):
                self._grid.addWidget(widget, at, place)
                widget.show()  # at once: the keyboard goes there with the next key
            if row.label.text() != (run.filling.label(address) or row.question.name):
                row.label.setText(run.filling.label(address))
                row.line.setAccessibleName(row.label.text())
        for one, other in pairwise(wanted):
            QWidget.setTabOrder(self.rows[one].line, self.rows[other].line)
        text = _("Page {at} of {all}. Numbers as on the paper; Enter goes to the next line.")
        self.title.setText(text.format(at=self.page + 1, all=len(pages)))
        self._show_progress()

    def _made(self, address: str) -> PaperRow:
        run = self.run
        if run is None:
            raise RuntimeError(address)
        path = run.filling.state(address).path
        row = PaperRow(run, address, self._numbers.get(path, ""), self._offers)
        row.setParent(self)
        row.line.installEventFilter(self)
        self._composing.watch(row.line)
        self.built += 1
        return row

    def _show_progress(self) -> None:
        if self.run is not None:
            asked = self.run.asked()
            self.progress.setRange(0, max(len(asked), 1))
            self.progress.setValue(sum(self.run.is_answered(each) for each in asked))

    def _on_changed(self, changes: Changes) -> None:
        pages = self.pages()
        if pages and (self.page >= len(pages) or pages[self.page] != tuple(self.rows)):
            self._fill()
        for address in changes.everything & set(self.rows):
            self.rows[address].show_words()
        self._show_progress()

    def _on_noticed(self, addresses: set[str]) -> None:
        for address in addresses & set(self.rows):
            self.rows[address].show_words()

    # ------------------------------------------------------------------ the keyboard

    @property
    def current(self) -> str:
        """Address of the line that is keyed in; empty: none."""
        return self._current

    def refocus(self) -> None:
        """Put the keyboard into the current line."""
        if self._current in self.rows:
            self.rows[self._current].line.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Say every answer that was not said yet."""
        if self.run is not None:
            if self._current:
                self.run.leave(self._current)
            self.run.flush()

    def _enter(self, address: str) -> None:
        run = self.run
        if run is None or address == self._current:
            return
        before, self._current = self._current, address
        if before:
            run.leave(before)
        run.time.go(address, is_active=self.isActiveWindow())
        self.moved.emit()

    def _step(self, by: int) -> None:
        lines = [row.line for row in self.rows.values() if row.line.isEnabled()]
        at = next((n for n, line in enumerate(lines) if line.hasFocus()), -1)
        if 0 <= at + by < len(lines):
            lines[at + by].setFocus(Qt.FocusReason.TabFocusReason)
            lines[at + by].selectAll()
            self.area.ensureWidgetVisible(lines[at + by])
        else:
            self.turn(by)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.ActivationChange and self.run is not None:
            self.run.time.set_active(self.isActiveWindow())
        super().changeEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            for address, row in self.rows.items():
                if row.line is watched:
                    self._enter(address)
        elif (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and not self._composing.is_active
        ):
            by = _WAYS.get(Qt.Key(event.key()), 0)
            if by and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
                self._step(-1 if is_shift else by)
                return True
        return super().eventFilter(watched, event)
