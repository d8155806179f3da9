"""Who can open the workspace, and its copies: each asked for, each an event in the journal.

The event is committed before a file is touched: what cannot be written down is not done, and what
fails afterwards is said. All of it is slow (key derivation, copying), none of it is undone.
"""

import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from db import backup, journal, keys, workspace
from db.backup import Backup
from db.errors import DatabaseError
from db.models import User
from db.session import Actor, Changes
from db.vocabulary import Role
from db.workspace import Opened
from desktop_app.domain.permissions import Action
from desktop_app.errors import ConflictError, DatabaseProblemError, from_database
from desktop_app.i18n import N_, _
from desktop_app.services import access, staff
from desktop_app.services.staff import UserDraft

# ---------------------------------------------------------------- people


def logins(opened: Opened) -> frozenset[str]:
    """Who has a password."""
    return frozenset(workspace.logins(opened.folder))


def set_password(opened: Opened, login: str, password: str) -> None:
    """Give a login a password: a new user, or a new password. One's own needs no right.

    Raises:
        NotAllowedError: the role may not.
        DatabaseError: the key file cannot be written; the password before still holds.
    """
    action = Action.VIEW if login == opened.actor.login else Action.MANAGE_USERS
    _note(opened, action, N_("New password for {login}"), login=login)
    workspace.set_password(opened, login, password)


def recover(folder: Path, code: str, password: str) -> Opened:
    """Sign in with the recovery code, as the first administrator, who gets a new password.

    Raises DatabaseError: as `db.workspace.open_workspace`.
    """
    opened = workspace.open_workspace(folder, keys.RECOVERY, code)
    with ExitStack() as failing:
        failing.callback(opened.database.close)
        title = N_("Use the recovery code: new password for {login}")
        _note(opened, Action.VIEW, title, login=opened.actor.login)
        workspace.set_password(opened, opened.actor.login, password)
        failing.pop_all()
    return opened


def new_recovery_code() -> str:
    """A code to be written down; `set_recovery_code` lets it open the workspace."""
    return keys.new_recovery_code()


def set_recovery_code(opened: Opened, code: str) -> None:
    """Let a new recovery code open the workspace; the one before opens nothing any more.

    Raises:
        NotAllowedError: the role may not.
        DatabaseError: the key could not be changed; the code before still opens it.
    """
    _note(opened, Action.MANAGE_USERS, N_("New recovery code, change the key of the workspace"))
    workspace.remove_login(opened, keys.RECOVERY)
    workspace.set_password(opened, keys.RECOVERY, code)


def change_user(opened: Opened, user_id: uuid.UUID, version: int, draft: UserDraft) -> Changes:
    """Change a user; who may sign in no more loses the key first (see `remove_login`).

    Raises:
        NotFoundError, ConflictError, InvalidInputError: as `staff.change_user`.
    """
    if not draft.is_active:
        with opened.database.read(opened.actor) as session:
            staff.require_changeable(session, user_id, version, draft)
        remove_login(opened, draft.login)
    with opened.database.write(opened.actor) as session:
        staff.change_user(session, user_id, version, draft)
    changes: Changes = session.info["changes"]
    return changes


def remove_login(opened: Opened, login: str) -> None:
    """Let a login open the workspace no more: the workspace gets a new key without it.

    Raises:
        NotAllowedError: the role may not.
        ConflictError: it is oneself, or the only administrator with a password.
        DatabaseProblemError: the key could not be changed; nothing else was.
    """
    with opened.database.read(opened.actor) as session:
        access.require(session, Action.MANAGE_USERS)
        _require_removable(session, login, logins(opened))
    if login not in logins(opened):
        return
    title = N_("Remove the password of {login}, change the key of the workspace")
    _note(opened, Action.MANAGE_USERS, title, login=login)
    try:
        workspace.remove_login(opened, login)
    except DatabaseError as error:
        text = _("{reason} Nothing was changed: {login} can still open the workspace.")
        reason = from_database(error).message
        raise DatabaseProblemError(text.format(reason=reason, login=login)) from error


def _require_removable(session: Session, login: str, with_password: frozenset[str]) -> None:
    if login == access.actor(session).login:
        raise ConflictError(_("You cannot remove yourself. Another administrator can do it."))
    statement = select(User.login).where(User.role == Role.ADMINISTRATOR, User.is_active)
    administrators = with_password & frozenset(session.scalars(statement))
    if administrators == {login}:
        text = _("{login} is the only administrator with a password. Give another one a password.")
        raise ConflictError(text.format(login=login))


# ---------------------------------------------------------------- copies


def back_up(opened: Opened) -> Backup:
    """Make a verified copy because somebody wants one.

    Raises:
        NotAllowedError: the role may not.
        DatabaseError: FULL, DAMAGED or READ_ONLY.
    """
    _note(opened, Action.BACKUP, N_("Make a backup"))
    return backup.make_backup(opened.database)


def verify_copy(opened: Opened, path: Path) -> None:
    """Check every page of the workspace or of a copy. Raises NotAllowedError, DatabaseError."""
    with opened.database.read(opened.actor) as session:
        access.require(session, Action.BACKUP)
    workspace.verify_copy(opened, path)


def allow_restore(session: Session) -> None:
    """Refuse a role that may not put a copy back. Raises NotAllowedError."""
    access.require(session, Action.RESTORE)


def note_mended(session: Session, file: str) -> None:
    """Write the event that the key file of a copy was put in the place of a damaged one.

    Whoever has a password may have done it: without a key file nobody can be asked for a right.
    """
    access.require(session, Action.VIEW)
    journal.record_event(session, N_("Put back the key file {file}"), file=file)


def restore(folder: Path, actor: Actor, held: Sequence[bytes], copy: Path) -> Path | None:
    """Put a copy in the place of the workspace, which nobody may have open.

    Passwords stay as they are now. The event stands in the restored journal.

    Args:
        folder: The workspace.
        actor: Who does it.
        held: The key of the database.
        copy: What is put back.

    Returns:
        Where the database before was kept; None when there was none.

    Raises:
        NotAllowedError: the role may not.
        DatabaseError: as `db.backup.restore`; nothing was changed.
    """

    def note(session: Session) -> None:
        allow_restore(session)
        journal.record_event(session, N_("Restore the backup {file}"), file=copy.name)

    return workspace.restore(folder, held, copy, actor, note)


def _note(opened: Opened, action: Action, title: str, **args: object) -> None:
    with opened.database.write(opened.actor) as session:
        access.require(session, action)
        journal.record_event(session, title, **args)
