"""Contact attempts and visits, and the next step that follows from a result."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from db.vocabulary import AttemptResult, CallbackFor, Channel, NextStep, VisitState
from desktop_app.domain.cases import check_next_due
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.retries import NOBODY_REACHED, rule_for
from desktop_app.domain.work_calendar import WEEKDAYS, WorkCalendar
from desktop_app.i18n import _


class AttemptDraft(Draft):
    """One call, visit or message with its result and what comes next. Times carry their zone.

    An informal contact, or one that the customer began, does not count against the limits.
    """

    channel: Channel
    result: AttemptResult
    at: AwareDatetime
    duration_seconds: Annotated[int | None, Field(ge=0, le=86_400)] = None
    note: Text = ""
    is_informal: bool = False
    by_customer: bool = False
    next_step: NextStep | None = None
    next_due: Annotated[dt.date | None, Field(validate_default=True)] = None

    _check_next_due = field_validator("next_due")(check_next_due)


class CallbackDraft(Draft):
    """A call that was promised for a moment, and who may make it."""

    at: AwareDatetime
    for_whom: CallbackFor = CallbackFor.ME


class WrapUpDraft(Draft):
    """What a call came to: the attempt, a callback, and the recordings made of it."""

    attempt: AttemptDraft
    callback: CallbackDraft | None = None
    recordings: tuple[Path, ...] = ()


class VisitDraft(Draft):
    """A visit or a call of the cadence, planned or done; one that is done says when."""

    planned_on: dt.date
    channel: Channel = Channel.VISIT
    starts_at: dt.time | None = None
    minutes: Annotated[int | None, Field(ge=1, le=24 * 60)] = None
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
    """What to do next, and by when; the person may change both. `note`: why it was moved."""

    step: NextStep
    due: dt.date
    note: str = ""


def next_working_day(day: dt.date, count: int = 1, calendar: WorkCalendar = WEEKDAYS) -> dt.date:
    """The count-th working day after a day; without a calendar no holidays are known."""
    return calendar.add_working_days(day, count)


def propose_next(
    result: AttemptResult,
    on: dt.date,
    *,
    asked_for: dt.date | None = None,
    failed_before: int = 0,
    is_interviewed: bool = False,
    calendar: WorkCalendar = WEEKDAYS,
) -> Proposal:
    """Propose the next step after an attempt.

    Args:
        result: How the attempt ended.
        on: Day of the attempt.
        asked_for: Day the customer asked to be called back on, if any.
        failed_before: Attempts in a row before this one in which nobody was reached.
        is_interviewed: Whether the exit interview was held already.
        calendar: Which days are worked.

    Returns:
        Reached: the interview, today; once it was held, the follow-up on the next working day.
        Nobody reached: another call on the next working day (busy: today, message left: two
        working days later); the third time a visit, the fifth time closing as unreachable. Asked
        to call back: on the day asked for. Wrong number: correct it. Refused or not to be
        contacted again: close, today.
    """
    if result in NOBODY_REACHED:
        rule = rule_for(result, failed_before + 1)
        return Proposal(rule.step, next_working_day(on, rule.days, calendar))
    tomorrow = next_working_day(on, 1, calendar)
    ask, follow_up = Proposal(NextStep.INTERVIEW, on), Proposal(NextStep.FOLLOW_UP, tomorrow)
    steps = {
        AttemptResult.REACHED: follow_up if is_interviewed else ask,
        AttemptResult.CALLBACK: Proposal(NextStep.CALL, asked_for or tomorrow),
        AttemptResult.WRONG_NUMBER: Proposal(NextStep.CORRECT_CONTACT, tomorrow),
        AttemptResult.REFUSED: Proposal(NextStep.CLOSE, on),
        AttemptResult.DO_NOT_CONTACT: Proposal(NextStep.CLOSE, on),
    }
    return steps[result]
