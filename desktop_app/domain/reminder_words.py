"""Sentences for reminders: what, when, how late."""

import datetime as dt
from collections.abc import Sequence
from typing import Final

from db.vocabulary import ReminderKind, ReminderStage
from desktop_app import labels
from desktop_app.domain.reminders import Reminder
from desktop_app.i18n import _, ngettext

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_MINUTE: Final = dt.timedelta(minutes=1)
OPEN: Final = "open"
_DEFAULT: Final = "default"  # a click on the notification itself
_SNOOZE: Final = "snooze-"


def kind_word(kind: ReminderKind) -> str:
    """What a reminder is about, in a word."""
    return labels.label(kind)


def reminder_sentence(reminder: Reminder, now: dt.datetime | None = None) -> str:
    """When something is due and how far that is, e.g. "Due 2026-09-30 Wed, in 15 days".

    Args:
        reminder: which.
        now: when it is read, if that is later than it came.
    """
    due, found = reminder.due, reminder.id
    when = labels.day_text(due.day)
    if due.moment is not None:
        when = labels.moment_text(due.moment)
    if found.stage is ReminderStage.ESCALATED:
        return _("Was due {when}, not done").format(when=when)
    head = _("Due {when}").format(when=when)
    read = reminder.at if now is None else max(reminder.at, now.astimezone(reminder.at.tzinfo))
    ahead = _ahead(reminder, read) if found.stage is ReminderStage.AHEAD else ""
    words = ahead or _late(reminder, read)
    return _("{sentence}, {ahead}").format(sentence=head, ahead=words) if words else head


def _ahead(reminder: Reminder, read: dt.datetime) -> str:
    """How long there is still time; empty when it is due."""
    due = reminder.due
    if reminder.id.minutes and due.moment is not None:
        left = due.moment.astimezone(dt.UTC) - read.astimezone(dt.UTC)
        minutes = -(-int(left.total_seconds()) // 60)
        words = ngettext("in {n} minute", "in {n} minutes", minutes).format(n=minutes)
        return words if minutes > 0 else ""
    days = (due.day - read.date()).days
    return ngettext("in {n} day", "in {n} days", days).format(n=days) if days > 0 else ""


def _late(reminder: Reminder, read: dt.datetime) -> str:
    """That the time is over, by how many days; empty while it is not."""
    due = reminder.due
    days = (read.date() - due.day).days
    if days > 0:
        return ngettext("{n} day late", "{n} days late", days).format(n=days)
    if due.moment is None or read - due.moment < _MINUTE:
        return ""
    return _("late")


def ago_text(ago: dt.timedelta) -> str:
    """How long ago something was missed, in the largest unit that fits."""
    minutes = int(ago.total_seconds()) // 60
    if minutes >= _DAY:
        days = minutes // _DAY
        return ngettext("{n} day ago", "{n} days ago", days).format(n=days)
    if minutes >= _HOUR:
        hours = minutes // _HOUR
        return ngettext("{n} hour ago", "{n} hours ago", hours).format(n=hours)
    return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)


def snooze_text(minutes: int) -> str:
    """What the button says that puts a reminder off."""
    return ngettext("Again in {n} minute", "Again in {n} minutes", minutes).format(n=minutes)


def note_choices(minutes: Sequence[int]) -> list[tuple[str, str]]:
    """The buttons of a notification: the word of each for the desktop, and what it says."""
    choices = [(_DEFAULT, _("Open it")), (OPEN, _("Open it"))]
    return choices + [(f"{_SNOOZE}{each}", snooze_text(each)) for each in minutes]


def read_choice(word: str) -> int | None:
    """For how many minutes a button puts off; None: it opens."""
    return int(word.removeprefix(_SNOOZE)) if word.startswith(_SNOOZE) else None
