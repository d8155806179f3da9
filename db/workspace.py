"""A workspace: one folder with the encrypted database, key wraps, attachments, backups, exports."""

import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from db import backup, keys, migrate, reference
from db.errors import DatabaseError, Trouble
from db.journal import name_change
from db.models import User
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ChangeKind, Role

DATABASE: Final = "workspace.db"
KEYS: Final = "keys.json"
FOLDERS: Final = ("attachments", "backups", "exports", "packets")
CREATED: Final = "Create the workspace"
_SHARES: Final = frozenset(
    ["nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "davfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs2", "fuse.gvfsd-fuse"]
)
_SYNCED: Final = ("onedrive", "dropbox", "google drive", "icloud", "nutstore", "坚果云", "百度网盘")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open workspace: its database and who signed in."""

    folder: Path
    database: Database
    actor: Actor
    is_demo: bool


def create(
    folder: Path, login: str, name: str, password: str, *, demo: bool = False
) -> tuple[Opened, str]:
    """Make a new workspace in an empty or missing folder, with its first administrator.

    Returns:
        The open workspace and the recovery code, which is shown once and kept nowhere.

    Raises:
        DatabaseError: EXISTS, NETWORK_SHARE, UNREADABLE or FULL.
    """
    refuse_shared(folder)
    if (folder / DATABASE).exists() or (folder / KEYS).exists():
        raise DatabaseError(Trouble.EXISTS, folder.name, folder)
    try:
        for sub in FOLDERS:
            (folder / sub).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseError(Trouble.UNREADABLE, str(error), folder) from error
    key, code = keys.new_key(), keys.new_recovery_code()
    file = keys.KeyFile(str(uuid.uuid4()))
    file.wraps = {login: keys.wrap(key, password), keys.RECOVERY: keys.wrap(key, code)}
    file.demo = {"login": login, "password": password} if demo else None
    migrate.upgrade(folder / DATABASE, key)
    keys.save(file, folder / KEYS)
    database = Database(folder / DATABASE, key, device=file.device)
    with database.write(SYSTEM) as session:
        name_change(session, CREATED, kind=ChangeKind.SYSTEM)
        session.add(User(login=login, name=name or login, role=Role.ADMINISTRATOR))
        reference.seed(session)
    return Opened(folder, database, _actor(database, login), demo), code


def open_workspace(folder: Path, login: str, password: str) -> Opened:
    """Open a workspace for a user; upgrades an older schema after copying the file.

    Raises:
        DatabaseError: NOT_A_WORKSPACE, UNKNOWN_USER, WRONG_PASSWORD, NEWER, NETWORK_SHARE,
            DAMAGED, UNREADABLE.
    """
    refuse_shared(folder)
    file = keys.load(folder / KEYS)
    if not (folder / DATABASE).is_file():
        raise DatabaseError(Trouble.NOT_A_WORKSPACE, folder.name, folder)
    key = keys.open_key(file, login, password)
    path = folder / DATABASE
    if not migrate.require_current(path, key):
        older = Database(path, key, device=file.device)
        backup.make_backup(older)
        older.close()
        migrate.upgrade(path, key)
    database = Database(path, key, device=file.device)
    who = login if login != keys.RECOVERY else file.logins()[0]
    return Opened(folder, database, _actor(database, who), file.demo is not None)


def open_demo(folder: Path) -> Opened:
    """Open a demo workspace, which carries its own password. Raises DatabaseError otherwise."""
    file = keys.load(folder / KEYS)
    if file.demo is None:
        raise DatabaseError(Trouble.UNKNOWN_USER, "demo", folder)
    return open_workspace(folder, file.demo["login"], file.demo["password"])


def is_demo(folder: Path) -> bool:
    """Whether the folder holds a demo workspace."""
    try:
        return keys.load(folder / KEYS).demo is not None
    except DatabaseError:
        return False


def logins(folder: Path) -> list[str]:
    """Who can sign in. Raises DatabaseError(NOT_A_WORKSPACE)."""
    return keys.load(folder / KEYS).logins()


def set_password(opened: Opened, login: str, password: str) -> None:
    """Wrap the workspace key for a user anew: a new user, or a new password."""
    file = keys.load(opened.folder / KEYS)
    key = opened.database.key
    if key is None:
        msg = "a plain database has no key to wrap"
        raise ValueError(msg)
    file.wraps[login] = keys.wrap(key, password)
    keys.save(file, opened.folder / KEYS)


def remove_login(opened: Opened, login: str) -> None:
    """Take a user's wrap away."""
    file = keys.load(opened.folder / KEYS)
    file.wraps.pop(login, None)
    keys.save(file, opened.folder / KEYS)


def refuse_shared(folder: Path) -> None:
    """Raise DatabaseError(NETWORK_SHARE) for a folder on a network share or in a synced folder."""
    found = shared_kind(folder)
    if found:
        raise DatabaseError(Trouble.NETWORK_SHARE, found, folder)


def shared_kind(folder: Path) -> str:
    """What makes a folder unfit for a live database: file system or sync service, or empty."""
    whole = folder.absolute()
    for part in whole.parts:
        if any(part.casefold().startswith(name) for name in _SYNCED):
            return part
    if sys.platform == "win32":
        return _windows_share(whole)
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return mounted_kind(whole, mounts)


def mounted_kind(folder: Path, mounts: str) -> str:
    """File system type of the mount that holds a folder, if it is a network one."""
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        if folder.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind if kind in _SHARES else ""


def _windows_share(folder: Path) -> str:
    import ctypes  # noqa: PLC0415

    if str(folder).startswith("\\\\"):
        return folder.drive
    remote = 4  # DRIVE_REMOTE
    kind = ctypes.windll.kernel32.GetDriveTypeW(folder.drive + "\\")  # type: ignore[attr-defined,unused-ignore]
    return folder.drive if kind == remote else ""


def _actor(database: Database, login: str) -> Actor:
    with database.read() as session:
        user = session.scalar(select(User).where(User.login == login, User.is_active))
        if user is None:
            raise DatabaseError(Trouble.UNKNOWN_USER, login)
        return Actor(user.id, user.login, user.name, Role(user.role), user.store_id)
