"""Reminders: who is to be reminded of what and when, what was missed, what goes to the manager.

Sources: S3-52 (renewals at 30, 15 and 7 days before), S3-31 (promises before they are due), S3-48
(what is overdue goes to the manager), `features.md`, complaint 1 (a reminder must reach the
person: snooze, list of the missed at the start, after sleep too) and idea 10 (one item, one
reminder). The numbers without a source are ours (design).

All moments are aware and local. They are compared in UTC: in the hour that a clock is set back
wall times do not tell what comes first. A wall time that a clock skips is the one an hour later.
"""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final, NamedTuple, Self

from pydantic import Field, model_validator

from db.vocabulary import ReminderKind, ReminderStage
from desktop_app.domain.drafts import Draft
from desktop_app.domain.retries import CALLBACK_HOURS
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.i18n import N_, _

SNOOZE_MINUTES: Final = (5, 15, 60)
"""For how long a reminder may be put off (complaint 1)."""

_Days = Annotated[int, Field(ge=0, le=365)]
_Minutes = Annotated[int, Field(ge=0, le=24 * 60)]


class ReminderPolicy(Draft):
    """When reminders come. Times before are each given once, the longest first."""

    renewal_days: Annotated[tuple[_Days, ...], Field(title=N_("Days before a renewal is due"))] = (
        30,
        15,
        7,
    )
    promise_days: Annotated[
        tuple[_Days, ...], Field(title=N_("Working days before a promise is due"))
    ] = (2, 0)
    visit_days: Annotated[tuple[_Days, ...], Field(title=N_("Working days before a visit"))] = (
        1,
        0,
    )
    visit_minutes: Annotated[
        tuple[_Minutes, ...], Field(title=N_("Minutes before a visit with a time"))
    ] = (60,)
    callback_minutes: Annotated[
        tuple[_Minutes, ...], Field(title=N_("Minutes before a callback"))
    ] = (10, 0)
    task_days: Annotated[
        tuple[_Days, ...], Field(title=N_("Working days before a task is due"))
    ] = (
        1,
        0,
    )
    at: Annotated[dt.time, Field(title=N_("Time of day of reminders for a day"))] = dt.time(9)
    escalate_days: Annotated[
        int, Field(ge=1, le=60, title=N_("Working days after which the manager is told"))
    ] = 1
    escalate_callback_hours: Annotated[
        int,
        Field(
            ge=1, le=240, title=N_("Working hours after which the manager is told of a callback")
        ),
    ] = CALLBACK_HOURS

    @model_validator(mode="after")
    def _longest_first(self) -> Self:
        for times in (
            self.renewal_days,
            self.promise_days,
            self.visit_days,
            self.visit_minutes,
            self.callback_minutes,
            self.task_days,
        ):
            if list(times) != sorted(set(times), reverse=True):
                raise ValueError(_("Give each time before once, the longest first."))
        return self


@dataclass(frozen=True, slots=True)
class Due:
    """Something open that somebody must do.

    Attributes:
        kind: What it is.
        key: Key of the renewal, promise, visit, task, or of the case of a callback.
        person: Who does it.
        day: The day it is due, local.
        moment: The moment, aware and local, if it has one; a callback always has.
        manager: Who is told when it is overdue; None or the person: nobody.
    """

    kind: ReminderKind
    key: Hashable
    person: Hashable
    day: dt.date
    moment: dt.datetime | None = None
    manager: Hashable | None = None


class ReminderId(NamedTuple):
    """Which reminder it is, also when it is found anew: of an item, at a stage, so much before."""

    kind: ReminderKind
    key: Hashable
    stage: ReminderStage
    days: int = 0
    minutes: int = 0


class Reminder(NamedTuple):
    """One reminder for one person. `at`: aware, local."""

    id: ReminderId
    person: Hashable
    at: dt.datetime
    due: Due


def local_moment(day: dt.date, clock: dt.time, zone: dt.tzinfo) -> dt.datetime:
    """A wall time as a moment that exists; of a time that is there twice the first."""
    return dt.datetime.combine(day, clock, zone).astimezone(dt.UTC).astimezone(zone)


def shifted(moment: dt.datetime, minutes: float) -> dt.datetime:
    """So many real minutes later, in the zone of the moment."""
    later = moment.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)
    return later.astimezone(moment.tzinfo)


def reminders_of(
    due: Due, policy: ReminderPolicy, calendar: WorkCalendar, zone: dt.tzinfo
) -> tuple[Reminder, ...]:
    """All reminders of one item, in their order.

    A reminder for a day comes on a working day: the last one before, if need be.

    Raises:
        ValueError: a callback has no moment.
    """
    if due.kind is ReminderKind.CALLBACK and due.moment is None:
        raise ValueError("a callback needs its moment")
    found = [
        Reminder(_id(due, days=days), due.person, local_moment(day, policy.at, zone), due)
        for days, day in _days_before(due, policy, calendar)
    ]
    if due.moment is not None:
        begins = due.moment.astimezone(dt.UTC)
        found = [each for each in found if _by_time(each) < begins]  # none after it has begun
        minutes = {
            ReminderKind.VISIT: policy.visit_minutes,
            ReminderKind.CALLBACK: policy.callback_minutes,
        }
        found += [
            Reminder(_id(due, minutes=before), due.person, shifted(due.moment, -before), due)
            for before in minutes.get(due.kind, ())
        ]
    if due.manager is not None and due.manager != due.person:
        at = _escalation(due, policy, calendar, zone)
        found.append(
            Reminder(ReminderId(due.kind, due.key, ReminderStage.ESCALATED), due.manager, at, due)
        )
    return tuple(sorted(found, key=_by_time))


