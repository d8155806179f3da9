"""Cells to values: text, identifiers, phones, days, money, quantities, yes and no.

Each function gives the value, ``None`` (or an empty text) for a blank cell, or a :class:`Bad`
with one sentence. Nothing is repaired silently: digits that a spreadsheet has lost are reported.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from db.vocabulary import DateOrder
from desktop_app.domain.customers import clean_phone, clean_text_id
from desktop_app.errors import Problem
from desktop_app.i18n import _
from desktop_app.importing.wire import Cell, CellError

EXCEL_ERRORS = frozenset(
    {"#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!"}
)
ID_CHARS = 64
ATTRIBUTE_CHARS = 2000
MOBILE_DIGITS = 11
EXCEL_EPOCH = date(1899, 12, 30)
SERIAL_RANGE = range(18_264, 73_051)  # 1950-01-01 to 2099-12-31
YEARS = range(1900, 2101)
MINOR = Decimal(100)
THOUSANDTHS = Decimal(1000)

_NOTHING = frozenset(
    {"无", "暂无", "没有", "未知", "不详", "空", "-", "--", "—", "/", "\\", "n/a", "na", "nan"}
    | {"null", "none", "nil", "\\n", "(null)", "<na>", "."}
)
_INVISIBLE = dict.fromkeys([*range(9), *range(11, 32), 127, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF])
_TRUE = frozenset({"是", "有", "对", "y", "yes", "true", "t", "1", "√", "✓", "on", "真"})
_FALSE = frozenset({"否", "无", "不", "n", "no", "false", "f", "0", "×", "x", "off", "假"})


@dataclass(frozen=True, slots=True)
class Bad:
    """A cell that cannot be used; ``message`` is a translated sentence."""

    message: str


def error_in(cell: Cell) -> Bad | None:
    """The complaint about a cell that shows an error, else ``None``."""
    if isinstance(cell, CellError):
        if cell.code.startswith("="):
            return Bad(_("The cell holds a formula without a result. Open and save the workbook."))
        return Bad(_("The cell shows the error {code}.").format(code=cell.code))
    if isinstance(cell, str) and cell.startswith("#") and cell.strip() in EXCEL_ERRORS:
        return Bad(_("The cell shows the error {code}.").format(code=cell.strip()))
    return None


def shown(cell: Cell) -> str:
    """A cell as text, as a person sees it; for rejects and messages."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime():
            return cell.isoformat(" ")
    return str(cell)


def clean_text(raw: str) -> str:
    """Without invisible characters, half surrogates, outer blanks and our own export's quote."""
    if raw.isascii() and raw.isprintable():
        stripped = raw.strip()
    else:
        stripped = raw.translate(_INVISIBLE).strip(" \t\r\n\u3000\u00a0")
        if any("\ud800" <= character <= "\udfff" for character in stripped):
            stripped = stripped.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if stripped.startswith("'") and stripped[1:2] in set("=+-@\t"):
        return stripped[1:]
    return stripped


def text(cell: Cell, most: int = 400, *, single_line: bool = True) -> str | Bad:
    """Any words.

    Args:
        cell: What the file holds.
        most: Longest text that can be stored.
        single_line: Put line breaks down to blanks.
    """
    found = error_in(cell)
    if found is not None:
        return found
    words = clean_text(cell if isinstance(cell, str) else shown(cell))
    if single_line and ("\n" in words or "\r" in words):
        words = " ".join(words.split())
    if len(words) > most:
        return Bad(_("The text is longer than {most} characters.").format(most=most))
    return words


def identifier(cell: Cell) -> str | Bad:
    """A number, card or order id: always text, leading zeros kept, full-width digits folded."""
    if isinstance(cell, date | time | CellError):
        return error_in(cell) or Bad(_("{text} is not a number or id.").format(text=shown(cell)))
    if isinstance(cell, str):
        words = _folded_id(cell)
        if isinstance(words, Bad) or words.isdigit():
            return words
        cell = "" if words.casefold() in _NOTHING else words
    found = clean_text_id(cell, "")
    if isinstance(found, Problem):
        return Bad(found.message)
    if len(found) > ID_CHARS:
        return Bad(_("The text is longer than {most} characters.").format(most=ID_CHARS))
    return found


