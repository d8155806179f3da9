"""What came of the calls that went a certain way through a script.

Calls are compared within one version of a script and one group of reasons only. The figures say
what went together, not what caused it: the customer's answer chooses the branch. For a proof,
split by chance (`desktop_app.domain.experiments`).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from desktop_app.domain.kpis import Interval
from desktop_app.domain.rates import Rate
from desktop_app.domain.significance import ENOUGH

V = TypeVar("V", bound=Hashable)

Turn = tuple[str, str | None]
"""A step of a script and what was chosen there; ``None`` where there was nothing to choose."""

Path = tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class ScriptCall(Generic[V]):
    """One finished call with a script.

    Attributes:
        version: Key of the version of the script.
        reason_group: Group of the customer's reason; ``None`` while it is not known.
        path: The steps in order, without those that were taken back by going back.
        saved: Whether the customer stayed.
    """

    version: V
    reason_group: str | None
    path: Path
    saved: bool


@dataclass(frozen=True, slots=True)
class Outcomes(Generic[V]):
    """Outcome of the calls that have one thing in common.

    Attributes:
        version: Version of the script.
        reason_group: Group of reasons.
        turns: What they have in common: nothing, one step and choice, or the whole way.
        rate: Saved and all calls, with share and Wilson interval.
        is_enough: Whether there are enough calls to show the share.
    """

    version: V
    reason_group: str | None
    turns: Path
    rate: Rate
    is_enough: bool

    @property
    def share(self) -> float | None:
        """Share saved; ``None`` while there are not enough calls."""
        return self.rate.share if self.is_enough else None

    @property
    def interval(self) -> Interval | None:
        """Wilson interval of the share; ``None`` while there are not enough calls."""
        return self.rate.interval if self.is_enough else None


def by_version(calls: Iterable[ScriptCall[V]], minimum: int = ENOUGH) -> tuple[Outcomes[V], ...]:
    """Outcome of all calls of each version and group of reasons."""
    return _outcomes(calls, lambda _path: ((),), minimum)


def by_branch(calls: Iterable[ScriptCall[V]], minimum: int = ENOUGH) -> tuple[Outcomes[V], ...]:
    """Outcome of the calls that took each branch: one step and what was chosen there.

    A call counts once for a branch, however often it came by.
    """
    return _outcomes(calls, lambda path: [(turn,) for turn in dict.fromkeys(path)], minimum)


def by_path(calls: Iterable[ScriptCall[V]], minimum: int = ENOUGH) -> tuple[Outcomes[V], ...]:
    """Outcome of the calls that went the same way from beginning to end."""
    return _outcomes(calls, lambda path: (path,), minimum)


def _outcomes(
    calls: Iterable[ScriptCall[V]], parts: Callable[[Path], Iterable[Path]], minimum: int
) -> tuple[Outcomes[V], ...]:
    """Group calls; versions and reasons in the order in which they come, then the most calls."""
    groups: dict[tuple[V, str | None], dict[Path, list[int]]] = {}
    for call in calls:
        group = groups.setdefault((call.version, call.reason_group), defaultdict(lambda: [0, 0]))
        for turns in parts(call.path):
            group[turns][0] += call.saved
            group[turns][1] += 1
    return tuple(
        Outcomes(version, reason_group, turns, Rate(saved, n), n >= minimum)
        for (version, reason_group), counts in groups.items()
        for turns, (saved, n) in sorted(counts.items(), key=lambda item: -item[1][1])
    )
