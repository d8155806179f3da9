"""A finished interview to be reviewed: its answers one below the other, what was said of each."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from db.queries.reviews import ReviewRow
from db.vocabulary import ReviewState
from desktop_app import labels
from desktop_app.domain.quality_findings import TITLES, QualityFinding
from desktop_app.i18n import _, language, ngettext
from desktop_app.services.reviews import ReviewedAnswer, ReviewSheet
from desktop_app.ui import theme
from desktop_app.ui.case_look import REVIEW_TONES, duration_text, list_text
from desktop_app.ui.case_panels import clear_layout
from desktop_app.ui.panels import ChipLabel, scrolled, text_label
from desktop_app.ui.theme import Tone

_QUESTION_SHARE, _ANSWER_SHARE = 4, 6
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}


class AnswerRow(QFrame):
    """One question with its answer, its time, and what reviewers said of it."""

    pressed = Signal(str)

    def __init__(self, answer: ReviewedAnswer, said: Sequence[ReviewRow], mode: str) -> None:
        super().__init__()
        self.answer = answer
        self.said = tuple(said)
        question = text_label(answer.question, "hint")
        words = text_label(answer.words or _("not answered"), "" if answer.words else "hint")
        took = duration_text(answer.seconds) if answer.seconds else ""
        self.note = list_text((took, mode))
        row = QHBoxLayout()
        row.setSpacing(theme.GAP_L)
        row.addWidget(question, _QUESTION_SHARE, Qt.AlignmentFlag.AlignTop)
        row.addWidget(words, _ANSWER_SHARE, Qt.AlignmentFlag.AlignTop)
        row.addWidget(text_label(self.note, "hint", wraps=False), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_S, theme.GAP_XS, theme.GAP_S, theme.GAP_XS)
        column.setSpacing(theme.GAP_XS)
        column.addLayout(row)
        for each in said:
            column.addWidget(said_label(each))
        for label in self.findChildren(type(question)):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)

    def words(self) -> str:
        """Everything of the row, for a screen reader."""
        said = [each.comment for each in self.said]
        answer = self.answer.words or _("not answered")
        return ". ".join([self.answer.question, answer, *filter(None, (self.note, *said))])

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit(self.answer.address)
        super().mousePressEvent(event)


def said_label(row: ReviewRow) -> QWidget:
    """What a reviewer said: who, when, what."""
    text = _("{name}, {moment}: {comment}").format(
        name=row.by or labels.UNKNOWN,
        moment=labels.moment_text(row.at),
        comment=row.comment or labels.label(row.state),
    )
    return theme.set_tone(
        text_label(text), Tone.WARN if row.state is ReviewState.HAS_ISSUES else None
    )


class AnswerList(QWidget):
    """The answers as rows; the arrows choose one, Enter wants to comment on it."""

    comment_wanted = Signal()
    current_changed = Signal(str)
    row_chosen = Signal(object)
    """The row that is to be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(_("Answers of the interview"))
        self.rows: list[AnswerRow] = []
        self.place = -1
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)
        self._column.addStretch(1)

    def show_answers(self, sheet: ReviewSheet | None) -> None:
        """Show the answers of an interview; the same question stays chosen."""
        address = self.address()
        clear_layout(self._column)
        self.rows = []
        for each in sheet.answers if sheet is not None else ():
            is_odd = (
                each.mode is not None and sheet is not None and each.mode != sheet.file.row.mode
            )
            mode = labels.label(each.mode) if is_odd else ""
            row = AnswerRow(each, sheet.comments(each.address) if sheet is not None else (), mode)
            row.pressed.connect(self._on_pressed)
            self._column.addWidget(row)
            self.rows.append(row)
        self._column.addStretch(1)
        known = [row.answer.address for row in self.rows]
        self.choose(known.index(address) if address in known else 0)

    def address(self) -> str:
        """The chosen answer."""
        return self.rows[self.place].answer.address if 0 <= self.place < len(self.rows) else ""

    def current(self) -> AnswerRow | None:
        """The row of the chosen answer."""
        return self.rows[self.place] if 0 <= self.place < len(self.rows) else None

    def choose(self, place: int) -> None:
        """Choose an answer by its place."""
        self.place = max(0, min(place, len(self.rows) - 1)) if self.rows else -1
        self._mark()
        row = self.current()
        if row is not None:
            self.setAccessibleDescription(row.words())
            self.row_chosen.emit(row)
            self.current_changed.emit(row.answer.address)

    def _mark(self) -> None:
        for number, row in enumerate(self.rows):
            tone = Tone.ACCENT if self.hasFocus() else Tone.NEUTRAL
            theme.set_tone(row, tone if number == self.place else None)

    def _on_pressed(self, address: str) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.choose([row.answer.address for row in self.rows].index(address))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MOVES:
            self.choose(self.place + _MOVES[key])
        elif key == Qt.Key.Key_Home:
            self.choose(0)
        elif key == Qt.Key.Key_End:
            self.choose(len(self.rows) - 1)
        elif key in _ENTER and self.rows:
            self.comment_wanted.emit()
        else:
            super().keyPressEvent(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._mark()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._mark()


class ReviewPane(QWidget):
    """Whose interview it is, what the radar says of it, its answers, its reviews."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet: ReviewSheet | None = None
        self.title = text_label("", "heading")
        self.hint = text_label("", "hint")
        self.chip = ChipLabel()
        self.flags = QVBoxLayout()
        self.flags.setSpacing(theme.GAP_XS)
        self.said = QVBoxLayout()
        self.said.setSpacing(theme.GAP_XS)
        self.answers = AnswerList()
        self.area = scrolled(self.answers)
        self.answers.row_chosen.connect(self._scroll)
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP_S, 0, 0, 0)
        column.setSpacing(theme.GAP_S)
        column.addLayout(head)
        column.addWidget(self.hint)
        column.addLayout(self.flags)
        column.addLayout(self.said)
        column.addWidget(self.area, 1)
        self.show_sheet(None)

    def show_sheet(self, sheet: ReviewSheet | None) -> None:
        """Show an interview, or that none is chosen."""
        self.sheet = sheet
        clear_layout(self.said)
        self.chip.setVisible(sheet is not None)
        if sheet is None:
            self.title.setText(_("Choose an interview to read it here."))
            self.hint.setText("")
        else:
            self._show_head(sheet)
            for each in sheet.reviews:
                if not each.address:
                    self.said.addWidget(said_label(each))
        self.answers.show_answers(sheet)

    def show_flags(self, findings: Sequence[QualityFinding]) -> None:
        """Say what the radar found."""
        clear_layout(self.flags)
        is_chinese = language().startswith("zh")
        for each in findings:
            sentence = each.sentence_zh if is_chinese else each.sentence_en
            text = _("{title}: {sentence}").format(title=_(TITLES[each.kind]), sentence=sentence)
            self.flags.addWidget(theme.set_tone(text_label(text), Tone.WARN))

    def _show_head(self, sheet: ReviewSheet) -> None:
        row = sheet.file.row
        self.title.setText(list_text((row.customer, row.case_number)))
        seconds = sum(each.seconds for each in sheet.answers)
        answered = sum(1 for each in sheet.answers if each.words)
        count = ngettext("{n} answer", "{n} answers", answered).format(n=answered)
        took = duration_text(seconds) if seconds else ""
        finished = labels.moment_text(row.finished_at)
        self.hint.setText(list_text((row.by, labels.label(row.mode), finished, count, took)))
        if row.review is not None:
            self.chip.show_word(labels.label(row.review), REVIEW_TONES[row.review])

    def _scroll(self, row: AnswerRow) -> None:
        place = row.mapTo(self.answers, QPoint(0, 0))
        self.area.ensureVisible(place.x(), place.y() + row.height() // 2, 0, row.height())
