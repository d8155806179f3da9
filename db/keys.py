"""The workspace key and who can open it.

A random 256-bit key opens the database. Every user has a key pair: the workspace key is sealed to
the public half, the private half is sealed with the user's password (Argon2id 64 MiB, t = 3 →
XChaCha20-Poly1305). The recovery code has a pair, too. So a new workspace key can be sealed to
everybody who stays, whose passwords nobody knows.

`keys.json` holds wraps only; nothing in it opens anything by itself, except in the demo, whose
password stands beside it on purpose. While the key is being changed a wrap holds the present and
the coming key (`begin_change`, `end_change`). Former keys are sealed with the present one: copies
of the database made before can still be opened. A wrap carries a mark made with the workspace key,
so that nobody who lost that key can slip in a wrap of their own and be given the next one.
"""

import base64
import hmac
import json
import os
import secrets
import unicodedata
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

from db.errors import DatabaseError, Trouble, sort_trouble

KEYS: Final = "keys.json"
VERSION: Final = 2
KEY_BYTES: Final = 32
MIN_PASSWORD: Final = 8  # characters; asked for where a password is chosen
OPS: Final = 3
MEMORY: Final = 64 * 1024 * 1024  # bytes
RECOVERY: Final = "recovery code"  # the login under which the recovery wrap is kept
_GROUP: Final = 5
_MOST: Final = (20, 1024**3)  # more work than this no wrap of ours asks for
_ALPHABET: Final = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # nothing that is read wrongly aloud
_NEXT: Final = ("next_key", "next_mark")

Wrap = dict[str, Any]


@dataclass(slots=True)
class KeyFile:
    """Contents of `keys.json`: the device, the wraps by login, the demo's own password."""

    device: str
    wraps: dict[str, Wrap] = field(default_factory=dict)
    former: list[str] = field(default_factory=list)  # keys of older copies, the newest first
    next_former: list[str] | None = None  # the same for the coming key, while it is changed
    demo: dict[str, str] | None = field(default=None, repr=False)  # {"login", "password"}

    def logins(self) -> list[str]:
        """The users who can open the workspace, in the order they were added."""
        return [login for login in self.wraps if login != RECOVERY]

    @property
    def is_changing(self) -> bool:
        """Whether a change of the workspace key was begun and not ended."""
        return self.next_former is not None

    def has_changed(self, key: bytes) -> bool:
        """Whether a change was begun that is to bring this key."""
        wraps = self.wraps.items()
        return self.is_changing and any(_is_ours(one, _NEXT[1], key, who) for who, one in wraps)


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


# ---------------------------------------------------------------- one wrap


def wrap(key: bytes, login: str, password: str) -> Wrap:
    """Let a login open the workspace key with a password: a new key pair.

    The result may be stored in the open.
    """
    from nacl.public import PrivateKey  # noqa: PLC0415  (heavy, not needed once a file is open)
    from nacl.secret import Aead  # noqa: PLC0415

    pair, salt = PrivateKey.generate(), os.urandom(16)
    box = Aead(_derive(password, salt, OPS, MEMORY))
    public = bytes(pair.public_key)
    return {
        "salt": _text(salt),
        "ops": OPS,
        "memory": MEMORY,
        "private": _text(bytes(box.encrypt(bytes(pair)))),
        "public": _text(public),
        "key": _seal(key, public),
        "mark": _mark(key, login, public),
    }


def share(wrapped: Wrap, key: bytes, login: str) -> Wrap:
    """The same pair under another login: two logins with one password, as in the demo."""
    return wrapped | {"mark": _mark(key, login, _raw(wrapped["public"]))}


def unwrap(wrapped: Wrap, password: str) -> tuple[bytes, ...]:
    """Open a wrap: the workspace key, and the coming one while a change is under way.

    Raises DatabaseError(WRONG_PASSWORD, or DAMAGED for no wrap of ours).
    """
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.public import PrivateKey, SealedBox  # noqa: PLC0415
    from nacl.secret import Aead  # noqa: PLC0415

    damaged = DatabaseError(Trouble.DAMAGED, KEYS)
    try:
        salt, private = _raw(wrapped["salt"]), _raw(wrapped["private"])
        ops, memory = int(wrapped["ops"]), int(wrapped["memory"])
        sealed = [_raw(wrapped["key"])]
        if _NEXT[0] in wrapped:
            sealed.append(_raw(wrapped[_NEXT[0]]))
        if ops > _MOST[0] or memory > _MOST[1]:
            raise damaged
        box = Aead(_derive(password, salt, ops, memory))
    except (KeyError, TypeError, ValueError, CryptoError) as error:
        raise damaged from error
    try:
        opener = SealedBox(PrivateKey(bytes(box.decrypt(private))))
    except CryptoError as error:
        raise DatabaseError(Trouble.WRONG_PASSWORD) from error
    try:
        keys = tuple(bytes(opener.decrypt(one)) for one in sealed)
    except (CryptoError, ValueError, TypeError) as error:
        raise damaged from error
    if any(len(key) != KEY_BYTES for key in keys):
        raise damaged
    return keys


# ---------------------------------------------------------------- all of them


def open_keys(keys: KeyFile, login: str, password: str) -> tuple[bytes, ...]:
    """The keys that may open the database for a user, the present one first (see `unwrap`).

    Raises DatabaseError(UNKNOWN_USER, WRONG_PASSWORD or DAMAGED).
    """
    wrapped = keys.wraps.get(login)
    if wrapped is None:
        raise DatabaseError(Trouble.UNKNOWN_USER, login)
    return unwrap(wrapped, tidy_code(password) if login == RECOVERY else password)


def open_key(keys: KeyFile, login: str, password: str) -> bytes:
    """The workspace key for a user. Raises as `open_keys`."""
    return open_keys(keys, login, password)[0]


