"""The workspace key and its wraps.

A random 256-bit key opens the database. It is wrapped once per user and once for the recovery
code: Argon2id (64 MiB, t = 3) makes a key from the password, XChaCha20-Poly1305 seals the
workspace key with it. `keys.json` holds wraps only; nothing in it opens anything by itself,
except in the demo, whose password stands beside it on purpose.
"""

import base64
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from db.errors import DatabaseError, Trouble, sort_trouble

KEYS: Final = "keys.json"
KEY_BYTES: Final = 32
_SEAL: Final = 24 + 16  # nonce and tag of XChaCha20-Poly1305
OPS: Final = 3
MEMORY: Final = 64 * 1024 * 1024  # bytes
RECOVERY: Final = "recovery code"  # the login under which the recovery wrap is kept
_GROUP: Final = 5
_MOST: Final = (20, 1024**3)  # more work than this no wrap of ours asks for
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read wrongly aloud


@dataclass(slots=True)
class KeyFile:
    """Contents of `keys.json`: the device, the wraps by login, the demo's own password."""

    device: str
    wraps: dict[str, dict[str, Any]] = field(default_factory=dict)
    demo: dict[str, str] | None = field(default=None, repr=False)  # {"login", "password"}

    def logins(self) -> list[str]:
        """The users who can open the workspace, in the order they were added."""
        return [login for login in self.wraps if login != RECOVERY]


def new_key() -> bytes:
    """A fresh random workspace key, 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def new_recovery_code() -> str:
    """Six groups of five characters; about 148 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(6))


def tidy_code(typed: str) -> str:
    """A recovery code as it was made, whatever case, spaces or dashes it was typed with."""
    whole = unicodedata.normalize("NFKC", typed).upper()
    signs = "".join(sign for sign in whole if sign.isalnum())
    return "-".join(signs[start : start + _GROUP] for start in range(0, len(signs), _GROUP))


def wrap(key: bytes, password: str) -> dict[str, Any]:
    """Seal the workspace key with a password; the result may be stored in the open."""
    from nacl.secret import Aead  # noqa: PLC0415  (heavy, and not needed once a database is open)

    salt = os.urandom(16)
    box = Aead(_derive(password, salt, OPS, MEMORY))
    return {
        "salt": _text(salt),
        "ops": OPS,
        "memory": MEMORY,
        "box": _text(bytes(box.encrypt(key))),
    }


def unwrap(wrapped: dict[str, Any], password: str) -> bytes:
    """Open a wrap. Raises DatabaseError(WRONG_PASSWORD, or DAMAGED for no wrap of ours)."""
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.secret import Aead  # noqa: PLC0415

    try:
        salt, sealed = _raw(wrapped["salt"]), _raw(wrapped["box"])
        ops, memory = int(wrapped["ops"]), int(wrapped["memory"])
        if len(sealed) != KEY_BYTES + _SEAL or ops > _MOST[0] or memory > _MOST[1]:
            raise DatabaseError(Trouble.DAMAGED, KEYS)
        box = Aead(_derive(password, salt, ops, memory))
    except (KeyError, TypeError, ValueError, CryptoError) as error:
        raise DatabaseError(Trouble.DAMAGED, KEYS) from error
    try:
        return bytes(box.decrypt(sealed))
    except CryptoError as error:
        raise DatabaseError(Trouble.WRONG_PASSWORD) from error


def open_key(keys: KeyFile, login: str, password: str) -> bytes:
    """The workspace key for a user. Raises DatabaseError(UNKNOWN_USER or WRONG_PASSWORD)."""
    wrapped = keys.wraps.get(login)
    if wrapped is None:
        raise DatabaseError(Trouble.UNKNOWN_USER, login)
    return unwrap(wrapped, tidy_code(password) if login == RECOVERY else password)


def load(path: Path) -> KeyFile:
    """Read `keys.json`. Raises DatabaseError(NOT_A_WORKSPACE, DAMAGED or UNREADABLE)."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        file = KeyFile(str(content["device"]), dict(content["wraps"]), content.get("demo"))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DatabaseError(Trouble.NOT_A_WORKSPACE, path.parent.name, path.parent) from error
    except OSError as error:
        raise DatabaseError(Trouble.UNREADABLE, str(error), path) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DatabaseError(Trouble.DAMAGED, path.name, path) from error
    is_whole = all(isinstance(wrapped, dict) for wrapped in file.wraps.values())
    if not is_whole or not (file.demo is None or {"login", "password"} <= set(file.demo)):
        raise DatabaseError(Trouble.DAMAGED, path.name, path)
    return file


def save(keys: KeyFile, path: Path) -> None:
    """Write `keys.json` so that either the old or the new file is there, never half of one.

    Raises DatabaseError(FULL, READ_ONLY or UNREADABLE); the old file is then unchanged.
    """
    content = {"version": 1, "device": keys.device, "wraps": keys.wraps}
    if keys.demo:
        content["demo"] = keys.demo
    part = path.with_suffix(".part")
    try:
        with part.open("w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DatabaseError(sort_trouble(error) or Trouble.UNREADABLE, str(error), path) from error


def sync_folder(folder: Path) -> None:
    """Make a renaming in a folder outlive a power cut, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _derive(password: str, salt: bytes, ops: int, memory: int) -> bytes:
    from nacl.pwhash import argon2id  # noqa: PLC0415

    typed = unicodedata.normalize("NFKC", password).encode()  # the same on every keyboard
    return bytes(argon2id.kdf(KEY_BYTES, typed, salt, ops, memory))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
