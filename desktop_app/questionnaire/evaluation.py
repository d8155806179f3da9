"""Compile an expression once, evaluate it as often as needed."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from desktop_app.questionnaire.rewriting import rewrite
from desktop_app.questionnaire.shape import Names, Read, Shape, joined
from desktop_app.questionnaire.signatures import Type
from desktop_app.questionnaire.values import number_text, text_of, truth_of
from desktop_app.questionnaire.xpath import parse
from desktop_app.questionnaire.xpath_ast import Call, Expr

if TYPE_CHECKING:
    from lxml.etree import XPath

_NAMESPACE = "urn:winback:functions"


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression of a form, understood and rewritten.

    Attributes:
        source: As it stands in the form.
        ast: Its parts.
        context: Path of the node it belongs to.
        xpath: What lxml evaluates.
        reads: What it reads.
        instances: Lists it reads.
        unknown: Paths it names that are nowhere in the form.
        gives: Type of the result.
        seed: When the nodes are shuffled: what lxml evaluates to the seed, or nothing.
    """

    source: str
    ast: Expr
    context: str
    xpath: str
    reads: frozenset[Read]
    instances: frozenset[str]
    unknown: tuple[str, ...]
    gives: Type
    seed: str | None = None


def compile_expression(source: str, context: Names, shape: Shape) -> Expression:
    """Understand an expression in its place.

    Raises:
        XPathError: it has a mistake.
    """
    ast = parse(source)
    found = rewrite(ast, context, shape)
    if isinstance(ast, Call) and ast.name == "randomize":
        return _shuffled(source, ast, context, shape)
    unknown = tuple(path for path, _at in found.unknown)
    return Expression(
        source, ast, joined(context), found.xpath, found.reads, found.instances, unknown,
        found.gives,
    )  # fmt: skip


def _shuffled(source: str, ast: Call, context: Names, shape: Shape) -> Expression:
    """Nodes and seed apart: libxml2 would put shuffled nodes back into their order."""
    nodes, *seeds = (rewrite(each, context, shape) for each in ast.arguments)
    reads, instances, unknown = nodes.reads, nodes.instances, nodes.unknown
    for seed in seeds:
        reads |= seed.reads
        instances |= seed.instances
        unknown += seed.unknown
    return Expression(
        source, ast, joined(context), nodes.xpath, reads, instances,
        tuple(path for path, _at in unknown), nodes.gives, seeds[0].xpath if seeds else "",
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _compiled(xpath: str) -> "XPath":
    from lxml.etree import XPath  # noqa: PLC0415  (not before the first questionnaire)

    from desktop_app.questionnaire.functions import FUNCTIONS  # noqa: PLC0415

    extensions = {(_NAMESPACE, name): function for name, function in FUNCTIONS.items()}
    return XPath(xpath, namespaces={"f": _NAMESPACE}, extensions=extensions, smart_strings=False)


def evaluate(expression: Expression, node: Any) -> Any:
    """The value of an expression at a node: nodes, text, number or truth."""
    found = _compiled(expression.xpath)(node, c=node)
    if expression.seed is None:
        return found
    from desktop_app.questionnaire.functions_nodes import shuffled  # noqa: PLC0415

    seed = _compiled(expression.seed)(node, c=node) if expression.seed else None
    return shuffled(found, seed)


def evaluate_truth(expression: Expression, node: Any) -> bool:
    """The value as a condition."""
    value = evaluate(expression, node)
    return value if isinstance(value, bool) else truth_of(value)


def evaluate_text(expression: Expression, node: Any) -> str:
    """The value as the text of an answer; a number that is none, or endless, is an empty answer."""
    value = evaluate(expression, node)
    if isinstance(value, float):
        return number_text(value) if math.isfinite(value) else ""
    return text_of(value)
