"""What lies in the folder of the open workspace besides the rows: copies, key wraps, demo mark.

Everything here is slow (copying, key derivation): call it by ``tasks.compute``.
"""

from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.errors import from_database

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from collections.abc import Iterator

    from db.backup import Backup
    from db.workspace import Opened


class WorkspaceFiles:
    """The open workspace for pages: backups, checks, passwords."""

    def __init__(
        self,
        opened: "Opened",
        *,
        restore: Callable[[Path], None] | None = None,
        remove_demo: Callable[[], None] | None = None,
    ) -> None:
        """Take the open workspace.

        Args:
            opened: The workspace.
            restore: Closes the window, puts a copy in place of the database, asks to sign in.
            remove_demo: Closes the window and deletes the demo's folder.
        """
        self._opened = opened
        self.restore = restore
        self.remove_demo = remove_demo if opened.is_demo else None
        self.folder = opened.folder
        self.is_demo = opened.is_demo

    def backups(self) -> "list[Backup]":
        """All copies, newest first."""
        from db import backup  # noqa: PLC0415

        return backup.list_backups(self._opened.database.path)

    def back_up(self) -> "Backup":
        """Make a verified copy. Raises DatabaseProblemError (disk full, damaged)."""
        from db import backup  # noqa: PLC0415

        with _sentences():
            return backup.make_backup(self._opened.database)

    def verify_copy(self, path: Path) -> None:
        """Check every page of a copy. Raises DatabaseProblemError when it is damaged."""
        from db import backup  # noqa: PLC0415

        with _sentences():
            backup.verify_file(path, self._opened.database.key)

    def verify(self) -> None:
        """Check every page of the workspace itself. Raises DatabaseProblemError."""
        self.verify_copy(self._opened.database.path)

    def set_password(self, login: str, password: str) -> None:
        """Give a login a password: a new user, or a new password."""
        from db import workspace  # noqa: PLC0415

        with _sentences():
            workspace.set_password(self._opened, login, password)

    def remove_login(self, login: str) -> None:
        """Let a login open the workspace no more."""
        from db import workspace  # noqa: PLC0415

        with _sentences():
            workspace.remove_login(self._opened, login)

    def logins(self) -> frozenset[str]:
        """Who has a password."""
        from db import workspace  # noqa: PLC0415

        with _sentences():
            return frozenset(workspace.logins(self._opened.folder))


@contextmanager
def _sentences() -> "Iterator[None]":
    from db.errors import DatabaseError  # noqa: PLC0415

    try:
        yield
    except DatabaseError as error:
        raise from_database(error) from error
