"""The simulated team: who acts when, and the clock they act by."""

import datetime as dt
import gc
import heapq
import random
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from db.session import Actor, Database, Session
from desktop_app import clock
from desktop_app.demo.buyers import Buyer
from desktop_app.demo.chain import Chain, UserFacts, dice
from desktop_app.progress import Progress

MANAGER: Final = "liuyan"
HEAD: Final = "chenguodong"
LOGIN: Final = "demo"
_OWNER: Final = UserFacts(LOGIN, "", "agent", skill=0.55)
"""Who opens the demo: works on some cases too, so that there is something to do today."""
_OPENS, _CLOSES = 9, 18
_SATURDAY = 5
_OBJECTS: Final = 100_000

Process = Iterator[dt.datetime]
"""Work that goes on over days: gives the moment at which it wants to go on."""


@dataclass(slots=True)
class World:
    """Everything the simulated team works with."""

    chain: Chain
    database: Database
    actors: dict[str, Actor]
    buyers: dict[str, Buyer]
    customer_ids: dict[str, uuid.UUID]
    seed: int
    end: dt.date
    progress: Progress
    gone: set[str] = field(default_factory=set)  # logins of those who have left
    refused: set[str] = field(default_factory=set)  # numbers of customers not to be contacted
    orders: int = 0
    _waiting: list[tuple[dt.datetime, int, Process]] = field(default_factory=list)
    _started: int = 0

    def dice(self, *what: object) -> random.Random:
        """A random generator for one purpose."""
        return dice(self.seed, *what)

    @contextmanager
    def acting(self, login: str) -> Iterator[Session]:
        """A writing session of a member of the team."""
        with self.database.write(self.actors[login]) as session:
            yield session

    @contextmanager
    def looking(self, login: str) -> Iterator[Session]:
        """A reading session of a member of the team."""
        with self.database.read(self.actors[login]) as session:
            yield session

    def workers(self, store: str) -> list[UserFacts]:
        """Those who work on cases of a store and are still here."""
        return [
            user
            for user in (*self.chain.users, _OWNER)
            if user.role in ("agent", "field_staff")
            and user.cases
            and user.store in ("", store)
            and user.login not in self.gone
        ]

    def user(self, login: str) -> UserFacts:
        """One member of the team."""
        return next(user for user in (*self.chain.users, _OWNER) if user.login == login)

    def id_of(self, login: str) -> uuid.UUID:
        """The key of one member of the team."""
        key = self.actors[login].user_id
        assert key is not None  # noqa: S101  (everybody here has an account)
        return key

    # Time --------------------------------------------------------------------------------------

    def start(self, process: Process) -> None:
        """Let work begin: up to the first moment it wants to wait for."""
        self._started += 1
        self._queue(process, self._started)

    def run(self) -> None:
        """Let everybody work until the evening of the last day."""
        evening = at(self.end, _CLOSES)
        first = self._waiting[0][0]
        with rare_collections():
            while self._waiting:
                moment, number, process = heapq.heappop(self._waiting)
                if moment > evening:
                    continue
                self.progress.step((moment - first).days, (evening - first).days)
                with clock.travelling(moment):
                    self._queue(process, number)

    def _queue(self, process: Process, number: int) -> None:
        moment = next(process, None)
        if moment is not None:
            heapq.heappush(self._waiting, (moment, number, process))


@contextmanager
def rare_collections() -> Iterator[None]:
    """Look for garbage seldom: a sixth of the time of many small transactions goes into it."""
    before = gc.get_threshold()
    gc.set_threshold(_OBJECTS, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def at(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    """A moment of a day in the local zone."""
    return dt.datetime.combine(day, dt.time(hour, minute)).astimezone()


def later(rng: random.Random, least: int, most: int) -> dt.datetime:
    """A moment in office hours some days from now; never earlier than a few minutes from now."""
    today = clock.today()
    day = working_day(today + dt.timedelta(days=rng.randint(least, most)))
    moment = at(day, rng.randrange(_OPENS, _CLOSES), rng.randrange(60))
    soonest = clock.now() + dt.timedelta(minutes=rng.randrange(6, 50))
    return max(moment, soonest)


def working_day(day: dt.date) -> dt.date:
    """The day itself, or the Monday after a weekend."""
    while day.weekday() >= _SATURDAY:
        day += dt.timedelta(days=1)
    return day
