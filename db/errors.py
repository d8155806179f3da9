"""Database troubles sorted into the few that a person can do something about; the rest is a bug.

The only file that knows the exceptions of SQLAlchemy and of the driver. It loads SQLAlchemy only
when something went wrong: the key of a workspace is made while that is still being loaded.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Final


class Trouble(StrEnum):
    """Kinds of trouble."""

    BUSY = "busy"
    FULL = "full"
    UNREADABLE = "unreadable"
    DAMAGED = "damaged"
    READ_ONLY = "read_only"
    WRONG_KEY = "wrong_key"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105  (a kind of trouble, not a secret)
    UNKNOWN_USER = "unknown_user"
    NEWER = "newer"
    OLDER = "older"
    NOT_A_WORKSPACE = "not_a_workspace"
    NETWORK_SHARE = "network_share"
    IN_USE = "in_use"
    EXISTS = "exists"
    CONFLICT = "conflict"


class DatabaseError(Exception):
    """Trouble with the database or its folder; `detail` names what it is about."""

    def __init__(self, trouble: Trouble, detail: str = "", path: Path | None = None) -> None:
        super().__init__(f"{trouble}: {detail}" if detail else str(trouble))
        self.trouble = trouble
        self.detail = detail
        self.path = path


_SIGNS: Final = (
    ("database or disk is full", Trouble.FULL),
    ("no space left", Trouble.FULL),
    ("database is locked", Trouble.BUSY),
    ("file is not a database", Trouble.WRONG_KEY),
    ("malformed", Trouble.DAMAGED),
    ("vtable constructor failed", Trouble.DAMAGED),
    ("disk i/o error", Trouble.DAMAGED),
    ("readonly database", Trouble.READ_ONLY),
    ("read-only file system", Trouble.READ_ONLY),
    ("unable to open", Trouble.UNREADABLE),
)
_PAGE: Final = 4096  # bytes; every file of ours is a whole number of pages
_ROOM: Final = 64 * 1024  # bytes; twice what SQLite shares between processes
_PLAIN: Final = b"SQLite format 3\0"


def sort_trouble(error: BaseException, path: Path | None = None) -> Trouble | None:
    """Which trouble an exception of the driver stands for, or None when it is a bug.

    Args:
        error: what was raised.
        path: the database file; tells a wrong key from a foreign file, a protected folder from
            a missing one, and a full disk from a broken one.
    """
    from sqlalchemy.orm.exc import StaleDataError  # noqa: PLC0415

    if isinstance(error, StaleDataError):
        return Trouble.CONFLICT
    text = str(getattr(error, "orig", None) or error).lower()
    trouble = next((trouble for sign, trouble in _SIGNS if sign in text), None)
    if path is None:
        return trouble
    if trouble is Trouble.DAMAGED and _has_no_room(path):
        return Trouble.FULL  # SQLite calls it an I/O error when its shared memory does not fit
    if trouble is Trouble.WRONG_KEY and _is_foreign(path):
        return Trouble.NOT_A_WORKSPACE
    if trouble is Trouble.UNREADABLE and path.exists() and not os.access(path, os.W_OK):
        return Trouble.READ_ONLY
    return trouble


def _has_no_room(path: Path) -> bool:
    """Whether nothing can be written beside a file."""
    try:
        return shutil.disk_usage(path.parent).free < _ROOM
    except OSError:
        return False


def _is_foreign(path: Path) -> bool:
    """Whether a file whose first page our key does not open cannot be an encrypted database."""
    try:
        with path.open("rb") as file:
            head = file.read(len(_PLAIN))
        size = path.stat().st_size
    except OSError:
        return False
    return head == _PLAIN or size % _PAGE != 0


@contextmanager
def sorted_troubles(path: Path | None = None) -> Iterator[None]:
    """Turn the driver's exceptions into `DatabaseError`; let bugs through unchanged."""
    try:
        yield
    except _of_the_driver() as error:
        trouble = sort_trouble(error, path)
        if trouble is None:
            raise
        raise DatabaseError(trouble, path=path) from error


def _of_the_driver() -> tuple[type[Exception], ...]:
    """Asked only once something was raised."""
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415
    from sqlalchemy.orm.exc import StaleDataError  # noqa: PLC0415

    return DBAPIError, StaleDataError
