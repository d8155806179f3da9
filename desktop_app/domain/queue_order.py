"""The queue 今日: what comes first and why, and in whose queue each case stands.

Order: who asks to cancel always first (S0-21), then callbacks at their promised moment, then value
at stake x urgency; a case that may not be contacted yet waits behind those that may. Every case
that is not stopped stands in exactly one queue: of its owner, of a team, or in the pool 公海; and
whenever anybody is at work, somebody at work sees that queue: nothing due is ever invisible.
"""

import datetime as dt
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum

from db.vocabulary import RuleKind
from desktop_app.domain.cases import priority
from desktop_app.domain.retries import Callback, open_to_all_from
from desktop_app.domain.work_calendar import WorkCalendar

Figure = int | float | dt.datetime | None


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One open case as the queue sees it.

    Attributes:
        key: Number of the case, the last tie-break.
        kind: Kind of departure.
        value: Value at stake, minor units; None if not known.
        next_due: Day of the next step; None when nothing is planned.
        owner: Who works on it.
        team: Store or team it belongs to.
        in_pool: Free to be claimed.
        callback: A call promised to the customer.
        respond_by: When the first contact is due, as long as there was none (S4f-40).
        allowed_from: First moment at which a contact is allowed, if the next step is one.
        is_stopped: The customer has died or must not be contacted: in no queue at all.
    """

    key: str
    kind: RuleKind
    value: int | None = None
    next_due: dt.date | None = None
    owner: Hashable | None = None
    team: Hashable | None = None
    in_pool: bool = False
    callback: Callback | None = None
    respond_by: dt.datetime | None = None
    allowed_from: dt.datetime | None = None
    is_stopped: bool = False


class Tier(IntEnum):
    """The coarse order; within a tier the score decides."""

    CANCEL_REQUEST = 0
    CALLBACK = 1
    DUE = 2
    WAITING = 3  # due, but no contact is allowed yet
    LATER = 4


class PartCode(StrEnum):
    """What a place in the queue is made of."""

    CANCEL_REQUEST = "cancel_request"
    CALLBACK = "callback"
    FIRST_CONTACT = "first_contact"
    VALUE = "value"
    URGENCY = "urgency"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for a place in the queue, with its figures: a figure that is missing is None.

    Callback: `at`. First contact: `by`. Value: `value`, minor units. Urgency: `factor`, `days`
    overdue, negative when due later. Waiting: `until`.
    """

    code: PartCode
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rank:
    """Place of a case in the order of work. Ascending order of `sort_key` is that order.

    `score` is value x urgency in quarters of a minor unit; `due` the first day on which something
    is to be done.
    """

    tier: Tier
    score: int
    sort_key: tuple[int, dt.datetime, int, dt.date, str]
    due: dt.date | None
    parts: tuple[Part, ...]

    @property
    def is_due(self) -> bool:
        """Whether it is to be worked on now or today."""
        return self.tier is not Tier.LATER


def rank(item: QueueItem, now: dt.datetime, *, explained: bool = True) -> Rank:
    """Where a case stands in the order, and the parts that explain it.

    Value x urgency is that of `domain.cases.priority`. A callback is later until its moment, also
    of somebody who asks to cancel. A first contact that is overdue or due today makes a case due.

    Args:
        item: The case.
        now: This moment, in the local zone.
        explained: Without it there are no parts, for many cases of which few are shown.
    """
    due = _due(item, now.date())
    score = priority(item.value, item.kind, due, now.date()).score
    tier = _tier(item, due, now)
    key = (tier.value, _moment(item, tier, now), -score, due or dt.date.max, item.key)
    return Rank(tier, score, key, due, tuple(_parts(item, due, now)) if explained else ())


def _due(item: QueueItem, today: dt.date) -> dt.date | None:
    """The first day on which something is to be done."""
    days = [item.next_due]
    if item.callback is not None:
        days.append(item.callback.at.date())
    if item.respond_by is not None and item.respond_by.date() <= today:
        days.append(item.respond_by.date())
    return min((day for day in days if day is not None), default=None)


def _tier(item: QueueItem, due: dt.date | None, now: dt.datetime) -> Tier:
    callback = item.callback
    if callback is not None and callback.at > now:
        return Tier.LATER
    if due is not None and due > now.date():
        return Tier.LATER
    if item.allowed_from is not None and item.allowed_from > now:
        return Tier.WAITING
    if item.kind is RuleKind.CANCEL_REQUEST:
        return Tier.CANCEL_REQUEST
    return Tier.DUE if callback is None else Tier.CALLBACK


def _moment(item: QueueItem, tier: Tier, now: dt.datetime) -> dt.datetime:
    """What goes before the score: the promised moment, or the one at which waiting ends."""
    if item.callback is not None and tier in {Tier.CALLBACK, Tier.LATER}:
        return item.callback.at
    if item.allowed_from is not None and tier is Tier.WAITING:
        return item.allowed_from
    return now


