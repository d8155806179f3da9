"""The plan of visits and calls: who contacts which customer on which working day.

Sources: the cadence (S3-62 to S3-65, F-17), skills (S3-68), several people for each customer
(S3-72), S3-21 (customers are not to be pressed). Every contact that is owed is planned or stands
in the list of the impossible with the reason; nothing is left out in silence.

Contacts that are owed first are planned first; of equals class A before B before C. Each goes to
its owner of the day, else to the backup, on the day that is near its even place, where the person
is in that district anyway and has not more to do than on other days. The same input gives the same
plan. One made anew keeps what it is given to keep, unless a day off, an absence, a full day, a
contact made since or a neighbour that had to move stands against it.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from operator import itemgetter
from typing import Final

from db.vocabulary import CadenceRole, Channel
from desktop_app.domain.cadence import CadencePolicy
from desktop_app.domain.compliance import Made
from desktop_app.domain.months import Period, add_months, month_number, periods
from desktop_app.domain.plan_board import (
    AnyLane,
    Lane,
    Months,
    Stretch,
    around,
    days_mask,
    first_day,
)
from desktop_app.domain.plan_tasks import Held, Task, book, days_of_board, tasks_of
from desktop_app.domain.plan_types import (
    Client,
    Impossible,
    Person,
    Plan,
    Planned,
    purpose_of,
)
from desktop_app.domain.work_calendar import WorkCalendar

_DAY: Final = dt.timedelta(days=1)
_SLACK: Final = 7
"""Days before the end of an interval at which a contact is aimed, so that it can be moved."""


def plan(
    clients: Sequence[Client],
    people: Sequence[Person],
    policy: CadencePolicy,
    calendar: WorkCalendar,
    first: dt.date,
    last: dt.date,
    history: Iterable[Made] = (),
    keep: Iterable[Planned] = (),
) -> Plan:
    """Plan all contacts owed from the first to the last day.

    A contact belongs to the plan when the time in which it is owed overlaps it. One that is owed
    until the last day at the latest is always planned or impossible. An interval that ends before
    the first working day is overdue: its contact comes on that day or soon after. A period that
    began before its customer came owes nothing.

    Args:
        clients: The customers, each once; their order decides between equals.
        people: The employees, each once.
        policy: The cadence.
        calendar: Working days; those of years not published make contacts provisional.
        first: First day, as a rule today or later.
        last: Last day.
        history: Contacts made before the first day: those of the periods that have begun, and for
            rules of intervals the last one. Later ones are those that stay whatever is planned.
        keep: An earlier plan, of which everything stays that can.
    """
    kept, made = list(keep), list(history)
    while True:
        maker = _Maker(clients, people, policy, calendar, Period(first, last))
        found = maker.make(made, kept)
        if not maker.dropped or not maker.refused_too_much():
            return found
        # what was dropped had held places that others were refused: once more without it
        kept = [each for each in kept if each not in maker.dropped]


_Spot = tuple[int, AnyLane, int]
_Found = tuple[int, int, str, int, Task]  # day, person, district, customer: the order of a plan


class _Maker:
    """One run. `dropped`: what was to be kept, held its place for a while, and then had to go."""

    def __init__(
        self,
        clients: Sequence[Client],
        people: Sequence[Person],
        policy: CadencePolicy,
        calendar: WorkCalendar,
        span: Period,
    ) -> None:
        self._people, self._calendar, self._span = people, calendar, span
        self._days = days_of_board(policy, span)
        self._months = Months([month_number(day) - month_number(span.first) for day in self._days])
        working = [number for number, day in enumerate(self._days) if calendar.is_working(day)]
        self._working = sum(1 << number for number in working)
        self._begin = self._days[working[0]] if working else span.first
        self._lanes = {
            (number, channel): self._lane(person, channel, working)
            for number, person in enumerate(people)
            for channel in (Channel.VISIT, Channel.CALL)
        }
        self._stretches = {
            months: [self._stretch(days) for days in periods(span.first, span.last, months)]
            for months in {rule.per_months for rule in policy.rules}
        }
        self._busy = [0] * len(clients)
        self._found: list[_Found] = []
        self._impossible: list[Impossible] = []
        self._refused: list[tuple[Task, int]] = []
        self.dropped: set[Planned] = set()
        self._buckets: list[list[tuple[int, Task, Stretch | None]]] = [
            [] for _ in self._months.days
        ]
        self._tasks = tasks_of(clients, people, self._lanes, policy, span.first)
        book(people, self._lanes, span.first)

    def make(self, history: Iterable[Made], keep: Iterable[Planned]) -> Plan:
        """Plan everything."""
        self._remember(history)
        self._hold(keep)
        for task in self._tasks:
            self._enqueue(task)
        for bucket in self._buckets:
            bucket.sort(key=itemgetter(0))
            for _deadline, task, stretch in bucket:  # grows while it is worked through
                if stretch is None:
                    self._next_interval(task)
                else:
                    self._fill_period(task, stretch)
        for task in self._tasks:
            self._drop(task, task.held)
        return self._result()

    def refused_too_much(self) -> bool:
        """Whether a contact that was refused has a free day in the end."""
        return any(
            window & ~task.near & ~self._busy[task.no] & lane.free
            for task, window in self._refused
            for _person, lane in task.lanes
        )

    # ------------------------------------------------------------ beginning

    def _lane(self, person: Person, channel: Channel, working: Iterable[int]) -> Lane:
        present = sum(1 << number for number in working if person.works_on(self._days[number]))
        return Lane(
            present, self._months, person.a_day.get(channel, 0), person.a_month.get(channel)
        )

    def _remember(self, history: Iterable[Made]) -> None:
        by_cell: dict[tuple[Hashable, CadenceRole], list[Task]] = defaultdict(list)
        for task in self._tasks:
            by_cell[task.client.owed.key, task.rule.role].append(task)
        for contact in history:
            for task in by_cell.get((contact.customer, contact.role), ()):
                if task.rule.channel.takes(contact.channel):
                    task.made.append(contact.day)
                    task.near |= around(self._number(contact.day), task.gap)

    def _hold(self, keep: Iterable[Planned]) -> None:
        by_key = {(task.client.owed.key, task.rule.code): task for task in self._tasks}
        for each in sorted(keep, key=lambda contact: contact.day):
            task = by_key.get((each.customer, each.rule))
            day = self._number(each.day)
            if task is None or task.refusal or each.channel is not task.channel or day < 0:
                continue
            bit = (1 << day) & ~task.near & ~self._busy[task.no]
            for person, lane in task.lanes:
                if self._people[person].key == each.employee and bit & lane.free:
                    self._take(task, lane, day)
                    task.held.append((day, person, lane, each))

    def _enqueue(self, task: Task) -> None:
        owed, rule, span = task.client.owed, task.rule, self._span
        if rule.condition is not None:
            since = owed.upgrade_since
            if since is not None and since <= span.last and not any(d >= since for d in task.made):
                deadline = add_months(since, rule.per_months)
                task.urgent = deadline < self._begin
                if task.urgent:
                    deadline = add_months(self._begin - _DAY, rule.per_months)
                self._put(task, deadline, self._stretch(Period(since, deadline)))
        elif rule.latest_months is not None:
            task.begin_intervals(rule.latest_months, span.first, self._begin)
            self._queue(task)
        else:
            for stretch in self._stretches[rule.per_months]:
                if owed.since is None or owed.since <= stretch.days.first:
                    self._put(task, stretch.days.last, stretch)

    def _put(self, task: Task, deadline: dt.date, stretch: Stretch | None = None) -> None:
        day = self._number(deadline)
        self._buckets[self._months.of[day]].append((day, task, stretch))

    def _stretch(self, days: Period) -> Stretch:
        return Stretch(days, self._number(days.first), self._number(days.last))

    def _number(self, day: dt.date) -> int:
        return (day - self._span.first).days

    # ------------------------------------------------------------ calendar periods

    def _fill_period(self, task: Task, stretch: Stretch) -> None:
        days, low, high = stretch.days, stretch.low, stretch.high
        needed = task.needed(days.last)
        taken: list[int] = []
        if task.made:
            taken = [self._number(day) for day in task.made if day in days]
            needed = max(0, needed - len(taken))
        if task.held:
            held = [each for each in task.held if low <= each[0] <= high]
            cut = max(0, len(held) - needed)
            self._drop(task, held[:cut])
            for each in held[cut:]:
                self._confirm(task, each)
                taken.append(each[0])
            needed -= len(held) - cut
        if task.refusal is None and needed:
            needed -= self._place(task, stretch, needed, taken)
        for _number in range(needed):
            owed = Period(max(days.first, self._span.first), days.last)
            self._refuse(task, owed, stretch.window)

    def _place(self, task: Task, stretch: Stretch, needed: int, taken: Sequence[int]) -> int:
        """Place so many contacts evenly; if that fails, as many as fit; says how many."""
        spots: list[_Spot] = []
        for begin, end in stretch.slots(task.rule.minimum, needed, taken):
            ideal = begin + int(task.phase * (end - begin + 1))
            spot = self._find(task, days_mask(begin, end), stretch.window, ideal)
            if spot is None:
                break
            self._take(task, spot[1], spot[2])
            spots.append(spot)
        if len(spots) < needed:
            for _person, lane, day in spots:
                self._give_back(task, lane, day)
            spots = self._pack(task, stretch.window, needed)
        for person, _lane, day in spots:
            self._note(task, person, day)
        return len(spots)

    def _find(self, task: Task, slot: int, window: int, ideal: int) -> _Spot | None:
        """The best day of the slot, else of the window: of the first person who has one."""
        open_days = window & ~task.near & ~self._busy[task.no]
        district = task.client.district if task.channel is Channel.VISIT else ""
        for person, lane in task.lanes if ideal < task.change else task.later:
            free = open_days & lane.free
            if free:
                return person, lane, lane.best(free & slot or free, ideal, district)
        return None

    def _pack(self, task: Task, window: int, needed: int) -> list[_Spot]:
        """As many contacts as fit: each on the first day that is left (as many as can be)."""
        spots: list[_Spot] = []
        while len(spots) < needed:
            open_days = window & ~task.near & ~self._busy[task.no]
            firsts = [
                (first_day(open_days & lane.free), number)
                for number, (_person, lane) in enumerate(task.lanes)
                if open_days & lane.free
            ]
            if not firsts:
                break
            day, number = min(firsts)
            person, lane = task.lanes[number]
            self._take(task, lane, day)
            spots.append((person, lane, day))
        return spots

    # ------------------------------------------------------------ intervals

    def _interval(self, task: Task) -> Period:
        """When the next contact is owed; at once after one that was not made."""
        shortest, longest = task.rule.per_months, task.rule.latest_months or 0
        begin = add_months(task.anchor, shortest) if task.contacted else task.anchor + _DAY
        return Period(begin, add_months(task.anchor, longest))

    def _queue(self, task: Task) -> None:
        interval = self._interval(task)
        if interval.first <= self._span.last or task.urgent:
            self._put(task, interval.last)

    def _next_interval(self, task: Task) -> None:
        interval = self._interval(task)
        deadline = interval.last
        days = Period(max(interval.first, self._span.first), deadline)
        low, high = self._number(days.first), self._number(deadline)
        self._drop(task, [each for each in task.held if each[0] < low])
        task.contacted = True
        if task.ahead and task.ahead[0] <= deadline:
            task.anchor = task.ahead.pop(0)
        elif task.held and task.held[0][0] <= high:
            task.anchor = task.held[0][3].day
            self._confirm(task, task.held[0])
        elif not task.needed(deadline) or not (day := self._meet(task, days)):
            task.contacted, task.anchor = False, deadline
        else:
            task.anchor = day
        task.urgent = False
        self._queue(task)

    def _meet(self, task: Task, days: Period) -> dt.date | None:
        """Plan a contact in an interval, so that the kept one after it can stay."""
        low, high = self._number(days.first), self._number(days.last)
        window = slot = days_mask(low, high)
        if task.ahead or task.held:
            following = task.ahead[0] if task.ahead else task.held[0][3].day
            rule = task.rule
            slot = window & days_mask(
                self._number(add_months(following, -(rule.latest_months or 0))),
                self._number(add_months(following, -rule.per_months)),
            )
        if task.urgent:
            ideal = low
        elif task.made or task.anchor >= self._span.first:
            ideal = max(low, high - _SLACK)
        else:
            ideal = low + int(task.phase * (high - low + 1))
        spot = None if task.refusal else self._find(task, slot, window, ideal)
        if spot is None:
            self._refuse(task, days, window)
            return None
        person, lane, day = spot
        self._take(task, lane, day)
        self._note(task, person, day)
        return self._days[day]

    # ------------------------------------------------------------ bookkeeping

    def _take(self, task: Task, lane: AnyLane, day: int) -> None:
        lane.take(day, task.client.district)
        self._busy[task.no] |= 1 << day
        task.near |= around(day, task.gap)

    def _give_back(self, task: Task, lane: AnyLane, day: int) -> None:
        """Undo `_take`; the days that are near to others are found anew."""
        lane.give_back(day, task.client.district)
        self._busy[task.no] &= ~(1 << day)
        others = [self._number(made) for made in task.made]
        others += [held for held, *_ in task.held]
        task.near = 0
        for other in (*others, *task.placed):
            task.near |= around(other, task.gap)

    def _confirm(self, task: Task, held: Held) -> None:
        task.held.remove(held)
        self._note(task, held[1], held[0])

    def _drop(self, task: Task, held: Iterable[Held]) -> None:
        for each in tuple(held):
            task.held.remove(each)
            self._give_back(task, each[2], each[0])
            self.dropped.add(each[3])

    def _note(self, task: Task, person: int, day: int) -> None:
        task.placed.append(day)
        self._found.append((day, person, task.client.district, task.no, task))

    def _refuse(self, task: Task, days: Period, window: int) -> None:
        reason = task.refusal or task.reason(window, self._working)
        self._impossible.append(Impossible(task.client.owed.key, task.rule, days, reason))
        self._refused.append((task, window))

    def _result(self) -> Plan:
        end = self._number(self._span.last)
        self._found.sort(key=itemgetter(0, 1, 2, 3))
        known = {year: self._calendar.knows(year) for year in {day.year for day in self._days}}
        provisional = [not known[day.year] for day in self._days]
        purposes = {task.rule.code: purpose_of(task.rule) for task in self._tasks}
        contacts = tuple(
            Planned(
                task.client.owed.key,
                self._people[person].key,
                self._days[day],
                task.channel,
                task.rule.code,
                purposes[task.rule.code],
                provisional[day],
            )
            for day, person, _district, _customer, task in self._found
            if day <= end
        )
        later = len(self._found) - len(contacts)
        return Plan(contacts, tuple(self._impossible), later)
