"""The retry table and promised callbacks."""

import datetime as dt
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db import task_force_files
from db.vocabulary import AttemptResult, NextStep
from desktop_app.domain import retries
from desktop_app.domain.contacts import NOBODY_REACHED
from desktop_app.domain.retries import Callback, Retry, RetryRule
from desktop_app.domain.work_calendar import WorkCalendar, exceptions

CALENDAR = WorkCalendar(exceptions(task_force_files.holidays()))
FRIDAY = dt.datetime(2026, 9, 18, 10, tzinfo=dt.UTC)
SUNDAY = dt.date(2026, 9, 20)  # a make-up working day
MONDAY = dt.date(2026, 9, 21)


@dataclass(frozen=True)
class Row:
    result: AttemptResult
    step: NextStep
    days: int = 0
    minutes: int = 0
    maximum: int | None = None


def test_that_what_is_shipped_is_the_standard_table() -> None:
    assert retries.table(task_force_files.retries()) == retries.STANDARD
    assert set(retries.STANDARD) == retries.NOBODY_REACHED


@pytest.mark.parametrize(
    ("result", "failed", "step", "due"),
    [
        (AttemptResult.NO_ANSWER, 1, NextStep.CALL, SUNDAY),
        (AttemptResult.NO_ANSWER, 2, NextStep.CALL, SUNDAY),
        (AttemptResult.NO_ANSWER, 3, NextStep.VISIT, SUNDAY),
        (AttemptResult.NO_ANSWER, 4, NextStep.VISIT, SUNDAY),
        (AttemptResult.NO_ANSWER, 5, NextStep.CLOSE, FRIDAY.date()),
        (AttemptResult.NO_ANSWER, 50, NextStep.CLOSE, FRIDAY.date()),
        (AttemptResult.LEFT_MESSAGE, 1, NextStep.CALL, MONDAY),
        (AttemptResult.BUSY, 3, NextStep.VISIT, SUNDAY),
    ],
)
def test_that_each_failure_has_its_next_step(
    result: AttemptResult, failed: int, step: NextStep, due: dt.date
) -> None:
    assert retries.after_failure(result, FRIDAY, failed, calendar=CALENDAR) == Retry(step, due)


@pytest.mark.parametrize(
    ("clock", "again"),
    [
        (dt.time(10), dt.datetime(2026, 9, 18, 10, 30, tzinfo=dt.UTC)),
        (dt.time(11, 45), dt.datetime(2026, 9, 18, 13, 30, tzinfo=dt.UTC)),  # after lunch
        (dt.time(17, 45), dt.datetime(2026, 9, 20, 9, tzinfo=dt.UTC)),  # on the next working day
    ],
)
def test_that_a_busy_line_is_tried_again_within_working_hours(
    clock: dt.time, again: dt.datetime
) -> None:
    moment = dt.datetime.combine(FRIDAY.date(), clock, dt.UTC)
    found = retries.after_failure(AttemptResult.BUSY, moment, 1, calendar=CALENDAR)
    assert found == Retry(NextStep.CALL, again.date(), again)


def test_that_a_table_of_ones_own_is_used() -> None:
    rows = [Row(result, NextStep.CALL, days=5) for result in retries.NOBODY_REACHED]
    found = retries.after_failure(
        AttemptResult.BUSY, FRIDAY, 9, calendar=WorkCalendar(), rules=retries.table(rows)
    )
    assert found == Retry(NextStep.CALL, dt.date(2026, 9, 25))


def test_that_a_table_with_a_gap_is_refused() -> None:
    with pytest.raises(ValueError, match="no line for busy, left_message"):
        retries.table([Row(AttemptResult.NO_ANSWER, NextStep.CLOSE)])


@pytest.mark.parametrize("maxima", [(None, None), (1, 2), (2,)])
def test_that_only_the_last_line_holds_for_ever(maxima: tuple[int | None, ...]) -> None:
    rows = [Row(result, NextStep.CLOSE) for result in retries.NOBODY_REACHED - {"busy"}]
    rows += [Row(AttemptResult.BUSY, NextStep.CALL, maximum=maximum) for maximum in maxima]
    with pytest.raises(ValueError, match="last line for busy"):
        retries.table(rows)


@given(
    st.lists(st.integers(1, 4), max_size=4),
    st.integers(1, 30),
)
def test_that_lines_hold_for_as_many_attempts_as_they_say(maxima: list[int], failed: int) -> None:
    lines = [RetryRule(NextStep.CALL, days=n, maximum=most) for n, most in enumerate(maxima)]
    rules = (*lines, RetryRule(NextStep.CLOSE, days=len(maxima)))
    spread = [line for line in lines for _time in range(line.maximum or 0)]
    expected = spread[failed - 1] if failed <= len(spread) else rules[-1]
    assert retries.rule_for(AttemptResult.BUSY, failed, {AttemptResult.BUSY: rules}) == expected


def test_that_one_list_says_what_is_tried_again() -> None:
    assert NOBODY_REACHED is retries.NOBODY_REACHED


# ---------------------------------------------------------------- callbacks

PROMISED = dt.datetime(2026, 9, 18, 17, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def opens(callback: Callback, *absent: str) -> dt.datetime:
    return retries.open_to_all_from(callback, absent, CALENDAR)


def test_that_a_callback_for_anyone_is_open_at_its_moment() -> None:
    assert opens(Callback(PROMISED, "li", for_anyone=True)) == PROMISED
    assert opens(Callback(PROMISED, None, for_anyone=False)) == PROMISED


def test_that_a_callback_of_an_absent_agent_is_open_at_its_moment() -> None:
    assert opens(Callback(PROMISED, "li", for_anyone=False), "li") == PROMISED


def test_that_a_callback_nobody_made_opens_after_two_working_hours() -> None:
    callback = Callback(PROMISED, "li", for_anyone=False)
    opened = dt.datetime(2026, 9, 20, 10, tzinfo=dt.UTC)  # one hour on Friday, one on Sunday
    assert opens(callback, "wang") == opened
    for agent, now, may in [
        ("li", PROMISED - HOUR, True),
        ("wang", PROMISED, False),
        ("wang", opened, True),
    ]:
        assert retries.may_make(callback, agent, now, (), CALENDAR) is may
