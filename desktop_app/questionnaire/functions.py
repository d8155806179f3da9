"""Every function of ODK XForms that libxml2 does not have, under its name.

Each takes lxml's context first, then values as XPath gives them (see `values`).
"""

import base64
import hashlib
import math
import random as _random
import secrets
import uuid as _uuid
from collections.abc import Callable
from typing import Any, Final

from desktop_app.questionnaire import functions_nodes as nodes
from desktop_app.questionnaire import functions_time as times
from desktop_app.questionnaire import values
from desktop_app.questionnaire.patterns import fits
from desktop_app.questionnaire.surroundings import surroundings
from desktop_app.questionnaire.values import number_of, text_of, truth_of

_DIGESTS: Final = {
    "MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512",
}  # fmt: skip


# Conversions -------------------------------------------------------------------------------------


def num(_context: Any, value: Any) -> float:
    """An operand as a number, dates as days on the clock of this machine."""
    return number_of(value)


def bool_(_context: Any, value: Any) -> bool:
    """An operand as a condition: an empty answer is false, so is 0 in a question for a number."""
    if isinstance(value, list) and value and surroundings().is_number(value[0]):
        return truth_of(number_of(value))
    return truth_of(value)


def number(context: Any, *arguments: Any) -> float:
    """`number()`: dates and moments as days since 1970-01-01 UTC."""
    return values.utc_days(arguments[0] if arguments else [context.context_node])


def boolean_from_string(_context: Any, value: Any) -> bool:
    """True for "true" and "1" only."""
    return text_of(value) in {"true", "1"}


# Choosing ----------------------------------------------------------------------------------------


def if_(_context: Any, condition: Any, yes: Any, no: Any) -> Any:
    """One of two values."""
    chosen = yes if truth_of(condition) else no
    return text_of(chosen) if isinstance(chosen, list) else chosen


def coalesce(_context: Any, *arguments: Any) -> str:
    """The first value that is not empty."""
    return next((text for text in map(text_of, arguments) if text), "")


def once(_context: Any, value: Any, present: Any) -> str:
    """The present value, or the new one while there is none."""
    return text_of(present) or text_of(value)


# Texts -------------------------------------------------------------------------------------------


def substr(_context: Any, text: Any, start: Any, end: Any = None) -> str:
    """Characters from a place to before another, from 0; negative ones count from the end."""
    found, begin = text_of(text), number_of(start)
    finish = math.inf if end is None else number_of(end)
    if math.isnan(begin) or math.isnan(finish):
        return ""
    first = max(0, int(begin) + len(found)) if begin < 0 else int(min(begin, len(found)))
    last = int(max(finish + len(found), 0)) if finish < 0 else int(min(finish, len(found)))
    return found[first:last]


def ends_with(_context: Any, text: Any, end: Any) -> bool:
    """Whether a text ends with another."""
    return text_of(text).endswith(text_of(end))


def upper_case(_context: Any, text: Any) -> str:
    """In capitals."""
    return text_of(text).upper()


def lower_case(_context: Any, text: Any) -> str:
    """In small letters."""
    return text_of(text).lower()


def regex(_context: Any, text: Any, expression: Any) -> bool:
    """Whether the whole text has a form; see `patterns.fits`."""
    return fits(text_of(text), text_of(expression))


def uuid(_context: Any, length: Any = None) -> str:
    """A random UUID, or so many random letters and digits."""
    if length is None:
        return str(_uuid.UUID(int=secrets.randbits(128), version=4))
    count = number_of(length)
    signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    size = 0 if math.isnan(count) else max(0, min(int(count), 1000))
    return "".join(secrets.choice(signs) for _place in range(size))


def digest(_context: Any, text: Any, algorithm: Any, encoding: Any = "base64") -> str:
    """A checksum of a text, in base64 or hex; empty for an algorithm that is not known."""
    name = _DIGESTS.get(text_of(algorithm).upper())
    if name is None:
        return ""
    raw = hashlib.new(name, text_of(text).encode(), usedforsecurity=False).digest()
    if text_of(encoding).lower() == "hex":
        return raw.hex()
    return base64.b64encode(raw).decode()


def base64_decode(_context: Any, text: Any) -> str:
    """A text out of base64, empty when it is none."""
    try:
        return base64.b64decode(text_of(text), validate=True).decode()
    except ValueError:
        return ""


