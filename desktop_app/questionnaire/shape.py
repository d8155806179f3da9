"""What the evaluation of expressions must know of a form, and what an expression reads."""

from dataclasses import dataclass

Names = tuple[str, ...]
"""A path as the names of its steps, from the root."""


@dataclass(frozen=True, slots=True)
class Read:
    """One thing an expression reads.

    Attributes:
        path: Path of the definition, e.g. ``/data/person/age``.
        shared: So many leading steps are surely the same instances as of the reading node.
        is_deep: Also everything below the path.
    """

    path: str
    shared: int
    is_deep: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What rewriting must know of a form.

    Attributes:
        paths: Every node of the definition, as names from the root.
        repeats: Those that repeat.
        instances: Ids of the lists.
    """

    paths: frozenset[Names]
    repeats: frozenset[Names]
    instances: frozenset[str] = frozenset()


def local(name: str) -> str:
    """A name without its prefix: the documents carry none."""
    return name.rpartition(":")[2]


def joined(names: Names) -> str:
    """Names as a path."""
    return "/" + "/".join(names)