def _folded_id(cell: str) -> str | Bad:
    words = error_in(cell) or clean_text(cell)
    if isinstance(words, Bad) or words.isascii():
        return words
    return unicodedata.normalize("NFKC", words)


def phone(cell: Cell) -> str | Bad:
    """A phone number in the one form that is stored; see `desktop_app.domain.customers`."""
    words = identifier(cell)
    if isinstance(words, Bad) or not words:
        return words
    if words.isdigit() and len(words) == MOBILE_DIGITS:
        return words
    found = clean_phone(words)
    return Bad(found.message) if isinstance(found, Problem) else found


def boolean(cell: Cell) -> bool | Bad | None:
    """Yes or no in Chinese, English, signs or 1 and 0."""
    found = error_in(cell)
    if found is not None:
        return found
    if isinstance(cell, bool):
        return cell
    words = unicodedata.normalize("NFKC", clean_text(shown(cell))).casefold()
    if not words:
        return None
    if words in _TRUE:
        return True
    if words in _FALSE:
        return False
    return Bad(_("{text} is neither yes nor no.").format(text=words))


# Days

_NUMERIC_DAY = re.compile(r"(\d{1,4})\s*[-/.年\s]\s*(\d{1,2})\s*[-/.月\s]\s*(\d{1,4})\s*日?\Z")
_TIME = re.compile(
    r"(?:\s*T\s*|\s+|\s*(?:上午|下午|早上|晚上)\s*)\d{1,2}(?:[:时点]\d{1,2}(?:[:分]\d{1,2}(?:\.\d+)?秒?)?分?)?"
    r"\s*(?:am|pm|a\.m\.|p\.m\.)?\s*(?:z|utc|gmt|[+-]\d{2}:?\d{2})?\Z",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(
    r"[((\s,]*(?:(?:星期|周|礼拜)[一二三四五六日天]|"
    r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*)[))\s,.]*",
    re.IGNORECASE,
)
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), 1
    )
}
_DAY_MONTH_NAME = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[\s\-/.]*([a-z]{3,9})\.?[\s\-/,.]*(\d{4})\Z"
)
_MONTH_NAME_DAY = re.compile(r"([a-z]{3,9})\.?[\s\-/]*(\d{1,2})(?:st|nd|rd|th)?[\s\-/,]+(\d{4})\Z")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?\Z")


def day(cell: Cell, order: DateOrder | None = None) -> date | Bad | None:  # noqa: PLR0911
    """A day in any usual form; the time of day is dropped.

    Args:
        cell: What the file holds; a plausible number is a spreadsheet's day count.
        order: How to read 03/04/2005; without it such a date is a question.
    """
    match cell:
        case datetime():
            return _plausible(cell.date(), shown(cell))
        case date():
            return _plausible(cell, shown(cell))
        case None:
            return None
        case bool() | time():
            return _no_date(shown(cell))
        case int() | float():
            return _day_of_number(cell)
        case CellError():
            return error_in(cell)
    exact = _ISO.match(cell)
    if exact is not None:
        return _day_of(int(exact[1]), int(exact[2]), int(exact[3]), cell)
    return error_in(cell) or _day_of_text(cell, order)


def _no_date(words: str) -> Bad:
    return Bad(_("{text} is not a date. Write it like 2026-08-31.").format(text=words))


def _plausible(found: date, words: str) -> date | Bad:
    if found.year in YEARS:
        return found
    return Bad(_("The year of {text} cannot be right.").format(text=words))


