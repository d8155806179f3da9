"""Schema changes: one transaction, foreign keys off, checked before it is committed.

`PRAGMA user_version` holds the number of the schema, so that opening costs one pragma. A newer
schema is refused. `python -m db.migrate new "what changes"` writes a new revision.
"""

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, inspect, text

from db.errors import DatabaseError, Trouble, sort_trouble, sorted_troubles
from db.session import APPLICATION_ID, make_engine, open_file

MIGRATIONS: Final = Path(__file__).parent / "migrations"
SCHEMA: Final = 1  # number of revisions; a test compares it with the folder


def schema_of(path: Path, key: bytes | None) -> int:
    """Schema number of a database file; 0 for an empty one.

    Raises DatabaseError: WRONG_KEY, DAMAGED, UNREADABLE or NOT_A_WORKSPACE.
    """
    if not path.exists():
        return 0
    try:
        with closing(open_file(path, key)) as connection:
            application = connection.execute("PRAGMA application_id").fetchone()[0]
            number = connection.execute("PRAGMA user_version").fetchone()[0]
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    except driver.Error as error:
        raise DatabaseError(
            sort_trouble(error, path) or Trouble.UNREADABLE, str(error), path
        ) from error
    if tables and application != APPLICATION_ID:
        raise DatabaseError(Trouble.NOT_A_WORKSPACE, path.name, path)
    return int(number)


def require_current(path: Path, key: bytes | None) -> bool:
    """Whether the schema is current; False when it must be upgraded first.

    Raises DatabaseError(NEWER) for a database of a newer program.
    """
    number = schema_of(path, key)
    if number > SCHEMA:
        raise DatabaseError(Trouble.NEWER, str(number), path)
    return number == SCHEMA


def upgrade(path: Path, key: bytes | None) -> int:
    """Bring a database (also an empty file) to the current schema; returns the number before.

    Old schema or new schema, never between. Raises DatabaseError(DAMAGED) when rows or references
    would be lost; the file is then unchanged.
    """
    before = schema_of(path, key)
    if before > SCHEMA:
        raise DatabaseError(Trouble.NEWER, str(before), path)
    if before == SCHEMA:
        return before
    engine = make_engine(path, key, foreign_keys=False)
    try:
        with sorted_troubles(path), engine.begin() as connection:
            counts = _row_counts(connection)
            _run(connection, "head")
            connection.exec_driver_sql(f"PRAGMA application_id={APPLICATION_ID}")
            connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA}")
            _check(connection, counts, path)
    finally:
        engine.dispose()
    return before


def config() -> Any:
    """Alembic's configuration without a file, script location from the package path."""
    from alembic.config import Config  # noqa: PLC0415  (needed only to change a schema)

    made = Config()
    made.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return made


def _run(connection: Connection, revision: str) -> None:
    from alembic import command  # noqa: PLC0415

    made = config()
    made.attributes["connection"] = connection
    command.upgrade(made, revision)


def _row_counts(connection: Connection) -> dict[str, int]:
    names = [name for name in inspect(connection).get_table_names() if not _is_index(name)]
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
        for name in names
    }


def _check(connection: Connection, counts: dict[str, int], path: Path) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    after = _row_counts(connection)
    lost = [name for name, count in counts.items() if name in after and after[name] < count]
    if broken is not None or lost:
        raise DatabaseError(Trouble.DAMAGED, ", ".join(lost) or str(broken), path)


def _is_index(name: str) -> bool:
    return name.startswith(("customer_fts", "alembic"))


def _write_revision(message: str) -> None:
    """Write a revision file from the difference between the models and the last revision."""
    from alembic import command  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        engine = make_engine(Path(folder) / "blank.db", None, foreign_keys=False)
        with engine.begin() as connection:
            made = config()
            made.attributes["connection"] = connection
            command.upgrade(made, "head")
            number = f"{len(list((MIGRATIONS / 'versions').glob('*.py'))) + 1:04d}"
            command.revision(made, message, autogenerate=True, rev_id=number)
        engine.dispose()


COMMANDS: Final[dict[str, Callable[[str], None]]] = {"new": _write_revision}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](sys.argv[2])
