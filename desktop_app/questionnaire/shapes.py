"""Random texts that a regular expression accepts."""

import re
import string
from random import Random
from typing import Any, Final

from desktop_app.questionnaire.patterns import fits, pattern

MOST_REPEATS: Final = 4
_LETTERS: Final = string.ascii_letters
_WORDS: Final = string.ascii_letters + string.digits
_ANYTHING: Final = string.ascii_letters + string.digits + " .,-"
_CATEGORIES: Final = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_WORD": _WORDS,
    "CATEGORY_SPACE": " ",
    "CATEGORY_NOT_DIGIT": _LETTERS,
    "CATEGORY_NOT_WORD": " .,-",
    "CATEGORY_NOT_SPACE": _WORDS,
}


def text_like(expression: str, rng: Random) -> str | None:
    """A text of a form; None when the expression is not understood or none was found.

    Args:
        expression: Regular expression, matched against the whole text.
        rng: Source of chance.
    """
    known = pattern(expression)
    if known is None:
        return None
    parser: Any = re._parser  # type: ignore[attr-defined]  # noqa: SLF001  (the standard one)
    tree = parser.parse(known.pattern)
    for _attempt in range(20):
        made = "".join(_Maker(rng).parts(tree))
        if fits(made, expression):
            return made
    return None


class _Maker:
    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.groups: dict[int, str] = {}

    def parts(self, tree: Any) -> list[str]:
        return [self.part(str(operation), argument) for operation, argument in tree]

    def part(self, operation: str, argument: Any) -> str:  # noqa: PLR0911  (one case a kind)
        match operation:
            case "LITERAL":
                return chr(argument)
            case "NOT_LITERAL":
                return self.rng.choice([sign for sign in _WORDS if ord(sign) != argument])
            case "ANY":
                return self.rng.choice(_WORDS)
            case "IN":
                return self.one_of(argument)
            case "BRANCH":
                return "".join(self.parts(self.rng.choice(argument[1])))
            case "SUBPATTERN":
                made = "".join(self.parts(argument[3]))
                if argument[0] is not None:
                    self.groups[argument[0]] = made
                return made
            case "ATOMIC_GROUP":
                return "".join(self.parts(argument))
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                least, most, inner = argument
                count = self.rng.randint(least, min(int(most), max(least, MOST_REPEATS)))
                return "".join("".join(self.parts(inner)) for _each in range(count))
            case "GROUPREF":
                return self.groups.get(argument, "")
            case _:  # anchors and conditions: what was made is tried afterwards
                return ""

    def one_of(self, members: Any) -> str:
        allowed: list[str] = []
        negated = False
        for operation, argument in members:
            match str(operation):
                case "NEGATE":
                    negated = True
                case "LITERAL":
                    allowed.append(chr(argument))
                case "RANGE":
                    low, high = argument
                    allowed.extend(map(chr, range(low, min(high, low + 200) + 1)))
                case "CATEGORY":
                    allowed.extend(_CATEGORIES.get(str(argument), _WORDS))
        if negated:
            allowed = [sign for sign in _ANYTHING if sign not in allowed] or ["~"]
        return self.rng.choice(allowed or [""])
