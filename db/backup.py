"""Verified copies of the workspace database, and putting one back.

A copy is made online, opened and checked before it counts; beside it lies the `keys.json` of its
time. Copies are thinned to the newest ten, then one a day, a week, a month.
"""

import datetime as dt
import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as driver

from db.base import utcnow
from db.errors import DatabaseError, Trouble, sort_trouble
from db.migrate import schema_of
from db.session import Database, prepare

EVERY: Final = dt.timedelta(minutes=30)
KEEP_NEWEST: Final = 10
KEEP_DAYS: Final = 14
KEEP_WEEKS: Final = 8
KEEP_MONTHS: Final = 24
_STAMP: Final = "%Y-%m-%dT%H-%M-%S-%f"


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy: where it lies, when it was made (UTC), its size in bytes."""

    path: Path
    made_at: dt.datetime
    size: int


def folder_of(database_file: Path) -> Path:
    """Where the copies of a workspace lie."""
    return database_file.parent / "backups"


def list_backups(database_file: Path) -> list[Backup]:
    """All copies, newest first."""
    found = []
    for path in folder_of(database_file).glob("*.db"):
        try:
            made_at = dt.datetime.strptime(path.stem, _STAMP).replace(tzinfo=dt.UTC)
        except ValueError:
            continue
        found.append(Backup(path, made_at, path.stat().st_size))
    return sorted(found, key=lambda backup: backup.made_at, reverse=True)


def make_backup(database: Database) -> Backup:
    """Copy the database online, verify the copy, thin the older ones.

    Raises DatabaseError: FULL, DAMAGED, READ_ONLY.
    """
    folder = folder_of(database.path)
    made_at = utcnow()
    target = folder / f"{made_at.strftime(_STAMP)}.db"
    part = target.with_suffix(".part")
    try:
        folder.mkdir(exist_ok=True)
        with closing(_open(database.path, database.key)) as source:
            with closing(_open(part, database.key, wal=False)) as copy:
                source.backup(copy)
        verify_file(part, database.key)
        keys = database.path.parent / "keys.json"
        if keys.exists():
            shutil.copy2(keys, target.with_suffix(".keys.json"))
        part.replace(target)
    except (driver.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise _sorted(error, database.path) from error
    thin(list_backups(database.path), made_at)
    return Backup(target, made_at, target.stat().st_size)


def verify_file(path: Path, key: bytes | None) -> None:
    """Check every page of a database file. Raises DatabaseError(DAMAGED, WRONG_KEY …)."""
    try:
        with closing(_open(path, key, wal=False)) as connection:
            if key is not None:
                broken = connection.execute("PRAGMA cipher_integrity_check").fetchall()
                if broken:
                    raise DatabaseError(Trouble.DAMAGED, path.name, path)
            rows = connection.execute("PRAGMA integrity_check(5)").fetchall()
            if rows != [("ok",)]:
                raise DatabaseError(Trouble.DAMAGED, path.name, path)
    except driver.Error as error:
        raise _sorted(error, path) from error


def restore(database_file: Path, backup: Path, key: bytes | None) -> Path:
    """Put a verified copy in the place of the database; returns where the present one was kept.

    Nobody may have the database open. Raises DatabaseError and changes nothing when the copy is
    damaged, newer than this program or cannot be opened with this key.
    """
    verify_file(backup, key)
    schema_of(backup, key)
    kept = folder_of(database_file) / f"replaced-{utcnow().strftime(_STAMP)}.db"
    part = database_file.with_suffix(".part")
    try:
        kept.parent.mkdir(exist_ok=True)
        shutil.copy2(backup, part)
        _sync(part)
        _settle(database_file, key)
        if database_file.exists():
            database_file.replace(kept)
        for suffix in ("-wal", "-shm"):
            database_file.with_name(database_file.name + suffix).unlink(missing_ok=True)
        part.replace(database_file)
        _sync(database_file.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _sorted(error, database_file) from error
    return kept


def thin(backups: list[Backup], now: dt.datetime) -> list[Path]:
    """Delete the copies that are not worth keeping; returns their paths."""
    keep = {backup.path for backup in backups[:KEEP_NEWEST]}
    periods = (
        (dt.timedelta(days=KEEP_DAYS), "%Y-%j"),
        (dt.timedelta(weeks=KEEP_WEEKS), "%G-%V"),
        (dt.timedelta(days=31 * KEEP_MONTHS), "%Y-%m"),
    )
    for span, pattern in periods:
        seen: set[str] = set()
        for backup in backups:  # newest first: the newest of each period stays
            period = backup.made_at.strftime(pattern)
            if now - backup.made_at <= span and period not in seen:
                seen.add(period)
                keep.add(backup.path)
    gone = [backup.path for backup in backups if backup.path not in keep]
    for path in gone:
        path.unlink(missing_ok=True)
        path.with_suffix(".keys.json").unlink(missing_ok=True)
    return gone


def _open(path: Path, key: bytes | None, *, wal: bool = True) -> Any:
    connection = driver.connect(str(path))
    prepare(connection, key, wal=wal)
    return connection


def _settle(path: Path, key: bytes | None) -> None:
    """Move what is still in the write-ahead log into the file, so that the kept file is whole."""
    try:
        with closing(_open(path, key)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except driver.Error:
        return  # a damaged file is kept as it is


def _sync(path: Path) -> None:
    if os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sorted(error: Exception, path: Path) -> DatabaseError:
    if isinstance(error, DatabaseError):
        return error
    return DatabaseError(sort_trouble(error) or Trouble.UNREADABLE, str(error), path)
