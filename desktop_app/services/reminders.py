"""Reminders: what somebody is to be reminded of now, what was missed, what goes to the manager.

The rules are `domain.reminders`; what was seen or put off is kept for each user beside the journal.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from db.models import ReminderMark
from db.queries import reminders as queries
from db.queries.reminders import OpenItem, Wanted
from db.vocabulary import Channel, ReminderKind, ReminderStage, Role, VisitPurpose
from desktop_app import clock, labels
from desktop_app.domain import reminders as rules
from desktop_app.domain.cadence_words import purpose_sentence
from desktop_app.domain.permissions import Action
from desktop_app.domain.reminder_words import kind_word, reminder_sentence
from desktop_app.domain.reminders import (
    SNOOZE_MINUTES,
    Desk,
    Due,
    Reminder,
    ReminderId,
    ReminderPolicy,
)
from desktop_app.domain.superiors import Member, Superiors
from desktop_app.errors import InvalidInputError, NotAllowedError, Problem
from desktop_app.i18n import _, ngettext
from desktop_app.services import access, calendar, workspace_settings

KEY: Final = "reminders"
OLDEST_DAYS: Final = 92
"""What has been overdue for longer stands in the lists only, so that a new user is not swamped."""
_HOLIDAYS: Final = 21
"""So many days may lie between two working days, the longest holidays included."""
_KEPT_DAYS: Final = 400
SINGLE: Final = 3
"""So many reminders at once are notifications of their own; more are one."""


@dataclass(frozen=True, slots=True)
class ReminderLine:
    """A reminder with its words. `person`: who is to do it; the customer is blank without one."""

    reminder: Reminder
    customer_id: uuid.UUID | None
    customer_number: str
    customer: str
    case_id: uuid.UUID | None
    case_number: str
    words: str
    person: str
    subject: str

    @property
    def id(self) -> ReminderId:
        """Which reminder it is."""
        return self.reminder.id

    @property
    def kind(self) -> ReminderKind:
        """What it is about."""
        return self.reminder.id.kind

    @property
    def at(self) -> dt.datetime:
        """When it came, or comes."""
        return self.reminder.at

    @property
    def key(self) -> uuid.UUID:
        """Key of the renewal, promise, visit, task, or of the case of a callback."""
        found = self.reminder.id.key
        if not isinstance(found, uuid.UUID):
            raise TypeError(found)
        return found

    @property
    def is_escalated(self) -> bool:
        """Whether somebody else's is overdue, and the manager is told."""
        return self.reminder.id.stage is ReminderStage.ESCALATED

    @property
    def title(self) -> str:
        """What and who, e.g. "Visit: 王小明"; what is overdue names who was to do it."""
        return " · ".join(filter(None, (self.what, self.person * self.is_escalated)))

    @property
    def what(self) -> str:
        """What it is and about whom, where a column beside it says who does it."""
        return f"{self.subject}: {self.customer}" if self.customer else self.subject

    @property
    def sentence(self) -> str:
        """When it is due, or was."""
        return reminder_sentence(self.reminder, clock.now())

    @property
    def text(self) -> str:
        """When it is due and what it is about: what a notification says below its title."""
        return "\n".join(filter(None, (self.sentence, self.words)))

    @property
    def place(self) -> tuple[str, object]:
        """Page and record of the window that it is about."""
        if self.case_id is not None:
            return "case-file", self.case_id
        if self.kind is ReminderKind.PROMISE:
            return "promises", "mine"
        if self.customer_id is not None:
            return "customer-card", self.customer_id
        return "duties", self.key  # a task without a customer


@dataclass(frozen=True, slots=True)
class Notice:
    """What one notification says, and of which reminders."""

    title: str
    text: str
    lines: tuple[ReminderLine, ...]

    @classmethod
    def of(cls, lines: Sequence[ReminderLine]) -> "tuple[Notice, ...]":
        """The notifications for lines: one each, or one for all where they are many."""
        if len(lines) <= SINGLE:
            return tuple(cls(line.title, line.text, (line,)) for line in lines)
        title = ngettext("{n} reminder", "{n} reminders", len(lines)).format(n=len(lines))
        rest = len(lines) - SINGLE
        more = ngettext("and {n} more", "and {n} more", rest).format(n=rest)
        text = "\n".join([*(line.title for line in lines[:SINGLE]), more])
        return (cls(title, text, tuple(lines)),)


