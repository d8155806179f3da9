import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine

from desktop_app import clock, paths
from desktop_app.progress import Progress, Silent


def test_that_the_home_can_be_moved(home: Path) -> None:
    assert paths.user_data_dir() == home / "data"
    assert paths.log_dir() == home / "logs"
    assert paths.settings_file() == home / "config" / "settings.json"
    assert (home / "data").is_dir()


def test_that_each_kind_of_file_has_the_system_s_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("WINBACK_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    found = {paths.user_data_dir(), paths.log_dir(), paths.settings_file().parent}
    assert len(found) == 3
    assert all(folder.is_relative_to(tmp_path) and folder.is_dir() for folder in found)


def test_that_resources_are_found() -> None:
    assert paths.resource("fonts", "NotoSansSC-Regular.ttf").is_file()
    assert paths.resource("fonts", "NotoSansSC-Bold.ttf").is_file()
    assert paths.resource("fonts", "OFL.txt").is_file()


def test_that_a_frozen_program_has_its_resources_beside_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    assert paths._resources() == tmp_path / "resources"


def test_that_now_is_aware_and_in_utc(fixed_time: time_machine.Traveller) -> None:
    assert clock.now() == datetime(2026, 9, 15, 2, 0, tzinfo=UTC)
    assert clock.now().tzinfo is UTC


def test_that_today_is_the_local_day(fixed_time: time_machine.Traveller) -> None:
    fixed_time.move_to(datetime(2026, 9, 16, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai")))
    assert clock.now().date() == date(2026, 9, 15)
    assert clock.today() == date(2026, 9, 16)


def test_that_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        clock.local(datetime(2026, 9, 15, 16, 30))  # noqa: DTZ001
    assert clock.local(datetime(2026, 9, 15, 16, 30, tzinfo=UTC)).hour == 0


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The machine stands where the clock is set forward and back."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.skipif(sys.platform == "win32", reason="the zone of the system cannot be set")
def test_that_the_zone_of_this_machine_knows_when_the_clock_is_set(berlin: None) -> None:
    nine = [datetime(2026, month, 9, 9, tzinfo=clock.HERE) for month in (1, 7)]
    assert [each.astimezone(UTC).hour for each in nine] == [8, 7]
    assert [each.tzname() for each in nine] == ["CET", "CEST"]
    assert nine[0].dst() is None
    first, second = (
        datetime(2026, 10, 25, hour, 30, tzinfo=UTC).astimezone(clock.HERE) for hour in (0, 1)
    )
    assert (first.hour, second.hour) == (2, 2)  # that hour is there twice
    assert (first.fold, second.fold) == (0, 1)
    assert [each.astimezone(UTC).hour for each in (first, second)] == [0, 1]


def test_that_silent_progress_goes_on() -> None:
    progress: Progress = Silent()
    progress.step(1, None, "text")
