"""Where the steps of a script stand in its picture: in layers, each way leads down if it can.

Ways that lead back close a loop and are drawn upwards. A way over several layers gets a bend in
each of them, so that it does not run behind a step; the bends are ordered like steps. (Layered
drawing after Sugiyama, Tagawa and Toda, 1981: layers by the longest way, order by the mean place
of the neighbours.)
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from desktop_app.domain.script_graph import Way, reached, steps_by_id, ways, ways_of
from desktop_app.domain.scripts import Script

_SWEEPS: Final = 6

_Node = str | tuple[str, str, int]
"""A step, or a bend of the way between two steps in a layer."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where something stands: the layer from above, the place in it; 0 is the middle."""

    layer: int
    place: float


@dataclass(frozen=True, slots=True)
class Line:
    """All ways from one step to another, with the bends between them from the first to the last."""

    begin: str
    end: str
    ways: tuple[Way, ...]
    bends: tuple[Spot, ...] = ()
    is_back: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """The layout of a script.

    Attributes:
        spots: Place of each step.
        lines: The ways.
        layers: How many there are.
        unreached: Steps that no way leads to; they stand in layers of their own below.
    """

    spots: Mapping[str, Spot]
    lines: tuple[Line, ...]
    layers: int
    unreached: frozenset[str]


def lay_out(script: Script) -> Picture:
    """The layout of a script, in the order of its steps."""
    steps = steps_by_id(script)
    graph = ways_of(steps)
    begin = [script.start] if script.start in steps and script.start is not None else []
    shown = reached(graph, begin)
    back = _leading_back(graph, [*begin, *steps])
    layers = _layers(graph, back, shown, list(steps))
    lines = {
        (key, way.to): [each for each in ways(step) if each.to == way.to]
        for key, step in steps.items()
        for way in ways(step)
        if way.to is not None and way.to in steps
    }
    spots = _placed(layers, [pair for pair in lines if pair not in back])
    drawn = (
        Line(
            begin=pair[0],
            end=pair[1],
            ways=tuple(found),
            bends=tuple(
                spots[pair[0], pair[1], layer]
                for layer in range(layers[pair[0]] + 1, layers[pair[1]])
            )
            if pair not in back
            else (),
            is_back=pair in back,
        )
        for pair, found in lines.items()
    )
    return Picture(
        spots={key: spots[key] for key in steps},
        lines=tuple(drawn),
        layers=max(layers.values(), default=-1) + 1,
        unreached=frozenset(steps) - shown,
    )


def neighbour(picture: Picture, key: str, layers: int, places: int) -> str | None:
    """The step to go to from one: along a way down (1) or up (-1), or beside it in its layer."""
    here = picture.spots[key]
    if layers:
        led = [
            line.end if layers > 0 else line.begin
            for line in picture.lines
            if (line.begin if layers > 0 else line.end) == key and not line.is_back
        ]
        return min(led, key=lambda each: abs(picture.spots[each].place - here.place), default=None)
    beside = [
        (abs(spot.place - here.place), each)
        for each, spot in picture.spots.items()
        if spot.layer == here.layer and (spot.place - here.place) * places > 0
    ]
    return min(beside, default=(0.0, None))[1]


def _leading_back(graph: Mapping[str, Sequence[str]], order: Iterable[str]) -> set[tuple[str, str]]:
    """Ways to a step that is being gone through: without them nothing goes round."""
    found: set[tuple[str, str]] = set()
    known: set[str] = set()
    for root in order:
        if root in known:
            continue
        known.add(root)
        open_steps: dict[str, Iterator[str]] = {root: iter(graph[root])}
        while open_steps:
            key, rest = next(reversed(open_steps.items()))
            to = next(rest, None)
            if to is None:
                del open_steps[key]
            elif to in open_steps:
                found.add((key, to))
            elif to not in known:
                known.add(to)
                open_steps[to] = iter(graph[to])
    return found


def _layers(
    graph: Mapping[str, Sequence[str]],
    back: set[tuple[str, str]],
    shown: set[str],
    order: Sequence[str],
) -> dict[str, int]:
    """Each step one layer below the lowest that leads to it; what is not reached below all."""
    found: dict[str, int] = {}
    first = 0
    for part in (
        [key for key in order if key in shown],
        [key for key in order if key not in shown],
    ):
        inside = set(part)
        before: dict[str, list[str]] = {key: [] for key in part}
        for key in part:
            for to in graph[key]:
                if to in inside and (key, to) not in back:
                    before[to].append(key)
        waiting = list(part)
        while waiting:
            ready = [key for key in waiting if all(each in found for each in before[key])]
            for key in ready:
                found[key] = max((found[each] + 1 for each in before[key]), default=first)
            waiting = [key for key in waiting if key not in found]
        first = max(found.values(), default=-1) + 1
    return found


def _placed(layers: Mapping[str, int], pairs: Sequence[tuple[str, str]]) -> dict[_Node, Spot]:
    """A place in its layer for every step and every bend, neighbours near each other."""
    rows: list[list[_Node]] = [[] for _layer in range(max(layers.values(), default=-1) + 1)]
    for key, layer in layers.items():
        rows[layer].append(key)
    above: dict[_Node, list[_Node]] = {}
    below: dict[_Node, list[_Node]] = {}
    for begin, end in pairs:
        if layers[end] <= layers[begin]:  # a step that is not reached leads up into the others
            continue
        chain: list[_Node] = [begin]
        for layer in range(layers[begin] + 1, layers[end]):
            bend = (begin, end, layer)
            rows[layer].append(bend)
            chain.append(bend)
        chain.append(end)
        for one, other in pairwise(chain):
            below.setdefault(one, []).append(other)
            above.setdefault(other, []).append(one)
    places = _spread(rows)
    for sweep in range(_SWEEPS):
        is_down = sweep % 2 == 0
        near = above if is_down else below
        for row in rows if is_down else reversed(rows):
            row.sort(key=lambda node: _mean(near.get(node, ()), places, places[node]))
            places |= _spread([row])
    return {node: Spot(layer, places[node]) for layer, row in enumerate(rows) for node in row}


def _spread(rows: Iterable[Sequence[_Node]]) -> dict[_Node, float]:
    """Places beside each other around the middle."""
    return {node: at - (len(row) - 1) / 2 for row in rows for at, node in enumerate(row)}


def _mean(nodes: Sequence[_Node], places: Mapping[_Node, float], here: float) -> float:
    return sum(places[node] for node in nodes) / len(nodes) if nodes else here
