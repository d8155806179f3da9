"""A finished interview to read: every question that was asked with its answer in words."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from db.queries.interviews import StoredAnswer
from desktop_app import labels
from desktop_app.i18n import _
from desktop_app.questionnaire.answer_words import answer_words
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import FILES, Kind
from desktop_app.ui import theme
from desktop_app.ui.answer_kinds import REASON, Offers
from desktop_app.ui.case_look import duration_text, list_text
from desktop_app.ui.case_panels import clear_layout, column_of
from desktop_app.ui.interview_layout import Line, LineKind, lay_out
from desktop_app.ui.panels import Card, button, scrolled, text_label
from desktop_app.ui.review_pane import said_label
from desktop_app.ui.screen_pane import title_of

_QUESTION_SHARE, _ANSWER_SHARE = 4, 6
_TOP = Qt.AlignmentFlag.AlignTop


class AnswerSheet(QWidget):
    """Question left, answer right, how it came in and how long it took beside it.

    What was not answered is greyed, not left out.
    """

    open_wanted = Signal(str)
    """Name of a stored file."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Answers of the interview"))
        card = Card(_("Answers"))
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.GAP_XL)
        self._grid.setVerticalSpacing(theme.GAP_M)
        self._grid.setColumnStretch(0, _QUESTION_SHARE)
        self._grid.setColumnStretch(1, _ANSWER_SHARE)
        card.body.addLayout(self._grid)
        card.body.addStretch(1)
        whole = QGridLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        self.area = scrolled(column_of([card]), _("Answers"))
        whole.addWidget(self.area)
        self.texts: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.comments: dict[str, QWidget] = {}
        """What reviewers said of an answer, by its address."""

    def show_answers(
        self, filling: Filling, stored: Mapping[str, StoredAnswer], offers: Offers
    ) -> None:
        """Show the questions that were asked with their answers."""
        clear_layout(self._grid)
        self.texts, self.notes, self.comments = {}, {}, {}
        for number, line in enumerate(lay_out(filling).lines):
            row = 2 * number
            if line.kind is LineKind.HEAD:
                head = text_label(title_of(filling, line), "strong")
                head.setIndent(theme.GAP_L * line.depth)
                self._grid.addWidget(head, row, 0, 1, 3, _TOP)
            elif line.kind is LineKind.QUESTION:
                self._add(row, line, filling, stored, offers)
                said = [said_label(each) for each in offers.said.get(line.address, ())]
                if said:
                    self.comments[line.address] = column_of(said)
                    self._grid.addWidget(self.comments[line.address], row + 1, 1, 1, 3, _TOP)

    def start(self) -> None:
        """Put the keyboard on the answers, to read and scroll."""
        self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def go(self, address: str) -> None:
        """Show what was said of an answer."""
        found = self.comments.get(address)
        if found is not None:
            self.start()
            room = self.area.viewport().height() // 2
            self.area.ensureWidgetVisible(found, 0, room)

    def _add(
        self,
        row: int,
        line: Line,
        filling: Filling,
        stored: Mapping[str, StoredAnswer],
        offers: Offers,
    ) -> None:
        address = line.address
        question = filling.question(address)
        asked = filling.label(address) or question.name
        label = text_label(f"{line.number}  {asked}", "hint")
        label.setIndent(theme.GAP_L * line.depth)
        self._grid.addWidget(label, row, 0, _TOP)
        if question.kind is Kind.NOTE:
            return
        text = self.texts[address] = _words(filling, address, offers)
        shown = text_label(text or _("not answered"), "" if text else "hint")
        shown.setAccessibleName(f"{asked} {shown.text()}")
        self._grid.addWidget(shown, row, 1, _TOP)
        kept = stored.get(address)
        if kept is not None and text:
            seconds = duration_text(kept.seconds) if kept.seconds else ""
            note = self.notes[address] = list_text((labels.label(kept.mode), seconds))
            self._grid.addWidget(text_label(note, "hint", wraps=False), row, 2, _TOP)
        if question.kind in FILES and text:
            verb = _("Play") if question.kind in {Kind.AUDIO, Kind.VIDEO} else _("Open")
            made = button(verb, partial(self.open_wanted.emit, text), "eye", "quiet")
            made.setAccessibleName(f"{verb} {text}")
            self._grid.addWidget(made, row, 3, _TOP)


def _words(filling: Filling, address: str, offers: Offers) -> str:
    """An answer in words; a reason with its group."""
    if REASON in filling.question(address).appearance.split():
        value = filling.answer(address)
        named = next((each for each in offers.reasons if each.value == value), None)
        if named is not None:
            return f"{named.group} › {named.text}"
    return answer_words(filling, address, offers.currency)
