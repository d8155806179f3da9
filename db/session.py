"""The engine and the two ways to use it: `Database.read` and `Database.write`.

Only `Database.write` commits. A write is opened for an actor and becomes one change set.
"""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as driver
from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.orm import Session

from db import derived, journal
from db.errors import DatabaseError, Trouble, sorted_troubles
from db.gate import Gate
from db.models import CustomerStat
from db.recording import RecordedSession
from db.vocabulary import ChangeKind, Role

__all__ = ["APPLICATION_ID", "NOTHING", "SYSTEM", "Actor", "Changes", "Database", "Session"]

APPLICATION_ID: Final = 0x57424B44  # "WBKD"
_PATIENCE: Final = 60.0  # seconds for readers and writers to come to an end
_STATEMENTS: Final = 1000  # kept compiled and prepared: a day of work asks some 700 different ones
_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
    "cache_size=-65536",
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: the signed-in user."""

    user_id: uuid.UUID | None
    login: str
    name: str
    role: Role
    store_id: uuid.UUID | None = None


SYSTEM: Final = Actor(None, "system", "system", Role.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a committed write changed; refreshes open pages and feeds the *Undo* bar."""

    tables: frozenset[str]
    change_set_id: uuid.UUID | None = None
    title: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    kind: ChangeKind = ChangeKind.EDIT
    count: int = 0


NOTHING: Final = Changes(frozenset())


def is_sound(version: str) -> bool:
    """Whether an SQLite is free of the WAL-reset bug (3.7.0 to 3.51.2; fixed in two branches)."""
    parts = tuple(int(part) for part in version.split("."))
    return parts >= (3, 51, 3) or (3, 50, 7) <= parts < (3, 51) or (3, 44, 6) <= parts < (3, 45)


def check_engine_version() -> None:
    """Refuse an SQLite that can damage databases. Raises RuntimeError."""
    if not is_sound(driver.sqlite_version):
        msg = f"SQLite {driver.sqlite_version} can damage databases; install sqlcipher3 0.6.4"
        raise RuntimeError(msg)


def make_engine(
    path: Path,
    key: bytes | None,
    *,
    foreign_keys: bool = True,
    read_only: bool = False,
) -> Engine:
    """Engine on a database file.

    Args:
        path: the file; made if missing.
        key: 32 bytes, or None for a plain file. Never part of the URL, a repr or a log.
        foreign_keys: off only for migrations.
        read_only: connections refuse to write and begin deferred.
    """
    check_engine_version()
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        module=driver,
        pool_size=4,
        max_overflow=4,
        query_cache_size=_STATEMENTS,
        connect_args={"cached_statements": _STATEMENTS},
        hide_parameters=True,  # names and phones stay out of messages and logs
    )

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        prepare(connection, key, foreign_keys=foreign_keys)
        if read_only:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def prepare(
    connection: Any, key: bytes | None, *, foreign_keys: bool = True, wal: bool = True
) -> None:
    """Set up a fresh driver connection: key first, then the pragmas."""
    connection.isolation_level = None  # transactions are ours, the driver begins none
    cursor = connection.cursor()
    cursor.execute("PRAGMA cipher_log_level=NONE")
    if key is not None:
        cursor.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
    for pragma in _PRAGMAS if wal else _PRAGMAS[1:]:
        cursor.execute(f"PRAGMA {pragma}").fetchall()
    if not foreign_keys:
        cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()


def _do_not_wait(connection: Any, _record: object) -> None:
    """Commit without waiting for the disk."""
    connection.execute("PRAGMA synchronous=OFF").fetchall()


def open_file(path: Path, key: bytes | None, *, wal: bool = False) -> Any:
    """A bare driver connection, for checks and copies; leaves the journal mode as it is."""
    connection = driver.connect(str(path))
    try:
        prepare(connection, key, wal=wal)
    except driver.Error:
        connection.close()
        raise
    return connection


def set_key(connection: Any, key: bytes) -> None:
    """Encrypt the file of a driver connection with another key, page by page, where it lies.

    Cut short, it leaves a file that no key opens: only for copies.
    """
    connection.execute("PRAGMA journal_mode=DELETE").fetchall()
    connection.execute(f"PRAGMA rekey=\"x'{key.hex()}'\"").fetchall()


