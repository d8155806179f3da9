"""A workspace: one folder with the encrypted database, key wraps, attachments, backups, exports."""

import re
import shutil
import sys
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import configure_mappers

from db import attachments, backup, keys, migrate, rekey, shipped
from db.base import utcnow
from db.errors import DatabaseError, Trouble, sort_trouble
from db.journal import name_change
from db.models import User
from db.session import SYSTEM, Actor, Database, Session
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
        backup.remove_file(made)
    except OSError as error:
        trouble = sort_trouble(error) or Trouble.UNREADABLE
        raise DatabaseError(trouble, str(error), folder) from error
    key, code = keys.new_key(), keys.new_recovery_code()
    file = keys.KeyFile(str(uuid.uuid4()))
    given = {login: password, keys.RECOVERY: code}
    file.demo = {"login": login, "password": password} if demo else None
    try:
        with ThreadPoolExecutor(1) as beside:  # deriving keys keeps a core busy for a while
            wraps = {who: beside.submit(keys.wrap, key, who, word) for who, word in given.items()}
            _fill(made, file.device, key, User(login=login, name=name or login))
        file.wraps = {who: wrap.result() for who, wrap in wraps.items()}
        keys.save(file, folder / KEYS)
    except DatabaseError:
        backup.remove_file(made)
        raise
    made.replace(path)
    keys.sync_folder(folder)
    database = Database(path, key, device=file.device)
    return Opened(folder, database, _actor(database, login), demo), code


Deriving = Callable[[keys.KeyFile, str, str], tuple[bytes, ...]]
"""Gives the keys for a login and its password, as `keys.open_keys` does."""


def open_workspace(
    folder: Path, login: str, password: str, derive: Deriving = keys.open_keys
) -> Opened:
    """Open a workspace for a user; upgrades an older schema after copying the file.

    The recovery code opens it as `keys.RECOVERY`, for the first active administrator. A change of
    the key that was cut short is brought to its end. `derive` is for who began with that before.

    Raises:
        DatabaseError: NOT_A_WORKSPACE, UNKNOWN_USER, WRONG_PASSWORD, NEWER, NETWORK_SHARE,
            DAMAGED, UNREADABLE, READ_ONLY.
    """
    refuse_shared(folder)
    file = keys.load(folder / KEYS)
    path = folder / DATABASE
    if not path.is_file():
        raise DatabaseError(Trouble.NOT_A_WORKSPACE, folder.name, folder)
    key = _settled(folder, file, derive(file, login, password))
    if not migrate.require_current(path, key):
        _upgrade(path, key, file.device)
    database = Database(path, key, device=file.device)
    try:
        database.refresh_figures()
        shipped.refresh(database)
        attachments.sweep(database)
        actor = _actor(database, None if login == keys.RECOVERY else login)
    except DatabaseError:
        database.close()
        raise
    return Opened(folder, database, actor, file.demo is not None)


def open_demo(folder: Path) -> Opened:
    """Open a demo workspace, which carries its own password. Raises DatabaseError otherwise."""
    return open_workspace(folder, *keys.demo_entry(folder))


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
    """Let a login open the workspace with a password: a new user, or a new password.

    A demo whose own login gets a password is a demo no more: it asks for it from then on.

    Raises DatabaseError(FULL, READ_ONLY or UNREADABLE); the password before then still holds.
    """
    path = opened.folder / KEYS
    if _load_keys(path, _key_of(opened)).is_changing:
        _change_key(opened, without="")
    with opened.database.held():
        key = _key_of(opened)
        file = _load_keys(path, key)
        file.wraps[login] = keys.wrap(key, login, password)
        keys.save(_without_entry(file, login), path)


def remove_login(opened: Opened, login: str) -> None:
    """Take a login's wrap away and give the database a new key, sealed to everybody who stays.

    A backup is made first. The copies made before keep the key they have; the removed wrap goes
    from the key files beside them, too.

    Raises:
        DatabaseError: IN_USE, BUSY, FULL or READ_ONLY. The login is then still there, or, cut short
            at the very end, the key is changed at the next opening.
    """
    file = keys.load(opened.folder / KEYS)
    if login in file.wraps or file.is_changing:  # changing: cut short before
        backup.make_backup(opened.database)
        _change_key(opened, without=login)


def _change_key(opened: Opened, without: str) -> None:
    database, new = opened.database, keys.new_key()
    with database.closed():
        key = _key_of(opened)
        _remove_from_copies(database.path, without)
        file = _load_keys(opened.folder / KEYS, key)
        file.wraps.pop(without, None)
        file = keys.begin_change(_without_entry(file, without), key, new)
        _rekey(opened.folder, file, key, new, lambda: database.change_key(new))


def _without_entry(file: keys.KeyFile, login: str) -> keys.KeyFile:
    """The key file; if a demo signed in by itself with this login, it does so no more."""
    if file.demo is not None and file.demo["login"] == login:
        file.demo = None
    return file


def _key_of(opened: Opened) -> bytes:
    if opened.database.key is None:
        msg = "a plain database has no key to wrap"
        raise ValueError(msg)
    return opened.database.key


