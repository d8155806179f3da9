"""A finished interview to read: every question that was asked with its answer in words."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from db.vocabulary import QuestionKind
from desktop_app import labels
from desktop_app.domain.interview import Question
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_panels import clear_layout, column_of
from desktop_app.ui.panels import Card, scrolled, text_label
from desktop_app.ui.question_editors import Offers

_QUESTION_SHARE, _ANSWER_SHARE = 2, 3


def value_text(kind: QuestionKind, value: Any, offers: Offers) -> str:
    """One stored value of an answer as a person reads it."""
    text = str(value)
    match kind:
        case QuestionKind.DATE:
            text = labels.day_text(date.fromisoformat(text))
        case QuestionKind.PRODUCTS:
            text = "、".join(str(name) for name in value)
        case QuestionKind.REASON:
            known = {choice.value: f"{choice.group} › {choice.text}" for choice in offers.reasons}
            text = known.get(value, text)
        case QuestionKind.AMOUNT:
            text = labels.money(value, offers.currency)
        case QuestionKind.PERCENT:
            text = f"{value}%"
        case QuestionKind.YES_NO:
            text = _("Yes") if value else _("No")
        case _:
            pass
    return text


def answer_text(question: Question, answer: Mapping[str, Any], offers: Offers) -> str:
    """A whole answer: the value, what was asked beside it, the reason it was coded as."""
    parts = []
    if answer.get("value") is not None:
        parts.append(value_text(question.kind, answer["value"], offers))
    if question.also is not None and answer.get("also") is not None:
        parts.append(value_text(question.also, answer["also"], offers))
    if answer.get("reason") is not None:
        parts.append(f"→ {value_text(QuestionKind.REASON, answer['reason'], offers)}")
    return "\n".join(parts)


class AnswerSheet(QWidget):
    """Question left, answer right; what was not answered is greyed, not left out."""

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
        whole.addWidget(scrolled(column_of([card]), _("Answers")))
        self.texts: dict[str, str] = {}

    def show_answers(
        self,
        questions: Sequence[Question],
        answers: Mapping[str, Mapping[str, Any]],
        offers: Offers,
    ) -> None:
        """Show the questions that were asked with their answers."""
        clear_layout(self._grid)
        self.texts = {}
        for row, question in enumerate(questions):
            text = answer_text(question, answers.get(question.code, {}), offers)
            self.texts[question.code] = text
            top = Qt.AlignmentFlag.AlignTop
            asked = text_label(f"{row + 1}  {question.text}", "hint")
            self._grid.addWidget(asked, row, 0, top)
            shown = text_label(text or _("not answered"), "" if text else "hint")
            shown.setAccessibleName(f"{question.text} {shown.text()}")
            self._grid.addWidget(shown, row, 1, top)