def extract_signed(_context: Any, _text: Any, _key: Any) -> str:
    """Signed parts are not read: always empty."""
    return ""


def property_(_context: Any, name: Any) -> str:
    """A property of the person or machine."""
    return surroundings().property(text_of(name))


def version(_context: Any) -> str:
    """Version of the form."""
    return surroundings().version


# Numbers -----------------------------------------------------------------------------------------


def int_(_context: Any, value: Any) -> float:
    """Without what is behind the point."""
    found = number_of(value)
    return float(math.trunc(found)) if math.isfinite(found) else found


def round_(_context: Any, value: Any, places: Any = 0.0) -> float:
    """Rounded, a half upwards, to so many places."""
    found, digits = number_of(value), number_of(places)
    if not math.isfinite(found) or not math.isfinite(digits) or abs(digits) > 30:  # noqa: PLR2004
        return found
    from decimal import ROUND_FLOOR, Decimal  # noqa: PLC0415

    unit = Decimal(1).scaleb(-int(digits))
    steps = (Decimal(f"{found:.15g}") / unit + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return float(steps * unit)


def pow_(_context: Any, base: Any, exponent: Any) -> float:
    """A power."""
    try:
        found = math.pow(number_of(base), number_of(exponent))
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan
    return found


def _of_one(function: Callable[[float], float]) -> Callable[..., float]:
    def calculated(_context: Any, value: Any) -> float:
        found = number_of(value)
        try:
            return float(function(found)) if not math.isnan(found) else found
        except OverflowError:
            return math.inf if not math.isinf(found) else found
        except ValueError:
            return math.nan

    return calculated


def _log(base: Callable[[float], float]) -> Callable[[float], float]:
    return lambda value: -math.inf if value == 0 else base(value)


def atan2(_context: Any, y: Any, x: Any) -> float:
    """The angle of a point."""
    return math.atan2(number_of(y), number_of(x))


def pi(_context: Any) -> float:
    """The ratio of a circle's circumference to its diameter."""
    return math.pi


def random(_context: Any) -> float:
    """A random number from 0 to below 1."""
    return _random.random()  # noqa: S311  (no secret)


FUNCTIONS: Final[dict[str, Callable[..., Any]]] = {
    "num": num, "bool": bool_, "number": number, "boolean-from-string": boolean_from_string,
    "if": if_, "coalesce": coalesce, "once": once,
    "substr": substr, "ends-with": ends_with, "upper-case": upper_case, "lower-case": lower_case,
    "regex": regex, "uuid": uuid, "digest": digest, "base64-decode": base64_decode,
    "extract-signed": extract_signed, "property": property_, "version": version,
    "int": int_, "round": round_, "pow": pow_, "atan2": atan2, "pi": pi, "random": random,
    "abs": _of_one(abs), "floor": _of_one(math.floor), "ceiling": _of_one(math.ceil),
    "log": _of_one(_log(math.log)), "log10": _of_one(_log(math.log10)), "exp": _of_one(math.exp),
    "exp10": _of_one(lambda value: 10.0**value), "sqrt": _of_one(math.sqrt),
    "sin": _of_one(math.sin), "cos": _of_one(math.cos), "tan": _of_one(math.tan),
    "asin": _of_one(math.asin), "acos": _of_one(math.acos), "atan": _of_one(math.atan),
    "today": times.today, "now": times.now, "date": times.date_, "date-time": times.date_time,
    "decimal-date-time": times.decimal_date_time, "decimal-time": times.decimal_time,
    "format-date": times.format_date, "format-date-time": times.format_date_time,
    "concat": nodes.concat, "join": nodes.join, "count": nodes.count, "sum": nodes.sum_,
    "count-non-empty": nodes.count_non_empty, "min": nodes.min_, "max": nodes.max_,
    "position": nodes.position, "randomize": nodes.randomize, "selected": nodes.selected,
    "selected-at": nodes.selected_at, "count-selected": nodes.count_selected,
    "choice-name": nodes.choice_name, "itext": nodes.itext, "checklist": nodes.checklist,
    "weighted-checklist": nodes.weighted_checklist, "pulldata": nodes.pulldata,
    "distance": nodes.distance, "area": nodes.area, "enclosed": nodes.enclosed,
    "geofence": nodes.enclosed,
}  # fmt: skip
"""By the name that stands behind ``f:`` in a rewritten expression."""
