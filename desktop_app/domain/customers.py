"""What a customer record may hold; phones, numbers and cards are text and stay text."""

import datetime as dt
import re
import unicodedata
import uuid
from typing import Annotated

from pydantic import BeforeValidator, Field, JsonValue, field_validator

from db.vocabulary import CustomerKind
from desktop_app.domain.drafts import Draft, Text
from desktop_app.errors import Problem
from desktop_app.i18n import _

SAFE_DIGITS = 15
"""Digits a spreadsheet number keeps; the rest of a longer one is lost."""
MIN_PHONE_DIGITS = 5
MAX_PHONE_DIGITS = 20

# As spreadsheets write it; 12E5 may be a code.
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d*)?[eE]\+\d+")
_WHOLE_DECIMAL = re.compile(r"(\d+)\.0+")
_SEVERAL = re.compile(r"[/;,、|\n]")
_EXTENSION = re.compile(r"^(.*\d)\s*(?:转|分机|ext\.?|x|#)\s*(\d{1,6})$", re.IGNORECASE)
_PHONE_SEPARATORS = re.compile(r"[\s().·‐-―-]")
_CHINA_MOBILE = re.compile(r"(?:\+|00)86(1\d{10})")
_PHONE = re.compile(rf"\+?\d{{{MIN_PHONE_DIGITS},{MAX_PHONE_DIGITS}}}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def clean_text_id(value: object, field: str) -> str | Problem:
    """Read a customer, card or order number from a cell: text stays text.

    A whole number that a spreadsheet kept exactly (at most 15 digits) becomes its digits. A number
    that has lost digits, such as 1.38E+10, is a problem and is never repaired.
    """
    match value:
        case None:
            return ""
        case bool():
            return Problem(field, _("Expected a number or text, found yes or no."))
        case int():
            return str(value)
        case float():
            return _from_float(value, field)
        case _:
            return _from_text(str(value).strip(), field)


def _from_float(value: float, field: str) -> str | Problem:
    if value.is_integer() and abs(value) < 10**SAFE_DIGITS:
        return str(int(value))
    return _lossy(str(value), field)


def _from_text(text: str, field: str) -> str | Problem:
    if _SCIENTIFIC.fullmatch(text):
        return _lossy(text, field)
    whole = _WHOLE_DECIMAL.fullmatch(text)
    if whole is None:
        return text
    return whole[1] if len(whole[1]) <= SAFE_DIGITS else _lossy(text, field)


def _lossy(shown: str, field: str) -> Problem:
    text = _(
        "{value} is a number that may have lost digits; make the column text and enter it again."
    )
    return Problem(field, text.format(value=shown))


def clean_phone(value: object, field: str = "phone") -> str | Problem:
    """Read one phone number: digits, a leading + if it was there, ``x`` before an extension.

    Separators go, full-width digits become plain, +86 and 0086 before a Chinese mobile number go.
    Letters, several numbers in one cell, and numbers that lost digits are problems.
    """
    text = clean_text_id(value, field)
    if isinstance(text, Problem) or not text:
        return text
    plain = unicodedata.normalize("NFKC", text)
    extension = _EXTENSION.match(plain)
    if extension:
        plain = extension[1]
    if _SEVERAL.search(plain):
        return Problem(field, _("Enter one phone number only, found {value}.").format(value=text))
    digits = _PHONE_SEPARATORS.sub("", plain)
    mobile = _CHINA_MOBILE.fullmatch(digits)
    digits = mobile[1] if mobile else digits
    if not _PHONE.fullmatch(digits):
        return Problem(field, _("{value} is not a phone number.").format(value=text))
    return f"{digits}x{extension[2]}" if extension else digits


def _phone(value: object) -> str:
    return _or_raise(clean_phone(value))


def _text_id(value: object) -> str:
    return _or_raise(clean_text_id(value, ""))


def _or_raise(cleaned: str | Problem) -> str:
    if isinstance(cleaned, Problem):
        raise ValueError(cleaned.message)  # noqa: TRY004  (pydantic wants a ValueError)
    return cleaned


def _email(text: str) -> str:
    if text and not _EMAIL.fullmatch(text):
        raise ValueError(_("{value} is not an e-mail address.").format(value=text))
    return text


Phone = Annotated[str, BeforeValidator(_phone), Field(max_length=40)]
TextId = Annotated[str, BeforeValidator(_text_id), Field(max_length=64)]


class CustomerDraft(Draft):
    """A customer as typed or imported; without a number the service gives one."""

    number: TextId = ""
    name: Annotated[str, Field(min_length=1, max_length=200)]
    kind: CustomerKind = CustomerKind.PERSON
    phone: Phone = ""
    email: Annotated[Text, Field(max_length=200)] = ""
    address: Annotated[Text, Field(max_length=400)] = ""
    district: Annotated[Text, Field(max_length=80)] = ""
    card_number: TextId = ""
    store_id: uuid.UUID | None = None
    owner_id: uuid.UUID | None = None
    joined_on: dt.date | None = None
    is_identified: bool = True
    do_not_contact: bool = False
    is_deceased: bool = False
    malicious_arrears: bool = False
    switch_dates: tuple[dt.date, ...] = ()
    attributes: dict[str, JsonValue] = Field(default_factory=dict)
    note: Text = ""

    _check_email = field_validator("email")(_email)

    @field_validator("switch_dates")
    @classmethod
    def _in_order(cls, dates: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
        return tuple(sorted(set(dates)))


class ContactDraft(Draft):
    """A person to talk to at a customer."""

    name: Annotated[str, Field(min_length=1, max_length=120)]
    duty: Annotated[Text, Field(max_length=120)] = ""
    phone: Phone = ""
    email: Annotated[Text, Field(max_length=200)] = ""
    is_primary: bool = False

    _check_email = field_validator("email")(_email)
