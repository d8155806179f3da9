"""The columns of reminders."""

import datetime as dt
from typing import Final, Protocol

from desktop_app import clock
from desktop_app.columns import Column
from desktop_app.domain.reminder_words import ago_text
from desktop_app.i18n import N_


class ReminderRow(Protocol):
    """A reminder, as `services.reminders` gives it."""

    @property
    def at(self) -> dt.datetime:
        """When it came."""

    @property
    def what(self) -> str:
        """What it is and about whom."""

    @property
    def sentence(self) -> str:
        """When it is due."""

    @property
    def words(self) -> str:
        """What it is about."""

    @property
    def person(self) -> str:
        """Who is to do it."""


def _ago(row: ReminderRow) -> str:
    return ago_text(max(clock.now() - row.at, dt.timedelta()))


REMINDER_COLUMNS: Final[tuple[Column[ReminderRow], ...]] = (
    Column("title", N_("What"), lambda row: row.what, width=230),
    Column("sentence", N_("When"), lambda row: row.sentence, width=240),
    Column("words", N_("About"), lambda row: row.words, width=220),
    Column("person", N_("Who"), lambda row: row.person, width=90),
    Column("ago", N_("Came"), _ago, width=100),
)