def begin_change(keys: KeyFile, key: bytes, new: bytes) -> KeyFile:
    """The file with a second key for everybody: either of them opens the workspace.

    Wraps whose mark was not made with the present key are not ours and get nothing.

    Raises DatabaseError(DAMAGED) when that leaves nobody.
    """
    wraps = {}
    for login, wrapped in keys.wraps.items():
        if _is_ours(wrapped, "mark", key, login):
            public = _raw(wrapped["public"])
            coming = dict(zip(_NEXT, (_seal(new, public), _mark(new, login, public)), strict=True))
            wraps[login] = wrapped | coming
    if not wraps:
        raise DatabaseError(Trouble.DAMAGED, KEYS)
    former = [_lock(one, new) for one in (key, *former_keys(keys, key))]
    return replace(keys, wraps=wraps, next_former=former)


def end_change(keys: KeyFile, new: bytes) -> KeyFile:
    """The file after `begin_change`, with the new key only; the one before is a former one."""
    wraps = {}
    for login, wrapped in keys.wraps.items():
        if _is_ours(wrapped, _NEXT[1], new, login):
            kept = {name: value for name, value in wrapped.items() if name not in _NEXT}
            wraps[login] = kept | {"key": wrapped[_NEXT[0]], "mark": wrapped[_NEXT[1]]}
    return replace(keys, wraps=wraps, former=keys.next_former or [], next_former=None)


def former_keys(keys: KeyFile, key: bytes) -> tuple[bytes, ...]:
    """The keys that opened the database before, the newest first: for older copies of it."""
    from nacl.exceptions import CryptoError  # noqa: PLC0415
    from nacl.secret import Aead  # noqa: PLC0415

    found = []
    for sealed in keys.former:
        try:
            found.append(bytes(Aead(key).decrypt(_raw(sealed))))
        except (CryptoError, ValueError, TypeError):
            continue  # sealed with another key: of no use here
    return tuple(found)


# ---------------------------------------------------------------- the file


def load(path: Path) -> KeyFile:
    """Read `keys.json`. Raises DatabaseError(NOT_A_WORKSPACE, DAMAGED, NEWER or UNREADABLE)."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        file = KeyFile(
            str(content["device"]),
            dict(content["wraps"]),
            list(content.get("former", [])),
            None if content.get("next_former") is None else list(content["next_former"]),
            content.get("demo"),
        )
        version = int(content.get("version", VERSION))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise DatabaseError(Trouble.NOT_A_WORKSPACE, path.parent.name, path.parent) from error
    except OSError as error:
        raise DatabaseError(Trouble.UNREADABLE, str(error), path) from error
    except (ValueError, KeyError, TypeError) as error:
        raise DatabaseError(Trouble.DAMAGED, path.name, path) from error
    if version > VERSION:
        raise DatabaseError(Trouble.NEWER, str(version), path)
    is_whole = all(isinstance(wrapped, dict) for wrapped in file.wraps.values())
    if not is_whole or not (file.demo is None or {"login", "password"} <= set(file.demo)):
        raise DatabaseError(Trouble.DAMAGED, path.name, path)
    return file


def demo_entry(folder: Path) -> tuple[str, str]:
    """Login and password that a demo workspace carries. Raises DatabaseError otherwise."""
    entry = load(folder / KEYS).demo
    if entry is None:
        raise DatabaseError(Trouble.UNKNOWN_USER, "demo", folder)
    return entry["login"], entry["password"]


def carried_password(keys: KeyFile, login: str) -> str | None:
    """The password that a demo carries for a login; None for one that has its own, or no demo."""
    if keys.demo is None:
        return None
    own, shared = keys.wraps.get(login, {}), keys.wraps.get(keys.demo["login"], {})
    has_own = own.get("public") != shared.get("public") and login in keys.wraps
    return None if has_own else keys.demo["password"]


def save(keys: KeyFile, path: Path) -> None:
    """Write `keys.json` so that either the old or the new file is there, never half of one.

    Raises DatabaseError(FULL, READ_ONLY or UNREADABLE); the old file is then unchanged.
    """
    content: dict[str, Any] = {"version": VERSION, "device": keys.device, "wraps": keys.wraps}
    rest = {"former": keys.former, "next_former": keys.next_former, "demo": keys.demo}
    content |= {name: value for name, value in rest.items() if value}
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


# ---------------------------------------------------------------- sealing


def _seal(key: bytes, public: bytes) -> str:
    """A key that only the owner of the private half can read."""
    from nacl.public import PublicKey, SealedBox  # noqa: PLC0415

    return _text(bytes(SealedBox(PublicKey(public)).encrypt(key)))


def _lock(former: bytes, key: bytes) -> str:
    from nacl.secret import Aead  # noqa: PLC0415

    return _text(bytes(Aead(key).encrypt(former)))


def _mark(key: bytes, login: str, public: bytes) -> str:
    return _text(blake2b(login.encode() + b"\0" + public, key=key, digest_size=32).digest())


def _is_ours(wrapped: Wrap, name: str, key: bytes, login: str) -> bool:
    """Whether a wrap was made, for this login, by somebody who had the key."""
    try:
        made = _mark(key, login, _raw(wrapped["public"]))
        return hmac.compare_digest(made, str(wrapped[name]))
    except (KeyError, TypeError, ValueError):
        return False


def _derive(password: str, salt: bytes, ops: int, memory: int) -> bytes:
    from nacl.pwhash import argon2id  # noqa: PLC0415

    typed = unicodedata.normalize("NFKC", password).encode()  # the same on every keyboard
    return bytes(argon2id.kdf(KEY_BYTES, typed, salt, ops, memory))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _raw(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
