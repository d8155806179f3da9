"""Whether a file that calls itself a picture is one."""

import io
import struct
import zlib
from typing import Final

from desktop_app.domain.attachments import FileKind, kind_of, media_type
from desktop_app.errors import InvalidInputError, Problem
from desktop_app.i18n import _

_FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF")
"""What is decoded: the pictures of phones and of the clipboard, nothing that runs programs."""
_BROKEN: Final = (
    OSError, ValueError, SyntaxError, TypeError, LookupError, ArithmeticError, EOFError,
    MemoryError, struct.error, zlib.error,
)  # fmt: skip
"""What comes of decoding bytes that anyone may have written."""
_SMALL: Final = (64, 64)
_HEIC: Final = "image/heic"
_BOX: Final = slice(4, 8), b"ftyp"
"""Where a picture of newer phones says that it is a box of pictures, and how."""


def require_picture(name: str, content: bytes) -> None:
    """Refuse a file that its name calls a picture and that is none, or a broken one.

    Files of other kinds pass.

    Raises:
        InvalidInputError: field `file`.
    """
    kind = media_type(name)
    if kind_of(kind) is not FileKind.PICTURE or _is_picture(kind, content):
        return
    text = _("“{name}” is no picture that can be shown. Take it again, or choose another file.")
    raise InvalidInputError([Problem("file", text.format(name=name))])


def _is_picture(kind: str, content: bytes) -> bool:
    from PIL import Image  # noqa: PLC0415  (slow to import, seldom needed)

    place, mark = _BOX
    if kind == _HEIC and content[place] == mark:
        return True  # no library here decodes them; the viewer of the computer does
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as picture:
            picture.draft("RGB", _SMALL)  # a photo of a phone is decoded small, and fast
            picture.load()
    except Image.DecompressionBombError:
        return True  # too large to be decoded here, but its beginning says what it is
    except _BROKEN:
        return False
    return True
