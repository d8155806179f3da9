"""The living answers: a tree of nodes that keeps itself up to date.

A node that is not relevant is empty in the tree, so that formulas do not see it; what was typed
stays in its state and comes back with it. Only what reads a change is calculated again.
"""

import copy
import heapq
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from desktop_app.questionnaire.evaluation import evaluate, evaluate_text, evaluate_truth
from desktop_app.questionnaire.form import Form, Kind, names_of
from desktop_app.questionnaire.graph import Target, graph_of
from desktop_app.questionnaire.surroundings import within
from desktop_app.questionnaire.tree import NodeState, Tree, children
from desktop_app.questionnaire.values import date_of, moment_of, moment_text, number_of

MAX_INSTANCES = 1000
_MAX_ROUNDS = 100


@dataclass(slots=True)
class Changes:
    """What one step changed, by address.

    Attributes:
        values: Answers that have another value.
        relevance: Nodes that appeared or went away.
        rules: Questions whose required, read-only or valid state changed.
        choices: Questions whose choices may be others now.
        labels: Questions whose texts show another value now.
        repeats: Repeats that have more or fewer instances.
    """

    values: set[str] = field(default_factory=set)
    relevance: set[str] = field(default_factory=set)
    rules: set[str] = field(default_factory=set)
    choices: set[str] = field(default_factory=set)
    labels: set[str] = field(default_factory=set)
    repeats: set[str] = field(default_factory=set)

    @property
    def everything(self) -> set[str]:
        """All addresses."""
        return self.values | self.relevance | self.rules | self.choices | self.labels | self.repeats


