"""From the expression of a form to one that lxml evaluates, and what the expression reads.

A filling is one document: ``<w>`` holds the answers and, in ``<i id="...">``, each list. ``$c`` is
the node the expression belongs to. Rewriting makes three things explicit that ODK implies:

- numbers: operands of comparisons and sums are made numbers, dates count as days;
- the repeat: an absolute path means the instance of the repeat that ``$c`` stands in;
- texts as conditions: an empty answer is false.
"""

from dataclasses import dataclass, field, replace
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.shape import Names, Read, Shape, joined, local
from desktop_app.questionnaire.signatures import FUNCTIONS, RELATIONS, SUMS, Type, type_of
from desktop_app.questionnaire.xpath import XPathError
from desktop_app.questionnaire.xpath_ast import (
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
    quoted,
)

ROOT: Final = "/w"
_UNKNOWN_FUNCTION: Final = N_("There is no function “{name}”.")
_ARGUMENTS: Final = N_("The function “{name}” is called with {count} values; it takes {takes}.")
_NO_VARIABLE: Final = N_("A name after $ has no meaning here; write ${{{name}}}.")
_NO_PATH: Final = N_("The function “{name}” needs a question as value {place}.")


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An expression ready for lxml.

    Attributes:
        xpath: What lxml evaluates, with ``$c``.
        reads: What it reads.
        instances: Lists it reads.
        unknown: Paths that are nowhere in the form, with their position.
        gives: Type of the result.
    """

    xpath: str
    reads: frozenset[Read]
    instances: frozenset[str]
    unknown: tuple[tuple[str, int], ...]
    gives: Type


@dataclass(frozen=True, slots=True)
class _Scope:
    """Where relative paths begin: names of the definition, None in a list."""

    names: Names | None
    shared: int
    is_top: bool = False


@dataclass(slots=True)
class _Rewriter:
    shape: Shape
    context: Names
    reads: set[Read] = field(default_factory=set)
    instances: set[str] = field(default_factory=set)
    unknown: list[tuple[str, int]] = field(default_factory=list)

    @property
    def top(self) -> _Scope:
        return _Scope(self.context, len(self.context), is_top=True)

    # Expressions ---------------------------------------------------------------------------------

    def emit(self, node: Expr, scope: _Scope) -> str:  # noqa: PLR0911  (one case a kind)
        match node:
            case Number(text=text):
                return text
            case Literal(text=text):
                return quoted(text)
            case Variable(name=name, at=at):
                raise XPathError(_(_NO_VARIABLE).format(name=name), at)
            case Negate(operand=operand):
                return f"-{self.number(operand, scope)}"
            case Binary():
                return self.binary(node, scope)
            case Call():
                return self.call(node, scope)
            case Filter(operand=operand, predicates=predicates):
                inner = self.emit(operand, scope)
                return f"({inner})" + self.conditions(predicates, _Scope(None, 0))
            case Path():
                return self.path(node, scope)

    def number(self, node: Expr, scope: _Scope) -> str:
        text = self.emit(node, scope)
        if isinstance(node, (Number, Call)) and type_of(node) == "number":
            return text
        return f"({text})" if type_of(node) == "number" else f"f:num({text})"

    def truth(self, node: Expr, scope: _Scope) -> str:
        text = self.emit(node, scope)
        return f"({text})" if type_of(node) == "boolean" else f"f:bool({text})"

    def binary(self, node: Binary, scope: _Scope) -> str:
        operator, left, right = node.operator, node.left, node.right
        if operator in {"and", "or"}:
            make = self.truth
        elif operator in RELATIONS or operator in SUMS:
            make = self.number
        elif operator == "|":
            make = self.emit
        else:
            types = {type_of(left), type_of(right)}
            if "boolean" in types:
                make = self.truth
            elif "number" in types:
                make = self.number
            else:
                make = self.emit
        return f"({make(left, scope)} {operator} {make(right, scope)})"

    # Functions -----------------------------------------------------------------------------------

    def call(self, node: Call, scope: _Scope) -> str:  # noqa: C901, PLR0911  (one case a kind)
        signature = FUNCTIONS.get(node.name)
        if signature is None:
            raise XPathError(_(_UNKNOWN_FUNCTION).format(name=node.name), node.at)
        count = len(node.arguments)
        if not signature.least <= count <= signature.most:
            raise XPathError(_arguments(node.name, count), node.at)
        match node.name:
            case "not":
                return f"not({self.truth(node.arguments[0], scope)})"
            case "boolean":
                return self.truth(node.arguments[0], scope)
            case "current":
                return "$c"
            case "instance":
                return self.instance(node, scope)
            case "indexed-repeat":
                return self.indexed(node, scope)
            case "once":
                return f"f:once({self.emit(node.arguments[0], scope)}, string($c))"
            case "jr:choice-name":
                return self.choice_name(node, scope)
            case "position" if count == 1:
                return self.position(node, scope)
            case "position" | "last":
                return f"{node.name}()"
            case "if":
                condition, *rest = node.arguments
                parts = [self.truth(condition, scope), *(self.emit(one, scope) for one in rest)]
                return f"f:if({', '.join(parts)})"
        arguments = ", ".join(self.emit(each, scope) for each in node.arguments)
        prefix = "" if signature.is_core else "f:"
        return f"{prefix}{node.name.removeprefix('jr:')}({arguments})"

    def instance(self, node: Call, scope: _Scope) -> str:
        (which,) = node.arguments
        if not isinstance(which, Literal):
            self.instances.update(self.shape.instances)
            return f"{ROOT}/i[@id=string({self.emit(which, scope)})]"
        self.instances.add(which.text)
        return f"{ROOT}/i[@id={quoted(which.text)}]"

    def position(self, node: Call, scope: _Scope) -> str:
        before = set(self.reads)
        text = self.emit(node.arguments[0], scope)
        for read in self.reads - before:
            depth = read.path.count("/")
            self.reads.add(replace(read, shared=min(read.shared, depth - 1)))
        return f"f:position({text})"

    def choice_name(self, node: Call, scope: _Scope) -> str:
        value, question = node.arguments
        text = self.emit(value, scope)
        if isinstance(question, Literal):
            from desktop_app.questionnaire.xpath import parse  # noqa: PLC0415  (it does not know us)

            question = parse(question.text)
        names = self.resolve(question, scope) if isinstance(question, Path) else None
        if names is None:
            raise XPathError(_(_NO_PATH).format(name=node.name, place=2), node.at)
        return f"f:choice-name({text}, {quoted(joined(names))})"

    def resolve(self, path: Path, scope: _Scope) -> Names | None:
        names: list[str] = [] if path.is_absolute else list(scope.names or ())
        for step in path.steps:
            match step.axis:
                case "child":
                    names.append(local(step.test))
                case "parent" if names:
                    names.pop()
                case "self":
                    continue
                case _:
                    return None
        return tuple(names)

    def indexed(self, node: Call, scope: _Scope) -> str:
        """`indexed-repeat(node, repeat, index, ...)` as a path with positions."""
        target, *rest = node.arguments
        if not isinstance(target, Path) or len(rest) % 2:
            raise XPathError(_(_NO_PATH).format(name=node.name, place=1), node.at)
        names = self.resolve(target, scope)
        places: dict[int, str] = {}
        for repeat, index in zip(rest[::2], rest[1::2], strict=True):
            found = self.resolve(repeat, scope) if isinstance(repeat, Path) else None
            if found is None or names is None or names[: len(found)] != found:
                raise XPathError(_(_NO_PATH).format(name=node.name, place=2), node.at)
            places[len(found)] = f"[position()={self.number(index, self.top)}]"
        assert names is not None  # noqa: S101  (there is at least one repeat)
        first = min(places)
        outer = self.shared_repeat(names, first - 1)
        self.note(names, outer, node.at)
        steps = [
            name + places.get(place, "") for place, name in enumerate(names, 1) if place > outer
        ]
        return self.anchor(outer) + "/" + "/".join(steps)

    # Paths ---------------------------------------------------------------------------------------

    def shared_repeat(self, names: Names, most: int) -> int:
        """Length of the deepest repeat that the path and the context have in common."""
        for length in range(min(most, len(self.context)), 0, -1):
            if names[:length] == self.context[:length] and names[:length] in self.shape.repeats:
                return length
        return 0

    def anchor(self, shared: int) -> str:
        """The node of the context's own chain at a depth."""
        return "$c" + "/.." * (len(self.context) - shared) if shared else ROOT

    def note(self, names: Names, shared: int, at: int, *, is_deep: bool = False) -> None:
        if names and names not in self.shape.paths:
            self.unknown.append((joined(names), at))
        self.reads.add(Read(joined(names), shared, is_deep))

    def path(self, path: Path, scope: _Scope) -> str:
        names: list[str] | None
        if path.start is not None:
            begin = self.emit(path.start, scope)
            is_current = isinstance(path.start, Call) and path.start.name == "current"
            names = list(self.context) if is_current else None
            shared = len(self.context) if is_current else 0
            return self.steps(path, path.steps, begin, names, shared)
        if not path.is_absolute:
            names = None if scope.names is None else list(scope.names)
            return self.steps(path, path.steps, "$c" if scope.is_top else "", names, scope.shared)
        plain = 0
        while plain < len(path.steps) and _is_plain(path.steps[plain]):
            plain += 1
        full = tuple(local(step.test) for step in path.steps[:plain])
        ends_here = plain == len(path.steps) or bool(path.steps[plain].predicates)
        shared = self.shared_repeat(full, plain - 1 if ends_here else plain)
        if not shared and path.steps and path.steps[0].axis != "child":
            return self.steps(path, path.steps, f"{ROOT}/*[1]", [], 0)
        begin = self.anchor(shared)
        return self.steps(path, path.steps[shared:], begin, list(full[:shared]), shared)

    def steps(
        self, path: Path, steps: tuple[Step, ...], begin: str, names: list[str] | None, shared: int
    ) -> str:
        """Write the steps after ``begin``, following where in the definition they lead."""
        written = [begin] if begin else []
        is_deep = False
        for step in steps:
            if names is not None and not is_deep:
                match step.axis:
                    case "child" if step.test != "*" and not step.test.endswith(")"):
                        names.append(local(step.test))
                    case "parent" if names:
                        names.pop()
                        shared = min(shared, len(names))
                    case "self" | "attribute":
                        pass
                    case "child" | "descendant" | "descendant-or-self":
                        is_deep = True
                    case _:  # siblings and ancestors: everything below the root of the form
                        names, shared, is_deep = list(self.context[:1]), 0, True
            where = None if names is None or is_deep else tuple(names)
            inner = _Scope(where, min(shared, max(len(where or ()) - 1, 0)))
            written.append(_step(step) + self.conditions(step.predicates, inner))
        if names is not None:
            self.note(tuple(names), shared, path.at, is_deep=is_deep)
        return "/".join(written) or "."

    def conditions(self, predicates: tuple[Expr, ...], scope: _Scope) -> str:
        found = []
        for each in predicates:
            if type_of(each) in {"nodes", "string", "any"}:
                found.append(f"[{self.truth(each, scope)}]")
            else:
                found.append(f"[{self.emit(each, scope)}]")
        return "".join(found)


