"""Attempts, visits and what follows from a result."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from db.vocabulary import AttemptResult, NextStep
from desktop_app.domain.contacts import (
    AttemptDraft,
    VisitDraft,
    next_working_day,
    propose_next,
)
from desktop_app.errors import problems_from_validation

TUESDAY = dt.date(2026, 9, 15)
WEDNESDAY = dt.date(2026, 9, 16)
THURSDAY = dt.date(2026, 9, 17)
FRIDAY = dt.date(2026, 9, 18)
MONDAY = dt.date(2026, 9, 21)


@pytest.mark.parametrize(
    ("result", "step", "due"),
    [
        (AttemptResult.REACHED, NextStep.INTERVIEW, TUESDAY),
        (AttemptResult.NO_ANSWER, NextStep.CALL, WEDNESDAY),
        (AttemptResult.BUSY, NextStep.CALL, TUESDAY),
        (AttemptResult.LEFT_MESSAGE, NextStep.CALL, THURSDAY),
        (AttemptResult.CALLBACK, NextStep.CALL, WEDNESDAY),
        (AttemptResult.WRONG_NUMBER, NextStep.CORRECT_CONTACT, WEDNESDAY),
        (AttemptResult.REFUSED, NextStep.CLOSE, TUESDAY),
        (AttemptResult.DO_NOT_CONTACT, NextStep.CLOSE, TUESDAY),
    ],
)
def test_that_each_result_has_its_next_step(
    result: AttemptResult, step: NextStep, due: dt.date
) -> None:
    proposal = propose_next(result, TUESDAY)
    assert (proposal.step, proposal.due) == (step, due)


def test_that_a_customer_who_was_interviewed_is_not_asked_once_more() -> None:
    reached = propose_next(AttemptResult.REACHED, TUESDAY, is_interviewed=True)
    assert (reached.step, reached.due) == (NextStep.FOLLOW_UP, WEDNESDAY)
    for result in set(AttemptResult) - {AttemptResult.REACHED}:
        held, before = (
            propose_next(result, TUESDAY, is_interviewed=each) for each in (True, False)
        )
        assert held == before


def test_that_no_result_is_without_a_proposal() -> None:
    for result in AttemptResult:
        for failed in range(6):
            assert propose_next(result, FRIDAY, failed_before=failed).due >= FRIDAY


def test_that_a_callback_is_on_the_day_asked_for() -> None:
    asked = dt.date(2026, 10, 3)  # a Saturday, as the customer wishes
    assert propose_next(AttemptResult.CALLBACK, TUESDAY, asked_for=asked).due == asked


def test_that_the_third_failure_leads_to_a_visit_and_the_fifth_to_the_end() -> None:
    steps = [
        propose_next(AttemptResult.NO_ANSWER, FRIDAY, failed_before=failed) for failed in range(6)
    ]
    assert [each.step for each in steps] == [
        NextStep.CALL,
        NextStep.CALL,
        NextStep.VISIT,
        NextStep.VISIT,
        NextStep.CLOSE,
        NextStep.CLOSE,
    ]
    assert [each.due for each in steps] == [MONDAY] * 4 + [FRIDAY] * 2


@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 15))
def test_that_working_days_equal_those_of_numpy(day: dt.date, count: int) -> None:
    import numpy as np

    roll = np.busday_offset(day, 0, roll="backward")
    expected = np.busday_offset(roll, count).astype(dt.date)
    assert next_working_day(day, count) == expected


AT = dt.datetime(2026, 9, 15, 9, 30, tzinfo=dt.UTC)


def fields_wrong(draft: type, **given: object) -> set[str]:
    try:
        draft.model_validate(given)
    except ValidationError as error:
        return {each.field for each in problems_from_validation(error)}
    return set()


def test_that_an_attempt_knows_its_time_zone() -> None:
    base = {"channel": "call", "result": "busy"}
    assert fields_wrong(AttemptDraft, **base, at=AT) == set()
    assert fields_wrong(AttemptDraft, **base, at=AT.replace(tzinfo=None)) == {"at"}
    assert fields_wrong(AttemptDraft, **base, at=AT, duration_seconds=-1) == {"duration_seconds"}
    assert fields_wrong(AttemptDraft, **base, at=AT, next_step="call") == {"next_due"}


def test_that_only_a_visit_that_was_made_has_its_day() -> None:
    assert fields_wrong(VisitDraft, planned_on=TUESDAY) == set()
    assert fields_wrong(VisitDraft, planned_on=TUESDAY, state="done") == {"done_on"}
    assert fields_wrong(VisitDraft, planned_on=TUESDAY, state="done", done_on=FRIDAY) == set()
    assert fields_wrong(VisitDraft, planned_on=TUESDAY, done_on=FRIDAY) == {"done_on"}
    assert fields_wrong(VisitDraft, planned_on=TUESDAY, state="?", done_on=FRIDAY) == {"state"}
