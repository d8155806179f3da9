"""Giving a workspace database another key, so that at every moment one of two keys opens it.

The work is done on a copy. Only when the copy is whole and has the new key, both keys are
published (`keys.json`), and then the copy takes the place of the file in one step.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, Final

import sqlcipher3.dbapi2 as driver

from db.backup import remove_file, sync_file, verify_file
from db.errors import DatabaseError, Trouble, sort_trouble
from db.keys import sync_folder
from db.session import open_file, set_key

_PATIENCE: Final = 2000  # milliseconds
_HEAD: Final = bytes(4096)  # a page; without its first one a database cannot be read


def change_key(path: Path, key: bytes, new: bytes, publish: Callable[[], None]) -> bool:
    """Encrypt a database file anew; nobody else may have it open.

    Args:
        path: the file.
        key: opens it now.
        new: opens it afterwards.
        publish: called when the copy with the new key is whole, before it is put in place. Both
            keys must be known to everybody from here on: what comes next may be cut short.

    Returns:
        Whether the new file is sure to outlive a power cut; only then the old key may be forgotten.

    Raises:
        DatabaseError: IN_USE, FULL, DAMAGED or READ_ONLY; the file still has the present key.
    """
    part = path.with_suffix(".rekeyed")
    try:
        remove_file(part)
        with _alone(path, key) as (source, former):
            with closing(open_file(part, key)) as copy:
                source.backup(copy)
                set_key(copy, new)
            verify_file(part, new)
            sync_file(part)
            publish()
            if former is None:
                source.close()  # such a system replaces no file that is open
            part.replace(path)
            return _finish(path.parent, former)
    except (driver.Error, OSError) as error:
        trouble = sort_trouble(error, path) or Trouble.UNREADABLE
        trouble = Trouble.IN_USE if trouble is Trouble.BUSY else trouble
        raise DatabaseError(trouble, path.name, path) from error
    finally:
        remove_file(part)


def _finish(folder: Path, former: FileIO | None) -> bool:
    """Make the new file last; whether it does. Nothing here can fail any more."""
    try:
        if former is not None and os.fstat(former.fileno()).st_nlink == 0:
            former.write(_HEAD)  # who waited to open the former file must not write into it
        sync_folder(folder)
    except OSError:
        return False
    return True


@contextmanager
def _alone(path: Path, key: bytes) -> Iterator[tuple[Any, FileIO | None]]:
    """The only connection to a file, and the raw file where it can be replaced while it is open."""
    with ExitStack() as stack:
        former = None
        if os.name != "nt":  # closing a raw file ends the locks of its process: it is closed last
            former = stack.enter_context(path.open("rb+", buffering=0))
        source = stack.enter_context(closing(open_file(path, key)))
        source.execute(f"PRAGMA busy_timeout={_PATIENCE}")
        source.execute("PRAGMA journal_mode=DELETE").fetchall()  # fails while others have it open
        source.execute("PRAGMA locking_mode=EXCLUSIVE").fetchall()
        source.execute("BEGIN EXCLUSIVE")
        source.execute("COMMIT")
        if source.execute("PRAGMA journal_mode").fetchall() != [("delete",)]:
            raise DatabaseError(Trouble.IN_USE, path.name, path)
        yield source, former
