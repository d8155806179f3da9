"""A workspace: one folder with the encrypted database, key wraps, attachments, backups, exports."""

import re
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select

from db import backup, keys, migrate, reference
from db.errors import DatabaseError, Trouble, sort_trouble
from db.journal import name_change
from db.models import User
from db.session import SYSTEM, Actor, Database
from db.vocabulary import ChangeKind, Role

DATABASE: Final = "workspace.db"
KEYS: Final = keys.KEYS
FOLDERS: Final = ("attachments", "backups", "exports", "packets")
CREATED: Final = "Create the workspace"
_UNFINISHED: Final = "workspace.new"
_SHARES: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "davfs", "ceph", "glusterfs"}
    | {f"fuse.{name}" for name in ("sshfs", "rclone", "davfs2", "gvfsd-fuse", "s3fs", "glusterfs")}
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
    path, made = folder / DATABASE, folder / _UNFINISHED
    if path.exists() or ((folder / KEYS).exists() and not made.exists()):
        raise DatabaseError(Trouble.EXISTS, folder.name, folder)
    try:
        for sub in FOLDERS:
            (folder / sub).mkdir(parents=True, exist_ok=True)
        _remove(made)
    except OSError as error:
        trouble = sort_trouble(error) or Trouble.UNREADABLE
        raise DatabaseError(trouble, str(error), folder) from error
    key, code = keys.new_key(), keys.new_recovery_code()
    file = keys.KeyFile(str(uuid.uuid4()))
    file.wraps = {login: keys.wrap(key, password), keys.RECOVERY: keys.wrap(key, code)}
    file.demo = {"login": login, "password": password} if demo else None
    try:
        _fill(made, file.device, key, User(login=login, name=name or login))
        keys.save(file, folder / KEYS)
    except DatabaseError:
        _remove(made)
        raise
    made.replace(path)
    keys.sync_folder(folder)
    database = Database(path, key, device=file.device)
    return Opened(folder, database, _actor(database, login), demo), code


def open_workspace(folder: Path, login: str, password: str) -> Opened:
    """Open a workspace for a user; upgrades an older schema after copying the file.

    The recovery code opens it as `keys.RECOVERY`, for the first active administrator.

    Raises:
        DatabaseError: NOT_A_WORKSPACE, UNKNOWN_USER, WRONG_PASSWORD, NEWER, NETWORK_SHARE,
            DAMAGED, UNREADABLE, READ_ONLY.
    """
    refuse_shared(folder)
    file = keys.load(folder / KEYS)
    path = folder / DATABASE
    if not path.is_file():
        raise DatabaseError(Trouble.NOT_A_WORKSPACE, folder.name, folder)
    key = keys.open_key(file, login, password)
    if not migrate.require_current(path, key):
        _upgrade(path, key, file.device)
    database = Database(path, key, device=file.device)
    try:
        database.refresh_figures()
        actor = _actor(database, None if login == keys.RECOVERY else login)
    except DatabaseError:
        database.close()
        raise
    return Opened(folder, database, actor, file.demo is not None)


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
    """Take a user's wrap away, also from the key files kept beside the backups."""
    kept = sorted((opened.folder / "backups").glob("*.keys.json"))
    for path in (opened.folder / KEYS, *kept):
        file = keys.load(path)
        if file.wraps.pop(login, None) is not None:
            keys.save(file, path)


def refuse_shared(folder: Path) -> None:
    """Raise DatabaseError(NETWORK_SHARE) for a folder on a network share or in a synced folder."""
    found = shared_kind(folder)
    if found:
        raise DatabaseError(Trouble.NETWORK_SHARE, found, folder)


def shared_kind(folder: Path) -> str:
    """What makes a folder unfit for a live database: file system or sync service, or empty."""
    whole = folder.resolve()
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
        if len(fields) < 3:  # noqa: PLR2004  (device, place, type)
            continue
        point = re.sub(r"\\([0-7]{3})", lambda code: chr(int(code[1], 8)), fields[1])
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


def _fill(path: Path, device: str, key: bytes, user: User) -> None:
    """Make the database of a new workspace under another name, whole and closed."""
    migrate.upgrade(path, key)
    database = Database(path, key, device=device)
    try:
        with database.write(SYSTEM) as session:
            name_change(session, CREATED, kind=ChangeKind.SYSTEM)
            user.role = Role.ADMINISTRATOR
            session.add(user)
            reference.seed(session)
    finally:
        database.close()


def _upgrade(path: Path, key: bytes, device: str) -> None:
    if not migrate.schema_of(path, key):  # a file that lost everything, or never was a workspace
        raise DatabaseError(Trouble.DAMAGED, path.name, path)
    older = Database(path, key, device=device)
    try:
        backup.make_backup(older)
    finally:
        older.close()
    migrate.upgrade(path, key)


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def _actor(database: Database, login: str | None) -> Actor:
    """The user with a login, or without one the first administrator."""
    wanted = User.login == login if login else User.role == Role.ADMINISTRATOR
    with database.read() as session:
        user = session.scalars(
            select(User).where(wanted, User.is_active).order_by(User.created_at, User.id)
        ).first()
        if user is None:
            raise DatabaseError(Trouble.UNKNOWN_USER, login or Role.ADMINISTRATOR)
        return Actor(user.id, user.login, user.name, Role(user.role), user.store_id)
