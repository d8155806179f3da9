"""Which functions an expression may call, with how many arguments, and what they give."""

from dataclasses import dataclass
from typing import Final
from typing import Literal as OneOf

from desktop_app.questionnaire.xpath_ast import (
    Binary,
    Call,
    Expr,
    Filter,
    Literal,
    Negate,
    Number,
    Path,
)

Type = OneOf["number", "string", "boolean", "nodes", "any"]
ANY_NUMBER: Final = 1_000
RELATIONS: Final = frozenset({"<", "<=", ">", ">="})
SUMS: Final = frozenset({"+", "-", "*", "div", "mod"})


@dataclass(frozen=True, slots=True)
class Signature:
    """How a function is called.

    Attributes:
        least: Fewest arguments.
        most: Most arguments.
        gives: Type of what it returns.
        is_core: Whether libxml2's own function of this name does what ODK asks for.
    """

    least: int
    most: int
    gives: Type
    is_core: bool = False


def _table(gives: Type, names: str, *, is_core: bool = False) -> dict[str, Signature]:
    """`name:2`, `name:1-2` or `name:1+` each."""
    found: dict[str, Signature] = {}
    for entry in names.split():
        name, _colon, count = entry.rpartition("/")
        least, _dash, most = count.partition("-")
        if count.endswith("+"):
            least, most = count[:-1], str(ANY_NUMBER)
        found[name] = Signature(int(least), int(most or least), gives, is_core)
    return found


FUNCTIONS: Final[dict[str, Signature]] = {
    **_table("boolean", "true/0 false/0 contains/2 starts-with/2", is_core=True),
    **_table("boolean", "not/1 boolean/1 boolean-from-string/1 ends-with/2 selected/2 regex/2"),
    **_table("boolean", "checklist/2+ weighted-checklist/2+"),
    **_table(
        "string",
        "string/0-1 substring/2-3 substring-before/2 substring-after/2 normalize-space/0-1 "
        "translate/3 name/0-1 local-name/0-1",
        is_core=True,
    ),
    **_table(
        "string",
        "concat/1+ join/1+ substr/2-3 uuid/0-1 digest/2-3 pulldata/4 property/1 version/0 "
        "upper-case/1 lower-case/1 selected-at/2 jr:choice-name/2 jr:itext/1 base64-decode/1 "
        "extract-signed/2 once/1",
    ),
    **_table("string", "today/0 now/0 date/1 date-time/1 format-date/2 format-date-time/2"),
    **_table("string", "indexed-repeat/3-7"),
    **_table("number", "last/0 string-length/0-1", is_core=True),
    **_table("number", "number/0-1 int/1 round/1-2 pow/2 min/1+ max/1+ sum/1 abs/1 floor/1"),
    **_table("number", "ceiling/1 log/1 log10/1 exp/1 exp10/1 sqrt/1 sin/1 cos/1 tan/1 asin/1"),
    **_table(
        "number", "acos/1 atan/1 atan2/2 pi/0 random/0 count/1 count-non-empty/1 position/0-1"
    ),
    **_table("number", "count-selected/1 decimal-date-time/1 decimal-time/1 area/1 distance/1+"),
    **_table("any", "if/3 coalesce/2+"),
    **_table("nodes", "current/0 instance/1 randomize/1-2"),
    **_table("boolean", "enclosed/2 geofence/2"),
}


def type_of(node: Expr) -> Type:  # noqa: PLR0911  (one case a kind)
    """What an expression gives, as far as it can be seen."""
    match node:
        case Number() | Negate():
            return "number"
        case Literal():
            return "string"
        case Binary(operator="|"):
            return "nodes"
        case Binary(operator=operator):
            return "number" if operator in SUMS else "boolean"
        case Call(name="indexed-repeat"):
            return "nodes"
        case Call(name=name) if name in FUNCTIONS:
            return FUNCTIONS[name].gives
        case Path() | Filter():
            return "nodes"
        case _:
            return "any"
