"""Copies are whole, few enough, and put back without a moment at which there is nothing."""

import datetime as dt
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from db import backup, journal, migrate
from db.backup import Backup
from db.errors import DatabaseError, Trouble
from db.models import Customer
from db.session import SYSTEM, Database, open_file
from tests.conftest import KEY
from tests.journal_machine import check_chain, tables_of

NOON = dt.datetime(2026, 9, 15, 12, tzinfo=dt.UTC)


def add(database: Database, number: str) -> None:
    with database.write(SYSTEM) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number=number, name="客户"))


def numbers(path: Path) -> list[str]:
    connection = open_file(path, KEY)
    rows = connection.execute("SELECT number FROM customer ORDER BY number").fetchall()
    connection.close()
    return [row[0] for row in rows]


def trouble(work: Callable[..., Any], *args: Any) -> Trouble:
    with pytest.raises(DatabaseError) as caught:
        work(*args)
    return caught.value.trouble


def files(database: Database) -> set[str]:
    return {file.name for file in backup.folder_of(database.path).iterdir()}


# Making ------------------------------------------------------------------------------------------


def test_that_a_copy_holds_everything_and_is_encrypted(small: Database) -> None:
    add(small, "K1")
    (small.path.parent / "keys.json").write_text("{}", "utf-8")
    with small.read() as reading:
        reading.execute(text("SELECT 1 FROM customer")).all()  # somebody reads meanwhile
        with time_machine.travel(NOON, tick=False):
            made = backup.make_backup(small)
    assert made.made_at == NOON
    assert made.size == made.path.stat().st_size > 0
    assert files(small) == {
        "2026-09-15T12-00-00-000000.db", "2026-09-15T12-00-00-000000.keys.json"
    }  # fmt: skip
    assert backup.list_backups(small.path) == [made]
    assert b"SQLite format" not in made.path.read_bytes()[:100]
    assert trouble(backup.verify_file, made.path, bytes(32)) is Trouble.WRONG_KEY
    copy = Database(made.path, KEY)
    assert tables_of(copy) == tables_of(small)
    check_chain(copy)
    copy.close()


def test_that_a_copy_is_made_while_others_write(small: Database) -> None:
    add(small, "K1")
    with small.write(SYSTEM) as session:
        journal.name_change(session, "Add")
        session.add(Customer(number="K2", name="not yet"))
        session.flush()
        made = backup.make_backup(small)
    assert numbers(made.path) == ["K1"]
    assert numbers(small.path) == ["K1", "K2"]


def test_that_other_files_are_no_backups(small: Database) -> None:
    made = backup.make_backup(small)
    folder = backup.folder_of(small.path)
    for name in ("mine.db", "replaced-2026-09-15T12-00-00-000000.db", "2026-09-15.txt"):
        (folder / name).write_text("x", "utf-8")
    assert backup.list_backups(small.path) == [made]


def test_that_no_copy_counts_that_cannot_be_read(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, _key: bytes | None) -> None:
        raise DatabaseError(Trouble.DAMAGED, path.name, path)

    monkeypatch.setattr(backup, "verify_file", refuse)
    assert trouble(backup.make_backup, small) is Trouble.DAMAGED
    assert files(small) == set()


