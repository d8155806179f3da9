"""The mark of a visit on paper: what its barcode says, short enough to be typed."""

import re
import uuid
from typing import Final

from sqlalchemy import ColumnElement, String, cast, func

from db.models import Visit

DIGITS: Final = 12
"""The last digits of a key are drawn at random; so many tell all visits of a workspace apart."""
_GROUP: Final = 4
_FULL_WIDTH: Final = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)})
_MARK: Final = re.compile(rf"V[-\s]*((?:[0-9A-F][-\s]*){{{DIGITS}}})")


def mark_of(visit_id: uuid.UUID) -> str:
    """The mark of a visit, for example ``V-9F3A-27C1-04BD``."""
    return _grouped(visit_id.hex[-DIGITS:].upper())


def _grouped(digits: str) -> str:
    groups = (digits[start : start + _GROUP] for start in range(0, DIGITS, _GROUP))
    return "-".join(("V", *groups))


def canonical(text: str) -> str | None:
    """A mark that was scanned or typed, as `mark_of` writes it; None when the text is none.

    Small letters, blanks for hyphens and full-width characters are taken as well.
    """
    found = _MARK.fullmatch(text.translate(_FULL_WIDTH).strip().upper())
    return None if found is None else _grouped(re.sub(r"[-\s]", "", found[1]))


def marked(text: str) -> ColumnElement[bool] | None:
    """Condition on `Visit` for a mark that was scanned or typed; None when the text is none."""
    mark = canonical(text)
    if mark is None:
        return None
    digits = mark.removeprefix("V").replace("-", "").lower()
    return func.substr(cast(Visit.id, String), -DIGITS) == digits
