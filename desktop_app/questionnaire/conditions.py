"""Conditions as a person puts them together, and as a form writes them.

A condition is a list of comparisons of which all or any must hold; one of its parts may be such a
list again. What is more than that is edited as a formula.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from desktop_app.questionnaire.xpath import XPathError, parse
from desktop_app.questionnaire.xpath_ast import (
    SELF,
    Binary,
    Call,
    Expr,
    Literal,
    Negate,
    Number,
    Path,
    Variable,
)

SELF_REFERENCE: Final = "."
"""The question itself, in a rule about its own answer."""


class Operator(StrEnum):
    """How an answer is compared."""

    IS = "is"
    IS_NOT = "is_not"
    SELECTED = "selected"
    NOT_SELECTED = "not_selected"
    CONTAINS = "contains"
    GREATER = "greater"
    AT_LEAST = "at_least"
    LESS = "less"
    AT_MOST = "at_most"
    BETWEEN = "between"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"


class Of(StrEnum):
    """What the value of a comparison is."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


class Joiner(StrEnum):
    """How many parts of a condition must hold."""

    ALL = "all"
    ANY = "any"


WITHOUT_VALUE: Final = frozenset({Operator.ANSWERED, Operator.NOT_ANSWERED})


@dataclass(frozen=True, slots=True)
class Test:
    """One comparison.

    Attributes:
        question: Code of the question, or `SELF_REFERENCE`.
        value: What it is compared with: a text, a number as written, or a date.
        upto: The greater end of ``between``.
    """

    __test__ = False  # no test of pytest

    question: str
    operator: Operator
    value: str = ""
    upto: str = ""
    of: Of = Of.TEXT


@dataclass(frozen=True, slots=True)
class Condition:
    """Comparisons of which all or any must hold."""

    joiner: Joiner
    parts: tuple["Test | Condition", ...]


ALWAYS: Final = Condition(Joiner.ALL, ())

