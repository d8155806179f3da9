"""The parts of an XPath expression, and how they are written down again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

OPERATORS: Final = {
    "or": 1,
    "and": 2,
    "=": 3,
    "!=": 3,
    "<": 4,
    "<=": 4,
    ">": 4,
    ">=": 4,
    "+": 5,
    "-": 5,
    "*": 6,
    "div": 6,
    "mod": 6,
    "|": 8,
}
"""How tightly each operator binds; the minus sign before an operand stands between."""
NEGATION: Final = 7
_OPERAND: Final = 9


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was written, e.g. ``18.39``."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in quotation marks."""

    text: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """``$name``."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments."""

    name: str
    arguments: tuple["Expr", ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what stands between them."""

    operator: str
    left: "Expr"
    right: "Expr"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Negate:
    """A minus sign before an operand."""

    operand: "Expr"
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: axis, what is looked for, conditions."""

    axis: str
    test: str
    predicates: tuple["Expr", ...] = ()


SELF: Final = Step("self", "node()")
PARENT: Final = Step("parent", "node()")
DEEP: Final = Step("descendant-or-self", "node()")


@dataclass(frozen=True, slots=True)
class Path:
    """A path. ``start`` is an expression it begins with; else it is absolute or relative."""

    steps: tuple[Step, ...]
    is_absolute: bool = False
    start: "Expr | None" = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Filter:
    """An expression with conditions, e.g. ``(a | b)[1]``."""

    operand: "Expr"
    predicates: tuple["Expr", ...]
    at: int = field(default=0, compare=False)


Expr = Number | Literal | Variable | Call | Binary | Negate | Path | Filter


def quoted(text: str) -> str:
    """A text as an XPath literal; one with both quotation marks is put together."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    parts = [f"'{part}'" for part in text.split("'")]
    return "concat(" + ', "\'", '.join(parts) + ")"


def children(node: Expr) -> Iterator[Expr]:
    """The expressions directly inside an expression, conditions of steps included."""
    match node:
        case Call(arguments=arguments):
            yield from arguments
        case Binary(left=left, right=right):
            yield left
            yield right
        case Negate(operand=operand):
            yield operand
        case Filter(operand=operand, predicates=predicates):
            yield operand
            yield from predicates
        case Path(steps=steps, start=start):
            if start is not None:
                yield start
            for step in steps:
                yield from step.predicates
        case _:
            return


def walk(node: Expr) -> Iterator[Expr]:
    """An expression and everything inside it."""
    yield node
    for child in children(node):
        yield from walk(child)


def unparse(node: Expr) -> str:
    """Write an expression down; parsing it gives the same expression."""
    return _written(node, 0)


def _written(node: Expr, binding: int) -> str:  # noqa: PLR0911  (one case a kind)
    match node:
        case Number(text=text):
            return text
        case Literal(text=text):
            return quoted(text)
        case Variable(name=name):
            return f"${name}"
        case Call(name=name, arguments=arguments):
            return f"{name}({', '.join(unparse(each) for each in arguments)})"
        case Binary(operator=operator, left=left, right=right):
            own = OPERATORS[operator]
            text = f"{_written(left, own)} {operator} {_written(right, own + 1)}"
        case Negate(operand=operand):
            own = NEGATION
            text = f"-{_written(operand, own)}"
        case Filter(operand=operand, predicates=predicates):
            inner = _written(operand, _OPERAND)
            if isinstance(operand, (Path, Filter, Number)):
                inner = f"({inner})"
            return inner + _conditions(predicates)
        case Path(steps=steps):
            text = _path(node)
            return text if steps or binding == 0 else f"({text})"  # "/ * 2" would be a path
    return f"({text})" if own < binding else text


def _path(path: Path) -> str:
    steps = "/".join(step_text(each) for each in path.steps)
    if path.start is not None:
        start = _written(path.start, _OPERAND)
        if isinstance(path.start, (Path, Number)):
            start = f"({start})"
        return f"{start}/{steps}"
    return f"/{steps}" if path.is_absolute else steps


def step_text(step: Step) -> str:
    """One step, abbreviated where XPath can."""
    if step == SELF:
        return "."
    if step == PARENT:
        return ".."
    prefix = {"child": "", "attribute": "@"}.get(step.axis, f"{step.axis}::")
    return prefix + step.test + _conditions(step.predicates)


def _conditions(predicates: tuple[Expr, ...]) -> str:
    return "".join(f"[{unparse(each)}]" for each in predicates)
