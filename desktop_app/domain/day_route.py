"""In which order one person makes the visits of a day: what lies together is visited together.

A time that was agreed is kept. Visits in one district follow each other; where two agreed times
stand in the way, a district comes up twice.
"""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Final

from db.vocabulary import CustomerClass

NOON: Final = dt.time(12)


@dataclass(frozen=True, slots=True)
class Stop:
    """A visit as the route sees it; without a time it is made when it fits best."""

    key: Hashable
    district: str = ""
    starts_at: dt.time | None = None
    klass: CustomerClass | None = None
    address: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class Leg:
    """Visits of one district that follow each other; empty if it is not known."""

    district: str
    stops: tuple[Stop, ...]


def route(stops: Iterable[Stop]) -> tuple[Leg, ...]:
    """The stops in order, by district.

    Districts with an appointment before noon come first, by its time; then those without any, the
    one with most visits first and the unknown one last; then those with appointments from noon on.
    Within a district: appointments before noon, visits without a time (street by street, as the
    addresses sort, A customers first in one street), appointments from noon on.
    """
    timed: list[tuple[dt.time, Stop]] = []
    free: dict[str, list[Stop]] = defaultdict(list)
    for stop in stops:
        if stop.starts_at is None:
            free[stop.district].append(stop)
        else:
            timed.append((stop.starts_at, stop))
    timed.sort(key=lambda each: (each[0], each[1].number))
    runs = [
        (district, list(run))
        for district, run in itertools.groupby(timed, key=lambda each: each[1].district)
    ]
    bound = [
        (run[0][0], _leg(district, run, _first_time(free, district))) for district, run in runs
    ]
    loose = [Leg(name, _near_each_other(rest)) for name, rest in free.items()]
    loose.sort(key=lambda leg: (not leg.district, -len(leg.stops), leg.district))
    early = [leg for begin, leg in bound if begin < NOON]
    late = [leg for begin, leg in bound if begin >= NOON]
    return (*early, *loose, *late)


def _first_time(free: dict[str, list[Stop]], district: str) -> list[Stop]:
    """The visits without a time of a district; given to the first leg there only."""
    return free.pop(district, [])


def _leg(district: str, timed: list[tuple[dt.time, Stop]], free: list[Stop]) -> Leg:
    early = (stop for at, stop in timed if at < NOON)
    late = (stop for at, stop in timed if at >= NOON)
    return Leg(district, (*early, *_near_each_other(free), *late))


def _near_each_other(stops: Iterable[Stop]) -> tuple[Stop, ...]:
    def place(stop: Stop) -> tuple[bool, str, str, str]:
        klass = stop.klass or CustomerClass.C
        return not stop.address, stop.address, klass.value, stop.number

    return tuple(sorted(stops, key=place))
