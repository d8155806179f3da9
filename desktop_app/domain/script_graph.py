"""The graph of a script: its ways, what can be come to, loops; also what its picture shows."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from desktop_app.domain.scripts import Script, Step, StepKind

Ways = Mapping[str, Sequence[str]]
"""Steps that follow a step, by its id."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a step: the choice or the number of the branch, neither for going on."""

    to: str | None
    choice: str = ""
    branch: int = 0

    @property
    def place(self) -> str:
        """Where in the step it is written."""
        if self.choice:
            return f"choice {self.choice}"
        return f"branch {self.branch}" if self.branch else "to"


def ways(step: Step) -> Iterator[Way]:
    """All ways out of a step; one that is missing has no target.

    Logic always needs a way for the rest; a step with choices has one only if it may be skipped.
    """
    if step.kind is StepKind.END:
        return
    if step.kind is StepKind.LOGIC:
        for number, branch in enumerate(step.branches, start=1):
            yield Way(branch.to, branch=number)
        yield Way(step.to)
        return
    for choice in step.choices:
        yield Way(step.to if choice.to is None else choice.to, choice=choice.code)
    if step.to is not None or not step.choices:
        yield Way(step.to)


def steps_by_id(script: Script) -> dict[str, Step]:
    """The steps in their order; of two with one id the first counts."""
    found: dict[str, Step] = {}
    for step in script.steps:
        found.setdefault(step.id, step)
    return found


def ways_of(steps: Mapping[str, Step]) -> dict[str, list[str]]:
    """The ways between steps; those into nothing are left out."""
    return {
        key: [way.to for way in ways(step) if way.to in steps and way.to is not None]
        for key, step in steps.items()
    }


def reached(graph: Ways, begin: Iterable[str]) -> set[str]:
    """Steps that can be come to, with those one begins at."""
    found: set[str] = set()
    waiting = list(begin)
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += graph[key]
    return found


def leading_to(graph: Ways, wanted: Collection[str]) -> set[str]:
    """Steps from which one of the wanted can be come to, with these."""
    before: dict[str, list[str]] = {key: [] for key in graph}
    for key, after in graph.items():
        for to in after:
            before[to].append(key)
    return reached(before, wanted)


def loops(graph: Ways) -> list[tuple[str, ...]]:
    """Groups of steps each of which leads to all of them again, in the order of the graph."""
    after = {key: reached(graph, graph[key]) for key in graph}
    found: list[tuple[str, ...]] = []
    for key in graph:
        group = tuple(each for each in graph if each in after[key] and key in after[each])
        if group and group[0] == key:
            found.append(group)
    return found


def closed_loops(graph: Ways) -> list[tuple[str, ...]]:
    """Loops that nothing leads out of."""
    return [loop for loop in loops(graph) if reached(graph, loop) == set(loop)]


def only(graph: Ways, keys: Collection[str]) -> dict[str, list[str]]:
    """The part of a graph that lies among some of its steps."""
    return {key: [to for to in after if to in keys] for key, after in graph.items() if key in keys}
