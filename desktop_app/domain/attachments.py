"""Files of cases: what may be kept, under which name, and what kind of file it is."""

import unicodedata
from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from desktop_app.i18n import N_

MOST_BYTES: Final = 100 * 1024 * 1024
"""A file is encrypted and read as a whole; an hour of a call takes about 30 MB."""
MOST_SIGNS: Final = 200
_OTHER: Final = "application/octet-stream"
_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "bmp": "image/bmp",
        "webp": "image/webp",
        "tif": "image/tiff",
        "tiff": "image/tiff",
        "heic": "image/heic",
        "mp3": "audio/mpeg",
        "m4a": "audio/mp4",
        "wav": "audio/wav",
        "ogg": "audio/ogg",
        "amr": "audio/amr",
        "aac": "audio/aac",
        "flac": "audio/flac",
        "wma": "audio/x-ms-wma",
        "mp4": "video/mp4",
        "mov": "video/quicktime",
        "avi": "video/x-msvideo",
        "mkv": "video/x-matroska",
        "webm": "video/webm",
        "3gp": "video/3gpp",
        "wmv": "video/x-ms-wmv",
        "pdf": "application/pdf",
        "txt": "text/plain",
        "csv": "text/csv",
        "doc": "application/msword",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls": "application/vnd.ms-excel",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    }
)


class FileKind(StrEnum):
    """What can be done with a file: looked at, listened to, watched, opened elsewhere."""

    PICTURE = "picture"
    SOUND = "sound"
    VIDEO = "video"
    OTHER = "other"


KIND_TITLES: Final[Mapping[FileKind, str]] = MappingProxyType(
    {
        FileKind.PICTURE: N_("Picture"),
        FileKind.SOUND: N_("Recording"),
        FileKind.VIDEO: N_("Video"),
        FileKind.OTHER: N_("Document"),
    }
)
"""Words for the kinds, to be translated when shown."""
RECORDINGS: Final = frozenset({FileKind.SOUND, FileKind.VIDEO})
"""Kinds with somebody's voice: whoever opens one is written down."""
_KINDS: Final = {"image": FileKind.PICTURE, "audio": FileKind.SOUND, "video": FileKind.VIDEO}


def media_type(name: str) -> str:
    """The type of a file by its name, the same on every computer."""
    return _TYPES.get(_ending(name), _OTHER)


def kind_of(type_name: str) -> FileKind:
    """What kind of file a media type is."""
    return _KINDS.get(type_name.partition("/")[0], FileKind.OTHER)


def can_be_opened(name: str) -> bool:
    """Whether a file may be given to the system: a type we know, which is no program."""
    return _ending(name) in _TYPES


def _ending(name: str) -> str:
    return name.rpartition(".")[2].casefold() if "." in name else ""


def tidy_name(name: str, taken: Collection[str] = ()) -> str:
    """A name that every system can write: without folders and control signs, not too long.

    Args:
        name: As it came.
        taken: Names it must differ from, whatever their case; it gets a number then.
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(
        "_" if sign in '<>:"|?*' else sign
        for sign in unicodedata.normalize("NFC", last)
        if unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    if not dot or len(ending) > 10:  # noqa: PLR2004  (no ending of ours is that long)
        stem, dot, ending = kept, "", ""
    known = {each.casefold() for each in taken}
    count = 1
    while True:
        tail = (f" ({count})" if count > 1 else "") + dot + ending
        made = f"{(stem or 'file')[: MOST_SIGNS - len(tail)]}{tail}"
        if made.casefold() not in known:
            return made
        count += 1
