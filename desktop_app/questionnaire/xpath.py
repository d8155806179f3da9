"""Parser of the XPath 1.0 that ODK forms use, with the position of every mistake."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.xpath_ast import (
    DEEP,
    NEGATION,
    OPERATORS,
    PARENT,
    SELF,
    Binary,
    Call,
    Expr,
    Filter,
    Literal,
    Negate,
    Number,
    Path,
    Step,
    Variable,
)

MAX_LENGTH: Final = 100_000
MAX_DEPTH: Final = 100
_NAME: Final = r"[^\W\d][\w.\-]*"
_TOKEN: Final = re.compile(
    rf"""\s*(?:
    (?P<number>\d+(?:\.\d*)?|\.\d+)
  | (?P<literal>"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’)
  | (?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)
  | (?P<variable>\${_NAME})
  | (?P<symbol>::|//|\.\.|<=|>=|!=|[()\[\].,@/|+\-=<>*])
  | (?P<end>$)
    )""",
    re.VERBOSE,
)
_WORDS: Final = frozenset({"and", "or", "div", "mod"})
_NODE_TYPES: Final = frozenset({"node", "text", "comment", "processing-instruction"})
_AXES: Final = frozenset(
    {
        "ancestor", "ancestor-or-self", "attribute", "child", "descendant", "descendant-or-self",
        "following", "following-sibling", "parent", "preceding", "preceding-sibling", "self",
    }
)  # fmt: skip
_BEFORE_OPERAND: Final = frozenset({"@", "::", "(", "[", ",", "/", "//"}) | frozenset(OPERATORS)

_UNEXPECTED: Final = N_("“{found}” is not expected here.")
_ENDS: Final = N_("The formula ends too early: something is missing after “{before}”.")
_UNKNOWN_SIGN: Final = N_("The sign “{found}” has no meaning in a formula.")
_OPEN_TEXT: Final = N_("A quotation mark that opens here is never closed.")
_NO_BRACKET: Final = N_("“{bracket}” is missing here.")
_NO_AXIS: Final = N_("There is no direction “{found}”.")
_TOO_LONG: Final = N_("The formula is too long or too deeply nested.")
_EMPTY: Final = N_("The formula is empty.")


class XPathError(ValueError):
    """An expression cannot be understood.

    Attributes:
        message: Translated sentence.
        at: Position of the mistake in the expression, from 0.
    """

    def __init__(self, message: str, at: int) -> None:
        super().__init__(message)
        self.message = message
        self.at = at


class _Token(NamedTuple):
    kind: str
    text: str
    at: int


def _tokens(source: str) -> list[_Token]:
    found: list[_Token] = []
    place = 0
    while True:
        match = _TOKEN.match(source, place)
        if match is None:
            at = place + len(source[place:]) - len(source[place:].lstrip())
            sign = source[at]
            sentence = _OPEN_TEXT if sign in "\"'“‘" else _UNKNOWN_SIGN
            raise XPathError(_(sentence).format(found=sign), at)
        kind = str(match.lastgroup)
        text = match.group(kind)
        at = match.start(kind)
        before = found[-1] if found else None
        if kind == "name" and text in _WORDS and _is_operand_before(before):
            kind = "symbol"
        elif text == "*" and not _is_operand_before(before):
            kind = "name"
        found.append(_Token(kind, text, at))
        if kind == "end":
            return found
        place = match.end()


def _is_operand_before(token: _Token | None) -> bool:
    """Whether a word or a star after this token is an operator (XPath 1.0, 3.7)."""
    return token is not None and not (token.kind == "symbol" and token.text in _BEFORE_OPERAND)


@dataclass(slots=True)
class _Parser:
    tokens: list[_Token]
    place: int = 0
    depth: int = 0

    @property
    def next(self) -> _Token:
        return self.tokens[self.place]

    def take(self) -> _Token:
        token = self.tokens[self.place]
        self.place += 1
        return token

    def sees(self, *texts: str) -> bool:
        token = self.next
        return token.kind == "symbol" and token.text in texts

    def expect(self, text: str) -> None:
        if not self.sees(text):
            if self.next.kind == "end":
                raise XPathError(_(_NO_BRACKET).format(bracket=text), self.next.at)
            raise self.unexpected()
        self.take()

    def unexpected(self) -> XPathError:
        token = self.next
        if token.kind == "end":
            before = self.tokens[self.place - 1].text if self.place else ""
            sentence = _(_ENDS).format(before=before) if before else _(_EMPTY)
            return XPathError(sentence, token.at)
        return XPathError(_(_UNEXPECTED).format(found=token.text), token.at)

    def expression(self, binding: int = 0) -> Expr:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise XPathError(_(_TOO_LONG), self.next.at)
        left = self.negation() if self.sees("-") else self.operand()
        while self.next.kind == "symbol":
            token = self.next
            own = OPERATORS.get(token.text, 0)
            if own == 0 or own < binding:
                break
            self.take()
            left = Binary(token.text, left, self.expression(own + 1), token.at)
        self.depth -= 1
        return left

    def negation(self) -> Expr:
        token = self.take()
        return Negate(self.expression(NEGATION), token.at)

    def operand(self) -> Expr:
        token = self.next
        start: Expr
        match token.kind:
            case "number":
                self.take()
                start = Number(token.text, token.at)
            case "literal":
                self.take()
                start = Literal(token.text[1:-1], token.at)
            case "variable":
                self.take()
                start = Variable(token.text[1:], token.at)
            case "name" if self._is_call():
                start = self.call()
            case "symbol" if token.text == "(":
                self.take()
                start = self.expression()
                self.expect(")")
            case _:
                return self.path()
        predicates = self.predicates()
        if predicates:
            start = Filter(start, predicates, token.at)
        if self.sees("/", "//"):
            return Path(self.more_steps(()), start=start, at=token.at)
        return start

    def _is_call(self) -> bool:
        after = self.tokens[self.place + 1]
        return after == ("symbol", "(", after.at) and self.next.text not in _NODE_TYPES

    def call(self) -> Call:
        name = self.take()
        self.expect("(")
        arguments: list[Expr] = []
        if not self.sees(")"):
            arguments.append(self.expression())
            while self.sees(","):
                self.take()
                arguments.append(self.expression())
        self.expect(")")
        return Call(name.text, tuple(arguments), name.at)

    def path(self) -> Path:
        at = self.next.at
        if self.sees("/"):
            self.take()
            if not self._begins_step():
                return Path((), is_absolute=True, at=at)
            return Path(self.more_steps((self.step(),)), is_absolute=True, at=at)
        if self.sees("//"):
            self.take()
            return Path(self.more_steps((DEEP, self.step())), is_absolute=True, at=at)
        return Path(self.more_steps((self.step(),)), at=at)

    def _begins_step(self) -> bool:
        return self.next.kind == "name" or self.sees(".", "..", "@")

    def more_steps(self, steps: tuple[Step, ...]) -> tuple[Step, ...]:
        found = list(steps)
        while self.sees("/", "//"):
            if self.take().text == "//":
                found.append(DEEP)
            found.append(self.step())
        return tuple(found)

    def step(self) -> Step:
        token = self.next
        if token.kind == "symbol" and token.text in {".", ".."}:
            self.take()
            plain = SELF if token.text == "." else PARENT
            return Step(plain.axis, plain.test, self.predicates())
        axis = "child"
        if self.sees("@"):
            self.take()
            axis = "attribute"
        elif token.kind == "name" and self.tokens[self.place + 1].text == "::":
            if token.text not in _AXES:
                raise XPathError(_(_NO_AXIS).format(found=token.text), token.at)
            axis = token.text
            self.take()
            self.take()
        if self.next.kind != "name":
            raise self.unexpected()
        test = self.take().text
        if self.sees("(") and test in _NODE_TYPES:
            self.take()
            self.expect(")")
            test += "()"
        return Step(axis, test, self.predicates())

    def predicates(self) -> tuple[Expr, ...]:
        found: list[Expr] = []
        while self.sees("["):
            self.take()
            found.append(self.expression())
            self.expect("]")
        return tuple(found)


@lru_cache(maxsize=4096)
def parse(source: str) -> Expr:
    """Understand an expression.

    Raises:
        XPathError: it has a mistake; says where.
    """
    if len(source) > MAX_LENGTH:
        raise XPathError(_(_TOO_LONG), 0)
    parser = _Parser(_tokens(source))
    found = parser.expression()
    if parser.next.kind != "end":
        raise parser.unexpected()
    return found