@dataclass(frozen=True, slots=True)
class Board:
    """All reminders of somebody, also those to come, and what was done with them."""

    lines: tuple[ReminderLine, ...] = ()
    desk: Desk = field(default_factory=Desk)

    def due(self, now: dt.datetime, *, in_call: bool = False) -> tuple[ReminderLine, ...]:
        """What is to be shown now, the oldest first; nothing while a call runs."""
        desk = replace(self.desk, in_call=in_call)
        return self._lines(rules.to_show(self._reminders(), desk, now))

    def missed(self, started: dt.datetime) -> tuple[ReminderLine, ...]:
        """What came before the program ran."""
        found = rules.missed(self._reminders(), self.desk, started)
        return self._lines(each.reminder for each in found)

    def inbox(self, now: dt.datetime) -> tuple[ReminderLine, ...]:
        """What has gone to this person as the manager because it is overdue, seen or not."""
        found = rules.inbox(self._reminders(), now)
        return self._lines(each for reminders in found.values() for each in reminders)

    def listed(self, now: dt.datetime) -> tuple[ReminderLine, ...]:
        """What has come and what will, in order of time; of each thing only the newest."""
        return self._lines(rules.listed(self._reminders(), now))

    def next_moment(self, now: dt.datetime) -> dt.datetime | None:
        """When something is to be shown next, in UTC."""
        return rules.next_moment(self._reminders(), self.desk, now)

    def without(self, ids: Collection[ReminderId]) -> "Board":
        """The same with reminders seen."""
        desk = replace(self.desk, seen=frozenset(self.desk.seen) | frozenset(ids))
        return replace(self, desk=desk)

    def later(self, ids: Collection[ReminderId], until: dt.datetime) -> "Board":
        """The same with reminders put off."""
        snoozed = dict(self.desk.snoozed) | dict.fromkeys(ids, until)
        return replace(self, desk=replace(self.desk, snoozed=snoozed))

    def _reminders(self) -> list[Reminder]:
        return [line.reminder for line in self.lines]

    def _lines(self, reminders: Iterable[Reminder]) -> tuple[ReminderLine, ...]:
        by_id = {line.id: line for line in self.lines}
        return tuple(by_id[each.id] for each in reminders)


def policy(session: Session) -> ReminderPolicy:
    """When reminders come, as set for this workspace."""
    return workspace_settings.read_draft(session, KEY, ReminderPolicy)


def change_policy(session: Session, draft: ReminderPolicy) -> None:
    """Set for everybody when reminders come."""
    workspace_settings.change_draft(session, KEY, draft)


# ---------------------------------------------------------------- reading


def board(session: Session, now: dt.datetime | None = None) -> Board:
    """The actor's reminders, with those that escalated to the actor, and what was done with them.

    Args:
        session: the session.
        now: the moment; this one if not given. Ahead are those of the next weeks.
    """
    access.require(session, Action.VIEW)
    me = access.actor(session).user_id
    if me is None:
        return Board()
    now = now or clock.now()
    wanted_by, numbers = _superiors(session), policy(session)
    items = queries.open_items(session, _wanted(wanted_by, me, numbers, now))
    days = calendar.work_calendar(session)
    lines = tuple(
        line
        for item in items
        if (due := _due(item, wanted_by)) is not None
        for reminder in rules.reminders_of(due, numbers, days, clock.HERE)
        if reminder.person == me and not _is_told(item, reminder)
        for line in (_line(item, reminder),)
    )
    return Board(lines, _desk(session, me, lines))


def of_actor(session: Session, now: dt.datetime | None = None) -> tuple[ReminderLine, ...]:
    """All reminders of the actor, those of the next weeks and those seen included."""
    access.require(session, Action.VIEW)
    return board(session, now).lines


def due_now(session: Session, now: dt.datetime | None = None) -> tuple[ReminderLine, ...]:
    """What is to be shown to the actor now, the oldest first."""
    access.require(session, Action.VIEW)
    now = now or clock.now()
    return board(session, now).due(now)


def inbox(session: Session, now: dt.datetime | None = None) -> tuple[ReminderLine, ...]:
    """What others have not done in time and the actor as their manager is told of."""
    access.require(session, Action.VIEW)
    now = now or clock.now()
    return board(session, now).inbox(now)


def _superiors(session: Session) -> Superiors:
    return Superiors(
        Member(row.id, Role(row.role), row.store_id, row.is_active, row.manager_id)
        for row in queries.staff(session)
    )


def _wanted(
    superiors: Superiors, me: uuid.UUID, numbers: ReminderPolicy, now: dt.datetime
) -> Wanted:
    today = clock.local(now).date()
    ahead = {
        ReminderKind.RENEWAL: max(numbers.renewal_days, default=0) + _HOLIDAYS,
        ReminderKind.PROMISE: _calendar_days(numbers.promise_days),
        ReminderKind.VISIT: _calendar_days(numbers.visit_days),
        ReminderKind.CALLBACK: 2,
        ReminderKind.TASK: _calendar_days(numbers.task_days),
    }
    return Wanted(
        mine=me,
        team=superiors.team(me),
        gone=superiors.leads(me),
        since=today - dt.timedelta(days=OLDEST_DAYS),
        today=today,
        until={kind: today + dt.timedelta(days=days) for kind, days in ahead.items()},
    )