_SIGNS: Final = {
    Operator.IS: "=",
    Operator.IS_NOT: "!=",
    Operator.GREATER: ">",
    Operator.AT_LEAST: ">=",
    Operator.LESS: "<",
    Operator.AT_MOST: "<=",
}
_CALLS: Final = {
    Operator.ANSWERED: "{asked} != ''",
    Operator.NOT_ANSWERED: "{asked} = ''",
    Operator.SELECTED: "selected({asked}, {value})",
    Operator.NOT_SELECTED: "not(selected({asked}, {value}))",
    Operator.CONTAINS: "contains({asked}, {value})",
}
_WORDS: Final = {Joiner.ALL: " and ", Joiner.ANY: " or "}
_BY_SIGN: Final = {sign: operator for operator, sign in _SIGNS.items()}
_MIRRORED: Final = {"=": "=", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_QUOTED_OR_REFERENCE: Final = re.compile(
    r"\"[^\"]*\"|'[^']*'|“[^”]*”|‘[^’]*’|\$\{\s*(?P<name>[^\W\d][\w.\-]*)\s*\}|\$"
)
_MARKS: Final = (("'", "'‘’"), ('"', '"“”'))
_PIECES: Final = re.compile(r"['‘’]+|\$(?=\{)|[^'‘’$]+|\$")
_NUMBER: Final = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


# Writing -----------------------------------------------------------------------------------------


def write_condition(condition: Condition) -> str:
    """A condition as the formula of a form; empty when there is nothing to compare.

    Raises:
        ValueError: a number or date is none, or conditions are nested deeper than once.
    """
    plain = _simplified(condition, 0)
    texts = []
    for part in plain.parts:
        is_many = len(plain.parts) > 1
        if isinstance(part, Condition):
            texts.append(f"({write_condition(part)})")
        else:
            is_pair = part.operator is Operator.BETWEEN and plain.joiner is Joiner.ANY
            text = write_comparison(part)
            texts.append(f"({text})" if is_pair and is_many else text)
    return _WORDS[plain.joiner].join(texts)


def _simplified(condition: Condition, depth: int) -> Condition:
    """The same without brackets that change nothing."""
    if depth > 1:
        raise ValueError("nested twice")
    parts: list[Test | Condition] = []
    for part in condition.parts:
        inner = part if isinstance(part, Test) else _simplified(part, depth + 1)
        if isinstance(inner, Condition) and (
            len(inner.parts) <= 1 or inner.joiner is condition.joiner
        ):
            parts += inner.parts
        else:
            parts.append(inner)
    if len(parts) == 1 and isinstance(parts[0], Condition):
        return parts[0]
    return Condition(condition.joiner, tuple(parts))


def write_comparison(test: Test) -> str:
    """A comparison as a part of a formula.

    Raises:
        ValueError: a number or date is none.
    """
    name = test.question
    asked = SELF_REFERENCE if name == SELF_REFERENCE else f"${{{name}}}"
    if test.operator in _SIGNS:
        return f"{asked} {_SIGNS[test.operator]} {_value(test.of, test.value)}"
    if test.operator is Operator.BETWEEN:
        low, high = _value(test.of, test.value), _value(test.of, test.upto)
        return f"{asked} >= {low} and {asked} <= {high}"
    return _CALLS[test.operator].format(asked=asked, value=_text(test.value))


def _value(of: Of, value: str) -> str:
    match of:
        case Of.NUMBER:
            if _NUMBER.fullmatch(value) is None:
                raise ValueError(value)
            return value
        case Of.DATE:
            if _DATE.fullmatch(value) is None:
                raise ValueError(value)
            return f"date('{value}')"
        case _:
            return _text(value)


def _text(value: str) -> str:
    """A text as a literal, so that neither quotation marks nor ``${`` in it change the formula.

    Typographic quotation marks count as plain ones: pyxform makes them plain.
    """
    pieces = [piece for piece in _PIECES.findall(value) if piece] or [""]
    literals = [f'"{piece}"' if piece[0] in "'‘’" else f"'{piece}'" for piece in pieces if piece]
    if len(literals) > 1:
        whole = next((f"{q}{value}{q}" for q, signs in _MARKS if not set(signs) & set(value)), "")
        return whole if whole and "${" not in value else f"concat({', '.join(literals)})"
    return literals[0] if literals else "''"


# Reading -----------------------------------------------------------------------------------------


def read_condition(xpath: str) -> Condition | None:
    """A formula as a condition, None when it is more than a person can put together here."""
    if not xpath.strip():
        return ALWAYS
    plain = _with_variables(xpath)
    if plain is None:
        return None
    try:
        ast = parse(plain)
    except XPathError:
        return None
    found = _condition(ast, 0)
    if isinstance(found, Test):
        return Condition(Joiner.ALL, (found,))
    return found


def _with_variables(xpath: str) -> str | None:
    """The formula with ``$name`` for ``${name}``, None when that would change what it says."""
    is_strange = False

    def changed(match: re.Match[str]) -> str:
        nonlocal is_strange
        if match["name"] is None:
            is_strange = is_strange or match[0] == "$" or "${" in match[0]
            return match[0]
        return f" ${match['name']} "

    found = _QUOTED_OR_REFERENCE.sub(changed, xpath)
    return None if is_strange else found


def _condition(node: Expr, depth: int) -> Test | Condition | None:
    if not (isinstance(node, Binary) and node.operator in {"and", "or"}):
        return _test(node)
    joiner = Joiner.ALL if node.operator == "and" else Joiner.ANY
    parts: list[Test | Condition] = []
    for each in _operands(node, node.operator):
        part = _condition(each, depth + 1)
        if part is None:
            return None
        parts.append(part)
    folded = tuple(_folded(parts)) if joiner is Joiner.ALL else tuple(parts)
    if len(folded) == 1:
        return folded[0]
    return Condition(joiner, folded) if depth <= 1 else None


def _operands(node: Expr, operator: str) -> Iterator[Expr]:
    if isinstance(node, Binary) and node.operator == operator:
        yield from _operands(node.left, operator)
        yield from _operands(node.right, operator)
    else:
        yield node


def _folded(parts: list[Test | Condition]) -> Iterator[Test | Condition]:
    """From and up to, one after the other, are one comparison."""
    place = 0
    while place < len(parts):
        first = parts[place]
        second = parts[place + 1] if place + 1 < len(parts) else None
        if (
            isinstance(first, Test)
            and isinstance(second, Test)
            and (first.operator, second.operator) == (Operator.AT_LEAST, Operator.AT_MOST)
            and (first.question, first.of) == (second.question, second.of)
        ):
            yield Test(first.question, Operator.BETWEEN, first.value, second.value, first.of)
            place += 2
        else:
            yield first
            place += 1


def _test(node: Expr) -> Test | None:
    match node:
        case Call(name="not", arguments=(Call(name="selected") as inner,)):
            found = _test(inner)
            if found is None:
                return None
            return Test(found.question, Operator.NOT_SELECTED, found.value)
        case Call(name="selected" | "contains" as name, arguments=(asked, value)):
            question, text = _question(asked), _literal(value)
            if question is None or text is None:
                return None
            operator = Operator.SELECTED if name == "selected" else Operator.CONTAINS
            return Test(question, operator, text)
        case Binary(operator=sign, left=left, right=right) if sign in _BY_SIGN:
            if _question(left) is None:
                left, right, sign = right, left, _MIRRORED[sign]
            return _compared(left, sign, right)
        case _:
            return None


def _compared(left: Expr, sign: str, right: Expr) -> Test | None:
    question = _question(left)
    found = _read_value(right)
    if question is None or found is None:
        return None
    of, value = found
    if of is Of.TEXT and not value and sign in {"=", "!="}:
        return Test(question, Operator.NOT_ANSWERED if sign == "=" else Operator.ANSWERED)
    return Test(question, _BY_SIGN[sign], value, of=of)


def _question(node: Expr) -> str | None:
    match node:
        case Variable(name=name):
            return name
        case Path(steps=(step,), is_absolute=False, start=None) if step == SELF:
            return SELF_REFERENCE
        case _:
            return None


def _read_value(node: Expr) -> tuple[Of, str] | None:
    match node:
        case Number(text=text):
            return Of.NUMBER, text
        case Negate(operand=Number(text=text)):
            return Of.NUMBER, f"-{text}"
        case Call(name="date", arguments=(Literal(text=text),)) if _DATE.fullmatch(text):
            return Of.DATE, text
        case _:
            text_found = _literal(node)
            return None if text_found is None else (Of.TEXT, text_found)


def _literal(node: Expr) -> str | None:
    match node:
        case Literal(text=text):
            return text
        case Call(name="concat", arguments=arguments) if arguments:
            parts = [each.text for each in arguments if isinstance(each, Literal)]
            return "".join(parts) if len(parts) == len(arguments) else None
        case _:
            return None
