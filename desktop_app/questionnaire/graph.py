"""What must be calculated again when something changes, and in which order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from desktop_app.i18n import N_, _
from desktop_app.questionnaire.evaluation import Expression
from desktop_app.questionnaire.form import Form, FormProblem, Output, Question, Text, names_of

MOVERS: Final = frozenset({"relevant", "calculate", "count"})
"""Kinds of targets whose result others read; they are calculated first, in order."""
_CIRCLE: Final = N_("These formulas wait for each other: {paths}. Change one of them.")


@dataclass(frozen=True, slots=True)
class Target:
    """One expression of the form that is kept up to date.

    Attributes:
        kind: relevant, calculate, count, required, readonly, constraint, choices or label.
        path: Node of the definition it belongs to.
        expression: What is evaluated.
        order: Place in the order of calculation.
    """

    kind: str
    path: str
    expression: Expression
    order: int = 0


@dataclass(slots=True)
class Graph:
    """Targets in order, and who reads what.

    Attributes:
        targets: All of them in the order of calculation.
        of_path: Targets by the node they belong to.
        readers: By path read: who reads it, and how many leading steps are the same instances.
        deep_readers: The same for everything below a path.
        problems: Formulas that wait for each other.
    """

    targets: tuple[Target, ...] = ()
    of_path: dict[str, list[Target]] = field(default_factory=lambda: defaultdict(list))
    readers: dict[str, list[tuple[Target, int]]] = field(default_factory=lambda: defaultdict(list))
    deep_readers: list[tuple[str, Target, int]] = field(default_factory=list)
    problems: tuple[FormProblem, ...] = ()

    def reading(self, path: str) -> Iterator[tuple[Target, int]]:
        """Who reads a path."""
        yield from self.readers.get(path, ())
        for prefix, target, shared in self.deep_readers:
            if path.startswith(prefix):
                yield target, shared


@lru_cache(maxsize=32)
def graph_of(form: Form) -> Graph:
    """The graph of a form, built once."""
    found = list(_targets(form))
    ordered, problems = _ordered([each for each in found if each.kind in MOVERS])
    rest = [each for each in found if each.kind not in MOVERS]
    numbered = [
        Target(each.kind, each.path, each.expression, order)
        for order, each in enumerate([*ordered, *rest])
    ]
    graph = Graph(tuple(numbered), problems=tuple(problems))
    for target in numbered:
        graph.of_path[target.path].append(target)
        for read in target.expression.reads:
            if read.is_deep:
                prefix = "/" if read.path == "/" else read.path + "/"
                graph.deep_readers.append((prefix, target, read.shared))
            else:
                graph.readers[read.path].append((target, read.shared))
    return graph


def _targets(form: Form) -> Iterator[Target]:
    for path, bind in form.binds.items():
        for kind in ("relevant", "calculate", "required", "readonly", "constraint"):
            expression: Expression | None = getattr(bind, kind)
            if expression is not None and names_of(path) in form.shape.paths:
                yield Target(kind, path, expression)
    for path, repeat in form.repeats.items():
        if repeat.count is not None:
            yield Target("count", path, repeat.count)
    for question in form.asked():
        if question.choices is not None and question.choices.items is not None:
            yield Target("choices", question.path, question.choices.items)
        yield from _labels(form, question)


def _labels(form: Form, question: Question) -> Iterator[Target]:
    from desktop_app.questionnaire.evaluation import compile_expression  # noqa: PLC0415

    for source in sorted(outputs(question.label) | outputs(question.hint)):
        yield Target(
            "label",
            question.path,
            compile_expression(source, names_of(question.path), form.shape),
        )


def outputs(text: Text) -> set[str]:
    """Expressions shown inside a text, in any language."""
    return {
        piece.source
        for content in text.contents.values()
        for piece in (*content.pieces, *content.guidance)
        if isinstance(piece, Output)
    }


def _ordered(movers: list[Target]) -> tuple[list[Target], list[FormProblem]]:
    """Movers so that each comes after what it reads; those in a circle come last."""
    by_path: dict[str, list[int]] = defaultdict(list)
    for index, target in enumerate(movers):
        by_path[target.path].append(index)
    hard = [set(_needs(movers, index, by_path)) - {index} for index in range(len(movers))]
    soft = [
        {
            other
            for path in _prefixes(target.path)
            for other in by_path.get(path, ())
            if movers[other].kind != "calculate" and other != index
        }
        if target.kind == "calculate"
        else set[int]()
        for index, target in enumerate(movers)
    ]
    ordered, stuck = _sorted(hard)
    problems = []
    if stuck:
        paths = sorted({movers[index].path for index in _in_circles(hard, stuck)})
        message = _(_CIRCLE).format(paths=", ".join(paths))
        part = next(each.kind for each in movers if each.path == paths[0])
        problems.append(FormProblem(message, paths[0], part))
    else:
        better, left = _sorted([a | b for a, b in zip(hard, soft, strict=True)])
        ordered = better if not left else ordered
    return [movers[index] for index in [*ordered, *stuck]], problems


def _needs(movers: list[Target], index: int, by_path: dict[str, list[int]]) -> Iterator[int]:
    """Movers that must come before one."""
    target = movers[index]
    for read in target.expression.reads:
        own = read.path == target.path
        for path in _prefixes(read.path):
            for other in by_path.get(path, ()):
                kind = movers[other].kind
                if kind == "calculate" and (path != read.path or own):
                    continue
                if kind == "relevant" and target.path.startswith(path):
                    continue  # what stands inside is only asked when the whole is relevant
                if kind == "count" and (own or target.path.startswith(path + "/")):
                    continue
                yield other
        if read.is_deep:
            prefix = "/" if read.path == "/" else read.path + "/"
            for path, others in by_path.items():
                if path.startswith(prefix) and path != target.path:
                    yield from others


def _prefixes(path: str) -> Iterator[str]:
    names = names_of(path)
    for length in range(1, len(names) + 1):
        yield "/" + "/".join(names[:length])


def _sorted(needs: list[set[int]]) -> tuple[list[int], list[int]]:
    """Indexes so that each comes after what it needs, and those for which that cannot be."""
    waiting = [len(each) for each in needs]
    feeds: dict[int, list[int]] = defaultdict(list)
    for index, each in enumerate(needs):
        for other in each:
            feeds[other].append(index)
    ready = [index for index, count in enumerate(waiting) if count == 0]
    place = 0
    while place < len(ready):
        for index in feeds[ready[place]]:
            waiting[index] -= 1
            if waiting[index] == 0:
                ready.append(index)
        place += 1
    done = set(ready)
    return ready, [index for index in range(len(needs)) if index not in done]


def _in_circles(needs: list[set[int]], stuck: Iterable[int]) -> set[int]:
    """Those of the stuck that are in a circle, not only behind one."""
    left = set(stuck)
    while True:
        needed = {other for index in left for other in needs[index]} & left
        if needed == left:
            return left
        left = needed
