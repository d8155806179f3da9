"""The simulated task force: who works there, what its customers are like, the clock of all."""

import datetime as dt
import heapq
import random
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from db.session import Actor, Database, Session
from db.vocabulary import CallbackFor
from desktop_app import clock
from desktop_app.demo.chain import dice
from desktop_app.demo.simulation_journal import Numbers
from desktop_app.demo.simulation_referee import Referee
from desktop_app.demo.team import Process, at
from desktop_app.domain.contact_rules import ContactPolicy
from desktop_app.domain.offers import OfferSettings
from desktop_app.domain.pool import PoolPolicy
from desktop_app.domain.work_calendar import WorkCalendar
from desktop_app.progress import Progress

__all__ = [
    "CONTACTS", "EXPERIMENT", "NEW", "NUMBERS", "OFFERS", "OLD", "POOL", "Customer", "Process",
    "Talk", "Worker", "World", "at",
]  # fmt: skip

OLD: Final = "simulated_old"
NEW: Final = "simulated_new"
EXPERIMENT: Final = "simulated"
"""Codes of the two scripts and of the experiment that compares them."""

CONTACTS: Final = ContactPolicy(lunch_from=dt.time(12), lunch_until=dt.time(13, 30))
POOL: Final = PoolPolicy(
    days_a=3, days_b=5, days_c=8, warning_days=1, capacity=40, claims_per_day=6, cool_off_days=5
)
OFFERS: Final = OfferSettings(frozen_days=30)
"""The numbers of the rules: tight, so that each of them bites."""

NUMBERS: Final = Numbers(
    quiet=(dt.time(21), dt.time(9)),
    lunch=(dt.time(12), dt.time(13, 30)),
    windows=((7, 3), (30, 8)),
    throttle=(3, 7),
    capacity=40,
    claims_per_day=6,
    cool_off_days=5,
    frozen_days=30,
    # 30 % margin, 30 % leave in a year, 8 % interest; half of the saves hold, a fifth may be spent
    ceiling=Fraction(30, 100) / (1 - Fraction(70, 108)) / 2 / 5,
)
"""The same numbers as the referee is told them."""


@dataclass(slots=True)
class Customer:
    """An invented customer. `mind`: between 0 and 1, stays if the call is better than that."""

    id: uuid.UUID
    number: str
    mind: float
    rng: random.Random
    spend: int  # of one order, minor units
    is_regular: bool
    returns_on: list[dt.date] = field(default_factory=list)


@dataclass(slots=True)
class Worker:
    """Somebody who works on cases. `zeal`: the share of a day's lines that are worked on."""

    actor: Actor
    zeal: float
    in_evenings: bool
    is_gone: bool = False


@dataclass(slots=True)
class Talk:
    """How far somebody has come with the customer of a case."""

    reason: str
    is_begun: bool = False
    stays: bool = False
    offer_id: uuid.UUID | None = None
    has_refused: bool = False
    callback: tuple[dt.datetime, CallbackFor] | None = None


@dataclass(slots=True)
class World:
    """Everything that is simulated; `tally` counts what the simulated people did and were told."""

    database: Database
    actors: dict[str, Actor]
    agents: list[Worker]
    customers: dict[uuid.UUID, Customer]
    chances: dict[str, float]  # of staying, by code of the script
    reasons: Sequence[str]
    calendar: WorkCalendar
    seed: int
    first: dt.date
    days: int
    progress: Progress
    talks: dict[uuid.UUID, Talk] = field(default_factory=dict)
    tally: Counter[str] = field(default_factory=Counter)
    referee: Referee = field(default_factory=lambda: Referee(NUMBERS))
    coupons: list[str] = field(default_factory=list)
    _waiting: list[tuple[dt.datetime, int, Process]] = field(default_factory=list)
    _started: int = 0

    @property
    def last(self) -> dt.date:
        """The last day."""
        return self.first + dt.timedelta(days=self.days - 1)

    @property
    def managers(self) -> list[Actor]:
        """The managers of the stores."""
        return [actor for login, actor in self.actors.items() if login.startswith("manager")]

    @property
    def office(self) -> Actor:
        """Head office."""
        return self.actors["office"]

    def dice(self, *what: object) -> random.Random:
        """A random generator for one purpose."""
        return dice(self.seed, *what)

    def working_days(self) -> Iterator[dt.date]:
        """The days on which people come to work."""
        for number in range(self.days):
            day = self.first + dt.timedelta(days=number)
            if self.calendar.is_working(day):
                yield day

    def talk(self, case_id: uuid.UUID) -> Talk:
        """What is remembered of a case; the reason is the customer's, whoever asks."""
        if case_id not in self.talks:
            self.talks[case_id] = Talk(self.dice("reason", case_id).choice(self.reasons))
        return self.talks[case_id]

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[Session]:
        """A writing session of somebody."""
        with self.database.write(actor) as session:
            yield session

    @contextmanager
    def looking(self, actor: Actor) -> Iterator[Session]:
        """A reading session of somebody."""
        with self.database.read(actor) as session:
            yield session

    # Time --------------------------------------------------------------------------------------

    def start(self, process: Process) -> None:
        """Let work begin: up to the first moment it wants to wait for."""
        self._started += 1
        self._queue(process, self._started)

    def run(self) -> None:
        """Let everybody work until the night of the last day."""
        end = at(self.last, 23, 59)
        while self._waiting:
            moment, number, process = heapq.heappop(self._waiting)
            if moment > end:
                continue
            self.progress.step((clock.local(moment).date() - self.first).days, self.days)
            with clock.travelling(moment):
                self._queue(process, number)

    def _queue(self, process: Process, number: int) -> None:
        moment = next(process, None)
        if moment is not None:
            heapq.heappush(self._waiting, (moment, number, process))