def _day_of_number(number: float) -> date | Bad:
    if int(number) in SERIAL_RANGE:
        return EXCEL_EPOCH + timedelta(days=int(number))
    if number == int(number) and len(str(int(number))) == 8:  # noqa: PLR2004  (20260831)
        return _day_of_text(str(int(number)), None) or _no_date(str(number))
    return _no_date(shown(number))


def _day_of_text(raw: str, order: DateOrder | None) -> date | Bad | None:  # noqa: PLR0911
    words = unicodedata.normalize("NFKC", clean_text(raw))
    if not words or words.casefold() in _NOTHING:
        return None
    if words.isdigit():
        if len(words) == 8:  # noqa: PLR2004  (20260831)
            return _day_of(int(words[:4]), int(words[4:6]), int(words[6:]), words)
        return _day_of_number(int(words)) if len(words) == 5 else _no_date(words)  # noqa: PLR2004
    bare = _TIME.sub("", _WEEKDAY.sub(" ", words).strip()).strip().casefold()
    numeric = _NUMERIC_DAY.match(bare)
    if numeric is not None:
        return _day_of_parts(numeric[1], numeric[2], numeric[3], words, order)
    named = _DAY_MONTH_NAME.match(bare)
    if named is not None and named[2][:3] in _MONTHS:
        return _day_of(int(named[3]), _MONTHS[named[2][:3]], int(named[1]), words)
    named = _MONTH_NAME_DAY.match(bare)
    if named is not None and named[1][:3] in _MONTHS:
        return _day_of(int(named[3]), _MONTHS[named[1][:3]], int(named[2]), words)
    return _no_date(words)


def _day_of_parts(
    first: str, second: str, third: str, words: str, order: DateOrder | None
) -> date | Bad:
    if len(first) == 4:  # noqa: PLR2004  (a year)
        return _day_of(int(first), int(second), int(third), words)
    if len(third) != 4:  # noqa: PLR2004
        return Bad(_("{text} has no year of four digits.").format(text=words))
    one, two, year = int(first), int(second), int(third)
    if one > 12 or order is DateOrder.DAY_FIRST:  # noqa: PLR2004  (no such month)
        return _day_of(year, two, one, words)
    if two > 12 or one == two or order is DateOrder.MONTH_FIRST:  # noqa: PLR2004
        return _day_of(year, one, two, words)
    return Bad(
        _(
            "{text} can be read in two ways. Choose whether the day or the month comes first."
        ).format(text=words)
    )


def _day_of(year: int, month: int, number: int, words: str) -> date | Bad:
    if year not in YEARS:
        return Bad(_("The year of {text} cannot be right.").format(text=words))
    if not 1 <= month <= 12:  # noqa: PLR2004
        return Bad(
            _("{text} is not a date: there is no month {month}.").format(text=words, month=month)
        )
    try:
        return date(year, month, number)
    except ValueError:
        return Bad(
            _("{text} is not a date: {year}-{month:02d} has no day {day}.").format(
                text=words, year=year, month=month, day=number
            )
        )


def guess_date_order(cells: list[Cell]) -> DateOrder | None:
    """What the unambiguous ones of many dates say about the order of day and month."""
    orders = set()
    for cell in cells:
        if not isinstance(cell, str):
            continue
        numeric = _NUMERIC_DAY.match(_TIME.sub("", clean_text(cell)))
        if numeric is None or len(numeric[3]) != 4:  # noqa: PLR2004
            continue
        if int(numeric[1]) > 12:  # noqa: PLR2004
            orders.add(DateOrder.DAY_FIRST)
        elif int(numeric[2]) > 12:  # noqa: PLR2004
            orders.add(DateOrder.MONTH_FIRST)
    return orders.pop() if len(orders) == 1 else None


# Numbers