def _id(due: Due, days: int = 0, minutes: int = 0) -> ReminderId:
    stage = ReminderStage.AHEAD if days or minutes else ReminderStage.DUE
    return ReminderId(due.kind, due.key, stage, days, minutes)


def _days_before(
    due: Due, policy: ReminderPolicy, calendar: WorkCalendar
) -> list[tuple[int, dt.date]]:
    last = due.day if calendar.is_working(due.day) else calendar.add_working_days(due.day, -1)
    if due.kind is ReminderKind.RENEWAL:
        days = [(before, due.day - dt.timedelta(days=before)) for before in policy.renewal_days]
        return [
            (before, day if calendar.is_working(day) else calendar.add_working_days(day, -1))
            for before, day in days
        ]
    before_due = {
        ReminderKind.PROMISE: policy.promise_days,
        ReminderKind.VISIT: policy.visit_days,
        ReminderKind.TASK: policy.task_days,
    }
    return [
        (before, calendar.add_working_days(last, -before))
        for before in before_due.get(due.kind, ())
    ]


def _escalation(
    due: Due, policy: ReminderPolicy, calendar: WorkCalendar, zone: dt.tzinfo
) -> dt.datetime:
    if due.kind is ReminderKind.CALLBACK and due.moment is not None:
        hours = dt.timedelta(hours=policy.escalate_callback_hours)
        return calendar.add_working_time(due.moment, hours)
    day = calendar.add_working_days(due.day, policy.escalate_days)
    return local_moment(day, policy.at, zone)


def _by_time(reminder: Reminder) -> dt.datetime:
    return reminder.at.astimezone(dt.UTC)


# ---------------------------------------------------------------- at the desk


@dataclass(frozen=True, slots=True)
class Desk:
    """What a person has done with reminders. `seen`: opened or put away; `snoozed`: until when.

    While `in_call` nothing is shown; it comes when the call is over.
    """

    seen: Collection[ReminderId] = frozenset()
    snoozed: Mapping[ReminderId, dt.datetime] = field(default_factory=dict)
    in_call: bool = False


def to_show(reminders: Iterable[Reminder], desk: Desk, now: dt.datetime) -> tuple[Reminder, ...]:
    """What is to be shown now, the oldest first; one a person and item, the newest of it.

    Also right after sleep or a start: it does not matter how long ago a reminder was due.
    """
    if desk.in_call:
        return ()
    found = [each for each in newest(reminders, now) if each.id not in desk.seen]
    return tuple(sorted((each for each in found if _comes(each, desk) <= now), key=_by_time))


def newest(reminders: Iterable[Reminder], now: dt.datetime) -> list[Reminder]:
    """What has come by now, of each person and item only the newest: it says all of the others."""
    found: dict[tuple[Hashable, ReminderKind, Hashable], Reminder] = {}
    for reminder in sorted(reminders, key=_by_time):
        if _by_time(reminder) <= now:
            found[reminder.person, reminder.id.kind, reminder.id.key] = reminder
    return list(found.values())


def listed(reminders: Iterable[Reminder], now: dt.datetime) -> tuple[Reminder, ...]:
    """What has come and what will, in order of time; without what a newer one has overtaken."""
    reminders = list(reminders)
    ahead = [each for each in reminders if _by_time(each) > now]
    return tuple(sorted(newest(reminders, now) + ahead, key=_by_time))


class Missed(NamedTuple):
    """A reminder that came while nobody was there, and how long ago."""

    reminder: Reminder
    ago: dt.timedelta


def missed(reminders: Iterable[Reminder], desk: Desk, started: dt.datetime) -> tuple[Missed, ...]:
    """The list shown at the start: what came before the program ran and was not seen."""
    found = to_show(reminders, desk, started)
    now = started.astimezone(dt.UTC)
    return tuple(Missed(each, now - _by_time(each)) for each in found if _by_time(each) < now)


def next_moment(reminders: Iterable[Reminder], desk: Desk, now: dt.datetime) -> dt.datetime | None:
    """When something is to be shown next, in UTC: until then a timer may rest; None: never."""
    ahead = [_comes(reminder, desk) for reminder in reminders if reminder.id not in desk.seen]
    return min((moment for moment in ahead if moment > now), default=None)


def _comes(reminder: Reminder, desk: Desk) -> dt.datetime:
    return desk.snoozed.get(reminder.id, reminder.at).astimezone(dt.UTC)


def inbox(reminders: Iterable[Reminder], now: dt.datetime) -> dict[Hashable, Sequence[Reminder]]:
    """What has gone to each manager by now because it is overdue, the longest overdue first."""
    found: dict[Hashable, list[Reminder]] = {}
    for reminder in sorted(reminders, key=_by_time):
        if reminder.id.stage is ReminderStage.ESCALATED and _by_time(reminder) <= now:
            found.setdefault(reminder.person, []).append(reminder)
    return dict(found)
