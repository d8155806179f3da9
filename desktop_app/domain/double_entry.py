"""How well paper was keyed: what two keyings of the same paper say of each other."""

from collections.abc import Iterable
from dataclasses import dataclass

from desktop_app.domain.kpis import ratio


@dataclass(frozen=True, slots=True)
class KeyingErrors:
    """Fields that two keyings have different, of those that either of them has.

    A rate of nothing is not known (``None``), never zero.
    """

    differing: int
    keyed: int

    @property
    def rate(self) -> float | None:
        """Share of the keyed fields that differ."""
        return ratio(self.differing, self.keyed)


def keying_errors(keyed: Iterable[str], differing: Iterable[str]) -> KeyingErrors:
    """Count the errors of a double entry.

    Args:
        keyed: Fields that either keying has an answer for.
        differing: Fields where they differed at first, settled since or not.
    """
    fields, wrong = frozenset(keyed), frozenset(differing)
    return KeyingErrors(len(wrong), len(fields | wrong))