class Database:
    """One open workspace database. Safe to use from several threads, one session each."""

    def __init__(
        self, path: Path, key: bytes | None, *, device: str = "local", durable: bool = True
    ) -> None:
        """Open a file; `durable=False` only for what can be made again, such as a demo."""
        self.path = path
        self.device = device
        self._durable = durable
        self._gate = Gate()
        self._connect(key)
        self._lock = threading.RLock()
        self._writer: int | None = None  # the thread that writes now

    def _connect(self, key: bytes | None) -> None:
        """Use a key from now on; connections are made when they are needed."""
        self._key = key
        self._engine = make_engine(self.path, key)
        if not self._durable:
            event.listen(self._engine, "connect", _do_not_wait)
        self._reading = make_engine(self.path, key, read_only=True)

    @property
    def key(self) -> bytes | None:
        """The key, for backups; never shown. It may change unless one is in `held`."""
        return self._key

    @contextmanager
    def held(self) -> Iterator[bytes | None]:
        """The key; it does not change in the block: for work on the file past a session."""
        with self._gate.inside():
            yield self._key

    @contextmanager
    def closed(self) -> Iterator[None]:
        """In the block nobody reads or writes and no connection is open; `change_key` may be used.

        Raises DatabaseError(BUSY) when others do not come to an end.
        """
        try:
            with self._gate.alone(_PATIENCE):
                self.close()
                yield
        except TimeoutError as error:
            raise DatabaseError(Trouble.BUSY, path=self.path) from error

    def change_key(self, key: bytes) -> None:
        """Use another key from now on, within `closed`: the file has got it."""
        self._connect(key)

    @contextmanager
    def read(self, actor: Actor | None = None) -> Iterator[Session]:
        """A session that sees one state of the database and cannot change it.

        Services that ask who acts need the actor; queries do not.
        """
        with (
            self._gate.inside(),
            sorted_troubles(self.path),
            Session(self._reading, autoflush=False) as session,
        ):
            session.info["actor"] = actor
            yield session

    @contextmanager
    def write(self, actor: Actor) -> Iterator[Session]:
        """A session whose changes become one change set at the end, or nothing on an exception.

        After the block `session.info["changes"]` holds the `Changes`.

        Raises:
            DatabaseError: busy, full, damaged, read-only or changed by somebody else.
            RuntimeError: this thread writes already.
        """
        buffer = journal.Buffer(self.device, actor.user_id, actor.name)
        with (
            self._gate.inside(),
            self._lock,
            self._one_writer(),
            sorted_troubles(self.path),
            RecordedSession(self._engine) as session,
        ):
            session.info["actor"] = actor
            session.info["changes"] = NOTHING
            journal.attach(session, buffer)
            yield session
            session.flush()
            changes = _finish(session)
            session.commit()
            session.info["changes"] = changes

    def refresh_figures(self) -> bool:
        """Bring the derived figures up to date where only time passed; whether they were not."""
        with self.read() as session:
            is_current = derived.is_current(session)
        if not is_current:
            with self.write(SYSTEM) as session:
                derived.refresh(session, derived.Touched(window=True))
        return not is_current

    def close(self) -> None:
        """Let go of all connections."""
        self._reading.dispose()
        self._engine.dispose()

    def verify(self) -> None:
        """Read one page of the file. Raises DatabaseError (WRONG_KEY, DAMAGED, UNREADABLE)."""
        with (
            self._gate.inside(),
            sorted_troubles(self.path),
            self._reading.connect() as connection,
        ):
            found = connection.execute(text("PRAGMA application_id")).scalar()
        if found != APPLICATION_ID:
            raise DatabaseError(Trouble.NOT_A_WORKSPACE, self.path.name, self.path)

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        """A second write of the same thread would wait for the first for ever."""
        if self._writer == threading.get_ident():
            msg = "this thread is writing already: pass the session on"
            raise RuntimeError(msg)
        self._writer = threading.get_ident()
        try:
            yield
        finally:
            self._writer = None


def _finish(session: Session) -> Changes:
    """Refresh what is derived and write the change set."""
    buffer = journal.buffer_of(session)
    if buffer.touched:
        derived.refresh(session, buffer.touched)
        buffer.tables.add(CustomerStat.__tablename__)
    made = journal.close(session)
    tables = frozenset(buffer.tables)
    if made is None:
        return Changes(tables)
    kind = ChangeKind(made.kind)
    return Changes(tables, made.id, made.title, dict(made.args), kind, made.changes)
