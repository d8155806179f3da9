"""The digits of a phone number as a telephone takes them."""

import re
import unicodedata
from typing import Final

_OTHERS: Final = re.compile(r"[/;,、|]|转|ext|x|#", re.IGNORECASE)
"""What a second number or an extension begins with; read after full-width forms are unified."""
_CHINA: Final = re.compile(r"(?:00)?86(?=\d{10,11}$)")
_ABROAD: Final = "00"
_MOBILE: Final = 11


def digits(phone: str) -> str:
    """The digits of the first number of a text, without anything between them.

    A number of this country loses its country code; one from abroad begins with 00. Empty when
    there is no digit.
    """
    text = unicodedata.normalize("NFKC", phone).strip()
    is_whole = text.startswith("+")
    first = next((part for part in _OTHERS.split(text) if re.search(r"\d", part)), "")
    found = "".join(char for char in first if char in "0123456789")
    if not found or not (is_whole or found.startswith(f"{_ABROAD}86")):
        return found
    home = _CHINA.sub("", found, count=1)
    if home == found:
        return _ABROAD + found
    is_mobile = len(home) == _MOBILE and home.startswith("1")
    return home if is_mobile or home.startswith("0") else f"0{home}"
