"""Values to try for one question: out of its constraint, its choices, or by chance."""

import math
from collections.abc import Iterator
from itertools import combinations, islice, permutations
from random import Random
from typing import Any, Final

from desktop_app import clock
from desktop_app.questionnaire.checks import is_of_type, range_of
from desktop_app.questionnaire.evaluation import (
    Expression,
    compile_expression,
    evaluate,
    evaluate_truth,
)
from desktop_app.questionnaire.filling import Filling
from desktop_app.questionnaire.form import FILES, SELECTS, Kind, Question, names_of
from desktop_app.questionnaire.shapes import text_like
from desktop_app.questionnaire.surroundings import within
from desktop_app.questionnaire.values import EPOCH, date_of, number_of, number_text
from desktop_app.questionnaire.xpath_ast import (
    PARENT,
    SELF,
    Binary,
    Call,
    Expr,
    Literal,
    Path,
    unparse,
    walk,
)

MOST_TRIED: Final = 200
_RELATIONS: Final = frozenset({"=", "!=", "<", "<=", ">", ">="})
_WORDS: Final = ("南京路店", "客服热线", "Paper 80 g", "price", "delivery late", "服务窗口", "abc")
_ENDINGS: Final = {Kind.IMAGE: "jpg", Kind.AUDIO: "m4a", Kind.VIDEO: "mp4", Kind.FILE: "pdf"}


def random_answer(filling: Filling, address: str, rng: Random) -> str | None:
    """A value that the question's type, choices and constraint accept; None when none was found."""
    question = filling.question(address)
    tried = set[str]()
    for value in _candidates(filling, question, address, rng):
        if value in tried:
            continue
        tried.add(value)
        if accepts(filling, address, value):
            return value
    return None


def breaking_answer(filling: Filling, address: str, rng: Random) -> str | None:
    """A value of the right type that the constraint refuses; None when none was found."""
    question = filling.question(address)
    if question.bind.constraint is None:
        return None
    for value in (*_candidates(filling, question, address, rng), *_extremes(question)):
        if value and is_of_type(question, value) and not accepts(filling, address, value):
            return value
    return None


def accepts(filling: Filling, address: str, value: str) -> bool:
    """Whether a value would keep the type and the constraint of a question."""
    question = filling.question(address)
    if not is_of_type(question, value):
        return False
    constraint = question.bind.constraint
    if constraint is None:
        return True
    with trying(filling, address, value) as node, within(filling):
        return evaluate_truth(constraint, node)


class trying:  # noqa: N801  (used like a function)
    """Have a value in the tree for a moment, without telling anyone."""

    def __init__(self, filling: Filling, address: str, value: str) -> None:
        self.node = filling.state(address).node
        self.value, self.before = value, self.node.text

    def __enter__(self) -> Any:
        self.node.text = self.value
        return self.node

    def __exit__(self, *exc_info: object) -> None:
        self.node.text = self.before


# Candidates --------------------------------------------------------------------------------------


def _candidates(filling: Filling, question: Question, address: str, rng: Random) -> Iterator[str]:
    constraint = question.bind.constraint
    if question.kind in SELECTS:
        yield from _chosen(filling, question, address, rng)
        return
    if question.kind in FILES:
        yield f"{question.name}-{rng.randint(1, 999)}.{_ENDINGS[question.kind]}"
        return
    match question.kind:
        case Kind.ACKNOWLEDGE:
            yield "OK"
        case Kind.INTEGER | Kind.DECIMAL:
            yield from _numbers(filling, question, address, rng)
        case Kind.RANGE:
            start, end, step = range_of(question)
            steps = int(abs(end - start) / abs(step)) if step else 0
            sign = 1 if end >= start else -1
            places = rng.sample(range(steps + 1), min(steps + 1, 20))
            yield from (number_text(start + sign * abs(step) * place) for place in places)
        case Kind.DATE | Kind.DATETIME:
            yield from _days(filling, question, address, rng)
        case Kind.TIME:
            yield from (f"{rng.randint(0, 23):02}:{rng.randint(0, 59):02}:00" for _n in range(20))
        case Kind.GEOPOINT:
            yield from (_point(rng) for _n in range(5))
        case Kind.GEOTRACE | Kind.GEOSHAPE:
            points = [_point(rng) for _n in range(4)]
            yield "; ".join([*points, points[0]] if question.kind is Kind.GEOSHAPE else points)
        case _:
            yield from _texts(filling, constraint, address, rng)


def _point(rng: Random) -> str:
    return f"{rng.uniform(30, 32):.5f} {rng.uniform(120, 122):.5f} 0 0"


def _chosen(filling: Filling, question: Question, address: str, rng: Random) -> Iterator[str]:
    offered = [choice.value for choice in filling.choices(address)]
    if not offered:
        return
    if question.kind is Kind.RANK:
        orders = islice(permutations(rng.sample(offered, len(offered))), MOST_TRIED)
        yield from (" ".join(order) for order in orders)
        yield from (" ".join(rng.sample(offered, len(offered))) for _n in range(MOST_TRIED))
        return
    if question.kind is Kind.SELECT_MULTIPLE:
        for _n in range(20):
            size = rng.randint(1, min(len(offered), 4))
            picked = set(rng.sample(offered, size))
            yield " ".join(value for value in offered if value in picked)
        for size in (2, 3):
            pairs = islice(combinations(offered, size), MOST_TRIED)
            yield from (" ".join(pair) for pair in pairs)
        yield " ".join(offered)
    yield from rng.sample(offered, min(len(offered), 200))


