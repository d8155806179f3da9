"""What is shipped for the task force: holidays, retry table, scripts and snippets, read and typed.

The words stand in `resources/reference` and `resources/scripts`. Whether a script is a good one is
not asked here (`desktop_app.domain.script_checks`); its content is handed on as it stands.
"""

import datetime as dt
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from db import reference
from db.reference import ReferenceFileError
from db.vocabulary import AttemptResult, NextStep

SCRIPTS: Final = reference.FOLDER.parent / "scripts"
_HEADER: Final = ("code", "edition", "occasion", "zh", "en")


@dataclass(frozen=True, slots=True)
class Holiday:
    """Days off from `first` to `last`; the festival days among them; make-up working days."""

    code: str
    zh: str
    en: str
    first: dt.date
    last: dt.date
    statutory: tuple[dt.date, ...]
    working: tuple[dt.date, ...] = ()

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the last day is before the first")
        if not all(self.first <= day <= self.last for day in self.statutory):
            raise ValueError("a festival day is not among the days off")
        if any(self.first <= day <= self.last for day in self.working):
            raise ValueError("a make-up working day is among the days off")


@dataclass(frozen=True, slots=True)
class HolidayDay:
    """One day off or one make-up working day, with the name of its holiday."""

    day: dt.date
    is_working: bool
    is_statutory: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class FixedHoliday:
    """Festival days that the law sets by the date, the same in each year from `since` on."""

    code: str
    zh: str
    en: str
    month: int
    days: tuple[int, ...]
    since: int = dt.MINYEAR

    def in_year(self, year: int) -> tuple[HolidayDay, ...]:
        """Its days in a year."""
        if year < self.since:
            return ()
        return tuple(
            HolidayDay(
                dt.date(year, self.month, day),
                is_working=False,
                is_statutory=True,
                zh=self.zh,
                en=self.en,
            )
            for day in self.days
        )


@dataclass(frozen=True, slots=True)
class RetryEntry:
    """A line of the retry table; `desktop_app.domain.retries` says what it means."""

    code: str
    zh: str
    en: str
    result: AttemptResult
    step: NextStep
    days: int = 0
    minutes: int = 0
    maximum: int | None = None


@dataclass(frozen=True, slots=True)
class SnippetEntry:
    """Words for an objection, called by `::` and the trigger; `title` is what it is about."""

    code: str
    zh: str
    en: str
    title_zh: str
    title_en: str
    reason_group: str | None = None


@dataclass(frozen=True, slots=True)
class ScriptFile:
    """A script as it is shipped; `edition` rises with every change of its content."""

    code: str
    edition: int
    occasion: str
    zh: str
    en: str
    content: Mapping[str, Any]


@cache
def holidays(folder: Path = reference.FOLDER) -> tuple[HolidayDay, ...]:
    """Every day off and make-up working day that is known, in order.

    Raises:
        ReferenceFileError: the file is wrong, or a day stands in it twice.
    """
    found = sorted(
        (
            day
            for entry in reference.typed(Holiday, "calendar", "entry", folder)
            for day in _of(entry)
        ),
        key=lambda day: day.day,
    )
    for before, after in pairwise(found):
        if before.day == after.day:
            raise ReferenceFileError(f"calendar.toml: day given twice: {after.day}")
    return tuple(found)


@cache
def fixed_holidays(year: int, folder: Path = reference.FOLDER) -> tuple[HolidayDay, ...]:
    """The festival days of a year that are known before its notice comes, in order."""
    found = reference.typed(FixedHoliday, "calendar", "fixed", folder)
    return tuple(sorted((day for each in found for day in each.in_year(year)), key=_day_of))


@cache
def fixed_dates(folder: Path = reference.FOLDER) -> Mapping[tuple[int, int], int]:
    """Month and day of each festival that the law sets by the date, and since which year."""
    found = reference.typed(FixedHoliday, "calendar", "fixed", folder)
    return MappingProxyType({(each.month, day): each.since for each in found for day in each.days})


def _day_of(found: HolidayDay) -> dt.date:
    return found.day


@cache
def retries(folder: Path = reference.FOLDER) -> tuple[RetryEntry, ...]:
    """The lines of the retry table, those of one result in order."""
    return reference.typed(RetryEntry, "retries", "entry", folder)


@cache
def snippets(folder: Path = SCRIPTS) -> tuple[SnippetEntry, ...]:
    """The snippets of the program; the code is the trigger."""
    return reference.typed(SnippetEntry, "snippets", "entry", folder)


@cache
def scripts(folder: Path = SCRIPTS) -> tuple[ScriptFile, ...]:
    """The scripts of the program, by code.

    Raises:
        ReferenceFileError: a file is no TOML or its head is not complete.
    """
    paths = sorted(folder.glob("*.toml"))
    return tuple(_script(path) for path in paths if path.stem != "snippets")


def _of(entry: Holiday) -> Iterator[HolidayDay]:
    days_off = (entry.last - entry.first).days + 1
    off = [entry.first + dt.timedelta(days=number) for number in range(days_off)]
    for day in (*off, *entry.working):
        yield HolidayDay(
            day=day,
            is_working=day in entry.working,
            is_statutory=day in entry.statutory,
            zh=entry.zh,
            en=entry.en,
        )


def _script(path: Path) -> ScriptFile:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ReferenceFileError(f"{path.name}: {error}") from error
    if missing := [key for key in _HEADER if key not in content]:
        raise ReferenceFileError(f"{path.name}: not given: {', '.join(missing)}")
    head = {key: content.pop(key) for key in _HEADER}
    return ScriptFile(**head, content=MappingProxyType(content))
