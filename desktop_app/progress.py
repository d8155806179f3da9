"""How long work tells what it has done and learns that it should stop."""

from typing import Protocol


class Progress(Protocol):
    """Told after each portion of a long piece of work."""

    def step(self, done: int, total: int | None, text: str = "") -> None:
        """Say that ``done`` of ``total`` portions are finished.

        Args:
            done: Portions finished so far.
            total: All portions, ``None`` while not known.
            text: What is being done, translated; empty keeps the last one.

        Raises:
            CancelledError: the person asked to stop.
        """
        ...


class Silent:
    """Progress that nobody watches."""

    def step(self, done: int, total: int | None, text: str = "") -> None:
        """Do nothing."""