def _numbers(filling: Filling, question: Question, address: str, rng: Random) -> Iterator[str]:
    whole = question.kind is Kind.INTEGER
    found = _limits(filling, question.bind.constraint, address)
    solved = solutions(filling, question.bind.constraint, address)
    inside = [rng.uniform(a, b) for a in found for b in found if a < b][:20]
    small = [float(rng.randint(0, 9)) for _n in range(5)]
    rng.shuffle(inside)
    everything = [*small[:2], *inside, *solved, *small]
    for limit in found:
        everything += [limit - 1, limit, limit + 1, limit + 0.5, limit * 2]
    everything += [float(rng.randint(10, 1000)), 0.0, -1.0]
    for value in everything:
        if not math.isfinite(value) or abs(value) > 1e15:  # noqa: PLR2004  (digits get lost)
            continue
        if whole:
            yield from (str(math.floor(value)), str(math.ceil(value)))
        else:
            yield number_text(round(value, 2))
            yield number_text(value)


def _days(filling: Filling, question: Question, address: str, rng: Random) -> Iterator[str]:
    ending = "T10:00:00.000+08:00" if question.kind is Kind.DATETIME else ""
    today = float((clock.today() - EPOCH).days)
    limits = _limits(filling, question.bind.constraint, address)
    everything = [today - rng.randint(0, 60), today, today + rng.randint(0, 60)]
    for limit in limits:
        everything += [limit, limit - 1, limit + 1, limit - 30, limit + 30]
    for value in everything:
        day = date_of(value)
        if day is not None:
            yield day.isoformat() + ending


def _texts(
    filling: Filling, constraint: Expression | None, address: str, rng: Random
) -> Iterator[str]:
    if constraint is None:
        yield rng.choice(_WORDS)
        return
    shapes = [
        node.arguments[1].text
        for node in walk(constraint.ast)
        if isinstance(node, Call)
        and node.name == "regex"
        and isinstance(node.arguments[1], Literal)
    ]
    for _n in range(10):
        for shape in shapes:
            made = text_like(shape, rng)
            if made is not None:
                yield made
    yield from _WORDS
    literals = [node.text for node in walk(constraint.ast) if isinstance(node, Literal)]
    yield from literals
    for limit in _limits(filling, constraint, address):
        yield from (number_text(limit + step) for step in (0, 1, -1))
        if 0 <= limit <= 2000:  # noqa: PLR2004  (may be a length)
            for size in (int(limit), int(limit) + 1, max(int(limit) - 1, 0)):
                yield from ("a" * size, "1" * size)
    yield "1"


def _extremes(question: Question) -> Iterator[str]:
    match question.kind:
        case Kind.INTEGER | Kind.DECIMAL:
            yield from ("-999999", "999999999", "0", "-1")
        case Kind.DATE:
            yield from ("1900-01-01", "2999-12-31")
        case Kind.DATETIME:
            yield from ("1900-01-01T00:00:00.000+08:00", "2999-12-31T00:00:00.000+08:00")
        case Kind.TEXT | Kind.BARCODE:
            yield from ("¤", "x" * 300, "a b c", "0")


def _limits(filling: Filling, constraint: Expression | None, address: str) -> list[float]:
    """Numbers that the constraint compares with, as they are now."""
    if constraint is None:
        return []
    found: dict[float, None] = {}
    node = filling.state(address).node
    for each in walk(constraint.ast):
        if isinstance(each, Binary) and each.operator in _RELATIONS:
            for side in (each.left, each.right):
                value = _value(filling, side, node)
                if value is not None and math.isfinite(value):
                    found[value] = None
    return sorted(found)


def solutions(
    filling: Filling, constraint: Expression | None, address: str, *, of: str = ""
) -> list[float]:
    """Answers that make both sides of a comparison equal, as if both were straight lines.

    Args:
        filling: The interview.
        constraint: The comparisons.
        address: The question whose constraint it is.
        of: Another question whose answer is looked for.
    """
    if constraint is None:
        return []
    found: list[float] = []
    for each in walk(constraint.ast):
        if not isinstance(each, Binary) or each.operator not in _RELATIONS:
            continue
        gaps: list[float] = []
        for trial in ("0", "1"):
            node = filling.state(address).node
            with trying(filling, of or address, trial):
                left, right = (_value(filling, side, node) for side in (each.left, each.right))
            gaps.append(math.nan if left is None or right is None else left - right)
        slope = gaps[1] - gaps[0]
        if slope and math.isfinite(slope):
            found.append(-gaps[0] / slope)
    return found


def _value(filling: Filling, side: Expr, node: Any) -> float | None:
    """A side of a comparison as a number; None when it reads its own place in a list."""
    match side:
        case Path(steps=steps, is_absolute=False, start=None) if steps[0] not in {SELF, PARENT}:
            return None
    names = names_of(filling.states[node].path)
    with within(filling):
        found = evaluate(compile_expression(unparse(side), names, filling.form.shape), node)
        return number_of(found)