def _parts(item: QueueItem, due: dt.date | None, now: dt.datetime) -> Iterator[Part]:
    if item.kind is RuleKind.CANCEL_REQUEST:
        yield Part(PartCode.CANCEL_REQUEST)
    if item.callback is not None:
        yield Part(PartCode.CALLBACK, {"at": item.callback.at})
    if item.respond_by is not None:
        yield Part(PartCode.FIRST_CONTACT, {"by": item.respond_by})
    yield Part(PartCode.VALUE, {"value": item.value})
    quarters = priority(1, item.kind, due, now.date()).score
    days = None if due is None else (now.date() - due).days
    yield Part(PartCode.URGENCY, {"factor": quarters / 4, "days": days})
    if item.allowed_from is not None and item.allowed_from > now:
        yield Part(PartCode.WAITING, {"until": item.allowed_from})


# ---------------------------------------------------------------- parts of the day


class Section(StrEnum):
    """Parts of a day's work; each case stands in one of them, whoever's it is."""

    CANCEL_REQUEST = "cancel_request"
    CALLBACK = "callback"  # due by now, or promised for later this day
    OVERDUE = "overdue"
    TODAY = "today"
    WAITING = "waiting"  # due, but no contact is allowed yet
    HELD_BACK = "held_back"  # by the screening
    TO_CLOSE = "to_close"  # no contact any more, nobody is called; never in a queue
    LATER = "later"  # nothing is due before another day


_SECTIONS = {
    Tier.CANCEL_REQUEST: Section.CANCEL_REQUEST,
    Tier.CALLBACK: Section.CALLBACK,
    Tier.WAITING: Section.WAITING,
}


def section_of(
    item: QueueItem, rank: Rank, now: dt.datetime, *, is_held_back: bool = False
) -> Section:
    """The part of the day a case stands in; nothing that is due is ever `LATER`."""
    if is_held_back:
        return Section.HELD_BACK
    if rank.tier is Tier.LATER:
        is_today = item.callback is not None and item.callback.at.date() == now.date()
        return Section.CALLBACK if is_today else Section.LATER
    if rank.tier is Tier.DUE:
        is_overdue = rank.due is not None and rank.due < now.date()
        return Section.OVERDUE if is_overdue else Section.TODAY
    return _SECTIONS[rank.tier]


# ---------------------------------------------------------------- whose queue


class QueueKind(StrEnum):
    """Own work, the team's, or free to be claimed."""

    OWN = "own"
    TEAM = "team"
    POOL = "pool"


@dataclass(frozen=True, slots=True)
class Place:
    """A queue. `holder`: the person, the team, or the team of a pool; None is everybody's pool."""

    kind: QueueKind
    holder: Hashable | None


EVERYBODYS = Place(QueueKind.POOL, None)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works on cases. `is_present`: at work today; `sees_all`: of every team."""

    key: Hashable
    team: Hashable | None = None
    is_present: bool = True
    sees_all: bool = False


def sees(person: Person, place: Place) -> bool:
    """Whether a queue is one of a person's."""
    if place.kind is QueueKind.OWN:
        return person.key == place.holder
    return place.holder is None or person.sees_all or person.team == place.holder


def place_of(
    item: QueueItem, people: Collection[Person], now: dt.datetime, calendar: WorkCalendar
) -> Place | None:
    """The one queue a case stands in; None only if it is stopped.

    The owner's, if at work. The team's, if the owner is absent or gone, or a due callback is open
    to all. The pool of the team, if it is free. What nobody at work would see goes to the pool of
    everybody.
    """
    if item.is_stopped:
        return None
    if item.in_pool:
        wanted = Place(QueueKind.POOL, item.team)
    elif _is_owners(item, people, now, calendar):
        wanted = Place(QueueKind.OWN, item.owner)
    else:
        team = item.team if item.team is not None else _team_of(item.owner, people)
        wanted = Place(QueueKind.TEAM, team) if team is not None else EVERYBODYS
    seen = any(person.is_present and sees(person, wanted) for person in people)
    return wanted if seen else EVERYBODYS


def _is_owners(
    item: QueueItem, people: Collection[Person], now: dt.datetime, calendar: WorkCalendar
) -> bool:
    if not any(person.key == item.owner and person.is_present for person in people):
        return False
    callback = item.callback
    return callback is None or now < open_to_all_from(callback, (), calendar)


def _team_of(owner: Hashable | None, people: Collection[Person]) -> Hashable | None:
    return next((person.team for person in people if person.key == owner), None)


def queues(
    items: Iterable[QueueItem],
    people: Collection[Person],
    now: dt.datetime,
    calendar: WorkCalendar,
) -> dict[Place, tuple[tuple[QueueItem, Rank], ...]]:
    """All queues with their cases in the order of work."""
    found: dict[Place, list[tuple[QueueItem, Rank]]] = {}
    for item in items:
        place = place_of(item, people, now, calendar)
        if place is not None:
            found.setdefault(place, []).append((item, rank(item, now)))
    return {
        place: tuple(sorted(ranked, key=lambda pair: pair[1].sort_key))
        for place, ranked in found.items()
    }
