"""Holidays, retry table, scripts and snippets as shipped, and how their files may break."""

import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from db import reference, task_force_files
from db.reference import ReferenceFileError
from db.vocabulary import AttemptResult

HEAD = 'version = 1\n[[entry]]\ncode = "x"\nzh = "节"\nen = "Festival"\n'
DAYS = "first = 2026-01-01\nlast = 2026-01-03\nstatutory = [2026-01-01]\n"


def days_off(year: int) -> int:
    return sum(
        1 for day in task_force_files.holidays() if day.day.year == year and not day.is_working
    )


def test_that_each_year_has_as_many_days_as_its_notice_names() -> None:
    # 1 + 8 + 3 + 5 + 1 + 3 + 7; 1 + 8 + 3 + 5 + 3 + 8; 3 + 9 + 3 + 5 + 3 + 3 + 7
    assert {year: days_off(year) for year in (2024, 2025, 2026)} == {2024: 28, 2025: 28, 2026: 33}
    made_up = Counter(day.day.year for day in task_force_files.holidays() if day.is_working)
    assert made_up == {2024: 8, 2025: 5, 2026: 6}


def test_that_each_year_has_its_statutory_festival_days() -> None:
    # 11 days a year until 2024, 13 since (the measures as amended in November 2024)
    statutory = Counter(day.day.year for day in task_force_files.holidays() if day.is_statutory)
    assert statutory == {2024: 11, 2025: 13, 2026: 13}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_that_festivals_fixed_by_date_are_those_of_the_notices(year: int) -> None:
    fixed = {day.day for day in task_force_files.fixed_holidays(year)}
    named = {day.day for day in task_force_files.holidays() if day.is_statutory}
    assert fixed <= named
    assert len(fixed) == (5 if year < 2025 else 6)  # 2 May since 2025
    dates = task_force_files.fixed_dates()
    assert {(day.month, day.day) for day in fixed} == {
        date for date, since in dates.items() if year >= since
    }


def test_that_only_weekends_are_made_up_for() -> None:
    for day in task_force_files.holidays():
        assert not day.is_working or day.day.weekday() >= 5
        assert not (day.is_working and day.is_statutory)


def test_that_working_days_of_a_year_come_out_as_published() -> None:
    # 52 weeks of five days and the rest, less holidays on weekdays, plus make-up days
    known = {day.day: day.is_working for day in task_force_files.holidays()}
    counts = {}
    for year in (2024, 2025, 2026):
        first = dt.date(year, 1, 1)
        length = (dt.date(year + 1, 1, 1) - first).days
        all_days = [first + dt.timedelta(days=number) for number in range(length)]
        counts[year] = sum(known.get(day, day.weekday() < 5) for day in all_days)
    # 365 days less 104 or 105 weekend days less the statutory days that are not on a weekend
    assert counts == {2024: 251, 2025: 248, 2026: 248}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (HEAD + DAYS.replace("last = 2026-01-03", "last = 2025-12-31"), "before the first"),
        (HEAD + DAYS.replace("[2026-01-01]", "[2026-01-09]"), "festival day"),
        (HEAD + DAYS + "working = [2026-01-02]\n", "make-up"),
        (
            HEAD + DAYS + HEAD.replace("version = 1\n", "").replace('"x"', '"y"') + DAYS,
            "day given twice: 2026-01-01",
        ),
    ],
)
def test_that_a_broken_calendar_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "calendar.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ReferenceFileError, match=message):
        task_force_files.holidays(tmp_path)


def test_that_the_retry_table_has_lines_for_what_is_tried_again() -> None:
    results = [entry.result for entry in task_force_files.retries()]
    assert set(results) == {
        AttemptResult.NO_ANSWER,
        AttemptResult.BUSY,
        AttemptResult.LEFT_MESSAGE,
    }


def test_that_scripts_and_snippets_are_found_and_told_apart() -> None:
    names = {path.stem for path in task_force_files.SCRIPTS.glob("*.toml")}
    assert {file.code for file in task_force_files.scripts()} == names - {"snippets"}
    assert all(file.edition >= 1 for file in task_force_files.scripts())
    assert len(task_force_files.snippets()) >= 12
    assert task_force_files.SCRIPTS.parent == reference.FOLDER.parent


def test_that_a_broken_script_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('code = "a"\nzh = "甲"\n', encoding="utf-8")
    with pytest.raises(ReferenceFileError, match=r"a\.toml: not given: edition, occasion, en"):
        task_force_files.scripts(tmp_path)
    (tmp_path / "a.toml").write_text("no toml", encoding="utf-8")
    with pytest.raises(ReferenceFileError, match=r"^a\.toml: "):
        task_force_files.scripts(tmp_path)
