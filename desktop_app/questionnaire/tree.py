"""The tree of one filling: its nodes, their states and their addresses."""

import copy
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from desktop_app.questionnaire.form import Form, Question, names_of


@dataclass(slots=True, eq=False)
class NodeState:
    """What is known of one node of the answers.

    Attributes:
        node: The element; empty while the node is not relevant.
        path: Path of the definition.
        question: What is asked, None for groups and repeats.
        raw: The answer as it was given, also while it is not relevant.
        relevant: Result of its own condition.
        shown: Whether it and everything around it is relevant.
        valid: Result of its constraint.
        accepted: The answer for which a person has said that a warning may stand.
    """

    node: Any
    path: str
    question: Question | None
    raw: str = ""
    relevant: bool = True
    shown: bool = True
    required: bool = False
    readonly: bool = False
    valid: bool = True
    accepted: str | None = None


class Tree:
    """The answers of a form as a document, with what is known of each node."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.root = copy.deepcopy(form.document)
        self.primary = self.root[0]
        self.states: dict[Any, NodeState] = {}
        self.instances: dict[str, list[Any]] = defaultdict(list)
        self._addresses: dict[Any, str] = {}
        self._attach(self.primary, "/" + self.primary.tag)

    def _attach(self, node: Any, path: str) -> None:
        """Take a node and what is in it into the books."""
        state = self.states.get(node)
        if state is None:
            state = NodeState(node, path, self.form.questions.get(path))
            if state.question is not None:
                state.raw = (node.text or "").strip()
            self.states[node] = state
        self.instances[path].append(node)
        for child in node:
            self._attach(child, f"{path}/{child.tag}")

    def _detach(self, node: Any) -> None:
        for each in node.iter():
            self.instances[self.states[each].path].remove(each)

    def state(self, address: str) -> NodeState:
        """The state at an address like ``/data/person[2]/age``.

        Raises:
            KeyError: there is no such node.
        """
        node = self.node(address)
        if node is None:
            raise KeyError(address)
        return self.states[node]

    def node(self, address: str) -> Any | None:
        """The element at an address, None when there is none."""
        if "[" not in address and self.is_single(address):
            known = self.instances.get(address)
            return known[0] if known else None
        names = [part for part in address.split("/") if part]
        if not names or names[0].partition("[")[0] != self.primary.tag:
            return None
        node = self.primary
        for part in names[1:]:
            name, _bracket, place = part.partition("[")
            number = place.rstrip("]")
            if number and not number.isdecimal():
                return None
            found = node.findall(name) if name.isidentifier() else children(node, name)
            index = int(number) - 1 if number else 0
            if not 0 <= index < len(found):
                return None
            node = found[index]
        return node

    def is_single(self, path: str) -> bool:
        """Whether a definition can have one instance only: no repeat stands around it."""
        return not any(path == each or path.startswith(f"{each}/") for each in self.form.repeats)

    def address(self, node: Any) -> str:
        """Where a node is; repeats carry their position."""
        known = self._addresses.get(node)
        if known is not None:
            return known
        parts: list[str] = []
        current = node
        while current is not None and current is not self.root:
            part = current.tag
            if self.states[current].path in self.form.repeats:
                part += f"[{sum(1 for _each in current.itersiblings(part, preceding=True)) + 1}]"
            parts.append(part)
            current = current.getparent()
        found = "/" + "/".join(reversed(parts))
        self._addresses[node] = found
        return found

    def under(self, node: Any, path: str, below: int) -> Iterable[Any]:
        """Instances of a definition inside a node that stands for its first ``below`` names."""
        if below <= 1:
            return self.instances.get(path, ())
        found = [node]
        for name in names_of(path)[below:]:
            found = [child for each in found for child in children(each, name)]
        return found

    def leaves(self) -> Iterator[NodeState]:
        """Every node that holds a value, in order."""
        for node in self.primary.iter():
            state = self.states[node]
            if state.question is not None:
                yield state


def children(node: Any, name: str) -> list[Any]:
    """The children of a node that have a name."""
    return [child for child in node if child.tag == name]
