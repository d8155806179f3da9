"""The chosen promise, complaint, recovery or review in full, beside the list."""

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from db.queries.case_reviews import CaseReviewRow
from db.queries.promises import ComplaintRow, PromiseRow, RecoveryRow
from desktop_app import labels
from desktop_app.columns.promises import (
    complaint_state,
    promise_state,
    review_outcome,
    review_state,
)
from desktop_app.domain.promises import COMPLAINT_WORDS, ComplaintStep, residual
from desktop_app.i18n import _
from desktop_app.ui import theme
from desktop_app.ui.case_look import list_text
from desktop_app.ui.panels import Facts, scrolled, text_label
from desktop_app.ui.promise_flows import Row

Pairs = list[tuple[str, str]]
_DONE, _OPEN = "✓", "○"


class FollowPane(QWidget):
    """Words in full, facts, steps with who did them and when."""

    def __init__(self) -> None:
        super().__init__()
        self.name = text_label("", "heading")
        self.words = text_label()
        self.facts = Facts()
        self.steps = text_label()
        self.note = text_label("", "hint")
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(theme.GAP_S, 0, theme.GAP_S, 0)
        column.setSpacing(theme.GAP_M)
        for widget in (self.name, self.words, self.steps, self.facts, self.note):
            column.addWidget(widget)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(inside, _("The chosen line in full")))
        self.setMinimumWidth(theme.pixels(216))
        self.show_row(None)

    def show_row(self, row: Row | None) -> None:
        """Show a line in full; None shows nothing."""
        self.setVisible(row is not None)
        match row:
            case PromiseRow():
                self._fill(row.customer, row.words, _promise(row), [], row.note)
            case ComplaintRow():
                self._fill(row.customer, row.words, _complaint(row), _heard(row), row.answer_words)
            case RecoveryRow():
                self._fill(row.customer, "", _recovery(row), _steps(row), "")
            case CaseReviewRow():
                self._fill(row.customer, row.lesson, _review(row), [], row.improvement)
            case None:
                pass

    def _fill(self, name: str, words: str, facts: Pairs, steps: Sequence[str], note: str) -> None:
        self.name.setText(name or _("(no name)"))
        self.facts.set_facts(facts)
        for label, text in (
            (self.words, words),
            (self.steps, "\n".join(steps)),
            (self.note, note),
        ):
            label.setText(text)
            label.setVisible(bool(text))


def _promise(row: PromiseRow) -> Pairs:
    return [
        (_("Due"), labels.day_text(row.due_on)),
        (_("State"), promise_state(row)),
        (_("Promised by"), row.made_by),
        (_("Promised on"), labels.day_text(row.made_on)),
        (_("Back office"), row.owner),
        (_("Asked again"), f"{row.chase_count}×" if row.chase_count else ""),
        (_("Answered on"), labels.day_text(row.answered_on) if row.answered_on else ""),
        (_("Case"), row.case_number),
    ]


def _complaint(row: ComplaintRow) -> Pairs:
    truth = "" if row.is_true is None else (_("Yes") if row.is_true else _("No"))
    return [
        (_("Due"), labels.day_text(row.due_on)),
        (_("State"), complaint_state(row)),
        (_("Came in by"), labels.label(row.channel)),
        (_("Back office"), row.owner),
        (_("True"), truth),
        (_("Case"), row.case_number),
    ]


def _heard(row: ComplaintRow) -> list[str]:
    moments = (row.listened_at, row.recorded_at, row.verified_at, row.answered_at)
    return [
        _step(_(COMPLAINT_WORDS[step]), labels.moment_text(moment) if moment else "")
        for step, moment in zip(ComplaintStep, moments, strict=True)
    ]


def _recovery(row: RecoveryRow) -> Pairs:
    left = residual(row.loss, row.compensation)
    return [
        (_("Begun at"), labels.moment_text(row.begun_at)),
        (_("Back office"), row.owner),
        (_("Customer's loss"), labels.money(row.loss, row.currency)),
        (_("Compensated"), labels.money(row.compensation, row.currency)),
        (_("Left over"), labels.money(left, row.currency)),
        (_("Case"), row.case_number),
    ]


def _steps(row: RecoveryRow) -> list[str]:
    found = []
    for step in row.steps:
        if step.done_at is None:
            until = _("until {moment}").format(moment=labels.moment_text(step.due_at))
            found.append(_step(labels.label(step.step), "", until))
        else:
            done = labels.moment_text(step.done_at)
            found.append(_step(labels.label(step.step), done, step.by, step.note))
    return found


def _step(words: str, done: str, *more: str) -> str:
    who, *notes = more or ("",)
    lines = [f"{_DONE if done else _OPEN} {words}", list_text((done, who)), *notes]
    return "\n     ".join(filter(None, lines))


def _review(row: CaseReviewRow) -> Pairs:
    avoidable = "" if row.was_avoidable is None else (_("Yes") if row.was_avoidable else _("No"))
    return [
        (_("State"), review_state(row)),
        (_("Outcome"), review_outcome(row)),
        (_("Closed on"), labels.day_text(row.closed_on)),
        (_("Value at stake"), labels.money(row.value_at_stake, row.currency)),
        (_("Avoidable"), avoidable),
        (_("Looked back"), row.by),
        (_("On"), labels.moment_text(row.at) if row.at else ""),
        (_("Case"), row.number),
    ]
