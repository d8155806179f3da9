"""The steps back and forth of something that is edited as a whole, each a state of it."""

from typing import Final, Generic, TypeVar

T = TypeVar("T")

MOST_STEPS: Final = 200


class EditSteps(Generic[T]):
    """What was there before each change, and what was taken back."""

    def __init__(self) -> None:
        self._back: list[T] = []
        self._forth: list[T] = []
        self._step = ""

    def forget(self) -> None:
        """Nothing can be taken back any more."""
        self._back, self._forth, self._step = [], [], ""

    def part(self) -> None:
        """What is typed from now on is a step of its own."""
        self._step = ""

    def note(self, before: T, step: str = "") -> None:
        """Something is changed: remember what was there.

        Args:
            before: What was there.
            step: Typing in one place is one step back; its name.
        """
        if not step or step != self._step:
            self._back = [*self._back[-MOST_STEPS + 1 :], before]
        self._forth, self._step = [], step

    def undo(self, now: T) -> T | None:
        """What was there before the last change; None when there was none."""
        return self._go(now, self._back, self._forth)

    def redo(self, now: T) -> T | None:
        """What was taken back last; None when nothing was."""
        return self._go(now, self._forth, self._back)

    def _go(self, now: T, from_steps: list[T], to_steps: list[T]) -> T | None:
        if not from_steps:
            return None
        to_steps.append(now)
        self._step = ""
        return from_steps.pop()
