"""Reading what was typed as the answer to a question: one function a kind of question.

A value that was read is ready for JSON and reads as itself again; ``None`` is "not answered".
What cannot be read is a :class:`Problem`, a value and not an exception.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from types import MappingProxyType

from pydantic import JsonValue

from db.vocabulary import QuestionKind
from desktop_app.errors import Problem
from desktop_app.i18n import _

MAX_COUNT = 1000
MAX_AMOUNT = 10**15
"""Minor units; more is a slip of the keyboard."""

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_AMOUNT = re.compile(r"[¥￥]?\s*(\d[\d,]*(?:\.\d+)?)\s*元?")
_CODE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LIST_SEPARATORS = re.compile(r"[、,，;；\n]")
_YES = frozenset({"yes", "y", "true", "是", "有"})
_NO = frozenset({"no", "n", "false", "否", "没有"})

Reader = Callable[[object, str], JsonValue | Problem]


def parse(kind: QuestionKind, raw: object, field: str = "") -> JsonValue | Problem:
    """Read one answer.

    Args:
        kind: Kind of the question.
        raw: What was typed (text), chosen (bool, date, list), or read before.
        field: Name for the problem.

    Returns:
        Date: ISO text. Products: list of names. Amount: minor units. Percent: 0 to 100. Yes or no:
        bool. Count: whole number. Reason: its code. All others: text. ``None`` when left empty.
    """
    if raw is None or (isinstance(raw, str | list | tuple) and not raw):
        return None
    if isinstance(raw, str) and not raw.strip():
        return None
    return READERS[kind](raw, field)


def _read_date(raw: object, field: str) -> JsonValue | Problem:
    if isinstance(raw, dt.datetime):
        raw = raw.date()
    if isinstance(raw, dt.date):
        return raw.isoformat()
    found = _DATE.fullmatch(_plain(raw))
    try:
        year, month, day = (int(part) for part in found.groups()) if found else (0, 0, 0)
        return dt.date(year, month, day).isoformat()
    except ValueError:
        return Problem(field, _("Enter a date, for example 2026-08-31."))


def _read_products(raw: object, field: str) -> JsonValue | Problem:
    names = _LIST_SEPARATORS.split(raw) if isinstance(raw, str) else raw
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        return Problem(field, _("Enter names of products."))
    kept = dict.fromkeys(name.strip() for name in names if name.strip())
    return list(kept) or None


def _read_text(raw: object, field: str) -> JsonValue | Problem:
    return raw.strip() if isinstance(raw, str) else Problem(field, _("Enter a text."))


def _read_reason(raw: object, field: str) -> JsonValue | Problem:
    code = str(raw).strip()
    return code if _CODE.fullmatch(code) else Problem(field, _("Choose one of the list."))


def _read_amount(raw: object, field: str) -> JsonValue | Problem:
    if isinstance(raw, int) and not isinstance(raw, bool):
        minor = Decimal(raw)
    else:
        found = _AMOUNT.fullmatch(_plain(raw))
        minor = Decimal(found[1].replace(",", "")) * 100 if found else Decimal(-1)
    if not 0 <= minor <= MAX_AMOUNT or minor != minor.to_integral_value():
        return Problem(field, _("Enter an amount, for example 12.50."))
    return int(minor)


def _read_percent(raw: object, field: str) -> JsonValue | Problem:
    try:
        share = Decimal(_plain(raw).removesuffix("%").strip())
    except InvalidOperation:
        share = Decimal(-1)
    if not share.is_finite() or not 0 <= share <= 100:  # noqa: PLR2004
        return Problem(field, _("Enter a share from 0 to 100 per cent."))
    return int(share) if share == share.to_integral_value() else float(share)


def _read_yes_no(raw: object, field: str) -> JsonValue | Problem:
    if isinstance(raw, bool):
        return raw
    word = _plain(raw).lower()
    if word in _YES:
        return True
    return False if word in _NO else Problem(field, _("Choose yes or no."))


def _read_count(raw: object, field: str) -> JsonValue | Problem:
    text = "" if isinstance(raw, bool) else _plain(raw)
    if not re.fullmatch(r"[0-9]{1,4}", text) or int(text) > MAX_COUNT:
        return Problem(field, _("Enter a whole number from 0 to {most}.").format(most=MAX_COUNT))
    return int(text)


def _plain(raw: object) -> str:
    return unicodedata.normalize("NFKC", str(raw)).strip()


READERS: Mapping[QuestionKind, Reader] = MappingProxyType(
    {
        QuestionKind.DATE: _read_date,
        QuestionKind.PRODUCTS: _read_products,
        QuestionKind.VERBATIM: _read_text,
        QuestionKind.EVENT: _read_text,
        QuestionKind.REASON: _read_reason,
        QuestionKind.PROBE: _read_text,
        QuestionKind.COMPETITOR: _read_text,
        QuestionKind.AMOUNT: _read_amount,
        QuestionKind.PERCENT: _read_percent,
        QuestionKind.YES_NO: _read_yes_no,
        QuestionKind.EMPLOYEE: _read_text,
        QuestionKind.TEXT: _read_text,
        QuestionKind.COUNT: _read_count,
    }
)
"""The list: every kind of question has a reader."""
