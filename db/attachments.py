"""Files of cases: encrypted in the workspace's folder, each once, named by what it holds.

The bytes are encrypted with a random key that stands in the encrypted database, so that a new
workspace key changes nothing here. The name of a file is a keyed digest of its content: who has the
folder only can tell nothing from it. A file is whole on the disk before the row that needs it is
committed; what was left behind by a crash is swept away when the workspace is opened.
"""

import base64
import hashlib
import os
import secrets
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, func, insert, select
from sqlalchemy.orm import Session

from db import backup
from db.base import new_id, utcnow
from db.errors import DatabaseError, Trouble, sort_trouble
from db.keys import sync_folder
from db.models import Attachment, Case, Change, Customer, Setting
from db.recording import RECORDED
from db.session import SYSTEM, Database

FOLDER: Final = "attachments"
KEY_SETTING: Final = "attachment_key"
_KEY_BYTES: Final = 32
_PART: Final = ".part"


class FileMissingError(Exception):
    """The file of an attachment is not in the folder."""


class FileDamagedError(Exception):
    """The file of an attachment does not hold what was put in."""


@dataclass(frozen=True, slots=True)
class BadFile:
    """An attachment whose file cannot be read, by its name and the number of its case."""

    case_number: str
    name: str
    is_missing: bool


def folder_of(session: Session) -> Path:
    """Where the files of the workspace of a session lie."""
    engine = session.get_bind()
    if not isinstance(engine, Engine) or engine.url.database is None:
        msg = "a session on a database file is needed"
        raise TypeError(msg)
    return Path(engine.url.database).parent / FOLDER


# ---------------------------------------------------------------- the key


def make_key(session: Session) -> bytes:
    """The key of the files, made now if there is none.

    It is no change that people made: it stands outside the journal, is shown in no history and no
    undo takes it away.
    """
    known = _key_of(session)
    if known is not None:
        return known
    key = secrets.token_bytes(_KEY_BYTES)
    now = utcnow()
    session.execute(
        insert(Setting).values(
            id=new_id(),
            version=1,
            created_at=now,
            updated_at=now,
            key=KEY_SETTING,
            value={"key": base64.b64encode(key).decode("ascii")},
        ),
        execution_options=RECORDED,
    )
    return key


def _key_of(session: Session) -> bytes | None:
    value = session.scalar(select(Setting.value).where(Setting.key == KEY_SETTING))
    return None if value is None else base64.b64decode(value["key"])


def _name(key: bytes, sha256: str) -> str:
    """Name of the file that holds a content."""
    return hashlib.blake2b(bytes.fromhex(sha256), key=key, digest_size=32).hexdigest()


# ---------------------------------------------------------------- in and out


def store(session: Session, content: bytes) -> str:
    """Encrypt a content into the folder; gives its SHA-256, by which it is read.

    The session must write: whoever sweeps waits for it, so nothing is taken away between the file
    and the commit of its row.

    Raises:
        DatabaseError: FULL, READ_ONLY or UNREADABLE; nothing was left behind.
    """
    from nacl.secret import Aead  # noqa: PLC0415  (heavy, seldom needed)

    key = make_key(session)
    sha256 = hashlib.sha256(content).hexdigest()
    folder = folder_of(session)
    path = folder / _name(key, sha256)
    with suppress(FileMissingError, FileDamagedError):
        if _opened(path, key, sha256) == content:
            return sha256
    part = path.with_suffix(_PART)
    try:
        folder.mkdir(exist_ok=True)
        with part.open("wb") as file:
            file.write(bytes(Aead(key).encrypt(content, bytes.fromhex(sha256))))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(folder)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise DatabaseError(sort_trouble(error) or Trouble.UNREADABLE, str(error), path) from error
    return sha256


def load(session: Session, sha256: str) -> bytes:
    """The content of a file.

    Raises:
        FileMissingError, FileDamagedError: it is not there, or not what was put in.
    """
    key = _key_of(session)
    if key is None:
        raise FileMissingError(sha256)
    return _opened(folder_of(session) / _name(key, sha256), key, sha256)


def _opened(path: Path, key: bytes, sha256: str) -> bytes:
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.secret import Aead  # noqa: PLC0415

    try:
        sealed = path.read_bytes()
    except FileNotFoundError as error:
        raise FileMissingError(sha256) from error
    except OSError as error:
        raise FileDamagedError(sha256) from error
    try:
        return bytes(Aead(key).decrypt(sealed, bytes.fromhex(sha256)))
    except (CryptoError, ValueError) as error:
        raise FileDamagedError(sha256) from error


# ---------------------------------------------------------------- looking after them


def bad_files(session: Session) -> tuple[BadFile, ...]:
    """Read every file that a row names; those that are missing or damaged, by case and name.

    A file of a visit without a case stands under the number of its customer.
    """
    number_of = func.coalesce(Case.number, Customer.number)
    rows = session.execute(
        select(number_of, Attachment.name, Attachment.sha256)
        .outerjoin(Case, Case.id == Attachment.case_id)
        .outerjoin(Customer, Customer.id == Attachment.customer_id)
        .order_by(number_of, Attachment.name)
    )
    found = []
    for number, name, sha256 in rows:
        try:
            load(session, sha256)
        except (FileMissingError, FileDamagedError) as error:
            found.append(BadFile(number, name, isinstance(error, FileMissingError)))
    return tuple(found)


def sweep(database: Database) -> int:
    """Take away what no row, no journal entry and no copy of the database can need; how many.

    A file that was written before a copy of the database was made may belong to that copy, also
    when a restored database knows nothing of it: it stays as long as there is such a copy.
    """
    folder = database.path.parent / FOLDER
    try:
        if not any(folder.iterdir()):
            return 0
        with database.read() as session:
            if not _strays(session, folder, database.path):
                return 0
        with database.write(SYSTEM) as session:
            make_key(session)  # takes the lock: nobody is between a file and its row
            strays = _strays(session, folder, database.path)
            for path in strays:
                path.unlink(missing_ok=True)
            return len(strays)
    except (OSError, DatabaseError):
        return 0  # another time


def _strays(session: Session, folder: Path, database_file: Path) -> list[Path]:
    key = _key_of(session)
    needed = {_name(key, each) for each in _known(session)} if key is not None else set()
    copies = backup.folder_of(database_file).glob("*.db")
    newest_copy = max((copy.stat().st_mtime for copy in copies), default=0.0)
    return [
        path
        for path in folder.iterdir()
        if path.is_file()
        and path.name not in needed
        and (path.suffix == _PART or path.stat().st_mtime > newest_copy)
    ]


def _known(session: Session) -> set[str]:
    """Contents that a row has, or had: what is removed can be brought back at any time."""
    fields = session.scalars(select(Change.fields).where(Change.entity == Attachment.__tablename__))
    return set(session.scalars(select(Attachment.sha256))) | set(_written(fields))


def _written(changes: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    for fields in changes:
        value = fields.get("sha256")
        yield from value if isinstance(value, list) else [value] if value else []
