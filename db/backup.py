"""Verified copies of the workspace database, and putting one back.

A copy is made online, opened and checked before it counts; beside it lies the `keys.json` of its
time. Copies are thinned to the newest ten, then one a day, a week, a month.
"""

import datetime as dt
import os
import shutil
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import sqlcipher3.dbapi2 as driver

from db.base import utcnow
from db.errors import DatabaseError, Trouble, sort_trouble
from db.keys import KEYS, sync_folder
from db.migrate import require_current, schema_of
from db.session import Database, open_file, set_key

EVERY: Final = dt.timedelta(minutes=30)
KEEP_NEWEST: Final = 10
KEEP_DAYS: Final = 14
KEEP_WEEKS: Final = 8
KEEP_MONTHS: Final = 24
_PATIENCE: Final = 500  # milliseconds
STAMP: Final = "%Y-%m-%dT%H-%M-%S-%f"


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
            made_at = dt.datetime.strptime(path.stem, STAMP).replace(tzinfo=dt.UTC)
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
    target = folder / f"{made_at.strftime(STAMP)}.db"
    part = target.with_suffix(".part")
    try:
        folder.mkdir(exist_ok=True)
        with database.held() as key:  # the copy and the key file belong together
            with (
                closing(open_file(database.path, key)) as source,
                closing(open_file(part, key)) as copy,
            ):
                source.backup(copy)
            verify_file(part, key)
            keys = database.path.parent / KEYS
            if keys.exists():
                shutil.copy2(keys, target.with_suffix(".keys.json"))
        sync_file(part)
        part.replace(target)
        sync_folder(folder)
    except (driver.Error, OSError, DatabaseError) as error:
        part.unlink(missing_ok=True)
        raise _sorted(error, database.path) from error
    thin(list_backups(database.path), made_at)
    return Backup(target, made_at, target.stat().st_size)


def backup_if_changed(database: Database, now: dt.datetime) -> Backup | None:
    """Copy the database when the newest copy is old enough and the journal grew since.

    Args:
        database: what to copy.
        now: the present moment, with a zone.

    Returns:
        The copy, or None when there is nothing to do.
    """
    newest = next(iter(list_backups(database.path)), None)
    if newest is not None:
        if dt.timedelta(0) <= now - newest.made_at < EVERY:
            return None
        with database.held() as key:
            is_same = _journal_end(newest.path, key) == _journal_end(database.path, key)
        if is_same:
            return None
    return make_backup(database)


def verify_file(path: Path, key: bytes | None) -> None:
    """Check every page of a database file. Raises DatabaseError(DAMAGED, WRONG_KEY …)."""
    try:
        with closing(open_file(path, key)) as connection:
            broken = []
            if key is not None:
                broken = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            rows = connection.execute("PRAGMA integrity_check(5)").fetchall()
    except driver.Error as error:
        raise _sorted(error, path) from error
    if broken or rows != [("ok",)]:
        raise DatabaseError(Trouble.DAMAGED, path.name, path)


def find_key(path: Path, keys: Sequence[bytes]) -> bytes:
    """The key among some that opens a database file.

    Raises DatabaseError: WRONG_KEY when none does, else as `db.migrate.schema_of`.
    """
    for key in keys[:-1]:
        try:
            schema_of(path, key)
        except DatabaseError as error:
            if error.trouble is not Trouble.WRONG_KEY:
                raise
        else:
            return key
    schema_of(path, keys[-1])
    return keys[-1]


def restore(
    database_file: Path,
    backup: Path,
    key: bytes | None,
    *,
    copy_key: bytes | None = None,
    finish: Callable[[Path], None] | None = None,
) -> Path | None:
    """Put a verified copy in the place of the database; returns where the present one was kept.

    Nobody may have the database open. At every moment either the present file or the copy is
    there. None is returned when there was no present one.

    Args:
        database_file: what is replaced.
        backup: the copy; it stays as it is.
        key: opens the database, before and afterwards.
        copy_key: opens the copy, if it has another key.
        finish: is given the new file, which opens with `key`, before it is put in place.

    Raises:
        DatabaseError: DAMAGED, WRONG_KEY, NOT_A_WORKSPACE or NEWER for the copy, IN_USE, FULL or
            READ_ONLY for the place; nothing was changed.
    """
    copy_key = copy_key or key
    verify_file(backup, copy_key)
    require_current(backup, copy_key)
    kept = folder_of(database_file) / f"replaced-{utcnow().strftime(STAMP)}.db"
    part = database_file.with_suffix(".part")
    try:
        kept.parent.mkdir(exist_ok=True)
        remove_file(part)
        shutil.copy2(backup, part)
        if key is not None and copy_key != key:
            _give_key(part, copy_key, key)
        if finish is not None:
            finish(part)
            _settle(part, key)
        sync_file(part)
        is_there = database_file.exists()
        if is_there:
            _settle(database_file, key)
            _keep(database_file, kept)
        part.replace(database_file)
        sync_folder(database_file.parent)
    except (driver.Error, OSError, DatabaseError) as error:
        raise _sorted(error, database_file) from error
    finally:
        remove_file(part)
    return kept if is_there else None


def _give_key(path: Path, key: bytes | None, new: bytes) -> None:
    with closing(open_file(path, key)) as connection:
        set_key(connection, new)
    verify_file(path, new)


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


def _journal_end(path: Path, key: bytes | None) -> object:
    """How far the journal of a file goes; two files with the same end hold the same work."""
    try:
        with closing(open_file(path, key)) as connection:
            return connection.execute(
                "SELECT count(*), (SELECT digest FROM change_set ORDER BY id DESC LIMIT 1)"
                " FROM change_set"
            ).fetchone()
    except driver.Error:
        return None  # a damaged or older copy counts as another one


def _settle(path: Path, key: bytes | None) -> None:
    """Move what is still in the write-ahead log into the file, so that the kept file is whole.

    Raises DatabaseError(IN_USE) when somebody has it open.
    """
    try:
        with closing(open_file(path, key)) as connection:
            connection.execute(f"PRAGMA busy_timeout={_PATIENCE}")
            connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    except driver.Error as error:
        if sort_trouble(error) is Trouble.BUSY:
            raise DatabaseError(Trouble.IN_USE, path.name, path) from error
        # a damaged file is kept as it is


def _keep(path: Path, kept: Path) -> None:
    """Give the present file a second name, and take away a log that is not the copy's."""
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    for suffix in ("-wal", "-shm"):
        log = path.with_name(path.name + suffix)
        if log.exists():
            log.replace(kept.with_name(kept.name + suffix))


def sync_file(path: Path) -> None:
    """Make a file that was written outlive a power cut."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def remove_file(path: Path) -> None:
    """Take a database file away, with what its engine keeps beside it."""
    for suffix in ("", "-journal", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _sorted(error: Exception, path: Path) -> DatabaseError:
    if isinstance(error, DatabaseError):
        return error
    return DatabaseError(sort_trouble(error, path) or Trouble.UNREADABLE, str(error), path)
