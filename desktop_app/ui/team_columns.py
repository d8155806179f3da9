"""Columns of what is set for the task force: retries, days of the calendar, skills."""

from typing import Final

from db.task_force_files import RetryEntry
from desktop_app import labels
from desktop_app.columns import Align, Column
from desktop_app.i18n import N_, _, language, ngettext
from desktop_app.services.calendar import DayLine
from desktop_app.services.skills import PersonSkills

_LEVELS: Final = {1: N_("average"), 2: N_("fairly high"), 3: N_("very high")}


def _delay(row: RetryEntry) -> str:
    if row.minutes:
        return ngettext("{n} minute", "{n} minutes", row.minutes).format(n=row.minutes)
    if row.days:
        return ngettext("{n} working day", "{n} working days", row.days).format(n=row.days)
    return _("at once")


def _maximum(row: RetryEntry) -> str:
    return _("afterwards") if row.maximum is None else labels.number(row.maximum)


RETRY_COLUMNS: Final[list[Column[RetryEntry]]] = [
    Column(
        "result", N_("Result"), lambda row: row.result.value, lambda row: labels.label(row.result)
    ),
    Column("step", N_("Next step"), lambda row: row.step.value, lambda row: labels.label(row.step)),
    Column("delay", N_("After"), lambda row: row.days * 1440 + row.minutes, _delay),
    Column("maximum", N_("Times in a row"), lambda row: row.maximum, _maximum, align=Align.RIGHT),
]


def _name(row: DayLine) -> str:
    return (row.zh or row.en) if language().startswith("zh") else (row.en or row.zh)


def _kind(row: DayLine) -> str:
    if row.is_working:
        return _("make-up working day")
    return _("festival") if row.is_festival else _("day off")


DAY_COLUMNS: Final[list[Column[DayLine]]] = [
    Column("day", N_("Day"), lambda row: row.day, width=150),
    Column("is_working", N_("What it is"), lambda row: row.is_working, _kind, width=170),
    Column("name", N_("Name"), _name),
]


def _level(row: PersonSkills, name: str) -> str:
    return _(_LEVELS[getattr(row.levels, name)])


SKILL_COLUMNS: Final[list[Column[PersonSkills]]] = [
    Column("name", N_("Name"), lambda row: row.name, width=120),
    Column("store", N_("Store"), lambda row: row.store, width=120),
    Column(
        "professional", N_("Professional ability"), lambda row: row.levels.professional,
        lambda row: _level(row, "professional"),
    ),
    Column(
        "service", N_("Service ability"), lambda row: row.levels.service,
        lambda row: _level(row, "service"),
    ),
    Column(
        "communication", N_("Communication ability"), lambda row: row.levels.communication,
        lambda row: _level(row, "communication"),
    ),
    Column("open", N_("Open cases"), lambda row: row.open_cases, align=Align.RIGHT, width=90),
    Column("room", N_("Room for"), lambda row: row.room, align=Align.RIGHT, width=90),
]  # fmt: skip