def _calendar_days(working_days: Collection[int]) -> int:
    return 2 * max(working_days, default=0) + _HOLIDAYS


def _due(item: OpenItem, superiors: Superiors) -> Due | None:
    """The item for whoever does it; for who leads the store where nobody is there to do it."""
    person, manager = item.keeper_id, superiors.of(item.keeper_id)
    if not superiors.is_here(person):
        person, manager = superiors.of_store(item.store_id), None
    if person is None:
        return None
    if isinstance(item.due, dt.datetime):
        moment = item.due.astimezone(clock.HERE)
        return Due(item.kind, item.key, person, moment.date(), moment, manager)
    moment_of = None
    if item.starts_at is not None:
        moment_of = rules.local_moment(item.due, item.starts_at, clock.HERE)
    return Due(item.kind, item.key, person, item.due, moment_of, manager)


def _is_told(item: OpenItem, reminder: Reminder) -> bool:
    """Whether the customer was told of what expires since the reminder came."""
    is_ahead = reminder.id.stage is not ReminderStage.ESCALATED
    return is_ahead and item.told_on is not None and reminder.at.date() <= item.told_on


def _line(item: OpenItem, reminder: Reminder) -> ReminderLine:
    words = item.words
    if not words and item.rule_purpose in set(VisitPurpose):
        words = purpose_sentence(VisitPurpose(item.rule_purpose))
    subject = kind_word(item.kind) if item.channel is None else labels.label(Channel(item.channel))
    return ReminderLine(
        reminder,
        item.customer_id,
        item.customer_number,
        item.customer,
        item.case_id,
        item.case_number,
        words,
        item.keeper,
        subject,
    )


def _desk(session: Session, me: uuid.UUID, lines: Iterable[ReminderLine]) -> Desk:
    """What was seen or put off; a mark from before the reminder was meant for another day."""
    came = {line.id: line.at for line in lines}
    seen: set[ReminderId] = set()
    snoozed: dict[ReminderId, dt.datetime] = {}
    for row in queries.marks(session, me):
        key = ReminderId(row.kind, row.key, ReminderStage(row.stage), row.days, row.minutes)
        if key not in came:
            continue
        if row.seen_at is not None and row.seen_at >= came[key]:
            seen.add(key)
        if row.snoozed_until is not None and row.snoozed_until >= came[key]:
            snoozed[key] = row.snoozed_until
    return Desk(frozenset(seen), snoozed)


# ---------------------------------------------------------------- writing


def mark_seen(session: Session, ids: Collection[ReminderId]) -> None:
    """The actor has opened reminders or put them away; they do not come again."""
    access.require(session, Action.DO_TASK)
    _mark(session, ids, seen_at=clock.now(), snoozed_until=None)


def snooze(session: Session, ids: Collection[ReminderId], minutes: int) -> dt.datetime:
    """Put reminders off; returns until when.

    Raises:
        InvalidInputError: for other than 5, 15 or 60 minutes.
    """
    access.require(session, Action.DO_TASK)
    if minutes not in SNOOZE_MINUTES:
        choices = ", ".join(map(str, SNOOZE_MINUTES))
        text = _("Choose one of {choices} minutes.").format(choices=choices)
        raise InvalidInputError([Problem("minutes", text)])
    until = rules.shifted(clock.now(), minutes)
    _mark(session, ids, seen_at=None, snoozed_until=until)
    return until


def _mark(
    session: Session,
    ids: Collection[ReminderId],
    *,
    seen_at: dt.datetime | None,
    snoozed_until: dt.datetime | None,
) -> None:
    me = access.actor(session).user_id
    if me is None:
        raise NotAllowedError(_("Only a signed-in person has reminders."))
    keys = [uuid.UUID(str(each.key)) for each in ids]
    rows = session.scalars(
        select(ReminderMark).where(ReminderMark.user_id == me, ReminderMark.key.in_(keys))
    )
    known = {(row.kind, row.key, row.stage, row.days, row.minutes): row for row in rows}
    for each, key in zip(ids, keys, strict=True):
        row = known.get((each.kind, key, each.stage, each.days, each.minutes))
        if row is None:
            row = ReminderMark(
                user_id=me,
                kind=each.kind,
                key=key,
                stage=each.stage,
                days=each.days,
                minutes=each.minutes,
            )
            session.add(row)
        row.seen_at, row.snoozed_until = seen_at, snoozed_until
    long_ago = clock.now() - dt.timedelta(days=_KEPT_DAYS)
    session.execute(
        delete(ReminderMark).where(ReminderMark.user_id == me, ReminderMark.seen_at < long_ago)
    )
    session.flush()
