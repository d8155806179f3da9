"""What a calendar shows: items, people, days and how full they are."""

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from db.vocabulary import CustomerClass, VisitPurpose, VisitState
from desktop_app import labels
from desktop_app.domain import agenda as rules
from desktop_app.domain.agenda import Clash, ItemKind, Load, Place, Room


@dataclass(frozen=True, slots=True)
class AgendaFilter:
    """Which days, both included, and whose; without people all that the actor sees."""

    first: dt.date
    last: dt.date
    user_ids: frozenset[uuid.UUID] | None = None


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item on one day. An absence has one for each day, with the key of its record.

    Attributes:
        id: Key of the visit, promise, renewal, task or absence; of a callback that of its case.
        starts_at: Wall time here, if it has one.
        moment: The same of a callback, as it is stored.
        words: What was written about it; `what_for` is what to show.
        state: The word of a visit's state; `open` for the others.
        version: Of the record; higher after each change, which was made at `changed_at`.
        rule_purpose: What the cadence wants of a contact.
    """

    id: uuid.UUID
    kind: ItemKind
    day: dt.date
    starts_at: dt.time | None
    moment: dt.datetime | None
    minutes: int | None
    user_id: uuid.UUID | None
    user: str
    customer_id: uuid.UUID | None
    customer: str
    customer_number: str
    phone: str
    address: str
    district: str
    klass: CustomerClass | None
    case_id: uuid.UUID | None
    case_number: str
    words: str
    state: str
    is_provisional: bool
    is_fixed: bool
    version: int
    changed_at: dt.datetime
    rule_purpose: VisitPurpose | None = None

    @property
    def what_for(self) -> str:
        """What was written, else what the cadence wants, in the language of who looks."""
        words = self.words.strip()
        if words or self.rule_purpose is None:
            return words
        return labels.label(self.rule_purpose)

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state not in (VisitState.DONE, VisitState.CANCELLED)

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.state == VisitState.CANCELLED

    @property
    def is_movable(self) -> bool:
        """Whether it has a place of its own that may be changed."""
        return self.kind in rules.MOVABLE and self.is_open

    @property
    def place(self) -> Place:
        """Whose day it stands on."""
        return Place(self.user_id, self.day)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a calendar, and what a day holds.

    Attributes:
        is_active: Whether they still work.
        is_expected: Whether something usually stands in the calendar: it is one's own, or a
            function of the person makes contacts.
    """

    id: uuid.UUID
    login: str
    name: str
    is_active: bool
    room: Room
    is_expected: bool = True


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day that differs from its weekday or has a name."""

    day: dt.date
    is_working: bool
    is_festival: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Board:
    """Everything a calendar shows of some days.

    Attributes:
        items: Of the days and people asked for, by day and in the order of the day.
        people: All whose calendars the actor sees.
        marks: Days that differ from their weekday or have a name.
        unknown_years: Years of these days whose holidays are not known yet.
        loads: How full the days of people are.
        clashes: What cannot stay as it stands, from today on.
        away: Days off of each person.
        left_out: Contacts that are not among the items because there are too many.
    """

    items: tuple[AgendaItem, ...]
    people: tuple[Person, ...]
    marks: Mapping[dt.date, DayMark]
    unknown_years: tuple[int, ...]
    loads: Mapping[Place, Load]
    clashes: tuple[Clash, ...]
    away: Mapping[uuid.UUID, frozenset[dt.date]]
    left_out: int = 0
