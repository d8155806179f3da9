"""The columns of promises, complaints, service recoveries and of cases to look back on."""

import datetime as dt
from typing import Final

from db.queries.case_reviews import CaseReviewRow
from db.queries.promises import ComplaintRow, PromiseRow, RecoveryRow
from desktop_app import clock, labels
from desktop_app.columns import Align, Column, Kind
from desktop_app.domain.promises import COMPLAINT_WORDS, ComplaintStep, next_complaint_step
from desktop_app.i18n import N_, _


def complaint_step(row: ComplaintRow) -> ComplaintStep | None:
    """What is to be done next about a complaint; None when it is answered."""
    moments = (row.recorded_at, row.verified_at, row.answered_at)
    return next_complaint_step((True, *(moment is not None for moment in moments)))


def complaint_state(row: ComplaintRow) -> str:
    """The next step of a complaint in words, or how it was answered."""
    step = complaint_step(row)
    if step is not None:
        return _(COMPLAINT_WORDS[step])
    text = labels.label(row.answer)
    return (
        _("{answer}, late").format(answer=text) if _is_late(row.answered_on, row.due_on) else text
    )


def promise_state(row: PromiseRow) -> str:
    """Open, or how a promise was answered and whether in time."""
    if row.answer is None:
        return _("Open")
    text = labels.label(row.answer)
    return (
        _("{answer}, late").format(answer=text) if _is_late(row.answered_on, row.due_on) else text
    )


def recovery_due(row: RecoveryRow) -> dt.date | None:
    """The day on which the next step of a recovery is due."""
    step = row.next_step
    return None if step is None else clock.local(step.due_at).date()


def recovery_state(row: RecoveryRow) -> str:
    """The next step of a recovery with its place in the order, or that it is finished."""
    step = row.next_step
    if step is None:
        return _("Finished")
    place = sum(one.done_at is not None for one in row.steps) + 1
    return f"{place}/{len(row.steps)} {labels.label(step.step)}"


def review_state(row: CaseReviewRow) -> str:
    """Whether somebody has looked back, and decided what is to change."""
    if row.at is None:
        return _("To look back on")
    return _("Decided") if row.improvement else _("Waits for a decision")


def review_outcome(row: CaseReviewRow) -> str:
    """How the case ended, and whether a save held."""
    return labels.label(row.save_state or row.outcome)


def _is_late(answered_on: dt.date | None, due_on: dt.date) -> bool:
    return answered_on is not None and answered_on > due_on


PROMISE_COLUMNS: Final[tuple[Column[PromiseRow], ...]] = (
    Column("due_on", N_("Due"), lambda row: row.due_on, width=128),
    Column("words", N_("Promised"), lambda row: row.words, width=190, sortable=False),
    Column("customer", N_("Customer"), lambda row: row.customer, width=140),
    Column("made_by", N_("Promised by"), lambda row: row.made_by, width=96),
    Column("owner", N_("Back office"), lambda row: row.owner, width=88),
    Column(
        "chase_count",
        N_("Asked again"),
        lambda row: row.chase_count,
        text=lambda row: f"{row.chase_count}×" if row.chase_count else "",
        align=Align.RIGHT,
        width=96,
    ),
    Column("state", N_("State"), promise_state, width=100),
    Column("answered_on", N_("Answered on"), lambda row: row.answered_on, width=128),
    Column("made_on", N_("Promised on"), lambda row: row.made_on, width=128),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=104),
    Column("note", N_("Note"), lambda row: row.note, width=220, sortable=False),
)
COMPLAINT_COLUMNS: Final[tuple[Column[ComplaintRow], ...]] = (
    Column("due_on", N_("Due"), lambda row: row.due_on, width=128),
    Column("state", N_("Next step"), complaint_state, width=170),
    Column("words", N_("Complaint"), lambda row: row.words, width=260, sortable=False),
    Column("customer", N_("Customer"), lambda row: row.customer, width=160),
    Column(
        "klass",
        N_("Class"),
        lambda row: row.klass,
        text=lambda row: "" if row.klass is None else row.klass.value.upper(),
        width=56,
    ),
    Column("channel", N_("Came in by"), lambda row: row.channel, width=104),
    Column("owner", N_("Back office"), lambda row: row.owner, width=92),
    Column("is_true", N_("True"), lambda row: row.is_true, width=64),
    Column("listened_at", N_("Heard at"), lambda row: row.listened_at, width=130),
    Column("answered_at", N_("Answered at"), lambda row: row.answered_at, width=130),
    Column("answer_words", N_("Answer"), lambda row: row.answer_words, width=220, sortable=False),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=104),
)
RECOVERY_COLUMNS: Final[tuple[Column[RecoveryRow], ...]] = (
    Column("due", N_("Due"), recovery_due, width=128),
    Column("state", N_("Next step"), recovery_state, width=230),
    Column("customer", N_("Customer"), lambda row: row.customer, width=160),
    Column("owner", N_("Back office"), lambda row: row.owner, width=92),
    Column(
        "loss",
        N_("Customer's loss"),
        lambda row: row.loss,
        text=lambda row: labels.money(row.loss, row.currency),
        align=Align.RIGHT,
        width=116,
        kind=Kind.MONEY,
    ),
    Column(
        "compensation",
        N_("Compensated"),
        lambda row: row.compensation,
        text=lambda row: labels.money(row.compensation, row.currency),
        align=Align.RIGHT,
        width=108,
        kind=Kind.MONEY,
    ),
    Column("begun_at", N_("Begun at"), lambda row: row.begun_at, width=130),
    Column("case_number", N_("Case"), lambda row: row.case_number, width=104),
)
REVIEW_COLUMNS: Final[tuple[Column[CaseReviewRow], ...]] = (
    Column("state", N_("State"), review_state, width=164),
    Column("customer", N_("Customer"), lambda row: row.customer, width=160),
    Column(
        "klass", N_("Class"), lambda row: row.klass, text=lambda row: row.klass.value.upper(),
        width=56,
    ),
    Column("outcome", N_("Outcome"), review_outcome, width=140),
    Column("closed_on", N_("Closed on"), lambda row: row.closed_on, width=128),
    Column(
        "value_at_stake",
        N_("Value at stake"),
        lambda row: row.value_at_stake,
        text=lambda row: labels.money(row.value_at_stake, row.currency),
        align=Align.RIGHT,
        width=116,
        kind=Kind.MONEY,
    ),
    Column("was_avoidable", N_("Avoidable"), lambda row: row.was_avoidable, width=76),
    Column("lesson", N_("Lesson"), lambda row: row.lesson, width=220, sortable=False),
    Column("improvement", N_("What changes"), lambda row: row.improvement, width=200,
           sortable=False),
    Column("owner", N_("Owner"), lambda row: row.owner, width=92),
    Column("number", N_("Case"), lambda row: row.number, width=104),
)  # fmt: skip