class Engine(Tree):
    """The tree of one filling and its recalculation."""

    def __init__(self, form: Form) -> None:
        super().__init__(form)
        self.graph = graph_of(form)
        self.evaluations: Counter[str] = Counter()
        self._parked: dict[tuple[Any, str], list[Any]] = {}
        self._queue: list[tuple[int, int, Target, Any]] = []
        self._queued: set[tuple[int, Any]] = set()
        self._tick = 0
        self._changes = Changes()

    # Recalculation -------------------------------------------------------------------------------

    def recalculate_all(self) -> Changes:
        """Evaluate every expression once, in order."""
        for target in self.graph.targets:
            self._push(target, self._places(target))
        return self._settle()

    def _places(self, target: Target) -> list[Any]:
        if target.kind == "count":
            return list(self.instances["/" + "/".join(names_of(target.path)[:-1])])
        return list(self.instances[target.path])

    def _push(self, target: Target, nodes: Iterable[Any]) -> None:
        for node in nodes:
            key = (target.order, node)
            if key not in self._queued:
                self._queued.add(key)
                self._tick += 1
                heapq.heappush(self._queue, (target.order, self._tick, target, node))

    def _settle(self) -> Changes:
        """Work off the queue."""
        runs: Counter[tuple[int, Any]] = Counter()
        with within(self):
            while self._queue:
                _order, _tick, target, node = heapq.heappop(self._queue)
                key = (target.order, node)
                self._queued.discard(key)
                runs[key] += 1
                is_there = node in self.states and node.getparent() is not None
                if is_there and runs[key] <= _MAX_ROUNDS:
                    self._run(target, node)
        found, self._changes = self._changes, Changes()
        return found

    def _run(self, target: Target, node: Any) -> None:
        state = self.states[node]
        self.evaluations[target.kind] += 1
        match target.kind:
            case "relevant":
                wanted = evaluate_truth(target.expression, node)
                if wanted != state.relevant:
                    state.relevant = wanted
                    self._show(node)
            case "calculate":
                if state.shown:
                    self.put(node, self._typed(state, target.expression, node))
            case "count":
                self._resize(node, target)
            case "choices":
                self._changes.choices.add(self.address(node))
            case "label":
                self._changes.labels.add(self.address(node))
            case "constraint":
                self._rule(state, "valid", state.raw == "" or self._holds(target, node))
            case kind:
                self._rule(state, kind, self._holds(target, node))

    def _holds(self, target: Target, node: Any) -> bool:
        return evaluate_truth(target.expression, node)

    def _rule(self, state: NodeState, name: str, value: bool) -> None:  # noqa: FBT001
        if getattr(state, name) != value:
            setattr(state, name, value)
            self._changes.rules.add(self.address(state.node))

    def _typed(self, state: NodeState, expression: Any, node: Any) -> str:
        """The result of a calculation as an answer of the node's type."""
        kind = state.question.kind if state.question is not None else Kind.HIDDEN
        bind_type = state.question.bind.type if state.question is not None else ""
        if bind_type in {"date", "dateTime", "int"}:
            value = evaluate(expression, node)
            if isinstance(value, float) and value == value:  # noqa: PLR0124  (a number)
                if kind is Kind.DATE or bind_type == "date":
                    day = date_of(value)
                    return day.isoformat() if day is not None else ""
                if bind_type == "dateTime":
                    moment = moment_of(value)
                    return moment_text(moment) if moment is not None else ""
                return str(int(number_of(value))) if abs(value) < 1e15 else ""  # noqa: PLR2004
        return evaluate_text(expression, node)

    def put(self, node: Any, value: str) -> bool:
        """Give a leaf a value; gives whether it is another one."""
        state = self.states[node]
        if state.raw == value and (not state.shown or (node.text or "") == value):
            return False
        state.raw = value
        self._changes.values.add(self.address(node))
        if state.shown:
            node.text = value
            self.touch(node)
        return True

    def touch(self, node: Any) -> None:
        """Tell everything that reads a node."""
        path = self.states[node].path
        depth = path.count("/")
        for target, shared in self.graph.reading(path):
            self._notify(target, shared, node, depth)

    def _notify(self, target: Target, shared: int, node: Any, depth: int) -> None:
        """Queue the instances of a target that stand under the node's ancestor at a depth."""
        common = min(shared, depth)
        if target.kind == "count":
            common = min(common, target.path.count("/") - 1)
            path = "/" + "/".join(names_of(target.path)[:-1])
        else:
            path = target.path
        above = node
        for _step in range(depth - common):
            above = above.getparent()
        self._push(target, self.under(above, path, common))

    def _show(self, node: Any) -> None:
        """Bring a part of the tree in line with its relevance."""
        above = self.states.get(node.getparent())
        self._show_below(node, above is None or above.shown)

    def _show_below(self, node: Any, is_open: bool) -> None:  # noqa: FBT001
        state = self.states[node]
        shown = is_open and state.relevant
        if shown != state.shown:
            state.shown = shown
            self._changes.relevance.add(self.address(node))
            if state.question is not None:
                node.text = state.raw if shown else None
            self.touch(node)
            if shown:
                for target in self.graph.of_path.get(state.path, ()):
                    if target.kind in {"calculate", "constraint"}:
                        self._push(target, (node,))
        for child in node:
            self._show_below(child, shown)

    # Repeats -------------------------------------------------------------------------------------

    def _resize(self, holder: Any, target: Target) -> None:
        """Make as many instances as the count says; what goes comes back with its answers."""
        name = names_of(target.path)[-1]
        present = children(holder, name)
        fresh = None
        if not present:
            fresh = copy.deepcopy(self.form.templates[target.path])
            holder.append(fresh)
        value = number_of(evaluate(target.expression, present[0] if present else fresh))
        if fresh is not None:
            holder.remove(fresh)
        wanted = int(min(max(value, 0), MAX_INSTANCES)) if value == value else 0  # noqa: PLR0124
        for _more in range(wanted - len(present)):
            self.grow(holder, target.path)
        for node in present[wanted:][::-1]:
            self.shrink(node, park=True)

    def grow(self, holder: Any, path: str) -> Any:
        """Add an instance of a repeat after the last one."""
        name = names_of(path)[-1]
        parked = self._parked.get((holder, path))
        node = parked.pop() if parked else copy.deepcopy(self.form.templates[path])
        is_fresh = node not in self.states
        present = children(holder, name)
        if present:
            present[-1].addnext(node)
        else:
            holder.insert(self._place(holder, path), node)
        self._addresses.clear()
        self._attach(node, path)
        self._open(node, is_open=self.states[holder].shown)
        for each in node.iter():
            for target in self.graph.of_path.get(self.states[each].path, ()):
                if target.kind != "count":
                    self._push(target, (each,))
        for inner, repeat in self.form.repeats.items():
            if repeat.count is not None and inner.startswith(path + "/"):
                holder_path = "/" + "/".join(names_of(inner)[:-1])
                for target in self.graph.of_path[inner]:
                    if target.kind == "count":
                        self._push(target, self.under(node, holder_path, path.count("/")))
        self._restructured(holder, path)
        if is_fresh:
            self.on_new_repeat(node)
        return node

    def _open(self, node: Any, *, is_open: bool) -> None:
        """Show a new part of the tree as far as it is relevant; nobody has read it yet."""
        state = self.states[node]
        state.shown = is_open and state.relevant
        if state.question is not None:
            node.text = state.raw if state.shown else None
        for child in node:
            self._open(child, is_open=state.shown)

    def on_new_repeat(self, node: Any) -> None:
        """Set what is set when an instance is new; the filling knows."""

    def shrink(self, node: Any, *, park: bool = False) -> None:
        """Take an instance away; parked ones come back when the count grows again."""
        holder, path = node.getparent(), self.states[node].path
        self._detach(node)
        tail = node.tail
        holder.remove(node)
        node.tail = tail
        self._addresses.clear()
        if park:
            self._parked.setdefault((holder, path), []).append(node)
        else:
            for each in list(node.iter()):
                self.states.pop(each, None)
        self._restructured(holder, path)

    def _place(self, holder: Any, path: str) -> int:
        """Where the first instance of a repeat stands among its neighbours."""
        order = self._order_below(self.states[holder].path)
        name = names_of(path)[-1]
        before = set(order[: order.index(name)]) if name in order else set(order)
        return sum(1 for child in holder if child.tag in before)

    def _order_below(self, path: str) -> list[str]:
        template = self.form.templates.get(path)
        if template is not None:
            return [child.tag for child in template]
        depth = len(names_of(path))
        known = [names_of(each) for each in self.form.questions]
        return list(
            dict.fromkeys(
                names[depth]
                for names in known
                if len(names) > depth and names[:depth] == names_of(path)
            )
        )

    def _restructured(self, holder: Any, path: str) -> None:
        """Tell everything that reads a repeat or what is in it."""
        self._changes.repeats.add(f"{self.address(holder)}/{names_of(path)[-1]}")
        depth = path.count("/") - 1
        for read in list(self.graph.readers):
            if read == path or read.startswith(path + "/"):
                for target, shared in self.graph.readers[read]:
                    self._notify(target, min(shared, depth), holder, depth)
        for prefix, target, shared in self.graph.deep_readers:
            if prefix.startswith(path + "/") or (path + "/").startswith(prefix):
                self._notify(target, min(shared, depth), holder, depth)

    # What functions ask --------------------------------------------------------------------------

    is_chinese = False
    version = ""

    def property(self, name: str) -> str:  # noqa: ARG002  (the filling knows)
        """A property of the person or machine."""
        return ""

    def is_hidden(self, node: Any) -> bool:
        """Whether a node is not relevant now."""
        state = self.states.get(node)
        return state is not None and not state.shown

    def is_number(self, node: Any) -> bool:
        """Whether the node is a question for a number."""
        state = self.states.get(node)
        question = state.question if state is not None else None
        return question is not None and question.kind in {Kind.INTEGER, Kind.DECIMAL, Kind.RANGE}

    def choice_label(self, path: str, value: str) -> str:  # noqa: ARG002  (the filling knows)
        """What a choice is called."""
        return value

    def itext(self, text_id: str) -> str:
        """A text of the form."""
        return text_id
