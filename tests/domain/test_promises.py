"""Time limits and rates of promises, complaints and recoveries."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from db.vocabulary import CustomerClass, RecoveryStepKind, ReplyKind
from desktop_app.domain.arrears import STEP_WORDS, ArrearsStep
from desktop_app.domain.promises import (
    COMPLAINT_WORDS,
    ComplaintStep,
    PromiseDraft,
    PromiseSettings,
    complaint_due,
    handled,
    is_late,
    kept,
    next_complaint_step,
    proposed_churn_type,
    recovery_due,
    residual,
)
from desktop_app.domain.rates import Rate
from desktop_app.domain.work_calendar import WEEKDAYS

DAY = dt.date(2026, 9, 15)  # a Tuesday
FRIDAY = dt.date(2026, 9, 18)


@dataclass(frozen=True)
class Due:
    due: int
    answered: int | None = None
    answer: ReplyKind | None = None

    @property
    def due_on(self) -> dt.date:
        return DAY + dt.timedelta(days=self.due)

    @property
    def answered_on(self) -> dt.date | None:
        return None if self.answered is None else DAY + dt.timedelta(days=self.answered)


MET, NOT = ReplyKind.MET, ReplyKind.CANNOT_MEET


def test_that_open_and_past_due_is_late_and_not_due_yet_does_not_count() -> None:
    due = [
        Due(-1, -1, MET),  # on its day
        Due(-1, 0, MET),  # a day late
        Due(-1),  # open and past due
        Due(0),  # due today: nothing can be said yet
        Due(5),
        Due(5, 0, NOT),  # said in time
        Due(-3, -1, NOT),  # said late
    ]
    assert [is_late(each, DAY) for each in due] == [False, True, True, False, False, False, True]
    assert kept(due, DAY) == Rate(1, 5)
    assert handled(due, DAY) == Rate(2, 5)
    assert kept([], DAY) == Rate(0, 0)


def test_that_a_promise_is_not_due_before_it_was_made() -> None:
    PromiseDraft(words="x", made_on=DAY, due_on=DAY)
    with pytest.raises(ValidationError, match="due on the day it was made or later"):
        PromiseDraft(words="x", made_on=DAY, due_on=DAY - dt.timedelta(days=1))


@pytest.mark.parametrize(
    ("done", "step"),
    [
        ((False,) * 4, ComplaintStep.LISTEN),
        ((True, False, False, False), ComplaintStep.RECORD),
        ((True, True, True, False), ComplaintStep.FEEDBACK),
        ((True,) * 4, None),
    ],
)
def test_that_the_steps_of_a_complaint_come_in_order(
    done: tuple[bool, ...], step: ComplaintStep | None
) -> None:
    assert next_complaint_step(done) is step


@pytest.mark.parametrize(
    ("klass", "due"),
    [
        (CustomerClass.A, dt.date(2026, 9, 21)),
        (CustomerClass.B, dt.date(2026, 9, 22)),
        (CustomerClass.C, dt.date(2026, 9, 23)),
        (None, dt.date(2026, 9, 23)),
    ],
)
def test_that_a_complaint_is_due_by_class_over_working_days(
    klass: CustomerClass | None, due: dt.date
) -> None:
    assert complaint_due(FRIDAY, klass, PromiseSettings(), WEEKDAYS) == due


def test_that_the_same_day_is_the_next_working_day_on_a_weekend() -> None:
    at_once = PromiseSettings(complaint_days_a=0)
    saturday = FRIDAY + dt.timedelta(days=1)
    assert complaint_due(saturday, CustomerClass.A, at_once, WEEKDAYS) == dt.date(2026, 9, 21)


@pytest.mark.parametrize(
    ("churn_type", "waits", "proposed"),
    [
        ("passive_nonmalicious", True, "passive_retaliatory"),
        ("passive_nonmalicious", False, None),
        ("passive_malicious", True, None),
        ("passive_retaliatory", True, None),
        ("active_fault", True, None),
        (None, True, None),
    ],
)
def test_that_retaliation_is_proposed_for_a_passive_case_with_a_complaint(
    churn_type: str | None, waits: bool, proposed: str | None
) -> None:
    assert proposed_churn_type(churn_type, open_or_late_complaint=waits) == proposed


def test_that_the_steps_of_a_recovery_are_due_one_after_the_other() -> None:
    begun = dt.datetime(2026, 9, 18, 15, tzinfo=ZoneInfo("Asia/Shanghai"))
    due = recovery_due(begun, PromiseSettings(), WEEKDAYS)
    assert list(due) == list(RecoveryStepKind)
    assert list(due.values()) == sorted(due.values())
    assert due[RecoveryStepKind.EMPATHISE] == begun + dt.timedelta(days=3)  # over the weekend
    with pytest.raises(ValidationError, match="at least as long as the one before"):
        PromiseSettings(apologise_hours=48)


def test_that_what_is_left_of_a_loss_is_not_negative_and_not_guessed() -> None:
    assert residual(1000, 400) == 600
    assert residual(1000, 1400) == 0
    assert residual(None, 400) is None


def test_that_all_words_are_there() -> None:
    assert set(COMPLAINT_WORDS) == set(ComplaintStep)
    assert set(STEP_WORDS) == set(ArrearsStep)
