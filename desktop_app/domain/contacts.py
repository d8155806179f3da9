"""Contact attempts and visits, and the next step that follows from a result."""

import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from db.vocabulary import AttemptResult, Channel, NextStep, VisitState
from desktop_app.domain.cases import check_next_due
from desktop_app.domain.drafts import Draft, Text
from desktop_app.i18n import _

FAILED_BEFORE_VISIT = 3
FAILED_BEFORE_GIVING_UP = 5
NOBODY_REACHED = frozenset(
    {AttemptResult.NO_ANSWER, AttemptResult.BUSY, AttemptResult.LEFT_MESSAGE}
)
_SATURDAY = 5


class AttemptDraft(Draft):
    """One call, visit or message with its result and what comes next. Times carry their zone."""

    channel: Channel
    result: AttemptResult
    at: AwareDatetime
    duration_seconds: Annotated[int | None, Field(ge=0, le=86_400)] = None
    note: Text = ""
    next_step: NextStep | None = None
    next_due: Annotated[dt.date | None, Field(validate_default=True)] = None

    _check_next_due = field_validator("next_due")(check_next_due)


class VisitDraft(Draft):
    """A visit, planned or done; one that is done says when."""

    planned_on: dt.date
    purpose: Text = ""
    state: VisitState = VisitState.PLANNED
    done_on: Annotated[dt.date | None, Field(validate_default=True)] = None
    note: Text = ""

    @field_validator("done_on")
    @classmethod
    def _check_done_on(cls, done_on: dt.date | None, info: ValidationInfo) -> dt.date | None:
        is_done = info.data.get("state") is VisitState.DONE
        if is_done and done_on is None:
            raise ValueError(_("Say on which day the visit was made."))
        if not is_done and done_on is not None and "state" in info.data:
            raise ValueError(_("Only a visit that was made has a day on which it was made."))
        return done_on


@dataclass(frozen=True, slots=True)
class Proposal:
    """What to do next, and by when; the person may change both."""

    step: NextStep
    due: dt.date


def next_working_day(day: dt.date, count: int = 1) -> dt.date:
    """The count-th day after a day that is no Saturday or Sunday; public holidays are not known."""
    for _step in range(count):
        day += dt.timedelta(days=1)
        while day.weekday() >= _SATURDAY:
            day += dt.timedelta(days=1)
    return day


def propose_next(
    result: AttemptResult,
    on: dt.date,
    *,
    asked_for: dt.date | None = None,
    failed_before: int = 0,
) -> Proposal:
    """Propose the next step after an attempt.

    Args:
        result: How the attempt ended.
        on: Day of the attempt.
        asked_for: Day the customer asked to be called back on, if any.
        failed_before: Attempts in a row before this one in which nobody was reached.

    Returns:
        Reached: the interview, today. Nobody reached: another call on the next working day
        (busy: today, message left: two working days later); the third time a visit, the fifth
        time closing as unreachable. Asked to call back: on the day asked for. Wrong number:
        correct it. Refused or not to be contacted again: close, today.
    """
    if result in NOBODY_REACHED:
        return _after_failure(result, on, failed_before + 1)
    tomorrow = next_working_day(on)
    steps = {
        AttemptResult.REACHED: Proposal(NextStep.INTERVIEW, on),
        AttemptResult.CALLBACK: Proposal(NextStep.CALL, asked_for or tomorrow),
        AttemptResult.WRONG_NUMBER: Proposal(NextStep.CORRECT_CONTACT, tomorrow),
        AttemptResult.REFUSED: Proposal(NextStep.CLOSE, on),
        AttemptResult.DO_NOT_CONTACT: Proposal(NextStep.CLOSE, on),
    }
    return steps[result]


def _after_failure(result: AttemptResult, on: dt.date, failed: int) -> Proposal:
    if failed >= FAILED_BEFORE_GIVING_UP:
        return Proposal(NextStep.CLOSE, on)
    if failed >= FAILED_BEFORE_VISIT:
        return Proposal(NextStep.VISIT, next_working_day(on))
    if result is AttemptResult.BUSY:
        return Proposal(NextStep.CALL, on)
    wait = 2 if result is AttemptResult.LEFT_MESSAGE else 1
    return Proposal(NextStep.CALL, next_working_day(on, wait))
