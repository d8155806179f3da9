"""Sentences for reminders: what, when, how late."""

import datetime as dt
from collections.abc import Mapping
from typing import Final

from desktop_app import labels
from desktop_app.domain.reminders import Reminder, ReminderKind, Stage
from desktop_app.i18n import N_, _, ngettext

KINDS: Final[Mapping[ReminderKind, str]] = {
    ReminderKind.RENEWAL: N_("Renewal"),
    ReminderKind.PROMISE: N_("Promise"),
    ReminderKind.VISIT: N_("Visit"),
    ReminderKind.CALLBACK: N_("Callback"),
}

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR


def kind_word(kind: ReminderKind) -> str:
    """What a reminder is about, in a word."""
    return _(KINDS[kind])


def reminder_sentence(reminder: Reminder) -> str:
    """What is due and when, e.g. "Renewal: due 2026-09-30 Wed, in 15 days"."""
    due, found = reminder.due, reminder.id
    when = labels.day_text(due.day)
    if due.moment is not None:
        when = labels.moment_text(due.moment)
    if found.stage is Stage.ESCALATED:
        words = _("{kind}: was due {when} and has not been done")
        return words.format(kind=kind_word(found.kind), when=when)
    head = _("{kind}: due {when}").format(kind=kind_word(found.kind), when=when)
    if found.stage is Stage.DUE:
        return head
    return _("{sentence}, {ahead}").format(sentence=head, ahead=_ahead(reminder))


def _ahead(reminder: Reminder) -> str:
    found, due = reminder.id, reminder.due
    if found.minutes:
        words = ngettext("in {n} minute", "in {n} minutes", found.minutes)
        return words.format(n=found.minutes)
    days = (due.day - reminder.at.date()).days
    return ngettext("in {n} day", "in {n} days", days).format(n=days)


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