_CURRENCY = re.compile(r"[¥$€£]|RMB|CNY|USD|EUR|HKD|人民币|元整?|圆整?", re.IGNORECASE)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d*)?\Z")
_GROUPED_COMMA = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+,\d*\Z")
_SPACED = re.compile(r"[1-9]\d{0,2}(?: \d{3})+(?:[.,]\d*)?\Z")
_SIMPLE = re.compile(r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,2})?\Z")
_SCALES = {"万": Decimal(10_000), "亿": Decimal(100_000_000), "千": Decimal(1000)}
_LARGEST = Decimal(10) ** 13


def number(cell: Cell, *, decimal_comma: bool = False) -> Decimal | Bad | None:  # noqa: PLR0911
    """An exact number, also as money is written: ``￥1,234.50``, ``(12.00)``, ``3.5万元``.

    Args:
        cell: What the file holds; a float is taken at the fifteen digits a spreadsheet shows.
        decimal_comma: Read ``1.234,5`` and ``12,50`` with the comma as the decimal sign.
    """
    if isinstance(cell, str):
        if cell.isascii() and _SIMPLE.match(cell) and not decimal_comma:
            return _within(Decimal(cell), cell)
        return error_in(cell) or _number_of_text(cell, decimal_comma=decimal_comma)
    if isinstance(cell, bool | date | time):
        return _no_number(shown(cell))
    if isinstance(cell, int):
        return _within(Decimal(cell), str(cell))
    if isinstance(cell, float):
        try:
            return _within(Decimal(f"{cell:.15g}"), repr(cell))
        except InvalidOperation:
            return _no_number(repr(cell))
    return None if cell is None else error_in(cell)


def currency_word(cell: Cell) -> str:
    """The sign or word of a currency that an amount is written with, e.g. ``$``; empty if none."""
    if not isinstance(cell, str) or _SIMPLE.match(cell):
        return ""
    found = _CURRENCY.search(unicodedata.normalize("NFKC", cell))
    return found.group() if found else ""


def _no_number(words: str) -> Bad:
    return Bad(_("{text} is not a number.").format(text=words))


def _within(value: Decimal, words: str) -> Decimal | Bad:
    if not value.is_finite() or abs(value) >= _LARGEST:
        return Bad(_("The number {text} is too large.").format(text=words))
    return value


def _number_of_text(raw: str, *, decimal_comma: bool) -> Decimal | Bad | None:
    words = unicodedata.normalize("NFKC", clean_text(raw)).replace("−", "-").replace("﹣", "-")
    if not words or words.casefold() in _NOTHING:
        return None
    bare = _CURRENCY.sub("", words).replace("\u00a0", " ").strip()
    sign = 1
    if bare.startswith("(") and bare.endswith(")"):
        sign, bare = -1, bare[1:-1].strip()
    if bare.endswith("-"):
        sign, bare = -sign, bare[:-1].strip()
    if bare[:1] in {"-", "+"}:
        sign, bare = (-sign if bare[0] == "-" else sign), bare[1:].strip()
    scale = _SCALES.get(bare[-1:], Decimal(1))
    if scale != 1:
        bare = bare[:-1].strip()
    if _SPACED.match(bare):
        bare = bare.replace(" ", "")
    if _GROUPED_COMMA.match(bare) or (decimal_comma and re.fullmatch(r"\d+(?:,\d*)?", bare)):
        bare = bare.replace(".", "").replace(",", ".")
    elif decimal_comma and re.fullmatch(r"\d{1,3}(?:\.\d{3})+", bare):
        bare = bare.replace(".", "")
    elif _GROUPED.match(bare):
        bare = bare.replace(",", "")
    if not _SIMPLE.match(bare):
        return _no_number(words)
    return _within(Decimal(bare) * scale * sign, words)


def minor_units(amount: Decimal) -> tuple[int, bool]:
    """Money in minor units, rounded half up, and whether anything was rounded away."""
    exact = amount * MINOR
    whole = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(whole), whole != exact


def thousandths(quantity: Decimal) -> tuple[int, bool]:
    """A quantity in thousandths, rounded half up, and whether anything was rounded away."""
    exact = quantity * THOUSANDTHS
    whole = exact.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(whole), whole != exact
