"""What functions may ask of the filling that evaluates them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Protocol


class Surroundings(Protocol):
    """The filling, as functions see it."""

    @property
    def is_chinese(self) -> bool:
        """Whether the form is shown in Chinese: names of months and days follow it."""
        ...

    @property
    def version(self) -> str:
        """Version of the form."""
        ...

    def property(self, name: str) -> str:
        """A property of the person or machine, empty when not known."""
        ...

    def is_hidden(self, node: Any) -> bool:
        """Whether a node is not relevant now; such nodes are not counted."""
        ...

    def is_number(self, node: Any) -> bool:
        """Whether the node is a question for a number."""
        ...

    def choice_label(self, path: str, value: str) -> str:
        """What the choice of a question is called in the present language."""
        ...

    def itext(self, text_id: str) -> str:
        """A text of the form in the present language."""
        ...


class Nowhere:
    """No filling: used to try expressions on their own."""

    is_chinese = False
    version = ""

    def property(self, name: str) -> str:  # noqa: ARG002  (the protocol's)
        """Nothing is known."""
        return ""

    def is_hidden(self, node: Any) -> bool:  # noqa: ARG002
        """Everything is relevant."""
        return False

    def is_number(self, node: Any) -> bool:  # noqa: ARG002
        """Nothing is typed."""
        return False

    def choice_label(self, path: str, value: str) -> str:  # noqa: ARG002
        """The value itself."""
        return value

    def itext(self, text_id: str) -> str:
        """The name itself."""
        return text_id


_PRESENT: ContextVar[Surroundings] = ContextVar("surroundings", default=Nowhere())  # noqa: B039


def surroundings() -> Surroundings:
    """The filling that evaluates now."""
    return _PRESENT.get()


@contextmanager
def within(filling: Surroundings) -> Iterator[None]:
    """Let functions ask this filling inside the block."""
    token = _PRESENT.set(filling)
    try:
        yield
    finally:
        _PRESENT.reset(token)