def test_that_a_damaged_database_is_not_copied_over_good_copies(small: Database) -> None:
    for number in range(40):
        add(small, f"K{number}")
    good = backup.make_backup(small)
    small.close()
    content = bytearray(small.path.read_bytes())
    content[4096 * (len(content) // 4096 - 3) + 50] ^= 1
    small.path.write_bytes(content)
    assert trouble(backup.make_backup, small) is Trouble.DAMAGED
    assert backup.list_backups(small.path) == [good]
    assert files(small) == {good.path.name}


def test_that_a_place_where_nothing_can_be_written_is_told(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "sync_file", fail)
    assert trouble(backup.make_backup, small) is Trouble.FULL
    assert files(small) == set()


@pytest.mark.parametrize("place", ["head", "middle", "tail", "cut", "text"])
def test_that_a_damaged_copy_is_noticed(small: Database, place: str) -> None:
    add(small, "K1")
    made = backup.make_backup(small)
    content = bytearray(made.path.read_bytes())
    match place:
        case "cut":
            del content[len(content) // 2 // 4096 * 4096 :]
        case "text":
            content = bytearray(b"not a database at all")
        case _:
            spot = {"head": 30, "middle": len(content) // 2, "tail": len(content) - 5}[place]
            content[spot] ^= 16
    made.path.write_bytes(content)
    told = trouble(backup.verify_file, made.path, KEY)
    wanted = {"head": {Trouble.WRONG_KEY}, "text": {Trouble.NOT_A_WORKSPACE}}
    assert told in wanted.get(place, {Trouble.DAMAGED})
    before = small.path.read_bytes()
    assert trouble(backup.restore, small.path, made.path, KEY) is told
    assert small.path.read_bytes() == before


# When --------------------------------------------------------------------------------------------


def test_that_a_copy_is_made_when_something_changed_and_enough_time_went_by(
    small: Database,
) -> None:
    with time_machine.travel(NOON, tick=False):
        assert backup.backup_if_changed(small, NOON) is not None
        assert backup.backup_if_changed(small, NOON) is None
    later = NOON + dt.timedelta(minutes=31)
    with time_machine.travel(later, tick=False):
        assert backup.backup_if_changed(small, later) is None  # nothing happened
        add(small, "K1")
        soon = NOON + dt.timedelta(minutes=29)
        assert backup.backup_if_changed(small, soon) is None
        made = backup.backup_if_changed(small, later)
        assert made is not None
        assert numbers(made.path) == ["K1"]
        assert backup.backup_if_changed(small, later + dt.timedelta(hours=5)) is None
    add(small, "K2")
    assert backup.backup_if_changed(small, NOON - dt.timedelta(days=1)) is not None  # clock back


def test_that_a_damaged_newest_copy_does_not_keep_from_making_another(small: Database) -> None:
    made = backup.make_backup(small)
    made.path.write_bytes(b"gone")
    assert backup.backup_if_changed(small, made.made_at + dt.timedelta(hours=1)) is not None


# Thinning ----------------------------------------------------------------------------------------

DAY = dt.timedelta(days=1)


def made_at(ages: list[float]) -> list[Backup]:
    return [Backup(Path(f"/nowhere/{age}.db"), NOON - age * DAY, 1) for age in sorted(ages)]


def left(ages: list[float]) -> list[float]:
    backups = made_at(ages)
    gone = set(backup.thin(backups, NOON))
    return [age for age, one in zip(sorted(ages), backups, strict=True) if one.path not in gone]


@pytest.mark.parametrize(
    ("ages", "kept"),
    [
        ([], []),
        ([0], [0]),
        ([n / 48 for n in range(10)], [n / 48 for n in range(10)]),  # the newest ten always stay
        ([3000 + n for n in range(10)], [3000 + n for n in range(10)]),
        # after ten of today: one a day for two weeks
        (
            [n / 100 for n in range(11)] + [1.0, 1.2, 2.0, 13.0, 13.9],
            [n / 100 for n in range(10)] + [1.0, 2.0, 13.0, 13.9],
        ),
        # one a week up to eight weeks, one a month up to two years, then none
        (
            [n / 100 for n in range(10)]
            + [20, 21, 22, 27, 28, 60, 61, 90, 400, 401, 744, 745, 900],
            [n / 100 for n in range(10)] + [20, 22, 27, 60, 90, 400, 744],
        ),
    ],
)
def test_that_old_copies_are_thinned(ages: list[float], kept: list[float]) -> None:
    found = left(ages)
    weekly = {(NOON - age * DAY).strftime("%G-%V") for age in found if 14 < age <= 56}
    assert len(weekly) == len([age for age in found if 14 < age <= 56]) or not weekly
    assert [age for age in found if age <= 14] == [age for age in kept if age <= 14]
    assert max(found, default=0) == max(kept, default=0)


def test_that_a_year_of_half_hours_leaves_a_few_dozen() -> None:
    kept: list[float] = []
    for day in range(400, -1, -1):
        stands = [age for age in kept if age > day] + [day + hour / 24 for hour in range(8)]
        gone = backup.thin(
            sorted(
                [Backup(Path(f"/nowhere/{age}.db"), NOON - age * DAY, 1) for age in stands],
                key=lambda one: one.made_at,
                reverse=True,
            ),
            NOON - day * DAY,
        )
        names = {path.stem for path in gone}
        kept = [age for age in stands if str(age) not in names]
    assert 25 <= len(kept) <= 10 + backup.KEEP_DAYS + backup.KEEP_WEEKS + backup.KEEP_MONTHS
    assert max(kept) > 360
    days = {int(age) for age in kept if age < backup.KEEP_DAYS}
    assert days == set(range(backup.KEEP_DAYS))


def test_that_thinning_removes_the_files(small: Database) -> None:
    (small.path.parent / "keys.json").write_text("{}", "utf-8")
    for minute in range(13):
        with time_machine.travel(NOON + dt.timedelta(minutes=minute), tick=False):
            backup.make_backup(small)
    assert len(backup.list_backups(small.path)) == 10
    assert len(files(small)) == 20


# Putting back ------------------------------------------------------------------------------------


def test_that_a_copy_is_put_back_and_the_present_file_kept(small: Database) -> None:
    add(small, "K1")
    made = backup.make_backup(small)
    add(small, "K2")
    small.close()
    kept = backup.restore(small.path, made.path, KEY)
    assert numbers(small.path) == ["K1"]
    assert numbers(kept) == ["K1", "K2"]
    assert kept.name.startswith("replaced-")
    assert made.path.exists()
    assert {file.name for file in small.path.parent.iterdir()} == {"small.db", "backups"}
    again = Database(small.path, KEY)
    add(again, "K3")
    check_chain(again)
    again.close()


def test_that_what_a_killed_program_left_in_its_log_is_kept_too(
    small: Database, tmp_path: Path
) -> None:
    made = backup.make_backup(small)
    add(small, "K1")
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("small.db", "small.db-wal"):
        shutil.copy2(small.path.with_name(name), crashed / name)
    kept = backup.restore(crashed / "small.db", made.path, KEY)
    assert numbers(kept) == ["K1"]
    assert numbers(crashed / "small.db") == []
    assert sorted(file.name for file in crashed.iterdir()) == ["backups", "small.db"]


def test_that_a_damaged_database_is_replaced_and_kept_as_it_was(small: Database) -> None:
    add(small, "K1")
    made = backup.make_backup(small)
    small.close()
    small.path.write_bytes(b"x" * 5000)
    kept = backup.restore(small.path, made.path, KEY)
    assert numbers(small.path) == ["K1"]
    assert kept.read_bytes() == b"x" * 5000


def test_that_a_log_that_cannot_be_settled_goes_with_its_file(small: Database) -> None:
    small.path.with_name("small.db-wal").write_bytes(b"log")
    kept = small.path.with_name("kept.db")
    backup._keep(small.path, kept)
    assert kept.with_name("kept.db-wal").read_bytes() == b"log"
    assert not small.path.with_name("small.db-wal").exists()


def test_that_a_lost_database_is_put_back(small: Database) -> None:
    add(small, "K1")
    made = backup.make_backup(small)
    small.close()
    small.path.unlink()
    assert backup.restore(small.path, made.path, KEY) is None
    assert numbers(small.path) == ["K1"]


def test_that_a_database_in_use_is_not_replaced(small: Database) -> None:
    made = backup.make_backup(small)
    add(small, "K1")
    with small.read() as reading:
        reading.execute(text("SELECT 1 FROM customer")).all()
        assert trouble(backup.restore, small.path, made.path, KEY) is Trouble.IN_USE
    assert numbers(small.path) == ["K1"]
    assert not small.path.with_suffix(".part").exists()
    add(small, "K2")


def test_that_a_newer_copy_is_refused(small: Database) -> None:
    made = backup.make_backup(small)
    connection = open_file(made.path, KEY)
    connection.execute(f"PRAGMA user_version={migrate.SCHEMA + 1}")
    connection.close()
    small.close()
    before = small.path.read_bytes()
    assert trouble(backup.restore, small.path, made.path, KEY) is Trouble.NEWER
    assert small.path.read_bytes() == before


def test_that_the_copy_of_another_workspace_is_refused(small: Database, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    migrate.upgrade(other, bytes(32))
    assert trouble(backup.restore, small.path, other, KEY) is Trouble.WRONG_KEY


@pytest.mark.parametrize("fails_at", ["copy2", "sync_file", "_keep"])
def test_that_a_restore_that_fails_changes_nothing(
    small: Database, monkeypatch: pytest.MonkeyPatch, fails_at: str
) -> None:
    add(small, "K1")
    made = backup.make_backup(small)
    add(small, "K2")
    small.close()

    def fail(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil if fails_at == "copy2" else backup, fails_at, fail)
    assert trouble(backup.restore, small.path, made.path, KEY) is Trouble.FULL
    assert numbers(small.path) == ["K1", "K2"]
    assert not small.path.with_suffix(".part").exists()


def test_that_a_file_system_without_links_will_do(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = backup.make_backup(small)
    add(small, "K1")
    small.close()

    def fail(*_args: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(os, "link", fail)
    kept = backup.restore(small.path, made.path, KEY)
    assert (numbers(kept), numbers(small.path)) == (["K1"], [])