def _remove_from_copies(database_file: Path, login: str) -> None:
    for path in sorted(backup.folder_of(database_file).glob("*.keys.json")):
        try:
            file = keys.load(path)
        except DatabaseError as error:
            if error.trouble is not Trouble.DAMAGED:
                raise
            continue  # opens nothing for anybody
        if file.wraps.pop(login, None) is not None:
            keys.save(file, path)


def _load_keys(path: Path, key: bytes) -> keys.KeyFile:
    """The key file of a database that has this key; a change that has brought it is ended."""
    file = keys.load(path)
    return keys.end_change(file, key) if file.has_changed(key) else file


def _rekey(
    folder: Path, file: keys.KeyFile, key: bytes, new: bytes, changed: Callable[[], None]
) -> None:
    """Change the key of the closed database; `file` is as `begin_change` left it."""
    path = folder / KEYS
    is_lasting = rekey.change_key(folder / DATABASE, key, new, lambda: keys.save(file, path))
    changed()
    if is_lasting:
        with suppress(DatabaseError):  # both keys are known; the next opening forgets the old one
            keys.save(keys.end_change(file, new), path)


def _settled(folder: Path, file: keys.KeyFile, held: Sequence[bytes]) -> bytes:
    """The key that opens the database; a change of it that was cut short comes to its end."""
    key, new = held[0], held[-1]
    if key == new:
        return key
    if backup.find_key(folder / DATABASE, held) == new:
        keys.save(keys.end_change(file, new), folder / KEYS)
        return new
    with suppress(DatabaseError):  # no room, or somebody else is at it: another time
        found = [key]
        _rekey(folder, file, key, new, lambda: found.append(new))
    return found[-1]


def copy_keys(folder: Path, held: Sequence[bytes]) -> tuple[bytes, ...]:
    """The keys that may open copies of the database, from the keys that may open it now."""
    return (*held, *keys.former_keys(keys.load(folder / KEYS), held[0]))


def verify_copy(opened: Opened, path: Path) -> None:
    """Check every page of the database or of a copy, also of one from before a change of the key.

    Raises DatabaseError(DAMAGED, WRONG_KEY …).
    """
    with opened.database.held() as key:
        if key is None:
            backup.verify_file(path, None)
        else:
            backup.verify_file(path, backup.find_key(path, copy_keys(opened.folder, (key,))))


def mend_keys(folder: Path, opens: Callable[[keys.KeyFile], tuple[bytes, ...]]) -> Path | None:
    """Put the key file of the newest copy in the place of one that cannot be read, or is missing.

    Passwords are then those of that copy. What could not be read is kept beside the copies.

    Args:
        folder: the workspace.
        opens: gives the keys of a key file; raises for who has no password of it.

    Returns:
        Where the key file came from, or None when the present one is sound.

    Raises:
        DatabaseError: as `db.keys.load` when no copy has one, as `opens`, or as `db.keys.save`.
    """
    path = folder / KEYS
    try:
        keys.load(path)
    except DatabaseError as error:
        found = _newest_keys(folder)
        if error.trouble not in {Trouble.DAMAGED, Trouble.NOT_A_WORKSPACE} or found is None:
            raise
    else:
        return None
    source, file = found
    opens(file)
    if path.exists():
        shutil.copy2(path, source.with_name(f"keys-damaged-{utcnow().strftime(backup.STAMP)}.json"))
    keys.save(file, path)
    return source


def _newest_keys(folder: Path) -> tuple[Path, keys.KeyFile] | None:
    """The newest key file of the copies that can be read."""
    names = backup.folder_of(folder / DATABASE).glob("*.keys.json")
    for path in sorted(names, reverse=True):
        with suppress(DatabaseError):
            return path, keys.load(path)
    return None


def restore(
    folder: Path,
    held: Sequence[bytes],
    copy: Path,
    actor: Actor,
    note: Callable[[Session], None],
) -> Path | None:
    """Put a copy in the place of the database; passwords and keys stay as they are.

    Args:
        folder: the workspace; nobody may have it open.
        held: the key of the database (`keys.open_keys`).
        copy: of any time; an older schema is upgraded.
        actor: who does it.
        note: writes into the restored journal that it was done.

    Returns:
        Where the database before was kept; None when there was none.

    Raises:
        DatabaseError: as `db.backup.restore`; nothing was changed.
    """
    key, device = held[0], keys.load(folder / KEYS).device

    def finish(path: Path) -> None:
        migrate.upgrade(path, key)
        database = Database(path, key, device=device)
        try:
            with database.write(_known(database, actor)) as session:
                note(session)
        finally:
            database.close()

    copy_key = backup.find_key(copy, copy_keys(folder, held))
    return backup.restore(folder / DATABASE, copy, key, copy_key=copy_key, finish=finish)


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
            shipped.seed(session)
            attachments.make_key(session)
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


def _known(database: Database, actor: Actor) -> Actor:
    """Somebody as a database of another time knows them: by the login, or by name only."""
    with database.read() as session:
        user_id = session.scalar(select(User.id).where(User.login == actor.login))
    return replace(actor, user_id=user_id)


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


def warm_up() -> None:
    """Settle how the tables belong together; else the first query would do it."""
    configure_mappers()