def _is_plain(step: Step) -> bool:
    return step.axis == "child" and not step.predicates and step.test[-1] not in "*)"


def _step(step: Step) -> str:
    if step.axis == "child":
        return local(step.test)
    if step.axis == "attribute":
        return f"@{local(step.test)}"
    plain = {"self": ".", "parent": ".."}.get(step.axis)
    if plain is not None and step.test == "node()" and not step.predicates:
        return plain
    return f"{step.axis}::{local(step.test)}"


def _arguments(name: str, count: int) -> str:
    signature = FUNCTIONS[name]
    takes = str(signature.least)
    if signature.most > FUNCTIONS["indexed-repeat"].most:
        takes = _("{least} or more").format(least=signature.least)
    elif signature.most > signature.least:
        takes = f"{signature.least}–{signature.most}"
    return _(_ARGUMENTS).format(name=name, count=count, takes=takes)


def rewrite(node: Expr, context: Names, shape: Shape) -> Rewritten:
    """Prepare an expression for evaluation.

    Args:
        node: The expression.
        context: Node of the definition that it belongs to.
        shape: Nodes, repeats and lists of the form.

    Raises:
        XPathError: it calls a function that does not exist, or calls one wrongly.
    """
    rewriter = _Rewriter(shape, context)
    text = rewriter.emit(node, rewriter.top)
    return Rewritten(
        text,
        frozenset(rewriter.reads),
        frozenset(rewriter.instances),
        tuple(rewriter.unknown),
        type_of(node),
    )
