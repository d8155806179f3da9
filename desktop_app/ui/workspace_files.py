"""What lies in the folder of the open workspace besides the rows: copies, key wraps, demo mark.

Everything here is slow (copying, key derivation): call it by ``tasks.compute``; what must also be
done when the window is closed meanwhile, by ``tasks.settle``. The work is that of
``services.keys``, which asks for the right and writes the event.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:  # SQLAlchemy is slow to import; the window paints without it
    from db.backup import Backup
    from db.session import Changes
    from db.workspace import Opened
    from desktop_app.services.staff import UserDraft


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
        """Make a verified copy that somebody wants. Raises NotAllowedError, DatabaseError."""
        from desktop_app.services import keys  # noqa: PLC0415

        return keys.back_up(self._opened)

    def back_up_first(self) -> "Backup":
        """Make a verified copy before something large is done: a safety net that needs no right."""
        from db import backup  # noqa: PLC0415

        return backup.make_backup(self._opened.database)

    def verify_copy(self, path: Path) -> None:
        """Check every page of a copy. Raises DatabaseError when it is damaged."""
        from desktop_app.services import keys  # noqa: PLC0415

        keys.verify_copy(self._opened, path)

    def verify(self) -> None:
        """Check every page of the workspace itself. Raises DatabaseError."""
        self.verify_copy(self._opened.database.path)

    def set_password(self, login: str, password: str) -> None:
        """Give a login a password: a new user, or a new password."""
        from desktop_app.services import keys  # noqa: PLC0415

        keys.set_password(self._opened, login, password)

    def new_recovery_code(self) -> str:
        """A code to be written down before it is used (quick)."""
        from desktop_app.services import keys  # noqa: PLC0415

        return keys.new_recovery_code()

    def set_recovery_code(self, code: str) -> None:
        """Let a new recovery code open the workspace instead of the one before."""
        from desktop_app.services import keys  # noqa: PLC0415

        keys.set_recovery_code(self._opened, code)

    def change_user(self, user_id: UUID, version: int, draft: "UserDraft") -> "Changes":
        """Change a user; who may sign in no more loses the key of the workspace."""
        from desktop_app.services import keys  # noqa: PLC0415

        return keys.change_user(self._opened, user_id, version, draft)
