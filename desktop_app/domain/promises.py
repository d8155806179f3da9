"""Promises, complaints and service recovery: drafts, order of steps, time limits, rates.

Sources: S3-30 and S3-31 (promised dates, chasing), S4f-49 and S4f-50 (quick response; "cannot be
met", said in time, is an answer), 2.7 (steps of a complaint and of a recovery), F-28.
"""

import datetime as dt
import uuid
from collections.abc import Hashable, Iterable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Protocol, Self, TypeVar

from pydantic import Field, model_validator

from db.vocabulary import ComplaintChannel, CustomerClass, RecoveryStepKind, ReplyKind
from desktop_app.domain.drafts import Draft, Text
from desktop_app.domain.rates import Rate
from desktop_app.domain.reasons import ChurnType
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.i18n import N_, _

CHASED_OFTEN: Final = 2
"""So many chases of one promise are a sign that the customer may leave (S3-30)."""

_Days = Annotated[int, Field(ge=0, le=365)]
_Hours = Annotated[int, Field(ge=1, le=24 * 365)]


class PromiseSettings(Draft):
    """Time limits; 24 hours are one working day."""

    complaint_days_a: Annotated[
        _Days, Field(title=N_("Working days to answer a complaint, class A"))
    ] = 1
    complaint_days_b: Annotated[
        _Days, Field(title=N_("Working days to answer a complaint, class B"))
    ] = 2
    complaint_days_c: Annotated[
        _Days, Field(title=N_("Working days to answer a complaint, class C"))
    ] = 3
    apologise_hours: Annotated[_Hours, Field(title=N_("Working hours until the apology"))] = 4
    empathise_hours: Annotated[
        _Hours, Field(title=N_("Working hours until the customer's side is heard"))
    ] = 24
    resolve_hours: Annotated[_Hours, Field(title=N_("Working hours until it is solved"))] = 72
    compensate_hours: Annotated[
        _Hours, Field(title=N_("Working hours until the loss is compensated"))
    ] = 120

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if list(self.hours.values()) != sorted(self.hours.values()):
            raise ValueError(_("Each step of a recovery needs at least as long as the one before."))
        return self

    @property
    def hours(self) -> Mapping[RecoveryStepKind, int]:
        """Hours from the beginning of a recovery to the limit of each step, in order."""
        return {
            RecoveryStepKind.APOLOGISE: self.apologise_hours,
            RecoveryStepKind.EMPATHISE: self.empathise_hours,
            RecoveryStepKind.RESOLVE: self.resolve_hours,
            RecoveryStepKind.COMPENSATE: self.compensate_hours,
        }

    def complaint_days(self, klass: CustomerClass | None) -> int:
        """Working days until a complaint must be answered; without a class as for C."""
        days = {CustomerClass.A: self.complaint_days_a, CustomerClass.B: self.complaint_days_b}
        return self.complaint_days_c if klass is None else days.get(klass, self.complaint_days_c)


class PromiseDraft(Draft):
    """A promise to a customer; `owner_id` is who keeps it, as a rule in the back office."""

    words: Annotated[str, Field(min_length=1, max_length=2000)]
    made_on: dt.date
    due_on: dt.date
    owner_id: uuid.UUID | None = None

    @model_validator(mode="after")
    def _not_before(self) -> Self:
        if self.due_on < self.made_on:
            raise ValueError(_("A promise is due on the day it was made or later."))
        return self


class ComplaintDraft(Draft):
    """A complaint as it comes in; what is demanded is written down in the next step."""

    channel: ComplaintChannel
    words: Text = ""
    owner_id: uuid.UUID | None = None


class RecoveryDraft(Draft):
    """What went wrong for the customer; the loss in minor units, None is not known."""

    complaint_id: uuid.UUID | None = None
    promise_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    loss: Annotated[int | None, Field(ge=0)] = None


# ---------------------------------------------------------------- answered in time


class Due(Protocol):
    """A promise or a complaint."""

    @property
    def due_on(self) -> dt.date:
        """Last day."""

    @property
    def answered_on(self) -> dt.date | None:
        """The day of the answer."""

    @property
    def answer(self) -> ReplyKind | None:
        """What was answered."""


K = TypeVar("K", bound=Hashable)


def is_late(due: Due, today: dt.date) -> bool:
    """Whether it was answered after its day, or is open and past it."""
    return (due.answered_on or today) > due.due_on


def handled(due: Iterable[Due], today: dt.date) -> Rate:
    """Answered by their day, met or not, of those that are answered or past due (S4f-50)."""
    counted = _counted(due, today)
    return Rate(sum(not is_late(each, today) for each in counted), len(counted))


def kept(due: Iterable[Due], today: dt.date) -> Rate:
    """On-time rate (F-28): met by their day; open and past due counts as late."""
    counted = _counted(due, today)
    hits = [each for each in counted if each.answer is ReplyKind.MET and not is_late(each, today)]
    return Rate(len(hits), len(counted))


def _counted(due: Iterable[Due], today: dt.date) -> list[Due]:
    return [each for each in due if each.answered_on is not None or each.due_on < today]


# ---------------------------------------------------------------- complaints


class ComplaintStep(StrEnum):
    """Steps of a complaint, in order (requirements 2.7)."""

    LISTEN = "cp1_listen"
    RECORD = "cp2_record"
    VERIFY = "cp3_verify"
    FEEDBACK = "cp4_feedback"


COMPLAINT_WORDS: Mapping[ComplaintStep, str] = MappingProxyType(
    {
        ComplaintStep.LISTEN: N_("Listen"),
        ComplaintStep.RECORD: N_("Write the demands down"),
        ComplaintStep.VERIFY: N_("Check whether it is true"),
        ComplaintStep.FEEDBACK: N_("Answer the customer"),
    }
)
"""What each step is, to be translated when shown."""


def next_complaint_step(done: Sequence[bool]) -> ComplaintStep | None:
    """The first step that is not done; None when all are."""
    for step, is_done in zip(ComplaintStep, done, strict=True):
        if not is_done:
            return step
    return None


def complaint_due(
    listened_on: dt.date, klass: CustomerClass | None, settings: PromiseSettings, cal: WorkCalendar
) -> dt.date:
    """The day by which a complaint must be answered."""
    days = settings.complaint_days(klass)
    return cal.add_working_days(listened_on, days) if days else cal.same_or_next(listened_on)


_PASSIVE: Final = frozenset({ChurnType.PASSIVE, ChurnType.PASSIVE_NONMALICIOUS})


def proposed_churn_type(
    churn_type: str | None, *, open_or_late_complaint: bool
) -> ChurnType | None:
    """Retaliation for a passive departure with a complaint that is open or was answered late.

    S1-15: such a customer leaves because nobody dealt with the complaint. None proposes nothing.
    """
    is_passive = churn_type in _PASSIVE
    return ChurnType.PASSIVE_RETALIATORY if is_passive and open_or_late_complaint else None


# ---------------------------------------------------------------- service recovery


def recovery_due(
    begun: dt.datetime, settings: PromiseSettings, cal: WorkCalendar
) -> dict[RecoveryStepKind, dt.datetime]:
    """When each of the four steps must be done; `begun` is a local moment."""
    return {step: cal.due(begun, hours) for step, hours in settings.hours.items()}


def residual(loss: int | None, compensation: int) -> int | None:
    """What of the customer's loss is left (S2-20); None while the loss is not known."""
    return None if loss is None else max(0, loss - compensation)
